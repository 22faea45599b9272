"""A real SMTP server that does as told, and an alert to send there."""

import asyncio
import email
import email.policy
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.message import EmailMessage
from ssl import SSLContext
from typing import Any, cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

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
from monitor.notify import Message, Notifier, render_message

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
    """Keeps what an SMTP server receives, or refuses it as told."""

    def __init__(self) -> None:
        self.received: list[tuple[list[str], EmailMessage]] = []
        self.answer = "250 OK"
        self.answers_to_recipients: dict[str, str] = {}
        self.answer_to_sender = "250 OK"
        self.drops_after_data = False
        self.logins: list[str] = []
        self.was_encrypted = False

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name and arguments
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return self.answer_to_sender

    async def handle_RCPT(  # noqa: N802 - as above
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        answer = self.answers_to_recipients.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - as above
        over_tls = cast("asyncio.Transport", server.transport).get_extra_info("ssl_object")
        self.was_encrypted = (session.ssl or over_tls) is not None
        if self.answer.startswith("250"):
            assert isinstance(envelope.content, bytes)
            parsed = email.message_from_bytes(envelope.content, policy=email.policy.default)
            self.received.append((envelope.rcpt_tos, parsed))
        if self.drops_after_data:
            cast("asyncio.Transport", server.transport).abort()
        return self.answer

    def authenticate(self, *arguments: Any) -> AuthResult:
        login = arguments[-1]
        self.logins.append(f"{login.login.decode()}:{login.password.decode()}")
        return AuthResult(success=login.password == b"right-pass/word", handled=False)


@asynccontextmanager
async def serve(mailbox: Mailbox, tls: SSLContext | None = None, **options: Any) -> AsyncIterator[str]:
    """Serve a mailbox, with `tls` over TLS from the first byte; give its host and port."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(mailbox, loop=loop, **options), "127.0.0.1", 0, ssl=tls)
    yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    server.close()


async def refuse(url: str, *, body: bytes, content_type: str) -> Reply:
    raise AssertionError(f"{url} got {body!r} as {content_type}")


async def send(url: str, times: int = 1, deadline_seconds: float = 20, message: Message | None = None) -> None:
    notifier = Notifier([Route(name="mail", url=url)], post=refuse)
    try:
        for _ in range(times):
            await notifier.send("mail", message or render_message(ALERT), deadline_seconds=deadline_seconds)
    finally:
        await notifier.aclose()
