"""What all commands share: the options before the command, settings, printing."""

import dataclasses
import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from monitor import config, logs
from monitor.config import LogFormat, Settings

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
LimitOption = Annotated[int, typer.Option("--limit", "-n", min=1, help="At most so many.")]

stdout = Console(highlight=False)
stderr = Console(stderr=True, highlight=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The options before the command."""

    folder: Path
    database: str | None
    debug: bool


def load_settings(context: typer.Context) -> Settings:
    """Read the configuration that the options name and set up the log."""
    options: Options = context.obj
    environment = config.environment()
    settings = config.load(options.folder, environment)
    if options.database:
        settings = dataclasses.replace(settings, main=dataclasses.replace(settings.main, database=options.database))
    level = "DEBUG" if options.debug else settings.main.log.level
    logs.set_up(level=level, as_json=settings.main.log.format is LogFormat.JSON, secrets=settings.secrets)
    return settings


def print_json(value: object) -> None:
    """Print one JSON document."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=_plain) + "\n")


def print_line(value: object) -> None:
    """Print one line of JSON Lines, at once."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, default=_plain) + "\n")
    sys.stdout.flush()


def _plain(value: Any) -> object:  # noqa: ANN401 - whatever json cannot write
    """Return our types as JSON knows them: dataclasses as objects, sets as lists, times as ISO 8601."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {item.name: getattr(value, item.name) for item in dataclasses.fields(value)}
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Iterable):
        return list(value)
    raise TypeError(f"{type(value).__name__} is no JSON")


def show(text: str | None) -> str:
    """Return scraped text for the terminal: control characters shown, not obeyed; rich's markup is plain text."""
    return "".join(char if char.isprintable() or char == "\n" else f"\\x{ord(char):02x}" for char in text or "")


def show_time(time: datetime | None) -> str:
    """Return a time in the reader's zone, to the minute."""
    return time.astimezone().strftime("%Y-%m-%d %H:%M") if time else "–"


class ExitCode:
    """What the monitor returns to the shell; documented in the README."""

    OK = 0
    FAILED = 1
    BAD_USAGE = 2
