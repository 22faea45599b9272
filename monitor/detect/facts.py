"""What an event is about and from when it holds, where its sentence says so."""

import re
from datetime import date, timedelta

from monitor.detect.mention import Span
from monitor.detect.tokens import Document, Sentence
from monitor.detect.words import load_subjects

_REACH = 8
"""Words beside a trigger in which its subject is named."""
_MONTHS = "january february march april may june july august september october november december".split()  # noqa: SIM905 - reads as it is said
_MONTH = "|".join(f"{month[:3]}(?:{month[3:]}|[.])?" if month != "may" else month for month in _MONTHS)
_CUE = (
    r"\b(?:effective|starting|beginning|commencing|as of|as from|with effect from|tak(?:es?|ing) effect|"
    r"(?:end(?:s|ed|ing)?|expir(?:es?|ed|ing)|start(?:s|ed)?|begin(?:s)?|began|terminat(?:es?|ed)|cease(?:s|d)?))"
    r"(?: as of| as from| from| on| in|,)*"
)
_DATE = (
    rf"(?:(?P<month>{_MONTH}) (?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,? (?P<year>\d{{4}}))?"
    rf"|(?P<day2>\d{{1,2}})(?:st|nd|rd|th)? (?P<month2>{_MONTH})\b(?: (?P<year2>\d{{4}}))?"
    r"|(?P<iso>\d{4}-\d{2}-\d{2}))"
)
_EFFECTIVE = re.compile(f"{_CUE} {_DATE}", re.IGNORECASE)
_HALF_YEAR = timedelta(days=183)


def find_subject(document: Document, sentence: Sentence, trigger: Span) -> str | None:
    """Return what a deal is about, as "cloud" or "search advertising": the known subject nearest to its trigger."""
    subjects = load_subjects()
    first, last = max(sentence.first, trigger[0] - _REACH), min(sentence.last, trigger[1] + _REACH)
    found = [word for word in range(first, last) if document.words[word] in subjects]
    if not found:
        return None
    nearest = min(found, key=lambda word: max(trigger[0] - word, word - trigger[1] + 1, 0))
    return subjects[document.words[nearest]]


def find_effective_date(text: str, published: date | None) -> date | None:
    """Return the day from which a change holds ("effective March 1"); without a year, the nearest to `published`."""
    match = _EFFECTIVE.search(text)
    if match is None:
        return None
    try:
        if match["iso"]:
            return date.fromisoformat(match["iso"])
        month = [name[:3] for name in _MONTHS].index((match["month"] or match["month2"])[:3].lower()) + 1
        day, year = int(match["day"] or match["day2"]), match["year"] or match["year2"]
        if year:
            return date(int(year), month, day)
        return None if published is None else _choose_year(published, month, day)
    except ValueError:  # "February 30" is no day
        return None


def _choose_year(published: date, month: int, day: int) -> date:
    same = date(published.year, month, day)
    if abs(same - published) <= _HALF_YEAR:
        return same
    return date(published.year + (1 if same < published else -1), month, day)
