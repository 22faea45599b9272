"""Stories, their events, and the alerts that tell them."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, inspect
from sqlalchemy import select as select_columns
from sqlalchemy.orm import Bundle
from sqlmodel import Session, and_, col, func, or_, select

from monitor.models import (
    Alert,
    Article,
    ArticleFilter,
    Event,
    EventType,
    Evidence,
    Fact,
    Field,
    Judgement,
    Modality,
    Novelty,
    Participant,
    RelationState,
    Severity,
    StoredArticle,
    Story,
)
from monitor.store.database import in_chunks
from monitor.store.tables import (
    AlertEventRow,
    AlertRow,
    ArticleBandRow,
    ArticleRow,
    EventRow,
    FeedbackRow,
    ParticipantRow,
    StoryRow,
)
from monitor.track import fold_name, is_copy, list_bands, passage_of

_EVENTS = select_columns(inspect(EventRow).local_table)
_PARTICIPANTS = select_columns(inspect(ParticipantRow).local_table)
_HEADING_COLUMNS = ("title", "url", "source", "site_name", "language", "published_at")
_HEADING: Bundle[Any] = Bundle("heading", *(inspect(ArticleRow).columns[name] for name in _HEADING_COLUMNS))
"""What is read of many rows at once, as named tuples: ten times as quick as rows that can be written back."""

Move = tuple[RelationState, RelationState]
"""From one state of a relation to the next."""

_MAX_PASSAGES = 8
"""Of a story: more outlets than these say nothing new."""
_MAX_COPIES = 5
_TOLD = (Novelty.NEW_STORY, Novelty.STATE_CHANGED, Novelty.FOLLOW_UP, Novelty.PRIMARY_SOURCE)


def open_stories(session: Session, *, companies: Collection[str], since: datetime) -> list[Story]:
    """Return the stories told since then that may name one of these companies (folded names), oldest first.

    Their facts are those that were told since then. May: a company is looked for by the first word of its name, because
    news shortens names.
    """
    if not companies:
        return []
    alike = [condition for name in companies for condition in named_like(name.split(" ")[0])]
    named = (
        select(EventRow.story_id)
        .join(ParticipantRow, col(ParticipantRow.event_id) == col(EventRow.id))
        .where(or_(*alike))
    )
    ids = session.exec(
        select(StoryRow.id)
        .where(col(StoryRow.updated_at) >= since, col(StoryRow.id).in_(named))
        .order_by(col(StoryRow.updated_at), col(StoryRow.id))
    ).all()
    return read_stories(session, [story_id or 0 for story_id in ids], since=since)


def read_stories(session: Session, ids: Sequence[int], *, since: datetime | None = None) -> list[Story]:
    """Return stories by id, with the facts that were told since a time, or ever."""
    facts, passages = _facts_of(session, ids, since), _passages_of(session, ids)
    return [Story(id=key, facts=frozenset(facts[key]), passages=tuple(passages[key])) for key in ids]


def list_tellers(session: Session, story_ids: Sequence[int]) -> dict[int, set[str]]:
    """Return the sources of the articles of each story."""
    rows = session.exec(
        select(EventRow.story_id, ArticleRow.source)
        .join(ArticleRow, col(ArticleRow.id) == col(EventRow.article_id))
        .where(col(EventRow.story_id).in_(story_ids))
        .distinct()
    )
    sources: dict[int, set[str]] = defaultdict(set)
    for story_id, source in rows:
        sources[story_id].add(source)
    return sources


def find_copied_stories(session: Session, article: Article, *, since: datetime) -> list[int]:
    """Return the stories of articles stored since then of whose text this one is nearly a copy, the oldest first."""
    text = f"{article.title}\n{article.text}"
    rows = session.exec(
        select(ArticleRow.id, ArticleRow.title, ArticleRow.text)
        .join(ArticleBandRow, col(ArticleBandRow.article_id) == col(ArticleRow.id))
        .where(col(ArticleBandRow.band).in_(list_bands(text)), col(ArticleRow.stored_at) >= since)
        .group_by(col(ArticleRow.id))
        .order_by(func.count().desc(), col(ArticleRow.id))
        .limit(_MAX_COPIES)
    ).all()
    ids = [row[0] for row in rows if is_copy(text, f"{row[1]}\n{row[2]}")]
    told = (
        select(EventRow.story_id).where(col(EventRow.article_id).in_(ids)).distinct().order_by(col(EventRow.story_id))
    )
    return list(session.exec(told))


def save_bands(session: Session, stored: StoredArticle) -> None:
    """Remember the fingerprint of an article's newest version."""
    session.exec(delete(ArticleBandRow).where(col(ArticleBandRow.article_id) == stored.id))
    bands = set(list_bands(f"{stored.article.title}\n{stored.article.text}"))
    session.add_all(ArticleBandRow(band=band, article_id=stored.id) for band in bands)


def named_like(name: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Return the conditions under one of which a participant is this company, or has a longer name that begins so.

    A range, not LIKE: it uses the index.
    """
    folded = col(ParticipantRow.folded)
    return folded == name, and_(folded > f"{name} ", folded < f"{name}!")


def event_conditions(wanted: ArticleFilter) -> list[ColumnElement[bool]]:
    """Return the conditions for events of the type, modality and company that are wanted."""
    conditions: list[ColumnElement[bool]] = []
    if wanted.type:
        conditions.append(col(EventRow.type) == wanted.type)
    if wanted.modality:
        conditions.append(col(EventRow.modality) == wanted.modality)
    if wanted.company:
        named = select(ParticipantRow.event_id).where(or_(*named_like(wanted.company)))
        conditions.append(col(EventRow.id).in_(named))
    return conditions


def open_story(session: Session, now: datetime) -> int:
    """Add a story; return its id."""
    row = StoryRow(opened_at=now, updated_at=now)
    session.add(row)
    session.flush()
    return row.id or 0


def touch_story(session: Session, story_id: int, now: datetime) -> None:
    """Note that a story has news: it stays open for another while."""
    session.get_one(StoryRow, story_id).updated_at = now


def acknowledge_story(session: Session, story_id: int, at: datetime | None) -> bool:
    """Note since when somebody knows a story, None that nobody does; return whether there is such a story."""
    row = session.get(StoryRow, story_id)
    if row:
        row.acknowledged_at = at
    return row is not None


def known_stories(session: Session, story_ids: Collection[int]) -> set[int]:
    """Return those of the stories that somebody acknowledged."""
    known: set[int] = set()
    for chunk in in_chunks(sorted(story_ids)):
        chosen = select(StoryRow.id).where(col(StoryRow.id).in_(chunk), col(StoryRow.acknowledged_at).is_not(None))
        known.update(story_id for story_id in session.exec(chosen) if story_id is not None)
    return known


def add_event(
    session: Session, event: Event, *, stored: StoredArticle, story_id: int, novelty: Novelty, now: datetime
) -> int:
    """Add an event of an article to a story; return its id."""
    row = EventRow(
        article_id=stored.id,
        article_version=stored.version,
        story_id=story_id,
        novelty=novelty,
        detected_at=now,
        type=event.type,
        modality=event.modality,
        severity=event.severity,
        subject=event.subject,
        effective_on=event.effective_on,
        rule=event.rule,
        tags=list(event.tags),
        sentence=event.evidence.sentence,
        field=event.evidence.field,
        sentence_start=event.evidence.start,
        sentence_end=event.evidence.end,
        words_start=event.evidence.words_start,
        words_end=event.evidence.words_end,
    )
    session.add(row)
    session.flush()
    event_id = row.id or 0
    for position, participant in enumerate(event.participants):
        session.add(
            ParticipantRow(
                event_id=event_id,
                position=position,
                name=participant.name,
                folded=fold_name(participant.name),
                is_watched=participant.is_watched,
            )
        )
    return event_id


def is_muted(session: Session, stored: StoredArticle) -> bool:
    """Return whether all events of an article, and there are some, came with its source's first look."""
    novelties = session.exec(
        select(EventRow.novelty).where(EventRow.article_id == stored.id, EventRow.article_version == stored.version)
    ).all()
    return bool(novelties) and set(novelties) == {Novelty.BASELINE}


def forget_events(session: Session, stored: StoredArticle) -> None:
    """Remove the events of an article's newest version, of which nothing was told, so that they can be judged again."""
    ids = session.exec(
        select(EventRow.id).where(EventRow.article_id == stored.id, EventRow.article_version == stored.version)
    ).all()
    session.exec(delete(ParticipantRow).where(col(ParticipantRow.event_id).in_(ids)))
    session.exec(delete(EventRow).where(col(EventRow.id).in_(ids)))


def add_alert(
    session: Session,
    told: Mapping[int, Move | None] | Sequence[int],
    *,
    stored: StoredArticle,
    story_id: int,
    novelty: Novelty,
    now: datetime,
) -> Alert:
    """Add the alert that tells these events, in this order; a mapping says how each moved its relation, if it did."""
    severities = session.exec(select(EventRow.severity).where(col(EventRow.id).in_(list(told)))).all()
    row = AlertRow(
        story_id=story_id,
        article_id=stored.id,
        novelty=novelty,
        severity=max(map(Severity, severities), key=list(Severity).index),
        created_at=now,
    )
    session.add(row)
    session.flush()
    for position, event_id in enumerate(told):
        before, after = (told[event_id] if isinstance(told, Mapping) else None) or (None, None)
        session.add(
            AlertEventRow(
                alert_id=row.id or 0, position=position, event_id=event_id, state_before=before, state_after=after
            )
        )
    session.flush()
    return read_alerts(session, [row.id or 0])[0]


def read_alerts(session: Session, alert_ids: Sequence[int]) -> list[Alert]:
    """Return alerts whole, in the order of the ids."""
    alerts: dict[int, Alert] = {}
    for chunk in in_chunks(alert_ids):
        told = _told_of(session, chunk)
        events = read_events(session, [row.event_id for rows in told.values() for row in rows])
        rows = session.exec(
            select(AlertRow, _HEADING, StoryRow.acknowledged_at, FeedbackRow.judgement)
            .join(ArticleRow, col(ArticleRow.id) == col(AlertRow.article_id))
            .join(StoryRow, col(StoryRow.id) == col(AlertRow.story_id))
            .outerjoin(FeedbackRow, col(FeedbackRow.alert_id) == col(AlertRow.id))
            .where(col(AlertRow.id).in_(chunk))
        )
        for row, heading, acknowledged_at, judgement in rows:
            alert_id = row.id or 0
            alerts[alert_id] = Alert(
                id=alert_id,
                story_id=row.story_id,
                article_id=row.article_id,
                novelty=Novelty(row.novelty),
                severity=Severity(row.severity),
                events=tuple(events[one.event_id] for one in told[alert_id]),
                moves=tuple(_move_of(one) for one in told[alert_id]),
                title=heading.title,
                url=heading.url,
                source=heading.source,
                site_name=heading.site_name,
                language=heading.language,
                published_at=heading.published_at,
                created_at=row.created_at,
                judgement=Judgement(judgement) if judgement else None,
                is_acknowledged=acknowledged_at is not None and acknowledged_at >= row.created_at,
            )
    return [alerts[alert_id] for alert_id in alert_ids if alert_id in alerts]


def read_events(session: Session, event_ids: Sequence[int]) -> dict[int, Event]:
    """Return events by id."""
    events: dict[int, Event] = {}
    for chunk in in_chunks(event_ids):
        participants = _participants_of(session, chunk)
        for row in session.connection().execute(_EVENTS.where(col(EventRow.id).in_(chunk))).all():
            named = (Participant(name=one.name, is_watched=one.is_watched) for one in participants[row.id])
            events[row.id] = _event_of(row, tuple(named))
    return events


def _told_of(session: Session, alert_ids: Sequence[int]) -> dict[int, list[AlertEventRow]]:
    """Return the events that each alert tells, in the alert's order."""
    told: dict[int, list[AlertEventRow]] = defaultdict(list)
    for row in session.exec(
        select(AlertEventRow).where(col(AlertEventRow.alert_id).in_(alert_ids)).order_by(col(AlertEventRow.position))
    ):
        told[row.alert_id].append(row)
    return told


def _move_of(row: AlertEventRow) -> Move | None:
    if row.state_before is None or row.state_after is None:
        return None
    return RelationState(row.state_before), RelationState(row.state_after)


def _event_of(row: Row[Any], participants: tuple[Participant, ...]) -> Event:
    return Event(
        type=EventType(row.type),
        participants=participants,
        modality=Modality(row.modality),
        evidence=_evidence_of(row),
        rule=row.rule,
        severity=Severity(row.severity),
        subject=row.subject,
        effective_on=row.effective_on,
        tags=tuple(row.tags),
    )


def _evidence_of(row: Row[Any]) -> Evidence:
    return Evidence(
        field=Field(row.field),
        start=row.sentence_start,
        end=row.sentence_end,
        sentence=row.sentence,
        words_start=row.words_start,
        words_end=row.words_end,
    )


def _facts_of(session: Session, story_ids: Sequence[int], since: datetime | None) -> dict[int, list[Fact]]:
    """Return what was told of each story; what was muted is not known to anybody."""
    rows = session.exec(
        select(EventRow).where(
            col(EventRow.story_id).in_(story_ids),
            col(EventRow.novelty).in_(_TOLD),
            *([col(EventRow.detected_at) >= since] if since else []),
        )
    ).all()
    participants = _participants_of(session, [row.id or 0 for row in rows])
    facts: dict[int, list[Fact]] = defaultdict(list)
    for row in rows:
        facts[row.story_id].append(
            Fact(
                type=EventType(row.type),
                companies=frozenset(one.folded for one in participants[row.id or 0]),
                modality=Modality(row.modality),
                subject=row.subject,
                told_at=row.detected_at,
            )
        )
    return facts


def _passages_of(session: Session, story_ids: Sequence[int]) -> dict[int, list[str]]:
    """Return how the first articles of each story tell it."""
    evidence: dict[tuple[int, int], list[Evidence]] = defaultdict(list)
    told = _EVENTS.where(col(EventRow.story_id).in_(story_ids)).order_by(col(EventRow.id))
    for row in session.connection().execute(told):
        evidence[row.story_id, row.article_id].append(_evidence_of(row))
    passages: dict[int, list[str]] = defaultdict(list)
    for (story_id, article_id), found in evidence.items():
        if len(passages[story_id]) < _MAX_PASSAGES:
            article = session.get_one(ArticleRow, article_id)
            passages[story_id].append(passage_of(article.title, article.text, found))
    return passages


def _participants_of(session: Session, event_ids: Sequence[int]) -> dict[int, list[Row[Any]]]:
    """Return the participants of each event, in their order."""
    rows: dict[int, list[Row[Any]]] = defaultdict(list)
    for chunk in in_chunks(event_ids):
        wanted = _PARTICIPANTS.where(col(ParticipantRow.event_id).in_(chunk))
        for row in session.connection().execute(wanted.order_by(col(ParticipantRow.position))).all():
            rows[row.event_id].append(row)
    return rows
