"""Measure story grouping: one story told in other words, and other news about the same companies.

    python -m tests.bench.bench_stories [--errors] [--files 13] [--copies 1000000]

Reads tests/bench/stories/*.toml, written for this. Every text becomes an article that the real `record_article` stores
in a real database, in one stream of days: the outlets of a story follow each other by the hour, its rivals stand
between them. Two articles are told as one story when they share a story of the database. train_stories.py fits the
weights on files 1 to 7 and on the real articles; file 8 is held out. "real" are articles of ../shared/data/events that
follow each other's news, at the times when they were printed (tests/bench/stories/articles.tsv).

Beside it, on the same events: the same two companies and the same type (what most tools do), and words alone.
"""

import argparse
import json
import lzma
import random
import re
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path
from typing import cast

from sqlalchemy import insert
from sqlmodel import select

from monitor.app import build_ruleset
from monitor.config import CheckSettings, Settings
from monitor.detect import Ruleset
from monitor.fetch import Fetcher
from monitor.models import Article, Event, Link, Source, SourceKind, Visit
from monitor.record import Tools, record_article
from monitor.sandbox import Sandbox
from monitor.store import Store, articles, history, news, sources
from monitor.store.tables import ArticleBandRow, EventRow
from monitor.track import fold_name

_FOLDER = Path(__file__).parent / "stories"
_LABELS = _FOLDER / "articles.tsv"
_ARTICLES = Path(__file__).parents[3] / "shared" / "data" / "events" / "articles.jsonl.xz"
_START = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
_JACCARD = 0.25
_WORD = re.compile(r"\w+")

Printed = tuple[datetime, str, str, str]
"""When, which news, title and text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A text of the set, and what became of it."""

    news: str
    """Equal for texts that tell the same news."""
    words: frozenset[str]
    text: str
    events: tuple[Event, ...]
    stories: frozenset[int]


def main() -> None:
    """Print the figures, for the files that were looked at and for the other one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--errors", action="store_true", help="print the pairs that are told wrongly")
    parser.add_argument(
        "--files", help="digits of the files to read, as 13; by default 1234567, then 8, then the real articles"
    )
    parser.add_argument("--copies", type=int, help="time the question for copies among so many fingerprints instead")
    options = parser.parse_args()
    if options.copies:
        _time_copies(options.copies)
        return
    print(f"{'files':8}{'who':22}{'P':>7}{'R':>7}{'F1':>7}   {'pairs':>6}   alerts a story")
    for files in [options.files] if options.files else ["1234567", "8", "real"]:
        stream = read_articles() if files == "real" else read_texts(files)
        with tempfile.TemporaryDirectory() as folder:
            told, alerts = _tell_all(stream, Path(folder) / "stories.db")
        seen = [one for one in told if one.events]
        news = len({one.news for one in seen})
        _print_row(files, "monitor", seen, _share_story, f"{alerts / news:.2f}")
        _print_row(files, "  with missed events", told, _share_story)
        _print_row(files, "same pair and type", seen, _share_pair)
        _print_row(files, "words alone", seen, _share_words)
        if options.errors:
            _print_errors(seen)


def _print_row(files: str, who: str, told: list[Told], is_same: Callable[[Told, Told], bool], note: str = "") -> None:
    pairs = list(combinations(told, 2))
    right = sum(is_same(*pair) and pair[0].news == pair[1].news for pair in pairs)
    found = sum(is_same(*pair) for pair in pairs)
    wanted = sum(left.news == one.news for left, one in pairs)
    precision, recall = right / max(found, 1), right / max(wanted, 1)
    f1 = 2 * precision * recall / max(precision + recall, 1e-9)
    print(f"{files:8}{who:22}{precision:7.3f}{recall:7.3f}{f1:7.3f}   {wanted:6}   {note}")


def _print_errors(told: list[Told]) -> None:
    for left, right in combinations(told, 2):
        if _share_story(left, right) == (left.news == right.news):
            continue
        print("\nSPLIT" if left.news == right.news else "\nJOINED")
        for one in (left, right):
            shown = [
                f"{event.type} {event.modality} {[who.name for who in event.participants]} {event.subject}"
                for event in one.events
            ]
            print(f"  {one.text}\n     {'; '.join(shown)}")


# --- copies -----------------------------------------------------------------------------------------------------


def _time_copies(count: int) -> None:
    """Print how long one asks for the copies of an article among so many: of one that is there, and of others."""
    draw = random.Random(1)  # noqa: S311 - made-up texts
    vocabulary = [f"word{number}" for number in range(20_000)]
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "copies.db")
        text = " ".join(draw.choices(vocabulary, k=300))
        copied = Article(url="https://outlet.example/1", title="Title", text=text)
        with store.write() as session:
            news.save_bands(session, articles.add_article(session, copied, source="s", digest="d", now=_START))
            for _ in range(count // 10_000):
                bands = [{"band": draw.getrandbits(63), "article_id": 1} for _ in range(160_000)]
                session.execute(insert(ArticleBandRow), bands)
        others = [replace(copied, text=" ".join(draw.choices(vocabulary, k=300))) for _ in range(200)]
        for who, asked in (("a copy", [copied] * 200), ("none", others)):
            times = []
            for article in asked:
                with store.read() as session:
                    begun = time.perf_counter()
                    news.find_copied_stories(session, article, since=_START)
                    times.append(time.perf_counter() - begun)
            median, worst = sorted(times)[100] * 1e3, sorted(times)[-3] * 1e3
            print(f"{count} fingerprints, {who}: median {median:.2f} ms, 99 % {worst:.2f} ms")
        store.close()


# --- who says that two texts tell the same ----------------------------------------------------------------------


def _share_story(left: Told, right: Told) -> bool:
    return not left.stories.isdisjoint(right.stories)


def _share_pair(left: Told, right: Told) -> bool:
    return not _pairs_of(left).isdisjoint(_pairs_of(right))


def _pairs_of(told: Told) -> set[tuple[str, frozenset[str]]]:
    return {(event.type, frozenset(fold_name(who.name) for who in event.participants)) for event in told.events}


def _share_words(left: Told, right: Told) -> bool:
    return len(left.words & right.words) >= _JACCARD * len(left.words | right.words)


# --- the stream -------------------------------------------------------------------------------------------------


def _tell_all(stream: Iterable[Printed], database: Path) -> tuple[list[Told], int]:
    """Return every text with what became of it, and how many alerts were raised."""
    clock = [_START]
    store = Store(database)
    tools = Tools(
        store=store,
        fetcher=cast("Fetcher", None),
        sandbox=cast("Sandbox", None),
        ruleset=load_ruleset(),
        routes=(),
        settings=CheckSettings(),
        now=lambda: clock[0],
    )
    rows, alerts = [], 0
    for number, (clock[0], told_news, title, text) in enumerate(stream):
        url = f"https://outlet.example/{number}"
        article = Article(url=url, title=title, text=text or title, published_at=clock[0])
        source = Source(name=f"outlet-{number % 5}", kind=SourceKind.FEED, url="https://outlet.example/feed")
        link = Link(url=url)
        with store.write() as session:
            sources.register_links(session, source, [link], clock[0], is_baseline=False)
        alerts += record_article(tools, source, Visit(link=link), article, None).alerts
        rows.append((number + 1, told_news, f"{title} | {text}"))
    told = [_read_told(store, *row) for row in rows]
    store.close()
    return told, alerts


def _read_told(store: Store, article_id: int, news: str, text: str) -> Told:
    with store.read() as session:
        stored = history.read_article(session, article_id)
        if stored is None:
            raise LookupError(f"no article {article_id}")
        stories = session.exec(select(EventRow.story_id).where(EventRow.article_id == article_id)).all()
        return Told(
            news=news,
            words=frozenset(word.casefold() for word in _WORD.findall(text)),
            text=text,
            events=tuple(history.events_of(session, stored)),
            stories=frozenset(stories),
        )


def load_ruleset() -> Ruleset:
    return build_ruleset(Settings())


def read_articles() -> list[Printed]:
    """Return the labelled articles of ../shared, in the order of time."""
    rows = [line.split("\t") for line in _LABELS.read_text("utf-8").splitlines() if not line.startswith("#")]
    with lzma.open(_ARTICLES, "rt", encoding="utf-8") as lines:
        articles = {item["id"]: item for item in map(json.loads, lines)}
    return sorted(
        (
            datetime.fromisoformat(f"{at}+00:00"),
            key if news == "-" else news,
            articles[key]["title"],
            articles[key]["body"],
        )
        for key, at, news in rows
    )


def read_texts(files: str) -> list[Printed]:
    """Return the texts of files in the order of time.

    Eight stories a day; a telling every three hours, a rival after the first and at the end.
    """
    stories = [
        story
        for path in sorted(_FOLDER.glob("*.toml"))
        if path.stem in files
        for story in tomllib.loads(path.read_text(encoding="utf-8"))["stories"]
    ]
    texts: list[tuple[float, str, str]] = []
    for number, story in enumerate(stories):
        name, start = story["name"], number * 3.0
        texts += [(start + 3 * place, name, text) for place, text in enumerate(story["tellings"])]
        rivals = story.get("rivals", [])
        texts += [(start + 1 + 20 * place, f"{name}/{place}", text) for place, text in enumerate(rivals)]
        texts += [(start + 400 * 24, f"{name}/later", text) for text in story.get("later", [])]
    return [
        (_START + timedelta(hours=at), told_news, *text.partition(" | ")[::2]) for at, told_news, text in sorted(texts)
    ]


if __name__ == "__main__":
    main()
