"""Which links of a page are its articles, without being told: by what they say, where they stand, what they repeat.

Each link is weighed by itself and by how many stand in the same place: a headline in a heading, with a date beside it
and a slug behind it, ten times. One sign alone is never enough, as menus repeat and policies have long titles.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from selectolax.lexbor import LexborNode

from monitor.discover.dates import Moment
from monitor.discover.plain import tidy_line
from monitor.models import DateCertainty, Link
from monitor.urls import is_same_site

MIN_ARTICLES = 3
"""Fewer links are no list."""
MIN_WEIGHT = 2.0
_CARD_LEVELS = 3
"""How far above a link its heading is looked for."""
_SHAPE_LEVELS = 4
_ANCESTORS = 30
_FULL_GROUP = 5
"""Links in the same place that are a list for sure."""

HEADINGS = "h1, h2, h3, h4, h5, h6"
_HEADING_TAGS = frozenset(HEADINGS.split(", "))
_FURNITURE = frozenset({"nav", "footer", "form", "menu"})
_FURNITURE_NAME = re.compile(
    r"\b(?:nav|navigation|menu|footer|breadcrumbs?|cookie|subscribe|login|share|social)\b", re.IGNORECASE
)
_DATED_PATH = re.compile(r"/(?:19|20)\d{2}[/-]?(?:\d{1,2}|[a-z]{3})(?:[/-]|\b)")
_LONG_NUMBER = re.compile(r"\d{5,}")
_QUERY_ID = re.compile(r"(?:^|&)(?:id|article|story|news|nid|aid|p)(?:_?id)?=\w+", re.IGNORECASE)
_NO_ARTICLE = re.compile(
    r"/(?:authors?|tags?|topics?|categor(?:y|ies)|sections?|about|contact|privacy|terms|legal|imprint|impressum|login"
    r"|sign-?in|register|subscribe|subscriptions?|newsletters?|search|help|careers|advertis\w*|cookies?)(?:[/-]|$|\?)",
    re.IGNORECASE,
)
_WIDE = re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
"""Letters of languages that write words without blanks, or in few letters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """A link of a page and the element that it is."""

    node: LexborNode
    href: str
    link: Link


def find_articles(anchors: Iterable[Anchor], page_url: str, dates: Mapping[str, Moment]) -> list[Link]:
    """Return the links that lead to articles of the page's own site, in the page's order; none if they are no list."""
    own = [one for one in anchors if one.link.url != page_url and is_same_site(one.link.url, page_url)]
    titled = [_find_headline(one) for one in own]
    shapes = [_find_shape(one.node) for one in own]
    sizes = Counter({shape: len(urls) for shape, urls in _group(shapes, titled).items()})
    best: dict[str, tuple[float, Link]] = {}
    for one, link, shape in zip(own, titled, shapes, strict=True):
        weight = _weigh(one, link, dates) + 0.5 * min(sizes[shape], _FULL_GROUP) / _FULL_GROUP
        known_weight, known = best.get(link.url, (0.0, link))
        longest = max(known, link, key=lambda each: len(each.title or ""))
        best[link.url] = max(weight, known_weight), longest
    found = [link for weight, link in best.values() if weight >= MIN_WEIGHT and link.title]
    return found if len(found) >= MIN_ARTICLES else []


def make_link(url: str, title: str | None, moment: Moment | None) -> Link:
    """Return a link with the date that stands beside it, if any."""
    certainty = moment.certainty if moment else DateCertainty.EXACT
    return Link(url=url, title=title, published_at=moment.at if moment else None, published_certainty=certainty)


def _group(shapes: list[str], links: list[Link]) -> dict[str, set[str]]:
    """Return the URLs that stand in places of the same shape."""
    groups: dict[str, set[str]] = {}
    for shape, link in zip(shapes, links, strict=True):
        groups.setdefault(shape, set()).add(link.url)
    return groups


def _find_shape(node: LexborNode) -> str:
    """Return the tags of an element and of those around it."""
    tags: list[str] = []
    current: LexborNode | None = node
    while current is not None and len(tags) <= _SHAPE_LEVELS:
        tags.append(current.tag or "")
        current = current.parent
    return "<".join(tags)


def _find_headline(one: Anchor) -> Link:
    """Return the link with the heading of its card, where its own text says less: `Read more`, or a picture."""
    if _count_words(one.link.title) >= 4:
        return one.link
    card = one.node.parent
    for _ in range(_CARD_LEVELS):
        if card is None:
            break
        headings = card.css(HEADINGS)
        if len(headings) == 1 and _owns(one, card, headings[0]):
            return replace(one.link, title=tidy_line(headings[0].text(separator=" ")))
        if headings:
            break
        card = card.parent
    return one.link


def _owns(one: Anchor, card: LexborNode, heading: LexborNode) -> bool:
    """Say whether a heading without a link is that of this one, not of the author's or the section's beside it."""
    if heading.css_first("a[href]") is not None or _count_words(heading.text(separator=" ")) < 3:
        return False
    hrefs = {anchor.attributes.get("href") for anchor in card.css("a[href]")}
    return len(hrefs) == 1 or _weigh_url(one.link.url) > 0


def _weigh(one: Anchor, link: Link, dates: Mapping[str, Moment]) -> float:
    """Return how much a link looks like one to an article."""
    words = _count_words(link.title)
    weight = 0.0 if words < 3 else 0.5 if words < 4 else 1.0 if words < 6 else 1.5
    weight += _weigh_url(link.url)
    weight += 1.0 if one.href in dates else 0.0
    is_heading = one.node.css_first(HEADINGS) is not None or link.title != one.link.title
    ancestors = _list_ancestors(one.node)
    tags = {node.tag for node in ancestors}
    weight += 1.0 if is_heading or tags & _HEADING_TAGS else 0.0
    weight += 0.5 if "article" in tags else 0.0
    return weight - (2.0 if any(map(_is_furniture, ancestors)) else 0.0)


def _weigh_url(url: str) -> float:
    parts = urlsplit(url)
    last = parts.path.rstrip("/").rpartition("/")[2]
    weight = 1.0 if _DATED_PATH.search(parts.path) else 0.0
    weight += 1.0 if len(re.split(r"[-_]", last)) >= 3 else 0.0
    weight += 0.75 if _LONG_NUMBER.search(last) else 0.0
    weight += 0.5 if _QUERY_ID.search(parts.query) else 0.0
    return min(weight, 1.5) - (1.5 if _NO_ARTICLE.search(parts.path) else 0.0)


def _list_ancestors(node: LexborNode) -> list[LexborNode]:
    found: list[LexborNode] = []
    current = node.parent
    while current is not None and len(found) < _ANCESTORS:
        found.append(current)
        current = current.parent
    return found


def _is_furniture(node: LexborNode) -> bool:
    """Say whether an element holds what stands on every page."""
    if node.tag in _FURNITURE:
        return True
    if node.tag in {"html", "body", "main", "article"}:
        return False
    attributes = node.attributes
    if attributes.get("role") in {"navigation", "contentinfo", "search"}:
        return True
    return bool(_FURNITURE_NAME.search(f"{attributes.get('class') or ''} {attributes.get('id') or ''}"))


def _count_words(text: str | None) -> int:
    """Return the number of words; two letters of a language without blanks are one."""
    wide = len(_WIDE.findall(text or ""))
    return len(_WIDE.sub("", text or "").split()) + wide // 2
