"""The headline: where JSON-LD, Open Graph, headings and the page's title agree, without the site's name."""

import re
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser

from monitor.extract.jsonld import Json, get_text
from monitor.extract.marks import Marks, collapse

_SEPARATOR = re.compile(
    r"\s+(?:[|–—»«·•:⋆~>/-]|::|\?>)+\s+|\s*[|｜]+\s*|\s+-+$|\s\?>$|(?<=[぀-鿿＀-￯])[-_–—]|\s[|⋆·•»]\s*$"
)
_BAR = re.compile(r"\s[|｜⋆]")
_NO_WORD = re.compile(r"[\W_]+")
_EDGES = " |｜–—»«·•:⋆~>/_-"
_MAX_TITLE = 400
_MIN_CHARS = 20
"""Of two texts that are taken for one headline because one begins or ends with the other."""
_MAX_SECTION_WORDS = 4
_MAX_PARTS_SHOWN = 12


def choose_title(tree: LexborHTMLParser, marks: Marks, article: Json, site_name: str | None, url: str) -> str:
    """Return the headline as readers see it: the first heading that other sources confirm, else what those say."""
    sites = _list_sites(site_name, url)
    page_title = marks.page_title[:_MAX_TITLE]
    headings = [_strip_sections(text, sites) for text in marks.headings if len(text) < _MAX_TITLE]
    stated = [
        text[:_MAX_TITLE]
        for text in (get_text(article, "headline"), marks.get_meta("ogtitle"), marks.get_meta("twittertitle"))
        if text
    ]
    bare = [strip_site_name(text, sites) for text in dict.fromkeys((*stated, page_title)) if text]
    if confirmed := _confirm_heading(headings, stated, bare, sites):
        return confirmed
    if not stated and (heading := _find_named_part(tree, page_title, sites)):
        return heading
    lone = headings[0] if len(headings) == 1 else ""
    if _is_headline(lone, sites, page_title):
        return lone
    return bare[0] if bare else (headings[0] if headings else "")


def strip_site_name(title: str, sites: frozenset[str]) -> str:
    """Return a title without the site's name, which stands at either end after a dash or bar; `sites` are folded."""
    while len(parts := _SEPARATOR.split(title)) > 1:
        if _is_site(parts[-1], sites) or not parts[-1].strip():
            title = title[: title.rfind(parts[-1]) if parts[-1] else len(title)].rstrip(_EDGES)
        elif _is_site(parts[0], sites) or not parts[0].strip():
            title = title[len(parts[0]) :].lstrip(_EDGES)
        else:
            break
    # Without a known name: the last part, if it is much shorter than the rest.
    while len(parts) > 1 and len(parts[-1]) * 3 < len(title) and len(parts[-1].split()) <= _MAX_SECTION_WORDS:
        title = title[: title.rfind(parts[-1])].strip(_EDGES)
        parts = _SEPARATOR.split(title) if _BAR.search(title) else []
    return title.strip()


def _strip_sections(heading: str, sites: frozenset[str]) -> str:
    """Return a heading without what stands behind bars: sections, and the site."""
    return strip_site_name(heading, sites) if _BAR.search(heading) else heading


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


def _confirm_heading(headings: list[str], stated: list[str], bare: list[str], sites: frozenset[str]) -> str:
    known = {fold_title(text): text for text in [*bare[::-1], *stated[::-1]]}
    for heading in headings:
        folded = fold_title(heading)
        # A kicker above the headline makes the heading longer than what the page states.
        own = next((text for text in stated if len(text) > _MIN_CHARS and folded.endswith(fold_title(text))), heading)
        if folded in known and folded not in sites:
            # Elements inside a heading may tear its words apart.
            torn = own == heading and len(heading.split()) != len(known[folded].split())
            return known[folded] if torn else own
    for heading in headings:
        folded = fold_title(heading)
        longer = next((text for text in bare if len(text) > _MIN_CHARS and folded.endswith(fold_title(text))), None)
        if longer:
            return longer
        if len(folded) > _MIN_CHARS and any(
            other.startswith(folded) or other.endswith(folded) or folded.startswith(other)
            for other in known
            if len(other) > _MIN_CHARS
        ):
            return heading
    return ""


def _find_named_part(tree: LexborHTMLParser, page_title: str, sites: frozenset[str]) -> str:
    """Return the longest part of a page's title that is also a heading of the page; empty if there is none."""
    parts = {fold_title(part) for part in _SEPARATOR.split(page_title) if part} - sites
    if len(parts) < 2:
        return ""
    shown = (collapse(node.text())[:_MAX_TITLE] for node in tree.css("h1, h2, h3")[:_MAX_PARTS_SHOWN])
    return max((text for text in shown if fold_title(text) in parts), key=len, default="")


def _is_headline(heading: str, sites: frozenset[str], page_title: str) -> bool:
    """Tell the only heading of a page from the site's name in its place."""
    folded = fold_title(heading)
    if not folded or folded in sites or len(heading) > 250:
        return False
    # The site's name is what the page's title ends or begins with.
    return not fold_title(page_title).endswith(folded) and len(heading.split()) >= 3


def fold_title(text: str) -> str:
    """Return the letters and digits of a text, without case."""
    return _NO_WORD.sub("", text.casefold())
