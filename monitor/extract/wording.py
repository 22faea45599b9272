"""How promo and fragments read, and where in a text they begin."""

import re
from collections.abc import Sequence

_PROMO = re.compile(
    r"\b(?:sign up|subscri\w+|newsletter|free trial|start your|get started|save up to|off your|discount|unlock|upgrade|"
    r"trusted by|unmatched|world'?s leading|industry.leading|enterprise.grade|download (?:the|our) app|learn more|"
    r"find out more|"
    r"read more|click here|all rights reserved|follow us|log ?in|register now|join (?:now|us)|try (?:it )?(?:now|free)|"
    r"advertis\w+|sponsored|cookie\w*|terms of (?:use|service)|privacy policy|legacy vendors)\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[.!?…][\"'”’»)\]]*(?:\s|$)")
_POINTERS = (
    r"read (?:more|also|next)\b",
    r"(?:also read|see also|also see|more on this|related|recommended|more|read|don'?t miss)\s*:",
    r"(?:also |more )?(?:on|from) [\w.]{2,30}\s*:",
    r"also on \S{2,30}\.\w{2,3}\b",
    r"related (?:coverage|stories|articles)\b",
    r"you (?:may|might) also (?:like|be interested)\b",
    r"click to tweet$",
    r"lesen sie (?:auch|mehr)\b|auch interessant\b|mehr zum thema\b|(?:lesen|mehr)\s*:",
    r"(?:à )?lire aussi\b|(?:voir aussi|à lire)\s*:",
    r"(?:lea|lee|leer) también\b|(?:te|le) puede interesar\b|más\s*:",
    r"leggi anche\b|(?:leia|veja|saiba) (?:também|mais)\s*:",
)
"""How lines begin that point to other articles; with a colon what may begin a sentence too."""
_NETWORKS = (
    r"(?:facebook|twitter|x|instagram|linkedin|youtube|tiktok|threads|bluesky|whatsapp|telegram|flipboard|google news)"
)
_CALLS = (
    rf"(?:follow|like|find|join) (?:us|me|\S.{{1,50}}?) on {_NETWORKS}\b",
    r"(?:sign up|subscribe|register)(?: here| now)? (?:for|to) (?:our|the|my)\b",
    r"(?:download|get) (?:our|the)(?: \w+){0,4} app\b",
    r"(?:listen to|watch|catch) (?:our|the) (?:\w+ ){0,4}(?:podcast|newscast|show)\b",
    r"(?:folgen sie uns|folgt uns|folge uns|abonnieren sie (?:unseren|den|hier))\b",
    r"(?:suivez-nous|abonnez-vous|inscrivez-vous)\b|(?:síguenos|síganos|suscríbete|suscríbase)\b",
)
"""How lines begin that ask the reader to do something for the site."""
_CREDITS = (
    r"additional reporting by\b",
    r"(?:reporting|writing) by .{2,200}?\b(?:editing|writing) by\b",
    r"[(\[]\s*(?:writing|editing|compiled|reporting) by .{3,200}[)\]]\.?$",
    r"image (?:copyright|caption|source)\b",
)
_READING_TIMES = (
    r"\d+\s?-?\s?min(?:ute|uto)?s? (?:read|to read|de lectura|de lecture|de leitura|lesezeit)\b",
    r"(?:reading time|tempo de leitura|tiempo de lectura|temps de lecture|tempo di lettura|lesezeit|lesedauer)\b",
)


def _compile_begins(begins: Sequence[str]) -> re.Pattern[str]:
    return re.compile(rf"\W*?(?:{'|'.join(begins)})", re.IGNORECASE)


_POINTER = _compile_begins((*_POINTERS, *_CALLS))
_CREDIT, _READING_TIME = _compile_begins(_CREDITS), _compile_begins(_READING_TIMES)
_MAX_POINTER_CHARS, _MAX_CREDIT_CHARS, _MAX_TIME_CHARS = 200, 250, 40
_FRAGMENT_COST = 8
_ENOUGH = 100
"""Words of prose."""


def is_promo(text: str) -> bool:
    """Tell whether a text has words of a promo, a sign-up box, a notice."""
    return _PROMO.search(text) is not None


def is_pointer(text: str) -> bool:
    """Tell a line that points elsewhere: to another article, as `Read more: …`, to the site's letter, to its app."""
    return len(text) <= _MAX_POINTER_CHARS and _POINTER.match(text) is not None


def is_credit(text: str) -> bool:
    """Tell a line that says who made the article or its picture, or how long it takes to read."""
    if len(text) > _MAX_CREDIT_CHARS:
        return False
    return bool(_CREDIT.match(text) or (len(text) <= _MAX_TIME_CHARS and _READING_TIME.match(text)))


def is_prose(text: str) -> bool:
    """Tell whether a text has a sentence of some length."""
    return len(text.split()) >= 6 and _SENTENCE.search(text) is not None


def find_tail(texts: Sequence[str]) -> int:
    """Return how many texts from the top belong to an article: where the sum of their worths is highest.

    It is looked for from the end, where what follows weighs least, until there is much that speaks for the article.
    """
    total = least = 0
    cut = len(texts)
    for index in range(len(texts) - 1, -1, -1):
        total += sum(map(_worth, texts[index].splitlines()))
        if total < least:
            least, cut = total, index
        if total - least > _ENOUGH:
            break
    return cut


def _worth(text: str) -> int:
    """Return how much a text speaks for the article going on until here: its words of prose, less than 0 for others."""
    words = len(text.split())
    promos = len(_PROMO.findall(text))
    if promos and (words < 40 or promos * 25 > words):
        return -_FRAGMENT_COST - words
    return words if is_prose(text) else min(words - _FRAGMENT_COST, 0)
