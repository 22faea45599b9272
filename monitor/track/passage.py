"""What a passage is about, so that the same news told in other words is known again."""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from importlib.resources import files
from math import sqrt

from monitor.models import Evidence, Field

PASSAGE_CHARS = 900
"""Read after the start of an evidence sentence: two outlets tell the facts of a deal in another order."""

_TOKEN = re.compile(r"\d+(?:[.,]\d+)*(?![^\W_])|[^\W_]+")
_YEAR = re.compile(r"(?:19|20)\d\d")
_NAME = re.compile(r"(?<=[^\W\d_A-Z,;] |[,;] )[^\W\d_a-z][^\W\d_]{3,}")
_ENDING = re.compile(r"(?:ings?|ed|s)$")
_STEM_CHARS = 5
_SHORTEST_WORD = 3
TELLING, _COMMON = 1.0, 0.3


def passage_of(title: str, text: str, evidence: Iterable[Evidence]) -> str:
    """Return the title and what the text says around this evidence; its beginning if that is a title."""
    starts = sorted({one.start for one in evidence if one.field is Field.TEXT}) or [0]
    return "\n".join([title, *(text[start : start + PASSAGE_CHARS] for start in starts)])


def weigh_topics(passage: str, names: Iterable[str] = ()) -> dict[str, float]:
    """Return the stems of a passage's words, and its numbers, with their weights; without the words of `names`.

    A word or a number that tells one deal from others weighs `TELLING`, one that any two deals may share less.
    """
    known = {_stem(word) for name in names for word in _tokens_of(name)}
    return {stem: weight for stem, weight in _all_topics(passage).items() if stem not in known}


def find_names(passage: str, names: Iterable[str] = ()) -> frozenset[str]:
    """Return the stems of words with a capital letter within a sentence: places, products, people; without `names`."""
    known = (word for name in names for word in _tokens_of(name))
    found = (token for name in _NAME.findall(passage) for token in _tokens_of(name))
    return frozenset(map(_stem, found)).difference(map(_stem, known))


def names_company(passage: str, company: str) -> bool:
    """Return whether a passage has the first word of a company's folded name: news shortens names."""
    return company.partition(" ")[0] in _words_of(passage)


def likeness(left: Mapping[str, float], right: Mapping[str, float]) -> float:
    """Return how alike two passages' topics are, from 0 to 1: the cosine of their weights' roots."""
    whole = sqrt(sum(left.values()) * sum(right.values()))
    return shared_weight(left, right) / whole if whole else 0.0


def coverage(part: Mapping[str, float], whole: Mapping[str, float]) -> float:
    """Return how much of the weight of one passage's topics another one has, from 0 to 1."""
    weight = sum(part.values())
    return shared_weight(part, whole) / weight if weight else 0.0


def shared_weight(left: Mapping[str, float], right: Mapping[str, float]) -> float:
    """Return the weight of the topics that two passages share."""
    return sum(weight for stem, weight in left.items() if stem in right)


def _tokens_of(passage: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", passage).casefold()
    return _TOKEN.findall("".join(char for char in plain if not unicodedata.combining(char)))


@lru_cache(maxsize=4096)
def _words_of(passage: str) -> frozenset[str]:
    return frozenset(_tokens_of(passage))


@lru_cache(maxsize=4096)
def _all_topics(passage: str) -> Mapping[str, float]:
    stems = {_stem(token) for token in _words_of(passage) if _can_tell(token)}
    return {stem: _COMMON if stem in _common_stems() else TELLING for stem in sorted(stems)}


def _can_tell(token: str) -> bool:
    """Return whether a token can be a topic.

    Numbers of one digit and years cannot: contracts of any two deals run for five years or until 2030.
    """
    if token[0].isdigit():
        return len(token) > 1 and not _YEAR.fullmatch(token)
    return len(token) >= _SHORTEST_WORD


def _stem(token: str) -> str:
    """Return the form in which words are compared: "cells" as "cell", "insurer" as "insurance"; codes whole."""
    return token if any(map(str.isdigit, token)) else _ENDING.sub("", token)[:_STEM_CHARS]


@cache
def _common_stems() -> frozenset[str]:
    lists = tomllib.loads(files("monitor.track").joinpath("common_words.toml").read_text(encoding="utf-8"))
    return frozenset(_stem(word) for words in lists.values() for word in _tokens_of(words))
