"""How promo and fragments read, and where in a text they begin."""

import re
from collections.abc import Sequence

_PROMO = re.compile(
    r"\b(?:sign up|subscribe (?:now|today|to|for)|free trial|start your|get started|save up to|"
    r"trusted by|unmatched|world'?s leading|industry.leading|enterprise.grade|download (?:the|our) app|learn more|"
    r"find out more|"
    r"read more|click here|all rights reserved|follow us|log ?in|register now|join (?:now|us)|try (?:it )?(?:now|free)|"
    r"terms of (?:use|service)|privacy policy|legacy vendors)\b"
)
"""Of a text in lower case: to ignore case in the pattern costs more than twice as much."""
_TOPIC = re.compile(
    r"\b(?:subscri\w+|newsletter|off your|discount|unlock|upgrade|advertis\w+|sponsored|cookie\w*"
    r"|abonn\w+|abbonat\w+|suscri\w+|disclosure policy|no position in any)\b"
)
"""The same for words of promos that are also what news is about: in a sentence they count only if it speaks to its
reader."""
_ADDRESS = re.compile(
    r"\b(?:you|your|yours|our|us|we|my|jetzt|unser\w*|(?-i:Sie|Ihnen|Ihre?)|vous|votre|vos|notre|nos|nuestr[ao]s?|sigue"
    r"|disclosure policy|no position in any)\b",
    re.IGNORECASE,
)
_MIN_SPACES = 3
_QUOTED = re.compile(r"[“\"][^”\"]*[”\"]")
_SENTENCE = re.compile(r"[.!?…][\"'”’»)\]]*(?:\s|$)")
_POINTERS = (
    r"read(?: more| also| next)?|more(?: on this)?|also (?:read|see)|see also|recommended|don[’']t miss",
    r"related(?: (?:articles?|stor(?:y|ies)|posts?|news|coverage))?|(?:also |more )?(?:on|from) [\w.]{2,30}",
    r"lesen(?: sie (?:auch|mehr|dazu))?|mehr(?: zum thema| dazu)?|lees ook",
    r"(?:à )?lire(?: aussi| également)?|voir aussi",
    r"más(?: información)?|(?:lea?|leer) también|(?:te|le) puede interesar",
    r"leggi anche|(?:leia|veja|saiba) (?:também|mais)|関連記事",
)
"""Lines that point to other articles: with a colon, a bar or nothing behind, since sentences may begin so too."""
_SURE_POINTERS = (
    r"also on \S{2,30}\.\w{2,3}\b|related (?:coverage|stories|articles)\b",
    r"you (?:may|might) also (?:like|be interested)\b|click to tweet$",
    r"lesen sie (?:auch|mehr)\b|auch interessant\b|mehr zum thema\b|(?:à )?lire aussi\b|leggi anche\b",
    r"(?:lea|lee|leer) también\b|(?:te|le) puede interesar\b",
)
"""The same whatever follows."""
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
    r"(?:additional |with )?reporting by (?-i:[A-Z])|(?:writing|editing|edited) by:? (?-i:[A-Z])",
    r"[(\[]\s*(?:compiled|reporting) by .{3,200}[)\]]\.?$|image (?:copyright|caption|source)\b",
    r"(?:write to|contact|reach|e-?mail) (?-i:[A-Z]).{0,120}@",
    r".{3,200} contributed (?:reporting\b|to (?:this|the) (?:report|reporting|article|story|post|piece)\W*$)",
    r"(?:photo|image|picture|foto|bild)s?(?: credits?| by)?: (?-i:[A-Z©])[^.!?]{2,80}$",
    r"this (?:story|article|report|copy) (?:has not been edited|(?:was )?(?:originally|first) (?:published|appeared))",
)
_LABELS = (
    (
        r"(?:advertisement|advertising|sponsored|anzeige|werbung|publicité|publicidad|pubblicità|publicidade|reklame)"
        r"(?:\W{0,3}(?:scroll to continue|(?:page |story |article )?continues below|continue)[\w ]{0,20})?"
    ),
    r"(?:(?:story|article|content) )?continues (?:below|after) (?:this )?(?:ad|advertisement)",
    (
        r"(?:(?:estimated )?read(?:ing)? time|tempo d[ei] lettura|tempo de leitura|tiempo de lectura|temps de lecture"
        r"|lesezeit|lesedauer)\s?:?\s?\d{1,3}\s?min\w*"
    ),
    r"\d{1,3}[ -]?min(?:ute|uto)?s?\W{1,2}(?:read|to read|de lectura|de lecture|de leitura|lesezeit)",
)


def _compile_begins(*begins: str, end: str = "") -> re.Pattern[str]:
    return re.compile(rf"\W{{0,3}}(?:{'|'.join(begins)}){end}", re.IGNORECASE)


_POINTER = _compile_begins(*_POINTERS, end=r"\s*(?:[:：|>»]|$)")
_SURE_POINTER = _compile_begins(*_SURE_POINTERS, *_CALLS)
_CREDIT = _compile_begins(*_CREDITS)
_LABEL = _compile_begins(*_LABELS, end=r"\W{0,3}")
_MAX_POINTER_CHARS, _MAX_CREDIT_CHARS, _MAX_LABEL_CHARS = 200, 300, 60
_CLOSING = re.compile(
    r"\W{0,3}(?:(?:cautionary (?:note|statement)s? (?:on|regarding|concerning) )?"
    r"forward[- ]looking (?:statements?|information)"
    r"|safe harbou?r statements?|(?:(?:media|press|investor|company|pr|corporate)(?: relations)?(?: and investor)?"
    r" (?:contacts?|inquir(?:y|ies)|enquir(?:y|ies))|medienkontakt|pressekontakt|contacts? presse)(?: information)?"
    r"|about the (?:author|compan(?:y|ies))|über den autor|über das unternehmen|notes to editors)\b(?P<rest>[^\n]*)",
    re.IGNORECASE,
)
"""The name of a part that closes a press release: contacts, lawyers' notes."""
_ABOUT = re.compile(r"\W{0,3}(?:About|ABOUT|Über|À propos de|A propos de|Acerca de|Sobre) (?P<name>[^\n:]{2,80})")
_MAX_CLOSING_REST = 60
_FRAGMENT_COST = 8
_ENOUGH = 100
"""Words of prose."""


def is_promo(text: str) -> bool:
    """Tell whether a text has words of a promo, a sign-up box, a notice."""
    lower = text.lower()
    return _PROMO.search(lower) is not None or (_TOPIC.search(lower) is not None and not _is_report(text))


def _is_report(text: str) -> bool:
    """Tell sentences that speak to nobody, but for what they quote."""
    is_sentence = text.count(" ") >= _MIN_SPACES and _SENTENCE.search(text) is not None
    return is_sentence and _ADDRESS.search(_QUOTED.sub("", text)) is None


def is_pointer(text: str) -> bool:
    """Tell a line that points elsewhere: to another article, as `Read more: …`, to the site's letter, to its app."""
    return len(text) <= _MAX_POINTER_CHARS and (_POINTER.match(text) or _SURE_POINTER.match(text)) is not None


def is_credit(text: str) -> bool:
    """Tell a line that says who else worked on an article, and where it stood before."""
    return len(text) <= _MAX_CREDIT_CHARS and _CREDIT.match(text) is not None


def is_label(text: str) -> bool:
    """Tell a line that only names an advertisement, or the time that it takes to read."""
    return len(text) <= _MAX_LABEL_CHARS and _LABEL.fullmatch(text) is not None


def is_furniture(text: str) -> bool:
    """Tell a line that is no text of an article wherever it stands: a pointer, a credit or a label."""
    return is_pointer(text) or is_credit(text) or is_label(text)


def is_closing(text: str, after: str) -> bool:
    """Tell the name of a part that closes a press release, `after` being the text below it.

    `About Harbour` is one if what follows begins with that name: books have such chapters too.
    """
    if match := _CLOSING.match(text):
        return len(match["rest"]) <= _MAX_CLOSING_REST and not is_prose(text.partition("\n")[0])
    if match := _ABOUT.match(text):
        below = (text[match.end() :].lstrip(" :\n") or after).removeprefix("The ")
        name = match["name"].strip().removeprefix("the ").removeprefix("The ")
        word = name.split(None, 1)[0].rstrip(",.") if name else ""
        return bool(word) and word[0].isupper() and below[:_MAX_CLOSING_REST].casefold().startswith(word.casefold())
    return False


def is_prose(text: str) -> bool:
    """Tell whether a text has a sentence of some length."""
    return len(text.split(None, 5)) == 6 and _SENTENCE.search(text) is not None


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
    lower = text.lower()
    promos = len(_PROMO.findall(lower))
    if (topics := len(_TOPIC.findall(lower))) and not _is_report(text):
        promos += topics
    if promos and (words < 40 or promos * 25 > words):
        return -_FRAGMENT_COST - words
    return words if is_prose(text) else min(words - _FRAGMENT_COST, 0)
