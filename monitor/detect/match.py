"""Where the parts of a query stand in an article: word positions from one automaton, then a small span algebra.

One Aho-Corasick pass finds every word and phrase of every rule at once; a rule is evaluated only when one of the
literals that it cannot do without was found, so the time does not grow with the number of rules.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate
from operator import itemgetter
from typing import Any

from ahocorasick_rs import AhoCorasick

from monitor.detect.companies import is_same_company
from monitor.detect.mention import Mention, Span
from monitor.detect.nodes import (
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
    Scope,
    Stated,
    Without,
)
from monitor.detect.tokens import Document
from monitor.models import Field

Found = list[Span] | None
"""Where a query holds, in order; None: it does not hold; empty: it holds, nowhere in particular."""
_MAX_SPANS = 20_000
"""Of one node; a news article has a few hundred. Keeps proximity linear on texts of one word, said 30,000 times."""


@dataclass(slots=True)
class Scan:
    """One article under evaluation: what was found, and what was already worked out."""

    document: Document
    hits: Mapping[int, list[Span]]
    watched: Sequence[Mention]
    """The watched companies of the article in order."""
    list_mentions: Callable[[], Sequence[Mention]]
    """All companies of the article in order, worked out when a query asks."""
    whole: "Scan | None" = None
    """The article, if this is a field of it."""
    window: Span = (0, 0)
    """The words of the field."""
    known: dict[int, Found] = field(default_factory=dict)
    mentions: Sequence[Mention] | None = None
    present: frozenset[int] = frozenset()
    """The literals that were found at all."""
    fields: "dict[FieldName, Scan]" = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.present = frozenset(self.hits)

    def narrow(self, name: FieldName) -> "Scan":
        """Return the same article, of which only the words of a field are looked at."""
        whole = self.whole or self
        if name not in whole.fields:
            document = self.document
            windows = {
                FieldName.TITLE: (0, document.title_words),
                FieldName.LEAD: (0, document.lead_words),
                FieldName.BODY: (document.lead_words, len(document.words)),
            }
            whole.fields[name] = replace(whole, whole=whole, window=windows[name], known={}, fields={})
        return whole.fields[name]


def find_literals(document: Document, automaton: AhoCorasick) -> dict[int, list[Span]]:
    """Return the spans of each literal in the document, in order; none crosses the end of a sentence."""
    text = " " + " ".join(document.words) + " "
    offsets = list(accumulate((len(word) + 1 for word in document.words), initial=0))
    words = {offset: word for word, offset in enumerate(offsets)}
    hits: dict[int, list[Span]] = defaultdict(list)
    for number, start, end in automaton.find_matches_as_indexes(text, overlapping=True):
        first = words[start]
        last = words.get(end - 1) or bisect_left(offsets, end)  # a literal may end inside a word
        if last - first == 1 or document.find_sentence(first).last >= last:
            hits[number].append((first, last))
    return hits


def evaluate(plan: Node, scan: Scan) -> Found:
    """Return where a plan holds in the article."""
    key = id(plan)
    known = scan.known
    if key in known:
        return known[key]
    if scan.whole is not None and isinstance(plan, _LEAVES):
        found = _cut(evaluate(plan, scan.whole), scan.window)
    else:
        found = _EVALUATORS[type(plan)](plan, scan)
    known[key] = found
    return found


def _find_either(plan: Either, scan: Scan) -> Found:
    return _unite([spans for part in plan.parts if (spans := evaluate(part, scan)) is not None])


def _find_all(plan: All, scan: Scan) -> Found:
    found = []
    for part in plan.parts:
        spans = evaluate(part, scan)
        if spans is None:
            return None
        found.append(spans)
    return _gather(found, plan.scope, scan.document)


def _find_without(plan: Without, scan: Scan) -> Found:
    wanted = evaluate(plan.wanted, scan)
    return None if wanted is None or evaluate(plan.unwanted, scan) is not None else wanted


def _find_near(plan: Near, scan: Scan) -> Found:
    left = evaluate(plan.left, scan)
    right = evaluate(plan.right, scan) if left else None
    return _pair(plan, left, right, scan.document) if left and right else None


def _find_in_field(plan: InField, scan: Scan) -> Found:
    return evaluate(plan.part, scan.narrow(plan.field))


def _find_at_least(plan: AtLeast, scan: Scan) -> Found:
    spans = evaluate(plan.part, scan)
    return spans if spans is not None and count_places(spans) >= plan.count else None


def _cut(spans: Found, window: Span) -> Found:
    """Return the spans that begin in a window."""
    inside = spans and spans[bisect_left(spans, (window[0], 0)) : bisect_left(spans, (window[1], 0))]
    return inside or None


def count_places(spans: Sequence[Span]) -> int:
    """Return how many spans there are beside each other: those that overlap are one place."""
    count, end = 0, 0
    for first, last in sorted(spans, key=itemgetter(1)):
        if first >= end:
            count, end = count + 1, last
    return count


def _find_atom(atom: Atom, scan: Scan) -> Found:
    if len(atom.numbers) == 1:
        (number,) = atom.numbers
        spans = scan.hits.get(number, [])
    else:
        present = atom.numbers & scan.present
        spans = _unite([scan.hits[number] for number in present]) or []
    if atom.exact is not None:
        spans = [span for span in spans if spell_words(scan.document, span) == atom.exact]
    return spans or None


def spell(document: Document, span: Span) -> str:
    """Return a span as it is written in the article, without a possessive."""
    text = document.read_field(document.find_sentence(span[0]).field)
    return text[document.starts[span[0]] : document.ends[span[1] - 1]]


def spell_words(document: Document, span: Span) -> str:
    """Return the words of a span as they are written, one space between them, without possessives."""
    text = document.read_field(document.find_sentence(span[0]).field)
    words = range(*span)
    return " ".join(text[document.starts[word] : document.ends[word]] for word in words).replace("\u2019", "'")


def _find_row(row: Row, scan: Scan) -> Found:
    spans = evaluate(row.parts[0], scan)
    for part in row.parts[1:]:
        ends = dict(evaluate(part, scan) or ())
        spans = [(first, ends[last]) for first, last in spans or () if last in ends]
    return [span for span in spans or () if scan.document.find_sentence(span[0]).last >= span[1]] or None


def _find_companies(plan: Companies, scan: Scan) -> Found:
    mentions = _list_mentions(scan) if plan.numbers is None else scan.watched
    return [
        (mention.first, mention.last) for mention in mentions if plan.numbers is None or mention.company in plan.numbers
    ] or None


def _list_mentions(scan: Scan) -> Sequence[Mention]:
    if scan.mentions is None:
        scan.mentions = scan.list_mentions()
    return scan.mentions


def _find_expression(plan: Expression, scan: Scan) -> Found:
    document = scan.document
    spans: list[Span] = []
    for name in Field:
        inside = [sentence for sentence in document.sentences if sentence.field is name]
        if not inside:
            continue
        low, high = inside[0].first, inside[-1].last
        # RE2 takes UTF-8, which cannot hold half a surrogate pair; "?" keeps every offset
        text = document.read_field(name).encode("utf-8", "replace").decode()
        for match in plan.regex.finditer(text, inside[0].start, inside[-1].end):
            if match.start() == match.end():
                continue
            first = max(low, bisect_right(document.starts, match.start(), low, high) - 1)
            last = bisect_left(document.starts, match.end(), low, high)
            spans.append((first, max(last, first + 1)))
    return spans or None


def _unite(found: Sequence[list[Span]]) -> Found:
    """Return all spans of parts that hold, in order."""
    if len(found) < 2:
        return found[0] if found else None
    return sorted(set().union(*found))


def _gather(found: Sequence[list[Span]], scope: Scope, document: Document) -> Found:
    """Join parts that hold: all their spans in an article, else one span for each sentence or paragraph with all."""
    located = [spans for spans in found if spans]
    if scope is Scope.ARTICLE or len(located) < 2:
        return _unite(located) or []
    places = [_group_by_place(spans, scope, document) for spans in located]
    shared = set(places[0]).intersection(*places[1:])
    return (
        sorted(
            (min(place[number][0] for place in places), max(place[number][1] for place in places)) for number in shared
        )
        or None
    )


def _group_by_place(spans: Sequence[Span], scope: Scope, document: Document) -> dict[int, Span]:
    """Return the first span that stands in each sentence or paragraph as a whole, by its number."""
    numbers = _number_places(scope, document)
    places: dict[int, Span] = {}
    for span in spans:
        place = numbers[span[0]]
        if place == numbers[span[1] - 1]:
            places.setdefault(place, span)
    return places


def _number_places(scope: Scope, document: Document) -> Sequence[int]:
    """Return the number of the sentence or paragraph of each word."""
    return document.sentence_numbers if scope is Scope.SENTENCE else document.paragraph_numbers


def _pair(plan: Near, left: list[Span], right: list[Span], document: Document) -> Found:
    """Join the spans of both sides that are near enough; a title and the text under it are not near."""
    title = document.title_words
    if left[0][0] < title or right[0][0] < title:
        windows = (0, title), (title, len(document.words))
        sides = [(_cut(left, window) or [], _cut(right, window) or []) for window in windows]
    else:
        sides = [(left, right)]
    pairs = [pair for before, after in sides for pair in _follow(before, after, plan.distance)]
    if not plan.is_ordered:
        pairs += [pair for before, after in sides for pair in _follow(after, before, plan.distance)]
    return sorted(set(pairs))[:_MAX_SPANS] or None


def _follow(left: Sequence[Span], right: Sequence[Span], distance: int) -> Iterator[Span]:
    """Yield each left span joined with the right spans that begin after it, within the distance."""
    partners = max(1, _MAX_SPANS // (len(left) or 1))
    for first, last in left:
        place = bisect_left(right, (last, 0))
        for start, end in right[place : place + partners]:
            if start - last + 1 > distance:
                break
            yield first, end


def _find_stated(plan: Stated, scan: Scan) -> Found:
    """Tell whether an article says something of itself: that holds, nowhere in particular."""
    article = scan.document.article
    facts = {FieldName.SOURCE: article.site_name, FieldName.URL: article.url, FieldName.LANG: article.language}
    fact = (facts[plan.field] or "").encode("utf-8", "replace").decode()
    return None if plan.regex.search(fact) is None else []


def _find_distinct(plan: Distinct, scan: Scan) -> Found:
    spans = evaluate(plan.part, scan) or ()
    mentions = {mention.first: mention for mention in scan.watched}
    if any(span[0] not in mentions for span in spans):
        mentions = {mention.first: mention for mention in _list_mentions(scan)} | mentions
    numbers = () if plan.scope is Scope.ARTICLE else _number_places(plan.scope, scan.document)
    places: dict[int, list[Span]] = defaultdict(list)
    for span in spans:
        places[numbers[span[0]] if numbers else 0].append(span)
    return _unite(
        [
            inside
            for inside in places.values()
            if count_companies([mentions[span[0]] for span in inside if span[0] in mentions]) >= plan.count
        ]
    )


def count_companies(mentions: Sequence[Mention]) -> int:
    """Return how many companies are named; "Ford Motor Co." and "Ford" are one."""
    watched = {mention.company: mention.name for mention in mentions if mention.company is not None}
    known = list(watched.values())
    for name in sorted({mention.name for mention in mentions if mention.company is None}, key=len, reverse=True):
        if not any(is_same_company(name, other) for other in known):
            known.append(name)
    return len(known)


_LEAVES = (Atom, Row, Companies, Expression)
_EVALUATORS: Mapping[type, Callable[[Any, Scan], Found]] = {
    Atom: _find_atom,
    Row: _find_row,
    Companies: _find_companies,
    Expression: _find_expression,
    Stated: _find_stated,
    Either: _find_either,
    All: _find_all,
    Without: _find_without,
    Near: _find_near,
    InField: _find_in_field,
    AtLeast: _find_at_least,
    Distinct: _find_distinct,
}
