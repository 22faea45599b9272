"""message, notices: an alert as a target would get it, and what the monitor had to tell of itself."""

from enum import StrEnum
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from monitor.app import build_writer, check_routes, open_store, utc_now
from monitor.cli.context import (
    MAX_ID,
    JsonOption,
    LimitOption,
    SinceOption,
    load_settings,
    print_json,
    read_since,
    show,
    show_time,
    stdout,
)
from monitor.cli.history import require_alert
from monitor.config import Settings
from monitor.errors import ConfigError
from monitor.models import Route, Subject
from monitor.notify import find_form, targets_of
from monitor.store import notices


class Form(StrEnum):
    """How a message is written."""

    TEXT = "text"
    SLACK = "slack"
    HTML = "html"


def add_commands(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command("message")(show_message)
    app.command("notices")(list_notices)


def show_message(
    context: typer.Context,
    alert_id: Annotated[int, typer.Argument(metavar="ALERT", max=MAX_ID)],
    *,
    target: Annotated[str, typer.Option(help="As this target gets it; by default the first of the route.")] = "",
    route: Annotated[str, typer.Option(help="By this route; by default the first that has the target.")] = "",
    form: Annotated[Form | None, typer.Option(help="By default that of the target's channel.")] = None,
    json: JsonOption = False,
) -> None:
    """Show an alert's message as a target would get it, in the words of its template. Nothing is sent.

    Examples: monitor message 12; monitor message 12 --target desk; monitor message 12 --form html
    """
    settings = load_settings(context)
    check_routes(settings)
    taken = _choose_route(settings, route, target)
    to = target or targets_of(taken)[0]
    with open_store(settings) as store, store.read() as session:
        alert = require_alert(session, alert_id)
    message = build_writer(settings).write_alert(alert, taken, to)
    if json:
        print_json({"route": taken.name, "target": to, "message": message})
        return
    url = next(one.url for one in settings.targets if one.name == to)
    chosen = form or Form(find_form(url))
    body = {Form.TEXT: message.text, Form.SLACK: message.markdown, Form.HTML: message.html}[chosen]
    stdout.print(show(message.title), style="bold", markup=False, soft_wrap=True)
    stdout.print(show(body), markup=False, soft_wrap=True)


def list_notices(
    context: typer.Context,
    *,
    about: Annotated[Subject | None, typer.Option(help="Only of sources, or only of targets.")] = None,
    since: SinceOption = None,
    limit: LimitOption = 20,
    json: JsonOption = False,
) -> None:
    """List what the monitor had to tell of itself, newest first: sources and targets that failed, or are well again.

    Example: monitor notices --about targets --since 7d
    """
    settings = load_settings(context)
    with open_store(settings) as store, store.read() as session:
        found = notices.list_notices(session, about=about, since=read_since(since, utc_now()), limit=limit)
    if json:
        print_json(found)
        return
    table = Table(box=None, pad_edge=False, expand=True)
    for name in ("when", "about", "name"):
        table.add_column(name, no_wrap=True)
    table.add_column("what", ratio=1, overflow="fold")
    for one in found:
        what = f"{one.condition}: {one.detail}" if one.detail else one.condition
        cells = (show_time(one.created_at), one.about.value, show(one.name), show(what))
        table.add_row(*map(escape, cells))
    stdout.print(table if found else "[dim]nothing was wrong[/]")


def _choose_route(settings: Settings, route: str, target: str) -> Route:
    """Return the first route of this name and target; ConfigError if there is none."""
    for one in settings.routes:
        if route in {"", one.name} and target in {"", *targets_of(one), one.fallback}:
            return one
    problem = f"no route named {route!r} has the target {target!r}" if route else f"no route has the target {target!r}"
    raise ConfigError([problem], hint="`monitor routes list` shows routes and targets")
