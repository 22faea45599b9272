"""feedparser's own test files: each says in a comment what must come out of it."""

import ast
import calendar
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import NamedTuple

from monitor.discover import discover
from monitor.discover.plain import strip_markup, tidy_line, tidy_paragraphs
from monitor.errors import ParseError, UrlError
from monitor.models import Link, Page, Source, SourceKind
from monitor.urls import canonical_url
from tests.bench.hostile_material import Row, mutate, read_archive

URL = "http://127.0.0.1:8097/feed"
"""Where feedparser's own tests serve the files."""
SOURCE = Source(name="hostile", kind=SourceKind.FEED, url=URL, max_links=1_000_000)
SLOW_SECONDS = 2.0
RIGHT_SHARE = 0.98

_COMMENT = re.compile(r"Expect:\s*(?:not bozo and )?(.*?)\s*-->", re.DOTALL)
_HEADER = re.compile(r"Header:\s*([\w-]+)\s*:\s*(.*?)\s*$", re.MULTILINE)
_CODECS = ("utf-8", "utf-16", "utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be", "cp037", "latin-1")
_FIELDS = {"title": "title", "title_detail": "title", "link": "link", "id": "id", "guid": "id"}
_FIELDS |= {f"{name}_parsed": "date" for name in ("date", "published", "updated", "created", "modified", "issued")}
_FIELDS |= {"summary": "summary", "description": "summary"}


class Expectation(NamedTuple):
    """A field of an entry and what feedparser makes of it."""

    entry: int
    field: str
    value: object


class Watch:
    """Counts files and sockets that are opened while it looks, but for Python's own: it loads modules when needed."""

    def __init__(self) -> None:
        self.is_on = False
        self.opened: list[str] = []
        sys.addaudithook(self._note)

    def _note(self, event: str, arguments: tuple[object, ...]) -> None:
        if self.is_on and event in {"open", "socket.connect", "socket.getaddrinfo", "socket.__new__"}:
            what = str(arguments[0])
            if not what.startswith((sys.base_prefix, sys.prefix)):
                self.opened.append(f"{event} {what}")


@dataclass(slots=True)
class _Tally:
    """What came of the files so far."""

    outcomes: Counter[str] = field(default_factory=Counter)
    leaks: list[str] = field(default_factory=list)
    slowest: tuple[float, str] = (0.0, "")
    expected: Counter[str] = field(default_factory=Counter)
    faults: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))


def measure_feeds(mutations: int) -> Iterator[Row]:
    """Read every file and mutilated copies of it; compare with what its comment says."""
    files = read_archive("feeds-feedparser") | read_archive("feeds-fastfeedparser")
    tally = _Tally()
    watch = Watch()
    for name, body in sorted(files.items()):
        comment = _read_comment(body)
        links = _read(name, _make_page(body, comment), watch, tally)
        for expected in _read_expectations(comment):
            tally.expected[expected.field] += 1
            if fault := _find_fault(expected, links):
                tally.faults[expected.field].append(f"{name}: {fault}")
        for copy in mutate(body, mutations, name):
            _read(name, _make_page(copy, comment), watch, tally)
    yield from _judge(tally, watch)


def _judge(tally: _Tally, watch: Watch) -> Iterator[Row]:
    yield Row(
        material="feeds: entries or a typed error",
        figure=", ".join(f"{count} {outcome}" for outcome, count in tally.outcomes.most_common()),
        want="no other exception",
        holds=not tally.leaks,
        failures=tally.leaks,
    )
    seconds, where = tally.slowest
    figure = f"{seconds:.2f} s ({where})"
    yield Row(material="feeds: the slowest", figure=figure, want="under 2 s", holds=seconds < SLOW_SECONDS)
    opened = watch.opened
    figure = str(len(opened))
    yield Row(material="feeds: files and sockets opened", figure=figure, want="0", holds=not opened, failures=opened)
    for fields in (("title", "link", "id", "date"), ("summary",)):
        count = sum(tally.expected[name] for name in fields)
        faults = [fault for name in fields for fault in tally.faults[name]]
        share = 1 - len(faults) / count
        yield Row(
            material=f"feeds: {', '.join(fields)} as expected",
            figure=f"{share:.1%} of {count}",
            want="98 %",
            holds=share >= RIGHT_SHARE,
            failures=faults,
        )


def _read_comment(body: bytes) -> str:
    """Return a file as text in the first encoding in which it says what it expects."""
    for codec in _CODECS:
        with suppress(UnicodeError):
            text = body.decode(codec)
            if "Expect:" in text:
                return text
    return ""


def _make_page(body: bytes, comment: str) -> Page:
    headers = {name.lower(): value for name, value in _HEADER.findall(comment[:2_000])}
    url = headers.get("content-location", URL)
    kind = headers.get("content-type", "application/xml")
    return Page(url=url, requested_url=url, status=200, content_type=kind, body=body)


def _read(name: str, page: Page, watch: Watch, tally: _Tally) -> tuple[Link, ...]:
    """Return the links of a page; note how it went and how long it took."""
    started = time.perf_counter()
    links: tuple[Link, ...] = ()
    watch.is_on = True
    try:
        links = discover(SOURCE, page).links
        outcome = "entries" if links else "no entries"
    except ParseError:
        outcome = "typed error"
    except Exception as error:  # noqa: BLE001 - what leaks is what is measured
        outcome = type(error).__name__
        tally.leaks.append(f"{name}: {error!r}")
    finally:
        watch.is_on = False
    tally.outcomes[outcome] += 1
    tally.slowest = max(tally.slowest, (time.perf_counter() - started, name))
    return links


def _read_expectations(comment: str) -> Iterator[Expectation]:
    """Yield what a file says of fields that we have; the order of entries is ours only while they are undated."""
    found = _COMMENT.search(comment)
    with suppress(SyntaxError):
        for node in ast.walk(ast.parse(found[1] if found else "0", mode="eval")):
            if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq):
                expected = _read_comparison(node)
                if expected is not None:
                    yield expected


def _read_comparison(node: ast.Compare) -> Expectation | None:
    with suppress(ValueError):
        value = ast.literal_eval(node.comparators[0])
        steps = _read_steps(node.left)
        if steps[:1] == ["entries"] and len(steps) > 2 and isinstance(steps[1], int):
            name = _FIELDS.get(str(steps[2]))
            is_whole = len(steps) == 3 or steps[2:] == ["title_detail", "value"]
            return Expectation(steps[1], name, value) if name and is_whole else None
        if steps[:1] == ["entries"] and steps[2:] == ["content", 0, "value"]:
            return Expectation(int(steps[1]), "summary", value)
    return None


def _read_steps(node: ast.expr) -> list[str | int]:
    """Return a chain of subscripts as a list. Raises ValueError for other expressions."""
    if isinstance(node, ast.Name):
        return [node.id]
    if isinstance(node, ast.Subscript):
        step: object = ast.literal_eval(node.slice)
        if isinstance(step, str | int):
            return [*_read_steps(node.value), step]
    raise ValueError("no chain of subscripts")


def _find_fault(expected: Expectation, links: tuple[Link, ...]) -> str | None:
    """Return what is wrong with an entry, None if it is as expected."""
    if expected.entry >= len(links):
        return f"no entry {expected.entry} ({expected.field} {expected.value!r})"
    link = links[expected.entry]
    found: object
    match expected.field:
        case "link":
            found = link.url
            is_right = found == _canonical(str(expected.value))
        case "id":
            found = link.id
            is_right = found == (str(expected.value) or None)
        case "date":
            moments = [moment for moment in (link.published_at, link.modified_at) if moment]
            found = [moment.isoformat() for moment in moments]
            is_right = _to_seconds(expected.value) in {int(moment.timestamp()) for moment in moments}
        case _:
            found = link.title if expected.field == "title" else link.summary
            is_right = _squeeze(found or "") in {*map(_squeeze, _plain_forms(str(expected.value)))}
    return None if is_right else f"{expected.field} {found!r}, not {expected.value!r}"


def _canonical(url: str) -> str:
    try:
        return canonical_url(url, URL)
    except UrlError:
        return url


def _to_seconds(value: object) -> int | None:
    """Return the time of a `struct_time`; feedparser writes all nine fields."""
    return calendar.timegm(value) if isinstance(value, tuple) and len(value) == 9 else None


def _plain_forms(value: str) -> Iterator[str]:
    """Yield what an expected value may be as plain text: feedparser keeps markup where we do not."""
    yield tidy_line(value) or ""
    yield tidy_paragraphs(strip_markup(value)) or ""


def _squeeze(text: str) -> str:
    """Return the text without white space: where paragraphs end is told differently."""
    return "".join(text.split())
