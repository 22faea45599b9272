"""Send what is due: claim, send, record, back off.

At least once, on purpose: a message is recorded as sent, for all deliveries that it holds at once, after the service
accepted it. Whoever dies in between leaves a lease that runs out, and the message goes again; one that dies before has
sent nothing.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from monitor.claim import Claimer, Parcel, claim_parcel
from monitor.config import NotifySettings
from monitor.dispatch import tell_target
from monitor.errors import SendError
from monitor.models import Route
from monitor.notify import Notifier, Writer, reminder_due
from monitor.store import Session, Store, deliveries, notices

log = logging.getLogger(__name__)

BACK_OFF_SECONDS = (5, 15, 60, 300, 900, 1_800, 3_600, 7_200, 14_400)
"""Before the second try, the third …; the last one repeats."""
MAX_REMINDERS = 10
_LEASE_MARGIN_SECONDS = 30.0
_FAILURES_TO_TELL = 3
"""In a row, of one target; a message that it refuses for good is told at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Postman:
    """What a flush works with. `jitter` returns a number from 0 up to 1."""

    store: Store
    notifier: Notifier
    routes: tuple[Route, ...]
    targets: tuple[str, ...]
    settings: NotifySettings
    now: Callable[[], datetime]
    jitter: Callable[[], float]
    writer: Writer = field(default_factory=Writer)
    is_stopping: Callable[[], bool] = lambda: False
    """True when no more messages shall be begun."""
    rests: dict[str, datetime] = field(default_factory=dict)
    """Until when a target has asked to be left in peace."""


@dataclass(slots=True, kw_only=True)
class FlushReport:
    """What a flush came to."""

    sent: int = 0
    failed: int = 0
    """To be tried again."""
    dead: int = 0


async def flush(postman: Postman) -> FlushReport:
    """Send everything that is due, once through; a target that fails or hangs does not hold up the others.

    What falls to another target meanwhile, because the first is dead, is sent by a second round.
    """
    first = await _flush_targets(postman)
    second = await _flush_targets(postman) if first.dead else FlushReport()
    return FlushReport(
        sent=first.sent + second.sent, failed=first.failed + second.failed, dead=first.dead + second.dead
    )


async def _flush_targets(postman: Postman) -> FlushReport:
    reports = await asyncio.gather(*(flush_target(postman, target) for target in postman.targets))
    return FlushReport(
        sent=sum(report.sent for report in reports),
        failed=sum(report.failed for report in reports),
        dead=sum(report.dead for report in reports),
    )


async def flush_target(postman: Postman, target: str) -> FlushReport:
    """Send what is due for one target, oldest first; nothing while it rests, as its answers asked for."""
    report = FlushReport()
    while not (postman.is_stopping() or _rests(postman, target)) and (
        parcel := await asyncio.to_thread(_claim, postman, target)
    ):
        failure = await _send(postman, parcel)
        await asyncio.to_thread(_record, postman, parcel, failure, report)
    return report


def _rests(postman: Postman, target: str) -> bool:
    until = postman.rests.get(target)
    return until is not None and postman.now() < until


def back_off_seconds(attempts: int, jitter: float) -> float:
    """Return how long to wait after so many failed tries: up to a quarter more than the table says."""
    return BACK_OFF_SECONDS[min(attempts, len(BACK_OFF_SECONDS)) - 1] * (1 + jitter / 4)


async def _send(postman: Postman, parcel: Parcel) -> SendError | None:
    """Send one message; return what went wrong."""
    try:
        message = postman.writer.write(parcel.deliveries, parcel.route, parcel.target, is_lowered=parcel.is_lowered)
        is_repeat = any(one.is_repeat for one in parcel.deliveries)
        message = replace(message, is_repeat=is_repeat, accepted_by=parcel.accepted_by)
        await postman.notifier.send(parcel.target, message, deadline_seconds=postman.settings.deadline_seconds)
    except SendError as error:
        if error.retry_after_seconds and error.is_temporary:
            postman.rests[parcel.target] = postman.now() + timedelta(seconds=error.retry_after_seconds)
        return error
    except Exception as error:
        log.exception("message failed", extra={"deliveries": parcel.ids, "target": parcel.target})
        return SendError(f"{type(error).__name__}: {error}", is_temporary=False)
    return None


def _claim(postman: Postman, target: str) -> Parcel | None:
    routes = {route.name: route for route in postman.routes}
    lease_seconds = postman.settings.deadline_seconds + _LEASE_MARGIN_SECONDS
    claimer = Claimer(routes=routes, target=target, lease_seconds=lease_seconds)
    with postman.store.write() as session:
        return claim_parcel(session, claimer, postman.now())


def _record(postman: Postman, parcel: Parcel, failure: SendError | None, report: FlushReport) -> None:
    """Record and tell what came of a message."""
    if failure is None:
        with postman.store.write() as session:
            _record_success(session, postman, parcel)
        report.sent += 1
        return
    due_at = _next_try(postman, parcel, failure)
    with postman.store.write() as session:
        _record_failure(session, postman, parcel, failure, due_at)
    attempt = parcel.attempts + 1
    facts = {"deliveries": parcel.ids, "target": parcel.target, "attempt": attempt, "error": str(failure)}
    if due_at:
        report.failed += 1
        log.warning("delivery failed", extra={**facts, "next_try": f"{due_at:%H:%M:%S}"})
    else:
        report.dead += 1
        log.error("delivery is dead", extra=facts)


def _record_success(session: Session, postman: Postman, parcel: Parcel) -> None:
    """Note that a message was accepted, plan its reminder, and tell that its target works if it did not."""
    now, route = postman.now(), parcel.route
    deliveries.mark_sent(session, parcel.ids, now)
    if route.repeat_interval_seconds:
        again = [one for one in parcel.deliveries if one.reminder < MAX_REMINDERS]
        deliveries.add_reminders(session, again, reminder_due(route, now))
    if notices.note_success(session, parcel.target):
        tell_target(session, parcel.target, None, postman.routes, now)


def _record_failure(
    session: Session, postman: Postman, parcel: Parcel, failure: SendError, due_at: datetime | None
) -> None:
    """Note a failed try; hand what is dead to the route's fallback, and tell of a target that keeps failing."""
    now, fallback = postman.now(), parcel.route.fallback
    deliveries.mark_failed(session, parcel.ids, str(failure), due_at=due_at, accepted_by=failure.accepted_by)
    if due_at is None and fallback and fallback != parcel.target:
        for one in parcel.deliveries:
            deliveries.redirect(session, one, fallback, now)
    failures = notices.note_failure(session, parcel.target)
    is_failing = due_at is None or failures >= _FAILURES_TO_TELL
    if is_failing and notices.tell_failing(session, parcel.target):
        tell_target(session, parcel.target, str(failure), postman.routes, now)


def _next_try(postman: Postman, parcel: Parcel, error: SendError) -> datetime | None:
    """Return when to try again; None if that is of no use."""
    attempt = parcel.attempts + 1
    has_fallback = parcel.route.fallback not in {None, parcel.target}
    max_attempts = parcel.route.fallback_after if has_fallback else postman.settings.max_attempts
    if not error.is_temporary or attempt >= max_attempts:
        return None
    wait = back_off_seconds(attempt, postman.jitter())
    return postman.now() + timedelta(seconds=max(wait, error.retry_after_seconds or 0.0))
