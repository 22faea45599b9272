"""Names to addresses, without the event loop's shared threads."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Awaitable, Callable, Sequence

Resolve = Callable[[str], Awaitable[Sequence[str]]]
"""Returns the addresses of a host name, best first. Raises OSError or UnicodeError."""

MAX_LOOKUPS = 64


class Resolver:
    """The system's resolver, a daemon thread for each look-up.

    A name server that hangs can so fill no pool that others wait for, nor hold up the exit of the program.
    """

    def __init__(self, *, max_lookups: int = MAX_LOOKUPS) -> None:
        self._slots = asyncio.Semaphore(max_lookups)

    async def __call__(self, host: str) -> Sequence[str]:
        """Return the addresses of `host` in the system's order. Raises OSError or UnicodeError."""
        await self._slots.acquire()
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Sequence[str]] = loop.create_future()
        threading.Thread(target=self._look_up, args=(host, loop, answer), daemon=True, name="resolver").start()
        return await answer

    def _look_up(self, host: str, loop: asyncio.AbstractEventLoop, answer: "asyncio.Future[Sequence[str]]") -> None:
        """Ask the system, in a thread."""
        found: Sequence[str] | Exception
        try:
            rows = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
            found = list(dict.fromkeys(str(row[4][0]) for row in rows))
        except (OSError, UnicodeError) as error:
            found = error
        with contextlib.suppress(RuntimeError):  # the loop was closed: nobody waits any more
            loop.call_soon_threadsafe(self._settle, answer, found)

    def _settle(self, answer: "asyncio.Future[Sequence[str]]", found: Sequence[str] | Exception) -> None:
        """Hand the outcome over, in the loop; the slot was taken for as long as the thread lived."""
        self._slots.release()
        if answer.cancelled():
            return
        if isinstance(found, Exception):
            answer.set_exception(found)
        else:
            answer.set_result(found)
