"""When a message is due: groups, digests, quiet hours, the limit of an hour. Deciding code only."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

from monitor.models import Day, Quiet, QuietAction, Route, Severity
from monitor.notify.routing import is_as_severe, targets_of

FLOOD_SPAN = timedelta(hours=1)
_DAYS = tuple(Day)
_JUST_BEFORE = timedelta(minutes=1)
"""So that an interval of a day is the next day's digest: messages leave a little after their time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupState:
    """How a group of a route fares at one target."""

    waits_until: datetime | None = None
    """When the message is due that is being gathered."""
    sent_at: datetime | None = None
    """When its last message went out."""


def route_faults(route: Route) -> Iterator[str]:
    """Yield what is wrong with where and when a route sends."""
    if not targets_of(route):
        yield "it sends nowhere: it needs a `url`, or `targets`"
    try:
        ZoneInfo(route.zone)
    except (ValueError, OSError, ZoneInfoNotFoundError):  # OSError: a folder of zones
        yield f"zone: no time zone is named {route.zone!r}; allowed are names as Europe/Berlin"
        return
    if route.digest is not None:
        try:
            next_digest(route.digest, route.zone, datetime(2026, 1, 1, tzinfo=UTC))
        except ValueError as error:
            yield f"digest: {route.digest!r} is no schedule: {error}"


def first_due(route: Route, group: GroupState, now: datetime) -> datetime:
    """Return when an alert that joins a group is due.

    With what waits there already; else after `group_wait`, and not before `group_interval` has passed since the last
    message (https://prometheus.io/docs/alerting/latest/configuration/#route); in a digest, at its next time.
    """
    if group.waits_until is not None:
        return group.waits_until
    due_at = now + timedelta(seconds=route.group_wait_seconds)
    next_at = group.sent_at and group.sent_at + timedelta(seconds=route.group_interval_seconds)
    if next_at and next_at > now:
        due_at = next_at
    return next_digest(route.digest, route.zone, due_at) if route.digest else due_at


def reminder_due(route: Route, now: datetime) -> datetime:
    """Return when what was sent now is due to be told again; in a digest, at its next time after that."""
    due_at = now + timedelta(seconds=route.repeat_interval_seconds)
    return next_digest(route.digest, route.zone, due_at - _JUST_BEFORE) if route.digest else due_at


def next_digest(digest: str, zone: str, after: datetime) -> datetime:
    """Return the first time of a schedule that is later than `after`, in UTC; ValueError if it is none.

    A time that the change to summer time leaves out is the next one that exists; one that comes twice counts once.
    """
    try:
        return next(CronSim(_read_schedule(digest), after.astimezone(ZoneInfo(zone)))).astimezone(UTC)
    except (CronSimError, StopIteration) as error:
        raise ValueError("allowed are hourly, daily 08:00, weekly monday 08:00, or a cron expression") from error


def quiet_until(
    quiet: Sequence[Quiet], zone: str, now: datetime, *, severity: Severity, action: QuietAction
) -> datetime | None:
    """Return when the quiet hours end that do this to a message now; None if there are none."""
    ends = [
        end
        for one in quiet
        if one.action is action and not (one.unless_severity and is_as_severe(severity, one.unless_severity))
        if (end := _end_of(one, ZoneInfo(zone), now))
    ]
    return max(ends, default=None)


def flood_until(sent: Sequence[datetime], max_per_hour: int, now: datetime) -> datetime | None:
    """Return when there is room for one more message, None if there is now; `sent` are the times of others."""
    recent = sorted(time for time in sent if time > now - FLOOD_SPAN)
    if not max_per_hour or len(recent) < max_per_hour:
        return None
    return recent[len(recent) - max_per_hour] + FLOOD_SPAN


def _read_schedule(digest: str) -> str:
    """Return a digest's times as a cron expression."""
    match digest.lower().split():
        case ["hourly"]:
            return "0 * * * *"
        case ["daily", clock]:
            return f"{_read_clock(clock)} * * *"
        case ["weekly", day, clock] if day in _DAYS:
            return f"{_read_clock(clock)} * * {_DAYS.index(Day(day)) + 1}"
        case _:
            return digest


def _read_clock(clock: str) -> str:
    hour, _, minute = clock.partition(":")
    return f"{minute} {hour}"


def _end_of(quiet: Quiet, zone: ZoneInfo, now: datetime) -> datetime | None:
    """Return the end of quiet hours in which `now` lies, in UTC; they may have begun yesterday."""
    today = now.astimezone(zone).date()
    for day in (today - timedelta(days=1), today):
        begin, end = _span_of(quiet, zone, day)
        if begin <= now < end and (not quiet.days or _DAYS[day.weekday()] in quiet.days):
            return end
    return None


def _span_of(quiet: Quiet, zone: ZoneInfo, day: date) -> tuple[datetime, datetime]:
    last = day + timedelta(days=quiet.end <= quiet.start)
    begin = datetime.combine(day, quiet.start, zone).astimezone(UTC)
    return begin, datetime.combine(last, quiet.end, zone).astimezone(UTC)
