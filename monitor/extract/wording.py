"""How promo and fragments read, and where in a text they begin."""

import re
from collections.abc import Sequence

_PROMO = re.compile(
    r"\b(?:sign up|subscribe (?:now|today|to|for)|free trial|start your|get started|save up to|"
    r"trusted by|unmatched|world'?s leading|industry.leading|enterprise.grade|download (?:the|our) app|learn more|"
    r"find out more|"
    r"read more|click here|all rights reserved|follow us|log ?in|register now|join (?:now|us)|try (?:it )?(?:now|free)|"
    r"terms of (?:use|service)|privacy policy|legacy vendors)\b",
    re.IGNORECASE,
)
_TOPIC = re.compile(
    r"\b(?:subscri\w+|newsletter|off your|discount|unlock|upgrade|advertis\w+|sponsored|cookie\w*"
    r"|abonn\w+|abbonat\w+|suscri\w+|disclosure policy|no position in any)\b",
    re.IGNORECASE,
)
"""Words of promos that are also what news is about: in a sentence they count only if it speaks to its reader."""
_ADDRESS = re.compile(
    r"\b(?:you|your|yours|our|us|we|my|jetzt|unser\w*|(?-i:Sie|Ihnen|Ihre?)|vous|votre|vos|notre|nos|nuestr[ao]s?|sigue"
    r"|disclosure policy|no position in any)\b",
    re.IGNORECASE,
)
_MIN_SPACES = 3
_QUOTED = re.compile(r"[“\"][^”\"]*[”\"]")
_SENTENCE = re.compile(r"[.!?…][\"'”’»)\]]*(?:\s|$)")
_POINTER = re.compile(
    r"\W{0,3}(?:read (?:more|also|next)|also (?:read|see)|see also|more on this"
    r"|related(?: (?:articles?|stor(?:y|ies)|posts?|news))?"
    r"|recommended|don[’']t miss|lesen sie (?:auch|mehr|dazu)|mehr (?:zum thema|dazu)|(?:à )?lire (?:aussi|également)"
    r"|más información|lea? también|leggi anche|leia (?:também|mais)|lees ook|関連記事)\s*(?:[:：|>»]|$)",
    re.IGNORECASE,
)
_MAX_POINTER_CHARS = 200
_CREDIT = re.compile(
    r"\W{0,3}(?:(?:additional |with )?reporting by (?-i:[A-Z])|(?:writing|editing|edited) by:? (?-i:[A-Z])"
    r"|(?:write to|contact|reach|e-?mail) (?-i:[A-Z]).{0,120}@"
    r"|.{3,200} contributed (?:reporting\b|to (?:this|the) (?:report|reporting|article|story|post|piece)\W*$)"
    r"|(?:photo|image|picture|foto|bild)s?(?: credits?| by)?: (?-i:[A-Z©])[^.!?]{2,80}$"
    r"|this (?:story|article|report|copy) (?:has not been edited"
    r"|(?:was )?(?:originally|first) (?:published|appeared)))",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"\W{0,3}(?:advertisement|advertising|sponsored|anzeige|werbung|publicité|publicidad|pubblicità|publicidade|reklame)"
    r"(?:\W{0,3}(?:scroll to continue|(?:page |story |article )?continues below|continue)[\w ]{0,20})?\W{0,3}"
    r"|(?:(?:story|article|content) )?continues (?:below|after) (?:this )?(?:ad|advertisement)\W{0,3}"
    r"|(?:(?:estimated )?read(?:ing)? time|temps de lecture|lesezeit|tiempo de lectura)\s?:?\s?\d{1,3}\s?min\w*\W{0,3}"
    r"|\d{1,3}[ -]min(?:utes?)?\W{1,2}read",
    re.IGNORECASE,
)
_MAX_LABEL_CHARS = 60
_MAX_CREDIT_CHARS = 300
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
    return _PROMO.search(text) is not None or (_TOPIC.search(text) is not None and not _is_report(text))


def _is_report(text: str) -> bool:
    """Tell sentences that speak to nobody, but for what they quote."""
    is_sentence = text.count(" ") >= _MIN_SPACES and _SENTENCE.search(text) is not None
    return is_sentence and _ADDRESS.search(_QUOTED.sub("", text)) is None


def is_pointer(text: str) -> bool:
    """Tell a line that points to another article, as `Read more: …`."""
    return len(text) <= _MAX_POINTER_CHARS and _POINTER.match(text) is not None


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
    promos += 0 if _is_report(text) else len(_TOPIC.findall(text))
    if promos and (words < 40 or promos * 25 > words):
        return -_FRAGMENT_COST - words
    return words if is_prose(text) else min(words - _FRAGMENT_COST, 0)
