"""A Google Alerts string as a rule of ours, with tests that it passes."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from monitor.detect.check import check_rules
from monitor.detect.rules import parse_rules
from monitor.detect.ruleset import compile_rules
from monitor.errors import RuleError
from monitor.models import EventType

_TOKEN = re.compile(r'(-?)(?:([a-z]+):)?("[^"]*"|\(|\)|[^\s()"]+)')
_FIELDS = {"intitle": "title", "allintitle": "title", "intext": None, "inurl": "url", "site": "url", "source": "source"}
"""What Google's operators are in our language; None is the whole article."""
_OR = frozenset({"OR", "|"})
_OPERATORS = frozenset({"AND", "OR", "NOT", "NEAR", "PRE", "SENTENCE", "PARAGRAPH", "ATLEAST", "DISTINCT"})
_MAX_NAME_CHARS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class _Term:
    """One word, phrase or group, as we write it, with words that satisfy it (none if only a page's address can)."""

    query: str
    example: str | None
    is_excluded: bool = False


def import_alert(text: str, kind: EventType, name: str | None = None) -> str:
    """Return the TOML of a rule that finds what a Google alert finds; RuleError if the string cannot be read.

    Words stand beside each other for AND, OR joins its neighbours, "-" excludes: Google's search operators.
    """
    tokens = list(_TOKEN.finditer(text))
    terms, place = _read_terms(text, tokens, 0)
    if place < len(tokens):
        raise RuleError(f"{text}: a bracket without its partner at character {tokens[place].start() + 1}")
    wanted = [term for term in terms if not term.is_excluded]
    unwanted = [term for term in terms if term.is_excluded]
    if not wanted:
        raise RuleError(f"{text}: nothing to look for; an alert needs a word that is not excluded")
    match = " AND ".join(term.query for term in wanted)
    unless = " OR ".join(term.query for term in unwanted)
    lines = ["[[rules]]", f"name = {_quote(name or _make_name(text))}", f"type = {_quote(kind.value)}"]
    lines.append(f"match = {_quote(match)}")
    if unless:
        lines.append(f"unless = {_quote(unless)}")
    rule = "\n".join([*lines, *_make_tests(wanted, unwanted)]) + "\n"
    if check_rules(compile_rules(parse_rules(rule, "the imported alert"))):
        raise RuleError(f"{text}: finds nothing even in its own words; look at what it excludes")
    return rule


def _read_terms(text: str, tokens: Sequence[re.Match[str]], place: int) -> tuple[list[_Term], int]:
    """Return the terms up to a closing bracket or the end, alternatives joined, and where they end."""
    terms: list[_Term] = []
    is_alternative = False
    while place < len(tokens) and tokens[place][3] != ")":
        minus, field, word = tokens[place].groups()
        place += 1
        if word in _OR and not minus:
            is_alternative = bool(terms)
            continue
        if word == "AND":
            continue
        if word == "(":
            inner, place = _read_terms(text, tokens, place)
            if place >= len(tokens):
                raise RuleError(f"{text}: a bracket is not closed")
            place += 1
            term = _join(inner, " AND ", is_excluded=bool(minus))
        else:
            term = _make_term(word, field, is_excluded=bool(minus))
        if term is None:
            continue
        if is_alternative and not term.is_excluded:
            terms[-1] = _join([terms[-1], term], " OR ") or term
        else:
            terms.append(term)
        is_alternative = False
    return terms, place


def _make_term(word: str, field: str | None, *, is_excluded: bool) -> _Term | None:
    bare = " ".join(re.sub(r'[*"]', " ", word).split()).strip(".,;")  # Google's * stands for any words
    if not any(char.isalnum() for char in bare):
        return None
    prefix = _FIELDS.get(field) if field else None
    if field and field not in _FIELDS:
        bare = f"{field} {bare}"
    spelled = bare if re.fullmatch(r"\w+", bare) and bare not in _OPERATORS else f'"{bare}"'
    query = f"{prefix}: {spelled}" if prefix else spelled
    return _Term(query=query, example=None if prefix in {"url", "source"} else bare, is_excluded=is_excluded)


def _join(terms: Sequence[_Term], operator: str, *, is_excluded: bool = False) -> _Term | None:
    if not terms:
        return None
    if len(terms) == 1:
        return _Term(query=terms[0].query, example=terms[0].example, is_excluded=is_excluded)
    examples = [term.example for term in terms]
    example = examples[0] if operator == " OR " else None if None in examples else " ".join(filter(None, examples))
    queries = [term.query[1:-1] if operator == " OR " and _is_or(term) else term.query for term in terms]
    return _Term(query=f"({operator.join(queries)})", example=example, is_excluded=is_excluded)


def _is_or(term: _Term) -> bool:
    return term.query.startswith("(") and " OR " in term.query and " AND " not in term.query


def _make_tests(wanted: Sequence[_Term], unwanted: Sequence[_Term]) -> list[str]:
    """Return the lines of tests made of the alert's own words; none when only an address can satisfy it."""
    words = [term.example for term in wanted]
    if None in words or any(term.query.startswith("title:") for term in wanted):
        return []
    hit = f"{', '.join(filter(None, words))}."
    lines = [f"tests.hit = [{_quote(hit)}]"]
    excluded = [term.example for term in unwanted if term.example and not term.query.startswith("title:")]
    if excluded:
        lines.append(f"tests.miss = [{', '.join(_quote(f'{hit} {word}.') for word in excluded)}]")
    return lines


def _make_name(text: str) -> str:
    words = re.findall(r"\w+", text.lower())
    return "-".join(words)[:_MAX_NAME_CHARS].strip("-") or "imported"


def _quote(text: str) -> str:
    """Return a TOML string: between single quotes as it is, else written as JSON's."""
    return json.dumps(text, ensure_ascii=False) if "'" in text or not text.isprintable() else f"'{text}'"
