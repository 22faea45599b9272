"""What a user's template may name: an alert as plain values, and the filters that shape them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import quote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from monitor.errors import TemplateError
from monitor.models import Alert, Event, Severity
from monitor.notify.content import (
    compose_content,
    compose_title,
    describe_who,
    format_day,
    format_time,
    names_of,
    words_of,
)
from monitor.notify.escaping import clean_line, cut_text
from monitor.notify.message import MAX_LINK_CHARS

MAX_VALUE_CHARS = 900
MAX_ITEMS = 8
"""Of each list: events, names, tags."""
_MAX_FILTERED_CHARS = 2_000
_DATE_FORMAT = re.compile(r"([^%\n]|%[aAbBdHIjmMpSuyYZz%])*")

Facts = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """Where a message goes."""

    severity: Severity
    """As quiet hours leave it."""
    route: str
    target: str
    reminder: int = 0
    page_url: str = ""


def collect_facts(alert: Alert, journey: Journey, *, max_chars: int = MAX_VALUE_CHARS) -> Facts:
    """Return all that a template may name; texts are one clean line of at most `max_chars` characters each."""
    content = compose_content(alert, journey.page_url)

    def cut(text: str | None) -> str:
        return cut_text(clean_line(text or ""), max_chars)

    first = alert.events[0]
    told = {
        **_facts_of(first, max_chars),
        "title": cut(compose_title(alert)),
        "severity": journey.severity.value,
        "novelty": alert.novelty.value,
        "headline": cut(alert.title),
        "source": cut(alert.source),
        "outlet": cut(alert.site_name) or cut(alert.source),
        "language": cut(alert.language),
        "link": content.link if len(content.link) <= MAX_LINK_CHARS else "",
        "page": content.page,
        "move": cut(content.move),
        "also": cut(content.also),
        "reason": cut(content.reason),
        "published": alert.published_at,
        "found": alert.created_at,
        "id": alert.id,
        "story": alert.story_id,
        "events": [_facts_of(event, max_chars) for event in alert.events[:MAX_ITEMS]],
    }
    return {"alert": told, "route": cut(journey.route), "target": cut(journey.target), "reminder": journey.reminder}


def _facts_of(event: Event, max_chars: int) -> Facts:
    names = [cut_text(name, max_chars) for name in names_of(event)]
    return {
        "who": cut_text(describe_who(event), max_chars),
        "names": names[:MAX_ITEMS],
        "what": words_of(event.type),
        "type": event.type.value,
        "modality": event.modality.value,
        "subject": cut_text(clean_line(event.subject or ""), max_chars),
        "evidence": cut_text(clean_line(event.evidence.sentence), max_chars),
        "rule": cut_text(clean_line(event.rule), max_chars),
        "tags": [cut_text(clean_line(tag), max_chars) for tag in event.tags[:MAX_ITEMS]],
        "effective_on": event.effective_on,
    }


def spell(value: object) -> str:
    """Return a value as it is written where a template gives no filter; nothing for None."""
    match value:
        case None:
            return ""
        case datetime():
            return format_time(value)
        case date():
            return format_day(value)
        case list() | tuple():
            return ", ".join(map(spell, value))
        case Mapping():
            raise TemplateError(f"an object cannot be written; name one of its parts: {', '.join(map(str, value))}")
    return str(value)


def format_date(value: object, form: str = "%Y-%m-%d %H:%M", zone: str = "UTC") -> str:
    """Return a time in a zone, a day as it is; nothing for None. Raises TemplateError for what is no format or zone."""
    if not _DATE_FORMAT.fullmatch(str(form)):
        raise TemplateError("its format is of letters after %, as %d %m %Y %H %M")
    try:
        place = ZoneInfo(zone)
    except (TypeError, ValueError, OSError, ZoneInfoNotFoundError) as error:
        raise TemplateError(f"no time zone is named {zone!r}") from error
    if value is None:
        return ""
    if not isinstance(value, date):
        raise TemplateError("it is for times: alert.published, alert.found, alert.effective_on")
    return (value.astimezone(place) if isinstance(value, datetime) else value).strftime(form)


def join_texts(values: Sequence[object], separator: str = "") -> str:
    """Return the values of a list in one text."""
    return str(separator).join(map(spell, values))[:_MAX_FILTERED_CHARS]


def replace_text(value: object, old: str, new: str) -> str:
    """Return a text with one piece of it replaced."""
    return spell(value).replace(str(old), str(new))[:_MAX_FILTERED_CHARS] if old else spell(value)


def quote_text(value: object) -> str:
    """Return a text for a part of a URL."""
    return quote(spell(value)[:_MAX_FILTERED_CHARS], safe="")[:_MAX_FILTERED_CHARS]


def truncate_text(value: object, max_chars: int = 200) -> str:
    """Return a text in at most so many characters, cut between words."""
    return cut_text(spell(value), max_chars)
