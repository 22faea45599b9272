"""Rhythms: learned by hour of week, and looks where news is likely, as many as at a fixed interval."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from monitor.models import Rhythm
from monitor.pace.rhythm import FASTEST, SLOWEST, hour_of_week, learn, plan_look, smooth_rates

MONDAY = datetime(2026, 1, 5, tzinfo=UTC)
EVERY = 900.0


def office_hours(weeks: int) -> Rhythm:
    """Return the rhythm of a source with an article at each quarter of an hour of its office hours."""
    articles = [
        MONDAY + timedelta(days=day, hours=hour, minutes=minute)
        for day in range(7 * weeks)
        for hour in range(9, 17)
        for minute in (7, 22, 37, 52)
        if day % 7 < 5
    ]
    rhythm = learn(Rhythm(), articles[:1], MONDAY + timedelta(hours=9, minutes=8))
    return learn(rhythm, articles[1:], MONDAY + timedelta(weeks=weeks))


def looks_of(rhythm: Rhythm, start: datetime, end: datetime) -> list[datetime]:
    looks = [start]
    while looks[-1] < end:
        rhythm = learn(rhythm, (), looks[-1])
        due_at, rhythm = plan_look(rhythm, looks[-1], EVERY)
        looks.append(due_at)
    return looks


def test_hours_of_news_are_expected_to_bring_news() -> None:
    rates = smooth_rates(office_hours(4))
    assert rates[hour_of_week(MONDAY.replace(hour=12))] > 10 * rates[hour_of_week(MONDAY.replace(hour=2))]
    assert rates[hour_of_week(MONDAY.replace(hour=12))] > 10 * rates[5 * 24 + 12]


def test_a_source_that_nothing_is_known_of_is_looked_at_evenly() -> None:
    gaps = {later - earlier for earlier, later in pairwise(looks_of(Rhythm(), MONDAY, MONDAY + timedelta(days=2)))}
    assert gaps == {timedelta(seconds=EVERY)}


def test_looks_go_where_news_is_and_are_as_many_as_at_a_fixed_interval() -> None:
    start = MONDAY + timedelta(weeks=4)
    looks = looks_of(office_hours(4), start, start + timedelta(weeks=1))
    assert abs(len(looks) - 7 * 86_400 / EVERY) < 40
    in_office = [at for at in looks if at.weekday() < 5 and 9 <= at.hour < 17]
    assert len(in_office) > 0.55 * len(looks), "40 of 168 hours"


def test_no_wait_is_shorter_or_longer_than_its_bounds() -> None:
    start = MONDAY + timedelta(weeks=4)
    looks = looks_of(office_hours(4), start, start + timedelta(weeks=1))
    waits = [(later - earlier).total_seconds() / EVERY for earlier, later in pairwise(looks)]
    assert min(waits) >= FASTEST
    assert max(waits) <= SLOWEST + 0.1


def test_news_of_a_source_with_bursts_brings_the_next_look_nearer() -> None:
    rhythm, at = learn(Rhythm(), [MONDAY], MONDAY), MONDAY
    for day in range(40):
        at = MONDAY + timedelta(days=day, hours=3 * (day % 8))
        rhythm = learn(rhythm, [at + timedelta(minutes=minute) for minute in range(10)], at + timedelta(minutes=11))
    later = at + timedelta(hours=30)
    calm, _ = plan_look(learn(rhythm, (), later), later, EVERY)
    excited, _ = plan_look(learn(rhythm, [later], later), later, EVERY)
    assert excited - later < 0.7 * (calm - later)


def test_what_is_long_past_counts_less() -> None:
    rhythm = office_hours(4)
    faded = learn(rhythm, (), MONDAY + timedelta(weeks=10))
    assert sum(faded.arrivals) < 0.55 * sum(rhythm.arrivals)


@given(
    st.lists(st.datetimes(datetime(2025, 12, 1), datetime(2026, 3, 1), timezones=st.just(UTC)), max_size=40),  # noqa: DTZ001 - hypothesis adds the zone
    st.floats(5, 86_400),
)
def test_any_arrivals_give_a_look_that_comes(arrivals: list[datetime], every_seconds: float) -> None:
    rhythm = learn(learn(Rhythm(), arrivals[:20], MONDAY), arrivals[20:], MONDAY + timedelta(days=3))
    due_at, after = plan_look(rhythm, MONDAY + timedelta(days=3), every_seconds)
    wait = (due_at - MONDAY - timedelta(days=3)).total_seconds()
    assert 0 < wait <= max(SLOWEST * every_seconds * 1.1, 5.0)
    assert abs(after.credit) <= 8
