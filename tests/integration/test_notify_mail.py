"""An alert by e-mail at a real SMTP server, through apprise."""

import asyncio
import email
import email.policy
import socket
import socketserver
import threading
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from monitor.errors import SendError
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
from monitor.notify import Notifier, check_route, render_message

pytestmark = [
    # apprise 2.2 imports the module imghdr for one of its own libraries
    pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning"),
]

ALERT = Alert(
    id=5,
    story_id=2,
    novelty=Novelty.NEW_STORY,
    severity=Severity.NORMAL,
    events=(
        Event(
            type=EventType.NEW_PARTNERSHIP,
            participants=(Participant(name="Acmé"), Participant(name="Globex\r\nBcc: eve@evil.example")),
            modality=Modality.CONFIRMED,
            evidence=Evidence(
                field=Field.TEXT, start=0, end=1, sentence="They <b>partner</b> & <script>more</script>."
            ),
            rule="partners",
        ),
    ),
    title="Acmé <i>partners</i> up",
    url="https://news.example/acme?a=1&b=2",
    source="wire",
    site_name="Example Wire",
    published_at=datetime(2025, 1, 1, tzinfo=UTC),
    created_at=datetime(2025, 1, 1, tzinfo=UTC),
)


class Mailbox:
    """Keeps what an SMTP server receives, or refuses it."""

    def __init__(self) -> None:
        self.received: list[tuple[list[str], EmailMessage]] = []
        self.answer = "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        if self.answer.startswith("250"):
            assert isinstance(envelope.content, bytes)
            parsed = email.message_from_bytes(envelope.content, policy=email.policy.default)
            self.received.append((envelope.rcpt_tos, parsed))
        return self.answer


@pytest.fixture
async def mailbox() -> AsyncIterator[tuple[Mailbox, str]]:
    mailbox = Mailbox()
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(mailbox), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    yield mailbox, f"mailto://127.0.0.1:{port}?from=monitor@desk.example&to=analyst@desk.example"
    server.close()
    await server.wait_closed()


async def refuse(url: str, *, body: bytes, content_type: str) -> Reply:
    raise AssertionError(f"{url} got {body!r} as {content_type}")


async def send(url: str, *, times: int = 1, deadline_seconds: float = 20) -> None:
    notifier = Notifier([Route(name="mail", url=url)], post=refuse)
    try:
        for _ in range(times):
            await notifier.send("mail", render_message(ALERT), deadline_seconds=deadline_seconds)
    finally:
        await notifier.aclose()


async def test_a_mail_has_subject_html_and_text(mailbox: tuple[Mailbox, str]) -> None:
    box, url = mailbox
    await send(url)
    ((recipients, mail),) = box.received
    assert recipients == ["analyst@desk.example"]
    assert mail["Subject"] == "Acmé – Globex Bcc: eve@evil.example: new partnership (confirmed)"
    assert mail["Bcc"] is None
    text, page = (part.get_content() for part in mail.iter_parts())
    assert "They <b>partner</b> & <script>more</script>." in text
    assert "https://news.example/acme?a=1&b=2" in text
    assert "They &lt;b&gt;partner&lt;/b&gt; &amp; &lt;script&gt;more&lt;/script&gt;." in page
    assert 'href="https://news.example/acme?a=1&amp;b=2"' in page
    assert "<script" not in page


async def test_mails_do_not_wait_for_each_other(mailbox: tuple[Mailbox, str]) -> None:
    box, url = mailbox
    await send(url, times=3, deadline_seconds=5)  # apprise would wait 5.5 s before the second
    assert len(box.received) == 3


async def test_a_refused_mail_is_a_failure_without_the_urls_secrets(mailbox: tuple[Mailbox, str]) -> None:
    box, url = mailbox
    box.answer = "451 try again later"
    with pytest.raises(SendError) as caught:
        await send(url)
    assert caught.value.is_temporary
    assert str(caught.value) == "route 'mail': Sending email to \"…@…\" failed."


async def test_a_server_that_is_down_is_a_temporary_failure() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"mailto://user:very-secret@127.0.0.1:{free.getsockname()[1]}?to=analyst@desk.example&from=m@desk.example"
        with pytest.raises(SendError, match="Connection error") as caught:
            await send(url)
    assert caught.value.is_temporary
    assert "very-secret" not in str(caught.value)


async def test_a_server_that_hangs_is_left_at_the_deadline() -> None:
    hang_up = threading.Event()

    class SilentHandler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            hang_up.wait()

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), SilentHandler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        url = f"mailto://127.0.0.1:{server.server_address[1]}?from=monitor@desk.example&to=analyst@desk.example"
        with pytest.raises(SendError, match=r"no answer within 0\.2 s"):
            await send(url, deadline_seconds=0.2)
        hang_up.set()
        server.shutdown()


async def test_a_url_that_apprise_does_not_know_is_a_permanent_failure() -> None:
    with pytest.raises(SendError, match="cannot use its URL") as caught:
        await send("nowhere://token")
    assert not caught.value.is_temporary


@pytest.mark.parametrize(
    ("url", "is_good"),
    [
        ("mailto://127.0.0.1:25?from=monitor@desk.example&to=analyst@desk.example", True),
        ("ntfy://very-secret-topic", True),
        ("https://news.example/very-secret", False),
        ("nowhere://very-secret", False),
        ("mailto://", False),
        ("mailto://127.0.0.1?from=monitor@desk.example&to=very-secret", False),
        ("very-secret", False),
        ("json://localhost/very-secret\ud800", False),
        ("mailto://[::1/very-secret", False),
        ("", False),
    ],
)
def test_a_url_is_checked_before_it_is_used(url: str, *, is_good: bool) -> None:
    problem = check_route(Route(name="mail", url=url))
    assert (problem is None) is is_good
    assert "secret" not in (problem or "")
