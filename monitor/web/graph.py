"""A company and its partners as a drawing: the company in the middle, partners in a column on each side.

Columns, not a circle: names never lie on each other, with one partner or with sixty.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest

from monitor.models import Relation, RelationState
from monitor.track import fold_name, is_same_company

WIDTH = 944
"""In units that are pixels on a wide screen."""
MAX_PARTNERS = 60
_ROW, _MARGIN = 30, 18
_LEFT, _RIGHT = 300.0, 644.0
"""Where the nodes of the columns lie; names stand outside of them."""
_BEND = 70.0
_ROOM = 282.0
"""For a name and its state beside it."""
_NAME_CHAR, _STATE_CHAR = 8.2, 6.6
"""How wide a letter is, on the safe side."""
_FEW = 5
"""So many partners need one side only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner:
    """A partner of the company: its node, and the line that leads to it."""

    name: str
    label: str
    """The name, shortened to the room there is."""
    relations: Sequence[Relation]
    """With the company, the latest first."""
    x: float
    y: float
    text_x: float
    anchor: str
    """How the name lies to its place: `start` or `end`."""
    path: str

    @property
    def state(self) -> RelationState:
        """Where the latest relation stands."""
        return self.relations[0].state


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """A company and its partners."""

    partners: Sequence[Partner]
    """In reading order: left and right in turn, from above."""
    missing: int
    """Partners for which there is no room."""
    height: float
    width: float = WIDTH

    @property
    def middle(self) -> tuple[float, float]:
        """Where the company lies."""
        return WIDTH / 2, self.height / 2


def draw_partners(company: str, relations: Sequence[Relation]) -> Graph:
    """Return the drawing of a company (folded) and its partners, those with the latest changes above."""
    by_partner: dict[str, list[Relation]] = defaultdict(list)
    for relation in relations:
        by_partner[_find_partner(company, relation)].append(relation)
    names = list(by_partner)[:MAX_PARTNERS]
    sides = (names[::2], names[1::2]) if len(names) > _FEW else ([], names)
    height = max(max(map(len, sides)) * _ROW + 2 * _MARGIN, 4 * _ROW)
    columns = [
        [
            _place(name, by_partner[name], height, row=row, count=len(side), is_left=side is sides[0])
            for row, name in enumerate(side)
        ]
        for side in sides
    ]
    in_turn = (one for one in chain.from_iterable(zip_longest(*columns)) if one)
    return Graph(partners=list(in_turn), missing=len(by_partner) - len(names), height=height)


def _find_partner(company: str, relation: Relation) -> str:
    left, right = relation.companies
    return right if is_same_company(fold_name(left), company) else left


def _place(name: str, relations: Sequence[Relation], height: float, *, row: int, count: int, is_left: bool) -> Partner:
    x = _LEFT if is_left else _RIGHT
    y = round(height / 2 + (row - (count - 1) / 2) * _ROW, 1)
    bend = x + _BEND if is_left else x - _BEND
    middle = WIDTH / 2
    chars = int((_ROOM - _STATE_CHAR * (len(relations[0].state) + 1)) / _NAME_CHAR)
    return Partner(
        name=name,
        label=name if len(name) <= chars else f"{name[: chars - 1]}…",
        relations=relations,
        x=x,
        y=y,
        text_x=x - 14 if is_left else x + 14,
        anchor="end" if is_left else "start",
        path=f"M{middle:g} {height / 2:g}C{bend:g} {height / 2:g} {bend:g} {y:g} {x:g} {y:g}",
    )
