"""Pages that kill a parser: the page is at fault, its neighbours go on."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from monitor.errors import ParseError
from monitor.extract import extract
from monitor.sandbox import Sandbox

URL = "https://a.example/page"
PAGE = (
    "<html><body><article><p>Rain will fall in the north on Tuesday and in the east on Wednesday.</p></article></body>"
)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    box = Sandbox(seconds=2, megabytes=600)
    yield box
    box.close()


def crash() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def hang() -> None:
    time.sleep(60)


def take_memory() -> int:
    return len(bytearray(2 << 30))


def refuse() -> None:
    raise ParseError(URL, "no article")


@pytest.mark.parametrize(
    ("function", "told"),
    [
        (hang, "took more than 2 s"),
        (crash, "crashed the parser"),
        (take_memory, "took more memory"),
        (refuse, "no article"),
    ],
)
async def test_a_killer_is_told_and_its_neighbour_is_read(sandbox: Sandbox, function: object, told: str) -> None:
    with pytest.raises(ParseError, match=told) as caught:
        await sandbox.run(URL, function)  # type: ignore[arg-type]  # one of the functions above
    assert caught.value.url == URL
    article = await sandbox.run(URL, extract, PAGE, URL)
    assert "Rain will fall" in article.text


@pytest.mark.parametrize(
    "page",
    [
        "".join(f"<b a={number}></p><p>x" for number in range(6_000)),
        "<div>" * 200_000,
        "<template>" * 65_000,
        "<a " + " ".join(f"a{number}=1" for number in range(30_000)) + ">",
    ],
    ids=["formatting", "depth", "templates", "attributes"],
)
async def test_measured_killers_do_no_harm(sandbox: Sandbox, page: str) -> None:
    with suppress(ParseError):
        await sandbox.run(URL, extract, page, URL)
    assert (await sandbox.run(URL, extract, PAGE, URL)).text
