"""Markup in feeds to plain text.

No parser here: feeds hold fragments, and a tree of one hostile fragment of 50 kB takes over a gigabyte.
"""

import html
import re

MAX_TITLE_CHARS = 500
MAX_SUMMARY_CHARS = 5_000

_MAX_MARKUP_CHARS = 100_000
_HIDDEN = re.compile(r"<!--.*?(?:-->|\Z)|<(script|style)\b.*?(?:</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"<(?:/?([a-zA-Z][a-zA-Z0-9:]*)|[!?/])[^>]*(?:>|\Z)")
_INLINE = frozenset(
    {"a", "abbr", "b", "big", "cite", "code", "em", "font", "i", "ins", "mark", "s", "small", "span", "strong", "sub"}
    | {"sup", "time", "tt", "u", "wbr"}
)
_LINE_BREAKS = frozenset({"br", "tr"})
_UNSEEN = re.compile(
    "[\0-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ud800-\udfff\ufffe\uffff]"
)
"""Controls, marks that turn the direction of text, and what is no character at all."""

_BLANKS = re.compile(r"[^\S\n]+")
_BREAKS = re.compile(r" ?\n ?")
_GAPS = re.compile(r"\n{3,}")


def strip_markup(markup: str) -> str:
    """Return the text of an HTML fragment: paragraphs separated by a blank line, character references resolved once."""
    markup = " ".join(markup[:_MAX_MARKUP_CHARS].split())
    return html.unescape(_TAG.sub(_replace_tag, _HIDDEN.sub(" ", markup)))


def tidy_line(text: str, max_chars: int = MAX_TITLE_CHARS) -> str | None:
    """Return `text` in one line without what one cannot see, None if nothing is left."""
    return " ".join(_UNSEEN.sub("", text[: 10 * max_chars]).split())[:max_chars].strip() or None


def tidy_paragraphs(text: str, max_chars: int = MAX_SUMMARY_CHARS) -> str | None:
    """Return `text` with its line breaks, blanks collapsed and without what one cannot see, None if nothing is left."""
    text = _UNSEEN.sub("", text[: 10 * max_chars])
    text = _GAPS.sub("\n\n", _BREAKS.sub("\n", _BLANKS.sub(" ", text)))
    return text.strip()[:max_chars].strip() or None


def _replace_tag(tag: re.Match[str]) -> str:
    """Return what a tag does to the text around it."""
    name = (tag[1] or "").lower()
    if not name or name in _INLINE:
        return ""
    return "\n" if name in _LINE_BREAKS else "\n\n"
