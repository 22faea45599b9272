"""When a message is due."""

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.models import Day, GroupBy, Quiet, QuietAction, Route, Severity
from monitor.notify import FLOOD_SPAN, GroupState, first_due, flood_until, next_digest, quiet_until, route_faults

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)  # a Monday
BERLIN = "Europe/Berlin"
ZONES = [BERLIN, "UTC", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]
ROUTE = Route(name="desk", url="console:", group_by=(GroupBy.STORY,), group_wait_seconds=60, group_interval_seconds=600)
times = st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone
nights = Quiet(start=time(22), end=time(7))


def seconds(count: int) -> timedelta:
    return timedelta(seconds=count)


@pytest.mark.parametrize(
    ("group", "due_in"),
    [
        (GroupState(), 60),
        (GroupState(waits_until=NOW + seconds(20)), 20),
        (GroupState(waits_until=NOW + seconds(20), sent_at=NOW - seconds(1)), 20),
        (GroupState(sent_at=NOW - seconds(100)), 500),
        (GroupState(sent_at=NOW - seconds(570)), 30),
        (GroupState(sent_at=NOW - seconds(600)), 60),
        (GroupState(sent_at=NOW - seconds(9_000)), 60),
    ],
    ids=["first", "joins", "joins a later message", "interval", "interval nearly over", "interval over", "long ago"],
)
def test_a_group_waits_as_alertmanagers_do(group: GroupState, due_in: int) -> None:
    assert first_due(ROUTE, group, NOW) == NOW + seconds(due_in)


def test_without_grouping_an_alert_is_due_at_once() -> None:
    assert first_due(Route(name="r", url="console:"), GroupState(), NOW) == NOW


def test_a_digest_waits_for_its_time() -> None:
    route = Route(name="r", url="console:", digest="daily 08:00", zone=BERLIN)
    assert first_due(route, GroupState(), NOW) == datetime(2026, 5, 5, 6, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("digest", "zone", "after", "due"),
    [
        ("hourly", "UTC", "2026-05-04T09:00+00:00", "2026-05-04T10:00+00:00"),
        ("hourly", "Asia/Kolkata", "2026-05-04T09:10+00:00", "2026-05-04T09:30+00:00"),
        ("daily 08:00", BERLIN, "2026-05-04T05:59+00:00", "2026-05-04T06:00+00:00"),
        ("daily 8:00", BERLIN, "2026-05-04T06:00+00:00", "2026-05-05T06:00+00:00"),
        ("Daily 08:00", BERLIN, "2026-03-28T12:00+00:00", "2026-03-29T06:00+00:00"),
        ("daily 08:00", BERLIN, "2026-10-24T12:00+00:00", "2026-10-25T07:00+00:00"),
        ("daily 02:30", BERLIN, "2026-03-28T12:00+00:00", "2026-03-29T01:00+00:00"),
        ("weekly monday 08:00", "UTC", "2026-05-04T09:00+00:00", "2026-05-11T08:00+00:00"),
        ("weekly sunday 08:00", "UTC", "2026-05-04T09:00+00:00", "2026-05-10T08:00+00:00"),
        ("*/15 8-18 * * MON-FRI", "UTC", "2026-05-08T18:50+00:00", "2026-05-11T08:00+00:00"),
    ],
)
def test_digests_keep_the_clock_of_their_zone(digest: str, zone: str, after: str, due: str) -> None:
    assert next_digest(digest, zone, datetime.fromisoformat(after)) == datetime.fromisoformat(due)


@given(times, st.sampled_from(["hourly", "daily 08:00", "weekly friday 17:30"]), st.sampled_from(ZONES))
def test_a_digest_is_never_due_at_once_nor_skipped(after: datetime, digest: str, zone: str) -> None:
    due = next_digest(digest, zone, after)
    assert after < due <= after + timedelta(days=7, hours=2)
    assert next_digest(digest, zone, due - seconds(1)) == due


@pytest.mark.parametrize("digest", ["", "daily", "daily 25:00", "weekly someday 08:00", "yearly", "0 0 31 2 *"])
def test_what_is_no_schedule_is_told(digest: str) -> None:
    (fault,) = route_faults(Route(name="r", url="console:", digest=digest))
    assert "allowed are hourly, daily 08:00" in fault


@pytest.mark.parametrize("zone", ["Europe/Berlln", "", "Europe", "../etc/passwd", "/etc/passwd"])
def test_what_is_no_time_zone_is_told(zone: str) -> None:
    (fault,) = route_faults(Route(name="r", url="console:", zone=zone, digest="hourly"))
    assert "no time zone is named" in fault


def test_a_route_to_nowhere_is_told() -> None:
    assert list(route_faults(Route(name="r"))) == ["it sends nowhere: it needs a `url`, or `targets`"]


def held(quiet: Quiet, now: datetime, zone: str = "UTC", severity: Severity = Severity.NORMAL) -> datetime | None:
    return quiet_until([quiet], zone, now, severity=severity, action=QuietAction.HOLD)


@pytest.mark.parametrize(
    ("hour", "end"),
    [(21, None), (22, "2026-05-05T07:00"), (23, "2026-05-05T07:00"), (6, "2026-05-04T07:00"), (7, None)],
)
def test_quiet_hours_reach_over_midnight(hour: int, end: str | None) -> None:
    expected = datetime.fromisoformat(f"{end}:00+00:00") if end else None
    assert held(nights, NOW.replace(hour=hour)) == expected


def test_quiet_hours_keep_the_clock_of_their_zone() -> None:
    assert held(nights, datetime(2026, 5, 4, 20, 30, tzinfo=UTC), BERLIN) == datetime(2026, 5, 5, 5, 0, tzinfo=UTC)
    assert held(nights, datetime(2026, 5, 4, 20, 30, tzinfo=UTC)) is None


def test_quiet_hours_begin_on_their_days_only() -> None:
    fridays = Quiet(start=time(22), end=time(7), days=(Day.FRIDAY,))
    assert held(fridays, datetime(2026, 5, 8, 23, 0, tzinfo=UTC)) == datetime(2026, 5, 9, 7, 0, tzinfo=UTC)
    assert held(fridays, datetime(2026, 5, 9, 6, 0, tzinfo=UTC)) == datetime(2026, 5, 9, 7, 0, tzinfo=UTC)
    assert held(fridays, datetime(2026, 5, 9, 23, 0, tzinfo=UTC)) is None


def test_quiet_hours_spare_what_is_severe() -> None:
    quiet = Quiet(start=time(22), end=time(7), unless_severity=Severity.HIGH)
    night = NOW.replace(hour=23)
    assert held(quiet, night, severity=Severity.HIGH) is None
    assert held(quiet, night, severity=Severity.NORMAL) is not None


def test_hours_that_lower_hold_nothing() -> None:
    quiet = [Quiet(start=time(22), end=time(7), action=QuietAction.LOWER)]
    night = NOW.replace(hour=23)
    assert quiet_until(quiet, "UTC", night, severity=Severity.LOW, action=QuietAction.HOLD) is None
    assert quiet_until(quiet, "UTC", night, severity=Severity.LOW, action=QuietAction.LOWER) is not None


@given(times, st.times(), st.times(), st.sampled_from(ZONES))
def test_quiet_hours_end_within_a_day_at_their_end(now: datetime, start: time, end: time, zone: str) -> None:
    until = held(Quiet(start=start, end=end), now, zone)
    if until is None:
        return
    assert now < until <= now + timedelta(hours=25)
    assert until.astimezone(ZoneInfo(zone)).second == end.second


@given(st.lists(st.integers(0, 7_200), max_size=40), st.integers(1, 10))
def test_no_hour_ever_holds_more_messages_than_its_limit(gaps: list[int], limit: int) -> None:
    sent: list[datetime] = []
    now = NOW
    for gap in gaps:
        now += seconds(gap // 40)
        while until := flood_until(sent, limit, now):
            assert until > now
            now = until
        sent.append(now)
    assert all(sum(start <= time < start + FLOOD_SPAN for time in sent) <= limit for start in sent)


def test_without_a_limit_there_is_always_room() -> None:
    assert flood_until([NOW] * 1_000, 0, NOW) is None


@given(st.lists(st.integers(0, 900), min_size=1, max_size=30), st.integers(0, 300), st.integers(0, 900))
def test_groups_keep_their_interval_and_no_alert_waits_longer_than_said(
    gaps: list[int], wait: int, interval: int
) -> None:
    route = Route(name="r", url="console:", group_by=(), group_wait_seconds=wait, group_interval_seconds=interval)
    waits_until: datetime | None = None
    sent: list[datetime] = []
    now = NOW
    for gap in gaps:
        now += seconds(gap)
        if waits_until is not None and waits_until <= now:
            sent.append(waits_until)
            waits_until = None
        group = GroupState(waits_until=waits_until, sent_at=sent[-1] if sent else None)
        waits_until = first_due(route, group, now)
        assert now <= waits_until <= now + seconds(max(wait, interval))
    assert all(later - earlier >= seconds(interval) for earlier, later in pairwise(sent))
