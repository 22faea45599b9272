"""What the linear part of the block model thinks of a page as a whole, as numbers for its second part."""

from collections import defaultdict
from itertools import accumulate
from math import exp
from typing import NamedTuple

from monitor.extract.blocks import Block, Frame
from monitor.extract.features import (
    COUNT,
    HEADINGS,
    LINKED,
    SAME_TITLE,
    TAG,
    TITLE,
    TOP_HEADING,
    Looks,
    Numbers,
)

_ABSENT = -9.0
"""The score of a neighbour beyond the page's ends."""
_REACH = 4
_FAR = 6
_MOST, _HALF = 0.75, 0.5
_MOSTLY = 0.9
_TITLE_WORDS = range(2, 26)


class Styles(NamedTuple):
    """Sums over blocks in elements of one look."""

    keys: list[tuple[int, int]]
    """Of each block: what elements of its look share."""
    mass: dict[tuple[int, int], float]
    words: dict[tuple[int, int], float]


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
    sections: list[Numbers]
    """Of each block: score of the heading above it, its share in links, blocks since, top headings since the title,
    runs of prose so far, words since the title; -2 if the title comes later, -1 if it does not come."""
    repeats: list[int]
    """1 if the same text stands above, 2 if below, 3 both."""
    styles: Styles
    frame_mass: list[float]
    frame_words: list[float]
    to_most: list[tuple[int, int]]
    """Of each element: how far it is from the smallest one that holds most of the mass, see `_measure_distances`."""
    to_half: list[tuple[int, int]]
    """The same for half of the mass."""
    kinship: list[Numbers]
    """Of each element: see `_describe_kinship`."""
    level_mass: dict[float, float]
    """Mass by levels down to the headline: what has the headline near is one region of the page."""
    main_level: float
    """Of the region with the most mass."""


def survey_page(looks: Looks, scores: list[float]) -> Survey:
    """Return the sums that `describe_context` reads; the page has one block at least."""
    blocks, frames, words = looks.blocks, looks.frames, looks.counts
    shapes, numbers = looks.shapes, looks.numbers
    masses = [size / (1.0 + exp(-score if score > -30.0 else 30.0)) for size, score in zip(words, scores, strict=True)]
    before = [0.0, *accumulate(masses)]
    frame_mass = _sum_frames(blocks, frames, masses)
    title = _find_title(numbers)
    # Where no heading says what the title says, the likeliest block takes its place.
    anchor = title if title is not None else max(range(len(blocks)), key=masses.__getitem__)
    kinship = _describe_kinship(looks, blocks[anchor].frame)
    level_mass: dict[float, float] = defaultdict(float)
    for block, mass in zip(blocks, masses, strict=True):
        level_mass[kinship[block.frame.index][1]] += mass
    padding = [_ABSENT] * _FAR
    return Survey(
        scores=[*padding, *scores, *padding],
        masses=masses,
        total=before[-1] or 1.0,
        before=before,
        gaps_before=_measure_gaps(words, scores),
        gaps_after=_measure_gaps(words[::-1], scores[::-1])[::-1],
        sections=_read_sections(scores, numbers, words, title),
        repeats=_find_repeats(blocks),
        styles=_sum_styles(blocks, words, masses),
        frame_mass=frame_mass,
        frame_words=shapes.words,
        to_most=_measure_distances(frames, _find_container(frames, frame_mass, _MOST)),
        to_half=_measure_distances(frames, _find_container(frames, frame_mass, _HALF)),
        kinship=kinship,
        level_mass=level_mass,
        main_level=max(level_mass, key=level_mass.__getitem__),
    )


def _sum_frames(blocks: list[Block], frames: list[Frame], masses: list[float]) -> list[float]:
    """Return the mass in each element with all that it holds."""
    sums = [0.0] * len(frames)
    for block, mass in zip(blocks, masses, strict=True):
        sums[block.frame.index] += mass
    for index in range(len(frames) - 1, 0, -1):
        parent = frames[index].parent
        if parent is not None and sums[index]:
            sums[parent.index] += sums[index]
    return sums


def _sum_styles(blocks: list[Block], words: list[int], masses: list[float]) -> Styles:
    keys = []
    sums: dict[tuple[int, int], float] = defaultdict(float)
    sizes: dict[tuple[int, int], float] = defaultdict(float)
    for block, size, mass in zip(blocks, words, masses, strict=True):
        frame = block.frame
        # By identity, which is quicker: the same attributes give one object, see `blocks._split_names`.
        key = (id(frame.names), id(frame.parent.names) if frame.parent else 0)
        keys.append(key)
        sums[key] += mass
        sizes[key] += size
    return Styles(keys, sums, sizes)


def _measure_gaps(words: list[int], scores: list[float]) -> list[int]:
    gaps, gap = [], 999
    for size, score in zip(words, scores, strict=True):
        gaps.append(gap)
        gap = 0 if score > 1.0 and size > 9 else gap + size
    return gaps


def _read_sections(
    scores: list[float], numbers: list[Numbers | None], words: list[int], title: int | None
) -> list[Numbers]:
    sections: list[Numbers] = []
    ahead = -1 if title is None else -2
    heading, linked, since, titles, runs, distance = _ABSENT, 0.0, 0, ahead, 0, ahead
    is_running = False
    for score, own, size in zip(scores, numbers, words, strict=True):
        sections.append((heading, linked, since, titles, runs, distance))
        distance += size if distance >= 0 else 0
        since += 1
        if own is None:
            continue
        if own[TAG] in HEADINGS:
            heading, linked, since = score, own[LINKED], 0
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


def _describe_kinship(looks: Looks, title: Frame | None) -> list[Numbers]:
    """Return seven numbers for each element that holds text.

    Levels up to the first one that holds the headline too, levels from there down to the headline, the share of the
    page's prose in it; how many elements `article` it lies in; and of its nearest ancestor that is one of a kind: how
    many those are, its share in their words, and how many of them have a link for a title. Comments and teasers are
    many of a kind.
    """
    levels: dict[int, int] = {}
    while title is not None:
        levels[title.index] = len(levels)
        title = title.parent
    shapes = looks.shapes
    prose, all_prose, words = shapes.prose_words, shapes.prose_words[0] or 1.0, shapes.words
    kinds = _count_kinds(looks)
    root: Numbers = (0, levels.get(0, 0), 1.0, 0, 0, 1.0, 0.0)
    found = [root] * len(looks.frames)
    for index, frame in enumerate(looks.frames):
        if frame.parent is None or not words[index]:
            continue
        up, level, share, depth, many, part, linked = found[frame.parent.index]
        if (own_level := levels.get(index)) is not None:
            level, share = own_level, prose[index] / all_prose
        else:
            up += 1
        if shapes.blocks[index] > 1 and (kind := kinds[frame.parent.index, id(frame.names)]).count > 1:
            many, part, linked = kind.count, words[index] / kind.words, kind.linked / kind.count
        found[index] = (up, level, share, depth + (frame.tag == "article"), many, part, linked)
    return found


class _Kind:
    """Elements with several blocks that stand side by side under the same names: how many, and their words."""

    __slots__ = ("count", "linked", "words")

    def __init__(self) -> None:
        self.count = self.linked = 0
        self.words = 0.0


def _count_kinds(looks: Looks) -> dict[tuple[int, int], _Kind]:
    """Return the kinds by parent and names; `linked` are the elements that hold a link of the length of a title."""
    kinds: dict[tuple[int, int], _Kind] = defaultdict(_Kind)
    is_titled = [False] * len(looks.frames)
    for block, own in zip(looks.blocks, looks.numbers, strict=True):
        if own is not None and own[LINKED] > _MOSTLY and own[COUNT] in _TITLE_WORDS:
            is_titled[block.frame.index] = True
    for index in range(len(looks.frames) - 1, 0, -1):
        frame, blocks = looks.frames[index], looks.shapes.blocks[index]
        if frame.parent is None or not blocks:
            continue
        if blocks > 1:
            kind = kinds[frame.parent.index, id(frame.names)]
            kind.count += 1
            kind.words += looks.shapes.words[index]
            kind.linked += is_titled[index]
        if is_titled[index]:
            is_titled[frame.parent.index] = True
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


def _find_container(frames: list[Frame], mass: list[float], share: float) -> Frame:
    """Return the smallest element that holds this share of the mass."""
    best = frames[0]
    for frame in frames:
        if frame.parent is best and mass[frame.index] >= share * mass[0]:
            best = frame
    return best


def _measure_distances(frames: list[Frame], container: Frame) -> list[tuple[int, int]]:
    """Return for each element the levels up to one around the container, and from there down; both 0 within it."""
    heights: dict[int, int] = {}
    around: Frame | None = container
    while around is not None:
        heights[around.index] = len(heights)
        around = around.parent
    distances: list[tuple[int, int]] = []
    for frame in frames:
        if frame.index in heights:
            distances.append((0, heights[frame.index]))
        else:
            up, height = distances[frame.parent.index] if frame.parent else (0, 0)
            distances.append((up + 1 if height else 0, height))
    return distances


def describe_context(index: int, block: Block, size: int, survey: Survey) -> Numbers:
    """Return the numbers of a block by its neighbours, its elements and its place in the page."""
    total = survey.total
    at = index + _FAR
    scores = survey.scores[at - _FAR : at + _FAR + 1]
    mass = survey.masses[index]
    frame = block.frame
    parent = frame.parent or frame
    styles = survey.styles
    style = styles.keys[index]
    before = survey.before[index]
    kin = survey.kinship[frame.index]
    return (
        *scores[_FAR - _REACH : _FAR + _REACH + 1],
        max(scores[:_FAR]),
        max(scores[_FAR + 1 :]),
        *_share(survey, frame, mass, size),
        *_share(survey, parent, mass, size),
        *_share(survey, parent.parent or parent, mass, size),
        _ratio(styles.mass[style] - mass, styles.words[style] - size),
        (styles.mass[style] - mass) / total,
        before / total,
        1.0 - (before + mass) / total,
        *survey.to_most[frame.index],
        *survey.to_half[frame.index],
        total,
        survey.gaps_before[index],
        survey.gaps_after[index],
        *survey.sections[index],
        survey.repeats[index],
        *kin,
        kin[1] - survey.main_level,
        survey.level_mass[kin[1]] / total,
    )


def _share(survey: Survey, frame: Frame, mass: float, size: int) -> tuple[float, float]:
    others = survey.frame_mass[frame.index]
    return _ratio(others - mass, survey.frame_words[frame.index] - size), others / survey.total


def _ratio(mass: float, words: float) -> float:
    return mass / words if words > 0.5 else -1.0
