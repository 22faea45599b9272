"""JSON Feed, versions 1 and 1.1 (https://www.jsonfeed.org/version/1.1/)."""

import contextlib
import json
from typing import Any

from monitor.discover.anchor import make_anchor
from monitor.discover.dates import parse_moment
from monitor.discover.plain import strip_markup, tidy_line, tidy_paragraphs
from monitor.errors import ParseError, UrlError
from monitor.models import DateCertainty, Discovery, Link
from monitor.urls import canonical_url

MAX_JSON_CHARS = 10_000_000


def parse_json_feed(text: str, base_url: str) -> Discovery:
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
    return Discovery(
        links=tuple(link for link in links if link),
        next_page=_find_next(feed, base_url),
        hub=_find_hub(feed, base_url),
    )


def _find_next(feed: dict[str, Any], base_url: str) -> str | None:
    with contextlib.suppress(UrlError):
        url = _text(feed, "next_url")
        return canonical_url(url, base_url) if url else None
    return None


def _find_hub(feed: dict[str, Any], base_url: str) -> str | None:
    """Return the WebSub hub; hubs of other kinds are passed over."""
    hubs = feed.get("hubs")
    for hub in hubs if isinstance(hubs, list) else ():
        with contextlib.suppress(UrlError):
            if isinstance(hub, dict) and _text(hub, "type").lower() == "websub":
                return canonical_url(_text(hub, "url"), base_url)
    return None


def _find_site(feed: dict[str, Any], base_url: str) -> str:
    """Return the URL of the pages that a feed is about, else its own."""
    with contextlib.suppress(UrlError):
        return canonical_url(_text(feed, "home_page_url"), base_url)
    return base_url


def _to_link(item: dict[str, Any], base_url: str, site_url: str) -> Link | None:
    """Return an item as a link, None if it says nothing; one without a usable URL is a place on its site."""
    url, name, title = _find_url(item, base_url), _name(item), _text(item, "title")
    modified = parse_moment(_text(item, "date_modified"))
    published = parse_moment(_text(item, "date_published")) or modified
    summary = _text(item, "summary") or _text(item, "content_text") or strip_markup(_text(item, "content_html"))
    if not (url or name or title or summary):
        return None
    return Link(
        url=url or make_anchor(site_url, name or f"{title}\n{summary}"),
        id=name or None,
        title=tidy_line(title),
        summary=tidy_paragraphs(summary),
        published_at=published.at if published else None,
        published_certainty=published.certainty if published else DateCertainty.EXACT,
        modified_at=modified.at if modified else None,
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
