"""Feeds: RSS 0.9 to 2.0, RDF and Atom by feedparser, JSON Feed by its own reader.

feedparser.parse() is not called: it opens files and URLs that its argument names, and takes quadratic time for
attributes and for tags. Its two readers, which it puts together in the same way, are given text only.
"""

import contextlib
import io
import re
import xml.sax
import xml.sax.handler
from collections.abc import Callable, Iterator
from typing import TypeAlias, TypeVar
from xml.sax.xmlreader import AttributesNSImpl, InputSource

from feedparser.api import LooseFeedParser, StrictFeedParser
from feedparser.sanitizer import replace_doctype

from monitor.discover.anchor import make_anchor
from monitor.discover.charset import decode_text
from monitor.discover.dates import Moment, parse_moment
from monitor.discover.edgar import join_filings
from monitor.discover.jsonfeed import parse_json_feed
from monitor.discover.plain import strip_markup, tidy_line, tidy_paragraphs
from monitor.discover.unpack import unpack
from monitor.errors import ParseError, UrlError
from monitor.models import DateCertainty, Discovery, Link, Page
from monitor.urls import canonical_url

MAX_FEED_CHARS = 10_000_000
MAX_LOOSE_CHARS = 1_000_000
"""Read of a feed that is not well-formed, where a stray `&` or `</` costs as much as an element."""
MAX_ATTRIBUTES = 256
MAX_ELEMENTS = 30_000
"""Elements read of one feed, some 2,000 items; those after are left alone."""

_ROOT = re.compile(r"<(?:[\w.-]+:)?(?:rss|rdf|feed|channel|item|entry)\b", re.IGNORECASE)
_XML_DECLARATION = re.compile(r"<\?xml\s[^>]*>\s*")
_ROOT_SCANNED_CHARS = 100_000
_HTML_PAGE = re.compile(r"(?:<!doctype\s+html|<html\b)", re.IGNORECASE)

_STRAY_AMPERSAND = re.compile(
    r"<!\[CDATA\[.*?(?:\]\]>|\Z)|&(?!#[0-9]{1,7};|#x[0-9a-f]{1,6};|[a-z][a-z0-9]{1,31};"
    r"|(?:amp|gt|lt|nbsp|quot)\b(?!=))",
    re.DOTALL | re.IGNORECASE,
)
"""Ampersands that begin no reference, and passages that hold none; the reader would make `&R;` of `&R`."""
_WORDS = ("id", "title", "summary", "content")
"""Fields of an item, one of which it needs to say anything, be it a picture."""
_YEAR_ALONE = re.compile(r"\s*\d{4}(?!-?\d)")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")

T = TypeVar("T")
R = TypeVar("R", bound="_CappedReader")
Name: TypeAlias = tuple[str | None, str]
Entry: TypeAlias = dict[str, object]

_LEAKS = (AttributeError, LookupError, OverflowError, RecursionError, TypeError, ValueError)
"""What feedparser's readers are known to let through on mutilated feeds (found by mutation)."""


class _EnoughRead(Exception):  # noqa: N818 - no error: what was read is taken
    """The reader has seen as many elements as it may."""


class _CappedReader:
    """What both readers of feedparser lack: an end."""

    version: str
    """Empty for what is of no kind of feed."""
    entries: list[Entry]
    feeddata: Entry
    elementstack: list[tuple[str, int, list[str | bytes]]]
    """Of the elements that are open: name, whether text is expected, pieces of text."""
    guidislink: bool
    elements = 0
    sanitize_html: bool
    resolve_relative_uris: bool
    _get_context: Callable[[], Entry]

    def unknown_starttag(self, tag: str, attrs: list[tuple[str, str]]) -> None:
        """Count the element, then read it."""
        self.elements += 1
        if self.elements > MAX_ELEMENTS:
            raise _EnoughRead
        with contextlib.suppress(*_LEAKS):
            super().unknown_starttag(tag, attrs)  # type: ignore[misc]  # of the reader that this is mixed into

    def unknown_endtag(self, tag: str) -> None:
        """Read the end of an element; a field that cannot be read is no reason to lose the feed."""
        with contextlib.suppress(*_LEAKS):
            super().unknown_endtag(tag)  # type: ignore[misc]  # as above

    def handle_charref(self, ref: str) -> None:
        """Read a character by its number, if there is one."""
        with contextlib.suppress(*_LEAKS):
            super().handle_charref(ref)  # type: ignore[misc]  # as above

    def _end_guid(self) -> None:
        """Take an id for an address only if it looks like one: `7` is a name, whatever isPermaLink defaults to."""
        text = "".join(map(str, self.elementstack[-1][2])) if self.elementstack else ""
        self.guidislink = bool(self.guidislink and "/" in text)
        super()._end_guid()  # type: ignore[misc]  # as above

    _end_id = _end_guid

    def resolve_uri(self, uri: str) -> str:
        """Return what has a scheme as it is: an id is compared letter by letter (RFC 4287, 4.2.6.1)."""
        resolved: str = super().resolve_uri(uri) if not _SCHEME.match(uri) else uri  # type: ignore[misc]  # as above
        return resolved

    def _add_tag(self, *_: object) -> None:
        """Leave tags away: nobody reads them, and each is compared with all before."""
        self._get_context().setdefault("tags", [])

    def _sync_author_detail(self, key: str = "author") -> None:
        """Leave authors as they are: the pattern that parts names from addresses takes quadratic time."""


class _StrictReader(_CappedReader, StrictFeedParser):  # type: ignore[misc]  # feedparser has no types
    """Reads well-formed feeds, refuses others.

    expat hands over text in pieces, one for each line and reference; joining them first halves the time of a feed.
    """

    def __init__(self, base_url: str) -> None:
        super().__init__(base_url, None, "utf-8")
        self._pieces: list[str] = []

    def startElementNS(self, name: Name, qname: str | None, attrs: AttributesNSImpl) -> None:  # noqa: N802 - SAX calls it
        """Read an element if its attributes are so few that looking each up takes no time."""
        if len(attrs) > MAX_ATTRIBUTES:
            raise xml.sax.SAXException("too many attributes")
        self._join_pieces()
        super().startElementNS(name, qname, attrs)

    def endElementNS(self, name: Name, qname: str | None) -> None:  # noqa: N802 - as above
        """Read the end of an element after its text."""
        self._join_pieces()
        super().endElementNS(name, qname)

    def characters(self, text: str) -> None:
        """Keep a piece of text until an element begins or ends."""
        self._pieces.append(text)

    def _join_pieces(self) -> None:
        if self._pieces:
            super().characters("".join(self._pieces))
            self._pieces.clear()


class _LooseReader(_CappedReader, LooseFeedParser):  # type: ignore[misc]  # feedparser has no types
    """Reads everything else.

    An element that is never closed ends with its item, so that it does not swallow the items after it.
    """

    inentry: int
    """Whether an item is open."""

    def unknown_starttag(self, tag: str, attrs: list[tuple[str, str]]) -> None:
        """Read the start of an element."""
        self._end_item_of(tag)
        super().unknown_starttag(tag, attrs)

    def unknown_endtag(self, tag: str) -> None:
        """Read the end of an element."""
        self._end_item_of(tag)
        super().unknown_endtag(tag)

    def _end_item_of(self, tag: str) -> None:
        """Close what an item has left open, if an item begins or ends."""
        if not self.inentry or tag.rpartition(":")[2] not in {"item", "entry"}:
            return
        while self.elementstack and (name := self.elementstack[-1][0]) != "item":
            depth = len(self.elementstack)
            if hasattr(self, f"_end_{name}"):
                super().unknown_endtag(name)
            del self.elementstack[depth - 1 :]


def parse_feed(page: Page) -> Discovery:
    """Return the articles of a feed in its order. Raises ParseError for what is no feed."""
    text = decode_text(unpack(page), page.content_type).strip()
    if text.startswith("{"):
        return parse_json_feed(text, page.url)
    if len(text) > MAX_FEED_CHARS:
        raise ParseError(page.url, f"a feed of over {MAX_FEED_CHARS} characters")
    if _HTML_PAGE.match(text) or not _ROOT.search(text, 0, _ROOT_SCANNED_CHARS):
        raise ParseError(page.url, "not a feed" + (": an HTML page" if _HTML_PAGE.match(text) else ""))
    try:
        reader = _read(text, page.url)
    except _LEAKS as error:
        raise ParseError(page.url, f"a feed that cannot be read: {type(error).__name__}") from error
    if not reader.version and not reader.entries:
        raise ParseError(page.url, "not a feed")
    site_url = _find_site(reader.feeddata, page.url)
    return Discovery(
        links=join_filings(link for entry in reader.entries if (link := _to_link(entry, page.url, site_url))),
        next_page=_find_related(reader.feeddata, page.url, "next", "prev-archive"),
        hub=_find_related(reader.feeddata, page.url, "hub"),
    )


def _read(text: str, base_url: str) -> _CappedReader:
    """Return the reader of feedparser that could read the text: strictly if that is possible, else loosely."""
    if declaration := _XML_DECLARATION.match(text):  # its encoding is no longer true
        text = text[declaration.end() :]
    _, document, entities = replace_doctype(text.encode("utf-8", "replace"))
    strict = _prepare(_StrictReader(base_url))
    try:
        _run_strictly(strict, document)
    except _EnoughRead:
        return strict
    except xml.sax.SAXException:
        loose = _prepare(_LooseReader(base_url, None, "utf-8", entities))
        with contextlib.suppress(_EnoughRead):
            text = _STRAY_AMPERSAND.sub(_escape, document.decode("utf-8", "replace")[:MAX_LOOSE_CHARS])
            loose.feed(text[:MAX_LOOSE_CHARS])
        return loose
    return strict


def _escape(found: re.Match[str]) -> str:
    """Return a stray ampersand as a reference, what else was found as it is."""
    return "&amp;" if found[0] == "&" else found[0]


def _prepare(reader: R) -> R:
    """Return the reader set to leave markup as it is: it becomes plain text later."""
    reader.sanitize_html = False
    reader.resolve_relative_uris = False
    return reader


def _run_strictly(reader: _StrictReader, document: bytes) -> None:
    """Let expat drive the reader; entities from outside stay outside."""
    parser = xml.sax.make_parser()  # noqa: S317 - replace_doctype() left only entities without references
    parser.setFeature(xml.sax.handler.feature_namespaces, True)
    parser.setFeature(xml.sax.handler.feature_external_ges, False)
    parser.setContentHandler(reader)
    parser.setErrorHandler(reader)
    source = InputSource()
    source.setEncoding("utf-8")
    source.setByteStream(io.BytesIO(document))
    parser.parse(source)


def _find_site(feed: Entry, base_url: str) -> str:
    """Return the URL of the pages that a feed is about, else its own."""
    with contextlib.suppress(UrlError):
        return canonical_url(_get(feed, "link", str) or "", base_url)
    return base_url


def _find_related(feed: Entry, base_url: str, *relations: str) -> str | None:
    """Return the URL of the feed's first link with one of the relations."""
    for link in _get(feed, "links", list) or []:
        with contextlib.suppress(UrlError):
            if link.get("rel") in relations and (url := canonical_url(link.get("href") or "", base_url)) != base_url:
                return url
    return None


def _to_link(entry: Entry, base_url: str, site_url: str) -> Link | None:
    """Return an item as a link, None if it says nothing; one without a usable URL is a place on its site."""
    modified = _find_date(entry, "updated")
    published = _find_date(entry, "published", "created") or modified
    title, summary = tidy_line(_find_text(entry, "title")), tidy_paragraphs(_find_text(entry, "summary"))
    name = _get(entry, "id", str) or ""
    url = next(_find_urls(entry, base_url), None)
    if url is None and published is None and not any(dict.get(entry, key) for key in _WORDS):
        return None
    return Link(
        url=url or make_anchor(site_url, name or f"{title or ''}\n{summary or ''}"),
        id=name or None,
        title=title,
        summary=summary,
        published_at=published.at if published else None,
        published_certainty=published.certainty if published else DateCertainty.EXACT,
        modified_at=modified.at if modified else None,
    )


def _find_urls(entry: Entry, base_url: str) -> Iterator[str]:
    """Yield the usable URLs of an item, the article's own first: a redirector names it in `origLink`."""
    links = _get(entry, "links", list) or []
    candidates = [
        _get(entry, "feedburner_origlink", str),
        _get(entry, "link", str),
        *(link.get("href") for link in links if link.get("rel") == "alternate"),
        name if _SCHEME.match(name := _get(entry, "id", str) or "") else None,
    ]
    for candidate in filter(None, candidates):
        with contextlib.suppress(UrlError):
            yield canonical_url(candidate, base_url)


def _find_text(entry: Entry, key: str) -> str:
    """Return a text of an item without its markup; its content stands in for a summary."""
    value, detail = _get(entry, key, str), _get(entry, f"{key}_detail", dict)
    if value is None and key == "summary":
        detail = next(iter(_get(entry, "content", list) or [{}]))
        value = detail.get("value")
    kind = (detail or {}).get("type", "text/html")
    return strip_markup(value or "") if kind != "text/plain" else value or ""


def _find_date(entry: Entry, *keys: str) -> Moment | None:
    """Return the first date that makes sense: as we read it, else as feedparser does, who reads days that are none.

    Where it understands nothing but a year it adds the month of today.
    """
    for key in keys:
        text = _get(entry, key, str)
        if moment := parse_moment(text):
            return moment
        if (parsed := _get(entry, f"{key}_parsed", tuple)) and not _YEAR_ALONE.match(text or ""):
            return parse_moment("{:04}-{:02}-{:02} {:02}:{:02}:{:02}".format(*parsed))
    return None


def _get(entry: Entry, key: str, kind: type[T]) -> T | None:
    """Return a field if it is of that kind; feedparser's own look-up has aliases and warnings."""
    value = dict.get(entry, key)
    return value if isinstance(value, kind) else None
