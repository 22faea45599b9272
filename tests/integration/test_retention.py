"""Texts that are not kept for good: which go, and what stays of their articles."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from monitor.models import Article, Event, EventType, Evidence, Field, Modality, Novelty, Participant, StoredArticle
from monitor.store import Session, Store, articles, browse, history, news, retention
from tests.integration.test_web import read_all, serve

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
KEEP, OPEN_FOR = timedelta(days=31), timedelta(hours=72)
EVENT = Event(
    type=EventType.NEW_PARTNERSHIP,
    participants=(Participant(name="Alderon"), Participant(name="Birchway")),
    modality=Modality.CONFIRMED,
    evidence=Evidence(field=Field.TEXT, start=0, end=12, sentence="Pact of two."),
    rule="rule",
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "monitor.db")
    yield opened
    opened.close()


def add_article(session: Session, number: int, at: datetime) -> StoredArticle:
    article = Article(url=f"https://a.example/{number}", title="Title", text=f"Pact of two. Number {number}.")
    return articles.add_article(session, article, source="wire", digest=str(number), now=at)


def tell(session: Session, stored: StoredArticle, at: datetime, *, heard_at: datetime | None = None) -> int:
    story = news.open_story(session, at)
    news.save_bands(session, stored)
    told = news.add_event(session, EVENT, stored=stored, story_id=story, novelty=Novelty.NEW_STORY, now=at)
    alert = news.add_alert(session, [told], stored=stored, story_id=story, novelty=Novelty.NEW_STORY, now=at)
    news.touch_story(session, story, heard_at or at)
    return alert.id


def prune(store: Store, *, keep: timedelta = KEEP, open_for: timedelta = OPEN_FOR) -> int:
    return retention.prune(store, NOW, keep=keep, open_for=open_for)


def texts_of(store: Store) -> list[bool]:
    """Return of each article, oldest first, whether its text is there."""
    with store.read() as session:
        return [bool(stored.article.text) for stored in reversed(history.list_articles(session, limit=1000))]


def test_old_texts_go_and_younger_ones_stay(store: Store) -> None:
    with store.write() as session:
        for number in range(250):
            add_article(session, number, NOW - timedelta(days=32))
        add_article(session, 250, NOW - timedelta(days=30))
    with store.read() as session:
        assert retention.count_old(session, NOW, keep=KEEP, open_for=OPEN_FOR) == 250
    assert prune(store) == 250
    assert texts_of(store) == [False] * 250 + [True]
    assert prune(store) == 0


def test_it_ends_between_two_portions_when_it_shall_stop(store: Store) -> None:
    with store.write() as session:
        add_article(session, 1, NOW - timedelta(days=32))
    assert retention.prune(store, NOW, keep=KEEP, open_for=OPEN_FOR, is_stopping=lambda: True) == 0
    assert texts_of(store) == [True]


def test_the_texts_of_a_story_that_had_news_lately_stay(store: Store) -> None:
    old = NOW - timedelta(days=40)
    with store.write() as session:
        tell(session, add_article(session, 1, old), old, heard_at=NOW - timedelta(days=2))
        tell(session, add_article(session, 2, old), old)
    assert prune(store) == 1
    assert texts_of(store) == [True, False]


def test_a_story_that_stays_open_for_long_keeps_its_texts(store: Store) -> None:
    old = NOW - timedelta(days=40)
    with store.write() as session:
        tell(session, add_article(session, 1, old), old)
    assert prune(store, open_for=timedelta(days=90)) == 0


def test_an_alert_keeps_its_evidence_and_versions_lose_their_texts(store: Store) -> None:
    old = NOW - timedelta(days=40)
    with store.write() as session:
        stored = add_article(session, 1, old)
        newer = Article(url=stored.article.url, title="Newer", text="Pact of two. Corrected.")
        stored = articles.revise_article(session, stored, newer, digest="newer", now=old)
        alert_id = tell(session, stored, old)
    prune(store)
    with store.read() as session:
        alert = history.read_alert(session, alert_id)
        assert alert is not None
        assert alert.events[0].evidence.sentence == "Pact of two."
        assert browse.read_version(session, stored.id, 1) == ("Title", "", old)
        assert history.search_articles(session, "corrected") == []
        assert [one.id for one, _ in history.search_articles(session, "newer")] == [stored.id]
        assert session.connection().exec_driver_sql("SELECT count(*) FROM article_bands").scalar() == 0


async def test_the_page_says_that_a_text_was_removed_and_shows_each_evidence_once(store: Store) -> None:
    with store.write() as session:
        stored = add_article(session, 1, NOW - timedelta(days=40))
        for _ in range(2):
            tell(session, stored, NOW - timedelta(days=40))
    prune(store)
    path = f"/articles/{stored.id}"
    (section,) = LexborHTMLParser((await read_all(serve(store), (path,)))[path]).css("section.text")
    assert "The text was removed" in section.text()
    assert [quote.text() for quote in section.css("blockquote")] == ["Pact of two."]


def test_one_article_can_be_removed_whatever_its_age(store: Store) -> None:
    with store.write() as session:
        for number in range(2):
            add_article(session, number, NOW)
        assert retention.remove_texts(session, [1], NOW) == 1
        assert retention.remove_texts(session, [1], NOW) == 0
    assert texts_of(store) == [False, True]
