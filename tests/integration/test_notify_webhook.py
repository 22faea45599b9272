"""Discord, ntfy and JSON for programs, at a real web server through the monitor's own client."""

import base64
import json
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from monitor.errors import SendError
from monitor.fetch import Fetcher
from monitor.models import FetchSettings, Route, Severity
from monitor.notify import Message, Notifier, check_route

MESSAGE = Message(
    title="Acme – Globex: dispute (reported)",
    text="“@everyone, *look*: they quarrel.”\nhttps://news.example/a_b",
    markdown="*m*",
    html="<p>h</p>",
    key="5",
    story="2",
)


class Service(ThreadingHTTPServer):
    """Answers as told."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answer: tuple[int, dict[str, str]] = (204, {})
        self.received: list[tuple[str, dict[str, Any]]] = []


class Handler(BaseHTTPRequestHandler):
    server: Service

    def do_POST(self) -> None:
        assert self.headers["Content-Type"] == "application/json"
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.received.append((self.path, body))
        status, headers = self.server.answer
        self.send_response(status)
        for name, value in {**headers, "Content-Length": "0"}.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def service() -> Iterator[Service]:
    with Service() as service:
        thread = threading.Thread(target=service.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield service
        service.shutdown()
        thread.join()


@pytest.fixture
async def fetcher(service: Service) -> AsyncIterator[Fetcher]:
    settings = FetchSettings(allow=(f"127.0.0.1:{service.server_port}",), delay_seconds=0, deadline_seconds=5)
    async with Fetcher(settings, now=lambda: datetime.now(UTC)) as fetcher:
        yield fetcher


async def send(fetcher: Fetcher, url: str, message: Message = MESSAGE) -> None:
    route = Route(name="desk", url=url)
    assert check_route(route) is None
    notifier = Notifier([route], post=fetcher.post)
    try:
        await notifier.send("desk", message)
    finally:
        await notifier.aclose()


@pytest.mark.parametrize("kind", ["discord", "ntfy", "json", "slack"])
async def test_a_service_that_asks_for_time_is_heard(service: Service, fetcher: Fetcher, kind: str) -> None:
    url = f"{kind}+http://127.0.0.1:{service.server_port}/very-secret"
    service.answer = (429, {"Retry-After": "90"})
    with pytest.raises(SendError, match="answers 429") as caught:
        await send(fetcher, url)
    assert (caught.value.is_temporary, caught.value.retry_after_seconds) == (True, 90)
    service.answer = (404, {})
    with pytest.raises(SendError, match="answers 404") as caught:
        await send(fetcher, url)
    assert not caught.value.is_temporary
    assert "secret" not in str(caught.value)


async def test_discord_gets_text_in_which_nobody_is_mentioned(service: Service, fetcher: Fetcher) -> None:
    url = f"discord+http://127.0.0.1:{service.server_port}/api/webhooks/1/token?thread_id=7"
    await send(fetcher, url)
    await send(fetcher, url, replace(MESSAGE, severity=Severity.LOW))
    (path, sent), (_, lowered) = service.received
    assert path == "/api/webhooks/1/token?thread_id=7"
    assert sent["content"].splitlines()[0] == f"**{MESSAGE.title}**"
    assert "@\u200beveryone, ∗look∗" in sent["content"]
    assert sent["allowed_mentions"] == {"parse": []}
    assert ("flags" in sent, lowered["flags"]) == (False, 4096)


@pytest.mark.parametrize(("severity", "priority"), [(Severity.HIGH, 4), (Severity.NORMAL, 3), (Severity.LOW, 2)])
async def test_ntfy_gets_the_severity_as_priority(
    service: Service, fetcher: Fetcher, severity: Severity, priority: int
) -> None:
    await send(fetcher, f"ntfy+http://127.0.0.1:{service.server_port}/news%20desk", replace(MESSAGE, severity=severity))
    ((path, sent),) = service.received
    assert path == "/"
    assert sent == {"topic": "news desk", "title": MESSAGE.title, "message": MESSAGE.text, "priority": priority}


@pytest.mark.parametrize(
    ("login", "header"), [("tk_abc%2F1", "Bearer tk_abc/1"), ("joe:pass%3A1", "Basic am9lOnBhc3M6MQ==")]
)
async def test_ntfy_gets_user_or_token(service: Service, fetcher: Fetcher, login: str, header: str) -> None:
    await send(fetcher, f"ntfy+http://{login}@127.0.0.1:{service.server_port}/desk")
    ((path, _),) = service.received
    (given,) = parse_qs(urlsplit(path).query)["auth"]
    assert base64.urlsafe_b64decode(given + "=" * (-len(given) % 4)).decode() == header


@pytest.mark.parametrize("text", ["田中" * 1_500, "x" * 3_000, "\n".join(["ы" * 90] * 33)])
async def test_ntfy_gets_no_more_than_it_shows(service: Service, fetcher: Fetcher, text: str) -> None:
    await send(fetcher, f"ntfy+http://127.0.0.1:{service.server_port}/desk", replace(MESSAGE, text=text))
    ((_, sent),) = service.received
    assert 1_000 < len((sent["title"] + sent["message"]).encode()) <= 4_000


async def test_programs_get_all_forms_and_a_stable_key(service: Service, fetcher: Fetcher) -> None:
    await send(fetcher, f"json+http://127.0.0.1:{service.server_port}/in", replace(MESSAGE, is_repeat=True))
    ((_, sent),) = service.received
    assert sent == {
        "title": MESSAGE.title,
        "text": MESSAGE.text,
        "html": "<p>h</p>",
        "severity": "normal",
        "key": "5",
        "story": "2",
        "is_repeat": True,
    }


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("discord+https://", "not a webhook: allowed is discord+https://HOST/PATH"),
        ("json+https:///x", "not a webhook: allowed is json+https://HOST/PATH"),
        ("ntfy+https://ntfy.example", "one topic is needed: as in ntfy+https://TOKEN@HOST/TOPIC"),
        ("ntfy+https://ntfy.example/a/b", "one topic is needed: as in ntfy+https://TOKEN@HOST/TOPIC"),
    ],
)
def test_an_address_that_cannot_be_used_is_told(url: str, problem: str) -> None:
    assert check_route(Route(name="desk", url=url)) == f"route 'desk': {problem}"


def test_discords_own_address_is_known() -> None:
    assert check_route(Route(name="desk", url="https://discord.com/api/webhooks/1/abc")) is None
