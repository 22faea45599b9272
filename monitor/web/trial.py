"""A rule that is being written, tried against the history: what it would have told. Nothing is saved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from monitor.detect import Hit, check_rules, compile_search, parse_rules, try_rule
from monitor.errors import ConfigError, RuleError
from monitor.models import Article, ArticleFilter, EventType, FoundArticle, Rule
from monitor.store import Session, seek
from monitor.web.asking import Query
from monitor.web.faults import Problem, describe_problem
from monitor.web.listings import DEFAULT_LIMIT, Surroundings, tell_reach
from monitor.web.marking import Piece, mark_line, merge_spans

_NAME = "trial"
_FILE = "your rule"
_SECONDS = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """An article and what the rule would have told of it, each event with its evidence in pieces."""

    article: FoundArticle
    hits: Sequence[tuple[Hit, Sequence[Piece]]]


def show_trial(session: Session, query: Query, _place: Mapping[str, str], around: Surroundings) -> Mapping[str, Any]:
    """Return what a rule would have told of the newest articles, or what is wrong with it."""
    values: dict[str, Any] = {"query": query, "problems": (), "trials": (), "failures": (), "sought": None}
    values |= {"note": None, "older": None, "newest": None}
    if not (query.match.strip() or query.toml.strip()):
        return values
    try:
        rule = _read_rule(query, around)
        search = compile_search(rule, around.companies)
    except (RuleError, ConfigError) as error:
        return values | {"problems": _list_problems(query, error)}

    def look(heading: FoundArticle, article: Article) -> Trial | None:
        hits = try_rule(article, search)
        return Trial(article=heading, hits=[(hit, _mark(hit)) for hit in hits]) if hits else None

    timer = around.make_timer(_SECONDS)
    sought = seek.seek(
        session, search.need, ArticleFilter(), look, before=query.before, limit=DEFAULT_LIMIT, is_over=timer
    )
    return values | {
        "trials": sought.items,
        "failures": check_rules(search.ruleset),
        "sought": sought,
        "note": tell_reach(sought),
        "older": query.address("/rules/try", before=sought.last) if sought.last is not None else None,
        "newest": query.address("/rules/try", before=None) if query.before is not None else None,
    }


def _read_rule(query: Query, around: Surroundings) -> Rule:
    """Return the rule that was written, with the sets of rules.toml beside its own."""
    if not query.toml.strip():
        unless = query.unless if query.unless.strip() else None
        kind = EventType.NEW_PARTNERSHIP
        return Rule(name=_NAME, type=kind, match=query.match, unless=unless, sets=around.sets)
    rules = parse_rules(query.toml, _FILE)
    if len(rules) != 1:
        raise ConfigError([f"one rule is tried at a time, and these are {len(rules)}: write one [[rules]] table"])
    return replace(rules[0], sets=tuple((dict(around.sets) | dict(rules[0].sets)).items()))


def _list_problems(query: Query, error: RuleError | ConfigError) -> list[Problem]:
    lines = [line.removeprefix(f"rule {_NAME!r}, ") for line in str(error).splitlines()]
    if query.toml.strip():
        return [Problem(told=line) for line in lines]
    return [
        describe_problem(query.unless if line.startswith("unless, ") else query.match, RuleError(line))
        for line in lines
    ]


def _mark(hit: Hit) -> Sequence[Piece]:
    evidence = hit.event.evidence
    spans = ((one.start - evidence.start, one.end - evidence.start) for one in hit.places)
    return mark_line(evidence.sentence, merge_spans(spans, len(evidence.sentence)))
