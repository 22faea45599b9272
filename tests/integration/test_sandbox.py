"""Pages that kill a parser: the page is at fault, its neighbours go on."""

import asyncio
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

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


def sleep_a_little() -> str:
    time.sleep(0.3)
    return "late"


def divide() -> float:
    return 1 / 0


def take_memory() -> int:
    return len(bytearray(2 << 30))


def refuse() -> None:
    raise ParseError(URL, "no article")


class OddError(Exception):
    """One that pickle cannot build again."""

    def __init__(self, place: str, what: str) -> None:
        super().__init__(f"{what} at {place}")


def fail_oddly() -> None:
    raise OddError("the end", "no brace")


def be_killed_once(mark: Path) -> str:
    if not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return "read"


@pytest.mark.parametrize(
    ("function", "told"),
    [
        (hang, "took more than 2 s"),
        (crash, "crashed the parser"),
        (take_memory, "took more memory"),
        (refuse, "no article"),
        (fail_oddly, "the parser failed: OddError: no brace at the end"),
    ],
)
async def test_a_killer_is_told_and_its_neighbour_is_read(sandbox: Sandbox, function: object, told: str) -> None:
    with pytest.raises(ParseError, match=told) as caught:
        await sandbox.run(URL, function)  # type: ignore[arg-type]  # one of the functions above
    assert caught.value.url == URL
    article = await sandbox.run(URL, extract, PAGE, URL)
    assert "Rain will fall" in article.text


async def test_a_call_that_is_given_up_does_not_answer_the_next_one(sandbox: Sandbox) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await sandbox.run(URL, sleep_a_little)
    assert await sandbox.run(URL, len, "four") == 4


async def test_a_worker_whose_start_is_given_up_ends() -> None:
    others = set(multiprocessing.active_children())
    box = Sandbox(seconds=2, megabytes=600)
    call = asyncio.create_task(box.run(URL, len, "four"))
    await asyncio.sleep(0)  # it runs until it waits for the start
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    worker = await box.run(URL, os.getpid)
    left = [one.pid for one in set(multiprocessing.active_children()) - others]
    box.close()
    assert left == [worker]


async def test_a_page_is_not_at_fault_if_the_worker_of_others_was_killed(sandbox: Sandbox, tmp_path: Path) -> None:
    assert await sandbox.run(URL, len, "four") == 4
    assert await sandbox.run(URL, be_killed_once, tmp_path / "mark") == "read"


async def test_calls_wait_for_their_turn_and_get_their_own_answers(sandbox: Sandbox) -> None:
    texts = [str(number) * 300_000 for number in range(8)]
    assert await asyncio.gather(*(sandbox.run(URL, str.upper, text) for text in texts)) == texts


async def test_an_error_of_the_function_says_where_it_was_raised(sandbox: Sandbox) -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        await sandbox.run(URL, divide)
    assert "in divide" in caught.value.__notes__[0]


async def test_its_workers_end_with_it() -> None:
    box = Sandbox(seconds=2, megabytes=600)
    worker = await box.run(URL, os.getpid)
    box.close()
    with pytest.raises(ProcessLookupError):
        os.kill(worker, 0)


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


CALLER = """
import asyncio, os
from monitor.sandbox import Sandbox
from tests.integration.test_sandbox import loop

async def main():
    sandbox = Sandbox(seconds=1, megabytes=600)
    print(await sandbox.run("https://a.example/", os.getpid), flush=True)
    await sandbox.run("https://a.example/", loop)

asyncio.run(main())
"""


def loop() -> None:
    while True:
        pass


def test_a_worker_whose_caller_was_killed_does_not_go_on_for_good() -> None:
    with subprocess.Popen([sys.executable, "-c", CALLER], stdout=subprocess.PIPE, text=True) as caller:  # noqa: S603 - ours
        assert caller.stdout
        worker = int(caller.stdout.readline())
        caller.kill()
    end = time.monotonic() + 30
    while Path(f"/proc/{worker}").exists():
        assert time.monotonic() < end
        time.sleep(0.05)
