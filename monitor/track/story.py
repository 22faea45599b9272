"""Is this news? Compare an article's events with the stories that are already told.

Deciding code only: it reads no clock and no database.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from monitor.models import Event, EventType, Fact, Modality, Novelty, Story
from monitor.track.fingerprint import fold_name, is_same_company

_START = "start"
_FAMILY = {
    EventType.NEW_PARTNERSHIP: _START,
    EventType.JOINT_VENTURE: _START,
    EventType.SUPPLY_AGREEMENT: _START,
    EventType.LICENCE_AGREEMENT: _START,
    EventType.EXPANSION: "more",
    EventType.EXTENSION_RENEWAL: "more",
    EventType.TERMINATION: "end",
    EventType.PARTNER_LEFT: "end",
    EventType.EXCLUSIVITY_LOST: "exclusivity",
    EventType.RIGHT_OF_FIRST_REFUSAL: "exclusivity",
}
"""Types that two outlets may choose for the same news; a type that is not named is its own family."""

_SURENESS = {
    Modality.SPECULATED: 1,
    Modality.REPORTED: 2,
    Modality.CONDITIONAL: 3,
    Modality.CONFIRMED: 3,
}
"""Later news of the same fact is told when it is surer. A denial is of no rank: it is news once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What to do with the events of an article that belong to one story."""

    novelty: Novelty
    events: tuple[Event, ...]
    """All of the story's events in this article."""
    told: tuple[Event, ...]
    """Those that are new, the most telling first; empty when nobody need be told."""
    story: Story | None
    """The known story that they belong to; None opens one."""


def judge(events: Iterable[Event], stories: Sequence[Story]) -> tuple[Verdict, ...]:
    """Return a verdict for each story that the events tell; `stories` are those still open, oldest first."""
    return tuple(_judge_group(group, stories) for group in _group_events(events))


def fact_of(event: Event) -> Fact:
    """Return what an event states, in the form in which two articles can be compared."""
    companies = frozenset(fold_name(participant.name) for participant in event.participants)
    return Fact(type=event.type, companies=companies, modality=event.modality)


def is_same_fact(left: Fact, right: Fact) -> bool:
    """Return whether two facts are one piece of news, however sure each is."""
    return family_of(left.type) == family_of(right.type) and _is_same_party(left.companies, right.companies)


def family_of(kind: EventType) -> str:
    """Return the name shared by the types that outlets use for the same news."""
    return _FAMILY.get(kind, kind.value)


def _judge_group(events: tuple[Event, ...], stories: Sequence[Story]) -> Verdict:
    fresh = tuple(event for event in events if event.modality != Modality.HISTORICAL)
    facts = [fact_of(event) for event in fresh or events]
    story = next((story for story in reversed(stories) if _tells_of(story, facts)), None)
    if not fresh:
        return Verdict(novelty=Novelty.BACKGROUND, events=events, told=(), story=story)
    if story is None:
        return Verdict(novelty=Novelty.NEW_STORY, events=events, told=_by_precedence(fresh), story=None)
    told = _by_precedence(event for event in fresh if _is_new(fact_of(event), story))
    return Verdict(novelty=_name_novelty(told, story), events=events, told=told, story=story)


def _name_novelty(told: tuple[Event, ...], story: Story) -> Novelty:
    if not told:
        return Novelty.REPEAT
    known = any(is_same_fact(fact_of(event), fact) for event in told for fact in story.facts)
    return Novelty.STATE_CHANGED if known else Novelty.FOLLOW_UP


def _is_new(fact: Fact, story: Story) -> bool:
    """Return whether a fact is not in the story yet, or surer than it was, or denied for the first time."""
    known = [other for other in story.facts if is_same_fact(fact, other)]
    if fact.modality not in _SURENESS:
        return all(other.modality != fact.modality for other in known)
    return all(_SURENESS.get(other.modality, 0) < _SURENESS[fact.modality] for other in known)


def _tells_of(story: Story, facts: Iterable[Fact]) -> bool:
    return any(
        _count_shared(fact.companies, known.companies) > 1 or is_same_fact(fact, known)
        for fact in facts
        for known in story.facts
    )


def _is_same_party(left: frozenset[str], right: frozenset[str]) -> bool:
    """Two companies in common, or one where an article names only one."""
    return _count_shared(left, right) >= max(1, min(2, len(left), len(right)))


def _count_shared(left: Iterable[str], right: Iterable[str]) -> int:
    """Return how many companies of `left` are in `right`, in long or short form."""
    others = tuple(right)
    return sum(any(is_same_company(name, other) for other in others) for name in left)


def _group_events(events: Iterable[Event]) -> list[tuple[Event, ...]]:
    """Return the events in groups that share companies, each in its first event's place."""
    groups: list[tuple[set[str], list[Event]]] = []
    for event in events:
        names = set(fact_of(event).companies)
        touching = [group for group in groups if _count_shared(names, group[0])]
        joined = [member for group in touching for member in group[1]]
        merged = (names.union(*(group[0] for group in touching)), [*joined, event])
        place = groups.index(touching[0]) if touching else len(groups)
        groups = [group for group in groups if group not in touching]
        groups.insert(place, merged)
    return [tuple(group[1]) for group in groups]


def _by_precedence(events: Iterable[Event]) -> tuple[Event, ...]:
    """Return the events as an alert tells them: what happened before what is only said, then by type."""
    order = list(EventType)
    return tuple(sorted(events, key=lambda event: (_SURENESS.get(event.modality, 0) < 2, order.index(event.type))))
