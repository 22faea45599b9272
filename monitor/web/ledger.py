"""Relations as they are read: the latest of all, those of a company, the steps of a pair. Folded from few events."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations

from monitor.models import Change, DatedEvent, Relation, SourcedEvent, Transition
from monitor.store import Session, browse
from monitor.track import fold_name, fold_relations, is_same_company, read_relations, trace_relations

WEEK = timedelta(days=7)
EVENTS_OF_LATEST = 12
"""Of each pair: enough to know where it stood before its last news."""
MAX_LATEST_PAIRS = 60

Pair = tuple[str, str]
"""Two folded names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LatestSteps:
    """The steps of the relations that the newest news moved, in order."""

    steps: Sequence[Change]
    oldest: datetime | None
    """News found before then was not looked at; None if all was."""
    cut_at: datetime | None
    """Of a pair with more news than `EVENTS_OF_LATEST`, nothing before then was looked at; None if there is none."""


def read_latest_steps(session: Session, *, pairs: int = MAX_LATEST_PAIRS) -> LatestSteps:
    """Return the steps of the relations that the newest news moved, of so many pairs at most."""
    latest = browse.latest_pairs(session, limit=pairs)
    told = browse.events_of_pairs(session, latest.pairs, most=EVENTS_OF_LATEST)
    return LatestSteps(steps=_trace(told, latest.pairs), oldest=latest.oldest, cut_at=_find_cut(told))


def _find_cut(events: Iterable[SourcedEvent]) -> datetime | None:
    """Return the latest time before which the events of a pair were cut off."""
    times: dict[frozenset[str], list[datetime]] = defaultdict(list)
    for one in events:
        words = _first_words(fold_name(name) for name in _names_of(one))
        for pair in combinations(words, 2):
            times[frozenset(pair)].append(one.at)
    return max((min(found) for found in times.values() if len(found) >= EVENTS_OF_LATEST), default=None)


def fold_steps(steps: Iterable[Change]) -> list[Relation]:
    """Return where steps lead, the latest change first."""
    return list(read_relations(step.transition for step in steps))


def steps_of_week(steps: Sequence[Change], now: datetime) -> list[Change]:
    """Return the steps of the last seven days, the latest first."""
    recent = [step for step in steps if step.transition.at >= now - WEEK]
    return sorted(recent, key=lambda step: step.transition.at)[::-1]


def read_relations_of(session: Session, company: str) -> list[Relation]:
    """Return the relations of a company (folded) that its last events tell, the latest change first."""
    events = browse.events_of_company(session, company)
    ledger = fold_relations(DatedEvent(event=one.event, at=one.at) for one in events)
    return [relation for relation in ledger if _is_among(company, relation.companies)]


def read_pair(session: Session, pair: Pair) -> tuple[list[Change], list[SourcedEvent]]:
    """Return the steps of a pair and the last events that name both, oldest first."""
    events = [one for one in browse.events_of_pairs(session, [pair]) if _is_pair(pair, _names_of(one))]
    return _trace(events, [pair]), sorted(events, key=lambda one: (one.at, one.id))


def _trace(events: Iterable[SourcedEvent], pairs: Sequence[Pair]) -> list[Change]:
    """Return the steps of these pairs, in order."""
    by_event = {id(one.event): one for one in events}
    steps = trace_relations(DatedEvent(event=one.event, at=one.at) for one in by_event.values())
    wanted: dict[frozenset[str], list[Pair]] = defaultdict(list)
    for pair in pairs:
        wanted[_first_words(pair)].append(pair)
    return [Change(transition=step, told=by_event[id(step.event)]) for step in steps if _is_wanted(step, wanted)]


def _is_wanted(step: Transition, wanted: Mapping[frozenset[str], Sequence[Pair]]) -> bool:
    names = [fold_name(name) for name in step.companies]
    return any(_is_pair(pair, names) for pair in wanted.get(_first_words(names), ()))


def _first_words(names: Iterable[str]) -> frozenset[str]:
    return frozenset(name.partition(" ")[0] for name in names)


def _names_of(told: SourcedEvent) -> list[str]:
    return [participant.name for participant in told.event.participants]


def _is_pair(pair: Pair, names: Sequence[str]) -> bool:
    return all(_is_among(name, names) for name in pair)


def _is_among(company: str, names: Iterable[str]) -> bool:
    return any(is_same_company(fold_name(name), company) for name in names)
