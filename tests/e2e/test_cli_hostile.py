"""Other people's hostile strings on a terminal, from every place that a stranger can write to: shown, not obeyed."""

import json
import re
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.models import (
    Article,
    Event,
    EventType,
    Evidence,
    Field,
    Modality,
    Novelty,
    Participant,
    StoredArticle,
    Stripped,
    StripReason,
)
from monitor.store import Session, Store, articles, deliveries, news, sources
from tests.bench.hostile_material import SHARED
from tests.bench.hostile_page import read_strings
from tests.e2e.conftest import Monitor

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
OWN = (
    "\x1b]0;title\x07",
    "\x9b31mred",
    "\x1b[2J\x1b[H",
    "a\rb",
    "\u202egnp.exe",
    "[red]red[/red]",
    "\x00\x08\x7f",
    "\u2066a",
)
_STYLE = re.compile(r"\x1b\[[0-9;]*m")
_MAX_CHARS = 200


def make_event(text: str) -> Event:
    return Event(
        type=EventType.TERMINATION,
        participants=(Participant(name=text), Participant(name=f"Birchway {text}")),
        modality=Modality.CONFIRMED,
        evidence=Evidence(field=Field.TEXT, start=0, end=len(text), sentence=text),
        rule=text,
        subject=text,
    )


def add_article(session: Session, number: int, text: str, title: str) -> StoredArticle:
    article = Article(
        url=f"https://a.example/{number}",
        title=title,
        text=text,
        authors=(title,),
        site_name=title,
        section=title,
        stripped=(Stripped(text=title, reason=StripReason.WORDING, where=title),),
    )
    return articles.add_article(session, article, source=title, digest=str(number), now=NOW)


def tell(session: Session, stored: StoredArticle, events: Sequence[Event], story: int) -> None:
    ids = [
        news.add_event(session, event, stored=stored, story_id=story, novelty=Novelty.NEW_STORY, now=NOW)
        for event in events
    ]
    alert = news.add_alert(session, ids, stored=stored, story_id=story, novelty=Novelty.NEW_STORY, now=NOW)
    title = stored.article.title
    deliveries.add_delivery(session, alert, route=title, target=title, group=title, due_at=NOW)


@pytest.fixture(scope="module")
def strings() -> list[str]:
    if not SHARED.is_dir():
        pytest.skip("the shared material is not here")
    return [*OWN, *(text[:_MAX_CHARS] for text in read_strings())]


@pytest.fixture(scope="module")
def database(strings: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A history in which every string is title, text, company, subject, rule, source, error, route and target."""
    path = tmp_path_factory.mktemp("hostile") / "monitor.db"
    with closing(Store(path)) as store, store.write() as session:
        everything = add_article(session, 0, "\n".join(strings), "Everything")
        story = news.open_story(session, NOW)
        tell(session, everything, [make_event(text) for text in strings], story)
        for number, text in enumerate(strings, 1):
            stored = add_article(session, number, f"zebra {text}", text)
            tell(session, stored, [make_event(text)], story if number < 100 else news.open_story(session, NOW))
            sources.record_failure(session, text, NOW, error=text, not_before=None)
        session.connection().exec_driver_sql("UPDATE deliveries SET state = 'dead', last_error = target")
    return path


COMMANDS = (
    ("history", "--limit", "20000"),
    ("search", "zebra", "--limit", "20000"),
    ("show", "1"),
    ("show", "--alert", "1"),
    ("relations",),
    ("relations", "--dot"),
    ("relations", "Birchway", "title"),
    ("stats", "--since", "2026-01-01"),
    ("deliveries", "--limit", "20000"),
    ("feedback",),
)


def assert_tame(printed: str, command: Sequence[str]) -> None:
    obeyed = {char for char in printed if not char.isprintable() and char != "\n"}
    assert obeyed == set(), command


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_nothing_that_a_terminal_obeys_is_printed(monitor: Monitor, database: Path, command: tuple[str, ...]) -> None:
    monitor.environment |= {"COLUMNS": "300", "TERM": "xterm-256color"}
    monitor.database = database
    printed = monitor.run(*command)
    assert len(printed) > 30
    assert_tame(printed, command)


@pytest.mark.parametrize("command", COMMANDS[:4], ids=" ".join)
def test_with_colours_there_are_only_ours(monitor: Monitor, database: Path, command: tuple[str, ...]) -> None:
    monitor.environment |= {"COLUMNS": "300", "TERM": "xterm-256color", "FORCE_COLOR": "1"}
    monitor.database = database
    printed = monitor.run(*command)
    assert _STYLE.search(printed)
    assert_tame(_STYLE.sub("", printed), command)
    assert "[red]red[/red]" in _STYLE.sub("", printed)


@pytest.mark.parametrize(
    "command", [("history", "--limit", "20000"), ("show", "1"), ("show", "--alert", "1")], ids=" ".join
)
def test_json_is_tame_and_the_same(
    monitor: Monitor, database: Path, strings: list[str], command: tuple[str, ...]
) -> None:
    monitor.database = database
    printed = monitor.run(*command, "--json")
    assert_tame(printed, command)
    told = json.loads(printed)
    events = told[-1]["events"] if isinstance(told, list) else told.get("events") or told["alert"]["events"]
    assert [event["evidence"]["sentence"] for event in events] == strings
