"""An alert by e-mail at a real SMTP server."""

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from monitor.errors import SendError
from monitor.models import Route, Severity
from monitor.notify import Notifier, check_route, render_message
from tests.integration.mailbox import ALERT, Mailbox, refuse, send, serve

# apprise 2.2 imports the module imghdr for one of its own libraries
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


@pytest.fixture
async def mailbox() -> AsyncIterator[tuple[Mailbox, str]]:
    mailbox = Mailbox()
    async with serve(mailbox) as address:
        yield mailbox, f"mailto://{address}?from=monitor@desk.example&to=analyst@desk.example"


async def test_a_mail_has_subject_html_and_text(mailbox: tuple[Mailbox, str]) -> None:
    box, url = mailbox
    await send(url)
    ((recipients, mail),) = box.received
    assert recipients == ["analyst@desk.example"]
    assert mail["Subject"] == "Acmé – Globex Bcc: eve@evil.example: new partnership (confirmed)"
    assert mail["Bcc"] is None
    assert mail.get_content_type() == "multipart/alternative"
    text, page = (part.get_content() for part in mail.iter_parts())
    assert "They <b>partner</b> & <script>more</script>." in text
    assert "https://news.example/acme?a=1&b=2" in text
    assert "They &lt;b&gt;partner&lt;/b&gt; &amp; &lt;script&gt;more&lt;/script&gt;." in page
    assert 'href="https://news.example/acme?a=1&amp;b=2"' in page
    assert "<script" not in page


async def test_a_repeat_is_marked_and_has_the_same_id(mailbox: tuple[Mailbox, str]) -> None:
    box, url = mailbox
    await send(url)
    await send(url, message=replace(render_message(ALERT), is_repeat=True))
    first, second = (mail for _, mail in box.received)
    assert first["Message-ID"] == second["Message-ID"]
    assert (first["X-Monitor-Repeat"], second["X-Monitor-Repeat"]) == (None, "possible")


async def test_alerts_of_a_story_are_one_thread(mailbox: tuple[Mailbox, str]) -> None:
    box, url = mailbox
    for alert in (ALERT, replace(ALERT, id=6), replace(ALERT, id=7, story_id=3)):
        await send(url, message=render_message(alert))
    first, follow_up, other = (mail for _, mail in box.received)
    assert len({mail["Message-ID"] for _, mail in box.received}) == 3
    assert first["In-Reply-To"] == follow_up["In-Reply-To"] != other["In-Reply-To"]
    assert first["List-Id"] == "<mail.partnership-monitor.desk.example>"
    assert first["Auto-Submitted"] == "auto-generated"


async def test_an_alert_of_another_database_has_another_id(mailbox: tuple[Mailbox, str]) -> None:
    box, url = mailbox
    await send(url)
    await send(url, message=render_message(replace(ALERT, created_at=datetime(2026, 1, 1, tzinfo=UTC))))
    assert len({mail["Message-ID"] for _, mail in box.received}) == 2


async def test_the_urls_names_copies_and_headers_are_used() -> None:
    box = Mailbox()
    async with serve(box) as address:
        await send(
            f"mailto://{address}/one@desk.example?from=m@desk.example&name=News%20desk&to=Two<two@desk.example>"
            "&cc=three@desk.example&bcc=four@desk.example&reply=five@desk.example&+X-Desk=news"
        )
    ((recipients, mail),) = box.received
    assert sorted(recipients) == sorted(f"{name}@desk.example" for name in ("one", "two", "three", "four"))
    assert {one.addr_spec for one in mail["To"].addresses} == {"one@desk.example", "two@desk.example"}
    assert (mail["Cc"], mail["Reply-To"], mail["X-Desk"]) == ("three@desk.example", "five@desk.example", "news")
    assert "four" not in mail.as_string()


async def test_mails_do_not_wait_for_each_other(mailbox: tuple[Mailbox, str]) -> None:
    box, url = mailbox
    await send(url, times=3, deadline_seconds=5)  # apprise would wait 5.5 s before the second
    assert len(box.received) == 3


@pytest.mark.parametrize(
    ("where", "answer", "is_temporary"),
    [
        ("data", "451 try again later", True),
        ("data", "421 going down", True),
        ("data", "554 this is spam", False),
        ("sender", "450 not now", True),
        ("sender", "553 no such sender", False),
        ("recipient", "450 come back later", True),
        ("recipient", "550 no such user", False),
    ],
)
async def test_a_refusal_says_whether_another_try_helps(
    mailbox: tuple[Mailbox, str], where: str, answer: str, *, is_temporary: bool
) -> None:
    box, url = mailbox
    if where == "data":
        box.answer = answer
    elif where == "sender":
        box.answer_to_sender = answer
    else:
        box.answers_to_recipients["analyst@desk.example"] = answer
    with pytest.raises(SendError, match=answer) as caught:
        await send(url)
    assert caught.value.is_temporary is is_temporary
    assert not box.received


async def test_a_refusal_tells_none_of_the_urls_secrets(mailbox: tuple[Mailbox, str]) -> None:
    box, url = mailbox
    box.answers_to_recipients["analyst@desk.example"] = "550 5.1.1 <analyst@desk.example>: very-secret is unknown"
    with pytest.raises(SendError) as caught:
        await send(url.replace("mailto://", "mailto://very-secret:x@") + "&mode=insecure")
    assert "secret" not in str(caught.value)
    assert caught.value.__suppress_context__  # its cause has the whole answer


async def test_one_refused_recipient_keeps_the_mail_from_nobody_else(
    mailbox: tuple[Mailbox, str], caplog: pytest.LogCaptureFixture
) -> None:
    box, url = mailbox
    box.answers_to_recipients["gone@desk.example"] = "550 no such user"
    await send(f"{url},gone@desk.example")
    assert [recipients for recipients, _ in box.received] == [["analyst@desk.example"]]
    (record,) = caplog.records
    assert record.levelname == "ERROR"
    assert vars(record)["refused"] == "g…@desk.example (550 no such user)"


async def test_a_recipient_put_off_gets_the_next_try_alone(mailbox: tuple[Mailbox, str]) -> None:
    box, url = mailbox
    url = f"{url},busy@desk.example,gone@desk.example"
    message = render_message(ALERT)
    box.answers_to_recipients = {"busy@desk.example": "450 come back later", "gone@desk.example": "550 no such user"}
    with pytest.raises(SendError, match=r"b…@desk\.example \(450 come back later\)") as caught:
        await send(url, message=message)
    assert caught.value.is_temporary
    assert len(caught.value.accepted_by) == 2
    assert "analyst" not in repr(caught.value.accepted_by)
    box.answers_to_recipients = {}
    await send(url, message=replace(message, accepted_by=caught.value.accepted_by))
    await send(url, message=message)
    assert [recipients for recipients, _ in box.received] == [
        ["analyst@desk.example"],
        ["busy@desk.example"],
        ["analyst@desk.example", "busy@desk.example", "gone@desk.example"],
    ]


async def test_a_mail_that_everybody_has_is_not_sent(mailbox: tuple[Mailbox, str]) -> None:
    box, url = mailbox
    box.answers_to_recipients["busy@desk.example"] = "450 come back later"
    with pytest.raises(SendError) as caught:
        await send(f"{url},busy@desk.example")
    await send(url, message=replace(render_message(ALERT), accepted_by=caught.value.accepted_by))
    assert len(box.received) == 1


async def test_an_answer_lost_after_the_mail_is_a_temporary_failure(mailbox: tuple[Mailbox, str]) -> None:
    box, url = mailbox
    box.drops_after_data = True
    with pytest.raises(SendError, match="broke off") as caught:
        await send(url)
    assert caught.value.is_temporary
    assert len(box.received) == 1


async def test_a_server_that_is_down_is_a_temporary_failure() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"mailto://user:very-secret@127.0.0.1:{free.getsockname()[1]}?to=analyst@desk.example&from=m@desk.example"
        with pytest.raises(SendError, match="no connection") as caught:
            await send(url)
    assert caught.value.is_temporary
    assert "very-secret" not in str(caught.value)


@pytest.mark.parametrize("greeting", ["", "220-", "220 hello\r\n250-"], ids=["silent", "dripping", "endless lines"])
async def test_a_server_that_hangs_or_drips_is_cut_off_at_the_deadline(greeting: str) -> None:
    gone = asyncio.Event()

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        reading = asyncio.create_task(reader.read(-1))
        while not reading.done():
            writer.write(greeting.encode())
            await asyncio.wait({reading}, timeout=0.01)
        gone.set()
        writer.close()

    server = await asyncio.start_server(drip, "127.0.0.1", 0)
    url = f"mailto://127.0.0.1:{server.sockets[0].getsockname()[1]}?from=monitor@desk.example&to=analyst@desk.example"
    notifier = Notifier([Route(name="mail", url=url)], post=refuse)
    for _ in range(6):  # nothing is left behind that would make the route refuse more
        with pytest.raises(SendError, match=r"no answer within 0\.2 s|no connection|refuses: -1") as caught:
            await notifier.send("mail", render_message(ALERT), deadline_seconds=0.2)
        assert caught.value.is_temporary
        await asyncio.wait_for(gone.wait(), 5)
        gone.clear()
    await notifier.aclose()
    server.close()


async def test_a_server_that_hangs_at_the_end_has_the_mail(mailbox: tuple[Mailbox, str]) -> None:
    box, url = mailbox

    async def hang(*_: object) -> str:
        await asyncio.Event().wait()
        raise AssertionError

    box.handle_QUIT = hang  # type: ignore[attr-defined]  # aiosmtpd looks for it
    await send(url, deadline_seconds=2)
    assert len(box.received) == 1


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
        ("mailto://127.0.0.1?from=monitor@desk.example&to=analyst@desk.example,very-secret", False),
        ("mailto://very-secret:x@gmail.com", True),
        ("mailto://127.0.0.1?from=monitor@desk.example&to=a@desk.example&pgp=sign", False),
        ("mailto://127.0.0.1?from=monitor@desk.example&to=a@desk.example&+Message-ID=very-secret", False),
        ("mailto://127.0.0.1?from=monitor@desk.example&to=a@desk.example&+X-A=very-secret%0d%0aBcc:x@y.example", False),
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


@pytest.mark.parametrize(
    ("severity", "importance", "priority"),
    [(Severity.HIGH, "high", "1"), (Severity.NORMAL, None, None), (Severity.LOW, "low", "5")],
)
async def test_a_mail_says_how_important_it_is(
    mailbox: tuple[Mailbox, str], severity: Severity, importance: str | None, priority: str | None
) -> None:
    box, url = mailbox
    await send(url, message=replace(render_message(ALERT), severity=severity))
    ((_, mail),) = box.received
    assert (mail["Importance"], mail["X-Priority"]) == (importance, priority)
