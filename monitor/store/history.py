"""What people ask the history for."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, case, false, not_, text
from sqlmodel import Session, and_, col, func, or_, select

from monitor.models import Alert, ArticleFilter, DatedEvent, Event, Standing, StoredArticle
from monitor.store.articles import stored_article
from monitor.store.news import event_conditions, named_like, read_alerts, read_events
from monitor.store.tables import (
    AlertEventRow,
    AlertRow,
    ArticleRow,
    ArticleVersionRow,
    EventRow,
    ParticipantRow,
    StoryRow,
)

_QUERY_PART = re.compile(r'"([^"]*)"|(\S+)')
_NO_FULL_TEXT = {ord('"'): " ", 0: " "}
"""What ends a quoted word, or the whole query, for FTS5."""


def list_alerts(
    session: Session,
    *,
    company: str | None = None,
    since: datetime | None = None,
    standing: Standing | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[Alert]:
    """Return the newest alerts, newest first, or those older than the one with the id `before`.

    `company` is a folded name or its beginning.
    """
    wanted = ArticleFilter(company=company or "", since=since)
    return find_alerts(session, wanted, standing=standing, before=before, limit=limit)


def find_alerts(
    session: Session,
    wanted: ArticleFilter,
    *,
    standing: Standing | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[Alert]:
    """Return the alerts that are wanted, newest first, or those older than the one with the id `before`.

    Company, type and modality are those of one event; `since` and `until` mean when they were told; words are ignored.
    """
    chosen = select(AlertRow.id).where(*alert_conditions(wanted)).order_by(col(AlertRow.id).desc()).limit(limit)
    if before is not None:
        chosen = chosen.where(col(AlertRow.id) < before)
    if standing is not None:
        chosen = chosen.join(StoryRow, col(StoryRow.id) == col(AlertRow.story_id)).where(stands(standing))
    return read_alerts(session, [alert_id for alert_id in session.exec(chosen) if alert_id is not None])


def alert_conditions(wanted: ArticleFilter) -> list[ColumnElement[bool]]:
    """Return the conditions for rows of alerts that are wanted."""
    conditions: list[ColumnElement[bool]] = []
    if wanted.since:
        conditions.append(col(AlertRow.created_at) >= wanted.since)
    if wanted.until:
        conditions.append(col(AlertRow.created_at) < wanted.until)
    if wanted.source:
        written = select(ArticleRow.id).where(col(ArticleRow.source) == wanted.source)
        conditions.append(col(AlertRow.article_id).in_(written))
    if told := event_conditions(wanted):
        telling = select(AlertEventRow.alert_id).join(EventRow, col(EventRow.id) == col(AlertEventRow.event_id))
        conditions.append(col(AlertRow.id).in_(telling.where(*told)))
    return conditions


def read_alert(session: Session, alert_id: int) -> Alert | None:
    """Return an alert by its id."""
    return next(iter(read_alerts(session, [alert_id])), None)


def stands(standing: Standing) -> ColumnElement[bool]:
    """Return the condition under which an alert, joined with its story, is known to somebody, or is not."""
    is_known = func.coalesce(col(StoryRow.acknowledged_at) >= col(AlertRow.created_at), false())
    return is_known if standing is Standing.ACKNOWLEDGED else not_(is_known)


def read_article(session: Session, article_id: int) -> StoredArticle | None:
    """Return an article by its id."""
    row = session.get(ArticleRow, article_id)
    return stored_article(row) if row else None


def list_articles(
    session: Session, *, source: str | None = None, since: datetime | None = None, limit: int = 50
) -> list[StoredArticle]:
    """Return the articles stored last, newest first."""
    chosen = [col(ArticleRow.source) == source] if source else []
    if since is not None:
        chosen.append(col(ArticleRow.stored_at) >= since)
    rows = session.exec(select(ArticleRow).where(*chosen).order_by(col(ArticleRow.id).desc()).limit(limit))
    return [stored_article(row) for row in rows]


def count_events_by_rule(session: Session, *, since: datetime | None = None) -> dict[str, int]:
    """Return how many events each rule has told, of articles stored since a time."""
    counted = select(EventRow.rule, func.count()).group_by(EventRow.rule)
    if since is not None:
        counted = counted.join(ArticleRow, col(ArticleRow.id) == col(EventRow.article_id)).where(
            col(ArticleRow.stored_at) >= since
        )
    return dict(session.exec(counted).all())


def list_alerts_of(session: Session, article_id: int) -> list[Alert]:
    """Return the alerts that an article gave rise to, oldest first."""
    ids = session.exec(select(AlertRow.id).where(AlertRow.article_id == article_id).order_by(col(AlertRow.id)))
    return read_alerts(session, [alert_id for alert_id in ids if alert_id is not None])


def events_of(session: Session, stored: StoredArticle) -> list[Event]:
    """Return the events of the newest version of an article, in the order in which they were found."""
    ids = session.exec(
        select(EventRow.id)
        .where(EventRow.article_id == stored.id, EventRow.article_version == stored.version)
        .order_by(col(EventRow.id))
    ).all()
    events = read_events(session, [event_id for event_id in ids if event_id is not None])
    return [events[event_id] for event_id in ids if event_id is not None]


def list_versions(session: Session, article_id: int) -> list[tuple[int, datetime, str]]:
    """Return number, time of storing and title of the versions that were replaced, oldest first."""
    rows = session.exec(
        select(ArticleVersionRow)
        .where(ArticleVersionRow.article_id == article_id)
        .order_by(col(ArticleVersionRow.version))
    )
    return [(row.version, row.stored_at, row.title) for row in rows]


def search_articles(
    session: Session, words: str, *, limit: int = 50, marks: tuple[str, str] = ("[", "]")
) -> list[tuple[StoredArticle, str]]:
    """Return articles that hold all `words`, newest first, each with a snippet in which they stand between `marks`.

    `"quoted words"` must stand together, `word*` finds all that begins so; anything else is taken literally.
    """
    query = full_text_query(words)
    if not query:
        return []
    found = session.connection().execute(
        text(
            "SELECT rowid, snippet(articles_fts, 1, :opening, :closing, ' … ', 24) AS snippet FROM articles_fts"
            " WHERE articles_fts MATCH :query ORDER BY rowid DESC LIMIT :limit"
        ),
        {"query": query, "limit": limit, "opening": marks[0], "closing": marks[1]},
    )
    snippets = {int(row.rowid): str(row.snippet) for row in found}
    rows = session.exec(select(ArticleRow).where(col(ArticleRow.id).in_(list(snippets))))
    articles = sorted(map(stored_article, rows), key=lambda stored: stored.id, reverse=True)
    return [(stored, snippets[stored.id]) for stored in articles]


def dated_events(
    session: Session, *, companies: Sequence[str] = (), known_at: datetime | None = None
) -> list[DatedEvent]:
    """Return the events of the newest version of each article, with its date; those known at a time, if given.

    With `companies` (folded names) those that may name all of these: a company is looked for by the first word of its
    name, because news shortens names.
    """
    version = col(ArticleRow.version) if known_at is None else _version_at(known_at)
    wanted = select(EventRow.id, ArticleRow.published_at, ArticleRow.first_seen_at).join(
        ArticleRow,
        and_(col(ArticleRow.id) == col(EventRow.article_id), version == col(EventRow.article_version)),
    )
    for company in companies:
        naming = select(ParticipantRow.event_id).where(or_(*named_like(company.split(" ")[0])))
        wanted = wanted.where(col(EventRow.id).in_(naming))
    found = {row[0]: row[1] or row[2] for row in session.exec(wanted) if row[0] is not None}
    events = read_events(session, list(found))
    return [DatedEvent(event=events[event_id], at=at) for event_id, at in found.items()]


def _version_at(time: datetime) -> ColumnElement[int]:
    """Return which version of an article was the newest at a time; NULL if none was stored yet."""
    older = (
        select(func.max(ArticleVersionRow.version))
        .where(col(ArticleVersionRow.article_id) == col(ArticleRow.id), col(ArticleVersionRow.stored_at) <= time)
        .correlate(ArticleRow)
        .scalar_subquery()
    )
    return case((col(ArticleRow.stored_at) <= time, col(ArticleRow.version)), else_=older)


def full_text_query(words: str) -> str:
    """Return a query for FTS5 in which nothing of the user's is an operator but the trailing `*`."""
    parts = []
    for quoted, word in _QUERY_PART.findall(words):
        literal = (quoted or word.rstrip("*")).translate(_NO_FULL_TEXT).strip()
        if re.search(r"\w", literal):
            parts.append(quote_words(literal, is_open=word.endswith("*")))
    return " AND ".join(parts)


def quote_words(words: str, *, is_open: bool = False) -> str:
    """Return words that stand together for FTS5, or what begins so; accents may be written either way (NFC, NFD)."""
    forms = dict.fromkeys(unicodedata.normalize(form, words) for form in ("NFC", "NFD"))
    quoted = [f'"{form}"' + ("*" if is_open else "") for form in forms]
    return quoted[0] if len(quoted) == 1 else f"({' OR '.join(quoted)})"
