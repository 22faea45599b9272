"""Which rules are worth a look in an article: those whose literals were found, and found together.

A gate is a set of literals of which one must be found if a rule is to hold. Most rules have several: both sides of AND
in the article, both sides of SENTENCE in one sentence, both sides of NEAR within a few words. Sets of rules are
integers, one bit a rule, so that one operation settles ten thousand of them.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from monitor.detect.mention import Span
from monitor.detect.nodes import All, Atom, Companies, Either, Near, Node, Row, Scope, list_needed
from monitor.detect.tokens import Document

_BLOCK_WORDS = 16
"""Two words at most so far apart stand in one block or in two that follow each other."""
_DEPTH = 3
"""Gates of a rule that are looked at in the article as a whole."""
_FEW = 2
"""Rules of a literal that are kept one by one: as bits they would take a kilobyte."""
_MANY = 100
"""Rules that cost less to evaluate than to sort out by what stands together."""
_ONE = re.compile("1")
Gate = frozenset[int]


@dataclass(slots=True)
class _Level:
    """One gate of each rule that has one."""

    free: int = 0
    """The rules without."""
    many: dict[int, int] = field(default_factory=dict)
    """The rules of a literal, as bits."""
    few: dict[int, Sequence[int]] = field(default_factory=dict)
    """The rules of a literal, one by one."""

    def admit(self, literals: Iterable[int]) -> int:
        """Return the rules of which one literal is among those found."""
        bits = 0
        for literal in literals:
            if literal in self.many:
                bits |= self.many[literal]
            elif literal in self.few:
                for number in self.few[literal]:
                    bits |= 1 << number
        return bits


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pairs:
    """Two gates of each rule that has them, which must open together."""

    rules: Sequence[int]
    """Their numbers; the levels know them by their place here."""
    levels: Sequence[_Level]

    def refuse(self, places: Mapping[int, Sequence[int]], *, reach: int) -> set[int]:
        """Return the rules whose gates do not open at one place, or at two places at most `reach` apart."""
        first, second = self.levels
        opened = {place: (first.admit(literals), second.admit(literals)) for place, literals in places.items()}
        bits = 0
        for place, (one, other) in opened.items():
            after_one, after_other = opened.get(place + reach, (0, 0))
            bits |= (one | after_one) & (other | after_other)
        return set(self.rules).difference([self.rules[index] for index in _list_bits(bits)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Gates:
    """The gates of all rules: a rule must pass those it has."""

    article: Sequence[_Level]
    sentence: _Pairs
    near: _Pairs


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """What is known of all literals when gates are chosen."""

    usage: Mapping[int, int]
    """How many rules look for a literal: where one can choose, few are better."""
    lengths: Sequence[int]
    """In words."""
    names: Mapping[int, Gate]
    """The literals of each company."""

    def cost(self, gate: Gate) -> int:
        """Return how often a gate is likely to open, as far as the rules tell."""
        return sum(self.usage[literal] for literal in gate)


def build_gates(matches: Sequence[Node], literals: Iterable[str], names: Mapping[int, Gate]) -> Gates:
    """Return the gates of rules, by the order of their queries; `names` holds the literals of each company."""
    usage = Counter(literal for match in matches for literal in _list_literals(match, names))
    vocabulary = Vocabulary(usage=usage, lengths=[literal.count(" ") for literal in literals], names=names)
    return Gates(
        article=_build_levels([_choose([match], vocabulary) for match in matches], depth=_DEPTH),
        sentence=_build_pairs([_choose(_list_in_sentence(match), vocabulary) for match in matches]),
        near=_build_pairs([_choose_near(match, vocabulary) for match in matches]),
    )


def pick_numbers(gates: Gates, hits: Mapping[int, Sequence[Span]], document: Document) -> list[int]:
    """Return the numbers of the rules that may hold, in order."""
    bits = -1
    for level in gates.article:
        bits &= level.free | level.admit(hits)
    numbers = _list_bits(bits)
    if len(numbers) > _MANY:
        refused = gates.sentence.refuse(_group_by_sentence(hits, document), reach=0)
        refused |= gates.near.refuse(_group_by_block(hits), reach=1)
        numbers = [number for number in numbers if number not in refused]
    return numbers


def _list_bits(bits: int) -> list[int]:
    """Return the places of the ones, the least first."""
    return [match.start() for match in _ONE.finditer(bin(bits)[:1:-1])]


def _group_by_sentence(hits: Mapping[int, Sequence[Span]], document: Document) -> dict[int, list[int]]:
    places: dict[int, list[int]] = {}
    for literal, spans in hits.items():
        for span in spans:
            places.setdefault(document.find_place(span[0]), []).append(literal)
    return places


def _group_by_block(hits: Mapping[int, Sequence[Span]]) -> dict[int, list[int]]:
    places: dict[int, list[int]] = {}
    for literal, spans in hits.items():
        for span in spans:
            places.setdefault(span[0] // _BLOCK_WORDS, []).append(literal)
    return places


def _build_levels(gates: Sequence[Sequence[Gate]], *, depth: int) -> list[_Level]:
    """Return so many levels of the gates of each rule, by its number."""
    levels = []
    for place in range(depth):
        rules: dict[int, list[int]] = {}
        for number, each in enumerate(gates):
            for literal in each[place] if place < len(each) else ():
                rules.setdefault(literal, []).append(number)
        levels.append(
            _Level(
                free=_set_bits([number for number, each in enumerate(gates) if place >= len(each)]),
                many={literal: _set_bits(numbers) for literal, numbers in rules.items() if len(numbers) > _FEW},
                few={literal: tuple(numbers) for literal, numbers in rules.items() if len(numbers) <= _FEW},
            )
        )
    return levels


def _build_pairs(gates: Sequence[Sequence[Gate]]) -> _Pairs:
    """Return the pairs of the rules that have two gates."""
    rules = [number for number, each in enumerate(gates) if len(each) > 1]
    return _Pairs(rules=rules, levels=_build_levels([gates[number] for number in rules], depth=2))


def _set_bits(numbers: Sequence[int]) -> int:
    bits = bytearray(max(numbers, default=0) // 8 + 1)
    for number in numbers:
        bits[number // 8] |= 1 << number % 8
    return int.from_bytes(bits, "little")


def _list_literals(node: Node, names: Mapping[int, Gate]) -> set[int]:
    """Return the literals that a node looks for."""
    match node:
        case Atom():
            return set(node.numbers)
        case Companies():
            return set[int]().union(*(names.get(number, ()) for number in node.numbers or ()))
    return set[int]().union(*(_list_literals(part, names) for part in list_needed(node)))


def _list_gates(node: Node, vocabulary: Vocabulary) -> list[Gate]:
    """Return the gates of a node, each of which must open if it is to hold."""
    match node:
        case Atom():
            return [node.numbers]
        case Companies(numbers=None):
            return []
        case Companies():
            return [Gate(_list_literals(node, vocabulary.names))]
        case Either():
            gates = [sorted(_list_gates(part, vocabulary), key=vocabulary.cost) for part in node.parts]
            count = max(map(len, gates)) if all(gates) else 0
            return [Gate().union(*(each[min(place, len(each) - 1)] for each in gates)) for place in range(count)]
    return [gate for part in list_needed(node) for gate in _list_gates(part, vocabulary)]


def _choose(nodes: Sequence[Node], vocabulary: Vocabulary) -> list[Gate]:
    """Return the gates of nodes, those first that are likely to open least often."""
    gates = dict.fromkeys(gate for node in nodes for gate in _list_gates(node, vocabulary))
    return sorted(gates, key=vocabulary.cost)


def _list_in_sentence(node: Node) -> Sequence[Node]:
    """Return parts that must stand in one sentence if a node is to hold; none if there are none."""
    for one in _walk_needed(node):
        if isinstance(one, All) and one.scope is Scope.SENTENCE:
            return one.parts
    return ()


def _choose_near(node: Node, vocabulary: Vocabulary) -> list[Gate]:
    """Return the gates of two parts that must stand within a block's length if a node is to hold, if there are such."""
    pairs: list[list[Gate]] = []
    for one in _walk_needed(node):
        if isinstance(one, Near):
            words = [_count_words(side, vocabulary) for side in (one.left, one.right)]
            gates = [gate for side in (one.left, one.right) for gate in _list_gates(side, vocabulary)[:1]]
            if None not in words and len(gates) == 2 and sum(filter(None, words)) + one.distance <= _BLOCK_WORDS:
                pairs.append(gates)
    return min(pairs, key=lambda pair: sum(map(vocabulary.cost, pair)), default=[])


def _walk_needed(node: Node) -> Iterator[Node]:
    """Yield a node and those in it that must hold with it."""
    yield node
    if not isinstance(node, Either):
        for part in list_needed(node):
            yield from _walk_needed(part)


def _count_words(node: Node, vocabulary: Vocabulary) -> int | None:
    """Return how many words a place of a node has at most; None where that is not known."""
    match node:
        case Atom():
            return max(vocabulary.lengths[literal] for literal in node.numbers)
        case Companies(numbers=numbers) if numbers:
            literals = _list_literals(node, vocabulary.names)
            return max((vocabulary.lengths[literal] for literal in literals), default=None)
        case Row() | Either():
            counts = [_count_words(part, vocabulary) for part in node.parts]
            known = [count for count in counts if count is not None]
            if len(known) == len(counts):
                return sum(known) if isinstance(node, Row) else max(known)
    return None
