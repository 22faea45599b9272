"""From a query's tree to one that can be evaluated: names resolved, literals numbered, and its gate."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches

import re2

from monitor.detect.nodes import (
    All,
    AtLeast,
    Atom,
    Companies,
    Distinct,
    Either,
    Expression,
    FieldName,
    InField,
    Name,
    Near,
    Node,
    Pattern,
    Phrase,
    Row,
    Scope,
    Without,
)
from monitor.detect.query import parse_query
from monitor.detect.tokens import split_words
from monitor.errors import RuleError

ANY = "any"
"""The name that stands for every company, watched or not."""
MAX_PLAN_DEPTH = 200
MAX_PLAN_NODES = 20_000
"""Of one query, its sets written out."""
_FACTS = frozenset({FieldName.SOURCE, FieldName.URL, FieldName.LANG})


@dataclass(slots=True)
class Lexicon:
    """Collects the literals of all rules while they are planned."""

    companies: Mapping[str, int]
    numbers: dict[str, int] = field(default_factory=dict)
    sizes: dict[int, tuple[int, int]] = field(default_factory=dict)
    """Depth and number of nodes of what was planned, by identity: sets are shared."""

    def add(self, literal: str) -> int:
        """Return the literal's number."""
        return self.numbers.setdefault(literal, len(self.numbers))


def plan_query(text: str, where: str, sets: Mapping[str, Node], lexicon: Lexicon) -> Node:
    """Return the tree of a query, ready to evaluate; RuleError names `where`, the column and the remedy."""
    node = plan_node(parse_query(text, where), sets, lexicon, where)
    depth, size = _measure(node, lexicon.sizes)
    if depth > MAX_PLAN_DEPTH or size > MAX_PLAN_NODES:
        raise RuleError(
            f"{where}, column 1: too large with its sets: {size} parts, {depth} deep; use fewer sets in sets"
        )
    return node


def _measure(node: Node, sizes: dict[int, tuple[int, int]]) -> tuple[int, int]:
    """Return depth and number of nodes, those of shared sets counted each time."""
    known = sizes.get(id(node))
    if known is None:
        parts = [_measure(part, sizes) for part in list_parts(node)]
        known = 1 + max((depth for depth, _ in parts), default=0), 1 + sum(size for _, size in parts)
        sizes[id(node)] = known
    return known


def plan_node(  # noqa: C901, PLR0911 - one case for each kind of node
    node: Node, sets: Mapping[str, Node], lexicon: Lexicon, where: str, scope: Scope = Scope.ARTICLE
) -> Node:
    """Return a tree whose leaves are numbered literals and companies; sets are shared, not copied.

    `scope` is that of the node around it.
    """
    inside = find_scope_inside(node, scope)

    def plan(part: Node) -> Node:
        return plan_node(part, sets, lexicon, where, inside)

    match node:
        case Phrase():
            return _plan_phrase(node, lexicon)
        case Name():
            return _plan_name(node, sets, lexicon, where)
        case Pattern():
            return _plan_pattern(node, where)
        case Either():
            return _join_atoms([plan(part) for part in node.parts])
        case All():
            return replace(node, parts=tuple(plan(part) for part in node.parts))
        case Without():
            return Without(wanted=plan(node.wanted), unwanted=plan(node.unwanted))
        case Near():
            return replace(node, left=plan(node.left), right=plan(node.right))
        case InField(field=name) if name in _FACTS:
            return node
        case InField() | AtLeast():
            return replace(node, part=plan(node.part))
        case Distinct():
            return replace(node, part=plan(node.part), scope=scope)
    return node


def _join_atoms(parts: Sequence[Node]) -> Node:
    """Return the parts as alternatives, all plain literals among them as one node: one set operation for all."""
    flat = [inner for part in parts for inner in (part.parts if isinstance(part, Either) else (part,))]
    plain = [part for part in flat if isinstance(part, Atom) and part.exact is None]
    other = [part for part in flat if not (isinstance(part, Atom) and part.exact is None)]
    if plain:
        other.append(Atom(numbers=frozenset[int]().union(*(part.numbers for part in plain))))
    return other[0] if len(other) == 1 else Either(parts=tuple(other))


def find_scope_inside(node: Node, scope: Scope) -> Scope:
    """Return the scope of a node's parts, given that around it: they are never wider."""
    match node:
        case All(scope=own):
            return max(scope, own, key=list(Scope).index)
        case Near():
            return Scope.SENTENCE
    return scope


def _plan_phrase(phrase: Phrase, lexicon: Lexicon) -> Atom | Row:
    rows: list[list[str]] = [[]]
    for chunk in phrase.text.split():
        rows[-1].extend(split_words(chunk))
        if chunk.endswith("*") and rows[-1]:
            rows[-1][-1] += "*"
            rows.append([])
    atoms = tuple(_plan_words(row, phrase, lexicon) for row in rows if row)
    return atoms[0] if len(atoms) == 1 else Row(parts=atoms)


def _plan_words(words: Sequence[str], phrase: Phrase, lexicon: Lexicon) -> Atom:
    text = " " + " ".join(words)
    literal = text[:-1] if text.endswith("*") else text + " "
    return Atom(numbers=frozenset({lexicon.add(literal)}), exact=phrase.text if phrase.is_exact else None)


def _plan_name(node: Name, sets: Mapping[str, Node], lexicon: Lexicon, where: str) -> Node:
    name = node.name.lower()
    if name == ANY:
        return Companies(numbers=None)
    if name in sets:
        return sets[name]
    if name in lexicon.companies:
        return Companies(numbers=frozenset({lexicon.companies[name]}))
    known = [*sets, *lexicon.companies, ANY]
    close = get_close_matches(name, known, n=1)
    remedy = f"did you mean ${close[0]}?" if close else "add it to companies.toml or to [sets], or write $any"
    raise RuleError(f"{where}, column {node.column}: no company or set ${node.name}; {remedy}")


def _plan_pattern(node: Pattern, where: str) -> Expression:
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    try:
        regex = re2.compile(node.text, options=options)
    except re2.error as error:
        raise RuleError(
            f"{where}, column {node.column}: not a regular expression of RE2: {error}; it has no look-around and no \\1"
        ) from error
    return Expression(regex=regex)


def list_literals(node: Node, names: Mapping[int, frozenset[int]]) -> set[int]:
    """Return the literals that a node looks for; `names` holds those of each company."""
    match node:
        case Atom():
            return set(node.numbers)
        case Companies():
            return set[int]().union(*(names.get(number, ()) for number in node.numbers or ()))
        case InField(field=name) if name in _FACTS:
            return set()
    return set[int]().union(*(list_literals(part, names) for part in _list_needed(node)))


def list_parts(node: Node) -> tuple[Node, ...]:
    """Return what a node is made of."""
    return (*_list_needed(node), *((node.unwanted,) if isinstance(node, Without) else ()))


def _list_needed(node: Node) -> tuple[Node, ...]:
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


def choose_gate(node: Node, usage: Mapping[int, int], names: Mapping[int, frozenset[int]]) -> frozenset[int] | None:
    """Return literals of which one must be found if the node is to hold; None when it may hold without any."""
    match node:
        case Atom():
            return node.numbers
        case Companies(numbers=None):
            return None
        case Companies():
            return frozenset(list_literals(node, names))
        case InField(field=name) if name in _FACTS:
            return None
    gates = [choose_gate(part, usage, names) for part in _list_needed(node)]
    known = [gate for gate in gates if gate is not None]
    if isinstance(node, Either):
        return frozenset[int]().union(*known) if len(known) == len(gates) else None
    return min(known, key=lambda gate: sum(usage[literal] for literal in gate), default=None)
