"""What can be typed or configured is documented."""

import pkgutil
import re
from collections.abc import Iterator
from dataclasses import fields
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.core import TyperGroup

import monitor.cli
from monitor import config
from monitor.cli.root import MODULES, app
from monitor.detect import check_rules, compile_rules, parse_rules
from monitor.detect.nodes import FieldName
from monitor.models import (
    BlockRole,
    BlockRules,
    Company,
    EventType,
    FetchSettings,
    GroupBy,
    Modality,
    Quiet,
    QuietAction,
    Route,
    Rule,
    Source,
    SourceKind,
    Subject,
    Target,
    Template,
)
from monitor.notify import Writer, route_faults, template_faults
from monitor.notify.facts import Journey, collect_facts
from monitor.notify.template import FILTERS
from monitor.notify.wording import EXAMPLE

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
KINDS = (
    Source,
    BlockRules,
    Company,
    Route,
    Quiet,
    Target,
    Template,
    config.MainSettings,
    FetchSettings,
    config.CheckSettings,
    config.NotifySettings,
    config.LogSettings,
    config.PageSettings,
    config.HistorySettings,
)


ROOT_GROUP: Any = typer.main.get_command(app)


@pytest.mark.parametrize("command", sorted(ROOT_GROUP.list_commands(None)))
def test_every_command_is_in_the_readme(command: str) -> None:
    assert f"`{command}" in README


def test_every_command_is_found_in_the_module_that_the_table_names() -> None:
    registered: dict[str, str] = {}
    for found in pkgutil.iter_modules(monitor.cli.__path__):
        module = import_module(f"monitor.cli.{found.name}")
        if hasattr(module, "add_commands"):
            commands = typer.Typer()
            module.add_commands(commands)
            registered |= dict.fromkeys(typer.main.get_group(commands).commands, found.name)
    assert registered == MODULES


def test_every_command_answers_programs_but_those_the_readme_names() -> None:
    mute = {
        name
        for name, command in walk_commands(ROOT_GROUP)
        if "--json" not in {option for parameter in command.params for option in parameter.opts}
    }
    assert mute == {"run", "serve", "export"}
    assert "Every command but `run`, `serve` and `export` takes `--json`" in README


def test_usage_says_once_what_can_be_left_out() -> None:
    usages = [
        " ".join(command.collect_usage_pieces(command.context_class(command, info_name=name)))
        for name, command in walk_commands(ROOT_GROUP)
    ]
    assert [usage for usage in usages if "[[" in usage] == []
    assert "[OPTIONS] [SOURCE]..." in usages


def walk_commands(command: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the commands that can be given."""
    if isinstance(command, TyperGroup):
        for part in command.list_commands(None):  # type: ignore[arg-type]  # it asks nothing of the context
            yield from walk_commands(command.get_command(None, part), f"{name} {part}".strip())  # type: ignore[arg-type]
    if not getattr(command, "no_args_is_help", False):
        yield name, command


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_key_is_in_the_readme(kind: type) -> None:
    assert [
        item.name for item in fields(kind) if f"`{item.name}`" not in README and f"`[{item.name}]" not in README
    ] == []


def test_every_key_of_a_rule_is_in_the_readme() -> None:
    ours = {"hits", "misses", "file", "is_weighed"}  # not keys of a rule
    keys = {item.name for item in fields(Rule)} - ours | {"tests"}
    assert sorted(key for key in keys if f"`{key}`" not in README and f"`[{key}]`" not in README) == []


def test_the_example_source_of_the_readme_can_be_read(tmp_path: Path) -> None:
    (example,) = re.findall(r"```toml\n(\[\[sources\]\].*?)```", README, re.DOTALL)
    (tmp_path / "sources.toml").write_text(example, encoding="utf-8")
    (source,) = config.load(tmp_path, {}).sources
    assert source.blocks.drop_roles == (BlockRole.TABLE,)


def test_the_example_routes_of_the_readme_can_be_used(tmp_path: Path) -> None:
    (example,) = re.findall(r"```toml\n(\[\[targets\]\].*?)```", README, re.DOTALL)
    (tmp_path / "routes.toml").write_text(example, encoding="utf-8")
    names = '[[companies]]\nname = "OpenAI"\n[sets]\nlabs = ["OpenAI"]'
    (tmp_path / "companies.toml").write_text(names, encoding="utf-8")
    settings = config.load(tmp_path, {})
    assert [fault for route in settings.routes for fault in route_faults(route)] == []
    assert settings.routes[0].companies == ("OpenAI",)


def test_the_example_template_of_the_readme_can_be_used(tmp_path: Path) -> None:
    (example,) = re.findall(r"```toml\n(\[\[templates\]\].*?)```", README, re.DOTALL)
    (tmp_path / "routes.toml").write_text(example, encoding="utf-8")
    settings = config.load(tmp_path, {})
    assert [fault for template in settings.templates for fault in template_faults(template)] == []
    message = Writer(settings.templates).write_alert(EXAMPLE, settings.routes[0], "terminal")
    assert message.text.splitlines()[1:4] == [
        "was and is: exclusive → right of first refusal (cloud)",
        "- exclusivity lost (cloud)",
        "- right of first refusal",
    ]
    assert message.markdown.startswith("<!here>\n>Alder may now")


def test_all_that_a_template_may_name_is_in_the_readme() -> None:
    facts = collect_facts(EXAMPLE, Journey(severity=EXAMPLE.severity, route="", target=""))
    told = facts["alert"]
    assert isinstance(told, dict)
    names = {*told, *told["events"][0], *facts, *FILTERS} - {"alert"}
    assert sorted(name for name in names if f"`{name}`" not in README and f"`alert.{name}`" not in README) == []


def test_every_role_is_in_the_readme() -> None:
    assert [role for role in BlockRole if f"`{role.value}`" not in README] == []


def test_the_example_rule_of_the_readme_passes_its_own_tests() -> None:
    (example,) = re.findall(r"```toml\n(\[sets\].*?)```", README, re.DOTALL)
    ruleset = compile_rules(parse_rules(example, "README.md"), [Company(name="OpenAI")])
    assert check_rules(ruleset) == []


@pytest.mark.parametrize(
    "operator", ["AND", "OR", "AND NOT", "NEAR", "PRE", "SENTENCE", "PARAGRAPH", "ATLEAST", "DISTINCT"]
)
def test_every_operator_is_in_the_readme(operator: str) -> None:
    assert re.search(rf"`[^`]*\b{operator}\b[^`]*`", README)


@pytest.mark.parametrize("field", FieldName)
def test_every_field_is_in_the_readme(field: FieldName) -> None:
    assert f"`{field}: " in README


@pytest.mark.parametrize("values", [SourceKind, EventType, Modality, GroupBy, Subject, QuietAction])
def test_every_value_is_in_the_readme(values: type) -> None:
    assert [value for value in values if f"`{value}`" not in README] == []  # type: ignore[attr-defined]  # enumerations
