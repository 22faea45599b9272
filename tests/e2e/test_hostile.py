"""The daemon among servers that misbehave in every way that we know, sixteen at a time and more."""

import asyncio
import re
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.conftest import Site
from tests.e2e.conftest import Monitor, wait_for
from tests.integration.hostile_server import BEHAVIOURS, serve

MAX_DAEMON_MEGABYTES = 256
MAX_WORKER_MEGABYTES = 400


@contextmanager
def hostile_servers() -> Iterator[dict[str, int]]:
    """Run a server for each behaviour in a thread of its own; give their ports by name."""
    loop = asyncio.new_event_loop()
    ports: dict[str, int] = {}
    stop = asyncio.Event()
    is_ready = threading.Event()

    async def run_one(name: str) -> None:
        async with serve({"/": BEHAVIOURS[name][0]}) as server:
            ports[name] = server.port
            if len(ports) == len(BEHAVIOURS):
                is_ready.set()
            await stop.wait()

    async def run_all() -> None:
        await asyncio.gather(*map(run_one, BEHAVIOURS))

    thread = threading.Thread(target=loop.run_until_complete, args=(run_all(),))
    thread.start()
    is_ready.wait(20)
    try:
        yield ports
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()


def peaks_of(pid: int) -> list[int]:
    """Return the most memory that a process and each below it ever had, in megabytes; the process itself first."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    peak = re.search(r"^VmHWM:\s+(\d+)", status, re.MULTILINE)
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()
    below = [megabytes for child in children for megabytes in peaks_of(int(child))]
    return [int(peak[1]) // 1024 if peak else 0, *below]


def test_hostile_servers_neither_stop_it_nor_swell_it_nor_hold_up_a_healthy_source(
    monitor: Monitor, site: Site
) -> None:
    site.put_feed("/feed")
    healthy = f'[[sources]]\nname = "healthy"\nkind = "feed"\nurl = "{site.url("/feed")}"\nevery_seconds = 5\n'
    with hostile_servers() as ports:
        monitor.configure(
            monitor='[fetch]\ndelay_seconds = 0\ndeadline_seconds = 3\nallow = ["127.0.0.1"]\n'
            "[check]\njitter_seconds = 0\n[page]\nport = 0\n",
            sources="".join(
                f'[[sources]]\nname = "{number}"\nkind = "feed"\nurl = "http://127.0.0.1:{port}/"\nevery_seconds = 5\n'
                for number, port in enumerate(ports.values())
            )
            + healthy,
        )
        process = monitor.start("run")
        wait_for(lambda: [path for path, _ in site.requests].count("/feed") >= 4, 60)
        daemon, *workers = peaks_of(process.pid)
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=10)
    assert process.returncode == 0, output
    assert "Traceback" not in output
    assert len(re.findall(r"source failed", output)) >= len(ports) - 8, "all but those that give a page"
    assert daemon < MAX_DAEMON_MEGABYTES
    assert max(workers, default=0) < MAX_WORKER_MEGABYTES
