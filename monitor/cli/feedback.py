"""feedback: what readers say of alerts, and how right the monitor is by it."""

from dataclasses import asdict
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from monitor.app import open_store, utc_now
from monitor.cli.context import MAX_ID, JsonOption, load_settings, print_json, show, stdout, tell
from monitor.errors import MonitorError
from monitor.models import Judgement, Precision
from monitor.store import feedback as records

_GROUPS = ("rule", "source", "modality")


def add_commands(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command()(feedback)


def feedback(
    context: typer.Context,
    alert: Annotated[int | None, typer.Argument(metavar="ALERT", max=MAX_ID)] = None,
    judgement: Annotated[Judgement | None, typer.Argument(metavar="right|wrong|late")] = None,
    *,
    undo: Annotated[bool, typer.Option("--undo", help="Take back what was said of the alert.")] = False,
    json: JsonOption = False,
) -> None:
    """Say whether an alert was right; without an alert, show how right rules, sources and modalities are.

    Late means right, but known from elsewhere before. Shares come with the interval in which they lie with 95 %
    confidence.

    Examples: monitor feedback 17 wrong; monitor feedback 17 --undo; monitor feedback
    """
    if alert is None:
        _show_precision(context, json=json)
        return
    if (judgement is None) != undo:
        raise typer.BadParameter("say right, wrong or late, or --undo", param_hint="JUDGEMENT")
    with open_store(load_settings(context)) as store, store.write() as session:
        is_there = records.record_judgement(session, alert, judgement, utc_now())
    if not is_there:
        raise MonitorError(f"no alert has the number {alert}")
    done = f"alert {alert}: {judgement.value if judgement else 'nothing is said of it'}"
    tell(done, {"alert": alert, "judgement": judgement}, json=json)


def show_share(precision: Precision) -> str:
    """Return a share with its interval, as "0.83 (0.61 to 0.94) of 18"."""
    low, high = precision.interval
    return f"{precision.share:.2f} ({low:.2f} to {high:.2f}) of {precision.judged}"


def _show_precision(context: typer.Context, *, json: bool) -> None:
    with open_store(load_settings(context)) as store, store.read() as session:
        found = {group: records.measure_precision(session, group) for group in _GROUPS}
    if json:
        print_json({group: [asdict(one) | {"interval": one.interval} for one in found[group]] for group in _GROUPS})
        return
    table = Table(box=None, pad_edge=False)
    for name in ("by", "name", "right", "late"):
        table.add_column(name)
    for group in _GROUPS:
        for one in found[group]:
            table.add_row(group, escape(show(one.name)), show_share(one), str(one.late))
    stdout.print(table if any(found.values()) else "[dim]no alert was judged yet: monitor feedback ALERT right[/]")
