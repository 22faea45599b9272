"""The article's text from the blocks kept, and the audit of those removed."""

from itertools import groupby, pairwise

from monitor.extract.blocks import Frame
from monitor.extract.content import Verdict
from monitor.models import Stripped

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
    removed = [v for v in verdicts if v.reason is not None and any(map(str.isalnum, v.block.text))]
    entries = []
    for (_, reason), group in groupby(removed, key=lambda v: (v.block.frame.parent or v.block.frame, v.reason)):
        members = list(group)
        text = "\n".join(v.block.text for v in members)[:_MAX_STRIPPED_CHARS]
        if reason is not None:
            entries.append(Stripped(text=text, reason=reason, where=describe(members[0].block.frame)))
    return tuple(entries[:_MAX_STRIPPED])


def describe(frame: Frame) -> str:
    """Return the nearest element with a name, as `aside.related`."""
    named = frame
    while len(named.names) < 2 and named.parent is not None and named.parent.parent is not None:
        named = named.parent
    return named.tag + "".join(f".{name}" for name in named.names[:-1][:3])
