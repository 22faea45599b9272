"""Ten thousand rules over articles of 500 words, beside a loop over all rules and SQLite's full-text index.

python -m tests.bench.bench_rules [--rules 10000] [--articles 100] [--peer-articles 5]

The articles are those of ../shared/data/events, cut to 500 words; the rules are made of their words.
"""

import argparse
import gc
import json
import lzma
import random
import re
import resource
import sqlite3
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from itertools import product
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

from monitor.detect.candidates import find_watched, list_mentions
from monitor.detect.events import detect
from monitor.detect.match import Scan, evaluate, find_literals
from monitor.detect.ruleset import Ruleset, compile_rules, pick_rules
from monitor.detect.tokens import read_document
from monitor.models import Article, Company, EventType, Rule
from tests.bench.event_labels import FOLDER

WORDS = 500
"""Of an article."""
NAMES = 5_000
"""Made companies that are watched."""


class Shape(NamedTuple):
    """A form of a rule, in our language and in that of SQLite's index; the words are put into both."""

    ours: str
    peers: str
    words: int


SHAPES = (
    Shape('"{0}" AND "{1}"', '"{0}" AND "{1}"', 2),
    Shape('"{0}" NEAR/8 "{1}"', 'NEAR("{0}" "{1}", 8)', 2),
    Shape('("{0}" OR "{1}") AND ("{2}" OR "{3}")', '("{0}" OR "{1}") AND ("{2}" OR "{3}")', 4),
    Shape(
        '("{0}" OR "{1}") NEAR/6 ("{2}" OR "{3}")',
        'NEAR("{0}" "{2}", 6) OR NEAR("{0}" "{3}", 6) OR NEAR("{1}" "{2}", 6) OR NEAR("{1}" "{3}", 6)',
        4,
    ),
    Shape('"{0} {1}" OR ("{2}" AND "{3}" AND "{4}")', '"{0} {1}" OR ("{2}" AND "{3}" AND "{4}")', 5),
    Shape('("{0}" OR "{1}") SENTENCE ("{2}" OR "{3}")', '("{0}" OR "{1}") AND ("{2}" OR "{3}")', 4),
    Shape('("{0}" AND "{1}") AND NOT "{2}"', '("{0}" AND "{1}") NOT "{2}"', 3),
    Shape('"{0}" PRE/5 "{1}" PRE/5 "{2}"', 'NEAR("{0}" "{1}" "{2}", 10)', 3),
)
"""SQLite knows no sentences and no order: there it is asked for a little less."""
NAMED = "companies and a verb"
NAMED_SHAPE = Shape('$"{0}" SENTENCE ("{1}" OR "{2}")', '"{0}" AND ("{1}" OR "{2}")', 3)
KINDS = {NAMED: (100, 1500), "words of rank 100 to 3,000": (100, 3000), "words of rank 50 to 500": (50, 500)}
"""Ranks of the words, the most frequent of the articles being the first."""


class Made(NamedTuple):
    """Rules of one kind, and the same for SQLite."""

    rules: list[Rule]
    peers: list[str]


def main() -> None:
    """Print milliseconds an article and megabytes for each kind of rules, beside the peers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rules", type=int, default=10_000)
    parser.add_argument("--articles", type=int, default=100)
    parser.add_argument("--peer-articles", type=int, default=5)
    options = parser.parse_args()
    print(f"{options.rules} rules, {options.articles} articles of {WORDS} words; medians of CPU time, ms an article")
    print(f"{'rules of':30}   match     p95  hold  detect    MB  compile    loop  SQLite  hold")
    for kind in KINDS:  # each in a process of its own, so that its memory is its own
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            pool.submit(print_row, kind, options).result()


def read_articles(count: int) -> list[Article]:
    path = FOLDER / "articles.jsonl.xz"
    if not path.exists():
        sys.exit(f"no texts at {FOLDER}")
    articles = []
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            item = json.loads(line)
            ends = [match.end() for match in re.finditer(r"\S+", item["body"] or "")]
            if len(ends) >= WORDS:
                text = item["body"][: ends[WORDS - 1]]
                articles.append(Article(url="https://example.org/a", title=item["title"] or "", text=text))
    return articles[:count]


def make_names(count: int) -> list[str]:
    parts = [
        "hal",
        "vel",
        "bri",
        "dor",
        "mun",
        "tes",
        "quo",
        "lar",
        "nim",
        "ost",
        "pra",
        "rud",
        "sel",
        "tor",
        "umb",
        "wex",
    ]
    kinds = (" Energy", " Systems", " Bank", "")
    every = ["".join(chosen).capitalize() + kind for chosen in product(parts, repeat=3) for kind in kinds]
    return random.sample(every, count)


def name_companies(article: Article, names: Sequence[str]) -> Article:
    """Return an article with a company in place of every hundredth word."""
    words = article.text.split(" ")
    for place in range(9, len(words), 100):
        words[place] = random.choice(names)  # noqa: S311 - made material
    return replace(article, text=" ".join(words))


def make_rules(count: int, names: Sequence[str], words: Sequence[str]) -> Made:
    """Return rules of all shapes; with names, each is about one company."""
    made = Made([], [])
    for number in range(count):
        shape = NAMED_SHAPE if names else SHAPES[number % len(SHAPES)]
        chosen = random.sample(words, shape.words)
        if names:
            chosen[0] = names[number % len(names)]
        made.rules.append(Rule(name=f"rule {number}", type=EventType.NEW_PARTNERSHIP, match=shape.ours.format(*chosen)))
        made.peers.append(shape.peers.format(*chosen))
    return made


def print_row(kind: str, options: argparse.Namespace) -> None:
    """Measure one kind of rules."""
    random.seed(7)
    names = make_names(NAMES)
    articles = [name_companies(article, names) for article in read_articles(options.articles)]
    companies = [Company(name=name) for name in names]
    counts = Counter(word for article in articles for word in article.text.lower().split())
    words = [word for word, _ in counts.most_common() if re.fullmatch(r"[a-z]{3,}", word)]
    begin, end = KINDS[kind]
    made = make_rules(options.rules, names if kind == NAMED else [], words[begin:end])
    before, start = read_megabytes(), time.process_time()
    ruleset = compile_rules(made.rules, companies)
    seconds, megabytes = time.process_time() - start, read_megabytes() - before
    match, held = measure(lambda article: len(pick_rules(ruleset, scan(article, ruleset))), articles)
    whole, _ = measure(lambda article: len(detect(article, ruleset)), articles[::4])
    few = articles[: options.peer_articles]
    loop, _ = measure(lambda article: hold_in_loop(article, ruleset), few)
    with sqlite3.connect(":memory:") as database:
        database.execute("CREATE VIRTUAL TABLE article USING fts5(title, text)")
        index, index_held = measure(lambda article: hold_in_index(article, made.peers, database), few)
    print(
        f"{kind:30}{statistics.median(match):8.2f}{statistics.quantiles(match, n=20)[-1]:8.2f}"
        f"{statistics.mean(held):6.0f}{statistics.median(whole):8.2f}{megabytes:6.0f}{seconds:8.1f}s"
        f"{statistics.median(loop):8.1f}{statistics.median(index):8.1f}{statistics.mean(index_held):6.0f}",
        flush=True,
    )


def measure(run: Callable[[Article], int], articles: Sequence[Article]) -> tuple[list[float], list[int]]:
    """Return milliseconds of CPU time of each article, the best of three runs, and what came out."""
    times, results = [], []
    for article in articles:
        best = float("inf")
        for _ in range(3):
            start = time.process_time()
            result = run(article)
            best = min(best, (time.process_time() - start) * 1000)
        times.append(best)
        results.append(result)
    return times, results


def scan(article: Article, ruleset: Ruleset) -> Scan:
    """Return an article under evaluation, as `detect` makes it."""
    document = read_document(article)
    hits = find_literals(document, ruleset.automaton)
    watched = find_watched(document, hits, ruleset)
    return Scan(
        document=document,
        hits=hits,
        watched=[watched[word] for word in sorted(watched)],
        list_mentions=lambda: list_mentions(document, watched),
    )


def hold_in_loop(article: Article, ruleset: Ruleset) -> int:
    """Return how many rules hold, each evaluated: what the gates spare."""
    under = scan(article, ruleset)
    return sum(evaluate(planned.match, under) is not None for planned in ruleset.rules)


def hold_in_index(article: Article, queries: Sequence[str], database: sqlite3.Connection) -> int:
    """Return how many rules hold, each asked of SQLite's index of this one article."""
    database.execute("DELETE FROM article")
    database.execute("INSERT INTO article VALUES (?, ?)", (article.title, article.text))
    query = "SELECT count(*) FROM article WHERE article MATCH ?"
    return sum(database.execute(query, (each,)).fetchone()[0] for each in queries)


def read_megabytes() -> float:
    """Return the resident memory of this process."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[1])
    return pages * resource.getpagesize() / 2**20


if __name__ == "__main__":
    main()
