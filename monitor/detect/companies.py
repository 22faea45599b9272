"""Companies in a sentence: watched ones by name and ticker, others by how they are written."""

import re
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache

from cleanco import basename

from monitor.detect.mention import Mention, Span
from monitor.detect.tokens import Document, Sentence
from monitor.detect.words import load_words
from monitor.models import Field

_LAST_DATELINE = 2
"""Number of the last sentence that may begin with a dateline; a title and a standfirst may stand before it."""
_SHARE_OF_CAPITALS = 0.62
"""Of a sentence's longer words; above it a sentence is a headline in title case."""
_DATELINE = re.compile(
    r"(?:[A-Z]{3}[^!?\n(]{0,80})?\([^():.\n]{2,40}\)\s*[-\u2013\u2014]{1,2}\s*"
    r"|[A-Z][A-Z/ ,.'-]{2,40}\s[-\u2013\u2014]{1,2}\s"
)
"""As in "NEW YORK, June 3 (Reuters) - " and "LONDON \u2013 ": where an article comes from."""
_AGENCY_TICKER = re.compile(r"[A-Za-z0-9]{2,6}\.[A-Z]{1,3}|[A-Z]\.[A-Z]")


def is_common_word(word: str) -> bool:
    """Tell whether a word is a plain one of news texts, no part of a name."""
    names = load_words()
    return word in names.common or word in names.not_names


def find_organisations(
    document: Document, sentence: Sentence, watched: Mapping[int, Mention], taken: Collection[int] = ()
) -> list[Mention]:
    """Return the organisations that a sentence names, in order.

    `watched` holds the watched companies by first word; words in `taken` belong to no name.
    """
    found: list[Mention] = []
    end = _skip_dateline(document, sentence)
    for first, last in _find_runs(document, sentence, watched, taken):
        mention = watched.get(first)
        if first < end:
            continue
        if mention is not None:
            found.append(mention)
            end = mention.last
            continue
        name = _name_run(document, sentence, (first, last))
        if name and not (last == sentence.last and found and _is_tail(document, sentence, first)):
            found.append(name)
    return found


def _skip_dateline(document: Document, sentence: Sentence) -> int:
    """Return the first word of a sentence after its dateline."""
    if sentence.field is not Field.TEXT or sentence.number > _LAST_DATELINE:
        return sentence.first
    match = _DATELINE.match(document.read_field(sentence.field), sentence.start, sentence.end)
    word = sentence.first
    while match is not None and word < sentence.last and document.starts[word] < match.end():
        word += 1
    return word


def is_title_case(document: Document, sentence: Sentence) -> bool:
    """Tell whether most longer words of a sentence begin with a capital, as in many headlines."""
    known = document.title_cased.get(sentence.first)
    if known is None:
        known = document.title_cased[sentence.first] = _judge_case(document, sentence)
    return known


def _judge_case(document: Document, sentence: Sentence) -> bool:
    text = document.read_field(sentence.field)
    words = range(_skip_dateline(document, sentence), sentence.last)
    initials = [text[document.starts[word]] for word in words if len(document.words[word]) > 3]
    letters = [initial for initial in initials if initial.isalpha()]
    return len(letters) >= 3 and sum(map(str.isupper, letters)) > _SHARE_OF_CAPITALS * len(letters)


def _is_tail(document: Document, sentence: Sentence, word: int) -> bool:
    """Tell whether a headline ends with this name after a dash or a bar: that is where it was published."""
    gap = document.read_field(sentence.field)[document.ends[word - 1] : document.starts[word]]
    return gap.strip() in {"-", "|", "\u2013", "\u2014"} and gap[:1] == " "


def _find_runs(
    document: Document, sentence: Sentence, watched: Mapping[int, Mention], taken: Collection[int]
) -> Iterator[Span]:
    """Yield watched companies, and runs of capitalised words that no list excludes."""
    text = document.read_field(sentence.field)
    all_capitals = is_title_case(document, sentence)
    first: int | None = None
    for word in range(sentence.first, sentence.last):
        if first is not None and _is_of_inside(document, sentence, word):
            continue
        if first is not None and (word in watched or not _joins(text, document, word)):
            yield first, word
            first = None
        if word in watched:
            yield word, watched[word].last
        elif (
            not text[document.starts[word] : document.ends[word]].islower()  # most words: sorted out at once
            and word not in taken
            and _may_be_name(document, sentence, word, first is not None, all_capitals)
        ):
            first = word if first is None else first
        elif first is not None:
            yield first, word
            first = None
    if first is not None:
        yield first, sentence.last


def _is_of_inside(document: Document, sentence: Sentence, word: int) -> bool:
    """Tell whether a word is the "of" of a name, as in "Bank of X"."""
    if document.words[word] != "of" or word + 1 >= sentence.last:
        return False
    return document.words[word - 1] in load_words().takes_of and document.spell(sentence, word + 1)[0].isupper()


def find_german_nouns(document: Document, sentence: Sentence) -> frozenset[int]:
    """Return the words of a German sentence that are nouns and no names, by their endings, by list, or after "eine"."""
    known = load_words()
    endings = tuple(known.german_endings)
    return frozenset(
        word
        for word in range(sentence.first, sentence.last)
        if document.words[word] in known.german_words
        or document.words[word].endswith(endings)
        or (word > sentence.first and document.words[word - 1] in known.german_articles)
    )


def _joins(text: str, document: Document, word: int) -> bool:
    """Tell whether a word may go on with the name that ends before it."""
    gap = text[document.ends[word - 1] : document.starts[word]]
    if gap in {" ", "-", " & ", "  "}:
        return True
    return gap in {", ", ". "} and document.words[word] in load_words().suffixes


def _may_be_name(document: Document, sentence: Sentence, word: int, goes_on: bool, all_capitals: bool) -> bool:  # noqa: FBT001 - private
    names = load_words()
    text = document.read_field(sentence.field)
    spelled = text[document.starts[word] : document.ends[word]]
    folded = document.words[word]
    if not _has_capital(spelled) or _AGENCY_TICKER.fullmatch(spelled) or len(spelled) < 2:
        return False
    if goes_on and is_suffix(folded):
        return True
    if folded in names.not_names or text[max(0, document.starts[word] - 1)] == "(":
        return False
    is_common = folded in names.common or folded in document.lower_words
    if all_capitals:
        return not is_common or (not spelled.isupper() and any(map(str.isupper, spelled[1:])))
    return not (is_common and word == sentence.first)


def _has_capital(spelled: str) -> bool:
    return spelled[0].isupper() or (not spelled.islower() and any(map(str.isupper, spelled[1:3])))


def is_suffix(word: str) -> bool:
    """Tell whether a word is a company's legal form or trade, as "Ltd" or "Logistics", and no name by itself."""
    return word in load_words().suffixes or word in load_words().organisation_words


def _name_run(document: Document, sentence: Sentence, run: Span) -> Mention | None:
    """Return the organisation that a run names; None for a person, a place, or who reports."""
    names = load_words()
    first, last = run
    words = document.words[first:last]
    is_organisation = len(words) > 1 and any(map(is_suffix, words[1:]))
    if not is_organisation:
        before = document.words[first - 1] if first > sentence.first else ""
        is_person = words[0] in names.given_names or (before in names.ranks and len(words) > 1)
        is_place = " ".join(words) in names.long_places or all(
            word in names.places or word in names.peoples for word in words
        )
        is_kind = len(words) == 1 and (words[0] in names.bodies or words[0] in names.products or is_suffix(words[0]))
        if is_person or is_place or is_kind or any(word in names.media for word in words):
            return None
    text = document.read_field(sentence.field)
    spelled = text[document.starts[first] : document.ends[last - 1]]
    return Mention(first=first, last=last, name=strip_suffix(" ".join(spelled.split())))


@lru_cache(maxsize=4096)
def _strip_known_suffix(name: str) -> str:
    return basename(name) or name


def strip_suffix(name: str) -> str:
    """Return a name without its legal form, as "Oracle" for "Oracle Corp."."""
    if " " not in name or len(name) > 100:
        return name
    return _strip_known_suffix(name)


def name_key(name: str) -> frozenset[str]:
    """Return the words by which two spellings of a company are compared."""
    words = re.findall(r"\w+", name.lower())
    return frozenset(word for word in words if word not in load_words().suffixes) or frozenset(words)


@lru_cache(maxsize=65_536)  # an article's names are compared for each rule that holds in it
def is_same_company(left: str, right: str) -> bool:
    """Tell whether two names are one company: the words of one are all in the other, or its initials."""
    left_key, right_key = name_key(left), name_key(right)
    if left_key <= right_key or right_key <= left_key:
        return True
    return left == _initials(right) or right == _initials(left)


def is_short_for(name: str, full: str) -> bool:
    """Tell whether a name begins a longer one, or is its initials: "Halden" and "HV" for "Halden Veltro"."""
    return full.startswith(f"{name} ") or name == _initials(full)


def _initials(name: str) -> str:
    words = [word for word in re.findall(r"\w+", name) if word.lower() not in load_words().suffixes]
    return "".join(word[0] for word in words).upper() if len(words) > 1 else ""
