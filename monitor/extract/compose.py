"""The article's text from the blocks kept, and the audit of those removed."""

from itertools import pairwise

from monitor.extract.blocks import Block, Frame
from monitor.extract.content import Verdict
from monitor.models import Stripped, StripReason

_MAX_STRIPPED = 200
_MAX_STRIPPED_CHARS = 500


def compose_text(verdicts: list[Verdict]) -> str:
    """Return the kept blocks as paragraphs, separated by a blank line; items of one list, cells of a row are lines."""
    kept = [verdict.block for verdict in verdicts if verdict.reason is None]
    parts = [kept[0].text] if kept else []
    for before, block in pairwise(kept):
        parts += ["\n" if _is_next_line(before.frame, block.frame) else "\n\n", block.text]
    return "".join(parts)


def _is_next_line(before: Frame, frame: Frame) -> bool:
    if not {before.tag, frame.tag} <= _LINE_TAGS or before.parent is not frame.parent:
        return False
    # What follows in the same cell is a paragraph: old pages put their whole text into one.
    return before is not frame or frame.tag not in _CELLS


_CELLS = frozenset(("td", "th"))
_LINE_TAGS = _CELLS | {"li", "dt", "dd"}


def list_stripped(verdicts: list[Verdict]) -> tuple[Stripped, ...]:
    """Return the removed blocks that have words; neighbours in one element with one reason are one entry."""
    groups: list[tuple[StripReason, Frame, list[Block]]] = []
    for block, reason in verdicts:
        if reason is None or not _has_word(block.text):
            continue
        around = block.frame.parent or block.frame
        if groups and groups[-1][0] is reason and groups[-1][1] is around:
            groups[-1][2].append(block)
        else:
            groups.append((reason, around, [block]))
    return tuple(
        Stripped(
            text="\n".join([block.text for block in members])[:_MAX_STRIPPED_CHARS],
            reason=reason,
            where=describe(members[0].frame),
        )
        for reason, _, members in groups[:_MAX_STRIPPED]
    )


def _has_word(text: str) -> bool:
    return text[0].isalnum() or any(map(str.isalnum, text))


def describe(frame: Frame) -> str:
    """Return the nearest element with a name, as `aside.related`."""
    named = frame
    while len(named.names) < 2 and named.parent is not None and named.parent.parent is not None:
        named = named.parent
    return ".".join((named.tag, *named.names[:-1][:3]))
