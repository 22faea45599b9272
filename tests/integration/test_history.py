"""What people ask the history for: the events that still stand, and many alerts at once."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event

from monitor.models import Alert, Article, Event, EventType, Evidence, Field, Modality, Novelty, Participant
from monitor.store import Session, Store, articles, history, news
from monitor.track import fold_relations
from tests.conftest import find_stored

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "monitor.db")
    yield opened
    opened.close()


def make_event(kind: EventType, *names: str, sentence: str = "A sentence.") -> Event:
    return Event(
        type=kind,
        participants=tuple(Participant(name=name) for name in names),
        modality=Modality.CONFIRMED,
        evidence=Evidence(field=Field.TEXT, start=0, end=1, sentence=sentence),
        rule="rule",
    )


def tell(session: Session, number: int, *told: Event, text: str = "Text.", now: datetime = NOW) -> Alert:
    """Store an article, or its next version, with its events and their alert."""
    article = Article(
        url=f"https://a.example/{number}", title="Title", text=text, published_at=NOW + timedelta(days=number)
    )
    known = find_stored(session, article.url)
    if known:
        stored = articles.revise_article(session, known, article, digest=text, now=now)
    else:
        stored = articles.add_article(session, article, source="wire", digest=text, now=now)
    story = news.open_story(session, now)
    ids = [
        news.add_event(session, one, stored=stored, story_id=story, novelty=Novelty.NEW_STORY, now=now) for one in told
    ]
    return news.add_alert(session, ids, stored=stored, story_id=story, novelty=Novelty.NEW_STORY, now=now)


def relations(session: Session, *companies: str) -> dict[tuple[str, str], str]:
    found = fold_relations(history.dated_events(session, companies=companies))
    return {relation.companies: relation.state.value for relation in found}


def test_only_the_newest_version_of_an_article_moves_a_relation(store: Store) -> None:
    with store.write() as session:
        tell(session, 1, make_event(EventType.TERMINATION, "Alder", "Birch"), text="They ended it.")
        tell(session, 1, make_event(EventType.EXTENSION_RENEWAL, "Alder", "Birch"), text="They extended it.")
    with store.read() as session:
        assert relations(session) == {("Alder", "Birch"): "active"}
        assert relations(session, "alder") == {("Alder", "Birch"): "active"}


def test_a_version_without_events_takes_back_the_old_ones(store: Store) -> None:
    with store.write() as session:
        tell(session, 1, make_event(EventType.TERMINATION, "Alder", "Birch"), text="They ended it.")
        known = find_stored(session, "https://a.example/1")
        assert known
        new = Article(url=known.article.url, title="Title", text="Withdrawn.")
        articles.revise_article(session, known, new, digest="new", now=NOW)
    with store.read() as session:
        assert history.dated_events(session) == []


@pytest.mark.parametrize("company", ["alder", "alder motors"])
def test_a_company_is_found_under_its_long_and_short_name(store: Store, company: str) -> None:
    with store.write() as session:
        tell(session, 1, make_event(EventType.NEW_PARTNERSHIP, "Alder Motors", "Birch"), text="1")
        tell(session, 2, make_event(EventType.TERMINATION, "Alder", "Birch"), text="2")
        tell(session, 3, make_event(EventType.TERMINATION, "Cedar", "Birch"), text="3")
    with store.read() as session:
        assert relations(session, company) == {("Alder Motors", "Birch"): "ended"}
        assert relations(session, company, "birch") == {("Alder Motors", "Birch"): "ended"}
        assert relations(session, company, "cedar") == {}


def test_more_alerts_than_fit_one_statement_come_back_whole(store: Store) -> None:
    with store.write() as session:
        told = [
            tell(
                session,
                number,
                make_event(EventType.DISPUTE, "Birch", "Alder", sentence=f"{number}"),
                make_event(EventType.IN_TALKS, "Cedar", sentence=f"{number} too"),
                text=str(number),
            )
            for number in range(600)
        ]
    with store.read() as session:
        found = history.list_alerts(session, limit=1000)
    assert [(alert.id, alert.events, alert.published_at) for alert in found] == [
        (alert.id, alert.events, alert.published_at) for alert in reversed(told)
    ]
    assert [one.evidence.sentence for one in found[0].events] == ["599", "599 too"]
    assert [one.name for one in found[0].events[0].participants] == ["Birch", "Alder"]


def test_no_statement_holds_more_values_than_sqlite_takes(store: Store) -> None:
    with store.write() as session:
        for number in range(600):
            tell(session, number, make_event(EventType.DISPUTE, "Alder", "Birch"), text=str(number))
    with store.read() as session:
        counts: list[int] = []
        connection = session.connection()
        event.listen(connection, "before_cursor_execute", lambda _c, _cur, _sql, values, *_: counts.append(len(values)))
        assert len(history.list_alerts(session, limit=1000)) == 600
        assert len(history.dated_events(session)) == 600
    assert max(counts) <= 500


def test_the_newest_article_of_a_source_is_found_by_an_index(store: Store) -> None:
    with store.read() as session:
        plan = session.connection().exec_driver_sql(
            "EXPLAIN QUERY PLAN SELECT max(published_at) FROM articles WHERE source = 'wire'"
        )
        assert "COVERING INDEX articles_newest" in str(plan.all())


def test_the_ledger_is_shown_as_it_was_known_then(store: Store) -> None:
    first, second, third = (NOW + timedelta(days=day) for day in (0, 5, 9))
    with store.write() as session:
        tell(session, 1, make_event(EventType.NEW_PARTNERSHIP, "Alder", "Birch"), text="A pact.", now=first)
        tell(session, 1, make_event(EventType.IN_TALKS, "Alder", "Birch"), text="Only talks.", now=second)
        tell(session, 2, make_event(EventType.TERMINATION, "Alder", "Birch"), text="Over.", now=third)
    with store.read() as session:
        known = [
            [one.event.type for one in history.dated_events(session, known_at=time)]
            for time in (first - timedelta(seconds=1), first, second - timedelta(seconds=1), second, third)
        ]
    assert known == [
        [],
        [EventType.NEW_PARTNERSHIP],
        [EventType.NEW_PARTNERSHIP],
        [EventType.IN_TALKS],
        [EventType.IN_TALKS, EventType.TERMINATION],
    ]


def test_the_words_that_tell_an_event_are_kept(store: Store) -> None:
    event = make_event(EventType.TERMINATION, "Alder", "Birch", sentence="Alder ended it.")
    event = replace(event, evidence=replace(event.evidence, words_start=6, words_end=11))
    with store.write() as session:
        alert = tell(session, 1, event)
    assert alert.events[0].evidence.words == "ended"
