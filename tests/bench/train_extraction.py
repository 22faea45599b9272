"""Learn monitor/extract/weights.json from the labelled pages of ../shared/data/extraction.

    python -m tests.bench.train_extraction [--half] [--out FILE]

Learns on all sites: twice as many make unseen ones better. With --half on half of the sites of each set, so that the
other half can check what was learned: see bench_extraction.py. Needs scikit-learn, which the monitor itself does not.
Takes a minute on one core.
"""

import argparse
import json
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from importlib import import_module
from itertools import chain
from pathlib import Path
from random import Random
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser

from monitor.extract.blocks import read_blocks
from monitor.extract.charset import decode_page
from monitor.extract.content import read_hints
from monitor.extract.context import describe_context, survey_page
from monitor.extract.features import CODES, Codes, Numbers, code_block
from monitor.extract.metadata import read_metadata
from monitor.extract.model import MENU_SCORE, Looks, look_at
from monitor.extract.roles import read_role
from monitor.extract.vocabulary import KINDS, Names, Tables, Words, look_up_names, read_surroundings, read_text
from monitor.models import BlockRole
from tests.bench.bench_extraction import is_for_learning, load_pages
from tests.bench.label_blocks import label_by_body, label_by_snippets

WEIGHTS_FILE = Path(__file__).resolve().parents[2] / "monitor" / "extract" / "weights.json"
FOLDS = 4
DRAWS = 3
"""Splits of the sites from which the trees learn what the linear part thinks of pages it has not seen."""
MIN_HOSTS = 5
MIN_WEIGHT = 0.02
TEXT_KINDS = ("short", "head", "tail")
SNIPPET_WEIGHT = 0.5
"""Of a block that is labelled by a snippet, against a block of a page whose text is known."""
PAGE_WEIGHTS = {"scrapinghub": 3.0, "trafilatura": 2.0, "wcxb-dev": 1.0}
"""The monitor reads news: the sets that are mostly news count more than blogs and companies' pages."""
LINEAR = {"C": 0.3, "max_iter": 120, "tol": 1e-3}
TREES = {
    "max_leaf_nodes": 24, "max_iter": 160, "learning_rate": 0.08, "min_samples_leaf": 50, "l2_regularization": 10,
    "max_features": 0.3, "early_stopping": False, "random_state": 0,
}  # fmt: skip
"""Each split sees three in ten features: else the trees learn single pages by what is the same all over a page."""

Tokens = tuple[list[str], ...]
"""Words of a block, as `kind:word`, by channel: own and inner names, major names, parent, above, text."""


class Sample(NamedTuple):
    """A labelled page."""

    host: str
    looks: Looks
    codes: list[Codes | None]
    tokens: list[Tokens | None]
    labels: list[bool | None]
    weights: list[float]


class Linear(NamedTuple):
    """The linear part: weights of codes and of words by name."""

    bias: float
    weights: dict[Any, float]


def read_sample(page: Any, weight: float) -> Sample | None:
    """Return a page with the labels and weights of its blocks; None for a page without a body."""
    tree = LexborHTMLParser(page.html if isinstance(page.html, str) else decode_page(page.html))
    if tree.body is None:
        return None
    hints = read_hints(read_metadata(tree, page.url))
    looks = look_at(*read_blocks(tree.body), hints)
    texts = [block.text for block in looks.blocks]
    labels: list[bool | None] = (
        [*label_by_body(texts, page.body)] if page.body else label_by_snippets(texts, page.need, page.ban)
    )
    gold = sum(count for count, label in zip(looks.counts, labels, strict=True) if label)
    total = gold if page.body else 0
    weights = [
        weight * _weigh_block(count, total) if label is not None else 0.0
        for count, label in zip(looks.counts, labels, strict=True)
    ]
    # Whether a standfirst belongs to the text is no question for the model: a source says so.
    for index in range(labels.index(True) if True in labels else 0):
        if read_role(looks.blocks[index], hints) is BlockRole.STANDFIRST:
            weights[index] = 0.0
    host = urlsplit(page.url or "").hostname or page.id
    codes = [code_block(numbers) if numbers else None for numbers in looks.numbers]
    return Sample(host, looks, codes, [], labels, weights)


def _weigh_block(count: int, gold: int) -> float:
    """Return how much a block counts: long ones more, those of short articles more, but neither in proportion."""
    return (count / 30) ** 0.25 * (500 / gold) ** 0.5 if gold else SNIPPET_WEIGHT


def list_tokens(looks: Looks, tables: Tables[str]) -> list[Tokens | None]:
    """Return the words of each block that is looked at, by channel."""

    @lru_cache(maxsize=1024)
    def look_up(names: Words) -> Names[str]:
        return look_up_names(names, tables)

    surroundings = read_surroundings(looks.frames, looks.shapes, look_up)
    tokens: list[Tokens | None] = []
    for block, words, numbers in zip(looks.blocks, looks.words, looks.numbers, strict=True):
        if not numbers:
            tokens.append(None)
            continue
        own, major, parent, above = surroundings[block.frame.index]
        inner = look_up(block.inner).inner if block.inner else []
        text = read_text(words, numbers[1], tables)
        tokens.append((own + inner, major, parent, [*above.values()], text))
    return tokens


class AnyWord(dict[str, str]):
    """A table in which every word stands for itself."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self._kind = kind

    def __contains__(self, word: object) -> bool:
        return True

    def __missing__(self, word: str) -> str:
        return f"{self._kind}:{word}"


def choose_tables(samples: list[Sample]) -> dict[str, dict[str, str]]:
    """Return the words that enough sites use, by kind.

    Of texts only those that are also written in lower case, no names.
    """
    everything = {kind: AnyWord(kind) for kind in KINDS}
    hosts = defaultdict(set)
    lower = defaultdict(set)
    for sample in samples:
        for tokens in list_tokens(sample.looks, everything):
            for token in chain.from_iterable(tokens or ()):
                hosts[token].add(sample.host)
        for words in sample.looks.words:
            for word in words:
                if word.islower():
                    lower[word].add(sample.host)
    chosen: dict[str, dict[str, str]] = {kind: {} for kind in KINDS}
    for token, users in sorted(hosts.items()):
        kind, _, word = token.partition(":")
        if len(users) >= MIN_HOSTS and (kind not in TEXT_KINDS or _is_common(word, lower, len(users))):
            chosen[kind][word] = token
    return chosen


def _is_common(text: str, lower: dict[str, set[str]], users: int) -> bool:
    return all(not word.isalpha() or len(lower.get(word, ())) >= max(3, users // 4) for word in text.split())


def fit_linear(samples: list[Sample]) -> Linear:
    """Learn the linear part by logistic regression."""
    columns: dict[Any, int] = {}
    rows, labels, weights = [], [], []
    for sample in samples:
        for codes, tokens, label, weight in zip(
            sample.codes, sample.tokens, sample.labels, sample.weights, strict=True
        ):
            if codes is not None and tokens is not None and weight:
                keys: Iterable[Any] = chain(enumerate(codes), chain.from_iterable(tokens))
                rows.append([columns.setdefault(key, len(columns)) for key in keys])
                labels.append(bool(label))
                weights.append(weight)
    model = import_module("sklearn.linear_model").LogisticRegression(**LINEAR)
    model.fit(_to_matrix(rows, len(columns)), labels, sample_weight=weights)
    learned = {key: float(model.coef_[0][column]) for key, column in columns.items()}
    return Linear(
        float(model.intercept_[0]), {key: value for key, value in learned.items() if abs(value) >= MIN_WEIGHT}
    )


def _to_matrix(rows: list[list[int]], width: int) -> Any:
    numpy, sparse = import_module("numpy"), import_module("scipy.sparse")
    ends = numpy.cumsum([0] + [len(row) for row in rows])
    indices = numpy.fromiter(chain.from_iterable(rows), dtype=numpy.int32, count=ends[-1])
    return sparse.csr_matrix((numpy.ones(len(indices)), indices, ends), shape=(len(rows), width))


def sum_channels(sample: Sample, linear: Linear) -> list[Numbers | None]:
    """Return the sums of the linear part, as `monitor.extract.model` computes them."""
    channels: list[Numbers | None] = []
    weigh = linear.weights.get
    for codes, tokens in zip(sample.codes, sample.tokens, strict=True):
        if codes is None or tokens is None:
            channels.append(None)
        else:
            looked = linear.bias + sum(weigh(code, 0.0) for code in enumerate(codes))
            channels.append((looked, *(sum(weigh(token, 0.0) for token in words) for words in tokens)))
    return channels


def fit_trees(samples: list[Sample], channels: list[list[Numbers | None]]) -> Any:
    """Learn the trees on top of sums that come from other pages."""
    rows: list[list[float]] = []
    labels, weights = [], []
    for sample, sums in zip(samples, channels, strict=True):
        for row, label, weight in zip(_list_rows(sample, sums), sample.labels, sample.weights, strict=True):
            if row is not None and weight:
                rows.append(row)
                labels.append(bool(label))
                weights.append(weight)
    model = import_module("sklearn.ensemble").HistGradientBoostingClassifier(**TREES)
    return model.fit(rows, labels, sample_weight=weights)


def _list_rows(sample: Sample, sums: list[Numbers | None]) -> list[list[float] | None]:
    looks = sample.looks
    scores = [sum(own) if own else MENU_SCORE for own in sums]
    survey = survey_page(looks.blocks, looks.frames, looks.counts, looks.shapes, scores, looks.numbers)
    return [
        [
            float(value)
            for value in (
                *own,
                *channel,
                *describe_context(at, looks.blocks[at], looks.counts[at], survey),
            )
        ]
        if own and channel
        else None
        for at, (own, channel) in enumerate(zip(looks.numbers, sums, strict=True))
    ]


def learn(samples: list[Sample]) -> dict[str, object]:
    """Return the content of weights.json."""
    samples = tokenize(samples, choose_tables(samples))
    draws = [_sum_unseen(samples, seed) for seed in range(DRAWS)]
    trees = fit_trees(samples * DRAWS, list(chain.from_iterable(draws)))
    return _write_linear(fit_linear(samples)) | _write_trees(trees)


def tokenize(samples: list[Sample], tables: Tables[str]) -> list[Sample]:
    """Return the samples with the words of these tables."""
    return [sample._replace(tokens=list_tokens(sample.looks, tables)) for sample in samples]


def _sum_unseen(samples: list[Sample], seed: int) -> list[list[Numbers | None]]:
    """Return the sums for each page from a linear part that has not seen the page's site."""
    hosts = sorted({sample.host for sample in samples})
    Random(seed).shuffle(hosts)  # noqa: S311 - nothing secret
    folds = {host: at % FOLDS for at, host in enumerate(hosts)}
    channels: dict[int, list[Numbers | None]] = {}
    for fold in range(FOLDS):
        linear = fit_linear([sample for sample in samples if folds[sample.host] != fold])
        channels |= {id(s): sum_channels(s, linear) for s in samples if folds[s.host] == fold}
    return [channels[id(sample)] for sample in samples]


def _write_linear(linear: Linear) -> dict[str, object]:
    tables = [[0.0] * size for size in CODES]
    for key, weight in linear.weights.items():
        if not isinstance(key, str):
            feature, code = key
            tables[feature][code] = round(weight, 3)
    words: dict[str, dict[str, float]] = {kind: {} for kind in KINDS}
    for key, weight in sorted((key, weight) for key, weight in linear.weights.items() if isinstance(key, str)):
        kind, _, word = key.partition(":")
        words[kind][word] = round(weight, 2)
    return {"bias": round(linear.bias, 4), "tables": tables, "words": words}


def _write_trees(model: Any) -> dict[str, object]:
    trees = [_write_node(stage[0].nodes, 0) for stage in model._predictors]
    start = round(float(model._baseline_prediction.ravel()[0]), 4)
    return {"features": int(model.n_features_in_), "start": start, "trees": trees}


def _write_node(nodes: Any, at: int) -> object:
    node = nodes[at]
    if node["is_leaf"]:
        return round(float(node["value"]), 4)
    left, right = _write_node(nodes, node["left"]), _write_node(nodes, node["right"])
    return [int(node["feature_idx"]), float(f"{node['num_threshold']:.6g}"), left, right]


def main() -> None:
    """Learn and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--half", action="store_true", help="leave out the pages for checking")
    parser.add_argument("--out", type=Path, default=WEIGHTS_FILE)
    options = parser.parse_args()
    samples = [
        sample
        for name, weight in PAGE_WEIGHTS.items()
        for page in load_pages(name)
        if (not options.half or is_for_learning(page)) and (sample := read_sample(page, weight))
    ]
    options.out.write_text(
        json.dumps(learn(samples), ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8"
    )
    print(f"learned from {len(samples)} pages of {len({sample.host for sample in samples})} sites")


if __name__ == "__main__":
    main()
