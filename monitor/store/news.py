"""Stories, their events, and the alerts that tell them."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import Session, and_, col, or_, select

from monitor.models import (
    Alert,
    Event,
    EventType,
    Evidence,
    Fact,
    Field,
    Modality,
    Novelty,
    Participant,
    Severity,
    StoredArticle,
    Story,
)
from monitor.store.database import in_chunks
from monitor.store.tables import AlertEventRow, AlertRow, ArticleRow, EventRow, ParticipantRow, StoryRow


def open_stories(session: Session, *, companies: Collection[str], since: datetime) -> list[Story]:
    """Return the stories updated since then that may name one of these companies (folded names), oldest first.

    May: a company is looked for by the first word of its name, because news shortens names.
    """
    if not companies:
        return []
    alike = [condition for name in companies for condition in named_like(name.split(" ")[0])]
    named = (
        select(EventRow.story_id)
        .join(ParticipantRow, col(ParticipantRow.event_id) == col(EventRow.id))
        .where(or_(*alike))
    )
    stories = session.exec(
        select(StoryRow)
        .where(col(StoryRow.updated_at) >= since, col(StoryRow.id).in_(named))
        .order_by(col(StoryRow.updated_at), col(StoryRow.id))
    ).all()
    facts = _facts_of(session, [story.id for story in stories if story.id is not None])
    return [
        Story(id=story.id, facts=frozenset(facts[story.id]), updated_at=story.updated_at)
        for story in stories
        if story.id is not None
    ]


def named_like(name: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Return the conditions under one of which a participant is this company, or has a longer name that begins so.

    A range, not LIKE: it uses the index.
    """
    folded = col(ParticipantRow.folded)
    return folded == name, and_(folded > f"{name} ", folded < f"{name}!")


def open_story(session: Session, now: datetime) -> int:
    """Add a story; return its id."""
    row = StoryRow(opened_at=now, updated_at=now)
    session.add(row)
    session.flush()
    return row.id or 0


def touch_story(session: Session, story_id: int, now: datetime) -> None:
    """Note that a story has news or an outlet more."""
    session.get_one(StoryRow, story_id).updated_at = now


def add_event(
    session: Session, event: Event, folded: Sequence[str], *, stored: StoredArticle, story_id: int, novelty: Novelty
) -> int:
    """Add an event of an article to a story; `folded` are its participants' folded names. Return its id."""
    row = EventRow(
        article_id=stored.id,
        article_version=stored.version,
        story_id=story_id,
        novelty=novelty,
        detected_at=stored.stored_at,
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
    )
    session.add(row)
    session.flush()
    event_id = row.id or 0
    for position, (participant, fold) in enumerate(zip(event.participants, folded, strict=True)):
        session.add(
            ParticipantRow(
                event_id=event_id,
                position=position,
                name=participant.name,
                folded=fold,
                is_watched=participant.is_watched,
            )
        )
    return event_id


def add_alert(
    session: Session, event_ids: Sequence[int], *, stored: StoredArticle, story_id: int, novelty: Novelty, now: datetime
) -> Alert:
    """Add the alert that tells these events, in this order."""
    severities = session.exec(select(EventRow.severity).where(col(EventRow.id).in_(event_ids))).all()
    row = AlertRow(
        story_id=story_id,
        article_id=stored.id,
        novelty=novelty,
        severity=max(map(Severity, severities), key=list(Severity).index),
        created_at=now,
    )
    session.add(row)
    session.flush()
    for position, event_id in enumerate(event_ids):
        session.add(AlertEventRow(alert_id=row.id or 0, position=position, event_id=event_id))
    session.flush()
    return read_alerts(session, [row.id or 0])[0]


def read_alerts(session: Session, alert_ids: Sequence[int]) -> list[Alert]:
    """Return alerts whole, in the order of the ids."""
    rows = session.exec(
        select(AlertRow, ArticleRow)
        .join(ArticleRow, col(ArticleRow.id) == col(AlertRow.article_id))
        .where(col(AlertRow.id).in_(alert_ids))
    ).all()
    told = session.exec(
        select(AlertEventRow)
        .where(col(AlertEventRow.alert_id).in_(alert_ids))
        .order_by(col(AlertEventRow.alert_id), col(AlertEventRow.position))
    ).all()
    events = read_events(session, [row.event_id for row in told])
    alerts = {
        alert.id: Alert(
            id=alert.id or 0,
            story_id=alert.story_id,
            article_id=alert.article_id,
            novelty=Novelty(alert.novelty),
            severity=Severity(alert.severity),
            events=tuple(events[row.event_id] for row in told if row.alert_id == alert.id),
            title=article.title,
            url=article.url,
            source=article.source,
            site_name=article.site_name,
            published_at=article.published_at,
            created_at=alert.created_at,
        )
        for alert, article in rows
    }
    return [alerts[alert_id] for alert_id in alert_ids if alert_id in alerts]


def read_events(session: Session, event_ids: Sequence[int]) -> dict[int, Event]:
    """Return events by id."""
    events: dict[int, Event] = {}
    for chunk in in_chunks(event_ids):
        participants = _participants_of(session, chunk)
        for row in session.exec(select(EventRow).where(col(EventRow.id).in_(chunk))):
            named = (Participant(name=one.name, is_watched=one.is_watched) for one in participants[row.id or 0])
            events[row.id or 0] = _event_of(row, tuple(named))
    return events


def _event_of(row: EventRow, participants: tuple[Participant, ...]) -> Event:
    return Event(
        type=EventType(row.type),
        participants=participants,
        modality=Modality(row.modality),
        evidence=Evidence(
            field=Field(row.field), start=row.sentence_start, end=row.sentence_end, sentence=row.sentence
        ),
        rule=row.rule,
        severity=Severity(row.severity),
        subject=row.subject,
        effective_on=row.effective_on,
        tags=tuple(row.tags),
    )


def _facts_of(session: Session, story_ids: Sequence[int]) -> dict[int, list[Fact]]:
    events = session.exec(select(EventRow).where(col(EventRow.story_id).in_(story_ids))).all()
    participants = _participants_of(session, [event.id or 0 for event in events])
    facts: dict[int, list[Fact]] = defaultdict(list)
    for event in events:
        facts[event.story_id].append(
            Fact(
                type=EventType(event.type),
                companies=frozenset(one.folded for one in participants[event.id or 0]),
                modality=Modality(event.modality),
            )
        )
    return facts


def _participants_of(session: Session, event_ids: Sequence[int]) -> dict[int, list[ParticipantRow]]:
    """Return the participants of each event, in their order."""
    rows: dict[int, list[ParticipantRow]] = defaultdict(list)
    for row in session.exec(
        select(ParticipantRow).where(col(ParticipantRow.event_id).in_(event_ids)).order_by(col(ParticipantRow.position))
    ):
        rows[row.event_id].append(row)
    return rows
