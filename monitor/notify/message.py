"""The same words for each kind of channel: plain text, Slack's mrkdwn, HTML."""

import html
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from monitor.models import Alert, Severity
from monitor.notify.content import Content, compose_content, compose_title, names_of
from monitor.notify.escaping import clean_line, cut_escaped, escape_mrkdwn

_MAX_CHARS = {"also": 300, "evidence": 900, "headline": 200, "move": 200, "place": 100, "reason": 200}
"""Of each line, escaped: with the longest link and our own words, 3,000 at most."""

MAX_LINK_CHARS = 800
"""A longer link is left out: cut, it would lead nowhere. `monitor show` has it."""
_MAX_MARKS = 8
_ASK = "right or wrong?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What goes to a route: one content in three forms, each escaped for its channel."""

    title: str
    """One line of plain text, at most 200 characters."""
    text: str
    """At most 3,000 characters."""
    markdown: str
    """In Slack's mrkdwn; at most 3,000 characters."""
    html: str
    """Paragraphs without head and body; at most 4,500 characters, in a template's words 16,000."""
    severity: Severity = Severity.NORMAL
    key: str = ""
    """Names this message among all that are ever sent; empty: its words do."""
    story: str = ""
    """Names what it is about, for channels that have threads."""
    is_repeat: bool = False
    """It was sent before, and may have arrived."""
    accepted_by: frozenset[str] = frozenset()
    """Marks of the recipients who have it already: see `SendError`."""


def render_message(alert: Alert, page_url: str = "") -> Message:
    """Return what people are told about `alert`, with a link to its place on the page if that has an address."""
    first = alert.events[0]
    content = compose_content(alert, page_url)
    marked = [words for words in (*names_of(first), clean_line(first.evidence.words)) if words]
    return Message(
        title=compose_title(alert),
        text=_lay_out_text(_escape(content, str)),
        markdown=_lay_out_mrkdwn(_mark(_escape(content, escape_mrkdwn), map(escape_mrkdwn, marked), "*", "*")),
        html=_lay_out_html(_mark(_escape(content, html.escape), map(html.escape, marked), "<b>", "</b>")),
        severity=alert.severity,
        key=f"{alert.id} {alert.created_at.isoformat()} {alert.url}",  # a new database counts from 1 again
        story=str(alert.story_id),
    )


def _escape(content: Content, escape: Callable[[str], str]) -> Content:
    """Return `content` with each line escaped and cut to its share of the message."""
    lines = {name: cut_escaped(getattr(content, name), limit, escape) for name, limit in _MAX_CHARS.items()}
    link = escape(content.link)
    return replace(content, **lines, link=link if len(link) <= MAX_LINK_CHARS else "", page=escape(content.page))


def _mark(content: Content, marked: Iterable[str], opening: str, closing: str) -> Content:
    """Return escaped content in whose evidence the companies and the telling words are marked, if it writes them alike.

    Not after & or #: there, what looks like a name is part of an escape.
    """
    wanted = "|".join(map(re.escape, sorted(marked, key=len, reverse=True)))
    if not wanted:
        return content
    pattern = rf"(?<![\w&#])(?:{wanted})(?!\w)"
    evidence = re.sub(pattern, lambda found: f"{opening}{found[0]}{closing}", content.evidence, count=_MAX_MARKS)
    return replace(content, evidence=evidence)


def _lay_out_text(content: Content) -> str:
    lines = (
        content.move,
        content.also and f"also: {content.also}",
        content.evidence and f"“{content.evidence}”",
        f"{content.headline} ({content.place})" if content.headline else content.place,
        content.link,
        f"why: {content.reason}",
        content.page and f"{_ASK}\n{content.page}",
    )
    return "\n".join(filter(None, lines))


def _lay_out_mrkdwn(content: Content) -> str:
    label = content.headline and f"|{content.headline}"
    linked = f"<{content.link}{label}>" if content.link else content.headline
    lines = (
        content.move and f"*{content.move}*",
        content.also and f"*also:* {content.also}",
        content.evidence and f">“{content.evidence}”",
        f"{linked} ({content.place})" if linked else content.place,
        f"_why:_ {content.reason}",
        content.page and f"<{content.page}|{_ASK}>",
    )
    return "\n".join(filter(None, lines))


def _lay_out_html(content: Content) -> str:
    link = content.link and f'<a href="{content.link}" rel="noopener noreferrer">{content.link}</a>'
    source = filter(None, (content.headline and f"<b>{content.headline}</b>", content.place, link))
    paragraphs = (
        content.move and f"<p><b>{content.move}</b></p>",
        content.also and f"<p>also: {content.also}</p>",
        content.evidence and f"<blockquote>“{content.evidence}”</blockquote>",
        f"<p>{'<br>'.join(source)}</p>",
        f"<p><small>why: {content.reason}</small></p>",
        content.page and f'<p><a href="{content.page}" rel="noopener noreferrer">{_ASK}</a></p>',
    )
    return "\n".join(filter(None, paragraphs))
