"""Rules that match in what was taken out of an article: news that may be lost, if it was taken out wrongly."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate

from monitor.detect.events import detect
from monitor.detect.ruleset import Ruleset
from monitor.models import Article, ExplainedBlock, Field, Stripped, StripReason

_GAP = "\n\n"
_ENDS = (".", "!", "?", "…", "。", '."', ".”", ".»", ".'", ".’")
_MIN_WORDS = 6
_MANY_WORDS = 40
"""No headline is so long; a block that was cut short for the audit has lost its end."""
_HARMLESS = frozenset((None, StripReason.DENSITY, StripReason.REPEATED))
"""Links to other articles, and what the article itself says."""


def mark_stripped(article: Article, ruleset: Ruleset) -> Article:
    """Return the article with the rules that match in each of its stripped blocks."""
    found = match_stripped(article.stripped, ruleset)
    if not any(found):
        return article
    marked = (replace(block, rules=rules) for block, rules in zip(article.stripped, found, strict=True))
    return replace(article, stripped=tuple(marked))


def match_stripped(blocks: Sequence[Stripped | ExplainedBlock], ruleset: Ruleset) -> list[tuple[str, ...]]:
    """Return for each block that goes the rules that match in a sentence of it, each agreement once.

    Headlines of other articles are no sentences: they stand around every article and match rightly.
    """
    texts = ["" if block.reason in _HARMLESS else _select_prose(block.text) for block in blocks]
    ends = list(accumulate(len(text) + len(_GAP) for text in texts))
    found: list[set[str]] = [set() for _ in blocks]
    for event in detect(Article(url="", title="", text=_GAP.join(texts)), ruleset):
        evidence = event.evidence
        if evidence.field is Field.TEXT:
            found[bisect_right(ends, evidence.start)].add(event.rule)
    return [tuple(sorted(rules)) for rules in found]


def _select_prose(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if _is_prose(line.split()))


def _is_prose(words: Sequence[str]) -> bool:
    return len(words) >= _MIN_WORDS and (words[-1].endswith(_ENDS) or len(words) >= _MANY_WORDS)
