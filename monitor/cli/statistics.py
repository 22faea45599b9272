"""stats: how much there is in the history."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from enum import StrEnum
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from monitor.app import open_store, utc_now
from monitor.cli.context import (
    JsonOption,
    SinceOption,
    UntilOption,
    load_settings,
    print_json,
    read_since,
    read_until,
    reader_zone,
    show,
    stdout,
)
from monitor.store import statistics as records
from monitor.store.statistics import Statistics, Tally

_BAR_CHARS = 24


class Period(StrEnum):
    """What times are counted by."""

    DAY = "day"
    WEEK = "week"


def add_commands(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command("stats")(show_statistics)


def show_statistics(
    context: typer.Context,
    *,
    since: SinceOption = "4w",
    until: UntilOption = None,
    by: Annotated[Period, typer.Option("--by", help="Days, or weeks from Monday on.")] = Period.DAY,
    json: JsonOption = False,
) -> None:
    """Count articles, events and alerts: by type and certainty, by source, by day or week.

    Examples: monitor stats; monitor stats --since 2026-01-01 --by week --json
    """
    settings = load_settings(context)
    now = utc_now()
    with open_store(settings) as store, store.read() as session:
        found = records.measure_history(
            session,
            since=read_since(since, now),
            until=read_until(until, now),
            zone=reader_zone(),
            by_week=by is Period.WEEK,
        )
    if json:
        print_json(asdict(found) | {"periods": {str(day): tally for day, tally in found.periods.items()}})
        return
    total = found.total
    stdout.print(f"[bold]{total.articles:,}[/] articles, {total.events:,} events, {total.alerts:,} alerts")
    if total != Tally():
        _print_kinds(found)
        _print_tallies("source", found.sources)
        _print_periods(by.value, found.periods)


def _print_kinds(found: Statistics) -> None:
    modalities = list(dict.fromkeys(modality for counts in found.kinds.values() for modality in counts))
    table = Table(box=None, pad_edge=False, title_justify="left")
    table.add_column("type")
    for name in ("events", *modalities):
        table.add_column(name, justify="right")
    for kind, counts in found.kinds.items():
        cells = (f"{counts[name]:,}" if name in counts else "" for name in modalities)
        table.add_row(kind.replace("_", " "), f"{sum(counts.values()):,}", *cells)
    if found.kinds:
        stdout.print("")
        stdout.print(table)


def _print_tallies(heading: str, tallies: Mapping[str, Tally]) -> None:
    table = Table(box=None, pad_edge=False)
    table.add_column(heading)
    for name in ("articles", "events", "alerts"):
        table.add_column(name, justify="right")
    for name, tally in tallies.items():
        table.add_row(escape(show(name)), f"{tally.articles:,}", f"{tally.events:,}", f"{tally.alerts:,}")
    stdout.print("")
    stdout.print(table)


def _print_periods(heading: str, periods: Mapping[date, Tally]) -> None:
    """Print a line for each day or week, with a bar of its articles."""
    most = max(tally.articles for tally in periods.values()) or 1
    table = Table(box=None, pad_edge=False)
    table.add_column(heading, no_wrap=True)
    for name in ("articles", "events", "alerts"):
        table.add_column(name, justify="right")
    table.add_column("")
    for day, tally in periods.items():
        bar = "█" * round(_BAR_CHARS * tally.articles / most)
        table.add_row(str(day), f"{tally.articles:,}", f"{tally.events:,}", f"{tally.alerts:,}", f"[cyan]{bar}[/]")
    stdout.print("")
    stdout.print(table)
