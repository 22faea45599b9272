"""What a reader asks for: the parameters of an address, read strictly. The page, its lists and the API share them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import TypeVar
from unicodedata import normalize
from urllib.parse import parse_qsl, urlencode

from starlette.exceptions import HTTPException

from monitor.models import ArticleFilter, DeliveryState, EventType, Modality, Standing
from monitor.track import fold_name

MAX_TEXT_CHARS = 300
_MAX_RULE_CHARS = {"match": 2000, "unless": 2000, "toml": 4000}
MAX_LIMIT = 200
SEARCH_FIELDS = ("q", "company", "type", "modality", "source", "since", "until")
"""What a search for articles asks for."""
_NUMBER = re.compile(r"[0-9]{1,18}")
"""What fits the database's signed 64 bits."""
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_OLDEST_DAY, _NEWEST_DAY = "0002-01-01", "9998-12-31"
"""Days whose ends the calendar still holds in every time zone."""
_WITH_FORMS = re.compile(r"/|/(alerts|stories|articles)/[0-9]{1,18}|/(stories|articles|relations|deliveries|searches)")
_Kind = TypeVar("_Kind", bound=StrEnum)


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is asked for; what is empty takes all."""

    q: str = ""
    company: str = ""
    left: str = ""
    right: str = ""
    source: str = ""
    route: str = ""
    type: EventType | None = None
    modality: Modality | None = None
    state: DeliveryState | None = None
    standing: Standing | None = None
    since: str = ""
    """A day, as 2026-05-04."""
    until: str = ""
    """The last day that is wanted."""
    before: int | None = None
    limit: int | None = None
    match: str = ""
    """Of a rule that is tried."""
    unless: str = ""
    toml: str = ""
    """That rule as a whole."""

    @property
    def articles(self) -> ArticleFilter:
        """Which articles are wanted; days are those of the reader's zone."""
        return ArticleFilter(
            words=self.q,
            company=fold_name(self.company.strip()),
            type=self.type,
            modality=self.modality,
            source=self.source,
            since=_day_start(self.since) if self.since else None,
            until=_day_start(self.until) + timedelta(days=1) if self.until else None,
        )

    @property
    def search(self) -> dict[str, str]:
        """What of a search for articles is asked for, by name."""
        return {name: str(value) for name in SEARCH_FIELDS if (value := getattr(self, name))}

    def address(self, path: str, **changes: object) -> str:
        """Return the address of a path with these parameters, some of them changed."""
        values = {name: getattr(self, name) for name in self.__slots__} | changes
        kept = {name: value for name, value in values.items() if value not in {None, ""}}
        return f"{path}?{urlencode(kept)}" if kept else path


def read_query(asked: Mapping[str, str]) -> Query:
    """Return what the parameters of an address ask for; HTTPException 400 if a value makes no sense."""
    return Query(
        **{name: _read_text(asked, name) for name in ("q", "company", "left", "right", "source", "route")},
        **{name: _read_text(asked, name, most) for name, most in _MAX_RULE_CHARS.items()},
        type=_read_kind(asked, "type", EventType),
        modality=_read_kind(asked, "modality", Modality),
        state=_read_kind(asked, "state", DeliveryState),
        standing=_read_kind(asked, "standing", Standing),
        since=_read_day(asked, "since"),
        until=_read_day(asked, "until"),
        before=_read_number(asked, "before"),
        limit=_read_limit(asked),
    )


def read_place(text: str, *, otherwise: str) -> str:
    """Return the address of a view of ours where a form stood, made anew from its parts; `otherwise` if it is none."""
    path, _, asked = text.partition("?")
    if not _WITH_FORMS.fullmatch(path):
        return otherwise
    try:
        return read_query(dict(parse_qsl(asked, max_num_fields=20))).address(path)
    except (HTTPException, ValueError):
        return otherwise


def read_id(text: str) -> int | None:
    """Return the number of a path; None if it is none that a row can have."""
    return int(text) if _NUMBER.fullmatch(text) else None


def _read_text(asked: Mapping[str, str], name: str, most: int = MAX_TEXT_CHARS) -> str:
    text = normalize("NFC", asked.get(name, ""))
    if len(text) > most:
        raise HTTPException(400, f"The value of “{name}” may have {most} characters at most.")
    return text


def _read_number(asked: Mapping[str, str], name: str) -> int | None:
    text = asked.get(name, "")
    if text and not _NUMBER.fullmatch(text):
        raise HTTPException(400, f"The value of “{name}” must be a whole number.")
    return int(text) if text else None


def _read_limit(asked: Mapping[str, str]) -> int | None:
    limit = _read_number(asked, "limit")
    if limit is not None and not 1 <= limit <= MAX_LIMIT:
        raise HTTPException(400, f"The value of “limit” is from 1 to {MAX_LIMIT}.")
    return limit


def _read_kind(asked: Mapping[str, str], name: str, kind: type[_Kind]) -> _Kind | None:
    text = asked.get(name, "")
    if text and text not in list(kind):
        raise HTTPException(400, f"The value of “{name}” is one of {', '.join(kind)}.")
    return kind(text) if text else None


def _read_day(asked: Mapping[str, str], name: str) -> str:
    text = asked.get(name, "")
    if not text:
        return ""
    if not _DAY.fullmatch(text) or not _OLDEST_DAY <= text <= _NEWEST_DAY or not _is_day(text):
        raise HTTPException(400, f"The value of “{name}” is a day, as 2026-05-04.")
    return text


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _day_start(day: str) -> datetime:
    """Return when a day begins in the zone of this machine, its reader's."""
    return datetime.combine(datetime.fromisoformat(day), time()).astimezone().astimezone(UTC)
