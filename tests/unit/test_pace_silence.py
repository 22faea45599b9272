"""What is wrong with a source, told from its looks."""

from datetime import UTC, datetime, timedelta

import pytest

from monitor.errors import FetchError, FetchFault, ParseError, WallError
from monitor.models import DateCertainty, Diagnosis, Link, Look, Pulse, SourceCondition
from monitor.pace.silence import blame, observe

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
URL = "https://news.example/feed"


class Watched:
    """A source, looked at as a test says."""

    def __init__(self) -> None:
        self.now = START
        self.pulse = Pulse()
        self.told: list[SourceCondition] = []
        self.detail = ""

    def look(
        self, links: list[Link] | None, *, hours: float = 1, is_whole: bool = True, moved: str | None = None
    ) -> None:
        self.now += timedelta(hours=hours)
        shown = None if links is None else tuple(links)
        self.pulse, found = observe(self.pulse, Look(links=shown, is_whole=is_whole, moved_to=moved), self.now)
        if found is not None and (not self.told or self.told[-1] is not found.condition):
            self.told.append(found.condition)
            self.detail = found.detail

    def publish_for(self, days: int) -> list[Link]:
        """Look hourly at a feed of the ten newest articles, one every three hours; return what it shows at last."""
        links: list[Link] = []
        for hour in range(24 * days):
            if hour % 3 == 0:
                links = [make_link(f"{self.now:%d-%H}", self.now), *links][:10]
            self.look(links)
        return links


def make_link(name: str, at: datetime | None = None) -> Link:
    certainty = DateCertainty.EXACT
    return Link(url=f"https://news.example/{name}", title=name, published_at=at, published_certainty=certainty)


def undated(links: list[Link]) -> list[Link]:
    return [make_link(link.title or "") for link in links]


def test_a_source_that_publishes_is_fine() -> None:
    source = Watched()
    source.publish_for(days=9)
    assert source.told == [SourceCondition.FINE]


@pytest.mark.parametrize("is_unchanged", [True, False])
def test_a_source_that_shows_the_same_for_days_is_frozen_and_told_once(is_unchanged: bool) -> None:  # noqa: FBT001 - the two ways to say so
    source = Watched()
    links = source.publish_for(days=9)
    frozen_after = None
    for hour in range(24 * 30):
        source.look(None if is_unchanged else links)
        if frozen_after is None and source.told[-1] is SourceCondition.FROZEN:
            frozen_after = hour / 24
    assert frozen_after is not None
    assert 2.5 < frozen_after < 5
    assert source.told == [SourceCondition.FINE, SourceCondition.FROZEN]
    source.look([make_link("new", source.now), *links])
    assert source.told[-1] is SourceCondition.FINE


def test_a_source_that_was_dead_before_the_first_look_is_frozen_at_once() -> None:
    source = Watched()
    source.look([make_link(str(day), START - timedelta(days=300 + day)) for day in range(10)])
    assert source.told == [SourceCondition.FROZEN]
    assert "nothing new for 300 days" in source.detail


def test_undated_items_that_never_change_are_frozen_within_days() -> None:
    source = Watched()
    for _ in range(24 * 11):
        source.look([make_link(str(number)) for number in range(10)])
    assert source.told == [SourceCondition.FINE, SourceCondition.FROZEN]


def test_a_source_that_publishes_twice_a_month_is_not_frozen_between_once_that_is_known() -> None:
    source = Watched()
    links: list[Link] = []
    for day in range(150):
        if day % 15 == 0:
            links = [make_link(str(day), source.now), *links]
        source.look(links, hours=24)
        if day == 30:
            source.told.clear()
    assert source.told == [SourceCondition.FINE]


@pytest.mark.parametrize("left", [0, 2])
def test_a_source_with_a_fifth_of_its_items_is_emptied_at_the_second_look(left: int) -> None:
    source = Watched()
    links = source.publish_for(days=4)
    source.look(links[:left])
    assert source.told == [SourceCondition.FINE]
    for _ in range(50):
        source.look(links[:left])
    assert source.told[:2] == [SourceCondition.FINE, SourceCondition.EMPTIED]
    assert source.detail == f"{left} items, usually 10"
    assert SourceCondition.FINE not in source.told[1:]
    source.look(links)
    assert source.told[-1] is SourceCondition.FINE


def test_a_source_that_is_as_at_its_last_good_look_is_fine_again() -> None:
    source = Watched()
    source.publish_for(days=4)
    source.look([])
    source.look([])
    source.look(None)
    assert source.told == [SourceCondition.FINE, SourceCondition.EMPTIED, SourceCondition.FINE]


def test_a_page_shown_by_mistake_once_is_not_told() -> None:
    source = Watched()
    links = source.publish_for(days=4)
    source.look([])
    source.look(links)
    assert source.told == [SourceCondition.FINE]


def test_a_part_of_a_source_that_did_not_change_is_not_missed() -> None:
    source = Watched()
    links = source.publish_for(days=4)
    for _ in range(5):
        source.look(links[:1], is_whole=False)
    assert source.told == [SourceCondition.FINE]


def test_dates_that_are_gone_tell_of_a_new_style() -> None:
    source = Watched()
    links = source.publish_for(days=4)
    source.look(undated(links))
    source.look(undated(links))
    assert (source.told[-1], source.detail) == (SourceCondition.RESTYLED, "no dates any more")


def test_links_that_are_all_new_and_tell_old_news_are_restyled() -> None:
    source = Watched()
    links = source.publish_for(days=4)
    source.look([make_link(f"new/{link.title}", link.published_at) for link in links])
    assert source.told[-1] is SourceCondition.RESTYLED


def test_links_that_are_new_at_every_look_are_restyled_within_hours_and_told_once() -> None:
    source = Watched()
    links: list[Link] = []
    for hour in range(48):
        links = [make_link(str(hour)), *links][:10]
        source.look(links)
    for hour in range(24):
        source.look([make_link(f"{link.title}?visit={hour}") for link in links])
    assert source.told == [SourceCondition.FINE, SourceCondition.RESTYLED]
    source.look(links)
    source.look(links)
    assert source.told[-1] is SourceCondition.FINE


def test_what_came_while_a_source_was_emptied_is_news() -> None:
    source = Watched()
    source.publish_for(days=4)
    for _ in range(24):
        source.look([])
    source.look([make_link(f"meanwhile {hour}", source.now - timedelta(hours=hour)) for hour in range(1, 11)])
    assert source.told == [SourceCondition.FINE, SourceCondition.EMPTIED, SourceCondition.FINE]


def test_a_source_without_dates_is_restyled_for_as_long_as_news_might_be_a_mistake() -> None:
    source = Watched()
    links = undated(source.publish_for(days=4))
    for hour in range(12):
        links = [make_link(f"later {hour // 3}"), *links][:10]
        source.look(links)
    assert source.told == [SourceCondition.FINE, SourceCondition.RESTYLED]


def test_links_that_are_all_new_because_so_much_happened_are_fine() -> None:
    source = Watched()
    source.publish_for(days=4)
    source.look([make_link(str(n), source.now + timedelta(minutes=n)) for n in range(10)])
    assert source.told == [SourceCondition.FINE]


def test_a_new_address_for_good_is_told_as_long_as_it_lasts() -> None:
    source = Watched()
    source.publish_for(days=2)
    source.look(None, moved="https://new.example/feed")
    assert (source.told[-1], source.detail) == (SourceCondition.MOVED, "https://new.example/feed")
    source.look(None)
    assert source.told[-1] is SourceCondition.FINE


@pytest.mark.parametrize(
    ("error", "failures", "condition"),
    [
        (FetchError(URL, FetchFault.CONNECT), 2, SourceCondition.FINE),
        (FetchError(URL, FetchFault.CONNECT), 3, SourceCondition.DOWN),
        (FetchError(URL, FetchFault.STATUS, "404", status=404), 3, SourceCondition.DOWN),
        (FetchError(URL, FetchFault.STATUS, "403", status=403), 1, SourceCondition.FINE),
        (FetchError(URL, FetchFault.STATUS, "403", status=403), 2, SourceCondition.BLOCKED),
        (FetchError(URL, FetchFault.WAIT, status=429), 2, SourceCondition.BLOCKED),
        (FetchError(URL, FetchFault.ROBOTS), 2, SourceCondition.BLOCKED),
        (WallError(URL, "a wall"), 2, SourceCondition.BLOCKED),
        (ParseError(URL, "no links match"), 1, SourceCondition.FINE),
        (ParseError(URL, "no links match"), 2, SourceCondition.RESTYLED),
    ],
)
def test_failures_in_a_row_tell_what_is_wrong(
    error: FetchError | ParseError, failures: int, condition: SourceCondition
) -> None:
    found: Diagnosis = blame(error, failures)
    assert found.condition is condition
    assert bool(found.detail) is (condition is not SourceCondition.FINE)


def test_an_item_that_is_on_show_for_years_does_not_hide_that_the_source_is_frozen() -> None:
    source = Watched()
    pinned = make_link("about us", START - timedelta(days=2_500))
    for hour in range(24 * 20):
        newest = min(hour, 24 * 10) // 12
        source.look([pinned, *(make_link(str(n), START + timedelta(hours=12 * n)) for n in range(newest - 20, newest))])
    assert source.told == [SourceCondition.FINE, SourceCondition.FROZEN]


def test_items_that_go_and_come_again_are_not_new() -> None:
    source = Watched()
    for hour in range(24 * 5):
        shift = hour % 2 * 5
        source.look([make_link(str(number), START - timedelta(hours=number)) for number in range(shift, shift + 10)])
    assert source.told == [SourceCondition.FINE, SourceCondition.FROZEN]


@pytest.mark.parametrize("is_alive", [True, False])
def test_a_source_that_shows_less_for_good_is_well_again_if_it_brings_news(is_alive: bool) -> None:  # noqa: FBT001 - the two ways to go on
    source = Watched()
    source.look([make_link(str(number), START) for number in range(50)])
    for hour in range(24 * 2):
        newest = hour // 3 if is_alive else 0
        source.look([make_link(f"new {number}", source.now) for number in range(newest, newest + 8)])
    assert source.told == [SourceCondition.FINE, SourceCondition.EMPTIED] + [SourceCondition.FINE] * is_alive


def test_a_clock_that_was_wrong_for_an_hour_does_not_hide_that_a_source_is_frozen() -> None:
    source = Watched()
    links = source.publish_for(days=9)
    source.look([make_link("of next year"), *links], hours=24 * 365)
    source.look([make_link("of next year"), *links], hours=-24 * 365)
    source.told.clear()
    for _ in range(24 * 5):
        source.look([make_link("of next year"), *links])
    assert source.told == [SourceCondition.FINE, SourceCondition.FROZEN]
