"""The matcher against a naive evaluator: made queries over made articles, each tried the long way."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import product
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.detect.match import Scan, find_literals
from monitor.detect.ruleset import Ruleset, compile_rules, pick_rules
from monitor.detect.tokens import read_document
from monitor.detect.weights import Weights
from monitor.models import Article, EventType, Rule

MANY = 300
"""Rules at a time: enough for the gates to look at what was found together."""
WORDS = ("alpha", "alphabet", "beta", "gamma", "delta")
LEVELS = ("article", "paragraph", "sentence")
NEAR_KINDS = ("NEAR", "PRE", "OR")
LOCAL_KINDS = ("NEAR", "PRE", "OR", "AND", "SENTENCE", "PARAGRAPH", "ATLEAST")
WHOLE_KINDS = (*LOCAL_KINDS, "AND NOT")
FORMS = (
    ("alpha", "NEAR", "beta"),
    ("beta", "NEAR", "alpha"),
    ("alpha", "PRE", '"beta gamma"'),
    ("alph*", "PRE", '(delta OR "bet* gamma")'),
)
Spans = frozenset[tuple[int, int]]


@dataclass(frozen=True)
class Token:
    """A word of an article, and where it stands."""

    spelled: str
    is_title: bool
    paragraph: int
    sentence: int
    """Numbered through; those of the title before those of the text."""


@dataclass(frozen=True)
class Query:
    """A query as a tree; `kind` names the operator, `number` its distance or count, `text` a word or a field."""

    kind: str
    parts: tuple["Query", ...] = ()
    number: int = 0
    text: str = ""

    def write(self) -> str:
        inner = [f"({part.write()})" for part in self.parts]
        if self.kind in {"NEAR", "PRE"}:
            return f"{inner[0]} {self.kind}/{self.number} {inner[1]}"
        if self.kind == "ATLEAST":
            return f"ATLEAST/{self.number} {inner[0]}"
        if self.kind == "field":
            return f"{self.text}: {inner[0]}"
        return f" {self.kind} ".join(inner) or self.text


class Maker:
    """Makes queries and articles from a seed: quicker than strategies within strategies."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)  # noqa: S311 - made material

    def make_query(self, level: str = "field", depth: int = 3) -> Query:
        """Return a query of what may stand at a level: `field`, `article`, `paragraph` and `sentence`, or `near`."""
        if not depth or self.random.random() < 0.2:
            return self.make_leaf()
        kinds = {"near": NEAR_KINDS, "sentence": LOCAL_KINDS, "article": WHOLE_KINDS, "field": (*WHOLE_KINDS, "field")}
        kind = self.random.choice(kinds[level])
        inside = {"NEAR": "near", "PRE": "near", "SENTENCE": "sentence", "PARAGRAPH": "sentence", "field": "article"}
        inside["ATLEAST"] = "near"  # a count of a count is refused
        level = inside.get(kind, level)
        count = (
            1
            if kind in {"ATLEAST", "field"}
            else 2
            if kind in {"NEAR", "PRE", "AND NOT"}
            else self.random.choice((2, 2, 3))
        )
        parts = tuple(self.make_query(level, depth - 1) for _ in range(count))
        return Query(
            kind,
            parts,
            number=self.random.choice((1, 2, 3, 4, 9, 12)),
            text=self.random.choice(("title", "lead", "body")),
        )

    def make_leaf(self) -> Query:
        word = self.random.choice((*WORDS, "alph*"))
        other = self.random.choice((*WORDS, "alph*"))
        exact = "=" + self.random.choice(WORDS).capitalize()
        return Query("leaf", text=self.random.choice((word, word, exact, f'"{word} {other}"')))

    def make_sentence(self) -> str:
        words = self.random.choices((*WORDS, "omega"), weights=(2, 2, 2, 1, 1, 16), k=self.random.randint(1, 14))
        return " ".join(words).capitalize() + "."

    def make_text(self) -> list[list[str]]:
        """Return the sentences of each paragraph."""
        return [
            [self.make_sentence() for _ in range(self.random.randint(1, 3))] for _ in range(self.random.randint(1, 3))
        ]


def read_tokens(title: str, text: list[list[str]]) -> list[Token]:
    """Cut an article of known form, the long way."""
    tokens = [Token(word.strip("."), is_title=True, paragraph=-1, sentence=-1) for word in title.split()]
    number = 0
    for paragraph, lines in enumerate(text):
        for line in lines:
            tokens += [
                Token(word.strip("."), is_title=False, paragraph=paragraph, sentence=number) for word in line.split()
            ]
            number += 1
    return tokens


class Naive:
    """Evaluates a query over an article by trying everything."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens

    def find(self, query: Query, level: str, words: frozenset[int]) -> Spans | None:  # noqa: PLR0911 - a case a kind
        """Return all places, or None if it does not hold; `words` may be looked at, `level` is the scope around."""
        match query.kind:
            case "leaf":
                return self.find_leaf(query.text, words) or None
            case "OR":
                found = [self.find(part, level, words) for part in query.parts]
                return frozenset().union(*filter(None, found)) if any(found) else None
            case "AND" | "SENTENCE" | "PARAGRAPH":
                return self.find_together(query, level, words)
            case "AND NOT":
                wanted, unwanted = (self.find(part, level, words) for part in query.parts)
                return None if unwanted else wanted
            case "NEAR" | "PRE":
                return self.find_near(query, words)
            case "ATLEAST":
                spans = self.find(query.parts[0], level, words)
                return spans if spans and count_disjoint(tuple(sorted(spans))) >= query.number else None
        return self.find(query.parts[0], level, words & self.list_words(query.text))

    def find_leaf(self, text: str, words: frozenset[int]) -> Spans:
        wanted = text.strip('"=').split()
        spans = set()
        for first in words:
            last = first + len(wanted)
            tokens = self.tokens[first:last]
            same = len({token.sentence for token in tokens}) == 1 and len(tokens) == len(wanted)
            if same and all(fits(token.spelled, word, text) for token, word in zip(tokens, wanted, strict=True)):
                spans.add((first, last))
        return frozenset(spans)

    def find_near(self, query: Query, words: frozenset[int]) -> Spans | None:
        left, right = (self.find(part, "sentence", words) or frozenset() for part in query.parts)
        orders = [(left, right)] if query.kind == "PRE" else [(left, right), (right, left)]
        return (
            frozenset(
                (one[0], other[1])
                for before, after in orders
                for one, other in product(before, after)
                if other[0] >= one[1]
                and other[0] - one[1] + 1 <= query.number
                and self.tokens[one[0]].is_title == self.tokens[other[0]].is_title
            )
            or None
        )

    def find_together(self, query: Query, level: str, words: frozenset[int]) -> Spans | None:
        level = max(level, query.kind.lower() if query.kind != "AND" else "article", key=LEVELS.index)
        found = [self.find(part, level, words) for part in query.parts]
        if not all(found):
            return None
        if level == "article":
            return frozenset().union(*filter(None, found))
        spans = set()
        for place in {self.read_place(word, level) for word in words}:
            inside = [
                min((span for span in spans if self.stands_in(span, place, level)), default=None)
                for spans in found
                if spans
            ]
            if all(inside):
                firsts, lasts = zip(*filter(None, inside), strict=True)
                spans.add((min(firsts), max(lasts)))
        return frozenset(spans) or None

    def stands_in(self, span: tuple[int, int], place: int, level: str) -> bool:
        return all(self.read_place(word, level) == place for word in (span[0], span[1] - 1))

    def read_place(self, word: int, level: str) -> int:
        token = self.tokens[word]
        return token.sentence if level == "sentence" else token.paragraph

    def list_words(self, field: str) -> frozenset[int]:
        """Return the words of a field."""
        places = {"title": range(-1, 0), "lead": range(-1, 2), "body": range(2, len(self.tokens))}[field]
        return frozenset(number for number, token in enumerate(self.tokens) if token.sentence in places)


def fits(spelled: str, word: str, text: str) -> bool:
    if text.startswith("="):
        return spelled == word
    if word.endswith("*"):
        return spelled.lower().startswith(word[:-1])
    return spelled.lower() == word


@cache
def count_disjoint(spans: tuple[tuple[int, int], ...]) -> int:
    """Return how many of some spans there are at most beside each other."""
    if not spans:
        return 0
    rest = tuple(span for span in spans[1:] if span[0] >= spans[0][1])
    return max(1 + count_disjoint(rest), count_disjoint(spans[1:]))


def compile_queries(written: Iterable[str]) -> Ruleset:
    rules = [Rule(name=f"r{number}", type=EventType.EXPANSION, match=query) for number, query in enumerate(written)]
    return compile_rules(rules, weights=Weights({}, {}))


def find_all(ruleset: Ruleset, article: Article) -> dict[str, Spans]:
    """Return where each rule of a ruleset holds in an article, gates and all."""
    document = read_document(article)
    hits = find_literals(document, ruleset.automaton)
    scan = Scan(document=document, hits=hits, watched=[], list_mentions=list)
    return {planned.rule.name: frozenset(spans) for planned, spans in pick_rules(ruleset, scan)}


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**32))
def test_rules_hold_where_a_naive_evaluation_says_so(seed: int) -> None:
    maker = Maker(seed)
    made = [maker.make_query() for _ in range(MANY)]
    title, text = f"Epsilon {maker.make_sentence()}", maker.make_text()
    naive = Naive(read_tokens(title, text))
    everywhere = frozenset(range(len(naive.tokens)))
    article = Article(url="", title=title, text="\n\n".join(map(" ".join, text)))
    found = find_all(compile_queries(query.write() for query in made), article)
    for number, query in enumerate(made):
        assert found.get(f"r{number}") == naive.find(query, "article", everywhere), (query.write(), title, text)


def test_rules_are_looked_at_wherever_their_words_stand() -> None:
    distances = {f"{one} {kind}/{number} {two}": number for number in range(1, 16) for one, kind, two in FORMS}
    padding = [f"alpha AND (beta OR delta{number})" for number in range(MANY)]
    ruleset = compile_queries([*distances, *padding])
    for offset, between in product(range(34), range(13)):
        text = " ".join(["Omega"] * offset + ["alpha"] + ["omega"] * between + ["beta gamma"])
        found = find_all(ruleset, Article(url="", title="", text=text))
        holding = {query for number, query in enumerate(distances) if f"r{number}" in found}
        assert holding == {query for query, distance in distances.items() if distance > between}
        assert len(found) == len(holding) + MANY
