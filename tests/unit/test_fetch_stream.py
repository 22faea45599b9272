"""A connection's buffer: bounded, fair, and with an allowance."""

import asyncio

import pytest

from monitor.errors import FetchFault
from monitor.fetch.failure import Failure
from monitor.fetch.stream import MAX_BUFFERED_BYTES, READ_BYTES, Stream


class FakeTransport(asyncio.Transport):
    """A transport that only remembers whether it is to read."""

    def __init__(self) -> None:
        super().__init__()
        self.is_paused = False

    def pause_reading(self) -> None:
        self.is_paused = True

    def resume_reading(self) -> None:
        self.is_paused = False


def new_stream() -> tuple[Stream, FakeTransport]:
    stream, transport = Stream(), FakeTransport()
    stream.connection_made(transport)
    stream.allow(10 * MAX_BUFFERED_BYTES)
    return stream, transport


async def test_a_peer_that_sends_faster_than_we_read_is_stopped_until_we_have() -> None:
    stream, transport = new_stream()
    states = []
    for size in (MAX_BUFFERED_BYTES, 1):
        stream.data_received(bytes(size))
        states.append(transport.is_paused)
    await stream.read()
    assert [*states, transport.is_paused] == [False, True, False]


async def test_what_has_come_is_read_in_small_pieces_with_a_chance_for_others_between() -> None:
    stream, _ = new_stream()
    stream.data_received(bytes(3 * READ_BYTES + 1))
    chances: list[int] = []
    for _ in range(4):
        asyncio.get_running_loop().call_soon(chances.append, 1)
        assert len(await stream.read()) <= READ_BYTES
    assert len(chances) == 4


async def test_what_came_before_the_end_is_still_read() -> None:
    stream, _ = new_stream()
    stream.data_received(b"news")
    stream.eof_received()
    stream.connection_lost(None)
    assert await stream.read() == b"news"
    assert await stream.read() == b""


async def test_a_broken_connection_and_a_spent_allowance_are_failures() -> None:
    stream, _ = new_stream()
    stream.connection_lost(ConnectionResetError("reset"))
    with pytest.raises(Failure) as caught:
        await stream.read()
    assert caught.value.fault is FetchFault.CONNECT
    stream, _ = new_stream()
    stream.allow(3)
    stream.data_received(b"news")
    with pytest.raises(Failure) as caught:
        await stream.read()
    assert caught.value.fault is FetchFault.TOO_LARGE
