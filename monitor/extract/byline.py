"""Who wrote an article and when, as the page shows it to readers next to its headline."""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from monitor.extract.authors import NOBODY, Authors
from monitor.extract.blocks import FURNITURE, Block
from monitor.extract.dates import find_day
from monitor.extract.names import is_person, split_names

_REACH = 14
"""Blocks above and below the headline or the first paragraph that may hold a byline."""
_MAX_CHARS = 160
_MAX_LINE_CHARS = 100
_DATELINE_CHARS = 40
_DATE_NAMES = frozenset("date time datetime timestamp published posted publish pubdate created dateline datum".split())  # noqa: SIM905 - a table of words reads best as words
_AUTHOR_NAMES = frozenset("author authors byline writer autor auteur contributor vcard".split())  # noqa: SIM905 - a table of words reads best as words
_BY = re.compile(
    r"(?:^|\b(?:written|posted|words|reported|reviewed|published|veröffentlicht|geschrieben|on [^|]{5,25}) )"
    r"(?:by|von|par|por|di|door|autor|author|text)\s*:?(?:\s+(?P<names>[^|•·]{3,80})|$)",
    re.IGNORECASE,
)
_BAR = re.compile(r"\s[-–—|•·/]+\s|\n")
_DATED_CHARS = 80
_UPDATED = re.compile(r"\b(?:updated|modified|aktualisiert|actualizado|mis à jour|copyright)\b|©", re.IGNORECASE)


class Byline(NamedTuple):
    """What is shown next to an article's headline."""

    authors: Authors
    days: list[date]
    """The likeliest day of publication first."""


def read_byline(blocks: list[Block], first: int, *, is_day_first: bool = False) -> Byline:
    """Return what is shown next to block `first`, where the article begins; `is_day_first` as in `find_day`."""
    nearby = list(_nearby(blocks, first))
    days = list(_find_days(nearby, is_day_first=is_day_first))
    # An agency's line begins with place and day.
    lines = (block.text[:_DATELINE_CHARS] for block in blocks[first : first + _REACH] if len(block.text) > _MAX_CHARS)
    datelines = (day.date() for line in lines if (day := find_day(line, is_day_first=is_day_first)))
    return Byline(_find_authors(nearby), days or list(datelines)[:1])


def is_byline(text: str) -> bool:
    """Tell a line that says who wrote, as `By Ann Lee | 4 May 2026`."""
    if len(text) > _MAX_LINE_CHARS or not (match := _BY.match(text)):
        return False
    return bool(find_day(text) or _keep_persons(match["names"] or ""))


def _find_days(nearby: list[Block], *, is_day_first: bool) -> Iterator[date]:
    """Yield the days shown: those in elements named as dates first, those of changes last."""
    found: list[tuple[bool, bool, date]] = [
        (bool(_UPDATED.search(block.text)), not _is_named(block, _DATE_NAMES), day.date())
        for block in nearby
        if (day := find_day(block.text, is_day_first=is_day_first))
    ]
    return (day for _, _, day in sorted(found, key=lambda item: item[:2]))


def _find_authors(nearby: list[Block]) -> Authors:
    groups = (
        _keep_persons(match["names"] or following.text)
        for block, following in zip(nearby, [*nearby[1:], *nearby[-1:]], strict=True)
        if (match := _BY.search(block.text))
    )
    named = (_keep_persons(block.text) for block in nearby if _is_named(block, _AUTHOR_NAMES))
    dated = (
        tuple(name for part in _BAR.split(block.text) for name in _keep_persons(part))
        for block in nearby
        if len(block.text) < _DATED_CHARS and find_day(block.text)
    )
    names = next(filter(None, (*groups, *named, *dated)), ())
    return Authors(names, are_persons=True) if names else NOBODY


def _keep_persons(text: str) -> tuple[str, ...]:
    return tuple(name for name in split_names(text.partition("\n")[0]) if is_person(name))


def _nearby(blocks: list[Block], first: int) -> Iterator[Block]:
    """Yield the short blocks around the beginning of the article."""
    for index in range(max(0, first - _REACH), min(len(blocks), first + _REACH)):
        block = blocks[index]
        if len(block.text) <= _MAX_CHARS and not (block.frame.places & FURNITURE and block.frame.tag == "nav"):
            yield block


def _is_named(block: Block, names: Iterable[str]) -> bool:
    return not frozenset(names).isdisjoint((*block.inner, *block.frame.names))
