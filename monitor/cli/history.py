"""history, search, relations: what was known, and when."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from time import monotonic
from typing import Annotated
from unicodedata import normalize

import typer
from rich.markup import escape
from rich.table import Table

from monitor.app import open_store, utc_now
from monitor.cli.context import (
    BeforeOption,
    ExitCode,
    JsonOption,
    LimitOption,
    ModalityOption,
    SinceOption,
    SourceOption,
    TypeOption,
    UntilOption,
    load_settings,
    print_json,
    read_filter,
    read_until,
    show,
    show_time,
    stderr,
    stdout,
)
from monitor.config import Settings
from monitor.detect import collect_sets, compile_query, is_query
from monitor.errors import MonitorError
from monitor.models import Alert, ArticleFilter, FoundArticle, Relation, Standing, StoredArticle, Transition
from monitor.store import Session, browse
from monitor.store import history as records
from monitor.store.seek import Sought, search_articles
from monitor.track import fold_name, is_same_company, read_relations, relation_key, trace_relations

_SEARCH_SECONDS = 10.0
_WIDE_COLUMNS = 120
"""Of a terminal that has room for the titles of articles too."""

AtOption = Annotated[str | None, typer.Option("--at", metavar="DAY", help="As it was known then, as 2026-05-01.")]


def add_commands(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command()(history)
    app.command()(search)
    app.command()(relations)


def history(  # noqa: PLR0913 - an option each
    context: typer.Context,
    company: Annotated[str | None, typer.Argument(metavar="COMPANY", help="Only alerts that name it.")] = None,
    *,
    since: SinceOption = None,
    until: UntilOption = None,
    kind: TypeOption = None,
    modality: ModalityOption = None,
    source: SourceOption = None,
    standing: Annotated[Standing | None, typer.Option("--standing", help="By `monitor ack` of their stories.")] = None,
    before: BeforeOption = None,
    limit: LimitOption = 20,
    json: JsonOption = False,
) -> None:
    """List the last alerts, newest first, dimmed if their stories are acknowledged; --before leads on to older ones.

    Examples: monitor history; monitor history Microsoft --since 7d --type termination;
    monitor history --standing unread
    """
    settings = load_settings(context)
    wanted = read_filter(
        utc_now(), company=company, kind=kind, modality=modality, source=source, since=since, until=until
    )
    with open_store(settings) as store, store.read() as session:
        alerts = records.find_alerts(session, wanted, standing=standing, before=before, limit=limit)
    if json:
        print_json(alerts)
        return
    stdout.print(_make_table(alerts, is_wide=stdout.width >= _WIDE_COLUMNS) if alerts else "[dim]no alerts[/]")
    if alerts:
        stdout.print("[dim]`monitor show --alert N` tells one with its evidence, `monitor show N` the article[/]")
    if len(alerts) == limit:
        stdout.print(f"[dim]older ones: --before {alerts[-1].id}[/]")


def _make_table(alerts: Iterable[Alert], *, is_wide: bool) -> Table:
    table = Table(box=None, pad_edge=False, expand=True)
    for name, width in (("alert", 5), ("article", 7), ("when", 16), ("what", 12), ("how sure", 8)):
        table.add_column(name, no_wrap=True, min_width=width)
    for name in ("who", "title") if is_wide else ("who",):
        table.add_column(name, ratio=1, overflow="ellipsis", no_wrap=True)
    for alert in alerts:
        first = alert.events[0]
        cells = [
            str(alert.id),
            str(alert.article_id),
            show_time(alert.created_at),
            first.type.value.replace("_", " "),
            first.modality.value,
            escape(show(", ".join(one.name for one in first.participants))),
            escape(show(alert.title)),
        ]
        table.add_row(*(cells if is_wide else cells[:-1]), style="dim" if alert.is_acknowledged else "")
    return table


def require_alert(session: Session, alert_id: int, *, hint: str = "`monitor history` lists them") -> Alert:
    """Return an alert of the history; MonitorError if there is none with this number."""
    alert = records.read_alert(session, alert_id)
    if alert is None:
        problem = MonitorError(f"no alert has the number {alert_id}")
        problem.hint = hint
        raise problem
    return alert


def require_article(stored: StoredArticle | None, article_id: int) -> StoredArticle:
    """Return what was read of the history; MonitorError if there is no article with this id."""
    if stored is None:
        problem = MonitorError(f"no article has the id {article_id}")
        problem.hint = "`monitor history` and `monitor search WORDS` list ids"
        raise problem
    return stored


def search(  # noqa: PLR0913 - an option each
    context: typer.Context,
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="WORDS",
            help='Words; "some words" as a phrase, word* for all that begin so; or a query of the rule language.',
        ),
    ] = None,
    *,
    company: Annotated[str | None, typer.Option("--company", help="Only articles that tell a change of it.")] = None,
    kind: TypeOption = None,
    modality: ModalityOption = None,
    source: SourceOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    before: BeforeOption = None,
    limit: LimitOption = 20,
    json: JsonOption = False,
) -> None:
    """Search the text of all stored articles, newest first; exit with 1 if there is none.

    Operators in capitals and fields make a query of the rule language; it is looked at for ten seconds at most. Without
    words, list what the options ask for.

    Examples: monitor search cloud exclusiv* --since 30d; monitor search '"right of first refusal"' --company Microsoft;
    monitor search 'title: $OpenAI AND (exclusiv* NEAR/8 (end* OR lose*))'
    """
    settings = load_settings(context)
    wanted = read_filter(
        utc_now(), company=company, kind=kind, modality=modality, source=source, since=since, until=until
    )
    said = normalize("NFC", " ".join(words or ()).strip())
    if not said and wanted == ArticleFilter():
        raise typer.BadParameter("say what to look for, or of what: --company, --since …", param_hint="WORDS")
    wanted = replace(wanted, words=said)
    with open_store(settings) as store, store.read() as session:
        if is_query(wanted.words):
            sought = _seek(session, settings, wanted, before, limit)
            found = sought.items
        else:
            sought, found = None, browse.find_articles(session, wanted, before=before, limit=limit)
        articles = [records.read_article(session, one.id) for one in found] if json else []
    if json:
        print_json([{"article": article, "snippet": one.snippet} for article, one in zip(articles, found, strict=True)])
    else:
        _print_found(found, limit)
    if sought is not None and sought.reached is not None:
        hint = f"[dim]looked at {sought.looked_at} articles; for older ones: --before {sought.last}[/]"
        stderr.print(hint, soft_wrap=True)
    elif not found:
        stderr.print("[dim]nothing found[/]")
    if not found:
        raise typer.Exit(ExitCode.FAILED)


def _seek(
    session: Session, settings: Settings, wanted: ArticleFilter, before: int | None, limit: int
) -> Sought[FoundArticle]:
    """Return the articles in which a query of the rule language holds; RuleError says where it makes no sense."""
    query = compile_query(wanted.words, settings.companies, collect_sets(settings.rules))
    end = monotonic() + _SEARCH_SECONDS
    return search_articles(session, query, wanted, before=before, limit=limit, is_over=lambda: monotonic() >= end)


def _print_found(found: Sequence[FoundArticle], limit: int) -> None:
    for one in found:
        title = escape(show(one.title))
        stdout.print(f"[bold]{one.id}[/] {show_time(one.first_seen_at)} [bold]{title}[/]", soft_wrap=True)
        stdout.print(f"   [dim]{escape(show(' '.join(one.snippet.split())))}[/]", soft_wrap=True)
    if len(found) == limit:
        stdout.print(f"[dim]older ones: --before {found[-1].id}[/]")


def relations(
    context: typer.Context,
    companies: Annotated[list[str] | None, typer.Argument(metavar="COMPANY")] = None,
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
        events = records.dated_events(session, companies=folded, known_at=read_until(at, utc_now()))
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


def _names_all(pair: Sequence[str], companies: Iterable[str]) -> bool:
    return all(any(is_same_company(fold_name(name), company) for name in pair) for company in companies)
