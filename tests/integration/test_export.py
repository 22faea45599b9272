"""The history as files: rows in a stream, filtered, in each format."""

import csv
import io
import json
import sqlite3
import tracemalloc
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from monitor.cli.formats import WRITERS, Format
from monitor.models import Article, ArticleFilter, Event, EventType, Evidence, Field, Modality, Novelty, Participant
from monitor.store import Session, Store, articles, export, news
from monitor.store.export import Kind

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)


def add_alert(session: Session, number: int, *names: str, kind: EventType, modality: Modality, at: datetime) -> None:
    article = Article(
        url=f"https://a.example/{number}", title=f"={number}+1", text="Pact.", authors=("Ina",), published_at=at
    )
    stored = articles.add_article(session, article, source=f"wire-{number}", digest=str(number), now=at)
    event = Event(
        type=kind,
        participants=tuple(Participant(name=name) for name in names),
        modality=modality,
        evidence=Evidence(field=Field.TEXT, start=0, end=5, sentence="Pact."),
        rule="rule",
        effective_on=date(2027, 1, 1),
    )
    story = news.open_story(session, at)
    told = news.add_event(session, event, stored=stored, story_id=story, novelty=Novelty.NEW_STORY, now=at)
    news.add_alert(session, [told], stored=stored, story_id=story, novelty=Novelty.NEW_STORY, now=at)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened = Store(tmp_path_factory.mktemp("export") / "monitor.db")
    with opened.write() as session:
        add_alert(
            session, 1, "Alderon, Inc.", "Birchway", kind=EventType.TERMINATION, modality=Modality.CONFIRMED, at=NOW
        )
        later = NOW + timedelta(days=1)
        add_alert(session, 2, "Cedrus", "Dunmore", kind=EventType.DISPUTE, modality=Modality.REPORTED, at=later)
        plain = Article(url="https://a.example/3", title="No news", text="Nothing.", published_at=later)
        articles.add_article(session, plain, source="wire-3", digest="3", now=later)
    yield opened
    opened.close()


def read_all(store: Store, kind: Kind, wanted: ArticleFilter | None = None) -> list[dict[str, Any]]:
    with store.read() as session:
        return [row for rows in export.read_rows(session, kind, wanted or ArticleFilter()) for row in rows]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (ArticleFilter(), {1, 2, 3}),
        (ArticleFilter(company="alderon"), {1}),
        (ArticleFilter(type=EventType.DISPUTE), {2}),
        (ArticleFilter(modality=Modality.CONFIRMED), {1}),
        (ArticleFilter(source="wire-2"), {2}),
        (ArticleFilter(since=NOW + timedelta(seconds=1)), {2, 3}),
        (ArticleFilter(since=NOW, until=NOW + timedelta(hours=1)), {1}),
        (ArticleFilter(company="cedrus", type=EventType.TERMINATION), set()),
    ],
)
@pytest.mark.parametrize("kind", Kind)
def test_every_kind_is_filtered_alike(store: Store, kind: Kind, wanted: ArticleFilter, found: set[int]) -> None:
    rows = read_all(store, kind, wanted)
    if kind is not Kind.ARTICLES:
        found = found - {3}
    assert {row["id" if kind is Kind.ARTICLES else "article_id"] for row in rows} == found
    with store.read() as session:
        assert export.count_rows(session, kind, wanted) == len(rows)
        assert all(list(row) == export.list_columns(session, kind) for row in rows)


def write(store: Store, kind: Kind, form: Format) -> bytes:
    stream = io.BytesIO()
    rows = read_all(store, kind)
    writer = WRITERS[form](stream, list(rows[0]))
    writer.write(rows[:1])
    writer.write(rows[1:])
    writer.close()
    return stream.getvalue()


def test_csv_has_no_cell_that_a_spreadsheet_runs(store: Store) -> None:
    rows = list(csv.DictReader(io.StringIO(write(store, Kind.ALERTS, Format.CSV).decode())))
    assert [row["title"] for row in rows] == ["'=1+1", "'=2+1"]
    assert (rows[0]["companies"], rows[0]["id"], rows[0]["subject"]) == ("Alderon, Inc.; Birchway", "1", "")


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@a", "\t=1", "\r=1", "\n=1", " =1", "＝1", "＠a"])
def test_whatever_begins_a_formula_is_quoted(cell: str) -> None:
    stream = io.BytesIO()
    WRITERS[Format.CSV](stream, ["title", "companies"]).write([{"title": cell, "companies": [cell, "x"]}])
    (row,) = list(csv.reader(io.StringIO(stream.getvalue().decode(), newline="")))[1:]
    assert [value[0] for value in row] == ["'", "'"]


def test_json_lines_hold_what_the_views_hold(store: Store) -> None:
    for kind in Kind:
        assert [json.loads(line) for line in write(store, kind, Format.JSONL).splitlines()] == read_all(store, kind)


@pytest.mark.parametrize("kind", Kind)
def test_parquet_has_types_and_the_same_values(store: Store, kind: Kind) -> None:
    table = pq.read_table(io.BytesIO(write(store, kind, Format.PARQUET)))
    types = {field.name: field.type for field in table.schema}
    for name, value in read_all(store, kind)[0].items():
        if name.endswith("_at") or name == "since":
            assert pa.types.is_timestamp(types[name])
        elif name.startswith("is_"):
            assert types[name] == pa.bool_()
        elif isinstance(value, int):
            assert types[name] == pa.int64()
        elif isinstance(value, list):
            assert types[name] == pa.list_(pa.string())
    assert [row["article_id" if kind is not Kind.ARTICLES else "id"] for row in table.to_pylist()] == [
        row["article_id" if kind is not Kind.ARTICLES else "id"] for row in read_all(store, kind)
    ]


def test_parquet_days_and_times_are_those_of_the_event(store: Store) -> None:
    (first, _) = pq.read_table(io.BytesIO(write(store, Kind.EVENTS, Format.PARQUET))).to_pylist()
    assert (first["effective_on"], first["detected_at"], first["is_current"]) == (date(2027, 1, 1), NOW, True)


def test_one_sqlite_file_holds_all_kinds_under_plain_names(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "all.sqlite"
    with store.read() as session:
        export.write_sqlite(
            path,
            [
                (kind, export.list_columns(session, kind), export.read_rows(session, kind, ArticleFilter()))
                for kind in Kind
            ],
        )
    with closing(sqlite3.connect(path)) as connection:
        counts = {kind: connection.execute(f"SELECT count(*) FROM {kind}").fetchone()[0] for kind in Kind}  # noqa: S608 - ours
        (companies,) = connection.execute("SELECT companies FROM alerts WHERE id = 1").fetchone()
    assert counts == {Kind.ALERTS: 2, Kind.EVENTS: 2, Kind.RELATIONS: 2, Kind.ARTICLES: 3}
    assert json.loads(companies) == ["Alderon, Inc.", "Birchway"]


def test_a_long_history_is_read_in_little_memory(tmp_path: Path) -> None:
    with closing(Store(tmp_path / "monitor.db")) as store:
        with store.write() as session:
            for number in range(2_000):
                article = Article(url=f"https://a.example/{number}", title="Title", text=f"{number} " * 5_000)
                articles.add_article(session, article, source="wire", digest=str(number), now=NOW)
                session.expunge_all()
        size = store.path.stat().st_size
        tracemalloc.start()
        with store.read() as session:
            written = 0
            for rows in export.read_rows(session, Kind.ARTICLES, ArticleFilter()):
                written += len(rows)
                writer = WRITERS[Format.CSV](io.BytesIO(), [])
                writer.write(rows)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert written == 2_000
    assert peak < size / 2
