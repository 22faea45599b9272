"""Names of people out of bylines."""

import re
from functools import lru_cache

_BY = re.compile(
    r"^\W*(?:(?:written|posted|published|reported|created|submitted|authored|recipe|words|story|text|photos?|article"
    r"|interview|analysis|opinion|column|guest|post|blog|recommended|submitted|read|more|all|posts|alles|geschrieben|erstellt"
    r"|verfasst|gespeichert|skrevet|tekst"
    r"|veröffentlicht|eine?|analyse|reportage|kolumne|bericht|(?:gast)?(?:beitrag|kommentar|artikel)|escrito|publicado|écrit|publié|propos|recueillis?|scritto|pubblicato)\s+)*"
    r"(?:(?:by|von|vom|par|por|di|door|af|av|od|przez|oleh|about|über|autor(?:in|es|en)?|auteurs?|authors?|text|story|words|recipe|автор|текст"
    r"|redaktion:)(?!\w)|(?-i:By(?=[A-Z][\w.]+ [A-Z])))[:\s]*(?:(?:by|von|par|por)\b)?",
    re.IGNORECASE,
)
_JUNK = re.compile(r"\([^)]*\)|\S*@\S*|\bhttps?:\S+|\bwww\.\S+|[\"“”„*]")
_END = re.compile(
    r"\W*(?:\b(?:on|am|at|le|el|il|vom|stand|hace|last|updated?|published|posted|aktualisiert)\b[\s:]+)*"
    r"(?:\b[^\W\d_]{3,9}\.?\s+\d{1,2}(?!\d|[–-]\d|\.?\s+[^\W\d_]{3})|(?<!^)(?<!\w)\d|^\d{1,4}(?:[./:-]|\s+[^\W\d_]{3,9}\.?\s+\d)|\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b"
    r"|\b(?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|lundi|mardi|mercredi|jeudi|vendredi|samedi"
    r"|dimanche|lunes|martes|miércoles|jueves|viernes|sábado|domingo),?\s(?:den\s)?\d"
    r"|\b(?:last updated|updated|published|posted|aktualisiert|veröffentlicht|publié|mis à jour|publicado|actualizado"
    r"|atualizado|pubblicato|aggiornato)\b|\b(?:quelle|source|foto|photo|bild|datum|date):"
    r"|\b(?:(?:medically|fact|expertly)[\s-])?(?:reviewed|checked|edited|translated|photo(?:s|graph\w*)?) by\b).*$",
    re.IGNORECASE,
)
_ENDING = re.compile(
    r"\d|[dD][aA][yY]|[tT][eE][dD]|[sS][hH][eE][dD]|aktualisiert|öffentlicht|ubli|jour|ualizado|ubblic|aggiornato|[bB][yY]|:"
)
"""What any end holds: looking for the end itself takes ten times as long."""
_JOINT = re.compile(
    r"\s*(?:;|&|\||•|·|⋅|●|»|\s[–—-]\s|\band\b|\bund\b|\bet\b|\by\b(?!\.)|\be\b(?!\.)|\boch\b|\bwith\b|\bmit\b|\bavec\b|\bvia\b"
    r"|(?-i:\b(?:con|og|en|ja|i|и|és|ve|și)\b)|\n)\s*",
    re.IGNORECASE,
)
_PLAIN = re.compile(
    r"(?:[A-ZÀ-Þ](?:\.|[a-zß-ÿ]+(?:[’'-][A-ZÀ-Þ]?[a-zß-ÿ]+)?) ){1,4}[A-ZÀ-Þ][a-zß-ÿ]+(?:-[A-ZÀ-Þ][a-zß-ÿ]+)?"
)
"""A name with nothing around it, as most are that a page states."""
_JOINTS = frozenset(
    """
    by von vom par por di door af av od about über autor author authors text story words recipe and und et with mit via
    e y avec con og en ja i и és ve și przez oleh on am at le el il stand hace last
    monday tuesday wednesday thursday friday saturday sunday
    """.split()  # noqa: SIM905 - a table of words reads best as words
)
_COMMA = re.compile(r"\s*[,/]\s*")
_PLACE = re.compile(r"\s(?:in|[Ff]or|from|at)\s")
"""What parts a name from a place or a paper: Ann Lee in London."""
_NO_WORD_OF_NAMES = (
    r"team|staff|redaktion\w*|redac\w+|rédac\w+|redazione|editor\w*|editorial|news\w*|media|press|presse\w*|agenc\w+|agentur"
    r"|agencia|desk|bureau|group|gruppe|inc|llc|ltd|gmbh|corp|company|universit\w+|institut\w*|foundation|stiftung|\w*verband"
    r"|association|society|office|department|cent(?:er|re)|network|magazine?|\w*zeitung|times|journal|daily|tv|radio|online"
    r"|blog|podcast|services?|studios?|solutions|admin\w*|webmaster|correspondents?|reporters?|reports?|writers?|reuters"
    r"|kolumnist\w*|columnists?|contribut\w+|producers?|analysts?|expert|director|manager|founder|co-founder|ceo|cto|president"
    r"|professor|specialist|coordinator|consultant|strategist|photo\w*|foto\w*|image|video|reviewer|dietitian|associate"
    r"|read|more|view|all|posts?|articles?|alle|artikel|about|follow|comments?|kommentare?|share|subscribe|profil\w*|guest|user"
    r"|updated|published|posted|written|author|autor\w*|auteur|by|minutes?|min|club|party|partei|newswire|newsroom|wire|herald|tribune|gazette|weekly|insider|health|capital|labs"
    r"|technologies|systems|council|committee|international|global|digital|travel|forum|community|law|legal|wrap-up"
    r"|today|sports?|business|financ(?:e|ial)|economy|politics|markets|technology|opinion|research|images|zeitung|welle"
    r"|last|modified|checked|güncelle\w*|noticias|prensa|diario|periódico|jornal|giornale|gazeta|revista"
    r"|\w+\.(?:com|org|net|de)"
)
_NO_NAME_WORD = re.compile(rf"(?<![\w'’])(?:{_NO_WORD_OF_NAMES}|e\.?\s?v)(?![\w'’])", re.IGNORECASE)
_TITLE = re.compile(
    r"\s+(?:senior|junior|sr\.?|chief|head|lead|founder|co-founder|managing|deputy|assistant|associate|content|marketing"
    r"|staff|contributing|contributor|correspondent|reporter|editor|writer|columnist|director|president|professor"
    r"|product|freelance|political|business|technology|science|ph\.?d\.?|m\.?d\.?)\b.*$",
    re.IGNORECASE,
)
_PLACES = frozenset(
    (
        "new york", "new delhi", "new orleans", "los angeles", "las vegas", "san francisco", "san diego", "san jose",
        "washington dc", "hong kong", "tel aviv", "abu dhabi", "kuala lumpur", "cape town", "buenos aires",
        "mexico city", "rio de janeiro", "são paulo", "addis ababa", "middle east", "silicon valley",
    )
)  # fmt: skip
"""Places of two words, which stand behind a name as `Ann Lee, New York`."""
_ACRONYM = re.compile(r"(?:[BCDFGHJKLMNPQRSTVWXZ]{3,}|AP|AFP|ANI|DPA|EFE|UPI)(?![^\W\d_])")
"""A broadcaster or an agency, as in `BBC Wales`, `AP Auto Writer`: no given name is without vowels."""
_NUMERAL = re.compile(r"[IVX]{2,}")
_ROLE = re.compile(
    r"\b(?:(?:chief|senior|managing|contributing|political|business|staff|markets?) \w+|reporter\w*|editor"
    r"|correspondent|columnist|journalist\w*|writer|contributor|analyst|(?:co-)?founder|redakteur\w*|korrespondent\w*|autorin"
    r"|journaliste|rédact(?:eur|rice)|periodista|redactora?|giornalista|jornalista)\b",
    re.IGNORECASE,
)
_GLUED = re.compile(r"[a-zß-ÿ]{6}[A-ZÀ-Þ]")
"""Words of two elements without a space between them; shorter ones may be as MacLeod."""
_NO_NAME = frozenset(
    """
    admin administrator author autor user guest unknown none null undefined webmaster root default wordpress n/a by
    anonymous
    """.split()  # noqa: SIM905 - a table of words reads best as words
) | {"no author", "the author", "not available"}
_PARTICLES = frozenset(
    "van von de der den del della di da dos das du la le el al bin ibn ben ter ten zu zur y e af av st vom wa".split()  # noqa: SIM905 - as above
)
_CASELESS = re.compile(
    r"[぀-鿿가-힯\u0590-\u06ffऀ-\u0dff\u0e00-\u0e7f·]{2,}(?: [぀-鿿가-힯\u0590-\u06ffऀ-\u0dff\u0e00-\u0e7f·]+)*"
)
_NO_CASELESS_NAME = frozenset(
    (
        "기사입력", "입력", "최종수정", "수정", "등록", "승인", "分享", "更新", "发布", "發布", "来源", "來源",
        "編集部", "編輯部", "编辑部",
    )
)  # fmt: skip
_REPORTER = re.compile(r"(?:.*[=／])?([^=／]+?)\s?(?:기자|특파원|記者|记者|特派員)")
"""A name with the paper before it and the role behind it."""
_MAX_CHARS = 300
_MAX_NAME_CHARS = 60


@lru_cache(maxsize=512)
def split_names(text: str) -> tuple[str, ...]:
    """Return the names in a byline, as `By Ann Lee and Bo Li`, without roles, dates and addresses.

    If no person is named, what else stands there, as an agency or a pen name; empty if it is nothing like a name.
    """
    if _PLAIN.fullmatch(text) and is_person(text) and _JOINTS.isdisjoint(text.casefold().split()):
        return (text,)
    text = _drop_lead(" ".join(_JUNK.sub(" ", text[:_MAX_CHARS]).split()))
    if _ENDING.search(text):
        text = _END.sub("", text, count=1)
    parts, persons = [], []
    for segment in map(_drop_lead, _JOINT.split(text)):
        is_role = False
        for piece in _COMMA.split(segment):
            part = _tidy(piece)
            if not is_person(part) and is_person(head := _tidy(drop_place(part))):
                part = head
            if not 1 < len(part) < _MAX_NAME_CHARS or part.casefold() in _NO_NAME or part.isdigit():
                continue
            parts.append(part)
            # What stands behind a role is whom they work for.
            if is_person(part) and not is_role:
                persons.append(part)
            elif persons:
                is_role = is_role or part[0].islower() or _NO_NAME_WORD.search(part) is not None
    if persons:
        return tuple(persons)
    return (_tidy(text),) if len(parts) > 1 and len(text) < _MAX_NAME_CHARS else tuple(parts)


@lru_cache(maxsize=1024)
def is_person(name: str) -> bool:
    """Tell a name of two to five capitalised words from other short texts."""
    if _CASELESS.fullmatch(name):
        return name not in _NO_CASELESS_NAME
    words = name.split()
    if not 2 <= len(words) <= 5 or name.startswith(("The ", "Die ", "Das ")) or _NO_NAME_WORD.search(name):
        return False
    if name.casefold() in _PLACES or _ACRONYM.match(name) or (len(words) == 2 and _NUMERAL.fullmatch(words[1])):
        return False
    if not all(word[0].isupper() or word.casefold() in _PARTICLES or word[:2] in {"d'", "d’"} for word in words):
        return False
    if _GLUED.search(name):
        return False
    # A particle alone before one word is the "by" of another language.
    is_named = (words[0][0].isupper() or len(words) > 2) and words[-1][0].isupper()
    return is_named and not re.search(r"[\d!?:_#,;|\n]", name)


def _drop_lead(text: str) -> str:
    return _BY.sub("", text, count=1)


def is_role(text: str) -> bool:
    """Tell what an author is from other texts, as `Chief Editor`."""
    return len(text) < _MAX_NAME_CHARS and _ROLE.search(text) is not None


def drop_place(name: str) -> str:
    """Return a name without the place or the paper behind it, as `Ann Lee in London`."""
    return _PLACE.split(name, maxsplit=1)[0]


def has_lead(text: str) -> bool:
    """Tell a text that begins as bylines do, as `Posted by`."""
    return _BY.match(text) is not None


def _tidy(part: str) -> str:
    """Return a name without punctuation around it and without the role behind it."""
    part = part.strip(_EDGES)
    if not part.isascii() and (reporter := _REPORTER.fullmatch(part)):
        return reporter[1]
    # A surname may be written in capitals: Claire DUMAS.
    part = _DEGREE.sub("", part) if part.count(" ") > 1 else part
    if not _NO_NAME_WORD.search(part):
        return part
    bare = _TITLE.sub("", part).strip(_EDGES)
    return bare if is_person(bare) else part  # a role alone stays: it may be an agency's name


_DEGREE = re.compile(r"(?<=[a-zß-ÿ]) (?:[BCDFGHJKLMNPQRSTVWXZ]{2,5}|MBA|CFA|CPA|DVM|JD|MA|BA)$")
_EDGES = " .,:;|•·⋅●»–—-'"
