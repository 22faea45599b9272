"""What a block looks like and where it stands, as numbers: the input of the block model.

`describe_block` sees a block and its place, `code_block` turns that into the buckets of the linear part, and
`describe_context` adds what the linear part thinks of the neighbours. More was tried and left out, since it changed
nothing over unseen sites: capitals, digits, marks, full stops within, bylines, clock times, the neighbours' numbers.
"""

import re
from bisect import bisect_right
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
    blocks: list[float]
    prose_words: list[float]
    """Words of long blocks that are not mostly links."""


_TAG_GROUPS = (
    "", "p", "h1", "h2", "h3", "h4 h5 h6", "li", "td th", "dt dd", "blockquote", "pre", "figcaption caption", "div",
    "section article main", "body", "label legend", "address", "summary details", "header footer nav aside",
    "center form",
)  # fmt: skip
_TAG_CODES = {tag: code for code, tags in enumerate(_TAG_GROUPS) for tag in tags.split()}
HEADINGS = frozenset((2, 3, 4, 5))
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
_MAX_FOLDED = 60
"""Words up to which a block may be a headline or a standfirst."""


def measure_frames(blocks: list[Block], frames: list[Frame], words: list[int]) -> Shapes:
    """Return the sums of every element."""
    total, links, count, prose = ([0.0] * len(frames) for _ in range(4))
    for block, size in zip(blocks, words, strict=True):
        index = block.frame.index
        link = size * min(1.0, block.link_chars / len(block.text))
        total[index] += size
        links[index] += link
        count[index] += 1
        if size >= 10 and link * 2 < size:
            prose[index] += size
    for index in range(len(frames) - 1, 0, -1):
        parent = frames[index].parent
        if parent is not None and total[index]:
            upper = parent.index
            total[upper] += total[index]
            links[upper] += links[index]
            count[upper] += count[index]
            prose[upper] += prose[index]
    return Shapes(total, links, count, prose)


def describe_block(block: Block, count: int, shapes: Shapes, hints: Hints) -> Numbers:
    """Return a block's own numbers; `count` is its number of words."""
    text, frame, places = block.text, block.frame, block.frame.places
    chars = len(text)
    first = text[0]
    parent = frame.parent or frame
    grand = parent.parent or parent
    own, upper, top = frame.index, parent.index, grand.index
    words, links, _, _ = shapes
    title = description = body = 0
    if count < _MAX_FOLDED or hints.body:
        folded = fold(text[:400] if count < _MAX_FOLDED else text[:130])
        title, description = _relate(folded, hints.title), _relate(folded, hints.description)
        body = 0 if not hints.body else 1 if not folded else 3 if folded[:100] in hints.body else 2
    return (
        _TAG_CODES.get(frame.tag, 0),
        count,
        block.link_chars / chars,
        _ENDS.get(text[-1], 0),
        1 if first.isupper() else 2 if first.islower() else 3 if first.isdigit() else _STARTS.get(first, 0),
        block.bold_chars / chars,
        block.italic_chars / chars,
        block.beside,
        title,
        description,
        body,
        places & HIDDEN > 0,
        words[own],
        links[own] / (words[own] or 1),
        shapes.blocks[own],
        words[upper],
        links[upper] / (words[upper] or 1),
        shapes.blocks[upper],
        shapes.prose_words[upper],
        words[top],
        links[top] / (words[top] or 1),
        shapes.prose_words[top],
        places & FIGURE > 0,
        places & QUOTE > 0,
        places & LIST > 0,
        places & TABLE > 0,
        places & FURNITURE > 0,
        hints.is_news,
        hints.is_article,
        hints.is_dated,
    )


def fold(text: str) -> str:
    """Return the letters and digits of `text` in lower case."""
    return _NO_LETTER.sub("", text.lower())


def _relate(folded: str, other: str) -> int:
    """Return how a text relates to a title: 5 the same … 1 nothing in common, 0 nothing to compare."""
    if not other or not folded:
        return 0
    if folded == other:
        return 5
    if len(folded) > 15 and folded in other:
        return 4
    if len(other) > 15 and folded.startswith(other):
        return 3
    if len(folded) > 30 and folded[:30] == other[:30]:
        return 2
    return 1


_WORD_STEPS = (2, 3, 4, 6, 9, 13, 19, 28, 41, 61, 101)
_COARSE_STEPS = (3, 6, 13, 28, 61)
_SHARE_STEPS = (0.001, 0.1, 0.25, 0.5, 0.75, 0.97)
_MASS_STEPS = (1, 10, 30, 80, 150, 300, 600, 1200)


CODES = (21 * 12, 21 * 7, 6 * 8, 6 * 5, 6 * 16, 6 * 6, 6 * 6, 6 * 4, 6 * 7, 6 * 9)
"""How many buckets each feature of the linear part has."""


def code_block(numbers: Numbers) -> Codes:
    """Return the buckets of a block for the linear part, most of them crossed with its length."""
    tag, count, end, start = int(numbers[0]), numbers[1], int(numbers[3]), int(numbers[4])
    coarse = bisect_right(_COARSE_STEPS, count)
    return (
        tag * 12 + bisect_right(_WORD_STEPS, count),
        tag * 7 + bisect_right(_SHARE_STEPS, numbers[2]),
        coarse * 8 + end,
        coarse * 5 + start,
        coarse * 16 + int(numbers[7]),
        coarse * 6 + int(numbers[8]),
        coarse * 6 + int(numbers[9]),
        coarse * 4 + int(numbers[10]),
        coarse * 7 + bisect_right(_SHARE_STEPS, numbers[16]),
        coarse * 9 + bisect_right(_MASS_STEPS, numbers[18]),
    )
