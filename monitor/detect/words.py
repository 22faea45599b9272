"""The word lists that come with the package: packs/words.toml and packs/common_words.txt."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Word lists, in lower case; words.toml says what each is for."""

    abbreviations: frozenset[str]
    starters: frozenset[str]
    suffixes: frozenset[str]
    organisation_words: frozenset[str]
    takes_of: frozenset[str]
    not_names: frozenset[str]
    peoples: frozenset[str]
    places: frozenset[str]
    ranks: frozenset[str]
    given_names: frozenset[str]
    media: frozenset[str]
    bystanders: frozenset[str]
    kin: frozenset[str]
    purposes: frozenset[str]
    appositions: frozenset[str]
    bodies: frozenset[str]
    products: frozenset[str]
    long_places: frozenset[str]
    german_words: frozenset[str]
    german_endings: frozenset[str]
    german_articles: frozenset[str]
    passed_over: frozenset[str]
    contrasts: frozenset[str]
    tie_words: frozenset[str]
    referring: frozenset[str]
    past_forms: frozenset[str]
    pairs: frozenset[str]
    common: frozenset[str]


@cache
def load_words() -> Words:
    """Return the built-in word lists."""
    folder = files("monitor.detect") / "packs"
    lists = tomllib.loads((folder / "words.toml").read_text("utf-8"))
    common = (folder / "common_words.txt").read_text("utf-8")
    long_places = frozenset(lists.pop("long_places").split(", "))
    return Words(
        common=frozenset(common.split()),
        long_places=long_places,
        **{key: frozenset(words.split()) for key, words in lists.items()},
    )


@cache
def load_subjects() -> dict[str, str]:
    """Return what deals are about: each word that tells it, with the name of the subject."""
    text = (files("monitor.detect") / "packs" / "subjects.toml").read_text("utf-8")
    return {word: name for name, words in tomllib.loads(text)["subjects"].items() for word in words.split()}
