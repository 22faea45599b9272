"""What all commands share: the options before the command, settings, printing."""

import dataclasses
import json
import re
import signal
import sys
from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.console import Console

from monitor import config, logs
from monitor.config import LogFormat, Settings
from monitor.errors import ConfigError
from monitor.faults import zone_faults
from monitor.models import ArticleFilter, EventType, Modality
from monitor.track import fold_name

DEFAULT_FOLDER = Path("config")
MAX_ID = 2**63 - 1
"""The largest number that SQLite takes."""
_MAX_LIMIT = 10**9

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
LimitOption = Annotated[int, typer.Option("--limit", "-n", min=1, max=_MAX_LIMIT, help="At most so many.")]
SinceOption = Annotated[str | None, typer.Option("--since", help="A span as 12h, 7d or 2w, or a day as 2026-05-01.")]
UntilOption = Annotated[str | None, typer.Option("--until", help="As --since; a day is meant to its end.")]
TypeOption = Annotated[EventType | None, typer.Option("--type", help="Only changes of this kind.")]
ModalityOption = Annotated[Modality | None, typer.Option("--modality", help="Only changes told so surely.")]
SourceOption = Annotated[str | None, typer.Option("--source", metavar="NAME", help="Only of this source.")]
BeforeOption = Annotated[
    int | None, typer.Option("--before", metavar="ID", min=1, max=MAX_ID, help="Older than the one with this number.")
]
_SPAN = re.compile(r"(\d+)([smhdw])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}

stdout = Console(highlight=False)
stderr = Console(stderr=True, highlight=False)
_secrets: set[str] = set()
"""What `load_settings` found and nothing may print."""
_zone: ContextVar[tzinfo | None] = ContextVar("zone", default=None)
"""The reader's time zone; None is that of the system."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The options before the command."""

    folder: Path | None
    """As the user names it."""
    database: str | None
    debug: bool
    zone: str | None = None


def load_settings(context: typer.Context, *, needs_folder: bool = False) -> Settings:
    """Read the configuration that the options name and set up the log; without a folder there are the defaults."""
    options: Options = context.obj
    folder = options.folder or DEFAULT_FOLDER
    if needs_folder or options.folder:
        _require_folder(folder)
    settings = config.load(folder, config.environment())
    _secrets.update(settings.secrets)
    if options.database:
        settings = dataclasses.replace(settings, main=dataclasses.replace(settings.main, database=options.database))
    zone = options.zone or settings.main.history.zone
    if any(zone_faults(zone)):
        raise typer.BadParameter(f"{zone!r} is no time zone, as Europe/Berlin or UTC", param_hint="--zone")
    _zone.set(ZoneInfo(zone) if zone else None)
    level = "DEBUG" if options.debug else settings.main.log.level
    logs.set_up(level=level, as_json=settings.main.log.format is LogFormat.JSON, redact=redact)
    return settings


def _require_folder(folder: Path) -> None:
    if not folder.is_dir():
        raise ConfigError(
            [f"{folder}: no such folder"],
            hint="--config or MONITOR_CONFIG names the folder that holds monitor.toml, sources.toml …",
        )


def redact(text: str) -> str:
    """Return the text without the secrets of the settings."""
    return config.redact(text, _secrets)


def read_since(text: str | None, now: datetime) -> datetime | None:
    """Return the time that --since names, None if it was not given."""
    return None if text is None else _read_time(text, now)


def read_until(text: str | None, now: datetime) -> datetime | None:
    """Return the time that --until names, of a day its end; None if it was not given."""
    if text is None:
        return None
    return _read_time(text, now, ends_day=len(text) <= len("2026-05-01"))


def read_filter(  # noqa: PLR0913 - an option each
    now: datetime,
    *,
    company: str | None,
    kind: EventType | None,
    modality: Modality | None,
    source: str | None,
    since: str | None,
    until: str | None,
) -> ArticleFilter:
    """Return what the options of a list ask for."""
    return ArticleFilter(
        company=fold_name(company) if company else "",
        type=kind,
        modality=modality,
        source=source or "",
        since=read_since(since, now),
        until=read_until(until, now),
    )


def _read_time(text: str, now: datetime, *, ends_day: bool = False) -> datetime:
    """Return a time in UTC: so long ago, or a day or a time in the reader's zone."""
    try:
        if span := _SPAN.fullmatch(text):
            return now - timedelta(**{_UNITS[span[2]]: int(span[1])})
        time = datetime.fromisoformat(text) + timedelta(days=ends_day)
        if time.tzinfo is None and (zone := _zone.get()):
            time = time.replace(tzinfo=zone)
        return time.astimezone(UTC)
    except (ValueError, OverflowError) as error:  # OverflowError: before the year 1
        raise typer.BadParameter("a span as 12h, 7d or 2w, or a day as 2026-05-01") from error


def reader_zone() -> tzinfo | None:
    """Return the reader's time zone; None is that of the system."""
    return _zone.get()


def localise(time: datetime) -> datetime:
    """Return a time in the reader's zone."""
    return time.astimezone(_zone.get())


def print_json(value: object) -> None:
    """Print one JSON document."""
    _write(to_json(value, indent=2))


def tell(done: str, facts: object, *, json: bool) -> None:
    """Say what was done: to people in words, beside what is printed; to programs as facts."""
    if json:
        print_json(facts)
    else:
        stderr.print(done, soft_wrap=True)


def print_line(value: object) -> None:
    """Print one line of JSON Lines, at once."""
    _write(to_json(value))
    sys.stdout.flush()


def to_json(value: object, *, indent: int | None = None) -> bytes:
    """Return JSON in UTF-8; what a terminal could obey, and half a pair of surrogates, becomes JSON's escape for it."""
    text = json.dumps(_plain(value), ensure_ascii=False, indent=indent)
    if not text.isprintable():
        text = "".join(char if char.isprintable() or char == "\n" else json.dumps(char)[1:-1] for char in text)
    return f"{text}\n".encode()


def _write(line: bytes) -> None:
    sys.stdout.buffer.write(line)


def _plain(value: Any) -> object:  # noqa: ANN401 - whatever we print
    """Return our types as JSON knows them, without secrets: dataclasses as objects, times as ISO 8601."""
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, int | float | None):
        return value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if dataclasses.is_dataclass(value):
        return {item.name: _plain(getattr(value, item.name)) for item in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, Iterable):
        return [_plain(item) for item in value]
    raise TypeError(f"{type(value).__name__} is no JSON")


def end_on_signals() -> None:
    """End with code 0 at SIGTERM and Ctrl-C, until the event loop has handlers of its own."""
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, _end)


def _end(_signal: int, _frame: object) -> None:
    raise SystemExit(ExitCode.OK)


def show(text: str | None) -> str:
    """Return text for the terminal: without secrets, control characters shown, not obeyed."""
    return "".join(char if char.isprintable() or char == "\n" else f"\\x{ord(char):02x}" for char in redact(text or ""))


def show_time(time: datetime | None) -> str:
    """Return a time in the reader's zone, to the minute."""
    return localise(time).strftime("%Y-%m-%d %H:%M") if time else "–"


class ExitCode:
    """What the monitor returns to the shell; documented in the README."""

    OK = 0
    FAILED = 1
    BAD_USAGE = 2
