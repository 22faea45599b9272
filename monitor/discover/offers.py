"""What a site's page offers to readers of feeds: autodiscovery (https://www.rssboard.org/rss-autodiscovery).

What a page declares comes first, then what it links to and calls a feed by its address. Feeds of comments are left out.
"""

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from monitor.discover.charset import decode_text
from monitor.discover.listing import MAX_LISTING_CHARS, find_base
from monitor.discover.plain import tidy_line
from monitor.errors import ParseError, UrlError
from monitor.models import Page, SourceKind
from monitor.urls import canonical_url

MAX_OFFERS = 12

_FEED_TYPES = re.compile(r"application/(?:rss|atom|rdf|feed)\+(?:xml|json)|application/json|text/xml|application/xml")
_FEED_PATH = re.compile(
    r"/(?:feed|rss|atom)s?/?(?:$|\?)|\.(?:rss|atom|rdf)(?:$|\?)|(?:rss|atom|feed|index)\.(?:xml|json|rdf)(?:$|\?)"
    r"|[?&](?:feed|format)=(?:rss|atom|feed)"
    r"|/(?:rss|feeds?)/[^?]*(?:\.xml)?$",
    re.IGNORECASE,
)
_COMMENTS = re.compile(r"comment|/replies", re.IGNORECASE)
_SITEMAP_PATH = re.compile(r"sitemap[^/]*\.xml(?:\.gz)?(?:$|\?)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A feed or sitemap that a page names."""

    url: str
    kind: SourceKind
    title: str | None = None


def find_offers(page: Page) -> tuple[Offer, ...]:
    """Return what a page offers, the declared ones first, each once. Raises ParseError for what cannot be read."""
    text = decode_text(page.body, page.content_type)[:MAX_LISTING_CHARS]
    try:
        tree = LexborHTMLParser(text)
    except (SelectolaxError, MemoryError) as error:
        raise ParseError(page.url, "took more memory to read than there is") from error
    base_url = find_base(tree, page.url)
    unique: dict[str, Offer] = {}
    for offer in (*_read_declared(tree, base_url), *_read_linked(tree, base_url)):
        unique.setdefault(offer.url, offer)
    unique.pop(page.url, None)
    return tuple(unique.values())[:MAX_OFFERS]


def _read_declared(tree: LexborHTMLParser, base_url: str) -> Iterator[Offer]:
    for node in tree.css("link[rel~=alternate][type][href], link[rel~=feed][href]"):
        kind = (node.attributes.get("type") or "application/rss+xml").strip().lower()
        if _FEED_TYPES.match(kind):
            yield from _make(node, base_url, SourceKind.FEED, node.attributes.get("title"))
    for node in tree.css("link[rel~=sitemap][href]"):
        yield from _make(node, base_url, SourceKind.SITEMAP, node.attributes.get("title"))


def _read_linked(tree: LexborHTMLParser, base_url: str) -> Iterator[Offer]:
    for node in tree.css("a[href]"):
        href = node.attributes.get("href") or ""
        if _SITEMAP_PATH.search(href):
            yield from _make(node, base_url, SourceKind.SITEMAP, node.text())
        elif _FEED_PATH.search(href):
            yield from _make(node, base_url, SourceKind.FEED, node.text())


def _make(node: LexborNode, base_url: str, kind: SourceKind, title: str | None) -> Iterator[Offer]:
    """Yield the offer of an element unless it is of comments or has no usable URL."""
    href = node.attributes.get("href") or ""
    if _COMMENTS.search(href) or _COMMENTS.search(title or ""):
        return
    with contextlib.suppress(UrlError):
        yield Offer(url=canonical_url(href.removeprefix("feed:"), base_url), kind=kind, title=tidy_line(title or ""))
