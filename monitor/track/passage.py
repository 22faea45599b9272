"""What a passage is about, so that the same news told in other words is known again."""

import re
import tomllib
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from functools import cache, lru_cache
from importlib.resources import files
from math import sqrt

from monitor.models import Evidence, Field

PASSAGE_CHARS = 900
"""Read after the start of an evidence sentence: two outlets tell the facts of a deal in another order."""

_TOKEN = re.compile(r"\d+(?:[.,]\d+)*(?![^\W_])|[^\W_]+")
_YEAR = re.compile(r"(?:19|20)\d\d")
_NAME = re.compile(r"(?<=[^\W\d_A-Z,;] |[,;] )[^\W\d_a-z][^\W\d_]{3,}")
_LOWER = re.compile(r"(?<![^\W\d_])[^\W\d_A-Z][^\W\d_]+")
_FIGURE = re.compile(
    r"(?P<currency>[$€£¥])?(?P<number>\d+(?:[.,]\d+)*)[ -]?"
    r"(?P<factor>(?:(?:milli[oa]|millones|billion)[^\W\d_]*|mln|mio|mn|m|bln|bn)\b)?[ -]?"
    r"(?:de |d')?(?P<unit>[^\W\d_]{3,}|%)?"
)
_THOUSANDS = re.compile(r"\d{1,3}(?:[.,]\d{3})+")
_MONEY = re.compile(r"dollar|euro|pound|pfund|franc|franken|yen|yuan|rupee")
_ENDING = re.compile(r"(?:ings?|ed|s)$")
_STEM_CHARS = 5
_SHORTEST_WORD = 3
_LEAST_FIGURE = 10
"""Contracts of any two deals run for five years."""
TELLING = 0.3
"""What a passage's topics weigh together, or more, that can tell one deal from others."""
_COMMON = 0.05
_FEW_WORDS, _FEW_OF_TITLE = 1.0, 0.5
"""Weights of topics that are few."""


def passage_of(title: str, text: str, evidence: Iterable[Evidence]) -> str:
    """Return the title and what the text says around this evidence; its beginning if that is a title."""
    starts = sorted({one.start for one in evidence if one.field is Field.TEXT}) or [0]
    return "\n".join([title, *(text[start : start + PASSAGE_CHARS] for start in starts)])


def weigh_topics(passage: str, names: Iterable[str] = ()) -> dict[str, float]:
    """Return the stems of a passage's words, and its numbers, with their weights; without the words of `names`.

    A number or a rare word weighs 1, a word of much news nearly 0.
    """
    known = _stems_of(names)
    return {stem: weight for stem, weight in _all_topics(passage).items() if stem not in known}


def find_names(passage: str, names: Iterable[str] = ()) -> frozenset[str]:
    """Return the stems of places, products and people that the text names; without `names`.

    They have a capital letter within a sentence, and nowhere a small one.
    """
    return _all_names(passage) - _stems_of(names)


@lru_cache(maxsize=4096)
def find_figures(passage: str) -> Mapping[str, AbstractSet[float]]:
    """Return what a passage counts, as "turbi" or "money", and how many of it; 10 or more, and no years.

    "$240 million" and "240 Millionen Dollar" are one.
    """
    figures: dict[str, set[float]] = defaultdict(set)
    for found in _FIGURE.finditer(_fold(passage)):
        value = _value_of(found["number"], found["factor"] or "")
        unit = found["unit"] or ""
        is_money = bool(found["currency"] or _MONEY.match(unit))
        if value >= _LEAST_FIGURE and (is_money or found["factor"] or not _YEAR.fullmatch(found["number"])):
            figures["money" if is_money else _stem(unit)].add(value)
    return dict(figures)


def names_company(passage: str, company: str) -> bool:
    """Return whether a passage has the first word of a company's folded name: news shortens names."""
    return company.partition(" ")[0] in _words_of(passage)


def likeness(left: Mapping[str, float], right: Mapping[str, float]) -> float:
    """Return how alike two passages' topics are, from 0 to below 1: the cosine of their weights' roots.

    Less if there are few topics: they may agree by chance.
    """
    return shared_weight(left, right) / sqrt((_FEW_WORDS + weight_of(left)) * (_FEW_WORDS + weight_of(right)))


def coverage(part: Mapping[str, float], whole: Mapping[str, float]) -> float:
    """Return how much of the weight of one passage's topics another one has, from 0 to below 1; less of few topics."""
    return shared_weight(part, whole) / (_FEW_OF_TITLE + weight_of(part))


def weight_of(topics: Mapping[str, float]) -> float:
    """Return the weight of a passage's topics, 0 or more."""
    return sum(topics.values())


def shared_weight(left: Mapping[str, float], right: Mapping[str, float]) -> float:
    """Return the weight of the topics that two passages share."""
    return sum(weight for stem, weight in left.items() if stem in right)


def _fold(passage: str) -> str:
    plain = unicodedata.normalize("NFKD", passage).casefold()
    return "".join(char for char in plain if not unicodedata.combining(char))


def _tokens_of(passage: str) -> list[str]:
    return _TOKEN.findall(_fold(passage))


def _stems_of(words: Iterable[str]) -> frozenset[str]:
    return frozenset(_stem(token) for word in words for token in _tokens_of(word))


def _value_of(number: str, factor: str) -> float:
    """Return a number's value; "1,234" is thousands, and so is "1.234" if no factor follows."""
    if _THOUSANDS.fullmatch(number) and ("," in number or not factor):
        number = re.sub("[.,]", "", number)
    whole, *rest = re.split("[.,]", number)
    power = 9 if factor.startswith(("b", "milliard")) else 6 if factor else 0
    return float(f"{whole}.{''.join(rest)}e{power}")


@lru_cache(maxsize=4096)
def _words_of(passage: str) -> frozenset[str]:
    return frozenset(_tokens_of(passage))


@lru_cache(maxsize=4096)
def _all_topics(passage: str) -> Mapping[str, float]:
    stems = {_stem(token) for token in _words_of(passage) if _can_tell(token)}
    return {stem: _weights().get(stem, 1.0) for stem in sorted(stems)}


@lru_cache(maxsize=4096)
def _all_names(passage: str) -> frozenset[str]:
    text = passage.partition("\n")[2]
    return _stems_of(_NAME.findall(text)) - _stems_of(_LOWER.findall(passage))


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
def _weights() -> Mapping[str, float]:
    """Return the weights of stems that are not rare."""
    counted = {word: float(weight) for weight, words in _read("rare_words.toml").items() for word in words.split()}
    return counted | dict.fromkeys(_stems_of(_read("common_words.toml").values()), _COMMON)


def _read(name: str) -> dict[str, str]:
    return tomllib.loads(files("monitor.track").joinpath(name).read_text(encoding="utf-8"))
