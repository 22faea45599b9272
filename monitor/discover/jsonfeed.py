"""JSON Feed, versions 1 and 1.1 (https://www.jsonfeed.org/version/1.1/)."""

import contextlib
import json
from typing import Any

from monitor.discover.dates import parse_date
from monitor.discover.plain import strip_markup, tidy_line, tidy_paragraphs
from monitor.errors import ParseError, UrlError
from monitor.models import Link
from monitor.urls import canonical_url

MAX_JSON_CHARS = 10_000_000


def parse_json_feed(text: str, base_url: str) -> tuple[Link, ...]:
    """Return the articles of a JSON feed in its order. Raises ParseError for what is no JSON Feed."""
    if len(text) > MAX_JSON_CHARS:
        raise ParseError(base_url, f"a feed of over {MAX_JSON_CHARS} characters")
    try:
        feed = json.loads(text, strict=False)
    except (ValueError, RecursionError) as error:
        raise ParseError(base_url, f"bad JSON: {type(error).__name__}") from error
    items = feed.get("items") if isinstance(feed, dict) else None
    if not isinstance(items, list):
        raise ParseError(base_url, "JSON, but not a JSON Feed: it has no list `items`")
    return tuple(link for item in items if isinstance(item, dict) and (link := _to_link(item, base_url)))


def _to_link(item: dict[str, Any], base_url: str) -> Link | None:
    """Return an item as a link; None for one that has no usable URL."""
    url = _find_url(item, base_url)
    if url is None:
        return None
    published_at, modified_at = parse_date(_text(item, "date_published")), parse_date(_text(item, "date_modified"))
    summary = _text(item, "summary") or _text(item, "content_text") or strip_markup(_text(item, "content_html"))
    return Link(
        url=url,
        title=tidy_line(_text(item, "title")),
        summary=tidy_paragraphs(summary),
        published_at=published_at or modified_at,
        modified_at=modified_at,
    )


def _find_url(item: dict[str, Any], base_url: str) -> str | None:
    """Return the first usable URL of an item; its id, if nothing else, may be one."""
    for key, base in (("url", base_url), ("external_url", base_url), ("id", None)):
        with contextlib.suppress(UrlError):
            if text := _text(item, key):
                return canonical_url(text, base)
    return None


def _text(item: dict[str, Any], key: str) -> str:
    """Return a field that is text, else nothing."""
    value = item.get(key)
    return value if isinstance(value, str) else ""
