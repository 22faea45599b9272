"""routes list, test: which alerts go where, and why."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from monitor.app import build_ruleset, check_routes, open_store, utc_now
from monitor.cli.context import (
    MAX_ID,
    ExitCode,
    JsonOption,
    load_settings,
    print_json,
    show,
    show_time,
    stdout,
)
from monitor.cli.history import require_alert, require_article
from monitor.cli.inspect import read_article
from monitor.config import Settings
from monitor.detect import detect
from monitor.models import Alert, Article, Event, QuietAction, Route, Severity, Silence
from monitor.notify import (
    Check,
    GroupState,
    RouteVerdict,
    explain_routes,
    find_silence,
    first_due,
    group_of,
    is_known_story,
    next_digest,
    quiet_until,
    targets_of,
)
from monitor.store import Session, deliveries, news, notices
from monitor.store import history as records
from monitor.track import judge


def add_commands(app: typer.Typer) -> None:
    """Add this module's commands."""
    group = typer.Typer(help="List the routes, and ask which ones an alert would take.")
    group.command("list")(list_routes)
    group.command("test")(try_routes)
    app.add_typer(group, name="routes", no_args_is_help=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """What a route would do with an alert."""

    route: str
    is_taken: bool
    checks: tuple[Check, ...]
    stopped_by: str
    targets: tuple[str, ...] = ()
    group: str = ""
    due_at: datetime | None = None
    """When it would leave, quiet hours counted in."""
    kept_back: str = ""
    """Why it would not leave although the route takes it."""


def list_routes(context: typer.Context, *, json: JsonOption = False) -> None:
    """List the routes in their order, with where they send and when.

    Example: monitor routes list
    """
    settings = load_settings(context)
    check_routes(settings)
    if json:
        print_json([_describe(route) for route in settings.routes])
        return
    table = Table(box=None, pad_edge=False, expand=True)
    for name in ("route", "targets", "sends", "takes"):
        table.add_column(name, overflow="fold")
    for route in settings.routes:
        wanted = "; ".join(f"{key}: {', '.join(values)}" for key, values in _conditions_of(route).items())
        cells = (route.name, ", ".join(targets_of(route)), _describe_pace(route), wanted or "all news")
        table.add_row(*(escape(show(cell)) for cell in cells))
    stdout.print(table)


def _describe(route: Route) -> dict[str, object]:
    due_at = next_digest(route.digest, route.zone, utc_now()) if route.digest else None
    return {
        "name": route.name,
        "targets": targets_of(route),
        "fallback": route.fallback,
        "conditions": _conditions_of(route),
        "stop": route.stop,
        "group_by": route.group_by,
        "digest": route.digest,
        "next_digest_at": due_at,
        "max_per_hour": route.max_per_hour,
    }


def _conditions_of(route: Route) -> dict[str, Sequence[str]]:
    """Return what a route asks for, without what takes all."""
    least = [route.min_severity] if route.min_severity is not Severity.LOW else []
    keys = ("types", "modalities", "companies", "tags", "sources", "languages")
    lists = {"min_severity": least, **{key: getattr(route, key) for key in keys}}
    lists["about"] = route.about if len(route.about) != 1 or route.about[0] != "news" else ()
    return {key: values for key, values in lists.items() if values}


def _describe_pace(route: Route) -> str:
    if route.digest:
        return f"{route.digest} ({route.zone})"
    if route.group_by is None:
        return "each alert at once"
    shared = ", ".join(route.group_by) or "all together"
    return f"by {shared}, after {route.group_wait_seconds} s"


def try_routes(
    context: typer.Context,
    what: Annotated[str, typer.Argument(metavar="ALERT|URL|FILE|-", help="An alert's number, or a page.")],
    *,
    article: Annotated[bool, typer.Option("--article", help="The number is that of a stored article.")] = False,
    source: Annotated[str, typer.Option(help="The source from which the page shall come.")] = "",
    json: JsonOption = False,
) -> None:
    """Say which routes would take an alert, or what a page tells, and why; when it would leave, and what keeps it back.

    Nothing is sent. Exit with 1 if no route takes it.

    Examples: monitor routes test 12; monitor routes test --article 7; monitor routes test https://… --json
    """
    settings = load_settings(context)
    check_routes(settings)
    page = None if what.isdecimal() else asyncio.run(read_article(settings, what))
    with open_store(settings) as store, store.read() as session:
        if page:
            alerts = _make_alerts(page, source, detect(page, build_ruleset(settings)))
        else:
            alerts = _read_alerts(session, min(int(what), MAX_ID), is_article=article)
        answers = [(alert, list(_answer(session, settings, alert))) for alert in alerts]
    if json:
        print_json([{"alert": alert.id, "title": alert.title, "routes": routes} for alert, routes in answers])
    else:
        _print_answers(answers)
    if not any(answer.is_taken for _, routes in answers for answer in routes):
        raise typer.Exit(ExitCode.FAILED)


def _read_alerts(session: Session, number: int, *, is_article: bool) -> list[Alert]:
    """Return an alert, or those that an article gave rise to, or would if it were new."""
    if is_article:
        stored = require_article(records.read_article(session, number), number)
        told = records.list_alerts_of(session, number)
        return told or _make_alerts(stored.article, stored.source, records.events_of(session, stored))
    return [require_alert(session, number, hint="`monitor history` lists them; for an article: --article")]


def _make_alerts(article: Article, source: str, events: Sequence[Event]) -> list[Alert]:
    """Return the alerts that an article would give rise to if nothing were known."""
    now = utc_now()
    return [
        Alert(
            id=0,
            story_id=0,
            novelty=verdict.novelty,
            severity=max((event.severity for event in verdict.told), key=list(Severity).index),
            events=verdict.told,
            title=article.title,
            url=article.url,
            source=source,
            site_name=article.site_name,
            language=article.language,
            published_at=article.published_at,
            created_at=now,
        )
        for verdict in judge(events, [], now=now)
        if verdict.told
    ]


def _answer(session: Session, settings: Settings, alert: Alert) -> Iterator[_Answer]:
    silences = notices.list_silences(session, after=utc_now())
    is_known = alert.story_id in news.known_stories(session, {alert.story_id})
    for verdict in explain_routes(alert, settings.routes):
        route = verdict.route
        answer = _Answer(
            route=route.name, is_taken=verdict.is_taken, checks=verdict.checks, stopped_by=verdict.stopped_by
        )
        if verdict.is_taken:
            answer = replace(
                answer,
                targets=targets_of(route),
                group=group_of(alert, route),
                due_at=_find_due(session, verdict, alert),
                kept_back=_find_obstacle(alert, route, silences, is_known=is_known),
            )
        yield answer


def _find_due(session: Session, verdict: RouteVerdict, alert: Alert) -> datetime:
    """Return when a new alert like this would leave for a route's first target."""
    route, now = verdict.route, utc_now()
    waits_until, sent_at = deliveries.read_group(
        session, route=route.name, target=targets_of(route)[0], group=group_of(alert, route)
    )
    due_at = first_due(route, GroupState(waits_until=waits_until, sent_at=sent_at), now)
    held = quiet_until(route.quiet, route.zone, due_at, severity=alert.severity, action=QuietAction.HOLD)
    return held or due_at


def _find_obstacle(alert: Alert, route: Route, silences: Sequence[Silence], *, is_known: bool) -> str:
    if found := find_silence(alert, route.name, silences):
        return f"silence {found.id}: {found.comment}".rstrip(": ")
    if is_known and is_known_story(alert, is_reminder=False):
        return f"story {alert.story_id} is acknowledged"
    return ""


def _print_answers(answers: Sequence[tuple[Alert, Sequence[_Answer]]]) -> None:
    for alert, routes in answers:
        story = f" [dim]alert {alert.id}, story {alert.story_id}[/]" if alert.id else ""
        stdout.print(f"[bold]{escape(show(alert.title))}[/]{story}", soft_wrap=True)
        for answer in routes:
            stdout.print(_summarise(answer), soft_wrap=True)
    if not answers:
        stdout.print("[dim]there is no news in it: no alert, no route[/]")


def _summarise(answer: _Answer) -> str:
    """Return a route's answer: its name and what it would do, then a line for each condition."""
    mark = "[green]✓[/]" if answer.is_taken else "[red]✗[/]"
    first = f"{mark} {escape(show(answer.route))}"
    if answer.is_taken:
        targets = escape(show(", ".join(answer.targets)))
        first += f" → {targets}, in group “{escape(show(answer.group))}”, due {show_time(answer.due_at)}"
    if answer.kept_back:
        first += f" [yellow]kept back: {escape(show(answer.kept_back))}[/]"
    if answer.stopped_by:
        first += f" [dim]{escape(show(answer.stopped_by))} keeps it for itself[/]"
    return "\n".join([first, *map(_summarise_check, answer.checks)])


def _summarise_check(check: Check) -> str:
    mark = "[green]✓[/]" if check.holds else "[red]✗[/]"
    words = f"{check.condition} {check.wanted}; the alert has: {check.found or 'none'}"
    return f"    {mark} [dim]{escape(show(words))}[/]"
