"""What people browse: articles by their facts, stories, pairs of companies, how often rules fire. Reads only.

Every query is bounded, and looks its filters up in indexes that hold all they need: the texts of 100,000 articles are
never walked over.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations
from typing import Any

from sqlalchemy import ColumnElement, Integer, Row, Select, cast, literal_column, text
from sqlalchemy import select as select_columns
from sqlalchemy.orm import Mapped
from sqlmodel import Session, and_, col, exists, func, or_, select

from monitor.models import (
    Alert,
    ArticleFilter,
    CompanyCount,
    DeliveryState,
    FoundArticle,
    Modality,
    RouteCount,
    RuleHits,
    SourcedEvent,
    Standing,
    StoryDigest,
)
from monitor.store.database import in_chunks
from monitor.store.history import full_text_query, stands
from monitor.store.news import event_conditions, named_like, read_alerts, read_events
from monitor.store.tables import (
    FULL_TEXT,
    AlertRow,
    ArticleRow,
    ArticleVersionRow,
    DeliveryRow,
    EventRow,
    ParticipantRow,
    StoryRow,
)

_ALL = ArticleFilter()
_SNIPPET_WORDS = 24
_MANY_ARTICLES = 10_000
"""With more that hold the words, stories are gone through, newest first, until enough of them are told by one."""
_MAX_STORY_EVENTS = 500
_PAIR_EVENTS = text(
    # Materialized, so that JSON is read once a pair and not once an event.
    "WITH pairs AS MATERIALIZED (SELECT key, value ->> 0 AS first, (value ->> 0) || '!' AS after_first,"
    " value ->> 1 AS second, (value ->> 1) || '!' AS after_second FROM json_each(:pairs))"
    " SELECT DISTINCT event_id FROM ("
    "SELECT one.event_id, row_number() OVER (PARTITION BY pairs.key ORDER BY one.event_id DESC) AS age"
    " FROM pairs CROSS JOIN participants AS one ON one.folded >= first AND one.folded < after_first"
    " CROSS JOIN participants AS other ON other.event_id = one.event_id"
    " AND other.folded >= second AND other.folded < after_second"
    ") WHERE age <= :most"
)
"""As `news.named_like`, for many pairs at once: from a name up to what follows it and a blank."""


# --- articles ---------------------------------------------------------------------------------------------------


def find_articles(
    session: Session,
    wanted: ArticleFilter,
    *,
    before: int | None = None,
    limit: int = 50,
    marks: tuple[str, str] = ("[", "]"),
) -> list[FoundArticle]:
    """Return the articles that are wanted, newest first, or those older than the one with the id `before`.

    Company, type and modality are those of one event, of any version of the article.
    """
    query = full_text_query(wanted.words)
    if wanted.words.strip() and not query:
        return []
    snippets = _find_words(session, query, wanted, before, limit, marks) if query else {}
    ids = list(snippets) if query else _find_ids(session, wanted, before, limit)
    names = ("id", "title", "url", "source", "site_name", "published_at", "first_seen_at")
    columns = [getattr(ArticleRow, name) for name in names]
    rows = session.connection().execute(select_columns(*columns).where(col(ArticleRow.id).in_(ids)))
    found = (FoundArticle(**row._mapping, snippet=snippets.get(row.id, "")) for row in rows)  # noqa: SLF001 - its public name
    return sorted(found, key=lambda article: article.id, reverse=True)


def _find_words(
    session: Session,
    query: str,
    wanted: ArticleFilter,
    before: int | None,
    limit: int,
    marks: tuple[str, str],
) -> dict[int, str]:
    """Return a snippet of each of the newest articles that hold the words."""
    # The unary plus keeps SQLite from asking the full-text index once for each article that a filter allows.
    number: ColumnElement[int] = literal_column("+articles_fts.rowid")
    snippet = func.snippet(literal_column("articles_fts"), 1, *marks, " … ", _SNIPPET_WORDS)
    chosen = (
        select_columns(FULL_TEXT.c.rowid, snippet)
        .where(FULL_TEXT.c.articles_fts.op("MATCH")(query), *(number.in_(ids) for ids in list_filters(wanted)))
        .order_by(FULL_TEXT.c.rowid.desc())
        .limit(limit)
    )
    if before is not None:
        chosen = chosen.where(FULL_TEXT.c.rowid < before)
    return {int(row[0]): str(row[1]) for row in session.connection().execute(chosen)}


def _find_ids(session: Session, wanted: ArticleFilter, before: int | None, limit: int) -> list[int]:
    number = col(ArticleRow.id)
    chosen = select(number).where(*(number.in_(ids) for ids in list_filters(wanted)))
    if before is not None:
        chosen = chosen.where(number < before)
    return [one for one in session.exec(chosen.order_by(number.desc()).limit(limit)) if one is not None]


def list_filters(wanted: ArticleFilter) -> list[Select[Any]]:
    """Return for each filter the ids of the articles that pass it."""
    told = event_conditions(wanted)
    return _list_origins(wanted) + ([select(EventRow.article_id).where(*told)] if told else [])


def _list_origins(wanted: ArticleFilter) -> list[Select[Any]]:
    """Return the ids of the articles of a source, and of those of a time, where these are asked for."""
    filters: list[Select[Any]] = []
    if wanted.source:
        filters.append(select(ArticleRow.id).where(col(ArticleRow.source) == wanted.source))
    if wanted.since or wanted.until:
        filters.append(_dated_between(wanted.since, wanted.until))
    return filters


def _dated_between(since: datetime | None, until: datetime | None) -> Select[Any]:
    published, seen = col(ArticleRow.published_at), col(ArticleRow.first_seen_at)

    def within(time: Mapped[Any]) -> list[ColumnElement[bool]]:
        return ([time >= since] if since else []) + ([time < until] if until else [])

    return select(ArticleRow.id).where(or_(and_(*within(published)), and_(published.is_(None), *within(seen))))


def read_version(session: Session, article_id: int, version: int) -> tuple[str, str, datetime] | None:
    """Return title, text and time of storing of a version of an article, the newest one included."""
    row = session.get(ArticleRow, article_id)
    if row is None:
        return None
    if row.version == version:
        return row.title, row.text, row.stored_at
    old = session.exec(
        select(ArticleVersionRow).where(
            ArticleVersionRow.article_id == article_id, ArticleVersionRow.version == version
        )
    ).first()
    return (old.title, old.text, old.stored_at) if old else None


def stories_of(session: Session, article_id: int) -> list[int]:
    """Return the ids of the stories that an article belongs to."""
    return sorted(set(session.exec(select(EventRow.story_id).where(EventRow.article_id == article_id))))


def alerts_after(session: Session, after: int, *, limit: int = 50) -> list[int]:
    """Return the ids of the alerts that came after the one with this id, oldest first."""
    newer = select(AlertRow.id).where(col(AlertRow.id) > after).order_by(col(AlertRow.id)).limit(limit)
    return [one for one in session.exec(newer) if one is not None]


def newest_alert(session: Session) -> int:
    """Return the id of the newest alert; 0 if there is none."""
    return session.exec(select(func.max(AlertRow.id))).one() or 0


def alerts_of_story(session: Session, story_id: int, *, limit: int = 50) -> list[Alert]:
    """Return the last alerts of a story, newest first."""
    ids = select(AlertRow.id).where(AlertRow.story_id == story_id).order_by(col(AlertRow.id).desc()).limit(limit)
    return read_alerts(session, [one for one in session.exec(ids) if one is not None])


def count_unread(session: Session, *, most: int = 1000) -> int:
    """Return how many alerts nobody knows yet, counted up to `most`."""
    unread = (
        select(AlertRow.id)
        .join(StoryRow, col(StoryRow.id) == col(AlertRow.story_id))
        .where(stands(Standing.UNREAD))
        .limit(most)
    )
    return session.exec(select(func.count()).select_from(unread.subquery())).one()


# --- stories ----------------------------------------------------------------------------------------------------


def list_stories(
    session: Session,
    wanted: ArticleFilter = _ALL,
    *,
    story_id: int | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[StoryDigest]:
    """Return the stories opened last, newest first, or those older than the one with the id `before`, or one.

    Wanted are those of which one event, or its article, is all of what is asked.
    """
    query = full_text_query(wanted.words)
    if wanted.words.strip() and not query:
        return []
    chosen = select(StoryRow, _is_known()).order_by(col(StoryRow.id).desc()).limit(limit)
    if before is not None:
        chosen = chosen.where(col(StoryRow.id) < before)
    if story_id is not None:
        chosen = chosen.where(col(StoryRow.id) == story_id)
    conditions = event_conditions(wanted) + [col(EventRow.article_id).in_(ids) for ids in _list_origins(wanted)]
    holding = select_columns(FULL_TEXT.c.rowid).where(FULL_TEXT.c.articles_fts.op("MATCH")(query))
    if query and not conditions and _has_more(session, holding, _MANY_ARTICLES):
        asked = exists(holding.where(FULL_TEXT.c.rowid == EventRow.article_id))
        chosen = chosen.where(exists().where(col(EventRow.story_id) == col(StoryRow.id), asked))
    elif query:
        conditions.append(col(EventRow.article_id).in_(holding))
    if conditions:
        chosen = chosen.where(col(StoryRow.id).in_(select(EventRow.story_id).where(*conditions)))
    rows = session.exec(chosen).all()
    told: dict[int, list[Any]] = defaultdict(list)
    articles = (
        select_columns(
            *map(col, (EventRow.story_id, EventRow.id, EventRow.article_id, ArticleRow.title, ArticleRow.source))
        )
        .join(ArticleRow, col(ArticleRow.id) == col(EventRow.article_id))
        .where(col(EventRow.story_id).in_([row.id for row, _ in rows]))
        .order_by(col(EventRow.id))
    )
    for one in session.connection().execute(articles):
        told[one.story_id].append(one)
    return _digest(session, rows, told)


def _has_more(session: Session, rows: Select[Any], count: int) -> bool:
    return session.connection().execute(rows.limit(1).offset(count)).first() is not None


def _is_known() -> ColumnElement[bool]:
    """Return the condition under which somebody knows all that was told of a story."""
    newer = exists().where(
        col(AlertRow.story_id) == col(StoryRow.id), col(AlertRow.created_at) > col(StoryRow.acknowledged_at)
    )
    return and_(col(StoryRow.acknowledged_at).is_not(None), ~newer)


def _digest(
    session: Session, rows: Sequence[tuple[StoryRow, bool]], told: Mapping[int, Sequence[Any]]
) -> list[StoryDigest]:
    """Return the stories that have events; those of articles that took theirs back have none."""
    openings = {story_id: articles[0] for story_id, articles in told.items()}
    events = read_events(session, [one.id for one in openings.values()])
    return [
        StoryDigest(
            id=row.id,
            opened_at=row.opened_at,
            updated_at=row.updated_at,
            headline=openings[row.id].title,
            articles=len({one.article_id for one in told[row.id]}),
            sources=tuple(dict.fromkeys(one.source for one in told[row.id])),
            event=events[openings[row.id].id],
            is_acknowledged=is_known,
        )
        for row, is_known in rows
        if row.id is not None and row.id in openings
    ]


def events_of_story(session: Session, story_id: int) -> list[SourcedEvent]:
    """Return the first events of a story, oldest first."""
    ids = session.exec(
        select(EventRow.id).where(EventRow.story_id == story_id).order_by(col(EventRow.id)).limit(_MAX_STORY_EVENTS)
    ).all()
    return _read_sourced(session, [one for one in ids if one is not None])


# --- companies and pairs ----------------------------------------------------------------------------------------


def count_companies(session: Session, *, since: datetime, limit: int = 30) -> list[CompanyCount]:
    """Return the companies of the most events found since a time."""
    count = func.count().label("events")
    # Events are numbered as they are found: their rows need not be looked at.
    first = select(func.min(EventRow.id)).where(col(EventRow.detected_at) >= since).scalar_subquery()
    rows = session.exec(
        select(func.min(ParticipantRow.name), count)
        .where(col(ParticipantRow.event_id) >= first)
        .group_by(ParticipantRow.folded)
        .order_by(count.desc(), ParticipantRow.folded)
        .limit(limit)
    )
    return [CompanyCount(name=name, events=events) for name, events in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class LatestPairs:
    """The pairs of folded names of the newest events, the latest first."""

    pairs: Sequence[tuple[str, str]]
    oldest: datetime | None
    """When the oldest event that was looked at was found; None if there is no older one."""


def latest_pairs(session: Session, *, events: int = 150, limit: int = 60) -> LatestPairs:
    """Return the pairs of the newest events that can move a relation: of so many events, and so many pairs at most."""
    newest = (
        select(EventRow.id, EventRow.detected_at)
        .where(col(EventRow.modality).in_([Modality.CONFIRMED, Modality.REPORTED]))
        .order_by(col(EventRow.detected_at).desc())
        .limit(events + 1)
    )
    found = {event_id: at for event_id, at in session.exec(newest) if event_id is not None}
    named: dict[int, list[str]] = {one: [] for one in list(found)[:events]}
    for event_id, folded in session.exec(
        select(ParticipantRow.event_id, ParticipantRow.folded).where(col(ParticipantRow.event_id).in_(list(named)))
    ):
        named[event_id].append(folded)
    pairs: dict[tuple[str, str], None] = {}
    oldest: datetime | None = None
    for event_id, names in named.items():
        of_event = dict.fromkeys(combinations(sorted(set(names)), 2))
        if len(pairs | of_event) > limit:
            return LatestPairs(pairs=list(pairs | of_event)[:limit], oldest=oldest or found[event_id])
        pairs |= of_event
        oldest = found[event_id]
    return LatestPairs(pairs=list(pairs), oldest=oldest if len(found) > events else None)


def events_of_pairs(session: Session, pairs: Sequence[tuple[str, str]], *, most: int = 200) -> list[SourcedEvent]:
    """Return the last events, so many of each pair, of the newest versions of articles that may name both companies.

    May: a company is looked for by the first word of its name, because news shortens names.
    """
    words = [[name.split(" ")[0] for name in pair] for pair in pairs]
    counts = Counter(word for pair in words for word in pair)
    # The rarer name first: the events of that one are gone through.
    words = [sorted(pair, key=counts.__getitem__) for pair in words]
    found = session.connection().execute(_PAIR_EVENTS, {"pairs": json.dumps(words), "most": most})
    return _read_sourced(session, [int(row[0]) for row in found], are_newest=True)


def events_of_company(session: Session, company: str, *, most: int = 300) -> list[SourcedEvent]:
    """Return the last events of the newest versions of articles that may name a company (folded)."""
    named = (
        select(ParticipantRow.event_id)
        .where(or_(*named_like(company.split(" ", maxsplit=1)[0])))
        .order_by(col(ParticipantRow.event_id).desc())
        .limit(most)
    )
    return _read_sourced(session, list(dict.fromkeys(session.exec(named))), are_newest=True)


def _read_sourced(session: Session, event_ids: Sequence[int], *, are_newest: bool = False) -> list[SourcedEvent]:
    """Return events with their articles, in the order of their ids."""
    events = read_events(session, event_ids)
    columns = (
        col(EventRow.id),
        col(EventRow.article_id),
        col(ArticleRow.title),
        col(ArticleRow.source),
        func.coalesce(ArticleRow.published_at, ArticleRow.first_seen_at).label("at"),
    )
    joined = select_columns(*columns).join(ArticleRow, col(ArticleRow.id) == col(EventRow.article_id))
    if are_newest:
        joined = joined.where(col(ArticleRow.version) == col(EventRow.article_version))
    rows: list[Row[Any]] = []
    for chunk in in_chunks(sorted(events)):
        rows += session.connection().execute(joined.where(col(EventRow.id).in_(chunk)).order_by(col(EventRow.id)))
    return [
        SourcedEvent(
            id=row.id, article_id=row.article_id, title=row.title, source=row.source, at=row.at, event=events[row.id]
        )
        for row in rows
    ]


# --- rules and routes -------------------------------------------------------------------------------------------


def count_hits(session: Session, *, now: datetime, weeks: int = 12) -> list[RuleHits]:
    """Return how many events each rule told in each of the last weeks, the busiest rule first."""
    age = cast((func.julianday(now) - func.julianday(EventRow.detected_at)) / 7, Integer).label("age")
    rows = session.exec(
        select(EventRow.rule, age, func.count())
        .where(col(EventRow.detected_at) > now - timedelta(weeks=weeks))
        .group_by(EventRow.rule, age)
    )
    counts: dict[str, list[int]] = defaultdict(lambda: [0] * weeks)
    for rule, weeks_ago, count in rows:
        counts[rule][weeks - 1 - min(max(weeks_ago, 0), weeks - 1)] += count
    busiest = sorted(counts.items(), key=lambda item: (-sum(item[1]), item[0]))
    return [RuleHits(rule=rule, weeks=tuple(hits)) for rule, hits in busiest]


def count_routes(session: Session) -> list[RouteCount]:
    """Return what became of the deliveries of each route, by name."""
    rows = session.exec(
        select(DeliveryRow.route, DeliveryRow.state, func.count()).group_by(DeliveryRow.route, DeliveryRow.state)
    )
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for route, state, count in rows:
        counts[route][DeliveryState(state).value] = count
    return [RouteCount(route=route, **states) for route, states in sorted(counts.items())]
