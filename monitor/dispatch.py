"""Put what is told into the outbox: for each route that takes it and each of its targets, into its group.

Always inside the transaction of what is told, so that neither is there without the other.
"""

from collections.abc import Sequence
from datetime import datetime

from monitor.models import Alert, Diagnosis, Notice, Route, Severity, SourceCondition, SourceState, Subject
from monitor.notify import GroupState, first_due, group_of, routes_for, targets_of
from monitor.store import Session, deliveries, notices

FAILING, WORKING = "takes no messages", "takes messages again"


def queue(
    session: Session, told: Alert | Notice, routes: Sequence[Route], now: datetime, *, avoid: str | None = None
) -> None:
    """Put an alert or a notice into the outbox.

    `avoid` is a target of no use: a route's fallback takes its place.
    """
    for route in routes_for(told, routes):
        for target in targets_of(route):
            chosen = route.fallback if target == avoid else target
            if chosen and chosen != avoid:
                _queue_for(session, told, route, chosen, now)


def tell_source(
    session: Session, source: str, turn: tuple[SourceState, Diagnosis], routes: Sequence[Route], now: datetime
) -> None:
    """Tell how a source was and is."""
    before, after = turn
    is_well = after.condition is SourceCondition.FINE
    notice = Notice(
        about=Subject.SOURCES,
        name=source,
        condition=f"is well again, was {before.condition}" if is_well else f"is {after.condition}",
        detail=after.detail,
        severity=Severity.LOW if is_well else Severity.NORMAL,
        created_at=now,
    )
    queue(session, notices.add_notice(session, notice), routes, now)


def tell_target(session: Session, target: str, detail: str | None, routes: Sequence[Route], now: datetime) -> None:
    """Tell that a target fails, and why; None: that it works again."""
    notice = Notice(
        about=Subject.TARGETS,
        name=target,
        condition=WORKING if detail is None else FAILING,
        detail=detail or "",
        severity=Severity.LOW if detail is None else Severity.HIGH,
        created_at=now,
    )
    queue(session, notices.add_notice(session, notice), routes, now, avoid=target)


def _queue_for(session: Session, told: Alert | Notice, route: Route, target: str, now: datetime) -> None:
    group = group_of(told, route)
    waits_until, sent_at = deliveries.read_group(session, route=route.name, target=target, group=group)
    due_at = first_due(route, GroupState(waits_until=waits_until, sent_at=sent_at), now)
    deliveries.add_delivery(session, told, route=route.name, target=target, group=group, due_at=due_at)
