"""How quick the page is on 100,000 made articles: each view's median and 99th percentile, search, size, insert rate.

CPU is that of server and client together: on a busy machine it says more than the time that passed.
"""

import argparse
import asyncio
import sqlite3
import statistics
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from monitor.config import MainSettings, PageSettings, Settings
from monitor.store import Store
from monitor.web import PageServer
from monitor.web.listings import LISTINGS
from tests.bench.made_history import COMPANIES, SOURCES, answer_alerts, fill_history

VIEWS = {
    "now": "/",
    "now, page 40": "/?before={alert}",
    "now, unread": "/?standing=unread",
    "now, acknowledged": "/?standing=acknowledged",
    "now, of the busiest company": "/?company=Alder+Motors",
    "alert": "/alerts/{alert}",
    "stories": "/stories",
    "stories of the busiest company": "/stories?company=Alder+Motors",
    "stories of a source, and denied": "/stories?source=north-desk&modality=denied",
    "stories: a word of every article": "/stories?q=agreement",
    "stories: a phrase": "/stories?q=%22ends+its+contract%22",
    "stories: a word, of the busiest company": "/stories?q=steel&company=Alder+Motors",
    "story": "/stories/{story}",
    "articles": "/articles",
    "article": "/articles/{article}",
    "what a version changed": "/articles/1/versions/2",
    "saved searches": "/searches",
    "saved search": "/searches/1",
    "relations": "/relations",
    "relations of the busiest company": "/relations?company=Alder+Motors",
    "the busiest pair": "/pair?left=Alder+Motors&right=Birchway+Motors",
    "rules": "/rules",
    "a rule that is tried": "/rules/try?match=contract+SENTENCE+steel&unless=court",
    "sources": "/sources",
    "deliveries": "/deliveries",
    "dead deliveries": "/deliveries?state=dead",
    "search: a word of every article": "/articles?q=agreement",
    "search: two words": "/articles?q=steel+exclusive",
    "search: a phrase": "/articles?q=%22ends+its+contract%22",
    "search: a beginning": "/articles?q=exclusiv*",
    "search: a word, of a rare company": "/articles?q=agreement&company={rare}",
    "search: a word, of a source and a week": "/articles?q=agreement&source=north-desk&since={day}&until={day}",
    "search: words that are near": "/articles?q=steel+NEAR%2F3+exclusiv*",
    "search: words of a sentence, one not": "/articles?q=ends+SENTENCE+contract+AND+NOT+batteries",
    "search: what is in no article": "/articles?q=spring+PRE%2F1+agreement+PRE%2F1+which+PRE%2F1+steel",
    "filter: company": "/articles?company=Alder+Motors",
    "filter: type and certainty": "/articles?type=termination&modality=denied",
    "filter: source": "/articles?source=north-desk",
    "filter: the oldest days": "/articles?until={day}",
    **{f"api: {one.name}": f"/api/{one.name}" for one in LISTINGS},
    "api: an article": "/api/articles/{article}",
    "api: the busiest pair": "/api/pair?left=Alder+Motors&right=Birchway+Motors",
    **{f"200 {one.name} as CSV": f"/lists/{one.name}.csv?limit=200" for one in LISTINGS},
    "alerts as RSS": "/lists/alerts.rss",
    "alerts as JSON Feed": "/lists/alerts.json",
    "saved search as RSS": "/lists/searches/1.rss",
}
_MOST_SECONDS = 10
"""For one view: the search that finds nothing ends after a second by itself."""
_FEWEST_ROUNDS = 10


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--inserts", type=int, default=10_000, help="articles to insert beside raw sqlite3")
    parser.add_argument("--keep", type=Path, help="a database to make, or to use if it is there")
    options = parser.parse_args()
    with TemporaryDirectory() as folder:
        path = options.keep or Path(folder) / "monitor.db"
        compare_inserts(Path(folder), options.inserts)
        is_new = not path.exists()
        with closing(Store(path)) as store:
            if is_new:
                fill(store, options.articles)
            answer_alerts(store, now=datetime.now(UTC))
            asyncio.run(measure(store, options.articles, options.rounds))


def fill(store: Store, count: int) -> None:
    started = time.perf_counter()
    fill_history(store, count=count, now=datetime.now(UTC))
    took = time.perf_counter() - started
    size = store.path.stat().st_size
    texts = sum_texts(store.path)
    print(f"{count:,} articles in {took:.0f} s: {count / took:,.0f} a second")
    print(f"{size / count:,.0f} bytes an article, of which {texts / count:,.0f} are its title and text\n")


def sum_texts(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("SELECT sum(length(CAST(title || text AS BLOB))) FROM articles").fetchone()[0])


def compare_inserts(folder: Path, count: int) -> None:
    """Print how many articles a second the store takes, and raw sqlite3 of the same rows into the same schema."""
    with closing(Store(folder / "ours.db")) as store:
        started, cpu = time.perf_counter(), time.process_time()
        fill_history(store, count=count, now=datetime.now(UTC))
        ours, ours_cpu = time.perf_counter() - started, time.process_time() - cpu
    rows = read_tables(folder / "ours.db")
    Store(folder / "raw.db").close()
    started, cpu = time.perf_counter(), time.process_time()
    insert_raw(folder / "raw.db", rows, batches=count // 1000)
    raw, raw_cpu = time.perf_counter() - started, time.process_time() - cpu
    print(f"{count:,} articles with events, alerts, deliveries, full-text index; a second, by time and by CPU:")
    print(f"  the store     {count / ours:>8,.0f}{count / ours_cpu:>8,.0f}")
    print(f"  raw sqlite3   {count / raw:>8,.0f}{count / raw_cpu:>8,.0f}\n")


def read_tables(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows of all tables that hold some and are no index, in an order that foreign keys allow."""
    tables = ("sources", "rhythms", "articles", "article_versions", "stories", "events", "participants", "alerts")
    with closing(sqlite3.connect(path)) as connection:
        return {
            name: connection.execute(f"SELECT * FROM {name}").fetchall()  # noqa: S608 - ours
            for name in (*tables, "alert_events", "deliveries")
        }


def insert_raw(path: Path, tables: dict[str, list[tuple[Any, ...]]], *, batches: int) -> None:
    """Insert the rows as the driver does it best, in as many transactions as the store, as durably, keys unchecked."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            connection.execute(f"PRAGMA {pragma}")
        for batch in range(batches):
            connection.execute("BEGIN IMMEDIATE")
            for name, rows in tables.items():
                part = rows[len(rows) * batch // batches : len(rows) * (batch + 1) // batches]
                if part:
                    marks = ", ".join("?" * len(part[0]))
                    connection.executemany(f"INSERT INTO {name} VALUES ({marks})", part)  # noqa: S608 - ours
            connection.execute("COMMIT")


async def measure(store: Store, count: int, rounds: int) -> None:
    settings = Settings(main=MainSettings(page=PageSettings(port=0)), sources=SOURCES)
    with store.read() as session:
        day = session.connection().exec_driver_sql("SELECT date(min(published_at), '+3 days') FROM articles").scalar()
    places = {"alert": count // 20, "story": count // 40, "article": count // 2, "day": day, "rare": COMPANIES[-1]}
    print(f"{'view':44}{'median ms':>10}{'p99 ms':>10}{'CPU ms':>10}{'kB':>8}{'rounds':>8}")
    async with (
        PageServer(store=store, settings=settings) as page,
        httpx.AsyncClient(base_url=page.url, timeout=60) as client,
    ):
        for name, path in VIEWS.items():
            times, cpu, size = await time_view(client, path.format(**places), rounds)
            p99 = statistics.quantiles(times, n=100, method="inclusive")[98]
            figures = (statistics.median(times), p99, statistics.median(cpu))
            told = "".join(f"{figure * 1e3:>10.1f}" for figure in figures)
            print(f"{name:44}{told}{size / 1e3:>8.1f}{len(times):>8}", flush=True)


async def time_view(client: httpx.AsyncClient, path: str, rounds: int) -> tuple[list[float], list[float], int]:
    times: list[float] = []
    cpu: list[float] = []
    answer = await client.get(path)  # the first one fills SQLite's cache
    while len(times) < rounds and (len(times) < _FEWEST_ROUNDS or sum(times) < _MOST_SECONDS):
        started, cpu_started = time.perf_counter(), time.process_time()
        answer = await client.get(path)
        times.append(time.perf_counter() - started)
        cpu.append(time.process_time() - cpu_started)
    answer.raise_for_status()
    return times, cpu, len(answer.content)


if __name__ == "__main__":
    main()
