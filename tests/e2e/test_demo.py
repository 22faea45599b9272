"""The demo: its alerts appear in the terminal, nothing else does, and a second run repeats none."""

import signal
import sqlite3
import time
from itertools import chain
from typing import Any
from urllib.parse import urlsplit

import pytest

from monitor.demo import DemoStory, load_stories
from tests.e2e.conftest import Monitor, wait_for

SPEED = 3.0
STORIES = load_stories()


def run_demo(instance: Monitor) -> str:
    """Run the demo until all its stories were there and all that is due is sent; return what it printed."""
    process = instance.start("run", "--demo", "--demo-speed", str(SPEED))
    time.sleep(max(story.after_seconds for story in STORIES) / SPEED)
    wait_for(lambda: is_read(instance), 60)
    process.send_signal(signal.SIGTERM)
    output, _ = process.communicate(timeout=10)
    assert process.returncode == 0, output
    return output


def is_read(instance: Monitor) -> bool:
    with sqlite3.connect(instance.database) as database:
        (articles,) = database.execute("SELECT count(*) FROM articles").fetchone()
        (waiting,) = database.execute("SELECT count(*) FROM deliveries WHERE state = 'waiting'").fetchone()
    return bool(articles == len(STORIES) and not waiting)


def alerts_by_page(instance: Monitor) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for alert in instance.ask("history", "--limit", "500"):
        found.setdefault(urlsplit(alert["url"]).path, []).append(alert)
    return found


def pages_by_news() -> list[list[str]]:
    """Return the paths of the pages that tell the same news; on a slow machine a repeat may be read first."""
    pages: dict[str, list[str]] = {}
    for story in STORIES:
        if story.expect:
            pages.setdefault(story.repeat_of or story.path, []).append(story.path)
    return list(pages.values())


def missing_from(story: DemoStory, alerts: list[dict[str, Any]]) -> list[str]:
    """Return what a story wants told and its alerts do not tell."""
    told = [
        (event["type"], event["modality"], {one["name"] for one in event["participants"]})
        for alert in alerts
        for event in alert["events"]
    ]
    return [
        f"{story.path}: {want.type} {want.modality} {want.participants}, told {told}"
        for want in story.expect
        if not any(
            (kind, modality) == (want.type, want.modality) and set(want.participants) <= names
            for kind, modality, names in told
        )
    ]


def test_the_demo_tells_its_stories_once(monitor: Monitor) -> None:
    output = run_demo(monitor)
    alerts = alerts_by_page(monitor)
    telling = [[path for path in pages if path in alerts] for pages in pages_by_news()]
    assert [len(paths) for paths in telling] == [1] * len(telling), telling
    assert set(alerts) == set(chain.from_iterable(telling))
    assert [line for story in STORIES if story.path in alerts for line in missing_from(story, alerts[story.path])] == []
    assert output.count("why:") == sum(map(len, alerts.values()))
    assert "Traceback" not in output

    assert "why:" not in run_demo(monitor)
    assert alerts_by_page(monitor) == alerts


@pytest.fixture
def seed(shared: Any) -> str:
    (path,) = (shared / "seed").glob("*.txt")
    return str(path)


def test_the_seed_article_tells_several_events_of_several_degrees(monitor: Monitor, seed: str) -> None:
    monitor.configure(
        companies="\n".join(f'[[companies]]\nname = "{name}"' for name in ("Microsoft", "OpenAI", "SoftBank", "Oracle"))
    )
    found = monitor.ask("detect", seed)
    text = found["article"]["text"]
    assert not [line for line in ("Eulerpool Markets", "Save up to", "legacy vendors", "securities") if line in text]
    events = {event["type"]: event for event in found["events"]}
    names = {kind: {one["name"] for one in event["participants"]} for kind, event in events.items()}
    assert {"Microsoft", "OpenAI"} <= names["right_of_first_refusal"]
    assert {"SoftBank", "Oracle"} <= names["partner_joined"]
    endings = [event for event in found["events"] if event["type"] in {"termination", "partner_left"}]
    assert {event["modality"] for event in endings} == {"speculated"}
    for event in found["events"]:
        evidence = event["evidence"]
        whole = text if evidence["field"] == "text" else found["article"]["title"]
        assert whole[evidence["start"] : evidence["end"]] == evidence["sentence"]
