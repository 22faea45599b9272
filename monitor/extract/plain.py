"""An article out of plain text, as of a page that was saved as text."""

import re
from typing import NamedTuple

from monitor.extract.dates import find_day
from monitor.extract.names import split_names
from monitor.extract.tickers import find_tickers
from monitor.extract.wording import find_tail, is_promo, is_prose
from monitor.models import Article, Stripped, StripReason

_BULLET = re.compile(r"^(?:[•·▪◦‣●*–—-]|\d{1,2}[.)])\s+")
_LABEL_WORDS = 4
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
        tickers=find_tickers(text),
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
        if is_prose(line.text) or line.is_bullet:
            break
        if find_day(line.text) and len(line.text) < 120 and index + 1 < len(lines):
            return lines[: index + 1], lines[index + 1 :]
    return [], lines


def _split_tail(lines: list[Line]) -> tuple[list[Line], list[Line]]:
    """Cut off what follows the article; the tail must be a block of promo or of fragments."""
    cut = find_tail([line.text for line in lines])
    tail = lines[cut:]
    is_block = len(tail) >= 3 or any(is_promo(line.text) for line in tail)
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
