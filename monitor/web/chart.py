"""Drawings as numbers: where the parts of a timeline and of a sparkline lie. Colours are classes of the style sheet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from monitor.models import Change, RelationState, SourcedEvent

WIDTH = 944
"""Of a timeline, in units that are pixels on a wide screen."""
_LANE_HEIGHT, _BAR_TOP, _BAR_HEIGHT, _AXIS_HEIGHT = 78, 40, 22, 34
_MARGIN = 12
_CHAR_WIDTH = 7.2
_TICKS = 5
_POINT_GAP = 15
"""Points that are nearer than this are drawn at other heights."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A time in one state."""

    x: float
    width: float
    state: RelationState
    has_label: bool
    """There is room for its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """An event."""

    x: float
    y: float
    told: SourcedEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One subject of a pair."""

    subject: str | None
    y: float
    segments: tuple[Segment, ...]
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A time on the axis."""

    x: float
    at: datetime
    anchor: str
    """How its label lies to it: `start`, `middle` or `end`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """The states of a pair over time, a lane for each subject, and the events as points."""

    height: float
    lanes: tuple[Lane, ...]
    ticks: tuple[Tick, ...]
    has_clock: bool
    """Its ticks are nearer than a day: their times matter."""
    bar_top: float = _BAR_TOP
    bar_height: float = _BAR_HEIGHT
    width: float = WIDTH


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One value of a sparkline."""

    x: float
    y: float
    width: float
    height: float


class _Axis:
    """Times to places."""

    def __init__(self, start: datetime, end: datetime) -> None:
        self.start = start
        self.span = max(end - start, timedelta(days=1))

    def place(self, at: datetime) -> float:
        """Return where a time lies; what is outside lies at the edge."""
        share = min(max((at - self.start) / self.span, 0.0), 1.0)
        return round(_MARGIN + share * (WIDTH - 2 * _MARGIN), 1)


def draw_timeline(steps: Sequence[Change], events: Sequence[SourcedEvent], now: datetime) -> Timeline:
    """Return the drawing of a pair's steps and events, from the first event up to now."""
    times = [one.at for one in events]
    axis = _Axis(min(times, default=now), max([now, *times]))
    subjects = _group_by_subject(steps, events)
    lanes = tuple(
        _draw_lane(axis, number * _LANE_HEIGHT, lane_steps, told)
        for number, (lane_steps, told) in enumerate(subjects.values())
    )
    return Timeline(
        height=len(lanes) * _LANE_HEIGHT + _AXIS_HEIGHT,
        lanes=lanes,
        ticks=_draw_ticks(axis),
        has_clock=axis.span < timedelta(days=_TICKS - 1),
    )


def draw_bars(values: Sequence[float], *, width: float = 108, height: float = 24) -> tuple[Bar, ...]:
    """Return the bars of a sparkline; what is not zero is seen."""
    peak = max(values, default=0) or 1
    step = width / max(len(values), 1)
    sizes = [max(2.0, height * value / peak) if value else 0.0 for value in values]
    return tuple(
        Bar(x=round(number * step, 2), y=round(height - size, 2), width=round(step * 0.75, 2), height=round(size, 2))
        for number, size in enumerate(sizes)
    )


_Told = tuple[list[Change], list[SourcedEvent]]


def _group_by_subject(steps: Sequence[Change], events: Sequence[SourcedEvent]) -> Mapping[str, _Told]:
    """Return steps and events of each subject, that of no name first."""
    groups: dict[str, _Told] = {}
    for one in sorted(events, key=lambda one: (one.at, one.id)):
        groups.setdefault((one.event.subject or "").casefold(), ([], []))[1].append(one)
    for step in steps:
        groups.setdefault((step.transition.subject or "").casefold(), ([], []))[0].append(step)
    return dict(sorted(groups.items()))


def _draw_lane(axis: _Axis, y: float, steps: Sequence[Change], told: Sequence[SourcedEvent]) -> Lane:
    # Companies that share a beginning of their names may have steps of their own to one state.
    steps = [next(group) for _, group in groupby(steps, key=lambda step: step.transition.after)]
    starts = [axis.place(step.transition.at) for step in steps]
    ends = [*starts[1:], WIDTH - _MARGIN]
    segments = tuple(
        Segment(
            x=start,
            width=round(end - start, 1),
            state=step.transition.after,
            has_label=end - start > _CHAR_WIDTH * len(step.transition.after) + _MARGIN,
        )
        for step, start, end in zip(steps, starts, ends, strict=False)
    )
    subject = told[0].event.subject if told else None
    return Lane(subject=subject, y=y, segments=segments, points=_draw_points(axis, y, told))


def _draw_points(axis: _Axis, y: float, told: Sequence[SourcedEvent]) -> tuple[Point, ...]:
    """Return the points on the upper edge of the bar, those of one time beside each other in height."""
    points: list[Point] = []
    for one in told:
        x = axis.place(one.at)
        is_near = bool(points) and x - points[-1].x < _POINT_GAP
        is_low = is_near and points[-1].y < y + _BAR_TOP
        points.append(Point(x=x, y=y + _BAR_TOP + (_BAR_HEIGHT if is_low else -2), told=one))
    return tuple(points)


def _draw_ticks(axis: _Axis) -> tuple[Tick, ...]:
    anchors = ("start", *["middle"] * (_TICKS - 2), "end")
    times = (axis.start + axis.span * number / (_TICKS - 1) for number in range(_TICKS))
    return tuple(Tick(x=axis.place(at), at=at, anchor=anchor) for at, anchor in zip(times, anchors, strict=True))
