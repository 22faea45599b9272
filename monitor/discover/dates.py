"""The dates of feeds and sitemaps, in every way that people write them, and how much of a date they tell."""

import re
from datetime import UTC, datetime, timedelta, tzinfo
from email.utils import parsedate_to_datetime
from typing import NamedTuple

from dateutil import parser as dateutil_parser

from monitor.models import DateCertainty

_MAX_CHARS = 60
_YEARS = range(1990, 2100)
"""News of before the web is a broken clock: 1970 is a zero, 0001 an empty field; 9999 means never."""

_ZONE_HOURS = {"EST": -5, "EDT": -4, "ET": -5, "CST": -6, "CDT": -5, "CT": -6, "MST": -7, "MDT": -6, "MT": -7}
_ZONE_HOURS |= {"PST": -8, "PDT": -7, "PT": -8, "AT": -4, "ADT": -3, "WEST": 1, "BST": 1, "CET": 1, "CEST": 2}
_ZONE_HOURS |= {"EET": 2, "EEST": 3, "MSK": 3, "SGT": 8, "HKT": 8, "JST": 9, "KST": 9, "AEST": 10, "AEDT": 11}
_ZONE_HOURS |= {"NZST": 12, "NZDT": 13}
"""Hours east of UTC; `ET` and its like are taken as winter time."""

_MONTH_NAMES = """
januar januari janvier enero gennaio janeiro stycznia января januára leden ledna ocak january január ιανουαρίου
februar februari février fevrier febrero febbraio fevereiro lutego февраля února şubat february február φεβρουαρίου
märz marz maerz maart mars marzo março marco marca марта března mart march március μαρτίου μάρτιος
avril abril aprile kwietnia апреля dubna nisan april április απριλίου
mai mei mayo maggio maio maj maja мая května mayıs may május μαΐου μαϊος μάιος μάϊος
juni juin junio giugno junho czerwca июня června haziran june június ιουνίου ιούνιος
juli juillet julio luglio julho lipca июля července temmuz july július ιουλίου ιούλιος
augusti août aout agosto sierpnia августа srpna ağustos augustus august augusztus αυγούστου αύγουστος
septembre septiembre settembre setembro września сентября září eylül september szeptember σεπτεμβρίου
oktober octobre octubre ottobre outubro października октября října ekim okt october október οκτωβρίου
novembre noviembre novembro listopada ноября listopadu kasım november νοεμβρίου νοέμβριος
dezember dez december décembre decembre diciembre dicembre dezembro grudnia декабря prosince aralık δεκεμβρίου
"""
_MONTHS = {name: number for number, line in enumerate(_MONTH_NAMES.split("\n")) for name in line.split()}
"""Months as dates in many languages have them; so many letters of one that no other month has are enough."""
_DAYS = (
    re.compile(
        r"(?<!\d)(?P<d>\d{1,2})(?:er|º|ª)?\.?\s+(?:de\s+)?(?P<m>[^\W\d_]{3,12})\.?,?\s+(?:del?\s+)?(?P<y>\d{4})(?!\d)"
    ),
    re.compile(r"(?<!\d)(?P<y>\d{4})\s*[年년]\s*(?P<m>\d{1,2})\s*[月월]\s*(?P<d>\d{1,2})\s*[日일]"),
    re.compile(r"(?<!\d)(?P<y>\d{4})(?:\.?\s|-)(?P<m>[^\W\d_]{3,12})\.?(?:\s|-)(?P<d>\d{1,2})(?!\d)"),
    re.compile(r"(?<!\d)(?P<y>\d{4})[.-]\s?(?P<m>\d{1,2})[.-]\s?(?P<d>\d{1,2})(?!\d)"),
)
"""Days as `5 de marzo de 2024`, `2024年3月5日`, `2024. március 5`, `2024. 3. 5`."""
_CLOCK = re.compile(r"(?<!\d)(\d{1,2})[:.時시点时h]\s?(\d{2})(?:[:.分분]\s?(\d{2}))?(?!\d)")
_HALF_OF_DAY = re.compile(r"(?P<late>오후|午後|下午|\bp\.?\s?m\b)|오전|午前|上午|\ba\.?\s?m\b", re.IGNORECASE)
_OFFSET = re.compile(r"(?:\s|\d)((?:[+-]\d{2}:?\d{2}|Z|UTC|GMT|(?![AP]M)[A-Z]{2,4}))$")
_LOOSE_OFFSET = re.compile(r"(?<=:\d\d)\s*(?:\s|GMT|UTC)\s*([+-])(\d{1,2}):?(\d{2})?$")
"""Offsets that the parsers drop or, as `GMT+2`, read the other way round."""
_DAY_FIRST = re.compile(r"(?<!\d)\d{1,2}\.\d{1,2}\.\d{4}")
_YEAR_FIRST = re.compile(r"(\d\d)-\d\d-(\d\d)(?!\d)(T)?")
_PARTIAL = re.compile(r"(\d{4})(?:-(\d{2}))?")
_UNIX_SECONDS = re.compile(r"([1-4]\d{9})(?:\d{3})?")

_TIME_OF_DAY = re.compile(r"\d\s*:\s*\d|T\d", re.IGNORECASE)
_FALLBACKS = (datetime(2000, 1, 1, tzinfo=None), datetime(2001, 2, 1, tzinfo=None))  # noqa: DTZ001 - the zone is asked


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
    return _read(_LOOSE_OFFSET.sub(_write_offset, text)) or _read(_translate(text))


def _read(text: str) -> Moment | None:
    """Return the time that a text in English, or in digits, says."""
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
    """Return a date of another language, or of machines, as ISO 8601 has it; other texts as they are."""
    if partial := _PARTIAL.fullmatch(text):
        return f"{partial[1]}-{partial[2] or '01'}-01"
    if seconds := _UNIX_SECONDS.fullmatch(text):
        return datetime.fromtimestamp(int(seconds[1]), UTC).isoformat()
    day = next(filter(None, (pattern.search(text) for pattern in _DAYS)), None)
    month = _find_month(day["m"].lower()) if day else None
    if day is None or month is None:
        return text
    rest = text[day.end() :]
    clock, offset = _CLOCK.search(rest), _OFFSET.search(rest)
    time = _write_time(clock) if clock else ""
    return f"{day['y']}-{month:02}-{int(day['d']):02}{time}" + (f" {offset[1]}" if clock and offset else "")


def _find_month(word: str) -> int | None:
    """Return the number of a month by its number, its name or the beginning of its name."""
    if word.isdecimal():
        return int(word)
    numbers = {number for name, number in _MONTHS.items() if name.startswith(word)}
    return _MONTHS.get(word, numbers.pop() if len(numbers) == 1 else None)


def _write_time(clock: re.Match[str]) -> str:
    """Return a time as the clock of 24 has it; the half of the day stands right behind it, or before it."""
    before, hour, after = clock.string[: clock.start()], int(clock[1]), clock.string[clock.end() :]
    half = _HALF_OF_DAY.match(after.lstrip()) or _HALF_OF_DAY.search(before)
    if half and hour <= 12:
        hour = hour % 12 + (12 if half["late"] else 0)
    return f"T{hour:02}:{clock[2]}:{clock[3] or '00'}"


def _write_offset(offset: re.Match[str]) -> str:
    return f" {offset[1]}{int(offset[2]):02}{offset[3] or '00'}"


def has_time_of_day(text: str) -> bool:
    """Say whether a date tells more than the day."""
    return bool(_TIME_OF_DAY.search(text))


def _to_utc(moment: datetime) -> datetime:
    """Return an aware time in UTC; raise ValueError for one that no news is of."""
    aware = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    if aware.year not in _YEARS:
        raise ValueError("before the web, or never")
    return aware


def _parse_rfc822(text: str) -> datetime:
    """Read a date as mails have it, if its zone is one that mails have."""
    moment = parsedate_to_datetime(text)
    if moment.tzinfo is None and text[-1].isalpha():
        raise ValueError("a zone, or half of the day, that is lost on this parser")
    return moment


def _parse_freely(text: str) -> datetime:
    """Read a date in prose; one without year or month is nonsense, as nothing here knows today."""
    if text.isdigit() and len(text) not in {8, 14}:
        raise ValueError("digits that are no date")
    is_day_first, pairs = bool(_DAY_FIRST.search(text)), _YEAR_FIRST.match(text)
    is_year_first = pairs is not None and bool(pairs[3] or pairs[1] > pairs[2])  # of two possible years the later one
    first, second = (
        dateutil_parser.parse(text, default=day, dayfirst=is_day_first, yearfirst=is_year_first, tzinfos=_find_zone)
        for day in _FALLBACKS
    )
    if first != second:
        raise ValueError("no year or no month")
    return first


def _find_zone(name: str | None, offset_seconds: int | None) -> tzinfo | int | None:
    """Return the zone for dateutil, which would ask the machine's own for names that it does not know."""
    if offset_seconds is not None:
        return offset_seconds
    hours = _ZONE_HOURS.get(name or "")
    return None if hours is None else hours * int(timedelta(hours=1).total_seconds())
