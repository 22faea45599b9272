"""Messages as people see them, in a real browser: the mail's HTML as it is, Slack's blocks in a plain look of ours.

Needs Debian's `chromium`. With PICTURES=DIR each is kept there as a PNG.
"""

import asyncio
import html
import json
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from monitor.models import (
    Alert,
    Event,
    EventType,
    Evidence,
    Field,
    Modality,
    Novelty,
    Participant,
    RelationState,
    Reply,
    Route,
    Severity,
)
from monitor.notify import render_message
from monitor.notify.mail import compose_mail, read_mail_url
from monitor.notify.slack import post_to_slack

CHROMIUM = shutil.which("chromium")
PLACE = "https://monitor.example"
CARD = """<!doctype html><meta charset="utf-8"><style>
body{font:15px/1.47 system-ui,sans-serif;margin:0;padding:20px;width:600px;background:#fff;color:#1d1c1d}
b.app{font-size:15px} div{margin:4px 0} blockquote{margin:6px 0;padding-left:12px;border-left:4px solid #ddd}
a{color:#1264a3;text-decoration:none} i{color:#616061}</style>"""

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium: apt-get install chromium"),
    # apprise 2.2 imports the module imghdr for one of its own libraries
    pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning"),
]


def make_alert() -> Alert:
    """Return an alert of our own invention that has everything."""
    sentence = "Alder Systems loses its exclusive role as Birch Labs' supplier, but keeps a right of first refusal."
    event = Event(
        type=EventType.EXCLUSIVITY_LOST,
        participants=(Participant(name="Alder Systems"), Participant(name="Birch Labs")),
        modality=Modality.CONFIRMED,
        evidence=Evidence(field=Field.TEXT, start=0, end=len(sentence), sentence=sentence),
        rule="loses-exclusivity",
        subject="cloud",
    )
    return Alert(
        id=412,
        story_id=180,
        novelty=Novelty.STATE_CHANGED,
        severity=Severity.HIGH,
        events=(event, replace(event, type=EventType.RIGHT_OF_FIRST_REFUSAL)),
        moves=((RelationState.EXCLUSIVE, RelationState.FIRST_REFUSAL), None),
        title="Birch Labs may rent servers elsewhere",
        url="https://wire.example/2026/birch-labs",
        source="meridian-wire",
        site_name="Meridian Wire",
        language="en",
        published_at=datetime(2026, 11, 23, 3, 59, tzinfo=UTC),
        created_at=datetime(2026, 11, 23, 4, 2, tzinfo=UTC),
    )


@pytest.fixture
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser: Browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        context = browser.new_context(viewport={"width": 640, "height": 200}, device_scale_factor=1.5)
        context.route("**/*", lambda route: route.abort())  # a message needs nothing from anywhere
        yield context.new_page()
        browser.close()


def keep(page: Page, name: str) -> None:
    if folder := os.environ.get("PICTURES"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_mail_reads_well_in_light_and_dark(page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    route = read_mail_url("mailto://mail.example?from=monitor@desk.example&to=desk@desk.example")
    mail = compose_mail(render_message(make_alert(), PLACE), route, route_name="desk")
    body = mail.get_body(("html",))
    assert isinstance(body, EmailMessage)
    page.set_content(body.get_content())
    words = page.inner_text("body")
    for said in ("exclusive → right of first refusal (cloud)", "keeps a right of first refusal", "right or wrong?"):
        assert said in words
    assert page.eval_on_selector("html", "html => html.scrollWidth <= html.clientWidth")
    quote = page.eval_on_selector("blockquote", "it => getComputedStyle(it).borderLeftWidth")
    assert quote == "3px"
    assert page.get_by_role("link", name="right or wrong?").get_attribute("href") == f"{PLACE}/alerts/412"
    if scheme == "light":
        page.evaluate("subject => document.body.insertAdjacentHTML('afterbegin', subject)", _draw_head(mail))
        keep(page, "message-mail")


def _draw_head(mail: EmailMessage) -> str:
    """Return subject and sender as a mail reader shows them above the mail."""
    return f"<h3>{html.escape(mail['Subject'])}</h3><p><small>{html.escape(mail['From'])}</small></p><hr>"


@pytest.fixture
def blocks() -> list[dict[str, dict[str, str]]]:
    """Return what a webhook gets."""
    return asyncio.run(_take_blocks())


async def _take_blocks() -> list[dict[str, dict[str, str]]]:
    posted: list[bytes] = []

    async def post(url: str, *, body: bytes, content_type: str) -> Reply:
        assert (url, content_type) == ("https://chat.example/hook", "application/json")
        posted.append(body)
        return Reply(status=200, body=b"ok")

    route = Route(name="desk", url="slack+https://chat.example/hook")
    await post_to_slack(render_message(make_alert(), PLACE), route=route, post=post)
    blocks: list[dict[str, dict[str, str]]] = json.loads(posted[0])["blocks"]
    return blocks


def draw_mrkdwn(text: str) -> str:
    """Return Slack's mrkdwn as HTML, as its reference describes it: links, bold, italic, quotes."""
    drawn = re.sub(r"<(https?://[^|>]+)\|([^>]*)>", r'<a href="\1">\2</a>', text)
    drawn = re.sub(r"(?<![\w*])\*([^*\n]+)\*(?![\w*])", r"<b>\1</b>", drawn)
    drawn = re.sub(r"(?<![\w_])_([^_\n]+)_(?![\w_])", r"<i>\1</i>", drawn)
    lines = (
        f"<blockquote>{line[1:]}</blockquote>" if line.startswith(">") else f"<div>{line}</div>"
        for line in drawn.split("\n")
    )
    return "".join(lines)


def test_slacks_blocks_read_well(blocks: list[dict[str, dict[str, str]]], page: Page) -> None:
    drawn = "".join(draw_mrkdwn(block["text"]["text"]) for block in blocks)
    page.set_content(f"{CARD}<b class=app>Partnership monitor</b>{drawn}")
    assert page.inner_text("blockquote").startswith("“Alder Systems loses its exclusive role")
    assert [link.inner_text() for link in page.get_by_role("link").all()] == [
        "Birch Labs may rent servers elsewhere",
        "right or wrong?",
    ]
    assert not set("*<>_") & set(page.inner_text("body"))
    keep(page, "message-slack")
