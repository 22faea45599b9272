"""Fetching on loopback: small pages a second over 100 hosts, and what 100,000 cancelled requests leave behind.

    python -m tests.bench.bench_fetch [--fetches 20000] [--cancelled 100000]

Guard, caps, robots.txt and deadlines are on; only the pause between requests to a host is not. The server is a process
of its own on 127.0.2.1 to 127.0.2.100. CPU is that of the fetching process alone.
"""

import argparse
import asyncio
import contextlib
import gc
import random
import resource
import time
from collections import Counter
from datetime import UTC, datetime
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

from monitor.errors import FetchError
from monitor.fetch import Fetcher
from monitor.models import FetchSettings

HOSTS = [f"127.0.2.{number}" for number in range(1, 101)]
PAGE = b"<html><title>News</title><p>" + b"word " * 400 + b"</p></html>"
REPLY = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n%s" % (len(PAGE), PAGE)
ROBOTS = b"User-agent: *\nDisallow: /private\n"
ROBOTS_REPLY = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(ROBOTS), ROBOTS)
SLOW_SECONDS = 0.05


class Server(asyncio.Protocol):
    """Answers at once, or after a while where the path says so."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._head = b""

    def data_received(self, data: bytes) -> None:
        self._head += data
        if not self._head.endswith(b"\r\n\r\n"):
            return
        target = self._head.split(b" ", 2)[1]
        self._head = b""
        reply = ROBOTS_REPLY if target == b"/robots.txt" else REPLY
        if target.startswith(b"/slow"):
            asyncio.get_running_loop().call_later(SLOW_SECONDS, self._send, reply)
        else:
            self._send(reply)

    def _send(self, reply: bytes) -> None:
        if isinstance(self._transport, asyncio.Transport) and not self._transport.is_closing():
            self._transport.write(reply)


def serve(ready: Connection) -> None:
    """Serve on all hosts for ever."""

    async def run() -> None:
        loop = asyncio.get_running_loop()
        first = await loop.create_server(Server, HOSTS[0], 0)
        port = first.sockets[0].getsockname()[1]
        others = [await loop.create_server(Server, host, port) for host in HOSTS[1:]]
        ready.send(port)
        await asyncio.gather(*(server.serve_forever() for server in (first, *others)))

    asyncio.run(run())


def new_fetcher(deadline_seconds: float = 10.0) -> Fetcher:
    settings = FetchSettings(delay_seconds=0, deadline_seconds=deadline_seconds, allow=("127.0.0.0/8",))
    return Fetcher(settings, now=lambda: datetime.now(UTC))


def count_open_files() -> int:
    return len([*Path("/proc/self/fd").iterdir()])


async def measure_throughput(port: int, count: int) -> None:
    """Fetch pages from all hosts at once, each host's in turn."""
    async with new_fetcher() as fetcher:

        async def work(host: str, pages: int) -> None:
            for number in range(pages):
                await fetcher.fetch(f"http://{host}:{port}/{number}")

        await asyncio.gather(*(work(host, 1) for host in HOSTS))
        started, cpu = time.perf_counter(), time.process_time()
        await asyncio.gather(*(work(host, count // len(HOSTS)) for host in HOSTS))
        seconds, used = time.perf_counter() - started, time.process_time() - cpu
    print(
        f"{count} pages of {len(PAGE)} bytes over {len(HOSTS)} hosts: {count / seconds:,.0f} a second, "
        f"{1e3 * used / count:.2f} ms CPU each ({count / used:,.0f} a second of CPU)"
    )


async def measure_cancelled(port: int, count: int) -> None:
    """Cancel requests at any moment, or let them run out of time; then see that every host still answers."""
    dice = random.Random(1)  # noqa: S311 - nothing secret
    outcomes: Counter[str] = Counter()
    async with new_fetcher(deadline_seconds=SLOW_SECONDS / 5) as hasty, new_fetcher() as fetcher:

        async def work(host: str) -> None:
            for number in range(count // len(HOSTS)):
                one = hasty if number % 10 == 0 else fetcher
                task = asyncio.ensure_future(one.fetch(f"http://{host}:{port}/{dice.choice(('slow', 'fast'))}"))
                await asyncio.sleep(dice.choice((0, 0.0005, 0.002, 0.02)))
                task.cancel() if one is fetcher else None
                try:
                    await task
                    outcomes["page"] += 1
                except asyncio.CancelledError:
                    outcomes["cancelled"] += 1
                except FetchError as error:
                    outcomes[error.fault.value] += 1

        await asyncio.gather(*map(work, HOSTS))
        dead = 0
        for host in HOSTS:
            try:
                await fetcher.fetch(f"http://{host}:{port}/after")
            except FetchError:
                dead += 1
    print(f"{count} requests, {', '.join(f'{n} {what}' for what, n in outcomes.most_common())}: {dead} dead hosts")
    await asyncio.sleep(0.1)
    gc.collect()
    tasks = len(asyncio.all_tasks()) - 1
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"left behind: {count_open_files()} open files, {tasks} tasks; {megabytes:.0f} MB at most")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fetches", type=int, default=20_000)
    parser.add_argument("--cancelled", type=int, default=100_000)
    arguments = parser.parse_args()
    ours, theirs = get_context("spawn").Pipe()
    server = get_context("spawn").Process(target=serve, args=(theirs,), daemon=True)
    server.start()
    port = ours.recv()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(measure_throughput(port, arguments.fetches))
        asyncio.run(measure_cancelled(port, arguments.cancelled))
    server.terminate()


if __name__ == "__main__":
    main()
