"""The history as flat rows for other programs: what the views show, read in a stream."""

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, column, func, inspect, table
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from monitor.models import ArticleFilter
from monitor.store.history import alert_conditions
from monitor.store.news import event_conditions
from monitor.store.tables import AlertRow, ArticleRow, EventRow

LISTS = frozenset({"companies", "authors", "tags", "tickers"})
"""Columns that hold JSON arrays of texts."""
_ROWS_AT_ONCE = 200
"""So many articles are held in memory."""
Row = dict[str, Any]


class Kind(StrEnum):
    """What can be exported."""

    ALERTS = "alerts"
    EVENTS = "events"
    RELATIONS = "relations"
    ARTICLES = "articles"


_VIEWS = {
    Kind.ALERTS: ("alerts_view", "created_at"),
    Kind.EVENTS: ("events_view", "detected_at"),
    Kind.RELATIONS: ("relations", "since"),
    Kind.ARTICLES: ("articles_view", "first_seen_at"),
}
"""Each kind's view, and which of its times `since` and `until` are about."""


def list_columns(session: Session, kind: Kind) -> list[str]:
    """Return the names of a kind's columns, in their order."""
    return [one["name"] for one in inspect(session.connection()).get_columns(_VIEWS[kind][0])]


def count_rows(session: Session, kind: Kind, wanted: ArticleFilter) -> int:
    """Return how many rows there are to read."""
    view, conditions = _choose(session, kind, wanted)
    return int(
        session.connection().execute(select_columns(func.count()).select_from(view).where(*conditions)).scalar_one()
    )


def read_rows(session: Session, kind: Kind, wanted: ArticleFilter) -> Iterator[list[Row]]:
    """Yield the rows that are wanted in portions, oldest first; texts in lists, times as in the view.

    Alerts, events and relations are filtered by what they tell, articles by what one of their events does. `since` and
    `until` mean when an alert was told, an event found, an article first seen, a relation changed.
    """
    view, conditions = _choose(session, kind, wanted)
    order = view.c.id if "id" in view.c else view.c.since
    chosen = select_columns(view).where(*conditions).order_by(order)
    result = session.connection().execution_options(yield_per=_ROWS_AT_ONCE).execute(chosen)
    for portion in result.mappings().partitions():
        yield [_read_lists(row) for row in portion]


def write_sqlite(path: Path, kinds: Iterable[tuple[Kind, Sequence[str], Iterable[Sequence[Row]]]]) -> None:
    """Write rows into a database of their own, a table with the plain name for each kind; lists are JSON."""
    with closing(sqlite3.connect(path)) as connection:
        for kind, columns, portions in kinds:
            names = ", ".join(f'"{name}" PRIMARY KEY' if name == "id" else f'"{name}"' for name in columns)
            connection.execute(f"CREATE TABLE {kind.value} ({names})")
            insert = f"INSERT INTO {kind.value} VALUES ({', '.join('?' * len(columns))})"  # noqa: S608 - our own names
            for rows in portions:
                connection.executemany(insert, ([_write_lists(value) for value in row.values()] for row in rows))
        connection.commit()


def _read_lists(row: Any) -> Row:  # noqa: ANN401 - a mapping of columns of any kind
    return {name: json.loads(value) if name in LISTS else value for name, value in row.items()}


def _write_lists(value: object) -> object:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list) else value


# --- filters ----------------------------------------------------------------------------------------------------


def _choose(session: Session, kind: Kind, wanted: ArticleFilter) -> tuple[Any, list[ColumnElement[bool]]]:
    """Return a kind's view and the conditions for its rows."""
    name, time = _VIEWS[kind]
    view = table(name, *map(column, list_columns(session, kind)))
    conditions = _FILTERS[kind](view, wanted)
    if wanted.since:
        conditions.append(view.c[time] >= _as_text(wanted.since))
    if wanted.until:
        conditions.append(view.c[time] < _as_text(wanted.until))
    if wanted.source:
        sourced = select(ArticleRow.id).where(col(ArticleRow.source) == wanted.source)
        conditions.append(view.c.source == wanted.source if "source" in view.c else view.c.article_id.in_(sourced))
    return view, conditions


def _as_text(time: datetime) -> str:
    """Return a time as views have it; they have no fractions, so that what falls into its second counts as it."""
    return f"{time.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _filter_alerts(view: Any, wanted: ArticleFilter) -> list[ColumnElement[bool]]:  # noqa: ANN401 - a lightweight table
    told = ArticleFilter(company=wanted.company, type=wanted.type, modality=wanted.modality)
    conditions = alert_conditions(told)
    return [view.c.id.in_(select(AlertRow.id).where(*conditions))] if conditions else []


def _filter_events(view: Any, wanted: ArticleFilter) -> list[ColumnElement[bool]]:  # noqa: ANN401 - as above
    conditions = event_conditions(wanted)
    event_id = view.c.event_id if "event_id" in view.c else view.c.id
    return [event_id.in_(select(EventRow.id).where(*conditions))] if conditions else []


def _filter_articles(view: Any, wanted: ArticleFilter) -> list[ColumnElement[bool]]:  # noqa: ANN401 - as above
    conditions = event_conditions(wanted)
    return [view.c.id.in_(select(EventRow.article_id).where(*conditions))] if conditions else []


_FILTERS: dict[Kind, Callable[[Any, ArticleFilter], list[ColumnElement[bool]]]] = {
    Kind.ALERTS: _filter_alerts,
    Kind.EVENTS: _filter_events,
    Kind.RELATIONS: _filter_events,
    Kind.ARTICLES: _filter_articles,
}
