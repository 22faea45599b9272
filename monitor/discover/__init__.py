"""What a source points at: feeds, sitemaps and listing pages to links.

A new kind is a module that turns a page into a Discovery, a member of SourceKind, and a line in the table.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime

from monitor.discover.charset import decode_text
from monitor.discover.feed import parse_feed
from monitor.discover.listing import parse_listing
from monitor.discover.sitemap import parse_sitemap
from monitor.discover.wall import is_wall
from monitor.errors import ParseError, WallError
from monitor.models import Discovery, Link, Page, Source, SourceKind

_LONG_AGO = datetime.min.replace(tzinfo=UTC)

_PARSERS: dict[SourceKind, Callable[[Source, Page], Discovery]] = {
    SourceKind.FEED: lambda _, page: parse_feed(page),
    SourceKind.SITEMAP: lambda _, page: parse_sitemap(page),
    SourceKind.LISTING: lambda source, page: parse_listing(page, source.selector),
}


def discover(source: Source, page: Page) -> Discovery:
    """Return the links of a source's page that it keeps: unique, newest first if all are dated, else in its order.

    A page that is unchanged has none. Raises ParseError if the page is not of the source's kind, WallError if it keeps
    robots out.
    """
    if page.is_unchanged:
        return Discovery()
    if not page.body.strip():
        raise ParseError(page.url, "an empty page")
    try:
        found = _PARSERS[source.kind](source, page)
    except ParseError as error:
        if is_wall(decode_text(page.body, page.content_type)):
            raise WallError(page.url, "a page that keeps robots out") from error
        raise
    links = _drop_repeats(found.links)
    kept = _keep(links, source.keep)
    kept_urls = {link.url for link in kept}
    return replace(
        found,
        links=tuple(_sort_newest_first(kept)[: source.max_links]),
        others=tuple(link for link in links if link.url not in kept_urls),
    )


def _drop_repeats(links: Iterable[Link]) -> list[Link]:
    """Return the first link to each URL."""
    unique: dict[str, Link] = {}
    for link in links:
        unique.setdefault(link.url, link)
    return list(unique.values())


def _keep(links: list[Link], phrases: tuple[str, ...]) -> list[Link]:
    """Return the links with one of the phrases in title, summary or tickers, as whole words; all without phrases."""
    words = [r"\s+".join(map(re.escape, phrase.casefold().split())) for phrase in phrases]
    wanted = re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)")
    return [link for link in links if not words or wanted.search(_words_of(link))]


def _words_of(link: Link) -> str:
    return "\n".join((link.title or "", link.summary or "", *link.tickers)).casefold()


def _sort_newest_first(links: list[Link]) -> list[Link]:
    """Return the links by date if all have one, else as they came."""
    if any(link.published_at is None for link in links):
        return links
    return sorted(links, key=lambda link: link.published_at or _LONG_AGO, reverse=True)
