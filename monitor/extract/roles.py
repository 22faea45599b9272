"""What a block is in its article, and what a source's own rules make of it.

A source may keep or drop blocks by CSS selectors and by their roles. Selectors win over roles, and both over the model;
what is dropped twice and kept twice is dropped.
"""

from collections.abc import Collection
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from monitor.errors import ParseError
from monitor.extract.blocks import FIGURE, LIST, QUOTE, TABLE, Block, Frame
from monitor.extract.byline import is_byline
from monitor.extract.content import Verdict
from monitor.extract.features import Hints, fold
from monitor.extract.wording import is_pointer
from monitor.models import BlockRole, BlockRules, StripReason

_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6", "legend"))
_LISTS = frozenset(("li", "dt", "dd"))
_CELLS = frozenset(("td", "th", "caption"))
_STANDFIRST_NAMES = frozenset(
    "standfirst subtitle subheadline subhead dek deck lede lead teaser kicker excerpt summary".split()  # noqa: SIM905 - a table of words reads best as words
)
_BYLINE_NAMES = frozenset(("byline", "author", "authors", "dateline"))
_REACH = 6
"""Blocks above an article among which its headline, its byline, its picture stand."""
_MIN_SHARED = 40
"""Characters of a description with which a standfirst begins."""


def read_role(block: Block, hints: Hints) -> BlockRole:  # noqa: PLR0911 - a ladder of cases, the surest first
    """Return what a block is, by its element, the names of it and what the page says of its article."""
    tag, places, names = block.frame.tag, block.frame.places, block.frame.names
    folded = fold(block.text[:400])
    if tag in _HEADINGS:
        return BlockRole.HEADLINE if tag == "h1" or folded == hints.title else BlockRole.SUBHEADING
    if places & FIGURE:
        return BlockRole.CAPTION
    if not _BYLINE_NAMES.isdisjoint(names) or is_byline(block.text):
        return BlockRole.BYLINE
    if is_pointer(block.text):
        return BlockRole.POINTER
    if not _STANDFIRST_NAMES.isdisjoint(names) or (folded and folded[:_MIN_SHARED] == hints.description[:_MIN_SHARED]):
        return BlockRole.STANDFIRST
    if tag in _CELLS or (places & TABLE and tag != "p"):
        return BlockRole.TABLE
    if places & QUOTE:
        return BlockRole.QUOTE
    return BlockRole.LIST if tag in _LISTS or places & LIST else BlockRole.PARAGRAPH


class Selected(NamedTuple):
    """The elements that a source's selectors match, by their places in memory."""

    kept: frozenset[int]
    dropped: frozenset[int]


NOTHING_SELECTED = Selected(frozenset(), frozenset())


def select_elements(tree: LexborHTMLParser, rules: BlockRules) -> Selected:
    """Return the elements of a page that a source's selectors match. Raises ParseError for what is no selector."""
    return Selected(_match(tree, rules.keep_selectors), _match(tree, rules.drop_selectors))


def check_selector(selector: str) -> None:
    """Raise ParseError for what is no selector."""
    _match(LexborHTMLParser("<p>"), (selector,))


def _match(tree: LexborHTMLParser, selectors: Collection[str]) -> frozenset[int]:
    found: set[int] = set()
    for selector in selectors:
        try:
            # Beside another choice, since the engine takes an empty selector for one that matches nothing.
            found.update(node.mem_id for node in tree.css(f"monitor-none, {selector}"))
        except (SelectolaxError, ValueError) as error:
            raise ParseError("", f"{selector!r} is not a CSS selector") from error
    return frozenset(found)


def apply_rules(verdicts: list[Verdict], hints: Hints, rules: BlockRules, selected: Selected) -> list[Verdict]:
    """Return the verdicts after a source's own rules. Roles bring back only what stands around the article's text."""
    kept = [index for index, verdict in enumerate(verdicts) if verdict.reason is None]
    around = range(kept[0] - _REACH, kept[-1] + 2) if kept else range(0)
    return [
        Verdict(verdict.block, _decide(verdict, hints, rules, selected, is_near=index in around))
        for index, verdict in enumerate(verdicts)
    ]


def _decide(
    verdict: Verdict, hints: Hints, rules: BlockRules, selected: Selected, *, is_near: bool
) -> StripReason | None:
    if selected != NOTHING_SELECTED:
        lies_in = _list_keys(verdict.block.frame)
        if lies_in & selected.dropped:
            return StripReason.SOURCE
        if lies_in & selected.kept:
            return None
    if verdict.reason is None:
        return StripReason.SOURCE if rules.drop_roles and read_role(verdict.block, hints) in rules.drop_roles else None
    return None if is_near and read_role(verdict.block, hints) in rules.keep_roles else verdict.reason


def _list_keys(frame: Frame | None) -> set[int]:
    keys = set()
    while frame is not None:
        keys.add(frame.key)
        frame = frame.parent
    return keys
