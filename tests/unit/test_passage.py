"""What a passage is about."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.models import Evidence, Field
from monitor.track import passage_of
from monitor.track.passage import PASSAGE_CHARS, TELLING, coverage, find_names, likeness, weigh_topics


def evidence(field: Field, start: int) -> Evidence:
    return Evidence(field=field, start=start, end=start + 1, sentence="S")


def list_telling(passage: str, *names: str) -> set[str]:
    return {stem for stem, weight in weigh_topics(passage, names).items() if weight == TELLING}


def test_telling_topics_are_what_a_deal_is_about() -> None:
    text = "Alder Motors said on Monday it signed a five-year agreement with Birch to buy 40,000 batteries until 2031."
    assert list_telling(text, "alder motors", "birch") == {"40,000", "batte"}
    assert weigh_topics(text)["agree"] < TELLING


@pytest.mark.parametrize(
    ("left", "right"),
    [("cell", "cells"), ("insurer's risks", "insurance risk"), ("Zürich", "zurich"), ("hosted", "hosting")],
)
def test_forms_of_a_word_are_one_topic(left: str, right: str) -> None:
    assert weigh_topics(left) == weigh_topics(right)


def test_the_code_of_a_product_is_one_topic() -> None:
    assert list_telling("5G masts and the drug VL204") == {"5g", "mast", "drug", "vl204"}


@pytest.mark.parametrize("common", ["the partners announced a new agreement", "2031", "7", "la sociedad anunció", ""])
def test_what_any_two_deals_share_is_not_telling(common: str) -> None:
    assert list_telling(common, "sociedad") == set()


def test_names_are_capitalized_within_a_sentence() -> None:
    assert find_names("Deal signed. Alder builds a plant in Ohio, Texas and Maine", ["alder"]) == {
        "ohio",
        "texa",
        "maine",
    }


@given(st.text(), st.text())
def test_likeness_is_a_share_and_does_not_depend_on_the_order(left: str, right: str) -> None:
    mine, yours = weigh_topics(left), weigh_topics(right)
    assert likeness(mine, yours) == pytest.approx(likeness(yours, mine))
    assert 0.0 <= likeness(mine, yours) <= 1.0 + 1e-9
    assert not mine or likeness(mine, mine) == pytest.approx(1.0)


@given(st.text(), st.text())
def test_coverage_is_a_share(part: str, whole: str) -> None:
    assert 0.0 <= coverage(weigh_topics(part), weigh_topics(whole)) <= 1.0
    assert coverage(weigh_topics(part), weigh_topics(f"{part} {whole}")) in (0.0, 1.0)


def test_a_passage_is_the_title_and_what_follows_the_evidence() -> None:
    text = "A" * PASSAGE_CHARS + "B" * PASSAGE_CHARS
    assert passage_of("T", text, [evidence(Field.TITLE, 0)]) == "T\n" + "A" * PASSAGE_CHARS
    later = [evidence(Field.TITLE, 0), evidence(Field.TEXT, PASSAGE_CHARS)]
    assert passage_of("T", text, later) == "T\n" + "B" * PASSAGE_CHARS
