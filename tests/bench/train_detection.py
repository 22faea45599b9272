"""Learn the weights of the built-in rules and signs from labelled texts: logistic regression, standard library only.

usage: python tests/bench/train_detection.py [--write]

A text is as good as its best candidate: in each round the best one of a text that reports a change counts as such, and
every candidate of the other texts counts against. Weights stay small (ridge) and are written as names that people read.
"""

import argparse
import json
import math
import sys
import zlib
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from monitor.detect.candidates import find_candidates
from monitor.detect.rules import load_pack
from monitor.detect.ruleset import compile_rules
from monitor.detect.tokens import read_document
from monitor.models import Article

ROOT = Path(__file__).parents[2]
GOLD = ROOT.parent / "shared" / "data" / "events" / "gold.jsonl"
WEIGHTS = ROOT / "monitor" / "detect" / "packs" / "weights.toml"
ROUNDS, EPOCHS, RATE = 8, 25, 0.1
RIDGE = {"word": 20.0, "trigger": 8.0}
USUAL_RIDGE = 2.5
FIRM_RIDGE = 100.0
"""Pull towards the expected weight, over one round of all texts."""
PRIOR = 0.7
"""Of a rule that no labelled text matches."""
RARE = {
    "own first-refusal": 4.0,
    "own loses-exclusivity": 2.0,
    "own leaves-group": 2.0,
    "own changes-terms": 2.0,
    "own suspends-tie": 1.5,
    "told before": 2.5,
} | dict.fromkeys(["rule first-refusal", "rule loses-exclusivity", "rule leaves-group", "rule changes-terms"], 0.0)
"""Rules that are seldom in labelled texts and seldom wrong: what readers expect of them."""
LEANING = -0.3
MARGIN = 0.15
"""By which a rule's own test must come out right."""
"""Added to the bias: where precision and recall meet on texts that were not learnt from."""
TEST_WEIGHT = 2.5
"""Of the rules' own tests, which must come out right."""
STATE_WEIGHT = 0.5
"""Background mentions are negatives of less weight: readers differ about them."""

LEAST = 0.03
"""A smaller weight is not written down."""

Bag = list[list[str]]


def is_learnt(item: dict[str, Any]) -> bool:
    """Tell whether an item is in the half that is learnt from; the other half checks."""
    return zlib.crc32(item["id"].encode()) % 2 == 0


def read_bags(items: list[dict[str, Any]]) -> list[Bag]:
    """Return for each text the features of its candidates."""
    ruleset = compile_rules(load_pack())
    bags = []
    for item in items:
        article = Article(url="", title=item.get("title") or "", text=item["text"])
        seen = {tuple(candidate.features) for candidate in find_candidates(read_document(article), ruleset)}
        bags.append([list(features) for features in sorted(seen)])
    return bags


def read_tests() -> tuple[list[Bag], list[float]]:
    """Return the features of each text that the rules' author gave them, and whether the rule must hit it."""
    ruleset = compile_rules(load_pack())
    bags, labels = [], []
    for planned in ruleset.rules:
        for texts, label in ((planned.rule.hits, 1.0), (planned.rule.misses, 0.0)):
            for text in texts:
                candidates = find_candidates(read_document(Article(url="", title="", text=text)), ruleset)
                bag = [list(candidate.features) for candidate in candidates if candidate.rule is planned.rule]
                if bag:
                    bags.append(bag)
                    labels.append(label)
    return bags, labels


def learn(bags: list[Bag], labels: list[float], strengths: list[float], tests: int = 0) -> dict[str, float]:
    """Return the weights that tell texts with a change from others.

    The last `tests` bags are the rules' own tests: one that comes out wrong counts for more in the next round.
    """
    strengths = list(strengths)
    names = {feature for bag in bags for features in bag for feature in features}
    names |= {f"own {rule.name}" for rule in load_pack()}
    weights = {"bias": -0.5} | {name: expect(name) for name in names}
    for _ in range(ROUNDS):
        rows: list[tuple[list[str], float, float]] = []
        for bag, label, strength in zip(bags, labels, strengths, strict=True):
            if label:
                best = sorted(bag, key=lambda features: -add(features, weights))[:1]
                rows.extend((features, 1.0, strength) for features in best)
            else:
                rows.extend((features, 0.0, strength / math.sqrt(len(bag))) for features in bag)
        weights = fit(rows, weights)
        for place in range(len(bags) - tests, len(bags)):
            best_sum = max(add(features, weights) for features in bags[place]) + LEANING
            if best_sum * (1 if labels[place] else -1) < MARGIN:
                strengths[place] *= 1.5
    return weights | {"bias": weights["bias"] + LEANING}


def add(features: list[str], weights: dict[str, float]) -> float:
    """Return the sum of the features' weights, with the bias."""
    return weights["bias"] + sum(weights.get(feature, 0.0) for feature in features)


def fit(rows: list[tuple[list[str], float, float]], start: dict[str, float]) -> dict[str, float]:
    """Return the weights after some rounds of gradient descent (AdaGrad)."""
    weights, squares = dict(start), defaultdict[str, float](float)
    counts = Counter(feature for features, _, _ in rows for feature in ("bias", *features))
    for _ in range(EPOCHS):
        for features, label, strength in rows:
            error = (1 / (1 + math.exp(-max(-30.0, min(30.0, add(features, weights)))))) - label
            for feature in ("bias", *features):
                weight = weights[feature]
                ridge = choose_ridge(feature) / counts[feature]
                slope = strength * error + ridge * (weight - expect(feature))
                squares[feature] += slope * slope
                weights[feature] = weight - RATE * slope / math.sqrt(squares[feature] + 1e-6)
    return weights


def choose_ridge(feature: str) -> float:
    """Return how strongly a weight is held at what is expected of it."""
    return FIRM_RIDGE if feature in RARE else RIDGE.get(feature.partition(" ")[0], USUAL_RIDGE)


def expect(feature: str) -> float:
    """Return the weight of a feature that no text speaks of: a rule speaks for a change, the rest for nothing."""
    return RARE.get(feature, PRIOR if feature.startswith("own ") else 0.0)


def learn_from(items: list[dict[str, Any]]) -> dict[str, float]:
    """Return the weights learnt from labelled texts and from the rules' own tests."""
    items = [item for item in items if item["label"] != "borderline"]
    strengths = [STATE_WEIGHT if item["label"] == "state" else 1.0 for item in items]
    own_bags, own_labels = read_tests()
    return learn(
        read_bags(items) + own_bags,
        [float(item["label"] == "event") for item in items] + own_labels,
        strengths + [TEST_WEIGHT] * len(own_bags),
        tests=len(own_bags),
    )


def main() -> None:
    """Learn from all texts, print, and with --write save."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    if not GOLD.exists():
        sys.exit(f"no labelled texts at {GOLD}")
    weights = learn_from([json.loads(line) for line in GOLD.read_text("utf-8").splitlines()])
    lines = [f'"{name}" = {weight:.2f}' for name, weight in sorted(weights.items()) if abs(weight) >= LEAST]
    text = "# Learnt by tests/bench/train_detection.py; a text is told when the sum is above 0.\n[weights]\n"
    print("\n".join(lines))
    if options.write:
        WEIGHTS.write_text(text + "\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
