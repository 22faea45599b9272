"""HTTP/1.1 over guarded connections, at most one of them idle for each origin.

A connection in use belongs to its request alone, so that a cancelled request can spoil nothing but its own. The
pools of httpx and httpcore die of cancellations when they are contended, and cost twice the time.
"""

import functools
import ssl
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Sequence

import certifi
import h11
import httpx

from monitor.errors import FetchFault
from monitor.fetch.failure import Failure
from monitor.fetch.guard import Allowed, vet_addresses
from monitor.fetch.resolver import Resolve
from monitor.fetch.stream import Stream, open_stream
from monitor.fetch.target import origin_of

MAX_HEAD_BYTES = 65_536
"""Of status line and headers, replies with 1xx before them included."""
MAX_IDLE = 100
IDLE_SECONDS = 15.0
_PORTS = {"http": 80, "https": 443}


@functools.cache
def tls_context() -> ssl.SSLContext:
    """Return the one TLS context: the system's and Mozilla's authorities; a certificate must name its host properly."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    context.hostname_checks_common_name = False
    return context


class _Connection:
    """One HTTP/1.1 connection, one request at a time."""

    def __init__(self, stream: Stream, *, max_body_bytes: int) -> None:
        self._stream = stream
        self._max_wire_bytes = max_body_bytes + MAX_HEAD_BYTES  # chunks have heads too
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEAD_BYTES)
        self._idle_since = 0.0

    async def send(self, request: httpx.Request) -> h11.Response:
        """Send a request and return the head of the reply; what was sent ahead of it (1xx) is skipped."""
        head = h11.Request(method=request.method, target=request.url.raw_path, headers=request.headers.raw)
        events = [head, *([h11.Data(data=request.content)] if request.content else []), h11.EndOfMessage()]
        self._stream.allow(MAX_HEAD_BYTES)
        await self._stream.write(b"".join(self._http.send(event) or b"" for event in events))
        while not isinstance(event := await self._next_event(), h11.Response):
            pass
        self._stream.allow(self._max_wire_bytes)
        return event

    async def read(self) -> AsyncIterator[bytes]:
        """Yield the body of the reply as it comes."""
        while isinstance(event := await self._next_event(), h11.Data):
            yield bytes(event.data)

    def finish(self) -> bool:
        """Close the connection unless it can serve another request; say which."""
        is_done = self._http.our_state is h11.DONE and self._http.their_state is h11.DONE
        if not is_done or self._http.trailing_data[0] or not self._stream.is_quiet():
            self.close()
            return False
        self._http.start_next_cycle()
        self._idle_since = time.monotonic()
        return True

    def is_usable(self) -> bool:
        """Say whether an idle connection is still good."""
        return self._stream.is_quiet() and time.monotonic() - self._idle_since < IDLE_SECONDS

    def close(self) -> None:
        """Drop it."""
        self._stream.close()

    async def _next_event(self) -> h11.Event | type[h11.PAUSED]:
        while True:
            try:
                event = self._http.next_event()
                if event is not h11.NEED_DATA:
                    return event  # type: ignore[return-value]  # mypy does not narrow by a sentinel
                data = await self._stream.read()
                if not data and self._http.their_state is h11.SEND_RESPONSE:
                    raise Failure(FetchFault.BAD_REPLY, "closed without an answer")
                self._http.receive_data(data)
            except h11.ProtocolError as error:
                raise Failure(FetchFault.BAD_REPLY, str(error)) from error


class GuardedTransport(httpx.AsyncBaseTransport):
    """Sends requests to public addresses only. Raises Failure, and nothing else."""

    def __init__(
        self, *, allowed: Allowed, resolve: Resolve, max_body_bytes: int, tls: ssl.SSLContext | None = None
    ) -> None:
        self._allowed = allowed
        self._resolve = resolve
        self._max_body_bytes = max_body_bytes
        self._tls = tls
        self._idle: OrderedDict[str, _Connection] = OrderedDict()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request, return the reply with its body unread. A GET may use a connection that is open already."""
        idle = self._idle.pop(origin_of(request.url), None) if request.method == "GET" else None
        if idle is not None and idle.is_usable():
            try:
                return await self._send(idle, request)
            except Failure as failure:
                if failure.fault not in {FetchFault.CONNECT, FetchFault.BAD_REPLY}:
                    raise
                # The server closed it a moment ago: HTTP asks clients to try again (RFC 9112, 9.3.1).
        elif idle is not None:
            idle.close()
        return await self._send(await self._connect(request.url), request)

    async def aclose(self) -> None:
        """Close what is idle."""
        while self._idle:
            self._idle.popitem()[1].close()

    def release(self, origin: str, connection: _Connection) -> None:
        """Keep a connection for its origin's next request if it can serve one; close those idle for too long."""
        if connection.finish():
            replaced = self._idle.pop(origin, None)
            if replaced is not None:
                replaced.close()
            self._idle[origin] = connection
        while self._idle and (len(self._idle) > MAX_IDLE or not next(iter(self._idle.values())).is_usable()):
            self._idle.popitem(last=False)[1].close()

    async def _connect(self, url: httpx.URL) -> _Connection:
        """Resolve the host, vet all its addresses, connect to one of those."""
        port = url.port or _PORTS[url.scheme]
        host = url.raw_host.decode("ascii")
        addresses = vet_addresses(host, port, await self._find_addresses(host), self._allowed)
        context = (self._tls or tls_context()) if url.scheme == "https" else None
        server_name = host.removesuffix(".") if context else None
        stream = await open_stream(addresses, port, tls=context, server_name=server_name)
        return _Connection(stream, max_body_bytes=self._max_body_bytes)

    async def _find_addresses(self, host: str) -> Sequence[str]:
        if ":" in host or host.replace(".", "").isdigit():
            return [host]
        try:
            return await self._resolve(host)
        except (OSError, UnicodeError) as error:
            raise Failure(FetchFault.DNS, f"{host}: {error}") from error

    async def _send(self, connection: _Connection, request: httpx.Request) -> httpx.Response:
        try:
            head = await connection.send(request)
        except BaseException:
            connection.close()
            raise
        body = _Body(self, origin_of(request.url), connection)
        return httpx.Response(head.status_code, headers=head.headers.raw_items(), stream=body)


class _Body(httpx.AsyncByteStream):
    """The body of a reply as it comes; closing it gives the connection back."""

    def __init__(self, transport: GuardedTransport, origin: str, connection: _Connection) -> None:
        self._transport = transport
        self._origin = origin
        self._connection = connection

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._connection.read()

    async def aclose(self) -> None:
        """Give the connection back."""
        self._transport.release(self._origin, self._connection)
