"""Raw replies of curl's test server and Scrapy's compressed bodies, served on loopback to the real fetcher."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

from monitor.errors import FetchError
from monitor.fetch import Fetcher
from monitor.models import FetchSettings
from tests.bench.hostile_material import Row, mutate, read_archive

DEADLINE_SECONDS = 1.0
GRACE_SECONDS = 0.5
MAX_DECODED_BYTES = 5_000_000
_HOSTS = tuple(f"127.0.1.{number}" for number in range(1, 17))
"""Fetched at a time, one request at each."""
_NO_ROBOTS = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"

_BODIES = {
    "html-br.bin": ("br", "page"),
    "html-gzip.bin": ("gzip", "page"),
    "html-rawdeflate.bin": ("deflate", "page"),
    "html-zlibdeflate.bin": ("deflate", "page"),
    "html-gzip-deflate.bin": ("gzip, deflate", "bad reply"),
    "html-gzip-deflate-gzip.bin": ("gzip, deflate, gzip", "bad reply"),
    "html-zstd-static-content-size.bin": ("zstd", "bad reply"),
    "bomb-br.bin": ("br", "too large"),
    "bomb-gzip.bin": ("gzip", "too large"),
    "bomb-deflate.bin": ("deflate", "too large"),
    "bomb-zstd.bin": ("zstd", "bad reply"),
    "unexpected-eof.gz": ("gzip", "bad reply"),
    "truncated-crc-error.gz": ("gzip", "bad reply"),
    "truncated-crc-error-short.gz": ("gzip", "bad reply"),
    "feed-sample1.xml.gz": ("gzip", "page"),
}
"""Scrapy's samples: the coding that they are announced with, and what a fetch must make of them."""


@dataclass(slots=True)
class _Tally:
    outcomes: Counter[str] = field(default_factory=Counter)
    leaks: list[str] = field(default_factory=list)
    slowest: tuple[float, str] = (0.0, "")


def measure_replies(mutations: int) -> Iterator[Row]:
    """Serve every reply twice: after a robots.txt of its own, then instead of it too on a connection left open."""
    replies = read_archive("http-replies-curl")
    replies |= {
        f"{name} #{number}": copy
        for name, reply in list(replies.items())
        for number, copy in enumerate(mutate(reply, mutations, name))
    }
    for is_open, how in ((False, "then closed"), (True, "left open, robots.txt too")):
        tally = asyncio.run(_fetch_all(replies, is_open=is_open))
        seconds, where = tally.slowest
        yield Row(
            material=f"curl's replies, {how}",
            figure=", ".join(f"{count} {outcome}" for outcome, count in tally.outcomes.most_common()),
            want="a page or a typed error",
            holds=not tally.leaks,
            failures=tally.leaks,
        )
        yield Row(
            material="  the slowest",
            figure=f"{seconds:.2f} s ({where})",
            want=f"{DEADLINE_SECONDS + GRACE_SECONDS:g} s",
            holds=seconds < DEADLINE_SECONDS + GRACE_SECONDS,
        )


def measure_compression(_: int) -> Iterator[Row]:
    """Serve Scrapy's compressed bodies under their codings."""
    bodies = read_archive("compression-scrapy")
    replies = {name: _compressed_reply(bodies[name], coding) for name, (coding, _) in _BODIES.items()}
    found = asyncio.run(_fetch_each(replies))
    faults = [f"{name}: {found[name]}, not {want}" for name, (_, want) in _BODIES.items() if found[name] != want]
    yield Row(
        material="Scrapy's compressed bodies",
        figure=f"{len(_BODIES) - len(faults)} of {len(_BODIES)}",
        want="all as they should be",
        holds=not faults,
        failures=faults,
    )


def _compressed_reply(body: bytes, coding: str) -> bytes:
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: {coding}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


async def _fetch_each(replies: Mapping[str, bytes]) -> dict[str, str]:
    """Return what became of each reply."""
    found = {}
    (host, *_) = _HOSTS
    current: dict[str, bytes] = {}
    async with _serve(current, is_open=True, robots=_NO_ROBOTS) as port, _new_fetcher() as fetcher:
        for name, current[host] in replies.items():
            found[name] = await _outcome_of(fetcher, f"http://{host}:{port}/")
    return found


async def _fetch_all(replies: Mapping[str, bytes], *, is_open: bool) -> _Tally:
    """Fetch all replies, some at a time, each host's in turn."""
    tally = _Tally()
    todo = list(replies.items())
    current: dict[str, bytes] = {}
    loop = asyncio.get_running_loop()
    async with _serve(current, is_open=is_open, robots=None if is_open else _NO_ROBOTS) as port:

        async def work(host: str) -> None:
            while todo:
                name, current[host] = todo.pop()
                started = loop.time()
                async with _new_fetcher() as fetcher:
                    outcome = await _outcome_of(fetcher, f"http://{host}:{port}/")
                tally.outcomes[outcome] += 1
                tally.slowest = max(tally.slowest, (loop.time() - started, name))
                if outcome.startswith("!"):
                    tally.leaks.append(f"{name}: {outcome}")

        await asyncio.gather(*map(work, _HOSTS))
    return tally


async def _outcome_of(fetcher: Fetcher, url: str) -> str:
    try:
        await fetcher.fetch(url)
    except FetchError as error:
        return str(error.fault)
    except Exception as error:  # noqa: BLE001 - what leaks is what is measured
        return f"!{error!r}"
    return "page"


def _new_fetcher() -> Fetcher:
    """Return a fetcher that remembers nothing of other replies, and follows them nowhere: they name real hosts."""
    settings = FetchSettings(
        delay_seconds=0,
        deadline_seconds=DEADLINE_SECONDS,
        max_decoded_bytes=MAX_DECODED_BYTES,
        max_redirects=0,
        allow=("127.0.0.0/8",),
    )
    return Fetcher(settings, now=lambda: datetime.now(UTC), resolve=_refuse_names)


async def _refuse_names(host: str) -> list[str]:
    """Resolve nothing: only loopback is connected to."""
    raise OSError(f"{host}: no names in this benchmark")


@asynccontextmanager
async def _serve(current: Mapping[str, bytes], *, is_open: bool, robots: bytes | None) -> AsyncIterator[int]:
    """Serve each host its current reply; give the port."""
    tasks: set[asyncio.Task[None]] = set()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host = writer.get_extra_info("sockname")[0]
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError), closing(writer):
            while True:
                target = (await reader.readuntil(b"\r\n\r\n")).split()[1]
                is_robots = robots is not None and target == b"/robots.txt"
                writer.write(robots if robots is not None and is_robots else current[host])
                await writer.drain()
                if not is_open and not is_robots:
                    return

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.get_running_loop().create_task(answer(reader, writer)))

    first = await asyncio.start_server(accept, _HOSTS[0], 0)
    port: int = first.sockets[0].getsockname()[1]
    listeners = [first, *[await asyncio.start_server(accept, host, port) for host in _HOSTS[1:]]]
    try:
        yield port
    finally:
        for listener in listeners:
            listener.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
