"""The page as a server inside the running loop: on loopback, or with a token on an address of one's own."""

import asyncio
import gc
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from ipaddress import ip_address
from typing import Self

import uvicorn

from monitor.app import sources_on, utc_now
from monitor.config import PageSettings, Settings
from monitor.errors import PageError
from monitor.store import Store
from monitor.urls import host_of
from monitor.web.listings import Surroundings
from monitor.web.page import make_page

_MAX_HEAD_BYTES = 65_536
"""Of a request: the address may hold a rule that is tried."""
_DRAIN_SECONDS = 0.4
"""For answers on their way when the end comes."""


class PageServer:
    """Serves the page while it is entered, as `[page]` of the settings says; port 0 takes a free one.

    PageError if it cannot listen, or is to be public without a token.
    """

    def __init__(self, *, store: Store, settings: Settings, now: Callable[[], datetime] = utc_now) -> None:
        self._store = store
        self._settings = settings
        self._page = settings.main.page
        self._around = Surroundings(
            sources=sources_on(settings), rules=settings.rules, now=now, companies=settings.companies
        )

    @property
    def url(self) -> str:
        """Where the page is."""
        return f"http://{_bracket(self._page.address)}:{self._page.port}/"

    async def __aenter__(self) -> Self:
        _check_token(self._page)
        listener = _listen(self._page)
        self._page = replace(self._page, port=listener.getsockname()[1])
        token = self._page.token
        page = make_page(
            store=self._store,
            around=self._around,
            hosts=list_hosts(self._page),
            secrets=self._settings.secrets | ({token} if token else set()),
            token=token,
        )
        self._server = _QuietServer(
            uvicorn.Config(
                page,
                http="h11",
                h11_max_incomplete_event_size=_MAX_HEAD_BYTES,
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
        gc.freeze()  # what stays for good, libraries above all: going through it held up one answer in twenty by 70 ms
        return self

    async def __aexit__(self, *_error: object) -> None:
        """Let running answers end, but not for long; readers that only keep a connection open are not waited for."""
        self._server.stop()
        _, late = await asyncio.wait({self._serving}, timeout=_DRAIN_SECONDS)
        if late:
            self._server.force_exit = True
            for connection in self._server.server_state.connections:
                connection.transport.abort()
        await self._serving
        gc.unfreeze()


class _QuietServer(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._ending = asyncio.Event()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the daemon."""
        yield

    async def main_loop(self) -> None:
        """Renew the date of answers once a second; uvicorn wakes ten times, half of what an idle daemon takes."""
        while not self._ending.is_set():
            await self.on_tick(0)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._ending.wait(), 1)

    def stop(self) -> None:
        """Take no more connections, and end when those that are open have their answers."""
        self.should_exit = True
        self._ending.set()


def list_hosts(page: PageSettings) -> tuple[str, ...]:
    """Return the names under which the server may be asked: its own, and those that the settings give it."""
    own = ("127.0.0.1", "localhost", "[::1]") if _is_loopback(page.address) else (_bracket(page.address),)
    linked = (host_of(page.url),) if page.url else ()
    return (*own, *linked, *page.hosts)


def _is_loopback(address: str) -> bool:
    return ip_address(address).is_loopback


def _bracket(address: str) -> str:
    return f"[{address}]" if ":" in address else address


def _check_token(page: PageSettings) -> None:
    try:
        is_public = not _is_loopback(page.address)
    except ValueError as error:
        raise PageError(f"{page.address!r} is no IP address for the page to listen on") from error
    if is_public and not page.token:
        problem = PageError(f"the page is not shown at {page.address} to everybody who comes by")
        problem.hint = "set a `token` in [page] of monitor.toml, as `${MONITOR_TOKEN}`"
        raise problem


def _listen(page: PageSettings) -> socket.socket:
    """Return a listening socket; PageError if the address is taken or not ours to take."""
    # Named as TCP, else asyncio leaves Nagle's algorithm on, and each answer waits 40 ms for the client's ACK.
    family = socket.AF_INET6 if ":" in page.address else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a restart need not wait for old connections
        listener.bind((page.address, page.port))
        listener.listen()
    except OSError as error:
        listener.close()
        problem = PageError(f"port {page.port} cannot be used for the page: {error.strerror}")
        problem.hint = "set another `port` in [page] of monitor.toml, or `enabled = false`"
        raise problem from error
    return listener
