"""How much there is: by kind, source, and the days of the reader's zone."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from monitor.models import Article, Event, EventType, Evidence, Field, Modality, Novelty, Participant
from monitor.store import Session, Store, articles, news
from monitor.store.statistics import Statistics, Tally, measure_history

MONDAY = datetime(2026, 5, 4, 23, 50, tzinfo=UTC)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened = Store(tmp_path_factory.mktemp("statistics") / "monitor.db")
    with opened.write() as session:
        add_article(session, 1, MONDAY, EventType.TERMINATION, EventType.DISPUTE)
        add_article(session, 2, MONDAY + timedelta(hours=1))
        add_article(session, 3, MONDAY + timedelta(days=3), EventType.TERMINATION)
        add_article(session, 5, MONDAY + timedelta(days=7))
    yield opened
    opened.close()


def add_article(session: Session, number: int, at: datetime, *kinds: EventType) -> None:
    article = Article(url=f"https://a.example/{number}", title="Title", text="Pact.")
    stored = articles.add_article(session, article, source=f"wire-{number % 2}", digest=str(number), now=at)
    story = news.open_story(session, at)
    told = [
        news.add_event(
            session,
            Event(
                type=kind,
                participants=(Participant(name="Alderon"), Participant(name="Birchway")),
                modality=Modality.CONFIRMED if number == 1 else Modality.DENIED,
                evidence=Evidence(field=Field.TEXT, start=0, end=5, sentence="Pact."),
                rule="rule",
            ),
            stored=stored,
            story_id=story,
            novelty=Novelty.NEW_STORY,
            now=at,
        )
        for kind in kinds
    ]
    if told:
        news.add_alert(session, told, stored=stored, story_id=story, novelty=Novelty.NEW_STORY, now=at)


def measure(store: Store, **wanted: object) -> Statistics:
    with store.read() as session:
        return measure_history(session, **wanted)  # type: ignore[arg-type]  # of a test


def test_everything_is_counted_by_kind_and_source(store: Store) -> None:
    found = measure(store, zone=UTC)
    assert found.total == Tally(articles=4, events=3, alerts=2)
    assert found.kinds == {"termination": {"confirmed": 1, "denied": 1}, "dispute": {"confirmed": 1}}
    assert found.sources == {"wire-1": Tally(articles=3, events=3, alerts=2), "wire-0": Tally(articles=1)}


def test_days_are_those_of_the_zone_and_none_is_left_out(store: Store) -> None:
    found = measure(store, zone=UTC, until=MONDAY + timedelta(days=4)).periods
    assert list(found) == [date(2026, 5, day) for day in (4, 5, 6, 7)]
    assert found[date(2026, 5, 6)] == Tally()
    assert measure(store, zone=UTC).periods[date(2026, 5, 4)].articles == 1
    assert measure(store, zone=ZoneInfo("Asia/Kathmandu")).periods[date(2026, 5, 5)].articles == 2


def test_weeks_begin_on_monday(store: Store) -> None:
    found = measure(store, zone=UTC, by_week=True).periods
    assert {day: tally.articles for day, tally in found.items()} == {date(2026, 5, 4): 3, date(2026, 5, 11): 1}


def test_only_what_came_in_between_is_counted(store: Store) -> None:
    found = measure(store, zone=UTC, since=MONDAY + timedelta(seconds=1), until=MONDAY + timedelta(days=3))
    assert found.total == Tally(articles=1)
    assert measure(store, since=MONDAY + timedelta(days=30)) == Statistics()
