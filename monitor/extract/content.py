"""Which blocks of a page are its article, and why the others are not."""

import re
from collections.abc import Collection
from typing import NamedTuple

from monitor.extract.blocks import FIGURE, FURNITURE, HIDDEN, Block, Frame
from monitor.extract.byline import is_byline
from monitor.extract.dates import find_day
from monitor.extract.features import Hints, Numbers, fold
from monitor.extract.metadata import Metadata
from monitor.extract.model import Judgement, judge
from monitor.extract.wording import find_tail, is_pointer, is_promo
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
"""Of an article's words; a longer tail is not taken for a promo."""
_DAY_WORDS = 6
_BYLINE_REACH = 6
"""Blocks of an article among which its byline stands."""
_LONG_CHARS = 150
_PROBE_CHARS = 40
_MAX_COMPARED = 100_000
"""Characters of an article in which repeats are looked for; each look is a scan."""


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
    verdicts = []
    for index, (block, score) in enumerate(zip(blocks, judgement.scores, strict=True)):
        if score <= 0:
            verdicts.append(Verdict(block, _find_reason(block, index, judgement)))
        elif _is_named_furniture(block, judgement):
            verdicts.append(Verdict(block, StripReason.NAMED))
        else:
            verdicts.append(Verdict(block, None))
    if all(verdict.reason for verdict in verdicts):
        verdicts = [_take_prose(verdict) for verdict in verdicts]
    return _mark_tail(_mark_lines(_mark_repeats(verdicts), hints))


def _mark_lines(verdicts: list[Verdict], hints: Hints) -> list[Verdict]:
    """Take out the lines that point to other articles, and at the top the headline and who wrote."""
    kept = [index for index, verdict in enumerate(verdicts) if verdict.reason is None]
    lines = {index for index in kept if is_pointer(verdicts[index].block.text)}
    for index in kept[:_BYLINE_REACH]:
        text = verdicts[index].block.text
        if is_byline(text) or _is_day(text) or (hints.title and fold(text) == hints.title):
            lines.add(index)
    return _strip(verdicts, lines)


def _is_day(text: str) -> bool:
    """Tell a line that is hardly more than a day, as `Published 4 May 2026`."""
    return text.count(" ") < _DAY_WORDS and not text.endswith((".", "!", "?")) and find_day(text) is not None


def _strip(verdicts: list[Verdict], indexes: Collection[int]) -> list[Verdict]:
    return [
        Verdict(verdict.block, StripReason.WORDING) if index in indexes else verdict
        for index, verdict in enumerate(verdicts)
    ]


def _mark_tail(verdicts: list[Verdict]) -> list[Verdict]:
    """Take out what follows the article and reads like a promo, however its elements are named."""
    kept = [index for index, verdict in enumerate(verdicts) if verdict.reason is None]
    texts = [verdicts[index].block.text for index in kept]
    cut = find_tail(texts)
    tail = texts[cut:]
    words = sum(len(text.split()) for text in tail)
    if not cut or not any(map(is_promo, tail)) or words > _MAX_TAIL_SHARE * sum(len(text.split()) for text in texts):
        return verdicts
    return _strip(verdicts, set(kept[cut:]))


def _take_prose(verdict: Verdict) -> Verdict:
    """Keep what reads like sentences: the bar for a page on which nothing looks like an article, as a short notice."""
    block, reason = verdict
    is_prose = len(block.text.split()) >= _MIN_WORDS and _SENTENCE_END.search(block.text)
    is_outside = block.frame.places & (FURNITURE | HIDDEN | FIGURE) or block.frame.tag == "h1"
    is_furniture = reason in {StripReason.NAMED, StripReason.DENSITY} or is_outside
    return Verdict(block, None) if is_prose and not is_furniture else verdict


def _is_named_furniture(block: Block, judgement: Judgement) -> bool:
    """Tell a block in a small element whose name never means text, however much its words sound like it."""
    survey = judgement.survey
    frame: Frame | None = block.frame
    while frame is not None and survey.frame_mass[frame.index] < _SMALL * survey.total:
        if not _FURNITURE_NAMES.isdisjoint(frame.names):
            return True
        frame = frame.parent
    return False


def _mark_repeats(verdicts: list[Verdict]) -> list[Verdict]:
    """Take out long blocks that stand above already: pages repeat their article for printers and search engines."""
    so_far = ""
    marked = []
    for verdict in verdicts:
        if verdict.reason is None and len(verdict.block.text) >= _LONG_CHARS and len(so_far) < _MAX_COMPARED:
            folded = fold(verdict.block.text)
            probes = [
                folded[at : at + _PROBE_CHARS] for at in range(0, len(folded) - _PROBE_CHARS, max(1, len(folded) // 8))
            ]
            if sum(probe in so_far for probe in probes) > 0.7 * len(probes):
                marked.append(Verdict(verdict.block, StripReason.REPEATED))
                continue
            so_far += folded
        marked.append(verdict)
    return marked


def _find_reason(block: Block, index: int, judgement: Judgement) -> StripReason:
    """Return the plainest of the reasons for which a block is judged not to be of the article."""
    if block.frame.places & (FURNITURE | HIDDEN | FIGURE):
        return StripReason.STRUCTURE
    sums: Numbers | None = judgement.channels[index]
    if sums is None or block.link_chars * 2 > len(block.text):
        return StripReason.DENSITY
    names = sums[1] + sums[3] + sums[4]
    if min(names, sums[5]) < _TELLING:
        return StripReason.NAMED if names < sums[5] else StripReason.WORDING
    return StripReason.STRUCTURE if judgement.survey.is_inside[block.frame.index] else StripReason.OUTSIDE
