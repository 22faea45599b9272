"""Pages, feeds and JSON made to break parsers, read in the sandbox as the monitor reads them."""

import asyncio
import html
import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from monitor.discover import discover
from monitor.errors import ParseError
from monitor.extract import extract
from monitor.extract.charset import decode_page, find_codec
from monitor.models import Article, Page, Source, SourceKind
from monitor.sandbox import Sandbox
from tests.bench.hostile_material import Row, mutate, read_archive

URL = "https://news.example/list"
_KINDS = (*SourceKind, None)
"""How each text is read: as every kind of source, and as an article."""
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f\u200b\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def measure_html(mutations: int) -> Iterator[Row]:
    """Read html5lib's cases: tokenizer and tree construction as pages, encoding by its expected names."""
    cases = read_html_cases()
    cases += [copy for number, case in enumerate(cases) for copy in mutate(case, mutations, str(number))]
    yield _read_all("html5lib's pages", cases, (SourceKind.LISTING, None))
    yield _judge_encodings(read_archive("html5lib"))


def read_html_cases() -> list[bytes]:
    """Return the pages of html5lib's cases, most of them a few tags in UTF-8."""
    files = read_archive("html5lib")
    return [*_read_tokenizer(files), *_read_tree(files)]


def measure_json(mutations: int) -> Iterator[Row]:
    """Read JSONTestSuite as feeds, and as an item's title."""
    cases = []
    for name, body in read_archive("json-testsuite").items():
        cases += [body, b'{"items":[{"url":"https://news.example/a","title":' + body + b"}]}"]
        cases += mutate(body, mutations, name)
    yield _read_all("JSONTestSuite as feeds", cases, (SourceKind.FEED,))
    lost = [name for name, body in read_archive("json-testsuite").items() if name.startswith("y_") and _is_lost(body)]
    yield Row(material="  valid ones read", figure=f"{len(lost)} lost", want="0 lost", holds=not lost, failures=lost)


def measure_strings(_: int) -> Iterator[Row]:
    """Put naughty strings and payloads wherever a stranger can write, and see what comes out as text."""
    strings: list[str] = json.loads(next(iter(read_archive("naughty-strings").values())))
    for name, body in read_archive("payloads").items():
        if name.endswith(".txt"):
            strings += body.decode("utf-8", "replace").splitlines()
    cases = [case for string in strings for case in _wrap(string)]
    yield _read_all("naughty strings and payloads", cases, _KINDS)


def measure_xml(mutations: int) -> Iterator[Row]:
    """Read XML that attacks parsers as feed and as sitemap."""
    files = read_archive("xml-defused") | {
        name: body for name, body in read_archive("payloads").items() if name.startswith("XXE")
    }
    cases = [
        case for name, body in files.items() for case in (body, *body.splitlines(), *mutate(body, mutations, name))
    ]
    yield _read_all("XML bombs and external entities", cases, (SourceKind.FEED, SourceKind.SITEMAP))


def read_text(body: bytes, kinds: tuple[SourceKind | None, ...]) -> list[str]:
    """Return what came of a text, read as each kind; runs in the sandbox."""
    return [_outcome_of(body, kind) for kind in kinds]


def _read_as(body: bytes, kind: SourceKind | None) -> str:
    """Read a text; say what is wrong with what came of it, if anything."""
    if kind is None:
        return _check_article(extract(body, URL, content_type="text/html"))
    page = Page(url=URL, requested_url=URL, status=200, content_type=None, body=body)
    links = discover(Source(name="hostile", kind=kind, url=URL), page).links
    texts = [text for link in links for text in (link.title, link.summary) if text]
    if any(_UNSEEN.search(text) for text in texts):
        return "!invisible characters"
    return "links" if links else "no links"


def _check_article(article: Article) -> str:
    return "article" if article.text or article.title else "empty article"


def _outcome_of(body: bytes, kind: SourceKind | None) -> str:
    try:
        return _read_as(body, kind)
    except ParseError:
        return "typed error"
    except Exception as error:  # noqa: BLE001 - what leaks is what is measured
        return f"!{error!r}"


def _read_all(material: str, cases: list[bytes], kinds: tuple[SourceKind | None, ...]) -> Row:
    outcomes, leaks = asyncio.run(_run(cases, kinds))
    return Row(
        material=material,
        figure=", ".join(f"{count} {outcome}" for outcome, count in outcomes.most_common()),
        want="no other exception, no crash",
        holds=not leaks,
        failures=leaks,
    )


async def _run(cases: list[bytes], kinds: tuple[SourceKind | None, ...]) -> tuple[Counter[str], list[str]]:
    outcomes: Counter[str] = Counter()
    leaks = []
    sandbox = Sandbox(seconds=3, megabytes=384)
    try:
        for case in cases:
            try:
                found = await sandbox.run(URL, read_text, case, kinds)
            except ParseError as error:
                found = [error.detail if "crashed" not in error.detail else f"!{error.detail}"]
            outcomes.update("leak" if outcome.startswith("!") else outcome for outcome in found)
            leaks += [f"{case[:200]!r}: {outcome}" for outcome in found if outcome.startswith("!")]
    finally:
        sandbox.close()
    return outcomes, leaks


# --- the cases --------------------------------------------------------------------------------------------------


def _read_tokenizer(files: dict[str, bytes]) -> Iterator[bytes]:
    for name, body in files.items():
        if name.endswith(".test"):
            document: dict[str, list[dict[str, Any]]] = json.loads(body)
            for case in document.get("tests", document.get("xmlViolationTests", [])):
                text = str(case["input"])
                if case.get("doubleEscaped"):
                    text = json.loads(f'"{text}"') if '"' not in text else text
                yield text.encode("utf-8", "surrogatepass")


def _read_tree(files: dict[str, bytes]) -> Iterator[bytes]:
    for name, body in files.items():
        if name.startswith("tree-construction/") and name.endswith(".dat"):
            yield from (case.partition(b"\n#errors")[0] for case in body.split(b"#data\n")[1:])


def _judge_encodings(files: dict[str, bytes]) -> Row:
    """Compare our codec with the standard's encoding, where a page declares one."""
    faults = []
    count = 0
    for name, body in files.items():
        if not name.startswith("encoding/") or not name.endswith(".dat"):
            continue
        for case in body.split(b"#data\n")[1:]:
            page, _, label = case.partition(b"\n#encoding\n")
            codec = find_codec(label.split(b"\n")[0].decode().lower())
            if codec is None:
                continue
            count += 1
            if decode_page(page, "text/html") != page.decode(codec, "replace").removeprefix("\ufeff"):
                faults.append(f"{name}: {page[:200]!r} is {label!r}")
    share = 1 - len(faults) / count
    return Row(
        material="  encodings",
        figure=f"{share:.1%} of {count}",
        want="for information",
        holds=True,
        failures=faults,
    )


def _is_lost(body: bytes) -> bool:
    """Say whether valid JSON makes a feed unreadable when it stands where nobody looks."""
    feed = b'{"items":[{"url":"https://news.example/a","_x":' + body + b"}]}"
    return read_text(feed, (SourceKind.FEED,)) != ["links"]


def _wrap(text: str) -> Iterator[bytes]:
    """Yield documents of every kind that hold the text in each of their fields, as such and escaped."""
    for shown in (text, html.escape(text)):
        yield (
            f"<rss version='2.0'><channel><item><title>{shown}</title><link>{shown}</link><guid>{shown}</guid>"
            f"<description>{shown}</description><pubDate>{shown}</pubDate></item></channel></rss>"
        ).encode("utf-8", "replace")
        yield (
            f"<urlset><url><loc>{shown}</loc><lastmod>{shown}</lastmod><news><title>{shown}</title></news></url></urlset>"
        ).encode("utf-8", "replace")
        yield (
            f"<html><head><title>{shown}</title><base href='{shown}'></head><body><article><h1>{shown}</h1>"
            f"<p><a href='{shown}'>{shown} {shown} and more words</a></p><p>{shown}</p></article></body></html>"
        ).encode("utf-8", "replace")
    item = {"id": text, "url": text, "title": text, "content_html": text, "date_published": text}
    yield json.dumps({"items": [item, {**item, "url": f"https://news.example/{text}"}]}).encode()
