"""The history on a terminal: listed, filtered, paged, read, in the reader's time zone."""

import json
import os
import subprocess
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.models import Article, Event, EventType, Evidence, Field, Modality, Novelty, Participant, RelationState
from monitor.store import Session, Store, articles, news
from monitor.store.seek import MAX_ARTICLES
from tests.e2e.conftest import COMMAND, Monitor

START = datetime(2026, 5, 4, 23, 30, tzinfo=UTC)


def add_alert(
    session: Session, number: int, *names: str, kind: EventType = EventType.TERMINATION, story_id: int | None = None
) -> int:
    """Store an article with its event and alert, a day after the one before; return its story."""
    at = START + timedelta(days=number)
    sentence = f"{' and '.join(names)} part."
    article = Article(
        url=f"https://a.example/{number}", title=f"News {number}", text=f"Before. {sentence} After.", published_at=at
    )
    stored = articles.add_article(session, article, source=f"wire-{number % 2}", digest=str(number), now=at)
    event = Event(
        type=kind,
        participants=tuple(Participant(name=name) for name in names),
        modality=Modality.CONFIRMED if number % 2 else Modality.REPORTED,
        evidence=Evidence(field=Field.TEXT, start=8, end=8 + len(sentence), sentence=sentence),
        rule="ends-tie",
        subject="cloud",
    )
    story = story_id or news.open_story(session, at)
    told = news.add_event(session, event, stored=stored, story_id=story, novelty=Novelty.NEW_STORY, now=at)
    move = (RelationState.ACTIVE, RelationState.ENDED)
    news.add_alert(session, {told: move}, stored=stored, story_id=story, novelty=Novelty.NEW_STORY, now=at)
    return story


@pytest.fixture
def filled(monitor: Monitor) -> Monitor:
    with closing(Store(monitor.database)) as store, store.write() as session:
        story = add_alert(session, 1, "Alderon", "Birchway")
        add_alert(session, 2, "Alderon", "Birchway", story_id=story)
        add_alert(session, 3, "Cedrus", "Dunmore", kind=EventType.DISPUTE)
    return monitor


def list_ids(monitor: Monitor, *arguments: str) -> list[int]:
    return [alert["id"] for alert in monitor.ask("history", *arguments)]


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        ((), [3, 2, 1]),
        (("Birchway",), [2, 1]),
        (("--type", "dispute"), [3]),
        (("--modality", "confirmed"), [3, 1]),
        (("--source", "wire-0"), [2]),
        (("--since", "2026-05-07"), [3]),
        (("--until", "2026-05-06"), [2, 1]),
        (("--since", "2026-05-06", "--until", "2026-05-06"), [2]),
        (("--before", "3", "--limit", "1"), [2]),
        (("Alderon", "--type", "dispute"), []),
    ],
)
def test_alerts_are_filtered_and_paged(filled: Monitor, arguments: tuple[str, ...], wanted: list[int]) -> None:
    filled.environment["TZ"] = "UTC"
    assert list_ids(filled, *arguments) == wanted


def test_all_alerts_of_an_acknowledged_story_are_known_until_it_has_news(filled: Monitor) -> None:
    filled.ask("ack", "1")
    assert list_ids(filled, "--standing", "acknowledged") == [2, 1]
    assert "severity normal · acknowledged" in filled.run("show", "--alert", "1")
    with closing(Store(filled.database)) as store, store.write() as session:
        news.acknowledge_story(session, 1, START + timedelta(days=1, hours=1))
    assert list_ids(filled, "--standing", "unread") == [3, 2]
    filled.ask("ack", "1", "--undo")
    assert list_ids(filled, "--standing", "unread") == [3, 2, 1]


def test_a_full_list_says_how_to_go_on(filled: Monitor) -> None:
    assert "older ones: --before 2" in filled.run("history", "--limit", "2")
    assert "older ones" not in filled.run("history")
    assert "older ones: --before 3" in filled.run("search", "part", "--limit", "1")
    assert [one["article"]["id"] for one in filled.ask("search", "part", "--before", "3")] == [2, 1]
    assert [one["article"]["id"] for one in filled.ask("search", "part", "--company", "Cedrus")] == [3]


def test_a_search_needs_words_or_a_filter(filled: Monitor) -> None:
    for nothing in ((), ("",), (" ",), ("--company", "")):
        assert "say what to look for" in " ".join(filled.run("search", *nothing, expect=2).split())
    assert [one["article"]["id"] for one in filled.ask("search", "", "--company", "Cedrus")] == [3]
    assert "column" in filled.run("search", "title: (", expect=2)
    assert "nothing found" in filled.run("search", "zebra", expect=1)


def test_a_search_that_did_not_come_to_its_end_does_not_say_that_there_is_nothing(filled: Monitor) -> None:
    with closing(Store(filled.database)) as store, store.write() as session:
        for number in range(10, MAX_ARTICLES + 11):
            article = Article(url=f"https://a.example/{number}", title="Rain", text="It rains.")
            articles.add_article(session, article, source="wire", digest=str(number), now=START)
    told = filled.run("search", "rain* AND NOT title: rain", expect=1)
    assert "for older ones: --before" in told
    assert "nothing found" not in told
    assert "no article" not in told


def test_an_alert_is_read_with_its_evidence_and_who_else_tells_it(filled: Monitor) -> None:
    told = filled.run("show", "--alert", "1")
    assert "“Alderon and Birchway part.”" in told
    assert "active → ended" in told
    assert "termination confirmed Alderon, Birchway · cloud (rule ends-tie)" in told
    assert "also in story 1" in told
    assert "wire-0: News 2" in told
    answer = filled.ask("show", "--alert", "1")
    assert (answer["alert"]["id"], [one["article_id"] for one in answer["story"]]) == (1, [1, 2])
    assert "also in story" not in filled.run("show", "--alert", "3")
    assert "no alert has the id 9" in filled.run("show", "--alert", "9", expect=1)


def test_times_are_told_and_taken_in_the_zone_of_the_reader(filled: Monitor) -> None:
    filled.environment["TZ"] = "UTC"
    assert "2026-05-05 23:30" in filled.run("history", "--until", "2026-05-05")
    assert "2026-05-06 01:30" in filled.run("--zone", "Europe/Berlin", "history", "--since", "2026-05-06")
    assert list_ids(filled, "--until", "2026-05-05") == [1]
    filled.configure(monitor='[history]\nzone = "Asia/Tokyo"')
    assert list_ids(filled, "--until", "2026-05-05") == []
    assert list_ids(filled, "--until", "2026-05-05T23:31+00:00") == [1]
    assert "2026-05-06 08:30" in filled.run("show", "1")


@pytest.mark.parametrize("name", ["Mars/Olympus", "../etc/passwd", "/etc/localtime", "Europe"])
def test_a_zone_that_is_none_is_told(filled: Monitor, name: str) -> None:
    assert "is no time zone" in " ".join(filled.run("--zone", name, "history", expect=2).split())
    filled.configure(monitor=f'[history]\nzone = "{name}"')
    assert "monitor.toml: history.zone" in filled.run("history", expect=2)


def complete(*words: str, shell: str = "bash") -> list[str]:
    """Return what the shell would offer after these words."""
    environment = os.environ | {
        "_MONITOR_COMPLETE": f"complete_{shell}",
        "COMP_WORDS": " ".join(words),
        "COMP_CWORD": str(len(words) - 1),
    }
    done = subprocess.run(COMMAND, env=environment, capture_output=True, text=True, check=True)  # noqa: S603 - ours
    return done.stdout.split()


def test_the_shell_completes_commands_options_and_values() -> None:
    assert complete("monitor", "his") == ["history"]
    assert "--since" in complete("monitor", "history", "--")
    assert "termination" in complete("monitor", "history", "--type", "term")
    assert "db" not in complete("monitor", "rel")


def test_completion_can_be_shown_for_a_shell(tmp_path: Path) -> None:
    environment = os.environ | {"HOME": str(tmp_path), "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}
    done = subprocess.run(  # noqa: S603 - our own command
        [*COMMAND, "--show-completion", "bash"], env=environment, capture_output=True, text=True, check=True
    )
    assert "complete_bash" in done.stdout


def test_json_holds_nothing_that_a_terminal_obeys(monitor: Monitor) -> None:
    name = "Al\x9b31mder\u202e\x1b[2J\u200b"
    with closing(Store(monitor.database)) as store, store.write() as session:
        add_alert(session, 1, name, "Birchway")
    printed = monitor.run("history", "--json")
    assert printed.replace("\n", "").isprintable()
    assert json.loads(printed)[0]["events"][0]["participants"][0]["name"] == name
