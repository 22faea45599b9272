"""Every list in the forms that other tools read: RSS 2.0, JSON Feed 1.1 and CSV."""

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Any
from xml.etree import ElementTree as ET

from monitor.models import (
    Alert,
    Change,
    Delivery,
    Event,
    FoundArticle,
    Precision,
    Relation,
    RuleHits,
    SavedSearch,
    SourceState,
    StoryDigest,
)
from monitor.web.asking import SEARCH_FIELDS

_FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins so is run by spreadsheets."""
Say = Callable[[str], str]
"""What every text passes on its way out: no secrets, no controls."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An item of a feed."""

    id: str
    """Stable, and unique within the monitor."""
    title: str
    path: str
    """Of the page that shows it."""
    at: datetime | None = None
    summary: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A feed as a whole."""

    title: str
    page: str
    """The address of the list."""
    base: str
    """What stands before paths, as `http://127.0.0.1:8087`."""
    entries: Sequence[Entry]


def write_rss(channel: Channel, say: Say) -> bytes:
    """Return a channel as RSS 2.0."""
    root = ET.Element("rss", version="2.0")
    body = ET.SubElement(root, "channel")
    for name, text in (("title", channel.title), ("link", channel.page), ("description", channel.title)):
        ET.SubElement(body, name).text = say(text)
    for entry in channel.entries:
        item = ET.SubElement(body, "item")
        ET.SubElement(item, "title").text = _say_xml(entry.title, say)
        ET.SubElement(item, "link").text = channel.base + entry.path
        ET.SubElement(item, "guid", isPermaLink="false").text = _say_xml(entry.id, say)
        ET.SubElement(item, "description").text = _say_xml(entry.summary, say)
        if entry.at:
            ET.SubElement(item, "pubDate").text = format_datetime(entry.at)
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def write_json_feed(channel: Channel, say: Say) -> bytes:
    """Return a channel as JSON Feed 1.1."""
    items = [
        {
            "id": say(entry.id),
            "url": channel.base + entry.path,
            "title": say(entry.title),
            "content_text": say(entry.summary),
            **({"date_published": entry.at.isoformat()} if entry.at else {}),
        }
        for entry in channel.entries
    ]
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": say(channel.title),
        "home_page_url": say(channel.page),
        "items": items,
    }
    return json.dumps(feed).encode()


def write_csv(rows: Sequence[Mapping[str, object]], say: Say) -> bytes:
    """Return rows as CSV with a heading, in UTF-8; texts that spreadsheets would run as formulas begin with `'`."""
    text = io.StringIO()
    writer = csv.writer(text)
    if rows:
        writer.writerow(rows[0])
    for row in rows:
        writer.writerow([_say_cell(value, say) for value in row.values()])
    return text.getvalue().encode("utf-8", "replace")


def entry_of(item: Any) -> Entry:  # noqa: ANN401 - an item of any list: the table below says which there are
    """Return an item of a list as one of a feed."""
    return _ENTRIES[type(item)](item)


def row_of(item: Any) -> dict[str, object]:  # noqa: ANN401 - as above
    """Return an item of a list as flat values with names."""
    return _ROWS[type(item)](item)


def _say_xml(text: str, say: Say) -> str:
    """Return a text without what XML 1.0 cannot hold: half surrogates and two characters that are none."""
    return say(text).encode("utf-8", "replace").decode().translate({0xFFFE: 0xFFFD, 0xFFFF: 0xFFFD})


def _say_cell(value: object, say: Say) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if not isinstance(value, str):
        return value
    said = say(value)
    return f"'{said}" if said.startswith(_FORMULA_BEGINS) else said


def _names_of(event: Event) -> str:
    return ", ".join(one.name for one in event.participants)


def _headline_of(event: Event) -> str:
    kind = event.type.value.replace("_", " ")
    return f"{_names_of(event) or 'No company named'}: {kind} ({event.modality.value})"


def _event_row(event: Event) -> dict[str, object]:
    return {
        "type": event.type.value,
        "modality": event.modality.value,
        "companies": _names_of(event),
        "subject": event.subject,
        "evidence": event.evidence.sentence,
        "rule": event.rule,
    }


def _alert_entry(alert: Alert) -> Entry:
    first = alert.events[0]
    return Entry(
        id=f"alert-{alert.id}",
        title=_headline_of(first),
        path=f"/alerts/{alert.id}",
        at=alert.created_at,
        summary=f"“{first.evidence.sentence}” {alert.title}, {alert.site_name or alert.source}",
    )


def _alert_row(alert: Alert) -> dict[str, object]:
    return {
        "id": alert.id,
        "created_at": alert.created_at,
        "severity": alert.severity.value,
        "novelty": alert.novelty.value,
        **_event_row(alert.events[0]),
        "title": alert.title,
        "url": alert.url,
        "source": alert.source,
        "published_at": alert.published_at,
        "article_id": alert.article_id,
        "story_id": alert.story_id,
        "judgement": alert.judgement.value if alert.judgement else None,
        "is_acknowledged": alert.is_acknowledged,
    }


def _article_entry(article: FoundArticle) -> Entry:
    return Entry(
        id=f"article-{article.id}",
        title=article.title,
        path=f"/articles/{article.id}",
        at=article.published_at or article.first_seen_at,
        summary=article.snippet or (article.site_name or article.source),
    )


def _article_row(article: FoundArticle) -> dict[str, object]:
    return {name: getattr(article, name) for name in FoundArticle.__slots__}


def _search_entry(search: SavedSearch) -> Entry:
    return Entry(
        id=f"search-{search.id}",
        title=search.name,
        path=f"/searches/{search.id}",
        at=search.saved_at,
        summary=", ".join(f"{name}: {value}" for name, value in search.asked.items()),
    )


def _search_row(search: SavedSearch) -> dict[str, object]:
    asked = {name: search.asked.get(name) for name in SEARCH_FIELDS}
    return {"id": search.id, "name": search.name, "saved_at": search.saved_at, **asked}


def _story_entry(story: StoryDigest) -> Entry:
    return Entry(
        id=f"story-{story.id}",
        title=story.headline,
        path=f"/stories/{story.id}",
        at=story.opened_at,
        summary=_headline_of(story.event),
    )


def _story_row(story: StoryDigest) -> dict[str, object]:
    facts = {name: getattr(story, name) for name in ("id", "opened_at", "updated_at", "headline", "articles")}
    return facts | {"sources": ", ".join(story.sources)} | _event_row(story.event)


def _relation_entry(relation: Relation) -> Entry:
    left, right = relation.companies
    return Entry(
        id=f"relation-{left}-{right}-{relation.subject or ''}-{relation.since.isoformat()}",
        title=f"{left} – {right}: {relation.state.value}",
        path="/relations",
        at=relation.since,
        summary=relation.subject or "",
    )


def _relation_row(relation: Relation) -> dict[str, object]:
    return {
        "company": relation.companies[0],
        "other_company": relation.companies[1],
        "subject": relation.subject,
        "state": relation.state.value,
        "since": relation.since,
    }


def _change_entry(change: Change) -> Entry:
    step = change.transition
    left, right = step.companies
    return Entry(
        id=f"change-{change.told.id}-{left}-{right}",
        title=f"{left} – {right}: {step.before.value} → {step.after.value}",
        path=f"/articles/{change.told.article_id}",
        at=step.at,
        summary=step.event.evidence.sentence,
    )


def _change_row(change: Change) -> dict[str, object]:
    step = change.transition
    return {
        "at": step.at,
        "company": step.companies[0],
        "other_company": step.companies[1],
        "before": step.before.value,
        "after": step.after.value,
        **_event_row(step.event),
        "title": change.told.title,
        "article_id": change.told.article_id,
    }


def _rule_entry(hits: RuleHits) -> Entry:
    told = f"{hits.weeks[-1]} events this week, {sum(hits.weeks)} in {len(hits.weeks)} weeks"
    return Entry(id=f"rule-{hits.rule}", title=hits.rule, path="/rules", summary=told)


def _rule_row(hits: RuleHits) -> dict[str, object]:
    weeks = {f"week_{number}": count for number, count in enumerate(hits.weeks, 1)}
    judged = hits.precision or Precision(name=hits.rule, right=0, judged=0)
    shares = {"right": judged.right, "late": judged.late, "judged": judged.judged}
    return {"rule": hits.rule, "is_own": hits.is_own, **shares, **weeks}


def _source_entry(state: SourceState) -> Entry:
    told = state.last_error or state.condition_detail or state.condition.value
    return Entry(id=f"source-{state.name}", title=state.name, path="/sources", at=state.succeeded_at, summary=told)


def _source_row(state: SourceState) -> dict[str, object]:
    names = ("name", "condition", "checked_at", "succeeded_at", "newest_at", "failures", "last_error", "articles")
    return {name: getattr(state, name) for name in names}


def _delivery_entry(delivery: Delivery) -> Entry:
    return Entry(
        id=f"delivery-{delivery.id}-{delivery.state.value}",
        title=f"{delivery.route}: {delivery.state.value}",
        path=f"/alerts/{delivery.alert.id}" if delivery.alert else "/deliveries",
        at=delivery.sent_at or delivery.due_at,
        summary=delivery.last_error or delivery.title,
    )


def _delivery_row(delivery: Delivery) -> dict[str, object]:
    names = ("id", "route", "target", "state", "attempts", "due_at", "sent_at", "last_error", "title")
    row: dict[str, object] = {name: getattr(delivery, name) for name in names}
    return row | {"alert_id": delivery.alert.id if delivery.alert else None}


_ENTRIES: Mapping[type, Callable[[Any], Entry]] = {
    Alert: _alert_entry,
    FoundArticle: _article_entry,
    SavedSearch: _search_entry,
    StoryDigest: _story_entry,
    Relation: _relation_entry,
    Change: _change_entry,
    RuleHits: _rule_entry,
    SourceState: _source_entry,
    Delivery: _delivery_entry,
}
_ROWS: Mapping[type, Callable[[Any], dict[str, object]]] = {
    Alert: _alert_row,
    FoundArticle: _article_row,
    SavedSearch: _search_row,
    StoryDigest: _story_row,
    Relation: _relation_row,
    Change: _change_row,
    RuleHits: _rule_row,
    SourceState: _source_row,
    Delivery: _delivery_row,
}
