"""The rule language: text to a tree of small nodes (analyst boolean, as in the big news archives).

query   := operands joined by one kind of operator a level; proximity binds tightest, then SENTENCE, PARAGRAPH,
           then AND / OR / AND NOT, which do not mix without parentheses
operand := word | word* | =Exact | "a phrase" | $name | /regex/ | ( query )
         | title: operand | ATLEAST/n operand | DISTINCT/n operand
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any

from lark import Lark, Token, Transformer, UnexpectedInput, v_args
from lark.exceptions import UnexpectedCharacters, VisitError

from monitor.detect.nodes import (
    All,
    AtLeast,
    Distinct,
    Either,
    FieldName,
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

MAX_QUERY_CHARS = 20_000
MAX_DEPTH = 20
"""Of parentheses."""
MAX_NESTING = 200
"""Of all that may stand in another, as title: before a word: what reads a tree goes down as deep."""
MAX_PROXIMITIES = 6
"""In a row, as in a NEAR/3 b NEAR/3 c."""
MAX_DISTANCE = 500


_GRAMMAR = r"""
    ?start: chain
    chain: operand (operator operand)*
    operator: AND NOT -> and_not
            | AND | OR | SENTENCE | PARAGRAPH | NEAR | PRE
    ?operand: "(" chain ")"
            | FIELD operand -> in_field
            | ATLEAST operand -> at_least
            | DISTINCT operand -> distinct
            | PHRASE -> phrase
            | EXACT -> exact
            | NAME -> name
            | REGEX -> regex
            | WORD -> word
    AND.3: /AND(?![\w*])/
    OR.3: /OR(?![\w*])/
    NOT.3: /NOT(?![\w*])/
    SENTENCE.3: /SENTENCE(?![\w*])/
    PARAGRAPH.3: /PARAGRAPH(?![\w*])/
    NEAR.3: /NEAR(\/\d+)?(?![\w*])/
    PRE.3: /PRE(\/\d+)?(?![\w*])/
    ATLEAST.3: /ATLEAST(\/\d+)?(?![\w*])/
    DISTINCT.3: /DISTINCT(\/\d+)?(?![\w*])/
    FIELD.2: /[a-z]+:/
    PHRASE: /"[^"\n]*"/
    EXACT: /=("[^"\n]*"|[^\s()"$=]+)/
    NAME: /\$("[^"\n]*"|[^\s()"$=\/]+)/
    REGEX: /\/([^\/\\\n]|\\.)+\//
    WORD: /(?!(AND|OR|NOT|SENTENCE|PARAGRAPH|NEAR|PRE|ATLEAST|DISTINCT)(?![\w*]))[^\s()"$=:\/]+/
    %ignore /\s+/
"""

_QUOTED = re.compile(r'"[^"\n]*"|(?<![^\s(:])/(?:[^/\\\n]|\\.)+/')
_FOREIGN = re.compile(r"[|?~^\\\[\]{}<>]|&&")
"""What joins words or stands for letters in other query languages."""
_FORMS = {
    "NEAR": "NEAR needs a distance, as in NEAR/5",
    "PRE": "PRE needs a distance, as in PRE/5",
    "ATLEAST": "ATLEAST needs a number, as in ATLEAST/3 partner*",
    "DISTINCT": "DISTINCT needs a number, as in DISTINCT/2 $any",
}


class _QueryError(RuleError):
    """A problem at a column, not yet told of its rule."""

    def __init__(self, column: int, problem: str) -> None:
        super().__init__(problem)
        self.column = column


@lru_cache(maxsize=512)  # each rule is parsed when it is read, and once more when it is planned
def parse_query(text: str, where: str) -> Node:
    """Return the tree of a query; RuleError names `where`, the column and the remedy."""
    try:
        _check_shape(text)
        tree: Node = _PARSER.parse(text)  # type: ignore[assignment] # the transformer returns nodes
        _check_nesting(tree)
    except UnexpectedInput as error:
        column, problem = _explain(text, error)
        raise RuleError(f"{where}, column {column}: {problem}") from error
    except VisitError as error:
        raise _place(where, error.orig_exc) from error
    except _QueryError as error:
        raise _place(where, error) from error
    return tree


def _place(where: str, error: BaseException) -> RuleError:
    column = error.column if isinstance(error, _QueryError) else 1
    return RuleError(f"{where}, column {column}: {error}")


def _check_shape(text: str) -> None:
    """Raise for what is wrong with a text as a whole: empty, too long, brackets or quotes without partner."""
    if not text.strip():
        raise _QueryError(1, "the query is empty; write at least one word")
    if len(text) > MAX_QUERY_CHARS:
        raise _QueryError(MAX_QUERY_CHARS, f"longer than {MAX_QUERY_CHARS} characters; split the rule or use a set")
    bare = _QUOTED.sub(lambda match: " " * len(match.group()), text)
    opened: list[int] = []
    for column, char in enumerate(bare, 1):
        if char == "(":
            opened.append(column)
        elif char == ")":
            if not opened:
                raise _QueryError(column, 'a ")" without its "("; remove it')
            opened.pop()
        elif char == '"':
            raise _QueryError(column, "a quotation mark without its partner; close the phrase")
        if len(opened) > MAX_DEPTH:
            raise _QueryError(column, f"parentheses deeper than {MAX_DEPTH}; use a set")
    if opened:
        raise _QueryError(opened[-1], 'a "(" without its ")"; close it')


def _check_nesting(tree: Node) -> None:
    """Raise for a tree that is too deep; without going down itself."""
    level: Sequence[Node] = [tree]
    for _ in range(MAX_NESTING):
        level = [part for node in level for part in list_parts(node)]
        if not level:
            return
    raise _QueryError(1, f"nested deeper than {MAX_NESTING}; leave out what repeats itself")


def _explain(text: str, error: UnexpectedInput) -> tuple[int, str]:
    """Return the column and the remedy of a query that does not parse."""
    column = error.column if error.column and error.column > 0 else len(text) or 1
    if isinstance(error, UnexpectedCharacters):
        return column, f"{text[column - 1]!r} has no meaning here; put it in quotes"
    token = getattr(error, "token", None)
    kind = token.type if token is not None else "$END"
    accepts = error.accepts if hasattr(error, "accepts") and error.accepts else set()
    wants_operator = "OR" in accepts or "AND" in accepts
    if kind == "$END":
        return len(text), "ends in the middle; something must follow the last operator"
    if kind == "NOT":
        return column, 'NOT needs something before it: write "a AND NOT b"'
    if wants_operator or kind in {"WORD", "PHRASE", "NAME", "EXACT", "REGEX", "LPAR", "FIELD", "ATLEAST", "DISTINCT"}:
        return column, f'no operator before {str(token)!r}; write "a b" in quotes for a phrase, or a AND b'
    return column, f"{str(token)!r} needs something on both sides"


def _read_number(token: Token, least: int) -> int:
    name, _, digits = str(token).partition("/")
    if not digits:
        raise _QueryError(token.column or 1, _FORMS[name])
    number = int(digits[:6])
    if not least <= number <= MAX_DISTANCE:
        raise _QueryError(token.column or 1, f"{name}/{digits}: the number goes from {least} to {MAX_DISTANCE}")
    return number


@v_args(inline=True)
class _Builder(Transformer[Token, Any]):
    """Turn the parse into nodes, bottom up, without recursion."""

    def word(self, token: Token) -> Phrase:
        _refuse_marks(str(token), token.column or 1)
        return _make_phrase(str(token), token.column or 1)

    def phrase(self, token: Token) -> Phrase:
        return _make_phrase(str(token)[1:-1], token.column or 1)

    def exact(self, token: Token) -> Phrase:
        if not token.startswith('="'):
            _refuse_marks(str(token)[1:], token.column or 1)
        return _make_phrase(str(token)[1:].strip('"'), token.column or 1, is_exact=True)

    def name(self, token: Token) -> Name:
        name = str(token)[1:].strip('"')
        return Name(name=name, column=token.column or 1)

    def regex(self, token: Token) -> Pattern:
        return Pattern(text=str(token)[1:-1].replace("\\/", "/"), column=token.column or 1)

    def in_field(self, field: Token, part: Node) -> InField:
        name = str(field)[:-1]
        if name not in set(FieldName):
            allowed = ", ".join(f"{known}:" for known in FieldName)
            raise _QueryError(field.column or 1, f"no field {name}: here; allowed: {allowed}")
        return InField(field=FieldName(name), part=part, column=field.column or 1)

    def at_least(self, token: Token, part: Node) -> AtLeast:
        _refuse_prefix(part, token)
        return AtLeast(count=_read_number(token, 1), part=part, column=token.column or 1)

    def distinct(self, token: Token, part: Node) -> Distinct:
        _refuse_prefix(part, token)
        return Distinct(count=_read_number(token, 1), part=part, column=token.column or 1)

    def operator(self, token: Token) -> Token:
        return token

    def and_not(self, token: Token, _not: Token) -> Token:
        return Token.new_borrow_pos("AND_NOT", "AND NOT", token)

    def chain(self, *items: Node | Token) -> Node:
        operands = [item for item in items[::2] if not isinstance(item, Token)]
        operators = [item for item in items[1::2] if isinstance(item, Token)]
        return _join_booleans(operands, operators)


def _refuse_prefix(part: Node, token: Token) -> None:
    if isinstance(part, AtLeast | Distinct):
        raise _QueryError(token.column or 1, f"{token} needs a word, a phrase, a name, a field or parentheses after it")


def _refuse_marks(word: str, column: int) -> None:
    """Raise for a bare word with a mark that other languages give a meaning, and that we would pass over."""
    if word.startswith(("-", "+", "!")) and len(word) > 1:
        remedy = f"write {word[1:]}" if word[0] == "+" else f"write AND NOT {word[1:]}"
        raise _QueryError(column, f"{word!r}: {word[0]} has no meaning before a word; {remedy}, or put it in quotes")
    foreign = _FOREIGN.search(word)
    if foreign and any(map(str.isalnum, word)):
        raise _QueryError(column, f"{word!r}: {foreign.group()} has no meaning here; write an operator, or quotes")


def _make_phrase(text: str, column: int, *, is_exact: bool = False) -> Phrase:
    if not any(char.isalnum() for char in text):
        raise _QueryError(column, f"{text!r} has no word in it")
    for word in text.split():
        if "*" in word and (not word.endswith("*") or word.count("*") > 1 or is_exact):
            raise _QueryError(column, f"{word!r}: * stands only at the end of a word that ignores case, as in partner*")
        if word.endswith("*") and len(word) < 4:
            raise _QueryError(column, f"{word!r}: * needs three letters at least before it")
    return Phrase(text=text, is_exact=is_exact)


def _split(
    operands: Sequence[Node], operators: Sequence[Token], kinds: set[str]
) -> list[tuple[list[Node], list[Token]]]:
    """Cut a chain at the operators of some kinds."""
    groups: list[tuple[list[Node], list[Token]]] = [([operands[0]], [])]
    for operator, operand in zip(operators, operands[1:], strict=True):
        if operator.type in kinds:
            groups.append(([operand], []))
        else:
            groups[-1][0].append(operand)
            groups[-1][1].append(operator)
    return groups


def _join_booleans(operands: Sequence[Node], operators: Sequence[Token]) -> Node:
    booleans = [token for token in operators if token.type in {"AND", "OR", "AND_NOT"}]
    for before, after in pairwise(booleans):
        if (before.type == "OR") != (after.type == "OR"):
            raise _QueryError(
                after.column or 1, "AND and OR mixed; add parentheses, as in (a AND b) OR c, or a AND (b OR c)"
            )
    parts = [_join_scopes(*group, Scope.PARAGRAPH) for group in _split(operands, operators, {"AND", "OR", "AND_NOT"})]
    if not booleans:
        return parts[0]
    if booleans[0].type == "OR":
        return Either(parts=tuple(parts))
    kinds = ["AND", *(token.type for token in booleans)]
    wanted = tuple(part for part, kind in zip(parts, kinds, strict=True) if kind == "AND")
    unwanted = tuple(part for part, kind in zip(parts, kinds, strict=True) if kind != "AND")
    node: Node = wanted[0] if len(wanted) == 1 else All(parts=wanted, scope=Scope.ARTICLE)
    if unwanted:
        node = Without(wanted=node, unwanted=unwanted[0] if len(unwanted) == 1 else Either(parts=unwanted))
    return node


def _join_scopes(operands: Sequence[Node], operators: Sequence[Token], scope: Scope) -> Node:
    below = Scope.SENTENCE if scope is Scope.PARAGRAPH else None
    parts = [
        _join_scopes(*group, below) if below else _join_distances(*group)
        for group in _split(operands, operators, {scope.name})
    ]
    if len(parts) == 1:
        return parts[0]
    column = next(token.column or 1 for token in operators if token.type == scope.name)
    return All(parts=tuple(parts), scope=scope, column=column)


def _join_distances(operands: Sequence[Node], operators: Sequence[Token]) -> Node:
    node = operands[0]
    if len(operators) > MAX_PROXIMITIES:
        raise _QueryError(
            operators[MAX_PROXIMITIES].column or 1,
            f"more than {MAX_PROXIMITIES} NEAR or PRE in a row; use a phrase or AND",
        )
    for operator, operand in zip(operators, operands[1:], strict=True):
        node = Near(
            left=node,
            right=operand,
            distance=_read_number(operator, 1),
            is_ordered=operator.type == "PRE",
            column=operator.column or 1,
        )
    return node


_PARSER = Lark(_GRAMMAR, parser="lalr", transformer=_Builder(), maybe_placeholders=False)
