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
_TOP_BLOCKS = 3
"""Of an article's text, above which its standfirst stands."""
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
    """Return the verdicts after a source's own rules."""
    welcome = _list_welcome(verdicts, rules)
    changed = [*verdicts]
    for index, verdict in enumerate(verdicts):
        roles = welcome.get(index) if verdict.reason else rules.drop_roles
        if roles or selected != NOTHING_SELECTED:
            changed[index] = Verdict(verdict.block, _decide(verdict, hints, roles or (), selected))
    return changed


def _list_welcome(verdicts: list[Verdict], rules: BlockRules) -> dict[int, Collection[BlockRole]]:
    """Return the roles that are brought back, by the index of the block: only around the article's text."""
    kept = [index for index, verdict in enumerate(verdicts) if verdict.reason is None]
    if not kept or not rules.keep_roles:
        return {}
    top = range(kept[0] - _REACH, kept[:_TOP_BLOCKS][-1])
    # Further down the names of a standfirst mean teasers of other articles.
    others = [role for role in rules.keep_roles if role is not BlockRole.STANDFIRST]
    around = range(kept[0] - _REACH, kept[-1] + 2) if others else range(0)
    return {**dict.fromkeys(around, others), **dict.fromkeys(top, rules.keep_roles)}


def _decide(verdict: Verdict, hints: Hints, roles: Collection[BlockRole], selected: Selected) -> StripReason | None:
    """Return the reason after a source's own rules; a block with one of `roles` changes sides."""
    lies_in = _list_keys(verdict.block.frame) if selected != NOTHING_SELECTED else set()
    if lies_in & selected.dropped:
        return StripReason.SOURCE
    if lies_in & selected.kept:
        return None
    if not roles or read_role(verdict.block, hints) not in roles:
        return verdict.reason
    return None if verdict.reason else StripReason.SOURCE


def _list_keys(frame: Frame | None) -> set[int]:
    keys = set()
    while frame is not None:
        keys.add(frame.key)
        frame = frame.parent
    return keys
