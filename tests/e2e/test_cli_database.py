"""`monitor db` beside a running monitor."""

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.models import Article
from monitor.store import Store, articles, history
from tests.e2e.conftest import Monitor, kill_group, wait_for


def fill(monitor: Monitor, *, count: int, at: datetime) -> None:
    with closing(Store(monitor.database)) as store, store.write() as session:
        for number in range(count):
            article = Article(url=f"https://a.example/{number}", title=f"Title {number}", text=f"Pact {number}. " * 90)
            articles.add_article(session, article, source="wire", digest=str(number), now=at)


def count_texts(monitor: Monitor) -> int:
    with closing(sqlite3.connect(monitor.database)) as connection:
        return int(connection.execute("SELECT count(*) FROM articles WHERE text <> ''").fetchone()[0])


def test_a_running_monitor_removes_old_texts_and_lets_its_database_be_kept(monitor: Monitor) -> None:
    fill(monitor, count=300, at=datetime.now(UTC) - timedelta(days=100))
    copy = monitor.folder / "copy.db"
    monitor.run("db", "backup", str(copy))
    assert "sound" in monitor.run("db", "check", str(copy))
    monitor.configure(monitor="[page]\nport = 0\n[history]\nkeep_text_days = 60\n")
    daemon = monitor.start("run")
    wait_for(lambda: count_texts(monitor) == 0, 60)
    assert "is there already" in " ".join(monitor.run("db", "backup", str(copy), expect=2).split())
    second = monitor.ask("db", "backup", str(copy) + "2")
    assert second == {"file": f"{copy}2", "bytes": Path(f"{copy}2").stat().st_size}
    assert monitor.ask("db", "check") == []
    sizes = monitor.ask("db", "vacuum")
    assert monitor.database.stat().st_size == sizes["bytes"] < sizes["bytes_before"]
    kill_group(daemon)
    restored = monitor.ask("db", "restore", "--yes", str(copy))
    assert (restored["waiting"], Path(restored["former"]).parent) == (0, monitor.folder)
    assert count_texts(monitor) == 300
    with closing(sqlite3.connect(monitor.database)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    told = monitor.run("history", expect=1)
    assert "written by a newer monitor (schema 9999" in told
    assert "hint: install that version again" in " ".join(told.split())


def count_alerts(monitor: Monitor) -> int:
    with closing(sqlite3.connect(monitor.database)) as connection:
        return int(connection.execute("SELECT count(*) FROM alerts").fetchone()[0])


def test_a_backup_is_restored_while_the_monitor_runs_which_begins_anew_with_it(monitor: Monitor) -> None:
    Store(monitor.database).close()
    daemon = monitor.start("run", "--demo", "--demo-speed", "12")
    wait_for(lambda: count_alerts(monitor) >= 3, 60)
    copy = monitor.folder / "copy.db"
    monitor.run("db", "backup", str(copy))
    with closing(sqlite3.connect(copy)) as connection:
        known = int(connection.execute("SELECT count(*) FROM alerts").fetchone()[0])
    wait_for(lambda: count_alerts(monitor) >= known + 3, 60)
    restored = monitor.ask("db", "restore", "--yes", str(copy))
    with closing(sqlite3.connect(restored["former"])) as connection:
        assert int(connection.execute("SELECT count(*) FROM alerts").fetchone()[0]) >= known + 3
    wait_for(lambda: count_alerts(monitor) >= known + 3, 60)  # what came after the backup is news again
    assert monitor.ask("db", "check") == []
    assert monitor.ask("db", "restore", "--yes", str(copy))["former"]  # a second time, and ended while it begins anew
    daemon.terminate()
    assert daemon.wait(20) == 0
    assert monitor.ask("db", "check") == []


def test_texts_are_removed_by_hand(monitor: Monitor) -> None:
    fill(monitor, count=3, at=datetime.now(UTC) - timedelta(days=40))
    assert "say how old" in " ".join(monitor.run("db", "prune", expect=2).split())
    assert "31" in monitor.run("db", "prune", "--older-than", "30", expect=2)
    monitor.run("db", "prune", "--older-than", "35", "--dry-run")
    assert monitor.ask("db", "prune", "--article", "2", "--dry-run") == {"texts": 1, "is_dry_run": True}
    assert count_texts(monitor) == 3
    monitor.run("db", "prune", "--article", "2")
    assert count_texts(monitor) == 2
    assert "the text was removed on" in monitor.run("show", "2")
    monitor.run("db", "prune", "--older-than", "35")
    assert count_texts(monitor) == 0
    with closing(Store(monitor.database)) as store, store.read() as session:
        assert len(history.list_articles(session)) == 3


def test_restoring_asks_first_and_a_fault_is_exit_code_1(monitor: Monitor) -> None:
    fill(monitor, count=1, at=datetime.now(UTC))
    copy = monitor.folder / "copy.db"
    monitor.run("db", "backup", str(copy))
    monitor.run("db", "restore", str(copy), stdin="n\n", expect=1)
    with closing(sqlite3.connect(monitor.database)) as connection:
        connection.execute("UPDATE articles SET version = 2")
        connection.commit()
    assert json.loads(monitor.run("db", "check", "--json", expect=1)) == [
        "articles of which older versions are missing: 1"
    ]
    monitor.run("db", "restore", str(copy), stdin="y\n")
    assert "sound" in monitor.run("db", "check")
