"""How sure the text is of an event: cues in the trigger's clause or sentence, the strongest first."""

import re

from monitor.detect.match import Scan, Span
from monitor.detect.ruleset import Ruleset, find_cue, find_signs
from monitor.detect.tokens import Document, Sentence
from monitor.detect.words import load_words
from monitor.models import Field, Modality

NEWS_SENTENCES = 3
"""Of a text; what stands deeper is background, unless it is worded as news."""
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_REACH = 8
"""Words beside a trigger in which "may" or "denies" belongs to it."""


def judge_modality(ruleset: Ruleset, scan: Scan, sentence: Sentence, trigger: Span) -> Modality:
    """Return the modality of a trigger; confirmed where nothing in the text speaks against it."""
    first, last = find_clause(scan.document, sentence, trigger)
    places = {
        "before": (max(first, trigger[0] - _REACH), trigger[1]),
        "near": (max(first, trigger[0] - _REACH), min(last, trigger[1] + _REACH)),
        "clause": (first, last),
        "sentence": (sentence.first, sentence.last),
    }
    cue = find_cue(ruleset, scan, places)
    if cue is not None and not (cue is Modality.HISTORICAL and _is_this_year(scan.document, first, last)):
        return cue
    is_deep = sentence.field is Field.TEXT and sentence.number >= NEWS_SENTENCES
    if is_deep and "news-worded" not in find_signs(ruleset, scan, places["sentence"]):
        return Modality.HISTORICAL
    return Modality.CONFIRMED


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
