"""An alert in Slack's format at a real HTTP server, through a real client."""

import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest

from monitor.errors import FetchError, FetchFault, SendError
from monitor.models import (
    Alert,
    Event,
    EventType,
    Evidence,
    Field,
    Modality,
    Novelty,
    Participant,
    Reply,
    Route,
    Severity,
)
from monitor.notify import Notifier, render_message

ALERT = Alert(
    id=5,
    story_id=2,
    novelty=Novelty.NEW_STORY,
    severity=Severity.NORMAL,
    events=(
        Event(
            type=EventType.NEW_PARTNERSHIP,
            participants=(Participant(name="Acme & Sons", is_watched=True), Participant(name="<!channel> Ltd")),
            modality=Modality.REPORTED,
            evidence=Evidence(
                field=Field.TEXT, start=0, end=1, sentence="*Acme* <@U123> will <https://evil.example|partner> & more."
            ),
            rule="partners",
        ),
    ),
    title="Acme <!here> partners\r\nup",
    url="https://news.example/acme?a=1&b=2",
    source="wire",
    site_name=None,
    published_at=None,
    created_at=datetime(2025, 1, 1, tzinfo=UTC),
)


class SlackServer(ThreadingHTTPServer):
    """A webhook that is strict about its format: at most what Slack's reference allows."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), SlackHandler)
        self.accepted: list[dict[str, object]] = []
        self.answer: tuple[int, str, dict[str, str]] | None = None

    @property
    def url(self) -> str:
        return f"slack+http://127.0.0.1:{self.server_port}/services/T/B/token"


class SlackHandler(BaseHTTPRequestHandler):
    server: SlackServer

    def do_POST(self) -> None:
        payload = self.rfile.read(int(self.headers["Content-Length"]))
        status, answer, headers = self.server.answer or self.judge(payload)
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(answer))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.encode())

    def judge(self, payload: bytes) -> tuple[int, str, dict[str, str]]:
        if self.path != "/services/T/B/token":
            return 404, "no_service", {}
        if self.headers["Content-Type"] != "application/json" or not is_valid(message := json.loads(payload)):
            return 400, "invalid_payload", {}
        self.server.accepted.append(message)
        return 200, "ok", {}

    def log_message(self, *_: object) -> None:
        pass


def is_valid(message: dict[str, object]) -> bool:
    blocks = message["blocks"]
    return (
        set(message) == {"text", "blocks"}
        and isinstance(message["text"], str)
        and 0 < len(message["text"]) <= 40_000
        and isinstance(blocks, list)
        and 0 < len(blocks) <= 50
        and all(is_valid_section(block) for block in blocks)
    )


def is_valid_section(block: dict[str, Any]) -> bool:
    text = block["text"]
    return (
        set(block) == {"type", "text"}
        and block["type"] == "section"
        and set(text) <= {"type", "text", "verbatim"}
        and text["type"] == "mrkdwn"
        and 0 < len(text["text"]) <= 3000
    )


@pytest.fixture
def server() -> Iterator[SlackServer]:
    with SlackServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


async def post(url: str, *, body: bytes, content_type: str) -> Reply:
    async with httpx.AsyncClient(trust_env=False) as client:
        try:
            response = await client.post(url, content=body, headers={"Content-Type": content_type})
        except httpx.TransportError as error:
            raise FetchError(url, FetchFault.CONNECT, str(error)) from error
    wait = response.headers.get("Retry-After")
    return Reply(status=response.status_code, body=response.content, retry_after_seconds=wait and float(wait))


async def send(url: str) -> None:
    notifier = Notifier([Route(name="desk", url=url)], post=post)
    try:
        await notifier.send("desk", render_message(ALERT))
    finally:
        await notifier.aclose()


async def test_slack_accepts_an_alert_and_nothing_scraped_in_it_is_alive(server: SlackServer) -> None:
    await send(server.url)
    (message,) = server.accepted
    everything = json.dumps(message, ensure_ascii=False)
    assert re.findall(r"<[^>]*>", everything) == [
        "<https://news.example/acme?a=1&amp;b=2|Acme &lt;!here&gt; partners up>"
    ]
    assert message["text"] == "Acme &amp; Sons – &lt;!channel&gt; Ltd: new partnership (reported)"


async def test_a_wrong_hook_is_a_permanent_failure(server: SlackServer) -> None:
    with pytest.raises(SendError, match="404 no_service") as caught:
        await send(server.url + "x")
    assert not caught.value.is_temporary


async def test_a_busy_hook_says_when_to_try_again(server: SlackServer) -> None:
    server.answer = (429, "rate_limited", {"Retry-After": "30"})
    with pytest.raises(SendError, match="429 rate_limited") as caught:
        await send(server.url)
    assert caught.value.is_temporary
    assert caught.value.retry_after_seconds == 30


@pytest.mark.parametrize(
    ("answer", "is_temporary"),
    [
        ("no_text", False),
        ("rollup_error", True),
        ('{"ok": false, "error": "channel_not_found"}', False),
        ('{"ok": false, "error": "ratelimited"}', True),
        ('{"success": false}', True),
    ],
)
async def test_an_error_under_a_good_status_is_none_the_less_one(
    server: SlackServer, answer: str, *, is_temporary: bool
) -> None:
    server.answer = (200, answer, {})
    with pytest.raises(SendError, match="answers 200") as caught:
        await send(server.url)
    assert caught.value.is_temporary is is_temporary


@pytest.mark.parametrize("answer", ["", "OK", '{"ok": true}', '{"success": true, "error": null}', '["ok"]', "no"])
async def test_what_tells_of_no_error_is_accepted(server: SlackServer, answer: str) -> None:
    server.answer = (200, answer, {})
    await send(server.url)


async def test_a_server_that_is_down_is_a_temporary_failure(server: SlackServer) -> None:
    url = server.url
    server.server_close()
    with pytest.raises(SendError, match="no connection") as caught:
        await send(url)
    assert caught.value.is_temporary
    assert "token" not in str(caught.value)


def test_console_and_slack_load_no_apprise() -> None:
    code = """
import sys
from monitor.models import Route
from monitor.notify import Notifier, check_route
routes = [Route(name=url, url=url) for url in ("console:", "slack+https://chat.example/x", "mailto://unchecked")]
assert [check_route(route) for route in routes[:2]] == [None, None]
Notifier(routes, post=None)
print("apprise" in sys.modules)
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603 - our own code
    assert run.stdout == "False\n"
