"""The elements with which a page describes its article, found in one pass of the engine over the whole tree."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from monitor.extract.headings import clean_title, read_heading

_SELECTOR = 'meta,title,h1,time,script[type^="application/ld+json"]'
_CANONICAL = 'link[rel~="canonical"]'
# Without the first letters it is the same in both cases; a selector that ignores case costs twice as much.
_AUTHORS = '[rel~="author"],[itemprop="author"],[class*="uthor"],[class*="yline"],[class*="autor"],a[href*="/author"]'
_DATES = (
    '[itemprop="datePublished" i],[class*="date" i],[class*="publi" i],[class*="posted" i],[class*="meta" i],'
    '[id*="date" i]'
)
_MAX_CONTENTS = 20
"""Of one name: scholarly pages repeat theirs for every author."""
_MAX_METAS, _MAX_HEADINGS, _MAX_SCRIPTS, _MAX_TIMES, _MAX_AUTHORS, _MAX_DATES = 300, 6, 30, 40, 40, 60
_MAX_NODES = 4_000
_MAX_CHARS = 2_000
_ABOVE = 8
"""How far above an element its surroundings are looked at."""
_PUNCTUATION = str.maketrans("", "", ":._- ")
_TOPICS = re.compile(
    r"title|auth?or|byl|creator|contributor|date|time|publi|posted|issued|modif|created|sitename|^ogurl|descri|^ogtype"
    r"|section|locale|lang|^twitterlabel|^twitterdata|applicationname|available|ticker|symbol"
)
"""What metadata are read of; a page has three times as many about images, apps and viewports."""
_ASIDE_TAGS = frozenset(("aside", "nav", "footer"))
_ASIDE_NAMES = ("comment", "related", "sidebar", "recommend", "teaser", "widget", "popular", "latest", "most-read")


class Marks(NamedTuple):
    """What stands in a page for programs to read, and its headings."""

    meta: dict[str, list[str]]
    """Contents of meta elements by name; names without punctuation, in lower case: `articlepublishedtime`."""
    page_title: str
    headings: list[str]
    canonical: str | None
    scripts: list[str]
    """JSON-LD."""
    times: list[LexborNode]
    """Elements `time`: those below the first heading, then those above, from the nearest on."""

    def get_meta(self, *names: str) -> str:
        """Return the first content of the first of these names that the page has; empty without one."""
        meta = self.meta
        for name in names:
            if name in meta:
                return meta[name][0]
        return ""


def read_marks(tree: LexborHTMLParser) -> Marks:
    """Return what a page marks for programs."""
    nodes: dict[str, list[LexborNode]] = {tag: [] for tag in ("meta", "title", "h1", "script", "time")}
    times_above = 0
    for node in tree.css(_SELECTOR)[:_MAX_NODES]:
        tag = node.tag or ""
        if tag == "h1" and not nodes["h1"]:
            times_above = len(nodes["time"])
        nodes.get(tag, nodes["script"]).append(node)
    # A body may hold thousands of links; the one that counts stands in the head.
    canonical = tree.head.css_first(_CANONICAL) if tree.head else None
    headings = [read_heading(node) for node in nodes["h1"][:_MAX_HEADINGS]]
    return Marks(
        meta=_read_meta(nodes["meta"][:_MAX_METAS]),
        # Drawings have titles too; the page's own comes first.
        page_title=clean_title(nodes["title"][0].text())[:_MAX_CHARS] if nodes["title"] else "",
        headings=[heading for heading in headings if heading],
        canonical=canonical.attributes.get("href") if canonical else None,
        scripts=[node.text() for node in nodes["script"][:_MAX_SCRIPTS]],
        # What stands above the headline is mostly another article's.
        times=(nodes["time"][times_above:] + nodes["time"][:times_above][::-1])[:_MAX_TIMES],
    )


def _read_meta(nodes: list[LexborNode]) -> dict[str, list[str]]:
    meta: dict[str, list[str]] = {}
    for node in nodes:
        attributes = node.attributes
        stated = (
            attributes.get("property")
            or attributes.get("name")
            or attributes.get("itemprop")
            or attributes.get("http-equiv")
        )
        if stated and (name := _fold_name(stated[:_MAX_NAME_CHARS])):
            content = collapse((attributes.get("content") or "")[:_MAX_CHARS])
            if content and len(contents := meta.setdefault(name, [])) < _MAX_CONTENTS:
                contents.append(content)
    return meta


_MAX_NAME_CHARS = 80


@lru_cache(maxsize=2048)
def _fold_name(stated: str) -> str:
    """Return a name as in `Marks.meta`; empty for what nobody asks for."""
    name = stated.lower().translate(_PUNCTUATION)
    return name if _TOPICS.search(name) else ""


def find_author_elements(tree: LexborHTMLParser) -> Iterator[LexborNode]:
    """Yield the elements that are named as an author or a byline, wherever they stand."""
    return _drop_repeats(tree.css(_AUTHORS)[:_MAX_AUTHORS])


def find_date_elements(tree: LexborHTMLParser) -> Iterator[LexborNode]:
    """Yield the elements of the article that are named as dates."""
    return (node for node in _drop_repeats(tree.css(_DATES)[:_MAX_DATES]) if not is_aside(node))


def _drop_repeats(nodes: list[LexborNode]) -> Iterator[LexborNode]:
    # The engine gives an element once for each part of the selector that it matches.
    before = 0
    for node in nodes:
        if node.mem_id != before:
            yield node
        before = node.mem_id


def is_aside(node: LexborNode) -> bool:
    """Tell elements beside the article, as teasers and comments, by the tags and names of what they lie in."""
    above: LexborNode | None = node
    for _ in range(_ABOVE):
        if above is None or above.tag in {"body", "main"}:
            return False
        if above.tag in _ASIDE_TAGS:
            return True
        attributes = above.attributes
        names = f"{attributes.get('class') or ''} {attributes.get('id') or ''}".lower()
        # What holds the headline is the article, though its name may speak of the sidebar beside it.
        if any(name in names for name in _ASIDE_NAMES) and above.css_first("h1") is None:
            return True
        above = above.parent
    return False


def collapse(text: str) -> str:
    """Return `text` with every run of white space as one space."""
    return " ".join(text.split())
