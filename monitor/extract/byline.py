"""Who wrote an article and when, as the page shows it to readers next to its headline."""

import re
from datetime import date
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser

from monitor.extract.authors import NOBODY, Authors, choose_authors, find_authors, take_fullest
from monitor.extract.blocks import FURNITURE, Block
from monitor.extract.dates import find_day
from monitor.extract.names import is_person, split_names
from monitor.extract.titles import fold_title

_ABOVE, _CLOSE, _BELOW = 14, 3, 14
"""Blocks above and below the headline or the first paragraph that may hold a byline."""
_MAX_CHARS = 160
_MAX_LINE_CHARS = 100
_DATELINE_CHARS = 40
_DATE_NAMES = frozenset("date time datetime timestamp published posted publish pubdate created dateline datum".split())  # noqa: SIM905 - a table of words reads best as words
_AUTHOR_NAMES = frozenset("author authors byline writer autor auteur contributor vcard".split())  # noqa: SIM905 - a table of words reads best as words
_LEADS = ("by", "von", "vom", "par", "por", "di", "door", "autor", "author", "text")
_LEADING = frozenset((*_LEADS, *(f"{lead}:" for lead in _LEADS)))
_BY = re.compile(
    r"(?:^|\b(?:written|posted|words|reported|published|veröffentlicht|geschrieben|on [^|]{5,25}|[•·|–—-]) )"
    r"(?:by|von|vom|par|por|di|door|autor|author|text)\s*:?(?:\s+(?P<names>[^|•·]{3,160})|$)",
    re.IGNORECASE,
)
_BAR = re.compile(r"\s[-–—|•·/]+\s|\n")
_DATED_CHARS = 80
_MAX_PEN_NAME_CHARS, _MAX_PEN_NAME_WORDS = 30, 3
_MAX_BODY_WORDS = 3
"""Of an organisation's name that is believed to be the author's."""
_UPDATED = re.compile(
    r"\b(?:updated|modified|reviewed|aktualisiert|geändert|actualizado|atualizado|aggiornato|bijgewerkt|mis à jour"
    r"|modifié|copyright)\b|©",
    re.IGNORECASE,
)


class Byline(NamedTuple):
    """What is shown next to an article's headline."""

    authors: Authors
    """Those whom it names expressly."""
    days: list[date]
    """The likeliest day of publication first."""
    changes: list[date]
    """Days on which it was changed."""
    guessed: Authors
    """What looks like names beside a day."""


def read_byline(
    blocks: list[Block], first: int, *, known: Authors = NOBODY, is_day_first: bool = False, is_dated: bool = False
) -> Byline:
    """Return what is shown next to block `first`, where the article begins.

    `known` is who wrote as far as the page states it; `is_dated`, that no day is asked for; `is_day_first` as in
    `find_day`.
    """
    close = _select_short(blocks[max(0, first - _CLOSE) : first + _BELOW])
    # What stands high above a headline belongs to the site, as the day of the issue.
    high = _select_short(blocks[max(0, first - _ABOVE) : max(0, first - _CLOSE)])
    nearby = close + high
    days: list[date] = []
    changes: list[date] = []
    if not is_dated:
        days, changes = _find_days(close, is_day_first=is_day_first)
        if not days:
            days, more = _find_days(high, is_day_first=is_day_first)
            changes += more
    if not is_dated and not days:
        days = _find_dateline(blocks[first : first + _BELOW], is_day_first=is_day_first)
    if known.are_persons:
        return Byline(_find_company(nearby, known), days, changes, NOBODY)
    authors = _find_authors(nearby)
    return Byline(authors, days, changes, NOBODY if authors.names else _guess_authors(nearby))


def settle_authors(tree: LexborHTMLParser, stated: Authors, byline: Byline, site_name: str | None) -> Authors:
    """Return who wrote: as stated, or as the byline says if that names more, or else persons."""
    settled = take_fullest(stated, [byline.authors])
    if settled.are_persons or byline.authors.are_persons:
        return choose_authors(settled, byline.authors)
    if stated.names and stated.names[0].count(" ") < _MAX_BODY_WORDS:
        is_of_site = fold_title(stated.names[0]) in fold_title(site_name or "")
        if not is_of_site:
            return stated
    return choose_authors(find_authors(tree, site_name), byline.guessed, stated, byline.authors)


def is_byline(text: str) -> bool:
    """Tell a line that says who wrote, as `By Ann Lee | 4 May 2026`."""
    if len(text) > _MAX_LINE_CHARS or not (match := _BY.match(text)):
        return False
    return bool(find_day(text) or _keep_persons(match["names"] or ""))


def _find_days(nearby: list[Block], *, is_day_first: bool) -> tuple[list[date], list[date]]:
    """Return the days shown, those in elements named as dates first, and the days of changes."""
    found: list[tuple[bool, date]] = []
    changes: list[date] = []
    for block in nearby:
        text = block.text
        if (day := find_day(text, is_day_first=is_day_first)) is None:
            continue
        # Of `Published 3 May, updated 4 May` the first counts, of `Updated 4 May` none.
        if update := _UPDATED.search(text):
            changes.append(day.date())
            day = find_day(text[: update.start()], is_day_first=is_day_first)
        if day:
            found.append((not _is_named(block, _DATE_NAMES), day.date()))
    return [day for _, day in sorted(found, key=lambda item: item[0])], changes


def _find_dateline(blocks: list[Block], *, is_day_first: bool) -> list[date]:
    """Return the day with which an agency's text begins, behind its place."""
    lines = (block.text[:_DATELINE_CHARS] for block in blocks if len(block.text) > _MAX_CHARS)
    return [day.date() for line in lines if (day := find_day(line, is_day_first=is_day_first))][:1]


def _find_company(nearby: list[Block], known: Authors) -> Authors:
    """Return the authors of a byline that names the known ones and more."""
    name = known.names[0]
    for block in nearby:
        if name in block.text and (match := _BY.search(block.text)):
            names = _keep_persons(match["names"] or "")
            if len(names) > len(known.names) and set(known.names) < set(names):
                return Authors(names, are_persons=True)
    return NOBODY


def _find_authors(nearby: list[Block]) -> Authors:
    pen_names: tuple[str, ...] = ()
    for index, block in enumerate(nearby):
        if _LEADING.isdisjoint(block.text.lower().split()) or not (match := _BY.search(block.text)):
            continue
        text = match["names"] or (nearby[index + 1].text if index + 1 < len(nearby) else "")
        if names := _keep_persons(text):
            return Authors(names, are_persons=True)
        if match["names"] and match.start() == 0:
            pen_names = pen_names or _keep_pen_name(text)
    for block in nearby:
        if _is_named(block, _AUTHOR_NAMES) and (names := _keep_persons(block.text)):
            return Authors(names, are_persons=True)
    return Authors(pen_names, are_persons=False)


def _guess_authors(nearby: list[Block]) -> Authors:
    for block in nearby:
        if len(block.text) < _DATED_CHARS and find_day(block.text):
            names = tuple(name for part in _BAR.split(block.text) for name in _keep_persons(part))
            if names:
                return Authors(names, are_persons=True)
    return NOBODY


def _keep_pen_name(text: str) -> tuple[str, ...]:
    """Return the one short name that stands in a byline; empty for what reads like a sentence."""
    names = split_names(text)[:1]
    return names if names and len(names[0]) < _MAX_PEN_NAME_CHARS and names[0].count(" ") < _MAX_PEN_NAME_WORDS else ()


def _keep_persons(text: str) -> tuple[str, ...]:
    return tuple(name for name in split_names(text.partition("\n")[0]) if is_person(name))


def _select_short(blocks: list[Block]) -> list[Block]:
    return [
        block
        for block in blocks
        if len(block.text) <= _MAX_CHARS and not (block.frame.places & FURNITURE and block.frame.tag == "nav")
    ]


def _is_named(block: Block, names: frozenset[str]) -> bool:
    return not names.isdisjoint(block.inner) or not names.isdisjoint(block.frame.names)
