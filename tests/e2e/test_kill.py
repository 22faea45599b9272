"""kill -9 at random points: nothing that was stored is lost, no alert is missing, few are repeated."""

import json
import os
import random
import sqlite3
import subprocess
from collections import Counter
from contextlib import suppress
from itertools import product

import pytest

from tests.conftest import Site
from tests.e2e.conftest import Monitor, kill_group, wait_for

KILLS = int(os.environ.get("MONITOR_TEST_KILLS", "25"))
"""In each of two runs, which two workers do at once."""
ARTICLES_PER_ROUND = 2
_NAMES = [
    f"{first}{last}"
    for first, last in product(
        ("Zar", "Quo", "Vel", "Mor", "Tir", "Bel", "Dra"),
        (
            "vex",
            "rin",
            "tor",
            "lane",
            "quist",
            "dorn",
            "mark",
            "wick",
            "stead",
            "ford",
            "gate",
            "holm",
            "burn",
            "field",
            "more",
        ),
    )
]


def article(number: int) -> tuple[str, str]:
    """Return title and page of a partnership between two companies that no other article names."""
    left, right = f"{_NAMES[number % len(_NAMES)]} Systems", f"{_NAMES[-1 - number % len(_NAMES)]} Logistics"
    title = f"{left} and {right} form partnership"
    text = (
        f"{left} Inc. and {right} Ltd. said on Monday that they have formed a partnership to run warehouse number "
        f"{number} together, the first such agreement between the two companies. The work is to begin in the spring."
    )
    return (
        title,
        f"<html><head><title>{title}</title></head><body><article><h1>{title}</h1><p>{text}</p></article></body></html>",
    )


def publish(site: Site, count: int) -> None:
    items = []
    for number in range(count):
        title, page = article(number)
        site.put(f"/{number}", page)
        items.append((f"/{number}", title))
    site.put_feed("/feed", *reversed(items))


def stored_articles(monitor: Monitor) -> set[str]:
    if not monitor.database.exists():
        return set()
    with sqlite3.connect(monitor.database) as database:
        try:
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            return {row[0] for row in database.execute("SELECT url FROM articles")}
        except sqlite3.OperationalError as error:
            assert "no such table" in str(error)  # noqa: PT017 - killed before the first schema was there
            return set()


@pytest.mark.parametrize("seed", [20260504, 20260505])
def test_kills_lose_nothing(monitor: Monitor, site: Site, seed: int) -> None:
    monitor.allow(site.address)
    monitor.configure(
        sources='[[sources]]\nname = "wire"\nkind = "feed"\nbaseline = false\n' + f'url = "{site.url("/feed")}"',
        routes=f'[[routes]]\nname = "hook"\nurl = "slack+http://{site.address}/hook"',
    )
    chance = random.Random(seed)  # noqa: S311 - the same points in each run
    kept: set[str] = set()
    for number in range(KILLS):
        publish(site, (number + 1) * ARTICLES_PER_ROUND)
        kill_while_checking(monitor, site, chance.uniform(0, 1.2))
        now = stored_articles(monitor)
        assert kept <= now
        kept = now
    monitor.run("check")

    count = KILLS * ARTICLES_PER_ROUND
    told = Counter(json.loads(post)["text"] for post in site.posts)
    assert len(stored_articles(monitor)) == count
    assert len(told) == count
    assert sum(told.values()) - count <= KILLS
    assert {delivery["state"] for delivery in monitor.ask("deliveries", "--limit", "1000")} == {"sent"}


def kill_while_checking(monitor: Monitor, site: Site, seconds: float) -> None:
    """Start a check and kill it so long after its first request."""
    asked = len(site.requests)
    process = monitor.start("check")
    wait_for(lambda: process.poll() is not None or len(site.requests) > asked, 30)
    with suppress(subprocess.TimeoutExpired):
        process.wait(seconds)
    if process.poll() is None:
        kill_group(process)
