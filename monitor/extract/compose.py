"""The article's text from the blocks kept, and the audit of those removed."""

from itertools import groupby

from monitor.extract.blocks import Frame
from monitor.extract.content import Verdict
from monitor.models import Stripped

_MAX_STRIPPED = 200
_MAX_STRIPPED_CHARS = 500


def compose_text(verdicts: list[Verdict]) -> str:
    """Return the kept blocks as paragraphs, separated by a blank line; items of one list, cells of a row are lines."""
    kept = [verdict.block for verdict in verdicts if verdict.reason is None]
    groups = groupby(enumerate(kept), key=lambda pair: _group_key(pair[1].frame, pair[0]))
    return "\n\n".join("\n".join(block.text for _, block in group) for _, group in groups)


def _group_key(frame: Frame, position: int) -> tuple[str, int]:
    if frame.tag in {"li", "td", "th", "dt", "dd"} and frame.parent is not None:
        return "list", frame.parent.index
    return "block", position


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
