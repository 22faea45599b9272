"""Reading config/*.toml, strictly."""

import json
from datetime import time
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import config
from monitor.errors import ConfigError
from monitor.models import Day, Severity, SourceKind

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


def test_routes_get_the_companies_of_their_sets_and_targets_of_their_own(tmp_path: Path) -> None:
    write(
        tmp_path,
        companies='[[companies]]\nname = "Alder"\n[[companies]]\nname = "Birch"\n[sets]\nlabs = ["Birch", "Alder"]',
        routes='[[targets]]\nname = "desk"\nurl = "slack+https://h.example/t"\n'
        '[[routes]]\nname = "r"\nurl = "console:"\ntargets = ["desk"]\ncompanies = ["Alder"]\nsets = ["labs"]\n'
        'quiet = [{ start = 22:00:00, end = "07:00", days = ["friday"], action = "lower" }]',
    )
    settings = config.load(tmp_path, {})
    (route,) = settings.routes
    assert route.companies == ("Alder", "Birch")
    assert [target.name for target in settings.targets] == ["desk", "r"]
    assert (route.quiet[0].start, route.quiet[0].days) == (time(22), (Day.FRIDAY,))
    assert "slack+https://h.example/t" in settings.secrets


A_FEED = "[[sources]]\nname = 'a'\nkind = 'feed'\nurl = 'https://a.example'\n"


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
        (
            {"sources": f"{A_FEED}blocks.drop_selectors = ['p', '>>> ::bad(']"},
            "sources.toml: 'a': blocks: '>>> ::bad(' is not a CSS selector",
        ),
        ({"sources": f"{A_FEED}blocks.keep_roles = ['sidebar']"}, "sources.toml: 'a': blocks.keep_roles"),
        ({"sources": f"{A_FEED}blocks.drop = ['p']"}, "sources.toml: 'a': unknown key 'blocks.drop'"),
        ({"sources": "sources = 3"}, "sources.toml: sources must be a list of tables"),
        ({"monitor": "[page]\nurl = 'monitor.example'"}, "monitor.toml: page.url: 'monitor.example' is no address,"),
        ({"monitor": "[page]\nurl = 'https://a.example/?a'"}, "monitor.toml: page.url: 'https://a.example/?a' is no"),
        (
            {"monitor": "[page]\nhosts = ['https://a.example']"},
            "monitor.toml: page.hosts: 'https://a.example' is no name",
        ),
        ({"routes": "[[templates]]\nname='t'\nbody='x'"}, "routes.toml: 't': unknown key 'body'; allowed: name, title"),
        ({"companies": "[[companies]]\nname = ''"}, "companies.toml: table 1: name: "),
        (
            {"companies": "[[companies]]\nname='A'\n[[companies]]\nname='A'"},
            "companies.toml: the name 'A' stands twice",
        ),
        ({"routes": "[[routes]]\nname='r'\nurl='console:'\ncompanies=['B']"}, "routes.toml: 'r': unknown company 'B'"),
        ({"routes": "[[routes]]\nname='r'\nurl='console:'\nsets=['B']"}, "routes.toml: 'r': unknown set 'B'"),
        ({"routes": "[[routes]]\nname='r'\ntargets=['B']"}, "routes.toml: 'r': unknown target 'B'"),
        (
            {"routes": "[[routes]]\nname='r'\nurl='console:'\nfallback='B'"},
            "routes.toml: 'r': unknown target 'B'; allowed are r",
        ),
        (
            {"routes": "[[targets]]\nname='r'\nurl='console:'\n[[routes]]\nname='r'\nurl='console:'"},
            "routes.toml: the target 'r' stands twice",
        ),
        (
            {"routes": "[[routes]]\nname='r'\nurl='console:'\nquiet=[{start='22:00', end='07:00', day=['monday']}]"},
            "routes.toml: 'r': unknown key 'quiet.0.day'; did you mean 'days'?",
        ),
        (
            {"routes": "[[routes]]\nname='r'\nurl='console:'\ngroup_by=['storey']"},
            "routes.toml: 'r': group_by.0: input should be 'alert', 'story'",
        ),
        (
            {"routes": "[[routes]]\nname='r'\nurl='console:'\ngroup_wait=3"},
            "routes.toml: 'r': unknown key 'group_wait'",
        ),
        ({"routes": "[[route]]\nname='r'"}, "routes.toml: unknown key 'route'; allowed is [[routes]] and [[targets]]"),
        ({"companies": "[sets]\nlabs='A'"}, "companies.toml: [sets] holds lists of names"),
        ({"companies": "[sets]\nlabs=['A']"}, "companies.toml: sets: 'labs': unknown company 'A'"),
        ({"rules": "[[rules]]\nname='r'\ntype='divorce'\nmatch='x'"}, "rules.toml: rule 'r', type: "),
        ({"sorces": ""}, "sorces.toml: unknown file; allowed are monitor.toml"),
        ({"monitor": "[check]\nalert_within_days = inf"}, "monitor.toml: check.alert_within_days: "),
        ({"monitor": "[check]\nalert_within_days = nan"}, "monitor.toml: check.alert_within_days: "),
        ({"monitor": "[check]\nalert_within_days = 1e9"}, "monitor.toml: check.alert_within_days: "),
        ({"monitor": "[check]\nstory_window_hours = 1e9"}, "monitor.toml: check.story_window_hours: "),
        ({"monitor": "[fetch]\ndelay_seconds = inf"}, "monitor.toml: fetch.delay_seconds: "),
        ({"monitor": "[fetch]\nmax_raw_bytes = 10_000_000_000_000"}, "fetch.max_raw_bytes: at most 1,000,000,000"),
        ({"monitor": f"[fetch]\nmax_redirects = {'9' * 5_000}"}, "monitor.toml: "),
        (
            {"sources": "[[sources]]\nname='a'\nkind='feed'\nurl='https://a.example'\nevery_seconds=1000000000000000"},
            "sources.toml: 'a': every_seconds: at most 1,000,000,000",
        ),
        (
            {"sources": "[[sources]]\nname='a'\nkind='listing'\nurl='https://a.example'\nselector='>>> ::bad('"},
            "sources.toml: 'a': selector: '>>> ::bad(' is not a CSS selector",
        ),
        (
            {"sources": "[[sources]]\nname='a'\nkind='listing'\nurl='https://a.example'\nselector=''"},
            "sources.toml: 'a': selector: '' is not a CSS selector",
        ),
    ],
)
def test_a_mistake_is_told_with_file_key_and_what_is_allowed(tmp_path: Path, files: dict[str, str], told: str) -> None:
    (problem,) = problems_of(write(tmp_path, **files))
    assert told in problem


def test_each_query_that_cannot_hold_is_told_once_with_its_file(tmp_path: Path) -> None:
    rule = "[[rules]]\nname = '{0}'\ntype = 'termination'\nmatch = '{1}'\n"
    rules = rule.format("one", "$Halden AND DISTINCT/2 deal") + rule.format("two", "/x*/")
    problems = problems_of(write(tmp_path, rules=rules, companies="[[companies]]\nname = 'Halden'"))
    assert [problem.split(", column")[0] for problem in problems] == [
        "rules.toml: rule 'one', match",
        "rules.toml: rule 'two', match",
    ]


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


@pytest.mark.parametrize("selector", ["main h3 a", "li:has(> a)", "a[href^=x]"])
def test_a_selector_that_can_be_read_is_fine(tmp_path: Path, selector: str) -> None:
    source = "[[sources]]\nname = 'a'\nkind = 'listing'\nurl = 'https://a.example'\n"
    write(tmp_path, sources=f"{source}selector = '{selector}'")
    assert config.load(tmp_path, {}).sources[0].selector == selector


def test_every_secret_that_is_filled_in_is_known(tmp_path: Path) -> None:
    write(
        tmp_path,
        monitor='contact = "${CONTACT}"\n# ${NOT_USED}',
        sources='[[sources]]\nname = "a"\nkind = "feed"\nurl = "https://a.example?token=${TOKEN}"',
    )
    environment = {"CONTACT": "desk@a.example", "TOKEN": "t0k3n-1", "NOT_USED_FILE": str(tmp_path)}
    secrets = config.load(tmp_path, environment).secrets
    assert secrets == {"desk@a.example", "t0k3n-1", "https://a.example/?token=t0k3n-1"}


@pytest.mark.parametrize(
    "files",
    [
        {"monitor": '[fetch]\ndelay_seconds = "${KEY}"'},
        {"monitor": '[log]\nlevel = "a ${KEY}"'},
        {"sources": '[[sources]]\nname = "a"\nkind = "feed"\nurl = "ftp://a.example/${KEY}"'},
        {"sources": '[[sources]]\nname = "${KEY}"\nkind = "feed"'},
        {"routes": '[[routes]]\nname = "r"\nurl = "console:"\ncompanies = ["${KEY}"]'},
    ],
)
@pytest.mark.parametrize("key", ["sup3rs3cret_tok", 'it\'s a "sup3rs3cret"\\tok\n', "sup3rs3cret" * 100])
def test_a_problem_does_not_tell_a_secret(tmp_path: Path, files: dict[str, str], key: str) -> None:
    problems = problems_of(write(tmp_path, **files), KEY=key)
    assert problems
    assert "sup3rs3cret" not in "\n".join(problems)


def test_a_bad_url_is_not_repeated(tmp_path: Path) -> None:
    write(tmp_path, sources='[[sources]]\nname = "a"\nkind = "feed"\nurl = "ftp://a.example/private-path"')
    assert problems_of(tmp_path) == ["sources.toml: 'a': url: not http or https"]


SECRET = 'pa/s\'s "wörd"\n\\1'


@pytest.mark.parametrize(
    "written", [SECRET, repr(SECRET), json.dumps(SECRET), quote(SECRET), quote(SECRET, safe="").lower(), SECRET.upper()]
)
def test_a_secret_is_blacked_out_however_it_is_written(written: str) -> None:
    assert config.redact(f"before {written} after", [SECRET]).strip("'\"") in {
        "before *** after",
        "before '***' after",
        'before "***" after',
    }


def test_the_longest_secret_goes_first_and_short_ones_stay() -> None:
    assert config.redact("abc secret secret-and-more", ["abc", "secret", "secret-and-more"]) == "abc *** ***"


@given(st.text(min_size=6), st.text(), st.text())
def test_no_secret_survives(secret: str, before: str, after: str) -> None:
    assert secret.strip() not in config.redact(before + secret + after, [secret]) or len(secret.strip()) < 6
