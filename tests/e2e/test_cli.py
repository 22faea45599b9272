"""The command line: what it prints, what it returns, how it complains."""

import json
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.core import TyperGroup

from monitor.cli.root import app
from tests.conftest import Site
from tests.e2e.conftest import CLEAN_ENVIRONMENT, COMMAND, Monitor

PAGE = """<html><head><title>Alderon and Birchway form partnership</title></head><body>
<nav><a href="/a">Home</a> <a href="/b">Markets</a></nav><article><h1>Alderon and Birchway form partnership</h1>
<p>Alderon Inc. and Birchway Ltd. said on Monday that they have formed a partnership to run their warehouses together,
the first such agreement between the two companies, which had been rivals for years.</p></article></body></html>"""
TEXT = "Alderon Inc. and Birchway Ltd. have formed a partnership to run their warehouses together, they said on Monday."


def list_commands(group: Any, *names: str) -> Iterator[str]:
    """Yield every command that can be given, as `sources add`."""
    for name in group.list_commands(None):
        command = group.get_command(None, name)
        if not getattr(command, "no_args_is_help", False):
            yield " ".join([*names, name])
        if isinstance(command, TyperGroup):
            yield from list_commands(command, *names, name)


COMMANDS = sorted(list_commands(typer.main.get_command(app)))


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "page.html"
    path.write_text(PAGE, encoding="utf-8")
    return path


@pytest.fixture
def filled(monitor: Monitor, site: Site) -> Monitor:
    """A monitor that has told one alert."""
    site.put("/pact", PAGE)
    site.put_feed("/feed", ("/pact", "Pact"))
    monitor.allow(site.address)
    monitor.configure(
        sources='[[sources]]\nname = "wire"\nkind = "feed"\nbaseline = false\n' + f'url = "{site.url("/feed")}"'
    )
    assert "new partnership" in monitor.run("check")
    return monitor


def test_help_names_every_command(monitor: Monitor) -> None:
    told = monitor.run("--help")
    for command in COMMANDS:
        assert f" {command.partition(' ')[0]} " in told


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command_has_an_example(monitor: Monitor, command: str) -> None:
    told = " ".join(monitor.run(*command.split(), "--help").split())
    assert re.search(rf"Examples?: .*monitor .*\b{command}\b", told)


def test_extract_shows_what_is_kept_and_what_is_stripped(monitor: Monitor, page: Path) -> None:
    told = monitor.run("extract", str(page))
    assert "Alderon and Birchway form partnership" in told
    assert "stripped" in told
    assert "Markets" in told
    article = monitor.ask("extract", str(page))
    assert article["title"] == "Alderon and Birchway form partnership"
    assert "Markets" not in article["text"]


@pytest.mark.parametrize("options", [("--learn",), ("--jsonl", "--explain"), ("--jsonl", "--source", "wire")])
def test_options_of_extract_that_do_not_go_together_are_an_error(
    monitor: Monitor, page: Path, options: tuple[str, ...]
) -> None:
    assert "--jsonl" in monitor.run("extract", *options, str(page), expect=2)


@pytest.mark.parametrize("options", [(), ("--explain",)])
def test_what_is_no_page_is_an_error(monitor: Monitor, options: tuple[str, ...]) -> None:
    told = monitor.run("extract", *options, "-", stdin="%PDF-1.7 abc", expect=1)
    assert "error: the bytes are" in told


def test_extract_explains_each_block_and_warns_of_rules_that_match_in_what_goes(monitor: Monitor, page: Path) -> None:
    told = monitor.run("extract", "--explain", str(page))
    assert "+ paragraph in " in told
    assert "Home" in told
    blocks = monitor.ask("extract", "--explain", str(page))
    assert {"headline", "paragraph"} <= {block["role"] for block in blocks}
    assert any(block["rules"] and block["reason"] for block in blocks) == ("warning" in told)


def test_a_source_s_own_rules_can_be_tried_and_tell_what_they_cost(monitor: Monitor, page: Path) -> None:
    monitor.configure(
        sources='[[sources]]\nname = "wire"\nkind = "feed"\nurl = "https://q.example/feed"\n'
        'blocks.drop_selectors = ["article p"]'
    )
    told = monitor.run("extract", "--explain", "--source", "wire", str(page))
    assert "- rule of the source paragraph in " in told
    assert "warning: goes although" in told
    assert "warning" not in monitor.run("extract", "--explain", str(page))
    assert monitor.ask("extract", "--source", "wire", str(page))["text"] == ""


def test_extract_learns_what_a_site_repeats_from_line_to_line(monitor: Monitor) -> None:
    promo = "Quay Terminal brings every filing to your desk."
    news = "{} opens a plant in the north this week, and its chairman expects a hard year for all who work there."
    firms = ("Alderon Systems", "Birchway Logistics", "Cedrus Holdings")
    pages = [
        {"id": n, "url": f"https://q.example/{n}", "title": firm, "text": f"{news.format(firm)}\n\n{promo}"}
        for n, firm in enumerate(firms)
    ]
    lines = "".join(json.dumps(page) + "\n" for page in pages)
    plain = monitor.run("extract", "--jsonl", "-", stdin=lines)
    learned = monitor.run("extract", "--jsonl", "--learn", "-", stdin=lines)
    assert ["Terminal" in json.loads(line)["text"] for line in plain.splitlines()] == [True] * 3
    assert ["Terminal" in json.loads(line)["text"] for line in learned.splitlines()] == [True, False, False]


def test_detect_shows_events_with_their_evidence(monitor: Monitor, page: Path) -> None:
    told = monitor.run("detect", str(page))
    assert "new partnership" in told
    assert "confirmed" in told
    (event,) = monitor.ask("detect", str(page))["events"]
    assert [one["name"] for one in event["participants"]] == ["Alderon", "Birchway"]


def test_lines_go_in_and_come_out_in_order_and_a_bad_one_stops_nobody(monitor: Monitor) -> None:
    lines = [
        json.dumps({"id": 1, "text": TEXT}),
        "{broken",
        json.dumps({"id": 2}),
        json.dumps({"id": 3, "text": 5}),
        json.dumps(["no", "object"]),
        '{"id": NaN, "text": ""}',
        '{"id": 1e999, "text": ""}',
        '{"id": [1], "text": ""}',
        "[" * 100_000,
        "",
        json.dumps({"id": 4, "html": PAGE, "url": "https://a.example/1"}),
        json.dumps({"id": 5, "text": ""}),
        json.dumps({"id": 6, "text": TEXT, "title": None}),
    ]
    answers = [json.loads(line) for line in monitor.run("detect", "--jsonl", "-", stdin="\n".join(lines)).splitlines()]
    assert [answer["id"] for answer in answers] == [1, None, 2, 3, None, None, None, None, None, 4, 5, 6]
    assert ["error" in answer for answer in answers] == [False, *[True] * 8, False, False, False]
    (event,) = answers[0]["events"]
    start, end = event["evidence"]
    assert TEXT[start:end] == event["sentence"]
    (event,) = answers[9]["events"]
    start, end = event["evidence"] or (0, 0)
    assert answers[9]["text"][start:end] == event["sentence"] or event["evidence"] is None
    assert answers[10]["events"] == []


def test_extract_takes_lines_too(monitor: Monitor) -> None:
    lines = "\n".join(json.dumps({"id": number, "html": PAGE}) for number in range(200))
    answers = [json.loads(line) for line in monitor.run("extract", "--jsonl", "-", stdin=lines).splitlines()]
    assert [answer["id"] for answer in answers] == list(range(200))
    assert all("formed a partnership" in answer["text"] for answer in answers)


def test_the_history_is_listed_shown_and_searched(filled: Monitor) -> None:
    (alert,) = filled.ask("history")
    number = str(alert["article_id"])
    assert "new partnership" in filled.run("history")
    assert filled.ask("history", "Birchway") == [alert]
    assert filled.ask("history", "Cedrus") == []
    assert filled.ask("history", "--since", "1h") == [alert]
    shown = filled.run("show", number)
    assert "alerted" in shown
    assert "formed a partnership" in shown
    assert filled.ask("show", number)["article"]["id"] == alert["article_id"]
    assert "warehouses" in filled.run("search", "warehouses", "rival*")
    assert "formed" in filled.run("search", "$any AND (form* NEAR/9 partnership)")
    filled.run("search", "partnership PRE/1 formed", expect=1)
    assert "column" in filled.run("search", "Alderon AND OR", expect=2)
    assert filled.ask("relations", "Alderon")[0]["state"] == "active"
    assert filled.ask("sources")[0]["state"]["articles"] == 1
    assert filled.ask("deliveries")[0]["state"] == "sent"


def test_nothing_found_is_exit_code_1(filled: Monitor) -> None:
    filled.run("search", "zebra", expect=1)
    assert '"requeued": 0' in filled.run("deliveries", "--requeue-dead", "--json", expect=1)
    told = filled.run("show", "4711", expect=1)
    assert "no article has the id 4711" in told
    assert "hint" in told


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("nonsense",), "No such command"),
        (("check", "nowhere"), "no source is named 'nowhere'"),
        (("notify", "test", "nowhere"), "no route is named 'nowhere'"),
        (("history", "--since", "ever"), "a span as 12h"),
        (("history", "--since", "99999999999d"), "a span as 12h"),
        (("history", "--since", "0001-01-01T00:00:00+12:00"), "a span as 12h"),
        (("history", "--limit", "99999999999999999999"), "Invalid value"),
        (("show", "99999999999999999999"), "Invalid value"),
        (("deliveries", "--requeue", "99999999999999999999"), "Invalid value"),
    ],
)
def test_a_wrong_command_line_is_exit_code_2(monitor: Monitor, arguments: tuple[str, ...], told: str) -> None:
    printed = monitor.run(*arguments, expect=2)
    assert told in " ".join(printed.split())
    assert "Traceback" not in printed


def test_a_broken_configuration_is_told_in_lines(monitor: Monitor) -> None:
    monitor.configure(monitor="databse = 1", sources="[[source]]")
    printed = monitor.run("config", "check", expect=2)
    assert printed.count("error:") == 2
    assert "did you mean 'database'?" in printed
    assert "Traceback" not in printed


def test_a_source_that_fails_makes_check_fail(monitor: Monitor, site: Site) -> None:
    monitor.allow(site.address)
    monitor.configure(sources=f'[[sources]]\nname = "wire"\nkind = "feed"\nurl = "{site.url("/nothing")}"')
    assert "404" in monitor.run("check", expect=1)


def test_a_file_that_is_not_there_is_told(monitor: Monitor) -> None:
    printed = monitor.run("detect", "/nowhere/at/all.txt", expect=1)
    assert "cannot be read" in printed
    assert "Traceback" not in printed


def test_a_database_that_is_none_is_told(monitor: Monitor) -> None:
    monitor.database.write_text("Dear reader, " * 50)
    printed = monitor.run("history", expect=1)
    assert "cannot be used as the database" in printed
    assert "Traceback" not in printed


def test_a_test_message_reaches_the_terminal(monitor: Monitor) -> None:
    printed = monitor.run("notify", "test", "console")
    assert "Alder Systems" in printed
    assert "\x1b" not in printed
    assert monitor.ask("notify", "test", "console") == {"route": "console", "accepted_by": ["console"]}
    assert monitor.ask("config", "check")["problems"] == []


def test_half_a_pair_of_surrogates_goes_in_and_comes_out(monitor: Monitor) -> None:
    (line,) = monitor.run("extract", "--jsonl", "-", stdin='{"id": "\\ud800", "text": "a \\udc00 b"}').splitlines()
    answer = json.loads(line)
    assert (answer["id"], answer["text"]) == ("\ud800", "a \udc00 b")


TOKEN = 't0k3n of "the" feed'


def test_no_secret_is_printed(monitor: Monitor, site: Site) -> None:
    monitor.environment |= {"TOKEN": TOKEN}
    monitor.allow(site.address)
    monitor.configure(
        sources=f'[[sources]]\nname = "wire"\nkind = "feed"\nurl = "{site.url("/feed")}?token=${{TOKEN}}"\n'
        '[[sources]]\nname = "two"\nkind = "feed"\nurl = "http://127.0.0.1:1/?token=${TOKEN}"'
    )
    told = [
        monitor.run("check", expect=1),
        monitor.run("--debug", "check", "wire", "--json", expect=1),
        monitor.run("check", f"no {TOKEN}", expect=2),
        monitor.run("--debug", "check", f"no {TOKEN}", expect=2),
        monitor.run("sources"),
        monitor.run("sources", "--json"),
    ]
    assert all("***" in one for one in (*told[2:4], told[5]))
    assert "Traceback" in told[3]
    assert [one for one in told if "t0k3n" in one] == []


def test_a_folder_that_is_not_there_is_told(monitor: Monitor, tmp_path: Path) -> None:
    printed = monitor.run("--config", str(tmp_path / "nowhere"), "history", expect=2)
    assert "nowhere: no such folder" in " ".join(printed.split())
    assert "hint" in printed


def test_without_any_folder_there_are_the_defaults_but_nothing_to_check(tmp_path: Path) -> None:
    (tmp_path / "news.txt").write_text(TEXT, encoding="utf-8")
    environment = CLEAN_ENVIRONMENT | {"PYTHONPATH": str(Path(__file__).parents[2])}

    def run(*arguments: str) -> int:
        return subprocess.run([*COMMAND, *arguments], cwd=tmp_path, env=environment, check=False).returncode  # noqa: S603 - ours

    assert run("detect", "news.txt") == 0
    assert run("config", "check") == 2


def test_a_network_that_is_none_is_told(monitor: Monitor) -> None:
    monitor.allow("300.1.1.1/8")
    assert "fetch.allow: '300.1.1.1/8' is neither" in monitor.run("config", "check", expect=2)


def test_a_database_path_that_is_none_is_told(monitor: Monitor) -> None:
    Path(f"{monitor.database}.lock").mkdir()
    printed = monitor.run("check", expect=1)
    assert "cannot be used as the database" in printed
    assert "Traceback" not in printed


def test_a_message_that_is_refused_makes_check_fail(filled: Monitor, site: Site) -> None:
    site.put("/pact-2", PAGE.replace("Alderon", "Cedrus"))
    site.put_feed("/feed", ("/pact-2", "Pact"))
    site.failing["/nowhere"] = 404
    filled.configure(routes=f'[[routes]]\nname = "hook"\nurl = "slack+{site.url("/nowhere")}"')
    filled.run("check", "--no-revisit", expect=1)
    filled.run("check", "--no-revisit")


def test_a_name_that_looks_like_markup_is_plain_text_on_a_terminal(monitor: Monitor, site: Site) -> None:
    site.put_feed("/feed")
    monitor.allow(site.address)
    monitor.configure(sources=f'[[sources]]\nname = "w [/x]"\nkind = "feed"\nurl = "{site.url("/feed")}"')
    monitor.environment |= {"FORCE_COLOR": "1"}  # rich takes standard error for a terminal
    monitor.run("check", "--no-revisit")
    assert monitor.ask("sources")[0]["state"]["succeeded_at"]


def test_a_source_is_found_sampled_and_added(monitor: Monitor, site: Site) -> None:
    monitor.allow(site.address)
    site.put("/", '<html><head><link rel="alternate" type="application/rss+xml" href="/feed"></head><p>News</p></html>')
    site.put("/pact", PAGE)
    site.put_feed("/feed", ("/pact", "Alderon and Birchway form partnership"))
    told = monitor.run("sources", "add", site.url("/"), "--dry-run")
    assert "Alderon and Birchway form partnership" in told
    assert f'url = "{site.url("/feed")}"' in told
    assert not (monitor.folder / "sources.toml").exists()
    monitor.run("sources", "add", site.url("/"), "--name", "the wire")
    (added,) = monitor.ask("sources")
    assert (added["source"]["name"], added["source"]["kind"]) == ("the wire", "feed")
    assert "has this address already" in monitor.run("sources", "add", site.url("/"), expect=2)
    monitor.run("check", "the wire")
    (added,) = monitor.ask("sources")
    assert added["state"]["articles"] == 1


def test_adding_a_source_follows_a_link_and_keeps_who_may_read_the_file(monitor: Monitor, site: Site) -> None:
    monitor.allow(site.address)
    site.put_feed("/feed", ("/pact", "Alderon and Birchway form partnership"))
    shared = monitor.folder.parent / "shared.toml"
    shared.write_text("# ours\n", encoding="utf-8")
    shared.chmod(0o600)
    (monitor.folder / "sources.toml").symlink_to(shared)
    monitor.run("sources", "add", site.url("/feed"))
    assert (monitor.folder / "sources.toml").is_symlink()
    assert shared.read_text(encoding="utf-8").startswith("# ours\n\n[[sources]]")
    assert shared.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("name", ["", " ", "two\nlines", "\udcff"])
def test_a_name_that_cannot_be_shown_is_refused(monitor: Monitor, site: Site, name: str) -> None:
    assert "printable" in monitor.run("sources", "add", site.url("/feed"), "--name", name, expect=2)


def test_what_offers_no_source_changes_nothing(monitor: Monitor, site: Site) -> None:
    monitor.allow(site.address)
    site.put("/", "<p>Nothing here</p>")
    monitor.configure(sources="# mine\n")
    assert "nothing found" in monitor.run("sources", "add", site.url("/"), expect=1)
    assert (monitor.folder / "sources.toml").read_text(encoding="utf-8") == "# mine\n"


def test_rules_are_listed_with_the_events_they_told(filled: Monitor) -> None:
    rules = {rule["name"]: rule for rule in json.loads(filled.run("rules", "list", "--all", "--json"))}
    assert sum(rule["events"] for rule in rules.values()) == 1
    assert rules["ends-tie"]["events"] == 0
    assert "built-in rules more with --all" in filled.run("rules", "list")


def test_rules_are_tested_and_a_failing_one_is_named(monitor: Monitor) -> None:
    assert "0 failed" in monitor.run("rules", "test")
    monitor.configure(
        rules='[[rules]]\nname = "mine"\ntype = "expansion"\nmatch = "pact"\ntests.hit = ["nothing of it"]\n'
    )
    told = monitor.run("rules", "test", expect=1)
    assert "rule 'mine' finds nothing in its own test 'nothing of it'" in told
    assert "1 failed" in told


def test_a_rule_is_explained_on_a_file_and_on_an_article_of_the_history(filled: Monitor, page: Path) -> None:
    for where in (str(page), "1"):
        told = filled.run("rules", "explain", "signs-tie", where)
        assert "fires: new_partnership (confirmed)" in told
        assert "formed a partnership" in told
    explanation = json.loads(filled.run("rules", "explain", "ends-tie", "1", "--json"))
    assert explanation["verdict"] == "does not match: 1 of 2 conditions held"
    for number in ("99", "9" * 30):
        assert f"no article has the id {number}" in filled.run("rules", "explain", "ends-tie", number, expect=1)
    assert "did you mean 'ends-tie'" in filled.run("rules", "explain", "end-tie", "1", expect=2)


def test_a_google_alert_is_imported_as_a_rule_that_loads(monitor: Monitor) -> None:
    rule = monitor.run("rules", "import", "Alderon (pact OR venture) -jobs", "--type", "joint_venture")
    monitor.configure(rules=rule)
    assert "fine" in monitor.run("config", "check")
    listed = json.loads(monitor.run("rules", "import", "Alderon AROUND(5) pact", "--json"))
    assert (listed["match"], listed["tests"]["hit"]) == ("(Alderon NEAR/5 pact)", ["Alderon pact."])
    assert tomllib.loads(listed["toml"])["rules"][0]["name"] == listed["name"]
    assert "not closed" in monitor.run("rules", "import", "(Alderon", expect=2)


def test_articles_that_rules_missed_are_listed(monitor: Monitor, site: Site) -> None:
    text = "Alderon and Birchway, whose joint venture is ten years old, both reported higher profit for the quarter."
    site.put("/old", f"<html><head><title>Profit</title></head><body><article><p>{text}</p></article></body></html>")
    site.put_feed("/feed", ("/old", "Profit"))
    monitor.allow(site.address)
    monitor.configure(
        sources=f'[[sources]]\nname = "wire"\nkind = "feed"\nbaseline = false\nurl = "{site.url("/feed")}"',
        companies='[[companies]]\nname = "Alderon"\n[[companies]]\nname = "Birchway"\n',
    )
    monitor.run("check")
    assert [miss["sentence"] for miss in json.loads(monitor.run("rules", "misses", "--json"))] == [text]
    assert "1 of 1 articles" in monitor.run("rules", "misses")


def test_two_companies_are_shown_with_the_steps_of_their_relation(filled: Monitor) -> None:
    told = filled.run("relations", "Alderon", "Birchway")
    assert "none → active confirmed" in told
    assert "“Alderon and Birchway form partnership”" in told
    (relation,) = filled.ask("relations", "Alderon", "Birchway")
    assert [(step["before"], step["after"]) for step in relation["transitions"]] == [("none", "active")]


def test_the_ledger_of_an_earlier_day_knows_nothing_of_later_articles(filled: Monitor) -> None:
    assert '"Alderon" -- "Birchway" [label="' in filled.run("relations", "--dot")
    assert filled.ask("relations", "--at", "2020-01-01") == []
    assert len(filled.ask("relations", "--at", "2099-12-31")) == 1
    assert "a day as 2026-05-01" in filled.run("relations", "--at", "yesterday", expect=2)


def test_what_is_said_of_alerts_gives_the_precision_of_their_rules(filled: Monitor) -> None:
    assert "no alert was judged yet" in filled.run("feedback")
    assert filled.ask("feedback", "1", "late") == {"alert": 1, "judgement": "late"}
    (rule,) = filled.ask("feedback")["rule"]
    assert (rule["right"], rule["judged"], rule["late"]) == (1, 1, 1)
    assert "1.00 (0.21 to 1.00) of 1" in filled.run("feedback")
    filled.run("feedback", "1", "--undo")
    filled.run("feedback", "1", expect=2)
    assert "no alert has the number 99" in filled.run("feedback", "99", "right", expect=1)
