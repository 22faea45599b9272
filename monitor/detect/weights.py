"""How much each rule and each sign around it counts: a sum that people can read."""

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple


class Weights(NamedTuple):
    """Weights by name of rule or sign, for each question; `bias` is where the sum begins."""

    change: Mapping[str, float]
    """Is a change of a partnership told?"""
    background: Mapping[str, float]
    """Is it told as background, not as news?"""


@cache
def load_weights() -> Weights:
    """Return the built-in weights."""
    return Weights(**tomllib.loads((files("monitor.detect") / "packs" / "weights.toml").read_text("utf-8")))


def score(features: Iterable[str], weights: Mapping[str, float]) -> float:
    """Return the sum of the weights of the features, with the bias; above 0 says yes."""
    return weights.get("bias", 0.0) + sum([weights.get(feature, 0.0) for feature in features])
