"""News of new alerts: server-sent events, read from the database, so that any process may have stored them.

An event is the address of a stretch of *Now* that holds the alerts: they are shown as that view shows them.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from monitor.store import Store, browse
from monitor.web.asking import Query, read_id

LIVE_PATH = "/live"
_LOOK_SECONDS = 1.0
_HEARTBEAT_LOOKS = 15
"""Looks without news after which a comment keeps proxies from closing the connection."""
_MAX_READERS = 64
_MAX_ALERTS = 50


class Live:
    """The stream of new alerts, for so many readers at a time."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._readers = 0

    def make_endpoint(self) -> Callable[[Request], Awaitable[Response]]:
        """Return the endpoint: alerts after the one with the id `after`, or after the last that the reader has seen."""

        async def answer(request: Request) -> Response:
            if request.method == "HEAD":
                return Response(media_type="text/event-stream")
            given = request.headers.get("last-event-id") or request.query_params.get("after", "")
            after = read_id(given)
            if after is None:
                raise HTTPException(400, "The value of “after” must be a whole number.")
            if self._readers >= _MAX_READERS:
                raise HTTPException(503, "Too many pages are open already.")
            return StreamingResponse(self._stream(after), media_type="text/event-stream")

        return answer

    async def _stream(self, after: int) -> AsyncIterator[str]:
        self._readers += 1
        try:
            yield "retry: 3000\n\n"
            looks = 0
            while True:
                after, newer = await run_in_threadpool(self._read, after)
                if newer:
                    after = newer[-1]
                    stretch = Query(before=after + 1, limit=len(newer)).address("/")
                    yield f"id: {after}\nevent: alerts\ndata: {stretch}\n\n"
                looks += 1
                if looks % _HEARTBEAT_LOOKS == 0:
                    yield ": nothing new\n\n"
                await asyncio.sleep(_LOOK_SECONDS)
        finally:
            self._readers -= 1

    def _read(self, after: int) -> tuple[int, list[int]]:
        """Return the last alert that was there, at most `after`, and those since: a restored database has fewer."""
        with self._store.read() as session:
            after = min(after, browse.newest_alert(session))
            return after, browse.alerts_after(session, after, limit=_MAX_ALERTS)
