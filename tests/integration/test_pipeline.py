"""Checks of sources over real HTTP into a real database."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.app import build_ruleset
from monitor.config import CheckSettings, Settings
from monitor.detect import Ruleset
from monitor.errors import FetchError, FetchFault
from monitor.fetch import Fetcher
from monitor.models import (
    DeliveryState,
    FetchSettings,
    Novelty,
    Pace,
    Page,
    Pulse,
    Reading,
    RelationState,
    Route,
    Source,
    SourceCondition,
    SourceKind,
)
from monitor.pipeline import CheckReport, check_source, is_resting
from monitor.record import Tools
from monitor.sandbox import Sandbox
from monitor.store import Store, deliveries, history, retention, rhythms, sources
from tests.conftest import Site, find_stored

PACT = """<html><head><title>Alderon Systems and Birchway Logistics form partnership</title></head><body>
<nav><a href="/">Home</a> <a href="/markets">Markets</a></nav>
<article><h1>Alderon Systems and Birchway Logistics form partnership</h1>
<p>Alderon Systems Inc. and Birchway Logistics Ltd. said on Monday that they have formed a partnership to run their
warehouses together, the first such agreement between the two companies.</p>
<p>The companies expect the work to begin in the spring and to reach all forty sites within three years, according to
a joint statement that was published before the markets opened.</p></article>
<aside class="newsletter"><p>Sign up for our newsletter. Cedrus Corp and Dogwood Inc formed a partnership.</p></aside>
</body></html>"""
WEATHER = """<html><head><title>Rain expected in the north</title></head><body><article>
<h1>Rain expected in the north</h1><p>Rain will fall in the north on Tuesday and in the east on Wednesday, and the rest
of the week stays dry, the weather service said in its forecast.</p></article></body></html>"""


class Clock:
    def __init__(self) -> None:
        self.time = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def pass_hours(self, hours: float) -> None:
        self.time += timedelta(hours=hours)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    box = Sandbox(seconds=5, megabytes=384)
    yield box
    box.close()


@pytest.fixture(scope="module")
def ruleset() -> Ruleset:
    return build_ruleset(Settings())


@pytest.fixture
async def tools(site: Site, clock: Clock, sandbox: Sandbox, ruleset: Ruleset, tmp_path: Path) -> AsyncIterator[Tools]:
    store = Store(tmp_path / "monitor.db")
    fetch = FetchSettings(allow=(site.address,), delay_seconds=0, deadline_seconds=5)
    async with Fetcher(fetch, now=clock) as fetcher:
        yield Tools(
            store=store,
            fetcher=fetcher,
            sandbox=sandbox,
            ruleset=ruleset,
            routes=(Route(name="console", url="console:"),),
            settings=CheckSettings(),
            now=clock,
        )
    store.close()


def feed(site: Site, **extra: object) -> Source:
    return Source(**{"name": "wire", "kind": SourceKind.FEED, "url": site.url("/feed"), "baseline": False, **extra})  # type: ignore[arg-type]  # keys of a test


async def check(tools: Tools, source: Source) -> CheckReport:
    report = await check_source(tools, source)
    assert report.error is None
    return report


async def test_news_becomes_an_article_an_event_an_alert_and_a_delivery(site: Site, tools: Tools) -> None:
    url = site.put("/pact", PACT)
    site.put("/weather", WEATHER)
    site.put_feed("/feed", ("/pact", "Alderon Systems and Birchway Logistics form partnership"), ("/weather", "Rain"))
    report = await check(tools, feed(site))
    assert (report.new_links, report.stored, report.alerts) == (2, 2, 1)
    with tools.store.read() as session:
        (alert,) = history.list_alerts(session)
        (delivery,) = deliveries.list_deliveries(session)
        stored = history.read_article(session, alert.article_id)
    assert alert.novelty is Novelty.NEW_STORY
    assert alert.url == url
    assert {one.name for one in alert.events[0].participants} == {"Alderon Systems", "Birchway Logistics"}
    assert (delivery.route, delivery.state, delivery.alert) == ("console", DeliveryState.WAITING, alert)
    assert stored is not None
    assert "newsletter" not in stored.article.text
    assert any("newsletter" in block.text for block in stored.article.stripped)


async def test_a_rule_that_matches_in_what_is_taken_out_is_stored_and_logged(
    site: Site, tools: Tools, caplog: pytest.LogCaptureFixture
) -> None:
    url = site.put("/pact", PACT)
    site.put_feed("/feed", ("/pact", "Pact"))
    await check(tools, feed(site))
    with tools.store.read() as session:
        stored = find_stored(session, url)
    assert stored is not None
    (doubt,) = [block for block in stored.article.stripped if block.rules]
    assert "Cedrus Corp and Dogwood" in doubt.text
    (told,) = [record.__dict__ for record in caplog.records if "taken out of an article" in record.message]
    assert (told["levelname"], told["url"], told["reason"]) == ("WARNING", url, doubt.reason.value)


async def test_a_first_look_is_stored_but_not_told(site: Site, tools: Tools) -> None:
    site.put("/pact", PACT)
    site.put_feed("/feed", ("/pact", "Pact"))
    report = await check(tools, feed(site, baseline=True))
    assert (report.stored, report.alerts) == (1, 0)
    with tools.store.read() as session:
        assert history.list_alerts(session) == []


async def test_a_second_check_downloads_nothing(site: Site, tools: Tools, clock: Clock) -> None:
    site.put("/pact", PACT)
    site.put_feed("/feed", ("/pact", "Pact"))
    await check(tools, feed(site))
    site.requests.clear()
    clock.pass_hours(2)
    report = await check(tools, feed(site))
    assert (report.new_links, report.stored, report.unchanged) == (0, 0, 1)
    assert {status for path, status in site.requests if path != "/robots.txt"} == {304}


async def test_a_changed_page_is_a_new_version_and_no_new_alert(site: Site, tools: Tools, clock: Clock) -> None:
    site.put("/pact", PACT)
    site.put_feed("/feed", ("/pact", "Pact"))
    await check(tools, feed(site))
    site.put("/pact", PACT.replace("forty sites", "fifty sites"))
    clock.pass_hours(2)
    report = await check(tools, feed(site))
    assert (report.stored, report.alerts) == (1, 0)
    with tools.store.read() as session:
        stored = find_stored(session, site.url("/pact"))
        assert stored is not None
        assert (stored.version, "fifty sites" in stored.article.text) == (2, True)
        assert [number for number, _, _ in history.list_versions(session, stored.id)] == [1]


async def test_the_same_text_at_another_url_is_the_same_article(site: Site, tools: Tools) -> None:
    site.put("/pact", PACT)
    site.put("/pact-again", PACT)
    site.put_feed("/feed", ("/pact", "Pact"), ("/pact-again", "Pact"))
    report = await check(tools, feed(site))
    assert (report.stored, report.unchanged, report.alerts) == (1, 1, 1)


async def test_pages_that_share_a_canonical_url_stay_apart(site: Site, tools: Tools) -> None:
    claim = f'<link rel="canonical" href="{site.url("/front")}">'
    site.put("/pact", PACT.replace("<head>", f"<head>{claim}"))
    site.put("/weather", WEATHER.replace("<head>", f"<head>{claim}"))
    site.put_feed("/feed", ("/pact", "Pact"), ("/weather", "Rain"))
    assert (await check(tools, feed(site))).stored == 2


async def test_one_bad_page_does_not_stop_its_neighbours(site: Site, tools: Tools) -> None:
    site.put("/broken", b"%PDF-1.7 \x00\xff", "application/pdf")
    site.put("/pact", PACT)
    site.put_feed("/feed", ("/broken", "Broken"), ("/gone", "Gone"), ("/pact", "Pact"))
    report = await check(tools, feed(site))
    assert (report.failed, report.stored, report.alerts) == (2, 1, 1)


async def test_a_304_does_not_hide_an_article_that_failed(site: Site, tools: Tools, clock: Clock) -> None:
    site.put("/pact", PACT)
    site.failing["/pact"] = 500
    site.put_feed("/feed", ("/pact", "Pact"))
    assert (await check(tools, feed(site))).failed == 1
    site.failing.clear()
    clock.pass_hours(1)
    assert (await check(tools, feed(site))).alerts == 1


async def test_an_article_is_given_up_in_the_end(site: Site, tools: Tools, clock: Clock) -> None:
    site.put("/pact", PACT)
    site.failing["/pact"] = 500
    site.put_feed("/feed", ("/pact", "Pact"))
    for _ in range(8):
        await check(tools, feed(site))
        clock.pass_hours(12)
    assert [path for path, _ in site.requests].count("/pact") == 5


async def test_a_source_that_fails_is_noted_and_left_in_peace(site: Site, tools: Tools) -> None:
    site.failing["/feed"] = 503
    report = await check_source(tools, feed(site))
    assert report.error is not None
    with tools.store.read() as session:
        state = sources.read_state(session, "wire")
    assert (state.failures, state.not_before is not None) == (1, True)
    assert "503" in (state.last_error or "")


class SlowHost(Fetcher):
    """Asks for one page in five minutes, as robots.txt may want it, and makes us come back for the next."""

    def __init__(self, clock: Clock, address: str) -> None:
        super().__init__(FetchSettings(allow=(address,), delay_seconds=0, deadline_seconds=5), now=clock)
        self._clock, self._free_at = clock, clock()

    async def fetch(self, url: str, *, etag: str | None = None, last_modified: str | None = None) -> Page:
        wait = (self._free_at - self._clock()).total_seconds()
        if wait > 0:
            raise FetchError(url, FetchFault.WAIT, retry_after_seconds=wait)
        self._free_at = self._clock() + timedelta(minutes=5)
        return await super().fetch(url, etag=etag, last_modified=last_modified)


async def test_where_a_check_may_ask_for_one_page_looks_and_articles_take_turns(
    site: Site, tools: Tools, clock: Clock
) -> None:
    for number in range(6):
        site.put(f"/{number}", WEATHER.replace("Tuesday", f"day {number} of the week"))
    site.put_feed("/feed", *[(f"/{number}", f"Rain {number}") for number in range(6)])
    async with SlowHost(clock, site.address) as fetcher:
        for _ in range(13):
            report = await check_source(replace(tools, fetcher=fetcher), feed(site))
            assert report.due_at is not None
            clock.time = max(report.due_at, clock() + timedelta(minutes=5))
    with tools.store.read() as session:
        state = sources.read_state(session, "wire")
    assert (state.articles, state.failures, state.condition) == (6, 0, SourceCondition.FINE)
    assert [path for path, _ in site.requests].count("/feed") >= 6


async def test_a_host_that_does_not_answer_is_asked_once_a_check(site: Site, tools: Tools, clock: Clock) -> None:
    class Deaf(Fetcher):
        async def fetch(self, url: str, *, etag: str | None = None, last_modified: str | None = None) -> Page:
            if not url.endswith("/feed"):
                asked.append(url)
                raise FetchError(url, FetchFault.DEADLINE)
            return await super().fetch(url, etag=etag, last_modified=last_modified)

    asked: list[str] = []
    site.put_feed("/feed", *[(f"/{number}", f"Rain {number}") for number in range(6)])
    async with Deaf(FetchSettings(allow=(site.address,), delay_seconds=0), now=clock) as fetcher:
        for checks in (1, 2, 3):
            await check(replace(tools, fetcher=fetcher), feed(site))
            assert len(asked) == checks
            clock.pass_hours(0.25)


async def test_headlines_are_read_without_their_pages(site: Site, tools: Tools) -> None:
    site.put_feed("/feed", ("/pact", "Alderon Systems and Birchway Logistics form partnership"))
    report = await check(tools, feed(site, read=Reading.LINK))
    assert (report.stored, report.alerts) == (1, 1)
    assert "/pact" not in {path for path, _ in site.requests}


async def test_items_without_a_page_are_read_where_they_stand(site: Site, tools: Tools) -> None:
    site.put("/", WEATHER)
    site.put(
        "/feed",
        "<rss version='2.0'><channel><link>/</link>"
        "<item><title>Alderon Systems and Birchway Logistics form partnership</title></item>"
        "<item><pubDate>Tue, 05 Mar 2024 14:30:00 GMT</pubDate></item></channel></rss>",
        "text/xml",
    )
    report = await check(tools, feed(site))
    assert (report.new_links, report.stored, report.alerts) == (1, 1, 1)
    assert "/" not in {path for path, _ in site.requests}


async def test_a_gap_is_closed_where_the_source_pages(site: Site, tools: Tools, clock: Clock) -> None:
    def put(path: str, target: str, following: str) -> None:
        site.put(f"/{target}", WEATHER.replace("north", target))
        site.put(
            path,
            f"<feed xmlns='http://www.w3.org/2005/Atom'><link rel='next' href='{following}'/>"
            f"<entry><title>{target}</title><link href='/{target}'/></entry></feed>",
            "text/xml",
        )

    put("/feed", "first", "/old")
    assert (await check(tools, feed(site))).new_links == 1
    assert "/old" not in {path for path, _ in site.requests}, "the first look is no gap"
    put("/feed", "third", "/feed?2")
    put("/feed?2", "second", "/feed?3")
    put("/feed?3", "first", "/old")
    clock.pass_hours(1)
    assert (await check(tools, feed(site))).new_links == 2
    assert "/old" not in {path for path, _ in site.requests}, "what is known ends the gap"


async def test_a_date_of_the_future_does_not_push_out_news(site: Site, tools: Tools) -> None:
    items = "".join(
        f"<item><title>{name}</title><link>/{name}</link>{date}</item>"
        for name, date in (
            ("pinned", "<pubDate>Tue, 05 Mar 2030 10:00:00 GMT</pubDate>"),
            ("undated", ""),
            ("old", "<pubDate>Tue, 05 Mar 2024 10:00:00 GMT</pubDate>"),
        )
    )
    site.put("/feed", f"<rss version='2.0'><channel>{items}</channel></rss>", "text/xml")
    await check(tools, feed(site, max_links=2))
    with tools.store.read() as session:
        shown = {visit.link.url for visit in sources.due_visits(session, "wire", tools.now() + timedelta(days=9))}
    assert shown == {site.url("/pinned"), site.url("/undated")}


async def test_a_hub_is_noted(site: Site, tools: Tools) -> None:
    site.put(
        "/feed",
        "<feed xmlns='http://www.w3.org/2005/Atom'><link rel='hub' href='https://hub.example/'/></feed>",
        "text/xml",
    )
    await check(tools, feed(site))
    with tools.store.read() as session:
        assert sources.read_state(session, "wire").hub == "https://hub.example/"


async def test_a_day_that_only_the_source_tells_stays_a_day(site: Site, tools: Tools) -> None:
    site.put("/rain", WEATHER)
    item = "<item><title>Rain</title><link>/rain</link><pubDate>2026-05-04</pubDate></item>"
    site.put("/feed", f"<rss version='2.0'><channel>{item}</channel></rss>", "text/xml")
    await check(tools, feed(site))
    with tools.store.read() as session:
        stored = find_stored(session, site.url("/rain"))
    assert stored is not None
    assert stored.article.is_published_day_only


async def test_a_source_that_loses_its_items_is_told_once_when_it_begins_and_once_when_it_ends(
    site: Site, tools: Tools, clock: Clock
) -> None:
    full = [(f"/{number}", f"Rain in the north, part {number}") for number in range(6)]
    turns = []
    for shown in (full, full, full[:1], full[:1], full[:1], full, full):
        site.put_feed("/feed", *shown)
        clock.pass_hours(1)
        turn = (await check(tools, feed(site, read=Reading.LINK))).turn
        turns.append(turn and (turn.before.condition, turn.now.condition))
    emptied, fine = SourceCondition.EMPTIED, SourceCondition.FINE
    assert turns == [None, None, None, (fine, emptied), None, (emptied, fine), None]


async def test_a_source_that_refuses_us_is_blocked_and_well_again_with_the_first_page(
    site: Site, tools: Tools, clock: Clock
) -> None:
    site.put_feed("/feed", ("/rain", "Rain"))
    site.failing["/feed"] = 403
    reports = [await check_source(tools, feed(site)) for _ in range(3)]
    site.failing.clear()
    clock.pass_hours(8)
    reports.append(await check_source(tools, feed(site, read=Reading.LINK)))
    assert [report.turn and report.turn.now.condition for report in reports] == [
        None,
        SourceCondition.BLOCKED,
        None,
        SourceCondition.FINE,
    ]


async def test_a_source_that_fails_in_many_ways_is_told_once(site: Site, tools: Tools, clock: Clock) -> None:
    site.put_feed("/feed")
    await check(tools, feed(site))
    reports = []
    for status in (503, 503, 503, 403, 503, 429, 500, None):
        clock.pass_hours(7)
        site.failing = {"/feed": status} if status else {}
        reports.append(await check_source(tools, feed(site)))
    turns = [report.turn.now.condition for report in reports if report.turn]
    assert turns == [SourceCondition.DOWN, SourceCondition.FINE]
    with tools.store.read() as session:
        assert sources.read_state(session, "wire").condition is SourceCondition.FINE


async def test_a_wall_instead_of_a_feed_is_no_new_style(site: Site, tools: Tools) -> None:
    site.put("/feed", "<html><title>Just a moment...</title><p>Checking your browser</p></html>")
    reports = [await check_source(tools, feed(site)) for _ in range(2)]
    assert reports[1].turn is not None
    assert reports[1].turn.now.condition is SourceCondition.BLOCKED


async def test_the_next_look_is_planned_and_kept(site: Site, tools: Tools, clock: Clock) -> None:
    site.put_feed("/feed")
    report = await check(tools, feed(site, pace=Pace.FIXED, every_seconds=600))
    assert report.due_at == clock() + timedelta(seconds=600)
    with tools.store.read() as session:
        assert sources.read_state(session, "wire").due_at == report.due_at


async def test_a_source_that_is_read_in_another_way_is_learned_anew(site: Site, tools: Tools) -> None:
    site.put_feed("/feed", *[(f"/{number}", f"Rain {number}") for number in range(6)])
    await check(tools, feed(site, read=Reading.LINK))
    with tools.store.read() as session:
        assert rhythms.read_pulse(session, feed(site, read=Reading.LINK)).usual_items == 6
        assert rhythms.read_pulse(session, feed(site, read=Reading.LINK, keep=("snow",))) == Pulse()
        assert rhythms.read_pulse(session, feed(site, read=Reading.LINK, url=site.url("/new"))) == Pulse()


async def test_old_news_is_stored_but_not_told(site: Site, tools: Tools) -> None:
    dated = '<meta property="article:published_time" content="2026-01-02T10:00:00Z"></head>'
    site.put("/pact", PACT.replace("</head>", dated))
    site.put_feed("/feed", ("/pact", "Pact"))
    report = await check(tools, feed(site))
    assert (report.stored, report.alerts) == (1, 0)


async def test_a_second_outlet_repeats_the_story(site: Site, tools: Tools) -> None:
    retold = PACT.replace("form partnership", "team up").replace("have formed a partnership", "will team up")
    site.put("/pact", PACT)
    site.put("/retold", retold)
    site.put_feed("/feed", ("/pact", "Pact"))
    site.put_feed("/other", ("/retold", "Pact retold"))
    assert (await check(tools, feed(site))).alerts == 1
    report = await check(tools, feed(site, name="other", url=site.url("/other")))
    assert (report.stored, report.alerts) == (1, 0)


# --- what a review broke ----------------------------------------------------------------------------------------


def story(verb: str, *, left: str = "Alderon Systems", right: str = "Birchway Logistics", more: str = "") -> str:
    """A page whose headline and first sentence tell a change between two companies."""
    title = f"{left} and {right} {verb}"
    return f"""<html><head><title>{title}</title></head><body><article><h1>{title}</h1>
<p>{left} Inc. and {right} Ltd. said on Monday that they {verb}, a step that both companies had prepared for more than
a year and that their shareholders had long asked for. {more}</p></article></body></html>"""


def texts_told(tools: Tools) -> list[str]:
    with tools.store.read() as session:
        return [alert.url.rsplit("/", 1)[-1] for alert in history.list_alerts(session)]


async def test_an_index_that_stays_the_same_does_not_hide_its_sitemaps(site: Site, tools: Tools) -> None:
    def sitemap(*paths: str) -> str:
        urls = "".join(f"<url><loc>{site.url(path)}</loc></url>" for path in paths)
        return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'

    site.put(
        "/index.xml",
        '<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
        f"<sitemap><loc>{site.url('/child.xml')}</loc></sitemap></sitemapindex>",
        "text/xml",
    )
    site.put("/weather", WEATHER)
    site.put("/child.xml", sitemap("/weather"), "text/xml")
    source = feed(site, kind=SourceKind.SITEMAP, url=site.url("/index.xml"))
    await check(tools, source)
    site.put("/pact", PACT)
    site.put("/child.xml", sitemap("/weather", "/pact"), "text/xml")
    assert (await check(tools, source)).alerts == 1


def put_index(site: Site, path: str, *targets: str) -> Source:
    children = "".join(f"<sitemap><loc>{target}</loc></sitemap>" for target in targets)
    site.put(path, f"<sitemapindex>{children}</sitemapindex>", "text/xml")
    return feed(site, kind=SourceKind.SITEMAP, url=site.url(path))


async def test_a_sitemap_that_is_gone_does_not_take_its_neighbours_along(site: Site, tools: Tools) -> None:
    site.put("/pact", PACT)
    site.put("/child.xml", "<urlset><url><loc>/pact</loc></url></urlset>", "text/xml")
    source = put_index(site, "/index.xml", "/gone.xml", "/child.xml")
    assert (await check(tools, source)).alerts == 1
    site.failing["/child.xml"] = 500
    assert "gone.xml: status: 404" in ((await check_source(tools, source)).error or "")


async def test_an_index_that_leads_back_to_itself_is_asked_for_once(site: Site, tools: Tools) -> None:
    source = put_index(site, "/index.xml", "/index.xml", "/other.xml")
    put_index(site, "/other.xml", "/index.xml", "/other.xml")
    assert "itself" in ((await check_source(tools, source)).error or "")
    assert [path for path, _ in site.requests] == ["/robots.txt", "/index.xml", "/other.xml"]


async def test_two_sources_may_read_one_feed(site: Site, tools: Tools) -> None:
    site.put("/pact", PACT)
    site.put("/weather", WEATHER)
    site.put_feed("/feed", ("/pact", "Alderon pact"), ("/weather", "Rain"))
    assert (await check(tools, feed(site, keep=("Rain",)))).stored == 1
    assert (await check(tools, feed(site, name="other", keep=("Alderon",)))).stored == 1


async def test_background_does_not_keep_a_story_open(site: Site, tools: Tools, clock: Clock) -> None:
    site.put("/0", story("form a partnership"))
    site.put_feed("/feed", ("/0", "Pact"))
    await check(tools, feed(site))
    for day in range(1, 12):
        clock.pass_hours(24)
        unlike = " ".join(f"word{day}x{number}" for number in range(90))
        site.put(f"/{day}", story("form a partnership", more=unlike))
        site.put_feed("/feed", (f"/{day}", "Pact"))
        await check(tools, feed(site))
    assert 3 <= len(texts_told(tools)) <= 4


async def test_what_was_muted_is_not_known(site: Site, tools: Tools) -> None:
    site.put("/old", story("form a partnership"))
    site.put_feed("/first-look", ("/old", "Pact"))
    await check(tools, feed(site, name="new", url=site.url("/first-look"), baseline=True))
    site.put("/pact", story("form a partnership", more="The first trucks roll in May."))
    site.put_feed("/feed", ("/pact", "Pact"))
    assert (await check(tools, feed(site))).alerts == 1


async def test_a_first_look_does_not_silence_another_source(site: Site, tools: Tools) -> None:
    site.put("/pact", PACT)
    site.put_feed("/feed", ("/pact", "Pact"))
    assert (await check(tools, feed(site, name="new", baseline=True))).alerts == 0
    assert (await check(tools, feed(site))).alerts == 1
    assert (await check(tools, feed(site))).alerts == 0


async def test_a_page_of_the_first_look_that_tells_news_later_is_told(site: Site, tools: Tools, clock: Clock) -> None:
    site.put("/live", story("form a partnership"))
    site.put_feed("/feed", ("/live", "Live"))
    source = feed(site, baseline=True)
    await check(tools, source)
    clock.pass_hours(2)
    site.put("/live", story("form a partnership", more="A misprint was corrected."))
    assert (await check(tools, source)).alerts == 0
    clock.pass_hours(2)
    site.put("/live", story("end their partnership", more="It had begun in the morning."))
    assert (await check_source(tools, source, revisit=True)).alerts == 1


@pytest.mark.parametrize("status", [403, 404])
async def test_a_refusal_is_tried_again(site: Site, tools: Tools, clock: Clock, status: int) -> None:
    site.put("/pact", PACT)
    site.put_feed("/feed", ("/pact", "Pact"))
    site.failing["/pact"] = status
    assert (await check(tools, feed(site))).failed == 1
    site.failing.clear()
    clock.pass_hours(1)
    assert (await check(tools, feed(site))).alerts == 1


async def test_what_was_given_up_and_is_still_shown_gets_another_chance(site: Site, tools: Tools, clock: Clock) -> None:
    site.put("/pact", PACT)
    site.put_feed("/feed", ("/pact", "Pact"))
    site.failing["/pact"] = 404
    for _ in range(6):
        await check(tools, feed(site))
        clock.pass_hours(12)
    site.failing.clear()
    clock.pass_hours(24)
    site.put_feed("/feed", ("/pact", "Pact"), ("/weather", "Rain"))
    assert (await check(tools, feed(site))).alerts == 1


async def test_placeholders_do_not_make_two_articles_one(site: Site, tools: Tools, clock: Clock) -> None:
    wall = "<html><head><title>One moment</title></head><body><p>Please enable JavaScript to go on.</p></body></html>"
    site.put("/a", wall)
    site.put("/b", wall)
    site.put_feed("/feed", ("/a", "A"), ("/b", "B"))
    await check(tools, feed(site))
    clock.pass_hours(2)
    site.put("/a", WEATHER)
    site.put("/b", PACT)
    await check(tools, feed(site))
    assert texts_told(tools) == ["b"]


async def test_a_link_leaves_the_article_whose_words_it_shared(site: Site, tools: Tools, clock: Clock) -> None:
    site.put("/a", WEATHER)
    site.put("/b", WEATHER)
    site.put_feed("/feed", ("/a", "A"), ("/b", "B"))
    assert (await check(tools, feed(site))).stored == 1
    clock.pass_hours(2)
    site.put("/b", PACT)
    await check(tools, feed(site))
    assert texts_told(tools) == ["b"]
    with tools.store.read() as session:
        weather = find_stored(session, site.url("/a"))
    assert weather is not None
    assert weather.version == 1


async def test_pages_that_claim_each_others_urls_are_all_stored(site: Site, tools: Tools) -> None:
    claims = {"/a": "/b", "/x": "/front", "/b": "/front"}
    for number, (path, claimed) in enumerate(claims.items()):
        page = story("form a partnership", left=f"Alderon{number} Systems", right=f"Birchway{number} Logistics")
        site.put(path, page.replace("<head>", f'<head><link rel="canonical" href="{site.url(claimed)}">'))
    site.put_feed("/feed", *((path, path) for path in claims))
    report = await check(tools, feed(site))
    assert (report.failed, report.stored) == (0, 3)


async def test_a_changed_headline_of_a_source_without_pages_is_seen(site: Site, tools: Tools) -> None:
    source = feed(site, read=Reading.LINK)
    site.put_feed("/feed", ("/pact", "Markets are calm before the weekend"))
    assert (await check(tools, source)).alerts == 0
    site.put_feed("/feed", ("/pact", "Alderon Systems and Birchway Logistics form partnership"))
    assert (await check(tools, source)).alerts == 1


async def test_a_renamed_source_takes_over_what_waits(site: Site, tools: Tools, clock: Clock) -> None:
    site.put("/pact", PACT)
    site.put_feed("/feed", ("/pact", "Pact"))
    site.failing["/pact"] = 500
    await check(tools, feed(site))
    site.failing.clear()
    clock.pass_hours(1)
    assert (await check(tools, feed(site, name="renamed"))).alerts == 1


async def test_a_broken_list_does_not_hold_up_the_articles_that_are_known(
    site: Site, tools: Tools, clock: Clock
) -> None:
    site.put("/pact", PACT)
    site.put_feed("/feed", ("/pact", "Pact"))
    site.failing["/pact"] = 500
    await check(tools, feed(site))
    site.failing = {"/feed": 500}
    clock.pass_hours(1)
    report = await check_source(tools, feed(site))
    assert (report.error is not None, report.alerts) == (True, 1)


async def test_a_source_may_fail_for_years(site: Site, tools: Tools, clock: Clock) -> None:
    with tools.store.write() as session:
        for _ in range(1_100):
            sources.record_failure(session, "wire", clock(), error="gone", not_before=None)
    site.failing["/feed"] = 500
    report = await check_source(tools, feed(site))
    assert report.failures == 1_101
    with tools.store.read() as session:
        state = sources.read_state(session, "wire")
    assert is_resting(state, clock())
    clock.pass_hours(-24 * 365)
    assert not is_resting(state, clock())


def is_running(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


async def test_a_check_goes_on_after_its_idle_worker_was_killed(site: Site, tools: Tools, sandbox: Sandbox) -> None:
    site.put("/weather", WEATHER)
    site.put_feed("/feed", ("/weather", "Rain"))
    await check(tools, feed(site))
    worker = await sandbox.run("", os.getpid)
    os.kill(worker, signal.SIGKILL)
    while is_running(worker):  # noqa: ASYNC110 - no event tells of another's child
        await asyncio.sleep(0.01)
    site.put("/pact", PACT)
    site.put_feed("/feed", ("/pact", "Pact"))
    assert (await check(tools, feed(site))).alerts == 1


async def test_the_worker_loads_no_more_than_it_needs_to_read_pages(site: Site, tools: Tools, sandbox: Sandbox) -> None:
    site.put("/pact", PACT)
    site.put_feed("/feed", ("/pact", "Pact"))
    assert (await check(tools, feed(site))).stored == 1
    loaded = set(await sandbox.run("", eval, "list(__import__('sys').modules)"))
    assert {"monitor.extract", "monitor.discover"} <= loaded
    assert loaded.isdisjoint({"sqlalchemy", "httpx", "typer", "monitor.pipeline", "monitor.detect"})


def offer_page(number: int) -> str:
    firms = ("Alderon", "Birchway", "Cedrus", "Dogwood", "Elmside", "Fernhill", "Gorse")
    firm, deed = firms[number], ("opens a plant", "sells a mill", "hires a director", "wins an order")[number % 4]
    return f"""<html><head><title>{firm} {deed}</title>
<meta property="article:published_time" content="2026-05-0{number + 1}T08:00:00+02:00"></head><body><article>
<h1>{firm} {deed}</h1>
<p>{firm} {deed} in the north, the company said on day {number}, and gave no other details of it.</p>
<p>Quay Terminal brings every filing to your desk, and now costs {60 + number} per cent less than the old ones.</p>
<p>The chairman of {firm} told the paper that the next {number + 2} years would be harder, but not by much.</p>
</article></body></html>"""


async def test_what_a_site_repeats_goes_from_its_next_articles(site: Site, tools: Tools, clock: Clock) -> None:
    for number in range(7):
        site.put(f"/offer/{number}", offer_page(number))
        site.put_feed("/feed", *((f"/offer/{n}", f"Story {n}") for n in range(number + 1)))
        await check(tools, feed(site))
        clock.pass_hours(24)
    with tools.store.read() as session:
        stored = [find_stored(session, site.url(f"/offer/{number}")) for number in range(7)]
    texts = [one.article.text if one else "" for one in stored]
    assert ["Quay Terminal" in text for text in texts] == [True, *[False] * 6]
    assert all("The chairman of" in text for text in texts)
    last = stored[-1]
    assert last is not None
    assert [(one.reason.value, one.where) for one in last.article.stripped][-1] == (
        "learned",
        "learned on 6 of 6 articles",
    )
    assert last.article.published_at == datetime(2026, 5, 7, 6, tzinfo=UTC)
    assert str(last.article.published_at) == "2026-05-07 08:00:00+02:00", (
        "the readers' day is the one that the page states"
    )


async def test_an_article_is_no_new_version_when_more_is_known_of_its_site(
    site: Site, tools: Tools, clock: Clock
) -> None:
    for number in range(4):
        site.put(f"/offer/{number}", offer_page(number))
    site.put_feed("/feed", ("/offer/0", "Story 0"))
    await check(tools, feed(site))
    site.put_feed("/feed", *((f"/offer/{n}", f"Story {n}") for n in range(4)))
    await check(tools, feed(site))
    clock.pass_hours(2)
    site.put("/offer/0", offer_page(0) + "<!-- touched -->")
    site.put("/offer/3", offer_page(3) + "<!-- touched -->")
    await check_source(tools, feed(site), revisit=True)
    with tools.store.read() as session:
        versions = [one.version for n in (0, 3) if (one := find_stored(session, site.url(f"/offer/{n}")))]
    assert versions == [1, 1]


async def test_a_copy_that_is_printed_weeks_later_is_known(site: Site, tools: Tools, clock: Clock) -> None:
    site.put("/first", story("form a partnership"))
    site.put_feed("/feed", ("/first", "Pact"))
    await check(tools, feed(site))
    clock.pass_hours(24 * 20)
    site.put("/copy", story("form a partnership", more="Our reporter added this."))
    site.put("/other", story("form a partnership in 40 cities"))
    site.put_feed("/feed", ("/copy", "Pact"), ("/other", "Pact"))
    await check(tools, feed(site))
    assert sorted(texts_told(tools)) == ["first", "other"]


async def test_the_first_primary_source_of_a_story_is_told(site: Site, tools: Tools) -> None:
    tools = replace(tools, primary_sources=frozenset({"newsroom", "regulator"}))
    for name in ("press", "newsroom", "regulator", "paper"):
        site.put(f"/{name}", story("form a partnership", more=f"The {name} has it."))
        site.put_feed(f"/{name}.xml", (f"/{name}", "Pact"))
        await check(tools, feed(site, name=name, url=site.url(f"/{name}.xml")))
    with tools.store.read() as session:
        told = [(alert.source, alert.novelty) for alert in history.list_alerts(session)]
    assert told == [("newsroom", Novelty.PRIMARY_SOURCE), ("press", Novelty.NEW_STORY)]


async def test_an_alert_says_how_the_relation_moved(site: Site, tools: Tools) -> None:
    for number, verb in enumerate(["form a partnership", "end their partnership"]):
        site.put(f"/{number}", story(verb))
        site.put_feed("/feed", (f"/{number}", "News"))
        await check(tools, feed(site))
    with tools.store.read() as session:
        moves = [alert.moves for alert in history.list_alerts(session)]
    assert moves == [((RelationState.ACTIVE, RelationState.ENDED),), ((RelationState.NONE, RelationState.ACTIVE),)]


async def test_what_did_not_change_is_noted_by_a_check_that_is_cut_short(
    site: Site, tools: Tools, clock: Clock
) -> None:
    site.put("/pact", PACT)
    site.put("/weather", WEATHER)
    site.put_feed("/feed", ("/pact", "Pact"), ("/weather", "Rain"))
    await check(tools, feed(site))
    clock.pass_hours(2)

    def cut_short(done: int, _count: int) -> None:
        if done == 1:
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await check_source(tools, feed(site), progress=cut_short)
    report = await check(tools, feed(site))
    assert report.unchanged == 1, "the other was looked at before"


async def test_an_article_whose_text_was_removed_does_not_come_back(site: Site, tools: Tools, clock: Clock) -> None:
    site.put("/pact", PACT)
    site.put_feed("/feed", ("/pact", "Alderon Systems and Birchway Logistics form partnership"))
    await check(tools, feed(site))
    clock.pass_hours(40 * 24)
    assert retention.prune(tools.store, clock(), keep=timedelta(days=31), open_for=timedelta(days=3)) == 1
    site.put("/pact", PACT.replace("in the spring", "in the autumn"))
    site.put("/again", PACT)
    site.put_feed("/other", ("/pact", "Changed"), ("/again", "The same words elsewhere"))
    await check(tools, feed(site, name="other", url=site.url("/other")))
    with tools.store.write() as session:
        sources.postpone_link(session, site.url("/pact"), due_at=clock())
    await check(tools, feed(site))
    with tools.store.read() as session:
        (stored,) = history.list_articles(session)
        (alert,) = history.list_alerts(session)
        assert history.search_articles(session, "warehouses") == []
        assert len(history.search_articles(session, "partnership")) == 1
    assert (stored.article.text, stored.article.stripped, stored.version) == ("", (), 1)
    assert stored.article.title == "Alderon Systems and Birchway Logistics form partnership"
    assert "partnership" in alert.events[0].evidence.sentence
