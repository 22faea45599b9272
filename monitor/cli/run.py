"""run and check: the monitor at work."""

import asyncio
from contextlib import AsyncExitStack, nullcontext
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from monitor import daemon
from monitor.app import add_demo, open_app, sources_on
from monitor.cli.context import ExitCode, JsonOption, end_on_signals, load_settings, print_json, show, stderr, stdout
from monitor.config import Settings
from monitor.errors import ConfigError, PageError
from monitor.models import Source
from monitor.outbox import FlushReport, flush
from monitor.pipeline import CheckReport, check_source

DemoOption = Annotated[
    bool, typer.Option("--demo", help="Also watch a small news site of our own, served on loopback.")
]

_PATIENCE_SECONDS = 30.0
"""For another process, as `monitor check`, that was quicker to have the database after a backup was restored."""


def add_commands(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command()(run)
    app.command()(check)


def run(
    context: typer.Context,
    *,
    demo: DemoOption = False,
    demo_speed: Annotated[
        float, typer.Option(min=0.1, help="Show its stories so many times as fast.", hidden=True)
    ] = 1.0,
) -> None:
    """Check all sources on time and send alerts, until Ctrl-C or SIGTERM.

    Example: monitor run --demo
    """
    end_on_signals()
    settings = load_settings(context)
    with add_demo(settings, speed=demo_speed) if demo else nullcontext(settings) as settings:
        patience = 0.0
        while asyncio.run(_serve(settings, patience)):  # a backup is being restored: begin anew with that
            daemon.wait_for_database(Path(settings.main.database))
            patience = _PATIENCE_SECONDS


async def _serve(settings: Settings, patience: float) -> bool:
    from monitor.web import PageServer  # noqa: PLC0415 - 0.1 s that other commands need not pay

    async with open_app(settings, console=stdout, patience=patience) as app, AsyncExitStack() as stack:
        if settings.main.page.enabled:
            page = PageServer(store=app.tools.store, settings=app.settings)
            try:
                await stack.enter_async_context(page)
            except PageError as error:
                stderr.print(f"[yellow]the page is off:[/] {escape(show(str(error)))}", soft_wrap=True)
            else:
                stderr.print(f"[dim]the history is at[/] {page.url}")
        stderr.print(f"[dim]watching {len(app.sources)} sources; alerts appear here and in the history; Ctrl-C ends[/]")
        return await daemon.serve(app)


def check(
    context: typer.Context,
    sources: Annotated[list[str] | None, typer.Argument(metavar="SOURCE", help="Their names; none: all.")] = None,
    *,
    revisit: Annotated[
        bool, typer.Option(help="Ask for the articles of the last day again, to see if they changed.")
    ] = True,
    json: JsonOption = False,
) -> None:
    """Look at sources once, send what is due, and exit: 1 if a source failed or a message was refused.

    A source that failed lately is left in peace for a while, unless you name it.

    Examples: monitor check; monitor check bbc-business --json; in a crontab: monitor check --no-revisit
    """
    settings = load_settings(context)
    chosen = _choose(settings, sources or [])
    reports, flushed = asyncio.run(_check(settings, chosen, heeds_rest=not sources, revisit=revisit, quiet=json))
    if json:
        print_json(reports)
    if flushed.failed or flushed.dead or any(report.error for report in reports):
        raise typer.Exit(ExitCode.FAILED)


def _choose(settings: Settings, names: list[str]) -> list[Source]:
    known = {source.name: source for source in settings.sources}
    if unknown := [name for name in names if name not in known]:
        raise ConfigError(
            [f"no source is named {name!r}" for name in unknown], hint="`monitor sources` lists their names"
        )
    return [known[name] for name in names] or list(sources_on(settings))


async def _check(
    settings: Settings, chosen: list[Source], *, heeds_rest: bool, revisit: bool, quiet: bool
) -> tuple[list[CheckReport], FlushReport]:
    """Check the sources side by side, with a bar for each that has work to do; then send what is due."""
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    async with open_app(settings, console=stderr if quiet else stdout) as app:
        with Progress(*columns, console=stderr, transient=True, disable=quiet or not stderr.is_terminal) as bars:

            async def check_one(source: Source) -> CheckReport:
                bar = bars.add_task(show(source.name), total=None)
                report = await check_source(
                    app.tools,
                    source,
                    heeds_rest=heeds_rest,
                    revisit=revisit,
                    progress=lambda done, total: bars.update(bar, completed=done, total=total),
                )
                bars.remove_task(bar)
                if not quiet:
                    bars.console.print(_summarise(report), soft_wrap=True)
                return report

            answers = await asyncio.gather(*map(check_one, chosen), return_exceptions=True)
        flushed = await flush(app.postman)
    for answer in answers:
        if isinstance(answer, BaseException):
            raise answer  # a defect of the monitor, or of its disk; the other sources were checked all the same
    return [answer for answer in answers if isinstance(answer, CheckReport)], flushed


def _summarise(report: CheckReport) -> str:
    if report.error:
        return f"[red]✗[/] {escape(show(f'{report.source}: {report.error}'))}"
    counts = {
        "new": report.new_links,
        "stored": report.stored,
        "unchanged": report.unchanged,
        "failed": report.failed,
        "alerts": report.alerts,
    }
    told = ", ".join(f"{count} {name}" for name, count in counts.items() if count) or "nothing new"
    return f"[green]✓[/] {escape(show(report.source))}: {told}"
