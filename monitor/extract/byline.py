"""Who wrote an article and when, as the page shows it to readers: the last resort where no metadata says so."""

import re
from collections.abc import Iterator
from datetime import datetime

from monitor.extract.blocks import FURNITURE, Block
from monitor.extract.dates import find_day
from monitor.extract.names import is_person, split_names

_REACH = 14
"""Blocks above and below the headline or the first paragraph that may hold a byline."""
_MAX_CHARS = 160
_DATE_NAMES = frozenset("date time datetime timestamp published posted publish pubdate created dateline datum".split())  # noqa: SIM905 - a table of words reads best as words
_AUTHOR_NAMES = frozenset("author authors byline writer autor auteur contributor vcard".split())  # noqa: SIM905 - a table of words reads best as words
_BY = re.compile(
    r"(?:^|\b(?:written|posted|words|reported|reviewed|published|veröffentlicht|geschrieben|on [^|]{5,25}) )"
    r"(?:by|von|par|por|di|door|autor|author|text)\s*:?\s+(?P<names>[^|•·\d]{3,80})",
    re.IGNORECASE,
)
_UPDATED = re.compile(r"\b(?:updated|modified|aktualisiert|actualizado|mis à jour|copyright)\b|©", re.IGNORECASE)


def find_shown_day(blocks: list[Block], first: int) -> datetime | None:
    """Return the day shown next to block `first`, where the article begins; elements named as dates go first."""
    nearby = list(_nearby(blocks, first))
    for block in (*filter(_is_named_date, nearby), *nearby):
        if not _UPDATED.search(block.text) and (moment := find_day(block.text)):
            return moment
    return next((moment for block in nearby if (moment := find_day(block.text))), None)


def find_shown_authors(blocks: list[Block], first: int) -> tuple[str, ...]:
    """Return the names shown next to block `first`; empty without a byline."""
    nearby = list(_nearby(blocks, first))
    for block in nearby:
        match = _BY.search(block.text)
        if match and (names := _keep_persons(match["names"])):
            return names
    for block in nearby:
        if not _AUTHOR_NAMES.isdisjoint((*block.inner, *block.frame.names)) and (names := _keep_persons(block.text)):
            return names
    return ()


def _keep_persons(text: str) -> tuple[str, ...]:
    return tuple(name for name in split_names(text.partition("\n")[0]) if is_person(name))


def _nearby(blocks: list[Block], first: int) -> Iterator[Block]:
    """Yield the short blocks around the beginning of the article, nearest to its headline first."""
    for index in range(max(0, first - _REACH), min(len(blocks), first + _REACH)):
        block = blocks[index]
        if len(block.text) <= _MAX_CHARS and not (block.frame.places & FURNITURE and block.frame.tag == "nav"):
            yield block


def _is_named_date(block: Block) -> bool:
    return not _DATE_NAMES.isdisjoint((*block.inner, *block.frame.names))
