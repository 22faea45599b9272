"""show: an article, or an alert, with its evidence."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated

import typer
from rich.markup import escape

from monitor.app import open_store
from monitor.cli.context import MAX_ID, JsonOption, load_settings, print_json, show, show_time, stdout
from monitor.cli.history import require_article
from monitor.errors import MonitorError
from monitor.models import Alert, Event, Field, RelationState, SourcedEvent, StoredArticle
from monitor.store import Session, browse
from monitor.store import history as records


def add_commands(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command("show")(show_one)


def show_one(
    context: typer.Context,
    number: Annotated[int, typer.Argument(metavar="ID", max=MAX_ID)],
    *,
    alert: Annotated[bool, typer.Option("--alert", help="ID is the number of an alert.")] = False,
    json: JsonOption = False,
) -> None:
    """Show an article: its alerts, its events with the evidence marked, what was stripped, its versions.

    With --alert, an alert: why it was told, each change with its evidence, and who else tells the story.

    Examples: monitor show 12; monitor show --alert 4
    """
    settings = load_settings(context)
    with open_store(settings) as store, store.read() as session:
        (_show_alert if alert else _show_article)(session, number, json=json)


# --- alerts -----------------------------------------------------------------------------------------------------


def _show_alert(session: Session, alert_id: int, *, json: bool) -> None:
    alert = records.read_alert(session, alert_id)
    if alert is None:
        problem = MonitorError(f"no alert has the id {alert_id}")
        problem.hint = "`monitor history` lists them"
        raise problem
    told = browse.events_of_story(session, alert.story_id)
    if json:
        print_json({"alert": alert, "story": told})
        return
    stdout.print(f"[bold]{escape(show(alert.title))}[/]", soft_wrap=True)
    origin = (alert.site_name or alert.source, show_time(alert.published_at), alert.url)
    stdout.print(f"[dim]{escape(show(' · '.join(origin)))}[/]", soft_wrap=True)
    told_at = show_time(alert.created_at)
    answers = ["acknowledged"] * alert.is_acknowledged + ([alert.judgement.value] if alert.judgement else [])
    facts = " · ".join([f"severity {alert.severity.value}", *answers])
    stdout.print(f"[green]told {told_at}: {alert.novelty.value}[/] {facts}", soft_wrap=True)
    for place, event in enumerate(alert.events):
        move = alert.moves[place] if place < len(alert.moves) else None
        _print_event(event, move)
    _print_others(alert, told)
    stdout.print(
        f"\n[dim]`monitor show {alert.article_id}` shows the article, `monitor feedback {alert.id} right` says how the "
        f"alert was, `monitor ack {alert.story_id}` that you know the story[/]",
        soft_wrap=True,
    )


def _print_event(event: Event, move: tuple[RelationState, RelationState] | None) -> None:
    stdout.print(f"\n{_describe(event)}", soft_wrap=True)
    stdout.print(f"  “{escape(show(event.evidence.sentence))}”", soft_wrap=True)
    if move:
        stdout.print(f"  {move[0].value} → [bold]{move[1].value}[/]")


def _print_others(alert: Alert, told: Iterable[SourcedEvent]) -> None:
    """Tell which other articles there are of the story, each with its first evidence."""
    others: dict[int, SourcedEvent] = {}
    for one in told:
        if one.article_id != alert.article_id:
            others.setdefault(one.article_id, one)
    if others:
        stdout.print(f"\n[bold]also in story {alert.story_id}[/]")
    for one in others.values():
        about = escape(show(f"{show_time(one.at)} {one.source}: {one.title}"))
        stdout.print(f"[bold]{one.article_id}[/] {about}", soft_wrap=True)
        stdout.print(f"   [dim]“{escape(show(one.event.evidence.sentence))}”[/]", soft_wrap=True)


def _describe(event: Event) -> str:
    """Return the facts of an event for rich."""
    names = escape(show(", ".join(one.name for one in event.participants)))
    subject = f" · {escape(show(event.subject))}" if event.subject else ""
    kind = event.type.value.replace("_", " ")
    return (
        f"[cyan]{kind}[/] [yellow]{event.modality.value}[/] {names}{subject} [dim](rule {escape(show(event.rule))})[/]"
    )


# --- articles ---------------------------------------------------------------------------------------------------


def _show_article(session: Session, article_id: int, *, json: bool) -> None:
    stored = require_article(records.read_article(session, article_id), article_id)
    events = records.events_of(session, stored)
    alerts = records.list_alerts_of(session, article_id)
    versions = records.list_versions(session, article_id)
    if json:
        print_json({"article": stored, "events": events, "alerts": alerts, "versions": versions})
        return
    _print_article(stored, events, alerts)
    _print_versions(versions)


def _print_article(stored: StoredArticle, events: Sequence[Event], alerts: Iterable[Alert]) -> None:
    article = stored.article
    stdout.print(f"[bold]{escape(show(article.title))}[/]", soft_wrap=True)
    facts = (*article.authors, show_time(article.published_at), article.site_name, stored.source, article.url)
    stdout.print(f"[dim]{escape(show(' · '.join(filter(None, facts))))}[/]", soft_wrap=True)
    for alert in alerts:
        told_at = show_time(alert.created_at)
        stdout.print(f"[green]alerted {told_at}: {alert.novelty.value}[/] [dim]alert {alert.id}[/]")
    for event in events:
        stdout.print(_describe(event), soft_wrap=True)
    if stored.text_removed_at:
        stdout.print(f"\n[dim]the text was removed on {show_time(stored.text_removed_at)}; the evidence stays:[/]")
        for sentence in dict.fromkeys(event.evidence.sentence for event in events):
            stdout.print(f"“{escape(show(sentence))}”", soft_wrap=True)
    else:
        stdout.print("\n" + _mark(article.text, events), soft_wrap=True)
    stdout.print(f"\n[dim]version {stored.version}; {len(article.stripped)} blocks stripped (--json shows them)[/]")


def _print_versions(versions: Iterable[tuple[int, datetime, str]]) -> None:
    for number, stored_at, title in versions:
        stdout.print(f"[dim]version {number}, until {show_time(stored_at)}: {escape(show(title))}[/]", soft_wrap=True)


def _mark(text: str, events: Iterable[Event]) -> str:
    """Return the text for rich, the evidence of events in reverse video."""
    spans = {(one.evidence.start, one.evidence.end) for one in events if one.evidence.field is Field.TEXT}
    marked, at = "", 0
    for start, end in sorted(spans):
        if start < at:
            continue
        marked += escape(show(text[at:start])) + f"[reverse]{escape(show(text[start:end]))}[/reverse]"
        at = end
    return marked + escape(show(text[at:]))
