"""silence add, list, end; ack: what people do not want to be told for now."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from monitor.app import open_store, utc_now
from monitor.cli.context import (
    MAX_ID,
    JsonOption,
    load_settings,
    print_json,
    show,
    show_time,
    stdout,
    tell,
)
from monitor.config import Settings
from monitor.errors import ConfigError, MonitorError
from monitor.models import EventType, Modality, Silence
from monitor.store import news, notices

_SPAN = re.compile(r"(\d{1,6})([mhdw])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_LISTS = ("companies", "types", "modalities", "sources", "tags", "languages", "routes", "stories")


def add_commands(app: typer.Typer) -> None:
    """Add this module's commands."""
    group = typer.Typer(help="Keep messages back until a time.")
    group.command("add")(add_silence)
    group.command("list")(list_silences)
    group.command("end")(end_silence)
    app.add_typer(group, name="silence", no_args_is_help=True)
    app.command("ack")(acknowledge)


def add_silence(  # noqa: PLR0913 - each parameter is an option of the command
    context: typer.Context,
    *,
    until: Annotated[str, typer.Option("--for", help="A span as 2h, 3d or 1w, or the day and time of its end.")],
    company: Annotated[list[str] | None, typer.Option(help="Take alerts about this company.")] = None,
    kind: Annotated[list[EventType] | None, typer.Option("--type", help="Of this event type.")] = None,
    modality: Annotated[list[Modality] | None, typer.Option(help="So sure.")] = None,
    source: Annotated[list[str] | None, typer.Option(help="From this source, and notices about it.")] = None,
    tag: Annotated[list[str] | None, typer.Option(help="Of rules with this tag.")] = None,
    language: Annotated[list[str] | None, typer.Option(help="In this language, as en.")] = None,
    route: Annotated[list[str] | None, typer.Option(help="On this route only.")] = None,
    story: Annotated[list[int] | None, typer.Option(max=MAX_ID, help="Of this story.")] = None,
    comment: Annotated[str, typer.Option(help="Why.")] = "",
    json: JsonOption = False,
) -> None:
    """Send nothing that meets all the conditions, until a time; of a condition given twice either will do.

    What is kept back stays in the history and is not sent later.

    Examples: monitor silence add --company Microsoft --for 2d; monitor silence add --route desk --for 1h
    """
    settings = load_settings(context)
    _check_names(settings, sources=source or [], routes=route or [])
    now = utc_now()
    silence = Silence(
        companies=tuple(company or ()),
        types=tuple(kind or ()),
        modalities=tuple(modality or ()),
        sources=tuple(source or ()),
        tags=tuple(tag or ()),
        languages=tuple(language or ()),
        routes=tuple(route or ()),
        stories=tuple(story or ()),
        comment=comment,
        created_at=now,
        ends_at=_read_end(until, now),
    )
    if not any(getattr(silence, name) for name in _LISTS):
        raise typer.BadParameter("a silence needs a condition; to silence everything name all routes")
    with open_store(settings) as store, store.write() as session:
        number = notices.add_silence(session, silence)
    done = f"silence {number} until {show_time(silence.ends_at)}; `monitor silence end {number}` ends it"
    tell(done, replace(silence, id=number), json=json)


def list_silences(
    context: typer.Context,
    *,
    ended: Annotated[bool, typer.Option("--ended", help="Those too that are over.")] = False,
    json: JsonOption = False,
) -> None:
    """List the silences, oldest first.

    Example: monitor silence list --ended
    """
    settings = load_settings(context)
    with open_store(settings) as store, store.read() as session:
        found = notices.list_silences(session, after=None if ended else utc_now())
    if json:
        print_json(found)
        return
    table = Table(box=None, pad_edge=False, expand=True)
    for name in ("id", "until", "what", "why"):
        table.add_column(name, overflow="fold")
    for one in found:
        table.add_row(str(one.id), show_time(one.ends_at), escape(show(_describe(one))), escape(show(one.comment)))
    stdout.print(table if found else "[dim]nothing is silenced[/]")


def end_silence(
    context: typer.Context,
    number: Annotated[int, typer.Argument(metavar="ID", max=MAX_ID)],
    *,
    json: JsonOption = False,
) -> None:
    """End a silence now.

    Example: monitor silence end 3
    """
    settings, now = load_settings(context), utc_now()
    with open_store(settings) as store, store.write() as session:
        is_ended = notices.end_silence(session, number, now)
    if not is_ended:
        problem = MonitorError(f"no silence with the number {number} is in force")
        problem.hint = "`monitor silence list` lists them"
        raise problem
    tell(f"silence {number} is over", {"id": number, "ends_at": now}, json=json)


def acknowledge(
    context: typer.Context,
    story: Annotated[int, typer.Argument(metavar="STORY", max=MAX_ID)],
    *,
    undo: Annotated[bool, typer.Option("--undo", help="Tell everything of it again.")] = False,
    json: JsonOption = False,
) -> None:
    """Say that you know a story: it is told on only where it changes state, and its reminders end.

    The story of an alert is shown by `monitor routes test ALERT` and in `monitor history --json`.

    Example: monitor ack 12
    """
    settings, at = load_settings(context), None if undo else utc_now()
    with open_store(settings) as store, store.write() as session:
        is_there = news.acknowledge_story(session, story, at)
    if not is_there:
        raise MonitorError(f"no story has the number {story}")
    done = f"story {story} is told on in full" if undo else f"story {story} is acknowledged"
    tell(done, {"story": story, "acknowledged_at": at}, json=json)


def _check_names(settings: Settings, *, sources: list[str], routes: list[str]) -> None:
    """Raise ConfigError for names that nothing bears: such a silence would keep nothing back."""
    known = {"source": {one.name for one in settings.sources}, "route": {one.name for one in settings.routes}}
    problems = [
        f"no {kind} is named {name!r}"
        for kind, names in (("source", sources), ("route", routes))
        for name in names
        if name not in known[kind]
    ]
    if problems:
        raise ConfigError(problems, hint="`monitor sources` and `monitor routes list` list the names")


def _read_end(text: str, now: datetime) -> datetime:
    """Return the time that --for names, in the reader's zone where it names none."""
    try:
        span = _SPAN.fullmatch(text)
        end = now + timedelta(**{_UNITS[span[2]]: int(span[1])}) if span else datetime.fromisoformat(text).astimezone()
    except (ValueError, OverflowError) as error:
        raise typer.BadParameter("a span as 2h, 3d or 1w, or a day and time as 2026-05-01T18:00") from error
    if end <= now:
        raise typer.BadParameter("the end is over already")
    return end.astimezone(now.tzinfo)


def _describe(silence: Silence) -> str:
    lists = {name: getattr(silence, name) for name in _LISTS}
    return "; ".join(f"{name}: {', '.join(map(str, values))}" for name, values in lists.items() if values)
