"""What a passage is about."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.models import Evidence, Field
from monitor.track import passage_of
from monitor.track.passage import (
    PASSAGE_CHARS,
    TELLING,
    coverage,
    find_figures,
    find_names,
    likeness,
    weigh_topics,
    weight_of,
)


def evidence(field: Field, start: int) -> Evidence:
    return Evidence(field=field, start=start, end=start + 1, sentence="S")


def test_rare_topics_weigh_most() -> None:
    text = "Alder Motors said on Monday it signed a five-year agreement with Birch to buy 40,000 gearboxes until 2031."
    weights = weigh_topics(text, ["alder motors", "birch"])
    assert weights["40,000"] == weights["gearb"] == 1.0
    assert weights["agree"] < 0.1
    assert weights.keys().isdisjoint({"alder", "birch", "2031"})


@pytest.mark.parametrize(
    ("left", "right"),
    [("cell", "cells"), ("insurer's risks", "insurance risk"), ("Zürich", "zurich"), ("hosted", "hosting")],
)
def test_forms_of_a_word_are_one_topic(left: str, right: str) -> None:
    assert weigh_topics(left) == weigh_topics(right)


def test_the_code_of_a_product_is_one_topic() -> None:
    assert {"5g", "vl204"} <= weigh_topics("5G masts and the drug VL204").keys()


@pytest.mark.parametrize("common", ["the partners announced a new agreement", "2031", "7", "la sociedad anunció", ""])
def test_what_any_two_deals_share_is_not_telling(common: str) -> None:
    assert weight_of(weigh_topics(common, ["sociedad"])) < TELLING


def test_names_are_capitalized_within_a_sentence_of_the_text() -> None:
    passage = "Alder Signs Deal In Vermont\nAlder builds a Plant in Ohio, Texas and Maine. The plant opens in May."
    assert find_names(passage, ["alder"]) == {"ohio", "texa", "maine"}


@pytest.mark.parametrize(
    "passage",
    ["worth $1,200 million", "worth 1.2 billion dollars", "1,2 Milliarden Dollar", "€1.2bn"],
)
def test_an_amount_is_one_in_any_spelling(passage: str) -> None:
    assert 1.2e9 in find_figures(passage)["money"]


def test_figures_are_kept_by_what_they_count() -> None:
    figures = find_figures("Six lines, 62 turbines and 6.000 Masten for 7 years from 2031, or 15% of it")
    assert figures == {"turbi": {62.0}, "maste": {6000.0}, "%": {15.0}}


@given(st.text(), st.text())
def test_likeness_is_a_share_and_does_not_depend_on_the_order(left: str, right: str) -> None:
    mine, yours = weigh_topics(left), weigh_topics(right)
    assert likeness(mine, yours) == pytest.approx(likeness(yours, mine))
    assert 0.0 <= likeness(mine, yours) < 1.0


@given(st.text(), st.text())
def test_coverage_is_a_share(part: str, whole: str) -> None:
    topics = weigh_topics(part)
    assert 0.0 <= coverage(topics, weigh_topics(whole)) < 1.0
    assert bool(coverage(topics, topics)) is bool(weight_of(topics))


def test_few_topics_in_common_say_less_than_many() -> None:
    few, many = weigh_topics("gearboxes"), weigh_topics("gearboxes, crankshafts, gaskets and sprockets")
    assert likeness(few, few) < likeness(many, many)
    assert coverage(few, few) < coverage(many, many)


@given(st.one_of(st.text(), st.text(alphabet="0123456789.,$%€ mbilnorkx\n")))
def test_figures_are_found_in_any_text(text: str) -> None:
    assert all(value >= 10 for values in find_figures(text).values() for value in values)


def test_a_passage_is_the_title_and_what_follows_the_evidence() -> None:
    text = "A" * PASSAGE_CHARS + "B" * PASSAGE_CHARS
    assert passage_of("T", text, [evidence(Field.TITLE, 0)]) == "T\n" + "A" * PASSAGE_CHARS
    later = [evidence(Field.TITLE, 0), evidence(Field.TEXT, PASSAGE_CHARS)]
    assert passage_of("T", text, later) == "T\n" + "B" * PASSAGE_CHARS
