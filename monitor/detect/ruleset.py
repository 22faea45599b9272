"""Rules made ready: names resolved, literals numbered, one automaton for all of them."""

import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

from ahocorasick_rs import AhoCorasick

from monitor.detect.gates import Gates, build_gates, pick_numbers
from monitor.detect.match import Found, Scan, evaluate
from monitor.detect.mention import Span
from monitor.detect.nodes import Node
from monitor.detect.plan import ANY, Lexicon, Sets, add_set, plan_query
from monitor.detect.rules import is_built_in, pack_names
from monitor.detect.tokens import Document, split_spelled, split_words
from monitor.detect.weights import Weights, load_weights
from monitor.errors import RuleError
from monitor.models import Company, Modality, Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRule:
    """A rule with its trees."""

    rule: Rule
    match: Node
    unless: Node | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """One name of a watched company."""

    company: int
    exact: str | None = None
    is_ticker: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """What tells how sure a text is."""

    modality: Modality
    match: Node
    unless: Node | None
    scope: str
    """Where it counts: `before` the trigger's end, `near` it, in its `clause`, in the `sentence`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruleset:
    """Everything `detect` needs, ready to use and never changed."""

    rules: tuple[PlannedRule, ...]
    signals: tuple[tuple[str, Node], ...]
    """What stands around a trigger, by name."""
    cues: tuple[Cue, ...]
    companies: tuple[Company, ...]
    automaton: AhoCorasick
    literals: Sequence[str]
    """What the automaton looks for, by number: words with a space around each, but none after one that may go on."""
    aliases: Mapping[int, tuple[Alias, ...]]
    """Literal to the companies that it may name."""
    gates: Gates
    """Which rules are worth a look when these literals were found."""
    weights: Weights
    """How much each sign counts."""


def compile_rules(
    rules: Iterable[Rule], companies: Sequence[Company] = (), *, weights: Weights | None = None
) -> Ruleset:
    """Return the rules made ready; RuleError lists all problems, each with rule, column and remedy.

    `weights` stand in for the built-in ones, as when they are learnt.
    """
    lexicon = _open_lexicon(companies)
    planned, problems = _plan_rules(tuple(rules), lexicon)
    if problems:
        raise RuleError("\n".join(problems))
    signals, cues = _plan_signals(lexicon)
    aliases = _number_aliases(companies, lexicon)
    return Ruleset(
        rules=tuple(planned),
        signals=signals,
        cues=cues,
        companies=tuple(companies),
        automaton=AhoCorasick(list(lexicon.numbers) or ["\0"]),
        literals=tuple(lexicon.numbers),
        aliases=aliases,
        gates=build_gates([rule.match for rule in planned], lexicon.numbers, _list_alias_literals(aliases)),
        weights=load_weights() if weights is None else weights,
    )


def find_faults(rules: Sequence[Rule], companies: Sequence[Company]) -> list[str]:
    """Return what would keep the user's rules from being compiled beside the built-in ones, which are not compiled."""
    taken = [_tell_twice(rule.name) for rule in rules if rule.name in pack_names()]
    return taken + _plan_rules(rules, _open_lexicon(companies))[1]


def _open_lexicon(companies: Sequence[Company]) -> Lexicon:
    return Lexicon(companies={name.lower(): number for number, name in list_names(companies)})


def _plan_rules(rules: Sequence[Rule], lexicon: Lexicon) -> tuple[list[PlannedRule], list[str]]:
    """Return the rules that can be planned, and what is wrong with the others."""
    planned: list[PlannedRule] = []
    problems = [_tell_twice(name) for name, count in Counter(rule.name for rule in rules).items() if count > 1]
    sets: dict[tuple[str, tuple[tuple[str, str], ...]], Sets] = {}
    for rule in rules:
        try:
            file = rule.file, rule.sets
            if file not in sets:
                sets[file] = plan_sets(rule, lexicon)
            planned.append(_plan_rule(rule, sets[file], lexicon))
        except RuleError as error:
            problems.extend(str(error).splitlines())
    return planned, list(dict.fromkeys(problems))


def _tell_twice(name: str) -> str:
    return f"{name!r}: used twice; give each rule a name of its own"


def pick_rules(ruleset: Ruleset, scan: Scan) -> list[tuple[PlannedRule, list[Span]]]:
    """Return the rules that hold in an article, with the places where they do."""
    found = []
    for number in pick_numbers(ruleset.gates, scan.hits, scan.document):
        planned = ruleset.rules[number]
        spans = evaluate(planned.match, scan)
        if spans is not None and planned.unless is not None:
            spans = _leave_out(planned.rule, spans, evaluate(planned.unless, scan), scan.document)
        if spans is not None:
            found.append((planned, spans))
    return found


def _leave_out(rule: Rule, spans: list[Span], unwanted: Found, document: Document) -> Found:
    """Return the spans of a rule that its `unless` leaves, None if none.

    That of a rule which is weighed, or of a language, speaks of the sentence; another one of the article.
    """
    if unwanted is None:
        return spans
    if not (rule.is_weighed or rule.language):
        return None
    places = {document.find_place(first) for first, _ in unwanted}
    return [span for span in spans if document.find_place(span[0]) not in places] or None


def _plan_signals(lexicon: Lexicon) -> tuple[tuple[tuple[str, Node], ...], tuple[Cue, ...]]:
    file = "signals.toml"
    table = tomllib.loads((files("monitor.detect") / "packs" / file).read_text("utf-8"))

    def plan(query: str, name: str) -> Node:
        return plan_query(query, f"{file}: {name}", Sets(), lexicon)

    signals = tuple((entry["name"], plan(entry["match"], entry["name"])) for entry in table["signals"])
    cues = tuple(
        Cue(
            modality=Modality(entry["modality"]),
            match=plan(entry["match"], entry["modality"]),
            unless=plan(entry["unless"], entry["modality"]) if "unless" in entry else None,
            scope=entry["scope"],
        )
        for entry in table["cues"]
    )
    return signals, cues


def list_names(companies: Sequence[Company]) -> Iterable[tuple[int, str]]:
    """Yield each name by which a query may call a company, with the company's number."""
    for number, company in enumerate(companies):
        for name in (company.name, *company.aliases, *company.exact_aliases, company.ticker):
            if name:
                yield number, name


def plan_sets(rule: Rule, lexicon: Lexicon) -> Sets:
    """Return the sets of a rule's file; RuleError for one with the name of a company, which it would hide.

    The built-in rules name no companies, so their sets hide none, whatever is watched.
    """
    sets = Sets()
    for name, query in rule.sets:
        where = f"{rule.file or 'rules'}: set {name!r}"
        key = name.lower()
        if key == ANY or (key in lexicon.companies and not is_built_in(rule)):
            raise RuleError(f"{where}, column 1: a company has this name too, which ${name} would hide; rename the set")
        if key in sets.trees:
            raise RuleError(f"{where}, column 1: there are two of this name but for case; rename one")
        add_set(key, query, where, sets, lexicon)
    return sets


def _plan_rule(rule: Rule, sets: Sets, lexicon: Lexicon) -> PlannedRule:
    where = f"{rule.file + ': ' if rule.file else ''}rule {rule.name!r}"
    match = f"{where}, match"
    unless = f"{where}, unless"
    return PlannedRule(
        rule=rule,
        match=plan_query(rule.match, match, sets, lexicon),
        unless=None if rule.unless is None else plan_query(rule.unless, unless, sets, lexicon),
    )


def _number_aliases(companies: Sequence[Company], lexicon: Lexicon) -> dict[int, tuple[Alias, ...]]:
    aliases: dict[int, list[Alias]] = defaultdict(list)

    def add(name: str, alias: Alias, *, ending: str = " ") -> None:
        words = split_words(name)
        if words:
            aliases[lexicon.add(" " + " ".join(words) + ending)].append(alias)

    for number, company in enumerate(companies):
        for name in {company.name, *company.aliases} - set(company.exact_aliases):
            add(name, Alias(company=number))
        for name in company.exact_aliases:
            add(name, Alias(company=number, exact=" ".join(split_spelled(name))))
        if company.ticker:
            symbol = company.ticker.rpartition(":")[2]
            ticker = Alias(company=number, exact=symbol, is_ticker=True)
            add(symbol, ticker)
            add(symbol, ticker, ending=".")
    return {literal: tuple(found) for literal, found in aliases.items()}


def _list_alias_literals(aliases: Mapping[int, tuple[Alias, ...]]) -> dict[int, frozenset[int]]:
    """Return the literals of each company."""
    literals: dict[int, set[int]] = defaultdict(set)
    for literal, names in aliases.items():
        for alias in names:
            literals[alias.company].add(literal)
    return {company: frozenset(numbers) for company, numbers in literals.items()}


def map_signs(ruleset: Ruleset, scan: Scan) -> dict[int, list[str]]:
    """Return the names of the signals that stand in each sentence, by its number in the document's list."""
    signs: dict[int, list[str]] = defaultdict(list)
    document = scan.document
    for name, plan in ruleset.signals:
        places = [(document.find_place(first), last) for first, last in evaluate(plan, scan) or ()]
        for place in dict.fromkeys(place for place, last in places if last <= document.sentences[place].last):
            signs[place].append(name)
    return signs


def find_cue(ruleset: Ruleset, scan: Scan, places: Mapping[str, Span]) -> Modality | None:
    """Return the modality of the first cue that stands where it counts; `places` says where that is, by scope."""
    whole = places["sentence"]
    for cue in ruleset.cues:
        if _find_inside(cue.match, scan, places[cue.scope]) and not (
            cue.unless and _find_inside(cue.unless, scan, whole)
        ):
            return cue.modality
    return None


def _find_inside(plan: Node, scan: Scan, place: Span) -> bool:
    spans = evaluate(plan, scan)
    return any(place[0] <= first and last <= place[1] for first, last in spans or ())
