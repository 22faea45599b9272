"""The database file as a whole: copied while it is written to, restored, checked, shrunk."""

import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.errors import AlreadyRunning, NewerDatabase, StoreError
from monitor.models import Article, Event, EventType, Evidence, Field, Modality, Novelty, Participant, StoredArticle
from monitor.store import Session, Store, articles, history, news, upkeep
from monitor.store.database import is_claimed
from tests.integration.test_store_migrations import EARLIER, make_old

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
EVENT = Event(
    type=EventType.NEW_PARTNERSHIP,
    participants=(Participant(name="Alderon"), Participant(name="Birchway")),
    modality=Modality.CONFIRMED,
    evidence=Evidence(field=Field.TEXT, start=0, end=4, sentence="Pact"),
    rule="rule",
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "monitor.db")
    with opened.write() as session:
        stored = add_article(session, 1)
        story = news.open_story(session, NOW)
        told = news.add_event(session, EVENT, stored=stored, story_id=story, novelty=Novelty.NEW_STORY, now=NOW)
        news.add_alert(session, [told], stored=stored, story_id=story, novelty=Novelty.NEW_STORY, now=NOW)
    yield opened
    opened.close()


def add_article(session: Session, number: int, text: str = "Pact of two.") -> StoredArticle:
    article = Article(url=f"https://a.example/{number}", title=f"Title {number}", text=text)
    return articles.add_article(session, article, source="wire", digest=f"{number}", now=NOW)


def count_articles(path: Path) -> int:
    with closing(Store(path)) as store, store.read() as session:
        return len(history.list_articles(session, limit=100_000))


def change(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


def test_a_copy_taken_while_others_write_is_whole_and_sound(store: Store, tmp_path: Path) -> None:
    with store.write() as session:
        for number in range(2, 1_000):
            add_article(session, number, text=f"{number} words of an article " * 50)
    is_done, errors = threading.Event(), list[Exception]()

    def write_on() -> None:
        number = 1_000
        while not is_done.is_set():
            try:
                with store.write() as session:
                    add_article(session, number)
                    number += 1
            except StoreError as error:
                errors.append(error)

    steps: list[tuple[int, int]] = []
    writer = threading.Thread(target=write_on)
    writer.start()
    try:
        for name in ("one.db", "two.db", "three.db"):
            upkeep.back_up(store.path, tmp_path / name, lambda done, total: steps.append((done, total)))
    finally:
        is_done.set()
        writer.join()
    assert errors == []
    counts = [count_articles(tmp_path / name) for name in ("one.db", "two.db", "three.db")]
    assert counts == sorted(counts)
    assert counts[0] >= 999
    assert [upkeep.examine(tmp_path / name).faults for name in ("one.db", "two.db", "three.db")] == [[], [], []]
    assert steps[-1][0] == steps[-1][1]


def test_a_copy_that_fails_leaves_the_one_before(store: Store, tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    target.write_text("the one before", encoding="utf-8")
    (tmp_path / "letter.db").write_text("Dear reader, " * 100, encoding="utf-8")
    with pytest.raises(StoreError, match="not a database"):
        upkeep.back_up(tmp_path / "letter.db", target)
    with pytest.raises(StoreError):
        upkeep.back_up(store.path, tmp_path / "nowhere" / "copy.db")
    assert target.read_text(encoding="utf-8") == "the one before"
    assert [path.name for path in tmp_path.iterdir() if path.name.endswith(".part")] == []


def test_a_restored_database_is_as_it_was_and_the_former_one_stays(store: Store, tmp_path: Path) -> None:
    upkeep.back_up(store.path, tmp_path / "copy.db")
    with store.write() as session:
        add_article(session, 2)
    former = upkeep.restore(tmp_path / "copy.db", store.path, NOW)
    with store.read() as session:  # a reader that had it open all the time
        assert [stored.id for stored in history.list_articles(session)] == [1]
        assert len(history.search_articles(session, "pact")) == 1
    assert former is not None
    assert count_articles(former) == 2
    assert upkeep.examine(store.path).faults == []
    with store.write() as session:
        add_article(session, 3)
    assert count_articles(store.path) == 2


def test_it_is_restored_where_there_is_none(store: Store, tmp_path: Path) -> None:
    upkeep.back_up(store.path, tmp_path / "copy.db")
    assert upkeep.restore(tmp_path / "copy.db", tmp_path / "new" / "monitor.db", NOW) is None
    assert count_articles(tmp_path / "new" / "monitor.db") == 1


def test_a_broken_database_is_set_aside_and_replaced(store: Store, tmp_path: Path) -> None:
    upkeep.back_up(store.path, tmp_path / "copy.db")
    store.close()
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"SQLite format 3\0" + b"no more of it" * 1_000)
    former = upkeep.restore(tmp_path / "copy.db", broken, NOW)
    assert former is not None
    assert b"no more of it" in former.read_bytes()
    assert count_articles(broken) == 1


def test_nothing_is_restored_while_a_monitor_keeps_hold_of_the_database(store: Store, tmp_path: Path) -> None:
    upkeep.back_up(store.path, tmp_path / "copy.db")
    store.lock()
    assert not is_claimed(store.path)
    wanted = []
    with ThreadPoolExecutor() as pool:
        restoring = pool.submit(upkeep.restore, tmp_path / "copy.db", store.path, NOW, patience=0.5)
        while not restoring.done():
            wanted.append(is_claimed(store.path))
    with pytest.raises(AlreadyRunning, match="another monitor"):
        restoring.result()
    assert any(wanted)
    assert not is_claimed(store.path)
    assert [path.name for path in tmp_path.iterdir() if ".before-" in path.name] == []


def test_what_is_no_backup_of_ours_is_refused_and_changes_nothing(store: Store, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    upkeep.back_up(store.path, copy)
    change(copy, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(NewerDatabase, match="schema 9999") as caught:
        upkeep.restore(copy, store.path, NOW)
    assert "restore a backup" in (caught.value.hint or "")
    change(tmp_path / "other.db", "CREATE TABLE letters (text)")
    with pytest.raises(StoreError, match="no database of the monitor"):
        upkeep.restore(tmp_path / "other.db", store.path, NOW)
    with pytest.raises(StoreError, match="unable to open"):
        upkeep.restore(tmp_path / "nowhere.db", store.path, NOW)
    assert count_articles(store.path) == 1


def test_a_backup_of_an_earlier_schema_is_brought_up_to_date(tmp_path: Path) -> None:
    make_old(tmp_path / "copy.db", "0009")
    upkeep.restore(tmp_path / "copy.db", tmp_path / "new.db", NOW)
    assert count_articles(tmp_path / "new.db") == 1
    assert upkeep.examine(tmp_path / "new.db").faults == []


@pytest.mark.parametrize("version", EARLIER)
def test_a_database_of_every_schema_is_checked_as_it_is(tmp_path: Path, version: str) -> None:
    path = tmp_path / "old.db"
    make_old(path, version)
    before = path.read_bytes()
    assert upkeep.examine(path).faults == []
    assert ("texts that were removed and are there" in upkeep.examine(path).unchecked) == (version < "0010")
    assert path.read_bytes() == before
    change(path, "DELETE FROM alert_events")
    assert upkeep.examine(path).faults == ["alerts that tell no event: 1"]


def test_a_file_that_is_no_database_of_ours_or_a_newer_one_is_told(store: Store, tmp_path: Path) -> None:
    assert upkeep.examine(store.path).unchecked == []
    change(tmp_path / "other.db", "CREATE TABLE alembic_version (version_num)", "CREATE TABLE articles (text)")
    with pytest.raises(StoreError, match="no database of the monitor"):
        upkeep.examine(tmp_path / "other.db")
    change(store.path, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(NewerDatabase, match="schema 9999"):
        upkeep.examine(store.path)


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("DELETE FROM alert_events", "alerts that tell no event: 1"),
        ("UPDATE alerts SET story_id = 2", "alerts that tell events of another story: 1"),
        ("UPDATE events SET article_version = 9", "events of a version that their article does not have: 1"),
        ("UPDATE articles SET version = 3", "articles of which older versions are missing: 1"),
        ("DELETE FROM articles_fts_docsize", "articles that the search does not know: 1"),
        ("INSERT INTO articles_fts_docsize VALUES (7, x'0101')", "articles of the search that are not there: 1"),
        (
            (
                "INSERT INTO links (url, source, state, seen_at, is_baseline, attempts, published_certainty)"
                " VALUES ('u', 's', 'stored', 0, 0, 0, 'exact')"
            ),
            "links that are stored and lead to no article: 1",
        ),
        (
            (
                'INSERT INTO deliveries (route, target, "group", reminder, state, due_at, attempts)'
                " VALUES ('r', 't', 'g', 0, 'sent', 0, 0)"
            ),
            "deliveries of nothing: 1",
        ),
        ("UPDATE articles SET text_removed_at = '2026-01-01'", "texts that were removed and are there: 1"),
        ("UPDATE events SET story_id = 99", "row 1 of events refers to nothing in stories"),
    ],
)
def test_what_must_hold_is_checked(store: Store, statement: str, fault: str) -> None:
    assert upkeep.examine(store.path).faults == []
    change(store.path, "INSERT INTO stories VALUES (2, '2026-01-01', '2026-01-01', NULL)", statement)
    assert fault in upkeep.examine(store.path).faults


def test_a_page_that_is_broken_is_found(store: Store, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    with store.write() as session:
        for number in range(2, 200):
            add_article(session, number, text="word " * 500)
    upkeep.back_up(store.path, copy)
    pages = bytearray(copy.read_bytes())
    middle = len(pages) // 2 // 4096 * 4096
    pages[middle : middle + 4096] = b"\xff" * 4096
    copy.write_bytes(pages)
    assert len(upkeep.examine(copy).faults) >= 1
    with pytest.raises(StoreError):
        upkeep.restore(copy, store.path, NOW)


def test_the_room_of_removed_texts_is_given_back(store: Store) -> None:
    with store.write() as session:
        for number in range(2, 300):
            add_article(session, number, text=f"{number} words " * 500)
    with store.write() as session:
        session.connection().exec_driver_sql("UPDATE articles SET text = ''")
    before, after = upkeep.vacuum(store.path)
    assert after < before / 3
    assert store.path.stat().st_size == after
    assert upkeep.examine(store.path).faults == []
