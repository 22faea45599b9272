"""Where rules may have missed something: two watched companies and a word of partnership, and no event."""

from monitor.detect.candidates import find_watched
from monitor.detect.events import detect
from monitor.detect.match import find_literals
from monitor.detect.ruleset import Ruleset
from monitor.detect.tokens import read_document
from monitor.detect.words import load_words
from monitor.models import Article


def find_miss(article: Article, ruleset: Ruleset) -> str | None:
    """Return the first sentence with two watched companies and a word of partnership, of an article without events."""
    document = read_document(article)
    if not document.words:
        return None
    watched = find_watched(document, find_literals(document, ruleset.automaton), ruleset)
    ties = load_words().tie_words
    for sentence in document.sentences:
        inside = {mention.company for mention in watched.values() if sentence.first <= mention.first < sentence.last}
        words = document.words[sentence.first : sentence.last]
        if len(inside) > 1 and any(word.startswith(tie) for word in words for tie in ties):
            text = document.read_field(sentence.field)[sentence.start : sentence.end]
            return None if detect(article, ruleset) else " ".join(text.split())
    return None
