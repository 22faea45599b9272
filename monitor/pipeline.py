"""One check of one source, step by step: look, register its links, visit those that are due.

A crash between any two steps loses nothing: a link is registered before it is visited, and an article, its events, its
alerts and their deliveries are stored in one transaction that also settles the link.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from monitor.discover import discover
from monitor.errors import FetchError, FetchFault, MonitorError, ParseError, StoreError
from monitor.extract import extract
from monitor.models import (
    Article,
    BlockRules,
    DateCertainty,
    Discovery,
    Link,
    Page,
    Reading,
    Source,
    SourceState,
    Visit,
)
from monitor.record import REVISIT_AGES_SECONDS, Tools, next_look, record_article
from monitor.store import Store, sources
from monitor.urls import host_of

log = logging.getLogger(__name__)
T = TypeVar("T")

RETRY_AFTER_SECONDS = (300, 1_200, 4_800, 18_000)
"""After a failed visit; after the last one the link is given up."""
_MAX_REST_SECONDS = 6 * 3_600
"""Of a source that keeps failing."""
_MAX_DOUBLINGS = 16
_MAX_MORE_PAGES = 10
_FAULTS_OF_A_TIME = {FetchFault.STATUS, FetchFault.ROBOTS}
_HOST_FAULTS = {FetchFault.DNS, FetchFault.CONNECT, FetchFault.TLS, FetchFault.DEADLINE, FetchFault.FORBIDDEN_ADDRESS}
"""Faults of a host, not of a page: its other pages wait for the next check."""


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
    tools: Tools,
    source: Source,
    *,
    heeds_rest: bool = False,
    revisit: bool = False,
    progress: Progress = lambda _done, _all: None,
) -> CheckReport:
    """Look at a source, visit what is due and return what came of it; only a defect of the monitor raises.

    `heeds_rest` leaves a source alone that is to be left in peace for now; `revisit` looks at the articles of the last
    day too, whether they are due or not.
    """
    report = CheckReport(source=source.name)
    if heeds_rest:
        state = await _run(_read_state, tools.store, source)
        if state.not_before and is_resting(state, tools.now()):
            report.error = f"left in peace until {state.not_before:%H:%M} UTC, after: {state.last_error}"
            return report
    pages: list[Page] = []
    try:
        pages = await _register(tools, source, report)
    except (FetchError, ParseError) as error:
        report.error = str(error).removeprefix(f"{source.url}: ")
        report.failures = await _run(_rest, tools, source, error)
        if not _spares_its_articles(error):
            return report
    visits = await _run(_due_visits, tools, source, revisit)
    await _visit_all(tools, source, visits, report, progress)
    if report.error is None:
        report.failures = await _run(_finish, tools, source, pages)
    return report


def _read_state(store: Store, source: Source) -> SourceState:
    with store.read() as session:
        return sources.read_state(session, source.name)


def is_resting(state: SourceState, now: datetime) -> bool:
    """Return whether a source is to be left in peace; a rest of more than a day was set by a wrong clock."""
    return state.not_before is not None and now < state.not_before <= now + timedelta(days=1)


# --- the source's own pages -------------------------------------------------------------------------------------


async def _register(tools: Tools, source: Source, report: CheckReport) -> list[Page]:
    """Fetch the pages that list a source's articles and register their links; return those that hold links."""
    pages: list[Page] = []
    links: list[Link] = []
    todo = [source.url]
    seen = 0
    while todo and seen <= _MAX_MORE_PAGES:
        url = todo.pop(0)
        page, found = await _look(tools, source, url)
        if not found.more:  # an index is read each time: it may stay as it is while its sitemaps change
            pages.append(page)
        seen += 1
        links += (link for link in found.links if link.has_page or link.title or link.summary)
        todo += found.more
        has_gap = found.next_page is not None and await _run(_has_gap, tools.store, source, found.links)
        todo += [found.next_page] if found.next_page and has_gap else []
        if found.hub and url == source.url:
            await _run(_note_hub, tools.store, source, found.hub)
    newest = sorted(links, key=partial(_publication, now=tools.now()), reverse=True)[: source.max_links]
    report.new_links = await _run(_register_links, tools, source, newest)
    return pages


async def _look(tools: Tools, source: Source, url: str) -> tuple[Page, Discovery]:
    """Fetch one page of a source; one that did not change has no links to tell."""
    etag, last_modified = await _run(_read_validators, tools.store, source, url)
    page = await tools.fetcher.fetch(url, etag=etag, last_modified=last_modified)
    if page.is_unchanged:
        return page, Discovery()
    return page, await tools.sandbox.run(url, discover, source, page)


def _publication(link: Link, *, now: datetime) -> datetime:
    """Return the time that orders a link: none is newer than now, and one without a date is as new as it is to us."""
    return min(link.published_at or now, now)


def _has_gap(store: Store, source: Source, links: tuple[Link, ...]) -> bool:
    """Return whether a page of a source that we know shows nothing that we know: what is older may be missing too."""
    with store.read() as session:
        is_known = sources.read_state(session, source.name).is_baselined
        return is_known and bool(links) and sources.count_known(session, [link.url for link in links]) == 0


def _note_hub(store: Store, source: Source, hub: str) -> None:
    with store.write() as session:
        sources.note_hub(session, source.name, hub)


def _read_validators(store: Store, source: Source, url: str) -> tuple[str | None, str | None]:
    with store.read() as session:
        return sources.read_validators(session, source, url)


def _register_links(tools: Tools, source: Source, links: list[Link]) -> int:
    with tools.store.write() as session:
        is_baseline = sources.take_baseline(session, source.name) and source.baseline
        return sources.register_links(session, source, links, tools.now(), is_baseline=is_baseline)


def _finish(tools: Tools, source: Source, pages: list[Page]) -> int:
    """Note the success and keep the pages' validators, unless a link still waits: a 304 must not hide its article.

    Return how many checks in a row had failed before.
    """
    with tools.store.write() as session:
        if not sources.has_waiting(session, source.name):
            sources.save_validators(session, source, pages)
        return sources.record_success(session, source.name, tools.now())


def _rest(tools: Tools, source: Source, error: FetchError | ParseError) -> int:
    """Leave a source that failed in peace, longer each time and as long as it asks; return the failures in a row."""
    now = tools.now()
    asked = (error.retry_after_seconds or 0.0) if isinstance(error, FetchError) else 0.0
    with tools.store.write() as session:
        doublings = min(sources.read_state(session, source.name).failures, _MAX_DOUBLINGS)
        rest = min(source.every_seconds * 2**doublings, _MAX_REST_SECONDS)
        not_before = now + timedelta(seconds=max(rest, asked))
        return sources.record_failure(session, source.name, now, error=str(error), not_before=not_before)


def _spares_its_articles(error: FetchError | ParseError) -> bool:
    """Return whether only the list is at fault, so that its articles may be asked for."""
    if isinstance(error, ParseError):
        return True
    is_refusal = error.status in {401, 403, 429} or bool(error.retry_after_seconds)
    return error.fault is FetchFault.STATUS and not is_refusal


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
        except StoreError:
            raise  # the article is not at fault, and its neighbours would fare alike
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
    if source.read is Reading.LINK or not link.has_page:
        article = Article(url=link.url, title=link.title or "", text=link.summary or "")
    else:
        page = await tools.fetcher.fetch(link.url, etag=visit.etag, last_modified=visit.last_modified)
        if page.is_unchanged:
            report.unchanged += 1
            await _run(_postpone, tools, visit, None)
            return
        article = await tools.sandbox.run(link.url, _extract_page, page, source.blocks)
    article = replace(
        article,
        url=article.url or (page.url if page else link.url),
        title=article.title or link.title or "",
        text=article.text or link.summary or "",
        published_at=article.published_at or link.published_at,
        is_published_day_only=article.is_published_day_only
        if article.published_at
        else link.published_certainty is DateCertainty.DAY,
    )
    recorded = await _run(record_article, tools, source, visit, article, page)
    report.stored += recorded.is_news
    report.unchanged += not recorded.is_news
    report.alerts += recorded.alerts


def _extract_page(page: Page, rules: BlockRules) -> Article:
    """Return the article of a page; a function of its own, because it runs in another process."""
    return extract(page.body, page.url, content_type=page.content_type, rules=rules)


def _postpone(tools: Tools, visit: Visit, error: Exception | None) -> None:
    """Set a link's next visit, after a failure or after a look that found nothing new; in vain, give it up."""
    now = tools.now()
    is_given_up = False
    if visit.stored_at:
        due_at = next_look(visit.stored_at, now)
    else:
        due_at = _next_try(visit, error, now)
        is_given_up = due_at is None
    with tools.store.write() as session:
        sources.postpone_link(
            session,
            visit.link.url,
            due_at=due_at or (now + timedelta(days=1) if is_given_up else None),
            error=str(error) if error else None,
            is_given_up=is_given_up,
        )
    if error and not visit.stored_at:
        message = "article given up" if is_given_up else "article postponed"
        log.warning(message, extra={"url": visit.link.url, "error": str(error)})


def _next_try(visit: Visit, error: Exception | None, now: datetime) -> datetime | None:
    """Return when to try again to fetch what failed; None if that is of no use.

    A refusal or a missing page is tried again like any other fault: servers lag, and block in bursts. A defect of the
    monitor never gives an article up.
    """
    if not isinstance(error, MonitorError):
        return now + timedelta(seconds=RETRY_AFTER_SECONDS[-1])
    is_hopeless = isinstance(error, FetchError) and not error.is_temporary and error.fault not in _FAULTS_OF_A_TIME
    if is_hopeless or visit.attempts >= len(RETRY_AFTER_SECONDS):
        return None
    asked = (error.retry_after_seconds or 0.0) if isinstance(error, FetchError) else 0.0
    return now + timedelta(seconds=max(RETRY_AFTER_SECONDS[visit.attempts], asked))


async def _run(function: Callable[..., T], *arguments: object) -> T:
    """Run a function that uses the database in a thread, to its end even if the check is cancelled meanwhile."""
    running = asyncio.ensure_future(asyncio.to_thread(function, *arguments))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait([running])
        raise
