"""What a query is made of: small frozen nodes, as written (leaves with text) and as planned (leaves with numbers)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Scope(StrEnum):
    """How far apart the parts of a query may stand."""

    ARTICLE = "article"
    PARAGRAPH = "paragraph"
    SENTENCE = "sentence"


class FieldName(StrEnum):
    """What `name:` can point at."""

    TITLE = "title"
    LEAD = "lead"
    BODY = "body"
    SOURCE = "source"
    URL = "url"
    LANG = "lang"


FACTS = frozenset({FieldName.SOURCE, FieldName.URL, FieldName.LANG})
"""The fields that are no part of the text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """Words in a row, each as written; a word that ends in * is open-ended."""

    text: str
    is_exact: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """A company, `any` company, or a set: `$name`."""

    name: str
    column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """A regular expression in RE2's syntax, without regard to case."""

    text: str
    column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Either:
    """At least one part."""

    parts: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True, kw_only=True)
class All:
    """Every part, within one scope."""

    parts: "tuple[Node, ...]"
    scope: Scope
    column: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Without:
    """`wanted`, where the article has no `unwanted`."""

    wanted: "Node"
    unwanted: "Node"


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """Two parts at most `distance` words apart; 1 is next to each other."""

    left: "Node"
    right: "Node"
    distance: int
    is_ordered: bool
    column: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class InField:
    """A part, in one field only."""

    field: FieldName
    part: "Node"
    column: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class AtLeast:
    """A part, found at least `count` times."""

    count: int
    part: "Node"
    column: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Distinct:
    """A part that names at least `count` different companies within the scope around it."""

    count: int
    part: "Node"
    scope: Scope = Scope.ARTICLE
    column: int = 1


# Leaves once the names are known and the literals numbered: see plan.py


@dataclass(frozen=True, slots=True, kw_only=True)
class Atom:
    """Literals of the automaton, by number, any of which will do; `exact` is the spelling where case counts."""

    numbers: frozenset[int]
    exact: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Literals that follow each other, for phrases with an open-ended word inside."""

    parts: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Companies:
    """Watched companies by number; None is every company, watched or not."""

    numbers: frozenset[int] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Expression:
    """A compiled regular expression."""

    regex: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """A compiled regular expression, sought in what the article says of itself: its source, URL or language."""

    field: FieldName
    regex: Any


Node = (
    Atom
    | Row
    | Companies
    | Expression
    | Stated
    | Phrase
    | Name
    | Pattern
    | Either
    | All
    | Without
    | Near
    | InField
    | AtLeast
    | Distinct
)


def list_parts(node: Node) -> tuple[Node, ...]:
    """Return what a node is made of."""
    return (*list_needed(node), *((node.unwanted,) if isinstance(node, Without) else ()))


def list_needed(node: Node) -> tuple[Node, ...]:
    """Return what a node is made of, as far as it must or may hold."""
    match node:
        case Row() | Either() | All():
            return node.parts
        case Without():
            return (node.wanted,)
        case Near():
            return node.left, node.right
        case InField() | AtLeast() | Distinct():
            return (node.part,)
    return ()
