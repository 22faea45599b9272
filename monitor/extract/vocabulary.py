"""The words that tell a block's role: those of class names around it, and those of its own text if it is short.

The walk over them is the same for learning and for judging; it is generic in what a word is turned into: its weight
when a page is judged, the word itself when weights are learned.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Generic, NamedTuple, TypeVar

from monitor.extract.blocks import Frame
from monitor.extract.features import Shapes

Value = TypeVar("Value", float, str)
Words = tuple[str, ...]
Tables = Mapping[str, Mapping[str, Value]]
"""Values of words, by kind and word."""
KINDS = ("own", "inner", "major", "parent", "above", "short", "head", "tail")

_SHORT, _LONG = 12, 60
"""Words of a block up to which all its words, and only its first and last two are looked at."""


class Names(NamedTuple, Generic[Value]):
    """What the names of an element say of the blocks in it."""

    own: list[Value]
    inner: list[Value]
    """If the block begins with it."""
    major: list[Value]
    """If the element holds most of the page."""
    parent: list[Value]
    above: dict[str, Value]
    """By word: it counts once for a block, however many elements above it use it."""


Surroundings = tuple[list[Value], list[Value], list[Value], dict[str, Value]]
"""What all elements around a block say of it: own, major, parent and above, as in `Names`."""


def read_surroundings(
    frames: list[Frame], shapes: Shapes, look_up: Callable[[Words], Names[Value]]
) -> list[Surroundings[Value]]:
    """Return for each element what it and those above it say of a block in it.

    Elements that hold most of the page's prose say nothing about one block of it: they are left out of the last two.
    """
    words, prose = shapes.words, shapes.prose_words
    half = prose[0] * 0.5 or 1.0
    nothing: Surroundings[Value] = ([], [], [], {})
    found: list[Surroundings[Value]] = []
    below = [nothing] * len(frames)  # of each element what its children take over
    for index, frame in enumerate(frames):
        if not words[index]:
            found.append(nothing)
            continue
        names = look_up(frame.names)
        _, _, parent, above = below[frame.parent.index] if frame.parent else nothing
        if prose[index] >= half:
            found.append(([], names.major, parent, above))
            below[index] = ([], [], parent, above)
        else:
            found.append((names.own, [], parent, above))
            below[index] = ([], [], names.parent, above | names.above if names.above else above)
    return found


def look_up_names(names: Words, tables: Tables[Value]) -> Names[Value]:
    """Return the values of an element's names."""
    table = tables["above"]
    return Names(
        _look_up(names, tables["own"]),
        _look_up(names, tables["inner"]),
        _look_up(names, tables["major"]),
        _look_up(names, tables["parent"]),
        {word: table[word] for word in names if word in table},
    )


def read_text(words: Words, count: float, tables: Tables[Value]) -> list[Value]:
    """Return the values of the words of a block of `count` words: those at its ends, and all if it is short."""
    if not words or count > _LONG:
        return []
    values = [tables["head"].get(" ".join(words[:2]).lower()), tables["tail"].get(" ".join(words[-2:]).lower())]
    if count <= _SHORT:
        values += map(tables["short"].get, map(str.lower, words))
    return [value for value in values if value is not None]


def _look_up(words: Sequence[str], table: Mapping[str, Value]) -> list[Value]:
    return [table[word] for word in words if word in table]
