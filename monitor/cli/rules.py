"""rules list, test, explain, import, misses: for the people who write rules."""

import asyncio
import tomllib
from collections.abc import Iterator, Sequence
from typing import Annotated

import typer
from rich.markup import escape
from rich.progress import track
from rich.table import Table
from rich.tree import Tree

from monitor.app import build_ruleset, open_store, utc_now
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
    stderr,
    stdout,
)
from monitor.cli.feedback import show_share
from monitor.cli.history import require_article
from monitor.cli.inspect import read_article
from monitor.config import Settings
from monitor.detect import Condition, Explanation, check_rules, explain_rule, find_miss, import_alert, load_pack
from monitor.models import Article, EventType, Precision, Rule, StoredArticle
from monitor.store import feedback
from monitor.store import history as records

_MAX_ALTERNATIVES = 4
"""Of an OR that are shown although they were not found."""


def add_commands(app: typer.Typer) -> None:
    """Add this module's commands."""
    group = typer.Typer(help="List, test and explain rules, import a Google alert, look for what rules miss.")
    group.command("list")(list_rules)
    group.command("test")(run_tests)
    group.command("explain")(explain)
    group.command("import")(import_rule)
    group.command("misses")(misses)
    app.add_typer(group, name="rules", no_args_is_help=True)


def list_rules(
    context: typer.Context,
    *,
    all_rules: Annotated[bool, typer.Option("--all", help="The built-in rules too.")] = False,
    since: SinceOption = None,
    json: JsonOption = False,
) -> None:
    """List the rules, with how many events of the history each has told.

    Examples: monitor rules list; monitor rules list --all --since 30d
    """
    settings = load_settings(context)
    built_in = load_pack()
    rules = [*(built_in if all_rules else ()), *settings.rules]
    with open_store(settings) as store, store.read() as session:
        counts = records.count_events_by_rule(session, since=read_since(since, utc_now()))
        precision = {one.name: one for one in feedback.measure_precision(session, "rule")}
    if json:
        print_json([_describe_rule(rule, counts.get(rule.name, 0), precision.get(rule.name)) for rule in rules])
        return
    table = Table(box=None, pad_edge=False, expand=True)
    table.add_column("rule", ratio=1, no_wrap=True, overflow="ellipsis")
    for name in ("type", "severity"):
        table.add_column(name, no_wrap=True)
    for name in ("tests", "events"):
        table.add_column(name, no_wrap=True, justify="right")
    table.add_column("right", no_wrap=True)
    table.add_column("query", ratio=1, no_wrap=True, overflow="ellipsis")
    for rule in rules:
        tests = str(len(rule.hits) + len(rule.misses)) if rule.hits or rule.misses else "[red]none[/]"
        table.add_row(
            escape(show(rule.name)),
            rule.type.value.replace("_", " "),
            rule.severity.value,
            tests,
            str(counts.get(rule.name, 0)),
            show_share(precision[rule.name]) if rule.name in precision else "",
            escape(show(" ".join(rule.match.split()))),
        )
    stdout.print(table if rules else "[dim]rules.toml has no rules of your own[/]")
    if not all_rules:
        stdout.print(f"[dim]{len(built_in)} built-in rules more with --all[/]")


def _describe_rule(rule: Rule, count: int, precision: Precision | None) -> dict[str, object]:
    return {
        "name": rule.name,
        "type": rule.type,
        "severity": rule.severity,
        "tags": rule.tags,
        "file": rule.file,
        "match": rule.match,
        "unless": rule.unless,
        "modalities": rule.modalities,
        "min_parties": rule.min_parties,
        "language": rule.language,
        "is_weighed": rule.is_weighed,
        "tests": len(rule.hits) + len(rule.misses),
        "events": count,
        "right": precision.right if precision else 0,
        "judged": precision.judged if precision else 0,
    }


def run_tests(context: typer.Context, *, json: JsonOption = False) -> None:
    """Run every rule's own tests; exit with 1 if one fails.

    Example: monitor rules test
    """
    ruleset = build_ruleset(load_settings(context))
    failures = check_rules(ruleset)
    tests = sum(len(planned.rule.hits) + len(planned.rule.misses) for planned in ruleset.rules)
    if json:
        print_json({"rules": len(ruleset.rules), "tests": tests, "failures": failures})
    else:
        for failure in failures:
            stderr.print(f"[red]✗[/] {escape(show(failure))}", soft_wrap=True)
        stdout.print(f"{len(ruleset.rules)} rules, {tests} tests, {len(failures)} failed")
    if failures:
        raise typer.Exit(ExitCode.FAILED)


def explain(
    context: typer.Context,
    rule: Annotated[str, typer.Argument(metavar="RULE", help="The name of a rule, built in or your own.")],
    where: Annotated[
        str, typer.Argument(metavar="ID|URL|FILE|-", help="An article of the history, a web address, a file, or -.")
    ],
    *,
    json: JsonOption = False,
) -> None:
    """Show why a rule fires on an article, or why not: its query, condition by condition, and what stopped it.

    Examples: monitor rules explain ends-tie 12; monitor rules explain 'my rule' news.txt
    """
    settings = load_settings(context)
    article = _find_article(settings, where)
    explanation = explain_rule(rule, article, build_ruleset(settings))
    if json:
        print_json(explanation)
    else:
        _print_explanation(article, explanation)


def _find_article(settings: Settings, where: str) -> Article:
    if not where.isdecimal():
        return asyncio.run(read_article(settings, where))
    number = int(where)
    with open_store(settings) as store, store.read() as session:
        stored = records.read_article(session, number) if number <= MAX_ID else None
    return require_article(stored, number).article


def _print_explanation(article: Article, explanation: Explanation) -> None:
    if article.title:
        stdout.print(f"[dim]{escape(show(article.title))}[/]", soft_wrap=True)
    colour = "green" if explanation.events else "yellow"
    stdout.print(f"[bold]{escape(show(explanation.rule))}[/] [{colour}]{escape(show(explanation.verdict))}[/]\n")
    stdout.print(_draw(explanation.match, "match"))
    if explanation.unless is not None:
        stdout.print(_draw(explanation.unless, "unless"))
    for telling in explanation.tellings:
        stdout.print(f"\n“{escape(show(telling.sentence))}”", soft_wrap=True)
        names = escape(show(", ".join(telling.parties))) or "no company"
        stdout.print(
            f"  at “{escape(show(telling.trigger))}”: {names}; {telling.modality}; "
            f"[bold]{escape(show(telling.verdict))}[/]",
            soft_wrap=True,
        )
        if telling.sum is not None:
            _print_factors(f"sum {telling.sum:+.2f}", telling.factors)
        if telling.type:
            _print_factors(f"type {telling.type}", telling.type_factors)


def _print_factors(what: str, factors: Sequence[tuple[str, float]]) -> None:
    listed = ", ".join(f"{name} {weight:+.2f}" for name, weight in factors)
    stdout.print(f"  [dim]{what}: {escape(show(listed))} …[/]", soft_wrap=True)


def _draw(condition: Condition, name: str) -> Tree:
    tree = Tree(f"[dim]{name}[/] {_label(condition)}", guide_style="dim")
    _grow(tree, condition.parts)
    return tree


def _grow(tree: Tree, parts: Sequence[Condition]) -> None:
    hidden = {id(part) for part in [part for part in parts if not part.holds and not part.parts][_MAX_ALTERNATIVES:]}
    for part in parts:
        if id(part) not in hidden:
            _grow(tree.add(_label(part)), part.parts)
    if hidden:
        tree.add(f"[dim]✗ {len(hidden)} more, not found[/]")


def _label(condition: Condition) -> str:
    mark = "[green]✓[/]" if condition.holds else "[red]✗[/]"
    label = f"{mark} {escape(show(condition.label))}"
    if condition.places and not condition.parts:
        places = ", ".join(f"“{place.words}” at word {place.number}" for place in condition.places)
        label += f" [dim]{escape(show(places))}[/]"
    return f"{label} [yellow]{escape(show(condition.note))}[/]" if condition.note else label


def import_rule(
    text: Annotated[str, typer.Argument(metavar="ALERT", help="The string of a Google alert.")],
    *,
    kind: Annotated[EventType, typer.Option("--type", help="What a match means.")] = EventType.NEW_PARTNERSHIP,
    name: Annotated[str | None, typer.Option("--name", help="The rule's name; else made of the string.")] = None,
    json: JsonOption = False,
) -> None:
    """Print a Google alert as a rule for rules.toml, with tests that it passes.

    Example: monitor rules import '"joint venture" OR alliance Toyota -jobs' >> config/rules.toml
    """
    rule = import_alert(text, kind, name)
    if json:
        print_json({**tomllib.loads(rule)["rules"][0], "toml": rule})
        return
    stdout.print(rule, markup=False, soft_wrap=True, end="")


def misses(
    context: typer.Context, *, since: SinceOption = None, limit: LimitOption = 1000, json: JsonOption = False
) -> None:
    """List articles that name two watched companies beside a word of partnership, and in which no rule found anything.

    Looks at the newest articles, --limit of them.

    Examples: monitor rules misses --since 7d; monitor rules misses --json | jq -r '.[].sentence'
    """
    settings = load_settings(context)
    ruleset = build_ruleset(settings)
    with open_store(settings) as store, store.read() as session:
        articles = records.list_articles(session, since=read_since(since, utc_now()), limit=limit)
    found = [
        (stored, sentence)
        for stored in _follow(articles)
        if (sentence := find_miss(stored.article, ruleset)) is not None
    ]
    if json:
        print_json(
            [
                {"id": stored.id, "url": stored.article.url, "title": stored.article.title, "sentence": sentence}
                for stored, sentence in found
            ]
        )
        return
    for stored, sentence in found:
        stdout.print(
            f"[bold]{stored.id}[/] [dim]{show_time(stored.stored_at)}[/] {escape(show(stored.article.title))}\n"
            f"  “{escape(show(sentence))}”",
            soft_wrap=True,
        )
    stdout.print(f"[dim]{len(found)} of {len(articles)} articles; `monitor rules explain RULE ID` shows why[/]")


def _follow(items: list[StoredArticle]) -> Iterator[StoredArticle]:
    yield from track(items, description="articles", console=stderr, transient=True, disable=not stderr.is_terminal)
