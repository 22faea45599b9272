"""The dates of feeds and sitemaps, in every way that people write them, and how much of a date they tell."""

import re
from datetime import UTC, datetime, timedelta, tzinfo
from email.utils import parsedate_to_datetime
from typing import NamedTuple

from dateutil import parser as dateutil_parser

from monitor.models import DateCertainty

_MAX_CHARS = 60
_EARLIEST_YEAR = 1990
"""News of before the web is a broken clock: 1970 is a zero, 0001 an empty field."""

_ZONE_HOURS = {"EST": -5, "EDT": -4, "ET": -5, "CST": -6, "CDT": -5, "CT": -6, "MST": -7, "MDT": -6, "PST": -8}
_ZONE_HOURS |= {"PDT": -7, "PT": -8, "BST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3, "MSK": 3}
_ZONE_HOURS |= {"SGT": 8, "HKT": 8, "JST": 9, "KST": 9}
"""Hours east of UTC; `ET` and its like are taken as winter time."""

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "januar januari janvier enero gennaio janeiro stycznia января januára leden ledna ocak",
            "februar februari février fevrier febrero febbraio fevereiro lutego февраля února şubat",
            "märz marz maerz maart mars marzo março marco marca марта března mart",
            "avril abril aprile kwietnia апреля dubna nisan",
            "mai mei mayo maggio maio maj maja мая května mayıs",
            "juni juin junio giugno junho czerwca июня června haziran",
            "juli juillet julio luglio julho lipca июля července temmuz",
            "augusti août aout agosto sierpnia августа srpna ağustos augustus",
            "septembre septiembre settembre setembro września сентября září eylül",
            "oktober octobre octubre ottobre outubro października октября října ekim okt",
            "novembre noviembre novembro listopada ноября listopadu kasım",
            "dezember dez december décembre decembre diciembre dicembre dezembro grudnia декабря prosince aralık",
        ),
        1,
    )
    for name in names.split()
}
"""Months as dates in other languages have them; English ones are read without it."""
_WORDY = re.compile(
    r"(?<!\d)(?P<d>\d{1,2})(?:er|º|ª)?\.?\s+(?:de\s+)?(?P<m>[^\W\d_]{3,12})\.?,?\s+(?:del?\s+)?(?P<y>\d{4})(?!\d)"
)
_IDEOGRAPHIC = re.compile(r"(?P<y>\d{4})\s*[年년]\s*(?P<m>\d{1,2})\s*[月월]\s*(?P<d>\d{1,2})\s*[日일]")
_CLOCK = re.compile(r"(?<!\d)(\d{1,2})[:.時시点时h]\s?(\d{2})(?:[:.分분]\s?(\d{2}))?(?!\d)")
_OFFSET = re.compile(r"(?:\s|\d)((?:[+-]\d{2}:?\d{2}|Z|UTC|GMT|[A-Z]{2,4}))$")

_TIME_OF_DAY = re.compile(r"\d\s*:\s*\d|T\d", re.IGNORECASE)
_FALLBACKS = (datetime(2000, 1, 1, tzinfo=None), datetime(2001, 1, 1, tzinfo=None))  # noqa: DTZ001 - the zone is asked


class Moment(NamedTuple):
    """A point in time, in UTC, and how much of it was told."""

    at: datetime
    certainty: DateCertainty


def parse_date(text: str | None) -> datetime | None:
    """Return the time that `text` says in UTC, None for nonsense; without a zone it is UTC, without a time midnight."""
    moment = parse_moment(text)
    return moment.at if moment else None


def parse_moment(text: str | None) -> Moment | None:
    """Return the time that `text` says and how much of it that is; None for nonsense."""
    text = " ".join((text or "").split())
    if not any(char in "0123456789" for char in text) or len(text) > _MAX_CHARS:
        return None
    text = _translate(text)
    if not text.isascii():
        return None
    for parse in (datetime.fromisoformat, _parse_rfc822, _parse_freely):
        try:
            moment = parse(text)
            at = _to_utc(moment)
        except (ValueError, TypeError, IndexError, OverflowError):  # as the three are known to fail
            continue
        return Moment(at, _judge(moment, text))
    return None


def _judge(moment: datetime, text: str) -> DateCertainty:
    if not has_time_of_day(text):
        return DateCertainty.DAY
    return DateCertainty.ZONE_ASSUMED if moment.tzinfo is None else DateCertainty.EXACT


def _translate(text: str) -> str:
    """Return a date of another language in digits; other texts as they are."""
    day = _IDEOGRAPHIC.search(text) or _WORDY.search(text)
    if day is None:
        return text
    month = int(day["m"]) if day["m"].isdecimal() else _MONTHS.get(day["m"].lower())
    if month is None:
        return text
    rest = text[day.end() :]
    clock, offset = _CLOCK.search(rest), _OFFSET.search(rest)
    time = f"T{int(clock[1]):02}:{clock[2]}:{clock[3] or '00'}" if clock else ""
    return f"{day['y']}-{month:02}-{int(day['d']):02}{time}" + (f" {offset[1]}" if clock and offset else "")


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
