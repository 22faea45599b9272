"""The API and the feeds of every list, over HTTP: what they give, how they go on, and hostile text that stays text."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import feedparser
import httpx
import pytest
from openapi_spec_validator import validate

from monitor.store import Store
from monitor.web.listings import LISTINGS
from tests.integration.test_web import HOSTILE, NOW, assert_guarded, fill, serve

DETAILS = ("/api/alerts/1", "/api/articles/1", "/api/stories/1", "/api/pair?left=Alderon&right=Birchway")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "monitor.db")
    yield opened
    opened.close()


async def get(store: Store, *paths: str, text: str = "Birchway") -> list[httpx.Response]:
    async with serve(store, text) as page, httpx.AsyncClient(base_url=page.url) as client:
        return [await client.get(path) for path in paths]


async def test_every_list_and_detail_is_json_that_its_schema_describes(store: Store) -> None:
    fill(store, "Birchway")
    lists = [f"/api/{listing.name}" for listing in LISTINGS]
    description, *answers = await get(store, "/api/openapi.json", *lists, *DETAILS)
    described = description.json()
    for path, answer in zip([*lists, *DETAILS], answers, strict=True):
        assert answer.status_code == 200, path
        assert_guarded(answer)
        place = path.replace("/1", "/{id}").partition("?")[0]
        schema = described["paths"][place]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        name = schema["$ref"].rpartition("/")[2]
        assert set(described["components"]["schemas"][name]["properties"]) == set(answer.json())
    assert all(answer.json()["items"] for answer in answers[: len(lists)])


async def test_the_description_is_valid_and_names_every_route(store: Store) -> None:
    (answer,) = await get(store, "/api/openapi.json")
    validate(answer.json())
    assert {f"/api/{listing.name}" for listing in LISTINGS} < set(answer.json()["paths"])


async def test_lists_go_on_by_cursor_without_gap_or_repeat(store: Store) -> None:
    fill(store, "Birchway", alerts=7)
    for name in ("alerts", "articles", "stories", "deliveries"):
        seen: list[int] = []
        async with serve(store) as page, httpx.AsyncClient(base_url=page.url) as client:
            following: Any = ""
            while following is not None:
                answer = (await client.get(f"/api/{name}?limit=3&before={following}")).json()
                seen += [item["id"] for item in answer["items"]]
                following = answer["next"]
        assert seen == [7, 6, 5, 4, 3, 2, 1], name


async def test_what_is_not_there_or_makes_no_sense_is_told_as_json(store: Store) -> None:
    answers = await get(store, "/api/articles/9", "/api/stories/x", "/api/pair", "/api/alerts?before=x", "/api/no")
    assert [answer.status_code for answer in answers] == [404, 404, 400, 400, 404]
    assert all(set(answer.json()) == {"error"} for answer in answers)


async def test_every_list_is_rss_json_feed_and_csv(store: Store) -> None:
    fill(store, "Birchway")
    for listing in LISTINGS:
        rss, feed, table = await get(store, *(f"/lists/{listing.name}.{form}" for form in ("rss", "json", "csv")))
        for answer in (rss, feed, table):
            assert answer.status_code == 200
            assert_guarded(answer)
        parsed = feedparser.parse(rss.content)
        assert not parsed.bozo, listing.name
        assert [entry.id for entry in parsed.entries] == [item["id"] for item in feed.json()["items"]]
        assert all(entry.title and entry.link.startswith("http://127.0.0.1:") for entry in parsed.entries)
        assert len(list(csv.DictReader(io.StringIO(table.text)))) == len(parsed.entries) > 0


async def test_a_list_is_filtered_alike_in_every_form(store: Store) -> None:
    fill(store, "Birchway", alerts=3)
    query = "?q=before&company=Birchway&limit=2"
    page, api, feed = await get(store, "/articles" + query, "/api/articles" + query, "/lists/articles.json" + query)
    assert [item["id"] for item in api.json()["items"]] == [3, 2]
    assert [item["url"].rpartition("/")[2] for item in feed.json()["items"]] == ["3", "2"]
    assert [f'id="article-{number}"' in page.text for number in (3, 2, 1)] == [True, True, False]


async def test_an_alert_can_be_read_in_a_feed(store: Store) -> None:
    fill(store, "Birchway")
    (feed,) = await get(store, "/lists/alerts.json")
    (item,) = feed.json()["items"]
    assert item["title"] == "Alderon, Birchway: new partnership (confirmed)"
    assert item["content_text"].startswith("“Birchway.”")
    assert item["date_published"] == NOW.isoformat()


@pytest.mark.parametrize("text", [*HOSTILE, "=1+2", "@sum", "-1", "\ud800x", "\ufffex"])
async def test_hostile_text_breaks_no_form(text: str, store: Store) -> None:
    fill(store, text.encode("utf-8", "replace").decode())
    for listing in LISTINGS:
        forms = (f"/lists/{listing.name}.rss", f"/lists/{listing.name}.csv", f"/api/{listing.name}")
        rss, table, api = await get(store, *forms, text=text.encode("utf-8", "replace").decode())
        assert not feedparser.parse(rss.content).bozo, listing.name
        cells = [cell for row in csv.reader(io.StringIO(table.text)) for cell in row]
        assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
        assert json.loads(api.content)["items"]


async def test_secrets_stay_out_of_every_form(store: Store) -> None:
    fill(store, "key-of-the-feed")
    paths = [f"/{root}" for one in LISTINGS for root in (f"api/{one.name}", f"lists/{one.name}.rss")]
    hidden = serve(store, "key-of-the-feed", secrets=("key-of-the-feed",))
    async with hidden as page, httpx.AsyncClient(base_url=page.url) as client:
        for path in [*paths, "/api/articles/1"]:
            assert "key-of-the-feed" not in (await client.get(path)).text
