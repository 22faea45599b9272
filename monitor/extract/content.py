"""Which blocks of a page are its article, and why the others are not."""

import re
from typing import NamedTuple

from monitor.extract.blocks import FIGURE, FURNITURE, HIDDEN, NAMED, Block, Frame
from monitor.extract.byline import is_byline
from monitor.extract.dates import find_day
from monitor.extract.features import Hints, Numbers, fold
from monitor.extract.metadata import Metadata
from monitor.extract.model import Judgement, judge
from monitor.extract.wording import find_tail, is_closing, is_furniture, is_promo, is_prose
from monitor.models import StripReason

_TELLING = -1.0
"""Log odds from which on a sum of words is a reason."""

_SENTENCE_END = re.compile(r"[.!?…](?:\s|$)|[。！？]")
_MIN_WORDS = 5
_SMALL = 0.3
_FURNITURE_NAMES = frozenset(
    """
    newsletter newsletters signup subscribe subscription comments byline advert advertisement sponsored promo promotion
    recommended outbrain taboola disqus paywall cookie cookies consent breadcrumb breadcrumbs
    """.split()  # noqa: SIM905 - a table of words reads best as words
)
"""Words of class names that stand for no block of an article on any of the pages learned from."""
_MAX_TAIL_SHARE = 0.3
"""Of an article's characters; a longer tail is not taken for a promo."""
_BLOCKS_A_PROMO = 6
"""Of a tail; longer runs of fragments, as a glossary, are no promo, though a word of one stands in them."""
_MAX_CLOSING_BLOCKS = 12
"""Of prose in the parts that close a press release; a list of books has more below its first `About`."""
_DAY_WORDS = 6
_BYLINE_REACH = 6
"""Blocks of an article among which its byline stands."""
_LONGER = 2
"""Than its letters is no headline with its spaces and marks."""
_LONG_CHARS = 150
_SENTENCE_CHARS = 30
_REPEATED_SHARE = 0.7


class Verdict(NamedTuple):
    """A block, and why it is not part of the article; `reason` None keeps it."""

    block: Block
    reason: StripReason | None


def read_hints(metadata: Metadata) -> Hints:
    """Return what the metadata say of the text, folded for comparison."""
    title, description, body = fold(metadata.title), fold(metadata.description), fold(metadata.body)
    is_dated = metadata.times.published is not None
    return Hints(title, description, body, metadata.is_news, metadata.is_article, is_dated)


def judge_blocks(blocks: list[Block], frames: list[Frame], hints: Hints) -> list[Verdict]:
    """Return a verdict for every block, in reading order."""
    if not blocks:
        return []
    judgement = judge(blocks, frames, hints)
    known: dict[int, bool] = {}
    reasons = [
        _find_reason(block, index, judgement)
        if score <= 0
        else StripReason.NAMED
        if _is_named_furniture(block.frame, judgement, known)
        else None
        for index, (block, score) in enumerate(zip(blocks, judgement.scores, strict=True))
    ]
    if all(reasons):
        reasons = [_take_prose(block, reason) for block, reason in zip(blocks, reasons, strict=True)]
    kept = [index for index, reason in enumerate(reasons) if reason is None]
    for index in (repeats := _find_repeats(blocks, kept)):
        reasons[index] = StripReason.REPEATED
    kept = [index for index in kept if index not in repeats]
    lines = _find_lines(blocks, kept, hints)
    kept = [index for index in kept if index not in lines]
    for index in lines.union(_find_tail(blocks, kept)):
        reasons[index] = StripReason.WORDING
    return [*map(Verdict, blocks, reasons)]


def _find_lines(blocks: list[Block], kept: list[int], hints: Hints) -> set[int]:
    """Return the lines that point to other articles, and at the top the headline and who wrote."""
    lines = {index for index in kept if is_furniture(blocks[index].text)}
    longest = _LONGER * len(hints.title)
    for index in kept[:_BYLINE_REACH]:
        # Old pages write headline, byline and day into one element.
        if all(
            is_byline(line) or _is_day(line) or (len(line) < longest and fold(line) == hints.title)
            for line in blocks[index].text.splitlines()
        ):
            lines.add(index)
    return lines


def _is_day(text: str) -> bool:
    """Tell a line that is hardly more than a day, as `Published 4 May 2026`."""
    return text.count(" ") < _DAY_WORDS and not text.endswith((".", "!", "?")) and find_day(text) is not None


def _find_tail(blocks: list[Block], kept: list[int]) -> list[int]:
    """Return what follows the article and reads like a promo, however its elements are named."""
    texts = [blocks[index].text for index in kept]
    if closing := _find_closing(texts):
        return kept[closing:]
    cut = find_tail(texts)
    tail = texts[cut:]
    if not cut or sum(map(is_promo, tail)) * _BLOCKS_A_PROMO < max(1, len(tail)):
        return []
    return kept[cut:] if sum(map(len, tail)) <= _MAX_TAIL_SHARE * sum(map(len, texts)) else []


def _find_closing(texts: list[str]) -> int:
    """Return where the parts that close a press release begin, below half of the article's prose; 0 without any."""
    prose = [len(text) if is_prose(text) else 0 for text in texts]
    half = sum(prose) / 2
    above = 0
    for index, text in enumerate(texts):
        if above > half and is_closing(text, texts[index + 1] if index + 1 < len(texts) else ""):
            return index if sum(map(bool, prose[index:])) <= _MAX_CLOSING_BLOCKS else 0
        above += prose[index]
    return 0


def _take_prose(block: Block, reason: StripReason | None) -> StripReason | None:
    """Keep what reads like sentences: the bar for a page on which nothing looks like an article, as a short notice."""
    has_sentence = len(block.text.split()) >= _MIN_WORDS and _SENTENCE_END.search(block.text)
    is_outside = block.frame.places & (FURNITURE | HIDDEN | FIGURE) or block.frame.tag == "h1"
    is_told = reason in {StripReason.NAMED, StripReason.DENSITY} or is_outside
    return None if has_sentence and not is_told else reason


def _is_named_furniture(frame: Frame | None, judgement: Judgement, known: dict[int, bool]) -> bool:
    """Tell what lies in a small element whose name never means text, however much its words sound like it."""
    if frame is None or judgement.survey.frame_mass[frame.index] >= _SMALL * judgement.survey.total:
        return False
    if (mark := known.get(frame.index)) is None:
        mark = not _FURNITURE_NAMES.isdisjoint(frame.names) or _is_named_furniture(frame.parent, judgement, known)
        known[frame.index] = mark
    return mark


def _find_repeats(blocks: list[Block], kept: list[int]) -> set[int]:
    """Return the long blocks whose sentences stand above: pages repeat articles for printers and search engines."""
    above: set[str] = set()
    repeats = set()
    for index in kept:
        text = blocks[index].text
        if len(text) < _LONG_CHARS:
            continue
        sentences = {sentence for sentence in text.rstrip(".").split(". ") if len(sentence) >= _SENTENCE_CHARS}
        if sentences and len(sentences & above) > _REPEATED_SHARE * len(sentences):
            repeats.add(index)
        above |= sentences
    return repeats


def _find_reason(block: Block, index: int, judgement: Judgement) -> StripReason:
    """Return the plainest of the reasons for which a block is judged not to be of the article."""
    if block.frame.places & (FURNITURE | HIDDEN | FIGURE):
        return StripReason.STRUCTURE
    if block.frame.places & NAMED:
        return StripReason.NAMED
    sums: Numbers | None = judgement.channels[index]
    if sums is None or block.link_chars * 2 > len(block.text):
        return StripReason.DENSITY
    names = sums[1] + sums[3] + sums[4]
    if min(names, sums[5]) < _TELLING:
        return StripReason.NAMED if names < sums[5] else StripReason.WORDING
    return StripReason.STRUCTURE if judgement.survey.to_most[block.frame.index] == (0, 0) else StripReason.OUTSIDE
