"""How much there is: articles, events and alerts, by kind, source and time."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, cast, null, select
from sqlalchemy.orm import Mapped
from sqlmodel import Session, SQLModel, col, func

from monitor.store.tables import AlertRow, ArticleRow, EventRow

_BUCKET_SECONDS = 900
"""Times are counted so finely in SQL: no time zone begins its day in between."""


@dataclass(slots=True, kw_only=True)
class Tally:
    """How many articles were first seen, events found, alerts told."""

    articles: int = 0
    events: int = 0
    alerts: int = 0


@dataclass(slots=True, kw_only=True)
class Statistics:
    """What there is of a stretch of time."""

    total: Tally = field(default_factory=Tally)
    kinds: dict[str, dict[str, int]] = field(default_factory=dict)
    """Of each type of event, how many there are of each certainty; the most frequent type first."""
    sources: dict[str, Tally] = field(default_factory=dict)
    """The one with the most articles first."""
    periods: dict[date, Tally] = field(default_factory=dict)
    """By their first day, in order; those without anything in between are there too."""


def measure_history(
    session: Session,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    zone: tzinfo | None = None,
    by_week: bool = False,
) -> Statistics:
    """Return what there is from a time up to another, by days or weeks (from Monday on) of a time zone."""
    found = Statistics()
    kinds: dict[str, Counter[str]] = {}
    for name, rows in _read_counts(session, since, until).items():
        for bucket, source, kind, modality, count in rows:
            day = datetime.fromtimestamp(bucket * _BUCKET_SECONDS, UTC).astimezone(zone).date()
            start = day - timedelta(days=day.weekday() if by_week else 0)
            for tally in (
                found.total,
                found.sources.setdefault(source, Tally()),
                found.periods.setdefault(start, Tally()),
            ):
                setattr(tally, name, getattr(tally, name) + count)
            if kind:
                kinds.setdefault(kind, Counter())[modality] += count
    found.kinds = {
        kind: dict(counts.most_common()) for kind, counts in sorted(kinds.items(), key=lambda one: -one[1].total())
    }
    found.sources = dict(sorted(found.sources.items(), key=lambda one: (-one[1].articles, one[0])))
    found.periods = _fill_gaps(found.periods, timedelta(days=7 if by_week else 1))
    return found


def _fill_gaps(periods: dict[date, Tally], step: timedelta) -> dict[date, Tally]:
    if not periods:
        return {}
    first, last = min(periods), max(periods)
    days = (first + step * number for number in range((last - first) // step + 1))
    return {day: periods.get(day, Tally()) for day in days}


def _read_counts(session: Session, since: datetime | None, until: datetime | None) -> dict[str, Sequence[Any]]:
    """Return counts by time, source, type and modality; the last two are None but for events."""
    source = col(ArticleRow.source)
    seen, found, told = col(ArticleRow.first_seen_at), col(EventRow.detected_at), col(AlertRow.created_at)
    events = _count(EventRow, found, source, col(EventRow.type), col(EventRow.modality), since=since, until=until)
    alerts = _count(AlertRow, told, source, null(), null(), since=since, until=until)
    queries = {
        "articles": _count(ArticleRow, seen, source, null(), null(), since=since, until=until),
        "events": events.join(ArticleRow, col(ArticleRow.id) == col(EventRow.article_id)),
        "alerts": alerts.join(ArticleRow, col(ArticleRow.id) == col(AlertRow.article_id)),
    }
    return {name: session.connection().execute(query).all() for name, query in queries.items()}


def _count(
    table: type[SQLModel],
    time: Mapped[Any],
    *groups: Mapped[Any] | ColumnElement[Any],
    since: datetime | None,
    until: datetime | None,
) -> Select[Any]:
    """Return a query of counts by a time of a table and by groups."""
    bucket = (cast(func.strftime("%s", time), Integer) // _BUCKET_SECONDS).label("bucket")
    query = select(bucket, *groups, func.count()).select_from(table).group_by("bucket", *groups)
    query = query.where(time >= since) if since else query
    return query.where(time < until) if until else query
