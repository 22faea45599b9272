"""What a new version of a text changed: paragraphs compared, and within those that changed the words."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import zip_longest

_MAX_PARAGRAPHS = 400
_MAX_WORDS = 400
"""Above these, texts are compared whole: the time of a comparison grows with their square."""
_WORDS = re.compile(r"\s*\S+|\s+$")
_BLANK_LINES = re.compile(r"\n\n+")


class Fate(StrEnum):
    """What became of a stretch of text."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffPiece:
    """A stretch of text and what became of it."""

    text: str
    fate: Fate


Paragraph = list[DiffPiece]


def compare_texts(old: str, new: str) -> list[Paragraph]:
    """Return the paragraphs of both texts in pieces: without the added ones it is the old text, and the other way."""
    left, right = (_BLANK_LINES.split(text) if text else [] for text in (old, new))
    paragraphs: list[Paragraph] = []
    for tag, olds, news in _match(left, right, _MAX_PARAGRAPHS):
        if tag == "equal":
            paragraphs += [[DiffPiece(text=one, fate=Fate.SAME)] for one in olds]
        else:
            paragraphs += [compare_lines(one, other) for one, other in zip_longest(olds, news, fillvalue="")]
    return paragraphs


def compare_lines(old: str, new: str) -> Paragraph:
    """Return the words of two lines in pieces."""
    pieces: Paragraph = []
    for tag, olds, news in _match(_WORDS.findall(old), _WORDS.findall(new), _MAX_WORDS):
        if tag == "equal":
            pieces.append(DiffPiece(text="".join(olds), fate=Fate.SAME))
            continue
        pieces.append(DiffPiece(text="".join(olds), fate=Fate.REMOVED))
        pieces.append(DiffPiece(text="".join(news), fate=Fate.ADDED))
    return [piece for piece in pieces if piece.text]


def _match(left: Sequence[str], right: Sequence[str], limit: int) -> Iterator[tuple[str, Sequence[str], Sequence[str]]]:
    """Yield stretches of both that are equal, or stand in each other's place."""
    if max(len(left), len(right)) > limit:
        yield ("equal" if left == right else "replace"), left, right
        return
    for tag, left_start, left_end, right_start, right_end in SequenceMatcher(
        None, left, right, autojunk=False
    ).get_opcodes():
        yield tag, left[left_start:left_end], right[right_start:right_end]
