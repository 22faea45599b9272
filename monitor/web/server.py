"""The page on loopback, inside the running loop."""

import asyncio
import socket
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Self

import uvicorn

from monitor.errors import PageError
from monitor.models import Source
from monitor.store import Store
from monitor.web.page import make_page

_DRAIN_SECONDS = 0.4
"""For answers on their way when the end comes."""


class PageServer:
    """Serves the page on 127.0.0.1 while it is entered; `port` 0 takes a free one. PageError if it cannot listen."""

    def __init__(self, *, store: Store, sources: Sequence[Source], port: int, secrets: Collection[str] = ()) -> None:
        self._store = store
        self._sources = sources
        self._port = port
        self._secrets = secrets

    @property
    def url(self) -> str:
        """Where the page is."""
        return f"http://127.0.0.1:{self._port}/"

    async def __aenter__(self) -> Self:
        listener = _listen(self._port)
        self._port = listener.getsockname()[1]
        page = make_page(store=self._store, sources=self._sources, hosts=list_hosts(self._port), secrets=self._secrets)
        self._server = _QuietServer(
            uvicorn.Config(
                page,
                http="h11",
                ws="none",
                lifespan="off",
                log_config=None,
                log_level="warning",
                access_log=False,
                proxy_headers=False,
                server_header=False,
            )
        )
        self._serving = asyncio.create_task(self._server.serve(sockets=[listener]))
        return self

    async def __aexit__(self, *_error: object) -> None:
        """Let running answers end, but not for long; readers that only keep a connection open are not waited for."""
        self._server.should_exit = True
        _, late = await asyncio.wait({self._serving}, timeout=_DRAIN_SECONDS)
        if late:
            self._server.force_exit = True
            for connection in self._server.server_state.connections:
                connection.transport.abort()
        await self._serving


class _QuietServer(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the daemon."""
        yield


def list_hosts(port: int) -> tuple[str, ...]:
    """Return the names under which a server on this port of loopback may be asked; browsers leave out port 80."""
    names = ("127.0.0.1", "localhost", "[::1]")
    return tuple(f"{name}:{port}" for name in names) + (names if port == 80 else ())


def _listen(port: int) -> socket.socket:
    """Return a listening socket; PageError if the port is taken or not ours to take."""
    # Named as TCP, else asyncio leaves Nagle's algorithm on, and each answer waits 40 ms for the client's ACK.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a restart need not wait for old connections
        listener.bind(("127.0.0.1", port))
        listener.listen()
    except OSError as error:
        listener.close()
        problem = PageError(f"port {port} cannot be used for the page: {error.strerror}")
        problem.hint = "set another `port` in [page] of monitor.toml, or `enabled = false`"
        raise problem from error
    return listener
