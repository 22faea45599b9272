"""Who takes part: the organisations in the right places around a trigger."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

from monitor.detect.companies import is_same_company
from monitor.detect.mention import Mention, Span
from monitor.detect.tokens import Document, Sentence
from monitor.detect.words import load_words
from monitor.models import Company, Participant

_PARENTS = frozenset({"of", "by"})
_LINKS = frozenset({"and", "or", "with", "&", "as", "well", "from", "und", "mit", "et", "avec", "y", "e", "con"})
_BOTH = frozenset({"the", "both", "two"})
_SINGLE = frozenset({"it", "its", "their", "them", "they", "the", "this"})
_REFERENCE_REACH = 6
"""Words on either side of a trigger in which "the companies" may stand."""
_WHERE = frozenset({"in", "near", "outside"})
_AFTER_A_PLACE = frozenset(
    {
        "after",
        "amid",
        "and",
        "as",
        "at",
        "before",
        "but",
        "by",
        "for",
        "from",
        "next",
        "on",
        "over",
        "this",
        "to",
        "while",
        "with",
    }
)
_MAX_GAP = 14
"""Words between a trigger and the name that it takes."""


@dataclass(frozen=True, kw_only=True)
class Parties:
    """The organisations before a trigger and those in it or after it, nearest group each."""

    before: tuple[Mention, ...] = ()
    after: tuple[Mention, ...] = ()

    @cached_property
    def all(self) -> tuple[Mention, ...]:
        """Return both sides in order of appearance, each company once."""
        return drop_repeats((*self.before, *self.after))


def find_parties(document: Document, sentence: Sentence, trigger: Span, mentions: Sequence[Mention]) -> Parties:
    """Return the parties around a trigger: the group of names before it and the group in it or after it."""
    fitting = [mention for mention in mentions if not _is_bystander(document, sentence, mention)]
    left = [mention for mention in fitting if mention.last <= trigger[0]]
    right = [mention for mention in fitting if mention.last > trigger[0] and mention.first < trigger[1] + _MAX_GAP]
    before = _take_group(document, left[::-1])[::-1]
    inner = [mention for mention in right if mention.first < trigger[1]]
    rest = [mention for mention in right if mention.first >= trigger[1]]
    after = [*inner[:-1], *_take_group(document, [*inner[-1:], *rest])]
    if len(before) > 1 and after and _is_purpose(document, trigger, after[0]):
        after = []
    return Parties(before=tuple(before), after=tuple(after))


def add_pair(parties: Parties, pair: tuple[Mention, ...], document: Document, trigger: Span) -> Parties:
    """Return the parties with the two companies that were named before, where words beside the trigger mean them.

    "The companies will …" means both; "its", "the deal" do if one of them is the only party.
    """
    if len(parties.all) > 1 or not pair:
        return parties
    beside = document.words[max(0, trigger[0] - _REFERENCE_REACH) : trigger[1] + _REFERENCE_REACH]
    means_both = any(second in load_words().pairs and first in _BOTH for first, second in pairwise(beside))
    is_one_of_them = bool(parties.all) and count_shared(parties.all, pair) == len(parties.all)
    if means_both or (is_one_of_them and not _SINGLE.isdisjoint(beside)):
        return Parties(before=pair)
    return parties


def _is_purpose(document: Document, trigger: Span, mention: Mention) -> bool:
    """Tell whether a name belongs to what the deal is for, as in "A and B partner to enter X"."""
    return not load_words().purposes.isdisjoint(document.words[trigger[1] - 1 : mention.first])


def count_companies(document: Document, sentence: Sentence, trigger: Span, parties: Parties) -> int:
    """Return how many of the parties may be companies: "a plant in Ashby" says where it is, "in Ashby stores" whose.

    The "in" of a trigger, as in "brings in", says neither.
    """
    return sum(
        trigger[0] < mention.first <= trigger[1] or not _is_where(document, sentence, mention)
        for mention in parties.all
    )


def _is_where(document: Document, sentence: Sentence, mention: Mention) -> bool:
    """Tell whether a name that nobody watches stands alone behind "in"."""
    if mention.company is not None or document.words[max(0, mention.first - 1)] not in _WHERE:
        return False
    if mention.last >= sentence.last:
        return True
    gap = document.read_field(sentence.field)[document.ends[mention.last - 1] : document.starts[mention.last]]
    return "," in gap or document.words[mention.last] in _AFTER_A_PLACE


def count_shared(left: Sequence[Mention], right: Sequence[Mention]) -> int:
    """Return how many companies of `left` are in `right` too, in long or short form."""
    return sum(any(is_same_company(one.name, other.name) for other in right) for one in left)


def drop_repeats(mentions: Iterable[Mention]) -> tuple[Mention, ...]:
    """Return each company once, at its first place, under its watched or longest name."""
    kept: list[Mention] = []
    for mention in mentions:
        for place, known in enumerate(kept):
            if (mention.company is not None and mention.company == known.company) or is_same_company(
                mention.name, known.name
            ):
                kept[place] = _choose_name(known, mention)
                break
        else:
            kept.append(mention)
    return tuple(kept)


def _choose_name(known: Mention, again: Mention) -> Mention:
    if known.company is None and again.company is not None:
        return replace(known, name=again.name, company=again.company)
    if known.company is None and again.company is None and len(again.name) > len(known.name):
        return replace(known, name=again.name)
    return known


def make_participants(mentions: Iterable[Mention], companies: Sequence[Company]) -> tuple[Participant, ...]:
    """Return the participants of an event."""
    return tuple(
        Participant(name=mention.name)
        if mention.company is None
        else Participant(name=companies[mention.company].name, is_watched=True)
        for mention in mentions
    )


def _is_bystander(document: Document, sentence: Sentence, mention: Mention) -> bool:
    words = document.words[max(sentence.first, mention.first - 3) : mention.first]
    if not words:
        return False
    if words[-1] in load_words().bystanders:
        return True
    return len(words) > 1 and any(
        word in load_words().kin and following in _PARENTS for word, following in pairwise(words)
    )


def _take_group(document: Document, mentions: Sequence[Mention]) -> list[Mention]:
    """Return the first name and those listed with it: joined by commas, "and", brackets."""
    group = list(mentions[:1])
    for mention in mentions[1:]:
        left, right = sorted((group[-1], mention), key=lambda each: each.first)
        between = range(left.last, right.first)
        if len(between) > 6 or not all(_is_link(document, word) for word in between):
            break
        group.append(mention)
    return group


def _is_link(document: Document, word: int) -> bool:
    """Tell whether a word may stand between names that are listed together, as in "Halden and India's Veltro"."""
    words = load_words()
    spelled = document.words[word]
    return (
        spelled in _LINKS
        or spelled in words.appositions
        or spelled in words.places
        or spelled in words.peoples
        or _is_ticker(document, word)
    )


def _is_ticker(document: Document, word: int) -> bool:
    return "." in document.words[word] or len(document.words[word]) < 3
