"""What speaks for and against that two articles tell the same news."""

import tomllib
from collections.abc import Collection, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import log1p

from monitor.models import EventType, Fact
from monitor.track.fingerprint import is_same_company
from monitor.track.passage import coverage, find_figures, find_names, likeness, names_company, weigh_topics, weight_of

_MOVES = frozenset({EventType.PARTNER_JOINED, EventType.PARTNER_LEFT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """How an article tells its news."""

    passage: str
    """See `passage_of`."""
    companies: frozenset[str]
    """Folded names."""
    types: frozenset[EventType]
    subjects: frozenset[str]

    @classmethod
    def of(cls, facts: Collection[Fact], passage: str) -> "Account":
        """Return the account of an article that states these facts."""
        return cls(
            passage=passage,
            companies=frozenset(name for fact in facts for name in fact.companies),
            types=frozenset(fact.type for fact in facts),
            subjects=frozenset(fact.subject for fact in facts if fact.subject),
        )


def weigh_signs(left: Account, right: Account) -> float:
    """Return how surely two accounts are of the same news: above 0 if they are."""
    weights = list_weights()
    return sum(weights[sign] * strength for sign, strength in list_signs(left, right).items()) - weights["enough"]


@cache
def list_weights() -> Mapping[str, float]:
    """Return the log-odds of each sign, and what is `enough` of them; tests/bench/train_stories.py fits them."""
    return tomllib.loads(files("monitor.track").joinpath("signs.toml").read_text(encoding="utf-8"))


def list_signs(left: Account, right: Account) -> Mapping[str, float]:
    """Return what two accounts have in common, and what sets them apart, each from 0 to 1; of the length, more.

    Companies that both name say nothing: other deals of theirs do so too. Long articles share words by chance.
    """
    missing = (_list_missing(left, right), _list_missing(right, left))
    known = (left.companies | right.companies).difference(*missing)
    mine, yours = weigh_topics(left.passage, known), weigh_topics(right.passage, known)
    my_names, your_names = find_names(left.passage, known), find_names(right.passage, known)
    my_figures, your_figures = find_figures(left.passage), find_figures(right.passage)
    return {
        "words": likeness(mine, yours),
        "headline": max(
            coverage(weigh_topics(_title_of(left), known), yours), coverage(weigh_topics(_title_of(right), known), mine)
        ),
        "kind": not left.types.isdisjoint(right.types),
        "names": not my_names.isdisjoint(yours) or not your_names.isdisjoint(mine),
        "figures": _share_figure(my_figures, your_figures),
        "length": log1p(min(weight_of(mine), weight_of(yours))),
        "another party": all(missing),
        "other names": _are_apart(my_names, your_names),
        "other figures": not _share_figure(my_figures, your_figures) and _count_alike(my_figures, your_figures),
        "another subject": _are_apart(left.subjects, right.subjects),
    }


def count_shared(left: Iterable[str], right: Iterable[str]) -> int:
    """Return how many companies of `left` are in `right`, in long or short form."""
    others = tuple(right)
    return sum(any(is_same_company(name, other) for other in others) for name in left)


def _list_missing(one: Account, other: Account) -> frozenset[str]:
    """Return the companies of one account that the other does not name; where one joins or leaves, that is none of its.

    Who else is a member is no news, but often told.
    """
    others = {name for name in one.companies if not count_shared([name], other.companies)}
    is_move = not _MOVES.isdisjoint(one.types & other.types)
    return frozenset(name for name in others if is_move or not names_company(other.passage, name))


def _title_of(account: Account) -> str:
    return account.passage.partition("\n")[0]


def _share_figure(left: Mapping[str, AbstractSet[float]], right: Mapping[str, AbstractSet[float]]) -> bool:
    return not set().union(*left.values()).isdisjoint(set().union(*right.values()))


def _count_alike(left: Iterable[str], right: Iterable[str]) -> bool:
    """Return whether both count the same thing; of a bare number nobody knows."""
    return any(set(left).intersection(right))


def _are_apart(left: AbstractSet[str], right: AbstractSet[str]) -> bool:
    """Return whether both sides say something, and nothing the same."""
    return bool(left) and bool(right) and left.isdisjoint(right)
