"""What is wrong with a query that a reader wrote, and where."""

import re
from dataclasses import dataclass

from monitor.errors import RuleError
from monitor.web.marking import Piece, mark_line

_COLUMN = re.compile(r"column (\d{1,6}): ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A problem of a query, and the query with the place marked if that is known."""

    told: str
    pieces: tuple[Piece, ...] = ()


def describe_problem(text: str, error: RuleError) -> Problem:
    """Return the first problem of a query that is `text`."""
    told = str(error).splitlines()[0]
    column = _COLUMN.search(told)
    place = min(int(column[1]), len(text)) - 1 if column else -1
    pieces = mark_line(text, [(place, place + 1)]) if place >= 0 else []
    return Problem(told=told, pieces=tuple(pieces))
