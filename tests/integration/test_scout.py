"""What a site offers as a source, over real HTTP."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

import pytest

from monitor.errors import FetchError, WallError
from monitor.fetch import Fetcher
from monitor.models import Article, FetchSettings, SourceKind
from monitor.sandbox import Sandbox
from monitor.scout import Finding, find_sources, read_samples
from tests.conftest import Site

NOW = datetime(2026, 5, 4, 9, tzinfo=UTC)
FRONT = """<html><head>{head}</head><body><main>
<h2><a href="/business/orrin-and-vale-sign">Orrin and Vale sign a ten-year supply deal</a></h2>
<h2><a href="/business/two-makers-end-it">Two makers end their joint venture in Lund</a></h2>
<h2><a href="/business/tarn-wins-licence">Tarn wins a licence to make lamps at home</a></h2>
</main></body></html>"""
STORY = """<html><head><title>Orrin and Vale sign</title></head><body><article><h1>Orrin and Vale sign</h1>
<p>Orrin and Vale said on Monday that they have signed a supply deal that runs for ten years and covers all of their
plants, the largest that either of them has ever made.</p></article></body></html>"""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    box = Sandbox(seconds=5, megabytes=384)
    yield box
    box.close()


@pytest.fixture
async def fetcher(site: Site) -> AsyncIterator[Fetcher]:
    settings = FetchSettings(allow=(site.address,), delay_seconds=0, deadline_seconds=5)
    async with Fetcher(settings, now=lambda: NOW) as fetcher:
        yield fetcher


def put_feed(site: Site, path: str, date: str = "Mon, 04 May 2026 08:00:00 GMT") -> None:
    item = f"<item><title>Orrin and Vale sign</title><link>/story</link><pubDate>{date}</pubDate></item>"
    site.put(path, f"<rss version='2.0'><channel>{item}</channel></rss>", "text/xml")


async def find(site: Site, fetcher: Fetcher, sandbox: Sandbox, path: str = "/") -> list[Finding]:
    return await find_sources(site.url(path), fetcher=fetcher, sandbox=sandbox, now=NOW)


def places(site: Site, findings: list[Finding]) -> list[tuple[str, SourceKind]]:
    return [(finding.url.removeprefix(site.url("")), finding.kind) for finding in findings]


async def test_a_declared_feed_is_best_and_the_page_itself_is_there_too(
    site: Site, fetcher: Fetcher, sandbox: Sandbox
) -> None:
    site.put("/", FRONT.format(head='<link rel="alternate" type="application/rss+xml" href="/news.rss">'))
    put_feed(site, "/news.rss")
    findings = await find(site, fetcher, sandbox)
    assert places(site, findings) == [("/news.rss", SourceKind.FEED), ("/", SourceKind.LISTING)]


async def test_a_feed_that_is_dead_is_worse_than_one_that_lives(site: Site, fetcher: Fetcher, sandbox: Sandbox) -> None:
    head = "".join(f'<link rel="alternate" type="application/rss+xml" href="/{name}">' for name in ("old", "new"))
    site.put("/", FRONT.format(head=head))
    put_feed(site, "/old", "Tue, 05 Mar 2024 10:00:00 GMT")
    put_feed(site, "/new")
    assert [place for place, _ in places(site, await find(site, fetcher, sandbox))][:2] == ["/new", "/old"]


async def test_the_sitemaps_of_robots_txt_are_read_through_their_index(
    site: Site, fetcher: Fetcher, sandbox: Sandbox
) -> None:
    site.put("/", "<p>Nothing here</p>")
    site.put("/robots.txt", f"User-agent: *\nDisallow: /x\nSitemap: {site.url('/index.xml.map')}", "text/plain")
    site.put("/index.xml.map", "<sitemapindex><sitemap><loc>/news.xml</loc></sitemap></sitemapindex>", "text/xml")
    site.put("/news.xml", "<urlset><url><loc>/story</loc></url></urlset>", "text/xml")
    (finding,) = await find(site, fetcher, sandbox)
    assert (finding.url, finding.kind) == (site.url("/index.xml.map"), SourceKind.SITEMAP)
    assert [link.url for link in finding.links] == [site.url("/story")]


async def test_the_usual_places_are_tried_only_where_nothing_is_declared(
    site: Site, fetcher: Fetcher, sandbox: Sandbox
) -> None:
    site.put("/", FRONT.format(head=""))
    put_feed(site, "/rss.xml")
    assert ("/rss.xml", SourceKind.FEED) in places(site, await find(site, fetcher, sandbox))
    site.put("/", FRONT.format(head='<link rel="alternate" type="application/rss+xml" href="/mine">'))
    put_feed(site, "/mine")
    site.requests.clear()
    await find(site, fetcher, sandbox)
    assert "/rss.xml" not in {path for path, _ in site.requests}


async def test_a_feed_is_itself(site: Site, fetcher: Fetcher, sandbox: Sandbox) -> None:
    put_feed(site, "/feed")
    assert places(site, await find(site, fetcher, sandbox, "/feed")) == [("/feed", SourceKind.FEED)]


async def test_what_lists_nothing_is_nothing_and_what_is_not_there_an_error(
    site: Site, fetcher: Fetcher, sandbox: Sandbox
) -> None:
    site.put("/", "<p>Nothing here</p>")
    assert await find(site, fetcher, sandbox) == []
    with pytest.raises(FetchError):
        await find(site, fetcher, sandbox, "/missing")


async def test_articles_are_sampled_and_those_that_cannot_be_read_say_why(
    site: Site, fetcher: Fetcher, sandbox: Sandbox
) -> None:
    site.put("/", FRONT.format(head=""))
    site.put("/business/orrin-and-vale-sign", STORY)
    (finding,) = await find(site, fetcher, sandbox)
    first, second = await read_samples(finding, fetcher=fetcher, sandbox=sandbox)
    assert isinstance(first, Article)
    assert first.text.startswith("Orrin and Vale said on Monday")
    assert isinstance(second, FetchError)


async def test_sitemaps_that_have_no_address_are_passed_over(site: Site, fetcher: Fetcher, sandbox: Sandbox) -> None:
    site.put("/", "<p>Nothing here</p>")
    site.put("/robots.txt", "Sitemap: http://[bad/\nSitemap: ftp://news.test/\nSitemap: /news.xml", "text/plain")
    site.put("/news.xml", "<urlset><url><loc>/story</loc></url></urlset>", "text/xml")
    assert places(site, await find(site, fetcher, sandbox)) == [("/news.xml", SourceKind.SITEMAP)]


async def test_what_has_moved_for_good_is_found_at_its_new_address(
    site: Site, fetcher: Fetcher, sandbox: Sandbox
) -> None:
    put_feed(site, "/new")
    site.moved["/old"] = "/new"
    assert places(site, await find(site, fetcher, sandbox, "/old")) == [("/new", SourceKind.FEED)]


async def test_a_wall_is_told_and_left_in_peace(site: Site, fetcher: Fetcher, sandbox: Sandbox) -> None:
    site.put("/", "<title>Just a moment...</title><p>Checking your browser</p>")
    with pytest.raises(WallError):
        await find(site, fetcher, sandbox)
    assert {path for path, _ in site.requests} == {"/robots.txt", "/"}


async def test_a_page_that_is_only_guarded_is_no_wall(site: Site, fetcher: Fetcher, sandbox: Sandbox) -> None:
    site.put("/", FRONT.format(head="<script src='/cdn-cgi/challenge-platform/scripts/jsd/main.js'></script>"))
    assert places(site, await find(site, fetcher, sandbox)) == [("/", SourceKind.LISTING)]
