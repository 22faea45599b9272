"""A mail to several, of whom one is put off, across a restart: real database, real mail server."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.config import NotifySettings
from monitor.dispatch import queue
from monitor.models import Novelty, Route
from monitor.notify import Notifier
from monitor.outbox import FlushReport, Postman, flush
from monitor.store import Store, news
from tests.integration.mailbox import Mailbox, refuse, serve
from tests.integration.test_store import EVENT, NOW, add_article

# apprise 2.2 imports the module imghdr for one of its own libraries
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


class Office:
    """A mail server, and a database that outlives the process."""

    def __init__(self, folder: Path, address: str, box: Mailbox) -> None:
        self.database = folder / "monitor.db"
        self.box = box
        to = ",".join(f"{name}@desk.example" for name in ("ann", "ben", "cy"))
        url = f"mailto://{address}?from=m@desk.example&to={to}"
        self._route = Route(name="mail", url=url, group_by=())
        self.now = NOW

    def tell(self, number: int) -> None:
        store = Store(self.database)
        with store.write() as session:
            stored, story, new = add_article(session, number), news.open_story(session, self.now), Novelty.NEW_STORY
            event = news.add_event(session, EVENT, stored=stored, story_id=story, novelty=new, now=self.now)
            alert = news.add_alert(session, [event], stored=stored, story_id=story, novelty=new, now=self.now)
            queue(session, alert, (self._route,), self.now)
        store.close()

    async def run(self, after: timedelta = timedelta()) -> FlushReport:
        """Send what is due as a process of its own does."""
        self.now += after
        store = Store(self.database)
        notifier = Notifier([self._route], post=refuse)
        try:
            return await flush(
                Postman(
                    store=store,
                    notifier=notifier,
                    routes=(self._route,),
                    targets=("mail",),
                    settings=NotifySettings(),
                    now=lambda: self.now,
                    jitter=lambda: 0.0,
                )
            )
        finally:
            await notifier.aclose()
            store.close()

    def recipients(self) -> list[list[str]]:
        return [[one.partition("@")[0] for one in recipients] for recipients, _ in self.box.received]


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    box = Mailbox()
    async with serve(box) as address:
        yield Office(tmp_path, address, box)


async def test_who_has_a_mail_does_not_get_it_again_after_a_restart(office: Office) -> None:
    office.tell(1)
    office.box.answers_to_recipients["cy@desk.example"] = "450 come back later"
    assert (await office.run()).failed == 1
    assert (await office.run(timedelta(minutes=1))).failed == 1
    office.box.answers_to_recipients.clear()
    assert (await office.run(timedelta(hours=1))).sent == 1
    assert office.recipients() == [["ann", "ben"], ["cy"]]
    first, second = (mail for _, mail in office.box.received)
    assert first["Message-ID"] == second["Message-ID"]


async def test_the_database_holds_no_address(office: Office) -> None:
    office.tell(1)
    office.box.answers_to_recipients["cy@desk.example"] = "450 come back later"
    await office.run()
    stored = b"".join(file.read_bytes() for file in office.database.parent.glob("monitor.db*"))
    assert b"accepted but for" in stored
    assert b"ann@desk.example" not in stored


async def test_news_that_joins_what_waits_goes_to_all(office: Office) -> None:
    office.tell(1)
    office.box.answers_to_recipients["cy@desk.example"] = "450 come back later"
    await office.run()
    office.box.answers_to_recipients.clear()
    office.tell(2)
    await office.run(timedelta(hours=1))
    assert office.recipients()[-1] == ["ann", "ben", "cy"]
