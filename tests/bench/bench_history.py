"""How quick the page is on 100,000 made articles: each view's median and 99th percentile, search, size, insert rate."""

import argparse
import asyncio
import statistics
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from monitor.config import MainSettings, PageSettings, Settings
from monitor.store import Store
from monitor.web import PageServer
from tests.bench.made_history import COMPANIES, SOURCES, fill_history

VIEWS = {
    "now": "/",
    "now, page 40": "/?before={alert}",
    "stories": "/stories",
    "story": "/stories/{story}",
    "articles": "/articles",
    "article": "/articles/{article}",
    "what a version changed": "/articles/1/versions/2",
    "relations": "/relations",
    "relations of the busiest company": "/relations?company=Alder+Motors",
    "the busiest pair": "/pair?left=Alder+Motors&right=Birchway+Motors",
    "rules": "/rules",
    "sources": "/sources",
    "deliveries": "/deliveries",
    "dead deliveries": "/deliveries?state=dead",
    "search: a word of every article": "/articles?q=agreement",
    "search: two words": "/articles?q=steel+exclusive",
    "search: a phrase": "/articles?q=%22ends+its+contract%22",
    "search: a beginning": "/articles?q=exclusiv*",
    "search: a word, of a rare company": "/articles?q=agreement&company={rare}",
    "search: a word, of a source and a week": "/articles?q=agreement&source=north-desk&since={day}&until={day}",
    "filter: company": "/articles?company=Alder+Motors",
    "filter: type and certainty": "/articles?type=termination&modality=denied",
    "filter: source": "/articles?source=north-desk",
    "filter: the oldest days": "/articles?until={day}",
    "api: articles": "/api/articles?limit=50",
    "feed: alerts as RSS": "/lists/alerts.rss",
}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--keep", type=Path, help="a database to make, or to use if it is there")
    options = parser.parse_args()
    with TemporaryDirectory() as folder:
        path = options.keep or Path(folder) / "monitor.db"
        is_new = not path.exists()
        with closing(Store(path)) as store:
            if is_new:
                fill(store, options.articles)
            asyncio.run(measure(store, options.articles, options.rounds))


def fill(store: Store, count: int) -> None:
    started = time.perf_counter()
    fill_history(store, count=count, now=datetime.now(UTC))
    took = time.perf_counter() - started
    size = store.path.stat().st_size
    print(f"{count:,} articles in {took:.0f} s: {count / took:,.0f} a second, {size / count:,.0f} bytes each\n")


async def measure(store: Store, count: int, rounds: int) -> None:
    settings = Settings(main=MainSettings(page=PageSettings(port=0)), sources=SOURCES)
    with store.read() as session:
        day = session.connection().exec_driver_sql("SELECT date(min(published_at), '+3 days') FROM articles").scalar()
    places = {"alert": count // 20, "story": count // 40, "article": count // 2, "day": day, "rare": COMPANIES[-1]}
    print(f"{'view':44}{'median ms':>10}{'p99 ms':>10}{'kB':>8}")
    async with PageServer(store=store, settings=settings) as page, httpx.AsyncClient(base_url=page.url) as client:
        for name, path in VIEWS.items():
            times, size = await time_view(client, path.format(**places), rounds)
            p99 = statistics.quantiles(times, n=100)[98]
            print(f"{name:44}{statistics.median(times) * 1e3:>10.1f}{p99 * 1e3:>10.1f}{size / 1e3:>8.1f}")


async def time_view(client: httpx.AsyncClient, path: str, rounds: int) -> tuple[list[float], int]:
    times = []
    answer = await client.get(path)  # the first one fills SQLite's cache
    for _ in range(rounds):
        started = time.perf_counter()
        answer = await client.get(path)
        times.append(time.perf_counter() - started)
    answer.raise_for_status()
    return times, len(answer.content)


if __name__ == "__main__":
    main()
