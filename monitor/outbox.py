"""Send what is due: claim, send, record, back off.

At least once, on purpose: a delivery is recorded as sent after the service accepted it. Whoever dies in between leaves
a lease that runs out, and the message goes again; one that dies before has sent nothing.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.config import NotifySettings
from monitor.errors import SendError
from monitor.models import Delivery
from monitor.notify import Notifier, render_message
from monitor.store import Store, deliveries

log = logging.getLogger(__name__)

BACK_OFF_SECONDS = (5, 15, 60, 300, 900, 1_800, 3_600, 7_200, 14_400)
"""Before the second try, the third …; the last one repeats."""
_BATCH = 1
"""Claimed at once: what is claimed when the process dies counts as sent before, and waits for no other of its story."""
_LEASE_MARGIN_SECONDS = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Postman:
    """What a flush works with. `jitter` returns a number from 0 up to 1."""

    store: Store
    notifier: Notifier
    routes: tuple[str, ...]
    settings: NotifySettings
    now: Callable[[], datetime]
    jitter: Callable[[], float]
    is_stopping: Callable[[], bool] = lambda: False
    """True when no more messages shall be begun."""


@dataclass(slots=True, kw_only=True)
class FlushReport:
    """What a flush came to."""

    sent: int = 0
    failed: int = 0
    """To be tried again."""
    dead: int = 0


async def flush(postman: Postman) -> FlushReport:
    """Send everything that is due, once through; a route that fails or hangs does not hold up the others."""
    reports = await asyncio.gather(*(flush_route(postman, route) for route in postman.routes))
    return FlushReport(
        sent=sum(report.sent for report in reports),
        failed=sum(report.failed for report in reports),
        dead=sum(report.dead for report in reports),
    )


async def flush_route(postman: Postman, route: str) -> FlushReport:
    """Send what is due for one route, oldest first."""
    report = FlushReport()
    while not postman.is_stopping() and (due := await asyncio.to_thread(_claim, postman, route)):
        for delivery in due:
            failure = await _send(postman, delivery)
            await asyncio.to_thread(_record, postman, delivery, failure, report)
    return report


def back_off_seconds(attempts: int, jitter: float) -> float:
    """Return how long to wait after so many failed tries: up to a quarter more than the table says."""
    return BACK_OFF_SECONDS[min(attempts, len(BACK_OFF_SECONDS)) - 1] * (1 + jitter / 4)


async def _send(postman: Postman, delivery: Delivery) -> SendError | None:
    """Send one delivery; return what went wrong."""
    try:
        message = replace(render_message(delivery.alert), is_repeat=delivery.is_repeat)
        await postman.notifier.send(delivery.route, message, deadline_seconds=postman.settings.deadline_seconds)
    except SendError as error:
        return error
    except Exception as error:
        log.exception("message failed", extra={"delivery": delivery.id, "route": delivery.route})
        return SendError(f"{type(error).__name__}: {error}", is_temporary=False)
    return None


def _claim(postman: Postman, route: str) -> list[Delivery]:
    lease = _BATCH * postman.settings.deadline_seconds + _LEASE_MARGIN_SECONDS
    with postman.store.write() as session:
        return deliveries.claim_deliveries(session, postman.now(), routes=[route], lease_seconds=lease, limit=_BATCH)


def _record(postman: Postman, delivery: Delivery, failure: SendError | None, report: FlushReport) -> None:
    """Record and tell what came of a delivery."""
    due_at = _next_try(postman, delivery, failure) if failure else None
    with postman.store.write() as session:
        if failure is None:
            deliveries.mark_sent(session, delivery.id, postman.now())
        else:
            deliveries.mark_failed(session, delivery.id, str(failure), due_at=due_at)
    facts = {"delivery": delivery.id, "route": delivery.route, "attempt": delivery.attempts + 1, "error": str(failure)}
    if failure is None:
        report.sent += 1
    elif due_at:
        report.failed += 1
        log.warning("delivery failed", extra={**facts, "next_try": f"{due_at:%H:%M:%S}"})
    else:
        report.dead += 1
        log.error("delivery is dead", extra=facts)


def _next_try(postman: Postman, delivery: Delivery, error: SendError) -> datetime | None:
    """Return when to try again; None if that is of no use."""
    attempt = delivery.attempts + 1
    if not error.is_temporary or attempt >= postman.settings.max_attempts:
        return None
    wait = back_off_seconds(attempt, postman.jitter())
    return postman.now() + timedelta(seconds=max(wait, error.retry_after_seconds or 0.0))
