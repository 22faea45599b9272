"""Rules from TOML, checked as a whole: every problem of a file at once, each with its place and its remedy."""

import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from monitor.detect.query import parse_query
from monitor.errors import ConfigError, RuleError
from monitor.models import EventType, Modality, Rule, Severity

Text = Annotated[str, Field(min_length=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Tests(_Strict):
    hit: tuple[Text, ...] = ()
    miss: tuple[Text, ...] = ()


class _Entry(_Strict):
    name: Text
    type: EventType
    match: Text
    unless: Text | None = None
    severity: Severity = Severity.NORMAL
    tags: tuple[Text, ...] = ()
    modalities: tuple[Modality, ...] = ()
    tests: _Tests = _Tests()
    min_parties: Annotated[int, Field(ge=0, le=9)] = 0
    language: Annotated[str, Field(pattern="[a-z]{2}")] | None = None
    is_weighed: bool = False


class _File(_Strict):
    rules: tuple[_Entry, ...] = ()
    sets: dict[str, Text] = {}


def parse_rules(text: str, file: str) -> tuple[Rule, ...]:
    """Return the rules of a TOML file; ConfigError lists all problems, each with rule, key or column, and remedy."""
    try:
        table = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # tomllib's, and that of a number with thousands of digits
        raise ConfigError([f"{file}: not TOML: {error}"]) from error
    try:
        parsed = _File.model_validate(table)
    except ValidationError as error:
        raise ConfigError([_describe(problem, table, file) for problem in error.errors()]) from error
    sets = tuple(parsed.sets.items())
    rules = tuple(_make_rule(entry, sets, file) for entry in parsed.rules)
    problems = [*_find_duplicates(rules), *_find_bad_queries(rules, sets, file)]
    if problems:
        raise ConfigError(problems)
    return rules


def load_pack() -> tuple[Rule, ...]:
    """Return the rules that come with the package."""
    packs = sorted(_list_packs().items())
    return tuple(rule for name, pack in packs for rule in parse_rules(pack.read_text("utf-8"), name))


@cache
def pack_names() -> frozenset[str]:
    """Return the names of the built-in rules, which are not parsed for it."""
    tables = [tomllib.loads(pack.read_text("utf-8")) for pack in _list_packs().values()]
    return frozenset(entry["name"] for table in tables for entry in table["rules"])


def is_built_in(rule: Rule) -> bool:
    """Tell whether a rule comes with the package."""
    return rule.file in _list_packs()


@cache
def _list_packs() -> dict[str, Traversable]:
    folder = files("monitor.detect") / "packs"
    return {file.name: file for file in folder.iterdir() if file.name.endswith(".rules.toml")}


def _make_rule(entry: _Entry, sets: tuple[tuple[str, str], ...], file: str) -> Rule:
    return Rule(
        name=entry.name,
        type=entry.type,
        match=entry.match,
        unless=entry.unless,
        severity=entry.severity,
        tags=entry.tags,
        modalities=entry.modalities or tuple(Modality),
        hits=entry.tests.hit,
        misses=entry.tests.miss,
        min_parties=entry.min_parties,
        language=entry.language,
        is_weighed=entry.is_weighed,
        sets=sets,
        file=file,
    )


def _find_duplicates(rules: tuple[Rule, ...]) -> Iterator[str]:
    seen: set[str] = set()
    for rule in rules:
        if rule.name in seen:
            yield f"{rule.file}: rule {rule.name!r}, name: used twice; give each rule a name of its own"
        seen.add(rule.name)


def _find_bad_queries(rules: tuple[Rule, ...], sets: tuple[tuple[str, str], ...], file: str) -> Iterator[str]:
    queries = [(f"{file}: set {name!r}", query) for name, query in sets]
    for rule in rules:
        queries.append((f"{file}: rule {rule.name!r}, match", rule.match))
        if rule.unless is not None:
            queries.append((f"{file}: rule {rule.name!r}, unless", rule.unless))
    for where, query in queries:
        try:
            parse_query(query, where)
        except RuleError as error:
            yield str(error)


def _describe(problem: Any, table: dict[str, Any], file: str) -> str:  # noqa: ANN401 - pydantic's ErrorDetails is a TypedDict of Any
    """Return one line for one of pydantic's errors: file, rule, key, what is allowed."""
    path = list(problem["loc"])
    where = file
    rules = table.get("rules")
    if path[:1] == ["rules"] and len(path) > 1 and isinstance(rules, list) and isinstance(path[1], int):
        entry = rules[path[1]]
        name = entry.get("name") if isinstance(entry, dict) else None
        where += f": rule {name!r}" if isinstance(name, str) else f": rule number {path[1] + 1}"
        path = path[2:]
    key = ".".join(str(part) for part in path)
    if problem["type"] == "extra_forbidden":
        return f"{where}, {key}: unknown key; allowed: {', '.join(_list_keys(path))}"
    if problem["type"] == "missing":
        return f"{where}, {key}: missing; every rule has it"
    return f"{where}, {key}: {problem['msg'].lower()}" if key else f"{where}: {problem['msg'].lower()}"


def _list_keys(path: list[Any]) -> list[str]:
    model: type[BaseModel] = _Tests if path[:1] == ["tests"] else _Entry
    return list(_File.model_fields) if not path or path[0] in {"rules", "sets"} else list(model.model_fields)
