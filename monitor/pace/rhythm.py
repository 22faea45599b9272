"""When a source publishes, learned by hour of week, and when to look next.

Looks are spread over the week as news is, not evenly: their density follows a power of the expected rate. A power of
one half makes the mean delay of independent arrivals least (by Lagrange: of the sum of rate / density), a higher one
the median. After news, more is likely soon, so the rate rises and falls back. Over days the looks are as many as at a
fixed interval: what a burst spends is saved later.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.models import HOURS_OF_WEEK, PARTS_OF_HOUR, Rhythm

POWER = 1.0
"""The least median of made rhythms, at a mean that is still better than an even spread."""
HALF_LIFE_DAYS = 42.0
MAX_RECENT = 64
SLOWEST = 4.0
"""The longest wait, in intervals: a source whose habits change must be found out."""
FASTEST = 1 / 12
"""The shortest, in intervals."""
FASTEST_SECONDS = 5.0
BURST_MINUTES = 20.0
MIN_SHARE = 0.1
"""Of articles that follow another: less is chance."""
MAX_CREDIT = 8.0
LONGEST_WATCH_DAYS = 60
_PRIOR_HOURS = 6.0
"""Hours of watching that the mean of all weighs against those of a kind of day at one time."""
_PRIOR_WEEKS = 24.0
"""Hours of watching that a kind of day weighs against one hour of the week: it takes half a year to be a habit."""
_PRIOR_ARTICLES = 5.0
"""Articles that it takes to believe half of a rhythm."""
_SHIFTS = (-2, -1, -1, 0, 0, 0, 1, 1, 2)
"""The hours that a time of day is taken from, the nearest ones more than once."""
_PRIOR_PARTS = 12.0
_STEPS_OF_INTERVAL = 40
_WHOLE = 1 - 1e-9
"""A look, as sums of fractions have it."""


def learn(rhythm: Rhythm, arrivals: Iterable[datetime], now: datetime) -> Rhythm:
    """Return the rhythm with the articles that appeared since it was last learned, watched until `now`."""
    new = sorted(min(at, now) for at in arrivals)
    since = rhythm.watched_until or (new[0] if new else now)
    since = min(max(since, now - timedelta(days=LONGEST_WATCH_DAYS)), now)
    fading = 0.5 ** ((now - since).total_seconds() / 86_400 / HALF_LIFE_DAYS)
    counts = [count * fading for count in rhythm.arrivals]
    hours = [count * fading for count in rhythm.hours]
    parts = [count * fading for count in rhythm.parts]
    for at in new:
        if at >= since:
            counts[hour_of_week(at)] += 1
            parts[at.minute * PARTS_OF_HOUR // 60] += 1
    _add_hours(hours, since, now)
    followed = rhythm.followed * fading + _count_followers(rhythm, new)
    return replace(
        rhythm,
        arrivals=tuple(counts),
        hours=tuple(hours),
        parts=tuple(parts),
        followed=followed,
        recent=tuple(at for at in (*rhythm.recent, *new) if at <= now)[-MAX_RECENT:],  # clocks are set back
        watched_until=now,
    )


def plan_look(rhythm: Rhythm, now: datetime, every_seconds: float) -> tuple[datetime, Rhythm]:
    """Return when to look next, and the rhythm with that look paid for."""
    rates, parts = smooth_rates(rhythm), _smooth_parts(rhythm)
    mean = sum(rate**POWER for rate in rates) / HOURS_OF_WEEK * sum(part**POWER for part in parts) / PARTS_OF_HOUR
    thrift = math.exp(rhythm.credit / MAX_CREDIT)
    step_seconds = every_seconds / _STEPS_OF_INTERVAL
    waited = earned = due = 0.0
    while due < _WHOLE and waited < SLOWEST * every_seconds:
        waited += step_seconds
        at = now + timedelta(seconds=waited - step_seconds / 2)
        base = rates[hour_of_week(at)] * parts[at.minute * PARTS_OF_HOUR // 60]
        earned += base**POWER / mean / _STEPS_OF_INTERVAL
        due += (base + _burst(rhythm, at)) ** POWER / mean * thrift / _STEPS_OF_INTERVAL
    credit = max(-MAX_CREDIT, min(MAX_CREDIT, rhythm.credit + earned - 1))
    waited = max(waited, FASTEST * every_seconds, FASTEST_SECONDS)
    return now + timedelta(seconds=waited), replace(rhythm, credit=credit)


def _count_followers(rhythm: Rhythm, new: Sequence[datetime]) -> float:
    """Return how many articles came soon after another, less those that would by chance."""
    rates, parts = smooth_rates(rhythm), _smooth_parts(rhythm)
    last = rhythm.recent[-1] if rhythm.recent else None
    count = 0.0
    for at in new:
        if last is not None:
            expected = rates[hour_of_week(at)] * parts[at.minute * PARTS_OF_HOUR // 60] * BURST_MINUTES / 60
            count += (at - last <= timedelta(minutes=BURST_MINUTES)) - (1 - math.exp(-expected))
        last = at
    return count


def hour_of_week(at: datetime) -> int:
    """Return 0 for the hour that begins on Monday at 00:00 UTC, up to 167."""
    return at.weekday() * 24 + at.hour


def smooth_rates(rhythm: Rhythm) -> list[float]:
    """Return the articles expected in each hour of the week; where little was seen, as its kind of day tells."""
    mean = (sum(rhythm.arrivals) + 1) / (sum(rhythm.hours) + 24)
    kinds = [range(5), range(5, 7)]
    found = [0.0] * HOURS_OF_WEEK
    for days in kinds:
        for hour in range(24):
            near = [(day * 24 + hour + shift) % HOURS_OF_WEEK for day in days for shift in _SHIFTS]
            typical = _estimate(rhythm, near, mean, _PRIOR_HOURS)
            for day in days:
                found[day * 24 + hour] = _estimate(rhythm, [day * 24 + hour], typical, _PRIOR_WEEKS)
    total = sum(rhythm.arrivals)
    trust = total / (total + _PRIOR_ARTICLES)  # hours without news tell nothing of a source without news
    return [mean + trust * (rate - mean) for rate in found]


def _estimate(rhythm: Rhythm, slots: Sequence[int], prior: float, weight: float) -> float:
    arrivals = sum(rhythm.arrivals[slot] for slot in slots)
    hours = sum(rhythm.hours[slot] for slot in slots)
    return (arrivals + prior * weight) / (hours + weight)


def _smooth_parts(rhythm: Rhythm) -> list[float]:
    """Return how many times its fair share each part of the hour gets."""
    total = sum(rhythm.parts) + _PRIOR_PARTS
    return [(count + _PRIOR_PARTS / PARTS_OF_HOUR) / total * PARTS_OF_HOUR for count in rhythm.parts]


def _burst(rhythm: Rhythm, at: datetime) -> float:
    """Return the articles an hour that those before bring with them."""
    total = sum(rhythm.arrivals)
    share = min(0.9, max(0.0, rhythm.followed) / (total + 10))
    if share < MIN_SHARE:
        return 0.0
    rate = 0.0
    for before in reversed(rhythm.recent):
        minutes = (at - before).total_seconds() / 60
        if minutes > 5 * BURST_MINUTES:
            break
        if minutes >= 0:
            rate += share * 60 / BURST_MINUTES * math.exp(-minutes / BURST_MINUTES)
    return rate


def _add_hours(hours: list[float], since: datetime, until: datetime) -> None:
    at = since
    while at < until:
        end = min(until, at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1))
        hours[hour_of_week(at)] += (end - at).total_seconds() / 3_600
        at = end
