"""Routes, silences and acknowledged stories, as a user runs them."""

import json

import pytest

from tests.conftest import Site
from tests.e2e.conftest import Monitor, wait_for

TITLE = "Alderon Systems and Birchway Logistics form partnership"
PAGE = """<html lang="en"><head><title>{title}</title></head><body><article><h1>{title}</h1>
<p>{names} said on Monday that they have formed a partnership to run their warehouses together, the first such agreement
between the two companies, which compete in freight elsewhere.</p></article></body></html>"""
ROUTES = """
[[targets]]
name = "desk"
url = "slack+http://{address}/desk"
[[targets]]
name = "mail"
url = "slack+http://{address}/mail"
[[routes]]
name = "desk"
targets = ["desk", "mail"]
fallback = "mail"
group_by = ["type"]
group_wait_seconds = 1
[[routes]]
name = "endings"
targets = ["mail"]
types = ["termination"]
[[routes]]
name = "morning"
targets = ["mail"]
digest = "daily 08:00"
zone = "Europe/Berlin"
"""


@pytest.fixture
def desk(monitor: Monitor, site: Site) -> Monitor:
    monitor.allow(site.address)
    monitor.configure(
        sources='[[sources]]\nname = "wire"\nkind = "feed"\nbaseline = false\n' + f'url = "{site.url("/feed")}"',
        routes=ROUTES.format(address=site.address),
    )
    pairs = ["Alderon Systems and Birchway Logistics", "Cedarline Foods and Dunmore Energy"]
    for number, names in enumerate(pairs):
        site.put(f"/{number}", PAGE.format(title=f"{names} form partnership", names=names))
    site.put_feed("/feed", *((f"/{number}", f"{names} form partnership") for number, names in enumerate(pairs)))
    return monitor


def test_alerts_of_a_group_arrive_as_one_message_at_each_target(desk: Monitor, site: Site) -> None:
    process = desk.start("run")
    wait_for(lambda: len(site.posts) == 2, 60)
    wait_for(lambda: sum(one["state"] == "sent" for one in desk.ask("deliveries")) == 4, 20)
    process.terminate()
    assert process.wait(10) == 0
    assert sorted(path for path, _ in site.requests if path in {"/desk", "/mail"}) == ["/desk", "/mail"]
    first, second = (json.loads(post) for post in site.posts)
    assert first == second
    assert first["text"].startswith("2 alerts: ")
    told = first["blocks"][1]["text"]["text"]
    assert "Cedarline Foods" in told
    assert "Alderon Systems" in told


def test_a_test_of_the_routes_says_who_takes_an_alert_and_why(desk: Monitor) -> None:
    desk.run("check")
    (answer,) = desk.ask("routes", "test", "1")
    answers = {one["route"]: one for one in answer["routes"]}
    assert {name: one["is_taken"] for name, one in answers.items()} == {"desk": True, "endings": False, "morning": True}
    assert answers["desk"]["targets"] == ["desk", "mail"]
    assert answers["morning"]["due_at"][11:16] in {"06:00", "07:00"}
    (failed,) = answers["endings"]["checks"]
    assert failed == {
        "condition": "types",
        "wanted": "termination",
        "found": "new_partnership",
        "holds": False,
    }
    shown = desk.run("routes", "test", "1")
    assert "✗ types termination; the alert has: new_partnership" in shown
    assert desk.ask("routes", "test", "--article", "1") == desk.ask("routes", "test", "1")
    assert [one["name"] for one in desk.ask("routes", "list")] == ["desk", "endings", "morning"]


def test_a_page_can_be_tried_before_it_is_news(desk: Monitor) -> None:
    page = PAGE.format(title="Elmgate ends pact with Fernhill", names="Elmgate and Fernhill").replace(
        "have formed a partnership", "have terminated their partnership agreement"
    )
    path = desk.folder / "page.html"
    path.write_text(page, encoding="utf-8")
    (answer,) = desk.ask("routes", "test", str(path))
    assert {one["route"]: one["is_taken"] for one in answer["routes"]}["endings"]
    path.write_text("<p>It rained in the valley all day, and the harvest waits.</p>", encoding="utf-8")
    assert "there is no news in it" in desk.run("routes", "test", str(path), expect=1)
    assert "no alert has the number 99" in desk.run("routes", "test", "99", expect=1)


def test_what_is_silenced_stays_here_until_the_silence_is_ended(desk: Monitor, site: Site) -> None:
    added = desk.ask("silence", "add", "--source", "wire", "--for", "2h", "--comment", "a test")
    (silence,) = desk.ask("silence", "list")
    assert silence == added
    assert (silence["sources"], silence["comment"]) == (["wire"], "a test")
    desk.run("check")
    (kept_back, *_) = (one["kept_back"] for one in desk.ask("routes", "test", "1")[0]["routes"])
    assert kept_back == "silence 1: a test"
    process = desk.start("run")
    wait_for(lambda: sum(one["state"] == "silenced" for one in desk.ask("deliveries")) == 4, 30)
    process.terminate()
    assert process.wait(10) == 0
    assert site.posts == []
    assert {one["last_error"] for one in desk.ask("deliveries", "--state", "silenced")} == {"silence 1: a test"}
    assert desk.ask("silence", "end", "1")["id"] == 1
    assert desk.ask("silence", "list") == []
    assert len(desk.ask("silence", "list", "--ended")) == 1
    assert "no silence with the number 1 is in force" in desk.run("silence", "end", "1", expect=1)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--for", "2h"], "needs a condition"),
        (["--for", "soon", "--source", "wire"], "a span as 2h"),
        (["--for", "2020-01-01", "--source", "wire"], "is over already"),
        (["--for", "999999w", "--source", "wire"], "a span as 2h"),
        (["--for", "2h", "--source", "wier"], "no source is named 'wier'"),
        (["--for", "2h", "--route", "dask"], "no route is named 'dask'"),
    ],
)
def test_a_silence_that_means_nothing_is_refused(desk: Monitor, arguments: list[str], told: str) -> None:
    assert told in " ".join(desk.run("silence", "add", *arguments, expect=2).split())
    assert desk.ask("silence", "list") == []


def test_a_story_can_be_acknowledged(desk: Monitor) -> None:
    desk.run("check")
    story = desk.ask("history")[0]["story_id"]
    assert desk.ask("ack", str(story))["acknowledged_at"]
    assert desk.ask("ack", str(story), "--undo") == {"story": story, "acknowledged_at": None}
    assert "no story has the number 99" in desk.run("ack", "99", expect=1)


def test_routes_that_cannot_work_are_told_by_the_check_of_the_settings(desk: Monitor) -> None:
    desk.configure(routes='[[routes]]\nname = "r"\nurl = "console:"\ndigest = "dayly 08:00"\n[[routes]]\nname = "s"')
    told = desk.run("config", "check", expect=2)
    answer, _ = json.JSONDecoder().raw_decode(desk.run("config", "check", "--json", expect=2))
    assert len(answer["problems"]) == 2
    assert "'r': digest: 'dayly 08:00' is no schedule: allowed are hourly, daily 08:00" in told
    assert "'s': it sends nowhere" in told


def test_a_target_that_fails_stands_among_the_notices(desk: Monitor, site: Site) -> None:
    assert "nothing was wrong" in desk.run("notices")
    site.failing["/desk"] = 404
    desk.configure(routes=ROUTES.format(address=site.address).replace("group_wait_seconds = 1", ""))
    desk.run("check", expect=1)
    (notice,) = desk.ask("notices", "--since", "1h")
    assert (notice["about"], notice["name"], notice["condition"]) == ("targets", "desk", "takes no messages")
    assert "404" in notice["detail"]
    assert desk.ask("notices", "--about", "sources") == []
    assert "desk" in desk.run("notices", "--about", "targets")
