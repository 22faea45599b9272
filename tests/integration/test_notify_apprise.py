"""An alert to a chat through apprise, at a real HTTP server."""

import json
import logging
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from monitor.errors import SendError
from monitor.models import Reply, Route
from monitor.notify import Message, Notifier

# apprise 2.2 imports the module imghdr for one of its own libraries
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

MESSAGE = Message(
    title="Acme @everyone: dispute (reported)",
    text="“<@123> <script>x</script> [bank](https://evil.example)”\nhttps://news.example/a?x=1&y=2",
    markdown="",
    html="",
)


class ChatServer(ThreadingHTTPServer):
    """Keeps what it is sent, and answers as told."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), ChatHandler)
        self.received: list[tuple[str, dict[str, str]]] = []
        self.status = 200
        self.headers: dict[str, str] = {}

    @property
    def url(self) -> str:
        return f"json://127.0.0.1:{self.server_port}/very-secret-token"


class ChatHandler(BaseHTTPRequestHandler):
    server: ChatServer

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append((self.path, json.loads(body)))
        self.send_response(self.server.status)
        for name, value in {**self.server.headers, "Content-Length": "0"}.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with ChatServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


async def refuse(url: str, *, body: bytes, content_type: str) -> Reply:
    raise AssertionError(f"{url} got {body!r} as {content_type}")


async def send(url: str) -> None:
    notifier = Notifier([Route(name="chat", url=url)], post=refuse)
    try:
        await notifier.send("chat", MESSAGE)
    finally:
        await notifier.aclose()


async def test_a_chat_gets_plain_text_without_live_marks(server: ChatServer) -> None:
    await send(server.url)
    ((path, sent),) = server.received
    assert path == "/very-secret-token"
    assert sent["title"] == "Acme @\u200beveryone: dispute (reported)"
    assert sent["message"] == (
        "“<\u200b@123> <\u200bscript>x<\u200b/script> [bank]\u200b(https://evil.example)”\nhttps://news.example/a?x=1&y=2"
    )


@pytest.mark.parametrize(("status", "is_temporary"), [(500, True), (429, True), (401, False), (404, False)])
async def test_a_refusal_says_whether_another_try_helps(server: ChatServer, status: int, *, is_temporary: bool) -> None:
    server.status = status
    with pytest.raises(SendError, match=f"^route 'chat': .*error={status}") as caught:
        await send(server.url)
    assert caught.value.is_temporary is is_temporary


async def test_a_refusal_is_understood_whatever_the_log_shows(server: ChatServer) -> None:
    logging.getLogger("apprise").setLevel(logging.CRITICAL)
    server.status = 404
    with pytest.raises(SendError, match="error=404"):
        await send(server.url)


async def test_a_redirect_is_not_followed(server: ChatServer) -> None:
    server.status, server.headers = 302, {"Location": "/elsewhere"}
    with pytest.raises(SendError) as caught:
        await send(server.url)
    assert caught.value.is_temporary
    assert len(server.received) == 1


async def test_a_token_reaches_neither_error_nor_log(server: ChatServer, caplog: pytest.LogCaptureFixture) -> None:
    url = server.url
    server.server_close()
    with caplog.at_level(logging.DEBUG), pytest.raises(SendError) as caught:
        await send(url)
    assert caught.value.is_temporary
    assert "secret" not in str(caught.value) + caplog.text
