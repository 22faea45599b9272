"""JSON Feed, versions 1 and 1.1 (https://www.jsonfeed.org/version/1.1/)."""

import contextlib
import json
from typing import Any

from monitor.discover.anchor import make_anchor
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
    site_url = _find_site(feed, base_url)
    links = (_to_link(item, base_url, site_url) for item in items if isinstance(item, dict))
    return tuple(link for link in links if link)


def _find_site(feed: dict[str, Any], base_url: str) -> str:
    """Return the URL of the pages that a feed is about, else its own."""
    with contextlib.suppress(UrlError):
        return canonical_url(_text(feed, "home_page_url"), base_url)
    return base_url


def _to_link(item: dict[str, Any], base_url: str, site_url: str) -> Link | None:
    """Return an item as a link, None if it says nothing; one without a usable URL is a place on its site."""
    url, name, title = _find_url(item, base_url), _name(item), _text(item, "title")
    published_at, modified_at = parse_date(_text(item, "date_published")), parse_date(_text(item, "date_modified"))
    summary = _text(item, "summary") or _text(item, "content_text") or strip_markup(_text(item, "content_html"))
    if not (url or name or title or summary):
        return None
    return Link(
        url=url or make_anchor(site_url, name or f"{title}\n{summary}"),
        id=name or None,
        title=tidy_line(title),
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


def _name(item: dict[str, Any]) -> str:
    """Return the id of an item, which some write as a number."""
    value = item.get("id")
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _text(item: dict[str, Any], key: str) -> str:
    """Return a field that is text, else nothing."""
    value = item.get(key)
    return value if isinstance(value, str) else ""
