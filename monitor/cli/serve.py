"""serve: the history in the browser."""

import asyncio
import signal
from dataclasses import replace
from typing import Annotated

import typer

from monitor.app import open_store
from monitor.cli.context import end_on_signals, load_settings, stderr
from monitor.config import Settings


def add_commands(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command()(serve)


def serve(
    context: typer.Context,
    *,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Instead of the one in monitor.toml; 0: any that is free.")
    ] = None,
) -> None:
    """Show the history in the browser, beside a running monitor or alone, until Ctrl-C or SIGTERM.

    Example: monitor serve --port 8090
    """
    end_on_signals()
    settings = load_settings(context)
    if port is not None:
        settings = replace(settings, main=replace(settings.main, page=replace(settings.main.page, port=port)))
    asyncio.run(_serve(settings))


async def _serve(settings: Settings) -> None:
    from monitor.web import PageServer  # noqa: PLC0415 - 0.1 s that no other command shall pay

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    with open_store(settings) as store:
        async with PageServer(store=store, settings=settings) as page:
            stderr.print(f"[dim]the history is at[/] {page.url} [dim]· Ctrl-C ends[/]")
            await stop.wait()
