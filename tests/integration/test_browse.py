"""What people browse: every filter, paging without gaps, stories, pairs and counts."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.models import (
    Article,
    ArticleFilter,
    Event,
    EventType,
    Evidence,
    Field,
    Modality,
    Novelty,
    Participant,
    RouteCount,
)
from monitor.store import Session, Store, articles, browse, deliveries, news
from tests.conftest import find_stored

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "monitor.db")
    yield opened
    opened.close()


def make_event(kind: EventType, *names: str, modality: Modality = Modality.CONFIRMED, rule: str = "rule") -> Event:
    return Event(
        type=kind,
        participants=tuple(Participant(name=name) for name in names),
        modality=modality,
        evidence=Evidence(field=Field.TEXT, start=0, end=1, sentence="A sentence."),
        rule=rule,
    )


def tell(  # noqa: PLR0913 - a row has so many facts
    session: Session,
    number: int,
    *told: Event,
    source: str = "wire",
    text: str = "Text.",
    story: int | None = None,
    at: datetime | None = NOW,
    seen: datetime = NOW,
) -> int:
    """Store an article with its events; return the id of their story."""
    article = Article(
        url=f"https://a.example/{number}", title=f"Title {number}", text=text, published_at=at, site_name=source
    )
    stored = articles.add_article(session, article, source=source, digest=str(number), now=seen)
    story = story or news.open_story(session, seen)
    for one in told:
        news.add_event(session, one, stored=stored, story_id=story, novelty=Novelty.NEW_STORY, now=seen)
    return story


def find(session: Session, **wanted: object) -> list[int]:
    return [one.id for one in browse.find_articles(session, replace(ArticleFilter(), **wanted))]  # type: ignore[arg-type]


@pytest.fixture
def three(store: Store) -> Store:
    with store.write() as session:
        pact = make_event(EventType.NEW_PARTNERSHIP, "Alder Motors", "Birch")
        tell(session, 1, pact, text="A pact of steel.", at=NOW - timedelta(days=9))
        rumour = make_event(EventType.TERMINATION, "Cedar", "Birch", modality=Modality.SPECULATED)
        tell(session, 2, rumour, source="ledger", text="Steel again.")
        tell(session, 3, text="Nothing.", at=None)
    return store


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        ({}, [3, 2, 1]),
        ({"words": "steel"}, [2, 1]),
        ({"words": "steel", "source": "ledger"}, [2]),
        ({"words": "!!"}, []),
        ({"company": "alder"}, [1]),
        ({"company": "birch"}, [2, 1]),
        ({"company": "birc"}, []),
        ({"type": EventType.TERMINATION}, [2]),
        ({"modality": Modality.CONFIRMED}, [1]),
        ({"type": EventType.TERMINATION, "modality": Modality.CONFIRMED}, []),
        ({"words": "steel", "company": "birch", "modality": Modality.SPECULATED}, [2]),
        ({"source": "wire"}, [3, 1]),
        ({"since": NOW - timedelta(days=1)}, [3, 2]),
        ({"until": NOW - timedelta(days=1)}, [1]),
        ({"since": NOW, "until": NOW}, []),
        ({"words": "steel", "since": NOW - timedelta(days=1)}, [2]),
    ],
)
def test_articles_are_found_by_what_they_are(wanted: dict[str, object], ids: Sequence[int], three: Store) -> None:
    with three.read() as session:
        assert find(session, **wanted) == list(ids)


@pytest.mark.parametrize("words", ["", "text"])
def test_articles_are_paged_without_gap_or_repeat(words: str, store: Store) -> None:
    with store.write() as session:
        for number in range(7):
            tell(session, number)
    seen: list[int] = []
    with store.read() as session:
        while page := browse.find_articles(
            session, ArticleFilter(words=words), before=seen[-1] if seen else None, limit=3
        ):
            seen += [one.id for one in page]
    assert seen == [7, 6, 5, 4, 3, 2, 1]


def test_a_snippet_has_the_words_between_the_marks(three: Store) -> None:
    with three.read() as session:
        found = browse.find_articles(session, ArticleFilter(words="pact"), marks=("<", ">"))
    assert [one.snippet for one in found] == ["A <pact> of steel."]


@pytest.mark.parametrize("many", [0, 10_000])
@pytest.mark.parametrize(
    ("wanted", "stories"),
    [
        ({}, [2, 1]),
        ({"company": "birch"}, [2, 1]),
        ({"company": "alder"}, [1]),
        ({"type": EventType.TERMINATION}, [2]),
        ({"company": "alder", "type": EventType.TERMINATION}, []),
        ({"modality": Modality.SPECULATED, "source": "ledger"}, [2]),
        ({"modality": Modality.SPECULATED, "source": "wire"}, []),
        ({"source": "wire"}, [1]),
        ({"since": NOW - timedelta(days=1)}, [2]),
        ({"until": NOW - timedelta(days=1)}, [1]),
        ({"words": "steel"}, [2, 1]),
        ({"words": "pact"}, [1]),
        ({"words": "steel", "company": "cedar"}, [2]),
        ({"words": "nothing"}, []),
        ({"words": "!!"}, []),
    ],
)
def test_stories_are_filtered_by_what_one_of_their_articles_tells(
    three: Store, wanted: dict[str, Any], stories: list[int], many: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(browse, "_MANY_ARTICLES", many)
    with three.read() as session:
        assert [one.id for one in browse.list_stories(session, ArticleFilter(**wanted))] == stories


def test_a_story_has_its_articles_and_its_first_headline(store: Store) -> None:
    event = make_event(EventType.DISPUTE, "Alder", "Birch")
    with store.write() as session:
        story = tell(session, 1, event)
        tell(session, 2, event, source="ledger", story=story)
        tell(session, 3)
    with store.read() as session:
        (digest,) = browse.list_stories(session)
        told = browse.events_of_story(session, story)
    assert (digest.id, digest.headline, digest.articles, digest.sources) == (story, "Title 1", 2, ("wire", "ledger"))
    assert digest.event == event
    assert [(one.article_id, one.title, one.event) for one in told] == [(1, "Title 1", event), (2, "Title 2", event)]


def test_stories_are_paged_and_found_by_their_number(store: Store) -> None:
    with store.write() as session:
        for number in range(3):
            tell(session, number, make_event(EventType.DISPUTE, "Alder", "Birch"))
    with store.read() as session:
        assert [one.id for one in browse.list_stories(session, limit=2)] == [3, 2]
        assert [one.id for one in browse.list_stories(session, before=2)] == [1]
        assert [one.id for one in browse.list_stories(session, story_id=2)] == [2]


def test_a_pair_is_found_under_short_and_long_names_and_without_others(store: Store) -> None:
    with store.write() as session:
        tell(session, 1, make_event(EventType.NEW_PARTNERSHIP, "Alder Motors", "Birch"))
        tell(session, 2, make_event(EventType.TERMINATION, "Birch Labs", "Alder"))
        tell(session, 3, make_event(EventType.TERMINATION, "Birchway", "Alder"))
        tell(session, 4, make_event(EventType.TERMINATION, "Birch", "Cedar"))
    with store.read() as session:
        assert [one.article_id for one in browse.events_of_pairs(session, [("alder motors", "birch")])] == [1, 2]
        both = browse.events_of_pairs(session, [("alder", "birch"), ("birch", "cedar")])
        assert [one.article_id for one in both] == [1, 2, 4]
        assert browse.events_of_pairs(session, []) == []


def test_what_a_new_version_took_back_moves_no_pair(store: Store) -> None:
    with store.write() as session:
        tell(session, 1, make_event(EventType.NEW_PARTNERSHIP, "Alder", "Birch"))
        known = find_stored(session, "https://a.example/1")
        assert known
        articles.revise_article(session, known, replace(known.article, text="No."), digest="new", now=NOW)
    with store.read() as session:
        assert browse.events_of_pairs(session, [("alder", "birch")]) == []


def test_the_latest_pairs_say_how_far_back_they_reach(store: Store) -> None:
    with store.write() as session:
        for number, day in enumerate((4, 3, 2)):
            pact = make_event(EventType.NEW_PARTNERSHIP, f"Alder {number}", "Birch")
            tell(session, number, pact, seen=NOW - timedelta(days=day))
    with store.read() as session:
        assert browse.latest_pairs(session, events=3).oldest is None
        assert browse.latest_pairs(session, events=2).oldest == NOW - timedelta(days=3)
        assert browse.latest_pairs(session, events=2).pairs == [("alder 2", "birch"), ("alder 1", "birch")]
        assert browse.latest_pairs(session, limit=2).oldest == NOW - timedelta(days=3)


def test_the_latest_pairs_are_those_of_news_that_moves(store: Store) -> None:
    with store.write() as session:
        tell(session, 1, make_event(EventType.NEW_PARTNERSHIP, "Birch", "Alder"), seen=NOW - timedelta(days=9))
        tell(session, 2, make_event(EventType.NEW_PARTNERSHIP, "Cedar", "Birch", "Alder"), seen=NOW)
        tell(session, 3, make_event(EventType.IN_TALKS, "Elm", "Fir", modality=Modality.SPECULATED), seen=NOW)
    with store.read() as session:
        latest = browse.latest_pairs(session)
        assert set(latest.pairs) == {("alder", "birch"), ("alder", "cedar"), ("birch", "cedar")}
        assert latest.oldest is None
        assert browse.latest_pairs(session, limit=1) == browse.LatestPairs(pairs=[("alder", "birch")], oldest=NOW)


def test_companies_are_counted_since_a_time(store: Store) -> None:
    with store.write() as session:
        tell(session, 1, make_event(EventType.DISPUTE, "Alder", "Birch"), seen=NOW - timedelta(days=9))
        tell(session, 2, make_event(EventType.DISPUTE, "Alder", "Cedar"))
        tell(session, 3, make_event(EventType.DISPUTE, "ALDER", "Birch"))
    with store.read() as session:
        counted = browse.count_companies(session, since=NOW - timedelta(days=1))
    assert [(one.name.casefold(), one.events) for one in counted] == [("alder", 2), ("birch", 1), ("cedar", 1)]


def test_rules_are_counted_by_week_up_to_now(store: Store) -> None:
    with store.write() as session:
        for number, days in enumerate((0, 1, 8, 13, 20, 400)):
            event = make_event(EventType.DISPUTE, "Alder", rule="old" if days == 20 else "busy")
            tell(session, number, event, seen=NOW - timedelta(days=days))
    with store.read() as session:
        hits = browse.count_hits(session, now=NOW, weeks=3)
    assert [(one.rule, one.weeks) for one in hits] == [("busy", (0, 2, 2)), ("old", (1, 0, 0))]


def test_deliveries_are_counted_and_listed_by_route(store: Store) -> None:
    event = make_event(EventType.DISPUTE, "Alder")
    with store.write() as session:
        tell(session, 1, event)
        stored = find_stored(session, "https://a.example/1")
        assert stored
        alert = news.add_alert(session, [1], stored=stored, story_id=1, novelty=Novelty.NEW_STORY, now=NOW)
        for route in ("desk", "mail", "night"):
            deliveries.add_delivery(session, alert, route=route, target=route, group="1", due_at=NOW)
        session.flush()
        deliveries.mark_failed(session, [1], "refused", due_at=None)
        deliveries.silence(session, [3], "silence 1")
    with store.read() as session:
        assert browse.count_routes(session) == [
            RouteCount(route="desk", dead=1),
            RouteCount(route="mail", waiting=1),
            RouteCount(route="night", silenced=1),
        ]
        assert [one.id for one in deliveries.list_deliveries(session, route="mail")] == [2]
        assert [one.id for one in deliveries.list_deliveries(session, before=2)] == [1]


def test_an_old_version_and_the_newest_are_read_alike(store: Store) -> None:
    with store.write() as session:
        tell(session, 1)
        known = find_stored(session, "https://a.example/1")
        assert known
        articles.revise_article(session, known, replace(known.article, text="New."), digest="new", now=NOW)
    with store.read() as session:
        assert [browse.read_version(session, 1, number) for number in (0, 1, 2)] == [
            None,
            ("Title 1", "Text.", NOW),
            ("Title 1", "New.", NOW),
        ]
        assert browse.read_version(session, 2, 1) is None


def test_only_the_last_events_of_each_pair_and_company_are_read(store: Store) -> None:
    with store.write() as session:
        for number in range(5):
            tell(session, number, make_event(EventType.DISPUTE, "Alder", "Birch"))
        tell(session, 9, make_event(EventType.DISPUTE, "Cedar", "Birch"))
    with store.read() as session:
        last = browse.events_of_pairs(session, [("alder", "birch"), ("birch", "cedar")], most=2)
        assert [one.article_id for one in last] == [4, 5, 6]
        assert [one.article_id for one in browse.events_of_company(session, "alder", most=2)] == [4, 5]
