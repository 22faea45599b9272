"""New alerts as they come, over real HTTP."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from monitor.store import Store
from tests.integration.test_web import assert_guarded, fill, serve


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "monitor.db")
    yield opened
    opened.close()


async def read_alerts(answer: httpx.Response) -> AsyncIterator[dict[str, Any]]:
    async for line in answer.aiter_lines():
        if line.startswith("data: "):
            yield json.loads(line.removeprefix("data: "))


@asynccontextmanager
async def listen(store: Store, *, last: str = "0", secrets: tuple[str, ...] = ()) -> AsyncIterator[httpx.Response]:
    async with (
        serve(store, secrets=secrets) as page,
        httpx.AsyncClient(base_url=page.url) as client,
        asyncio.timeout(10),
        client.stream("GET", "/live?after=0", headers={"Last-Event-ID": last}) as answer,
    ):
        yield answer


async def test_an_alert_that_is_stored_now_arrives(store: Store) -> None:
    async with listen(store) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert_guarded(answer)
        fill(store, "Birchway")
        told = await anext(read_alerts(answer))
    assert (told["id"], told["article"], told["companies"]) == (1, "/articles/1", "Alderon, Birchway")
    assert (told["type"], told["modality"], told["sentence"]) == ("new partnership", "confirmed", "Birchway.")


async def test_a_reader_goes_on_where_the_connection_broke(store: Store) -> None:
    fill(store, "Birchway", alerts=3)
    async with listen(store, last="2") as answer:
        assert (await anext(read_alerts(answer)))["id"] == 3


async def test_secrets_and_controls_do_not_come_through(store: Store) -> None:
    fill(store, "key-of-the-feed\n\ndata: {}\x1b")
    async with listen(store, secrets=("key-of-the-feed",)) as answer:
        told = await anext(read_alerts(answer))
    assert told["title"] == "***\n\ndata: {}␛"


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
