"""Learn what speaks for and against one story from labelled articles: logistic regression with SciPy.

usage: python -m tests.bench.train_stories [--words] [--write]

It judges pairs of articles that name one company within the same days: those of tests/bench/stories/1 to 7 and the
real ones of bench_stories. File 8 is held out. Each file is told with weights that were fitted on the others; what that
finds is printed, and decides how much the signs must add up to. `--words` instead counts how rare words are in the
texts of ../shared/data/events; after it the signs must be fitted again.
"""

import argparse
import json
import lzma
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, combinations
from math import log

import numpy as np
import scipy.sparse as sp

from monitor.detect import Ruleset, detect
from monitor.models import Article, Modality
from monitor.track import fact_of, passage_of
from monitor.track.passage import PASSAGE_CHARS, weigh_topics
from monitor.track.signs import Account, count_shared, list_signs
from tests.bench.bench_stories import Printed, load_ruleset, read_articles, read_texts
from tests.bench.count_words import EVENTS, ROOT
from tests.bench.train_detection import fit

SIGNS = ROOT / "monitor" / "track" / "signs.toml"
WORDS = ROOT / "monitor" / "track" / "rare_words.toml"
FILES, HELD_OUT = ("1", "2", "3", "4", "5", "6", "7", "real"), "8"
WITHIN = timedelta(hours=72)
"""As long as a story is open."""
RIDGE = 1.0
EXPECTED = {"another party": -8.0}
"""That another party decides alone is more than its few pairs teach."""
FIRM_RIDGE = 5.0
BARS = tuple(number / 10 for number in range(31))
"""What the signs may have to add up to beyond even odds."""
PRECISION = 0.92
"""The lowest bar with this is taken, if there is one: a wrong pair hides news, a missed one only repeats it.

Among these files every second pair is a rival that was written to mislead; in a stream few are, and fewer are joined.
"""
LEAST_COUNT, POWER = 8, 4
"""Of texts with a word, and how fast a word loses weight that stands in more of them: chosen on the same files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """An article of a file in which events are found."""

    at: datetime
    news: str
    account: Account


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two articles of one file, by their places in it."""

    left: int
    right: int
    signs: Mapping[str, float]
    is_same: bool


def main() -> None:
    """Learn, print what is found in files that were left out, and with --write save."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--words", action="store_true", help="count words instead")
    parser.add_argument("--write", action="store_true", help="save what was learnt")
    options = parser.parse_args()
    lines = list_rare_words() if options.words else list_weights()
    if options.write:
        path = WORDS if options.words else SIGNS
        path.write_text("\n".join(["# Written by tests/bench/train_stories.py.", *lines, ""]), "utf-8")


# --- signs ------------------------------------------------------------------------------------------------------


def list_weights() -> list[str]:
    """Return the lines of signs.toml, and print how the weights do on the files that they are not fitted on."""
    ruleset = load_ruleset()
    reads = {file: read_accounts(file, ruleset) for file in (*FILES, HELD_OUT)}
    pairs = {file: list_pairs(read) for file, read in reads.items()}
    found = {file: tell_apart(file, reads[file], pairs) for file in reads}
    whole = {bar: sum((found[file][bar] for file in FILES), Counter[str]()) for bar in BARS}
    print_found(found | {"all": whole})
    enough = next((bar for bar in BARS if whole[bar]["right"] >= PRECISION * whole[bar]["joined"]), BARS[-1])
    print(f"bar {enough}: P {_share(whole[enough], 'joined'):.3f}, R {_share(whole[enough], 'same'):.3f}")
    weights = learn([pair for file in FILES for pair in pairs[file]])
    weights["enough"] = enough - weights.pop("bias")
    return [f'"{sign}" = {weight:.2f}' for sign, weight in weights.items()]


def read_accounts(file: str, ruleset: Ruleset) -> list[Read]:
    """Return the articles of a file in the order of time."""
    printed = read_articles() if file == "real" else read_texts(file)
    return [read for one in printed for read in _read_account(one, ruleset)]


def _read_account(printed: Printed, ruleset: Ruleset) -> Iterator[Read]:
    at, news, title, text = printed
    article = Article(url="", title=title, text=text or title, published_at=at)
    if events := detect(article, ruleset):
        fresh = [event for event in events if event.modality is not Modality.HISTORICAL] or events
        passage = passage_of(title, article.text, [event.evidence for event in events])
        yield Read(at=at, news=news, account=Account.of([fact_of(event, at) for event in fresh], passage))


def list_pairs(reads: Sequence[Read]) -> list[Pair]:
    """Return the pairs that the monitor would compare: near in time, with a company in common."""
    return [
        Pair(left=left, right=right, signs=list_signs(one.account, other.account), is_same=one.news == other.news)
        for (left, one), (right, other) in combinations(enumerate(reads), 2)
        if other.at - one.at <= WITHIN and count_shared(one.account.companies, other.account.companies)
    ]


def learn(pairs: Sequence[Pair]) -> dict[str, float]:
    """Return the weights of the signs, and of the bias, with the least logistic loss and ridge."""
    names = [*pairs[0].signs, "bias"]
    rows = sp.csr_matrix([[*map(float, pair.signs.values()), 1.0] for pair in pairs])
    truth = np.array([float(pair.is_same) for pair in pairs])
    prior = np.array([EXPECTED.get(name, 0.0) for name in names])
    ridge = np.array([0.0 if name == "bias" else FIRM_RIDGE if name in EXPECTED else RIDGE for name in names])
    return dict(zip(names, fit(rows, truth, np.ones(len(pairs)), prior, ridge, prior).tolist(), strict=True))


# --- what is found in files that were left out ------------------------------------------------------------------


def tell_apart(file: str, reads: Sequence[Read], pairs: Mapping[str, Sequence[Pair]]) -> dict[float, Counter[str]]:
    """Return how many pairs are told right, by bar, with weights that were fitted on the other files."""
    weights = learn([pair for other in FILES if other != file for pair in pairs[other]])
    sums = {
        (pair.left, pair.right): weights["bias"] + sum(weights[sign] * value for sign, value in pair.signs.items())
        for pair in pairs[file]
    }
    return {bar: count_found(reads, sums, bar) for bar in BARS}


def count_found(reads: Sequence[Read], sums: Mapping[tuple[int, int], float], bar: float) -> Counter[str]:
    """Return how many pairs are in one story, how many of these should be and how many there are."""
    stories: list[list[int]] = []
    for number in range(len(reads)):
        closest = max(stories, key=lambda story: _closeness(story, number, sums), default=[])
        if _closeness(closest, number, sums) > bar:
            closest.append(number)
        else:
            stories.append([number])
    joined = {pair for story in stories for pair in combinations(story, 2)}
    same = {pair for pair in combinations(range(len(reads)), 2) if reads[pair[0]].news == reads[pair[1]].news}
    return Counter(right=len(joined & same), joined=len(joined), same=len(same))


def _closeness(story: Iterable[int], number: int, sums: Mapping[tuple[int, int], float]) -> float:
    return max((sums.get((one, number), -99.0) for one in story), default=-99.0)


def print_found(found: Mapping[str, Mapping[float, Counter[str]]]) -> None:
    """Print precision and recall of each file, a row for each bar that is shown."""
    print("bar " + "".join(f"{file:>12}" for file in found))
    for bar in BARS[::2]:
        shown = (f"{_share(one[bar], 'joined'):.2f} {_share(one[bar], 'same'):.2f}" for one in found.values())
        print(f"{bar:<4}" + "".join(f"{text:>12}" for text in shown))


def _share(count: Counter[str], of: str) -> float:
    return count["right"] / max(1, count[of])


# --- words ------------------------------------------------------------------------------------------------------


def list_rare_words() -> list[str]:
    """Return the lines of rare_words.toml: a weight from 0.0 to 0.9, and the stems that have it; others have 1."""
    texts = [list(weigh_topics(text)) for text in read_news()]
    counts = Counter(chain.from_iterable(texts))
    stems = defaultdict(list)
    for stem, count in sorted(counts.items()):
        weight = (log(len(texts) / count) / log(len(texts) / LEAST_COUNT)) ** POWER
        if count > LEAST_COUNT and stem.isalpha() and weight < 0.95:
            stems[f"{weight:.1f}"].append(stem)
    return [f'"{weight}" = "{" ".join(words)}"' for weight, words in sorted(stems.items())]


def read_news() -> Iterator[str]:
    """Yield the texts of ../shared/data/events that are counted."""
    for line in (EVENTS / "gold.jsonl").read_text("utf-8").splitlines():
        yield json.loads(line)["text"]
    for name, key in (("articles.jsonl.xz", "body"), ("third_party.jsonl.xz", "text")):
        with lzma.open(EVENTS / name, "rt", encoding="utf-8") as lines:
            yield from (json.loads(line)[key][:PASSAGE_CHARS] for line in lines)
    with lzma.open(EVENTS / "headline_stream_2015.txt.xz", "rt", encoding="utf-8") as lines:
        yield from lines


if __name__ == "__main__":
    main()
