"""When an article was published: what the page states, in order of trust, and on which day its readers saw it.

Many pages state their moments in UTC, so that an evening in America is the next day. The day that the page shows, or
that its URL holds, is right then: the moment stays, its offset is the least that makes it that day.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import islice
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from monitor.extract.dates import Moment, find_day, find_day_in_url, parse_moment
from monitor.extract.jsonld import Json, get_text
from monitor.extract.marks import Marks, find_date_elements, is_aside

_PUBLISHED_NAMES = (
    "articlepublishedtime", "datepublished", "ogarticlepublishedtime", "ogpublishedtime", "articlepublished",
    "pubdate", "publishdate", "publisheddate", "publicationdate", "publishedtime", "publishtime", "parselypubdate",
    "sailthrudate", "dcdateissued", "dctermsissued", "dcdatepublished", "citationpublicationdate",
    "citationonlinedate", "citationdate", "cxenseparserecspublishtime", "cxenseparsepublishtime", "ogpubdate",
    "ogpublishdate", "prismpublicationdate", "displaydate", "articledateoriginal", "originalpublicationdate",
    "btpubdate", "rnewsdatepublished", "ptime", "pdate", "releasedate", "ogreleasedate",
    "shareaholicarticlepublishedtime", "datecreateddatepublished",
)  # fmt: skip
_PUBLISHED_NAME = re.compile(r"(?:^|[^n])publi(?:sh|cation).*(?:date|time)|date.*publi(?:sh|cation)|first.*publi")
"""Other names, as each system has its own."""
_DATE_NAMES = (
    "date", "dcdate", "dctermsdate", "dctermscreated", "dcdatecreated", "dccreated", "dctermsavailable",
    "articlecreated", "datecreated", "created", "createdate", "uploaddate",
)  # fmt: skip
"""Names that often hold the last change."""
_MODIFIED_NAMES = (
    "articlemodifiedtime", "datemodified", "ogupdatedtime", "ogarticlemodifiedtime", "lastmodified", "lastmod",
    "dctermsmodified", "modified", "updated",
)  # fmt: skip
_PUBLISHED_WORDS = ("publish", "pubdate", "posted", "entry-date", "dateline")
_MODIFIED_WORDS = ("updated", "modified", "lastmod")
_DAY_FIRST_DOMAINS = (".uk", ".au", ".nz", ".ie", ".in", ".za")
_WORLD_DOMAINS = frozenset(("us", "io", "ai", "co", "tv", "me", "ly", "to", "cc", "fm"))
"""Countries' domains that anybody takes."""
_SAME = timedelta(seconds=90)
"""Two statements of one moment may be rounded."""
_MAX_MARK_CHARS = 120
_MAX_STATED = 8
_MAX_CLOCKS = 8
"""Elements among which the same moment is looked for with its offset."""
_MAX_SCRIPTS, _MAX_SCRIPT_CHARS = 60, 300_000
_ODD_DAYS = timedelta(days=3)
"""Drafts get their URL some days before they are published."""
_WESTMOST, _EASTMOST = timedelta(hours=-10), timedelta(hours=13)
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


class Publication(NamedTuple):
    """The times of an article."""

    published: Moment | None
    is_sure: bool
    """It was stated as the publication, not just as a date."""
    modified: Moment | None
    others: tuple[Moment, ...]
    """Different moments that the page states as its publication too."""
    is_day_first: bool
    """The page writes 3/11/2026 for the third of November."""
    is_settled: bool
    """Nothing that the page shows near its headline would change it: its URL or its offset tells the readers' day."""
    scripted: Moment | None
    """What a script of the page calls its publication, if nothing else does."""


def read_publication(tree: LexborHTMLParser, marks: Marks, article: Json, url: str, language: str) -> Publication:
    """Return when the page says that it was published and changed; `language` is the page's own tag, as `en-GB`."""
    is_day_first = _is_day_first(language, url)
    url_day = find_day_in_url(url)
    described = get_text(article, "datePublished")
    stated = _parse_all((described, *_list_published(marks)), is_day_first=is_day_first)
    # Templates that write a day in words state when they were built, not the article.
    is_sure = bool(url_day or (stated and (len(stated) > 1 or not described or described[:4].isdigit())))
    elements = [] if stated else _read_elements(tree, marks, is_day_first=is_day_first)
    sure = [*stated, *(element.moment for element in elements if element.rank == 0)]
    shown = [element.moment for element in sorted(elements, key=lambda element: element.rank)]
    named = () if stated else (*_list_meta(marks, _DATE_NAMES), get_text(article, "dateCreated"))
    dated = [*_parse_all(named, is_day_first=is_day_first), *shown]
    chosen = _choose(sure, dated, url_day)
    if chosen:
        chosen = _localise(chosen, sure, marks, url_day)
    changes = (get_text(article, "dateModified"), *_list_meta(marks, _MODIFIED_NAMES))
    modified = next(iter(_parse_all(changes, is_day_first=is_day_first, limit=1)), None)
    others = tuple(other for other in (*sure, *dated) if chosen and _is_rival(other, chosen, modified))
    is_settled = bool(chosen and stated and is_sure and not others and (url_day or chosen.at.utcoffset()))
    is_sure = is_sure or bool(sure and not stated)
    scripted = None if chosen else _find_in_scripts(tree)
    return Publication(chosen, is_sure, modified, others, is_day_first, is_settled, scripted)


def settle_day(times: Publication, days: list[date]) -> Moment | None:
    """Return when an article was published, on the day that readers see: one of `days`, those shown near the headline.

    The first of them is it if the page states nothing, or no more than some date; otherwise a neighbouring day counts,
    or one that the page states elsewhere.
    """
    stated = times.published
    if stated is not None and stated.at.date() in days:
        return stated
    if stated is not None:
        # Days further off, as of the paper's issue, do not move it.
        if days and (moved := _move(stated, days[0])) is not stated:
            return moved
        for day in days:
            for moment in times.others:
                if moment.at.date() == day or _move(moment, day) is not moment:
                    return _move(moment, day)
        if times.is_sure:
            return stated
    if days:
        return _make_day(days[0])
    return stated


def find_marked_day(tree: LexborHTMLParser, times: Publication, changes: list[date]) -> Moment | None:
    """Return a day for an article that states none: of an element, of a script, or the last change that it shows."""
    for node in (*find_date_elements(tree), *tree.css("[datetime], abbr, time")[:_MAX_CLOCKS]):
        shown = node.text(separator=" ")[:_MAX_MARK_CHARS]
        attributes = node.attributes
        for text in (shown, attributes.get("datetime"), attributes.get("title"), attributes.get("content")):
            if not text or _is_change(shown.lower()):
                continue
            if day := find_day(text[:_MAX_MARK_CHARS], is_day_first=times.is_day_first):
                return Moment(day, is_day=True)
    if times.scripted:
        return times.scripted
    if changes:
        return _make_day(changes[0])
    picture = tree.css_first('meta[property="og:image"]')
    address = (picture.attributes.get("content") or "")[:_MAX_MARK_CHARS] if picture else ""
    day = find_day_in_url(address)
    return Moment(day, is_day=True) if day else None


def _find_in_scripts(tree: LexborHTMLParser) -> Moment | None:
    """Return the first moment that a script of the page calls its publication."""
    for node in tree.css("script")[:_MAX_SCRIPTS]:
        text = node.text()[:_MAX_SCRIPT_CHARS]
        for hint in _HINTS:
            at = text.find(hint)
            for _ in range(_MAX_HINTS):
                if at < 0:
                    break
                match = _IN_SCRIPT.search(text, max(0, at - _AROUND), at + 2 * _AROUND)
                if match and (moment := parse_moment(match[1])):
                    return moment
                at = text.find(hint, at + _AROUND)
    return None


_HINTS = ("ublish", "ublication", "ubdate", "ubDate", "Date(")
"""What stands in any place worth a look: a script may be long."""
_MAX_HINTS, _AROUND = 10, 40
_IN_SCRIPT = re.compile(
    r"(?:[\"'_](?:date_?published|publi(?:sh|cation)(?:ed)?_?(?:date|time|at)|first_?published\w{0,20}|pub_?date)\\?[\"']?"
    r"\s*[:=,]|date\()\s*\\?[\"'](\d{4}[-/]\d\d[-/]\d\d[^\"'\\]{0,30})",
    re.IGNORECASE,
)


def _is_rival(other: Moment, chosen: Moment, modified: Moment | None) -> bool:
    """Tell a statement of another day that is not just the day of the last change."""
    if other.at == chosen.at or other.at.date() == chosen.at.date():
        return False
    return not (other.is_day and modified is not None and modified.at.date() == other.at.date())


def _make_day(day: date) -> Moment:
    return Moment(datetime(day.year, day.month, day.day, tzinfo=UTC), is_day=True)


def _is_change(words: str) -> bool:
    return any(word in words for word in _MODIFIED_WORDS)


class _Element(NamedTuple):
    """An element with a time: how little it can be trusted, what it states, and the day that it shows."""

    rank: int
    moment: Moment
    day: datetime | None


def _list_meta(marks: Marks, names: tuple[str, ...]) -> Iterator[str]:
    return (marks.meta[name][0] for name in names if name in marks.meta)


def _list_published(marks: Marks) -> list[str]:
    found = list(_list_meta(marks, _PUBLISHED_NAMES))
    if not found:
        found = [texts[0] for name, texts in marks.meta.items() if _PUBLISHED_NAME.search(name)]
    return found


def _parse_all(texts: Iterable[str | None], *, is_day_first: bool, limit: int = _MAX_STATED) -> list[Moment]:
    moments = (moment for text in texts if text and (moment := parse_moment(text, is_day_first=is_day_first)))
    return list(islice(moments, limit))


def _read_elements(tree: LexborHTMLParser, marks: Marks, *, is_day_first: bool) -> list[_Element]:
    nodes = [*tree.css('[itemprop="datePublished"]')[:_MAX_CLOCKS], *marks.times]
    return [mark for node in nodes if (mark := _read_element(node, is_day_first=is_day_first))]


def _read_element(node: LexborNode, *, is_day_first: bool) -> _Element | None:
    attributes = node.attributes
    shown = node.text()[:200]
    texts = (attributes.get("datetime"), attributes.get("content"), shown, attributes.get("title"))
    moments = _parse_all(texts, is_day_first=is_day_first)
    if not moments or is_aside(node):
        return None
    words = f"{attributes.get('itemprop') or ''} {attributes.get('class') or ''} {shown}".lower()
    is_published = "pubdate" in attributes or any(word in words for word in _PUBLISHED_WORDS)
    day = moments[-1] if len(moments) > 1 and moments[-1].is_day else None
    return _Element(1 + _is_change(words) - is_published, moments[0], day.at if day else None)


def _choose(sure: list[Moment], others: list[Moment], url_day: datetime | None) -> Moment | None:
    if url_day is None:
        return next(iter((*sure, *others)), None)
    near = (moment for moment in (*sure, *others) if abs(moment.at - url_day) < _ODD_DAYS)
    return next(near, Moment(url_day, is_day=True))


def _localise(chosen: Moment, sure: list[Moment], marks: Marks, url_day: datetime | None) -> Moment:
    """Return the moment in the page's own time zone, as far as the page gives it away."""
    if chosen.is_day:
        instants = (other for other in sure if not other.is_day and other.at.date() == chosen.at.date())
        chosen = next(instants, chosen)
    if chosen.at.utcoffset() or chosen.is_day:
        return chosen
    clocks = (node.attributes.get("datetime") or "" for node in marks.times[:_MAX_CLOCKS])
    local = (clock for clock in clocks if "+" in clock or clock.count("-") > 2)
    for hint in (*sure, *_parse_all(local, is_day_first=False)):
        if hint.at.utcoffset() and abs(hint.at - chosen.at) < _SAME:
            return hint
    return _move(chosen, url_day.date()) if url_day else chosen


def _move(moment: Moment, day: date) -> Moment:
    """Return the same instant at the least offset at which it is on `day`, if there is one on Earth."""
    if moment.is_day or moment.at.utcoffset() or moment.at.date() == day:
        return moment
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    if start > moment.at:
        offset = -((moment.at - start) // _HOUR) * _HOUR
    else:
        offset = -((moment.at - start - _DAY) // _HOUR + 1) * _HOUR
    if not _WESTMOST <= offset <= _EASTMOST:
        return moment
    return Moment(moment.at.astimezone(timezone(offset)), is_day=False)


def _is_day_first(language: str, url: str) -> bool:
    """Tell pages that write 3/11/2026 for the third of November: all but American ones."""
    host = url.split("/", 3)[2] if url.count("/") > 2 else ""
    if not language:
        country = host.rpartition(".")[2]
        return len(country) == 2 and country not in _WORLD_DOMAINS
    return language.lower() not in {"en", "en-us"} or host.endswith(_DAY_FIRST_DOMAINS)
