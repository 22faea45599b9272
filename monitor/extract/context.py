"""What the linear part of the block model thinks of a page as a whole, as numbers for its second part."""

from collections import defaultdict
from math import exp
from typing import NamedTuple

from monitor.extract.blocks import Block, Frame
from monitor.extract.features import HEADINGS, Numbers

_ABSENT = -9.0
"""The score of a neighbour beyond the page's ends."""
_REACH = 4


class Survey(NamedTuple):
    """Sums over the first scores of all blocks."""

    scores: list[float]
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


def survey_page(
    blocks: list[Block], frames: list[Frame], words: list[int], scores: list[float], numbers: list[Numbers | None]
) -> Survey:
    """Return the sums that `describe_context` reads."""
    masses = [size / (1.0 + exp(-max(-30.0, score))) for size, score in zip(words, scores, strict=True)]
    total = sum(masses) or 1.0
    before, so_far = [], 0.0
    frame_mass, frame_words = [0.0] * len(frames), [0.0] * len(frames)
    style_mass: dict[object, float] = defaultdict(float)
    style_words: dict[object, float] = defaultdict(float)
    styles: list[object] = []
    known: dict[Frame, object] = {}
    for block, size, mass in zip(blocks, words, masses, strict=True):
        before.append(so_far)
        so_far += mass
        frame = block.frame
        frame_mass[frame.index] += mass
        frame_words[frame.index] += size
        style = known.get(frame)
        if style is None:
            style = known[frame] = (frame.tag, frame.names, frame.parent.names if frame.parent else ())
        styles.append(style)
        style_mass[style] += mass
        style_words[style] += size
    for index in range(len(frames) - 1, 0, -1):
        parent = frames[index].parent
        if parent is not None:
            frame_mass[parent.index] += frame_mass[index]
            frame_words[parent.index] += frame_words[index]
    return Survey(
        scores, masses, total, before, _measure_gaps(words, scores), _measure_gaps(words[::-1], scores[::-1])[::-1],
        _read_sections(scores, numbers, words), _find_repeats(blocks), frame_mass, frame_words, styles, style_mass,
        style_words,
        _mark_container(frames, frame_mass),
    )  # fmt: skip


def _measure_gaps(words: list[int], scores: list[float]) -> list[int]:
    gaps, gap = [], 999
    for size, score in zip(words, scores, strict=True):
        gaps.append(gap)
        gap = 0 if score > 1.0 and size > 9 else gap + size
    return gaps


def _read_sections(
    scores: list[float], numbers: list[Numbers | None], words: list[int]
) -> list[tuple[float, int, int, int, int]]:
    sections = []
    heading, since, titles, runs, distance = _ABSENT, 0, -1, 0, -1
    is_running = False
    for score, own, size in zip(scores, numbers, words, strict=True):
        sections.append((heading, since, titles, runs, distance))
        distance += size if distance >= 0 else 0
        since += 1
        if own is None:
            continue
        if own[0] in HEADINGS:
            heading, since = score, 0
            if own[8] >= 3:
                titles = distance = 0
            elif own[0] == 2 and titles >= 0:
                titles += 1
        is_good = score > 1.0 and size > 9
        runs += is_good and not is_running
        is_running = is_good or (is_running and score > -1.0)
    return sections


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
    scores, total = survey.scores, survey.total
    padded = scores[max(0, index - _REACH) : index + _REACH + 1]
    if len(padded) <= 2 * _REACH:
        padded = [_ABSENT] * max(0, _REACH - index) + padded + [_ABSENT] * max(0, index + _REACH + 1 - len(scores))
    mass = survey.masses[index]
    frame = block.frame
    parent = frame.parent or frame
    grand = parent.parent or parent
    style = survey.styles[index]
    return (
        *padded,
        max(scores[max(0, index - 6) : index], default=_ABSENT),
        max(scores[index + 1 : index + 7], default=_ABSENT),
        *_share(survey, frame, mass, size),
        *_share(survey, parent, mass, size),
        *_share(survey, grand, mass, size),
        _ratio(survey.style_mass[style] - mass, survey.style_words[style] - size),
        (survey.style_mass[style] - mass) / total,
        survey.before[index] / total,
        1.0 - (survey.before[index] + mass) / total,
        survey.is_inside[frame.index],
        total,
        survey.gaps_before[index],
        survey.gaps_after[index],
        *survey.sections[index],
        survey.repeats[index],
    )


def _share(survey: Survey, frame: Frame, mass: float, size: int) -> tuple[float, float]:
    others = survey.frame_mass[frame.index]
    return _ratio(others - mass, survey.frame_words[frame.index] - size), others / survey.total


def _ratio(mass: float, words: float) -> float:
    return mass / words if words > 0.5 else -1.0
