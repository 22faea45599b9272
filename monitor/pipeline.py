"""One check of one source, step by step: look, register its links, visit those that are due.

A crash between any two steps loses nothing: a link is registered before it is visited, and an article, its events, its
alerts and their deliveries are stored in one transaction that also settles the link.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

from monitor.config import CheckSettings
from monitor.detect import Ruleset, detect
from monitor.discover import discover
from monitor.errors import FetchError, FetchFault, MonitorError, ParseError
from monitor.extract import extract
from monitor.fetch import Fetcher
from monitor.models import (
    Article,
    Discovery,
    Event,
    Link,
    Novelty,
    Page,
    Reading,
    Route,
    Source,
    StoredArticle,
    Story,
    Visit,
)
from monitor.notify import routes_for
from monitor.sandbox import Sandbox
from monitor.store import Session, Store, articles, deliveries, news, sources
from monitor.track import Verdict, fold_name, judge, text_digest
from monitor.urls import host_of

log = logging.getLogger(__name__)
T = TypeVar("T")

REVISIT_AGES_SECONDS = (3_600, 6 * 3_600, 24 * 3_600)
"""A stored article is looked at again so long after it was stored or changed: news is corrected in its first day."""
RETRY_AFTER_SECONDS = (300, 1_200, 4_800, 18_000)
"""After a failed visit; after the last one the link is given up."""
_MAX_REST_SECONDS = 6 * 3_600
_MAX_MORE_PAGES = 10
_HOST_FAULTS = {FetchFault.DNS, FetchFault.CONNECT, FetchFault.TLS, FetchFault.DEADLINE, FetchFault.FORBIDDEN_ADDRESS}
"""Faults of a host, not of a page: its other pages wait for the next check."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What a check works with."""

    store: Store
    fetcher: Fetcher
    sandbox: Sandbox
    ruleset: Ruleset
    routes: tuple[Route, ...]
    settings: CheckSettings
    now: Callable[[], datetime]


@dataclass(slots=True, kw_only=True)
class CheckReport:
    """What a check of one source came to."""

    source: str
    new_links: int = 0
    stored: int = 0
    """Articles stored or changed."""
    unchanged: int = 0
    failed: int = 0
    alerts: int = 0
    error: str | None = None
    """Why the source itself could not be read."""
    failures: int = 0
    """Checks in a row in which it could not, this one included; after a success, those before it."""


Progress = Callable[[int, int], None]
"""Told how many of how many visits are done."""


async def check_source(
    tools: Tools, source: Source, *, revisit: bool = False, progress: Progress = lambda _done, _all: None
) -> CheckReport:
    """Look at a source, visit what is due and return what came of it; only a defect of the monitor raises.

    `revisit` looks at the articles of the last day too, whether they are due or not.
    """
    report = CheckReport(source=source.name)
    try:
        pages = await _register(tools, source, report)
    except (FetchError, ParseError) as error:
        report.error = str(error).removeprefix(f"{source.url}: ")
        report.failures = await _run(_rest, tools, source, error)
        return report
    visits = await _run(_due_visits, tools, source, revisit)
    await _visit_all(tools, source, visits, report, progress)
    report.failures = await _run(_finish, tools, source, pages)
    return report


# --- the source's own pages -------------------------------------------------------------------------------------


async def _register(tools: Tools, source: Source, report: CheckReport) -> list[Page]:
    """Fetch the pages that list a source's articles and register their links; return the pages."""
    pages: list[Page] = []
    links: list[Link] = []
    todo = [source.url]
    while todo and len(pages) <= _MAX_MORE_PAGES:
        page, found = await _look(tools, source, todo.pop(0))
        pages.append(page)
        links += found.links
        todo += found.more
    newest = sorted(links, key=_publication, reverse=True)[: source.max_links]
    report.new_links = await _run(_register_links, tools, source, newest)
    return pages


async def _look(tools: Tools, source: Source, url: str) -> tuple[Page, Discovery]:
    """Fetch one page of a source; one that did not change has no links to tell."""
    etag, last_modified = await _run(_read_validators, tools.store, url)
    page = await tools.fetcher.fetch(url, etag=etag, last_modified=last_modified)
    if page.is_unchanged:
        return page, Discovery()
    return page, await tools.sandbox.run(url, discover, source, page)


def _publication(link: Link) -> float:
    return link.published_at.timestamp() if link.published_at else 0.0


def _read_validators(store: Store, url: str) -> tuple[str | None, str | None]:
    with store.read() as session:
        return sources.read_validators(session, url)


def _register_links(tools: Tools, source: Source, links: list[Link]) -> int:
    with tools.store.write() as session:
        is_baseline = sources.take_baseline(session, source.name) and source.baseline
        return sources.register_links(session, source.name, links, tools.now(), is_baseline=is_baseline)


def _finish(tools: Tools, source: Source, pages: list[Page]) -> int:
    """Note the success and keep the pages' validators, unless a link still waits: a 304 must not hide its article.

    Return how many checks in a row had failed before.
    """
    with tools.store.write() as session:
        if not sources.has_waiting(session, source.name):
            sources.save_validators(session, pages)
        return sources.record_success(session, source.name, tools.now())


def _rest(tools: Tools, source: Source, error: FetchError | ParseError) -> int:
    """Leave a source that failed in peace, longer each time and as long as it asks; return the failures in a row."""
    now = tools.now()
    asked = (error.retry_after_seconds or 0.0) if isinstance(error, FetchError) else 0.0
    with tools.store.write() as session:
        failures = sources.read_state(session, source.name).failures
        rest = min(source.every_seconds * 2.0**failures, _MAX_REST_SECONDS)
        not_before = now + timedelta(seconds=max(rest, asked))
        return sources.record_failure(session, source.name, now, error=str(error), not_before=not_before)


# --- the articles behind its links ------------------------------------------------------------------------------


async def _visit_all(
    tools: Tools, source: Source, visits: list[Visit], report: CheckReport, progress: Progress
) -> None:
    """Make visits one after the other; a host that does not answer is left for the next check."""
    silent: set[str] = set()
    for done, visit in enumerate(visits):
        progress(done, len(visits))
        if host_of(visit.link.url) in silent:
            continue
        try:
            await _visit(tools, source, visit, report)
        except MonitorError as error:
            if isinstance(error, FetchError) and (error.fault in _HOST_FAULTS or error.retry_after_seconds):
                silent.add(host_of(visit.link.url))
            await _run(_postpone, tools, visit, error)
            report.failed += 1
        except Exception as error:
            log.exception("article failed", extra={"source": source.name, "url": visit.link.url})
            await _run(_postpone, tools, visit, error)
            report.failed += 1
    progress(len(visits), len(visits))


def _due_visits(tools: Tools, source: Source, revisit: bool) -> list[Visit]:  # noqa: FBT001 - called through _run
    now = tools.now()
    since = now - timedelta(seconds=REVISIT_AGES_SECONDS[-1]) if revisit and source.read is Reading.PAGE else None
    with tools.store.read() as session:
        return sources.due_visits(session, source.name, now, revisit_since=since)


async def _visit(tools: Tools, source: Source, visit: Visit, report: CheckReport) -> None:
    """Fetch, extract, detect and record one article."""
    link, page = visit.link, None
    if source.read is Reading.LINK:
        article = Article(url=link.url, title=link.title or "", text=link.summary or "")
    else:
        page = await tools.fetcher.fetch(link.url, etag=visit.etag, last_modified=visit.last_modified)
        if page.is_unchanged:
            report.unchanged += 1
            await _run(_postpone, tools, visit, None)
            return
        article = await tools.sandbox.run(link.url, _extract_page, page)
    article = replace(
        article,
        url=article.url or (page.url if page else link.url),
        title=article.title or link.title or "",
        text=article.text or link.summary or "",
        published_at=article.published_at or link.published_at,
    )
    is_news, alerts = await _run(_record, tools, source, visit, article, page)
    report.stored += is_news
    report.unchanged += not is_news
    report.alerts += alerts


def _extract_page(page: Page) -> Article:
    """Return the article of a page; a function of its own, because it runs in another process."""
    return extract(page.body, page.url, content_type=page.content_type)


def _postpone(tools: Tools, visit: Visit, error: Exception | None) -> None:
    """Set a link's next visit, after a failure or after a look that found nothing new; in vain, give it up."""
    now = tools.now()
    due_at = _next_look(visit.stored_at, now) if visit.stored_at else _next_try(visit, error, now)
    with tools.store.write() as session:
        sources.postpone_link(session, visit.link.url, due_at=due_at, error=str(error) if error else None)
    if error and not visit.stored_at:
        message = "article postponed" if due_at else "article given up"
        log.warning(message, extra={"url": visit.link.url, "error": str(error)})


def _next_look(stored_at: datetime, now: datetime) -> datetime | None:
    """Return when to look again at an article that was stored or changed then."""
    looks = (stored_at + timedelta(seconds=age) for age in REVISIT_AGES_SECONDS)
    return next((look for look in looks if look > now), None)


def _next_try(visit: Visit, error: Exception | None, now: datetime) -> datetime | None:
    """Return when to try again to fetch what failed; None if that is of no use."""
    refusal = error if isinstance(error, FetchError) else None
    if visit.attempts >= len(RETRY_AFTER_SECONDS) or (refusal and not refusal.is_temporary):
        return None
    asked = (refusal and refusal.retry_after_seconds) or 0.0
    return now + timedelta(seconds=max(RETRY_AFTER_SECONDS[visit.attempts], asked))


# --- what an article tells --------------------------------------------------------------------------------------


def _record(tools: Tools, source: Source, visit: Visit, article: Article, page: Page | None) -> tuple[bool, int]:
    """Store an article, its news, alerts and deliveries in one transaction.

    Return whether it is new or changed, and how many alerts it gave rise to.
    """
    digest = text_digest(article.title, article.text)
    events = detect(article, tools.ruleset)
    now = tools.now()
    with tools.store.write() as session:
        known = _find_known(session, visit.link, article, digest)
        if known is None:
            taken = articles.find_by_url(session, article.url) is not None
            own = replace(article, url=visit.link.url) if taken else article
            stored = articles.add_article(session, own, source=source.name, digest=digest, now=now)
        else:
            stored = articles.revise_article(session, known, article, digest=digest, now=now)
        look_at = _next_look(stored.stored_at, now) if page else None
        sources.settle_link(session, visit.link.url, stored=stored, page=page, due_at=look_at)
        if known and stored.version == known.version:
            return False, 0
        verdicts = judge(events, _open_stories(tools, session, events, now))
        muted = _mute(tools, visit, article, now)
        return True, sum(_tell(tools, session, stored, verdict, muted) for verdict in verdicts)


def _find_known(session: Session, link: Link, article: Article, digest: str) -> StoredArticle | None:
    """Return the article of the history that this one is, or is a new version of.

    A page that calls itself by the URL of another page with other words is not believed: some sites give all their
    pages one canonical URL.
    """
    return (
        articles.find_by_link(session, link.url)
        or articles.find_by_digest(session, digest)
        or (articles.find_by_url(session, article.url) if article.url == link.url else None)
    )


def _open_stories(tools: Tools, session: Session, events: tuple[Event, ...], now: datetime) -> list[Story]:
    companies = {fold_name(one.name) for event in events for one in event.participants}
    since = now - timedelta(hours=tools.settings.story_window_hours)
    return news.open_stories(session, companies=companies, since=since)


def _mute(tools: Tools, visit: Visit, article: Article, now: datetime) -> Novelty | None:
    """Return why nothing of this article is told, however new; None if there is no such reason."""
    if visit.is_baseline:
        return Novelty.BASELINE
    oldest = now - timedelta(days=tools.settings.alert_within_days)
    return Novelty.STALE if article.published_at and article.published_at < oldest else None


def _tell(tools: Tools, session: Session, stored: StoredArticle, verdict: Verdict, muted: Novelty | None) -> int:
    """Store a verdict's events with their story and, if they are news, the alert and its deliveries."""
    now = stored.stored_at
    story_id = verdict.story.id if verdict.story else news.open_story(session, now)
    news.touch_story(session, story_id, now)
    novelty = muted or verdict.novelty
    ids = {
        event: news.add_event(
            session,
            event,
            [fold_name(one.name) for one in event.participants],
            stored=stored,
            story_id=story_id,
            novelty=novelty,
        )
        for event in verdict.events
    }
    if muted or not verdict.told:
        return 0
    told = [ids[event] for event in verdict.told]
    alert = news.add_alert(session, told, stored=stored, story_id=story_id, novelty=novelty, now=now)
    deliveries.add_deliveries(session, alert.id, [route.name for route in routes_for(alert, tools.routes)], now)
    return 1


async def _run(function: Callable[..., T], *arguments: object) -> T:
    """Run a function that uses the database in a thread, to its end even if the check is cancelled meanwhile."""
    running = asyncio.ensure_future(asyncio.to_thread(function, *arguments))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait([running])
        raise
