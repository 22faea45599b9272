"""What a passage is about."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.models import Evidence, Field
from monitor.track import passage_of
from monitor.track.passage import PASSAGE_CHARS, find_topics, overlap


def evidence(field: Field, start: int) -> Evidence:
    return Evidence(field=field, start=start, end=start + 1, sentence="S")


def test_topics_are_what_a_deal_is_about() -> None:
    text = "Alder Motors said on Monday it signed a five-year agreement with Birch to buy 40,000 batteries until 2031."
    assert find_topics(text, ["alder motors", "birch"]) == {"40,000", "batte"}


@pytest.mark.parametrize(
    ("left", "right"),
    [("cell", "cells"), ("insurer's risks", "insurance risk"), ("Zürich", "zurich"), ("hosted", "hosting")],
)
def test_forms_of_a_word_are_one_topic(left: str, right: str) -> None:
    assert find_topics(left, []) == find_topics(right, [])


@pytest.mark.parametrize("common", ["the partners announced a new agreement", "2031", "7", "la sociedad anunció", ""])
def test_what_any_two_deals_share_is_no_topic(common: str) -> None:
    assert find_topics(common, ["sociedad"]) == set()


@given(st.text(), st.text())
def test_overlap_is_a_share_and_does_not_depend_on_the_order(left: str, right: str) -> None:
    mine, yours = find_topics(left, []), find_topics(right, [])
    assert overlap(mine, yours) == overlap(yours, mine)
    assert 0.0 <= overlap(mine, yours) <= 1.0
    assert not mine or overlap(mine, mine) == 1.0


def test_a_passage_is_the_title_and_what_follows_the_evidence() -> None:
    text = "A" * PASSAGE_CHARS + "B" * PASSAGE_CHARS
    assert passage_of("T", text, [evidence(Field.TITLE, 0)]) == "T\n" + "A" * PASSAGE_CHARS
    later = [evidence(Field.TITLE, 0), evidence(Field.TEXT, PASSAGE_CHARS)]
    assert passage_of("T", text, later) == "T\n" + "B" * PASSAGE_CHARS
