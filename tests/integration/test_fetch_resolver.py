"""The system's resolver behind the event loop."""

import asyncio

import pytest

from monitor.fetch.resolver import Resolver


async def test_a_local_name_resolves_to_loopback() -> None:
    assert set(await Resolver()("localhost")) <= {"127.0.0.1", "::1"}


async def test_a_name_that_cannot_be_is_an_error() -> None:
    resolve = Resolver()
    for name in ("x" * 64 + ".test", "a..b"):
        with pytest.raises((OSError, UnicodeError)):
            await resolve(name)


async def test_cancelled_look_ups_give_their_slots_back() -> None:
    resolve = Resolver(max_lookups=2)
    for _ in range(10):
        task = asyncio.ensure_future(resolve("localhost"))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert await resolve("localhost")
