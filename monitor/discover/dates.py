"""The dates of feeds and sitemaps, in every way that people write them."""

import re
from datetime import UTC, datetime, timedelta, tzinfo
from email.utils import parsedate_to_datetime

from dateutil import parser as dateutil_parser

_MAX_CHARS = 60
_EARLIEST_YEAR = 1990
"""News of before the web is a broken clock: 1970 is a zero, 0001 an empty field."""

_ZONE_HOURS = {"EST": -5, "EDT": -4, "ET": -5, "CST": -6, "CDT": -5, "CT": -6, "MST": -7, "MDT": -6, "PST": -8}
_ZONE_HOURS |= {"PDT": -7, "PT": -8, "BST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3, "MSK": 3}
_ZONE_HOURS |= {"SGT": 8, "HKT": 8, "JST": 9, "KST": 9}
"""Hours east of UTC; `ET` and its like are taken as winter time."""

_TIME_OF_DAY = re.compile(r"\d\s*:\s*\d|T\d", re.IGNORECASE)
_FALLBACKS = (datetime(2000, 1, 1, tzinfo=None), datetime(2001, 1, 1, tzinfo=None))  # noqa: DTZ001 - the zone is asked


def parse_date(text: str | None) -> datetime | None:
    """Return the time that `text` says in UTC, None for nonsense; without a zone it is UTC, without a time midnight."""
    text = " ".join((text or "").split())
    if not text.isascii() or not any(map(str.isdigit, text)) or len(text) > _MAX_CHARS:
        return None
    for parse in (datetime.fromisoformat, _parse_rfc822, _parse_freely):
        try:
            return _to_utc(parse(text))
        except (ValueError, TypeError, IndexError, OverflowError):  # as the three are known to fail
            continue
    return None


def has_time_of_day(text: str) -> bool:
    """Say whether a date tells more than the day."""
    return bool(_TIME_OF_DAY.search(text))


def _to_utc(moment: datetime) -> datetime:
    """Return an aware time in UTC; raise ValueError for one before there was news to read."""
    aware = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    if aware.year < _EARLIEST_YEAR:
        raise ValueError("before the web")
    return aware


def _parse_rfc822(text: str) -> datetime:
    """Read a date as mails have it, if its zone is one that mails have."""
    moment = parsedate_to_datetime(text)
    if moment.tzinfo is None and text[-1].isalpha():
        raise ValueError("a zone, or half of the day, that is lost on this parser")
    return moment


def _parse_freely(text: str) -> datetime:
    """Read a date in prose; one without a year is nonsense, as nothing here knows today."""
    first, second = (dateutil_parser.parse(text, default=day, tzinfos=_find_zone) for day in _FALLBACKS)
    if first != second:
        raise ValueError("no year")
    return first


def _find_zone(name: str | None, offset_seconds: int | None) -> tzinfo | int | None:
    """Return the zone for dateutil, which would ask the machine's own for names that it does not know."""
    if offset_seconds is not None:
        return offset_seconds
    hours = _ZONE_HOURS.get(name or "")
    return None if hours is None else hours * int(timedelta(hours=1).total_seconds())
