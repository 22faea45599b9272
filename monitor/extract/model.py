"""The block model: how likely each block is to be part of the article, as log odds.

Two parts, learned by tests.bench.train_extraction and stored in weights.json. The linear part sums weights of words
and of bucketed features. The second part, a few small decision trees, sees the features, the sums and what the linear
part thinks of the neighbours and of the page.
"""

import json
import re
from collections.abc import Callable
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

from monitor.extract.blocks import FOLDED, Block, Frame
from monitor.extract.context import Survey, describe_context, survey_page
from monitor.extract.features import Codes, Hints, Numbers, Shape, code_block, describe_block, measure_frames
from monitor.extract.vocabulary import Words, weigh_frames, weigh_text

MENU_SCORE = -6.0
"""Of blocks that are not looked at: items of a menu, marks without a word."""
_MENU_WORDS = 8
_MENU_RUN = 4
_HOPELESS = -3.0
"""Where all neighbours score less, the trees are not asked."""
_LONG_CHARS = 500
"""From which on the words of a block are not looked at one by one."""
_WORD = re.compile(r"\w+")


class Looks(NamedTuple):
    """What is known of the blocks of a page before they are judged; None for those that are not looked at."""

    blocks: list[Block]
    frames: list[Frame]
    words: list[Words]
    counts: list[int]
    shapes: list[Shape]
    numbers: list[Numbers | None]


class Judgement(NamedTuple):
    """The outcome for a page: a score for each block, and the sums of the linear part by which it came about."""

    scores: list[float]
    channels: list[Numbers | None]
    survey: Survey


def look_at(blocks: list[Block], frames: list[Frame], hints: Hints) -> Looks:
    """Return the numbers of all blocks."""
    is_long = [len(block.text) >= _LONG_CHARS or block.frame.places & FOLDED > 0 for block in blocks]
    words = [() if skip else tuple(_WORD.findall(block.text)) for block, skip in zip(blocks, is_long, strict=True)]
    counts = [
        _estimate_words(b.text) if skip else len(own) for b, own, skip in zip(blocks, words, is_long, strict=True)
    ]
    shapes = measure_frames(blocks, frames, counts)
    skipped = _find_menus(blocks, counts)
    numbers = [
        describe_block(block, count, shapes, hints) if count and not is_skipped else None
        for block, count, is_skipped in zip(blocks, counts, skipped, strict=True)
    ]
    return Looks(blocks, frames, words, counts, shapes, numbers)


def _estimate_words(text: str) -> int:
    """Return roughly how many words a text has, also in a script without spaces."""
    return max(text.count(" ") + 1, len(text) // 12)


def _find_menus(blocks: list[Block], counts: list[int]) -> list[bool]:
    """Mark runs of short blocks that are nothing but a link: more than half of all blocks, hardly ever text."""
    marks = [
        block.link_chars >= len(block.text) and (count < _MENU_WORDS or block.frame.places & FOLDED > 0)
        for block, count in zip(blocks, counts, strict=True)
    ]
    run = 0
    for index, mark in enumerate([*marks, False]):
        if mark:
            run += 1
        else:
            if run < _MENU_RUN:
                for at in range(index - run, index):
                    marks[at] = blocks[at].frame.places & FOLDED > 0
            run = 0
    return marks


def code_blocks(looks: Looks) -> list[Codes | None]:
    """Return the buckets of all blocks for the linear part."""
    numbers = looks.numbers
    return [
        code_block(own, before, after) if own else None
        for before, own, after in zip([None, *numbers], numbers, [*numbers[1:], None], strict=False)
    ]


def judge(blocks: list[Block], frames: list[Frame], hints: Hints) -> Judgement:
    """Return how likely each block is to be part of the article: above 0 it is."""
    looks = look_at(blocks, frames, hints)
    channels = _sum_channels(looks)
    first = [sum(sums) if sums else MENU_SCORE for sums in channels]
    survey = survey_page(blocks, frames, looks.counts, first, looks.numbers)
    run_trees = load_trees()
    scores = []
    for index, (own, sums) in enumerate(zip(looks.numbers, channels, strict=True)):
        if own is None or sums is None or max(first[max(0, index - 3) : index + 4]) < _HOPELESS:
            scores.append(min(first[index], MENU_SCORE))
        else:
            context = describe_context(index, blocks[index], looks.counts[index], looks.numbers, survey)
            scores.append(run_trees((*own, *sums, *context)))
    return Judgement(scores, channels, survey)


def _sum_channels(looks: Looks) -> list[Numbers | None]:
    """Return the sums of the linear part for each block: features, own names, major names, parent, above, words."""
    weights = load_weights()
    bias, tables = weights.bias, weights.tables
    by_frame = weigh_frames(looks.frames, looks.shapes, weigh_words, 0.0)
    channels: list[Numbers | None] = []
    for block, words, codes in zip(looks.blocks, looks.words, code_blocks(looks), strict=True):
        if codes is None:
            channels.append(None)
            continue
        own, major, parent, above = by_frame[block.frame.index]
        inner, text = weigh_text(block, words, weigh_words, 0.0)
        looked = bias + sum([table.get(code, 0.0) for table, code in zip(tables, codes, strict=True)])
        channels.append((looked, own + inner, major, parent, above, text))
    return channels


class Weights(NamedTuple):
    """The linear part, as stored."""

    bias: float
    tables: list[dict[int, float]]
    """Of each feature: weights by code."""
    words: dict[str, dict[str, float]]


@lru_cache(maxsize=1)
def _read_file() -> dict[str, object]:
    content: dict[str, object] = json.loads(files("monitor.extract").joinpath("weights.json").read_text("utf-8"))
    return content


@lru_cache(maxsize=1)
def load_weights() -> Weights:
    """Return the linear part."""
    content = _read_file()
    tables = [{int(code): weight for code, weight in table.items()} for table in content["tables"]]  # type: ignore[attr-defined]
    return Weights(content["bias"], tables, content["words"])  # type: ignore[arg-type] # our own file


@lru_cache(maxsize=8192)
def weigh_words(kind: str, words: Words) -> float:
    """Return the sum of the weights of words of one kind."""
    table = load_weights().words[kind]
    return sum([table.get(word, 0.0) for word in words])


@lru_cache(maxsize=1)
def load_trees() -> Callable[[Numbers], float]:
    """Return the second part as one function.

    A walk over stored nodes would cost more than all other steps together; compiled, the trees are a few
    microseconds a block.
    """
    content = _read_file()
    terms = [str(content["start"]), *(_write_tree(tree) for tree in content["trees"])]  # type: ignore[attr-defined]
    function: Callable[[Numbers], float] = eval("lambda x: " + " + ".join(terms))  # noqa: S307 - numbers of our own file
    return function


def _write_tree(node: object) -> str:
    """Return a tree, as `[feature, threshold, left, right]` or a leaf, as an expression; depth is at most 15."""
    if isinstance(node, list):
        feature, threshold, left, right = node
        return f"({_write_tree(left)} if x[{int(feature)}] <= {float(threshold)!r} else {_write_tree(right)})"
    return repr(float(node))  # type: ignore[arg-type]
