"""A Google Alerts string as a rule of ours, with tests that it passes."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from monitor.detect.check import check_rules
from monitor.detect.query import MAX_DISTANCE
from monitor.detect.rules import parse_rules
from monitor.detect.ruleset import compile_rules
from monitor.errors import RuleError
from monitor.models import EventType

_TOKEN = re.compile(r'(-?)(?:([a-z]+):)?(AROUND\s?\(\d{1,9}\)|"[^"]*"|\(|\)|[^\s()"]+)')
_JOINER = re.compile(r"OR|\||AROUND\s?\((\d+)\)")
_FIELDS = {"intitle": "title", "allintitle": "title", "intext": None, "inurl": "url", "site": "url", "source": "source"}
"""What Google's operators are in our language; None is the whole article."""
_OPERATORS = frozenset({"AND", "OR", "NOT", "NEAR", "PRE", "SENTENCE", "PARAGRAPH", "ATLEAST", "DISTINCT"})
_MAX_NAME_CHARS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class _Term:
    """One word, phrase or group, as we write it, with words that satisfy it, unless a title or URL must."""

    query: str
    example: str | None
    is_excluded: bool = False


def import_alert(text: str, kind: EventType, name: str | None = None) -> str:
    """Return the TOML of a rule that finds what a Google alert finds; RuleError if the string cannot be read.

    Words stand beside each other for AND, OR and AROUND(n) join neighbours, "-" excludes: Google's search operators.
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
    terms: list[list[_Term]] = []
    joiner: re.Match[str] | None = None
    while place < len(tokens) and tokens[place][3] != ")":
        minus, field, word = tokens[place].groups()
        place += 1
        if not minus and not field and _JOINER.fullmatch(word):
            joiner = _JOINER.fullmatch(word)
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
        if term is not None:
            _add_term(text, terms, term, joiner)
            joiner = None
    if joiner and joiner[1]:
        raise RuleError(f"{text}: {joiner[0]} needs a word on both sides")
    return [joined for alternatives in terms if (joined := _join(alternatives, " OR "))], place


def _add_term(text: str, terms: list[list[_Term]], term: _Term, joiner: re.Match[str] | None) -> None:
    """Add a term to what stands before it: beside it, as an alternative, or near the last alternative."""
    can_join = bool(terms) and not term.is_excluded and not terms[-1][-1].is_excluded
    if joiner is None or (joiner[1] is None and not can_join):
        terms.append([term])
    elif joiner[1] is None:
        terms[-1].append(term)
    elif not can_join:
        raise RuleError(f"{text}: {joiner[0]} needs a word on both sides")
    elif not 1 <= int(joiner[1]) <= MAX_DISTANCE:
        raise RuleError(f"{text}: {joiner[0]}: the number goes from 1 to {MAX_DISTANCE}")
    else:
        terms[-1][-1] = _join([terms[-1][-1], term], f" NEAR/{int(joiner[1])} ") or term


def _make_term(word: str, field: str | None, *, is_excluded: bool) -> _Term | None:
    bare = " ".join(re.sub(r'[*"]', " ", word).split()).strip(".,;")  # Google's * stands for any words
    if not any(char.isalnum() for char in bare):
        return None
    prefix = _FIELDS.get(field) if field else None
    if field and field not in _FIELDS:
        bare = f"{field} {bare}"
    spelled = bare if re.fullmatch(r"\w+", bare) and bare not in _OPERATORS else f'"{bare}"'
    query = f"{prefix}: {spelled}" if prefix else spelled
    return _Term(query=query, example=None if prefix else bare, is_excluded=is_excluded)


def _join(terms: Sequence[_Term], operator: str, *, is_excluded: bool = False) -> _Term | None:
    if not terms:
        return None
    if len(terms) == 1:
        return replace(terms[0], is_excluded=is_excluded or terms[0].is_excluded)
    examples = [term.example for term in terms]
    known = [example for example in examples if example is not None]
    if operator == " OR ":
        example = known[0] if known else None
    else:
        example = " ".join(known) if len(known) == len(examples) else None
    queries = [term.query[1:-1] if operator == " OR " and _is_or(term) else term.query for term in terms]
    return _Term(query=f"({operator.join(queries)})", example=example, is_excluded=is_excluded)


def _is_or(term: _Term) -> bool:
    return term.query.startswith("(") and " OR " in term.query and not re.search(r" AND | NEAR/", term.query)


def _make_tests(wanted: Sequence[_Term], unwanted: Sequence[_Term]) -> list[str]:
    """Return the lines of tests made of the alert's own words; none when a text alone cannot satisfy it."""
    words = [term.example for term in wanted]
    if None in words:
        return []
    hit = f"{', '.join(filter(None, words))}."
    lines = [f"tests.hit = [{_quote(hit)}]"]
    excluded = [term.example for term in unwanted if term.example]
    if excluded:
        lines.append(f"tests.miss = [{', '.join(_quote(f'{hit} {word}.') for word in excluded)}]")
    return lines


def _make_name(text: str) -> str:
    words = re.findall(r"\w+", text.lower())
    return "-".join(words)[:_MAX_NAME_CHARS].strip("-") or "imported"


def _quote(text: str) -> str:
    """Return a TOML string: between single quotes as it is, else written as JSON's."""
    return json.dumps(text, ensure_ascii=False) if "'" in text or not text.isprintable() else f"'{text}'"
