"""Moments out of what pages write: ISO 8601, mail dates, and dates in words of several languages."""

import re
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime

_MONTHS = {
    "jan": 1, "feb": 2, "fév": 2, "fev": 2, "mar": 3, "mär": 3, "mrz": 3, "maa": 3, "apr": 4, "avr": 4, "abr": 4,
    "may": 5, "mai": 5, "mei": 5, "maj": 5, "mag": 5, "jun": 6, "juin": 6, "giu": 6, "jul": 7, "juil": 7, "lug": 7,
    "aug": 8, "aoû": 8, "aou": 8, "ago": 8, "sep": 9, "set": 9, "oct": 10, "okt": 10, "ott": 10, "out": 10, "nov": 11,
    "dec": 12, "dez": 12, "déc": 12, "dic": 12,
}  # fmt: skip
_ISO = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T\s]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2}(?!\d))?)?",
    re.IGNORECASE,
)
_WRITTEN = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?<!\d)(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})(?!\d)",
        r"(?<!\d)(?P<d>\d{1,2})(?:st|nd|rd|th|er|º)?\.?\s+(?:de\s+)?(?P<m>[^\W\d_]{3,12})\.?,?\s+(?:de\s+)?(?P<y>\d{4})(?!\d)",
        r"\b(?P<m>[^\W\d_]{3,9})\.?\s+(?P<d>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<y>\d{4})(?!\d)",
        r"(?<!\d)(?P<y>\d{4})[/.年]\s?(?P<m>\d{1,2})[/.月]\s?(?P<d>\d{1,2})(?!\d)",
        r"(?<![\d.])(?P<d>\d{1,2})\.\s?(?P<m>\d{1,2})\.\s?(?P<y>\d{4})(?!\d)",
        # Month first as in the United States, unless that is no month.
        r"(?<![\d/])(?P<m>\d{1,2})/(?P<d>\d{1,2})/(?P<y>\d{4})(?!\d)",
        r"(?<![\d/])(?P<d>\d{1,2})/(?P<m>\d{1,2})/(?P<y>\d{4})(?!\d)",
    )
)
_COMPACT = re.compile(r"(?<!\d)(20\d{2}|19\d{2})(\d{2})(\d{2})(?:T?\d{4,6}Z?)?(?!\d)")
_IN_PATH = re.compile(r"/(20\d{2}|199\d)[/_-]?(\d{2})[/_-]?(\d{2})(?=[/_.-]|$)|/(20\d{2})/([a-z]{3})/(\d{1,2})/")
_FIRST_YEAR = 1990
_LAST_YEAR = 2100


def parse_moment(text: str) -> datetime | None:
    """Return the aware UTC moment that `text` names; a day alone is its midnight, a time without zone is UTC."""
    text = text.strip()[:200]
    if match := _ISO.search(text):
        return _from_iso(match)
    if match := _COMPACT.fullmatch(text):
        return _midnight(match[1], match[2], match[3])
    if "," in text[:5] and (moment := _from_mail(text)):
        return moment
    return find_day(text)


def find_day(text: str) -> datetime | None:
    """Return midnight of the first day that is written out in `text`, in the first spelling that fits."""
    for pattern in _WRITTEN:
        for match in pattern.finditer(text):
            month = match["m"] if match["m"].isdigit() else _month(match["m"])
            if month and (moment := _midnight(match["y"], month, match["d"])):
                return moment
    return None


def find_day_in_url(url: str) -> datetime | None:
    """Return midnight of the day in a URL's path, as `/2025/01/22/`."""
    match = _IN_PATH.search(url.lower())
    if not match:
        return None
    if match[1]:
        return _midnight(match[1], match[2], match[3])
    return _midnight(match[4], _month(match[5]) or 0, match[6])


def _month(word: str) -> int | None:
    word = word.lower()
    return _MONTHS.get(word[:4]) or _MONTHS.get(word[:3])


def _midnight(year: str | int, month: str | int, day: str | int) -> datetime | None:
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        return None
    return datetime(found.year, found.month, found.day, tzinfo=UTC) if _FIRST_YEAR <= found.year < _LAST_YEAR else None


def _from_iso(match: re.Match[str]) -> datetime | None:
    midnight = _midnight(match[1], match[2], match[3])
    if midnight is None or match[4] is None:
        return midnight
    try:
        local = midnight.replace(hour=int(match[4]), minute=int(match[5]), second=int(match[6] or 0))
    except ValueError:
        return midnight
    return local - _utc_offset(match[7])


def _utc_offset(zone: str | None) -> timedelta:
    if not zone or zone[0] not in "+-":
        return timedelta()
    digits = zone[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=min(int(digits[:2]), 15), minutes=min(int(digits[2:]), 59))
    return -offset if zone[0] == "-" else offset


def _from_mail(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, IndexError, TypeError, OverflowError):
        return None
    if not _FIRST_YEAR <= moment.year < _LAST_YEAR:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
