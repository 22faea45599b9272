"""What a page says about its article: JSON-LD first, then Open Graph and meta, then the page itself."""

import re
from datetime import datetime
from html import unescape
from typing import NamedTuple
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from monitor.errors import UrlError
from monitor.extract import jsonld
from monitor.extract.dates import find_day_in_url, parse_moment
from monitor.extract.names import split_names
from monitor.urls import canonical_url, is_same_site


class Metadata(NamedTuple):
    """Facts about an article besides its text."""

    url: str
    title: str
    description: str
    authors: tuple[str, ...]
    published_at: datetime | None
    modified_at: datetime | None
    site_name: str | None
    language: str | None
    body: str
    """The text as JSON-LD gives it; empty if it does not."""


def read_metadata(tree: LexborHTMLParser, url: str | None) -> Metadata:
    """Return what the page says of its article; `url` is where it came from."""
    meta = _read_meta(tree)
    article = jsonld.find_article([node.text() for node in tree.css('script[type="application/ld+json"]')])
    canonical = _choose_url(tree, meta, url)
    site_name = _choose_site_name(article, meta)
    return Metadata(
        url=canonical,
        title=_choose_title(tree, meta, article, site_name),
        description=jsonld.get_text(article, "description")
        or meta.get("og:description")
        or meta.get("description", ""),
        authors=_choose_authors(tree, meta, article, site_name),
        published_at=_choose_published(tree, meta, article, canonical or url or ""),
        modified_at=_first_moment(
            jsonld.get_text(article, "dateModified"), meta.get("article:modified_time"), meta.get("og:updated_time")
        ),
        site_name=site_name,
        language=_choose_language(tree, meta, article),
        body=jsonld.get_text(article, "articleBody") or "",
    )


def _read_meta(tree: LexborHTMLParser) -> dict[str, str]:
    """Return the first non-empty content of each meta element by its name, in lower case."""
    found: dict[str, str] = {}
    for node in tree.css("meta[content]")[:300]:
        attributes = node.attributes
        name = (
            attributes.get("property")
            or attributes.get("name")
            or attributes.get("itemprop")
            or attributes.get("http-equiv")
        )
        content = " ".join((attributes.get("content") or "").split())
        if name and content:
            found.setdefault(name.lower(), content[:2000])
    return found


def _choose_url(tree: LexborHTMLParser, meta: dict[str, str], url: str | None) -> str:
    own = _canonical_or_none(url, None)
    link = tree.css_first('link[rel~="canonical"]')
    for candidate in (link.attributes.get("href") if link else None, meta.get("og:url")):
        found = _canonical_or_none(candidate, own)
        # A home page as canonical URL is a mistake of the site's templates.
        if found and (own is None or (is_same_site(found, own) and not _is_home(found))):
            return found
    return own or url or ""


def _canonical_or_none(url: str | None, base: str | None) -> str | None:
    if not url:
        return None
    try:
        return canonical_url(url, base)
    except UrlError:
        return None


def _is_home(url: str) -> bool:
    parts = urlsplit(url)
    return parts.path in ("", "/") and not parts.query


def _choose_site_name(article: jsonld.Json, meta: dict[str, str]) -> str | None:
    for publisher in jsonld.list_values(article.get("publisher")):
        if jsonld.is_object(publisher) and (name := jsonld.get_text(publisher, "name")) and "://" not in name:
            own = name
            break
    else:
        own = None
    return meta.get("og:site_name") or own or meta.get("application-name")


_SITE_TAIL = re.compile(r"\s+(?:[|–—»·•:-]|::)\s+|\s*\|\s*")
_MAX_HEADINGS = 6
_MAX_TITLE = 400


def _choose_title(tree: LexborHTMLParser, meta: dict[str, str], article: jsonld.Json, site_name: str | None) -> str:
    """Return the headline as readers see it: the first heading that other sources confirm, else what those say."""
    headings = [
        text
        for node in tree.css("h1")[:_MAX_HEADINGS]
        if 0 < len(text := _collapse(node.text(separator=" "))) < _MAX_TITLE
    ]
    title = tree.css_first("title")
    page_title = _collapse(title.text())[:_MAX_TITLE] if title else ""
    stated = [
        unescape(text)[:_MAX_TITLE]
        for text in (jsonld.get_text(article, "headline"), meta.get("og:title"), meta.get("twitter:title"))
        if text
    ]
    bare = [strip_site_name(text, site_name) for text in [*stated, page_title] if text]
    known = {_fold(text): text for text in [*bare[::-1], *stated[::-1]]}
    site = _fold(site_name or "")
    for heading in headings:
        folded = _fold(heading)
        if folded in known and folded != site:
            # Elements inside a heading may tear its words apart.
            return heading if len(heading.split()) == len(known[folded].split()) else known[folded]
    for heading in headings:
        folded = _fold(heading)
        # A kicker above the headline, or a heading cut short in the other sources.
        longer = next((text for text in bare if len(text) > 20 and folded.endswith(_fold(text))), None)
        if longer:
            return longer
        if len(folded) > 20 and any(
            other.startswith(folded) or folded.startswith(other) for other in known if len(other) > 20
        ):
            return heading
    if not stated and (heading := _find_named_part(tree, page_title, site)):
        return heading
    lone = headings[0] if len(headings) == 1 else ""
    if _is_headline(lone, site, page_title):
        return lone
    return bare[0] if bare else (headings[0] if headings else "")


def _find_named_part(tree: LexborHTMLParser, page_title: str, site: str) -> str:
    """Return the longest part of a page's title that is also a heading of the page; empty if there is none."""
    parts = {_fold(part) for part in _SITE_TAIL.split(page_title)} - {site}
    shown = (
        [_collapse(node.text())[:_MAX_TITLE] for node in tree.css("h1, h2, h3")[: 2 * _MAX_HEADINGS]]
        if len(parts) > 1
        else []
    )
    return max((text for text in shown if _fold(text) in parts), key=len, default="")


def _is_headline(heading: str, site: str, page_title: str) -> bool:
    """Tell the only heading of a page from the site's name in its place."""
    folded = _fold(heading)
    if not folded or folded == site or len(heading) > 250:
        return False
    # The site's name is what the page's title ends or begins with.
    return not _fold(page_title).endswith(folded) and len(heading.split()) >= 3


def strip_site_name(title: str, site_name: str | None) -> str:
    """Return a page's title without the site's name, which stands at either end after a dash or bar."""
    parts = _SITE_TAIL.split(title)
    if len(parts) == 1:
        return title
    if site_name:
        known = _fold(site_name)
        for end in (-1, 0):
            if _fold(parts[end]) and (_fold(parts[end]) in known or known in _fold(parts[end])):
                edge = parts[end]
                rest = title[: title.rfind(edge)] if end == -1 else title[title.find(edge) + len(edge) :]
                return rest.strip(" |–—»·•-:")
    # Without a known name: the last part, if it is much shorter than the rest.
    if len(parts[-1]) * 3 < len(title) and len(parts[-1].split()) <= 4:
        return title[: title.rfind(parts[-1])].strip(" |–—»·•-:")
    return title


def _fold(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())


def _collapse(text: str) -> str:
    return " ".join(text.split())


def _choose_authors(
    tree: LexborHTMLParser, meta: dict[str, str], article: jsonld.Json, site_name: str | None
) -> tuple[str, ...]:
    """Return the names that JSON-LD or meta state, else those of elements marked as author; the site is no author."""
    stated: list[str] = []
    for author in jsonld.list_values(article.get("author"))[:20]:
        name = jsonld.get_text(author, "name") if jsonld.is_object(author) else author
        if isinstance(name, str):
            stated += split_names(unescape(name))
    if names := _without_site(stated, site_name):
        return names
    for key in _AUTHOR_KEYS:
        if names := _without_site(split_names(meta.get(key, "")), site_name):
            return names
    for node in tree.css(_AUTHOR_MARKS)[:6]:
        if names := _without_site(split_names(_collapse(node.text(separator=" "))), site_name):
            return names
    return ()


_AUTHOR_KEYS = (
    "author",
    "article:author",
    "parsely-author",
    "dc.creator",
    "dcterms.creator",
    "byl",
    "sailthru.author",
    "citation_author",
)
_AUTHOR_MARKS = (
    '[rel="author"],[itemprop="author"] [itemprop="name"],[itemprop="author"],.author-name,.byline__name,.vcard .fn,'
    ".author a"
)


def _without_site(names: list[str], site_name: str | None) -> tuple[str, ...]:
    site = _fold(site_name or "")
    return tuple(dict.fromkeys(name for name in names if not site or _fold(name) not in (site, site + "com")))


_PUBLISHED_KEYS = (
    "article:published_time", "datepublished", "date", "pubdate", "publish-date", "parsely-pub-date",
    "dc.date.issued", "dc.date", "dcterms.created", "sailthru.date", "article.published",
    "cxenseparse:recs:publishtime", "og:pubdate",
    "publication_date", "published_time", "displaydate", "article_date_original", "dc.date.created",
)  # fmt: skip


def _choose_published(tree: LexborHTMLParser, meta: dict[str, str], article: jsonld.Json, url: str) -> datetime | None:
    stated = _first_moment(
        jsonld.get_text(article, "datePublished", "dateCreated"), *(meta.get(key) for key in _PUBLISHED_KEYS)
    )
    return stated or _find_time_element(tree) or find_day_in_url(url)


def _find_time_element(tree: LexborHTMLParser) -> datetime | None:
    nodes = tree.css('time[datetime], [itemprop="datePublished"], time, abbr.published')[:10]
    return _first_moment(*(text for node in nodes for text in _time_texts(node)))


def _time_texts(node: LexborNode) -> tuple[str | None, ...]:
    attributes = node.attributes
    return attributes.get("datetime"), attributes.get("content"), attributes.get("title"), node.text()


def _first_moment(*texts: str | None) -> datetime | None:
    return next((moment for text in texts if text and (moment := parse_moment(text))), None)


def _choose_language(tree: LexborHTMLParser, meta: dict[str, str], article: jsonld.Json) -> str | None:
    root = tree.root
    attributes = root.attributes if root else {}
    for stated in (
        attributes.get("lang"), attributes.get("xml:lang"), jsonld.get_text(article, "inLanguage"),
        meta.get("og:locale"), meta.get("content-language"), meta.get("language"), meta.get("dc.language"),
    ):  # fmt: skip
        if stated and (match := re.match(r"\s*([a-zA-Z]{2,3})(?![a-zA-Z])", stated)):
            return match[1].lower()
    return None
