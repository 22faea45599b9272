"""Relations as they are read: the latest of all, those of a company, the steps of a pair. Folded from few events."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from monitor.models import Change, DatedEvent, Relation, SourcedEvent
from monitor.store import Session, browse, history
from monitor.track import fold_name, fold_relations, is_same_company, read_relations, trace_relations

_WEEK = timedelta(days=7)

Pair = tuple[str, str]
"""Two folded names."""


def read_latest_relations(session: Session) -> list[Relation]:
    """Return the relations that the newest news moved, the latest change first."""
    steps = _trace_pairs(session, browse.latest_pairs(session))
    return list(read_relations(step.transition for step in steps))


def read_relations_of(session: Session, company: str) -> list[Relation]:
    """Return all relations of a company (folded), the latest change first."""
    ledger = fold_relations(history.dated_events(session, companies=[company]))
    return [relation for relation in ledger if _is_among(company, relation.companies)]


def read_changes(session: Session, now: datetime) -> list[Change]:
    """Return the steps of all relations in the last seven days, the latest first."""
    pairs = browse.latest_pairs(session, since=now - _WEEK, events=300, limit=100)
    steps = [step for step in _trace_pairs(session, pairs) if step.transition.at >= now - _WEEK]
    return sorted(steps, key=lambda step: step.transition.at)[::-1]


def read_pair(session: Session, pair: Pair) -> tuple[list[Change], list[SourcedEvent]]:
    """Return the steps of a pair and all events that name both, oldest first."""
    events = [one for one in browse.events_of_pairs(session, [pair]) if _is_pair(pair, _names_of(one))]
    return _trace(events, [pair]), sorted(events, key=lambda one: (one.at, one.id))


def _trace_pairs(session: Session, pairs: Sequence[Pair]) -> list[Change]:
    return _trace(browse.events_of_pairs(session, pairs), pairs)


def _trace(events: Iterable[SourcedEvent], pairs: Sequence[Pair]) -> list[Change]:
    """Return the steps of these pairs, in order."""
    by_event = {id(one.event): one for one in events}
    steps = trace_relations(DatedEvent(event=one.event, at=one.at) for one in by_event.values())
    first_words = {frozenset(_first_word(name) for name in pair) for pair in pairs}
    return [
        Change(transition=step, told=by_event[id(step.event)])
        for step in steps
        if frozenset(_first_word(fold_name(name)) for name in step.companies) in first_words
    ]


def _first_word(name: str) -> str:
    return name.partition(" ")[0]


def _names_of(told: SourcedEvent) -> list[str]:
    return [participant.name for participant in told.event.participants]


def _is_pair(pair: Pair, names: Sequence[str]) -> bool:
    return all(_is_among(name, names) for name in pair)


def _is_among(company: str, names: Iterable[str]) -> bool:
    return any(is_same_company(fold_name(name), company) for name in names)
