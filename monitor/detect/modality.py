"""How sure the text is of an event: cues in the trigger's clause or sentence, the strongest first."""

import re
from collections.abc import Collection

from monitor.detect.companies import is_title_case
from monitor.detect.match import Scan
from monitor.detect.mention import Span
from monitor.detect.ruleset import Ruleset, find_cue
from monitor.detect.tokens import Document, Sentence
from monitor.detect.words import load_words
from monitor.models import EventType, Field, Modality, Rule

NEWS_SENTENCES = 3
"""Of a text; what stands deeper is background, unless it is worded as news."""
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_REACH = 14
"""Words beside a trigger in which "may" or "denies" belongs to it."""
_HEAD = 3
"""First words of a trigger, where its verb stands."""
_ABOUT_A_TIE = frozenset(
    {
        EventType.IN_TALKS,
        EventType.TERMINATION,
        EventType.PARTNER_LEFT,
        EventType.SUSPENSION,
        EventType.TERMS_CHANGED,
        EventType.EXCLUSIVITY_LOST,
        EventType.DISPUTE,
    }
)
"""Changes that are sure though the tie is not: "ends its proposed alliance", "in talks on a potential venture"."""
_ABOUT_TERMS = frozenset({EventType.EXCLUSIVITY_GRANTED, EventType.EXCLUSIVITY_LOST, EventType.RIGHT_OF_FIRST_REFUSAL})
"""Changes that are terms of a deal; what follows them says when the term applies: "may turn to others if it cannot"."""


def judge_modality(
    ruleset: Ruleset, scan: Scan, sentence: Sentence, trigger: Span, rule: Rule, signs: Collection[str]
) -> Modality:
    """Return the modality of a trigger; confirmed where nothing says otherwise; `signs` are its sentence's."""
    first, last = find_clause(scan.document, sentence, trigger)
    end = min(trigger[1], trigger[0] + _HEAD) if rule.type in _ABOUT_A_TIE else trigger[1]
    places = {
        "before": (max(first, trigger[0] - _REACH), end),
        "near": (
            max(first, trigger[0] - _REACH),
            trigger[1] if rule.type in _ABOUT_TERMS else min(last, trigger[1] + _REACH),
        ),
        "clause": (first, last),
        "sentence": (sentence.first, sentence.last),
    }
    is_this_year = _is_this_year(scan.document, first, last)
    cue = find_cue(ruleset, scan, places)
    if cue is not None and not (cue is Modality.HISTORICAL and is_this_year):
        return cue
    is_deep = sentence.field is Field.TEXT and sentence.number >= NEWS_SENTENCES
    if is_deep and "news-worded" not in signs and not is_going_on(scan.document, sentence, trigger):
        return Modality.HISTORICAL
    is_news = "told-as-news" in signs or (sentence.number == 0 and bool(scan.document.article.title))
    is_background = (not is_news or "past-year" in signs) and not is_this_year
    if rule.is_weighed and is_background and is_told_as_past(scan.document, sentence, trigger):
        return Modality.HISTORICAL
    return Modality.CONFIRMED


def is_told_as_past(document: Document, sentence: Sentence, trigger: Span) -> bool:
    """Tell whether a trigger is in the simple past, as in "the firm teamed up with …".

    News says "has teamed up", or names a day or who said so; a bare past tense tells history.
    """
    words = load_words()
    text = document.read_field(sentence.field)[sentence.start : sentence.end]
    if is_title_case(document, sentence) or not text.rstrip("\"'\u201d ").endswith("."):
        return False  # a headline shortens "is selected" to "selected"
    head = document.words[trigger[0] : trigger[0] + _HEAD]
    before = document.words[max(sentence.first, trigger[0] - 3) : trigger[0]]
    is_past = any(word in words.past_forms or (word.endswith("ed") and len(word) > 4) for word in head)
    return sentence.field is Field.TEXT and is_past and words.tenses.isdisjoint((*before, *head))


def is_going_on(document: Document, sentence: Sentence, trigger: Span) -> bool:
    """Tell whether a trigger is in the progressive, as in "is teaming up with"."""
    before = document.words[max(sentence.first, trigger[0] - 2) : trigger[0]]
    return document.words[trigger[0]].endswith("ing") and not {"is", "are"}.isdisjoint(before)


def _is_this_year(document: Document, first: int, last: int) -> bool:
    """Tell whether a clause names the year in which its article was published, or a later one."""
    published = document.article.published_at
    years = [int(word) for word in document.words[first:last] if _YEAR.fullmatch(word)]
    return published is not None and max(years, default=0) >= published.year


def find_clause(document: Document, sentence: Sentence, trigger: Span) -> Span:
    """Return the part of a sentence that belongs to a trigger, cut at semicolons, dashes and words like "but"."""
    first, last = trigger
    while first > sentence.first and not _is_boundary(document, sentence, first):
        first -= 1
    while last < sentence.last and not _is_boundary(document, sentence, last):
        last += 1
    return first, last


def _is_boundary(document: Document, sentence: Sentence, word: int) -> bool:
    """Tell whether a clause begins with this word."""
    text = document.read_field(sentence.field)
    gap = text[document.ends[word - 1] : document.starts[word]]
    return (
        document.words[word] in load_words().contrasts
        or ";" in gap
        or ", which" in text[document.ends[word - 1] : document.ends[word]]
    )
