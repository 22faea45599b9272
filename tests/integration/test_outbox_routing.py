"""Routes over a real database and a real web server: groups, digests, quiet hours, limits, silences, fallbacks."""

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from monitor.claim import FLOOD, Claimer, claim_parcel
from monitor.config import NotifySettings
from monitor.dispatch import queue, tell_source
from monitor.fetch import Fetcher
from monitor.models import (
    Alert,
    DeliveryState,
    Diagnosis,
    EventType,
    FetchSettings,
    GroupBy,
    Novelty,
    Participant,
    Quiet,
    QuietAction,
    Route,
    Severity,
    Silence,
    SourceCondition,
    SourceState,
    Subject,
)
from monitor.notify import Notifier, render_deliveries
from monitor.outbox import MAX_REMINDERS, FlushReport, Postman, flush
from monitor.store import Store, deliveries, news, notices
from tests.conftest import Site
from tests.integration.test_store import EVENT, NOW, add_article

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


class Desk:
    """A monitor without sources: alerts go in, messages arrive at a web server, the time is ours."""

    def __init__(self, store: Store, site: Site, fetcher: Fetcher) -> None:
        self.store, self.site = store, site
        self.now = NOW
        self._fetcher = fetcher
        self._count = 0
        self.routes: tuple[Route, ...] = ()
        self.targets = ("desk", "mail")

    def tell(self, name: str = "Alderon", *, story: int | None = None, novelty: Novelty = Novelty.NEW_STORY,
             severity: Severity = Severity.NORMAL) -> Alert:  # fmt: skip
        """Put an alert into the outbox, as a check does."""
        self._count += 1
        event = replace(EVENT, participants=(Participant(name=name), Participant(name="Birchway")), severity=severity)
        with self.store.write() as session:
            stored = add_article(session, self._count)
            story = story or news.open_story(session, self.now)
            ids = [news.add_event(session, event, stored=stored, story_id=story, novelty=novelty, now=self.now)]
            alert = news.add_alert(session, ids, stored=stored, story_id=story, novelty=novelty, now=self.now)
            queue(session, alert, self.routes, self.now)
        return alert

    async def flush(self, after: timedelta = timedelta()) -> FlushReport:
        """Let time pass, then send what is due."""
        self.now += after
        senders = [Route(name=name, url=f"slack+{self.site.url(f'/{name}')}") for name in self.targets]
        notifier = Notifier(senders, post=self._fetcher.post, console=Console(file=StringIO()))
        return await flush(
            Postman(
                store=self.store,
                notifier=notifier,
                routes=self.routes,
                targets=self.targets,
                settings=NotifySettings(max_attempts=12),
                now=lambda: self.now,
                jitter=lambda: 0.0,
            )
        )

    def titles(self) -> list[str]:
        """Return what arrived since the last look."""
        found = [str(json.loads(post)["text"]) for post in self.site.posts]
        self.site.posts.clear()
        return found

    def states(self) -> dict[DeliveryState, int]:
        with self.store.read() as session:
            return deliveries.count_deliveries(session)

    def requeue(self, delivery_id: int | None = None) -> int:
        with self.store.write() as session:
            return deliveries.requeue(session, self.now, delivery_id=delivery_id)

    def silence(self, **conditions: Any) -> None:
        with self.store.write() as session:
            silence = Silence(created_at=self.now, ends_at=self.now + HOUR, **conditions)
            notices.add_silence(session, silence)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "monitor.db")
    yield opened
    opened.close()


@pytest.fixture
async def desk(store: Store, site: Site) -> AsyncIterator[Desk]:
    settings = FetchSettings(allow=(site.address,), delay_seconds=0, deadline_seconds=5)
    async with Fetcher(settings, now=lambda: datetime.now(UTC)) as fetcher:
        yield Desk(store, site, fetcher)


def route(**keys: Any) -> Route:
    return Route(**{"name": "r", "targets": ("desk",)} | keys)


# --- groups and digests -----------------------------------------------------------------------------------------


async def test_alerts_of_a_group_are_one_message_recorded_for_all(desk: Desk) -> None:
    desk.routes = (route(group_by=(GroupBy.COMPANIES,), group_wait_seconds=60),)
    desk.tell()
    desk.now += MINUTE / 2
    desk.tell(severity=Severity.HIGH)
    desk.tell("Cedar")
    assert (await desk.flush()).sent == 0
    assert (await desk.flush(MINUTE / 2)).sent == 1
    (title,) = desk.titles()
    assert title.startswith("2 alerts: Alderon – Birchway: new partnership (cloud, confirmed); Alderon")
    with desk.store.read() as session:
        found = deliveries.list_deliveries(session)
    assert [(one.state, one.parcel, one.attempts) for one in found] == [
        (DeliveryState.WAITING, None, 0),
        (DeliveryState.SENT, 1, 1),
        (DeliveryState.SENT, 1, 1),
    ]
    assert (await desk.flush(MINUTE / 2)).sent == 1
    assert desk.titles() == ["Cedar – Birchway: new partnership (cloud, confirmed)"]


async def test_a_group_leaves_an_interval_between_its_messages(desk: Desk) -> None:
    desk.routes = (route(group_by=(), group_wait_seconds=60, group_interval_seconds=600),)
    desk.tell()
    assert (await desk.flush(MINUTE)).sent == 1
    desk.tell()
    assert (await desk.flush(9 * MINUTE)).sent == 0
    assert (await desk.flush(MINUTE)).sent == 1


async def test_without_a_group_each_alert_is_a_message_of_its_own(desk: Desk) -> None:
    desk.routes = (route(),)
    desk.tell()
    desk.tell()
    assert (await desk.flush()).sent == 2
    assert not any("alerts:" in title for title in desk.titles())


async def test_a_group_that_fails_comes_again_whole_with_what_joined_it(desk: Desk) -> None:
    desk.routes = (route(group_by=()),)
    desk.site.failing["/desk"] = 503
    desk.tell()
    desk.tell()
    assert (await desk.flush()).failed == 1
    desk.site.failing.clear()
    desk.titles()
    desk.tell()
    assert (await desk.flush()).sent == 0
    assert (await desk.flush(timedelta(seconds=6))).sent == 1
    assert desk.titles()[0].startswith("3 alerts: ")


async def test_a_digest_is_one_message_at_its_time(desk: Desk) -> None:
    desk.routes = (route(digest="daily 08:00", zone="Europe/Berlin"),)
    for name in ("Alderon", "Cedar", "Elm"):
        desk.tell(name)
        desk.now += HOUR
    desk.now = datetime(2026, 5, 5, 5, 59, tzinfo=UTC)
    assert (await desk.flush()).sent == 0
    assert (await desk.flush(MINUTE)).sent == 1
    assert desk.titles()[0].startswith("3 alerts: Alderon – Birchway")


async def test_a_crowd_is_cut_to_what_the_service_takes(desk: Desk) -> None:
    desk.routes = (route(digest="hourly"),)
    for number in range(120):
        desk.tell(f"<!channel> *Alderon{number}*")
    await desk.flush(HOUR)
    (post,) = desk.site.posts
    blocks = [block["text"]["text"] for block in json.loads(post)["blocks"]]
    assert max(map(len, blocks)) <= 3_000
    assert blocks[-1].endswith("more: see `monitor history`")
    assert "<!channel>" not in "".join(blocks)
    assert desk.states() == {DeliveryState.SENT: 120}


async def test_a_route_with_several_targets_sends_to_each(desk: Desk) -> None:
    desk.routes = (route(targets=("desk", "mail")), route(name="other"))
    desk.tell()
    assert (await desk.flush()).sent == 3
    assert sorted(path for path, _ in desk.site.requests) == ["/desk", "/desk", "/mail"]


# --- crashes ----------------------------------------------------------------------------------------------------


async def test_a_group_whose_sender_died_goes_again_when_its_lease_is_over(desk: Desk) -> None:
    desk.routes = (route(group_by=()),)
    desk.tell()
    desk.tell()
    claimer = Claimer(routes={"r": desk.routes[0]}, target="desk", lease_seconds=20)
    with desk.store.write() as session:
        parcel = claim_parcel(session, claimer, desk.now)
        assert parcel
    assert len(parcel.deliveries) == 2
    assert (await desk.flush()).sent == 0
    assert (await desk.flush(timedelta(seconds=431))).sent == 1
    assert desk.states() == {DeliveryState.SENT: 2}


# --- quiet hours, limits ----------------------------------------------------------------------------------------


async def test_quiet_hours_hold_what_is_not_severe(desk: Desk) -> None:
    nights = Quiet(start=time(22), end=time(7), unless_severity=Severity.HIGH)
    desk.routes = (route(quiet=(nights,)),)
    desk.now = NOW.replace(hour=23)
    desk.tell()
    desk.tell("Cedar", severity=Severity.HIGH)
    assert (await desk.flush()).sent == 1
    assert desk.titles() == ["Cedar – Birchway: new partnership (cloud, confirmed)"]
    assert (await desk.flush(7 * HOUR + 59 * MINUTE)).sent == 0
    assert (await desk.flush(MINUTE)).sent == 1


async def test_quiet_hours_lower_what_they_do_not_hold(desk: Desk) -> None:
    lowered = Quiet(start=time(22), end=time(7), action=QuietAction.LOWER)
    desk.now = NOW.replace(hour=23)
    desk.routes = (route(quiet=(lowered,)),)
    desk.tell(severity=Severity.HIGH)
    claimer = Claimer(routes={"r": desk.routes[0]}, target="desk", lease_seconds=20)
    with desk.store.write() as session:
        parcel = claim_parcel(session, claimer, desk.now)
        assert parcel
    assert parcel.is_lowered


async def test_a_flood_ends_in_one_summary(desk: Desk) -> None:
    desk.routes = (route(max_per_hour=3),)
    for number in range(10):
        desk.tell(f"Alderon{number}")
    assert (await desk.flush()).sent == 3
    desk.titles()
    assert (await desk.flush(59 * MINUTE)).sent == 0
    desk.tell("Late")
    assert (await desk.flush()).sent == 0
    with desk.store.read() as session:
        assert deliveries.list_deliveries(session)[0].group == FLOOD
    assert (await desk.flush(MINUTE)).sent == 1
    assert desk.titles()[0].startswith("8 alerts: ")
    assert desk.states() == {DeliveryState.SENT: 11}


async def test_a_steady_flow_does_not_keep_what_waits_for_room_for_ever(desk: Desk) -> None:
    desk.routes = (route(max_per_hour=2),)
    for number in range(36):
        desk.tell(f"Alderon{number}")
        await desk.flush(5 * MINUTE)
    sizes = [int(title.split()[0]) if title[0].isdigit() else 1 for title in desk.titles()]
    assert sizes == [1, 1, 11, 1, 11, 1]
    assert desk.states() == {DeliveryState.SENT: 26, DeliveryState.WAITING: 10}


async def test_what_waits_for_the_morning_does_not_keep_what_is_severe(desk: Desk) -> None:
    nights = Quiet(start=time(22), end=time(7), unless_severity=Severity.HIGH)
    desk.routes = (route(max_per_hour=1, quiet=(nights,)),)
    desk.now = NOW.replace(hour=21, minute=30)
    for name in ("Alderon", "Birch"):
        desk.tell(name)
    assert (await desk.flush()).sent == 1
    assert (await desk.flush(HOUR)).sent == 0
    desk.tell("Cedar", severity=Severity.HIGH)
    assert (await desk.flush(MINUTE)).sent == 1
    assert desk.states() == {DeliveryState.SENT: 2, DeliveryState.WAITING: 1}


# --- silences, acknowledged stories, reminders ------------------------------------------------------------------


async def test_what_is_silenced_is_not_sent_and_says_why(desk: Desk) -> None:
    desk.routes = (route(),)
    desk.silence(companies=("Alderon",), types=(EventType.NEW_PARTNERSHIP,), comment="known")
    desk.tell()
    desk.tell("Cedar")
    assert (await desk.flush()).sent == 1
    assert desk.titles() == ["Cedar – Birchway: new partnership (cloud, confirmed)"]
    with desk.store.read() as session:
        (silenced,) = deliveries.list_deliveries(session, state=DeliveryState.SILENCED)
    assert silenced.last_error == "silence 1: known"
    desk.now += HOUR
    desk.tell()
    assert (await desk.flush()).sent == 1


async def test_a_silence_of_one_route_leaves_the_others(desk: Desk) -> None:
    desk.routes = (route(), route(name="other", targets=("mail",)))
    desk.silence(routes=("r",))
    desk.tell()
    assert (await desk.flush()).sent == 1
    assert [path for path, _ in desk.site.requests] == ["/mail"]


async def test_an_acknowledged_story_is_told_on_when_its_state_changes(desk: Desk) -> None:
    desk.routes = (route(),)
    story = desk.tell().story_id
    await desk.flush()
    with desk.store.write() as session:
        assert news.acknowledge_story(session, story, desk.now)
    desk.tell(story=story, novelty=Novelty.FOLLOW_UP)
    assert (await desk.flush()).sent == 0
    desk.tell(story=story, novelty=Novelty.STATE_CHANGED)
    assert (await desk.flush()).sent == 1
    assert desk.states() == {DeliveryState.SENT: 2, DeliveryState.SILENCED: 1}


async def test_what_nobody_acknowledges_is_told_again(desk: Desk) -> None:
    desk.routes = (route(repeat_interval_seconds=3_600),)
    story = desk.tell().story_id
    await desk.flush()
    desk.titles()
    assert (await desk.flush(HOUR)).sent == 1
    assert desk.titles() == ["reminder: Alderon – Birchway: new partnership (cloud, confirmed)"]
    with desk.store.write() as session:
        news.acknowledge_story(session, story, desk.now)
    assert (await desk.flush(HOUR)).sent == 0
    assert desk.states() == {DeliveryState.SENT: 2, DeliveryState.SILENCED: 1}


async def test_reminders_come_to_an_end(desk: Desk) -> None:
    desk.routes = (route(repeat_interval_seconds=3_600),)
    desk.tell()
    sent = [(await desk.flush(HOUR)).sent for _ in range(MAX_REMINDERS + 3)]
    assert sum(sent) == 1 + MAX_REMINDERS


async def test_a_reminder_that_waits_does_not_hold_up_news_of_its_group(desk: Desk) -> None:
    desk.routes = (route(group_by=(), repeat_interval_seconds=3_600),)
    desk.tell()
    await desk.flush()
    desk.tell("Cedar")
    assert (await desk.flush()).sent == 1


async def test_reminders_of_a_digest_come_at_its_time_under_names_of_their_own(desk: Desk) -> None:
    desk.routes = (route(digest="daily 08:00", repeat_interval_seconds=86_400),)
    desk.now = datetime(2026, 5, 5, 7, tzinfo=UTC)
    desk.tell()
    desk.tell("Cedar")
    assert (await desk.flush(HOUR + MINUTE / 2)).sent == 1  # a little late, as in life
    with desk.store.read() as session:
        waiting = deliveries.list_deliveries(session, state=DeliveryState.WAITING)
    assert {one.due_at for one in waiting} == {datetime(2026, 5, 6, 8, tzinfo=UTC)}
    titles = [render_deliveries(waiting).title, render_deliveries(waiting[:1] * 2).title]
    assert all(title.startswith("reminder: 2 alerts: ") for title in titles)
    assert render_deliveries(waiting).key != render_deliveries(waiting[:1] * 2).key


# --- fallbacks and notices --------------------------------------------------------------------------------------


async def test_what_a_target_refuses_goes_to_the_fallback_at_once(desk: Desk) -> None:
    desk.routes = (route(fallback="mail"),)
    desk.site.failing["/desk"] = 404
    desk.tell()
    report = await desk.flush()
    assert (report.sent, report.dead) == (1, 1)
    assert desk.site.requests == [("/desk", 404), ("/mail", 200)]


async def test_a_target_that_stays_down_is_given_up_for_the_fallback(desk: Desk) -> None:
    desk.routes = (route(fallback="mail", fallback_after=3),)
    desk.site.failing["/desk"] = 503
    desk.tell()
    reports = [await desk.flush(HOUR) for _ in range(4)]
    assert [(report.failed, report.dead, report.sent) for report in reports] == [
        (1, 0, 0),
        (1, 0, 0),
        (0, 1, 1),
        (0, 0, 0),
    ]


async def test_a_fallback_that_is_a_target_too_gets_it_once(desk: Desk) -> None:
    desk.routes = (route(targets=("desk", "mail"), fallback="mail"),)
    desk.site.failing["/desk"] = 404
    desk.tell()
    await desk.flush()
    assert [path for path, status in desk.site.requests if status == 200] == ["/mail"]


async def test_what_the_fallback_took_is_not_sent_again_by_hand(desk: Desk) -> None:
    desk.routes = (route(fallback="mail"),)
    desk.site.failing["/desk"] = 404
    desk.tell()
    await desk.flush()
    desk.site.failing.clear()
    assert desk.requeue() == desk.requeue(1) == 0
    assert (await desk.flush()).sent == 0
    assert desk.states() == {DeliveryState.DEAD: 1, DeliveryState.SENT: 1}


async def test_what_neither_target_nor_fallback_took_goes_again_to_the_target_alone(desk: Desk) -> None:
    desk.routes = (route(fallback="mail"),)
    desk.site.failing |= {"/desk": 404, "/mail": 404}
    desk.tell()
    await desk.flush()
    assert desk.states() == {DeliveryState.DEAD: 2}
    desk.site.failing.clear()
    assert desk.requeue() == 1
    assert (await desk.flush()).sent == 1
    assert desk.requeue() == desk.requeue(2) == 0
    assert [path for path, status in desk.site.requests if status == 200] == ["/desk"]


async def test_the_fallback_gets_it_if_the_target_fails_again(desk: Desk) -> None:
    desk.routes = (route(fallback="mail"),)
    desk.site.failing |= {"/desk": 404, "/mail": 404}
    desk.tell()
    await desk.flush()
    del desk.site.failing["/mail"]
    assert desk.requeue() == 1
    assert (await desk.flush()).sent == 1
    assert [path for path, status in desk.site.requests if status == 200] == ["/mail"]
    assert desk.states() == {DeliveryState.DEAD: 1, DeliveryState.SENT: 1}


async def test_a_dead_fallback_can_be_tried_again_by_its_number(desk: Desk) -> None:
    desk.routes = (route(fallback="mail"),)
    desk.site.failing |= {"/desk": 404, "/mail": 404}
    desk.tell()
    await desk.flush()
    del desk.site.failing["/mail"]
    assert desk.requeue(2) == 1
    assert desk.requeue() == 0
    assert (await desk.flush()).sent == 1
    assert [path for path, status in desk.site.requests if status == 200] == ["/mail"]


async def test_a_failing_target_is_told_once_through_another_and_so_is_its_end(desk: Desk) -> None:
    operators = route(name="operators", targets=("desk", "mail"), about=(Subject.TARGETS,))
    desk.routes = (route(), operators)
    desk.site.failing["/desk"] = 503
    desk.tell()
    for _ in range(6):
        await desk.flush(HOUR)
    told = [json.loads(post)["text"] for post in desk.site.posts]
    assert [title for title in told if title.startswith("target")] == ["target desk takes no messages"]
    desk.site.failing.clear()
    desk.titles()
    await desk.flush(3 * HOUR)
    await desk.flush()
    assert "target desk takes messages again" in desk.titles()
    assert {path for path, _ in desk.site.requests[-1:]} == {"/mail"}


async def test_a_silent_source_is_told_to_who_asks(desk: Desk) -> None:
    desk.routes = (route(), route(name="operators", targets=("mail",), about=(Subject.SOURCES,)))
    down = Diagnosis(condition=SourceCondition.DOWN, detail="<!channel> status 503\x1b[2J")
    with desk.store.write() as session:
        tell_source(session, "wire", (SourceState(name="wire"), down), desk.routes, desk.now)
    assert (await desk.flush()).sent == 1
    (post,) = desk.site.posts
    assert json.loads(post)["text"] == "source wire is down"
    assert b"<!channel>" not in post
    assert b"u001b" not in post
    assert [path for path, _ in desk.site.requests] == ["/mail"]
    was_down = SourceState(name="wire", condition=SourceCondition.DOWN)
    with desk.store.write() as session:
        tell_source(session, "wire", (was_down, Diagnosis()), desk.routes, desk.now)
    await desk.flush()
    assert desk.titles()[-1] == "source wire is well again, was down"
