"""The database: its schema, its lock, its transactions, its outbox."""

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import create_engine
from sqlmodel import SQLModel

from monitor.errors import AlreadyRunning, NewerDatabase, StoreError
from monitor.extract.learned import Knowledge, Sighting
from monitor.models import (
    Article,
    DeliveryState,
    Event,
    EventType,
    Evidence,
    Field,
    Link,
    Modality,
    Novelty,
    Page,
    Participant,
    Source,
    SourceKind,
    StoredArticle,
    Stripped,
    StripReason,
)
from monitor.store import Session, Store, articles, deliveries, history, learned, news, sources
from monitor.store.database import MIGRATIONS
from monitor.store.tables import DeliveryRow
from tests.conftest import find_stored

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
WIRE = Source(name="wire", kind=SourceKind.FEED, url="https://a.example/feed")
EVENT = Event(
    type=EventType.NEW_PARTNERSHIP,
    participants=(Participant(name="Alderon", is_watched=True), Participant(name="Birchway")),
    modality=Modality.CONFIRMED,
    evidence=Evidence(field=Field.TEXT, start=0, end=4, sentence="Pact"),
    rule="rule",
    subject="cloud",
    tags=("ai",),
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "monitor.db")
    yield opened
    opened.close()


def add_article(session: Session, number: int, text: str = "Pact of two.") -> StoredArticle:
    article = Article(url=f"https://a.example/{number}", title=f"Title {number}", text=text)
    return articles.add_article(session, article, source="wire", digest=f"{number}", now=NOW)


def add_delivery(store: Store, number: int = 1, *, story_id: int | None = None) -> int:
    with store.write() as session:
        stored = add_article(session, number)
        story = story_id or news.open_story(session, NOW)
        event = news.add_event(session, EVENT, stored=stored, story_id=story, novelty=Novelty.NEW_STORY, now=NOW)
        alert = news.add_alert(session, [event], stored=stored, story_id=story, novelty=Novelty.NEW_STORY, now=NOW)
        group = f"alert {alert.id}"
        deliveries.add_delivery(session, alert, route="console", target="console", group=group, due_at=NOW)
    return alert.id


def claim(store: Store, now: datetime = NOW) -> list[int]:
    with store.write() as session:
        claimed: list[int] = []
        while due := [one.id for one in deliveries.next_due(session, now, target="console")]:
            deliveries.lease(session, due, now + timedelta(seconds=60))
            claimed += due
    return claimed


def test_the_migrations_lead_to_the_tables(store: Store) -> None:
    engine = create_engine(f"sqlite:///{store.path}")
    with engine.connect() as connection:
        ours = MigrationContext.configure(
            connection, opts={"include_name": lambda name, kind, _: kind != "table" or "_fts" not in name}
        )
        assert compare_metadata(ours, SQLModel.metadata) == []
    engine.dispose()


def test_a_database_of_the_first_schema_is_brought_up_to_date_with_its_data(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.exec_driver_sql(
            "INSERT INTO articles (url, source, title, text, text_digest, authors, first_seen_at, stored_at, version,"
            " stripped) VALUES ('https://a.example/1', 'wire', 'Old', 'Words of old', 'd', '[]',"
            " '2026-01-01 00:00:00', '2026-01-01 00:00:00', 1, '[]')"
        )
    engine.dispose()
    store = Store(path)
    with store.read() as session:
        stored = find_stored(session, "https://a.example/1")
    store.close()
    assert stored is not None
    article = stored.article
    assert (article.text, article.section, article.tickers) == ("Words of old", None, ())
    assert not article.is_published_day_only


def test_the_facts_of_an_article_come_back(store: Store) -> None:
    zone = timezone(timedelta(hours=-5))
    article = Article(
        url="https://a.example/facts",
        title="Pact ends",
        text="Kestrel leaves Harbour.",
        authors=("Ina Marsh", "Tomas Reed"),
        published_at=datetime(2026, 11, 3, 22, 30, tzinfo=zone),
        modified_at=datetime(2026, 11, 4, 5, tzinfo=UTC),
        site_name="The Quay Ledger",
        section="Business",
        tickers=("KSTL", "HBR"),
        language="en",
        stripped=(Stripped(text="Read more", reason=StripReason.WORDING, where="p.more", rules=("ends-deal",)),),
    )
    with store.write() as session:
        articles.add_article(session, article, source="wire", digest="d", now=NOW)
    with store.read() as session:
        stored = find_stored(session, article.url)
    assert stored is not None
    assert stored.article == article
    assert stored.article.published_at is not None
    assert stored.article.published_at.day == 3


def test_what_was_learned_of_a_site_comes_back(store: Store) -> None:
    known = Knowledge({7: (Sighting(1, NOW), Sighting(2, NOW + timedelta(days=1))), -5: (Sighting(1, NOW),)}, 2)
    with store.write() as session:
        assert [learned.count_article(session, "a.example") for _ in range(2)] == [1, 2]
        learned.save_knowledge(session, "a.example", known, NOW)
    with store.read() as session:
        assert learned.read_knowledge(session, "a.example", [7, -5, 9]) == known
        assert learned.read_knowledge(session, "b.example", [7]) == Knowledge({}, 0)


def test_lines_that_a_site_shows_no_more_are_forgotten(store: Store) -> None:
    with store.write() as session:
        learned.count_article(session, "a.example")
        learned.save_knowledge(session, "a.example", Knowledge({1: (Sighting(1, NOW),)}, 1), NOW)
        later = NOW + learned.FORGET_AFTER + timedelta(hours=1)
        learned.save_knowledge(session, "a.example", Knowledge({2: (Sighting(2, later),)}, 20), later)
        assert set(learned.read_knowledge(session, "a.example", [1, 2]).sightings) == {2}


def test_of_a_site_no_more_than_so_many_lines_are_remembered(store: Store) -> None:
    count = learned.MAX_LINES
    with store.write() as session:
        learned.count_article(session, "a.example")
        for part in range(3):
            at = NOW + timedelta(hours=part)
            lines = {line: (Sighting(1, at),) for line in range(part * count // 2, (part + 1) * count // 2)}
            learned.save_knowledge(session, "a.example", Knowledge(lines, 20), at)
        left = learned.read_knowledge(session, "a.example", range(2 * count)).sightings
    assert 0 < len(left) <= count
    assert min(left) >= count // 2, "the lines seen last stay"


def test_a_newer_database_is_refused(store: Store) -> None:
    with sqlite3.connect(store.path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(NewerDatabase, match="schema 9999"):
        Store(store.path)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "letter.db"
    path.write_text("Dear reader, " * 100)
    with pytest.raises(StoreError, match=r"letter\.db: cannot be used as the database: file is not a database"):
        Store(path)


def test_writes_are_durable_and_keys_are_checked(store: Store) -> None:
    with store.read() as session:
        pragmas = {
            name: session.connection().exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_only_one_may_hold_the_lock(store: Store) -> None:
    store.lock()
    other = Store(store.path)
    with pytest.raises(AlreadyRunning):
        other.lock()
    store.close()
    other.lock()
    other.close()


def test_a_failed_transaction_leaves_nothing(store: Store) -> None:
    def add_three() -> None:
        with store.write() as session:
            for number in (1, 2, 1):
                add_article(session, number)

    with pytest.raises(StoreError, match="UNIQUE"):
        add_three()
    with store.read() as session:
        assert history.list_articles(session) == []


def test_an_alert_comes_back_as_it_went_in(store: Store) -> None:
    add_delivery(store)
    with store.read() as session:
        (alert,) = history.list_alerts(session)
        assert history.list_alerts(session, company="birchway") == [alert]
        assert history.list_alerts(session, company="cedrus") == []
        assert history.list_alerts(session, since=NOW + timedelta(seconds=1)) == []
        assert [dated.event for dated in history.dated_events(session, companies=["alderon", "birchway"])] == [EVENT]
    assert alert.events == (EVENT,)
    assert (alert.title, alert.created_at) == ("Title 1", NOW)


def test_stories_are_found_by_their_companies_and_age(store: Store) -> None:
    add_delivery(store)
    with store.read() as session:
        (story,) = news.open_stories(session, companies={"birchway"}, since=NOW)
        assert news.open_stories(session, companies={"cedrus"}, since=NOW) == []
        assert news.open_stories(session, companies={"birchway"}, since=NOW + timedelta(seconds=1)) == []
    assert {fact.companies for fact in story.facts} == {frozenset({"alderon", "birchway"})}


def test_a_claim_holds_until_its_lease_runs_out(store: Store) -> None:
    add_delivery(store)
    (delivery,) = claim(store)
    assert claim(store) == []
    assert claim(store, NOW + timedelta(seconds=61)) == [delivery]


def test_two_claimants_never_get_the_same(store: Store) -> None:
    for number in range(20):
        add_delivery(store, number)
    got: list[int] = []
    threads = [threading.Thread(target=lambda: got.extend(claim(store))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == list(range(1, 21))


def test_a_delivery_ends_sent_or_dead_and_can_be_revived(store: Store) -> None:
    add_delivery(store, 1)
    add_delivery(store, 2)
    first, second = claim(store)
    with store.write() as session:
        deliveries.mark_sent(session, [first], NOW)
        deliveries.mark_failed(session, [second], "gone", due_at=None)
    with store.read() as session:
        assert deliveries.count_deliveries(session) == {DeliveryState.SENT: 1, DeliveryState.DEAD: 1}
        (dead,) = deliveries.list_deliveries(session, state=DeliveryState.DEAD)
    assert (dead.id, dead.last_error) == (second, "gone")
    assert claim(store) == []
    with store.write() as session:
        assert deliveries.requeue(session, NOW, delivery_id=first) == 0
        assert deliveries.requeue(session, NOW) == 1
    assert claim(store) == [second]


def test_a_failed_delivery_waits_for_its_time(store: Store) -> None:
    add_delivery(store)
    (delivery,) = claim(store)
    with store.write() as session:
        deliveries.mark_failed(session, [delivery], "busy", due_at=NOW + timedelta(minutes=5))
    assert claim(store, NOW + timedelta(minutes=4)) == []
    assert claim(store, NOW + timedelta(minutes=5)) == [delivery]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("pact", [1]),
        ("PACT two", [1]),
        ('"pact of"', [1]),
        ('"of pact"', []),
        ("pac*", [1]),
        ("zürich", [2]),
        ("zurich", [2]),
        ('AND OR NEAR( "', []),
        ("title:pact", []),
        ("*", []),
        ("", []),
    ],
)
def test_a_search_takes_words_phrases_and_beginnings_literally(store: Store, words: str, found: list[int]) -> None:
    with store.write() as session:
        add_article(session, 1)
        add_article(session, 2, text="Zürich waits.")
    with store.read() as session:
        assert [stored.id for stored, _ in history.search_articles(session, words)] == found


def test_a_revised_article_is_found_by_its_new_words_only(store: Store) -> None:
    with store.write() as session:
        stored = add_article(session, 1)
        new = Article(url=stored.article.url, title="Title 1", text="Quarrel of two.")
        revised = articles.revise_article(session, stored, new, digest="new", now=NOW + timedelta(hours=1))
    assert (revised.version, revised.first_seen_at) == (2, NOW)
    with store.read() as session:
        assert history.search_articles(session, "pact") == []
        assert len(history.search_articles(session, "quarrel")) == 1


def test_more_links_than_fit_one_statement_are_registered(store: Store) -> None:
    links = [Link(url=f"https://a.example/{number}") for number in range(2_000)]
    with store.write() as session:
        assert sources.register_links(session, WIRE, links, NOW, is_baseline=False) == 2_000
        assert sources.register_links(session, WIRE, [*links, *links[:3]], NOW, is_baseline=False) == 0
        assert len(sources.due_visits(session, "wire", NOW)) == 2_000


def test_a_stored_link_is_due_again_when_its_source_says_it_changed(store: Store) -> None:
    link = Link(url="https://a.example/1", modified_at=NOW)
    with store.write() as session:
        sources.register_links(session, WIRE, [link], NOW, is_baseline=False)
        sources.settle_link(session, link.url, stored=add_article(session, 1), page=None, due_at=None)
        assert sources.due_visits(session, "wire", NOW) == []
        sources.register_links(session, WIRE, [link], NOW, is_baseline=False)
        assert sources.due_visits(session, "wire", NOW) == []
        later = Link(url=link.url, modified_at=NOW + timedelta(minutes=1))
        sources.register_links(session, WIRE, [later], NOW, is_baseline=False)
        assert [visit.stored_at for visit in sources.due_visits(session, "wire", NOW)] == [NOW]


def test_a_link_that_became_due_during_a_look_stays_due(store: Store) -> None:
    before, after = NOW - timedelta(hours=1), NOW + timedelta(hours=1)
    with store.write() as session:
        sources.register_links(session, WIRE, [Link(url="https://a.example/1")], before, is_baseline=False)
        sources.register_links(session, WIRE, [Link(url="https://a.example/2")], NOW, is_baseline=False)
        sources.put_off(session, [(f"https://a.example/{n}", before, after) for n in (1, 2)])
        assert [visit.link.url for visit in sources.due_visits(session, "wire", NOW)] == ["https://a.example/2"]


def test_validators_are_kept_by_the_url_that_was_asked_for(store: Store) -> None:
    page = Page(
        url="https://a.example/moved",
        requested_url="https://a.example/feed",
        status=200,
        content_type=None,
        body=b"x",
        etag='"1"',
    )
    with store.write() as session:
        sources.save_validators(session, WIRE, [page])
        assert sources.read_validators(session, WIRE, "https://a.example/feed") == ('"1"', None)
        assert sources.read_validators(session, WIRE, "https://a.example/moved") == (None, None)
        for other in (replace(WIRE, name="other"), replace(WIRE, keep=("pact",))):
            assert sources.read_validators(session, other, "https://a.example/feed") == (None, None)


def test_a_route_that_is_gone_gets_nothing_any_more(store: Store) -> None:
    add_delivery(store)
    with store.write() as session:
        assert deliveries.bury_strays(session, [("console", "console")]) == {}
        assert deliveries.bury_strays(session, [("console", "slack")]) == {"console": 1}
        (delivery,) = deliveries.list_deliveries(session)
    assert (delivery.state, delivery.last_error) == (DeliveryState.DEAD, "routes.toml has no such route")


def test_a_claim_is_no_try(store: Store) -> None:
    add_delivery(store)
    claim(store)
    claim(store, NOW + timedelta(minutes=2))
    with store.read() as session:
        (delivery,) = deliveries.list_deliveries(session)
    assert delivery.attempts == 0


@pytest.mark.parametrize("name", ["x?1.db", "a%20b.db", "a#b.db", "é:@.db"])
def test_a_path_is_no_url(tmp_path: Path, name: str) -> None:
    Store(tmp_path / name).close()
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_link_to_a_database_is_the_same_database(store: Store, tmp_path: Path) -> None:
    store.lock()
    link = tmp_path / "link.db"
    link.symlink_to(store.path)
    other = Store(link)
    with pytest.raises(AlreadyRunning):
        other.lock()
    other.close()


def test_a_lock_that_cannot_be_had_is_told(store: Store) -> None:
    Path(f"{store.path}.lock").mkdir()
    with pytest.raises(StoreError, match="cannot be used as the database"):
        store.lock()


def test_a_path_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "loop.db").symlink_to(tmp_path / "loop.db")
    for path in (tmp_path / "a\0b.db", tmp_path / "loop.db", tmp_path):
        with pytest.raises(StoreError, match="cannot be used as the database"):
            Store(path)


@pytest.fixture
def closed_folder() -> Iterator[Path]:
    """A folder with a database in which we may read, not write."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        Store(folder / "monitor.db").close()
        folder.chmod(0o555)
        privileged = os.geteuid()
        if privileged == 0:
            os.seteuid(65534)
        yield folder
        os.seteuid(privileged)
        folder.chmod(0o700)


def test_a_folder_that_cannot_be_written_is_told_with_a_hint(closed_folder: Path) -> None:
    with pytest.raises(StoreError, match="cannot be used as the database") as caught:
        Store(closed_folder / "monitor.db")
    assert "write to its folder" in (caught.value.hint or "")


def test_every_thread_gets_a_connection(store: Store) -> None:
    with ExitStack() as stack:
        sessions = [stack.enter_context(store.read()) for _ in range(40)]
        assert [session.connection().exec_driver_sql("SELECT 1").scalar() for session in sessions] == [1] * 40


def test_whatever_sqlalchemy_says_is_a_store_error(store: Store) -> None:
    with pytest.raises(StoreError, match="No row"), store.read() as session:
        session.get_one(DeliveryRow, 4711)


def test_text_that_is_not_unicode_is_told(store: Store) -> None:
    with pytest.raises(StoreError, match="surrogates"), store.read() as session:
        sources.read_state(session, "\udcff")
