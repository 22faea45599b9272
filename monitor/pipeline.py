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
from monitor.dispatch import tell_source
from monitor.errors import FetchError, FetchFault, MonitorError, ParseError, StoreError
from monitor.extract import extract
from monitor.models import (
    Article,
    DateCertainty,
    Diagnosis,
    Discovery,
    Link,
    Look,
    Pace,
    Page,
    Pulse,
    Reading,
    Source,
    SourceCondition,
    SourceState,
    Visit,
)
from monitor.pace.rhythm import plan_look
from monitor.pace.silence import blame, observe
from monitor.record import REVISIT_AGES_SECONDS, Tools, next_look, record_article
from monitor.store import Session, Store, rhythms, sources
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
_FAILURES = {SourceCondition.DOWN, SourceCondition.BLOCKED}
"""Conditions that end with any page that can be read."""
_HOST_FAULTS = {FetchFault.DNS, FetchFault.CONNECT, FetchFault.TLS, FetchFault.DEADLINE, FetchFault.FORBIDDEN_ADDRESS}
"""Faults of a host, not of a page: its other pages wait for the next check."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A condition of a source begins or ends."""

    before: SourceState
    now: Diagnosis


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
    due_at: datetime | None = None
    """When to look again."""
    turn: Turn | None = None
    """How the source was and is, if that is news."""
    is_odd: bool = False
    """It showed too little: the page is to be asked for whole again."""


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
            report.due_at = state.not_before
            report.error = f"left in peace until {state.not_before:%H:%M} UTC, after: {state.last_error}"
            return report
    pages: list[Page] = []
    silent: set[str] = set()
    await _visit_all(tools, source, await _run(_owed_visits, tools, source), report, silent)
    try:
        pages = await _register(tools, source, report)
    except (FetchError, ParseError) as error:
        report.error = str(error).removeprefix(f"{source.url}: ")
        await _run(_await_turn if _is_out_of_turn(error) else _rest, tools, source, error, report)
        if not _spares_its_articles(error):
            return report
    visits = await _run(_due_visits, tools, source, revisit)
    await _visit_all(tools, source, visits, report, silent, progress)
    if report.error is None:
        await _run(_finish, tools, source, pages, report)
    return report


def _read_state(store: Store, source: Source) -> SourceState:
    with store.read() as session:
        return sources.read_state(session, source.name)


def is_resting(state: SourceState, now: datetime) -> bool:
    """Return whether a source is to be left in peace; a rest of more than a day was set by a wrong clock."""
    return state.not_before is not None and now < state.not_before <= now + timedelta(days=1)


# --- the source's own pages -------------------------------------------------------------------------------------


async def _register(tools: Tools, source: Source, report: CheckReport) -> list[Page]:
    """Fetch the pages that list a source's articles and register their links; return those that hold links.

    Its other pages may fail, as indexes name sitemaps that are long gone: raises what the first of them failed with
    only where none can be read.
    """
    pages: list[Page] = []
    links: list[Link] = []
    looks: list[tuple[Page, Discovery]] = []
    todo, asked = [source.url], set[str]()
    faults: list[FetchError | ParseError] = []
    while todo and len(asked) <= _MAX_MORE_PAGES and not any(map(_is_of_host, faults)):
        url = todo.pop(0)
        asked.add(url)
        try:
            page, found = await _look(tools, source, url)
        except (FetchError, ParseError) as error:
            faults.append(error)
            continue
        looks.append((page, found))
        if not found.more:  # an index is read each time: it may stay as it is while its sitemaps change
            pages.append(page)
        links += (link for link in found.links if link.has_page or link.title or link.summary)
        has_gap = found.next_page is not None and await _run(_has_gap, tools.store, source, found.links)
        more = [*found.more, *([found.next_page] if found.next_page and has_gap else [])]
        todo += [one for one in more if one not in asked and one not in todo]
        if found.hub and url == source.url:
            await _run(_note_hub, tools.store, source, found.hub)
    if not pages:
        raise faults[0] if faults else ParseError(source.url, "an index that leads to itself alone")
    for fault in faults:
        log.info("part of a source failed", extra={"source": source.name, "error": str(fault)})
    newest = sorted(links, key=partial(_publication, now=tools.now()), reverse=True)[: source.max_links]
    await _run(_register_links, tools, source, newest, _sum_up(looks, has_faults=bool(faults)), report)
    return pages


def _sum_up(looks: list[tuple[Page, Discovery]], *, has_faults: bool) -> Look:
    """Return what all pages of a source showed together; `has_faults` if there are others that could not be read."""
    (first, _), read = looks[0], [(page, found) for page, found in looks if not found.more]
    changed = [found for page, found in read if not page.is_unchanged]
    links = tuple(link for found in changed for link in (*found.links, *found.others))
    return Look(
        links=links if changed else None,
        is_whole=len(changed) == len(read) and not has_faults,
        moved_to=first.moved_to,
        fresh_seconds=first.fresh_seconds,
    )


async def _look(tools: Tools, source: Source, url: str) -> tuple[Page, Discovery]:
    """Fetch one page of a source; one that did not change has no links to tell."""
    etag, last_modified = await _run(_read_validators, tools.store, source, url)
    page = await tools.fetcher.fetch(url, etag=etag, last_modified=last_modified)
    if page.is_unchanged:
        return page, Discovery()
    found = await tools.sandbox.run(url, discover, source, page)
    return replace(page, body=b""), found  # ten sitemaps of one source need not be held until the last is read


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


def _register_links(tools: Tools, source: Source, links: list[Link], look: Look, report: CheckReport) -> None:
    """Register the links, learn from the look, judge the source by it, and plan the next one."""
    now = tools.now()
    with tools.store.write() as session:
        is_baseline = sources.take_baseline(session, source.name) and source.baseline
        report.new_links = sources.register_links(session, source, links, now, is_baseline=is_baseline)
        pulse, diagnosis = observe(rhythms.read_pulse(session, source), look, now)
        report.is_odd = pulse.odd_looks > 0
        if diagnosis is None and sources.read_state(session, source.name).condition in _FAILURES:
            diagnosis = Diagnosis()
        if diagnosis:
            report.turn = _settle(tools, session, source, diagnosis, now)
        report.due_at, pulse = _plan(source, pulse, look, now)
        rhythms.save_pulse(session, source, pulse)
        sources.set_due(session, source.name, report.due_at)


def _settle(tools: Tools, session: Session, source: Source, diagnosis: Diagnosis, now: datetime) -> Turn | None:
    before = sources.settle_condition(session, source.name, diagnosis, now)
    if before is None:
        return None
    tell_source(session, source.name, (before, diagnosis), tools.routes, now)
    return Turn(before=before, now=diagnosis)


def _plan(source: Source, pulse: Pulse, look: Look, now: datetime) -> tuple[datetime, Pulse]:
    """Return when to look again: as the rhythm tells, and not while the page stays as it is by the server's own word.

    That word is taken for no more than the usual interval, as many say a year and mean nothing by it.
    """
    due_at, rhythm = now + timedelta(seconds=source.every_seconds), pulse.rhythm
    if source.pace is Pace.ADAPTIVE:
        due_at, rhythm = plan_look(rhythm, now, source.every_seconds)
    fresh = min(look.fresh_seconds, source.every_seconds)
    return max(due_at, now + timedelta(seconds=fresh)), replace(pulse, rhythm=rhythm)


def _finish(tools: Tools, source: Source, pages: list[Page], report: CheckReport) -> None:
    """Note the success and keep the pages' validators, unless a link still waits: a 304 must not hide its article.

    Nor must it hide that a source goes on showing too little.
    """
    with tools.store.write() as session:
        if not report.is_odd and not sources.has_waiting(session, source.name):
            sources.save_validators(session, source, pages)
        report.failures = sources.record_success(session, source.name, tools.now())


def _rest(tools: Tools, source: Source, error: FetchError | ParseError, report: CheckReport) -> None:
    """Leave a source that failed in peace, longer each time and as long as it asks; judge it by its failures."""
    now = tools.now()
    asked = (error.retry_after_seconds or 0.0) if isinstance(error, FetchError) else 0.0
    with tools.store.write() as session:
        before = sources.read_state(session, source.name)
        doublings = min(before.failures, _MAX_DOUBLINGS)
        rest = min(source.every_seconds * 2**doublings, _MAX_REST_SECONDS)
        report.due_at = now + timedelta(seconds=max(rest, asked))
        report.failures = sources.record_failure(session, source.name, now, error=str(error), not_before=report.due_at)
        sources.set_due(session, source.name, report.due_at)
        diagnosis = blame(error, report.failures)
        if diagnosis.condition is not SourceCondition.FINE:
            if _is_told(before):  # by turns down and blocked is one trouble
                diagnosis = replace(diagnosis, condition=before.condition)
            report.turn = _settle(tools, session, source, diagnosis, now)


def _is_told(state: SourceState) -> bool:
    """Return whether it is said already that the source is not well, since it last was read."""
    if state.condition is SourceCondition.FINE or state.condition_since is None:
        return False
    return state.succeeded_at is None or state.condition_since > state.succeeded_at


def _await_turn(tools: Tools, source: Source, error: FetchError, report: CheckReport) -> None:
    """Look again when it is our turn at the host; to wait for that is no fault of the source."""
    report.due_at = tools.now() + timedelta(seconds=error.retry_after_seconds or 0.0)
    with tools.store.write() as session:
        sources.set_due(session, source.name, report.due_at)


def _is_out_of_turn(error: Exception | None) -> bool:
    """Return whether nothing was asked because the pace of robots.txt is too slow for one check."""
    return isinstance(error, FetchError) and error.fault is FetchFault.WAIT and error.status is None


def _spares_its_articles(error: FetchError | ParseError) -> bool:
    """Return whether only the list is at fault, so that its articles may be asked for."""
    if isinstance(error, ParseError):
        return True
    is_refusal = error.status in {401, 403, 429} or bool(error.retry_after_seconds)
    return error.fault is FetchFault.STATUS and not is_refusal


def _is_of_host(error: MonitorError) -> bool:
    """Return whether the whole host is at fault, so that its other pages are not to be asked for now."""
    return isinstance(error, FetchError) and (error.fault in _HOST_FAULTS or bool(error.retry_after_seconds))


# --- the articles behind its links ------------------------------------------------------------------------------


async def _visit_all(
    tools: Tools,
    source: Source,
    visits: list[Visit],
    report: CheckReport,
    silent: set[str],
    progress: Progress = lambda _done, _all: None,
) -> None:
    """Make visits one after the other; a host that does not answer is left for the next check, and noted as silent.

    What did not change is noted at the end, also of a check that is cut short: a crash before costs a second look.
    """
    unchanged: list[tuple[Visit, datetime]] = []
    try:
        for done, visit in enumerate(visits):
            progress(done, len(visits))
            if silent and host_of(visit.link.url) in silent:
                continue
            try:
                await _visit(tools, source, visit, report, unchanged)
            except StoreError:
                raise  # the article is not at fault, and its neighbours would fare alike
            except MonitorError as error:
                if _is_of_host(error):
                    silent.add(host_of(visit.link.url))
                await _run(_postpone, tools, visit, error)
                report.failed += 1
            except Exception as error:
                log.exception("article failed", extra={"source": source.name, "url": visit.link.url})
                await _run(_postpone, tools, visit, error)
                report.failed += 1
    finally:
        if unchanged:
            await _run(_note_unchanged, tools, unchanged)
    progress(len(visits), len(visits))


def _due_visits(tools: Tools, source: Source, revisit: bool) -> list[Visit]:  # noqa: FBT001 - called through _run
    now = tools.now()
    since = now - timedelta(seconds=REVISIT_AGES_SECONDS[-1]) if revisit and source.read is Reading.PAGE else None
    with tools.store.read() as session:
        return sources.due_visits(session, source.name, now, revisit_since=since)


def _owed_visits(tools: Tools, source: Source) -> list[Visit]:
    """Return what an earlier check did not get to, if none was visited since the last look.

    Where robots.txt grants one request a check, looks and visits so take turns.
    """
    with tools.store.read() as session:
        due = sources.due_visits(session, source.name, tools.now())
        owed = [visit for visit in due if visit.stored_at is None and visit.attempts == 0]
        looked_at = sources.read_state(session, source.name).checked_at if owed else None
        is_next = looked_at is not None and not sources.is_visited_since(session, source.name, looked_at)
        return owed if is_next else []


async def _visit(
    tools: Tools, source: Source, visit: Visit, report: CheckReport, unchanged: list[tuple[Visit, datetime]]
) -> None:
    """Fetch, extract, detect and record one article; one that did not change is added to `unchanged`, and the time."""
    link, page = visit.link, None
    if source.read is Reading.LINK or not link.has_page:
        article = Article(url=link.url, title=link.title or "", text=link.summary or "")
    else:
        page = await tools.fetcher.fetch(link.url, etag=visit.etag, last_modified=visit.last_modified)
        if page.is_unchanged:
            report.unchanged += 1
            unchanged.append((visit, tools.now()))
            return
        article = await tools.sandbox.run(
            link.url, extract, page.body, page.url, content_type=page.content_type, rules=source.blocks
        )
    article = replace(
        article,
        url=article.url or (page.url if page else link.url),
        title=article.title or link.title or "",
        text=article.text or link.summary or "",
        tickers=article.tickers or tuple(ticker.rpartition(":")[2] for ticker in link.tickers),
        published_at=article.published_at or link.published_at,
        is_published_day_only=article.is_published_day_only
        if article.published_at
        else link.published_certainty is DateCertainty.DAY,
    )
    recorded = await _run(record_article, tools, source, visit, article, page)
    report.stored += recorded.is_news
    report.unchanged += not recorded.is_news
    report.alerts += recorded.alerts
    for block in recorded.doubts:
        facts = {"url": link.url, "rules": ", ".join(block.rules), "reason": block.reason.value, "where": block.where}
        log.warning("rules match in text that was taken out of an article", extra=facts)


def _note_unchanged(tools: Tools, unchanged: list[tuple[Visit, datetime]]) -> None:
    """Set the next visits of links after looks that found nothing new."""
    looks = [(visit.link.url, at, next_look(visit.stored_at or at, at)) for visit, at in unchanged]
    with tools.store.write() as session:
        sources.put_off(session, looks)


def _postpone(tools: Tools, visit: Visit, error: Exception) -> None:
    """Set a link's next visit, after a failure or out of turn; in vain, give it up."""
    now = tools.now()
    failure: Exception | None = error
    due_at: datetime | None
    is_given_up = False
    if isinstance(error, FetchError) and _is_out_of_turn(error):
        due_at, failure = now + timedelta(seconds=error.retry_after_seconds or 0.0), None
    elif visit.stored_at:
        due_at = next_look(visit.stored_at, now)
    else:
        due_at = _next_try(visit, error, now)
        is_given_up = due_at is None
    with tools.store.write() as session:
        sources.postpone_link(
            session,
            visit.link.url,
            due_at=due_at or (now + timedelta(days=1) if is_given_up else None),
            error=str(failure) if failure else None,
            is_given_up=is_given_up,
        )
    if failure and not visit.stored_at:
        message = "article given up" if is_given_up else "article postponed"
        log.warning(message, extra={"url": visit.link.url, "error": str(failure)})


def _next_try(visit: Visit, error: Exception, now: datetime) -> datetime | None:
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
