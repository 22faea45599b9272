"""Hundreds of broken pages: each gives an article or an error that names it, and the sandbox goes on."""

import asyncio
from pathlib import Path
from random import Random

import pytest

from monitor.errors import ParseError
from monitor.extract import extract
from monitor.models import Article
from monitor.sandbox import Sandbox
from tests.bench.sites import TEMPLATES, generate_site

GOLDEN = Path(__file__).parents[1] / "golden"
PAGES = [path.read_bytes() for path in sorted(GOLDEN.glob("*.html"))] + [
    generate_site(template, seed=1)[0].html.encode() for template in TEMPLATES
]
PIECES = (
    b"<div>", b"</div>", b"<p>", b"<table>", b"<td>", b"</table>", b"<ul><li>", b"<!--", b"-->", b"<script>",
    b"</script>", b"<style>", b"<template>", b"</template>", b"<svg><foreignObject>", b"<b a=1>", b"</p><p>x",
    b"<a href='", b'"', b"\0", b"\xff\xfe", b"&#x110000;", b"&nbsp", b"\xed\xa0\x80", b'{"@type":"NewsArticle"',
    b"]]>", b"<h1>", b"<br>" * 50, b"<script type=application/ld+json>[[[[[", b"<meta charset=utf-7>",
    b"<time datetime=9999-99-99>",
)  # fmt: skip


def mutate(page: bytes, random: Random) -> bytes:
    """Return a page with some of its bytes removed, doubled, flipped or replaced by odd markup."""
    for _ in range(random.randint(1, 40)):
        start = random.randrange(len(page) + 1)
        end = min(len(page), start + random.randint(0, 60))
        part = random.choice((b"", page[start:end] * random.randint(2, 9), random.choice(PIECES), random.randbytes(9)))
        page = page[:start] + part + page[end if random.random() < 0.5 else start :]
    return page


async def read(sandbox: Sandbox, page: bytes, name: str) -> Article | ParseError:
    try:
        return await sandbox.run(name, extract, page, name)
    except ParseError as error:
        return error


@pytest.mark.parametrize("seed", range(2))
async def test_mutated_pages_give_an_article_or_an_error(seed: int) -> None:
    random = Random(seed)  # noqa: S311 - nothing secret
    pages = [mutate(random.choice(PAGES), random) for _ in range(150)]
    pages[random.randrange(150)] = b"<p>" + b"<div>" * 400_000  # takes the parser more time than there is
    sandbox = Sandbox(seconds=3, megabytes=700, workers=2)
    try:
        found = await asyncio.gather(*(read(sandbox, page, f"https://a.example/{n}") for n, page in enumerate(pages)))
        after = await read(sandbox, PAGES[0], "https://a.example/after")
    finally:
        sandbox.close()
    faults = [one for one in found if isinstance(one, ParseError)]
    assert all(f"https://a.example/{found.index(fault)}" in str(fault) for fault in faults)
    assert 1 <= len(faults) < 10
    assert isinstance(after, Article)
    assert after.text
