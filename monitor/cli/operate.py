"""config, notify, deliveries: how the monitor fares."""

import asyncio
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from monitor.app import build_ruleset, build_writer, check_routes, list_senders, open_store, sources_on, utc_now
from monitor.cli.context import (
    MAX_ID,
    ExitCode,
    JsonOption,
    LimitOption,
    load_settings,
    print_json,
    show,
    show_time,
    stderr,
    stdout,
    tell,
)
from monitor.config import Settings
from monitor.detect import check_rules
from monitor.errors import ConfigError, RuleError
from monitor.fetch import Fetcher
from monitor.fetch.guard import parse_allowed
from monitor.models import (
    Alert,
    DeliveryState,
    Event,
    EventType,
    Evidence,
    Field,
    Modality,
    Novelty,
    Participant,
    Route,
    Severity,
)
from monitor.notify import Notifier, targets_of
from monitor.store import deliveries as outbox


def add_commands(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command("deliveries")(list_deliveries)
    for name, help_text, commands in (
        ("config", "Check the configuration.", {"check": check_config}),
        ("notify", "Try out routes.", {"test": send_test}),
    ):
        group = typer.Typer(help=help_text, no_args_is_help=True)
        for command, function in commands.items():
            group.command(command)(function)
        app.add_typer(group, name=name)


def list_deliveries(
    context: typer.Context,
    *,
    state: Annotated[DeliveryState | None, typer.Option(help="Only those in this state.")] = None,
    requeue: Annotated[int | None, typer.Option(metavar="ID", max=MAX_ID, help="Send this dead one again.")] = None,
    requeue_dead: Annotated[bool, typer.Option("--requeue-dead", help="Send all dead ones again.")] = False,
    limit: LimitOption = 20,
    json: JsonOption = False,
) -> None:
    """List the messages of the outbox, newest first; send dead ones again.

    Examples: monitor deliveries --state dead; monitor deliveries --requeue 12
    """
    settings = load_settings(context)
    with open_store(settings) as store:
        if requeue is not None or requeue_dead:
            with store.write() as session:
                count = outbox.requeue(session, utc_now(), delivery_id=requeue)
            done = f"{count} to be sent again" if count else "nothing is dead that its fallback has not taken"
            tell(done, {"requeued": count}, json=json)
            if not count:
                raise typer.Exit(ExitCode.FAILED)
            return
        with store.read() as session:
            found = outbox.list_deliveries(session, state=state, limit=limit)
    if json:
        print_json(found)
        return
    table = Table(box=None, pad_edge=False, expand=True)
    for name in ("id", "target", "state", "tries", "sent", "due"):
        table.add_column(name, no_wrap=True)
    table.add_column("alert", ratio=1, overflow="ellipsis", no_wrap=True)
    for one in found:
        due = show_time(one.due_at) if one.state is DeliveryState.WAITING else ""
        alert = escape(show(one.last_error or one.title))
        table.add_row(
            str(one.id),
            escape(show(one.target)),
            one.state.value,
            str(one.attempts),
            show_time(one.sent_at),
            due,
            alert,
        )
    stdout.print(table if found else "[dim]the outbox is empty[/]")


def check_config(context: typer.Context, *, json: JsonOption = False) -> None:
    """Read the whole configuration, compile the rules and run their tests; exit with 2 if anything is wrong.

    Example: monitor --config /etc/monitor config check
    """
    try:
        settings = _load_sound(context)
    except ConfigError as error:
        if json:
            print_json({"problems": error.problems})
        raise
    counts = {
        "sources": len(settings.sources),
        "sources_on": len(sources_on(settings)),
        "companies": len(settings.companies),
        "rules": len(settings.rules),
        "routes": len(settings.routes),
    }
    if json:
        print_json({"problems": [], **counts})
        return
    stdout.print(
        "fine: {sources_on} of {sources} sources on, {companies} companies, {rules} own rules, {routes} routes".format(
            **counts
        )
    )


def _load_sound(context: typer.Context) -> Settings:
    """Return the settings when all that can be checked of them is; ConfigError tells what is wrong."""
    settings = load_settings(context, needs_folder=True)
    check_routes(settings)
    parse_allowed(settings.main.fetch.allow)
    try:
        failures = check_rules(build_ruleset(settings))
    except RuleError as error:
        raise ConfigError([f"rules.toml: {error}"]) from error
    if failures:
        raise ConfigError([f"rules.toml: {failure}" for failure in failures])
    return settings


def send_test(
    context: typer.Context, route: Annotated[str, typer.Argument(metavar="ROUTE")], *, json: JsonOption = False
) -> None:
    """Send a made-up alert to all targets of a route, now; exit with 1 if one does not accept it.

    Example: monitor notify test slack
    """
    settings = load_settings(context)
    routes = {one.name: one for one in settings.routes}
    if route not in routes:
        raise ConfigError([f"no route is named {route!r}"], hint=f"routes.toml has: {', '.join(routes)}")
    check_routes(settings)
    targets = targets_of(routes[route])
    for target in targets:
        asyncio.run(_send_test(settings, routes[route], target, console=stderr if json else stdout))
        if not json:
            stderr.print(f"[green]✓[/] {escape(show(target))} accepted the message")
    if json:
        print_json({"route": route, "accepted_by": targets})


async def _send_test(settings: Settings, route: Route, target: str, *, console: Console) -> None:
    async with Fetcher(settings.main.fetch, now=utc_now) as fetcher:
        notifier = Notifier(list_senders(settings), post=fetcher.post, console=console)
        try:
            message = build_writer(settings).write_alert(_made_up_alert(), route, target)
            await notifier.send(target, message, deadline_seconds=settings.main.notify.deadline_seconds)
        finally:
            await notifier.aclose()


def _made_up_alert() -> Alert:
    sentence = "Alder Systems and Birch Logistics said on Monday that they will run their warehouses together."
    event = Event(
        type=EventType.NEW_PARTNERSHIP,
        participants=(Participant(name="Alder Systems"), Participant(name="Birch Logistics")),
        modality=Modality.CONFIRMED,
        evidence=Evidence(field=Field.TEXT, start=0, end=len(sentence), sentence=sentence),
        rule="a test of this route",
    )
    return Alert(
        id=0,
        story_id=0,
        novelty=Novelty.NEW_STORY,
        severity=Severity.NORMAL,
        events=(event,),
        title="A test: two invented companies become partners",
        url="https://example.org/test",
        source="test",
        site_name="Partnership monitor",
        published_at=None,
        created_at=utc_now(),
    )
