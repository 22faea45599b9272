"""Retry-After in all its forms, and what is kept of hosts and sites."""

from datetime import UTC, datetime, timedelta

import pytest

from monitor.errors import FetchFault
from monitor.fetch import memory, politeness
from monitor.fetch.failure import Failure
from monitor.fetch.memory import RobotsMemory
from monitor.fetch.politeness import LONGEST_REST_SECONDS, Politeness, parse_freshness, parse_retry_after
from monitor.fetch.robots import Robots

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("Sun, 01 Mar 2026 12:01:00 GMT", 60),
        ("Sun, 01 Mar 2026 13:01:00 +0100", 60),
        ("Sun, 01 Mar 2020 12:00:00 GMT", 0),
        ("9" * 5_000, LONGEST_REST_SECONDS),
        ("Fri, 31 Dec 9999 23:59:59 -1200", LONGEST_REST_SECONDS),
        (None, None),
        ("", None),
        ("-5", None),
        ("1.5", 1.5),
        ("1.", None),
        ("٣", None),
        ("soon", None),
        ("Sun, 99 Mar 2026 12:01:00 GMT", None),
        ("Sun, 01 Mar 2026 12:01:00 +9999999999", None),
        ("Sun, 01 Mar 99999999999999999999 12:01:00 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_a_date_or_nothing(value: str | None, seconds: float | None) -> None:
    assert parse_retry_after(value, now=NOW) == seconds


async def test_no_rest_is_longer_than_a_day() -> None:
    hosts = Politeness(now=lambda: NOW)
    hosts.let_rest("news.test", 9e9, status=503)
    with pytest.raises(Failure) as caught:
        async with hosts.turn("news.test", delay_seconds=0):
            pass
    assert caught.value.fault is FetchFault.WAIT
    assert caught.value.retry_after_seconds == LONGEST_REST_SECONDS


async def test_hosts_are_forgotten_in_the_end_but_not_those_at_rest_or_busy() -> None:
    hosts = Politeness(now=lambda: NOW)
    hosts.let_rest("resting.test", 60, status=429)
    async with hosts.turn("busy.test", delay_seconds=0):
        for number in range(politeness.MAX_HOSTS + 10):
            async with hosts.turn(f"{number}.test", delay_seconds=0):
                pass
        assert {"resting.test", "busy.test"} <= set(hosts._hosts)
    assert len(hosts._hosts) <= politeness.MAX_HOSTS


async def test_rules_of_many_sites_are_bounded_in_number() -> None:
    async def load() -> Robots:
        return Robots(disallowed=("/a",) * 10_000)

    sites = RobotsMemory(now=lambda: NOW)
    for number in range(2 * memory.MAX_RULES // 10_000):
        await sites.recall(f"https://{number}.test", load)
    assert len(sites._sites) == memory.MAX_RULES // 10_000


async def test_what_was_loaded_is_loaded_again_when_its_life_is_over() -> None:
    clock = [NOW]
    loads = []

    async def load() -> Robots:
        loads.append(clock[0])
        return Robots(life_seconds=60)

    sites = RobotsMemory(now=lambda: clock[0])
    for seconds in (0, 59, 2):
        clock[0] += timedelta(seconds=seconds)
        await sites.recall("https://news.test", load)
    assert len(loads) == 2


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 0),
        ({"cache-control": "public, max-age=300"}, 300),
        ({"cache-control": "Max-Age=300", "age": "100"}, 200),
        ({"cache-control": "max-age=300", "age": "900"}, 0),
        ({"cache-control": "max-age=300, no-cache"}, 0),
        ({"cache-control": "s-maxage=300"}, 0),
        ({"cache-control": "max-age=300", "expires": "Mon, 04 May 2026 10:00:00 GMT"}, 300),
        ({"expires": "Mon, 04 May 2026 10:00:00 GMT"}, 3_600),
        ({"expires": "Mon, 04 May 2026 08:00:00 GMT"}, 0),
        ({"expires": "0"}, 0),
        ({"cache-control": "max-age=x", "age": "y"}, 0),
    ],
)
def test_a_page_is_fresh_for_as_long_as_its_server_says(headers: dict[str, str], seconds: float) -> None:
    assert parse_freshness(headers, now=datetime(2026, 5, 4, 9, tzinfo=UTC)) == seconds
