"""The demo site's data: enough of every kind of news, in order, and true to its own words."""

import pytest

from monitor.demo.content import DemoStory, load_outlets, load_stories
from monitor.models import EventType, Modality, SourceKind

STORIES = load_stories()
OUTLETS = load_outlets()


def describe(story: DemoStory) -> str:
    return story.path


def test_there_are_enough_stories_of_three_outlets() -> None:
    assert len(STORIES) >= 14
    assert {story.outlet for story in STORIES} == {outlet.slug for outlet in OUTLETS}
    assert len(OUTLETS) == 3


def test_paths_are_unique() -> None:
    assert len({story.path for story in STORIES}) == len(STORIES)


def test_every_outlet_has_a_story_before_the_first_look() -> None:
    assert {story.outlet for story in STORIES if story.after_seconds == 0} == {outlet.slug for outlet in OUTLETS}


def test_all_other_stories_appear_within_the_first_minute_and_none_at_the_same_second() -> None:
    later = [story.after_seconds for story in STORIES if story.after_seconds]
    assert later == sorted(set(later))
    assert later[0] >= 5
    assert later[-1] <= 50


def test_the_first_news_worth_an_alert_comes_early() -> None:
    assert min(story.after_seconds for story in STORIES if story.expect) <= 8


def test_nothing_is_expected_of_what_was_there_before() -> None:
    assert not any(story.expect for story in STORIES if story.after_seconds == 0)


def test_five_later_stories_must_not_alert() -> None:
    assert sum(1 for story in STORIES if story.after_seconds and not story.expect) == 5


def test_the_kinds_of_change_that_the_demo_promises_are_told() -> None:
    told = {(event.type, event.modality) for story in STORIES for event in story.expect}
    assert told >= {
        (EventType.NEW_PARTNERSHIP, Modality.CONFIRMED),
        (EventType.NEW_PARTNERSHIP, Modality.SPECULATED),
        (EventType.EXCLUSIVITY_LOST, Modality.CONFIRMED),
        (EventType.RIGHT_OF_FIRST_REFUSAL, Modality.CONFIRMED),
        (EventType.PARTNER_JOINED, Modality.CONFIRMED),
        (EventType.EXTENSION_RENEWAL, Modality.CONFIRMED),
        (EventType.TERMINATION, Modality.CONFIRMED),
        (EventType.IN_TALKS, Modality.DENIED),
    }


def test_a_repeat_tells_the_same_events_later_at_another_outlet() -> None:
    by_path = {story.path: story for story in STORIES}
    repeats = [story for story in STORIES if story.repeat_of]
    assert repeats
    for story in repeats:
        first = by_path[story.repeat_of or ""]
        assert first.after_seconds < story.after_seconds
        assert first.outlet != story.outlet
        assert {(e.type, e.modality, frozenset(e.participants)) for e in first.expect} == {
            (e.type, e.modality, frozenset(e.participants)) for e in story.expect
        }


def test_a_rumour_is_confirmed_later() -> None:
    rumour = next(s for s in STORIES if any(e.modality is Modality.SPECULATED for e in s.expect))
    parties = set(rumour.expect[0].participants)
    later = [s for s in STORIES if s.after_seconds > rumour.after_seconds]
    assert any(e.modality is Modality.CONFIRMED and set(e.participants) == parties for s in later for e in s.expect)


@pytest.mark.parametrize("story", STORIES, ids=describe)
def test_a_story_is_written_like_news(story: DemoStory) -> None:
    assert 4 <= len(story.paragraphs) <= 7
    assert 180 <= sum(len(paragraph.split()) for paragraph in story.paragraphs) <= 400
    assert story.headline
    assert story.standfirst
    assert story.author
    assert story.paragraphs[0].split(" ", 1)[0].strip(",").isupper()  # the dateline
    assert '"' in "".join(story.paragraphs) or "“" in "".join(story.paragraphs)


@pytest.mark.parametrize("story", [story for story in STORIES if story.expect], ids=describe)
def test_the_expected_companies_stand_in_the_first_two_paragraphs(story: DemoStory) -> None:
    opening = " ".join((story.headline, story.standfirst, *story.paragraphs[:2]))
    for event in story.expect:
        for company in event.participants:
            assert company in opening


def test_the_sources_are_feeds_a_sitemap_and_a_listing_with_its_selector() -> None:
    sources = [source for outlet in OUTLETS for source in outlet.sources]
    assert [source.kind for source in sources].count(SourceKind.FEED) == 2
    assert {source.kind for source in sources} == set(SourceKind)
    assert all(source.name.startswith("demo-") for source in sources)
    assert all(bool(source.selector) == (source.kind is SourceKind.LISTING) for source in sources)
