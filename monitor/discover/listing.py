"""HTML pages that list articles: by CSS selector, or by the pattern that their links repeat."""

import contextlib
from collections.abc import Iterable, Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from monitor.discover.charset import decode_text
from monitor.discover.dates import Moment, parse_moment
from monitor.discover.pattern import HEADINGS, Anchor, find_articles, make_link
from monitor.discover.plain import tidy_line
from monitor.errors import ParseError, UrlError
from monitor.models import Discovery, Link, Page
from monitor.urls import canonical_url, is_same_site

MAX_LISTING_CHARS = 5_000_000
MAX_NODES = 2_000
"""Links looked at on one page."""
MAX_TIMES = 300
MAX_NEXT = 5
_TIMES = "time[datetime]"
_CARD_LEVELS = 4
"""How far above a date its article's link is looked for."""
_CARD_LINKS = 8


def parse_listing(page: Page, selector: str | None) -> Discovery:
    """Return the articles that a page links to, in its order.

    `selector` matches the links or elements that hold one each; without it, the links that look like articles of this
    site (see `pattern`). Raises ParseError if the selector is wrong, or nothing is found.
    """
    text = decode_text(page.body, page.content_type)
    if len(text) > MAX_LISTING_CHARS:
        raise ParseError(page.url, f"a page of over {MAX_LISTING_CHARS} characters")
    try:
        tree = LexborHTMLParser(text)
    except (SelectolaxError, MemoryError) as error:
        raise ParseError(page.url, "took more memory to read than there is") from error
    nodes = tree.css("a[href]") if selector is None else _select(tree, selector, page.url)
    base_url = find_base(tree, page.url)
    dates = _find_dates(tree)
    anchors = list(_read_anchors(nodes, base_url, dates))
    links = find_articles(anchors, page.url, dates) if selector is None else _merge(one.link for one in anchors)
    if not links:
        raise ParseError(page.url, f"no links match {selector!r}" if selector else "no group of article links found")
    return Discovery(links=tuple(links), next_page=_find_next(tree, base_url, page.url))


def _select(tree: LexborHTMLParser, selector: str, url: str) -> list[LexborNode]:
    """Return the elements that match. Raises ParseError for what is no selector."""
    try:
        return tree.css(selector)
    except SelectolaxError as error:
        raise ParseError(url, f"{selector!r} is not a CSS selector") from error


def find_base(tree: LexborHTMLParser, url: str) -> str:
    """Return the URL that the page's links are relative to."""
    base = tree.css_first("base[href]")
    try:
        return canonical_url(base.attributes.get("href") or "", url) if base else url
    except UrlError:
        return url


def _find_next(tree: LexborHTMLParser, base_url: str, own_url: str) -> str | None:
    """Return where a page says that its list goes on, on the same site."""
    for node in tree.css("link[rel~=next][href], a[rel~=next][href]")[:MAX_NEXT]:
        with contextlib.suppress(UrlError):
            url = canonical_url(node.attributes.get("href") or "", base_url)
            if url != own_url and is_same_site(url, own_url):
                return url
    return None


def _read_anchors(nodes: list[LexborNode], base_url: str, dates: dict[str, Moment]) -> Iterator[Anchor]:
    """Yield the links of elements that are, or hold, one."""
    for node in nodes[:MAX_NODES]:
        anchor = node if node.tag == "a" else max(node.css("a[href]"), key=_measure, default=None)
        href = anchor.attributes.get("href") if anchor else None
        if anchor is None or not href:
            continue
        with contextlib.suppress(UrlError):
            link = make_link(canonical_url(href, base_url), _find_title(anchor), dates.get(href))
            yield Anchor(node=anchor, href=href, link=link)


def _measure(anchor: LexborNode) -> int:
    """Return the length of a link's text."""
    return len(anchor.text(strip=True))


def _find_title(anchor: LexborNode) -> str | None:
    """Return the headline of a link: its heading, else its text, else what it tells readers who cannot see it."""
    shown = tidy_line((anchor.css_first(HEADINGS) or anchor).text(separator=" "))
    if shown:
        return shown
    image = anchor.css_first("img[alt]")
    spoken = [
        anchor.attributes.get("aria-label"),
        anchor.attributes.get("title"),
        image and image.attributes.get("alt"),
    ]
    return next((title for text in spoken if (title := tidy_line(text or ""))), None)


def _find_dates(tree: LexborHTMLParser) -> dict[str, Moment]:
    """Return dates by the `href` of the links beside them, as far as a card has one date and few links."""
    dates: dict[str, Moment] = {}
    for time in tree.css(_TIMES)[:MAX_TIMES]:
        moment = parse_moment(time.attributes.get("datetime"))
        card = time.parent
        for _ in range(_CARD_LEVELS):
            if moment is None or card is None or len(card.css(_TIMES)) > 1:
                break
            hrefs = [anchor.attributes.get("href") or "" for anchor in card.css("a[href]")]
            if len(set(hrefs)) > _CARD_LINKS:
                break
            dates.update((href, moment) for href in hrefs if href not in dates)
            card = card.parent
    return dates


def _merge(links: Iterable[Link]) -> list[Link]:
    """Return each URL once, at its first place, with its longest title: cards link both picture and headline."""
    merged: dict[str, Link] = {}
    for link in links:
        known = merged.get(link.url)
        if known is None or len(link.title or "") > len(known.title or ""):
            merged[link.url] = link
    return list(merged.values())
