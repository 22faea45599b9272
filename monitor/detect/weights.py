"""How much each rule and each sign around it counts: sums that people can read."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from monitor.models import EventType

_NO_TYPES: Mapping[EventType, Mapping[str, float]] = {}


class Weights(NamedTuple):
    """Weights by name of rule or sign, for each question; `bias` is where the sum begins."""

    change: Mapping[str, float]
    """Is a change of a partnership told?"""
    background: Mapping[str, float]
    """Is it told as background, not as news?"""
    types: Mapping[EventType, Mapping[str, float]] = _NO_TYPES
    """Of which type is it? The highest sum says; asked of broad rules only."""


@cache
def load_weights() -> Weights:
    """Return the built-in weights: lines of question, name and weight."""
    sums: dict[str, dict[str, float]] = defaultdict(dict)
    lines = (files("monitor.detect") / "packs" / "weights.tsv").read_text("utf-8").splitlines()
    for question, name, weight in (line.split("\t") for line in lines if not line.startswith("#")):
        sums[question][name] = float(weight)
    types = {kind: sums[kind.value] for kind in EventType if kind.value in sums}
    return Weights(sums["change"], sums["background"], types)


def score(features: Iterable[str], weights: Mapping[str, float]) -> float:
    """Return the sum of the weights of the features, with the bias; above 0 says yes."""
    return weights.get("bias", 0.0) + add_up(features, weights)


def add_up(features: Iterable[str], weights: Mapping[str, float]) -> float:
    """Return the sum of the weights of the features."""
    return sum([weights.get(feature, 0.0) for feature in features])
