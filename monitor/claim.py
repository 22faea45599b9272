"""Claim what is due for a target and may be sent now: silences, quiet hours and the limit of an hour are asked last.

All in one transaction: what is not claimed has its new time, or its reason, when it commits.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.models import Delivery, QuietAction, Route, Silence
from monitor.notify import FLOOD_SPAN, find_silence, flood_until, is_known_story, quiet_until
from monitor.store import Session, deliveries, news, notices

FLOOD = "more than an hour's limit"
"""The group of what waits until there is room again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One message on its way, and the deliveries that it holds."""

    route: Route
    target: str
    deliveries: tuple[Delivery, ...]
    """In the order in which they came; never empty."""
    is_lowered: bool = False
    """Quiet hours send it with severity low."""

    @property
    def ids(self) -> tuple[int, ...]:
        """The deliveries' ids."""
        return tuple(delivery.id for delivery in self.deliveries)

    @property
    def accepted_by(self) -> frozenset[str]:
        """Marks of the recipients who have all of it already."""
        return frozenset.intersection(*(delivery.accepted_by for delivery in self.deliveries))

    @property
    def attempts(self) -> int:
        """How often it was tried in vain."""
        return max(delivery.attempts for delivery in self.deliveries)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimer:
    """Who claims: what is sent to one target."""

    routes: Mapping[str, Route]
    target: str
    lease_seconds: float
    """Longer than one message takes at most."""


def claim_parcel(session: Session, claimer: Claimer, now: datetime) -> Parcel | None:
    """Return the next message to send, leased to the caller; None if none may be sent now.

    One at a time: what is claimed when the process dies counts as sent before.
    """
    while group := deliveries.next_due(session, now, target=claimer.target):
        silences = notices.list_silences(session, after=now)
        route = claimer.routes.get(group[0].route) or Route(name=group[0].route)  # requeued although its route is gone
        ready = _hold_quiet(session, route, _keep_told(session, route, group, silences), now)
        if not ready:
            continue
        parcel = Parcel(
            route=route,
            target=claimer.target,
            deliveries=ready,
            is_lowered=all(_is_lowered(one, route, now) for one in ready),
        )
        if not _is_flooded(session, parcel, now):
            deliveries.lease(session, parcel.ids, now + timedelta(seconds=claimer.lease_seconds))
            return parcel
    return None


def _keep_told(
    session: Session, route: Route, group: Sequence[Delivery], silences: Sequence[Silence]
) -> list[Delivery]:
    """Return what is not silenced; note of the rest why it is."""
    known = news.known_stories(session, {one.alert.story_id for one in group if one.alert})
    kept = []
    for one in group:
        told = one.alert or one.notice
        found = told and find_silence(told, route.name, silences)
        if found:
            deliveries.silence(session, [one.id], f"silence {found.id}: {found.comment}".rstrip(": "))
        elif one.alert and one.alert.story_id in known and is_known_story(one.alert, is_reminder=one.reminder > 0):
            deliveries.silence(session, [one.id], f"story {one.alert.story_id} is acknowledged")
        else:
            kept.append(one)
    return kept


def _hold_quiet(session: Session, route: Route, group: Sequence[Delivery], now: datetime) -> tuple[Delivery, ...]:
    """Return what quiet hours do not hold; the rest waits for their end."""
    ready = []
    for one in group:
        until = quiet_until(route.quiet, route.zone, now, severity=one.severity, action=QuietAction.HOLD)
        if until:
            deliveries.postpone(session, [one.id], until)
        else:
            ready.append(one)
    return tuple(ready)


def _is_flooded(session: Session, parcel: Parcel, now: datetime) -> bool:
    """Return whether there is no room for one more message; then it waits, and becomes one with others.

    What waits so comes first when there is room: a newer message joins it, or a steady flow would keep it for ever.
    """
    route, target = parcel.route, parcel.target
    if not route.max_per_hour:
        return False
    sent = deliveries.list_sent_times(session, route=route.name, target=target, since=now - FLOOD_SPAN)
    until = flood_until(sent, route.max_per_hour, now)
    if until is None and parcel.deliveries[0].group != FLOOD:
        waits_until, _ = deliveries.read_group(session, route=route.name, target=target, group=FLOOD)
        until = waits_until if waits_until and waits_until <= now else None
    if until:
        deliveries.postpone(session, parcel.ids, until, group=FLOOD)
    return until is not None


def _is_lowered(delivery: Delivery, route: Route, now: datetime) -> bool:
    return bool(quiet_until(route.quiet, route.zone, now, severity=delivery.severity, action=QuietAction.LOWER))
