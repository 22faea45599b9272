"""An article as numbered words, sentences and paragraphs, with offsets back into the stored text."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from monitor.detect.words import load_words
from monitor.models import Article, Field

MAX_TEXT_CHARS = 200_000
"""Of a text that is looked at; news articles have 3,000."""
MAX_TITLE_CHARS = 1_000
MAX_SENTENCE_WORDS = 200
"""A longer run without an end is cut, so that the work stays linear in the text's length."""
LEAD_SENTENCES = 2
"""After the title, in which `lead:` looks."""

_WORD = re.compile(r"\w+(?:[.&+'’]\w+)*")
_MARK = re.compile(r"\n|[.!?…]+")
_STOP = re.compile(r"[.!?…]+[\"'”’»)\]]*\s+(?=[\"'“‘«(\[]*[^\Wa-z_])")
_LINES = re.compile(r"\s+")
_LAST_WORD = re.compile(r"[\w.]+$")
_INITIALS = re.compile(r"(?:\w\.)+\w")
_ENDS_LINE = re.compile(r"[.!?:\"”’)]$")


class Sentence(NamedTuple):
    """One sentence: `[start, end)` in characters of its field, `[first, last)` in words of the document."""

    field: Field
    number: int
    """Within its field, from 0."""
    paragraph: int
    start: int
    end: int
    first: int
    last: int


@dataclass(frozen=True)
class Document:
    """An article cut into words; the title's words come first."""

    article: Article
    words: list[str]
    """Lower case, without possessive."""
    starts: list[int]
    ends: list[int]
    sentences: list[Sentence]
    title_cased: dict[int, bool] = field(default_factory=dict)
    """By a sentence's first word, once it was asked for."""

    @cached_property
    def first_words(self) -> list[int]:
        """Return the number of each sentence's first word."""
        return [sentence.first for sentence in self.sentences]

    @cached_property
    def lower_words(self) -> frozenset[str]:
        """Return the words that stand in lower case somewhere in the text: those are no names."""
        text = self.article.text
        return frozenset(
            word
            for sentence in self.sentences
            if sentence.field is Field.TEXT
            for word, start in zip(
                self.words[sentence.first : sentence.last], self.starts[sentence.first : sentence.last], strict=True
            )
            if text[start].islower()
        )

    @cached_property
    def title_end(self) -> int:
        """Return where the title ends inside the text, 0 when the text does not begin with it."""
        title, text = self.article.title.strip(), self.article.text
        lead = len(text) - len(text.lstrip())
        return lead + len(title) if title and text.startswith(title, lead) else 0

    @cached_property
    def title_words(self) -> int:
        """Return how many words the title has; they come first."""
        if self.title_end:
            return bisect_left(self.starts, self.title_end)
        return max((sentence.last for sentence in self.sentences if sentence.field is Field.TITLE), default=0)

    @cached_property
    def lead_words(self) -> int:
        """Return how many words title and first sentences have."""
        ends = [sentence.last for sentence in self.sentences if sentence.first >= self.title_words]
        return ends[:LEAD_SENTENCES][-1] if ends else len(self.words)

    @cached_property
    def sentence_numbers(self) -> list[int]:
        """Return the number of each word's sentence in `sentences`."""
        return [number for number, one in enumerate(self.sentences) for _ in range(one.first, one.last)]

    @cached_property
    def paragraph_numbers(self) -> list[int]:
        """Return a number for the paragraph of each word: the same in one paragraph, -1 in the title."""
        return [
            one.paragraph if word >= self.title_words else -1
            for one in self.sentences
            for word in range(one.first, one.last)
        ]

    def find_place(self, word: int) -> int:
        """Return the number in `sentences` of the sentence that holds a word."""
        return bisect_right(self.first_words, word) - 1

    def find_sentence(self, word: int) -> Sentence:
        """Return the sentence that holds a word."""
        return self.sentences[self.find_place(word)]

    def read_field(self, name: Field) -> str:
        """Return the title or the text."""
        return self.article.title if name is Field.TITLE else self.article.text

    def spell(self, sentence: Sentence, word: int) -> str:
        """Return a word as it is written."""
        return self.read_field(sentence.field)[self.starts[word] : self.ends[word]]


def split_words(text: str) -> list[str]:
    """Return the words of a text as a document holds them."""
    return [_fold(word) for word in _WORD.findall(text)]


def split_spelled(text: str) -> list[str]:
    """Return the words of a text in their own case, else as `split_words` does."""
    return [_trim(word) for word in _WORD.findall(text)]


def read_document(article: Article) -> Document:
    """Cut an article into words and sentences; a title that the text repeats at its start is read once, in the text."""
    document = Document(article=article, words=[], starts=[], ends=[], sentences=[])
    if not document.title_end:
        _add_field(document, Field.TITLE, article.title[:MAX_TITLE_CHARS])
    _add_field(document, Field.TEXT, article.text[:MAX_TEXT_CHARS])
    return document


def _add_field(document: Document, name: Field, text: str) -> None:
    base = len(document.words)
    starts, ends = _add_words(document, text)
    number = 0
    for paragraph, start, end in _split_sentences(text):
        first, last = bisect_left(starts, start), bisect_left(starts, end)
        for piece in range(first, last, MAX_SENTENCE_WORDS):
            stop = min(piece + MAX_SENTENCE_WORDS, last)
            document.sentences.append(
                Sentence(
                    field=name,
                    number=number,
                    paragraph=paragraph,
                    start=start if piece == first else starts[piece],
                    end=end if stop == last else ends[stop - 1],
                    first=base + piece,
                    last=base + stop,
                )
            )
            number += 1


def _add_words(document: Document, text: str) -> tuple[list[int], list[int]]:
    """Add the words of a field; return where each begins and ends, possessive excluded."""
    lowered = text.lower()
    matches = list(_WORD.finditer(lowered if len(lowered) == len(text) else text))
    starts = [match.start() for match in matches]
    words = [match.group() for match in matches]
    ends = [match.end() for match in matches]
    for place, word in enumerate(words):
        if not word.isalnum() or len(lowered) != len(text):
            words[place] = _fold(word)
            ends[place] -= len(word) - len(word.removesuffix("'s").removesuffix("\u2019s"))
    document.words.extend(words)
    document.starts.extend(starts)
    document.ends.extend(ends)
    return starts, ends


def _fold(word: str) -> str:
    """Return a word in lower case, with a straight apostrophe and without a possessive."""
    return _trim(word).lower()


def _trim(word: str) -> str:
    """Return a word with a straight apostrophe and without a possessive."""
    return word.replace("\u2019", "'").removesuffix("'s").removesuffix("'S")


def _split_sentences(text: str) -> Iterator[tuple[int, int, int]]:
    """Yield paragraph number, start and end of each sentence, without the white space around it."""
    paragraph, start = 0, len(text) - len(text.lstrip())
    for mark in _MARK.finditer(text, start):
        if mark.start() < start:
            continue
        is_line = mark.group() == "\n"
        gap = _LINES.match(text, mark.start()) if is_line else _STOP.match(text, mark.start())
        if gap is None or (_is_wrapped(text, start, gap) if is_line else _is_abbreviation(text, gap)):
            continue
        end = gap.start() + len(gap.group().rstrip())
        if end > start:
            yield paragraph, start, end
        start = gap.end()
        paragraph += gap.group().count("\n") > 1
    end = len(text.rstrip())
    if end > start:
        yield paragraph, start, end


def _is_abbreviation(text: str, stop: re.Match[str]) -> bool:
    """Tell whether a dot belongs to the word before it, as in "Inc. said" or "J. Smith"."""
    before = _LAST_WORD.search(text, max(0, stop.start() - 12), stop.start())
    if before is None or text[stop.start()] != ".":
        return False
    after = _WORD.match(text, stop.end())
    if after and after.group().lower() in load_words().starters:
        return False
    word = before.group()
    return (
        word.lower() in load_words().abbreviations
        or (len(word) == 1 and word.isupper())
        or bool(_INITIALS.fullmatch(word))
    )


def _is_wrapped(text: str, start: int, line_break: re.Match[str]) -> bool:
    """Tell whether a line was broken for its width, in the middle of a sentence."""
    if line_break.group().count("\n") > 1:
        return False
    line_start = max(start, text.rfind("\n", start, line_break.start()) + 1)
    line = text[line_start : line_break.start()]
    goes_on = text[line_break.end() : line_break.end() + 1].islower()
    return not _ENDS_LINE.search(line) and (goes_on or 50 <= len(line) <= 100)
