"""sources: how they fare, and finding new ones."""

import asyncio
import re
import tomllib
from json import dumps
from pathlib import Path
from shutil import copymode
from typing import Annotated
from urllib.parse import urlsplit

import typer
from rich.markup import escape
from rich.table import Table

from monitor import config
from monitor.app import is_on, open_sandbox, open_store, utc_now
from monitor.cli.context import (
    DEFAULT_FOLDER,
    ExitCode,
    JsonOption,
    Options,
    load_settings,
    print_json,
    show,
    show_time,
    stderr,
    stdout,
)
from monitor.config import Settings
from monitor.errors import ConfigError, MonitorError
from monitor.fetch import Fetcher
from monitor.models import Article, SourceCondition, SourceKind, SourceState
from monitor.scout import Finding, find_sources, read_samples
from monitor.store import sources as source_states
from monitor.urls import canonical_url

SAMPLE_LINKS = 5
_MAX_NAME_CHARS = 40
_NO_NAME = re.compile(r"[^a-z0-9]+")


def add_commands(app: typer.Typer) -> None:
    """Add this module's commands."""
    examples = "Examples: monitor sources; monitor sources add example.com --dry-run"
    about = f"List the sources and how they fare; find new ones.\n\n{examples}"
    group = typer.Typer(help=about, invoke_without_command=True)
    group.callback()(list_sources)
    group.command("add")(add_source)
    app.add_typer(group, name="sources")


def list_sources(context: typer.Context, *, json: JsonOption = False) -> None:
    """List the sources and how they fare; `add URL` finds new ones."""
    if context.invoked_subcommand:
        return
    settings = load_settings(context)
    with open_store(settings) as store, store.read() as session:
        states = {source.name: source_states.read_state(session, source.name) for source in settings.sources}
    if json:
        print_json([{"source": source, "state": states[source.name]} for source in settings.sources])
        return
    table = Table(box=None, pad_edge=False)
    for name in ("source", "kind", "every", "last success", "articles", "newest", "state"):
        table.add_column(name)
    for source in settings.sources:
        state = states[source.name]
        table.add_row(
            escape(show(source.name)),
            source.kind.value,
            f"{source.every_seconds / 60:g} min",
            show_time(state.succeeded_at),
            str(state.articles),
            show_time(state.newest_at),
            _describe(state) if is_on(source, settings) else "[dim]off: set `contact` in monitor.toml[/]",
        )
    stdout.print(table if settings.sources else "[dim]sources.toml names none[/]")


def _describe(state: SourceState) -> str:
    if state.condition is not SourceCondition.FINE:
        since = show_time(state.condition_since)
        return f"[red]{state.condition.value} since {since}:[/] {escape(show(state.condition_detail))}"
    if state.failures:
        return f"[red]failed {state.failures} times:[/] {escape(show(state.last_error))}"
    return "[green]fine[/]" if state.succeeded_at else "[dim]not checked yet[/]"


# --- add --------------------------------------------------------------------------------------------------------


def add_source(
    context: typer.Context,
    url: Annotated[str, typer.Argument(metavar="URL", help="A site, a section of it, a feed or a sitemap.")],
    *,
    name: Annotated[str | None, typer.Option(help="Instead of one made of its address.")] = None,
    pick: Annotated[int, typer.Option(min=1, metavar="N", help="The N-th of what is found, not the first.")] = 1,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show it, write nothing.")] = False,
    json: JsonOption = False,
) -> None:
    """Find out what a URL offers, show a sample of its articles and add the best of it to sources.toml.

    Examples: monitor sources add https://www.example.com/business --dry-run; monitor sources add example.com --pick 2
    """
    if name is not None and not (name.isprintable() and name.strip()):
        raise typer.BadParameter("a name is of printable characters", param_hint="--name")
    settings = load_settings(context)
    address = url if "://" in url else f"https://{url}"
    findings, samples = asyncio.run(_find(settings, address, pick))
    if json:
        print_json([_plain(finding) for finding in findings])
    else:
        _print_findings(findings)
    if len(findings) < pick:
        stderr.print("nothing found that lists articles" if not findings else f"there is no number {pick}")
        raise typer.Exit(ExitCode.FAILED)
    chosen = findings[pick - 1]
    if not json:
        _print_samples(chosen, samples)
    block = _make_block(name or _make_name(chosen, settings), chosen)
    if dry_run:
        (stderr if json else stdout).print(escape(block))
        return
    path = _write(context, settings, chosen, block)
    (stderr if json else stdout).print(f"[green]✓[/] added to {escape(show(str(path)))}:\n\n{escape(block)}")


async def _find(settings: Settings, url: str, pick: int) -> tuple[list[Finding], list[Article | MonitorError]]:
    async with Fetcher(settings.main.fetch, now=utc_now) as fetcher:
        with open_sandbox(settings) as sandbox:
            findings = await find_sources(url, fetcher=fetcher, sandbox=sandbox, now=utc_now())
            chosen = findings[pick - 1 : pick]
            samples = await read_samples(chosen[0], fetcher=fetcher, sandbox=sandbox) if chosen else []
    return findings, samples


def _plain(finding: Finding) -> dict[str, object]:
    links = finding.links[:SAMPLE_LINKS]
    return {
        "url": finding.url,
        "kind": finding.kind,
        "title": finding.title,
        "count": len(finding.links),
        "newest_at": finding.newest_at,
        "hub": finding.hub,
        "links": links,
    }


def _print_findings(findings: list[Finding]) -> None:
    table = Table(box=None, pad_edge=False)
    for column in ("", "kind", "articles", "dated", "newest", "address"):
        table.add_column(column, overflow="fold")
    for number, finding in enumerate(findings, 1):
        dated = sum(link.published_at is not None for link in finding.links)
        table.add_row(
            str(number),
            finding.kind.value,
            str(len(finding.links)),
            f"{dated / len(finding.links):.0%}",
            show_time(finding.newest_at),
            escape(show(finding.url)),
        )
    if findings:
        stdout.print(table)


def _print_samples(finding: Finding, samples: list[Article | MonitorError]) -> None:
    stdout.print(f"\n[bold]{escape(show(finding.title or finding.url))}[/]")
    for link in finding.links[:SAMPLE_LINKS]:
        stdout.print(f"  {show_time(link.published_at)}  {escape(show(link.title or link.url))}", soft_wrap=True)
    for sample in samples:
        if isinstance(sample, MonitorError):
            stdout.print(f"  [red]cannot be read:[/] {escape(show(str(sample)))}", soft_wrap=True)
        else:
            beginning = " ".join(sample.text.split()[:30])
            facts = f"{len(sample.text.split())} words: {beginning} …" if beginning else "no text"
            stdout.print(
                f"  [dim]read:[/] {escape(show(sample.title))} [dim]({escape(show(facts))})[/]", soft_wrap=True
            )
    stdout.print()


def _make_name(finding: Finding, settings: Settings) -> str:
    """Return a name that no source has: host, and what of the path tells it from its neighbours."""
    parts = urlsplit(finding.url)
    host = (parts.hostname or "source").removeprefix("www.").rpartition(".")[0] or (parts.hostname or "source")
    taken = {source.name for source in settings.sources}
    words = [word for word in _NO_NAME.split(parts.path.lower()) if word not in {"", "xml", "index"}]
    names = ["-".join([_NO_NAME.sub("-", host.lower()).strip("-"), *words[:count]]) for count in range(len(words) + 1)]
    numbered = (f"{names[0]}-{number}" for number in range(2, len(taken) + 3))
    return next(name[:_MAX_NAME_CHARS] for name in (*names, *numbered) if name[:_MAX_NAME_CHARS] not in taken)


def _make_block(name: str, finding: Finding) -> str:
    """Return a table of sources.toml."""
    lines = ["[[sources]]", f"name = {_quote(name)}", f'kind = "{finding.kind.value}"', f"url = {_quote(finding.url)}"]
    if finding.kind is SourceKind.LISTING:
        lines.append('# selector = "h2 a"   # if it takes links that are no articles')
    if not any(link.has_page for link in finding.links):
        lines.append('read = "link"')
    return "\n".join(lines) + "\n"


def _quote(text: str) -> str:
    """Return a basic string of TOML, which is JSON's but for one character."""
    return dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _write(context: typer.Context, settings: Settings, finding: Finding, block: str) -> Path:
    """Append a block to sources.toml. Raises ConfigError if that source is there, or the file would not be good."""
    if same := next((source for source in settings.sources if canonical_url(source.url) == finding.url), None):
        raise ConfigError([f"sources.toml: {same.name!r} has this address already: {finding.url}"])
    options: Options = context.obj
    path = (options.folder or DEFAULT_FOLDER) / "sources.toml"
    name = tomllib.loads(block)["sources"][0]["name"]
    if name in {source.name for source in settings.sources}:
        raise ConfigError([f"sources.toml: there is a source named {name!r}"], hint="choose another with --name")
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    path.parent.mkdir(parents=True, exist_ok=True)
    _replace(path, f"{before.rstrip()}\n\n{block}".lstrip())
    try:
        config.load(path.parent, config.environment())
    except ConfigError:
        _replace(path, before)
        raise
    return path


def _replace(path: Path, text: str) -> None:
    """Write a file whole or not at all, where a symbolic link leads too; who may read it stays as it is."""
    path = path.resolve()
    new = path.with_name(f"{path.name}.new")
    new.write_text(text, encoding="utf-8")
    if path.exists():
        copymode(path, new)
    new.replace(path)
