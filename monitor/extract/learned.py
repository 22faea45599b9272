"""What a site shows under article after article, learned from its articles and taken out of the next ones.

The lines of a text are its leaf blocks, so that pages and plain text are learned alike. Only lines that all other steps
have kept are learned: what no structure gives away. A line counts if it stood on enough articles that were published no
later than this one, so that nothing is taken out that merely repeats it afterwards.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple

from monitor.extract.features import fold
from monitor.extract.wording import is_promo
from monitor.models import Article, Stripped, StripReason

MAX_SIGHTINGS = 8
"""Remembered of one line, the earliest ones."""
MIN_CHARS = 12
"""Of letters and digits; shorter lines are subheadings as often as they are furniture."""

_DIGITS = re.compile(r"\d+")
_NAME = re.compile(r"\b[A-Z]\w{2,}")
_SHORT_WORDS = 22
_MAX_SHARE = 0.5
"""Of an article's words."""


class Sighting(NamedTuple):
    """An article on which a line stood."""

    article: int
    """Hash of its URL."""
    at: datetime
    """When it was published; if that is unknown, when it was first seen."""


class Knowledge(NamedTuple):
    """What is known of a site."""

    sightings: Mapping[int, tuple[Sighting, ...]]
    """By fingerprint of the line, earliest first."""
    articles: int
    """How many were learned from."""


NOTHING = Knowledge({}, 0)


@lru_cache(maxsize=1024)
def fingerprint(text: str) -> int:
    """Return 64 bits, signed, of a text; all digits are one, white space, case and punctuation do not count."""
    return _hash(_DIGITS.sub("0", fold(text)))


def _hash(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(errors="replace"), digest_size=8).digest(), signed=True)


def list_fingerprints(article: Article) -> tuple[int, ...]:
    """Return the fingerprints of the lines of an article that can be learned."""
    return _fingerprint_lines(article.text)


@lru_cache(maxsize=4)
def _fingerprint_lines(text: str) -> tuple[int, ...]:
    # Kept for a moment: what is known of an article's lines is read before they are learned.
    return tuple(dict.fromkeys(fingerprint(line) for line in text.split("\n") if len(fold(line)) >= MIN_CHARS))


def learn(article: Article, known: Knowledge, at: datetime) -> Knowledge:
    """Return what is known of this article's lines, now that it was seen; at a second look nothing is new."""
    own = Sighting(_hash(article.url), at)
    sightings = dict(known.sightings)
    for line in list_fingerprints(article):
        before = sightings.get(line, ())
        if all(sighting.article != own.article for sighting in before):
            sightings[line] = tuple(sorted((*before, own), key=lambda sighting: sighting.at)[:MAX_SIGHTINGS])
    return Knowledge(sightings, known.articles + 1)


def strip_learned(article: Article, known: Knowledge, at: datetime) -> Article:
    """Return the article without the lines that its site has shown on others before; they stand in `stripped`.

    An article of which most would go stays as it is: each of a series, as of quarterly figures, says the same.
    """
    if not known.sightings:
        return article
    lines = article.text.split("\n")
    seen = [_find_earlier(line, article, known, at) for line in lines]
    learned = _choose_lines(lines, seen, _list_names(article)) if any(seen) else set()
    if not learned or _count_words(learned) > _MAX_SHARE * _count_words(lines):
        return article
    paragraphs = [
        "\n".join(line for line in paragraph.split("\n") if line not in learned)
        for paragraph in article.text.split("\n\n")
    ]
    stripped = (
        Stripped(text=line, reason=StripReason.LEARNED, where=f"learned on {len(others)} of {known.articles} articles")
        for line, others in zip(lines, seen, strict=True)
        if line in learned
    )
    return replace(article, text="\n\n".join(filter(None, paragraphs)), stripped=(*article.stripped, *stripped))


def _list_names(article: Article) -> frozenset[str]:
    """Return the capitalised words of a headline that the text does not also write in lower case."""
    return frozenset(_NAME.findall(article.title)).difference(
        word.title() for word in article.text.split() if word.islower()
    )


def _find_earlier(line: str, article: Article, known: Knowledge, at: datetime) -> set[int]:
    """Return the other articles, published no later, on which a line stood."""
    sightings = known.sightings.get(fingerprint(line), ())
    own = _hash(article.url)
    return {sighting.article for sighting in sightings if sighting.article != own and sighting.at <= at}


def _choose_lines(lines: list[str], seen: list[set[int]], names: frozenset[str]) -> set[str]:
    """Return the lines that are boilerplate.

    One other article is enough for what reads like a promo, and for a short line of one that tells another story: one
    that shares no long line. A name of the headline ties a line to its story: it may be background that each
    follow-up repeats.
    """
    kin = {other for line, others in zip(lines, seen, strict=True) if not _is_short(line) for other in others}
    chosen = set()
    for line, others in zip(lines, seen, strict=True):
        is_tied = not names.isdisjoint(_NAME.findall(line))
        needed = 6 if is_tied else 2 if _is_short(line) else 4
        if is_promo(line):
            needed = 3 if is_tied else 1
        if len(others) >= needed or (_is_short(line) and not is_tied and others - kin):
            chosen.add(line)
    return chosen


def _is_short(line: str) -> bool:
    """Tell a line of the length of a promo's; paragraphs that follow-ups repeat are longer."""
    return line.count(" ") < _SHORT_WORDS


def _count_words(lines: Iterable[str]) -> int:
    return sum(len(line.split()) for line in lines)
