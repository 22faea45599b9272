"""A company and its partners as a drawing: the company in the middle, partners in a column on each side.

Columns, not a circle: names never lie on each other, with one partner or with sixty. A few stand on one side.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest

from monitor.models import Relation, RelationState
from monitor.track import fold_name, is_same_company

WIDTH = 944
"""Of both sides, in units that are pixels on a wide screen."""
MAX_PARTNERS = 60
_ROW, _MARGIN = 30, 18
_REACH = 172.0
"""From the company to the nodes of a column; names stand outside of them."""
_BEND = 70.0
_ROOM = 282.0
"""For a name and its state beside it."""
_NAME_CHAR, _STATE_CHAR = 8.2, 6.6
"""How wide a letter is, on the safe side."""
_FEW = 5
"""So many partners need one side only."""
_ASIDE = 130.0
"""Where the company lies then: its name stands above it, 30 letters at most."""
Point = tuple[float, float]


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
    middle: Point
    """Where the company lies."""
    height: float
    width: float

    @property
    def is_one_sided(self) -> bool:
        """All partners lie on the right."""
        return self.width < WIDTH


def draw_partners(company: str, relations: Sequence[Relation]) -> Graph:
    """Return the drawing of a company (folded) and its partners, those with the latest changes above."""
    by_partner: dict[str, list[Relation]] = defaultdict(list)
    for relation in relations:
        by_partner[_find_partner(company, relation)].append(relation)
    names = list(by_partner)[:MAX_PARTNERS]
    sides, middle = ((names[::2], names[1::2]), WIDTH / 2) if len(names) > _FEW else (([], names), _ASIDE)
    height = float(max(max(map(len, sides)) * _ROW + 2 * _MARGIN, 4 * _ROW))
    columns = [
        [
            _place(name, by_partner[name], (middle, height / 2), away=away, row=row - (len(side) - 1) / 2)
            for row, name in enumerate(side)
        ]
        for side, away in zip(sides, (-1, 1), strict=True)
    ]
    in_turn = (one for one in chain.from_iterable(zip_longest(*columns)) if one)
    return Graph(
        partners=list(in_turn),
        missing=len(by_partner) - len(names),
        middle=(middle, height / 2),
        height=height,
        width=middle + WIDTH / 2,
    )


def _find_partner(company: str, relation: Relation) -> str:
    left, right = relation.companies
    return right if is_same_company(fold_name(left), company) else left


def _place(name: str, relations: Sequence[Relation], middle: Point, *, away: int, row: float) -> Partner:
    """Return a partner left (-1) or right (1) of the middle, so many rows below it."""
    x, y = middle[0] + away * _REACH, middle[1] + row * _ROW
    bend = x - away * _BEND
    chars = int((_ROOM - _STATE_CHAR * (len(relations[0].state) + 1)) / _NAME_CHAR)
    return Partner(
        name=name,
        label=name if len(name) <= chars else f"{name[: chars - 1]}…",
        relations=relations,
        x=x,
        y=y,
        text_x=x + away * 14,
        anchor="start" if away > 0 else "end",
        path=f"M{middle[0]:g} {middle[1]:g}C{bend:g} {middle[1]:g} {bend:g} {y:g} {x:g} {y:g}",
    )
