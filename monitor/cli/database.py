"""db: the database file: copies, checks, size, texts that are not kept."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from monitor.app import open_store, utc_now
from monitor.cli.context import MAX_ID, ExitCode, JsonOption, load_settings, print_json, show, stderr, stdout, tell
from monitor.config import MIN_KEEP_TEXT_DAYS
from monitor.models import DeliveryState
from monitor.store import Store, deliveries, retention, upkeep


def add_commands(app: typer.Typer) -> None:
    """Add this module's commands."""
    group = typer.Typer(help="Copy, check and shrink the database, while the monitor runs.", no_args_is_help=True)
    for name, function in (
        ("backup", back_up),
        ("restore", restore),
        ("check", check),
        ("vacuum", vacuum),
        ("prune", prune),
    ):
        group.command(name)(function)
    app.add_typer(group, name="db")


def back_up(
    context: typer.Context,
    target: Annotated[Path, typer.Argument(metavar="FILE")],
    *,
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it is there.")] = False,
    json: JsonOption = False,
) -> None:
    """Copy the database as it is now to a file, and check the copy.

    Example: monitor db backup backups/monitor-$(date +%F).db
    """
    path = Path(load_settings(context).main.database)
    if target.exists() and not (force and target.is_file() and not target.samefile(path)):
        raise typer.BadParameter(f"{target} is there already; --force replaces a file", param_hint="FILE")
    with _show_progress("copying") as progress:
        upkeep.back_up(path, target.resolve(), progress)
    size = target.stat().st_size
    tell(f"{escape(show(str(target)))}: {_say_size(size)}", {"file": str(target), "bytes": size}, json=json)


def restore(
    context: typer.Context,
    backup: Annotated[Path, typer.Argument(metavar="FILE")],
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    json: JsonOption = False,
) -> None:
    """Put a backup in the place of the database; the former one stays beside it.

    A running monitor lets go of it for the moment, and begins anew with the backup. What was stored since then is news
    again, and what waited to be sent then is sent.

    Example: monitor db restore backups/monitor-2026-05-01.db
    """
    settings = load_settings(context)
    path = Path(settings.main.database)
    upkeep.check_backup(backup)
    if not yes and path.exists():
        typer.confirm(f"Replace {show(str(path))}?", abort=True, err=True)
    with _show_progress("restoring") as progress:
        former = upkeep.restore(backup, path, utc_now(), progress)
    with open_store(settings) as store, store.read() as session:
        waiting = deliveries.count_deliveries(session).get(DeliveryState.WAITING, 0)
    done = [f"{escape(show(str(path)))} is restored from {escape(show(str(backup)))}"]
    if former:
        done.append(f"the former database is {escape(show(str(former)))}")
    if waiting:
        done.append(f"{waiting} messages wait to be sent; `monitor deliveries --state waiting` lists them")
    facts = {"database": str(path), "former": str(former) if former else None, "waiting": waiting}
    tell("\n".join(done), facts, json=json)


def check(
    context: typer.Context,
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="Another database, as a backup.")] = None,
    *,
    json: JsonOption = False,
) -> None:
    """Check that the database is sound: its pages, what refers to what, and what must hold; exit with 1 if it is not.

    An older schema is checked as it is, and not changed.

    Example: monitor db check backups/monitor-2026-05-01.db
    """
    path = file or Path(load_settings(context).main.database)
    with stderr.status("checking") if stderr.is_terminal else nullcontext():
        found = upkeep.examine(path)
    for what in found.unchecked:
        stderr.print(f"[dim]not looked for, its schema is older:[/] {what}", soft_wrap=True)
    if json:
        print_json(found.faults)
    for fault in [] if json else found.faults:
        stdout.print(f"[red]✗[/] {escape(show(fault))}", soft_wrap=True)
    if found.faults:
        raise typer.Exit(ExitCode.FAILED)
    if not json:
        stdout.print("[green]✓[/] sound")


def vacuum(context: typer.Context, *, json: JsonOption = False) -> None:
    """Write the database anew without gaps, as removed texts leave them; it needs as much room again for a moment.

    Example: monitor db vacuum
    """
    settings = load_settings(context)
    with open_store(settings) as store, stderr.status("shrinking") if stderr.is_terminal else nullcontext():
        before, after = upkeep.vacuum(store.path)
    tell(f"{_say_size(before)} → {_say_size(after)}", {"bytes_before": before, "bytes": after}, json=json)


def prune(
    context: typer.Context,
    *,
    older_than: Annotated[
        int | None,
        typer.Option("--older-than", metavar="DAYS", min=MIN_KEEP_TEXT_DAYS, help="Instead of keep_text_days."),
    ] = None,
    article: Annotated[
        list[int] | None, typer.Option("--article", metavar="ID", max=MAX_ID, help="This one, whatever its age.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say how many.")] = False,
    json: JsonOption = False,
) -> None:
    """Remove the texts of old articles, for good; no article comes back, and alerts keep their evidence.

    The monitor does so every day if monitor.toml sets keep_text_days.

    Examples: monitor db prune --older-than 365 --dry-run; monitor db prune --article 17
    """
    settings = load_settings(context)
    days = older_than or settings.main.history.keep_text_days
    if not article and days is None:
        raise typer.BadParameter("say how old, or set keep_text_days in monitor.toml", param_hint="--older-than")
    keep, open_for = timedelta(days=days or 0), timedelta(hours=settings.main.check.story_window_hours)
    with open_store(settings) as store:
        if article:
            count = _remove(store, article, dry_run=dry_run)
        elif dry_run:
            with store.read() as session:
                count = retention.count_old(session, utc_now(), keep=keep, open_for=open_for)
        else:
            count = retention.prune(store, utc_now(), keep=keep, open_for=open_for)
    done = f"{count:,} texts {'would be ' if dry_run else ''}removed"
    tell(done, {"texts": count, "is_dry_run": dry_run}, json=json)


def _remove(store: Store, ids: list[int], *, dry_run: bool) -> int:
    """Remove the texts of these articles, or count those that have one."""
    if dry_run:
        with store.read() as session:
            return retention.count_texts(session, ids)
    with store.write() as session:
        return retention.remove_texts(session, ids, utc_now())


@contextmanager
def _show_progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """Give a function that moves a bar, for people who wait at a terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with Progress(*columns, console=stderr, transient=True, disable=not stderr.is_terminal) as bars:
        bar = bars.add_task(what, total=None)
        yield lambda done, total: bars.update(bar, completed=done, total=total)


def _say_size(count: int) -> str:
    return f"{count / 1e6:,.1f} MB"
