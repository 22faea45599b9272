"""The relation ledger: the state of each pair of companies on each subject, a fold over dated events.

The order of arrival does not matter: events are folded in the order of their dates.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import combinations

from monitor.models import DatedEvent, Event, EventType, Modality, Relation, RelationState, Transition
from monitor.track.fingerprint import fold_name, is_same_company

MOVES_TO = {
    EventType.IN_TALKS: RelationState.TALKS,
    EventType.NEW_PARTNERSHIP: RelationState.ACTIVE,
    EventType.JOINT_VENTURE: RelationState.ACTIVE,
    EventType.SUPPLY_AGREEMENT: RelationState.ACTIVE,
    EventType.LICENCE_AGREEMENT: RelationState.ACTIVE,
    EventType.PARTNER_JOINED: RelationState.ACTIVE,
    EventType.EXPANSION: RelationState.EXPANDED,
    EventType.EXTENSION_RENEWAL: RelationState.ACTIVE,
    EventType.TERMS_CHANGED: RelationState.ACTIVE,
    EventType.EXCLUSIVITY_GRANTED: RelationState.EXCLUSIVE,
    EventType.EXCLUSIVITY_LOST: RelationState.NON_EXCLUSIVE,
    EventType.RIGHT_OF_FIRST_REFUSAL: RelationState.FIRST_REFUSAL,
    EventType.DISPUTE: RelationState.DISPUTED,
    EventType.SUSPENSION: RelationState.SUSPENDED,
    EventType.TERMINATION: RelationState.ENDED,
    EventType.PARTNER_LEFT: RelationState.ENDED,
}
"""In the order in which events of one time apply: a right of first refusal outlives the exclusivity lost with it."""

_RANK = {kind: rank for rank, kind in enumerate(MOVES_TO)}
_MOVING = {Modality.CONFIRMED, Modality.REPORTED}
EXCLUSIVITIES = {RelationState.EXCLUSIVE, RelationState.FIRST_REFUSAL, RelationState.NON_EXCLUSIVE}
OPEN = {RelationState.ACTIVE, RelationState.EXPANDED, *EXCLUSIVITIES}
SAYS_NOT_HOW = {RelationState.TALKS, RelationState.ACTIVE}
"""News of one more deal, of talks or of a renewal leaves an open relation as exclusive and as wide as it was."""

Pair = tuple[str, str]
"""Two folded names, in alphabetical order."""


def fold_relations(events: Iterable[DatedEvent]) -> tuple[Relation, ...]:
    """Return the relation of each pair and subject, the latest change first; the same for any order of `events`."""
    return read_relations(trace_relations(events))


def read_relations(steps: Iterable[Transition]) -> tuple[Relation, ...]:
    """Return where the steps of `trace_relations` lead, the latest change first."""
    latest = {relation_key(step): step for step in steps}
    relations = [
        Relation(companies=step.companies, subject=step.subject, state=step.after, since=step.at)
        for step in latest.values()
    ]
    return tuple(sorted(relations, key=_newness, reverse=True))


def relation_key(one: Relation | Transition) -> tuple[tuple[str, str], str]:
    """Return what makes a relation one: its companies and, without regard to case, its subject."""
    return one.companies, (one.subject or "").casefold()


def trace_relations(events: Iterable[DatedEvent]) -> tuple[Transition, ...]:
    """Return every step of the relation of each pair and subject, in order; the same for any order of `events`.

    Only confirmed and reported events move a relation; background fills a pair of which nothing else is known. The
    short name of a company joins its long one: see `_join_short_names`.
    """
    ordered = sorted(events, key=_chronology)
    names = dict.fromkeys(one.name for dated in ordered for one in dated.event.participants)
    folds = {name: fold_name(name) for name in names}
    shown = {fold: name for name, fold in folds.items()}
    joined = _join_short_names({pair for dated in ordered for pair in _pairs(dated.event, folds)})
    states: dict[tuple[Pair, str], RelationState] = {}
    steps = []
    for dated in ordered:
        subject = dated.event.subject or ""
        for left, right in dict.fromkeys(joined[pair] for pair in _pairs(dated.event, folds)):
            key = (left, right), subject.casefold()
            before = states.get(key)
            after = _next_state(before, dated.event)
            if after is None:
                continue
            states[key] = after
            steps.append(
                Transition(
                    companies=(shown[left], shown[right]),
                    subject=subject or None,
                    before=before or RelationState.NONE,
                    after=after,
                    at=dated.at,
                    event=dated.event,
                )
            )
    return tuple(steps)


def _next_state(before: RelationState | None, event: Event) -> RelationState | None:
    """Return the state that an event moves a relation to; None when it stays."""
    state = MOVES_TO[event.type]
    if event.modality == Modality.HISTORICAL:
        return state if before is None else None
    if event.modality not in _MOVING:
        return None
    if (before in OPEN and state in SAYS_NOT_HOW) or (before in EXCLUSIVITIES and state is RelationState.EXPANDED):
        return None
    return None if before == state else state


def _chronology(dated: DatedEvent) -> tuple[bool, datetime, int, str, str, Sequence[str]]:
    """Background first, then by date; what is told at one time in the order of `MOVES_TO`.

    Then by all else that the fold looks at, so that no two different events tie.
    """
    event = dated.event
    return (
        event.modality != Modality.HISTORICAL,
        dated.at,
        _RANK[event.type],
        event.modality,
        event.subject or "",
        [participant.name for participant in event.participants],
    )


def _newness(relation: Relation) -> tuple[datetime, Pair, str]:
    return relation.since, relation.companies, relation.subject or ""


def _pairs(event: Event, folds: Mapping[str, str]) -> Iterator[Pair]:
    """Yield each pair of an event's participants; a company and its short name are none."""
    names = sorted({folds[participant.name] for participant in event.participants})
    return (pair for pair in combinations(names, 2) if not is_same_company(*pair))


def _join_short_names(pairs: Collection[Pair]) -> dict[Pair, Pair]:
    """Return each pair with the long forms of its names.

    A name stands for the longest one that begins with it, among those with a partner of the same first word: "Alder"
    beside "Birch" is "Alder Motors" if that is beside "Birch" or "Birch Labs" elsewhere. If there is "Alder Bank" too,
    it stands for itself.
    """
    beside: dict[str, set[str]] = defaultdict(set)
    for left, right in pairs:
        beside[_first_word(left)].add(right)
        beside[_first_word(right)].add(left)
    known = {partner: sorted(names) for partner, names in beside.items()}
    return {
        (left, right): (_long_form(left, known[_first_word(right)]), _long_form(right, known[_first_word(left)]))
        for left, right in pairs
    }


def _first_word(name: str) -> str:
    return name.partition(" ")[0]


def _long_form(name: str, known: Sequence[str]) -> str:
    """Return the longest of the sorted names that begins with this one; the name itself if they part ways."""
    longer = known[bisect_left(known, f"{name} ") : bisect_left(known, f"{name}!")]
    is_clear = all(is_same_company(longer[-1], other) for other in longer)
    return longer[-1] if longer and is_clear else name
