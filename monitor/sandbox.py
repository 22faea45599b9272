"""A process of its own for what strangers wrote.

A made page can take gigabytes, minutes or the whole process (see HOSTILE: 50 kB took 1.26 GB, 65,000 templates crash
the parser). So pages are read in a worker that has a memory limit and a time limit; when it dies, the page is at fault,
a new worker starts, and its neighbours go on.

The event loop itself waits for the workers' sockets, without threads; a call that is given up ends its worker.
"""

import asyncio
import multiprocessing
import pickle
import resource
import signal
import socket
import struct
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from monitor.errors import ParseError

T = TypeVar("T")
_CALLS_OF_ONE_WORKER = 2_000
_PRELOADED = ["monitor.discover", "monitor.extract"]
_SIZE = struct.Struct("!Q")
"""Stands before each message: how many bytes follow."""
_SECONDS_TO_END = 2.0
_Outcome = tuple[Any, Exception | None]
"""What a function returned, or the error that it raised."""


class Sandbox:
    """Runs functions in worker processes; close it when done. They start with the first page."""

    def __init__(self, *, seconds: float, megabytes: int, workers: int = 1) -> None:
        self._seconds = seconds
        self._megabytes = megabytes
        self._slots = asyncio.Semaphore(workers)
        self._idle: list[_Worker] = []
        self._all: set[_Worker] = set()

    async def run(self, url: str, function: Callable[..., T], *arguments: Any, **options: Any) -> T:  # noqa: ANN401 - passed through
        """Return what a function returns; ParseError names `url` if that needs too much time or memory, or crashes.

        The worker imports the function's module: let it be one of the pure steps, not one that needs half the program.
        """
        try:
            result, error = await self._call(partial(function, *arguments, **options))
        except TimeoutError as late:
            raise ParseError(url, f"took more than {self._seconds:g} s to read") from late
        except _WorkerDiedError as death:
            raise ParseError(url, f"crashed the parser (exit code {death.code})") from death
        if isinstance(error, MemoryError | RecursionError):
            raise ParseError(url, "took more memory to read than allowed") from error
        if isinstance(error, _UntoldError):
            raise ParseError(url, f"the parser failed: {error}") from error
        if error is not None:
            raise error
        returned: T = result
        return returned

    def close(self) -> None:
        """End the workers."""
        for worker in self._all:
            worker.end()
        self._all.clear()
        self._idle.clear()

    async def _call(self, function: Callable[[], Any]) -> _Outcome:
        """Return the outcome of a function; try it on a new worker too if it ends one that had served others.

        That one may have been ended for others' sake, as by a system that is short of memory.
        """
        async with self._slots:
            worker = self._find_idle() or await self._start_worker()
            try:
                return await self._ask(worker, function)
            except _WorkerDiedError:
                if worker.answers == 0:
                    raise
            return await self._ask(await self._start_worker(), function)

    async def _ask(self, worker: "_Worker", function: Callable[[], Any]) -> _Outcome:
        """Return what a worker answers; if that does not come to its end, for whatever reason, the worker ends."""
        try:
            async with asyncio.timeout(self._seconds):
                outcome = await worker.call(function)
        except BaseException:
            self._drop(worker)
            raise
        self._idle.append(worker)
        return outcome

    def _find_idle(self) -> "_Worker | None":
        while self._idle:
            worker = self._idle.pop()
            if worker.is_fit():
                return worker
            self._drop(worker)
        return None

    async def _start_worker(self) -> "_Worker":
        """Start a worker, in a thread: the first one takes half a second. It ends if the call is given up meanwhile."""
        loop = asyncio.get_running_loop()
        start = loop.run_in_executor(None, _Worker, self._megabytes, self._seconds + _SECONDS_TO_END)
        try:
            worker = await asyncio.shield(start)
        except asyncio.CancelledError:
            await asyncio.wait([start])
            if start.exception() is None:
                start.result().end()
            raise
        self._all.add(worker)
        return worker

    def _drop(self, worker: "_Worker") -> None:
        worker.end()
        self._all.discard(worker)


class _UntoldError(Exception):
    """Stands for an error that cannot be sent from process to process."""


class _WorkerDiedError(Exception):
    """A worker ended before it had answered."""

    def __init__(self, code: int | None) -> None:
        super().__init__(code)
        self.code = code


class _Worker:
    """A process, and our end of the socket to it."""

    def __init__(self, megabytes: int, seconds: float) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(_PRELOADED)
        self._socket, theirs = socket.socketpair()
        self._socket.setblocking(False)
        self.answers = 0
        with theirs:
            self._process = context.Process(target=_serve, args=(theirs, megabytes, seconds), daemon=True)
            self._process.start()

    def is_fit(self) -> bool:
        """Return whether it lives, and may go on: a process that has read thousands of pages has grown."""
        return self.answers < _CALLS_OF_ONE_WORKER and self._process.is_alive()

    async def call(self, function: Callable[[], Any]) -> _Outcome:
        """Return the outcome of a function, or the error that it raised; _WorkerDiedError if there is neither."""
        loop = asyncio.get_running_loop()
        call = pickle.dumps(function, pickle.HIGHEST_PROTOCOL)
        try:
            await loop.sock_sendall(self._socket, _SIZE.pack(len(call)))
            await loop.sock_sendall(self._socket, call)
            (size,) = _SIZE.unpack(await self._receive(_SIZE.size))
            outcome: _Outcome = pickle.loads(await self._receive(size))  # noqa: S301 - of our own process
        except (OSError, EOFError) as error:
            raise _WorkerDiedError(self.end()) from error
        self.answers += 1
        return outcome

    def end(self) -> int | None:
        """End the process, if it has not ended by itself; return its exit code."""
        self._socket.close()
        self._process.kill()
        self._process.join(_SECONDS_TO_END)
        return self._process.exitcode

    async def _receive(self, size: int) -> bytearray:
        loop = asyncio.get_running_loop()
        message = bytearray(size)
        rest = memoryview(message)
        while rest:
            count = await loop.sock_recv_into(self._socket, rest)
            if count == 0:
                raise EOFError
            rest = rest[count:]
        return message


def _serve(link: socket.socket, megabytes: int, seconds: float) -> None:
    """Answer calls until the other end is closed; a call that takes so many seconds ends the process.

    Who called ends it before, unless that process was killed meanwhile: a page may not keep a processor busy for good.
    """
    _confine(megabytes)
    with link, link.makefile("rwb") as stream:
        while size := stream.read(_SIZE.size):
            signal.setitimer(signal.ITIMER_REAL, seconds)
            answer = _answer(stream.read(*_SIZE.unpack(size)))
            signal.setitimer(signal.ITIMER_REAL, 0)
            stream.write(_SIZE.pack(len(answer)))
            stream.write(answer)
            stream.flush()


def _answer(call: bytes) -> bytes:
    """Return the outcome of a call, or the error that it raised, as `_Worker.call` does."""
    try:
        function = pickle.loads(call)  # noqa: S301 - of the process that started us
        return pickle.dumps((function(), None), pickle.HIGHEST_PROTOCOL)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is for the one who called
        error.add_note(f"in the sandbox:\n{traceback.format_exc()}")
        return _pack_error(error)


def _pack_error(error: Exception) -> bytes:
    """Return the answer that tells an error: some have arguments by which they cannot be built again."""
    try:
        answer = pickle.dumps((None, error), pickle.HIGHEST_PROTOCOL)
        pickle.loads(answer)  # noqa: S301 - our own
    except Exception:  # noqa: BLE001 - whatever its class does when it is pickled
        untold = _UntoldError(f"{type(error).__name__}: {error}")
        untold.add_note("\n".join(error.__notes__))
        return pickle.dumps((None, untold), pickle.HIGHEST_PROTOCOL)
    return answer


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
