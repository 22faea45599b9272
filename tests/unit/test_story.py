"""What counts as news, given what was told."""

from datetime import UTC, datetime

import pytest

from monitor.models import Event, EventType, Evidence, Field, Modality, Novelty, Participant, Story
from monitor.track import fold_name, judge, text_digest
from monitor.track.story import fact_of

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def event(kind: EventType, *names: str, modality: Modality = Modality.CONFIRMED) -> Event:
    return Event(
        type=kind,
        participants=tuple(Participant(name=name) for name in names),
        modality=modality,
        evidence=Evidence(field=Field.TITLE, start=0, end=1, sentence="S"),
        rule="rule",
    )


def told(*events: Event, number: int = 1) -> Story:
    return Story(id=number, facts=frozenset(map(fact_of, events)), updated_at=NOW)


PACT = event(EventType.NEW_PARTNERSHIP, "Alder Corp", "Birch Ltd")


def test_an_unknown_pair_opens_a_story() -> None:
    (verdict,) = judge([PACT], [])
    assert (verdict.novelty, verdict.told, verdict.story) == (Novelty.NEW_STORY, (PACT,), None)


@pytest.mark.parametrize(
    "again",
    [
        PACT,
        event(EventType.NEW_PARTNERSHIP, "Birch", "Alder"),
        event(EventType.SUPPLY_AGREEMENT, "Alder", "Birch"),
        event(EventType.NEW_PARTNERSHIP, "Alder", "Birch", modality=Modality.REPORTED),
        event(EventType.NEW_PARTNERSHIP, "Alder"),
        event(EventType.NEW_PARTNERSHIP, "Birch Logistics", "Alder Motors"),
    ],
    ids=["same", "short names", "sister type", "less sure", "one party named", "long names"],
)
def test_the_same_news_is_a_repeat(again: Event) -> None:
    (verdict,) = judge([again], [told(PACT)])
    assert (verdict.novelty, verdict.told) == (Novelty.REPEAT, ())


def test_another_pair_is_another_story() -> None:
    (verdict,) = judge([event(EventType.NEW_PARTNERSHIP, "Alder", "Cedar")], [told(PACT)])
    assert verdict.novelty == Novelty.NEW_STORY


@pytest.mark.parametrize("later", [Modality.CONFIRMED, Modality.DENIED])
def test_a_rumour_that_is_settled_is_told(later: Modality) -> None:
    rumour = event(EventType.NEW_PARTNERSHIP, "Alder", "Birch", modality=Modality.SPECULATED)
    settled = event(EventType.NEW_PARTNERSHIP, "Alder", "Birch", modality=later)
    (verdict,) = judge([settled], [told(rumour)])
    assert (verdict.novelty, verdict.told) == (Novelty.STATE_CHANGED, (settled,))


def test_a_denial_is_told_once() -> None:
    denial = event(EventType.IN_TALKS, "Alder", "Birch", modality=Modality.DENIED)
    (verdict,) = judge([denial], [told(denial)])
    assert verdict.novelty == Novelty.REPEAT


def test_another_kind_of_event_of_a_known_pair_is_a_follow_up() -> None:
    end = event(EventType.TERMINATION, "Alder", "Birch")
    (verdict,) = judge([PACT, end], [told(PACT)])
    assert (verdict.novelty, verdict.told) == (Novelty.FOLLOW_UP, (end,))


def test_background_is_not_told() -> None:
    (verdict,) = judge([event(EventType.TERMINATION, "Alder", "Birch", modality=Modality.HISTORICAL)], [])
    assert (verdict.novelty, verdict.told) == (Novelty.BACKGROUND, ())


def test_events_that_share_a_company_are_one_story() -> None:
    bridge = event(EventType.EXPANSION, "Birch", "Cedar")
    other = event(EventType.JOINT_VENTURE, "Fir", "Gum")
    rumour = event(EventType.TERMINATION, "Cedar", "Dogwood", modality=Modality.SPECULATED)
    first, second = judge([rumour, PACT, other, bridge], [])
    assert first.told == (bridge, PACT, rumour)
    assert second.told == (other,)


def test_the_newest_matching_story_takes_the_article() -> None:
    (verdict,) = judge([PACT], [told(PACT, number=1), told(PACT, number=2)])
    assert verdict.story is not None
    assert verdict.story.id == 2


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Birch Ltd.", "birch"),
        ("The Birch Company", "Birch"),
        ("Société Générale S.A.", "Societe Generale"),
        ("AT&T Inc", "AT&T"),
    ],
)
def test_spellings_of_a_name_fold_to_one(left: str, right: str) -> None:
    assert fold_name(left) == fold_name(right)


@pytest.mark.parametrize("name", ["The Company", "Inc", "®", "Co. Ltd"])
def test_a_name_never_folds_to_nothing(name: str) -> None:
    assert fold_name(name)


def test_a_digest_ignores_case_and_spacing_only() -> None:
    assert text_digest("A pact", "One  two.\n\nThree") == text_digest("a PACT", "one two. three")
    assert text_digest("A pact", "One two") != text_digest("A pact", "One too")
