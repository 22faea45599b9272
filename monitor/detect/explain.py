"""Why a rule fires on an article, or why not: its query's tree, and what stopped it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from ahocorasick_rs import AhoCorasick

from monitor.detect.candidates import Candidate, find_candidates, find_watched, is_broad, list_mentions
from monitor.detect.events import count_needed, merge
from monitor.detect.match import Found, Scan, count_places, evaluate, find_literals, spell
from monitor.detect.mention import Span
from monitor.detect.nodes import (
    FACTS,
    All,
    AtLeast,
    Distinct,
    InField,
    Name,
    Near,
    Node,
    Pattern,
    Phrase,
    Scope,
    Without,
    list_parts,
)
from monitor.detect.plan import Around, Lexicon, Planner, look_inside
from monitor.detect.query import parse_query
from monitor.detect.ruleset import Ruleset, list_names, plan_sets
from monitor.detect.tokens import Document, read_document
from monitor.errors import RuleError
from monitor.models import Article, Event, Rule

_MAX_PLACES = 5
"""Told of each condition."""
_MAX_FACTORS = 6
"""Told on each side of a sum."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a condition holds: the words as written and the number of the first, from 1 in title and text."""

    words: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A node of a query: what it asks for, whether it holds, where, and what it lacks."""

    label: str
    holds: bool
    places: tuple[Place, ...] = ()
    note: str = ""
    parts: "tuple[Condition, ...]" = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """A sentence in which the query holds: what was read there, and what came of it."""

    sentence: str
    trigger: str
    parties: tuple[str, ...]
    modality: str
    verdict: str
    sum: float | None = None
    """Of the weights, for rules that are weighed; above 0 speaks for a change."""
    factors: tuple[tuple[str, float], ...] = ()
    """What counted most, for and against."""
    type: str = ""
    """Of a broad rule: the type that the words around it make it."""
    type_factors: tuple[tuple[str, float], ...] = ()
    """What counted most for that type."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why a rule fires on an article, or why not."""

    rule: str
    verdict: str
    match: Condition
    unless: Condition | None
    tellings: tuple[Telling, ...]
    events: tuple[Event, ...]


def explain_rule(name: str, article: Article, ruleset: Ruleset) -> Explanation:
    """Return why a rule fires on an article, or why not; RuleError if there is no such rule."""
    rule = _find_rule(name, ruleset)
    document = read_document(article)
    tracer = _Tracer(rule, document, ruleset)
    match = tracer.trace(rule.match)
    unless = None if rule.unless is None else tracer.trace(rule.unless)
    candidates = find_candidates(document, ruleset) if document.words else []
    events = merge(candidates, document, ruleset)
    tellings = tuple(_describe(one, document, events, ruleset) for one in candidates if one.rule is rule)
    own = tuple(event for event in events if event.rule == rule.name)
    return Explanation(
        rule=rule.name,
        verdict=_judge(match, unless, own, tellings),
        match=match,
        unless=unless,
        tellings=tellings,
        events=own,
    )


def _find_rule(name: str, ruleset: Ruleset) -> Rule:
    rules = {planned.rule.name: planned.rule for planned in ruleset.rules}
    if name not in rules:
        close = get_close_matches(name, rules, n=1)
        remedy = f"did you mean {close[0]!r}?" if close else "`monitor rules list --all` shows their names"
        raise RuleError(f"no rule is named {name!r}; {remedy}")
    return rules[name]


def _judge(match: Condition, unless: Condition | None, events: Sequence[Event], tellings: Sequence[Telling]) -> str:
    if events:
        return "fires: " + ", ".join(f"{event.type.value} ({event.modality.value})" for event in events)
    if not match.holds:
        parts = match.parts or (match,)
        held = sum(part.holds for part in parts)
        return f"does not match: {held} of {len(parts)} conditions held"
    if unless is not None and unless.holds and not tellings:
        return "matches, but `unless` holds too"
    return "matches, but " + (tellings[0].verdict if tellings else "in no sentence as a whole")


def _describe(candidate: Candidate, document: Document, events: Sequence[Event], ruleset: Ruleset) -> Telling:
    text = document.read_field(candidate.sentence.field)
    rule = candidate.rule
    weights = _rank(candidate, ruleset.weights.change)
    factors = [pair for pair in weights[:_MAX_FACTORS] if pair[1] > 0]
    factors += [pair for pair in weights[: -_MAX_FACTORS - 1 : -1] if pair[1] < 0]
    kinds = _rank(candidate, ruleset.weights.types.get(candidate.type, {})) if is_broad(rule) else []
    return Telling(
        sentence=" ".join(text[candidate.sentence.start : candidate.sentence.end].split()),
        trigger=spell(document, candidate.trigger),
        parties=tuple(mention.name for mention in candidate.parties.all),
        modality=candidate.modality.value,
        verdict=_tell_verdict(candidate, events),
        sum=candidate.score if rule.is_weighed else None,
        factors=tuple(factors) if rule.is_weighed else (),
        type=candidate.type.value if is_broad(rule) else "",
        type_factors=tuple(pair for pair in kinds[:_MAX_FACTORS] if pair[1] > 0),
    )


def _rank(candidate: Candidate, weights: Mapping[str, float]) -> list[tuple[str, float]]:
    """Return what is said of a candidate with its weights, the highest first."""
    found = [(feature, weights.get(feature, 0.0)) for feature in dict.fromkeys(candidate.features)]
    return sorted(found, key=lambda pair: -pair[1])


def _tell_verdict(candidate: Candidate, events: Sequence[Event]) -> str:
    """Return what came of a place where a rule holds."""
    rule = candidate.rule
    here = [
        event
        for event in events
        if event.evidence.field is candidate.sentence.field and event.evidence.start == candidate.sentence.start
    ]
    if any(event.rule == rule.name for event in here):
        return "an event"
    if candidate.modality not in rule.modalities:
        allowed = ", ".join(modality.value for modality in rule.modalities)
        return f"it is {candidate.modality.value}, and the rule takes {allowed}"
    if rule.is_weighed and candidate.score <= 0:
        return f"more speaks against a change than for it: {candidate.score:+.2f}"
    if len(candidate.parties.all) < count_needed(candidate):
        return f"it names {len(candidate.parties.all)} of the {count_needed(candidate)} companies needed there"
    if here:
        return f"the change is told as {here[0].type.value} by rule {here[0].rule!r}"
    return "the change was told before, and is one event with that"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """A node as written, and as planned where it stands."""

    node: Node
    plan: Node
    parts: "tuple[_Step, ...]"


class _Tracer:
    """Evaluates each node of a rule's queries as written, with an automaton of its own."""

    def __init__(self, rule: Rule, document: Document, ruleset: Ruleset) -> None:
        self._lexicon = Lexicon(companies={name.lower(): number for number, name in list_names(ruleset.companies)})
        self._sets = plan_sets(rule, self._lexicon)
        self._where = f"rule {rule.name!r}"
        self._planner = Planner(self._sets, self._lexicon, self._where)
        self._document = document
        watched = find_watched(document, find_literals(document, ruleset.automaton), ruleset)
        self._watched = [watched[word] for word in sorted(watched)]
        self._list = lambda: list_mentions(document, watched)

    def trace(self, query: str) -> Condition:
        """Return the tree of a query with what holds."""
        step = self._plan(parse_query(query, self._where), Scope.ARTICLE)
        automaton = AhoCorasick(list(self._lexicon.numbers) or ["\0"])
        scan = Scan(
            document=self._document,
            hits=find_literals(self._document, automaton),
            watched=self._watched,
            list_mentions=self._list,
        )
        return self._read(step, scan)

    def _plan(self, node: Node, around: Around) -> _Step:
        """Return a node with its plan and those of its parts; those of a set are what stands in it."""
        parts = list_parts(node)
        if isinstance(node, Name) and node.name.lower() in self._sets.trees:
            parts = (self._sets.trees[node.name.lower()],)
        inside = look_inside(node, around)
        return _Step(
            node=node,
            plan=self._planner.plan(node, around),
            parts=tuple(self._plan(part, inside) for part in parts),
        )

    def _read(self, step: _Step, scan: Scan) -> Condition:
        node = step.node
        found = evaluate(step.plan, scan)
        inside = scan.narrow(node.field) if isinstance(node, InField) and node.field not in FACTS else scan
        return Condition(
            label=_name_node(node),
            holds=found is not None,
            places=tuple(
                Place(words=spell(self._document, span), number=span[0] + 1) for span in (found or ())[:_MAX_PLACES]
            ),
            note="" if found is not None else self._tell_lack(step, scan),
            parts=tuple(self._read(part, inside) for part in step.parts),
        )

    def _tell_lack(self, step: _Step, scan: Scan) -> str:
        """Return how far a node is from holding, where that can be said."""
        found = [evaluate(part.plan, scan) or [] for part in step.parts]
        outside = None if step.parts or scan.whole is None else evaluate(step.plan, scan.whole)
        if outside:
            return f"only outside the field: {spell(self._document, outside[0])!r} at word {outside[0][0] + 1}"
        match step.node:
            case Near():
                return self._tell_distance(step.node, found[0], found[1])
            case AtLeast(count=count):
                return f"found {count_places(found[0])} of {count} times"
            case Distinct():
                names = sorted({spell(self._document, span) for span in found[0]})
                return f"names {', '.join(names)}" if names else "names no company"
            case Without():
                spans = found[1]
                return f"stopped by {spell(self._document, spans[0])!r} at word {spans[0][0] + 1}" if spans else ""
        return ""

    def _tell_distance(self, node: Near, left: Found, right: Found) -> str:
        """Return where the two sides of a proximity come closest, as in "a* at word 41, b* at word 62: 21 > 8"."""
        if not left or not right:
            return ""
        first, second = min(((one, other) for one in left for other in right), key=lambda pair: _measure(*sorted(pair)))
        text = (
            f"{spell(self._document, first)!r} at word {first[0] + 1}, "
            f"{spell(self._document, second)!r} at word {second[0] + 1}"
        )
        distance = _measure(*sorted((first, second)))
        if distance <= node.distance:
            return f"{text}: in the other order"
        return f"{text}: {distance} > {node.distance}"


def _measure(left: Span, right: Span) -> int:
    """Return how many words apart two spans are, as NEAR counts: 1 is next to each other."""
    return right[0] - left[1] + 1


def _name_node(node: Node) -> str:
    """Return a node as one would write it, without its parts."""
    match node:
        case Phrase(text=text, is_exact=is_exact):
            label = ("=" if is_exact else "") + (f'"{text}"' if " " in text else text)
        case Name(name=name):
            label = f"${name}"
        case Pattern(text=text):
            label = f"/{text}/"
        case All(scope=scope):
            label = "AND" if scope is Scope.ARTICLE else scope.name
        case Near(distance=distance, is_ordered=is_ordered):
            label = f"{'PRE' if is_ordered else 'NEAR'}/{distance}"
        case InField(field=field):
            label = f"{field.value}:"
        case AtLeast(count=count) | Distinct(count=count):
            label = f"{type(node).__name__.upper()}/{count}"
        case _:
            label = "AND NOT" if isinstance(node, Without) else "OR"
    return label
