"""The monitor that the soak kills: loaded once, forked for each run, so that a thousand runs fit into half an hour.

Each line on standard input, a number, begins a run that writes alerts up to that number and then serves as ever; the
answers are its process id, and an empty line when it has ended.
"""

import asyncio
import os
import sys
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from monitor.app import check_routes, open_app, utc_now
from monitor.config import Settings, load
from monitor.daemon import serve
from monitor.dispatch import queue
from monitor.models import Alert, Article, Event, EventType, Evidence, Field, Modality, Novelty, Participant, Route
from monitor.store import Session, Store, articles, news

STORY_ALERTS = 3
"""Alerts of one story, one after the other."""


def main() -> None:
    folder, database = map(Path, sys.argv[1:])
    settings = load(folder, {})
    settings = replace(settings, main=replace(settings.main, database=str(database)), sources=())
    check_routes(settings)  # loads apprise, once for all runs
    for line in sys.stdin:
        child = os.fork()
        if not child:
            os.setpgid(0, 0)
            asyncio.run(run(settings, int(line)))
            os._exit(0)
        os.setpgid(child, child)  # here too: the kill may come before the child's own
        print(child, flush=True)  # noqa: T201 - the protocol
        os.waitpid(child, 0)
        print(flush=True)  # noqa: T201 - as above


async def run(settings: Settings, count: int) -> None:
    """Write alerts until there are `count`, and serve."""
    async with open_app(settings, console=Console()) as app:
        write_alerts(app.tools.store, count, routes=app.postman.routes)
        await serve(app)


def write_alerts(store: Store, count: int, *, routes: tuple[Route, ...]) -> None:
    """Write articles with an alert each, as a check does: in one transaction each."""
    with store.read() as session:
        done = max((alert.id for alert in news.read_alerts(session, range(1, count + 1))), default=0)
    for number in range(done + 1, count + 1):
        with store.write() as session:
            queue(session, write_alert(session, number), routes, utc_now())


def write_alert(session: Session, number: int) -> Alert:
    now = utc_now()
    article = Article(url=f"https://news.example/article/{number}", title=f"Pact {number}", text="A pact of two.")
    stored = articles.add_article(session, article, source="soak", digest=str(number), now=now)
    story_id = news.open_story(session, now) if number % STORY_ALERTS == 1 else (number - 1) // STORY_ALERTS + 1
    event = Event(
        type=EventType.NEW_PARTNERSHIP,
        participants=(Participant(name=f"Alderon {number}"), Participant(name=f"Birchway {number}")),
        modality=Modality.CONFIRMED,
        evidence=Evidence(field=Field.TEXT, start=0, end=14, sentence="A pact of two."),
        rule="soak",
    )
    facts = {"stored": stored, "story_id": story_id, "novelty": Novelty.NEW_STORY, "now": now}
    return news.add_alert(session, [news.add_event(session, event, **facts)], **facts)  # type: ignore[arg-type]  # mixed


if __name__ == "__main__":
    main()
