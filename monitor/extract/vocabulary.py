"""The words that tell a block's role: those of class names around it and those of its own text if it is short.

The walk over them is the same for learning and for judging; it is generic in what a word is turned into: its weight
when a page is judged, the word itself when weights are learned.
"""

from collections.abc import Callable
from typing import TypeVar

from monitor.extract.blocks import Block, Frame
from monitor.extract.features import Shapes

Sum = TypeVar("Sum", float, tuple[str, ...])
Words = tuple[str, ...]
KINDS = ("own", "inner", "major", "parent", "above", "short", "head", "tail")

_SHORT, _LONG = 12, 60
"""Words of a block up to which all its words, and only its first and last two are looked at."""


def weigh_frames(
    frames: list[Frame], blocks: list[Block], shapes: Shapes, weigh: Callable[[str, Words], Sum], nothing: Sum
) -> dict[int, tuple[Sum, Sum, Sum, Sum]]:
    """Return four sums for each element above `blocks`, by its index.

    They are of its own names, of the same if it holds most of the page, of its parent's and of those above it.
    Elements that hold most of the page's prose say nothing about one block of it: they are left out of the last two.
    """
    prose = shapes.prose_words
    half = prose[0] * 0.5
    sums: dict[int, tuple[Sum, Sum, Sum, Sum]] = {}
    below: dict[int, tuple[Sum, Sum]] = {-1: (nothing, nothing)}
    for index in _list_above(blocks):
        frame = frames[index]
        names = frame.names
        parent, above = below[frame.parent.index if frame.parent else -1]
        if 0 < half <= prose[index]:
            sums[index] = (nothing, weigh("major", names), parent, above)
            below[index] = below[-1]
        else:
            sums[index] = (weigh("own", names), nothing, parent, above)
            below[index] = (weigh("parent", names), above + weigh("above", names))
    return sums


def _list_above(blocks: list[Block]) -> list[int]:
    """Return the indexes of the elements in which `blocks` lie, parents first."""
    found = set()
    for block in blocks:
        frame: Frame | None = block.frame
        while frame is not None and frame.index not in found:
            found.add(frame.index)
            frame = frame.parent
    return sorted(found)


def weigh_text(
    block: Block, words: Words, count: float, weigh: Callable[[str, Words], Sum], nothing: Sum
) -> tuple[Sum, Sum]:
    """Return two sums for a block of `count` words: names of the element it begins with, and words of its text."""
    inner = weigh("inner", block.inner) if block.inner else nothing
    if not words or count > _LONG:
        return inner, nothing
    text = weigh("head", (" ".join(words[:2]).lower(),)) + weigh("tail", (" ".join(words[-2:]).lower(),))
    if count <= _SHORT:
        text += weigh("short", tuple([word.lower() for word in words]))
    return inner, text
