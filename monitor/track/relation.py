"""The relation ledger: the state of each pair of companies on each subject, a fold over dated events.

The order of arrival does not matter: events are folded in the order of their dates.
"""

from collections.abc import Iterable
from datetime import datetime
from itertools import combinations

from monitor.models import DatedEvent, Event, EventType, Modality, Relation, RelationState
from monitor.track.fingerprint import fold_name

_MOVES_TO = {
    EventType.IN_TALKS: RelationState.TALKS,
    EventType.NEW_PARTNERSHIP: RelationState.ACTIVE,
    EventType.JOINT_VENTURE: RelationState.ACTIVE,
    EventType.SUPPLY_AGREEMENT: RelationState.ACTIVE,
    EventType.LICENCE_AGREEMENT: RelationState.ACTIVE,
    EventType.PARTNER_JOINED: RelationState.ACTIVE,
    EventType.EXPANSION: RelationState.ACTIVE,
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

_ORDER = tuple(_MOVES_TO)
_MOVING = {Modality.CONFIRMED, Modality.REPORTED}
_KEEPS_EXCLUSIVITY = {EventType.EXPANSION, EventType.EXTENSION_RENEWAL, EventType.TERMS_CHANGED, EventType.IN_TALKS}
_OPEN = {RelationState.ACTIVE, RelationState.EXCLUSIVE, RelationState.FIRST_REFUSAL, RelationState.NON_EXCLUSIVE}


def fold_relations(events: Iterable[DatedEvent]) -> tuple[Relation, ...]:
    """Return the relation of each pair and subject, the latest change first; the same for any order of `events`.

    Only confirmed and reported events move a relation; background fills a pair of which nothing else is known.
    """
    relations: dict[tuple[str, str, str], Relation] = {}
    for dated in sorted(events, key=_chronology):
        for key, names in _pairs(dated.event):
            state = _next_state(relations.get(key), dated.event)
            if state is not None:
                relations[key] = Relation(companies=names, subject=dated.event.subject, state=state, since=dated.at)
    return tuple(sorted(relations.values(), key=lambda relation: (relation.since, relation.companies), reverse=True))


def _next_state(relation: Relation | None, event: Event) -> RelationState | None:
    """Return the state that an event moves a relation to; None when it stays."""
    if event.modality == Modality.HISTORICAL:
        return _MOVES_TO[event.type] if relation is None else None
    if event.modality not in _MOVING:
        return None
    if relation and relation.state in _OPEN and event.type in _KEEPS_EXCLUSIVITY:
        return None
    state = _MOVES_TO[event.type]
    return None if relation and relation.state == state else state


def _chronology(dated: DatedEvent) -> tuple[bool, datetime, int, str, str]:
    """Background first, then by date; what is told at one time in the order of `_MOVES_TO`."""
    event = dated.event
    return (
        event.modality != Modality.HISTORICAL,
        dated.at,
        _ORDER.index(event.type),
        event.evidence.sentence,
        event.rule,
    )


def _pairs(event: Event) -> Iterable[tuple[tuple[str, str, str], tuple[str, str]]]:
    """Yield key and display names of each pair of an event's participants."""
    named = {fold_name(participant.name): participant.name for participant in event.participants}
    for left, right in combinations(sorted(named), 2):
        yield (left, right, (event.subject or "").casefold()), (named[left], named[right])
