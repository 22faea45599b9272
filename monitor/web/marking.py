"""Evidence in its text: spans of characters to pieces of paragraphs."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

Span = tuple[int, int]
"""`[start, end)` in characters."""

_BLANK_LINES = re.compile(r"\n\n+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of text, all of it evidence or none of it."""

    text: str
    is_marked: bool = False
    anchor: int | None = None
    """Where its evidence starts, on the first piece of it: a name to link to."""


def merge_spans(spans: Iterable[Span], length: int) -> list[Span]:
    """Return spans within a text of `length` characters in order, those that overlap made one."""
    merged: list[Span] = []
    for start, end in sorted((max(start, 0), min(end, length)) for start, end in spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        elif start < end:
            merged.append((start, end))
    return merged


def mark_paragraphs(text: str, spans: Sequence[Span]) -> list[list[Piece]]:
    """Return the paragraphs of `text` as pieces; `spans` are as `merge_spans` returns them."""
    breaks = [(0, 0), *(found.span() for found in _BLANK_LINES.finditer(text)), (len(text), len(text))]
    bounds = ((before[1], after[0]) for before, after in pairwise(breaks))
    return [_cut(text, spans, bound) for bound in bounds if bound[0] < bound[1]]


def mark_line(text: str, spans: Sequence[Span]) -> list[Piece]:
    """Return a text that is one line, as a title, in pieces."""
    return _cut(text, spans, (0, len(text)))


def split_marked(text: str, opening: str, closing: str) -> list[Piece]:
    """Return a text in pieces whose marked stretches stand between `opening` and `closing`."""
    plain, *rest = text.split(opening)
    pieces = [Piece(text=plain)]
    for part in rest:
        marked, _, after = part.partition(closing)
        pieces += [Piece(text=marked, is_marked=True), Piece(text=after)]
    return [piece for piece in pieces if piece.text]


def _cut(text: str, spans: Sequence[Span], bound: Span) -> list[Piece]:
    """Return the pieces of a text within `bound`."""
    pieces, at = [], bound[0]
    for start, end in spans:
        first, last = max(start, at), min(end, bound[1])
        if first >= last:
            continue
        pieces.append(Piece(text=text[at:first]))
        pieces.append(Piece(text=text[first:last], is_marked=True, anchor=start if first == start else None))
        at = last
    pieces.append(Piece(text=text[at : bound[1]]))
    return [piece for piece in pieces if piece.text]
