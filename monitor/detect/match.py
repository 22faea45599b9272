"""Where the parts of a query stand in an article: word positions from one automaton, then a small span algebra.

One Aho-Corasick pass finds every word and phrase of every rule at once; a rule is evaluated only when one of the
literals that it cannot do without was found, so the time does not grow with the number of rules.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from ahocorasick_rs import AhoCorasick

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
    Phrase,
    Row,
    Scope,
    Without,
)
from monitor.detect.tokens import Document
from monitor.models import Field

Span = tuple[int, int]
"""`[first, last)` in words of the document."""
Found = list[Span] | None
"""Where a query holds, in order; None: it does not hold; empty: it holds, nowhere in particular."""
LEAD_SENTENCES = 2
_MAX_PAIRS = 4
"""Partners that one span is joined with: the nearest ones; keeps proximity linear."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A company named in the article: `[first, last)` in words."""

    first: int
    last: int
    name: str
    company: int | None = None
    """Its number on the watch list."""


@dataclass(slots=True)
class Scan:
    """One article under evaluation: what was found, and what was already worked out."""

    document: Document
    hits: Mapping[int, list[Span]]
    watched: Sequence[Mention]
    """The watched companies of the article in order."""
    list_mentions: Callable[[], Sequence[Mention]]
    """All companies of the article in order, worked out when a query asks."""
    known: dict[int, Found] = field(default_factory=dict)
    mentions: Sequence[Mention] | None = None
    present: frozenset[int] = frozenset()
    """The literals that were found at all."""

    def __post_init__(self) -> None:
        self.present = frozenset(self.hits)


def find_literals(document: Document, automaton: AhoCorasick) -> dict[int, list[Span]]:
    """Return the spans of each literal in the document, in order; none crosses the end of a sentence."""
    text = " " + " ".join(document.words) + " "
    offsets = list(accumulate((len(word) + 1 for word in document.words), initial=0))
    hits: dict[int, list[Span]] = defaultdict(list)
    for number, start, end in automaton.find_matches_as_indexes(text, overlapping=True):
        first = bisect_left(offsets, start)
        last = bisect_left(offsets, end - 1)
        if last - first == 1 or document.find_sentence(first).last >= last:
            hits[number].append((first, last))
    return hits


def evaluate(plan: Node, scan: Scan) -> Found:
    """Return where a plan holds in the article."""
    key = id(plan)
    if key not in scan.known:
        scan.known[key] = _evaluate(plan, scan)
    return scan.known[key]


def _evaluate(plan: Node, scan: Scan) -> Found:  # noqa: C901, PLR0911 - one case for each kind of node
    match plan:
        case Atom():
            return _find_atom(plan, scan)
        case Row():
            return _find_row(plan, scan)
        case Companies():
            return _find_companies(plan, scan)
        case Expression():
            return _find_expression(plan, scan)
        case Either():
            return _unite([evaluate(part, scan) for part in plan.parts])
        case All():
            found = [evaluate(part, scan) for part in plan.parts]
            return None if None in found else _gather(found, plan.scope, scan.document)
        case Without():
            wanted = evaluate(plan.wanted, scan)
            return None if wanted is None or evaluate(plan.unwanted, scan) is not None else wanted
        case Near():
            return _pair(plan, evaluate(plan.left, scan), evaluate(plan.right, scan))
        case InField():
            return _find_in_field(plan, scan)
        case AtLeast():
            spans = evaluate(plan.part, scan)
            return spans if spans is not None and len(spans) >= plan.count else None
        case Distinct():
            return _find_distinct(plan, scan)
        case _:
            message = f"{plan!r} was not planned"
            raise TypeError(message)


def _find_atom(atom: Atom, scan: Scan) -> Found:
    present = atom.numbers & scan.present
    if not present:
        return None
    spans = sorted({span for number in present for span in scan.hits[number]})
    if atom.exact is not None:
        spans = [span for span in spans if spell(scan.document, span) == atom.exact]
    return spans or None


def spell(document: Document, span: Span) -> str:
    """Return a span as it is written in the article, without a possessive."""
    text = document.read_field(document.find_sentence(span[0]).field)
    return text[document.starts[span[0]] : document.ends[span[1] - 1]]


def _find_row(row: Row, scan: Scan) -> Found:
    spans = evaluate(row.parts[0], scan)
    for part in row.parts[1:]:
        ends = dict(evaluate(part, scan) or ())
        spans = [(first, ends[last]) for first, last in spans or () if last in ends]
    return spans or None


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
            first = max(low, bisect_right(document.starts, match.start(), low, high) - 1)
            last = bisect_left(document.starts, match.end(), low, high)
            spans.append((first, max(last, first + 1)))
    return spans or None


def _unite(found: Sequence[Found]) -> Found:
    holding = [spans for spans in found if spans is not None]
    if len(holding) < 2:
        return holding[0] if holding else None
    return sorted({span for spans in holding for span in spans})


def _gather(found: Sequence[Found], scope: Scope, document: Document) -> Found:
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


def _group_by_place(spans: Sequence[Span], scope: Scope, document: Document) -> dict[tuple[Field, int], Span]:
    """Return the first span of each sentence or paragraph."""
    places: dict[tuple[Field, int], Span] = {}
    for span in spans:
        sentence = document.find_sentence(span[0])
        number = sentence.number if scope is Scope.SENTENCE else sentence.paragraph
        places.setdefault((sentence.field, number), span)
    return places


def _pair(plan: Near, left: Found, right: Found) -> Found:
    if not left or not right:
        return None
    pairs = set(_follow(left, right, plan.distance))
    if not plan.is_ordered:
        pairs.update(_follow(right, left, plan.distance))
    return sorted(pairs) or None


def _follow(left: Sequence[Span], right: Sequence[Span], distance: int) -> Iterator[Span]:
    """Yield each left span joined with the nearest right spans that begin after it, within the distance."""
    for first, last in left:
        place = bisect_left(right, (last, 0))
        for start, end in right[place : place + _MAX_PAIRS]:
            if start - last + 1 > distance:
                break
            yield first, end


def _find_in_field(plan: InField, scan: Scan) -> Found:
    article = scan.document.article
    facts = {
        FieldName.SOURCE: article.site_name or "",
        FieldName.URL: article.url,
        FieldName.LANG: article.language or "",
    }
    if plan.field in facts:
        return [] if _holds_in_fact(plan.part, facts[plan.field].lower()) else None
    spans = evaluate(plan.part, scan) or ()
    return [span for span in spans if _is_in_field(span, plan.field, scan.document)] or None


def _holds_in_fact(part: Node, fact: str) -> bool:
    """Tell whether a short fact (source, URL, language) holds a word, a phrase or one of several."""
    match part:
        case Phrase():
            return part.text.rstrip("*").lower() in fact
        case Either():
            return any(_holds_in_fact(each, fact) for each in part.parts)
    return False


def _is_in_field(span: Span, name: FieldName, document: Document) -> bool:
    sentence = document.find_sentence(span[0])
    if sentence.field is Field.TITLE:
        return name is FieldName.TITLE
    if name is FieldName.TITLE:
        return sentence.start < document.title_end
    return (sentence.number < LEAD_SENTENCES) == (name is FieldName.LEAD)


def _find_distinct(plan: Distinct, scan: Scan) -> Found:
    spans = evaluate(plan.part, scan) or ()
    names = {mention.first: mention.name for mention in _list_mentions(scan)}
    places: dict[object, list[Span]] = defaultdict(list)
    for span in spans:
        sentence = scan.document.find_sentence(span[0])
        place = {
            Scope.ARTICLE: None,
            Scope.PARAGRAPH: (sentence.field, sentence.paragraph),
            Scope.SENTENCE: (sentence.field, sentence.number),
        }[plan.scope]
        places[place].append(span)
    return _unite(
        [inside for inside in places.values() if len({names.get(span[0]) for span in inside} - {None}) >= plan.count]
    )
