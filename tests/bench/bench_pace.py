"""Adaptive pace against a fixed interval with as many requests, on made rhythms: delay from publication to detection.

python -m tests.bench.bench_pace [--weeks 12] [--warm-up 3] [--every 900]
"""

import argparse
import math
import random
import statistics
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from monitor.models import Rhythm
from monitor.pace.rhythm import learn, plan_look

START = datetime(2026, 1, 5, tzinfo=UTC)
"""A Monday."""


class Made(NamedTuple):
    """A made rhythm: articles an hour at a time, and what each brings with it."""

    name: str
    rate: Callable[[datetime], float]
    followers: float = 0.0
    """Articles that one brings with it, on average."""
    minutes: tuple[int, ...] = ()
    """Of the hour at which articles appear, if not at any."""


def office(at: datetime) -> float:
    return 1.5 if at.weekday() < 5 and 12 <= at.hour < 21 else 0.03


def newspaper(at: datetime) -> float:
    day = 1.0 if at.weekday() < 5 else 0.45
    return day * (0.15 + 1.6 * max(0.0, math.sin(math.pi * (at.hour + at.minute / 60 - 5) / 17)))


def wire(at: datetime) -> float:
    if at.weekday() >= 5:
        return 0.1
    peaks = 14 * math.exp(-(((at.hour + at.minute / 60 - 13) / 1.5) ** 2)) + 6 * math.exp(-((at.hour - 20.5) ** 2))
    return 0.4 + peaks


def rare(at: datetime) -> float:
    return 0.06 if at.weekday() < 5 and 13 <= at.hour < 21 else 0.001


MADE = (
    Made("office hours", office),
    Made("newspaper, day and week", newspaper),
    Made("newspaper, in bursts", newspaper, followers=3.0),
    Made("wire at full and half hours", wire, minutes=(0, 30)),
    Made("wire, in bursts", wire, followers=2.0),
    Made("two a week", rare),
    Made("bursts round the clock", lambda _: 0.15, followers=5.0),
    Made("no rhythm at all", lambda _: 1.0),
)
NO_STRUCTURE = "no rhythm at all"


def publish(made: Made, end: datetime, dice: random.Random) -> list[datetime]:
    """Return the times of articles: a Poisson process by minutes, with clusters after each."""
    found: list[datetime] = []
    at = START
    while at < end:
        share = len(made.minutes) and 60 / len(made.minutes)
        rate = made.rate(at) / 60 * (share if at.minute in made.minutes else 0 if share else 1)
        for _ in range(_poisson(rate / (1 + made.followers), dice)):
            lead = at + timedelta(seconds=dice.uniform(0, 60))
            found += [lead, *_follow(lead, made.followers, dice)]
        at += timedelta(minutes=1)
    return sorted(one for one in found if one < end)


def _follow(lead: datetime, mean: float, dice: random.Random) -> Iterator[datetime]:
    for _ in range(_poisson(mean, dice)):
        yield lead + timedelta(minutes=dice.expovariate(1 / 25))


def _poisson(mean: float, dice: random.Random) -> int:
    count, left = 0, math.exp(-mean)
    product = dice.random()
    while product > left:
        count += 1
        product *= dice.random()
    return count


def simulate(articles: list[datetime], end: datetime, every: float, *, is_adaptive: bool) -> tuple[list[datetime], int]:
    """Return when each article was found, and the number of looks."""
    at, looks, index = START, 0, 0
    rhythm = Rhythm()
    found: list[datetime] = []
    while at < end:
        looks += 1
        new = []
        while index < len(articles) and articles[index] <= at:
            new.append(articles[index])
            index += 1
        found += [at] * len(new)
        if is_adaptive:
            rhythm = learn(rhythm, new, at)
            at, rhythm = plan_look(rhythm, at, every)
        else:
            at += timedelta(seconds=every)
    return found, looks


def delays_of(articles: list[datetime], found: list[datetime], since: datetime) -> list[float]:
    return [(end - begin).total_seconds() for begin, end in zip(articles, found, strict=False) if begin >= since]


def main() -> None:
    """Simulate and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weeks", type=int, default=12)
    parser.add_argument("--warm-up", type=int, default=3, help="weeks that are not measured")
    parser.add_argument("--every", type=float, default=900, help="seconds of the fixed interval")
    arguments = parser.parse_args()
    end, since = START + timedelta(weeks=arguments.weeks), START + timedelta(weeks=arguments.warm_up)
    print(
        f"{'rhythm':<30}{'articles':>9}{'looks':>8}{'fixed':>8}{'median':>9}{'fixed':>8}{'ratio':>7}{'mean ratio':>12}"
    )
    for made in MADE:
        articles = publish(made, end, random.Random(made.name))  # noqa: S311 - nothing secret
        found, looks = simulate(articles, end, arguments.every, is_adaptive=True)
        fixed_every = (end - START).total_seconds() / looks
        fixed, fixed_looks = simulate(articles, end, fixed_every, is_adaptive=False)
        ours, theirs = delays_of(articles, found, since), delays_of(articles, fixed, since)
        ratio = statistics.median(ours) / statistics.median(theirs)
        mean_ratio = statistics.mean(ours) / statistics.mean(theirs)
        print(
            f"{made.name:<30}{len(articles):>9}{looks:>8}{fixed_looks:>8}{statistics.median(ours):>7.0f} s"
            f"{statistics.median(theirs):>6.0f} s{ratio:>7.2f}{mean_ratio:>12.2f}"
        )


if __name__ == "__main__":
    main()
