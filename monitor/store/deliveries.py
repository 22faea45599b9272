"""The outbox: alerts on their way to routes.

A delivery is claimed with a lease before it is sent and recorded after: whoever dies in between leaves a lease that
runs out, and the alert is sent again. At least once, never lost.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, or_, select

from monitor.models import Delivery, DeliveryState
from monitor.store.news import read_alerts
from monitor.store.tables import AlertRow, DeliveryRow


def add_deliveries(session: Session, alert_id: int, routes: Iterable[str], now: datetime) -> None:
    """Put an alert into the outbox, once for each route."""
    for route in routes:
        session.add(DeliveryRow(alert_id=alert_id, route=route, state=DeliveryState.WAITING, due_at=now))


def claim_deliveries(
    session: Session, now: datetime, *, routes: Sequence[str], lease_seconds: float, limit: int
) -> list[Delivery]:
    """Return what is due for these routes, longest due first, leased to the caller until `now` + `lease_seconds`.

    What comes after another alert of its story on its route waits until that one is sent or dead.
    """
    due = (
        select(DeliveryRow)
        .where(
            col(DeliveryRow.state) == DeliveryState.WAITING,
            col(DeliveryRow.route).in_(routes),
            col(DeliveryRow.due_at) <= now,
            or_(col(DeliveryRow.leased_until).is_(None), col(DeliveryRow.leased_until) <= now),
            ~_waits_for_its_story(),
        )
        .order_by(
            col(DeliveryRow.due_at), col(DeliveryRow.id)
        )  # as the index has them: it reads no more than it claims
        .limit(limit)
    )
    claimed = _deliveries_of(session, session.exec(due).all())
    ids = [delivery.id for delivery in claimed]
    session.exec(
        update(DeliveryRow)
        .where(col(DeliveryRow.id).in_(ids))
        .values(leased_until=now + timedelta(seconds=lease_seconds))
    )
    return claimed


def _waits_for_its_story() -> ColumnElement[bool]:
    """Return the condition that an earlier alert of the same story has still to take the same route."""
    alert, earlier_alert, earlier = aliased(AlertRow), aliased(AlertRow), aliased(DeliveryRow)
    story = select(alert.story_id).where(col(alert.id) == DeliveryRow.alert_id).correlate(DeliveryRow).scalar_subquery()
    still_waits = (
        select(earlier.id)
        .where(
            col(earlier.alert_id) == earlier_alert.id,
            col(earlier.route) == DeliveryRow.route,
            col(earlier.state) == DeliveryState.WAITING,
            col(earlier.id) < DeliveryRow.id,
        )
        .correlate(DeliveryRow, earlier_alert)
        .exists()
    )
    return (
        select(earlier_alert.id)
        .where(col(earlier_alert.story_id) == story, still_waits)
        .correlate(DeliveryRow)
        .exists()
    )


def release_leases(session: Session) -> None:
    """Free what an earlier process had claimed; only for one that holds the database's lock.

    The lease stays, run out, as the mark of a delivery that may have arrived.
    """
    session.exec(
        update(DeliveryRow)
        .where(col(DeliveryRow.state) == DeliveryState.WAITING, col(DeliveryRow.leased_until).is_not(None))
        .values(leased_until=DeliveryRow.due_at)
    )


def bury_strays(session: Session, routes: Sequence[str]) -> dict[str, int]:
    """Mark as dead what waits for routes that are not among these; return how many for each.

    For one that holds the database's lock, when it starts: a route that was removed or renamed gets nothing any more.
    """
    stray = [col(DeliveryRow.state) == DeliveryState.WAITING, col(DeliveryRow.route).not_in(routes)]
    counts = dict(session.exec(select(DeliveryRow.route, func.count()).where(*stray).group_by(DeliveryRow.route)).all())
    session.exec(
        update(DeliveryRow).where(*stray).values(state=DeliveryState.DEAD, last_error="routes.toml has no such route")
    )
    return counts


def mark_sent(session: Session, delivery_id: int, now: datetime) -> None:
    """Note that a service accepted a delivery."""
    row = session.get_one(DeliveryRow, delivery_id)
    row.sqlmodel_update({"state": DeliveryState.SENT, "sent_at": now, "leased_until": None, "last_error": None})
    row.attempts += 1


def mark_failed(session: Session, delivery_id: int, error: str, *, due_at: datetime | None) -> None:
    """Note a failed try; it is due again at `due_at`, or dead if that is None."""
    row = session.get_one(DeliveryRow, delivery_id)
    row.sqlmodel_update({"leased_until": None, "last_error": error, "attempts": row.attempts + 1})
    if due_at is None:
        row.state = DeliveryState.DEAD
    else:
        row.due_at = due_at


def requeue(session: Session, now: datetime, *, delivery_id: int | None = None) -> int:
    """Make one dead delivery, or all, due again; return how many."""
    chosen = [col(DeliveryRow.id) == delivery_id] if delivery_id is not None else []
    result = session.exec(
        update(DeliveryRow)
        .where(col(DeliveryRow.state) == DeliveryState.DEAD, *chosen)
        .values(state=DeliveryState.WAITING, due_at=now, attempts=0)
    )
    return int(result.rowcount)


def list_deliveries(session: Session, *, state: DeliveryState | None = None, limit: int = 50) -> list[Delivery]:
    """Return the newest deliveries, newest first."""
    chosen = [col(DeliveryRow.state) == state] if state else []
    rows = session.exec(select(DeliveryRow).where(*chosen).order_by(col(DeliveryRow.id).desc()).limit(limit)).all()
    return _deliveries_of(session, rows)


def count_deliveries(session: Session) -> dict[DeliveryState, int]:
    """Return how many deliveries are in each state."""
    rows = session.exec(select(DeliveryRow.state, func.count()).group_by(DeliveryRow.state))
    return {DeliveryState(state): count for state, count in rows}


def _deliveries_of(session: Session, rows: Sequence[DeliveryRow]) -> list[Delivery]:
    alerts = {alert.id: alert for alert in read_alerts(session, sorted({row.alert_id for row in rows}))}
    return [
        Delivery(
            id=row.id or 0,
            alert=alerts[row.alert_id],
            route=row.route,
            state=DeliveryState(row.state),
            attempts=row.attempts,
            due_at=row.due_at,
            last_error=row.last_error,
            sent_at=row.sent_at,
            is_repeat=row.leased_until is not None or row.last_error is not None,
        )
        for row in rows
    ]
