"""The command `monitor`: its options, its groups of commands, and how errors look."""

import sys
import traceback
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from typer.core import TyperGroup
from typer.main import get_group

from monitor.cli.context import ExitCode, Options, show, stderr
from monitor.errors import ConfigError, MonitorError, RuleError

_EPILOG = """[bold]Examples[/bold]
monitor run --demo            see it work, without network or account
monitor check                 look at every source once
monitor history --limit 10    the last alerts
monitor detect https://…      what one page tells, and why"""

MODULES = {
    "run": "run",
    "check": "run",
    "serve": "serve",
    "history": "history",
    "search": "history",
    "relations": "history",
    "show": "reading",
    "export": "export",
    "stats": "statistics",
    "extract": "inspect",
    "detect": "inspect",
    "rules": "rules",
    "sources": "sources",
    "routes": "routes",
    "silence": "silence",
    "ack": "silence",
    "feedback": "feedback",
    "message": "message",
    "notices": "message",
    "deliveries": "operate",
    "config": "operate",
    "notify": "operate",
    "db": "database",
}
"""The module beside this one that holds each command, in the order of the help."""


class _Commands(TyperGroup):
    """Commands whose modules are imported when they are asked for: most need little of the program."""

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override] # noqa: ARG002
        return list(MODULES)

    def get_command(self, ctx: typer.Context, cmd_name: str) -> Any:  # type: ignore[override] # noqa: ANN401 - typer hides the type
        # All for a name that is none, so that the nearest can be told.
        for module in {MODULES[cmd_name]} if cmd_name in MODULES else set(MODULES.values()):
            self._load(module)
        return super().get_command(ctx, cmd_name)

    def _load(self, module: str) -> None:
        commands = typer.Typer(rich_markup_mode=self.rich_markup_mode)
        import_module(f"monitor.cli.{module}").add_commands(commands)
        self.commands.update(get_group(commands).commands)


app = typer.Typer(
    cls=_Commands,
    help="Tells you when a partnership between companies changes.",
    epilog=_EPILOG,
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


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
