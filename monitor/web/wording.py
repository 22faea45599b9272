"""How values look on the page: text is text, times are the reader's, links lead to the web only."""

from collections.abc import Callable, Collection
from datetime import datetime

from markupsafe import Markup

from monitor.config import redact
from monitor.errors import UrlError
from monitor.urls import canonical_url

_CONTROLS = {
    **{code: 0x2400 + code for code in range(0x20) if chr(code) not in "\t\n\r"},
    0x7F: 0x2421,
    **dict.fromkeys(range(0x80, 0xA0), 0xFFFD),
}
"""Control characters as the pictures that Unicode has of them."""


def make_sayer(secrets: Collection[str]) -> Callable[[str], str]:
    """Return what every text passes on its way out: no secrets, controls made visible."""
    hidden = frozenset(secrets)

    def say(text: str) -> str:
        return redact(text, hidden).translate(_CONTROLS)

    return say


def make_finalizer(secrets: Collection[str]) -> Callable[[object], object]:
    """Return what every value of a template passes on its way to the page: as `make_sayer`, but markup stays."""
    say = make_sayer(secrets)

    def finalize(value: object) -> object:
        if isinstance(value, Markup) or not isinstance(value, str):
            return value
        return say(value)

    return finalize


def say_words(name: str) -> str:
    """Return the name of a kind as words: `new_partnership` is "new partnership"."""
    return name.replace("_", " ")


def say_day(time: datetime) -> str:
    """Return a day in the reader's zone, as "Monday, 4 May 2026"."""
    local = localize(time)
    return f"{local:%A}, {local.day} {local:%B %Y}"


def say_clock(time: datetime) -> str:
    """Return a time of day in the reader's zone."""
    return f"{localize(time):%H:%M}"


def say_date(time: datetime) -> str:
    """Return a day in the reader's zone in short, as "4 May 2026"."""
    local = localize(time)
    return f"{local.day} {local:%b %Y}"


def say_span(seconds: float) -> str:
    """Return a duration in its largest whole unit, as "15 min"."""
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= size and seconds % size == 0:
            return f"{seconds / size:g} {unit}"
    return f"{seconds:g} s"


def localize(time: datetime) -> datetime:
    """Return a time in the zone of this machine, its reader's; unchanged where that would leave the calendar."""
    try:
        return time.astimezone()
    except (OverflowError, ValueError, OSError):
        return time


def find_link(url: str) -> str:
    """Return `url` if a reader may follow it, else nothing."""
    try:
        return canonical_url(url)
    except UrlError:
        return ""
