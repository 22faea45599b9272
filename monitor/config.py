"""Read config/*.toml and the environment into Settings, strictly.

Every problem of every file is found in one pass and told as `file: place: what is wrong, what is allowed`.
"""

import difflib
import json
import os
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields, is_dataclass, replace
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, get_args

from annotated_types import Interval, MinLen
from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from monitor import detect
from monitor.errors import ConfigError
from monitor.faults import (
    RouteNames,
    host_faults,
    page_faults,
    resolve_sets,
    route_faults,
    set_faults,
    source_faults,
    target_faults,
    zone_faults,
)
from monitor.models import Company, FetchSettings, Quiet, Route, Rule, Source, Target, Template
from monitor.urls import canonical_url

FILES = ("monitor.toml", "sources.toml", "companies.toml", "rules.toml", "routes.toml")
CONSOLE = Route(name="console", url="console:")
_KEYS: dict[type, str] = {
    Source: "sources",
    Company: "companies",
    Route: "routes",
    Target: "targets",
    Template: "templates",
}
_LISTS = {
    "sources.toml": {"sources": "[[sources]]"},
    "companies.toml": {"companies": "[[companies]]", "sets": "[sets]"},
    "routes.toml": {"routes": "[[routes]]", "targets": "[[targets]]", "templates": "[[templates]]"},
}
"""The keys of the files that hold lists, as they are written."""
_T = TypeVar("_T")
_SECRET = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_MIN_SECRET_CHARS = 6
"""Shorter values are not blacked out: they would take ordinary words with them."""
_MAX_NUMBER = 10**9
"""For settings without a lower limit of their own: 31 years in seconds, a gigabyte in bytes."""


class LogFormat(StrEnum):
    """How log lines look."""

    TEXT = "text"
    JSON = "json"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSettings:
    """How sources are checked: `[check]` of monitor.toml."""

    deadline_seconds: Annotated[float, Interval(ge=10, le=86_400)] = 600.0
    """For one check of one source; what is left then is done by the next."""
    jitter_seconds: Annotated[int, Interval(ge=0, le=86_400)] = 15
    """Spread of the checks, so that they do not all start at once."""
    alert_within_days: Annotated[float, Interval(gt=0, le=36_500)] = 7.0
    """Articles published longer ago are stored, not alerted."""
    story_window_hours: Annotated[float, Interval(gt=0, le=87_600)] = 72.0
    """News of the same companies within this time is one story."""
    parse_seconds: Annotated[float, Interval(gt=0, le=3_600)] = 5.0
    """For reading one page, in a process of its own."""
    parse_megabytes: Annotated[int, Interval(ge=256, le=1_000_000)] = 384
    """Memory of that process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifySettings:
    """How alerts are sent: `[notify]` of monitor.toml."""

    deadline_seconds: Annotated[float, Interval(ge=1, le=3_600)] = 20.0
    """For one message to one route."""
    max_attempts: Annotated[int, Interval(ge=1, le=1_000)] = 12
    """After so many, about a day, a delivery is dead: `monitor deliveries --requeue` revives it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSettings:
    """What the log shows: `[log]` of monitor.toml."""

    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    format: LogFormat = LogFormat.TEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSettings:
    """The history in the browser: `[page]` of monitor.toml."""

    enabled: bool = True
    port: Annotated[int, Interval(ge=0, le=65535)] = 8087
    address: str = "127.0.0.1"
    """An IP address to listen on; one that is not loopback needs a token."""
    hosts: tuple[str, ...] = ()
    """More names under which browsers may ask, beside its own and that of `url`; their ports do not matter."""
    token: Annotated[str, MinLen(16)] | None = field(default=None, repr=False)
    """Who asks must bring it, as a bearer token or as the password."""
    url: str = ""
    """Where readers of messages reach it, as `https://monitor.example`: each message then links to its alert there."""


MIN_KEEP_TEXT_DAYS = 31
"""Copies are known by their texts for 30 days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistorySettings:
    """What is kept and how it is told: `[history]` of monitor.toml."""

    zone: str = ""
    """The time zone of the command line, as `Europe/Berlin`; empty is that of the system."""
    keep_text_days: Annotated[int, Interval(ge=MIN_KEEP_TEXT_DAYS, le=36_500)] | None = None
    """Texts of articles are removed after so long; None keeps them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MainSettings:
    """The whole of monitor.toml."""

    database: str = "monitor.db"
    """A path, relative to the folder one starts from."""
    contact: str | None = None
    """E-mail address at the end of the User-Agent."""
    fetch: FetchSettings = field(default_factory=FetchSettings)
    check: CheckSettings = field(default_factory=CheckSettings)
    notify: NotifySettings = field(default_factory=NotifySettings)
    log: LogSettings = field(default_factory=LogSettings)
    page: PageSettings = field(default_factory=PageSettings)
    history: HistorySettings = field(default_factory=HistorySettings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that config/ says."""

    main: MainSettings = field(default_factory=MainSettings)
    sources: tuple[Source, ...] = ()
    companies: tuple[Company, ...] = ()
    rules: tuple[Rule, ...] = ()
    """The user's own; the built-in pack is not among them."""
    routes: tuple[Route, ...] = (CONSOLE,)
    """Their sets of companies are resolved: `companies` holds all names."""
    targets: tuple[Target, ...] = (Target(name=CONSOLE.name, url=CONSOLE.url),)
    """Those of routes.toml, and one for each route with a URL of its own."""
    templates: tuple[Template, ...] = ()
    secrets: frozenset[str] = frozenset()
    """What must not be shown anywhere: every `${NAME}` and every target's URL."""


_STRICT = ConfigDict(extra="forbid", allow_inf_nan=False)
for _kind in (
    Source,
    Company,
    Target,
    Template,
    Quiet,
    Route,
    FetchSettings,
    CheckSettings,
    NotifySettings,
    LogSettings,
    PageSettings,
    HistorySettings,
    MainSettings,
):
    setattr(_kind, "__pydantic_config__", _STRICT)  # noqa: B010 - pydantic reads it of plain dataclasses


def load(folder: Path, environment: Mapping[str, str]) -> Settings:
    """Return the settings of a folder; ConfigError lists every problem. A missing file means its defaults."""
    problems = [
        f"{path.name}: unknown file; allowed are {', '.join(FILES)}"
        for path in sorted(folder.glob("*.toml"))
        if path.name not in FILES
    ]
    vault = _Vault(environment=environment)
    documents = {file: _read(folder / file, vault, problems) for file in FILES if file != "rules.toml"}
    problems += [what for file, document in documents.items() for what in _unknown_keys(file, document)]
    main = _validate("monitor.toml", MainSettings, documents["monitor.toml"], problems) or MainSettings()
    problems += [f"monitor.toml: history.{fault}" for fault in zone_faults(main.history.zone)]
    problems += [f"monitor.toml: page.url: {what}" for what in page_faults(main.page.url)]
    problems += [f"monitor.toml: page.hosts: {what}" for what in host_faults(main.page.hosts)]
    sets = _read_sets(documents["companies.toml"], problems)
    sources = _read_list("sources.toml", documents, Source, problems)
    companies = _read_list("companies.toml", documents, Company, problems)
    targets = _read_list("routes.toml", documents, Target, problems)
    templates = _read_list("routes.toml", documents, Template, problems)
    routes = _read_list("routes.toml", documents, Route, problems) or (CONSOLE,)
    targets += tuple(Target(name=route.name, url=route.url) for route in routes if route.url)
    rules = _read_rules(folder / "rules.toml", companies, problems)
    problems += [f"sources.toml: {source.name!r}: {what}" for source in sources for what in source_faults(source)]
    names = RouteNames(
        companies=frozenset(company.name for company in companies),
        sets=frozenset(sets),
        targets=frozenset(target.name for target in targets),
        templates=frozenset(template.name for template in templates),
    )
    problems += [f"routes.toml: {route.name!r}: {what}" for route in routes for what in route_faults(route, names)]
    problems += [f"routes.toml: {target.name!r}: {what}" for target in targets for what in target_faults(target, names)]
    problems += [f"routes.toml: the target {name!r} stands twice" for name in _repeated(one.name for one in targets)]
    problems += [f"companies.toml: sets: {what}" for what in set_faults(sets, names)]
    if problems:
        shown = [redact(problem, vault.opened) for problem in problems]
        raise ConfigError(shown, hint="each key is explained in the files of config/ and in the README")
    if main.contact:
        main = replace(main, fetch=replace(main.fetch, user_agent=f"{main.fetch.user_agent} ({main.contact})"))
    return Settings(
        main=main,
        sources=sources,
        companies=companies,
        rules=rules,
        routes=tuple(resolve_sets(route, sets) for route in routes),
        targets=targets,
        templates=templates,
        secrets=frozenset(vault.opened)
        | {target.url for target in targets if target.url != CONSOLE.url}
        | {canonical_url(source.url) for source in sources if redact(source.url, vault.opened) != source.url},
    )


# --- files ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Vault:
    """Where secrets come from, and those that were taken out."""

    environment: Mapping[str, str]
    opened: set[str] = field(default_factory=set)


def _read(path: Path, vault: _Vault, problems: list[str]) -> dict[str, Any]:
    """Return a file's document with its secrets filled in; {} where there is none to read."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:  # ValueError: no UTF-8, no TOML, a number of 5,000 digits
        problems.append(f"{path.name}: {error}")
        return {}

    def fill(value: Any) -> Any:  # noqa: ANN401 - a TOML value is anything
        if isinstance(value, dict):
            return {key: fill(item) for key, item in value.items()}
        if isinstance(value, list):
            return [fill(item) for item in value]
        return _fill_secrets(value, path.name, vault, problems) if isinstance(value, str) else value

    return {key: fill(value) for key, value in document.items()}


def _fill_secrets(value: str, file: str, vault: _Vault, problems: list[str]) -> str:
    def secret(match: re.Match[str]) -> str:
        name = match[1]
        try:
            found = read_secret(name, vault.environment)
        except (OSError, UnicodeDecodeError) as error:
            problems.append(f"{file}: ${{{name}}}: its file cannot be read: {error}")
            return ""
        if found is None:
            problems.append(
                f"{file}: ${{{name}}} is not set; set {name} in the environment, or {name}_FILE to a file that holds it"
            )
        vault.opened.add(found or "")
        return found or ""

    return _SECRET.sub(secret, value)


def read_secret(name: str, environment: Mapping[str, str]) -> str | None:
    """Return a secret: the variable NAME, else the file that NAME_FILE names, else a systemd credential."""
    if name in environment:
        return environment[name]
    if path := environment.get(f"{name}_FILE"):
        return Path(path).read_text(encoding="utf-8").strip()
    folder = environment.get("CREDENTIALS_DIRECTORY")
    if folder and (credential := Path(folder) / name).is_file():
        return credential.read_text(encoding="utf-8").strip()
    return None


def redact(text: str, secrets: Iterable[str]) -> str:
    """Return the text with `***` for each secret of six characters or more, plain or escaped as in URLs and strings."""
    pattern = _compile_secrets(frozenset(secrets))
    return pattern.sub("***", text) if pattern else text


@lru_cache(maxsize=8)
def _compile_secrets(secrets: frozenset[str]) -> re.Pattern[str] | None:
    long_first = sorted(map(str.strip, secrets), key=len, reverse=True)
    hidden = ["".join(map(_spell, secret)) for secret in long_first if len(secret) >= _MIN_SECRET_CHARS]
    return re.compile("|".join(hidden), re.IGNORECASE) if hidden else None  # hosts and escapes change their case


def _spell(char: str) -> str:
    """Return a pattern of how a character is written: plain, in a URL, in a string of Python or of JSON."""
    encoded = "".join(f"%{byte:02x}" for byte in char.encode(errors="surrogatepass"))
    written = {char, f"\\{char}", encoded, repr(char)[1:-1], json.dumps(char)[1:-1]}
    return f"(?:{'|'.join(map(re.escape, sorted(written, key=len, reverse=True)))})"


def _read_list(file: str, documents: dict[str, dict[str, Any]], kind: type[_T], problems: list[str]) -> tuple[_T, ...]:
    """Return the tables of a list of a file, as [[sources]] of sources.toml; broken ones are left out."""
    key, document = _KEYS[kind], documents[file]
    tables = document.get(key, [])
    if not isinstance(tables, list):
        problems.append(f"{file}: {key} must be a list of tables, each headed [[{key}]]")
        return ()
    names = [table.get("name") for table in tables if isinstance(table, dict)]
    problems += [f"{file}: the name {name!r} stands twice" for name in _repeated(names)]
    items = (_validate(_place(file, number, table), kind, table, problems) for number, table in enumerate(tables, 1))
    return tuple(item for item in items if item is not None)


def _unknown_keys(file: str, document: Mapping[str, object]) -> Iterable[str]:
    """Yield what is wrong with the keys of a file that holds lists."""
    if allowed := _LISTS.get(file):
        for name in document.keys() - allowed.keys():
            yield f"{file}: unknown key {name!r}; allowed is {' and '.join(allowed.values())}"


def _read_sets(document: Mapping[str, object], problems: list[str]) -> dict[str, tuple[str, ...]]:
    """Return the sets of companies."""
    try:
        return TypeAdapter(dict[str, tuple[str, ...]]).validate_python(document.get("sets", {}))
    except ValidationError:
        problems.append('companies.toml: [sets] holds lists of names, as labs = ["OpenAI", "Anthropic"]')
        return {}


def _read_rules(path: Path, companies: tuple[Company, ...], problems: list[str]) -> tuple[Rule, ...]:
    """Return the user's rules, each of which can be compiled."""
    try:
        rules = detect.parse_rules(path.read_text(encoding="utf-8"), path.name)
    except FileNotFoundError:
        return ()
    except ConfigError as error:
        problems += error.problems
    except (OSError, UnicodeDecodeError) as error:
        problems.append(f"{path.name}: {error}")
    else:
        own = f"{path.name}: "
        problems += [own + line.removeprefix(own) for line in detect.find_faults(rules, companies)]
        return rules
    return ()


# --- values -----------------------------------------------------------------------------------------------------


def _validate(place: str, kind: type[_T], value: object, problems: list[str]) -> _T | None:
    """Return `value` as one of our dataclasses, or None with its problems told."""
    try:
        item = TypeAdapter(kind).validate_python(value)
    except ValidationError as error:
        problems += [f"{place}: {_explain(kind, problem)}" for problem in error.errors()]
        return None
    problems += [f"{place}: {key}: at most {_MAX_NUMBER:,}" for key in _huge_numbers(asdict(item))]  # type: ignore[call-overload]  # our kinds are dataclasses
    return item


def _huge_numbers(values: Mapping[str, object]) -> Iterable[str]:
    """Yield the keys of numbers that no setting can mean."""
    for key, value in values.items():
        if isinstance(value, dict):
            yield from (f"{key}.{inner}" for inner in _huge_numbers(value))
        elif isinstance(value, int | float) and value > _MAX_NUMBER:
            yield key


def _explain(kind: type, problem: ErrorDetails) -> str:
    """Say what is wrong with one key and what is allowed."""
    place = ".".join(str(step) for step in problem["loc"])
    if problem["type"] == "unexpected_keyword_argument":
        allowed = [item.name for item in fields(_innermost(kind, problem["loc"][:-1]))]
        close = difflib.get_close_matches(str(problem["loc"][-1]), allowed, n=1, cutoff=0.5)
        return f"unknown key {place!r}; " + (
            f"did you mean {close[0]!r}?" if close else f"allowed: {', '.join(allowed)}"
        )
    if problem["type"] == "missing":
        return f"{place!r} is missing"
    given = problem["input"]
    shown = f" (not {given!r})" if isinstance(given, str | int | float) else ""
    return f"{place}: {problem['msg'][0].lower()}{problem['msg'][1:]}{shown}"


def _innermost(kind: Any, steps: Iterable[int | str]) -> Any:  # noqa: ANN401 - a dataclass, or what lists hold one
    """Follow the steps of a problem's place from a dataclass to the one that it is about."""
    for step in steps:
        if isinstance(step, str):  # a number is a place in a list
            named = next(item.type for item in fields(kind) if item.name == step)
            kind = next((part for part in get_args(named) if is_dataclass(part)), named)
    return kind


def _place(file: str, number: int, table: object) -> str:
    name = table.get("name") if isinstance(table, dict) else None
    return f"{file}: {name!r}" if name else f"{file}: table {number}"


def _repeated(names: Iterable[object]) -> list[object]:
    return [name for name, count in Counter(map(str, filter(None, names))).items() if count > 1]


def environment() -> Mapping[str, str]:
    """Return the environment: this module is the only one that reads it."""
    return os.environ
