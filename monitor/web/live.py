"""New alerts as they come: server-sent events, read from the database, so that any process may have stored them."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from monitor.models import Alert
from monitor.store import Store, browse
from monitor.web.asking import read_id
from monitor.web.feeds import Say
from monitor.web.wording import say_clock, say_words

LIVE_PATH = "/live"
_LOOK_SECONDS = 1.0
_HEARTBEAT_LOOKS = 15
"""Looks without news after which a comment keeps proxies from closing the connection."""
_MAX_READERS = 64
_MAX_ALERTS = 50


class Live:
    """The stream of new alerts, for so many readers at a time."""

    def __init__(self, store: Store, say: Say) -> None:
        self._store = store
        self._say = say
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
                for alert in await run_in_threadpool(self._read, after):
                    after = alert.id
                    yield f"id: {alert.id}\nevent: alert\ndata: {json.dumps(self._describe(alert))}\n\n"
                looks += 1
                if looks % _HEARTBEAT_LOOKS == 0:
                    yield ": nothing new\n\n"
                await asyncio.sleep(_LOOK_SECONDS)
        finally:
            self._readers -= 1

    def _read(self, after: int) -> list[Alert]:
        with self._store.read() as session:
            return browse.alerts_after(session, after, limit=_MAX_ALERTS)

    def _describe(self, alert: Alert) -> dict[str, object]:
        """Return what the card of an alert shows, as text."""
        first = alert.events[0]
        names = ", ".join(one.name for one in first.participants) or "no company named"
        return {
            "id": alert.id,
            "alert": f"/alerts/{alert.id}",
            "article": f"/articles/{alert.article_id}",
            "type": say_words(first.type),
            "modality": first.modality.value,
            "severity": alert.severity.value,
            "companies": self._say(names),
            "sentence": self._say(first.evidence.sentence),
            "title": self._say(alert.title) or "Article without a title",
            "source": self._say(alert.site_name or alert.source),
            "clock": say_clock(alert.created_at),
        }
