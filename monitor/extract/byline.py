"""Who wrote an article and when, as the page shows it to readers next to its headline."""

import re
from datetime import date
from itertools import chain, islice, zip_longest
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser

from monitor.extract.authors import NOBODY, Authors, choose_authors, find_authors, take_fullest
from monitor.extract.blocks import FURNITURE, Block
from monitor.extract.dates import YEARISH, find_day
from monitor.extract.names import is_person, split_names
from monitor.extract.published import Publication
from monitor.extract.titles import fold_title
from monitor.extract.wording import is_prose

_ABOVE, _CLOSE, _BELOW = 6, 4, 10
"""Blocks above and below the headline or the first paragraph that may hold a byline."""
_MAX_CHARS = 160
_MAX_LINE_CHARS = 100
_DATELINE_CHARS = 40
_DATE_NAMES = frozenset("date time datetime timestamp published posted publish pubdate created dateline datum".split())  # noqa: SIM905 - a table of words reads best as words
_AUTHOR_NAMES = frozenset("author authors byline writer autor auteur autore firma contributor vcard".split())  # noqa: SIM905 - a table of words reads best as words
_LEADS = ("by", "von", "vom", "par", "por", "di", "door", "autor", "autorin", "author", "text", "автор", "текст")
_LEADING = frozenset((*_LEADS, *(f"{lead}:" for lead in _LEADS)))
"""Words one of which is in any byline: looking for the byline itself takes three times as long."""
_BY = re.compile(
    r"(?:^|\n|\b(?:written|posted|words|reported|published|veröffentlicht|geschrieben|on [^|]{5,25}|[•·|–—-]) "
    r"|\b(?=(?:autor(?:in)?|author|von|by|автор|текст):))"
    r"(?:by|von|vom|par|por|di|door|autor(?:in)?|author|text|автор|текст)\s*:?"
    # The name may stand in an element of its own, without a space before it: ByAnn Lee.
    r"(?:(?:\s+|(?<=(?-i:By))(?=(?-i:[A-Z][\w.]+ [A-Z])))(?P<names>[^|•·]{3,160})|$)",
    re.IGNORECASE,
)
_BAR = re.compile(r"\s[-–—|•·/]+\s|\n")
_DATED_CHARS, _MAX_DATED_CHARS = 80, 120
_MAX_PEN_NAME_CHARS, _MAX_PEN_NAME_WORDS = 30, 3
_MAX_BODY_WORDS = 3
"""Of an organisation's name that is believed to be the author's."""
_UPDATED = re.compile(
    r"(?<![a-z])(?:updated|modified|reviewed|aktualisiert|geändert|actualizado|atualizado|aggiornato|bijgewerkt"
    r"|mis à jour|modifié|copyright)\b|©",
    re.IGNORECASE,
)

_PUBLISHED = re.compile(
    r"\b(?:publi(?:shed|é|cado)|posted|created|(?:erst)?(?:veröffentlicht|publikation)|pubblicato)\b", re.IGNORECASE
)
_SAYS_DAY = re.compile(
    r"\b(?:publi\w+|posted|created|updated|edited|modified|erstellt|veröffentlicht|aktualisiert|geändert|stand|datum|date)\b",
    re.IGNORECASE,
)
_IS = re.compile(r",? (?:is|was|has|ist|est|es|è|é|är|er) ")
_WRITTEN_BY = re.compile(
    r"(?:This |Our )?(?:[Aa]rticle |[Pp]ost |[Ss]tory |[Pp]iece )?(?:was )?(?:[Ww]ritten |WRITTEN |[Aa]uthored )?"
    r"(?:[Bb]y|BY|Von|Autor(?:in)?|Author):? (?P<names>[^\W\d_a-z].{3,80})"
)
_WRITTEN = ("By", "BY", "Written", "WRITTEN", "This ", "Article", "Post ", "Story ", "Von ", "Autor", "Author")
_TWO_WORDS = re.compile(r"[^\W\d_a-zß-ÿ]\S* (?:\w+ ){0,3}[^\W\d_a-zß-ÿ]|[぀-鿿가-힯؀-ۿऀ-ॿ]{2}")
"""Two words with capitals, or a word of a script without them: what is no name is seen ten times as quickly."""
_MAX_LONE = 5
_MAX_FAR, _MAX_DAY_CHARS = 500, 30
_MAX_DAYS = 3


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
    blocks: list[Block], first: int, *, times: Publication, known: Authors = NOBODY, site_name: str | None = None
) -> Byline:
    """Return what is shown next to block `first`, where the article begins, as far as it may be asked for.

    `times` and `known` are what the page states of its publication and its authors.
    """
    close = _select_short(blocks[max(0, first - _CLOSE) : first + _BELOW])
    high = _select_short(blocks[max(0, first - _ABOVE) : max(0, first - _CLOSE)])
    nearby = close + high
    days: list[date] = []
    changes: list[date] = []
    if not times.is_settled:
        days, changes = _find_days(_order_by_distance(blocks, first), is_day_first=times.is_day_first)
        if not days:
            # What stands high above a headline belongs to the site, as the day of the issue.
            days, more = _find_days(high, is_day_first=times.is_day_first)
            changes += more
        days = days or _find_dateline(blocks[first : first + _BELOW], is_day_first=times.is_day_first)
    if not (times.published or days or changes):
        changes = _find_far_days(blocks[first:], is_day_first=times.is_day_first)
        changes = changes or _find_far_days(blocks[first::-1], is_day_first=times.is_day_first)
    if known.are_persons:
        return Byline(_find_company(nearby, known), days, changes, NOBODY)
    authors = _find_authors(nearby)
    is_enough = authors.names or _is_believed(known, site_name)
    return Byline(authors, days, changes, NOBODY if is_enough else _guess_authors(nearby, blocks[first:]))


def settle_authors(tree: LexborHTMLParser, stated: Authors, byline: Byline, site_name: str | None) -> Authors:
    """Return who wrote: as stated, or as the byline says if that names more, or else persons."""
    settled = take_fullest(stated, [byline.authors])
    if settled.are_persons or byline.authors.are_persons:
        return choose_authors(settled, byline.authors)
    if _is_believed(stated, site_name):
        return stated
    return (
        byline.guessed
        if byline.guessed.names
        else choose_authors(find_authors(tree, site_name), stated, byline.authors)
    )


def _is_believed(stated: Authors, site_name: str | None) -> bool:
    """Tell a pen name or an agency from the site's own name, which templates state when they know no better."""
    if not stated.names or stated.names[0].count(" ") >= _MAX_BODY_WORDS:
        return False
    return fold_title(stated.names[0]) not in fold_title(site_name or "")


def is_byline(text: str) -> bool:
    """Tell a line that says who wrote, as `By Ann Lee | 4 May 2026`."""
    if len(text) > _MAX_CHARS or not (match := _BY.match(text)):
        return False
    persons, day = _keep_persons(match["names"] or ""), find_day(text)
    if len(text) > _MAX_LINE_CHARS:
        return bool(persons and day)
    # A sentence may begin so: By 4 May the two must agree.
    return bool(persons or (day and not is_prose(text)))


def _find_days(nearby: list[Block], *, is_day_first: bool) -> tuple[list[date], list[date]]:
    """Return the days shown, those in elements named as dates first, and the days of changes."""
    found: list[tuple[Block, date]] = []
    changes: list[date] = []
    for block in nearby:
        text = block.text
        # Sentences speak of other days.
        if (
            len(text) > _MAX_DATED_CHARS
            or not YEARISH.search(text)
            or (day := find_day(text, is_day_first=is_day_first)) is None
        ):
            continue
        # Of `Published 3 May, updated 4 May`, in either order, the first counts, of `Updated 4 May` none.
        if update := _UPDATED.search(text):
            changes.append(day.date())
            before = find_day(text[: update.start()], is_day_first=is_day_first)
            behind = None if before else _PUBLISHED.search(text, update.end())
            day = find_day(text[behind.start() :], is_day_first=is_day_first) if behind else before
        elif "modified" in block.inner or "modified" in block.frame.names:
            changes.append(day.date())
            day = None
        if day:
            found.append((block, day.date()))
            if len(found) == _MAX_DAYS:
                break
    if len(found) > 1:
        found.sort(key=lambda item: not _is_named(item[0], _DATE_NAMES))
    return [day for _, day in found], changes


def _find_dateline(blocks: list[Block], *, is_day_first: bool) -> list[date]:
    """Return the day with which an agency's text begins, behind its place."""
    lines = (block.text[:_DATELINE_CHARS] for block in blocks if len(block.text) > _MAX_CHARS)
    return [day.date() for line in lines if (day := find_day(line, is_day_first=is_day_first))][:1]


def _find_far_days(blocks: list[Block], *, is_day_first: bool) -> list[date]:
    """Return the days in lines that hold little else, or that say what day it is; such stand below some articles."""
    lines = (block.text for block in blocks[:_MAX_FAR] if len(block.text) <= _MAX_LINE_CHARS)
    lines = (line for line in lines if len(line) < _MAX_DAY_CHARS or _SAYS_DAY.search(line))
    days = (day.date() for line in lines if (day := find_day(line, is_day_first=is_day_first)))
    return list(islice(days, 1))


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
        words = block.text.lower().split()
        is_led = not _LEADING.isdisjoint(words) or words[0].startswith("by")
        if not is_led or not (match := _BY.search(block.text)):
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


def _guess_authors(nearby: list[Block], far: list[Block]) -> Authors:
    """Return the names that stand beside a day, before a note on their bearer, or at the end behind `Written by`."""
    for block in nearby:
        if len(block.text) < _DATED_CHARS and find_day(block.text):
            names = tuple(name for part in _BAR.split(block.text) for name in _keep_persons(part))
            if names:
                return Authors(names, are_persons=True)
    short = (block.text for block in nearby if len(block.text) < _MAX_PEN_NAME_CHARS)
    lone = tuple(text for text in short if _TWO_WORDS.match(text) and is_person(text))[:_MAX_LONE]
    for block in far[:_MAX_FAR]:
        text = block.text
        if lone and text.startswith(lone):
            name = next(name for name in lone if text.startswith(name))
            if _IS.match(text, len(name)):
                return Authors((name,), are_persons=True)
        elif (
            text.startswith(_WRITTEN)
            and (match := _WRITTEN_BY.match(text))
            and (names := _keep_persons(match["names"]))
        ):
            return Authors(names, are_persons=True)
    return NOBODY


def _keep_pen_name(text: str) -> tuple[str, ...]:
    """Return the one short name that stands in a byline; empty for what reads like a sentence."""
    names = split_names(text)[:1]
    return names if names and len(names[0]) < _MAX_PEN_NAME_CHARS and names[0].count(" ") < _MAX_PEN_NAME_WORDS else ()


def _keep_persons(text: str) -> tuple[str, ...]:
    line = text.partition("\n")[0]
    return tuple(name for name in split_names(line) if is_person(name)) if _TWO_WORDS.search(line) else ()


def _select_short(blocks: list[Block]) -> list[Block]:
    return [
        block
        for block in blocks
        if len(block.text) <= _MAX_CHARS and not (block.frame.places & FURNITURE and block.frame.tag == "nav")
    ]


def _order_by_distance(blocks: list[Block], first: int) -> list[Block]:
    """Return the short blocks near `first`, the nearest first."""
    below, above = blocks[first : first + _BELOW], blocks[max(0, first - _CLOSE) : first][::-1]
    return _select_short([block for block in chain.from_iterable(zip_longest(below, above)) if block])


def _is_named(block: Block, names: frozenset[str]) -> bool:
    return not names.isdisjoint(block.inner) or not names.isdisjoint(block.frame.names)
