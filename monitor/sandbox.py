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
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(_PRELOADED)
        self._pool = ProcessPool(
            max_workers=workers,
            max_tasks=_TASKS_OF_ONE_WORKER,
            initializer=_confine,
            initargs=(megabytes,),
            context=context,
        )

    async def run(self, url: str, function: Callable[..., T], *arguments: Any) -> T:  # noqa: ANN401 - passed through
        """Return `function(*arguments)`; ParseError names `url` if that needs too much time or memory, or crashes."""
        future = self._pool.schedule(function, args=arguments, timeout=self._seconds)
        try:
            return await asyncio.wrap_future(future)
        except TimeoutError as error:
            raise ParseError(url, f"took more than {self._seconds:g} s to read") from error
        except ProcessExpired as error:
            raise ParseError(url, f"crashed the parser (exit code {error.exitcode})") from error
        except (MemoryError, RecursionError) as error:
            raise ParseError(url, "took more memory to read than allowed") from error

    def close(self) -> None:
        """End the workers."""
        self._pool.stop()  # type: ignore[no-untyped-call]  # pebble's
        self._pool.join()


def _confine(megabytes: int) -> None:
    """Limit this process, and leave Ctrl-C to the one that started it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
