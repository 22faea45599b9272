"""Sixty real pages, published as a feed, a sitemap and a listing: stored once, and followed when they change."""

import json
import lzma
import sqlite3
from pathlib import Path

from tests.conftest import Site
from tests.e2e.conftest import Monitor

COUNT = 60
CHANGE = "The company added on Thursday that the new plant will open a year later than it had planned until now."


def load_pages(shared: Path) -> list[str]:
    """Return pages of which the first holds a line of its own text verbatim, so that it can be changed."""
    with lzma.open(shared / "data" / "extraction" / "scrapinghub.jsonl.xz", "rt", encoding="utf-8") as lines:
        records = [record for record in map(json.loads, lines) if "html" in record]
    records.sort(key=lambda record: find_line(record) is None)
    line = find_line(records[0])
    assert line is not None
    records[0]["changed"] = records[0]["html"].replace(line, CHANGE)
    return [record["html"] for record in records[:COUNT]] + [records[0]["changed"]]


def find_line(record: dict[str, str]) -> str | None:
    return next((line for line in record["body"].splitlines() if len(line) > 150 and line in record["html"]), None)


def publish(site: Site, pages: list[str]) -> None:
    for number, page in enumerate(pages):
        site.put(f"/news/{number}.html", page)
    third = len(pages) // 3
    site.put_feed("/feed", *((f"/news/{number}.html", f"Story {number}") for number in range(third)))
    locations = "".join(
        f"<url><loc>{site.url(f'/news/{number}.html')}</loc></url>" for number in range(third, 2 * third)
    )
    site.put(
        "/sitemap.xml",
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{locations}</urlset>',
        "application/xml",
    )
    links = "".join(
        f'<li><a class="story" href="/news/{n}.html">Story {n}</a></li>' for n in range(2 * third, len(pages))
    )
    site.put("/latest", f"<html><body><a href='/about'>About</a><ul>{links}</ul></body></html>")


def sources(site: Site) -> str:
    kinds = {"feed": "/feed", "sitemap": "/sitemap.xml", "listing": "/latest"}
    tables = [
        f'[[sources]]\nname = "{kind}"\nkind = "{kind}"\nurl = "{site.url(path)}"\n' for kind, path in kinds.items()
    ]
    return "\n".join(tables) + 'selector = "a.story"\n'


def count_downloads(site: Site) -> int:
    return sum(status == 200 for path, status in site.requests if path != "/robots.txt")


def test_real_pages_are_stored_once_and_followed(monitor: Monitor, site: Site, shared: Path) -> None:
    *pages, changed = load_pages(shared)
    publish(site, pages)
    monitor.allow(site.address)
    monitor.configure(sources=sources(site))

    first = monitor.ask("check")
    assert sum(report["stored"] for report in first) == COUNT
    with sqlite3.connect(monitor.database) as database:
        rows = database.execute("SELECT title, text FROM articles").fetchall()
    assert len(rows) == COUNT
    assert all(5 <= len(title) <= 300 and "\n" not in title for title, _ in rows)
    assert sum(len(text.split()) >= 60 for _, text in rows) >= COUNT * 0.9
    assert not [text for _, text in rows if "<p" in text or "function(" in text]

    site.requests.clear()
    second = monitor.ask("check")
    assert sum(report["stored"] + report["new_links"] for report in second) == 0
    assert sum(report["unchanged"] for report in second) == COUNT
    assert count_downloads(site) == 0

    site.put("/news/0.html", changed)
    third = monitor.ask("check")
    assert sum(report["stored"] for report in third) == 1
    with sqlite3.connect(monitor.database) as database:
        assert database.execute("SELECT version FROM articles WHERE url LIKE '%/news/0.html'").fetchone() == (2,)
        assert database.execute("SELECT count(*) FROM articles").fetchone() == (COUNT,)
