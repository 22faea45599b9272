"""What can be said of a place where a rule holds, in names that people read; weights.tsv says how much each counts."""

import re
from collections.abc import Iterator, Sequence

from monitor.detect.companies import is_common_word, is_same_company, is_suffix, is_title_case
from monitor.detect.mention import Mention, Span
from monitor.detect.modality import HEAD_WORDS, is_news
from monitor.detect.parties import Parties
from monitor.detect.tokens import Document, Sentence
from monitor.detect.words import load_words
from monitor.models import Rule

_NEAR = 5
"""Words on either side of a trigger that are beside it."""
_VERB_GROUP = 4
"""Words before a trigger in which its auxiliary verb stands."""
_AUXILIARIES = {
    "perfect": frozenset({"has", "have"}),
    "pluperfect": frozenset({"had"}),
    "future": frozenset({"will", "would", "to", "plans"}),
    "present": frozenset({"is", "are"}),
    "passive": frozenset({"was", "were"}),
}
_FAR = 4
"""Sentences from the top, where articles turn to what was before."""
_YEAR_FIRST = re.compile(
    r"(?:in|on|since|during|from|by|effective|dated|as of)\b.{0,40}\b(?:19|20)[0-9]{2}\b", re.IGNORECASE
)
_RELATIVE = frozenset({"which", "that", "who"})
_APOSTROPHES = frozenset({"'", "\u2019"})


def describe_sentence(document: Document, sentence: Sentence) -> list[str]:
    """Return where a sentence stands, how it is written and its plain words."""
    style = ["title case"] if is_title_case(document, sentence) else []
    return [_read_place(sentence), *style, *(f"sentence {word}" for word in list_words(document, sentence))]


def list_words(document: Document, sentence: Sentence) -> list[str]:
    """Return the plain words of a sentence, each once."""
    return sorted({word for word in document.words[sentence.first : sentence.last] if is_common_word(word)})


def _read_place(sentence: Sentence) -> str:
    return "place lead" if is_news(sentence) else "place deep"


def describe_tense(document: Document, sentence: Sentence, trigger: Span) -> list[str]:
    """Return the tense of a trigger's verb, also by place, and other signs of when it was: a year, how deep it stands.

    News says "has teamed up", or names a day; a bare past tense or "had" deep in a text tells history.
    """
    beside = document.words[max(sentence.first, trigger[0] - _VERB_GROUP) : trigger[0]]
    head = document.words[trigger[0] : min(trigger[1], trigger[0] + HEAD_WORDS)]
    tenses = [name for name, words in _AUXILIARIES.items() if not words.isdisjoint(beside)]
    if any(word in load_words().past_forms or (word.endswith("ed") and len(word) > 4) for word in head):
        tenses.append("past")
    if head[0].endswith("ing"):
        tenses.append("progressive")
    elif head[0].endswith("s"):
        tenses.append("simple")
    place = _read_place(sentence)
    found = [f"tense {name}" for name in (*tenses, "+".join(tenses) or "none")]
    found += [f"{place}, {name}" for name in tenses]
    if sentence.number >= _FAR:
        found.append("place far")
    if _YEAR_FIRST.match(document.read_field(sentence.field), sentence.start, sentence.end):
        found.append("year first")
    if not _RELATIVE.isdisjoint(document.words[sentence.first : trigger[0]]):
        found.append("relative before")
    return list(dict.fromkeys(found))


def describe_match(
    document: Document, sentence: Sentence, rule: Rule, trigger: Span, parties: Parties, told: Sequence[Mention]
) -> Iterator[str]:
    """Yield what can be said of the place where a rule holds; `told` are the companies of events before it."""
    yield f"own {rule.name}"
    yield from describe_trigger(document, sentence, trigger)
    yield from describe_reference(document, trigger, parties, told)
    yield from describe_parties(document, parties)
    yield from describe_states(document, sentence, trigger)


def describe_trigger(document: Document, sentence: Sentence, trigger: Span) -> Iterator[str]:
    """Yield the words of a trigger, those beside it on either side, and the pairs across its ends."""
    first, last = trigger
    sides = {
        "trigger": range(first, last),
        "before": range(max(sentence.first, first - _NEAR), first),
        "after": range(last, min(sentence.last, last + _NEAR)),
    }
    for side, places in sides.items():
        yield from {f"{side} {document.words[word]}" for word in places if is_common_word(document.words[word])}
    yield f"left {_read_shape(document, sentence, first - 1)} {_read_shape(document, sentence, first)}"
    yield f"right {_read_shape(document, sentence, last - 1)} {_read_shape(document, sentence, last)}"
    text = document.read_field(sentence.field)
    ends = {first, last - 1} - {sentence.first}
    if not is_title_case(document, sentence) and any(text[document.starts[word]].isupper() for word in ends):
        yield "trigger capital"


def _read_shape(document: Document, sentence: Sentence, word: int) -> str:
    """Return a plain word itself; "^" and "$" beyond the sentence, "#" for a number, "*" for a name."""
    if word < sentence.first:
        return "^"
    if word >= sentence.last:
        return "$"
    spelled = document.words[word]
    return "#" if spelled[:1].isdigit() else spelled if is_common_word(spelled) else "*"


def describe_reference(document: Document, trigger: Span, parties: Parties, told: Sequence[Mention]) -> Iterator[str]:
    """Yield a mark when a trigger speaks of "this deal" of a company that an event was told of before."""
    refers = any(word in load_words().referring for word in document.words[max(0, trigger[0] - 1) : trigger[1]])
    if refers and any(is_same_company(one.name, other.name) for one in parties.all for other in told):
        yield "told before"


def describe_parties(document: Document, parties: Parties) -> Iterator[str]:
    """Yield on which sides of the trigger companies stand, and the plain words in their names, as in "Treasury"."""
    sides = [side for side, names in (("before", parties.before), ("after", parties.after)) if names]
    side = "both" if len(sides) > 1 else sides[0] if sides else "none"
    yield f"parties {side} {min(len(parties.all), 2)}"
    for word in {word for one in parties.all for word in document.words[one.first : one.last]}:
        if is_common_word(word) or is_suffix(word):
            yield f"name {word}"


def describe_states(document: Document, sentence: Sentence, trigger: Span) -> Iterator[str]:
    """Yield a mark when a country or a people stands right beside the trigger, where a company would."""
    words = load_words()
    beside = {
        "before": range(trigger[0] - 1, max(sentence.first, trigger[0] - 4) - 1, -1),
        "after": range(trigger[1], min(sentence.last, trigger[1] + 4)),
    }
    text = document.read_field(sentence.field)
    for side, places in beside.items():
        for word in places:
            end = document.ends[word]
            if document.words[word] in words.places and text[end : end + 1] not in _APOSTROPHES:
                yield f"state {side}"
            if document.words[word] not in words.passed_over:
                break
