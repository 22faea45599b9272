"""Servers that hurt: every fetch ends in time, with a page or a FetchError, in bounded memory, and leaves no damage."""

import asyncio
import tracemalloc
from datetime import UTC, datetime

import pytest

from monitor.errors import FetchError, FetchFault
from monitor.fetch import Fetcher
from monitor.models import FetchSettings
from tests.integration.hostile_server import BEHAVIOURS, MEBIBYTE, NOT_FOUND, late_redirect, redirect, reply, serve

DEADLINE_SECONDS = 0.5


def new_fetcher(*ports: int) -> Fetcher:
    settings = FetchSettings(
        delay_seconds=0,
        deadline_seconds=DEADLINE_SECONDS,
        max_raw_bytes=2 * MEBIBYTE,
        max_decoded_bytes=4 * MEBIBYTE,
        allow=tuple(f"127.0.0.1:{port}" for port in ports),
    )
    return Fetcher(settings, now=lambda: datetime.now(UTC))


async def outcome_of(fetcher: Fetcher, url: str) -> str:
    try:
        await fetcher.fetch(url)
    except FetchError as error:
        return str(error.fault)
    return "page"


@pytest.mark.parametrize("name", BEHAVIOURS)
async def test_every_behaviour_ends_in_time_as_expected_and_the_next_fetch_is_well(name: str) -> None:
    behaviour, expected = BEHAVIOURS[name]
    async with serve({"/": behaviour, "/well": reply(b"well")}) as server, new_fetcher(server.port) as fetcher:
        assert await outcome_of(fetcher, server.url + "/well") == "page"  # robots.txt is known, a connection is open
        started = asyncio.get_running_loop().time()
        assert await outcome_of(fetcher, server.url) == expected
        assert asyncio.get_running_loop().time() - started < DEADLINE_SECONDS + 0.5
        assert (await fetcher.fetch(server.url + "/well")).body == b"well"
        assert not any(b"cookie" in head.lower() for head in server.requests)


@pytest.mark.parametrize("name", [name for name in BEHAVIOURS if "bomb" in name or "endless" in name])
async def test_memory_is_bounded_by_the_caps(name: str) -> None:
    async with serve({"/": BEHAVIOURS[name][0]}) as server, new_fetcher(server.port) as fetcher:
        tracemalloc.start()
        try:
            await outcome_of(fetcher, server.url)
            peak_bytes = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert peak_bytes < 16 * MEBIBYTE


async def test_a_slow_chain_of_redirects_has_one_deadline() -> None:
    chain = {f"/{step}": late_redirect(f"/{step + 1}", pause_seconds=0.2) for step in range(9)}
    async with serve({"/": redirect("/0"), **chain}) as server, new_fetcher(server.port) as fetcher:
        assert await outcome_of(fetcher, server.url) == FetchFault.DEADLINE


async def test_a_long_chain_of_redirects_ends_after_five() -> None:
    chain = {f"/{step}": redirect(f"/{step + 1}") for step in range(9)}
    async with serve({"/robots.txt": NOT_FOUND, **chain}) as server, new_fetcher(server.port) as fetcher:
        assert await outcome_of(fetcher, server.url + "/0") == FetchFault.TOO_MANY_REDIRECTS
        assert server.targets() == ["/robots.txt", "/0", "/1", "/2", "/3", "/4", "/5"]


@pytest.mark.parametrize("name", ["dripping header", "dripping body", "silence"])
async def test_a_hostile_robots_txt_is_waited_for_once_and_hurts_nobody(name: str) -> None:
    async with serve({"/robots.txt": BEHAVIOURS[name][0]}) as server, new_fetcher(server.port) as fetcher:
        started = asyncio.get_running_loop().time()
        outcomes = await asyncio.gather(*(outcome_of(fetcher, f"{server.url}/{page}") for page in range(16)))
        assert asyncio.get_running_loop().time() - started < DEADLINE_SECONDS + 0.5
        assert set(outcomes) == {FetchFault.DEADLINE}
        assert server.targets() == ["/robots.txt"]


@pytest.mark.parametrize("name", ["endless chunks", "endless body without length", "brotli bomb"])
async def test_of_an_endless_robots_txt_the_beginning_counts(name: str) -> None:
    routes = {"/robots.txt": BEHAVIOURS[name][0], "/": reply(b"news")}
    async with serve(routes) as server, new_fetcher(server.port) as fetcher:
        assert (await fetcher.fetch(server.url)).body == b"news"


async def test_healthy_hosts_are_served_while_others_flood() -> None:
    names = [name for name in BEHAVIOURS if "endless" in name or "flood" in name or "dripping" in name]
    floods = {f"/{number}": BEHAVIOURS[name][0] for number, name in enumerate(names)}
    async with (
        serve(floods) as bad,
        serve({"/": reply(b"news")}) as good,
        new_fetcher(bad.port, good.port) as fetcher,
    ):
        hurting = asyncio.gather(*(outcome_of(fetcher, bad.url + path) for path in floods))
        started = asyncio.get_running_loop().time()
        for _ in range(20):
            assert (await fetcher.fetch(good.url)).body == b"news"
        assert asyncio.get_running_loop().time() - started < 5
        assert "page" not in await hurting


async def test_cancelled_and_timed_out_fetches_leave_no_dead_connection() -> None:
    async with serve({"/": reply(b"news")}) as server, new_fetcher(server.port) as fetcher:
        for round_number in range(300):
            tasks = [asyncio.ensure_future(fetcher.fetch(server.url)) for _ in range(3)]
            for _ in range(round_number % 12):
                await asyncio.sleep(0)
            for task in tasks:
                task.cancel()
            outcomes = await asyncio.gather(*tasks, return_exceptions=True)
            assert all(isinstance(outcome, asyncio.CancelledError) or outcome for outcome in outcomes)
        assert (await fetcher.fetch(server.url)).body == b"news"
