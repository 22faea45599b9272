"""The words that tell a block's role: those of class names around it and those of its own text if it is short.

The walk over them is the same for learning and for judging; it is generic in what a word is turned into: its weight
when a page is judged, the word itself when weights are learned.
"""

from collections.abc import Callable
from typing import TypeVar

from monitor.extract.blocks import Block, Frame
from monitor.extract.features import Shape

Sum = TypeVar("Sum", float, tuple[str, ...])
Words = tuple[str, ...]
KINDS = ("own", "inner", "major", "parent", "above", "short", "medium", "head", "tail")

_SHORT, _MEDIUM, _LONG = 12, 40, 60
"""Words of a block up to which all its words, all in another table, and only its first and last two are looked at."""


def weigh_frames(
    frames: list[Frame], shapes: list[Shape], weigh: Callable[[str, Words], Sum], nothing: Sum
) -> list[tuple[Sum, Sum, Sum, Sum]]:
    """Return four sums for each element: own names, the same if it holds most of the page, the parent's, those above.

    Elements that hold most of the page's prose say nothing about one block of it: they are left out of the last two.
    """
    half = shapes[0].prose_words * 0.5
    majors = [0 < half <= shape.prose_words for shape in shapes]
    sums: list[tuple[Sum, Sum, Sum, Sum]] = []
    below: list[tuple[Sum, Sum]] = []
    for frame, is_major in zip(frames, majors, strict=True):
        names = frame.names
        parent, above = below[frame.parent.index] if frame.parent else (nothing, nothing)
        if is_major:
            sums.append((nothing, weigh("major", names), parent, above))
            below.append((nothing, nothing))
        else:
            sums.append((weigh("own", names), nothing, parent, above))
            below.append((weigh("parent", names), above + weigh("above", names)))
    return sums


def weigh_text(block: Block, words: Words, weigh: Callable[[str, Words], Sum], nothing: Sum) -> tuple[Sum, Sum]:
    """Return two sums for a block: the names of the element it begins with, and the words of its text."""
    inner = weigh("inner", block.inner) if block.inner else nothing
    count = len(words)
    if not 0 < count <= _LONG:
        return inner, nothing
    words = tuple([word.lower() for word in words])
    text = weigh("head", (" ".join(words[:2]),)) + weigh("tail", (" ".join(words[-2:]),))
    if count <= _MEDIUM:
        text += weigh("short" if count <= _SHORT else "medium", words)
    return inner, text
