"""Drawings: all within their frame, in order, and nothing lost."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.models import (
    Change,
    DatedEvent,
    Event,
    EventType,
    Evidence,
    Field,
    Modality,
    Participant,
    RelationState,
    SourcedEvent,
)
from monitor.track import trace_relations
from monitor.web.chart import WIDTH, draw_bars, draw_timeline

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)


def make_told(number: int, kind: EventType, at: datetime, subject: str | None = None) -> SourcedEvent:
    event = Event(
        type=kind,
        participants=(Participant(name="Alder"), Participant(name="Birch")),
        modality=Modality.CONFIRMED,
        evidence=Evidence(field=Field.TEXT, start=0, end=1, sentence=str(number)),
        rule="rule",
        subject=subject,
    )
    return SourcedEvent(id=number, article_id=1, title="Title", source="wire", at=at, event=event)


def make_changes(told: list[SourcedEvent]) -> list[Change]:
    by_event = {id(one.event): one for one in told}
    steps = trace_relations(DatedEvent(event=one.event, at=one.at) for one in told)
    return [Change(transition=step, told=by_event[id(step.event)]) for step in steps]


def test_states_follow_each_other_without_gap_up_to_now() -> None:
    told = [
        make_told(1, EventType.NEW_PARTNERSHIP, NOW - timedelta(days=90)),
        make_told(2, EventType.DISPUTE, NOW - timedelta(days=30)),
        make_told(3, EventType.TERMINATION, NOW - timedelta(days=1)),
    ]
    (lane,) = draw_timeline(make_changes(told), told, NOW).lanes
    assert [one.state for one in lane.segments] == [RelationState.ACTIVE, RelationState.DISPUTED, RelationState.ENDED]
    ends = [round(one.x + one.width, 1) for one in lane.segments]
    assert ends[:-1] == [one.x for one in lane.segments[1:]]
    assert ends[-1] == WIDTH - 12
    assert [one.told.id for one in lane.points] == [1, 2, 3]


def test_each_subject_has_a_lane() -> None:
    told = [
        make_told(1, EventType.NEW_PARTNERSHIP, NOW, "Cloud"),
        make_told(2, EventType.DISPUTE, NOW),
        make_told(3, EventType.DISPUTE, NOW, "cloud"),
    ]
    chart = draw_timeline(make_changes(told), told, NOW)
    assert [(one.subject, len(one.points)) for one in chart.lanes] == [(None, 1), ("Cloud", 2)]


def test_points_of_one_time_do_not_hide_each_other() -> None:
    told = [make_told(number, EventType.DISPUTE, NOW) for number in (1, 2)]
    (lane,) = draw_timeline(make_changes(told), told, NOW).lanes
    assert len({(one.x, one.y) for one in lane.points}) == 2


@pytest.mark.parametrize("at", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC), NOW])
def test_the_ends_of_the_calendar_stay_in_the_frame(at: datetime) -> None:
    told = [make_told(1, EventType.DISPUTE, at), make_told(2, EventType.TERMINATION, NOW)]
    chart = draw_timeline(make_changes(told), told, NOW)
    places = [one.x for lane in chart.lanes for one in lane.points] + [tick.x for tick in chart.ticks]
    assert all(0 <= x <= WIDTH for x in places)
    assert len(chart.ticks) == 5


@given(st.lists(st.integers(0, 10**9), max_size=30))
def test_bars_stay_in_their_frame_and_what_is_not_zero_is_seen(values: list[int]) -> None:
    bars = draw_bars(values)
    assert len(bars) == len(values)
    for bar, value in zip(bars, values, strict=True):
        assert 0 <= bar.y <= 24
        assert bar.height <= 24
        assert bar.x + bar.width <= 108
        assert (bar.height >= 2) == (value > 0)


@pytest.mark.parametrize(("days", "has_clock"), [(0, True), (3, True), (4, False), (300, False)])
def test_ticks_of_one_day_are_told_apart_by_their_times(days: int, *, has_clock: bool) -> None:
    told = [make_told(1, EventType.NEW_PARTNERSHIP, NOW - timedelta(days=days))]
    chart = draw_timeline(make_changes(told), told, NOW)
    assert chart.has_clock == has_clock
    assert has_clock or len({tick.at.date() for tick in chart.ticks}) == len(chart.ticks)
