"""message: an alert as a target would get it."""

from enum import StrEnum
from typing import Annotated

import typer

from monitor.app import build_writer, check_routes, open_store
from monitor.cli.context import MAX_ID, JsonOption, load_settings, print_json, show, stdout
from monitor.config import Settings
from monitor.errors import ConfigError, MonitorError
from monitor.models import Route
from monitor.notify import find_form, targets_of
from monitor.store import news


class Form(StrEnum):
    """How a message is written."""

    TEXT = "text"
    SLACK = "slack"
    HTML = "html"


def add_commands(app: typer.Typer) -> None:
    """Add this module's command."""
    app.command("message")(show_message)


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
        alerts = news.read_alerts(session, [alert_id])
    if not alerts:
        problem = MonitorError(f"no alert has the number {alert_id}")
        problem.hint = "`monitor history` lists them"
        raise problem
    message = build_writer(settings).write_alert(alerts[0], taken, to)
    if json:
        print_json({"route": taken.name, "target": to, "message": message})
        return
    url = next(one.url for one in settings.targets if one.name == to)
    chosen = form or Form(find_form(url))
    body = {Form.TEXT: message.text, Form.SLACK: message.markdown, Form.HTML: message.html}[chosen]
    stdout.print(show(message.title), style="bold", markup=False, soft_wrap=True)
    stdout.print(show(body), markup=False, soft_wrap=True)


def _choose_route(settings: Settings, route: str, target: str) -> Route:
    """Return the first route of this name and target; ConfigError if there is none."""
    for one in settings.routes:
        if route in {"", one.name} and target in {"", *targets_of(one), one.fallback}:
            return one
    problem = f"no route named {route!r} has the target {target!r}" if route else f"no route has the target {target!r}"
    raise ConfigError([problem], hint="`monitor routes list` shows routes and targets")
