"""Compressed bodies, whole and broken, in any pieces."""

import asyncio
import contextlib
import gzip
import itertools
import random
import traceback
import zlib
from collections.abc import AsyncIterator, Callable

import brotli  # type: ignore[import-untyped]  # it ships no types
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import FetchFault
from monitor.fetch.decode import MAX_PIECES, STEP_BYTES, BodyMemory, open_decoder, read_beginning, read_body
from monitor.fetch.failure import Failure


def deflate_raw(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


ENCODERS: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    "identity": bytes,
    "gzip": gzip.compress,
    "X-GZIP ": lambda data: gzip.compress(data[: len(data) // 2]) + gzip.compress(data[len(data) // 2 :]),
    "deflate": zlib.compress,
    "Deflate": deflate_raw,
    "br": brotli.compress,
}
"""By header: each coding as servers send it."""


def decode(coding: str, pieces: list[bytes], *, max_raw: int = 1_000_000, max_decoded: int = 1_000_000) -> bytes:
    body = read_body(
        stream(pieces),
        open_decoder(coding),
        max_raw_bytes=max_raw,
        max_decoded_bytes=max_decoded,
        memory=BodyMemory(),
    )
    return asyncio.run(body)


def test_a_failure_keeps_no_body_alive() -> None:
    with pytest.raises(Failure) as failed:
        decode("", [bytes(900_000), bytes(900_000)])
    frames = [frame.f_locals for frame, _ in traceback.walk_tb(failed.tb)]
    assert [len(names["body"]) for names in frames if isinstance(names.get("body"), bytearray)] == [0]


def test_large_bodies_share_one_memory_and_small_ones_always_have_room() -> None:
    memory = BodyMemory(max_bytes=5_000_000)

    async def read(piece: bytes, count: int) -> int:
        pieces = stream([piece] * count)
        body = read_body(
            pieces, open_decoder(""), max_raw_bytes=10_000_000, max_decoded_bytes=10_000_000, memory=memory
        )
        return len(await body)

    async def read_all() -> list[int | BaseException]:
        large, small = bytes(1_000_000), bytes(1_000)
        return await asyncio.gather(*[read(large, 4), read(large, 4), read(small, 9)], return_exceptions=True)

    first, second, small = asyncio.run(read_all())
    failures = [one for one in (first, second) if isinstance(one, Failure)]
    assert [(failure.fault, failure.is_temporary) for failure in failures] == [(FetchFault.TOO_LARGE, True)]
    assert small == 9_000
    assert memory.held_bytes == 0


async def stream(pieces: list[bytes]) -> AsyncIterator[bytes]:
    for piece in pieces:
        await asyncio.sleep(0)
        yield piece


def split(data: bytes, places: list[int]) -> list[bytes]:
    cuts = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[start:end] for start, end in itertools.pairwise(cuts)]


@pytest.mark.parametrize("coding", ENCODERS)
@given(data=st.binary(max_size=400), repeats=st.integers(1, 50), places=st.lists(st.integers(0, 9_999), max_size=6))
def test_what_was_encoded_comes_back_in_whatever_pieces_it_came(
    coding: str, data: bytes, repeats: int, places: list[int]
) -> None:
    body = data * repeats
    assert decode(coding, split(ENCODERS[coding](body), places)) == body


@pytest.mark.parametrize("coding", ENCODERS)
@pytest.mark.parametrize("size", [STEP_BYTES - 1, STEP_BYTES, STEP_BYTES + 1, 3 * STEP_BYTES, 900_000])
def test_a_body_of_many_steps_comes_back_whole(coding: str, size: int) -> None:
    for body in (bytes(size), random.Random(1).randbytes(size)):  # noqa: S311 - nothing secret
        encoded = ENCODERS[coding](body)
        assert decode(coding, split(encoded, [len(encoded) // 2])) == body


def test_members_of_many_steps_are_joined() -> None:
    members = [bytes(300_000), b"x" * 300_000, b"end"]
    assert decode("gzip", [b"".join(map(gzip.compress, members))]) == b"".join(members)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br"])
@given(data=st.binary(min_size=1, max_size=300), cut=st.integers(1, 400))
def test_a_cut_off_body_is_an_error(coding: str, data: bytes, cut: int) -> None:
    encoded = ENCODERS[coding](data)
    cut_off = encoded[: max(1, len(encoded) - cut)]
    with pytest.raises(Failure) as caught:
        decode(coding, [cut_off])
    assert caught.value.fault is FetchFault.BAD_REPLY


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br"])
@given(pieces=st.lists(st.binary(max_size=60), max_size=5))
def test_noise_gives_bytes_or_a_failure(coding: str, pieces: list[bytes]) -> None:
    with contextlib.suppress(Failure):
        assert isinstance(decode(coding, pieces), bytes)


@pytest.mark.parametrize("coding", ENCODERS)
def test_the_cap_on_decoded_bytes_holds_to_the_byte(coding: str) -> None:
    encoded = ENCODERS[coding](bytes(50_000))
    assert len(decode(coding, [encoded], max_decoded=50_000)) == 50_000
    with pytest.raises(Failure) as caught:
        decode(coding, [encoded], max_decoded=49_999)
    assert caught.value.fault is FetchFault.TOO_LARGE
    assert not caught.value.is_temporary


def test_the_cap_on_raw_bytes_holds_to_the_byte() -> None:
    assert decode("", [b"xx", b"xx"], max_raw=4) == b"xxxx"
    with pytest.raises(Failure) as caught:
        decode("", [b"xx", b"xx"], max_raw=3)
    assert caught.value.fault is FetchFault.TOO_LARGE


def test_a_body_in_too_many_pieces_is_refused() -> None:
    assert len(decode("", [b"x"] * MAX_PIECES)) == MAX_PIECES
    with pytest.raises(Failure):
        decode("", [b"x"] * (MAX_PIECES + 1))


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br"])
def test_nothing_sent_is_nothing_decoded(coding: str) -> None:
    assert decode(coding, []) == b""


@pytest.mark.parametrize("padding", [b"\0" * 9, b"\x1f", b"\x1fx", b"x\x1f\x8b"])
def test_padding_after_gzip_is_ignored(padding: bytes) -> None:
    encoded = gzip.compress(b"news")
    assert decode("gzip", [encoded + padding]) == b"news"
    assert decode("gzip", [encoded, padding, padding]) == b"news"


def test_after_padding_no_member_follows() -> None:
    assert decode("gzip", [gzip.compress(b"news"), b"\0", gzip.compress(b"noise")]) == b"news"


@pytest.mark.parametrize("coding", ["zstd", "gzip, gzip", "gzip,br", "none", "utf-8", "compress", "\xff"])
def test_codings_that_were_not_asked_for_are_refused(coding: str) -> None:
    with pytest.raises(Failure) as caught:
        open_decoder(coding)
    assert caught.value.fault is FetchFault.BAD_REPLY


@pytest.mark.parametrize("coding", ENCODERS)
def test_of_a_beginning_only_that_much_is_kept(coding: str) -> None:
    encoded = ENCODERS[coding](b"news" * 10_000)
    beginning = read_beginning(stream(split(encoded, [5, 50])), open_decoder(coding), max_bytes=10)
    assert asyncio.run(beginning) == b"newsnewsne"
