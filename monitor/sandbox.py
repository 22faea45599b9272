"""A process of its own for what strangers wrote.

A made page can take gigabytes, minutes or the whole process (see HOSTILE: 50 kB took 1.26 GB, 65,000 templates crash
the parser). So pages are read in a worker that has a memory limit and a time limit; when it dies, the page is at fault,
a new worker starts, and its neighbours go on. Costs about 1 ms a page.
"""

import asyncio
import multiprocessing
import resource
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from pebble import ProcessExpired, ProcessPool

from monitor.errors import ParseError

T = TypeVar("T")
_TASKS_OF_ONE_WORKER = 2_000
_PRELOADED = ["monitor.discover", "monitor.extract"]


class Sandbox:
    """Runs functions in worker processes; close it when done. They start with the first page."""

    def __init__(self, *, seconds: float, megabytes: int, workers: int = 1) -> None:
        self._seconds = seconds
        self._megabytes = megabytes
        self._workers = workers
        self._pool = self._open_pool()

    async def run(self, url: str, function: Callable[..., T], *arguments: Any) -> T:  # noqa: ANN401 - passed through
        """Return `function(*arguments)`; ParseError names `url` if that needs too much time or memory, or crashes."""
        pool = self._pool
        try:
            return await self._run(pool, url, function, arguments)
        except RuntimeError:
            if pool.active:
                raise  # the function's own
        # Somebody killed an idle worker: that breaks pebble's pool for good.
        if self._pool is pool:
            self._pool = self._open_pool()
            pool.stop()  # type: ignore[no-untyped-call]  # pebble's
        return await self._run(self._pool, url, function, arguments)

    def close(self) -> None:
        """End the workers."""
        self._pool.stop()  # type: ignore[no-untyped-call]  # pebble's
        self._pool.join()

    async def _run(self, pool: ProcessPool, url: str, function: Callable[..., T], arguments: tuple[Any, ...]) -> T:
        try:
            return await asyncio.wrap_future(pool.schedule(function, args=arguments, timeout=self._seconds))
        except TimeoutError as error:
            raise ParseError(url, f"took more than {self._seconds:g} s to read") from error
        except ProcessExpired as error:
            raise ParseError(url, f"crashed the parser (exit code {error.exitcode})") from error
        except (MemoryError, RecursionError) as error:
            raise ParseError(url, "took more memory to read than allowed") from error

    def _open_pool(self) -> ProcessPool:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(_PRELOADED)
        return ProcessPool(
            max_workers=self._workers,
            max_tasks=_TASKS_OF_ONE_WORKER,
            initializer=_confine,
            initargs=(self._megabytes,),
            context=context,
        )


def _confine(megabytes: int) -> None:
    """Limit what this process takes from here on, and leave Ctrl-C to the one that started it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # On top of what is mapped already: an allocator may have set a gigabyte of addresses aside (rensa's does).
    limit = _count_mapped() + (megabytes << 20)
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _count_mapped() -> int:
    """Return the bytes of this process's address space in use (Linux only, as the limit is)."""
    pages, _ = Path("/proc/self/statm").read_text(encoding="ascii").split(maxsplit=1)
    return int(pages) * resource.getpagesize()
