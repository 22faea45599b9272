"""What speaks for and against that two articles tell the same news."""

from collections.abc import Collection, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from math import log1p

from monitor.models import EventType, Fact
from monitor.track.fingerprint import is_same_company
from monitor.track.passage import coverage, find_names, likeness, names_company, shared_weight, weigh_topics

_LOG_ODDS = {
    "words": 2.1,
    "amount": 0.9,
    "headline": 4.1,
    "kind": 0.9,
    "another party": -6.0,
    "other names": -1.3,
    "another subject": -1.4,
}
"""How much each sign says: a logistic regression on the pairs of files 1 to 5 and of the real articles in
tests/bench/bench_stories.py, rounded; that another party decides alone is more than its few pairs teach.
"""
_ENOUGH = 3.2
"""What the signs must add up to, where the bench has as many wrong pairs as missed ones."""


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
    return sum(_LOG_ODDS[sign] * strength for sign, strength in list_signs(left, right).items()) - _ENOUGH


def list_signs(left: Account, right: Account) -> Mapping[str, float]:
    """Return what two accounts have in common, and what sets them apart, each from 0 to 1 or, of the amount, more.

    Names that both have say nothing: other deals of these companies have them too.
    """
    missing = (_list_missing(left, right), _list_missing(right, left))
    known = (left.companies | right.companies).difference(*missing)
    mine, yours = weigh_topics(left.passage, known), weigh_topics(right.passage, known)
    return {
        "words": likeness(mine, yours),
        "amount": log1p(shared_weight(mine, yours)),
        "headline": max(
            coverage(weigh_topics(_title_of(left), known), yours), coverage(weigh_topics(_title_of(right), known), mine)
        ),
        "kind": not left.types.isdisjoint(right.types),
        "another party": all(missing),
        "other names": _are_apart(find_names(left.passage, known), find_names(right.passage, known)),
        "another subject": _are_apart(left.subjects, right.subjects),
    }


def count_shared(left: Iterable[str], right: Iterable[str]) -> int:
    """Return how many companies of `left` are in `right`, in long or short form."""
    others = tuple(right)
    return sum(any(is_same_company(name, other) for other in others) for name in left)


def _list_missing(one: Account, other: Account) -> frozenset[str]:
    """Return the companies of one account that the other does not name."""
    return frozenset(
        name
        for name in one.companies
        if not names_company(other.passage, name) and not count_shared([name], other.companies)
    )


def _title_of(account: Account) -> str:
    return account.passage.partition("\n")[0]


def _are_apart(left: AbstractSet[str], right: AbstractSet[str]) -> bool:
    """Return whether both sides say something, and nothing the same."""
    return bool(left) and bool(right) and left.isdisjoint(right)
