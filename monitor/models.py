"""Every type that flows through the monitor, in order of appearance.

All are immutable values. Times are aware UTC; durations are seconds, with the unit in the name.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from math import sqrt
from typing import Annotated

from annotated_types import Ge, Gt, MinLen

# --- sources and what they point at -----------------------------------------------------------------------------


class SourceKind(StrEnum):
    """How a source lists its articles."""

    FEED = "feed"
    SITEMAP = "sitemap"
    LISTING = "listing"


class Reading(StrEnum):
    """Where the text of a source's articles comes from."""

    PAGE = "page"
    LINK = "link"


class Pace(StrEnum):
    """How the looks at a source are spread over time."""

    ADAPTIVE = "adaptive"
    FIXED = "fixed"


class SourceCondition(StrEnum):
    """What is wrong with a source; told when it begins and when it ends."""

    FINE = "fine"
    DOWN = "down"
    """It cannot be fetched."""
    BLOCKED = "blocked"
    """It refuses us: left in peace, never tricked."""
    RESTYLED = "restyled"
    """It is there, and not read as before: no links, no dates, or none of the links we knew."""
    EMPTIED = "emptied"
    """It shows a fifth of its usual items, or none."""
    FROZEN = "frozen"
    """It answers with the same items for longer than its rhythm explains."""
    MOVED = "moved"
    """It has a new address for good, and is read there."""


class SourceTier(StrEnum):
    """Who speaks in a source, the nearest to the facts first."""

    REGULATOR = "regulator"
    NEWSROOM = "newsroom"
    """A company's own."""
    WIRE = "wire"
    PRESS = "press"
    AGGREGATOR = "aggregator"


PRIMARY_TIERS = frozenset({SourceTier.REGULATOR, SourceTier.NEWSROOM})
"""They state a deal themselves; the others report it."""


class BlockRole(StrEnum):
    """What a block is in its article."""

    HEADLINE = "headline"
    STANDFIRST = "standfirst"
    BYLINE = "byline"
    PARAGRAPH = "paragraph"
    SUBHEADING = "subheading"
    LIST = "list"
    QUOTE = "quote"
    TABLE = "table"
    CAPTION = "caption"
    POINTER = "pointer"
    """To another article: `Read more: …`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockRules:
    """What a source says of the blocks of its pages: `[sources.blocks]` of sources.toml."""

    keep_selectors: tuple[str, ...] = ()
    """CSS selectors of elements whose text belongs to the article."""
    drop_selectors: tuple[str, ...] = ()
    keep_roles: tuple[BlockRole, ...] = (BlockRole.STANDFIRST,)
    """By default the standfirst: it tells the news in one sentence, wherever a site places it."""
    drop_roles: tuple[BlockRole, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One place that lists articles."""

    name: Annotated[str, MinLen(1)]
    kind: SourceKind
    url: str
    every_seconds: Annotated[int, Ge(5)] = 900
    selector: str | None = None
    """CSS selector of the links of a listing page."""
    read: Reading = Reading.PAGE
    """`page` fetches each article; `link` takes title and summary as the source gives them."""
    keep: tuple[str, ...] = ()
    """Words or phrases of which title, summary or tickers must hold one; empty keeps all."""
    max_links: Annotated[int, Ge(1)] = 200
    """Newest links taken from one look at the source."""
    baseline: bool = True
    """Take the first look as what was there before: stored, not alerted."""
    blocks: BlockRules = BlockRules()
    """What of its pages to keep and to drop, whatever all other steps say."""
    tier: SourceTier = SourceTier.PRESS
    """The first regulator or newsroom that confirms a story is told though others told it before."""
    pace: Pace = Pace.ADAPTIVE
    """`adaptive` looks more often when its news is likely, `fixed` evenly; as often either way."""
    needs_contact: bool = False
    """Stay off until `contact` names an e-mail address, as some servers ask of robots."""


class DateCertainty(StrEnum):
    """How much of a date its source really told."""

    EXACT = "exact"
    ZONE_ASSUMED = "zone assumed"
    """It names no time zone: taken as UTC, so it may be half a day off."""
    DAY = "day only"
    """It names no time: taken as midnight in UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An article that a source points at, not fetched yet."""

    url: str
    """Canonical, absolute. An item without a page of its own has its source's, with a fragment that is its own."""
    id: str | None = None
    """As the source names the item, if it does."""
    title: str | None = None
    summary: str | None = None
    """Plain text."""
    published_at: datetime | None = None
    """As the source says, be it in the future; when the monitor saw it first is kept apart."""
    published_certainty: DateCertainty = DateCertainty.EXACT
    modified_at: datetime | None = None
    tickers: tuple[str, ...] = ()
    """Listed companies that it is about, as `NASDAQ:MSFT`."""

    @property
    def has_page(self) -> bool:
        """False for an item that is all that its source shows of it: there is nothing to fetch."""
        return "#" not in self.url


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """What one look at a source found."""

    links: tuple[Link, ...] = ()
    others: tuple[Link, ...] = ()
    """Links that the source's `keep` leaves out."""
    more: tuple[str, ...] = ()
    """Pages of the same source to look at too, as the sitemaps of an index."""
    next_page: str | None = None
    """Where the source goes on with older articles, if it says so (RFC 5005, JSON Feed's `next_url`)."""
    hub: str | None = None
    """The WebSub hub that would push its news: noted, not used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A link whose article is due to be fetched: for the first time, again after a failure, or to see if it changed."""

    link: Link
    is_baseline: bool = False
    stored_at: datetime | None = None
    """When its article was stored or last changed; `etag` and `last_modified` are those of that page."""
    attempts: int = 0
    """Failed fetches in a row."""
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """How a source fares."""

    name: str
    is_baselined: bool = False
    """Its first look is over: from now on news is alerted."""
    checked_at: datetime | None = None
    succeeded_at: datetime | None = None
    not_before: datetime | None = None
    """It is left in peace until then."""
    failures: int = 0
    """In a row."""
    last_error: str | None = None
    newest_at: datetime | None = None
    """Publication of its newest article; one of the future counts from when it was seen."""
    hub: str | None = None
    """The WebSub hub that it names: noted, not used."""
    due_at: datetime | None = None
    """Its next look."""
    condition: SourceCondition = SourceCondition.FINE
    condition_since: datetime | None = None
    condition_detail: str | None = None
    articles: int = 0


HOURS_OF_WEEK = 168
PARTS_OF_HOUR = 12
"""Five minutes each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """When a source publishes, as far as the monitor has seen; what is older counts less."""

    arrivals: tuple[float, ...] = (0.0,) * HOURS_OF_WEEK
    """Articles by hour of week, from Monday 00:00 UTC."""
    hours: tuple[float, ...] = (0.0,) * HOURS_OF_WEEK
    """Hours for which each of them was watched."""
    parts: tuple[float, ...] = (0.0,) * PARTS_OF_HOUR
    """Articles by part of the hour: releases go out at full and half hours."""
    recent: tuple[datetime, ...] = ()
    """The newest articles' times, oldest first."""
    watched_until: datetime | None = None
    followed: float = 0.0
    """Articles that came soon after another, beyond what chance explains, as a share of all that count here."""
    credit: float = 0.0
    """Looks saved, or if below 0 borrowed, against the plan of one every `every_seconds` in the mean of a week."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What one look at a source showed."""

    links: tuple[Link, ...] | None
    """None if the source says that nothing changed."""
    is_whole: bool = True
    """False if a part of the source did not change and so showed no links."""
    moved_to: str | None = None
    """Its new address, if it is sent there for good."""
    fresh_seconds: float = 0.0
    """How long the server says that it stays as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """What is remembered of a source's looks: its rhythm, and what it usually shows."""

    rhythm: Rhythm = Rhythm()
    shown: frozenset[int] = frozenset()
    """Fingerprints of the links of the last look."""
    usual_items: float = 0.0
    usual_dated: float = 0.0
    """Share of the links with a date."""
    odd_looks: int = 0
    """In a row, at which it showed too little."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """How a source is, and what tells it."""

    condition: SourceCondition = SourceCondition.FINE
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One HTTP response, undecoded: the only type with bytes. `body` is empty when the server says 304."""

    url: str
    """Where the body came from, after redirects."""
    requested_url: str
    status: int
    content_type: str | None
    """The header as sent, parameters included."""
    body: bytes
    etag: str | None = None
    last_modified: str | None = None
    fresh_seconds: float = 0.0
    """How long the server says that the page stays as it is (Cache-Control, Expires)."""
    moved_to: str | None = None
    """Its new address, if all redirects on the way there are for good (301, 308)."""

    @property
    def is_unchanged(self) -> bool:
        """True when the server says that its answer is the one we know."""
        return self.status == 304


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a service answered to a message that we posted."""

    status: int
    body: bytes
    """Its first kilobytes."""
    retry_after_seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchSettings:
    """How the network is used: `[fetch]` of monitor.toml."""

    user_agent: str = "partnership-monitor/0.1"
    delay_seconds: Annotated[float, Ge(0)] = 1.0
    """Least time between two requests to one host; robots.txt may ask for more."""
    deadline_seconds: Annotated[float, Gt(0)] = 30.0
    """For one fetch, from the name's look-up to the last byte, redirects included."""
    max_raw_bytes: Annotated[int, Ge(1000)] = 5_000_000
    """Of a body as it comes over the wire."""
    max_decoded_bytes: Annotated[int, Ge(1000)] = 20_000_000
    max_redirects: Annotated[int, Ge(0)] = 5
    allow: tuple[str, ...] = ()
    """Own hosts that may have private addresses: `host`, `host:port` or a network as `10.0.0.0/8`."""


# --- articles ---------------------------------------------------------------------------------------------------


class StripReason(StrEnum):
    """Why a block is not part of the article."""

    STRUCTURE = "structure"
    """Navigation, header, footer, aside, form, hidden."""
    NAMED = "named as furniture"
    """Class or id says related, share, newsletter, promo …"""
    DENSITY = "link density"
    """Mostly links, or too little text for its place."""
    WORDING = "wording"
    """The words of a promo, a sign-up box, a share bar."""
    OUTSIDE = "outside the article"
    """Not in the container that holds the article."""
    REPEATED = "said before"
    """The same text stands above."""
    LEARNED = "learned"
    """The site has shown it on other articles before."""
    SOURCE = "rule of the source"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stripped:
    """A block of a page that was not taken into the article, and why."""

    text: str
    reason: StripReason
    where: str = ""
    """The element, as `aside.related`; on how many articles it was learned; empty for plain text."""
    rules: tuple[str, ...] = ()
    """Names of the rules that match in it all the same: news that may be lost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedBlock:
    """A block of a page in reading order, and what became of it."""

    text: str
    role: BlockRole
    reason: StripReason | None
    """Why it was taken out; None if it is part of the article."""
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """Clean text and its facts. Paragraphs of `text` are separated by a blank line."""

    url: str
    """Canonical."""
    title: str
    text: str
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    """With the offset that the page states, so that its day is the readers' day."""
    is_published_day_only: bool = False
    """The page states no time of day: `published_at` is midnight."""
    modified_at: datetime | None = None
    site_name: str | None = None
    section: str | None = None
    """As the site names it."""
    tickers: tuple[str, ...] = ()
    """That the page states, without their exchanges."""
    language: str | None = None
    """Primary subtag of BCP 47, as `en`."""
    stripped: tuple[Stripped, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredArticle:
    """An article of the history."""

    id: int
    article: Article
    source: str
    version: int
    first_seen_at: datetime
    stored_at: datetime
    text_removed_at: datetime | None = None
    """Since when its text is gone for good, by `keep_text_days`."""


# --- rules, companies, events -----------------------------------------------------------------------------------


class EventType(StrEnum):
    """What changed between the parties, in order of precedence: the first that fits names an alert."""

    TERMINATION = "termination"
    PARTNER_LEFT = "partner_left"
    EXCLUSIVITY_LOST = "exclusivity_lost"
    RIGHT_OF_FIRST_REFUSAL = "right_of_first_refusal"
    DISPUTE = "dispute"
    SUSPENSION = "suspension"
    TERMS_CHANGED = "terms_changed"
    EXTENSION_RENEWAL = "extension_renewal"
    EXPANSION = "expansion"
    PARTNER_JOINED = "partner_joined"
    EXCLUSIVITY_GRANTED = "exclusivity_granted"
    JOINT_VENTURE = "joint_venture"
    SUPPLY_AGREEMENT = "supply_agreement"
    LICENCE_AGREEMENT = "licence_agreement"
    NEW_PARTNERSHIP = "new_partnership"
    IN_TALKS = "in_talks"


class Modality(StrEnum):
    """How sure the text is, surest first; `historical` is background."""

    CONFIRMED = "confirmed"
    CONDITIONAL = "conditional"
    REPORTED = "reported"
    SPECULATED = "speculated"
    DENIED = "denied"
    HISTORICAL = "historical"


class Severity(StrEnum):
    """How much an event matters to its readers, least first."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """A company that people watch."""

    name: Annotated[str, MinLen(1)]
    aliases: tuple[str, ...] = ()
    """Other names, matched without regard to case."""
    exact_aliases: tuple[str, ...] = ()
    """Names that are also words: matched in exactly this case."""
    ticker: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A keyword rule; `match` and `unless` are in the rule language (see README)."""

    name: str
    type: EventType
    match: str
    unless: str | None = None
    severity: Severity = Severity.NORMAL
    tags: tuple[str, ...] = ()
    modalities: tuple[Modality, ...] = tuple(Modality)
    """Events of other modalities are dropped."""
    hits: tuple[str, ...] = ()
    """Texts in which the rule must find an event."""
    misses: tuple[str, ...] = ()
    """Texts in which it must not."""
    min_parties: int = 0
    """Companies that must be named around the match."""
    language: str | None = None
    """In which the rule is written, as "de": German writes every noun as other languages write names."""
    is_weighed: bool = False
    """A match is an event only where its weight and what stands around it say so (the built-in pack)."""
    sets: tuple[tuple[str, str], ...] = ()
    """Names that `match` and `unless` may use, with the query that each stands for."""
    file: str = ""
    """Where the rule is written, for messages."""


class Field(StrEnum):
    """The part of an article in which something stands."""

    TITLE = "title"
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The sentence that shows an event: `[start, end)` in the article's title or text, in characters."""

    field: Field
    start: int
    end: int
    sentence: str
    words_start: int = 0
    words_end: int = 0
    """The words of the sentence that tell the change, in characters of it; both 0 where nobody noted them."""

    @property
    def words(self) -> str:
        """The words that tell the change, as the sentence writes them."""
        return self.sentence[self.words_start : self.words_end]


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """A company that takes part in an event."""

    name: str
    """The watch list's name, else the longest form in the article."""
    is_watched: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A partnership change that an article tells."""

    type: EventType
    participants: tuple[Participant, ...]
    """In order of appearance, without repeats."""
    modality: Modality
    evidence: Evidence
    rule: str
    severity: Severity = Severity.NORMAL
    subject: str | None = None
    """What the relation is about, as `cloud`, where the sentence names it."""
    effective_on: date | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedEvent:
    """An event and when its article was published, or first seen."""

    event: Event
    at: datetime


# --- what is new about it ---------------------------------------------------------------------------------------


class Novelty(StrEnum):
    """Why an article's events are, or are not, told."""

    NEW_STORY = "new story"
    STATE_CHANGED = "the story changed state"
    FOLLOW_UP = "new facts in a known story"
    PRIMARY_SOURCE = "a primary source confirms the story"
    REPEAT = "already told"
    BACKGROUND = "background only"
    BASELINE = "first look at this source"
    STALE = "published too long ago"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing that a story has told: who, what, how sure."""

    type: EventType
    companies: frozenset[str]
    """Folded names: see `track.fingerprint.fold_name`."""
    modality: Modality
    subject: str | None
    told_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """All articles that report the same news."""

    id: int
    facts: frozenset[Fact]
    """What was told of it while it is open."""
    passages: tuple[str, ...] = ()
    """How its articles tell it: see `track.passage_of`."""
    is_confirmed_at_source: bool = False
    """A regulator or a company's newsroom has told it."""
    is_copied: bool = False
    """One of its articles has nearly the same text as the one in hand."""


class RelationState(StrEnum):
    """Where the relation of two companies on one subject stands."""

    NONE = "none"
    TALKS = "in talks"
    ACTIVE = "active"
    EXPANDED = "expanded"
    EXCLUSIVE = "exclusive"
    FIRST_REFUSAL = "right of first refusal"
    NON_EXCLUSIVE = "non-exclusive"
    DISPUTED = "disputed"
    SUSPENDED = "suspended"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """The state of one pair of companies on one subject, and since when."""

    companies: tuple[str, str]
    """Display names, in alphabetical order of their folded forms."""
    subject: str | None
    state: RelationState
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """A step of a relation from one state to the next, and the event that told it."""

    companies: tuple[str, str]
    """Display names, in alphabetical order of their folded forms."""
    subject: str | None
    before: RelationState
    after: RelationState
    at: datetime
    event: Event


class Judgement(StrEnum):
    """What a reader says of an alert."""

    RIGHT = "right"
    WRONG = "wrong"
    LATE = "late"
    """Right, but known from elsewhere before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """What people are told: a story's news, its evidence, and why now."""

    id: int
    story_id: int
    article_id: int = 0
    novelty: Novelty
    severity: Severity
    events: tuple[Event, ...]
    """What is new, the most telling first; never empty."""
    moves: tuple[tuple[RelationState, RelationState] | None, ...] = ()
    """Of each event: from which state to which it moved the relation of its companies when it was told, if it did."""
    title: str
    url: str
    source: str
    site_name: str | None
    language: str | None = None
    published_at: datetime | None
    created_at: datetime
    judgement: Judgement | None = None
    """What a reader said of it."""
    is_acknowledged: bool = False
    """Somebody knows its story since then."""


class Subject(StrEnum):
    """What a route is about."""

    NEWS = "news"
    SOURCES = "sources"
    """A source that falls silent or fails, and that is well again."""
    TARGETS = "targets"
    """A target that takes no messages, and that takes them again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What operators are told of the monitor itself: how a source or a target is."""

    id: int = 0
    about: Subject
    name: str
    """Of the source or the target."""
    condition: str
    detail: str = ""
    severity: Severity
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Precision:
    """How many of the judged alerts of a rule, source or modality were right."""

    name: str
    right: int
    """Late ones among them."""
    judged: int
    late: int = 0

    @property
    def share(self) -> float:
        """The right ones among the judged."""
        return self.right / self.judged if self.judged else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """The interval in which the share lies with 95 % confidence (Wilson 1927); from 0 to 1 if none was judged."""
        if not self.judged:
            return 0.0, 1.0
        z, count = 1.96, self.judged
        middle = (self.share + z * z / (2 * count)) / (1 + z * z / count)
        half = z * sqrt(self.share * (1 - self.share) / count + z * z / (4 * count * count)) / (1 + z * z / count)
        return max(0.0, middle - half), min(1.0, middle + half)


class DeliveryState(StrEnum):
    """Where an alert stands on its way to a target."""

    WAITING = "waiting"
    SENT = "sent"
    DEAD = "dead"
    SILENCED = "silenced"
    """Not sent, because somebody asked for silence or knows the story."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One alert or notice on its way to one target of one route: the outbox row."""

    id: int
    alert: Alert | None = None
    notice: Notice | None = None
    """What is told, if it is no alert."""
    route: str
    target: str
    group: str = ""
    """What it is sent together with."""
    parcel: int | None = None
    """The message that holds it: its deliveries share this number."""
    reminder: int = 0
    """1 for the first time that it is told again, 2 for the second …"""
    state: DeliveryState
    attempts: int
    due_at: datetime
    """Not sent before; while one sends, the end of its lease."""
    last_error: str | None = None
    sent_at: datetime | None = None
    is_repeat: bool = False
    """An earlier try may have arrived."""
    accepted_by: frozenset[str] = frozenset()
    """Marks of the recipients at the target who have it already."""

    @property
    def severity(self) -> Severity:
        """How severe the alert or the notice is."""
        told = self.alert or self.notice
        return told.severity if told else Severity.LOW

    @property
    def title(self) -> str:
        """What is told, in short."""
        if self.alert:
            return self.alert.title
        return f"{self.notice.name} {self.notice.condition}" if self.notice else ""


class GroupBy(StrEnum):
    """What alerts must share to be one message."""

    ALERT = "alert"
    """Nothing: each is a message of its own."""
    STORY = "story"
    COMPANIES = "companies"
    TYPE = "type"
    MODALITY = "modality"
    SEVERITY = "severity"
    SOURCE = "source"
    LANGUAGE = "language"


class Day(StrEnum):
    """A day of the week, Monday first."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


class QuietAction(StrEnum):
    """What quiet hours do with a message."""

    HOLD = "hold"
    """It waits for their end."""
    LOWER = "lower"
    """It goes out at once, with severity low."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """Hours in which a route wants no noise; an `end` that is not after `start` is on the next day."""

    start: time
    end: time
    days: tuple[Day, ...] = ()
    """On which they begin; empty means all."""
    action: QuietAction = QuietAction.HOLD
    unless_severity: Severity | None = None
    """What is at least so severe is spared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """Which alerts a route or a silence takes; what is empty takes all."""

    min_severity: Severity = Severity.LOW
    types: tuple[EventType, ...] = ()
    modalities: tuple[Modality, ...] = ()
    companies: tuple[str, ...] = ()
    """Names of the watch list of which one must take part."""
    tags: tuple[str, ...] = ()
    """Of rules: the rule of the event must have one of them."""
    sources: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    """Primary subtags of BCP 47, as `en`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """The message of one alert in the user's own words, in a part of Jinja's language; empty: built in."""

    name: Annotated[str, MinLen(1)]
    title: str = ""
    text: str = ""
    """Plain; where the two below are empty, in their place too."""
    slack: str = ""
    """In Slack's mrkdwn."""
    html: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One place to send to."""

    name: Annotated[str, MinLen(1)]
    url: str = field(repr=False)
    """`console:`, a Slack webhook, or any apprise URL; may hold secrets, so never logged."""
    template: str | None = None
    """For what comes by routes without one of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route(Conditions):
    """Where alerts go, which, and when."""

    name: Annotated[str, MinLen(1)]
    url: str = field(default="", repr=False)
    """Of a target that only this route uses, and that bears its name."""
    targets: tuple[str, ...] = ()
    """Names of targets, beside `url`."""
    sets: tuple[str, ...] = ()
    """Sets of companies, whose names join `companies`."""
    about: tuple[Subject, ...] = (Subject.NEWS,)
    stop: bool = False
    """What this route takes is not shown to those below."""
    group_by: tuple[GroupBy, ...] | None = None
    """Alerts that share all of these are one message; empty: all are. None: each alone, in a digest all together."""
    group_wait_seconds: Annotated[int, Ge(0)] = 0
    """How long the first alert of a group waits for others."""
    group_interval_seconds: Annotated[int, Ge(0)] = 0
    """Least time between two messages of a group."""
    repeat_interval_seconds: Annotated[int, Ge(0)] = 0
    """Tell again after so long what nobody acknowledged; 0: never."""
    digest: str | None = None
    """`hourly`, `daily 08:00`, `weekly monday 08:00`, or a cron expression: send only then."""
    zone: str = "UTC"
    """The time zone of `digest` and `quiet`, as `Europe/Berlin`."""
    quiet: tuple[Quiet, ...] = ()
    max_per_hour: Annotated[int, Ge(0)] = 0
    """Messages to each target; what is more comes in one summary as soon as there is room. 0: no limit."""
    fallback: str | None = None
    """The target that gets what another one of this route does not take."""
    fallback_after: Annotated[int, Ge(1)] = 5
    """Tries, about 7 minutes, after which that one is given up."""
    template: str | None = None
    """Name of the template that words its messages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence(Conditions):
    """What shall not be sent until a time; the alerts themselves are in the history."""

    id: int = 0
    routes: tuple[str, ...] = ()
    """Empty means all."""
    stories: tuple[int, ...] = ()
    comment: str = ""
    created_at: datetime
    ends_at: datetime


# --- what people browse -----------------------------------------------------------------------------------------


class Standing(StrEnum):
    """Whether somebody knows the story of an alert."""

    UNREAD = "unread"
    ACKNOWLEDGED = "acknowledged"


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleFilter:
    """Which articles are wanted; what is empty takes all."""

    words: str = ""
    company: str = ""
    """A folded name or its beginning."""
    type: EventType | None = None
    modality: Modality | None = None
    source: str = ""
    since: datetime | None = None
    """Published, or where that is unknown first seen, at this time or later."""
    until: datetime | None = None
    """And before this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedSearch:
    """A search for articles that somebody keeps."""

    id: int
    name: str
    asked: dict[str, str]
    """The parameters of its address."""
    saved_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundArticle:
    """An article of a list: its facts without its text."""

    id: int
    title: str
    url: str
    source: str
    site_name: str | None
    published_at: datetime | None
    first_seen_at: datetime
    snippet: str = ""
    """Where the words asked for stand, between marks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcedEvent:
    """An event and the article that tells it."""

    id: int
    article_id: int
    title: str
    source: str
    at: datetime
    """When its article was published, or first seen."""
    event: Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A step of a relation, and the event with its article that told it."""

    transition: Transition
    told: SourcedEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryDigest:
    """A story in short."""

    id: int
    opened_at: datetime
    updated_at: datetime
    headline: str
    """Of the article that told it first."""
    articles: int
    sources: tuple[str, ...]
    event: Event
    """The one that opened it."""
    is_acknowledged: bool = False
    """Somebody knows all that was told of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyCount:
    """How often a company is in the news."""

    name: str
    events: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleHits:
    """How often a rule fires."""

    rule: str
    weeks: tuple[int, ...]
    """Events a week, the oldest first; the last one ends now."""
    is_own: bool = False
    """It stands in rules.toml."""
    precision: Precision | None = None
    """How right its alerts were; None if none was judged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteCount:
    """What became of the deliveries of one route."""

    route: str
    waiting: int = 0
    sent: int = 0
    dead: int = 0
    silenced: int = 0
