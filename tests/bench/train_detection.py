"""Learn the weights of the built-in rules and signs from labelled texts: logistic regression with SciPy.

usage: python -m tests.bench.train_detection [--write]

A text is as good as its best candidate: in each round the best one of a text that reports a change counts as such, and
every candidate of the other texts counts against. Weights stay small (ridge) and are written as names that people read.
"""

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from scipy.optimize import minimize
from scipy.special import softmax

from monitor.detect.candidates import Candidate, find_candidates, is_broad
from monitor.detect.rules import load_pack
from monitor.detect.ruleset import compile_rules
from monitor.detect.tokens import read_document
from monitor.detect.weights import Weights, score
from monitor.models import Article, EventType, Field, Modality
from tests.bench.event_labels import (
    FOLDER,
    FOLDS,
    Labelled,
    choose_fold,
    from_gold,
    from_written,
    read_gold,
    read_own,
    read_unread,
    read_written,
)

WEIGHTS = Path(__file__).parents[2] / "monitor" / "detect" / "packs" / "weights.tsv"
ROUNDS, STEPS = 6, 150
RIDGE = {
    "sentence": 1.4,
    "near": 3.0,
    "left": 0.7,
    "right": 0.7,
    "name": 0.7,
    "before": 0.45,
    "after": 0.45,
    "head": 0.45,
    "trigger": 0.22,
    "bias": 0.01,
}
USUAL_RIDGE, FIRM_RIDGE = 0.1, 50.0
"""Pull towards the expected weight, by kind of feature: the more of a kind there are, the stronger."""
PRIOR = 0.7
"""Of a rule that no labelled text matches."""
RARE = {
    "own first-refusal": 4.0,
    "own loses-exclusivity": 3.0,
    "own leaves-group": 2.0,
    "own changes-terms": 2.0,
    "own suspends-tie": 1.5,
    "told before": 2.5,
} | dict.fromkeys(["rule first-refusal", "rule loses-exclusivity", "rule leaves-group", "rule changes-terms"], 0.0)
"""Rules that are seldom in labelled texts and seldom wrong: what readers expect of them."""
MARGIN = 0.15
"""By which a rule's own test must come out right."""
TEST_WEIGHT = 1.0
"""Of the rules' own tests; one that comes out wrong counts for half more in the next round."""
BACKGROUND_RIDGE = {"bias": 0.01, "sentence": 4.0, "head": 4.0}
BACKGROUND_PRIOR = {"cue historical": 1.0}
"""What readers expect of what is seldom in labelled texts."""
BACKGROUND_TEST_WEIGHT = 0.1
TYPE_KINDS = frozenset({"own", "rule", "trigger", "sentence", "near"})
TYPE_RIDGE = {"bias": 0.1, "near": 2.0}
TYPE_WEIGHT = 2.0
"""Of a text whose best candidate is of a broad rule: for these the sums are asked."""
LEAST = 0.06
LEAST_OF_TYPE = 0.15
"""A smaller weight is left out."""

Bag = list[tuple[str, ...]]


def read_bags(texts: Sequence[Labelled]) -> list[Bag]:
    """Return for each text, or judged sentence, the features of its candidates."""
    ruleset = compile_rules(load_pack())
    known: dict[Article, list[Candidate]] = {}
    bags = []
    for text in texts:
        if text.article not in known:
            known[text.article] = find_candidates(read_document(text.article), ruleset)
        bags.append(list_features(known[text.article], text.sentence))
    return bags


def list_features(candidates: Iterable[Candidate], number: int | None) -> Bag:
    """Return the different sets of features of candidates, of one sentence if `number` is given."""
    return sorted({tuple(dict.fromkeys(one.features)) for one in of_sentence(candidates, number)})


def of_sentence(candidates: Iterable[Candidate], number: int | None) -> list[Candidate]:
    """Return the candidates of one sentence of the text, all if `number` is None."""
    return [
        one
        for one in candidates
        if number is None or (one.sentence.field is Field.TEXT and one.sentence.number == number)
    ]


def read_tests() -> tuple[list[Bag], list[float]]:
    """Return the features of each text that the rules' author gave them, and whether the rule must hit it."""
    ruleset = compile_rules(load_pack())
    bags, labels = [], []
    for planned in ruleset.rules:
        for texts, label in ((planned.rule.hits, 1.0), (planned.rule.misses, 0.0)):
            for text in texts:
                candidates = find_candidates(read_document(Article(url="", title="", text=text)), ruleset)
                bag = list_features((one for one in candidates if one.rule is planned.rule), None)
                if bag and planned.rule.is_weighed:
                    bags.append(bag)
                    labels.append(label)
    return bags, labels


def learn(bags: list[Bag], labels: list[float], strengths: list[float], tests: int) -> dict[str, float]:
    """Return the weights that tell texts with a change from others; the last `tests` bags are the rules' own tests."""
    names = sorted({feature for bag in bags for features in bag for feature in features})
    names = ["bias", *dict.fromkeys([*names, *(f"own {rule.name}" for rule in load_pack() if rule.is_weighed)])]
    owners = np.array([owner for owner, bag in enumerate(bags) for _ in bag])
    table = make_table([features for bag in bags for features in bag], names)
    prior = np.array([expect(name) for name in names])
    ridge = np.array([choose_ridge(name) for name in names])
    truth, weight = np.array(labels), np.array(strengths)
    sizes = np.sqrt(np.bincount(owners, minlength=len(bags)))
    weights = prior
    for _ in range(ROUNDS):
        sums = table @ weights
        best = find_best(sums, owners)
        chosen = [row for row, owner in enumerate(owners) if not truth[owner] or best[owner] == row]
        owner = owners[chosen]
        weights = fit(
            table[chosen], truth[owner], weight[owner] / np.where(truth[owner], 1, sizes[owner]), prior, ridge, weights
        )
        sums = table @ weights
        for bag, row in find_best(sums, owners).items():
            if bag >= len(bags) - tests and sums[row] * (1 if truth[bag] else -1) < MARGIN:
                weight[bag] *= 1.5
    return dict(zip(names, weights.tolist(), strict=True))


def make_table(rows: Sequence[Sequence[str]], names: Sequence[str]) -> sp.csr_matrix:
    """Return a row for each set of features, with 1 in the columns of its names and of the bias, which is the first."""
    places = {name: place for place, name in enumerate(names)}
    columns = [[0, *(places[name] for name in row)] for row in rows]
    pointers = np.cumsum([0, *map(len, columns)])
    return sp.csr_matrix((np.ones(pointers[-1]), np.concatenate(columns), pointers), shape=(len(rows), len(names)))


def find_best(sums: np.ndarray, owners: np.ndarray) -> dict[int, int]:
    """Return the row with the highest sum of each bag."""
    best: dict[int, int] = {}
    for row, owner in enumerate(owners.tolist()):
        if owner not in best or sums[row] > sums[best[owner]]:
            best[owner] = row
    return best


def fit(
    rows: sp.csr_matrix,
    truth: np.ndarray,
    strength: np.ndarray,
    prior: np.ndarray,
    ridge: np.ndarray,
    start: np.ndarray,
) -> np.ndarray:
    """Return the weights with the least logistic loss and ridge."""
    sign = 2 * truth - 1

    def lose(weights: np.ndarray) -> tuple[float, np.ndarray]:
        margin = (rows @ weights) * sign
        away = weights - prior
        loss = strength @ np.logaddexp(0, -margin) + 0.5 * (ridge * away) @ away
        return loss, rows.T @ (-strength * sign / (1 + np.exp(margin))) + ridge * away

    return minimize(lose, start, jac=True, method="L-BFGS-B", options={"maxiter": STEPS}).x


def choose_ridge(feature: str) -> float:
    """Return how strongly a weight is held at what is expected of it."""
    return FIRM_RIDGE if feature in RARE else RIDGE.get(feature.partition(" ")[0], USUAL_RIDGE)


def expect(feature: str) -> float:
    """Return the weight of a feature that no text speaks of: a rule speaks for a change, the rest for nothing."""
    if feature == "bias":
        return -0.5
    return RARE.get(feature, PRIOR if feature.startswith("own ") else 0.0)


def learn_from(texts: Sequence[Labelled]) -> Weights:
    """Return the weights learnt from labelled texts and from the rules' own tests."""
    change = learn_change(texts)
    told = find_tellings(texts, change)
    return Weights(change, learn_background(told), learn_types(told))


def learn_change(texts: Sequence[Labelled]) -> dict[str, float]:
    """Return the weights that tell texts with a change from others."""
    texts = [text for text in texts if text.label != "borderline"]
    own_bags, own_labels = read_tests()
    weights = learn(
        read_bags(texts) + own_bags,
        [float(text.label == "event") for text in texts] + own_labels,
        [text.weight for text in texts] + [TEST_WEIGHT] * len(own_bags),
        tests=len(own_bags),
    )
    return keep_strong(weights)


def find_tellings(texts: Sequence[Labelled], change: Mapping[str, float]) -> list[tuple[Labelled, Candidate]]:
    """Return the texts that tell an event, where any rule holds, with the best candidate of each."""
    ruleset = compile_rules(load_pack())
    found = (
        (text, find_surest(find_candidates(read_document(text.article), ruleset), text.sentence, change))
        for text in texts
        if text.modality or text.types
    )
    return [(text, best) for text, best in found if best is not None]


def learn_background(told: Sequence[tuple[Labelled, Candidate]]) -> dict[str, float]:
    """Return the weights that tell background from news, by the best candidate of each text that tells an event.

    The rules' own tests are news.
    """
    ruleset = compile_rules(load_pack())
    rows: list[tuple[str, ...]] = []
    labels: list[float] = []
    for text, best in told:
        if text.modality in {Modality.HISTORICAL, Modality.CONFIRMED}:
            rows.append(best.background)
            labels.append(float(text.modality == Modality.HISTORICAL))
    read = len(rows)
    for planned in ruleset.rules:
        for hit in planned.rule.hits:
            found = find_candidates(read_document(Article(url="", title="", text=hit)), ruleset)
            rows += [one.background for one in found if one.rule is planned.rule]
            labels += [0.0] * (len(rows) - len(labels))
    names = ["bias", *sorted({feature for row in rows for feature in row})]
    table = make_table(rows, names)
    prior = np.array([BACKGROUND_PRIOR.get(name, 0.0) for name in names])
    ridge = np.array([BACKGROUND_RIDGE.get(name.partition(" ")[0], 1.0) for name in names])
    strengths = np.array([1.0] * read + [BACKGROUND_TEST_WEIGHT] * (len(rows) - read))
    weights = fit(table, np.array(labels), strengths, prior, ridge, prior)
    return keep_strong(dict(zip(names, weights.tolist(), strict=True)))


def learn_types(told: Sequence[tuple[Labelled, Candidate]]) -> dict[EventType, dict[str, float]]:
    """Return the weights that tell the type of a change: softmax, where any type that a reader named will do."""
    rows: list[tuple[str, ...]] = []
    named: list[list[bool]] = []
    strengths: list[float] = []
    for text, best in told:
        if text.types:
            rows.append(tuple(dict.fromkeys(name for name in best.features if name.partition(" ")[0] in TYPE_KINDS)))
            named.append([kind.value in text.types for kind in EventType])
            strengths.append(TYPE_WEIGHT if is_broad(best.rule) else 1.0)
    names = ["bias", *sorted({name for row in rows for name in row})]
    table, truth, strength = make_table(rows, names), np.array(named, float), np.array(strengths)
    ridge = np.array([TYPE_RIDGE.get(name.partition(" ")[0], 1.0) for name in names])[:, None]

    def lose(flat: np.ndarray) -> tuple[float, np.ndarray]:
        weights = flat.reshape(len(names), len(EventType))
        chances = softmax(table @ weights, axis=1)
        right = (chances * truth).sum(axis=1)
        loss = -strength @ np.log(right) + 0.5 * (ridge * weights * weights).sum()
        slope = table.T @ ((chances - chances * truth / right[:, None]) * strength[:, None]) + ridge * weights
        return loss, slope.ravel()

    start = np.zeros(len(names) * len(EventType))
    found = minimize(lose, start, jac=True, method="L-BFGS-B", options={"maxiter": STEPS}).x
    columns = found.reshape(len(names), len(EventType)).T.tolist()
    return {
        kind: keep_strong(dict(zip(names, column, strict=True)), LEAST_OF_TYPE)
        for kind, column in zip(EventType, columns, strict=True)
    }


def find_surest(candidates: Iterable[Candidate], number: int | None, change: Mapping[str, float]) -> Candidate | None:
    """Return the candidate with the highest sum, of one sentence if `number` is given."""
    weighed = [one for one in of_sentence(candidates, number) if one.rule.is_weighed]
    return max(weighed, key=lambda one: score(one.features, change), default=None)


def keep_strong(weights: Mapping[str, float], least: float = LEAST) -> dict[str, float]:
    """Return the weights worth writing down."""
    return {name: round(weight, 2) for name, weight in weights.items() if abs(weight) >= least}


def main() -> None:
    """Learn from all texts, print the strongest, and with --write save."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    if not FOLDER.exists():
        sys.exit(f"no labelled texts at {FOLDER}")
    read = [*map(from_gold, read_gold()), *map(from_written, read_written()), *read_own()]
    weights = learn_from([*read, *(text for text in read_unread(read) if choose_fold(text.document, FOLDS))])
    questions: dict[str, Mapping[str, float]] = {"change": weights.change, "background": weights.background}
    questions |= {kind.value: sums for kind, sums in weights.types.items()}
    for question, sums in questions.items():
        kinds = defaultdict(list)
        for name, weight in sorted(sums.items(), key=lambda pair: -abs(pair[1])):
            kinds[name.partition(" ")[0]].append(f"{name} {weight:+.2f}")
        for kind, lines in kinds.items():
            print(f"{question}, {kind}: {len(lines)}; {', '.join(lines[:8])}")
    if options.write:
        lines = ["# Learnt by tests/bench/train_detection.py: question, name, weight. Above 0, the sum says yes."]
        for question, sums in questions.items():
            lines += [f"{question}\t{name}\t{weight:.2f}" for name, weight in sorted(sums.items())]
        WEIGHTS.write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
