"""What readers change from the page: from our own forms only, and nothing else than what they ask for."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from selectolax.lexbor import LexborHTMLParser

from monitor.models import DeliveryState, Novelty
from monitor.store import Store, deliveries, history, news
from tests.integration.test_web import (
    NOW,
    assert_guarded,
    fill,
    list_routes,
    serve,
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "monitor.db")
    yield opened
    opened.close()


def read_form(page: str) -> dict[str, str]:
    tree = LexborHTMLParser(page)
    return {str(field.attributes["name"]): str(field.attributes["value"]) for field in tree.css("th .requeue input")}


async def test_a_dead_delivery_is_sent_again_from_our_own_form_only(store: Store) -> None:
    fill(store, "Birchway", alerts=2)
    async with serve(store) as page, httpx.AsyncClient(base_url=page.url) as client:
        own = {"Origin": page.url.rstrip("/")}
        form = read_form((await client.get("/deliveries")).text)
        refusals: tuple[tuple[dict[str, str], dict[str, str]], ...] = (
            ({}, form),
            ({"Origin": "http://a.example"}, form),
            ({"Origin": "null"}, form),
            ({"Origin": "http://127.0.0.1:1"}, form),
            (own | {"Sec-Fetch-Site": "cross-site"}, form),
            (own, form | {"token": "x"}),
            (own, {"id": form["id"]}),
        )
        for headers, fields in refusals:
            answer = await client.post("/deliveries/requeue", headers=headers, data=fields)
            assert answer.status_code == 403
            assert_guarded(answer)
        for fields in (form | {"id": "x"}, form | {"id": "1" * 3000}):
            assert (await client.post("/deliveries/requeue", headers=own, data=fields)).status_code == 400
        with store.read() as session:
            assert deliveries.count_deliveries(session) == {DeliveryState.DEAD: 2}
        done = await client.post("/deliveries/requeue", headers=own, data=form)
        assert (done.status_code, done.headers["location"]) == (303, "/deliveries")
        with store.read() as session:
            assert [one.id for one in deliveries.list_deliveries(session, state=DeliveryState.WAITING)] == [
                int(form["id"])
            ]
        await client.post("/deliveries/requeue", headers=own, data={"token": form["token"]})
        with store.read() as session:
            assert deliveries.count_deliveries(session) == {DeliveryState.WAITING: 2}


async def test_a_proxy_may_spell_the_host_otherwise_than_the_browser(store: Store) -> None:
    fill(store, "Birchway", alerts=2)
    async with serve(store, url="https://monitor.example") as page, httpx.AsyncClient(base_url=page.url) as client:
        form = read_form((await client.get("/deliveries")).text)
        headers = {"Host": "Monitor.Example:443", "Origin": "https://monitor.example"}
        done = await client.post("/deliveries/requeue", headers=headers, data=form)
        assert (done.status_code, done.headers["location"]) == (303, "/deliveries")


async def press(client: httpx.AsyncClient, path: str, **fields: str) -> httpx.Response:
    """Send a form of our own."""
    token = read_form((await client.get("/deliveries")).text)["token"]
    origin = str(client.base_url).rstrip("/")
    return await client.post(path, headers={"Origin": origin}, data={"token": token, **fields})


async def test_an_alert_is_judged_and_taken_back(store: Store) -> None:
    fill(store, "Birchway", alerts=2)
    async with serve(store) as page, httpx.AsyncClient(base_url=page.url) as client:
        for judgement, pressed in (("wrong", ["wrong"]), ("late", ["late"]), ("", [])):
            done = await press(client, "/alerts/judge", id="2", judgement=judgement, at="/?before=3&standing=unread")
            assert (done.status_code, done.headers["location"]) == (303, "/?standing=unread&before=3#alert-2")
            assert (await client.get("/api/alerts/2")).json()["judgement"] == (judgement or None)
            for view in ("/", "/alerts/2", "/stories/2", "/articles/2"):
                tree = LexborHTMLParser((await client.get(view)).text)
                buttons = tree.css("button[aria-pressed=true]")
                assert [(node.text() or "").partition(":")[0].lower() for node in buttons] == pressed, view
        assert (await client.get("/api/alerts/1")).json()["judgement"] is None


async def test_an_acknowledged_story_is_no_longer_unread_until_it_has_news(store: Store) -> None:
    fill(store, "Birchway", alerts=2)

    async def list_cards(path: str) -> list[str | None]:
        tree = LexborHTMLParser((await client.get(path)).text)
        return [node.attributes["aria-labelledby"] for node in tree.css("article.card")]

    async def list_known() -> set[int]:
        return {one["id"] for one in (await client.get("/api/stories")).json()["items"] if one["is_acknowledged"]}

    async with serve(store) as page, httpx.AsyncClient(base_url=page.url) as client:
        assert await list_cards("/?standing=acknowledged") == []
        done = await press(client, "/stories/acknowledge", id="1", at="/", anchor="1")
        assert (done.status_code, done.headers["location"]) == (303, "/#alert-1")
        assert await list_cards("/?standing=acknowledged") == ["alert-1"]
        assert await list_cards("/?standing=unread") == ["alert-2"]
        assert "acknowledged" in (await client.get("/stories")).text
        assert await list_known() == {1}
        with store.write() as session:
            stored = history.read_article(session, 1)
            assert stored is not None
            later = NOW + timedelta(hours=1)
            news.add_alert(session, [1], stored=stored, story_id=1, novelty=Novelty.STATE_CHANGED, now=later)
        assert await list_cards("/?standing=unread") == ["alert-3", "alert-2"]
        assert await list_known() == set()
        assert "Acknowledge story" in LexborHTMLParser((await client.get("/stories/1")).text).text()
        with store.write() as session:
            news.acknowledge_story(session, 1, later)
        assert await list_cards("/?standing=acknowledged") == ["alert-3", "alert-1"]
        assert await list_known() == {1}
        await press(client, "/stories/acknowledge", id="1", undo="1")
        assert await list_cards("/?standing=unread") == ["alert-3", "alert-2", "alert-1"]


@pytest.mark.parametrize(
    ("path", "fields", "status"),
    [
        ("/alerts/judge", {"id": "9", "judgement": "right"}, 404),
        ("/alerts/judge", {"id": "1", "judgement": "<b>"}, 400),
        ("/alerts/judge", {"id": "1"}, 400),
        ("/alerts/judge", {"id": "x", "judgement": "right"}, 400),
        ("/stories/acknowledge", {"id": "9"}, 404),
        ("/stories/acknowledge", {"id": ""}, 400),
        ("/searches/save", {"name": " ", "q": "x"}, 400),
        ("/searches/save", {"name": "x" * 101, "q": "x"}, 400),
        ("/searches/save", {"name": "x", "q": ""}, 400),
        ("/searches/save", {"name": "x", "type": "<b>"}, 400),
        ("/searches/forget", {"id": "9"}, 404),
    ],
)
async def test_a_form_that_makes_no_sense_changes_nothing(
    path: str, fields: dict[str, str], status: int, store: Store
) -> None:
    fill(store, "Birchway")
    async with serve(store) as page, httpx.AsyncClient(base_url=page.url) as client:
        before = (await client.get("/api/alerts/1")).json()
        assert (await press(client, path, **fields)).status_code == status
        assert (await client.get("/api/alerts/1")).json() == before


@pytest.mark.parametrize(
    "place", ["//a.example", "https://a.example/", "/nowhere", "/?before=x", "/x\r\nSet-Cookie: a=b", "/..//a.example"]
)
async def test_a_form_leads_back_to_our_own_views_only(place: str, store: Store) -> None:
    fill(store, "Birchway")
    async with serve(store) as page, httpx.AsyncClient(base_url=page.url) as client:
        done = await press(client, "/alerts/judge", id="1", judgement="right", at=place)
        assert (done.status_code, done.headers["location"]) == (303, "/alerts/1#alert-1")


async def test_a_search_is_saved_under_its_name_as_a_feed_that_stays(store: Store) -> None:
    fill(store, "Birchway", alerts=2)
    asked = {"q": "before PRE/1 birch*", "type": "new_partnership", "source": ""}
    async with serve(store) as page, httpx.AsyncClient(base_url=page.url) as client:
        done = await press(client, "/searches/save", name=" Birches ", **asked)
        assert (done.status_code, done.headers["location"]) == (303, "/searches")
        saved = (await client.get("/api/searches")).json()["items"]
        assert (saved[0]["name"], saved[0]["asked"]) == (
            "Birches",
            {"q": "before PRE/1 birch*", "type": "new_partnership"},
        )
        tree = LexborHTMLParser((await client.get("/searches")).text)
        path = str(tree.css("tbody th a")[0].attributes["href"])
        assert len(LexborHTMLParser((await client.get(path)).text).css("article.card")) == 2
        feeds = [str(link.attributes["href"]) for link in tree.css("tbody tr:first-child td a")]
        assert feeds == [f"/lists/searches/{saved[0]['id']}.{form}" for form in ("rss", "json", "csv")]
        feed = (await client.get(feeds[1])).json()
        assert (feed["title"], len(feed["items"])) == ("Partnership monitor: Birches", 2)
        await press(client, "/searches/save", name="Birches", q="nobody")
        assert (await client.get(feeds[1])).json()["items"] == []
        await press(client, "/searches/forget", id=str(saved[0]["id"]))
        assert (await client.get(feeds[1])).status_code == 404
        assert len((await client.get("/api/searches")).json()["items"]) == 1


async def test_every_change_needs_the_forms_own_token_and_origin(store: Store) -> None:
    fill(store, "Birchway")
    changes = [route.path for route in list_routes(store) if "POST" in (route.methods or ())]
    assert {"/alerts/judge", "/stories/acknowledge", "/deliveries/requeue"} <= set(changes)
    async with serve(store) as page, httpx.AsyncClient(base_url=page.url) as client:
        form = read_form((await client.get("/deliveries")).text) | {"judgement": "right"}
        own = {"Origin": page.url.rstrip("/")}
        for path in changes:
            for headers, fields in (({}, form), ({"Origin": "http://a.example"}, form), (own, form | {"token": "x"})):
                refused = await client.post(path, headers=headers, data=fields)
                assert refused.status_code == 403, path
                assert_guarded(refused)
