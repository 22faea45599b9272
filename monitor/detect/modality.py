"""How sure the text is of an event: cues in the trigger's clause or sentence, the strongest first."""

import re
from collections.abc import Sequence

from monitor.detect.match import Scan
from monitor.detect.mention import Span
from monitor.detect.ruleset import Ruleset, find_cue
from monitor.detect.tokens import Document, Sentence
from monitor.detect.weights import score
from monitor.detect.words import load_words
from monitor.models import EventType, Field, Modality, Rule

NEWS_SENTENCES = 3
"""Of a text, in which the news stands; what stands deeper is mostly background."""
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_REACH = 14
"""Words beside a trigger in which "may" or "denies" belongs to it."""
HEAD_WORDS = 3
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
_BETWEEN_NEWS_AND_BACKGROUND = frozenset({Modality.HISTORICAL, Modality.CONDITIONAL})
_ABOUT_TERMS = frozenset({EventType.EXCLUSIVITY_GRANTED, EventType.EXCLUSIVITY_LOST, EventType.RIGHT_OF_FIRST_REFUSAL})
"""Changes that are terms of a deal; what follows them says when the term applies: "may turn to others if it cannot"."""


def is_news(sentence: Sentence) -> bool:
    """Tell whether a sentence is the headline or one of the first, where news stands."""
    return sentence.field is Field.TITLE or sentence.number < NEWS_SENTENCES


def judge_modality(
    ruleset: Ruleset, scan: Scan, sentence: Sentence, trigger: Span, rule: Rule, features: Sequence[str]
) -> Modality:
    """Return the modality of a trigger; confirmed where nothing says otherwise.

    Cues decide, but for news and background: there a sum of weights does, of what is said of the trigger's place in
    `features` and of the cue for background.
    """
    first, last = find_clause(scan.document, sentence, trigger)
    end = trigger[1]
    if rule.type in _ABOUT_A_TIE:
        end = min(end, trigger[0] + HEAD_WORDS)
    if rule.type is EventType.DISPUTE:
        end = trigger[0]  # who "seeks damages" is sure of it
    places = {
        "before": (max(first, trigger[0] - _REACH), end),
        "near": (
            max(first, trigger[0] - _REACH),
            trigger[1] if rule.type in _ABOUT_TERMS else min(last, trigger[1] + _REACH),
        ),
        "clause": (first, last),
        "sentence": (sentence.first, sentence.last),
    }
    cue = find_cue(ruleset, scan, places)
    if cue is not None and cue not in _BETWEEN_NEWS_AND_BACKGROUND:
        return cue
    sure = cue if cue is Modality.CONDITIONAL else Modality.CONFIRMED
    if _is_this_year(scan.document, first, last):
        return sure
    signs = features if cue is None else (*features, f"cue {cue}")
    is_background = score(signs, ruleset.weights.background) > 0
    is_foreign = cue is Modality.HISTORICAL and rule.language is not None
    return Modality.HISTORICAL if is_background or is_foreign else sure


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
