"""Sitemaps (https://www.sitemaps.org/protocol.html): news sitemaps, indexes, gzipped ones and plain lists."""

import html
import itertools
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from xml.parsers import expat

from monitor.discover.charset import decode_text
from monitor.discover.dates import has_time_of_day, parse_date, parse_moment
from monitor.discover.plain import tidy_line
from monitor.discover.unpack import unpack
from monitor.errors import ParseError, UrlError
from monitor.models import DateCertainty, Discovery, Link, Page
from monitor.urls import canonical_url

MAX_ENTRIES = 50_000
"""The protocol's own limit."""
MAX_LINKS = 5_000
"""Links made of one sitemap, the newest if it tells dates."""
MAX_CHILDREN = 5
"""Sitemaps of an index to look at, the newest."""
MAX_DEPTH = 32

_TICKER = re.compile(r"[A-Z0-9]{2,10}:[A-Z0-9.\-]{1,12}")
"""`NASDAQ:MSFT`: the exchange, and the company's code there."""
MAX_TICKERS = 5
"""As many as Google's format allows."""
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_BAD_REFERENCE = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[0-9A-Fa-f]+);)(?:\w+;)?")
"""An ampersand that stands for itself, or a name that only HTML knows."""
_JUNK_BEHIND = expat.errors.codes[expat.errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT]
_NO_CHARACTER = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML does not allow (XML 1.0, 2.2)."""

_FIELDS = {
    ("urlset", "url", "loc"): "loc",
    ("urlset", "url", "lastmod"): "lastmod",
    ("urlset", "url", "news", "title"): "title",
    ("urlset", "url", "news", "publication_date"): "published",
    ("urlset", "url", "news", "stock_tickers"): "tickers",
    ("sitemapindex", "sitemap", "loc"): "loc",
    ("sitemapindex", "sitemap", "lastmod"): "lastmod",
}
"""What is read, by its path, prefixes gone; images and videos have places and titles of their own, not read."""


def parse_sitemap(page: Page) -> Discovery:
    """Return the articles of a sitemap, or of an index the sitemaps to look at, the newest first if all are dated.

    Raises ParseError for what is no sitemap.
    """
    text = decode_text(unpack(page), page.content_type).strip()
    if text.startswith(("http://", "https://")):
        lines = (line for line in text.splitlines() if line.startswith("http"))
        return Discovery(links=_make_links(({"loc": line} for line in lines), page.url))
    reader = _read(text, page.url)
    entries = _sort_newest_first(reader.entries)
    if reader.root == "sitemapindex":
        urls = (link.url for link in _make_links(entries, page.url))
        return Discovery(more=tuple(dict.fromkeys(urls))[:MAX_CHILDREN])
    return Discovery(links=_make_links(entries, page.url))


class _Reader:
    """Takes the fields of interest from the events of expat."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.root = ""
        self.entries: list[dict[str, str]] = []
        self._path: list[str] = []
        self._field: str | None = None

    def read(self, text: str) -> None:
        """Read a whole document. Raises ExpatError where it is not well-formed, ParseError where not a sitemap."""
        parser = expat.ParserCreate("utf-8")  # whatever the document says: it is text now
        parser.buffer_text = True
        parser.StartElementHandler = self._open
        parser.EndElementHandler = self._close
        parser.CharacterDataHandler = self._add_text
        parser.EntityDeclHandler = self._refuse_entity
        parser.Parse(text.encode("utf-8", "replace"), True)

    def _open(self, name: str, _: dict[str, str]) -> None:
        self._path.append(name.rpartition(":")[2].lower())
        if len(self._path) == 1:
            self._check_root(name)
        elif len(self._path) == 2:
            self.entries.append({})
        if len(self._path) > MAX_DEPTH or len(self.entries) > MAX_ENTRIES:
            raise ParseError(self.url, f"a sitemap over {MAX_DEPTH} elements deep or {MAX_ENTRIES} URLs long")
        field = _FIELDS.get(tuple(self._path))
        self._field = field if field and field not in self.entries[-1] else None

    def _check_root(self, name: str) -> None:
        self.root = self._path[0]
        if self.root not in {"urlset", "sitemapindex"}:
            raise ParseError(self.url, f"not a sitemap: its root is <{name[:40]}>")

    def _close(self, _: str) -> None:
        self._path.pop()
        self._field = None

    def _add_text(self, text: str) -> None:
        if self._field:
            entry = self.entries[-1]
            entry[self._field] = entry.get(self._field, "") + text

    def _refuse_entity(self, *_: object) -> None:
        raise ParseError(self.url, "a sitemap that declares entities")


def _read(text: str, url: str) -> _Reader:
    """Return the reader of a sitemap; one that is not well-formed has a second chance, its usual mistakes mended."""
    mended = _BAD_REFERENCE.sub(lambda match: html.escape(html.unescape(match[0])), _NO_CHARACTER.sub("", text))
    for attempt in dict.fromkeys((text, mended)):
        reader = _Reader(url)
        try:
            reader.read(attempt)
        except expat.ExpatError as error:
            if error.code == _JUNK_BEHIND:
                return reader
            fault = error
        else:
            return reader
    raise ParseError(url, f"a sitemap that cannot be read: {fault}")


def _sort_newest_first(entries: list[dict[str, str]]) -> list[dict[str, str]]:
    """Return the entries by date if all have one, else as they came."""
    dates = [parse_date(entry.get("published")) or parse_date(entry.get("lastmod")) for entry in entries]
    if not all(dates):
        return entries
    dated = sorted(zip(dates, entries, strict=True), key=lambda pair: pair[0] or _LONG_AGO, reverse=True)
    return [entry for _, entry in dated]


def _make_links(entries: Iterable[dict[str, str]], base_url: str) -> tuple[Link, ...]:
    """Return the first entries with usable URLs as links."""
    links = (_to_link(entry, base_url) for entry in entries)
    return tuple(itertools.islice((link for link in links if link), MAX_LINKS))


def _to_link(entry: dict[str, str], base_url: str) -> Link | None:
    """Return an entry as a link; None without a usable URL. A day alone is too coarse to tell a change."""
    try:
        url = canonical_url(entry["loc"], base_url)
    except (KeyError, UrlError):
        return None
    lastmod = entry.get("lastmod", "")
    published = parse_moment(entry.get("published"))
    return Link(
        url=url,
        title=tidy_line(entry.get("title", "")),
        published_at=published.at if published else None,
        published_certainty=published.certainty if published else DateCertainty.EXACT,
        tickers=_parse_tickers(entry.get("tickers", "")),
        modified_at=parse_date(lastmod) if has_time_of_day(lastmod) else None,
    )


def _parse_tickers(text: str) -> tuple[str, ...]:
    """Return the tickers of a list such as `NASDAQ:A, NYSE:B`."""
    names = ("".join(name.split()).upper() for name in text[:500].split(","))
    return tuple(name for name in names if _TICKER.fullmatch(name))[:MAX_TICKERS]
