"""The elements with which a page describes its article, found in one pass of the engine over the whole tree."""

from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

_SELECTOR = (
    'meta[content],title,h1,link[rel~="canonical"],script[type="application/ld+json"],time,[itemprop="datePublished" i]'
)
_AUTHORS = (
    '[rel~="author"],[itemprop="author" i],[itemprop="creator" i],[class~="fn"],[class*="byline" i],'
    '[class*="author" i],[class*="autor" i]'
)
_DATES = '[class*="date" i],[class*="publi" i],[class*="posted" i],[class*="meta" i],[id*="date" i]'
_MAX_NODES = 4_000
_MAX_CONTENTS = 20
"""Of one name: scholarly pages repeat theirs for every author."""
_MAX_METAS, _MAX_HEADINGS, _MAX_SCRIPTS, _MAX_TIMES, _MAX_AUTHORS, _MAX_DATES = 300, 6, 30, 40, 40, 60
_MAX_CHARS = 2_000
_ABOVE = 8
"""How far above an element its surroundings are looked at."""
_PUNCTUATION = str.maketrans("", "", ":._- ")
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
    """Elements `time` and those with a property `datePublished`."""

    def get_meta(self, *names: str) -> str:
        """Return the first content of the first of these names that the page has; empty without one."""
        return next((self.meta[name][0] for name in names if name in self.meta), "")


def read_marks(tree: LexborHTMLParser) -> Marks:
    """Return what a page marks for programs."""
    nodes: dict[str, list[LexborNode]] = {tag: [] for tag in ("meta", "title", "h1", "link", "script", "time")}
    before = 0
    for node in tree.css(_SELECTOR)[:_MAX_NODES]:
        # The engine gives an element once for each part of the selector that it matches.
        if node.mem_id != before:
            nodes.get(node.tag or "", nodes["time"]).append(node)
        before = node.mem_id
    headings = [collapse(node.text(separator=" ")) for node in nodes["h1"][:_MAX_HEADINGS]]
    return Marks(
        meta=_read_meta(nodes["meta"][:_MAX_METAS]),
        # Drawings have titles too; the page's own comes first.
        page_title=collapse(nodes["title"][0].text())[:_MAX_CHARS] if nodes["title"] else "",
        headings=[heading for heading in headings if heading],
        canonical=next((href for node in nodes["link"] if (href := node.attributes.get("href"))), None),
        scripts=[node.text() for node in nodes["script"][:_MAX_SCRIPTS]],
        times=nodes["time"][:_MAX_TIMES],
    )


def _read_meta(nodes: list[LexborNode]) -> dict[str, list[str]]:
    meta: dict[str, list[str]] = {}
    for node in nodes:
        attributes = node.attributes
        name = (
            attributes.get("property")
            or attributes.get("name")
            or attributes.get("itemprop")
            or attributes.get("http-equiv")
        )
        content = collapse((attributes.get("content") or "")[:_MAX_CHARS])
        if name and content:
            contents = meta.setdefault(name.lower().translate(_PUNCTUATION), [])
            if len(contents) < _MAX_CONTENTS:
                contents.append(content)
    return meta


def find_author_elements(tree: LexborHTMLParser) -> list[LexborNode]:
    """Return the elements marked as an author or a byline, without repeats: those of the article, or else one."""
    return _list_own(tree.css(_AUTHORS)[:_MAX_AUTHORS]) or tree.css('[rel~="author"]')[:1]


def find_date_elements(tree: LexborHTMLParser) -> list[LexborNode]:
    """Return the elements of the article that are named as dates, without repeats."""
    return _list_own(tree.css(_DATES)[:_MAX_DATES])


def _list_own(nodes: list[LexborNode]) -> list[LexborNode]:
    unique = {node.mem_id: node for node in nodes}
    return [node for node in unique.values() if not is_aside(node)]


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
