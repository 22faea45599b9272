"""What counts as news, given what was told."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.models import Article, Event, EventType, Evidence, Field, Modality, Novelty, Participant, Story
from monitor.track import Verdict, fact_of, fold_name, judge, text_digest

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
    """A story that told these events one after the other, the last an hour ago."""
    hours = range(len(events), 0, -1)
    facts = (fact_of(event, NOW - timedelta(hours=hour)) for event, hour in zip(events, hours, strict=True))
    return Story(id=number, facts=frozenset(facts))


def decide(events: list[Event], stories: list[Story], *before: Event) -> tuple[Verdict, ...]:
    return judge(events, stories, now=NOW, before=[fact_of(event, NOW) for event in before])


PACT = event(EventType.NEW_PARTNERSHIP, "Alder Corp", "Birch Ltd")


def test_an_unknown_pair_opens_a_story() -> None:
    (verdict,) = decide([PACT], [])
    assert (verdict.novelty, verdict.told, verdict.story) == (Novelty.NEW_STORY, (PACT,), None)


@pytest.mark.parametrize(
    "again",
    [
        PACT,
        event(EventType.NEW_PARTNERSHIP, "Birch", "Alder"),
        event(EventType.SUPPLY_AGREEMENT, "Alder", "Birch"),
        event(EventType.NEW_PARTNERSHIP, "Alder", "Birch", modality=Modality.REPORTED),
        event(EventType.NEW_PARTNERSHIP, "Birch Logistics", "Alder Motors"),
    ],
    ids=["same", "short names", "sister type", "less sure", "long names"],
)
def test_the_same_news_is_a_repeat(again: Event) -> None:
    (verdict,) = decide([again], [told(PACT)])
    assert (verdict.novelty, verdict.told) == (Novelty.REPEAT, ())


def test_another_pair_is_another_story() -> None:
    (verdict,) = decide([event(EventType.NEW_PARTNERSHIP, "Alder", "Cedar")], [told(PACT)])
    assert verdict.novelty == Novelty.NEW_STORY


@pytest.mark.parametrize("later", [Modality.CONFIRMED, Modality.DENIED])
def test_a_rumour_that_is_settled_is_told(later: Modality) -> None:
    rumour = event(EventType.NEW_PARTNERSHIP, "Alder", "Birch", modality=Modality.SPECULATED)
    settled = event(EventType.NEW_PARTNERSHIP, "Alder", "Birch", modality=later)
    (verdict,) = decide([settled], [told(rumour)])
    assert (verdict.novelty, verdict.told) == (Novelty.STATE_CHANGED, (settled,))


def test_a_denial_is_told_once() -> None:
    denial = event(EventType.IN_TALKS, "Alder", "Birch", modality=Modality.DENIED)
    (verdict,) = decide([denial], [told(denial)])
    assert verdict.novelty == Novelty.REPEAT


def test_another_kind_of_event_of_a_known_pair_is_a_follow_up() -> None:
    end = event(EventType.TERMINATION, "Alder", "Birch")
    (verdict,) = decide([PACT, end], [told(PACT)])
    assert (verdict.novelty, verdict.told) == (Novelty.FOLLOW_UP, (end,))


def test_background_is_not_told() -> None:
    (verdict,) = decide([event(EventType.TERMINATION, "Alder", "Birch", modality=Modality.HISTORICAL)], [])
    assert (verdict.novelty, verdict.told) == (Novelty.BACKGROUND, ())


def test_events_that_share_a_company_are_one_story() -> None:
    bridge = event(EventType.EXPANSION, "Birch", "Cedar")
    other = event(EventType.JOINT_VENTURE, "Fir", "Gum")
    rumour = event(EventType.TERMINATION, "Cedar", "Dogwood", modality=Modality.SPECULATED)
    first, second = decide([rumour, PACT, other, bridge], [])
    assert first.told == (bridge, PACT, rumour)
    assert second.told == (other,)


def test_a_company_alone_is_not_taken_for_one_with_a_partner() -> None:
    alone = event(EventType.SUPPLY_AGREEMENT, "Alder")
    assert decide([PACT], [told(alone)])[0].told == (PACT,)
    assert decide([alone], [told(PACT)])[0].told == (alone,)
    assert decide([alone], [told(alone)])[0].told == ()


def test_a_company_alone_is_the_known_one_when_it_is_about_the_same_subject() -> None:
    pact = replace(PACT, subject="cloud")
    alone = replace(event(EventType.SUPPLY_AGREEMENT, "Alder"), subject="cloud")
    assert decide([alone], [told(pact)])[0].novelty is Novelty.REPEAT


@pytest.mark.parametrize(
    ("kind", "later"),
    [
        (EventType.EXTENSION_RENEWAL, EventType.EXPANSION),
        (EventType.EXCLUSIVITY_LOST, EventType.RIGHT_OF_FIRST_REFUSAL),
    ],
)
def test_changes_of_two_kinds_are_two_pieces_of_news(kind: EventType, later: EventType) -> None:
    (verdict,) = decide([event(later, "Alder", "Birch")], [told(event(kind, "Alder", "Birch"))])
    assert verdict.novelty is Novelty.FOLLOW_UP


def test_what_was_denied_and_is_confirmed_again_is_told_again() -> None:
    denied = event(EventType.NEW_PARTNERSHIP, "Alder", "Birch", modality=Modality.DENIED)
    assert decide([PACT], [told(PACT, denied)])[0].told == (PACT,)
    assert decide([denied], [told(PACT, denied)])[0].told == ()


def test_a_condition_that_is_met_is_told() -> None:
    condition = event(EventType.NEW_PARTNERSHIP, "Alder", "Birch", modality=Modality.CONDITIONAL)
    assert decide([PACT], [told(condition)])[0].novelty is Novelty.STATE_CHANGED


def test_a_further_party_that_joins_is_told() -> None:
    first = event(EventType.PARTNER_JOINED, "Alder", "Birch", "Cedar")
    second = event(EventType.PARTNER_JOINED, "Alder", "Birch", "Dogwood")
    assert decide([second], [told(first)])[0].told == (second,)


def test_what_stood_in_the_last_version_is_not_told_again() -> None:
    end = event(EventType.TERMINATION, "Alder", "Birch")
    (verdict,) = decide([PACT, end], [], PACT)
    assert verdict.told == (end,)


def test_the_newest_matching_story_takes_the_article() -> None:
    (verdict,) = decide([PACT], [told(PACT, number=1), told(PACT, number=2)])
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


# --- the same companies, other news ------------------------------------------------------------------------------


def article(title: str, text: str = "") -> Article:
    return Article(url="https://a.example/1", title=title, text=text or title)


def decide_on(text: str, fact: Event, *, known: Event, passage: str) -> Verdict:
    story = replace(told(known), passages=(passage,))
    (verdict,) = judge([fact], [story], now=NOW, article=article(text))
    return verdict


CELLS = "Alder, Birch to build battery cells in Ohio with 2,000 workers"


def test_the_same_deal_in_other_words_is_a_repeat() -> None:
    again = "Ohio gets a battery factory: Birch and Alder partner"
    assert decide_on(again, PACT, known=PACT, passage=CELLS).novelty is Novelty.REPEAT


def test_another_deal_of_the_same_companies_is_another_story() -> None:
    verdict = decide_on("Alder, Birch partner on a credit card for drivers", PACT, known=PACT, passage=CELLS)
    assert (verdict.novelty, verdict.story) == (Novelty.NEW_STORY, None)


def test_a_bare_headline_says_nothing_against_the_known_deal() -> None:
    assert decide_on("Alder partners with Birch", PACT, known=PACT, passage=CELLS).novelty is Novelty.REPEAT


def test_another_kind_of_event_needs_more_words_in_common() -> None:
    end = event(EventType.TERMINATION, "Alder", "Birch")
    assert decide_on("Alder leaves Birch over card fees", end, known=PACT, passage=CELLS).story is None
    assert decide_on("Alder leaves Birch battery cell plant in Ohio", end, known=PACT, passage=CELLS).story


def test_one_company_is_enough_where_the_words_agree() -> None:
    alone = event(EventType.NEW_PARTNERSHIP, "Birch")
    assert decide_on("Ohio battery cells: Birch finds a partner", alone, known=PACT, passage=CELLS).story
    assert decide_on("Birch finds a partner for trucks in Texas", alone, known=PACT, passage=CELLS).story is None


def test_the_closest_of_two_stories_is_followed() -> None:
    cards = replace(told(PACT, number=2), passages=("Alder, Birch partner on a credit card for drivers",))
    cells = replace(told(PACT, number=1), passages=(CELLS,))
    for stories in ([cards, cells], [cells, cards]):
        (verdict,) = judge([PACT], stories, now=NOW, article=article("Battery cells: Alder, Birch partner in Ohio"))
        assert verdict.story == cells


@pytest.mark.parametrize(("subject", "is_known"), [("finance", False), (None, True)])
def test_a_bare_headline_on_another_subject_is_another_story(subject: str | None, is_known: bool) -> None:  # noqa: FBT001
    telling, known = replace(PACT, subject=subject), replace(PACT, subject="batteries")
    verdict = decide_on("Alder partners with Birch", telling, known=known, passage=CELLS)
    assert (verdict.story is not None) is is_known


@pytest.mark.parametrize("kind", [EventType.EXPANSION, EventType.EXTENSION_RENEWAL, EventType.EXCLUSIVITY_GRANTED])
def test_a_vaguer_word_for_a_known_deal_is_a_repeat(kind: EventType) -> None:
    (verdict,) = decide([PACT], [told(event(kind, "Alder", "Birch"))])
    assert verdict.novelty is Novelty.REPEAT


def test_a_new_party_in_place_of_a_known_one_is_another_story() -> None:
    consortium = "joins Ledgerline stablecoin consortium of Larkspur and Denholm, which plans a euro stablecoin"
    first = event(EventType.PARTNER_JOINED, "Palisade", "Ledgerline")
    second = event(EventType.PARTNER_JOINED, "Marchetti", "Ledgerline")
    passage = f"Palisade {consortium}"
    assert decide_on(passage, first, known=first, passage=passage).story
    assert decide_on(f"Marchetti {consortium}", second, known=first, passage=passage).story is None


def test_a_partner_that_only_the_text_names_is_no_new_party() -> None:
    alone = event(EventType.NEW_PARTNERSHIP, "Birch")
    assert decide_on("Birch to build battery cells in Ohio with Alder", alone, known=PACT, passage=CELLS).story


@pytest.mark.parametrize(("subject", "is_known"), [("batteries", True), (None, True), ("finance", False)])
def test_another_subject_tells_against_the_known_story(subject: str | None, is_known: bool) -> None:  # noqa: FBT001
    telling, known = replace(PACT, subject=subject), replace(PACT, subject="batteries")
    passage = "Alder and Birch plan a factory"
    verdict = decide_on("Birch and Alder near factory gates opening in spring", telling, known=known, passage=passage)
    assert (verdict.story is not None) is is_known
