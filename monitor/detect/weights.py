"""How much each rule and each sign around it counts: a sum that people can read."""

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files


@cache
def load_weights() -> Mapping[str, float]:
    """Return the built-in weights by name of rule or sign; `bias` is where the sum begins."""
    text = (files("monitor.detect") / "packs" / "weights.toml").read_text("utf-8")
    return dict(tomllib.loads(text)["weights"])


def score(features: Iterable[str], weights: Mapping[str, float]) -> float:
    """Return the sum of the weights of the features, with the bias; above 0 speaks for a change."""
    return weights["bias"] + sum(weights.get(feature, 0.0) for feature in features)
