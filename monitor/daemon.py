"""The background service: checks on time, messages as they come due, a clean end.

Two loops, joined only by the database: checks fill it, the flush empties what is due.
"""

import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from monitor.app import App
from monitor.errors import MonitorError
from monitor.models import Source
from monitor.outbox import flush
from monitor.pipeline import CheckReport, check_source
from monitor.store import sources as source_states

log = logging.getLogger(__name__)

_FLUSH_SECONDS = 2.0
_DRAIN_SECONDS = 6.0
"""For what runs when the end is asked for; with the closing of the rest it is over within 10 s."""
_MAX_CHECKS_AT_ONCE = 20


async def serve(app: App) -> None:
    """Check and send until SIGTERM or SIGINT, then drain and return."""
    daemon = _Daemon(app)
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, daemon.stop)
    try:
        await daemon.run()
    finally:
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(name)


class _Daemon:
    """Holds what runs."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._stop = app.stopping
        self._news = asyncio.Event()
        self._slots = asyncio.Semaphore(_MAX_CHECKS_AT_ONCE)
        self._checks: dict[str, asyncio.Task[None]] = {}

    def stop(self) -> None:
        """Begin the end; a second call changes nothing."""
        self._stop.set()
        self._news.set()

    async def run(self) -> None:
        scheduler = AsyncIOScheduler(timezone="UTC")
        for source in self._app.sources:
            self._schedule(scheduler, source)
        scheduler.start()
        flushing = asyncio.create_task(self._flush_forever())
        log.info("started", extra={"sources": len(self._app.sources), "database": str(self._app.tools.store.path)})
        await self._stop.wait()
        scheduler.shutdown(wait=False)
        await self._drain(flushing)
        log.info("stopped")

    def _schedule(self, scheduler: AsyncIOScheduler, source: Source) -> None:
        """Give a source its timer; after a restart it goes on in its old rhythm.

        No grace time: a check that comes late is still due (the default of 1 s drops it).
        """
        now = self._app.tools.now()
        with self._app.tools.store.read() as session:
            checked_at = source_states.read_state(session, source.name).checked_at
        due = checked_at + timedelta(seconds=source.every_seconds) if checked_at else now
        jitter = min(self._app.settings.main.check.jitter_seconds, source.every_seconds // 4)
        scheduler.add_job(
            self._start_check,
            IntervalTrigger(seconds=source.every_seconds, jitter=jitter, timezone="UTC"),
            args=[source],
            id=source.name,
            next_run_time=max(due, now),
            coalesce=True,
            misfire_grace_time=None,
        )

    async def _start_check(self, source: Source) -> None:
        """Start a check unless the last one of this source still runs; async, so that APScheduler stays in the loop."""
        if source.name in self._checks or self._stop.is_set():
            return
        task = asyncio.create_task(self._check(source))
        self._checks[source.name] = task
        task.add_done_callback(partial(self._end_check, source.name))

    def _end_check(self, name: str, task: asyncio.Task[None]) -> None:
        del self._checks[name]
        if not task.cancelled() and (error := task.exception()):
            log.error("check failed", extra={"source": name}, exc_info=error)

    async def _check(self, source: Source) -> None:
        """Check a source that is not to be left in peace; end it at its deadline, the next check goes on from there."""
        tools = self._app.tools
        async with self._slots:
            with tools.store.read() as session:
                not_before = source_states.read_state(session, source.name).not_before
            if not_before and not_before > tools.now():
                return
            try:
                async with asyncio.timeout(tools.settings.deadline_seconds):
                    report = await check_source(tools, source)
            except TimeoutError:
                log.warning("check ran out of time", extra={"source": source.name})
                return
            finally:
                self._news.set()
        _log_report(report)

    async def _flush_forever(self) -> None:
        while not self._stop.is_set():
            self._news.clear()
            try:
                await flush(self._app.postman)
            except MonitorError:
                log.exception("outbox failed")
            await _first(self._news.wait, _FLUSH_SECONDS)

    async def _drain(self, flushing: asyncio.Task[None]) -> None:
        """End the checks where they are and let messages on their way arrive; what remains is done after a restart."""
        for task in self._checks.values():
            task.cancel()
        running = {flushing, *self._checks.values()}
        _, late = await asyncio.wait(running, timeout=_DRAIN_SECONDS)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)


def _log_report(report: CheckReport) -> None:
    """Tell what a check came to; a failure when it begins and when it ends, not each time."""
    facts: dict[str, object] = {"source": report.source}
    if report.error:
        log.log(
            logging.WARNING if report.failures == 1 else logging.DEBUG,
            "source failed",
            extra=facts | {"error": report.error},
        )
        return
    if report.failures:
        log.info("source works again", extra=facts | {"failures": report.failures})
    if report.stored or report.failed:
        facts |= {"new": report.new_links, "stored": report.stored, "failed": report.failed, "alerts": report.alerts}
        log.info("source checked", extra=facts)


async def _first(event: Callable[[], Awaitable[object]], seconds: float) -> None:
    """Wait for an event, but no longer than that."""
    try:
        async with asyncio.timeout(seconds):
            await event()
    except TimeoutError:
        return
