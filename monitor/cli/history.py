"""history, show, search, relations: what was known, and when."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from monitor.app import open_store, utc_now
from monitor.cli.context import (
    MAX_ID,
    ExitCode,
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
from monitor.errors import MonitorError
from monitor.models import Alert, Event, Field, Relation, StoredArticle, Transition
from monitor.store import history as records
from monitor.track import fold_name, is_same_company, read_relations, relation_key, trace_relations

_WIDE_COLUMNS = 120
"""Of a terminal that has room for the titles of articles too."""

AtOption = Annotated[str | None, typer.Option("--at", metavar="DAY", help="As it was known then, as 2026-05-01.")]


def add_commands(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command()(history)
    app.command("show")(show_article)
    app.command()(search)
    app.command()(relations)


def history(
    context: typer.Context,
    company: Annotated[str | None, typer.Argument(help="Only alerts that name it.")] = None,
    *,
    since: SinceOption = None,
    limit: LimitOption = 20,
    json: JsonOption = False,
) -> None:
    """List the last alerts, newest first.

    Examples: monitor history; monitor history Microsoft --since 7d
    """
    settings = load_settings(context)
    folded = fold_name(company) if company else None
    with open_store(settings) as store, store.read() as session:
        alerts = records.list_alerts(session, company=folded, since=read_since(since, utc_now()), limit=limit)
    if json:
        print_json(alerts)
        return
    is_wide = stdout.width >= _WIDE_COLUMNS
    table = Table(box=None, pad_edge=False, expand=True)
    for name, width in (("id", 3), ("when", 16), ("what", 12)):
        table.add_column(name, no_wrap=True, min_width=width)
    table.add_column("how sure", no_wrap=True, min_width=8)
    for name in ("who", "article") if is_wide else ("who",):
        table.add_column(name, ratio=1, overflow="ellipsis", no_wrap=True)
    for alert in alerts:
        first = alert.events[0]
        cells = [
            str(alert.article_id),
            show_time(alert.created_at),
            first.type.value.replace("_", " "),
            first.modality.value,
            escape(show(", ".join(one.name for one in first.participants))),
            escape(show(alert.title)),
        ]
        table.add_row(*(cells if is_wide else cells[:-1]))
    stdout.print(table if alerts else "[dim]no alerts yet[/]")
    if alerts:
        stdout.print("[dim]`monitor show ID` shows the article with its evidence[/]")


def show_article(
    context: typer.Context,
    article_id: Annotated[int, typer.Argument(metavar="ID", max=MAX_ID)],
    *,
    json: JsonOption = False,
) -> None:
    """Show an article: its alerts, its events with the evidence marked, what was stripped, its versions.

    Example: monitor show 12
    """
    settings = load_settings(context)
    with open_store(settings) as store, store.read() as session:
        stored = require_article(records.read_article(session, article_id), article_id)
        events = records.events_of(session, stored)
        alerts = records.list_alerts_of(session, article_id)
        versions = records.list_versions(session, article_id)
    if json:
        print_json({"article": stored, "events": events, "alerts": alerts, "versions": versions})
        return
    _print_article(stored, events, alerts)
    for number, stored_at, title in versions:
        stdout.print(f"[dim]version {number}, until {show_time(stored_at)}: {escape(show(title))}[/]", soft_wrap=True)


def require_article(stored: StoredArticle | None, article_id: int) -> StoredArticle:
    """Return what was read of the history; MonitorError if there is no article with this id."""
    if stored is None:
        problem = MonitorError(f"no article has the id {article_id}")
        problem.hint = "`monitor history` and `monitor search WORDS` list ids"
        raise problem
    return stored


def search(
    context: typer.Context,
    words: Annotated[list[str], typer.Argument(help='Words; "some words" as a phrase, word* for all that begin so.')],
    *,
    limit: LimitOption = 20,
    json: JsonOption = False,
) -> None:
    """Search the text of all stored articles, newest first; exit with 1 if there is none.

    Examples: monitor search cloud exclusiv*; monitor search '"right of first refusal"'
    """
    settings = load_settings(context)
    with open_store(settings) as store, store.read() as session:
        found = records.search_articles(session, " ".join(words), limit=limit)
    if json:
        print_json([{"article": stored, "snippet": snippet} for stored, snippet in found])
    for stored, snippet in [] if json else found:
        title = escape(show(stored.article.title))
        stdout.print(f"[bold]{stored.id}[/] {show_time(stored.first_seen_at)} [bold]{title}[/]", soft_wrap=True)
        stdout.print(f"   [dim]{escape(show(' '.join(snippet.split())))}[/]", soft_wrap=True)
    if not found:
        if not json:
            stdout.print("[dim]no article holds these words[/]")
        raise typer.Exit(ExitCode.FAILED)


def relations(
    context: typer.Context,
    companies: Annotated[list[str] | None, typer.Argument(metavar="[COMPANY] [COMPANY]")] = None,
    *,
    at: AtOption = None,
    dot: Annotated[bool, typer.Option("--dot", help="Print a graph for Graphviz.")] = False,
    json: JsonOption = False,
) -> None:
    """Show where the relations of companies stand, the latest change first; of two companies also how it came to that.

    With --at as it was known then: from articles, and versions of them, that were stored by the end of that day.

    Examples: monitor relations; monitor relations Microsoft OpenAI; monitor relations OpenAI --at 2025-01-20;
    monitor relations --dot | dot -Tsvg > relations.svg
    """
    settings = load_settings(context)
    folded = [fold_name(company) for company in companies or []]
    with open_store(settings) as store, store.read() as session:
        events = records.dated_events(session, companies=folded, known_at=_read_day_end(at))
    steps = [step for step in trace_relations(events) if _names_all(step.companies, folded)]
    wanted = read_relations(steps)
    if dot:
        typer.echo(_draw_graph(wanted))
        return
    if json:
        by_relation = defaultdict(list)
        for step in steps:
            by_relation[relation_key(step)].append(step)
        print_json([asdict(one) | {"transitions": by_relation[relation_key(one)]} for one in wanted])
        return
    table = Table(box=None, pad_edge=False)
    for name in ("since", "who", "and", "about", "state"):
        table.add_column(name)
    for one in wanted:
        left, right = (escape(show(name)) for name in one.companies)
        table.add_row(f"{one.since:%Y-%m-%d}", left, right, escape(show(one.subject)), one.state.value)
    stdout.print(table if wanted else "[dim]no relations known[/]")
    if len(folded) > 1:
        _print_steps(steps)


def _draw_graph(wanted: Iterable[Relation]) -> str:
    """Return the relations as an undirected graph in Graphviz's language: companies, and an edge for each subject."""
    edges = []
    for one in wanted:
        left, right = map(_quote, one.companies)
        label = ": ".join(filter(None, [one.subject, one.state.value]))
        edges.append(f"  {left} -- {right} [label={_quote(label)}];")
    return "\n".join(["graph relations {", *edges, "}"])


def _quote(text: str) -> str:
    return '"' + show(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _print_steps(steps: Iterable[Transition]) -> None:
    for step in steps:
        subject = f" · {escape(show(step.subject))}" if step.subject else ""
        stdout.print(
            f"\n{step.at:%Y-%m-%d} {step.before.value} → [bold cyan]{step.after.value}[/]{subject} "
            f"[yellow]{step.event.modality.value}[/]\n  “{escape(show(step.event.evidence.sentence))}”",
            soft_wrap=True,
        )


def _read_day_end(day: str | None) -> datetime | None:
    """Return the end of a day in the reader's zone, or a time as it is."""
    if day is None:
        return None
    try:
        time = datetime.fromisoformat(day)
        is_day = len(day) <= len("2026-05-01")
        return (time + timedelta(days=1) if is_day else time).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise typer.BadParameter("a day as 2026-05-01, or a time as 2026-05-01T08:00") from error


def _names_all(pair: Sequence[str], companies: Iterable[str]) -> bool:
    return all(any(is_same_company(fold_name(name), company) for name in pair) for company in companies)


def _print_article(stored: StoredArticle, events: list[Event], alerts: list[Alert]) -> None:
    article = stored.article
    stdout.print(f"[bold]{escape(show(article.title))}[/]", soft_wrap=True)
    facts = (*article.authors, show_time(article.published_at), article.site_name, stored.source, article.url)
    stdout.print(f"[dim]{escape(show(' · '.join(filter(None, facts))))}[/]", soft_wrap=True)
    for alert in alerts:
        stdout.print(f"[green]alerted {show_time(alert.created_at)}: {alert.novelty.value}[/]")
    for event in events:
        names = escape(show(", ".join(one.name for one in event.participants)))
        kind = event.type.value.replace("_", " ")
        rule = escape(show(event.rule))
        stdout.print(f"[cyan]{kind}[/] [yellow]{event.modality.value}[/] {names} [dim](rule {rule})[/]", soft_wrap=True)
    stdout.print("\n" + _mark(article.text, events), soft_wrap=True)
    stdout.print(f"\n[dim]version {stored.version}; {len(article.stripped)} blocks stripped (--json shows them)[/]")


def _mark(text: str, events: list[Event]) -> str:
    """Return the text for rich, the evidence of events in reverse video."""
    spans = {(one.evidence.start, one.evidence.end) for one in events if one.evidence.field is Field.TEXT}
    marked, at = "", 0
    for start, end in sorted(spans):
        if start < at:
            continue
        marked += escape(show(text[at:start])) + f"[reverse]{escape(show(text[start:end]))}[/reverse]"
        at = end
    return marked + escape(show(text[at:]))
