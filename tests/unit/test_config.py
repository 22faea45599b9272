"""Reading config/*.toml, strictly."""

from pathlib import Path

import pytest

from monitor import config
from monitor.errors import ConfigError
from monitor.models import Severity, SourceKind

SHIPPED = Path(__file__).parents[2] / "config"


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder


def problems_of(folder: Path, **environment: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        config.load(folder, environment)
    return caught.value.problems


def test_the_shipped_configuration_is_fine() -> None:
    settings = config.load(SHIPPED, {})
    assert {source.kind for source in settings.sources} >= {SourceKind.FEED, SourceKind.SITEMAP}
    assert [route.url for route in settings.routes] == ["console:"]


def test_the_shipped_values_are_the_defaults() -> None:
    assert config.load(SHIPPED, {}).main == config.Settings().main


def test_an_empty_folder_gives_the_defaults(tmp_path: Path) -> None:
    assert config.load(tmp_path, {}) == config.Settings()


def test_values_arrive(tmp_path: Path) -> None:
    write(
        tmp_path,
        monitor='database = "x.db"\n[fetch]\ndelay_seconds = 2\nallow = ["127.0.0.1:80"]',
        sources='[[sources]]\nname = "a"\nkind = "listing"\nurl = "https://a.example/"\nselector = "a.x"',
        companies='[[companies]]\nname = "Alder"\naliases = ["Alder Group"]',
        routes='[[routes]]\nname = "r"\nurl = "console:"\nmin_severity = "high"\ncompanies = ["Alder"]',
    )
    settings = config.load(tmp_path, {})
    assert (settings.main.database, settings.main.fetch.delay_seconds) == ("x.db", 2.0)
    assert settings.main.fetch.allow == ("127.0.0.1:80",)
    assert settings.sources[0].selector == "a.x"
    assert settings.companies[0].aliases == ("Alder Group",)
    assert settings.routes[0].min_severity is Severity.HIGH


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"monitor": "databse = 'x'"}, "monitor.toml: unknown key 'databse'; did you mean 'database'?"),
        ({"monitor": "[fetch]\ndelay = 1"}, "monitor.toml: unknown key 'fetch.delay'; did you mean 'delay_seconds'?"),
        ({"monitor": "[fetch]\nzzz = 1"}, "monitor.toml: unknown key 'fetch.zzz'; allowed: user_agent, delay_seconds"),
        ({"monitor": "[fetch]\ndelay_seconds = -1"}, "monitor.toml: fetch.delay_seconds: input should be greater"),
        ({"monitor": "database = "}, "monitor.toml: Invalid value"),
        ({"sources": "[[source]]\nname = 'a'"}, "sources.toml: unknown key 'source'; allowed is [[sources]]"),
        ({"sources": "[[sources]]\nname = 'a'\nkind = 'rss'\nurl = 'https://a.example'"}, "sources.toml: 'a': kind: "),
        ({"sources": "[[sources]]\nname = 'a'\nkind = 'feed'"}, "sources.toml: 'a': 'url' is missing"),
        ({"sources": "[[sources]]\nname = 'a'\nkind = 'feed'\nurl = 'ftp://a.example'"}, "sources.toml: 'a': url: "),
        (
            {"sources": "[[sources]]\nname = 'a'\nkind = 'feed'\nurl = 'https://a.example'\nselector = 'a'"},
            "sources.toml: 'a': selector is for kind 'listing', not 'feed'",
        ),
        ({"sources": "sources = 3"}, "sources.toml: sources must be a list of tables"),
        ({"companies": "[[companies]]\nname = ''"}, "companies.toml: table 1: name: "),
        (
            {"companies": "[[companies]]\nname='A'\n[[companies]]\nname='A'"},
            "companies.toml: the name 'A' stands twice",
        ),
        ({"routes": "[[routes]]\nname='r'\nurl='console:'\ncompanies=['B']"}, "routes.toml: 'r': unknown company 'B'"),
        ({"rules": "[[rules]]\nname='r'\ntype='divorce'\nmatch='x'"}, "rules.toml: rule 'r', type: "),
        ({"sorces": ""}, "sorces.toml: unknown file; allowed are monitor.toml"),
    ],
)
def test_a_mistake_is_told_with_file_key_and_what_is_allowed(tmp_path: Path, files: dict[str, str], told: str) -> None:
    (problem,) = problems_of(write(tmp_path, **files))
    assert told in problem


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    write(
        tmp_path,
        monitor="a = 1\nb = 2",
        sources="[[sources]]\nname = 'x'\n[[sources]]\nname = 'y'\nkind = 'feed'\nurl = 'nowhere'",
        companies="c = 1",
    )
    assert len(problems_of(tmp_path)) == 6


@pytest.mark.parametrize("way", ["variable", "file", "credential"])
def test_a_secret_comes_from_the_environment_or_a_file(tmp_path: Path, way: str) -> None:
    (tmp_path / "HOOK").write_text("slack+https://h.example/t0ken\n", encoding="utf-8")
    environment = {
        "variable": {"HOOK": "slack+https://h.example/t0ken"},
        "file": {"HOOK_FILE": str(tmp_path / "HOOK")},
        "credential": {"CREDENTIALS_DIRECTORY": str(tmp_path)},
    }[way]
    write(tmp_path, routes='[[routes]]\nname = "r"\nurl = "${HOOK}"')
    settings = config.load(tmp_path, environment)
    assert settings.routes[0].url == "slack+https://h.example/t0ken"
    assert "slack+https://h.example/t0ken" in settings.secrets


def test_a_secret_that_is_not_set_is_told_without_guessing(tmp_path: Path) -> None:
    write(tmp_path, routes='[[routes]]\nname = "r"\nurl = "${HOOK}"')
    (problem,) = problems_of(tmp_path)
    assert "${HOOK} is not set" in problem
    assert "HOOK_FILE" in problem


def test_the_contact_ends_the_user_agent(tmp_path: Path) -> None:
    write(tmp_path, monitor='contact = "desk@a.example"')
    assert config.load(tmp_path, {}).main.fetch.user_agent.endswith(" (desk@a.example)")
