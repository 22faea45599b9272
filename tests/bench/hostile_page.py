"""Hostile strings as titles, companies, sources and errors of the page: the same elements as with the letter x."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from selectolax.lexbor import LexborHTMLParser

from monitor.config import MainSettings, PageSettings, Settings
from monitor.models import Article, Novelty, Participant, Source, SourceKind, Stripped, StripReason
from monitor.store import Session, Store, articles, deliveries, news, searches, sources
from monitor.web import PageServer
from tests.bench.hostile_material import Row, read_archive
from tests.bench.hostile_text import read_html_cases
from tests.bench.made_history import make_event

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
LISTS = {
    "/?limit=200": "article.card",
    "/stories?limit=200": "article.card",
    "/articles?limit=200": "article.card",
    "/deliveries?limit=200": "tbody tr",
    "/sources": "tbody tr",
    "/searches": "tbody tr",
}
"""Each list, and what one item of it is."""
_CHUNK = 200
_MAX_CHARS = 2_000

Outline = tuple[tuple[str, tuple[str, ...]], ...]


def measure_page(_: int) -> Iterator[Row]:
    """Put naughty strings, payloads and bits of HTML into a history, and compare each item of each list with `x`'s."""
    strings = read_strings()
    calm = asyncio.run(outline_all(["x"]))
    failures: list[str] = []
    for start in range(0, len(strings), _CHUNK):
        chunk = strings[start : start + _CHUNK]
        for path, found in asyncio.run(outline_all(chunk)).items():
            failures += [f"{path}: one of the {_CHUNK} from {start} on" for one in found if one != calm[path][0]]
            failures += [f"{path}: {len(found)} of {len(chunk)}"] if len(found) != len(chunk) else []
    yield Row(
        material="naughty strings, payloads, HTML: page",
        figure=f"{len(strings):,} strings, {len(failures)} with other elements than x",
        want="0",
        holds=not failures,
        failures=failures,
    )


def read_strings() -> list[str]:
    """Return the strings of the shared material, without repeats, blank ones and those of half characters."""
    strings: list[str] = json.loads(next(iter(read_archive("naughty-strings").values())))
    for name, body in read_archive("payloads").items():
        if name.endswith(".txt"):
            strings += body.decode("utf-8", "replace").splitlines()
    strings += [case.decode("utf-8", "replace") for case in read_html_cases()]
    plain = (one.encode("utf-8", "replace").decode()[:_MAX_CHARS] for one in strings)
    return list(dict.fromkeys(one for one in plain if one.strip()))


async def outline_all(strings: Sequence[str]) -> dict[str, list[Outline]]:
    """Return the elements of every item of each list of a history that holds the strings."""
    listed = tuple(Source(name=one, kind=SourceKind.FEED, url="https://a.example/feed") for one in strings)
    settings = Settings(main=MainSettings(page=PageSettings(port=0)), sources=listed)
    with TemporaryDirectory() as folder, closing(Store(Path(folder) / "monitor.db")) as store:
        with store.write() as session:
            for number, one in enumerate(strings):
                tell(session, one, number)
        server = PageServer(store=store, settings=settings, now=lambda: NOW)
        async with server as page, httpx.AsyncClient(base_url=page.url, timeout=60) as client:
            pages = {path: (await client.get(path)).text for path in LISTS}
    return {path: outline_items(text, LISTS[path]) for path, text in pages.items()}


def outline_items(page: str, selector: str) -> list[Outline]:
    """Return each item's elements with the names of their attributes; the first table of deliveries is of routes."""
    tree = LexborHTMLParser(page)
    items = [node for node in tree.css(selector) if not node.css_matches("a[href^='/deliveries?route']")]
    return [
        tuple((one.tag or "", tuple(sorted(one.attributes))) for one in item.traverse(include_text=False))
        for item in items
    ]


def tell(session: Session, text: str, number: int) -> None:
    """Store a story in which a stranger wrote the text wherever he can."""
    block = Stripped(text=text, reason=StripReason.NAMED, where=text)
    article = Article(
        url=f"https://a.example/{number}",
        title=text,
        text=f"{text}.",
        site_name=text,
        authors=(text,),
        stripped=(block,),
    )
    stored = articles.add_article(session, article, source=text, digest=str(number), now=NOW)
    story = news.open_story(session, NOW)
    event = make_event(f"{text}.", (Participant(name=text), Participant(name="Alder")))
    told = news.add_event(session, event, stored=stored, story_id=story, novelty=Novelty.NEW_STORY, now=NOW)
    alert = news.add_alert(session, [told], stored=stored, story_id=story, novelty=Novelty.NEW_STORY, now=NOW)
    deliveries.add_delivery(session, alert, route=text, target=text, group="1", due_at=NOW)
    due = deliveries.next_due(session, NOW, target=text)
    deliveries.mark_failed(session, [one.id for one in due], text, due_at=None)
    sources.record_failure(session, text, NOW, error=text, not_before=NOW)
    searches.save_search(session, text, {"q": text}, NOW)
