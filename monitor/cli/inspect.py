"""extract and detect: what the monitor makes of one page, or of thousands of lines."""

import asyncio
import json
import math
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import IO, Annotated, Any
from urllib.parse import urlsplit

import typer
from rich.markup import escape
from rich.table import Table

from monitor.app import build_ruleset, open_sandbox, utc_now
from monitor.cli.context import JsonOption, load_settings, print_json, print_line, show, show_time, stdout
from monitor.config import Settings
from monitor.detect import Ruleset, detect, mark_stripped, match_stripped
from monitor.errors import ConfigError, MonitorError, ParseError
from monitor.extract import DEFAULT_RULES, extract_plain
from monitor.extract import explain as explain_page
from monitor.extract import extract as extract_page
from monitor.extract.learned import NOTHING, Knowledge, strip_learned
from monitor.extract.learned import learn as teach
from monitor.fetch import Fetcher
from monitor.models import Article, BlockRules, Event, ExplainedBlock, Field
from monitor.sandbox import Sandbox

_WORKERS = 2
_AHEAD = 64
"""Lines read ahead of the one that is printed."""
_MAX_FILE_BYTES = 50_000_000
_TEXT_KEYS = ("text", "html", "url", "title")

InputArgument = Annotated[
    str, typer.Argument(metavar="URL|FILE|-", help="A web address, a file, or - for standard input.")
]
LinesOption = Annotated[bool, typer.Option("--jsonl", help="JSON Lines in, JSON Lines out (see below).")]
LearnOption = Annotated[
    bool, typer.Option("--learn", help="Take out what earlier lines of the same site have shown too (with --jsonl).")
]
ExplainOption = Annotated[
    bool, typer.Option("--explain", help="All blocks in reading order, and why each stays or goes.")
]
SourceOption = Annotated[
    str | None, typer.Option("--source", metavar="NAME", help="Apply the `blocks` of this source (not with --jsonl).")
]
_LATEST = datetime.max.replace(tzinfo=UTC)


def add_commands(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command("extract")(extract_command)
    app.command("detect")(detect_command)


def extract_command(  # noqa: PLR0913 - each parameter is an option of the command
    context: typer.Context,
    where: InputArgument,
    *,
    json: JsonOption = False,
    jsonl: LinesOption = False,
    learn: LearnOption = False,
    explain: ExplainOption = False,
    source: SourceOption = None,
) -> None:
    """Show what of a page is kept as the article, and what is stripped and why.

    With --jsonl each line in is {"id", "html" or "text", "url"?, "title"?}, each line out {"id", "text", "title", …}; a
    bad line gives {"id", "error"} and the next one follows. With --learn too, what a site repeats on its pages goes,
    as it does in a running monitor. With --explain each block of a page is shown with its role and, if it goes, the
    reason; a warning tells where a rule matches in text that goes. --source tries out what a source says of its pages.

    Examples: monitor extract --explain page.html; monitor extract --jsonl --learn pages.jsonl > texts.jsonl
    """
    if jsonl and (explain or source is not None):
        raise typer.BadParameter("--explain and --source take one page, --jsonl takes many")
    if learn and not jsonl:
        raise typer.BadParameter("--learn learns from line to line: it needs --jsonl")
    settings = load_settings(context)
    if jsonl:
        learner = _Learner()
        _run_lines(settings, where, lambda _, article: _describe_article(learner.strip(article) if learn else article))
        return
    rules = _find_block_rules(settings, source) if source is not None else DEFAULT_RULES
    if explain:
        _explain(settings, where, rules, as_json=json)
        return
    article = asyncio.run(read_article(settings, where, rules))
    if json:
        print_json(article)
    else:
        _print_article(article)


def detect_command(
    context: typer.Context, where: InputArgument, *, json: JsonOption = False, jsonl: LinesOption = False
) -> None:
    """Show the partnership changes that a page tells, with their evidence.

    With --jsonl each line in is {"id", "text" or "html", "url"?, "title"?}, each line out {"id", "events": [{"type",
    "participants", "modality", "evidence": [start, end], "rule", …}]}. Evidence counts characters of the given text, or
    for html of the extracted "text" that is then part of the line.

    Examples: monitor detect news.txt; echo '{"id": 1, "text": "…"}' | monitor detect --jsonl -
    """
    settings = load_settings(context)
    ruleset = build_ruleset(settings)
    if jsonl:
        _run_lines(settings, where, lambda line, article: _describe_events(line, article, ruleset))
        return
    article = mark_stripped(asyncio.run(read_article(settings, where)), ruleset)
    events = detect(article, ruleset)
    if json:
        print_json({"article": article, "events": events})
    else:
        _print_events(article, events)


# --- one page ---------------------------------------------------------------------------------------------------


def _find_block_rules(settings: Settings, name: str) -> BlockRules:
    for source in settings.sources:
        if source.name == name:
            return source.blocks
    raise ConfigError([f"no source is named {name!r}"], hint="`monitor sources` lists their names")


async def read_article(settings: Settings, where: str, rules: BlockRules = DEFAULT_RULES) -> Article:
    """Return the article at a URL or in a file, read in the sandbox."""
    body, url, content_type = await _read_input(settings, where)
    with open_sandbox(settings) as sandbox:
        return await sandbox.run(url or where, extract_page, body, url, content_type=content_type, rules=rules)


async def _read_input(settings: Settings, where: str) -> tuple[bytes, str | None, str | None]:
    if re.match(r"https?://", where):
        async with Fetcher(settings.main.fetch, now=utc_now) as fetcher:
            page = await fetcher.fetch(where)
        return page.body, page.url, page.content_type
    try:
        with _open(where) as file:
            return file.read(_MAX_FILE_BYTES), None, None
    except OSError as error:
        raise ParseError(where, f"cannot be read: {error.strerror}") from error


def _open(where: str) -> IO[bytes]:
    return sys.stdin.buffer if where == "-" else Path(where).open("rb")


def _explain(settings: Settings, where: str, rules: BlockRules, *, as_json: bool) -> None:
    """Print all blocks of a page, and warn of those that go although a rule matches in them."""
    blocks = asyncio.run(_read_blocks(settings, where, rules))
    ruleset = build_ruleset(settings)
    missed = match_stripped(blocks, ruleset)
    if as_json:
        print_json([asdict(block) | {"rules": names} for block, names in zip(blocks, missed, strict=True)])
        return
    for block, names in zip(blocks, missed, strict=True):
        mark = f"[red]- {block.reason.value}[/]" if block.reason else "[green]+[/]"
        place = f"{mark} [dim]{block.role.value} in {escape(show(block.where))}[/]"
        text = escape(show(" ".join(block.text.split())))
        stdout.print(f"{place}\n  {f'[dim]{text}[/]' if block.reason else text}", soft_wrap=True)
        if names:
            stdout.print(f"  {_warn(names)}", soft_wrap=True)
    gone = sum(block.reason is not None for block in blocks)
    stdout.print(f"\n{len(blocks) - gone} blocks stay, {gone} go", soft_wrap=True)


async def _read_blocks(settings: Settings, where: str, rules: BlockRules) -> tuple[ExplainedBlock, ...]:
    body, url, content_type = await _read_input(settings, where)
    with open_sandbox(settings) as sandbox:
        return await sandbox.run(url or where, explain_page, body, url, content_type=content_type, rules=rules)


def _print_article(article: Article) -> None:
    stdout.print(f"[bold]{escape(show(article.title))}[/]", soft_wrap=True)
    changed = f"changed {show_time(article.modified_at)}" if article.modified_at else None
    times = (show_time(article.published_at), changed)
    facts = (
        *article.authors,
        *times,
        article.site_name,
        article.section,
        *article.tickers,
        article.language,
        article.url,
    )
    stdout.print(f"[dim]{escape(show(' · '.join(filter(None, facts))))}[/]\n", soft_wrap=True)
    stdout.print(escape(show(article.text)), soft_wrap=True)
    if article.stripped:
        table = Table(title=f"\nstripped: {len(article.stripped)} blocks", title_justify="left", box=None, expand=True)
        table.add_column("why", style="yellow", no_wrap=True)
        table.add_column("where", style="dim", max_width=30, overflow="ellipsis", no_wrap=True)
        table.add_column("text", ratio=1, overflow="ellipsis", no_wrap=True)
        for block in article.stripped:
            table.add_row(block.reason.value, escape(show(block.where)), escape(show(" ".join(block.text.split()))))
        stdout.print(table)


def _print_events(article: Article, events: Iterable[Event]) -> None:
    stdout.print(f"[bold]{escape(show(article.title))}[/]", soft_wrap=True)
    for event in events:
        names = escape(show(", ".join(one.name for one in event.participants)))
        subject = f" · {escape(show(event.subject))}" if event.subject else ""
        kind = event.type.value.replace("_", " ")
        stdout.print(f"\n[bold cyan]{kind}[/] [yellow]{event.modality.value}[/] {names}{subject}", soft_wrap=True)
        stdout.print(f"  “{escape(show(event.evidence.sentence))}”", soft_wrap=True)
        place = f"{event.evidence.field.value} {event.evidence.start} to {event.evidence.end}"
        stdout.print(f"  [dim]rule {escape(show(event.rule))}, {place}[/]", soft_wrap=True)
    if not events:
        stdout.print("[dim]no partnership change[/]")
    for block in article.stripped:
        if block.rules:
            stdout.print(f"\n{_warn(block.rules)}\n  [dim]{escape(show(block.text))}[/]", soft_wrap=True)


def _warn(rules: Iterable[str]) -> str:
    return f"[bold yellow]warning:[/] goes although {escape(show(', '.join(rules)))} matches"


# --- thousands of lines -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """One line of input."""

    id: object
    text: str | None
    html: str | None
    url: str | None
    title: str | None


class _Learner:
    """What was learned of each site so far; lines without a URL are of one site."""

    def __init__(self) -> None:
        self._known: dict[str, Knowledge] = {}

    def strip(self, article: Article) -> Article:
        """Return an article without its site's boilerplate, and learn from it."""
        site = (urlsplit(article.url).hostname or "").removeprefix("www.")
        known, at = self._known.get(site, NOTHING), article.published_at or _LATEST
        self._known[site] = teach(article, known, at)
        return strip_learned(article, known, at)


Describe = Callable[[_Line, Article], dict[str, Any]]


def _run_lines(settings: Settings, where: str, describe: Describe) -> None:
    """Print what `describe` says of each line, in the order of the lines."""
    try:
        with _open(where) as lines:
            asyncio.run(_answer_lines(settings, lines, describe))
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            raise
        raise ParseError(where, f"cannot be read: {error.strerror}") from error


async def _answer_lines(settings: Settings, lines: Iterator[bytes], describe: Describe) -> None:
    with open_sandbox(settings, workers=_WORKERS) as sandbox:
        while batch := list(islice(lines, _AHEAD)):
            for found in await asyncio.gather(*(_read_line(sandbox, raw) for raw in batch if raw.strip())):
                print_line(found if isinstance(found, dict) else _answer(*found, describe))


def _answer(line: _Line, article: Article, describe: Describe) -> dict[str, Any]:
    try:
        return {"id": line.id, **describe(line, article)}
    except MonitorError as error:
        return {"id": line.id, "error": str(error)}


async def _read_line(sandbox: Sandbox, raw: bytes) -> tuple[_Line, Article] | dict[str, Any]:
    """Return a line with its article, or what is wrong with it."""
    try:
        value = json.loads(raw, parse_float=_parse_finite, parse_constant=_parse_finite)
    except (ValueError, RecursionError) as error:
        return {"id": None, "error": f"no JSON: {error}"}
    if not isinstance(value, dict):
        return {"id": None, "error": "an object is wanted"}
    if isinstance(value.get("id"), list | dict):
        return {"id": None, "error": "id must be a string or a number"}
    if problem := _find_problem(value):
        return {"id": value.get("id"), "error": problem}
    line = _Line(id=value.get("id"), **{key: value.get(key) for key in _TEXT_KEYS})
    try:
        if line.html is not None:
            article = await sandbox.run(line.url or "", extract_page, line.html, line.url, content_type="text/html")
            article = replace(article, title=article.title or line.title or "")
        else:
            article = await sandbox.run("", extract_plain, line.text or "", line.url)
            article = replace(article, title=line.title if line.title is not None else article.title)
    except MonitorError as error:
        return {"id": line.id, "error": str(error)}
    return line, article


def _parse_finite(text: str) -> float:
    """Return a number of JSON: not NaN, not 1e999."""
    if math.isfinite(number := float(text)):
        return number
    raise ValueError(f"{text} is no number of JSON")


def _find_problem(value: dict[str, Any]) -> str | None:
    """Return what is wrong with a line."""
    if wrong := [key for key in _TEXT_KEYS if not isinstance(value.get(key), str | None)]:
        return f"must be a string: {', '.join(wrong)}"
    if value.get("text") is None and value.get("html") is None:
        return "'text' or 'html' is missing"
    return None


def _describe_article(article: Article) -> dict[str, Any]:
    return {
        "text": article.text,
        "title": article.title,
        "authors": article.authors,
        "published_at": article.published_at,
        "is_published_day_only": article.is_published_day_only,
        "modified_at": article.modified_at,
        "site_name": article.site_name,
        "section": article.section,
        "tickers": article.tickers,
        "language": article.language,
        "url": article.url,
        "stripped": article.stripped,
    }


def _describe_events(line: _Line, article: Article, ruleset: Ruleset) -> dict[str, Any]:
    given = article.text if line.html is not None else line.text or ""
    events = [
        {
            "type": event.type,
            "participants": [one.name for one in event.participants],
            "modality": event.modality,
            "evidence": _locate(event, article, given),
            "sentence": event.evidence.sentence,
            "rule": event.rule,
            "subject": event.subject,
            "severity": event.severity,
            "effective_on": event.effective_on,
        }
        for event in detect(article, ruleset)
    ]
    return {"events": events} | ({"text": article.text} if line.html is not None else {})


def _locate(event: Event, article: Article, given: str) -> list[int] | None:
    """Return where the evidence stands in the given text; None for a title that is not part of it."""
    evidence = event.evidence
    if given is article.text and evidence.field is Field.TEXT:
        return [evidence.start, evidence.end]
    words = re.escape(evidence.sentence).replace(r"\ ", r"\s+").replace("\\\n", r"\s+")
    found = re.search(words, given)
    return [found.start(), found.end()] if found else None
