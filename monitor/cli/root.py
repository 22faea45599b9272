"""The command `monitor`: its options, its groups of commands, and how errors look."""

import sys
import traceback
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from monitor.cli import (
    database,
    export,
    feedback,
    history,
    inspect,
    message,
    operate,
    reading,
    routes,
    rules,
    run,
    serve,
    silence,
    sources,
    statistics,
)
from monitor.cli.context import ExitCode, Options, show, stderr
from monitor.errors import ConfigError, MonitorError, RuleError

_EPILOG = """[bold]Examples[/bold]
monitor run --demo            see it work, without network or account
monitor check                 look at every source once
monitor history --limit 10    the last alerts
monitor detect https://…      what one page tells, and why"""

app = typer.Typer(
    help="Tells you when a partnership between companies changes.",
    epilog=_EPILOG,
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for _module in (
    run,
    serve,
    history,
    reading,
    export,
    statistics,
    inspect,
    rules,
    sources,
    routes,
    silence,
    feedback,
    message,
    operate,
    database,
):
    _module.add_commands(app)


def _print_version(wanted: bool) -> None:  # noqa: FBT001 - typer's callback
    if wanted:
        typer.echo(f"monitor {version('partnership-monitor')}")
        raise typer.Exit


@app.callback()
def _root(
    context: typer.Context,
    *,
    config: Annotated[
        Path | None,
        typer.Option("--config", "-c", envvar="MONITOR_CONFIG", help="Folder of the settings, if not config."),
    ] = None,
    database: Annotated[
        str | None, typer.Option("--database", envvar="MONITOR_DATABASE", help="Instead of the one in monitor.toml.")
    ] = None,
    zone: Annotated[
        str | None, typer.Option("--zone", help="The time zone of what is told and taken, as Europe/Berlin.")
    ] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Log more, and show where an error comes from.")] = False,
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    context.obj = Options(folder=config, database=database, debug=debug, zone=zone)


def main() -> None:
    """Run the command line; exit with a code of `ExitCode`."""
    try:
        app()
    except MonitorError as error:
        if "--debug" in sys.argv:
            stderr.print(show(traceback.format_exc()), markup=False, soft_wrap=True)
        _show_error(error)
        sys.exit(ExitCode.BAD_USAGE if isinstance(error, ConfigError | RuleError) else ExitCode.FAILED)


def _show_error(error: MonitorError) -> None:
    lines = str(error).splitlines() or [type(error).__name__]
    for line in lines:
        stderr.print(f"[bold red]error:[/] {escape(show(line))}", soft_wrap=True)
    if error.hint:
        stderr.print(f"[dim]hint: {escape(show(error.hint))}[/]", soft_wrap=True)
