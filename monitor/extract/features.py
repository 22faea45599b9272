"""What a block looks like and where it stands, as numbers: the input of the block model.

`describe_block` sees a block and its place, `code_block` turns that into the buckets of the linear part, and
`describe_context` adds what the linear part thinks of the neighbours. More was tried and left out, since it changed
nothing over unseen sites: capitals, digits, marks, full stops within, bylines, clock times, the neighbours' numbers.
"""

import re
from bisect import bisect_right
from functools import lru_cache
from typing import NamedTuple

from monitor.extract.blocks import FIGURE, FURNITURE, HIDDEN, LIST, QUOTE, TABLE, Block, Frame

Numbers = tuple[float, ...]
Codes = tuple[int, ...]


class Hints(NamedTuple):
    """What the page says of its article elsewhere; texts are folded: letters and digits in lower case only."""

    title: str
    description: str
    body: str
    is_news: bool
    is_article: bool
    is_dated: bool


class Shapes(NamedTuple):
    """Sums over each element with all that it holds, in the order of the elements."""

    words: list[float]
    link_words: list[float]
    blocks: list[int]
    prose_words: list[float]
    """Words of long blocks that are not mostly links."""


class Looks(NamedTuple):
    """What is known of the blocks of a page before they are judged; None for those that are not looked at."""

    blocks: list[Block]
    frames: list[Frame]
    words: list[tuple[str, ...]]
    counts: list[int]
    shapes: Shapes
    numbers: list[Numbers | None]


_TAG_GROUPS = (
    "", "p", "h1", "h2", "h3", "h4 h5 h6", "li", "td th", "dt dd", "blockquote", "pre", "figcaption caption", "div",
    "section article main", "body", "label legend", "address", "summary details", "header footer nav aside",
    "center form",
)  # fmt: skip
_TAG_CODES = {tag: code for code, tags in enumerate(_TAG_GROUPS) for tag in tags.split()}
TAG, COUNT, LINKED, TITLE = 0, 1, 2, 8
"""Where in a block's numbers its tag, its words, their share in links and its relation to the page's title stand."""
_PARENT_LINKS, _PARENT_PROSE = 25, 27
TOP_HEADING = 2
HEADINGS = frozenset((TOP_HEADING, 3, 4, 5))
"""Codes of tags."""
SAME_TITLE = 3
"""From here on a block says what the title says."""
_ENDS = {
    **dict.fromkeys(".…。", 7),
    "!": 5,
    "?": 6,
    ":": 4,
    **dict.fromkeys(",;-–—", 2),
    **dict.fromkeys("\"'”’»“", 3),
    **dict.fromkeys(")]", 1),
}
_STARTS = {**dict.fromkeys("\"'“‘«„", 4)}
_NO_LETTER = re.compile(r"[\W_]+")
_ASCII_MARKS = bytes(code for code in range(128) if not chr(code).isalnum())
_MAX_FOLDED = 60
"""Words up to which a block may be a headline or a standfirst."""
_PROSE_WORDS = 10
_MAX_CHARS = 400


def measure_frames(blocks: list[Block], frames: list[Frame], words: list[int]) -> Shapes:
    """Return the sums of every element."""
    size = len(frames)
    total, links, prose = [0.0] * size, [0.0] * size, [0.0] * size
    count = [0] * size
    for block, number in zip(blocks, words, strict=True):
        index = block.frame.index
        total[index] += number
        count[index] += 1
        if block.link_chars:
            link = number * min(1.0, block.link_chars / len(block.text))
            links[index] += link
            if link * 2 >= number:
                continue
        if number >= _PROSE_WORDS:
            prose[index] += number
    for index in range(size - 1, 0, -1):
        parent = frames[index].parent
        if parent is not None and count[index]:
            upper = parent.index
            total[upper] += total[index]
            links[upper] += links[index]
            count[upper] += count[index]
            prose[upper] += prose[index]
    return Shapes(total, links, count, prose)


def describe_frames(shapes: Shapes) -> list[Numbers]:
    """Return for each element its words, their share in links, its blocks and its words of prose."""
    return [(words, links / (words or 1.0), blocks, prose) for words, links, blocks, prose in zip(*shapes, strict=True)]


def describe_block(block: Block, words: tuple[str, ...], count: int, rows: list[Numbers], hints: Hints) -> Numbers:
    """Return a block's own numbers.

    `words` are its first ones at least, `count` is how many it has, `rows` are the numbers of the elements.
    """
    text, frame, link, bold, italic, beside, _ = block
    chars = len(text)
    first = text[0]
    parent = frame.parent or frame
    title = description = 0
    if count < _MAX_FOLDED:
        begin = fold("".join(words[:2]))
        title, description = _relate(text, begin, hints.title), _relate(text, begin, hints.description)
    return (
        _TAG_CODES.get(frame.tag, 0),
        count,
        link / chars,
        _ENDS.get(text[-1], 0),
        1 if first.isupper() else 2 if first.islower() else 3 if first.isdigit() else _STARTS.get(first, 0),
        bold / chars,
        italic / chars,
        beside,
        title,
        description,
        _find_in_body(text, hints.body) if hints.body else 0,
        *_describe_places(frame.places),
        hints.is_news,
        hints.is_article,
        hints.is_dated,
        *rows[frame.index],
        *rows[parent.index],
        *rows[(parent.parent or parent).index],
    )


@lru_cache
def _describe_places(places: int) -> Numbers:
    return tuple(places & place > 0 for place in (HIDDEN, FIGURE, QUOTE, LIST, TABLE, FURNITURE))


def fold(text: str) -> str:
    """Return the letters and digits of `text` in lower case."""
    # Bytes, since all marks of ASCII go in a twentieth of the time that a pattern takes.
    plain = text.lower().encode(errors="surrogatepass").translate(None, _ASCII_MARKS).decode(errors="surrogatepass")
    return plain if plain.isascii() else _NO_LETTER.sub("", plain)


def _relate(text: str, begin: str, other: str) -> int:
    """Return how a text that begins so relates to a title: 5 the same … 1 nothing in common, 0 nothing to compare."""
    if not other or not begin:
        return 0
    if begin not in other:
        return 1
    folded = fold(text[:_MAX_CHARS])
    if folded == other:
        return 5
    if len(folded) > 15 and folded in other:
        return 4
    if len(other) > 15 and folded.startswith(other):
        return 3
    return 2 if len(folded) > 30 and folded[:30] == other[:30] else 1


def _find_in_body(text: str, body: str) -> int:
    """Return 3 for a text that begins as a part of the body, 2 for others, 1 for one without letters."""
    folded = fold(text[:130])[:100]
    return 1 if not folded else 3 if folded in body else 2


_WORD_STEPS = (2, 3, 4, 6, 9, 13, 19, 28, 41, 61, 101)
_COARSE_STEPS = (3, 6, 13, 28, 61)
_SHARE_STEPS = (0.001, 0.1, 0.25, 0.5, 0.75, 0.97)
_MASS_STEPS = (1, 10, 30, 80, 150, 300, 600, 1200)


CODES = (21 * 12, 21 * 7, 6 * 8, 6 * 5, 6 * 16, 6 * 6, 6 * 6, 6 * 4, 6 * 7, 6 * 9)
"""How many buckets each feature of the linear part has."""


def code_block(numbers: Numbers) -> Codes:
    """Return the buckets of a block for the linear part, most of them crossed with its length."""
    tag, count, share, end, start, _, _, beside, title, description, body, *_ = numbers
    coarse = bisect_right(_COARSE_STEPS, count)
    return (  # type: ignore[return-value] # these numbers are whole
        tag * 12 + bisect_right(_WORD_STEPS, count),
        tag * 7 + bisect_right(_SHARE_STEPS, share),
        coarse * 8 + end,
        coarse * 5 + start,
        coarse * 16 + beside,
        coarse * 6 + title,
        coarse * 6 + description,
        coarse * 4 + body,
        coarse * 7 + bisect_right(_SHARE_STEPS, numbers[_PARENT_LINKS]),
        coarse * 9 + bisect_right(_MASS_STEPS, numbers[_PARENT_PROSE]),
    )
