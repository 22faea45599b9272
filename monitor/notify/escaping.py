"""Scraped text made harmless: nothing in it may steer a terminal, a chat or a browser."""

import re
import unicodedata
from collections.abc import Callable
from urllib.parse import unquote

_JOINERS = "\u200c\u200d"
"""Invisible, but words of Persian and many emoji need them."""

_LOOKALIKES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "*": "∗", "~": "∼", "`": "ˋ"})
_EDGE_UNDERSCORE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
_URL_MARKS = re.compile(r"[/:@?&=,#\s]+")
_CHAT_MARK = re.compile(
    r"@(?=(?:everyone|here|channel|all|room)\b)|(?<=<)(?=[@#!&:/\w])|\](?=[(\[:])|\|(?=\|)|^(?=[#>+=-]|\d+[.)])",
    re.IGNORECASE,
)
"""Mentions, `<…>` of any meaning, links with a label, spoilers, and what makes headings, quotes and lists."""
_CHAT_STYLES = str.maketrans({"*": "∗", "~": "∼", "`": "ˋ"})
_LINK = re.compile(r"https?://\S+")
_LINK_MARK = re.compile(
    r"@(?=(?:everyone|here|channel|all|room)\b)|[*`]|(?<!/)\[|~(?=~)|\|(?=\|)|(?<![^\W_])_|_(?![^\W_])", re.IGNORECASE
)
"""What a chat that does not know links would take for a mention or a style."""
_MIN_LINE_CHARS = 20
"""A line is not cut to less."""


def clean_line(text: str) -> str:
    """Return `text` as one line of visible characters.

    White space of any kind and length becomes one space. Controls (as ESC), bidi overrides, other invisible characters,
    lone surrogates and code points without a character are removed.
    """
    if not text.isprintable():
        text = "".join(char if char.isprintable() or char in _JOINERS else " " * char.isspace() for char in text)
    return " ".join(text.split())


def cut_text(text: str, max_chars: int) -> str:
    """Return `text` in at most `max_chars` characters, marked with "…" where it was cut.

    The cut is after a word if one ends in the last third, else after a character with all its accents.
    """
    if len(text) <= max_chars:
        return text
    end = max(max_chars - 1, 0)
    if not text[end].isspace():
        space = text.rfind(" ", 0, end)
        end = space if space > end * 2 // 3 else _find_boundary(text, end)
    return (text[:end].rstrip() + "…")[:max_chars]


def _find_boundary(text: str, end: int) -> int:
    """Return the last position up to `end` at which no character is parted from its accents, tone or joiner."""
    while end > 0 and (_continues(text[end]) or text[end - 1] in _JOINERS):
        end -= 1
    return end


def _continues(char: str) -> bool:
    return char in _JOINERS or "\U0001f3fb" <= char <= "\U0001f3ff" or unicodedata.category(char).startswith("M")


def cut_escaped(text: str, max_chars: int, escape: Callable[[str], str]) -> str:
    """Return what `escape` makes of as much of `text` as fits into `max_chars` characters, no entity cut in two."""
    text = cut_text(text, max_chars)
    while len(escaped := escape(text)) > max_chars:
        text = cut_text(text, len(text) * max_chars // len(escaped))
    return escaped


def escape_mrkdwn(text: str) -> str:
    """Return `text` for Slack's mrkdwn: no mention, link or style in it is alive.

    Slack knows escapes for & < > only (https://docs.slack.dev/messaging/formatting-message-text); the characters that
    mark styles are replaced by others that look like them.
    """
    return _EDGE_UNDERSCORE.sub("＿", text.translate(_LOOKALIKES))


def defuse_chat(text: str) -> str:
    """Return `text` in which no chat finds a mention (`@everyone`, `<@id>`), a style, or a link with a label.

    A zero-width space parts the marks, lookalikes stand for the characters of styles; a line that is a link stays one.
    """
    return "\n".join(_defuse_line(line) for line in text.split("\n"))


def _defuse_line(line: str) -> str:
    if _LINK.fullmatch(line):
        return _LINK_MARK.sub(lambda mark: f"%{ord(mark[0]):02X}", line)
    line = _CHAT_MARK.sub(lambda mark: mark[0] + "\u200b", line)
    return _EDGE_UNDERSCORE.sub("＿", line.translate(_CHAT_STYLES))


def fit_lines(text: str, max_chars: int) -> str:
    """Return `text` in at most `max_chars` characters: its longest lines are cut first, links only left out whole."""
    lines = text.split("\n")
    while lines and (excess := sum(map(len, lines)) + len(lines) - 1 - max_chars) > 0:
        long = [line for line in lines if len(line) > _MIN_LINE_CHARS and not _LINK.fullmatch(line)]
        if long:
            longest = lines.index(max(long, key=len))
            lines[longest] = cut_text(lines[longest], max(len(lines[longest]) - excess, _MIN_LINE_CHARS))
        else:
            lines.remove(max(lines, key=len))
    return "\n".join(lines)


def redact_url(text: str, url: str) -> str:
    """Return `text` with "…" for every longer piece of `url` that it repeats: any may be a secret."""
    pieces = {piece for form in (url, unquote(url)) for piece in _URL_MARKS.split(form) if len(piece) > 3}
    for piece in sorted(pieces, key=len, reverse=True):
        text = text.replace(piece, "…")
    return text
