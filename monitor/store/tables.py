"""The tables. Rows stay inside `store/`: the queries return the types of models.py.

Times are aware UTC. Lists and flat values that no query looks into are JSON; they are assigned whole, never changed in
place (SQLAlchemy would not notice). Enumerations are stored by their values, so that people can read them.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Index, UniqueConstraint, column, table
from sqlmodel import JSON, Column, Field, SQLModel

FULL_TEXT = table("articles_fts", column("rowid"), column("articles_fts"))
"""Words of articles, by their ids: a virtual table of FTS5, asked by MATCH of the column that has its name."""


class SourceRow(SQLModel, table=True):
    """What is known of a source beside its configuration."""

    __tablename__ = "sources"

    name: str = Field(primary_key=True)
    is_baselined: bool = False
    checked_at: datetime | None = None
    succeeded_at: datetime | None = None
    not_before: datetime | None = None
    """Leave it in peace until then: it failed, or said so."""
    failures: int = 0
    """In a row."""
    last_error: str | None = None
    newest_at: datetime | None = None
    """Publication of its newest article; one of the future counts from when it was seen."""
    hub: str | None = None
    """The WebSub hub that it names."""
    due_at: datetime | None = None
    """Its next look."""
    condition: str = "fine"
    """What is wrong with it, as it was told."""
    condition_since: datetime | None = None
    condition_detail: str | None = None


class RhythmRow(SQLModel, table=True):
    """When a source publishes and what it usually shows: models.Pulse."""

    __tablename__ = "rhythms"

    source: str = Field(primary_key=True)
    reading: str
    """How the source was read then: other settings show other links."""
    arrivals: list[float] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    hours: list[float] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    parts: list[float] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    recent: list[float] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    """Seconds since 1970."""
    watched_until: datetime | None = None
    followed: float = 0.0
    credit: float = 0.0
    shown: list[int] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    usual_items: float = 0.0
    usual_dated: float = 0.0
    odd_looks: int = 0


class ValidatorRow(SQLModel, table=True):
    """ETag and Last-Modified of a source's own pages, saved when every link on them is settled."""

    __tablename__ = "validators"

    source: str = Field(primary_key=True)
    url: str = Field(primary_key=True)
    reading: str
    """How the source was read then: other settings may find other links on the same page."""
    etag: str | None = None
    last_modified: str | None = None


class LinkRow(SQLModel, table=True):
    """Every article URL ever seen, and what became of it."""

    __tablename__ = "links"
    __table_args__ = (Index("links_open", "source", "state", "due_at"),)

    url: str = Field(primary_key=True)
    source: str
    state: str
    """`waiting` for its (next) fetch at `due_at`; `stored`, to be looked at again at `due_at` if any; `given up`, to be
    tried once more if it is still shown at `due_at`."""
    article_id: int | None = Field(default=None, foreign_key="articles.id", index=True)
    title: str | None = None
    summary: str | None = None
    published_at: datetime | None = None
    published_certainty: str = "exact"
    modified_at: datetime | None = None
    seen_at: datetime
    is_baseline: bool = False
    due_at: datetime | None = None
    attempts: int = 0
    """Failed fetches in a row."""
    stored_at: datetime | None = None
    """When its article was stored or last changed."""
    last_error: str | None = None
    etag: str | None = None
    last_modified: str | None = None


class ArticleRow(SQLModel, table=True):
    """The newest version of an article."""

    __tablename__ = "articles"
    __table_args__ = (
        Index("articles_newest", "source", "published_at"),
        Index("articles_with_text", "text_removed_at", "stored_at"),
        Index("articles_seen", "first_seen_at", "source"),
    )

    id: int | None = Field(default=None, primary_key=True)
    url: str = Field(unique=True)
    source: str
    title: str
    text: str
    text_digest: str = Field(index=True)
    authors: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    site_name: str | None = None
    language: str | None = None
    published_at: datetime | None = Field(default=None, index=True)
    modified_at: datetime | None = None
    first_seen_at: datetime
    stored_at: datetime
    version: int = 1
    section: str | None = None
    tickers: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    is_published_day_only: bool = False
    published_offset_minutes: int | None = None
    """Of the time zone that the page states; `published_at` itself is in UTC."""
    stripped: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    text_removed_at: datetime | None = None
    """Since when its text is gone for good: see retention.py."""


class ArticleBandRow(SQLModel, table=True):
    """A band of the fingerprint of an article that tells events: copies of it share one or more."""

    __tablename__ = "article_bands"
    __table_args__ = ({"sqlite_with_rowid": False},)

    band: int = Field(primary_key=True, sa_type=BigInteger)
    article_id: int = Field(primary_key=True, foreign_key="articles.id")


class ArticleVersionRow(SQLModel, table=True):
    """A version that a newer one replaced."""

    __tablename__ = "article_versions"
    __table_args__ = (UniqueConstraint("article_id", "version"),)

    id: int | None = Field(default=None, primary_key=True)
    article_id: int = Field(foreign_key="articles.id")
    version: int
    title: str
    text: str
    stored_at: datetime


class LearnedSiteRow(SQLModel, table=True):
    """A site of which boilerplate is learned."""

    __tablename__ = "learned_sites"

    site: str = Field(primary_key=True)
    """Its host, without `www.`."""
    articles: int


class LearnedLineRow(SQLModel, table=True):
    """A line of a site's articles, and on which of them it stood."""

    __tablename__ = "learned_lines"
    __table_args__ = (Index("learned_lines_seen", "site", "seen_at"),)

    site: str = Field(primary_key=True)
    line: int = Field(primary_key=True, sa_type=BigInteger)
    """Its fingerprint."""
    sightings: list[list[Any]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    """Pairs of an article's fingerprint and the time when it was published."""
    seen_at: datetime


class StoryRow(SQLModel, table=True):
    """A cluster of articles that report the same news."""

    __tablename__ = "stories"

    id: int | None = Field(default=None, primary_key=True)
    opened_at: datetime
    updated_at: datetime = Field(index=True)
    acknowledged_at: datetime | None = None
    """Since when somebody knows it: see `monitor ack`."""


class EventRow(SQLModel, table=True):
    """A partnership change as one version of one article tells it."""

    __tablename__ = "events"
    __table_args__ = (
        Index("events_by_kind", "type", "modality", "article_id"),
        Index("events_by_time", "detected_at", "rule"),
    )

    id: int | None = Field(default=None, primary_key=True)
    article_id: int = Field(foreign_key="articles.id", index=True)
    article_version: int
    story_id: int = Field(foreign_key="stories.id", index=True)
    type: str
    modality: str
    severity: str
    subject: str | None = None
    effective_on: date | None = None
    rule: str
    tags: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    sentence: str
    """The evidence, and where it stands: in `title` or `text`, from `sentence_start` up to `sentence_end`."""
    field: str
    sentence_start: int
    sentence_end: int
    words_start: int = 0
    """Where in the sentence the words stand that tell the change, up to `words_end`; both 0 if nobody noted them."""
    words_end: int = 0
    novelty: str
    """What the tracker decided about the story when this event came."""
    detected_at: datetime


class ParticipantRow(SQLModel, table=True):
    """A company in an event."""

    __tablename__ = "participants"
    __table_args__ = (
        Index("participants_named", "folded", "event_id", "name"),
        Index("participants_of", "event_id", "folded"),
    )

    event_id: int = Field(primary_key=True, foreign_key="events.id")
    position: int = Field(primary_key=True)
    name: str
    folded: str
    """The name as `track.fold_name` has it."""
    is_watched: bool = False


class AlertRow(SQLModel, table=True):
    """What people are told of a story, once for each novelty."""

    __tablename__ = "alerts"

    id: int | None = Field(default=None, primary_key=True)
    story_id: int = Field(foreign_key="stories.id", index=True)
    article_id: int = Field(foreign_key="articles.id", index=True)
    novelty: str
    severity: str
    created_at: datetime = Field(index=True)


class FeedbackRow(SQLModel, table=True):
    """What a reader said of an alert last."""

    __tablename__ = "feedback"

    alert_id: int = Field(primary_key=True, foreign_key="alerts.id")
    judgement: str
    given_at: datetime


class SavedSearchRow(SQLModel, table=True):
    """A search for articles that somebody keeps."""

    __tablename__ = "saved_searches"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    asked: dict[str, str] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    """The parameters of its address on the page, as `q` and `type`."""
    saved_at: datetime


class AlertEventRow(SQLModel, table=True):
    """An event that an alert tells, in the alert's order."""

    __tablename__ = "alert_events"

    alert_id: int = Field(primary_key=True, foreign_key="alerts.id")
    position: int = Field(primary_key=True)
    event_id: int = Field(foreign_key="events.id")
    state_before: str | None = None
    state_after: str | None = None
    """How the event moved the relation of its companies when it was told; None if it did not."""


class NoticeRow(SQLModel, table=True):
    """What operators are told of the monitor itself: models.Notice."""

    __tablename__ = "notices"

    id: int | None = Field(default=None, primary_key=True)
    about: str
    name: str
    condition: str
    detail: str = ""
    severity: str
    created_at: datetime


class DeliveryRow(SQLModel, table=True):
    """The outbox: one alert or notice on its way to one target of one route."""

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("alert_id", "route", "target", "reminder"),
        Index("deliveries_due", "state", "due_at"),
        Index("deliveries_groups", "route", "target", "group", "state", "sent_at"),
        Index("deliveries_sent", "route", "target", "sent_at"),
        Index("deliveries_by_route", "route", "state"),
        Index("deliveries_handed", "handed_from"),
    )

    id: int | None = Field(default=None, primary_key=True)
    alert_id: int | None = Field(default=None, foreign_key="alerts.id")
    notice_id: int | None = Field(default=None, foreign_key="notices.id")
    route: str
    target: str
    group: str
    """What it is sent together with."""
    parcel: int | None = None
    """The message that holds it: the id of its first delivery."""
    reminder: int = 0
    state: str
    due_at: datetime
    leased_until: datetime | None = None
    """While somebody sends it."""
    attempts: int = 0
    last_error: str | None = None
    sent_at: datetime | None = None
    accepted_by: list[str] | None = Field(default=None, sa_column=Column(JSON))
    """Marks of the recipients at the target who have it although it must go again; not their addresses."""
    handed_from: int | None = None
    """The delivery that its target did not take, and that this one is in place of."""


class TargetRow(SQLModel, table=True):
    """How a target fares."""

    __tablename__ = "targets"

    name: str = Field(primary_key=True)
    failures: int = 0
    """Messages in a row that it did not take."""
    is_told: bool = False
    """A notice says that it fails."""


class SilenceRow(SQLModel, table=True):
    """What shall not be sent until a time: models.Silence."""

    __tablename__ = "silences"

    id: int | None = Field(default=None, primary_key=True)
    conditions: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    """The fields of models.Conditions, `routes` and `stories`; what is empty is left out."""
    comment: str = ""
    created_at: datetime
    ends_at: datetime = Field(index=True)
