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
from monitor.extract.features import Hints, Numbers, Shapes, code_block, describe_block, measure_frames
from monitor.extract.vocabulary import Words, weigh_frames, weigh_text

WEIGHTS = files("monitor.extract").joinpath("weights.json")
MENU_SCORE = -6.0
"""Of blocks that are not looked at: items of a menu, marks without a word."""
_MENU_WORDS = 8
_MENU_RUN = 4
_SURE = 1.5
"""What an article's best blocks score; on a page whose blocks all score less, all are lifted."""
_HOPELESS = -3.0
"""Where all neighbours score less, the trees are not asked."""
_LONG_CHARS = 110
"""From which on only the first and the last two words of a block are looked at."""
_ENDS_CHARS = 40
_WORD = re.compile(r"\w+")


class Looks(NamedTuple):
    """What is known of the blocks of a page before they are judged; None for those that are not looked at."""

    blocks: list[Block]
    frames: list[Frame]
    words: list[Words]
    counts: list[int]
    shapes: Shapes
    numbers: list[Numbers | None]


class Judgement(NamedTuple):
    """The outcome for a page: a score for each block, and the sums of the linear part by which it came about."""

    scores: list[float]
    channels: list[Numbers | None]
    survey: Survey


def look_at(blocks: list[Block], frames: list[Frame], hints: Hints) -> Looks:
    """Return the numbers of all blocks."""
    words: list[Words] = []
    counts: list[int] = []
    for block in blocks:
        text = block.text
        if block.frame.places & FOLDED:
            words.append(())
            counts.append(_estimate_words(text))
        elif len(text) < _LONG_CHARS:
            words.append(tuple(_WORD.findall(text)))
            counts.append(len(words[-1]))
        else:
            words.append((*_WORD.findall(text[:_ENDS_CHARS])[:2], *_WORD.findall(text[-_ENDS_CHARS:])[-2:]))
            counts.append(_estimate_words(text))
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
            context = describe_context(index, blocks[index], looks.counts[index], survey)
            scores.append(run_trees((*own, *sums, *context)))
    lift = max(0.0, _SURE - _best_tenth(scores, looks.counts))
    return Judgement([score + lift if score > MENU_SCORE else score for score in scores], channels, survey)


def _best_tenth(scores: list[float], words: list[int]) -> float:
    """Return the score that blocks with a tenth of the words that were looked at reach."""
    ranked = sorted(
        ((score, size) for score, size in zip(scores, words, strict=True) if score > MENU_SCORE), reverse=True
    )
    rest = sum(size for _, size in ranked) / 10
    for score, size in ranked:
        rest -= size
        if rest <= 0:
            return score
    return _SURE


def _sum_channels(looks: Looks) -> list[Numbers | None]:
    """Return the sums of the linear part for each block: features, own names, major names, parent, above, words."""
    weights = load_weights()
    bias, tables = weights.bias, weights.tables
    by_frame = weigh_frames(looks.frames, list_looked(looks), looks.shapes, weigh_names, 0.0)
    channels: list[Numbers | None] = []
    for block, words, numbers in zip(looks.blocks, looks.words, looks.numbers, strict=True):
        if numbers is None:
            channels.append(None)
            continue
        own, major, parent, above = by_frame[block.frame.index]
        inner, text = weigh_text(block, words, numbers[1], weigh_words, 0.0)
        looked = bias
        for table, code in zip(tables, code_block(numbers), strict=True):
            looked += table[code]
        channels.append((looked, own + inner, major, parent, above, text))
    return channels


def list_looked(looks: Looks) -> list[Block]:
    """Return the blocks that are looked at."""
    return [block for block, numbers in zip(looks.blocks, looks.numbers, strict=True) if numbers]


class Weights(NamedTuple):
    """The linear part, as stored."""

    bias: float
    tables: list[list[float]]
    """Of each feature: weights by code."""
    words: dict[str, dict[str, float]]


@lru_cache(maxsize=1)
def _read_file() -> dict[str, object]:
    content: dict[str, object] = json.loads(WEIGHTS.read_text("utf-8"))
    return content


@lru_cache(maxsize=1)
def load_weights() -> Weights:
    """Return the linear part."""
    content = _read_file()
    return Weights(content["bias"], content["tables"], content["words"])  # type: ignore[arg-type] # our own file


def weigh_words(kind: str, words: Words) -> float:
    """Return the sum of the weights of words of one kind."""
    table = load_weights().words[kind]
    return sum([table.get(word, 0.0) for word in words])


weigh_names = lru_cache(maxsize=8192)(weigh_words)
"""The same for names of elements, which a page and its neighbours repeat."""


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
