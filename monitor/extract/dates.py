"""Moments out of what pages write: ISO 8601, mail dates, and dates in words of several languages."""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import NamedTuple

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan ene gen янв січ sty oca yan يناير",
            "feb fév fev фев лют lut şub فبراير",
            "mar mär mrz maa мар бер مارس",
            "apr avr abr апр кві kwi nis أبريل ابريل",
            "may mai mei maj mag мая май тра مايو",
            "jun juin giu июн чер cze haz يونيو",
            "jul juil lug июл лип lip tem يوليو",
            "aug aoû aou ago авг сер sie ağu أغسطس اغسطس",
            "sep set сен вер wrz eyl سبتمبر",
            "oct okt ott out окт жов paź eki أكتوبر اكتوبر",
            "nov ноя лис lis kas نوفمبر",
            "dec dez déc dic дек гру gru ara ديسمبر",
        ),
        1,
    )
    for name in names.split()
}
"""By their first letters; those of three letters fit all longer forms."""
_ZONE = r"Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2}(?!\d)"
_ISO = re.compile(
    rf"(\d{{4}})-(\d{{1,2}})-(\d{{1,2}})(?:[T\s,]+(\d{{1,2}}):(\d{{2}})(?::(\d{{2}})(?:[.,]\d+)?)?\s*({_ZONE})?)?",
    re.IGNORECASE,
)
_ORDINAL = "(?:st|nd|rd|th|er|º|ª)"
_YEAR = r"(?:del? )?(?P<y>\d{4})(?!\d)"
_WRITTEN = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?<!\d)(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})(?!\d)",
        rf"(?<!\d)(?P<d>\d{{1,2}}){_ORDINAL}?\.?[\s-]+(?:of |de )?(?P<m>[^\W\d_]{{3,12}})\.?,?[\s-]+{_YEAR}",
        r"\b(?P<m>[^\W\d_]{3,9})\.?\s+(?P<d>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<y>\d{4})(?!\d)",
        r"(?<!\d)(?P<y>\d{4})[/.年]\s?(?P<m>\d{1,2})[/.月]\s?(?P<d>\d{1,2})(?!\d)",
        r"(?<![\d.])(?P<d>\d{1,2})\.\s?(?P<m>\d{1,2})\.\s?(?P<y>\d{4})(?!\d)",
        r"(?<![\d.])(?P<d>\d{2})\.(?P<m>\d{2})\.(?P<y>\d{2})(?![\d.])",
    )
)
_MONTH_FIRST = re.compile(r"(?<![\d/])(?P<m>\d{1,2})[/-](?P<d>\d{1,2})[/-](?P<y>\d{4})(?!\d)")
_DAY_FIRST = re.compile(r"(?<![\d/])(?P<d>\d{1,2})[/-](?P<m>\d{1,2})[/-](?P<y>\d{4})(?!\d)")
_COMPACT = re.compile(r"(20\d{2}|19\d{2})(\d{2})(\d{2})(?:T?(\d{2})(\d{2})(\d{2})?Z?)?")
_EPOCH = re.compile(r"1\d{9}(?:\d{3})?")
_IN_PATH = re.compile(r"/(20\d{2}|199\d)([/_-]?)(\d{1,2})\2(\d{1,2})(?=[/_.-]|$)|/(20\d{2})/([a-z]{3})/(\d{1,2})/")
_FIRST_YEAR = 1990
_LAST_YEAR = 2100


class Moment(NamedTuple):
    """A point in time as a page states it."""

    at: datetime
    """Aware, with the offset that the page states; a day alone is its midnight, a time without zone is in UTC."""
    is_day: bool
    """The page states no time of day."""


def parse_moment(text: str, *, is_day_first: bool = False) -> Moment | None:
    """Return the moment that `text` names; `is_day_first` reads 3/11/2026 as the third of November."""
    text = text.strip()[:200]
    if match := _ISO.search(text):
        return _build(match.groups(), match[7])
    if match := _COMPACT.fullmatch(text):
        return _build(match.groups(), None)
    if _EPOCH.fullmatch(text):
        return Moment(datetime.fromtimestamp(int(text[:10]), UTC), is_day=False)
    if "," in text[:5] and (moment := _from_mail(text)):
        return moment
    day = find_day(text, is_day_first=is_day_first)
    return Moment(day, is_day=True) if day else None


def find_day(text: str, *, is_day_first: bool = False) -> datetime | None:
    """Return midnight UTC of the first day that is written out in `text`, in the first spelling that fits."""
    numeric = (_DAY_FIRST, _MONTH_FIRST) if is_day_first else (_MONTH_FIRST, _DAY_FIRST)
    for pattern in (*_WRITTEN, *numeric):
        for match in pattern.finditer(text):
            month = match["m"] if match["m"].isdigit() else _find_month(match["m"])
            year = match["y"] if len(match["y"]) == 4 else "20" + match["y"]
            if month and (moment := _midnight(year, month, match["d"])):
                return moment
    return None


def find_day_in_url(url: str) -> datetime | None:
    """Return midnight UTC of the day in a URL's path, as `/2025/01/22/`."""
    match = _IN_PATH.search(url.lower())
    if not match:
        return None
    if not match[1]:
        return _midnight(match[5], _find_month(match[6]) or 0, match[7])
    if not match[2] and len(match[3] + match[4]) < 4:
        return None
    return _midnight(match[1], match[3], match[4])


def _find_month(word: str) -> int | None:
    word = word.lower()
    return _MONTHS.get(word) or _MONTHS.get(word[:4]) or _MONTHS.get(word[:3])


def _midnight(year: str | int, month: str | int, day: str | int) -> datetime | None:
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        return None
    return datetime(found.year, found.month, found.day, tzinfo=UTC) if _FIRST_YEAR <= found.year < _LAST_YEAR else None


def _build(parts: tuple[str | None, ...], zone: str | None) -> Moment | None:
    """Return the moment of year, month, day, hour, minute, second, the last three of which may be missing."""
    year, month, day, hour, minute, second = parts[:6]
    midnight = _midnight(year or 0, month or 0, day or 0)
    if midnight is None or hour is None:
        return Moment(midnight, is_day=True) if midnight else None
    try:
        at = midnight.replace(hour=int(hour), minute=int(minute or 0), second=int(second or 0), tzinfo=_read_zone(zone))
    except ValueError:
        return Moment(midnight, is_day=True)
    # Exactly midnight is how systems write a day.
    return Moment(at, is_day=not (at.hour or at.minute or at.second))


def _read_zone(zone: str | None) -> timezone:
    if not zone or zone[0] not in "+-":
        return UTC
    digits = zone[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=min(int(digits[:2]), 15), minutes=min(int(digits[2:]), 59))
    return timezone(-offset if zone[0] == "-" else offset) if offset else UTC


def _from_mail(text: str) -> Moment | None:
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, IndexError, TypeError, OverflowError):
        return None
    if not _FIRST_YEAR <= at.year < _LAST_YEAR:
        return None
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at
    return Moment(at, is_day=not (at.hour or at.minute or at.second))
