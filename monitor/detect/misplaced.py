"""What makes no sense where it stands in a query, its sets written out: an error instead of a rule that never holds."""

from collections.abc import Mapping
from enum import StrEnum

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
from monitor.errors import RuleError


class Content(StrEnum):
    """What a query has somewhere inside."""

    EXCLUSION = "AND NOT"
    CONJUNCTION = "AND"
    SCOPE = "SENTENCE or PARAGRAPH"
    DISTANCE = "NEAR or PRE"
    COUNT = "ATLEAST or DISTINCT"
    FIELD = "title:, lead: or body:"
    FACT = "source:, url: or lang:"
    COMPANY = "a company"
    WORD = "a word"


Contents = frozenset[Content]

_IN_NEAR = Contents({Content.EXCLUSION, Content.CONJUNCTION, Content.SCOPE, Content.FACT})
_IN_SCOPE = Contents({Content.EXCLUSION, Content.FACT})
_IN_FIELD = Contents({Content.FIELD, Content.FACT})
_IN_FACT = Contents(Content) - {Content.EXCLUSION, Content.CONJUNCTION, Content.WORD}
_IN_COUNT = Contents({Content.FACT})
_IN_DISTINCT = Contents(Content) - {Content.COMPANY, Content.CONJUNCTION, Content.FIELD}


def list_contents(node: Node, sets: Mapping[str, Contents], where: str) -> Contents:
    """Return what a query has inside, given what its sets have; RuleError for what makes no sense where it stands."""
    match node:
        case Name():
            return sets.get(node.name.lower(), Contents({Content.COMPANY}))
        case Phrase() | Pattern():
            return Contents({Content.WORD})
    inside = Contents().union(*(list_contents(part, sets, where) for part in list_parts(node)))
    own, name, refused, remedy = _judge(node)
    for content in Content:
        if content in inside & refused:
            column = getattr(node, "column", 1)
            raise RuleError(f"{where}, column {column}: {content} inside {name}; {remedy}")
    return inside if own is None else inside | {own}


def _judge(node: Node) -> tuple[Content | None, str, Contents, str]:  # noqa: PLR0911 - one case for each kind of node
    """Return what a node is, how it is written, what may not stand in it, and what to write instead."""
    match node:
        case Near(distance=distance, is_ordered=is_ordered):
            name = f"{'PRE' if is_ordered else 'NEAR'}/{distance}"
            return Content.DISTANCE, name, _IN_NEAR, f"put it outside: (a {name} b) AND c, or AND NOT c"
        case All(scope=Scope.ARTICLE):
            return Content.CONJUNCTION, "AND", Contents(), ""
        case All(scope=scope):
            name = scope.name
            return Content.SCOPE, name, _IN_SCOPE, f"put it outside: (a {name} b) AND c, or AND NOT c"
        case InField(field=field) if field in FACTS:
            return Content.FACT, f"{field.value}:", _IN_FACT, "it takes words, /regex/, sets, AND, OR and AND NOT"
        case InField(field=field):
            return Content.FIELD, f"{field.value}:", _IN_FIELD, "it makes no sense; keep one of the two"
        case AtLeast(count=count):
            return Content.COUNT, f"ATLEAST/{count}", _IN_COUNT, "put it outside: it is stated once"
        case Distinct(count=count):
            name = f"DISTINCT/{count}"
            return Content.COUNT, name, _IN_DISTINCT, f"it counts companies: {name} $any, or {name} ($a OR $b OR $c)"
        case Without():
            return Content.EXCLUSION, "AND NOT", Contents(), ""
    return None, "OR", Contents(), ""
