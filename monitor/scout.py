"""Find out what a URL has to offer as a source: feeds, sitemaps, or the page itself as a list.

Asks for few pages and politely: what the page declares, what robots.txt names, and only where that is nothing, the
usual places.
"""

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urljoin, urlsplit

from monitor.discover import discover
from monitor.discover.charset import decode_text
from monitor.discover.offers import Offer, find_offers
from monitor.discover.wall import is_wall
from monitor.errors import FetchError, MonitorError, ParseError, UrlError, WallError
from monitor.extract import extract
from monitor.fetch import Fetcher
from monitor.models import Article, Discovery, Link, Page, Source, SourceKind
from monitor.sandbox import Sandbox
from monitor.urls import canonical_url

MAX_TRIED = 8
"""Candidates fetched beside the page itself."""
MAX_SITEMAPS = 3
SAMPLE_ARTICLES = 2
FRESH_DAYS = 14
_FEED_PLACES = ("feed", "rss.xml", "feed.xml", "atom.xml", "index.xml", "rss")
_SITEMAP_PLACES = ("news-sitemap.xml", "sitemap-news.xml", "sitemap.xml")
_KIND_SCORES = {SourceKind.FEED: 2.0, SourceKind.SITEMAP: 1.0, SourceKind.LISTING: 0.0}
"""A feed is made for readers; a sitemap may list everything; a listing changes with its design."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A place that lists articles."""

    url: str
    kind: SourceKind
    title: str | None
    links: tuple[Link, ...]
    hub: str | None = None

    @property
    def newest_at(self) -> datetime | None:
        """The newest date that its links tell."""
        return max((link.published_at for link in self.links if link.published_at), default=None)

    def score(self, now: datetime) -> float:
        """Return how good a source it would be: titles, dates, freshness, and enough of them."""
        count = len(self.links)
        titled = sum(bool(link.title) for link in self.links) / count
        dated = sum(link.published_at is not None for link in self.links) / count
        is_fresh = self.newest_at is not None and self.newest_at > now - timedelta(days=FRESH_DAYS)
        return _KIND_SCORES[self.kind] + titled + dated + 2 * is_fresh + min(count, 20) / 20


async def find_sources(url: str, *, fetcher: Fetcher, sandbox: Sandbox, now: datetime) -> list[Finding]:
    """Return what a URL offers, the best first; none if it lists no articles.

    Raises FetchError if the URL cannot be had, WallError if it keeps robots out.
    """
    page = await fetcher.fetch(url)
    itself = [finding for kind in SourceKind if (finding := await _read(fetcher, sandbox, page, kind, None))]
    if itself and itself[0].kind is not SourceKind.LISTING:
        return itself
    declared = await _find_declared(page, sandbox)
    if not itself and not declared and is_wall(decode_text(page.body, page.content_type)):
        raise WallError(page.url, "a page that keeps robots out")
    findings = list(itself)
    findings += await _try_offers((declared + await _find_named(page, fetcher))[:MAX_TRIED], fetcher, sandbox)
    if all(finding.kind is SourceKind.LISTING for finding in findings):
        findings += await _try_usual_places(page.url, fetcher, sandbox)
    unique = {finding.url: finding for finding in findings}
    return sorted(unique.values(), key=lambda finding: finding.score(now), reverse=True)


async def read_samples(finding: Finding, *, fetcher: Fetcher, sandbox: Sandbox) -> list[Article | MonitorError]:
    """Return the newest articles of a finding, or why one cannot be read."""
    found: list[Article | MonitorError] = []
    for link in [link for link in finding.links if link.has_page][:SAMPLE_ARTICLES]:
        try:
            page = await fetcher.fetch(link.url)
            article = await sandbox.run(link.url, extract, page.body, page.url, content_type=page.content_type)
            found.append(replace(article, url=link.url, title=article.title or link.title or ""))
        except (FetchError, ParseError) as error:
            found.append(error)
    return found


async def _find_declared(page: Page, sandbox: Sandbox) -> list[Offer]:
    """Return what a page declares and links to."""
    try:
        return list(await sandbox.run(page.url, find_offers, page))[:MAX_TRIED]
    except ParseError:
        return []


async def _find_named(page: Page, fetcher: Fetcher) -> list[Offer]:
    """Return the sitemaps that the robots.txt of a page's site names, news first."""
    offers = []
    for name in sorted(await fetcher.find_sitemaps(page.url), key=lambda url: "news" not in url.lower()):
        with contextlib.suppress(UrlError):
            offers.append(Offer(url=canonical_url(name, page.url), kind=SourceKind.SITEMAP))
    return offers[:MAX_SITEMAPS]


async def _try_usual_places(url: str, fetcher: Fetcher, sandbox: Sandbox) -> list[Finding]:
    """Return the first feed and the first sitemap at places where many sites have them."""
    findings = []
    for kind, places in ((SourceKind.FEED, _FEED_PLACES), (SourceKind.SITEMAP, _SITEMAP_PLACES)):
        for place in _join_places(url, places):
            if finding := await _try_offer(Offer(url=place, kind=kind), fetcher, sandbox):
                findings.append(finding)
                break
    return findings


def _join_places(url: str, places: Iterable[str]) -> Iterator[str]:
    """Yield the places at the root of a site; a feed that covers the page's own folder is nearer, and first."""
    folder = urlsplit(url).path.strip("/")
    for place in places:
        if folder and place == "feed":
            yield urljoin(url, f"/{folder}/{place}")
        yield urljoin(url, f"/{place}")


async def _try_offers(offers: Iterable[Offer], fetcher: Fetcher, sandbox: Sandbox) -> list[Finding]:
    """Return those of the offers that list articles; one after the other, as most are of one host."""
    tried = [await _try_offer(offer, fetcher, sandbox) for offer in offers]
    return [finding for finding in tried if finding]


async def _try_offer(offer: Offer, fetcher: Fetcher, sandbox: Sandbox) -> Finding | None:
    try:
        page = await fetcher.fetch(offer.url)
    except FetchError:
        return None
    return await _read(fetcher, sandbox, page, offer.kind, offer.title)


async def _read(fetcher: Fetcher, sandbox: Sandbox, page: Page, kind: SourceKind, title: str | None) -> Finding | None:
    """Return what a page lists if it is of that kind; of an index of sitemaps, what its first sitemap lists."""
    source = Source(name="scouted", kind=kind, url=page.requested_url)
    try:
        found: Discovery = await sandbox.run(page.url, discover, source, page)
        if found.more:
            child = await fetcher.fetch(found.more[0])
            found = await sandbox.run(child.url, discover, source, child)
    except (FetchError, ParseError):
        return None
    if not found.links:
        return None
    return Finding(url=_address_of(page), kind=kind, title=title, links=found.links, hub=found.hub)


def _address_of(page: Page) -> str:
    """Return the address to ask for from now on: where the page has moved for good, else where it was found."""
    return canonical_url(page.moved_to or page.requested_url)
