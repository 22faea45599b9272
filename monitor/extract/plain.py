"""An article out of plain text, as of a page that was saved as text."""

import re
from typing import NamedTuple

from monitor.extract.dates import find_day
from monitor.extract.names import split_names
from monitor.models import Article, Stripped, StripReason

_BULLET = re.compile(r"^(?:[•·▪◦‣●*–—-]|\d{1,2}[.)])\s+")
_SENTENCE = re.compile(r"[.!?…][\"'”’»)\]]*(?:\s|$)")
_PROMO = re.compile(
    r"\b(?:sign up|subscri\w+|newsletter|free trial|start your|get started|save up to|off your|discount|unlock|upgrade|"
    r"trusted by|unmatched|world'?s leading|industry.leading|enterprise.grade|download (?:the|our) app|learn more|"
    r"read more|click here|all rights reserved|follow us|log ?in|register now|join (?:now|us)|try (?:it )?(?:now|free)|"
    r"advertis\w+|sponsored|cookie\w*|terms of (?:use|service)|privacy policy|legacy vendors)\b",
    re.IGNORECASE,
)
_LABEL_WORDS = 4
_FRAGMENT_COST = 8
_MAX_HEAD_LINES = 6
_MAX_STRIPPED = 200


class Line(NamedTuple):
    """A line of a text: `text` is a verbatim part of the input."""

    text: str
    is_bullet: bool


def extract_plain(text: str, url: str | None = None, *, title: str | None = None) -> Article:
    """Return the article in plain text; every line of its body is a verbatim part of `text`.

    Without `title` the first line is taken as such if it looks like a headline. Short texts lose nothing.
    """
    lines = _read_lines(text)
    headline, lines = _split_headline(lines, title)
    head, lines = _split_head(lines)
    byline = next((line.text for line in head if find_day(line.text)), "")
    body, tail = _split_tail(lines)
    following = [*body[1:], None]
    labels = [line for line, after in zip(body, following, strict=False) if _is_label(line, after)]
    kept = [line for line, after in zip(body, following, strict=False) if not _is_label(line, after)]
    stripped = [Stripped(text=line.text[:500], reason=StripReason.WORDING) for line in [*labels, *tail][:_MAX_STRIPPED]]
    return Article(
        url=url or "",
        title=headline,
        text=_join_lines(kept),
        authors=_find_authors(byline),
        published_at=find_day(byline),
        stripped=tuple(Stripped(text=line.text, reason=StripReason.STRUCTURE) for line in head) + tuple(stripped),
    )


def _read_lines(text: str) -> list[Line]:
    lines = []
    for content in filter(None, map(str.strip, text.splitlines())):
        bullet = _BULLET.match(content)
        lines.append(Line(content[bullet.end() :] if bullet else content, bullet is not None))
    return lines


def _split_headline(lines: list[Line], title: str | None) -> tuple[str, list[Line]]:
    """Take the headline off: a first line that is no sentence and no list item, above other lines."""
    if title:
        is_repeated = bool(lines) and lines[0].text.casefold() == title.strip().casefold()
        return title.strip(), lines[is_repeated:]
    if len(lines) > 1 and not lines[0].is_bullet and len(lines[0].text) <= 250 and not lines[0].text.endswith("."):
        return lines[0].text, lines[1:]
    return "", lines


def _split_head(lines: list[Line]) -> tuple[list[Line], list[Line]]:
    """Take byline and date off: short lines without a sentence near the top, one of which holds a day."""
    for index, line in enumerate(lines[:_MAX_HEAD_LINES]):
        if _is_prose(line) or line.is_bullet:
            break
        if find_day(line.text) and len(line.text) < 120 and index + 1 < len(lines):
            return lines[: index + 1], lines[index + 1 :]
    return [], lines


def _is_prose(line: Line) -> bool:
    return len(line.text.split()) >= 6 and _SENTENCE.search(line.text) is not None


def _worth(line: Line) -> int:
    """Return how much a line speaks for the article going on until here: its words of prose, less than 0 for others."""
    words = len(line.text.split())
    promos = len(_PROMO.findall(line.text))
    if promos and (words < 40 or promos * 25 > words):
        return -_FRAGMENT_COST - words
    if _is_prose(line):
        return words
    return min(words - _FRAGMENT_COST, 0)


def _split_tail(lines: list[Line]) -> tuple[list[Line], list[Line]]:
    """Cut where the sum of worths from the top is highest; the tail must be a block of promo or of fragments."""
    total = best = 0
    cut = 0
    for index, line in enumerate(lines):
        total += _worth(line)
        if total >= best:
            best, cut = total, index + 1
    tail = lines[cut:]
    is_block = len(tail) >= 3 or any(_PROMO.search(line.text) for line in tail)
    return (lines[:cut], tail) if cut and is_block else (lines, [])


def _is_label(line: Line, after: Line | None) -> bool:
    """Tell the name of a list, as `Takeaways NEW`: few words directly above bullets."""
    is_short = len(line.text.split()) <= _LABEL_WORDS and not line.text.endswith((":", ".", "?", "!"))
    return is_short and not line.is_bullet and after is not None and after.is_bullet


def _join_lines(lines: list[Line]) -> str:
    """Join paragraphs by a blank line, list items by a line feed."""
    parts: list[str] = []
    for before, line in zip([None, *lines], lines, strict=False):
        if before is not None:
            parts.append("\n" if before.is_bullet and line.is_bullet else "\n\n")
        parts.append(line.text)
    return "".join(parts)


def _find_authors(byline: str) -> tuple[str, ...]:
    name = re.split(
        r"\s+(?=\S*\d)|\s+(?=(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\w*\.? \d)", byline, maxsplit=1
    )[0]
    return tuple(split_names(name)) if name != byline else ()
