"""Slack and e-mail for real: a webhook server and an SMTP server, up, down and up again."""

import json
import socket
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from tests.conftest import Site
from tests.e2e.conftest import Monitor, wait_for

TITLE = "Alderon Systems and Birchway Logistics form partnership"
PAGE = f"""<html><head><title>{TITLE}</title></head><body><article><h1>{TITLE}</h1>
<p>Alderon Systems Inc. and Birchway Logistics Ltd. said on Monday that they have formed a partnership to run their
warehouses together, the first such agreement between the two companies.</p></article></body></html>"""


class Mailbox:
    """Keeps what an SMTP server accepts."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        return "250 OK"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def mail_port() -> int:
    return free_port()


@pytest.fixture
def mailbox(mail_port: int) -> Iterator[Mailbox]:
    """A mailbox whose server is not started yet."""
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=mail_port)
    box.start = controller.start  # type: ignore[attr-defined]  # handed to the test
    yield box
    controller.stop(no_assert=True)


def test_alerts_wait_for_dead_services_and_arrive_after_a_restart(
    monitor: Monitor, site: Site, mailbox: Mailbox, mail_port: int
) -> None:
    site.put("/pact", PAGE)
    site.put_feed("/feed", ("/pact", TITLE))
    site.failing["/services/T0/B0/x"] = 503
    monitor.allow(site.address)
    monitor.configure(
        sources='[[sources]]\nname = "wire"\nkind = "feed"\nbaseline = false\n' + f'url = "{site.url("/feed")}"',
        routes=f'[[routes]]\nname = "slack"\nurl = "slack+http://{site.address}/services/T0/B0/x"\n'
        f'[[routes]]\nname = "mail"\nurl = "mailto://127.0.0.1:{mail_port}?from=m@a.example&to=desk@a.example&mode=insecure"',
    )
    monitor.run("check", expect=1)
    assert {one["state"] for one in monitor.ask("deliveries")} == {"waiting"}

    site.failing.clear()
    site.posts.clear()
    mailbox.start()  # type: ignore[attr-defined]  # see the fixture
    process = monitor.start("run")
    wait_for(lambda: len(site.posts) == 1 and len(mailbox.messages) == 1, 60)
    wait_for(lambda: {one["state"] for one in monitor.ask("deliveries")} == {"sent"}, 20)
    process.terminate()
    assert process.wait(10) == 0

    posted = json.loads(site.posts[0])
    assert "Alderon Systems" in posted["text"]
    assert all(block["type"] in {"section", "header", "context", "divider"} for block in posted["blocks"])
    (message,) = mailbox.messages
    assert "Birchway Logistics" in message["Subject"]
    body = message.get_body(("html", "plain"))
    assert body is not None
    assert "form partnership" in body.get_content()


def test_a_refused_message_is_dead_and_can_be_sent_again(monitor: Monitor, site: Site) -> None:
    site.put("/pact", PAGE)
    site.put_feed("/feed", ("/pact", TITLE))
    site.failing["/hook"] = 404
    monitor.allow(site.address)
    monitor.configure(
        sources='[[sources]]\nname = "wire"\nkind = "feed"\nbaseline = false\n' + f'url = "{site.url("/feed")}"',
        routes=f'[[routes]]\nname = "slack"\nurl = "slack+http://{site.address}/hook"',
    )
    monitor.run("check", expect=1)
    (dead,) = monitor.ask("deliveries", "--state", "dead")
    assert "/hook" not in json.dumps(dead)
    site.failing.clear()
    monitor.run("deliveries", "--requeue", str(dead["id"]))
    monitor.run("check", "--no-revisit")
    assert [one["state"] for one in monitor.ask("deliveries")] == ["sent"]


def test_a_service_that_hangs_does_not_hold_up_the_others(monitor: Monitor, site: Site) -> None:
    names = [f"Alderon{number} Systems and Birchway{number} Logistics" for number in range(5)]
    for number, name in enumerate(names):
        title = f"{name} form partnership"
        site.put(f"/{number}", f"<html><head><title>{title}</title></head><body><article><h1>{title}</h1>"
                 f"<p>{name} said on Monday that they have formed a partnership to run warehouse {number} together, "
                 "the first such agreement between the two companies.</p></article></body></html>")  # fmt: skip
    site.put_feed("/feed", *((f"/{number}", name) for number, name in enumerate(names)))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        monitor.configure(
            monitor=f'[fetch]\ndelay_seconds = 0\ndeadline_seconds = 10\nallow = ["{address}", "{site.address}"]\n'
            "[notify]\ndeadline_seconds = 10\n[page]\nenabled = false\n",
            sources='[[sources]]\nname = "wire"\nkind = "feed"\nbaseline = false\n' + f'url = "{site.url("/feed")}"',
            routes=f'[[routes]]\nname = "silent"\nurl = "slack+http://{address}/hook"\n'
            f'[[routes]]\nname = "hook"\nurl = "slack+http://{site.address}/hook"',
        )
        process = monitor.start("run")
        wait_for(lambda: len(site.posts) == len(names), 30)
        process.terminate()
        assert process.wait(10) == 0
    assert {one["state"] for one in monitor.ask("deliveries") if one["route"] == "silent"} == {"waiting"}
