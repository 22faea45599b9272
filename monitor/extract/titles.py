"""The headline: where JSON-LD, Open Graph, headings and the page's title agree, without the site's name."""

import re
from functools import lru_cache
from html import unescape
from typing import NamedTuple
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser

from monitor.extract.headings import clean_title
from monitor.extract.jsonld import Json, get_text
from monitor.extract.marks import Marks, collapse

_SEPARATOR = re.compile(
    r"\s+(?:[|¦–—―»«›‹·•:⋆~>/-]|::|\?>)+\s+|\s*[|｜]+\s*|\s+-+$|\s\?>$|(?<=[぀-鿿＀-￯])[-_–—]|\s[|⋆·•»]\s*$"
)
_BAR = re.compile(r"\s[|｜⋆]")
_SECTION = re.compile(
    r"^(?:opinion|op-ed|editorial|analysis|exclusive|explain(?:ed|er)|live|watch|video|podcast|interview|review"
    r"|fact check|breaking|(?:\w+ )?news|politics|business|markets|world|sports?|kommentar|meinung|analyse|opinión"
    r"|análisis|opinione|opinião|tribune) [|｜] ",
    re.IGNORECASE,
)
"""At the beginning: Opinion | Pact ends."""
_NO_WORD = re.compile(r"[\W_]+")
_EDGES = " |｜¦–—―»«›‹·•:⋆~>/_-"
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,100}>")
_TRAILING = re.compile(r"(?:\s(?:\?>|⋆)|\s*[|｜])+\s*$")
_CUT = re.compile(r"\s*(?:…|\.{3,})$")
_MAX_TITLE = 400
_MAX_HEADING = 250
_MIN_CHARS = 20
"""Of two texts that are taken for one headline because one begins or ends with the other."""
_MIN_KICKED = 14
_MIN_KICKER = 4
"""Letters; what is shorter is an article, as `The`."""
_MAX_SECTION_WORDS = 4
_MIN_WORDS = 3
"""Of a heading that is not wholly told, and of what stands behind a bar and is no section."""
_MAX_PARTS_SHOWN = 12
_CUT_CHARS = 95
"""Programs that shorten headlines leave at least as much."""
_MIN_SHARE, _MIN_SHARE_OF_MANY = 0.2, 0.5
"""Of a heading's words that must stand in the titles or the URL too, if it is the only one or one of several."""
_MIN_SHARE_OF_ADDRESS = 0.7
"""Of a heading's words that must stand in the URL, if nothing else confirms it."""
_WORD = re.compile(r"\w+")
_LONG_WORD = re.compile(r"[^\W_]{4,}")
_OPENING = " \"'“„«(‘"
_GOING_ON = (":", ",", ";", "–", "—", "-", "&")


class _Sources(NamedTuple):
    """What a page gives for its headline."""

    headings: list[str]
    """All first-level ones but those that are the site's name."""
    stated: list[str]
    """JSON-LD, Open Graph and the card, as they are."""
    bare: list[str]
    """The same and the page's title, without the site's name."""
    page_title: str
    sites: frozenset[str]


def choose_title(tree: LexborHTMLParser, marks: Marks, article: Json, site_name: str | None, url: str) -> str:
    """Return the headline as readers see it: the first heading that other sources confirm, else what those say."""
    texts = (get_text(article, "headline"), marks.get_meta("ogtitle"), marks.get_meta("twittertitle"))
    # Some templates state the headline as the site's name.
    sites = _list_sites(site_name, url) - {fold_title(texts[0] or "")}
    stated = [text for text in (_resolve(text or "") for text in texts) if fold_title(text) not in sites and text]
    if quick := _agree(marks.headings, stated, sites):
        return quick
    page_title = _resolve(marks.page_title)
    motto = _find_motto(page_title)
    if any(fold_title(text) == motto for text in marks.headings):
        sites |= {motto}
    headings = [
        _strip_sections(text, sites, is_stated=text in stated) for text in marks.headings if len(text) < _MAX_TITLE
    ]
    described = _resolve(texts[0] or "")
    bare = [_strip(text, described, page_title, sites) for text in dict.fromkeys((*stated, page_title)) if text]
    sources = _Sources([text for text in headings if fold_title(text) not in sites], stated, bare, page_title, sites)
    return (
        _confirm_same(sources)
        or _confirm_part(sources)
        or _confirm_by_address(sources, url)
        or _find_named_part(tree, sources)
        or _take_unconfirmed(sources, url)
        or (headings[0] if headings else "")
    )


def _resolve(text: str) -> str:
    """Return a text that was escaped twice, as `Kestrel &amp;amp; Harbour`, as it was meant, and without tags."""
    text = unescape(text[:_MAX_TITLE]) if "&" in text else text[:_MAX_TITLE]
    return clean_title(_TAG.sub("", text) if "<" in text else text)


def _agree(headings: list[str], stated: list[str], sites: frozenset[str]) -> str:
    """Return the only heading if JSON-LD, or else Open Graph, says the same; most pages of news do."""
    if len(headings) != 1 or not stated or not _MIN_CHARS < len(headings[0]) < _MAX_TITLE or _BAR.search(headings[0]):
        return ""
    heading = headings[0]
    if _BAR.search(stated[0]) or (heading != stated[0] and _WORD.findall(heading) != _WORD.findall(stated[0])):
        return ""
    return "" if heading.isupper() or fold_title(heading).endswith(tuple(sites)) else heading


def _strip(title: str, described: str, page_title: str, sites: frozenset[str]) -> str:
    """Return a title without the site's name, nor what may be one unless JSON-LD has it or the page's title goes on."""
    is_whole = (title == described and not _BAR.search(title)) or (
        len(title) < len(page_title) and page_title.startswith(title)
    )
    return _strip_known_name(title, sites) if is_whole else strip_site_name(title, sites)


def _strip_known_name(title: str, sites: frozenset[str]) -> str:
    """Return a title without the site's name, which stands at either end after a dash or bar; `sites` are folded."""
    title = _TRAILING.sub("", title)
    while len(parts := _SEPARATOR.split(title)) > 1:
        if _is_site(parts[-1], sites) or not parts[-1].strip():
            title = title[: title.rfind(parts[-1]) if parts[-1] else len(title)].rstrip(_EDGES)
        elif _is_site(parts[0], sites) or not parts[0].strip():
            title = title[len(parts[0]) :].lstrip(_EDGES)
        else:
            break
    for name, colon, rest in (title.partition(": "), title.rpartition(": ")[::-1]):
        if colon and rest and fold_title(name) in sites:
            return rest.strip()
    return title.strip()


def strip_site_name(title: str, sites: frozenset[str]) -> str:
    """Return a title without the site's name, known or not: also without a last part much shorter than the rest."""
    title = _strip_known_name(title, sites)
    title = _SECTION.sub("", title)
    parts = _SEPARATOR.split(title)
    while len(parts) > 1 and len(parts[-1]) * 3 < len(title) and len(parts[-1].split()) <= _MAX_SECTION_WORDS:
        title = title[: title.rfind(parts[-1])].strip(_EDGES)
        parts = _SEPARATOR.split(title) if _BAR.search(title) else []
    return title.strip()


def _strip_sections(heading: str, sites: frozenset[str], *, is_stated: bool) -> str:
    """Return a heading without what stands behind bars: sections, and the site, whose very name may follow a dash."""
    last = _SEPARATOR.split(heading)[-1]
    if _BAR.search(heading) and not (is_stated and last.count(" ") >= _MIN_WORDS - 1):
        return strip_site_name(heading, sites)
    return _strip_known_name(heading, sites) if fold_title(last) in sites else heading


def _list_sites(site_name: str | None, url: str) -> frozenset[str]:
    """Return the folded names by which the page's site may call itself: also its host, with and without its ending."""
    host = urlsplit(url).hostname if url else None
    labels = (host or "").removeprefix("www.").split(".")
    names = {fold_title(site_name or ""), fold_title(host or ""), "".join(labels), "www" + "".join(labels)}
    names |= {re.sub(r"[^\w]", "", label) for label in labels[:-1]}
    return frozenset(name for name in names if len(name) > 2)


def _is_site(part: str, sites: frozenset[str]) -> bool:
    folded = fold_title(part)
    bare = folded.removeprefix("the")
    return bool(folded) and any(
        site in (folded, bare) or (len(site) > 4 and site in folded and len(folded) < 2.5 * len(site))
        or (len(folded) > 4 and folded in site)
        for site in sites
    )  # fmt: skip


def _confirm_same(sources: _Sources) -> str:
    """Return the heading that is, letter for letter, a title: one that is stated, before what the page is called."""
    parts = [part for part in _SEPARATOR.split(sources.page_title) if part and not part.isspace()]
    parts = [max(parts, key=len), parts[0]] if parts else []
    known = {fold_title(text): text for text in (*parts, *sources.bare[::-1], *sources.stated[::-1])}
    confirmed = [heading for heading in sources.headings if fold_title(heading) in known]
    if not confirmed:
        return ""
    told = {fold_title(text) for text in (*sources.stated, *sources.bare[: len(sources.stated)])}
    heading = next((heading for heading in confirmed if fold_title(heading) in told), confirmed[0])
    folded = fold_title(heading)
    for text in (*sources.stated, *sources.bare):
        if _is_kicked(folded, fold_title(text)):
            return text
    other = _TRAILING.sub("", known[folded])
    # Elements inside a heading may tear its words apart, and a style may be written as capitals.
    is_torn = len(_WORD.findall(heading)) != len(_WORD.findall(other))
    return other if is_torn or heading.isupper() else heading


def _confirm_part(sources: _Sources) -> str:
    """Return the headline where a heading and a title are alike but for what one of them has before or behind it."""
    motto = _find_motto(sources.page_title)
    for heading in sources.headings:
        folded = fold_title(heading)
        for text in sources.bare:
            other = fold_title(text)
            if _is_kicked(folded, other):
                return text
            if len(other) > _MIN_CHARS and folded.startswith(other):
                is_cut = bool(_CUT.search(text)) or len(text) >= _CUT_CHARS
                return heading if is_cut or _goes_on(heading, len(other)) else text
            if len(folded) > _MIN_CHARS and (
                other.startswith(folded)
                or (len(other) > _MIN_CHARS and folded.endswith(other))
                or (other.endswith(folded) and folded != motto)
            ):
                return heading
    return ""


def _find_motto(page_title: str) -> str:
    """Return, folded, the short last part of a page's title: where there is a motto of the site, it stands there."""
    last = fold_title(_SEPARATOR.split(page_title)[-1])
    return last if len(last) * 2 < len(page_title) else ""


def _is_kicked(folded: str, other: str) -> bool:
    """Tell a heading that is `other` with a kicker above it, which makes it longer than what the page states."""
    return len(other) > _MIN_KICKED and len(folded) - len(other) >= _MIN_KICKER and folded.endswith(other)


def _goes_on(heading: str, letters: int) -> bool:
    """Tell a heading whose sentence goes on behind so many letters and digits from one with another line behind it."""
    for position, char in enumerate(heading):
        letters -= char.isalnum()
        if letters < 0:
            return (char.islower() and heading[position - 1] != "(") or heading[:position].rstrip(_OPENING).endswith(
                _GOING_ON
            )
    return False


def _confirm_by_address(sources: _Sources, url: str) -> str:
    """Return the only heading if its words are those of the URL, though all titles say something else."""
    heading = sources.headings[0] if len(sources.headings) == 1 else ""
    words = _list_words(heading)
    told = words & _list_words(_get_slug(url))
    return heading if len(told) >= _MIN_WORDS and len(told) >= _MIN_SHARE_OF_ADDRESS * len(words) else ""


def _get_slug(url: str) -> str:
    return urlsplit(url).path.rstrip("/").rpartition("/")[2]


def _find_named_part(tree: LexborHTMLParser, sources: _Sources) -> str:
    """Return the heading of any level that is a title, or the longest part of the page's title; empty without one."""
    parts = {fold_title(part) for part in _SEPARATOR.split(sources.page_title) if part} - sources.sites
    titles = {fold_title(text) for text in (*sources.stated, *sources.bare)}
    parts = set() if len(parts) < 2 or sources.stated else parts - {_find_motto(sources.page_title)}
    shown = [collapse(node.text())[:_MAX_TITLE] for node in tree.css("h1, h2, h3")[:_MAX_PARTS_SHOWN]]
    folded = {fold_title(text): text for text in reversed(shown)}
    same = next((folded[title] for title in titles if len(title) > _MIN_CHARS and title in folded), "")
    return same or max((text for key, text in folded.items() if key in parts), key=len, default="")


def _take_unconfirmed(sources: _Sources, url: str) -> str:
    """Return the heading that speaks of what the titles speak of, else the first title."""
    said = _list_words(" ".join((*sources.stated, sources.page_title, _get_slug(url))))
    words = {heading: _list_words(heading) for heading in sources.headings}
    heading = max(words, key=lambda text: len(words[text] & said) / (len(words[text]) or 1), default="")
    share = len(words[heading] & said) / (len(words[heading]) or 1) if heading else 0
    is_alone = len(sources.headings) == 1
    is_told = share >= (_MIN_SHARE if is_alone else _MIN_SHARE_OF_MANY) or (is_alone and not sources.stated)
    if is_told and _is_headline(heading, sources, is_told=is_alone and share == 1):
        return heading
    title = sources.bare[0] if sources.bare else ""
    # Programs cut headlines off.
    is_cut = len(title) >= _CUT_CHARS or _CUT.search(title)
    longer = (text for text in sources.bare if is_cut and text.startswith(_CUT.sub("", title)))
    return max(longer, key=lambda text: len(_CUT.sub("", text)), default=title)


def _list_words(text: str) -> set[str]:
    return set(_LONG_WORD.findall(text.casefold()[: 4 * _MAX_TITLE]))


def _is_headline(heading: str, sources: _Sources, *, is_told: bool) -> bool:
    """Tell a page's heading, of which all words are told or some, from the site's name or motto in its place."""
    folded = fold_title(heading)
    if not folded or len(heading) > _MAX_HEADING:
        return False
    # The site's name is what the page's title ends with, or begins with.
    is_first = sources.page_title.startswith(heading + ":")
    words = heading.count(" ") + 1
    is_named = is_told and not is_first and not _is_site(heading, sources.sites)
    is_long = words >= _MIN_WORDS or (words > 1 and is_named)
    return is_long and not fold_title(sources.page_title).endswith(folded)


@lru_cache(maxsize=512)
def fold_title(text: str) -> str:
    """Return the letters and digits of a text, without case."""
    return _NO_WORD.sub("", text.casefold())
