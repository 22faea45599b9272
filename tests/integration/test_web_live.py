"""New alerts as they come, over real HTTP."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from selectolax.lexbor import LexborHTMLParser

from monitor.store import Store
from tests.integration.test_web import assert_guarded, fill, serve


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "monitor.db")
    yield opened
    opened.close()


async def read_address(answer: httpx.Response) -> str:
    return await anext(line.removeprefix("data: ") async for line in answer.aiter_lines() if line.startswith("data: "))


async def test_an_alert_that_is_stored_now_arrives_as_the_address_of_its_card(store: Store) -> None:
    async with serve(store) as page, httpx.AsyncClient(base_url=page.url, timeout=10) as client:
        async with client.stream("GET", "/live?after=0") as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            assert_guarded(answer)
            fill(store, "Birchway", alerts=2)
            address = await read_address(answer)
        cards = LexborHTMLParser((await client.get(address)).text).css("main article.card")
    assert [card.attributes["aria-labelledby"] for card in cards] == ["alert-2", "alert-1"]


async def test_a_reader_goes_on_where_the_connection_broke(store: Store) -> None:
    fill(store, "Birchway", alerts=3)
    headers = {"Last-Event-ID": "2"}
    async with (
        serve(store) as page,
        httpx.AsyncClient(timeout=10) as client,
        client.stream("GET", f"{page.url}live?after=0", headers=headers) as answer,
    ):
        assert await read_address(answer) == "/?before=4&limit=1"


@pytest.mark.parametrize("after", ["", "x", "-1", "9" * 30])
async def test_a_place_that_makes_no_sense_is_400(after: str, store: Store) -> None:
    async with serve(store) as page, httpx.AsyncClient(base_url=page.url) as client:
        assert (await client.get("/live", params={"after": after})).status_code == 400
        assert (await client.head("/live")).status_code == 200


async def test_an_open_stream_does_not_keep_the_server(store: Store) -> None:
    async with httpx.AsyncClient() as client:
        async with serve(store) as page:
            stream = await client.send(client.build_request("GET", f"{page.url}live?after=0"), stream=True)
            began = asyncio.get_running_loop().time()
        assert timedelta(seconds=asyncio.get_running_loop().time() - began) < timedelta(seconds=2)
        with pytest.raises(httpx.TransportError):
            await stream.aread()


async def test_only_so_many_readers_are_served(store: Store) -> None:
    async with serve(store) as page, httpx.AsyncClient(limits=httpx.Limits(max_connections=None)) as client:
        for _ in range(64):
            await client.send(client.build_request("GET", f"{page.url}live?after=0"), stream=True)
        assert (await client.get(f"{page.url}live?after=0")).status_code == 503
