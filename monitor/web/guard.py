"""The one door: what may ask, and the headers of every answer, errors included."""

from collections.abc import Collection

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

_METHODS = ("GET", "HEAD")
_SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class Guard:
    """An application behind its door: only readers, only under its own names."""

    def __init__(self, app: ASGIApp, *, hosts: Collection[str]) -> None:
        self.app = app
        self._hosts = frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(_SECURITY_HEADERS)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        if scope["type"] == "http":
            await (self._find_fault(scope) or self.app)(scope, receive, send_guarded)
        elif scope["type"] == "websocket":
            await WebSocketClose(code=1008)(scope, receive, send)

    def _find_fault(self, scope: Scope) -> Response | None:
        """Return the refusal of a request, if it is to be refused.

        Without the check of the host, a stranger's page whose name was pointed at 127.0.0.1 could read ours in its
        visitors' browsers (DNS rebinding).
        """
        hosts = Headers(scope=scope).getlist("host")
        if len(hosts) != 1 or hosts[0] not in self._hosts:
            return PlainTextResponse("This server does not answer under that name.\n", status_code=421)
        if scope["method"] not in _METHODS:
            refusal = "This page is only for reading.\n"
            return PlainTextResponse(refusal, status_code=405, headers={"Allow": ", ".join(_METHODS)})
        return None
