"""What a block looks like and where it stands, as numbers: the input of the block model.

`describe_block` sees a block and its place, `code_block` turns that into the buckets of the linear part, and
`describe_context` adds what the linear part thinks of the neighbours.
"""

import re
from bisect import bisect_right
from typing import NamedTuple

from monitor.extract.blocks import FIGURE, FURNITURE, HIDDEN, LIST, QUOTE, TABLE, Block, Frame

Numbers = tuple[float, ...]
Codes = tuple[int, ...]


class Hints(NamedTuple):
    """What the page says of its article elsewhere, folded: letters and digits in lower case only."""

    title: str
    description: str
    body: str


class Shape(NamedTuple):
    """Sums over an element with all that it holds."""

    words: float
    link_words: float
    blocks: float
    prose_words: float
    """Words of long blocks that are not mostly links."""


_TAG_GROUPS = (
    "", "p", "h1", "h2", "h3", "h4 h5 h6", "li", "td th", "dt dd", "blockquote", "pre", "figcaption caption", "div",
    "section article main", "body", "label legend", "address", "summary details", "header footer nav aside",
    "center form",
)  # fmt: skip
_TAG_CODES = {tag: code for code, tags in enumerate(_TAG_GROUPS) for tag in tags.split()}
HEADINGS = frozenset((2, 3, 4, 5))
_DIGITS = re.compile(r"\d")
_CAPITALISED = re.compile(r"\b[A-ZÄÖÜÉÀÈ]")
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
_BYLINE = re.compile(
    r"(?:written |posted |published |updated |story |words |photos? )?(?:by|von|par|por|di|door|af|av)\b", re.IGNORECASE
)
_CLOCK = re.compile(r"\b\d{1,2}:\d{2}\b|\b(?:19|20)\d\d\b|\b\d{1,2}[./]\d{1,2}[./]\d{2,4}\b")
_MARKS = re.compile(r"[©|@»›→•%$#]|http|www\.")
_STOPS = re.compile(r"[.,?!;] ")
_NO_LETTER = re.compile(r"[\W_]+")
_MAX_SCAN = 120
"""Characters of a block that are looked at where a share is enough."""


def measure_frames(blocks: list[Block], frames: list[Frame], words: list[int]) -> list[Shape]:
    """Return the sums of every element, in the order of `frames`."""
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
    return [Shape(*sums) for sums in zip(total, links, count, prose, strict=True)]


def describe_block(block: Block, count: int, shapes: list[Shape], hints: Hints) -> Numbers:
    """Return a block's own numbers; `count` is its number of words."""
    text, frame = block.text, block.frame
    chars = len(text)
    head = text[:_MAX_SCAN]
    scanned = len(head)
    first = text[0]
    parent = frame.parent or frame
    grand = parent.parent or parent
    own, upper, top = shapes[frame.index], shapes[parent.index], shapes[grand.index]
    folded = fold(text[:400] if count < 50 else text[:130])
    marks = _MARKS.findall(head)
    digits = len(_DIGITS.findall(head))
    return (
        _TAG_CODES.get(frame.tag, 0),
        count,
        block.link_chars / chars,
        _ENDS.get(text[-1], 0),
        1 if first.isupper() else 2 if first.islower() else 3 if first.isdigit() else _STARTS.get(first, 0),
        block.bold_chars / chars,
        block.italic_chars / chars,
        digits / scanned,
        len(_CAPITALISED.findall(head)) / max(1.0, count * scanned / chars),
        text.isupper(),
        len(_STOPS.findall(head)) / scanned,
        len(marks),
        "©" in marks,
        block.beside,
        _relate(folded, hints.title),
        _relate(folded, hints.description),
        0 if not hints.body else 1 if not folded else 3 if folded[:100] in hints.body else 2,
        frame.places & HIDDEN > 0,
        own.words,
        own.link_words / (own.words or 1),
        own.blocks,
        upper.words,
        upper.link_words / (upper.words or 1),
        upper.blocks,
        upper.prose_words,
        top.words,
        top.link_words / (top.words or 1),
        top.prose_words,
        _BYLINE.match(text) is not None,
        digits > 2 and count < 40 and _CLOCK.search(head) is not None,
        chars / count,
        frame.places & FIGURE > 0,
        frame.places & QUOTE > 0,
        frame.places & LIST > 0,
        frame.places & TABLE > 0,
        frame.places & FURNITURE > 0,
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
_COUNT_STEPS = (2, 3, 4, 6, 10, 20, 50)
_DIGIT_STEPS = (0.001, 0.05, 0.12, 0.25)
_CAPITAL_STEPS = (0.08, 0.2, 0.45, 0.8)
_BULK_STEPS = (0.3, 0.95)
_STOP_STEPS = (0.001, 0.007, 0.015, 0.025)
_NO_NEIGHBOUR = (20, 6, 7, 0)


def code_block(numbers: Numbers, before: Numbers | None, after: Numbers | None) -> Codes:
    """Return the buckets of a block for the linear part, crossed with its length and its neighbours."""
    tag, count, link, end, start = map(int, (numbers[0], numbers[1], 0, numbers[3], numbers[4]))
    link = bisect_right(_SHARE_STEPS, numbers[2])
    coarse = bisect_right(_COARSE_STEPS, count)
    left, right = _look(before), _look(after)
    fine = bisect_right(_WORD_STEPS, count)
    return (
        tag * 12 + fine,
        tag * 7 + link,
        coarse * 7 + link,
        coarse * 8 + end,
        coarse * 5 + start,
        end * 5 + start,
        coarse * 3 + bisect_right(_BULK_STEPS, numbers[5]),
        coarse * 3 + bisect_right(_BULK_STEPS, numbers[6]),
        coarse * 5 + bisect_right(_DIGIT_STEPS, numbers[7]),
        coarse * 5 + bisect_right(_CAPITAL_STEPS, numbers[8]),
        coarse * 5 + bisect_right(_STOP_STEPS, numbers[10]),
        coarse * 3 + min(int(numbers[11]), 2),
        coarse * 16 + int(numbers[13]),
        coarse * 6 + int(numbers[14]),
        coarse * 6 + int(numbers[15]),
        coarse * 4 + int(numbers[16]),
        coarse * 2 + int(numbers[17]),
        coarse * 7 + bisect_right(_SHARE_STEPS, numbers[22]),
        coarse * 9 + bisect_right(_MASS_STEPS, numbers[24]),
        coarse * 9 + bisect_right(_MASS_STEPS, numbers[27]),
        coarse * 8 + bisect_right(_COUNT_STEPS, numbers[23]),
        coarse * 7 + bisect_right(_SHARE_STEPS, numbers[26]),
        coarse * 4 + int(numbers[28]) * 2 + int(numbers[29]),
        left[1] * 12 + fine,
        right[1] * 12 + fine,
        left[0] * 21 + tag,
        right[0] * 21 + tag,
        (left[2] * 8 + right[2]) * 6 + coarse,
        left[3] * 6 + coarse,
    )


def _look(numbers: Numbers | None) -> tuple[int, int, int, int]:
    if numbers is None:
        return _NO_NEIGHBOUR
    return (
        int(numbers[0]),
        bisect_right(_COARSE_STEPS, numbers[1]),
        bisect_right(_SHARE_STEPS, numbers[2]),
        int(numbers[3]),
    )
