"""The whole pipeline on 200 real pages: CPU a page when all are new and when none changed; memory and CPU when idle.

    python tests/bench/bench_check.py [--pages 200] [--idle-sources 1000] [--rounds 3]

The pages come from ../shared/data/extraction and are served on loopback by a process of their own. CPU is that of
`monitor check` and its worker, less that of a check that finds nothing to do, so it is the cost of the pages alone.
"""

import argparse
import ctypes
import hashlib
import json
import lzma
import os
import re
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

SHARED = Path(__file__).resolve().parents[3] / "shared"
_SUBREAPER = 36
"""PR_SET_CHILD_SUBREAPER: the worker outlives its monitor by a moment, and would be counted nowhere."""
COMMAND = [str(Path(sys.executable).with_name("monitor"))]


def adopt_orphans() -> None:
    """Become the parent of what our children leave behind, so that its CPU time is ours to read."""
    if ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0):
        sys.exit("this benchmark needs Linux")


def load_pages(count: int) -> list[bytes]:
    """Return the first pages of the ScrapingHub and trafilatura sets."""
    pages: list[bytes] = []
    for name in ("scrapinghub", "trafilatura"):
        path = SHARED / "data" / "extraction" / f"{name}.jsonl.xz"
        if not path.exists():
            sys.exit(f"{path.name} is missing: this benchmark reads ../shared beside the repository")
        with lzma.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                record = json.loads(line)
                if "html" in record and len(pages) < count:
                    pages.append(record["html"].encode())
    return pages


def serve(pages: list[bytes], ready: Connection) -> None:
    """Serve the pages and a feed of them, with ETags."""
    tags = [f'"{hashlib.sha256(page).hexdigest()[:16]}"' for page in pages]

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            number = re.fullmatch(r"/page/(\d+)", self.path)
            if number:
                body, tag = pages[int(number[1])], tags[int(number[1])]
            elif self.path == "/feed":
                host = self.headers["Host"]
                items = "".join(
                    f"<item><title>{n}</title><link>http://{host}/page/{n}</link></item>" for n in range(len(pages))
                )
                body, tag = f"<rss version='2.0'><channel>{items}</channel></rss>".encode(), '"feed"'
            elif self.path.startswith("/empty"):
                body, tag = b"<rss version='2.0'><channel></channel></rss>", '"empty"'
            else:
                self.send_error(404)
                return
            is_known = self.headers.get("If-None-Match") == tag
            self.send_response(304 if is_known else 200)
            self.send_header("ETag", tag)
            self.send_header("Content-Length", "0" if is_known else str(len(body)))
            self.end_headers()
            if not is_known:
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    ready.send(server.server_address[1])
    server.serve_forever()


def configure(folder: Path, port: int, *paths: str) -> list[str]:
    """Write a configuration with a source for each path; return the command."""
    (folder / "monitor.toml").write_text(
        f'[fetch]\ndelay_seconds = 0\nallow = ["127.0.0.1:{port}"]\n[log]\nlevel = "ERROR"\n', encoding="utf-8"
    )
    tables = [
        f'[[sources]]\nname = "s{number}"\nkind = "feed"\nurl = "http://127.0.0.1:{port}{path}"\nmax_links = 1000\n'
        f"every_seconds = 86400\n"
        for number, path in enumerate(paths)
    ]
    (folder / "sources.toml").write_text("\n".join(tables), encoding="utf-8")
    return [*COMMAND, "--config", str(folder), "--database", str(folder / "monitor.db")]


def cpu_of(command: list[str]) -> float:
    """Run a command; return the CPU seconds that it and its children took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    process = subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603 - ours
    if process.wait():
        sys.exit(f"{command} failed")
    with suppress(ChildProcessError):
        while True:
            os.waitpid(-process.pid, 0)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measure_checks(port: int, count: int) -> tuple[float, float]:
    """Return the milliseconds of CPU a page when all are new, and when none changed."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        start = cpu_of([*configure(folder, port, "/empty"), "check"])
        start = min(start, cpu_of([*configure(folder, port, "/empty"), "check"]))
        command = [*configure(folder, port, "/feed"), "check"]
        new, unchanged = cpu_of(command), cpu_of(command)
    return 1e3 * (new - start) / count, 1e3 * (unchanged - start) / count


def measure_idle(port: int, sources: int, seconds: float) -> tuple[float, float]:
    """Return megabytes of memory (all processes) and per cent CPU of a daemon with nothing to do."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        command = configure(folder, port, *(f"/empty?{number}" for number in range(sources)))
        subprocess.run([*command, "check"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)  # noqa: S603 - ours
        process = subprocess.Popen([*command, "run"], start_new_session=True, stderr=subprocess.DEVNULL)  # noqa: S603 - ours
        try:
            time.sleep(20)
            before = ticks_of(process.pid)
            time.sleep(seconds)
            used = (ticks_of(process.pid) - before) / os.sysconf("SC_CLK_TCK")
            return memory_of(process.pid), 100 * used / seconds
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait()


def family_of(pid: int) -> list[int]:
    """Return a process and all below it."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()
    return [pid, *(one for child in children for one in family_of(int(child)))]


def ticks_of(pid: int) -> int:
    return sum(
        sum(map(int, Path(f"/proc/{one}/stat").read_text(encoding="utf-8").rsplit(")")[-1].split()[11:13]))
        for one in family_of(pid)
    )


def memory_of(pid: int) -> float:
    """Return megabytes of proportional set size: pages that processes share are counted once."""
    rollups = (Path(f"/proc/{one}/smaps_rollup").read_text(encoding="utf-8") for one in family_of(pid))
    return sum(int(size) for rollup in rollups for size in re.findall(r"^Pss:\s+(\d+)", rollup, re.MULTILINE)) / 1024


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--idle-sources", type=int, default=1000)
    parser.add_argument("--idle-seconds", type=float, default=30)
    arguments = parser.parse_args()
    adopt_orphans()
    pages = load_pages(arguments.pages)
    ours, theirs = get_context("spawn").Pipe()
    server = get_context("spawn").Process(target=serve, args=(pages, theirs), daemon=True)
    server.start()
    port = ours.recv()
    rounds = [measure_checks(port, len(pages)) for _ in range(arguments.rounds)]
    size = sum(map(len, pages)) / len(pages) / 1e3
    print(f"{len(pages)} pages of {size:.0f} kB, CPU a page, median of {len(rounds)}")
    print(f"  all new    {statistics.median(new for new, _ in rounds):6.2f} ms")
    print(f"  unchanged  {statistics.median(old for _, old in rounds):6.2f} ms")
    if arguments.idle_sources:
        megabytes, per_cent = measure_idle(port, arguments.idle_sources, arguments.idle_seconds)
        print(f"idle with {arguments.idle_sources} sources: {megabytes:.0f} MB, {per_cent:.2f} % CPU")
    server.terminate()


if __name__ == "__main__":
    main()
