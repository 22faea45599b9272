"""The one door: who may ask what, and the headers of every answer, errors included."""

import base64
import binascii
import hmac
from collections.abc import Collection
from hashlib import sha256

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from monitor.errors import UrlError
from monitor.urls import canonical_url, name_of_host

_READING = ("GET", "HEAD")
_SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # Not `no-referrer`: browsers would then send no Origin with our own form, by which it is told from a stranger's.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class Guard:
    """An application behind its door: under its own names, to those who know the token, changes from its own pages.

    `writes` are the paths that take POST; all others are for reading. Without a token everybody who reaches the door
    may read: only for loopback.
    """

    def __init__(
        self, app: ASGIApp, *, hosts: Collection[str], writes: Collection[str] = (), token: str | None = None
    ) -> None:
        self.app = app
        self._names = frozenset(filter(None, map(_read_name, hosts)))
        self._writes = frozenset(writes)
        self._token = _digest(token.encode()) if token else None

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
        visitors' browsers (DNS rebinding). The name tells: a port may be that of a proxy, a tunnel or a container.
        """
        headers = Headers(scope=scope)
        hosts = headers.getlist("host")
        if len(hosts) != 1 or _read_name(hosts[0]) not in self._names:
            return PlainTextResponse("This server does not answer under that name.\n", status_code=421)
        if not self._is_known(headers):
            refusal = "This page asks for its token: as the password, or as a bearer token.\n"
            ask = 'Basic realm="Partnership monitor", charset="UTF-8"'
            return PlainTextResponse(refusal, status_code=401, headers={"WWW-Authenticate": ask})
        allowed = ("POST",) if scope["path"] in self._writes else _READING
        if scope["method"] not in allowed:
            refusal = "This address is not for that.\n"
            return PlainTextResponse(refusal, status_code=405, headers={"Allow": ", ".join(allowed)})
        if _is_embedded(headers):
            return PlainTextResponse("This page is not a part of other pages.\n", status_code=403)
        if scope["method"] == "POST" and not _is_from(hosts[0], headers):
            return PlainTextResponse("Changes are made from this page's own forms only.\n", status_code=403)
        return None

    def _is_known(self, headers: Headers) -> bool:
        """Say whether a request brings the token; compared in constant time, by digests of one length."""
        return self._token is None or hmac.compare_digest(_digest(_read_token(headers)), self._token)


def _read_name(host: str) -> str:
    """Return the name of a host as names are compared; empty if it is none."""
    try:
        return name_of_host(host)
    except UrlError:
        return ""


def _read_token(headers: Headers) -> bytes:
    """Return the token that a request brings: a bearer token, or the password of any user."""
    scheme, _, given = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return given.strip().encode()
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(given.encode(), validate=True).partition(b":")[2]
        except (binascii.Error, ValueError):
            return b""
    return b""


def _is_from(host: str, headers: Headers) -> bool:
    """Say whether a browser sends a form of our own pages; a proxy may have put TLS before us."""
    own = [[canonical_url(f"{scheme}://{host}").removesuffix("/")] for scheme in ("http", "https")]
    return headers.getlist("origin") in own and headers.get("sec-fetch-site") in {None, "same-origin"}


def _is_embedded(headers: Headers) -> bool:
    """Say whether a stranger's page asks in its visitor's browser, as for a picture: it could keep us busy, unseen."""
    return headers.get("sec-fetch-site") in {"cross-site", "same-site"} and headers.get("sec-fetch-mode") != "navigate"


def _digest(token: bytes) -> bytes:
    return sha256(token).digest()
