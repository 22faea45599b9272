"""Which blocks of a labelled page are its article: the pages' reference texts laid over their blocks."""

import re
import unicodedata
from bisect import bisect_left
from collections import defaultdict

_WORD = re.compile(r"\w+")
_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff]")
_GRAM = 4
_MIN_COVER = 0.5
_REACH = 60
"""Words of the reference beyond the last sure block in which a short block may lie."""

Span = tuple[int, int]


def label_by_body(texts: list[str], body: str) -> list[bool]:
    """Return for each block whether it is part of `body`, read in order; a repeat counts once."""
    blocks = [_split(text) for text in texts]
    gold = _split(body)
    spans = _place_long(blocks, _find_candidates(blocks, gold))
    covered = bytearray(len(gold))
    for start, end in spans.values():
        covered[max(0, start) : end] = b"\1" * (min(end, len(gold)) - max(0, start))
    _place_short(blocks, gold, spans, covered)
    return [index in spans for index in range(len(blocks))]


def label_by_snippets(texts: list[str], need: list[str], ban: list[str]) -> list[bool | None]:
    """Return for each block whether it holds a needed or a banned snippet; None for neither or both."""
    labels: list[bool | None] = []
    flat_need, flat_ban = ([" ".join(snippet.split()) for snippet in snippets] for snippets in (need, ban))
    for text in texts:
        flat = " ".join(text.split())
        is_needed, is_banned = (any(snippet in flat for snippet in snippets) for snippets in (flat_need, flat_ban))
        labels.append(is_needed if is_needed != is_banned else None)
    return labels


def _split(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFC", _INVISIBLE.sub("", text)))


def _find_candidates(blocks: list[list[str]], gold: list[str]) -> list[tuple[int, int, float]]:
    """Return (block, start in gold, words covered) of long blocks, by the diagonals that most 4-grams share."""
    places = defaultdict(list)
    for at in range(len(gold) - _GRAM + 1):
        places[tuple(gold[at : at + _GRAM])].append(at)
    found = []
    for index, words in enumerate(blocks):
        votes: dict[int, int] = defaultdict(int)
        hits = bytearray(len(words))
        for at in range(len(words) - _GRAM + 1):
            for place in places.get(tuple(words[at : at + _GRAM]), [])[:20]:
                votes[place - at] += 1
                hits[at : at + _GRAM] = b"\1" * _GRAM
        if sum(hits) >= _MIN_COVER * len(words):
            best = max(votes.values(), default=0)
            found += [(index, start, float(sum(hits))) for start, count in votes.items() if count >= 0.8 * best]
    return sorted(found, key=lambda candidate: (candidate[0], -candidate[1]))


def _place_long(blocks: list[list[str]], candidates: list[tuple[int, int, float]]) -> dict[int, Span]:
    """Choose the heaviest chain of candidates that rises in the page and in the reference."""
    best: list[float] = []
    back: list[int] = []
    for at, (index, start, weight) in enumerate(candidates):
        score, link = 0.0, -1
        for earlier in range(at - 1, max(-1, at - 400), -1):
            if candidates[earlier][0] < index and candidates[earlier][1] < start and best[earlier] > score:
                score, link = best[earlier], earlier
        best.append(score + weight)
        back.append(link)
    spans = {}
    at = max(range(len(best)), key=best.__getitem__) if best else -1
    while at >= 0:
        index, start, _ = candidates[at]
        spans[index] = (start, start + len(blocks[index]))
        at = back[at]
    return _add_out_of_order(blocks, candidates, spans)


def _add_out_of_order(
    blocks: list[list[str]], candidates: list[tuple[int, int, float]], spans: dict[int, Span]
) -> dict[int, Span]:
    """Add long blocks that stand elsewhere in the reference, if nothing else covers their place there."""
    taken = sorted(spans.values())
    for index, start, _ in candidates:
        end = start + len(blocks[index])
        after = bisect_left(taken, (start, start))
        near = taken[max(0, after - 1) : after + 1]
        if index not in spans and not any(left < end and start < right for left, right in near):
            spans[index] = (start, end)
            taken.insert(after, (start, end))
    return spans


def _place_short(blocks: list[list[str]], gold: list[str], spans: dict[int, Span], covered: bytearray) -> None:
    """Add blocks too short for a 4-gram where they stand between their neighbours in the reference."""
    ends = sorted((index, span[1]) for index, span in spans.items())
    cursor = 0
    for index, words in enumerate(blocks):
        if index in spans:
            cursor = max(cursor, spans[index][1])
            continue
        if not words or len(words) >= _GRAM:
            continue
        following = bisect_left(ends, (index, 0))
        limit = spans[ends[following][0]][0] if following < len(ends) else len(gold)
        for start in range(cursor, min(limit, cursor + _REACH) - len(words) + 1):
            end = start + len(words)
            if gold[start:end] == words and not any(covered[start:end]):
                spans[index] = (start, end)
                cursor = end
                break
