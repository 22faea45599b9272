"""A query over stored articles: what a text must hold to be worth a look, and the words that make the query hold."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from monitor.detect.candidates import scan_document
from monitor.detect.events import detect
from monitor.detect.match import Scan, evaluate
from monitor.detect.mention import Span
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
    Near,
    Node,
    Row,
    Without,
    list_needed,
)
from monitor.detect.ruleset import Ruleset, compile_rules, pick_rules
from monitor.detect.tokens import read_document
from monitor.errors import RuleError
from monitor.models import Article, Company, Event, EventType, Field, Rule

_QUOTED = re.compile(r'"[^"\n]*"')
_SIGNS = re.compile(
    r"(?<![\w*/])(?:AND|OR|NOT|SENTENCE|PARAGRAPH|NEAR)(?![\w*])"
    r"|(?<![\w*/])(?:NEAR|PRE|ATLEAST|DISTINCT)/\d"
    rf"|(?<![^\s(:])(?:\$[\w\"]|=[\w\"]|(?:{'|'.join(FieldName)}):|[a-z]+:(?![/\s])|/(?:[^/\\\n]|\\.)+/(?![^\s)]))"
)
"""What no plain words have: operators in capitals, `$name`, `=Exact`, `field:`, `/regex/`."""
_NAME = "query"
_MAX_PLACES = 200
_MAX_ALTERNATIVES = 1000
"""Of one OR; with more, all articles are looked at."""
_MAX_WAYS = 100
"""Ways in which words may stand near each other; with more, they are looked for anywhere."""
_MAX_DEPTH = 20
_BEFORE_CHARS, _SNIPPET_CHARS = 80, 260


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Words that a text must hold, in any order, all within so many words; one that ends in * may go on."""

    words: tuple[str, ...]
    reach: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AllOf:
    """All of these."""

    parts: "tuple[Need, ...]"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf:
    """At least one of these."""

    parts: "tuple[Need, ...]"


Need = Words | AllOf | AnyOf


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A stretch of an article, `[start, end)` in characters of its field."""

    field: Field
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """An event that a rule would have told, and the words of its query in the evidence."""

    event: Event
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """A rule or a query, ready to be looked for."""

    ruleset: Ruleset
    """Of this rule alone."""
    need: Need | None
    """What every text holds in which it holds; None if that cannot be said."""


def is_query(text: str) -> bool:
    """Tell whether a search uses the rule language, not plain words."""
    return _SIGNS.search(_QUOTED.sub("", text)) is not None


def collect_sets(rules: Iterable[Rule]) -> tuple[tuple[str, str], ...]:
    """Return the sets that rules have, by name; of two with one name the later."""
    return tuple({name: query for rule in rules for name, query in rule.sets}.items())


def compile_query(text: str, companies: Sequence[Company], sets: Iterable[tuple[str, str]] = ()) -> Search:
    """Return a query of the rule language ready; RuleError names the column and the remedy."""
    rule = Rule(name=_NAME, type=EventType.NEW_PARTNERSHIP, match=text, sets=tuple(sets))
    try:
        return compile_search(rule, tuple(companies))
    except RuleError as error:
        raise RuleError(str(error).replace(f"rule {_NAME!r}, match, ", "")) from error


@lru_cache(maxsize=8)  # pages of one search follow each other; it takes 20 ms
def compile_search(rule: Rule, companies: tuple[Company, ...]) -> Search:
    """Return a rule ready; RuleError lists all problems, each with column and remedy."""
    ruleset = compile_rules((rule,), companies)
    return Search(ruleset=ruleset, need=_find_need(ruleset.rules[0].match, ruleset, 0))


def find_places(article: Article, search: Search) -> list[Place] | None:
    """Return the words that make the query hold, in order; None if it does not hold, empty if it does so nowhere."""
    document = read_document(article)
    if not document.words:
        return None
    ruleset = search.ruleset
    scan, _ = scan_document(document, ruleset)
    found = pick_rules(ruleset, scan)
    if not found:
        return None
    planned, spans = found[0]
    inside = _keep_inside(sorted(_list_words(planned.match, scan)), _merge(spans))
    return [
        Place(field=document.find_sentence(first).field, start=document.starts[first], end=document.ends[last - 1])
        for first, last in _merge(inside)[:_MAX_PLACES]
    ]


def try_rule(article: Article, search: Search) -> tuple[Hit, ...]:
    """Return what a rule would have told of an article, were it alone."""
    events = detect(article, search.ruleset)
    places = (find_places(article, search) or []) if events else []
    return tuple(
        Hit(
            event=event,
            places=tuple(
                one
                for one in places
                if one.field is event.evidence.field and event.evidence.start <= one.start < event.evidence.end
            ),
        )
        for event in events
    )


def cut_snippet(article: Article, places: Sequence[Place], marks: tuple[str, str]) -> str:
    """Return the text around the first place, those in it between marks; that of the title if all are there."""
    name = Field.TEXT if not places or any(one.field is Field.TEXT for one in places) else Field.TITLE
    text = article.text if name is Field.TEXT else article.title
    shown = [one for one in places if one.field is name]
    begin = max(shown[0].start - _BEFORE_CHARS, 0) if shown else 0
    begin = text.find(" ", begin) + 1 if begin else 0
    begin = min(begin, shown[0].start) if shown else begin
    end = begin + _SNIPPET_CHARS
    end = max(text.rfind(" ", begin, end), begin + 1) if end < len(text) else len(text)
    pieces, at = [" … " if begin else ""], begin
    for one in shown:
        if at <= one.start and one.end <= end:
            pieces += [text[at : one.start], marks[0], text[one.start : one.end], marks[1]]
            at = one.end
    return "".join([*pieces, text[at:end], " … " if end < len(text) else ""])


def _list_words(plan: Node, scan: Scan) -> set[Span]:
    """Return where the words and names of a plan stand."""
    match plan:
        case Atom() | Row() | Companies() | Expression():
            return set(evaluate(plan, scan) or ())
        case InField(field=field) if field not in FACTS:
            return _list_words(plan.part, scan.narrow(field))
    return set[Span]().union(*(_list_words(part, scan) for part in list_needed(plan)))


def _merge(spans: Iterable[Span]) -> list[Span]:
    """Return spans in order, those that overlap as one."""
    merged: list[Span] = []
    for first, last in sorted(spans):
        if merged and first < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return merged


def _keep_inside(words: Iterable[Span], around: Sequence[Span]) -> list[Span]:
    """Return the words that stand within one of the spans, which are in order."""
    starts = [first for first, _ in around]
    kept = []
    for first, last in words:
        place = bisect_right(starts, first) - 1
        if place >= 0 and last <= around[place][1]:
            kept.append((first, last))
    return kept


def _find_need(node: Node, ruleset: Ruleset, depth: int) -> Need | None:
    """Return what a text must hold for a node to hold; None if that cannot be said."""
    if depth > _MAX_DEPTH:
        return None
    match node:
        case Atom() | Near() if ways := _list_ways(node, ruleset, depth):
            return _need_any(ways)
        case Companies() if node.numbers is not None:
            literals = sorted(
                literal
                for literal, aliases in ruleset.aliases.items()
                if any(alias.company in node.numbers for alias in aliases)
            )
            return _need_any([_need_words(ruleset.literals[literal]) for literal in literals])
        case Either():
            return _need_any([_find_need(part, ruleset, depth + 1) for part in node.parts])
        case All() | Near() | Row() | Without() | InField() | AtLeast() | Distinct():
            return _need_all([_find_need(part, ruleset, depth + 1) for part in list_needed(node)])
    return None


def _list_ways(node: Node, ruleset: Ruleset, depth: int) -> list[Words]:
    """Return the words of each way in which words may stand near each other; none if that is not all, or too much."""
    match node:
        case Atom() if depth <= _MAX_DEPTH:
            ways = [_need_words(ruleset.literals[number]) for number in sorted(node.numbers)]
            return [way for way in ways if way] if all(ways) else []
        case Near() if depth <= _MAX_DEPTH:
            left, right = (_list_ways(part, ruleset, depth + 1) for part in (node.left, node.right))
            if len(left) * len(right) <= _MAX_WAYS:
                return [
                    Words(words=one.words + other.words, reach=one.reach + node.distance - 1 + other.reach)
                    for one in left
                    for other in right
                ]
    return []


def _need_words(literal: str) -> Words | None:
    """Return the words of a literal."""
    words = literal.split()
    if not literal.endswith(" "):
        words[-1] += "*"
    known = tuple(word for word in words if any(map(str.isalnum, word)))
    return Words(words=known, reach=len(words)) if known else None


def _need_any(parts: Sequence[Need | None]) -> Need | None:
    known = [part for part in parts if part is not None]
    if len(known) < len(parts) or not 0 < len(known) <= _MAX_ALTERNATIVES:
        return None
    return known[0] if len(known) == 1 else AnyOf(parts=tuple(known))


def _need_all(parts: Sequence[Need | None]) -> Need | None:
    known = [part for part in parts if part is not None]
    if len(known) < 2:
        return known[0] if known else None
    return AllOf(parts=tuple(known))
