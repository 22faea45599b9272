"""Databases of every earlier schema: brought up to date with what they hold."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, inspect

from monitor.errors import StoreError
from monitor.models import DeliveryState
from monitor.store import Store, deliveries, history, news, sources
from monitor.store.database import MIGRATIONS
from monitor.store.views import VIEWS
from tests.conftest import find_stored

EARLIER = sorted(file.stem.split("_")[0] for file in (MIGRATIONS / "versions").glob("[0-9]*.py"))[:-1]
AT = "2026-01-01 00:00:00.000000"
ROWS: dict[str, dict[str, object]] = {
    "articles": {
        "id": 1, "url": "https://a.example/1", "source": "wire", "title": "Old", "text": "Alderon and Birchway part.",
        "text_digest": "d", "authors": '["Ina Marsh"]', "first_seen_at": AT, "stored_at": AT, "version": 2,
        "stripped": "[]", "is_published_day_only": 0, "tickers": '["ALD"]',
    },
    "article_versions": {
        "article_id": 1, "version": 1, "title": "Older", "text": "Alderon and Birchway talk.", "stored_at": AT,
    },
    "stories": {"id": 1, "opened_at": AT, "updated_at": AT},
    "events": {
        "id": 1, "article_id": 1, "article_version": 2, "story_id": 1, "type": "termination", "modality": "confirmed",
        "severity": "high", "rule": "ends-tie", "tags": "[]", "sentence": "Alderon and Birchway part.", "field": "text",
        "sentence_start": 0, "sentence_end": 26, "novelty": "new story", "detected_at": AT,
    },
    "alerts": {
        "id": 1, "story_id": 1, "article_id": 1, "novelty": "new story", "severity": "high", "created_at": AT,
    },
    "alert_events": {"alert_id": 1, "position": 0, "event_id": 1},
    "deliveries": {
        "id": 1, "alert_id": 1, "route": "desk", "target": "desk", "group": "alert 1", "reminder": 0, "state": "dead",
        "due_at": AT, "attempts": 12, "last_error": "gone",
    },
    "links": {
        "url": "https://a.example/1", "source": "wire", "state": "stored", "article_id": 1, "seen_at": AT,
        "is_baseline": 0, "attempts": 0, "published_certainty": "exact",
    },
    "sources": {"name": "wire", "is_baselined": 1, "failures": 3, "last_error": "status: 503", "condition": "fine"},
}  # fmt: skip
"""What a monitor of any version has written, so far as its tables have these columns."""
PARTICIPANTS = [(1, 0, "Alderon", "alderon", 1), (1, 1, "Birchway", "birchway", 0)]


def make_old(path: Path, version: str) -> None:
    """Write a database of an earlier schema, with a row of each kind."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, version)
    with engine.begin() as connection:
        for table, values in ROWS.items():
            columns = {column["name"] for column in inspect(connection).get_columns(table)}
            known = {name: value for name, value in values.items() if name in columns}
            names, marks = ", ".join(f'"{name}"' for name in known), ", ".join("?" * len(known))
            connection.exec_driver_sql(f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(known.values()))  # noqa: S608 - ours
        connection.exec_driver_sql("INSERT INTO participants VALUES (?, ?, ?, ?, ?)", PARTICIPANTS)
    engine.dispose()


@pytest.mark.parametrize("version", EARLIER)
def test_a_database_of_every_schema_is_brought_up_to_date_with_its_data(tmp_path: Path, version: str) -> None:
    make_old(tmp_path / "old.db", version)
    with closing(Store(tmp_path / "old.db")) as store, store.read() as session:
        (alert,) = history.list_alerts(session, company="birchway")
        assert (alert.title, alert.events[0].evidence.sentence) == ("Old", "Alderon and Birchway part.")
        assert [one.name for one in alert.events[0].participants] == ["Alderon", "Birchway"]
        stored = find_stored(session, "https://a.example/1")
        assert stored is not None
        assert (stored.version, stored.article.authors) == (2, ("Ina Marsh",))
        assert [title for _, _, title in history.list_versions(session, 1)] == ["Older"]
        assert [one.id for one, _ in history.search_articles(session, "part")] == [1]
        (delivery,) = deliveries.list_deliveries(session)
        assert (delivery.state, delivery.target, delivery.last_error) == (DeliveryState.DEAD, "desk", "gone")
        assert sources.read_state(session, "wire").failures == 3
        assert news.known_stories(session, [1]) == set()
        for view in VIEWS:
            assert len(session.connection().exec_driver_sql(f"SELECT * FROM {view}").all()) == 1  # noqa: S608 - ours
        assert session.connection().exec_driver_sql("PRAGMA foreign_key_check").all() == []


def test_a_migration_that_fails_leaves_the_database_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    make_old(path, "0001")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE notices (mine)")
        connection.commit()
        before = connection.execute("SELECT sql FROM sqlite_master ORDER BY name").fetchall()
    with pytest.raises(StoreError, match="notices already exists"):
        Store(path)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT sql FROM sqlite_master ORDER BY name").fetchall() == before
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [("0001",)]
