"""What the linear part of the block model thinks of a page as a whole, as numbers for its second part."""

from collections import defaultdict
from math import exp
from typing import NamedTuple

from monitor.extract.blocks import Block, Frame
from monitor.extract.features import HEADINGS, SAME_TITLE, TAG, TITLE, TOP_HEADING, Numbers, Shapes

_ABSENT = -9.0
"""The score of a neighbour beyond the page's ends."""
_REACH = 4
_FAR = 6


class Survey(NamedTuple):
    """Sums over the first scores of all blocks."""

    scores: list[float]
    """With `_FAR` absent neighbours at both ends."""
    masses: list[float]
    """Words times the probability that they belong to the article."""
    total: float
    before: list[float]
    """Mass above each block."""
    gaps_before: list[int]
    """Words since the last block that is likely of the article."""
    gaps_after: list[int]
    sections: list[tuple[float, int, int, int, int]]
    """Of each block: score of the heading above it, blocks since, top headings since the title, runs of prose so far,
    words since the title."""
    repeats: list[int]
    """1 if the same text stands above, 2 if below, 3 both."""
    frame_mass: list[float]
    frame_words: list[float]
    styles: list[object]
    """Of each block: what elements of one look share."""
    style_mass: dict[object, float]
    style_words: dict[object, float]
    is_inside: list[bool]
    """Of each element: whether it lies in the smallest one that holds most of the mass."""
    kinship: list[Numbers]
    """Of each element: see `_describe_kinship`."""


def survey_page(
    blocks: list[Block],
    frames: list[Frame],
    words: list[int],
    shapes: Shapes,
    scores: list[float],
    numbers: list[Numbers | None],
) -> Survey:
    """Return the sums that `describe_context` reads."""
    masses = [size / (1.0 + exp(-score if score > -30.0 else 30.0)) for size, score in zip(words, scores, strict=True)]
    before, so_far = [], 0.0
    frame_mass = [0.0] * len(frames)
    style_mass: dict[object, float] = defaultdict(float)
    style_words: dict[object, float] = defaultdict(float)
    styles: list[object] = []
    for block, size, mass in zip(blocks, words, masses, strict=True):
        before.append(so_far)
        so_far += mass
        frame = block.frame
        frame_mass[frame.index] += mass
        # By identity, since equal names are one object: see `blocks._split_names`.
        style = (id(frame.names), id(frame.parent.names) if frame.parent else 0)
        styles.append(style)
        style_mass[style] += mass
        style_words[style] += size
    for index in range(len(frames) - 1, 0, -1):
        parent = frames[index].parent
        if parent is not None and frame_mass[index]:
            frame_mass[parent.index] += frame_mass[index]
    padding = [_ABSENT] * _FAR
    title = _find_title(numbers)
    return Survey(
        [*padding, *scores, *padding], masses, so_far or 1.0, before, _measure_gaps(words, scores),
        _measure_gaps(words[::-1], scores[::-1])[::-1], _read_sections(scores, numbers, words, title),
        _find_repeats(blocks),
        frame_mass, shapes.words, styles, style_mass, style_words, _mark_container(frames, frame_mass),
        _describe_kinship(frames, shapes, None if title is None else blocks[title].frame),
    )  # fmt: skip


def _measure_gaps(words: list[int], scores: list[float]) -> list[int]:
    gaps, gap = [], 999
    for size, score in zip(words, scores, strict=True):
        gaps.append(gap)
        gap = 0 if score > 1.0 and size > 9 else gap + size
    return gaps


def _read_sections(
    scores: list[float], numbers: list[Numbers | None], words: list[int], title: int | None
) -> list[tuple[float, int, int, int, int]]:
    sections = []
    ahead = -1 if title is None else -2
    heading, since, titles, runs, distance = _ABSENT, 0, ahead, 0, ahead
    is_running = False
    for score, own, size in zip(scores, numbers, words, strict=True):
        sections.append((heading, since, titles, runs, distance))
        distance += size if distance >= 0 else 0
        since += 1
        if own is None:
            continue
        if own[TAG] in HEADINGS:
            heading, since = score, 0
            if own[TITLE] >= SAME_TITLE:
                titles = distance = 0
            elif own[TAG] == TOP_HEADING and titles >= 0:
                titles += 1
        is_good = score > 1.0 and size > 9
        runs += is_good and not is_running
        is_running = is_good or (is_running and score > -1.0)
    return sections


def _find_title(numbers: list[Numbers | None]) -> int | None:
    """Return the first heading that says what the page's title says."""
    titles = (
        at for at, own in enumerate(numbers) if own is not None and own[TITLE] >= SAME_TITLE and own[TAG] in HEADINGS
    )
    return next(titles, None)


def _describe_kinship(frames: list[Frame], shapes: Shapes, title: Frame | None) -> list[Numbers]:
    """Return six numbers for each element that holds text.

    Levels up to the first one that holds the headline too, levels from there down to the headline, the share of the
    page's prose in it (-1 without a headline); how many elements `article` it lies in; and of its nearest ancestor that
    is one of a kind: how many those are, and its share in their words. Comments and teasers are many of a kind.
    """
    levels: dict[int, int] = {}
    while title is not None:
        levels[title.index] = len(levels)
        title = title.parent
    prose, all_prose, words = shapes.prose_words, shapes.prose_words[0] or 1.0, shapes.words
    kinds = _count_kinds(frames, shapes)
    root: Numbers = (0, levels.get(0, -1), 1.0, 0, 0, 1.0) if levels else (-1, -1, -1.0, 0, 0, 1.0)
    found = [root] * len(frames)
    for index, frame in enumerate(frames):
        if frame.parent is None or not words[index]:
            continue
        up, level, share, depth, many, part = found[frame.parent.index]
        if (own_level := levels.get(index)) is not None:
            level, share = own_level, prose[index] / all_prose
        elif up >= 0:
            up += 1
        kind = kinds.get((frame.parent.index, id(frame.names)))
        if kind is not None and kind[0] > 1 and shapes.blocks[index] > 1:
            many, part = kind[0], words[index] / kind[1]
        found[index] = (up, level, share, depth + (frame.tag == "article"), many, part)
    return found


def _count_kinds(frames: list[Frame], shapes: Shapes) -> dict[tuple[int, int], tuple[int, float]]:
    """Return how many elements with several blocks stand side by side under the same names, and their words."""
    kinds: dict[tuple[int, int], tuple[int, float]] = {}
    for frame, words, blocks in zip(frames, shapes.words, shapes.blocks, strict=True):
        if blocks > 1 and frame.parent is not None:
            kind = (frame.parent.index, id(frame.names))
            count, total = kinds.get(kind, (0, 0.0))
            kinds[kind] = (count + 1, total + words)
    return kinds


def _find_repeats(blocks: list[Block]) -> list[int]:
    first: dict[str, int] = {}
    repeats = [0] * len(blocks)
    for index, block in enumerate(blocks):
        earlier = first.setdefault(block.text, index)
        if earlier != index:
            repeats[index] = 1
            repeats[earlier] |= 2
    return repeats


def _mark_container(frames: list[Frame], mass: list[float]) -> list[bool]:
    best = frames[0]
    for frame in frames:
        if frame.parent is best and mass[frame.index] >= 0.75 * mass[0]:
            best = frame
    inside = [False] * len(frames)
    for frame in frames:
        inside[frame.index] = frame is best or (frame.parent is not None and inside[frame.parent.index])
    return inside


def describe_context(index: int, block: Block, size: int, survey: Survey) -> Numbers:
    """Return the numbers of a block by its neighbours, its elements and its place in the page."""
    total = survey.total
    at = index + _FAR
    scores = survey.scores[at - _FAR : at + _FAR + 1]
    mass = survey.masses[index]
    frame = block.frame
    parent = frame.parent or frame
    style = survey.styles[index]
    before = survey.before[index]
    return (
        *scores[_FAR - _REACH : _FAR + _REACH + 1],
        max(scores[:_FAR]),
        max(scores[_FAR + 1 :]),
        *_share(survey, frame, mass, size),
        *_share(survey, parent, mass, size),
        *_share(survey, parent.parent or parent, mass, size),
        _ratio(survey.style_mass[style] - mass, survey.style_words[style] - size),
        (survey.style_mass[style] - mass) / total,
        before / total,
        1.0 - (before + mass) / total,
        survey.is_inside[frame.index],
        total,
        survey.gaps_before[index],
        survey.gaps_after[index],
        *survey.sections[index],
        survey.repeats[index],
        *survey.kinship[frame.index],
    )


def _share(survey: Survey, frame: Frame, mass: float, size: int) -> tuple[float, float]:
    others = survey.frame_mass[frame.index]
    return _ratio(others - mass, survey.frame_words[frame.index] - size), others / survey.total


def _ratio(mass: float, words: float) -> float:
    return mass / words if words > 0.5 else -1.0
