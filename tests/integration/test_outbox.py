"""The outbox over a real database, with a notifier that fails on demand."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from monitor.config import NotifySettings
from monitor.errors import SendError
from monitor.models import DeliveryState, Route
from monitor.notify import Message, Notifier
from monitor.outbox import BACK_OFF_SECONDS, Postman, back_off_seconds, flush
from monitor.store import Store, deliveries
from tests.integration.test_store import NOW, add_delivery


class FakeNotifier:
    """Takes messages, or raises what a test wants."""

    def __init__(self) -> None:
        self.failure: Exception | None = None
        self.tries = 0
        self.refused: set[str] = set()
        """By the message's story."""
        self.sent: list[str] = []
        self.messages: list[Message] = []

    async def send(self, route_name: str, message: Message, *, deadline_seconds: float) -> None:
        assert deadline_seconds > 0
        self.tries += 1
        if self.failure:
            raise self.failure
        if message.story in self.refused:
            raise SendError("busy")
        self.messages.append(message)
        self.sent.append(f"{route_name}: {message.title}")


class Clock:
    def __init__(self) -> None:
        self.time = NOW

    def __call__(self) -> datetime:
        return self.time


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "monitor.db")
    yield opened
    opened.close()


@pytest.fixture
def notifier() -> FakeNotifier:
    return FakeNotifier()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def postman(store: Store, notifier: FakeNotifier, clock: Clock) -> Postman:
    return Postman(
        store=store,
        notifier=cast("Notifier", notifier),
        routes=(Route(name="console", url="console:"),),
        targets=("console",),
        settings=NotifySettings(max_attempts=3),
        now=clock,
        jitter=lambda: 0.5,
    )


def state_of(store: Store) -> tuple[DeliveryState, int, Any]:
    with store.read() as session:
        (delivery,) = deliveries.list_deliveries(session)
    return delivery.state, delivery.attempts, delivery.due_at


async def test_what_is_due_is_sent_once(store: Store, postman: Postman, notifier: FakeNotifier) -> None:
    add_delivery(store)
    assert (await flush(postman)).sent == 1
    assert (await flush(postman)).sent == 0
    assert notifier.sent == ["console: Alderon – Birchway: new partnership (cloud, confirmed)"]


async def test_a_failure_is_tried_again_later_and_then_dead(
    store: Store, postman: Postman, notifier: FakeNotifier, clock: Clock
) -> None:
    add_delivery(store)
    notifier.failure = SendError("busy")
    for attempt in (1, 2):
        await flush(postman)
        due_at = clock.time + timedelta(seconds=back_off_seconds(attempt, 0.5))
        assert state_of(store) == (DeliveryState.WAITING, attempt, due_at)
        assert (await flush(postman)).failed == 0
        clock.time = due_at
    assert (await flush(postman)).dead == 1
    assert state_of(store)[0] is DeliveryState.DEAD


async def test_a_service_that_asks_for_time_gets_it(store: Store, postman: Postman, notifier: FakeNotifier) -> None:
    add_delivery(store)
    notifier.failure = SendError("busy", retry_after_seconds=3_600)
    await flush(postman)
    assert state_of(store)[2] == NOW + timedelta(hours=1)


async def test_a_service_that_asks_for_time_gets_no_other_message_meanwhile(
    store: Store, postman: Postman, notifier: FakeNotifier, clock: Clock
) -> None:
    for story in (1, 2):
        add_delivery(store, story)
    notifier.failure = SendError("busy", retry_after_seconds=60)
    assert (await flush(postman)).failed == 1  # the other one has not been tried: no rest of the target wears it out
    assert notifier.tries == 1
    notifier.failure = None
    clock.time += timedelta(seconds=59)
    assert (await flush(postman)).sent == 0
    clock.time += timedelta(seconds=1)
    assert (await flush(postman)).sent == 2
    with store.read() as session:
        assert sorted(one.attempts for one in deliveries.list_deliveries(session)) == [1, 2]


async def test_a_target_that_asked_for_nothing_gets_its_messages_while_the_clock_moves(
    store: Store, postman: Postman, clock: Clock
) -> None:
    def tick() -> datetime:
        clock.time += timedelta(milliseconds=1)
        return clock.time

    add_delivery(store)
    assert (await flush(replace(postman, now=tick))).sent == 1


@pytest.mark.parametrize("failure", [SendError("gone", is_temporary=False), RuntimeError("a defect")])
async def test_what_cannot_succeed_is_dead_at_once_and_holds_nobody_up(
    store: Store, postman: Postman, notifier: FakeNotifier, failure: Exception
) -> None:
    add_delivery(store)
    notifier.failure = failure
    assert (await flush(postman)).dead == 1
    notifier.failure = None
    add_delivery(store, 2)
    assert (await flush(postman)).sent == 1


def test_the_back_off_grows_to_hours() -> None:
    waits = [back_off_seconds(attempt, 0) for attempt in range(1, 20)]
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (BACK_OFF_SECONDS[0], BACK_OFF_SECONDS[-1])
    assert back_off_seconds(1, 0.999) < 1.25 * waits[0]


async def test_nothing_new_is_begun_at_the_end(store: Store, postman: Postman, notifier: FakeNotifier) -> None:
    add_delivery(store)
    await flush(replace(postman, is_stopping=lambda: True))
    assert notifier.sent == []
    with store.write() as session:
        deliveries.release_leases(session)
    assert (await flush(postman)).sent == 1


async def test_a_story_keeps_its_order_and_holds_up_no_other(
    store: Store, postman: Postman, notifier: FakeNotifier, clock: Clock
) -> None:
    for number, story_id in enumerate((None, 1, 1, None, 2), 1):
        add_delivery(store, number, story_id=story_id)
    notifier.refused = {"1"}
    report = await flush(postman)
    assert (report.sent, report.failed) == (2, 1)
    assert [message.story for message in notifier.messages] == ["2", "2"]
    notifier.refused.clear()
    assert (await flush(postman)).sent == 0
    clock.time += timedelta(minutes=1)
    assert (await flush(postman)).sent == 3
    keys = [message.key for message in notifier.messages if message.story == "1"]
    assert keys == sorted(keys)


async def test_a_story_goes_on_after_a_dead_delivery(store: Store, postman: Postman, notifier: FakeNotifier) -> None:
    add_delivery(store)
    notifier.failure = SendError("gone", is_temporary=False)
    await flush(postman)
    notifier.failure = None
    add_delivery(store, 2, story_id=1)
    assert (await flush(postman)).sent == 1


async def test_what_may_have_arrived_is_marked(store: Store, postman: Postman, notifier: FakeNotifier) -> None:
    add_delivery(store)
    add_delivery(store, 2)
    with store.write() as session:
        (first, *_) = deliveries.next_due(session, NOW, target="console")
        deliveries.lease(session, [first.id], NOW + timedelta(seconds=60))
    with store.write() as session:
        deliveries.release_leases(session)  # as after kill -9
    await flush(postman)
    assert [message.is_repeat for message in notifier.messages] == [True, False]


async def test_a_second_try_is_marked(store: Store, postman: Postman, notifier: FakeNotifier, clock: Clock) -> None:
    add_delivery(store)
    notifier.failure = SendError("no answer")
    await flush(postman)
    notifier.failure = None
    clock.time += timedelta(minutes=1)
    await flush(postman)
    assert [message.is_repeat for message in notifier.messages] == [True]
