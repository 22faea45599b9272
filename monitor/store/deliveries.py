"""The outbox: alerts and notices on their way to the targets of routes.

A delivery is claimed with a lease before it is sent and recorded after: whoever dies in between leaves a lease that
runs out, and it is sent again. At least once, never lost. Deliveries that leave as one message, a parcel, are claimed
and recorded together.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, func, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, and_, col, or_, select

from monitor.models import Alert, Delivery, DeliveryState, Notice
from monitor.store.database import in_chunks
from monitor.store.news import read_alerts
from monitor.store.notices import read_notices
from monitor.store.tables import AlertRow, DeliveryRow

_MAX_PARCEL = 500
"""Deliveries of one message; what is more goes with the next."""
_AGAIN = {"state": DeliveryState.WAITING, "attempts": 0}


def add_delivery(
    session: Session, told: Alert | Notice, *, route: str, target: str, group: str, due_at: datetime
) -> None:
    """Put an alert or a notice into the outbox for one target of a route."""
    is_notice = isinstance(told, Notice)
    session.add(
        DeliveryRow(
            alert_id=None if is_notice else told.id,
            notice_id=told.id if is_notice else None,
            route=route,
            target=target,
            group=group,
            state=DeliveryState.WAITING,
            due_at=due_at,
        )
    )


def add_reminders(session: Session, sent: Iterable[Delivery], due_at: datetime) -> None:
    """Put alerts that were sent into the outbox once more."""
    for delivery in sent:
        if delivery.alert:
            row = _copy(delivery, due_at)
            row.reminder += 1
            session.add(row)


def redirect(session: Session, delivery: Delivery, target: str, now: datetime) -> None:
    """Put what a target did not take into the outbox for another, unless it is there already."""
    same = select(DeliveryRow).where(
        DeliveryRow.route == delivery.route,
        DeliveryRow.target == target,
        DeliveryRow.alert_id == (delivery.alert.id if delivery.alert else None),
        DeliveryRow.notice_id == (delivery.notice.id if delivery.notice else None),
        DeliveryRow.reminder == delivery.reminder,
    )
    row = session.exec(same).first()
    if row is None:
        row = _copy(delivery, now)
        row.target, row.handed_from = target, delivery.id
        session.add(row)
    elif row.handed_from == delivery.id and row.state == DeliveryState.SILENCED:
        row.sqlmodel_update(_AGAIN | {"due_at": now, "last_error": None})


def read_group(session: Session, *, route: str, target: str, group: str) -> tuple[datetime | None, datetime | None]:
    """Return when the message is due that is being gathered for a group, and when its last one was sent."""
    session.flush()
    ours = _is_of_group(route, target, group)
    waits = select(func.min(DeliveryRow.due_at)).where(
        *ours, DeliveryRow.state == DeliveryState.WAITING, DeliveryRow.reminder == 0
    )
    sent = select(func.max(DeliveryRow.sent_at)).where(*ours, DeliveryRow.state == DeliveryState.SENT)
    return session.exec(waits).one(), session.exec(sent).one()


def next_due(session: Session, now: datetime, *, target: str) -> list[Delivery]:
    """Return what has been due for a target longest, with what is due in its group; nothing if somebody sends it all.

    What comes after another alert of its story waits while that one has failed, or may be on its way.
    """
    due = [
        col(DeliveryRow.state) == DeliveryState.WAITING,
        col(DeliveryRow.target) == target,
        col(DeliveryRow.due_at) <= now,
        or_(col(DeliveryRow.leased_until).is_(None), col(DeliveryRow.leased_until) <= now),
    ]
    if session.exec(select(DeliveryRow.id).where(*due).limit(1)).first() is None:
        return []  # as every two seconds, day and night: at once
    due.append(~_waits_for_its_story())
    # In the order of the index that finds what is due: it reads no more than it needs.
    chosen = select(DeliveryRow).where(*due).order_by(col(DeliveryRow.due_at), col(DeliveryRow.id)).limit(1)
    first = session.exec(chosen).first()
    if first is None:
        return []
    group = _is_of_group(first.route, target, first.group)
    rows = session.exec(select(DeliveryRow).where(*due, *group).order_by(col(DeliveryRow.id)).limit(_MAX_PARCEL)).all()
    return _deliveries_of(session, rows)


@cache
def _waits_for_its_story() -> ColumnElement[bool]:
    """Return the condition that an earlier alert of the same story failed to take the same way, and tries again."""
    alert, earlier_alert, earlier = aliased(AlertRow), aliased(AlertRow), aliased(DeliveryRow)
    story = select(alert.story_id).where(col(alert.id) == DeliveryRow.alert_id).correlate(DeliveryRow).scalar_subquery()
    still_tries = (
        select(earlier.id)
        .where(
            col(earlier.alert_id) == earlier_alert.id,
            col(earlier.route) == DeliveryRow.route,
            col(earlier.target) == DeliveryRow.target,
            col(earlier.group) != DeliveryRow.group,
            col(earlier.state) == DeliveryState.WAITING,
            or_(col(earlier.attempts) > 0, col(earlier.leased_until).is_not(None)),
            col(earlier.id) < DeliveryRow.id,
        )
        .correlate(DeliveryRow, earlier_alert)
        .exists()
    )
    return (
        select(earlier_alert.id)
        .where(col(earlier_alert.story_id) == story, still_tries)
        .correlate(DeliveryRow)
        .exists()
    )


def lease(session: Session, delivery_ids: Sequence[int], until: datetime) -> None:
    """Claim deliveries as one parcel."""
    values = {"leased_until": until, "parcel": min(delivery_ids)}
    session.exec(update(DeliveryRow).where(_are(delivery_ids)).values(**values))


def postpone(session: Session, delivery_ids: Sequence[int], due_at: datetime, *, group: str | None = None) -> None:
    """Let deliveries wait, all in `group` if that is given."""
    values = {"due_at": due_at} | ({"group": group} if group is not None else {})
    session.exec(update(DeliveryRow).where(_are(delivery_ids)).values(**values))


def silence(session: Session, delivery_ids: Sequence[int], reason: str) -> None:
    """Note that deliveries shall not be sent, and why."""
    values = {"state": DeliveryState.SILENCED, "last_error": reason, "leased_until": None}
    session.exec(update(DeliveryRow).where(_are(delivery_ids)).values(**values))


def list_sent_times(session: Session, *, route: str, target: str, since: datetime) -> list[datetime]:
    """Return when messages of a route were sent to a target, one time for each message."""
    times = (
        select(func.max(DeliveryRow.sent_at))
        .where(DeliveryRow.route == route, DeliveryRow.target == target, col(DeliveryRow.sent_at) > since)
        .group_by(col(DeliveryRow.parcel))
    )
    return [time for time in session.exec(times) if time is not None]


def release_leases(session: Session) -> None:
    """Free what an earlier process had claimed; only for one that holds the database's lock.

    The lease stays, run out, as the mark of a delivery that may have arrived.
    """
    session.exec(
        update(DeliveryRow)
        .where(col(DeliveryRow.state) == DeliveryState.WAITING, col(DeliveryRow.leased_until).is_not(None))
        .values(leased_until=DeliveryRow.due_at)
    )


def bury_strays(session: Session, addresses: Iterable[tuple[str, str]]) -> dict[str, int]:
    """Mark as dead what waits for a route and a target that are not among these pairs; return how many for each.

    For one that holds the database's lock, when it starts: what was removed or renamed gets nothing any more.
    """
    known = [and_(col(DeliveryRow.route) == route, col(DeliveryRow.target) == target) for route, target in addresses]
    stray = [col(DeliveryRow.state) == DeliveryState.WAITING, ~or_(*known)]
    counts = dict(session.exec(select(DeliveryRow.route, func.count()).where(*stray).group_by(DeliveryRow.route)).all())
    session.exec(
        update(DeliveryRow).where(*stray).values(state=DeliveryState.DEAD, last_error="routes.toml has no such route")
    )
    return counts


def mark_sent(session: Session, delivery_ids: Sequence[int], now: datetime) -> None:
    """Note that a service accepted the message that holds these deliveries."""
    session.exec(
        update(DeliveryRow)
        .where(_are(delivery_ids))
        .values(
            state=DeliveryState.SENT,
            sent_at=now,
            leased_until=None,
            last_error=None,
            attempts=DeliveryRow.attempts + 1,
        )
    )


def mark_failed(
    session: Session,
    delivery_ids: Sequence[int],
    error: str,
    *,
    due_at: datetime | None,
    accepted_by: Collection[str] = (),
) -> None:
    """Note a failed try of a message; it is due again at `due_at`, or dead if that is None.

    `accepted_by` are marks of recipients who need it no more.
    """
    outcome: dict[str, Any] = {"state": DeliveryState.DEAD} if due_at is None else {"due_at": due_at}
    if accepted_by:
        outcome["accepted_by"] = sorted(accepted_by)
    session.exec(
        update(DeliveryRow)
        .where(_are(delivery_ids))
        .values(leased_until=None, last_error=error, attempts=DeliveryRow.attempts + 1, **outcome)
    )


def requeue(session: Session, now: datetime, *, delivery_id: int | None = None) -> int:
    """Make one dead delivery, or all, due again; return how many.

    Not what a fallback has taken, or is about to; and of one that died at its target and at the fallback, the first
    goes again, the other only if that fails.
    """
    other = aliased(DeliveryRow)
    is_taken = (
        select(other.id)
        .where(other.handed_from == DeliveryRow.id, col(other.state).in_([DeliveryState.WAITING, DeliveryState.SENT]))
        .exists()
    )
    chosen = [col(DeliveryRow.state) == DeliveryState.DEAD, ~is_taken]
    if delivery_id is not None:
        chosen.append(col(DeliveryRow.id) == delivery_id)
    else:
        is_first_dead = (
            select(other.id).where(other.id == DeliveryRow.handed_from, other.state == DeliveryState.DEAD).exists()
        )
        chosen.append(~is_first_dead)
    ids = [one for one in session.exec(select(DeliveryRow.id).where(*chosen)) if one is not None]
    for chunk in in_chunks(ids):
        session.exec(update(DeliveryRow).where(col(DeliveryRow.id).in_(chunk)).values(**_AGAIN, due_at=now))
        held_back = [col(DeliveryRow.handed_from).in_(chunk), col(DeliveryRow.state) == DeliveryState.DEAD]
        reason = {"state": DeliveryState.SILENCED, "last_error": "its first target is tried again"}
        session.exec(update(DeliveryRow).where(*held_back).values(**reason))
    return len(ids)


def list_deliveries(
    session: Session,
    *,
    state: DeliveryState | None = None,
    route: str | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[Delivery]:
    """Return the newest deliveries, newest first, or those older than the one with the id `before`."""
    chosen = [col(DeliveryRow.state) == state] if state else []
    if route is not None:
        chosen.append(col(DeliveryRow.route) == route)
    if before is not None:
        chosen.append(col(DeliveryRow.id) < before)
    rows = session.exec(select(DeliveryRow).where(*chosen).order_by(col(DeliveryRow.id).desc()).limit(limit)).all()
    return _deliveries_of(session, rows)


def count_deliveries(session: Session) -> dict[DeliveryState, int]:
    """Return how many deliveries are in each state."""
    rows = session.exec(select(DeliveryRow.state, func.count()).group_by(DeliveryRow.state))
    return {DeliveryState(state): count for state, count in rows}


def _copy(delivery: Delivery, due_at: datetime) -> DeliveryRow:
    """Return a row that tells the same and waits until `due_at`."""
    return DeliveryRow(
        alert_id=delivery.alert.id if delivery.alert else None,
        notice_id=delivery.notice.id if delivery.notice else None,
        route=delivery.route,
        target=delivery.target,
        group=delivery.group,
        reminder=delivery.reminder,
        state=DeliveryState.WAITING,
        due_at=due_at,
    )


def _is_of_group(route: str, target: str, group: str) -> tuple[ColumnElement[bool], ...]:
    return (col(DeliveryRow.route) == route, col(DeliveryRow.target) == target, col(DeliveryRow.group) == group)


def _are(delivery_ids: Sequence[int]) -> ColumnElement[bool]:
    return or_(*(col(DeliveryRow.id).in_(chunk) for chunk in in_chunks(delivery_ids)))


def _deliveries_of(session: Session, rows: Sequence[DeliveryRow]) -> list[Delivery]:
    alert_ids = sorted({row.alert_id for row in rows if row.alert_id is not None})
    alerts = {alert.id: alert for alert in read_alerts(session, alert_ids)}
    notices = read_notices(session, sorted({row.notice_id for row in rows if row.notice_id is not None}))
    return [
        Delivery(
            id=row.id or 0,
            alert=alerts.get(row.alert_id or 0),
            notice=notices.get(row.notice_id or 0),
            route=row.route,
            target=row.target,
            group=row.group,
            parcel=row.parcel,
            reminder=row.reminder,
            state=DeliveryState(row.state),
            attempts=row.attempts,
            due_at=row.due_at,
            last_error=row.last_error,
            sent_at=row.sent_at,
            is_repeat=row.leased_until is not None or row.last_error is not None,
            accepted_by=frozenset(row.accepted_by or ()),
        )
        for row in rows
    ]
