"""What an alert says: its title, and the lines below, in clean plain text."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain

from monitor.errors import UrlError
from monitor.models import Alert, Event, EventType, RelationState
from monitor.notify.escaping import clean_line, cut_text
from monitor.urls import canonical_url

MAX_TITLE_CHARS = 200
_MAX_NAME_CHARS = 40
_MAX_NAMES = 4
_MAX_OTHERS = 6

_WORDS = {
    EventType.TERMINATION: "termination",
    EventType.PARTNER_LEFT: "partner left",
    EventType.EXCLUSIVITY_LOST: "exclusivity lost",
    EventType.RIGHT_OF_FIRST_REFUSAL: "right of first refusal",
    EventType.DISPUTE: "dispute",
    EventType.SUSPENSION: "suspension",
    EventType.TERMS_CHANGED: "terms changed",
    EventType.EXTENSION_RENEWAL: "extension or renewal",
    EventType.EXPANSION: "expansion",
    EventType.PARTNER_JOINED: "partner joined",
    EventType.EXCLUSIVITY_GRANTED: "exclusivity granted",
    EventType.JOINT_VENTURE: "joint venture",
    EventType.SUPPLY_AGREEMENT: "supply agreement",
    EventType.LICENCE_AGREEMENT: "licence agreement",
    EventType.NEW_PARTNERSHIP: "new partnership",
    EventType.IN_TALKS: "in talks",
}
_VERBS = {EventType.PARTNER_JOINED: ("joins", "join"), EventType.PARTNER_LEFT: ("leaves", "leave")}
"""What newcomers to an alert's title do, one and several."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """The lines below an alert's title; an empty one is not shown."""

    move: str
    """How the relation moved, as "exclusive → right of first refusal (cloud)"."""
    also: str
    """The other events, as "right of first refusal (confirmed); Initech, Hooli join (confirmed)"."""
    evidence: str
    headline: str
    place: str
    """Outlet and time."""
    link: str
    """Canonical http(s) URL."""
    reason: str
    """Why this alert came."""
    page: str = ""
    """Where to say whether it is right: the alert's own place on the page."""


def compose_title(alert: Alert) -> str:
    """Return who, what, how sure, as "Acme, Globex: exclusivity lost (confirmed)"; at most 200 characters."""
    event = alert.events[0]
    what = _describe_change(event)
    names = names_of(event)
    if not names:
        return cut_text(f"{what[0].upper()}{what[1:]}: {clean_line(alert.title)}", MAX_TITLE_CHARS)
    return f"{cut_text(_join_names(names), MAX_TITLE_CHARS - len(what) - 2)}: {what}"


def compose_content(alert: Alert, page_url: str = "") -> Content:
    """Return what stands below the title; `page_url` is where readers reach the page, if they do."""
    evidence, headline = clean_line(alert.events[0].evidence.sentence), clean_line(alert.title)
    return Content(
        move=_describe_moves(alert),
        also=_describe_others(alert.events),
        evidence=evidence,
        headline="" if headline == evidence else headline,
        place=_describe_place(alert),
        link=_find_link(alert.url),
        reason=_describe_reason(alert),
        page=f"{page_url.rstrip('/')}/alerts/{alert.id}" if page_url and alert.id else "",
    )


def _describe_change(event: Event) -> str:
    """Return what and how sure, as "exclusivity lost (cloud, confirmed)"."""
    subject = cut_text(clean_line(event.subject or ""), _MAX_NAME_CHARS)
    return f"{_WORDS[event.type]} ({', '.join(filter(None, [subject, event.modality]))})"


def _describe_moves(alert: Alert) -> str:
    """Return the moves of relations that stood before, each once; that a new one is active the title says."""
    moves = [
        f"{before} → {after}" + (f" ({cut_text(clean_line(event.subject), _MAX_NAME_CHARS)})" if event.subject else "")
        for event, move in zip(alert.events, alert.moves, strict=False)
        if move and (before := move[0]) is not RelationState.NONE and (after := move[1])
    ]
    return "; ".join(dict.fromkeys(moves))


def _describe_others(events: Sequence[Event]) -> str:
    """Return the events after the first in short, and when the first takes effect."""
    told = set(names_of(events[0]))
    others = list(dict.fromkeys(_describe_other(event, told) for event in events))[1:]
    if len(others) > _MAX_OTHERS:
        others[_MAX_OTHERS:] = [f"{len(others) - _MAX_OTHERS} more"]
    if events[0].effective_on:
        others.append(f"takes effect on {format_day(events[0].effective_on)}")
    return "; ".join(others)


def _describe_other(event: Event, told: set[str]) -> str:
    """Return the change, with names where the title has not told them all."""
    what = _describe_change(event)
    names = names_of(event)
    news = [name for name in names if name not in told]
    if not news:
        return what
    if event.type not in _VERBS:
        return f"{_join_names(names)}: {what}"
    return f"{_list_names(news)} {_VERBS[event.type][len(news) > 1]} ({event.modality})"


def _describe_place(alert: Alert) -> str:
    """Return outlet and time, as "Example Wire, 21 January 2025, 14:05 UTC"."""
    outlet = clean_line(alert.site_name or "") or clean_line(alert.source)
    if alert.published_at:
        return f"{outlet}, {format_time(alert.published_at)}"
    return f"{outlet}, found {format_time(alert.created_at)}"


def _describe_reason(alert: Alert) -> str:
    """Return why this alert came, and where to look it up."""
    rule, source = (cut_text(clean_line(name), _MAX_NAME_CHARS) for name in (alert.events[0].rule, alert.source))
    numbers = f"story {alert.story_id} · alert {alert.id}"
    return f"{alert.novelty} · rule {rule} · severity {alert.severity} · source {source} · {numbers}"


def _find_link(url: str) -> str:
    """Return `url` if it is one that a reader may safely follow, else nothing."""
    try:
        return canonical_url(url)
    except UrlError:
        return ""


def words_of(kind: EventType) -> str:
    """Return a type of event as people say it."""
    return _WORDS[kind]


def describe_who(event: Event) -> str:
    """Return the companies of an event, in one text; empty if it has none."""
    return _join_names(names_of(event))


def names_of(event: Event) -> list[str]:
    """Return the names of an event's companies, each once, clean and not too long."""
    names = (cut_text(clean_line(participant.name), _MAX_NAME_CHARS) for participant in event.participants)
    return list(dict.fromkeys(filter(None, names)))


def _join_names(names: Sequence[str]) -> str:
    return " – ".join(names) if len(names) == 2 else _list_names(names)


def _list_names(names: Sequence[str]) -> str:
    more = [f"{len(names) - _MAX_NAMES} more"] if len(names) > _MAX_NAMES else []
    return ", ".join(chain(names[:_MAX_NAMES], more))


def format_time(time: datetime) -> str:
    """Return a time as "21 January 2025, 14:05 UTC"."""
    return f"{format_day(time)}, {time:%H:%M} UTC"


def format_day(day: date) -> str:
    """Return a day as "21 January 2025"."""
    return f"{day.day} {day:%B %Y}"
