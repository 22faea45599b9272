"""From a query's tree to one that can be evaluated: names resolved, literals numbered, equal parts shared."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from difflib import get_close_matches
from typing import Any

import re2

from monitor.detect.misplaced import Contents, list_contents
from monitor.detect.nodes import (
    FACTS,
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
    Stated,
    Without,
    list_parts,
)
from monitor.detect.query import parse_query
from monitor.detect.tokens import split_spelled, split_words
from monitor.errors import RuleError

ANY = "any"
"""The name that stands for every company, watched or not."""
MAX_PLAN_DEPTH = 200
MAX_PLAN_NODES = 20_000
"""Of one query, its sets written out."""
Around = Scope | FieldName
"""What stands around a node: the scope of its parts, or the fact that is asked for."""


@dataclass(slots=True)
class Lexicon:
    """Collects the literals of all rules while they are planned."""

    companies: Mapping[str, int]
    numbers: dict[str, int] = field(default_factory=dict)
    sizes: dict[int, tuple[int, int]] = field(default_factory=dict)
    """Depth and number of nodes of what was planned, by identity: equal parts are one."""
    shared: dict[tuple[Any, ...], Node] = field(default_factory=dict)
    """What was planned, by what it is made of."""
    regexes: dict[object, Any] = field(default_factory=dict)
    """Compiled, by how they are written."""

    def add(self, literal: str) -> int:
        """Return the literal's number."""
        return self.numbers.setdefault(literal, len(self.numbers))

    def share(self, node: Node) -> Node:
        """Return the node that was planned before and is the same, so that it is evaluated once an article."""
        return self.shared.setdefault(_make_key(node), node)


def _make_key(node: Node) -> tuple[Any, ...]:
    """Return what a node is made of, its parts by identity: they are shared already."""
    values = (getattr(node, item.name) for item in fields(node) if item.name != "column")
    return (
        type(node),
        *(
            tuple(map(id, value)) if isinstance(value, tuple) else id(value) if isinstance(value, Node) else value
            for value in values
        ),
    )


@dataclass(slots=True)
class Sets:
    """The sets of a rule's file by name in lower case: as written, what they have inside, and planned where used."""

    trees: dict[str, Node] = field(default_factory=dict)
    contents: dict[str, Contents] = field(default_factory=dict)
    plans: dict[tuple[str, Around], Node] = field(default_factory=dict)


def plan_query(text: str, where: str, sets: Sets, lexicon: Lexicon) -> Node:
    """Return the tree of a query, ready to evaluate; RuleError names `where`, the column and the remedy."""
    tree = parse_query(text, where)
    list_contents(tree, sets.contents, where)
    node = Planner(sets, lexicon, where).plan(tree)
    depth, size = _measure(node, lexicon.sizes)
    if depth > MAX_PLAN_DEPTH or size > MAX_PLAN_NODES:
        raise RuleError(
            f"{where}, column 1: too large with its sets: {size} parts, {depth} deep; use fewer sets in sets"
        )
    return node


def add_set(name: str, text: str, where: str, sets: Sets, lexicon: Lexicon) -> None:
    """Add a set, which may use those before it; RuleError names `where`, the column and the remedy."""
    sets.plans[name, Scope.ARTICLE] = plan_query(text, where, sets, lexicon)
    tree = parse_query(text, where)
    sets.contents[name] = list_contents(tree, sets.contents, where)
    sets.trees[name] = tree


def _measure(node: Node, sizes: dict[int, tuple[int, int]]) -> tuple[int, int]:
    """Return depth and number of nodes, those of shared parts counted each time."""
    known = sizes.get(id(node))
    if known is None:
        parts = [_measure(part, sizes) for part in list_parts(node)]
        known = 1 + max((depth for depth, _ in parts), default=0), 1 + sum(size for _, size in parts)
        sizes[id(node)] = known
    return known


def look_inside(node: Node, around: Around) -> Around:
    """Return what stands around a node's parts, given what stands around it: scopes never grow wider."""
    match node:
        case All(scope=own) if isinstance(around, Scope):
            return max(around, own, key=list(Scope).index)
        case Near():
            return Scope.SENTENCE
        case InField(field=name) if name in FACTS:
            return name
    return around


class Planner:
    """Plans the nodes of one query; sets and equal parts are shared, not copied."""

    def __init__(self, sets: Sets, lexicon: Lexicon, where: str) -> None:
        self._sets = sets
        self._lexicon = lexicon
        self._where = where

    def plan(self, node: Node, around: Around = Scope.ARTICLE) -> Node:
        """Return a tree whose leaves are numbered literals, companies and expressions."""
        return self._lexicon.share(self._plan(node, around))

    def _plan(self, node: Node, around: Around) -> Node:  # noqa: C901, PLR0911 - one case for each kind of node
        inside = look_inside(node, around)
        match node:
            case Phrase():
                return self._plan_phrase(node) if isinstance(around, Scope) else self._plan_stated(node, around)
            case Name():
                return self._plan_name(node, around)
            case Pattern():
                regex = self._compile(node)
                return Expression(regex=regex) if isinstance(around, Scope) else Stated(field=around, regex=regex)
            case Either():
                return self._join([self.plan(part, inside) for part in node.parts])
            case All():
                parts = tuple(self.plan(part, inside) for part in node.parts)
                return All(parts=parts, scope=inside if isinstance(inside, Scope) else Scope.ARTICLE)
            case Without():
                return Without(wanted=self.plan(node.wanted, inside), unwanted=self.plan(node.unwanted, inside))
            case Near():
                return replace(node, left=self.plan(node.left, inside), right=self.plan(node.right, inside))
            case InField(field=name) if name in FACTS:
                return self.plan(node.part, inside)
            case InField() | AtLeast():
                return replace(node, part=self.plan(node.part, inside))
            case Distinct():
                return self._plan_distinct(node, around)
        return node

    def _join(self, parts: Sequence[Node]) -> Node:
        """Return the parts as alternatives, all plain literals among them as one node: one set operation for all."""
        flat = [inner for part in parts for inner in (part.parts if isinstance(part, Either) else (part,))]
        plain = [part for part in flat if isinstance(part, Atom) and part.exact is None]
        other = [part for part in flat if not (isinstance(part, Atom) and part.exact is None)]
        if plain:
            numbers = frozenset[int]().union(*(part.numbers for part in plain))
            other.append(self._lexicon.share(Atom(numbers=numbers)))
        return other[0] if len(other) == 1 else Either(parts=tuple({id(part): part for part in other}.values()))

    def _plan_phrase(self, phrase: Phrase) -> Node:
        rows: list[list[str]] = [[]]
        for chunk in phrase.text.split():
            rows[-1].extend(split_words(chunk))
            if chunk.endswith("*") and rows[-1]:
                rows[-1][-1] += "*"
                rows.append([])
        atoms = tuple(self._plan_words(row, phrase) for row in rows if row)
        return atoms[0] if len(atoms) == 1 else Row(parts=atoms)

    def _plan_words(self, words: Sequence[str], phrase: Phrase) -> Node:
        text = " " + " ".join(words)
        literal = text[:-1] if text.endswith("*") else text + " "
        exact = " ".join(split_spelled(phrase.text)) if phrase.is_exact else None
        return self._lexicon.share(Atom(numbers=frozenset({self._lexicon.add(literal)}), exact=exact))

    def _plan_stated(self, phrase: Phrase, name: FieldName) -> Stated:
        """Return the words of a phrase as an expression: what an article says of itself is no text with words."""
        text = phrase.text.strip()
        words = r"\s+".join(re.escape(word).replace(r"\*", r"\w*") for word in text.split())
        begin = r"(?<!\w)" if text[0].isalnum() else ""
        end = r"(?!\w)" if text[-1].isalnum() else ""
        key = (begin + words + end, phrase.is_exact)
        if key not in self._lexicon.regexes:
            self._lexicon.regexes[key] = re.compile(key[0], 0 if phrase.is_exact else re.IGNORECASE)
        return Stated(field=name, regex=self._lexicon.regexes[key])

    def _plan_name(self, node: Name, around: Around) -> Node:
        name = node.name.lower()
        companies = self._lexicon.companies
        if name in self._sets.trees:
            if (name, around) not in self._sets.plans:
                self._sets.plans[name, around] = self.plan(self._sets.trees[name], around)
            return self._sets.plans[name, around]
        if name == ANY:
            return Companies(numbers=None)
        if name in companies:
            return Companies(numbers=frozenset({companies[name]}))
        close = get_close_matches(name, [*self._sets.trees, *companies, ANY], n=1)
        remedy = f"did you mean ${close[0]}?" if close else "add it to companies.toml or to [sets], or write $any"
        raise RuleError(f"{self._where}, column {node.column}: no company or set ${node.name}; {remedy}")

    def _plan_distinct(self, node: Distinct, around: Around) -> Distinct:
        part = self.plan(node.part, around)
        named = _list_companies(part)
        if None not in named and len(named) < node.count:
            raise RuleError(
                f"{self._where}, column {node.column}: DISTINCT/{node.count} of {len(named)} companies can never hold; "
                "name more of them, or write $any"
            )
        return replace(node, part=part, scope=around if isinstance(around, Scope) else Scope.ARTICLE)

    def _compile(self, node: Pattern) -> Any:  # noqa: ANN401 - re2 has no types
        if node.text in self._lexicon.regexes:
            return self._lexicon.regexes[node.text]
        options = re2.Options()
        options.case_sensitive = False
        options.log_errors = False
        column = f"{self._where}, column {node.column}"
        try:
            regex = re2.compile(node.text, options=options)
        except re2.error as error:
            raise RuleError(
                f"{column}: not a regular expression of RE2: {error}; it has no look-around and no \\1"
            ) from error
        if any(match.start() == match.end() for text in ("", "a", "a. 1") for match in regex.finditer(text)):
            raise RuleError(f"{column}: /{node.text}/ is satisfied by nothing at all; write + for *, or leave out ?")
        self._lexicon.regexes[node.text] = regex
        return regex


def _list_companies(node: Node) -> set[int | None]:
    """Return the numbers of the companies that a node names; None among them for any company."""
    if isinstance(node, Companies):
        return {None} if node.numbers is None else set(node.numbers)
    return set[int | None]().union(*map(_list_companies, list_parts(node)))
