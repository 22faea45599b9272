"""Every channel's far side at once: what arrives there, and whether anything in it is alive."""

import asyncio
import email
import email.policy
import io
import json
import re
import threading
import unicodedata
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.message import EmailMessage
from html.parser import HTMLParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
from aiosmtpd.smtp import SMTP
from markdown_it import MarkdownIt
from rich.console import Console

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
from monitor.notify.content import names_of
from monitor.notify.escaping import escape_mrkdwn
from monitor.notify.mail import MAIL_STYLE

_POSTED = ("slack", "ntfy", "discord", "our-ntfy", "our-discord", "json")
LINK = "https://news.example/acme"
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("strikethrough")
_LIVE_TOKENS = {
    "em_open", "strong_open", "s_open", "link_open", "image", "code_inline", "fence", "code_block", "heading_open",
    "blockquote_open", "bullet_list_open", "ordered_list_open", "hr",
}  # fmt: skip
_DISCORD = re.compile(r"@(everyone|here)\b|<(@|#|:|a:|t:|/|id:)|\|\||^(#|>|-#) ", re.MULTILINE)
_SLACK_STYLE = re.compile(r"[*~`]|(?<![^\W_])_|_(?![^\W_])")
_MAIL_HEADERS = {
    "from", "to", "subject", "date", "message-id", "in-reply-to", "references", "list-id", "auto-submitted",
    "mime-version", "content-type",
}  # fmt: skip
_TAGS = {"html", "head", "meta", "body", "p", "b", "br", "a", "blockquote", "small"}
_ATTRIBUTES = {"lang", "charset", "href", "rel"}
_INVISIBLE_ALLOWED = "\n\u200b\u200c\u200d"
"""The zero-width space is ours; words of Persian and emoji need the joiners."""


def make_alert(hostile: str, number: int) -> Alert:
    """Return an alert in which every text that is scraped is `hostile`."""
    event = Event(
        type=EventType.DISPUTE,
        participants=(Participant(name=hostile), Participant(name="Globex")),
        modality=Modality.REPORTED,
        evidence=Evidence(field=Field.TEXT, start=0, end=len(hostile), sentence=hostile),
        rule="disputes",
        subject=hostile,
    )
    return Alert(
        id=number,
        story_id=number,
        novelty=Novelty.NEW_STORY,
        severity=Severity.NORMAL,
        events=(event,),
        title=f"{hostile} again",
        url=LINK if number % 2 else f"{LINK}?q={hostile}",
        source="wire",
        site_name=hostile,
        published_at=None,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


class FarSide:
    """Servers that keep what they are sent, and a notifier with a route to each."""

    def __init__(self) -> None:
        self.posts: dict[str, list[tuple[dict[str, str], bytes]]] = {name: [] for name in _POSTED}
        self.mails: list[tuple[list[str], bytes]] = []
        self.screen = io.StringIO()
        self.notifier: Notifier
        self.names: list[str] = []
        """Of the companies in the alert."""

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        self.mails.append((list(envelope.rcpt_tos), envelope.content))
        return "250 OK"

    async def send(self, alert: Alert) -> dict[str, list[str]]:
        """Send an alert to every channel; return what is alive there, by channel, and nothing for those without."""
        self.clear()
        self.names = names_of(alert.events[0])
        message = render_message(alert)
        await asyncio.gather(*(self.notifier.send(channel, message, deadline_seconds=60) for channel in _CHECKS))
        return {channel: found for channel, check in _CHECKS.items() if (found := list(check(self)))}

    @property
    def channels(self) -> tuple[str, ...]:
        return tuple(_CHECKS)

    def clear(self) -> None:
        self.mails.clear()
        for posts in self.posts.values():
            posts.clear()
        self.screen.seek(0)
        self.screen.truncate()

    def read_post(self, channel: str) -> tuple[dict[str, str], Any]:
        ((headers, body),) = self.posts[channel]
        return headers, json.loads(body)


@asynccontextmanager
async def open_far_side(point_discord_to: Callable[[str], None]) -> AsyncIterator[FarSide]:
    """Start the servers; `point_discord_to` makes apprise find Discord, whose address it knows, at ours."""
    far_side = FarSide()
    http = ThreadingHTTPServer(("127.0.0.1", 0), _make_handler(far_side))
    threading.Thread(target=http.serve_forever, args=(0.05,), daemon=True).start()
    loop = asyncio.get_running_loop()
    smtp = await loop.create_server(lambda: SMTP(far_side, loop=loop), "127.0.0.1", 0)
    address = f"127.0.0.1:{http.server_port}"
    point_discord_to(f"http://{address}/discord")
    urls = {
        "slack": f"slack+http://{address}/slack",
        "mail": f"mailto://127.0.0.1:{smtp.sockets[0].getsockname()[1]}?from=m@desk.example&to=a@desk.example",
        "ntfy": f"ntfy://{address}/ntfy",
        "discord": "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js",
        "our-ntfy": f"ntfy+http://{address}/our-ntfy",
        "our-discord": f"discord+http://{address}/our-discord",
        "json": f"json+http://{address}/json",
        "console": "console:",
    }
    console = Console(file=far_side.screen, width=100)
    far_side.notifier = Notifier([Route(name=name, url=url) for name, url in urls.items()], post=post, console=console)
    try:
        yield far_side
    finally:
        await far_side.notifier.aclose()
        smtp.close()
        http.shutdown()
        http.server_close()


def _make_handler(far_side: FarSide) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            named = (name for name in far_side.posts if self.path.startswith(f"/{name}"))
            channel = next(named, None) or json.loads(body)["topic"]  # ntfy's is not in the path
            far_side.posts[channel].append((dict(self.headers), body))
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *_: object) -> None:
            pass

    return Handler


async def post(url: str, *, body: bytes, content_type: str) -> Reply:
    async with httpx.AsyncClient(trust_env=False) as client:
        response = await client.post(url, content=body, headers={"Content-Type": content_type})
    return Reply(status=response.status_code, body=response.content)


def find_hidden(text: str) -> Iterator[str]:
    """Yield the characters that no reader sees, or that steer what shows them."""
    for char in set(text):
        if not char.isprintable() and char not in _INVISIBLE_ALLOWED:
            yield f"hidden {unicodedata.name(char, repr(char))}"


def check_slack(far_side: FarSide) -> Iterator[str]:
    _, sent = far_side.read_post("slack")
    title, body = (block["text"]["text"] for block in sent["blocks"])
    for name in sorted(map(escape_mrkdwn, far_side.names), key=len, reverse=True):
        body = body.replace(f"*{name}*", name)  # marked by us
    ours = re.sub(r"^(\*also:\*|>|_why:_) ?", "", body, flags=re.MULTILINE)
    for link in re.findall(r"<[^>]*>", ours):
        if not link.startswith(f"<{LINK}"):
            yield f"link {link}"
    for text in (sent["text"], title[1:-1], re.sub(r"<[^|>]*", "", ours)):
        yield from find_hidden(text)
        yield from (f"style {found}" for found in _SLACK_STYLE.findall(text))


def check_our_discord(far_side: FarSide) -> Iterator[str]:
    yield from check_discord(far_side, "our-discord")
    _, sent = far_side.read_post("our-discord")
    if sent["allowed_mentions"] != {"parse": []}:
        yield f"mentions {sent['allowed_mentions']}"


def check_discord(far_side: FarSide, channel: str = "discord") -> Iterator[str]:
    _, sent = far_side.read_post(channel)
    text = sent["content"].replace("\r\n", "\n")
    if extra := set(sent) - {"content", "wait", "tts", "username", "avatar_url", "allowed_mentions"}:
        yield f"fields {extra}"
    if len(text) > 2000:
        yield f"{len(text)} characters"
    yield from find_hidden(text)
    if channel == "our-discord":  # its title is bold, and ours
        assert text.startswith("**")
        text = text.replace("**", "", 2)
    yield from (f"mark {found.group()}" for found in _DISCORD.finditer(text))
    for token in _MARKDOWN.parse(text):
        for one in (token, *(token.children or ())):
            if one.type in _LIVE_TOKENS:
                yield f"markdown {one.type}"


def check_our_ntfy(far_side: FarSide) -> Iterator[str]:
    yield from check_ntfy(far_side, "our-ntfy")
    if len(str(far_side.read_post("our-ntfy")[1]["message"]).encode()) > 4_096:
        yield "a message that becomes a file"


def check_json(far_side: FarSide) -> Iterator[str]:
    _, sent = far_side.read_post("json")
    yield from find_hidden(sent["title"] + sent["text"])


def check_ntfy(far_side: FarSide, channel: str = "ntfy") -> Iterator[str]:
    headers, sent = far_side.read_post(channel)
    if extra := set(sent) - {"topic", "title", "message", "priority"}:
        yield f"fields {extra}"
    if live := [name for name in headers if name.lower().startswith("x-")]:
        yield f"headers {live}"
    if "\n" in sent["title"]:
        yield "title of two lines"
    yield from find_hidden(sent["title"] + sent["message"])


def check_mail(far_side: FarSide) -> Iterator[str]:
    ((recipients, content),) = far_side.mails
    mail = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(mail, EmailMessage)
    if recipients != ["a@desk.example"]:
        yield f"recipients {recipients}"
    if strange := [name for name in mail if name.lower() not in _MAIL_HEADERS] or len(mail) != len(set(mail)):
        yield f"headers {strange}"
    if any(len(line) > 998 for line in content.splitlines()):
        yield "a line longer than SMTP allows"
    if b"\0" in content or not content.isascii():
        yield "bytes beyond ASCII"
    text, page = mail.iter_parts()
    yield from (f"defect {defect}" for part in (mail, text, page) for defect in part.defects)
    tags = _Tags()
    tags.feed(page.get_content().replace(MAIL_STYLE, "", 1))
    yield from tags.strange
    words = f"{mail['Subject']} {text.get_content()} {page.get_content()}"
    yield from find_hidden(words.replace("\r\n", "\n"))


class _Tags(HTMLParser):
    """Notes what is not of our own making."""

    def __init__(self) -> None:
        super().__init__()
        self.strange: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _TAGS or {name for name, _ in attrs} - _ATTRIBUTES:
            self.strange.append(f"tag {tag} {attrs}")
        self.strange += [f"link {value}" for name, value in attrs if name == "href" and not str(value).startswith(LINK)]


def check_console(far_side: FarSide) -> Iterator[str]:
    yield from find_hidden(far_side.screen.getvalue())


_CHECKS: dict[str, Callable[[FarSide], Iterator[str]]] = {
    "slack": check_slack,
    "mail": check_mail,
    "ntfy": check_ntfy,
    "discord": check_discord,
    "our-ntfy": check_our_ntfy,
    "our-discord": check_our_discord,
    "json": check_json,
    "console": check_console,
}
