"""Who wrote an article and when, as the page shows it to readers next to its headline."""

import re
from collections.abc import Iterator
from datetime import date
from itertools import chain, islice, zip_longest
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser

from monitor.extract.authors import NOBODY, Authors, choose_authors, find_authors, fold_name, fold_person, take_fullest
from monitor.extract.blocks import FURNITURE, Block
from monitor.extract.dates import YEARISH, find_day
from monitor.extract.names import drop_place, is_person, is_role, split_names
from monitor.extract.published import Publication
from monitor.extract.wording import is_prose

_ABOVE, _CLOSE, _BELOW = 6, 4, 10
"""Blocks above and below the headline or the first paragraph that may hold a byline."""
_MAX_CHARS = 160
_MAX_LINE_CHARS = 100
_DATELINE_CHARS = 40
_DATE_NAMES = frozenset("date time datetime timestamp published posted publish pubdate created dateline datum".split())  # noqa: SIM905 - a table of words reads best as words
_AUTHOR_NAMES = frozenset("author authors byline writer autor auteur autore firma contributor vcard".split())  # noqa: SIM905 - a table of words reads best as words
_LEADS = (
    "by", "von", "vom", "par", "por", "di", "door", "av", "przez", "oleh", "autor", "autorin", "autore", "auteur",
    "author", "text", "tekst", "texte", "texto", "testo", "автор", "текст",
)  # fmt: skip
_LEADING = frozenset((*_LEADS, *(f"{lead}:" for lead in _LEADS)))
"""Words one of which is in any byline: looking for the byline itself takes three times as long."""
_BY = re.compile(
    r"(?:^|\n|\b(?:written|posted|words|reported|published|submitted|story|article|report|analysis|review|interview"
    r"|commentary|veröffentlicht|geschrieben|gespeichert|verfasst|beitrag|kommentar|analyse"
    r"|reportage|bericht|kolumne|on [^|]{5,25}|[•·|–—-]) "
    r"|\b(?=(?:autor(?:in)?|author|von|by|автор|текст):))"
    rf"(?:{'|'.join(_LEADS)})\s*:?"
    # The name may stand in an element of its own, without a space before it: ByAnn Lee.
    r"(?:(?:\s+|(?<=(?-i:By))(?=(?-i:[A-Z][\w.]+ [A-Z])))(?P<names>[^|•·]{3,160})|$)",
    re.IGNORECASE,
)
_BAR = re.compile(r"\s[-–—|•·/]+\s|\n")
_DATED_CHARS, _MAX_DATED_CHARS = 80, 120
_MAX_PEN_NAME_CHARS, _MAX_PEN_NAME_WORDS = 30, 3
_MAX_BODY_WORDS = 3
"""Of an organisation's name that is believed to be the author's."""
_HOST = re.compile(r"(?:www\.)?[\w-]+\.[a-z]{2,3}", re.IGNORECASE)
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
    r"(?:[Bb]y|BY|Von|Autor(?:in|en)?|Authors?):? (?P<names>[^\W\d_a-z].{3,80})"
)
_WRITTEN = ("By", "BY", "Written", "WRITTEN", "This ", "Article", "Post ", "Story ", "Von ", "Autor", "Author")
_TWO_WORDS = re.compile(r"[^\W\d_a-zß-ÿ]\S* (?:\w+ ){0,3}[^\W\d_a-zß-ÿ]|[぀-鿿가-힯؀-ۿऀ-ॿ]{2}")
"""Two words with capitals, or a word of a script without them: what is no name is seen ten times as quickly."""
_GLUE = re.compile(
    r"(?<=[a-zß-ÿ])(?:(?<!\b(?:Mc|De|Di|Da|La|Le|Du))(?<!\b(?:Mac|Van|Del))(?=[A-ZÀ-Þ][\w.]+ [A-ZÀ-Þ])"
    r"|(?=(?:Published|Updated|Posted|Last|Senior|Staff|Chief|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)\b))"
)
"""Where a name and what stands in the next element have no space between them: Ann LeeBo Li, Ann LeeUpdated."""
_MAX_LONE = 5
_LONE_AHEAD = 3
"""Lines below a name among which a day may stand."""
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
    days, changes = _read_days(blocks, first, times)
    # What belongs to the article stands below its headline more often than above.
    below = _select_short(blocks[first : first + _BELOW])
    above = _select_short(blocks[max(0, first - _CLOSE) : first]) + _select_high(blocks, first)
    if known.are_persons:
        return Byline(_find_company(below + above, known), days, changes, NOBODY)
    authors = choose_authors(_find_authors(below), _find_authors(above))
    if authors.names or _is_believed(known, site_name):
        return Byline(authors, days, changes, NOBODY)
    guessed = _guess_authors(below + above, blocks[first:])
    lone = NOBODY if guessed.names else _find_lone_name(blocks, first, is_stated=bool(known.names))
    return Byline(authors, days, changes, choose_authors(guessed, lone))


def _read_days(blocks: list[Block], first: int, times: Publication) -> tuple[list[date], list[date]]:
    """Return the days shown, and those of changes; looked for the further away the less the page states."""
    if times.is_settled:
        return [], []
    days, changes = _find_days(_order_by_distance(blocks, first), is_day_first=times.is_day_first)
    if not days:
        # What stands high above a headline belongs to the site, as the day of the issue.
        days, more = _find_days(_select_high(blocks, first), is_day_first=times.is_day_first)
        changes += more
    if times.published:
        return days, changes
    days = days or _find_dateline(blocks[first : first + _BELOW], is_day_first=times.is_day_first)
    if not (days or changes):
        changes = _find_far_days(blocks[first:], is_day_first=times.is_day_first)
        changes = changes or _find_far_days(blocks[first::-1], is_day_first=times.is_day_first)
    return days, changes


def _select_high(blocks: list[Block], first: int) -> list[Block]:
    return _select_short(blocks[max(0, first - _ABOVE) : max(0, first - _CLOSE)])


def settle_authors(tree: LexborHTMLParser, stated: Authors, byline: Byline, site_name: str | None) -> Authors:
    """Return who wrote: as stated, or as the byline says if that names more, or else persons."""
    settled = take_fullest(stated, [byline.authors])
    if settled.are_persons or byline.authors.are_persons:
        return choose_authors(settled, byline.authors)
    if _is_believed(stated, site_name):
        return stated
    if byline.guessed.names or (byline.authors.names and not stated.names):
        return choose_authors(byline.guessed, byline.authors)
    found = find_authors(tree, site_name)
    return found if found.are_persons else choose_authors(stated, found)


def _is_believed(stated: Authors, site_name: str | None) -> bool:
    """Tell a pen name or an agency from the site's own name or host, which templates state if they know no better."""
    if not stated.names or stated.names[0].count(" ") >= _MAX_BODY_WORDS or _HOST.fullmatch(stated.names[0]):
        return False
    name, site = fold_name(stated.names[0]), fold_name(site_name or "")
    # A first name may begin the name of its bearer's site.
    return name not in site or (len(name) * 2 < len(site) and name not in (site_name or "").casefold().split())


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
    """Return the authors of a byline, or of a line that begins with one, that names the known ones and more."""
    name = known.names[0]
    wanted = {fold_person(known_name) for known_name in known.names}
    for block in nearby:
        if name not in block.text:
            continue
        match = _BY.search(block.text)
        # Bars part a name from topics.
        names = _keep_persons((match["names"] or "") if match else _BAR.split(block.text, maxsplit=1)[0])
        if len(names) > len(wanted) and wanted < {fold_person(other) for other in names}:
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
        if names := _keep_persons(_GLUE.sub(", ", text) if match["names"] else text):
            more = _list_next_names(nearby[index + 1 :])
            return Authors(tuple(dict.fromkeys((*names, *more))), are_persons=True)
        if match["names"] and match.start() == 0:
            pen_names = pen_names or _keep_pen_name(text)
    for block in nearby:
        if _is_named(block, _AUTHOR_NAMES) and not _GLUE.search(block.text) and (names := _keep_persons(block.text)):
            return Authors(names, are_persons=True)
    return Authors(pen_names, are_persons=False)


def _list_next_names(below: list[Block]) -> Iterator[str]:
    """Yield who is named in bylines right below one, as some pages give each author a line."""
    for block in below:
        if not (match := _BY.match(block.text)):
            return
        yield from _keep_persons(match["names"] or "")


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


def _find_lone_name(blocks: list[Block], first: int, *, is_stated: bool) -> Authors:
    """Return the name that stands alone below the headline, before a role, or a day unless somebody else is stated."""
    texts = [block.text for block in blocks[first + 1 : first + _CLOSE + _LONE_AHEAD]]
    for index, text in enumerate(texts[:_CLOSE]):
        names = split_names(text) if len(text) < _DATED_CHARS else ()
        if len(names) != 1 or not text.startswith(name := names[0]) or not is_person(name):
            continue
        if not 1 <= name.count(" ") < _MAX_PEN_NAME_WORDS:
            continue
        after = [line for line in texts[index + 1 : index + 1 + _LONE_AHEAD] if len(line) < _DATED_CHARS]
        is_dated = name == text and not is_stated and any(find_day(line) for line in after)
        is_named = is_dated or is_role(text[len(name) :]) or (name == text and after and is_role(after[0]))
        # What stands in the menu is a topic.
        if is_named and not any(name in block.text for block in blocks[:first]):
            return Authors((name,), are_persons=True)
    return NOBODY


def _keep_pen_name(text: str) -> tuple[str, ...]:
    """Return the one short name that stands in a byline; empty for what reads like a sentence."""
    names = split_names(text)[:1]
    name = drop_place(names[0]) if names else ""
    return (name,) if name and len(name) < _MAX_PEN_NAME_CHARS and name.count(" ") < _MAX_PEN_NAME_WORDS else ()


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
