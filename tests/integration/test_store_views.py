"""What people see who open the database themselves: the views, and that the documents describe all of it."""

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.models import Article, Event, EventType, Evidence, Field, Judgement, Modality, Novelty, Participant
from monitor.store import Session, Store, articles, feedback, history, news
from monitor.track import fold_relations

ROOT = Path(__file__).parents[2]
SCHEMA = (ROOT / "deploy" / "schema.md").read_text(encoding="utf-8")
DATASETTE: dict[str, Any] = json.loads((ROOT / "deploy" / "datasette.json").read_text(encoding="utf-8"))
NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
EVENT = Event(
    type=EventType.NEW_PARTNERSHIP,
    participants=(Participant(name="Alderon, Inc."), Participant(name="Birchway")),
    modality=Modality.CONFIRMED,
    evidence=Evidence(field=Field.TEXT, start=0, end=4, sentence="Pact"),
    rule="rule",
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened = Store(tmp_path_factory.mktemp("views") / "monitor.db")
    with opened.write() as session:
        add_alert(session, 1, EVENT, at=NOW)
        feedback.record_judgement(session, 1, Judgement.LATE, NOW)
    yield opened
    opened.close()


def add_alert(session: Session, number: int, *told: Event, at: datetime) -> None:
    article = Article(url=f"https://a.example/{number}", title="Title", text="Pact of two.", published_at=at)
    stored = articles.add_article(session, article, source="wire", digest=str(number), now=at)
    story = news.open_story(session, at)
    ids = [
        news.add_event(session, one, stored=stored, story_id=story, novelty=Novelty.NEW_STORY, now=at) for one in told
    ]
    news.add_alert(session, ids, stored=stored, story_id=story, novelty=Novelty.NEW_STORY, now=at)


def ask(path: Path, query: str, **values: object) -> list[dict[str, Any]]:
    """Ask the database as anybody may: with nothing of ours."""
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(query, values)]


def list_schema(path: Path) -> dict[str, list[str]]:
    """Return the columns of each table and view."""
    names = [row["name"] for row in ask(path, "SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")]
    return {name: [row["name"] for row in ask(path, f'PRAGMA table_info("{name}")')] for name in names}


def test_the_document_describes_every_table_view_and_column(store: Store) -> None:
    missing = []
    for name, columns in list_schema(store.path).items():
        headings = [part for part in SCHEMA.split("\n### ")[1:] if f"`{name}`" in part]
        is_inner = name.startswith("articles_fts_")
        told = "\n".join(part for part in headings if is_inner or re.match(rf"[^:\n]*`{name}`", part))
        missing += [name] if not told else []
        missing += [f"{name}.{column}" for column in columns if f"`{column}`" not in told and not is_inner]
    assert missing == []


def test_the_document_names_nothing_that_is_not_there(store: Store) -> None:
    schema = list_schema(store.path)
    for part in SCHEMA.split("\n### ")[1:]:
        names = re.findall(r"`(\w+)`", part.partition("\n")[0])
        assert [name for name in names if name not in schema] == []
        rows = re.findall(r"^\| (`.*?) \|", part, re.MULTILINE)
        columns = [column for row in rows for column in re.findall(r"`(\w+)`", row)]
        assert [column for column in columns if column not in schema[names[0]]] == []


def test_the_examples_of_the_document_run(store: Store) -> None:
    examples = re.findall(r'monitor\.db "(SELECT .*?)"', SCHEMA) + re.findall(
        r"^    (SELECT .*);$", SCHEMA, re.MULTILINE
    )
    assert len(examples) == 4
    for example in examples:
        ask(store.path, example)


def test_datasette_is_told_of_tables_and_columns_that_exist(store: Store) -> None:
    schema = list_schema(store.path)
    wrong = []
    for name, facts in DATASETTE["databases"]["monitor"]["tables"].items():
        facets = [one if isinstance(one, str) else one["array"] for one in facts.get("facets", [])]
        columns = [*facets, *(facts[key] for key in ("sort_desc", "label_column", "fts_pk") if key in facts)]
        wrong += [f"{name}.{column}" for column in columns if column not in schema.get(name, [])]
        wrong += [name] if name not in schema or facts.get("fts_table", name) not in schema else []
    assert wrong == []


@pytest.mark.parametrize("name", DATASETTE["databases"]["monitor"]["queries"])
def test_the_queries_for_datasette_find_something(store: Store, name: str) -> None:
    query = DATASETTE["databases"]["monitor"]["queries"][name]["sql"]
    assert ask(store.path, query, company="Alder", partner="Birch")


def test_an_alert_is_readable_by_itself(store: Store) -> None:
    (alert,) = ask(store.path, "SELECT * FROM alerts_view")
    assert json.loads(alert["companies"]) == ["Alderon, Inc.", "Birchway"]
    assert (alert["created_at"], alert["type"], alert["sentence"]) == (
        "2026-05-04T09:00:00Z",
        "new_partnership",
        "Pact",
    )
    assert (alert["events"], alert["judgement"], alert["acknowledged_at"]) == (1, "late", None)


_NAMES = ("Alder", "Birch", "Cedar", "Alder Motors", "Alder Motors Spain", "Alder Bank", "Birch Labs", "Birchway")
_EVENTS = st.lists(
    st.builds(
        lambda kind, modality, names, subject, hours: (
            replace(
                EVENT,
                type=kind,
                modality=modality,
                participants=tuple(Participant(name=name) for name in names),
                subject=subject,
            ),
            NOW + timedelta(hours=hours),
        ),
        st.sampled_from(EventType),
        st.sampled_from(Modality),
        st.lists(st.sampled_from(_NAMES), min_size=1, max_size=4, unique=True),
        st.sampled_from([None, "cloud", "Cloud"]),
        st.integers(0, 5),
    ),
    max_size=12,
)


@given(told=_EVENTS)
@settings(max_examples=60, deadline=None)
def test_the_relations_are_those_of_the_ledger(tmp_path_factory: pytest.TempPathFactory, told: Any) -> None:
    with closing(Store(tmp_path_factory.mktemp("ledger") / "monitor.db")) as store:
        with store.write() as session:
            for number, (event, at) in enumerate(told):
                add_alert(session, number, event, at=at)
        with store.read() as session:
            wanted = fold_relations(history.dated_events(session))
        seen = ask(store.path, "SELECT * FROM relations")
    assert {
        (one["company"], one["partner"], (one["subject"] or "").lower(), one["state"], one["since"]) for one in seen
    } == {
        (*one.companies, (one.subject or "").lower(), one.state.value, f"{one.since:%Y-%m-%dT%H:%M:%SZ}")
        for one in wanted
    }
    assert len(seen) == len(wanted)


def list_pairs(path: Path, *names: tuple[str, ...]) -> set[tuple[str, str]]:
    """Return the pairs of the relations that events tell, each of so many names."""
    with closing(Store(path)) as store:
        with store.write() as session:
            for number, told in enumerate(names):
                participants = tuple(Participant(name=name) for name in told)
                add_alert(session, number, replace(EVENT, participants=participants), at=NOW)
        return {(row["company"], row["partner"]) for row in ask(store.path, "SELECT * FROM relations")}


def test_a_company_and_its_short_name_are_no_pair_and_one_company(tmp_path: Path) -> None:
    pairs = list_pairs(tmp_path / "monitor.db", ("Alder", "Alder Motors", "Alderon"))
    assert pairs == {("Alder Motors", "Alderon")}


def test_a_short_name_of_two_companies_stands_for_itself(tmp_path: Path) -> None:
    told = ("Alder", "Birchway"), ("Alder Motors", "Birchway"), ("Alder Bank", "Birchway")
    assert list_pairs(tmp_path / "monitor.db", *told) == set(told)
