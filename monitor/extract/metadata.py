"""What a page says about its article: JSON-LD first, then Open Graph and meta, then the page itself."""

import re
from collections.abc import Callable
from html import unescape
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser

from monitor.errors import UrlError
from monitor.extract.authors import Authors, read_authors
from monitor.extract.jsonld import Description, Json, get_text, is_object, list_values, read_description
from monitor.extract.marks import Marks, read_marks
from monitor.extract.published import Publication, read_publication
from monitor.extract.titles import choose_title, fold_title
from monitor.urls import canonical_url


class Metadata(NamedTuple):
    """Facts about an article besides its text."""

    url: str
    title: str
    description: str
    authors: Authors
    times: Publication
    site_name: str | None
    section: str | None
    language: str | None
    body: str
    """The text as JSON-LD gives it; empty if it does not."""
    is_news: bool
    """JSON-LD calls it a news article."""
    is_article: bool
    """Open Graph calls it an article."""


def read_metadata(tree: LexborHTMLParser, url: str | None) -> Metadata:
    """Return what the page says of its article; `url` is where it came from."""
    marks = read_marks(tree)
    description = read_description(marks.scripts, _tell_own(marks))
    article = description.article
    canonical = _choose_url(marks, url)
    site_name = _choose_site_name(description, marks)
    tag = _choose_language_tag(tree, marks, article)
    match = _LANGUAGE.match(tag)
    return Metadata(
        url=canonical,
        title=choose_title(tree, marks, article, site_name, canonical),
        description=get_text(article, "description") or marks.get_meta("ogdescription", "description"),
        authors=read_authors(marks, description, site_name),
        times=read_publication(tree, marks, article, canonical, tag),
        site_name=site_name,
        section=marks.get_meta("articlesection") or get_text(article, "articleSection"),
        language=match[1].lower() if match else None,
        body=_get_body(article),
        is_news=any("News" in kind for kind in list_values(article.get("@type")) if isinstance(kind, str)),
        is_article=marks.get_meta("ogtype").lower() == "article",
    )


def _get_body(article: Json) -> str:
    """Return the text as it is: it is long, and nobody reads it for its spaces."""
    body = article.get("articleBody")
    return unescape(body) if isinstance(body, str) and "&" in body else body if isinstance(body, str) else ""


def _tell_own(marks: Marks) -> Callable[[str], bool]:
    """Return a test of headlines: whether the page shows this one as its own."""

    def is_own(headline: str) -> bool:
        shown = (*marks.headings, marks.get_meta("ogtitle"), marks.page_title)
        folded = fold_title(headline[:_MAX_NAME_CHARS])
        return len(folded) > _MIN_TITLE and any(folded in fold_title(text) for text in shown)

    return is_own


_MAX_NAME_CHARS = 400
_MIN_TITLE = 12
"""Letters by which a headline is known."""


def _choose_url(marks: Marks, url: str | None) -> str:
    for candidate in (marks.canonical, marks.get_meta("ogurl")):
        # A home page as canonical URL is a mistake of the site's templates.
        if candidate and candidate != url and (found := _canonical_or_none(candidate, url)):
            own = url if url is None or _is_beside(found, url) else _canonical_or_none(url, None)
            if own is None or found == own or (_is_beside(found, own) and not _is_home(found)):
                return found
        elif candidate:
            break
    return _canonical_or_none(url, None) or url or ""


def _is_beside(left: str, right: str) -> bool:
    """Tell two absolute URLs of one site, as `is_same_site` does, by their hosts as they are written."""
    hosts = [url.split("/", 3)[2].lower().removeprefix("www.") for url in (left, right) if url.count("/") > 1]
    parent, child = sorted(hosts, key=len) if len(hosts) == 2 else ("", "-")
    return parent == child or ("." in parent and child.endswith("." + parent))


def _canonical_or_none(url: str | None, base: str | None) -> str | None:
    if not url or _PLAIN.fullmatch(url):
        return url or None
    try:
        return canonical_url(url, base)
    except UrlError:
        return None


_PLAIN = re.compile(
    r"https?://(?:[a-z][a-z0-9]{0,40}\.){1,4}[a-z]{2,10}(?:/(?:[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,200})?){1,8}"
)
"""URLs that are canonical as they are, as most are: it is ten times as quick to see that as to take them apart."""


def _is_home(url: str) -> bool:
    return url.count("/") < 4 and url.endswith("/")


def _choose_site_name(description: Description, marks: Marks) -> str | None:
    own = None
    for value in list_values(description.article.get("publisher")):
        publisher = description.follow(value)
        if is_object(publisher) and (name := get_text(publisher, "name")) and "://" not in name:
            own = name[:_MAX_NAME_CHARS]
            break
    stated = marks.get_meta("ogsitename")
    return (stated if "://" not in stated else "") or own or marks.get_meta("applicationname") or None


_LANGUAGE = re.compile(r"\s*([a-zA-Z]{2,3})(?![a-zA-Z])")


def _choose_language_tag(tree: LexborHTMLParser, marks: Marks, article: Json) -> str:
    """Return the first tag of a language, as `pt-BR`; empty without one."""
    root = tree.root
    attributes = root.attributes if root else {}
    stated = (
        attributes.get("lang"), attributes.get("xml:lang"), get_text(article, "inLanguage"),
        marks.get_meta("oglocale", "contentlanguage", "language", "dclanguage"),
    )  # fmt: skip
    return next((tag.strip().replace("_", "-") for tag in stated if tag and _LANGUAGE.match(tag)), "")
