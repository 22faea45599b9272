"""export: the history as files for other programs."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from monitor.app import open_store, utc_now
from monitor.cli.context import (
    ModalityOption,
    SinceOption,
    SourceOption,
    TypeOption,
    UntilOption,
    load_settings,
    read_filter,
    redact,
    stderr,
)
from monitor.cli.formats import WRITERS, Format
from monitor.errors import MonitorError
from monitor.models import ArticleFilter
from monitor.store import Session
from monitor.store import export as records
from monitor.store.export import Kind, Row

_STDOUT = Path("-")
_SUFFIXES = {".ndjson": Format.JSONL, ".db": Format.SQLITE, ".sqlite3": Format.SQLITE} | {
    f".{one.value}": one for one in Format
}


def add_commands(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command()(export)


def export(  # noqa: PLR0913 - each parameter is an option of the command
    context: typer.Context,
    what: Annotated[list[Kind] | None, typer.Argument(metavar="alerts|events|relations|articles")] = None,
    *,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="- is standard output.")] = _STDOUT,
    form: Annotated[Format | None, typer.Option("--format", help="If the file's name does not say it.")] = None,
    company: Annotated[str | None, typer.Option("--company", help="Only what names it.")] = None,
    kind: TypeOption = None,
    modality: ModalityOption = None,
    source: SourceOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it is there.")] = False,
) -> None:
    """Write alerts, events, relations or articles to a file, oldest first; to one SQLite file, several or all of them.

    Columns are those of the database's views (deploy/schema.md); times are UTC.

    Examples: monitor export alerts --since 30d -o alerts.csv; monitor export articles --format jsonl | gzip > all.gz;
    monitor export -o history.sqlite
    """
    settings = load_settings(context)
    form = form or _SUFFIXES.get(output.suffix.lower()) or (Format.CSV if output == _STDOUT else None)
    kinds = list(dict.fromkeys(what or ()))
    _check_usage(kinds, form, output, force=force)
    wanted = read_filter(
        utc_now(), company=company, kind=kind, modality=modality, source=source, since=since, until=until
    )
    with ExitStack() as stack:
        session = stack.enter_context(stack.enter_context(open_store(settings)).read())
        bars = stack.enter_context(_make_bars())
        if form is Format.SQLITE:
            path = stack.enter_context(_replacing(output))
            chosen = kinds or list(Kind)
            tables = [(one, records.list_columns(session, one), _read(session, one, wanted, bars)) for one in chosen]
            records.write_sqlite(path, tables)
        elif form:
            stream = stack.enter_context(_open(output))
            writer = WRITERS[form](stream, records.list_columns(session, kinds[0]))
            for rows in _read(session, kinds[0], wanted, bars):
                writer.write(rows)
            writer.close()


def _check_usage(kinds: Sequence[Kind], form: Format | None, output: Path, *, force: bool) -> None:
    if form is None:
        known = ", ".join(one.value for one in Format)
        raise typer.BadParameter(f"the name {output.name!r} does not say which of {known}", param_hint="--format")
    if form is Format.SQLITE and output == _STDOUT:
        raise typer.BadParameter("a SQLite file cannot go to standard output", param_hint="--output")
    if form is not Format.SQLITE and len(kinds) != 1:
        raise typer.BadParameter(f"{form.value} holds one of {', '.join(Kind)}", param_hint="WHAT")
    if form is Format.SQLITE and _is_stream(output):
        raise typer.BadParameter(f"{output} is no file that SQLite can write", param_hint="--output")
    if output != _STDOUT and output.exists() and not (force or _is_stream(output)):
        raise typer.BadParameter(f"{output} is there already; --force replaces it", param_hint="--output")


def _read(session: Session, kind: Kind, wanted: ArticleFilter, bars: Progress) -> Iterator[list[Row]]:
    """Yield the rows without secrets, and move a bar."""
    bar = bars.add_task(kind.value, total=None if bars.disable else records.count_rows(session, kind, wanted))
    for rows in records.read_rows(session, kind, wanted):
        yield [{name: _hide(value) for name, value in row.items()} for row in rows]
        bars.advance(bar, len(rows))


def _hide(value: object) -> object:
    if isinstance(value, list):
        return [_hide(item) for item in value]
    return redact(value) if isinstance(value, str) else value


def _make_bars() -> Progress:
    """Return bars for people who wait at a terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=stderr, transient=True, disable=not stderr.is_terminal)


@contextmanager
def _open(output: Path) -> Iterator[IO[bytes]]:
    """Give the stream to write to: a file is there when it is whole, or not at all."""
    if output == _STDOUT:
        yield sys.stdout.buffer
        return
    if _is_stream(output):
        with _telling(output), output.open("wb") as stream:
            yield stream
        return
    with _replacing(output) as path, path.open("wb") as stream:
        yield stream


def _is_stream(output: Path) -> bool:
    """Return whether it is a device or a pipe: it is written to, never replaced, as root could replace /dev/null."""
    return output != _STDOUT and output.exists() and not (output.is_file() or output.is_dir())


@contextmanager
def _replacing(output: Path) -> Iterator[Path]:
    """Give the path of a new file that takes the place of `output` in the end."""
    output = output.resolve()  # a link stays one
    part = output.with_name(f"{output.name}.part")
    with _telling(output):
        try:
            part.unlink(missing_ok=True)
            yield part
            part.replace(output)
        finally:
            part.unlink(missing_ok=True)


@contextmanager
def _telling(output: Path) -> Iterator[None]:
    """Raise a MonitorError that names the file when it cannot be written."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise MonitorError(f"{output}: cannot be written: {error.strerror or error}") from error
