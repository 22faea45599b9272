"""The background service: checks on time, messages as they come due, a clean end.

Two loops, joined only by the database: checks fill it, the flush empties what is due.
"""

import asyncio
import logging
import random
import signal
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.date import DateTrigger

from monitor.app import App
from monitor.errors import StoreError
from monitor.models import Source, SourceCondition
from monitor.outbox import flush_target
from monitor.pace.rhythm import SLOWEST
from monitor.pipeline import CheckReport, Turn, check_source
from monitor.store import sources as source_states
from monitor.store.database import is_claimed
from monitor.store.retention import prune

log = logging.getLogger(__name__)

_FLUSH_SECONDS = 2.0
_DRAIN_SECONDS = 6.0
"""For what runs when the end is asked for; with the closing of the rest it is over within 10 s."""
_MAX_CHECKS_AT_ONCE = 20
_CLOCK_SECONDS = 10.0
_CLAIM_SECONDS = 1.0
_DAY_SECONDS = 86_400.0
_CLOCK_SLACK_SECONDS = 30.0
"""Between the wall clock and the one that only counts; more means that somebody set the first."""


async def serve(app: App) -> bool:
    """Check and send until SIGTERM or SIGINT, then drain and return False.

    Return True if it ended because the database is being restored: it is to begin anew then.
    """
    daemon = _Daemon(app)
    loop = asyncio.get_running_loop()
    former = {name: signal.getsignal(name) for name in (signal.SIGTERM, signal.SIGINT)}
    for name in former:
        loop.add_signal_handler(name, daemon.end)  # until the loop closes: a second signal must not cut the end short
    await daemon.run()
    if daemon.begins_anew:  # what is heard from now on is for whoever begins anew
        for name, handler in former.items():
            loop.remove_signal_handler(name)
            signal.signal(name, handler)
    return daemon.begins_anew


def wait_for_database(path: Path) -> None:
    """Wait until whoever claimed a database is done with it."""
    while is_claimed(path):
        time.sleep(_CLAIM_SECONDS)


class _Daemon:
    """Holds what runs."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._stop = app.stopping
        self.begins_anew = False
        """Whether it ends to let a backup be restored."""
        self._news = {target: asyncio.Event() for target in app.postman.targets}
        self._slots = asyncio.Semaphore(_MAX_CHECKS_AT_ONCE)
        self._checks: dict[str, asyncio.Task[datetime | None]] = {}
        self._scheduler = AsyncIOScheduler(timezone="UTC")

    def end(self) -> None:
        """Begin the end, for good; a second call changes nothing."""
        self.begins_anew = False
        self._stop.set()
        self._wake_flushes()

    async def run(self) -> None:
        scheduler = self._scheduler
        for source in self._app.sources:
            self._schedule(source, self._first_look(source))
        scheduler.start()
        loops = [asyncio.create_task(self._flush_forever(target)) for target in self._app.postman.targets]
        loops.append(asyncio.create_task(self._watch_clock(scheduler)))
        loops.append(asyncio.create_task(self._prune_daily()))
        loops.append(asyncio.create_task(self._watch_claim()))
        log.info("started", extra={"sources": len(self._app.sources), "database": str(self._app.tools.store.path)})
        await self._stop.wait()
        scheduler.shutdown(wait=False)
        await self._drain(loops)
        log.info("stopped")

    def _first_look(self, source: Source) -> datetime:
        """Return when to look at a source after a restart: as it was planned, unless the clock was wrong then."""
        now = self._app.tools.now()
        with self._app.tools.store.read() as session:
            due_at = source_states.read_state(session, source.name).due_at
        return min(max(due_at or now, now), now + timedelta(seconds=SLOWEST * source.every_seconds))

    def _schedule(self, source: Source, due_at: datetime) -> None:
        """Set the timer for a source's next look.

        No grace time: a check that comes late is still due (the default of 1 s drops it).
        """
        jitter = min(self._app.settings.main.check.jitter_seconds, source.every_seconds // 4)
        self._scheduler.add_job(
            self._start_check,
            DateTrigger(due_at + timedelta(seconds=random.uniform(0, jitter)), timezone="UTC"),  # noqa: S311 - no secret
            args=[source],
            id=source.name,
            replace_existing=True,
            misfire_grace_time=None,
        )

    async def _start_check(self, source: Source) -> None:
        """Start a check unless the last one of this source still runs; async, so that APScheduler stays in the loop."""
        if source.name in self._checks or self._stop.is_set():
            return
        task = asyncio.create_task(self._check(source))
        self._checks[source.name] = task
        task.add_done_callback(partial(self._end_check, source))

    def _end_check(self, source: Source, task: asyncio.Task[datetime | None]) -> None:
        """Plan the next look, whatever became of this one."""
        del self._checks[source.name]
        due_at = None
        if not task.cancelled():
            if error := task.exception():
                log.error("check failed", extra={"source": source.name}, exc_info=error)
            else:
                due_at = task.result()
        if not self._stop.is_set():
            self._schedule(source, due_at or self._app.tools.now() + timedelta(seconds=source.every_seconds))

    async def _check(self, source: Source) -> datetime | None:
        """Check a source that is not to be left in peace; end it at its deadline, the next check goes on from there.

        Return when to look again.
        """
        tools = self._app.tools
        async with self._slots:
            try:
                async with asyncio.timeout(tools.settings.deadline_seconds):
                    report = await check_source(tools, source, heeds_rest=True)
            except TimeoutError:
                log.warning("check ran out of time", extra={"source": source.name})
                return None
            finally:
                self._wake_flushes()
        _log_report(report)
        return report.due_at

    async def _flush_forever(self, target: str) -> None:
        """Send what is due for one target, now and whenever there is news; nothing may end this but the stop."""
        while not self._stop.is_set():
            self._news[target].clear()
            try:
                await flush_target(self._app.postman, target)
            except Exception:  # the third guard: a target must outlive a full disk, and any defect
                log.exception("outbox failed", extra={"target": target})
            await _first(self._news[target].wait, _FLUSH_SECONDS)

    def _wake_flushes(self) -> None:
        for event in self._news.values():
            event.set()

    async def _watch_clock(self, scheduler: AsyncIOScheduler) -> None:
        """Start all checks anew when somebody sets the clock: set back, the timers would wait until it catches up."""
        loop = asyncio.get_running_loop()
        began, began_at = loop.time(), self._app.tools.now()
        while not self._stop.is_set():
            await _first(self._stop.wait, _CLOCK_SECONDS)
            passed, now = loop.time() - began, self._app.tools.now()
            if abs((now - began_at).total_seconds() - passed) > _CLOCK_SLACK_SECONDS:
                log.warning("the clock was set", extra={"seconds": round((now - began_at).total_seconds() - passed)})
                began, began_at = loop.time(), now
                for job in scheduler.get_jobs():
                    job.modify(next_run_time=now)

    async def _watch_claim(self) -> None:
        """End when somebody wants to restore the database."""
        while not self._stop.is_set():
            if self._is_claimed():
                log.info("letting go of the database, a backup is being restored")
                self.end()
                self.begins_anew = True
            await _first(self._stop.wait, _CLAIM_SECONDS)

    def _is_claimed(self) -> bool:
        try:
            return is_claimed(self._app.tools.store.path)
        except OSError:
            log.exception("cannot tell whether a backup is to be restored")
            return False

    async def _prune_daily(self) -> None:
        """Remove texts that are not kept any longer, now and every day."""
        settings, tools = self._app.settings.main, self._app.tools
        while settings.history.keep_text_days and not self._stop.is_set():
            keep = timedelta(days=settings.history.keep_text_days)
            open_for = timedelta(hours=settings.check.story_window_hours)
            try:
                removed = await asyncio.to_thread(
                    prune, tools.store, tools.now(), keep=keep, open_for=open_for, is_stopping=self._stop.is_set
                )
            except StoreError:
                log.exception("texts not removed; tried again tomorrow")
            else:
                log.log(logging.INFO if removed else logging.DEBUG, "texts removed", extra={"articles": removed})
            await _first(self._stop.wait, _DAY_SECONDS)

    async def _drain(self, loops: list[asyncio.Task[None]]) -> None:
        """End the checks where they are and let messages on their way arrive; what remains is done after a restart."""
        for task in self._checks.values():
            task.cancel()
        _, late = await asyncio.wait({*loops, *self._checks.values()}, timeout=_DRAIN_SECONDS)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)


def _log_report(report: CheckReport) -> None:
    """Tell what a check came to; a failure when it begins and when it ends, not each time."""
    facts: dict[str, object] = {"source": report.source}
    if report.turn:
        _log_turn(report.turn, facts)
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


def _log_turn(turn: Turn, facts: dict[str, object]) -> None:
    """Tell that a source fell silent, or speaks again: once when it begins and once when it ends."""
    if turn.now.condition is SourceCondition.FINE:
        facts = facts | {"was": turn.before.condition.value, "since": turn.before.condition_since}
        log.info("source is well again", extra=facts)
    else:
        facts = facts | {"condition": turn.now.condition.value, "detail": turn.now.detail}
        log.warning("source is not well", extra=facts)


async def _first(event: Callable[[], Awaitable[object]], seconds: float) -> None:
    """Wait for an event, but no longer than that."""
    try:
        async with asyncio.timeout(seconds):
            await event()
    except TimeoutError:
        return
