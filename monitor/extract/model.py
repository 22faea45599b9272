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
from operator import getitem
from typing import NamedTuple

from monitor.extract.blocks import FOLDED, Block, Frame
from monitor.extract.context import Survey, describe_context, survey_page
from monitor.extract.features import Hints, Numbers, Shapes, code_block, describe_block, describe_frames, measure_frames
from monitor.extract.vocabulary import Names, Words, look_up_names, read_surroundings, read_text

WEIGHTS = files("monitor.extract").joinpath("weights.json")
MENU_SCORE = -6.0
"""Of blocks that are not looked at: items of a menu, marks without a word."""
_MENU_WORDS = 8
_MENU_RUN = 4
_SURE = 1.5
"""What an article's best blocks score; on a page whose blocks all score less, all are lifted."""
_HOPELESS = -3.0
"""Where all neighbours score less, the trees are not asked."""
_STAGES = (20, 40, 60, 100)
_SURE_AFTER = (1.5, 1.8, 2.0, 2.0)
"""Log odds that the trees behind these stages do not turn round: 2 of 26,077 blocks of unseen sites."""
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
            words.append((*text[:_ENDS_CHARS].split(None, 2)[:2], *text[-_ENDS_CHARS:].rsplit(None, 2)[-2:]))
            counts.append(_estimate_words(text))
    shapes = measure_frames(blocks, frames, counts)
    rows = describe_frames(shapes)
    skipped = _find_menus(blocks, counts)
    numbers = [
        describe_block(block, own, count, rows, hints) if count and not is_skipped else None
        for block, own, count, is_skipped in zip(blocks, words, counts, skipped, strict=True)
    ]
    return Looks(blocks, frames, words, counts, shapes, numbers)


def _estimate_words(text: str) -> int:
    """Return roughly how many words a text has, also in a script without spaces."""
    return max(text.count(" ") + 1, len(text) // 12)


def _find_menus(blocks: list[Block], counts: list[int]) -> list[bool]:
    """Mark folded blocks, and runs of short blocks that are nothing but a link: hardly ever text of an article."""
    folded = [block.frame.places & FOLDED > 0 for block in blocks]
    marks = [
        is_folded or (count < _MENU_WORDS and block.link_chars >= len(block.text))
        for block, count, is_folded in zip(blocks, counts, folded, strict=True)
    ]
    run = 0
    for index, mark in enumerate([*marks, False]):
        if mark:
            run += 1
            continue
        if 0 < run < _MENU_RUN:
            marks[index - run : index] = folded[index - run : index]
        run = 0
    return marks


def judge(blocks: list[Block], frames: list[Frame], hints: Hints) -> Judgement:
    """Return how likely each block is to be part of the article: above 0 it is."""
    return judge_looks(look_at(blocks, frames, hints))


def judge_looks(looks: Looks) -> Judgement:
    """Return the same for blocks whose numbers are known."""
    blocks = looks.blocks
    channels = sum_channels(looks)
    first = [sum(sums) if sums else MENU_SCORE for sums in channels]
    survey = survey_page(blocks, looks.frames, looks.counts, looks.shapes, first, looks.numbers)
    run_trees = load_trees()
    scores = []
    for index, (own, sums) in enumerate(zip(looks.numbers, channels, strict=True)):
        if own is None or sums is None or max(first[max(0, index - 3) : index + 4]) < _HOPELESS:
            scores.append(min(first[index], MENU_SCORE))
        else:
            context = describe_context(index, blocks[index], looks.counts[index], survey)
            scores.append(run_trees(*own, *sums, *context))
    lift = max(0.0, _SURE - _best_tenth(scores, looks.counts))
    return Judgement([score + lift if score > MENU_SCORE else score for score in scores], channels, survey)


def _best_tenth(scores: list[float], words: list[int]) -> float:
    """Return the score that blocks with a tenth of the words that were looked at reach."""
    ranked = sorted(
        ((score, size) for score, size in zip(scores, words, strict=True) if score > MENU_SCORE), reverse=True
    )
    rest = sum([size for _, size in ranked]) / 10
    for score, size in ranked:
        rest -= size
        if rest <= 0:
            return score
    return _SURE


def sum_channels(looks: Looks) -> list[Numbers | None]:
    """Return the sums of the linear part for each block: features, own names, major names, parent, above, words."""
    weights = load_weights()
    bias, tables, words_by_kind = weights.bias, weights.tables, weights.words
    surroundings = read_surroundings(looks.frames, looks.shapes, weigh_names)
    by_frame: dict[int, Numbers] = {}
    channels: list[Numbers | None] = []
    for block, words, numbers in zip(looks.blocks, looks.words, looks.numbers, strict=True):
        if numbers is None:
            channels.append(None)
            continue
        at = block.frame.index
        if (sums := by_frame.get(at)) is None:
            own, major, parent, above = surroundings[at]
            sums = by_frame[at] = (sum(own), sum(major), sum(parent), sum(above.values()))
        looked = bias + sum(map(getitem, tables, code_block(numbers)))
        inner = sum(weigh_names(block.inner).inner) if block.inner else 0.0
        text = sum(read_text(words, numbers[1], words_by_kind))
        channels.append((looked, sums[0] + inner, *sums[1:], text))
    return channels


class Weights(NamedTuple):
    """The linear part, as stored."""

    bias: float
    tables: list[list[float]]
    """Of each feature: weights by code."""
    words: dict[str, dict[str, float]]
    """By kind."""


@lru_cache(maxsize=1)
def _read_file() -> dict[str, object]:
    content: dict[str, object] = json.loads(WEIGHTS.read_text("utf-8"))
    return content


@lru_cache(maxsize=1)
def load_weights() -> Weights:
    """Return the linear part."""
    content = _read_file()
    return Weights(content["bias"], content["tables"], content["words"])  # type: ignore[arg-type] # our own file


@lru_cache(maxsize=8192)
def weigh_names(names: Words) -> Names[float]:
    """Return what the names of an element weigh; pages and their neighbours repeat them."""
    words = load_weights().words
    return look_up_names(names, words)


@lru_cache(maxsize=1)
def load_trees() -> Callable[..., float]:
    """Return the second part as one function of a block's numbers.

    A walk over stored nodes would cost more than all other steps together; compiled, the trees are a few microseconds a
    block. Most blocks are as good as decided after some of them, and are not taken through the rest.
    """
    content = _read_file()
    trees: list[object] = content["trees"]  # type: ignore[assignment] # our own file
    names = ", ".join(f"x{at}" for at in range(content["features"]))  # type: ignore[call-overload] # our own file
    lines = [f"def run({names}):", f" s = {content['start']}"]
    for start, end, sure in zip((0, *_STAGES), (*_STAGES, len(trees)), (*_SURE_AFTER, None), strict=True):
        lines += [f" s += {_write_tree(tree)}" for tree in trees[start:end]]
        lines += [f" if not -{sure} < s < {sure}: return s"] if sure else []
    made: dict[str, Callable[..., float]] = {}
    exec("\n".join([*lines, " return s"]), made)  # noqa: S102 - numbers of our own file
    return made["run"]


def _write_tree(node: object) -> str:
    """Return a tree, as `[feature, threshold, left, right]` or a leaf, as an expression; depth is at most 15."""
    if isinstance(node, list):
        feature, threshold, left, right = node
        return f"({_write_tree(left)} if x{int(feature)} <= {float(threshold)!r} else {_write_tree(right)})"
    return repr(float(node))  # type: ignore[arg-type]
