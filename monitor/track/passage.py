"""What a passage is about, so that the same news told in other words is known again."""

import re
import tomllib
import unicodedata
from collections.abc import Collection, Iterable
from functools import cache
from importlib.resources import files

from monitor.models import Evidence, Field

PASSAGE_CHARS = 900
"""Read after the start of an evidence sentence: two outlets tell the facts of a deal in another order."""

_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+")
_YEAR = re.compile(r"(?:19|20)\d\d")
_ENDING = re.compile(r"(?:ings?|ed|s)$")
_STEM_CHARS = 5
_SHORTEST_WORD = 4


def passage_of(title: str, text: str, evidence: Iterable[Evidence]) -> str:
    """Return the title and what the text says around this evidence; its beginning if that is a title."""
    starts = sorted({one.start for one in evidence if one.field is Field.TEXT}) or [0]
    return "\n".join([title, *(text[start : start + PASSAGE_CHARS] for start in starts)])


def find_topics(passage: str, names: Iterable[str]) -> frozenset[str]:
    """Return what tells this news from others of the same companies: stems of its telling words, and its numbers.

    Without the words of `names` and those that any two deals share.
    """
    known = _common_stems().union(_stem(word) for name in names for word in _tokens_of(name))
    return frozenset(_stem(token) for token in _tokens_of(passage) if _is_telling(token)) - known


def overlap(left: Collection[str], right: Collection[str]) -> float:
    """Return how much of the smaller set of topics is in the other, from 0 to 1 (Szymkiewicz-Simpson)."""
    smaller, larger = sorted((set(left), set(right)), key=len)
    return len(smaller & larger) / len(smaller) if smaller else 0.0


def _tokens_of(passage: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", passage).casefold()
    return _TOKEN.findall("".join(char for char in plain if not unicodedata.combining(char)))


def _is_telling(token: str) -> bool:
    """Return whether a token can be a topic.

    Numbers of one digit and years cannot: contracts of any two deals run for five years or until 2030.
    """
    if token[0].isdigit():
        return len(token) > 1 and not _YEAR.fullmatch(token)
    return len(token) >= _SHORTEST_WORD


def _stem(token: str) -> str:
    """Return the form in which words are compared: "cell", "cells" alike, "insurer", "insurance" too; numbers whole."""
    return token if token[0].isdigit() else _ENDING.sub("", token)[:_STEM_CHARS]


@cache
def _common_stems() -> frozenset[str]:
    lists = tomllib.loads(files("monitor.track").joinpath("common_words.toml").read_text(encoding="utf-8"))
    return frozenset(_stem(word) for words in lists.values() for word in _tokens_of(words))
