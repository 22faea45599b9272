"""When an article was published: what the page states, in order of trust, and on which day its readers saw it.

Many pages state their moments in UTC, so that an evening in America is the next day. The day that the page shows, or
that its URL holds, is right then: the moment stays, its offset is the least that makes it that day.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from monitor.extract.dates import Moment, find_day, find_day_in_url, parse_moment
from monitor.extract.jsonld import Json, get_text
from monitor.extract.marks import Marks, find_date_elements, is_aside

_PUBLISHED_NAMES = (
    "articlepublishedtime", "datepublished", "ogarticlepublishedtime", "ogpublishedtime", "articlepublished",
    "pubdate", "publishdate", "publisheddate", "publicationdate", "publishedtime", "publishtime", "parselypubdate",
    "sailthrudate", "dcdateissued", "dctermsissued", "dcdatepublished", "citationpublicationdate",
    "citationonlinedate", "citationdate", "cxenseparserecspublishtime", "ogpubdate",
    "displaydate", "articledateoriginal", "originalpublicationdate", "btpubdate", "rnewsdatepublished", "ptime",
    "releasedate", "shareaholicarticlepublishedtime",
)  # fmt: skip
_DATE_NAMES = (
    "date", "dcdate", "dctermsdate", "dctermscreated", "dcdatecreated", "dctermsavailable", "articlecreated",
    "datecreated", "created",
)  # fmt: skip
"""Names that often hold the last change."""
_MODIFIED_NAMES = (
    "articlemodifiedtime",
    "datemodified",
    "ogupdatedtime",
    "lastmodified",
    "dctermsmodified",
    "modified",
)
_PUBLISHED_WORDS = ("publish", "pubdate", "posted", "entry-date", "dateline")
_MODIFIED_WORDS = ("updated", "modified", "lastmod")
_DAY_FIRST_DOMAINS = (".uk", ".au", ".nz", ".ie", ".in", ".za")
_SAME = timedelta(seconds=90)
"""Two statements of one moment may be rounded."""
_MAX_MARK_CHARS = 120
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
    fallback: Moment | None
    """If neither the page nor its byline says when it was published: a day marked as a date, else its last change."""
    is_day_first: bool
    """The page writes 3/11/2026 for the third of November."""


def read_publication(tree: LexborHTMLParser, marks: Marks, article: Json, url: str, language: str) -> Publication:
    """Return when the page says that it was published and changed; `language` is the page's own tag, as `en-GB`."""
    is_day_first = _is_day_first(language, url)
    elements = [mark for node in marks.times if (mark := _read_element(node, is_day_first=is_day_first))]
    url_day = find_day_in_url(url)
    stated = _parse_all(
        (get_text(article, "datePublished"), *_list_meta(marks, _PUBLISHED_NAMES)), is_day_first=is_day_first
    )
    modified = _parse_all(
        (get_text(article, "dateModified"), *_list_meta(marks, _MODIFIED_NAMES)), is_day_first=is_day_first
    )
    shown = [element.moment for element in sorted(elements, key=lambda element: element.rank)]
    dated = _parse_all((*_list_meta(marks, _DATE_NAMES), get_text(article, "dateCreated")), is_day_first=is_day_first)
    sure = [*stated, *(element.moment for element in elements if element.rank == 0)]
    chosen = _choose(sure, [*shown, *dated], url_day)
    if chosen:
        days = [Moment(day, is_day=True) for element in elements if (day := element.day)]
        chosen = _localise(chosen, [*sure, *shown, *dated, *days], url_day)
    changed = modified[0] if modified else None
    marked = None if chosen else _find_marked_day(tree, is_day_first=is_day_first)
    return Publication(chosen, bool(sure or url_day), changed, marked or changed, is_day_first)


def _find_marked_day(tree: LexborHTMLParser, *, is_day_first: bool) -> Moment | None:
    texts = (node.text(separator=" ")[:_MAX_MARK_CHARS] for node in find_date_elements(tree))
    days = (find_day(text, is_day_first=is_day_first) for text in texts if not _is_change(text.lower()))
    day = next(filter(None, days), None)
    return Moment(day, is_day=True) if day else None


def _is_change(words: str) -> bool:
    return any(word in words for word in _MODIFIED_WORDS)


def settle_day(times: Publication, days: list[date]) -> Moment | None:
    """Return when an article was published, on the day that readers see: one of `days`, those shown near the headline.

    The first of them is it if the page states nothing, or no more than some date; otherwise a neighbouring day counts.
    """
    stated = times.published
    if stated is not None and stated.at.date() in days:
        return stated
    if stated is not None:
        moved = next((moved for day in days if (moved := _move(stated, day)) is not stated), stated)
        if times.is_sure or moved is not stated:
            return moved
    if days:
        return Moment(datetime(days[0].year, days[0].month, days[0].day, tzinfo=UTC), is_day=True)
    return stated or times.fallback


class _Element(NamedTuple):
    """An element with a time: how little it can be trusted, what it states, and the day that it shows."""

    rank: int
    moment: Moment
    day: datetime | None


def _list_meta(marks: Marks, names: tuple[str, ...]) -> Iterator[str]:
    return (marks.meta[name][0] for name in names if name in marks.meta)


def _parse_all(texts: tuple[str | None, ...], *, is_day_first: bool) -> list[Moment]:
    return [moment for text in texts if text and (moment := parse_moment(text, is_day_first=is_day_first))]


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


def _localise(chosen: Moment, hints: list[Moment], url_day: datetime | None) -> Moment:
    """Return the moment in the page's own time zone, as far as the page gives it away."""
    if chosen.at.utcoffset():
        return chosen
    for hint in hints:
        if hint.at.utcoffset() and abs(hint.at - chosen.at) < _SAME:
            return hint
    days = [url_day] if url_day else []
    days += [hint.at for hint in hints if hint.is_day]
    if any(day.date() == chosen.at.date() for day in days):
        return chosen
    return next((moved for day in days if (moved := _move(chosen, day.date())) is not chosen), chosen)


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
    is_american = language.lower() in {"", "en", "en-us"}
    return not is_american or host.endswith(_DAY_FIRST_DOMAINS)
