"""One page, from bytes to article: decode, parse once, read the metadata, judge the blocks, compose the text."""

import gc
import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from monitor.errors import ParseError
from monitor.extract.blocks import Block, read_blocks
from monitor.extract.byline import read_byline, settle_authors
from monitor.extract.charset import decode_page
from monitor.extract.compose import compose_text, describe, list_stripped
from monitor.extract.content import Verdict, judge_blocks, read_hints
from monitor.extract.features import Hints, fold
from monitor.extract.metadata import Metadata, read_metadata
from monitor.extract.plain import extract_plain
from monitor.extract.published import find_marked_day, settle_day
from monitor.extract.roles import apply_rules, read_role, select_elements
from monitor.extract.tickers import find_tickers
from monitor.models import Article, BlockRules, ExplainedBlock

DEFAULT_RULES = BlockRules()

MAX_CHARS = 5_000_000
"""Of a page; real ones reach 1.6 million."""

_BINARY_TYPES = (
    "image/",
    "audio/",
    "video/",
    "font/",
    "application/pdf",
    "application/zip",
    "application/octet-stream",
)
_MAGIC = (
    b"%PDF-",
    b"PK\x03\x04",
    b"\x89PNG",
    b"GIF87a",
    b"GIF89a",
    b"\xff\xd8\xff",
    b"RIFF",
    b"\x1f\x8b",
    b"BZh",
    b"7z\xbc\xaf",
    b"Rar!",
)
_HEADING_TAGS = frozenset(("h1", "h2", "h3"))
_REACH = 8
"""Blocks below the first one kept among which the headline may be."""
_OPTION = re.compile(r"</?option\b[^<>]{0,400}>", re.IGNORECASE)
_MAX_OPTIONS, _LONG_CHARS = 10_000, 300_000
_MARKUP = re.compile(r"<(?:!doctype|!--|\?xml|/?[a-z][a-z0-9-]*[\s/>])", re.IGNORECASE)


def extract(
    html: bytes | str, url: str | None = None, *, content_type: str | None = None, rules: BlockRules = DEFAULT_RULES
) -> Article:
    """Return the article of a page; its `text` is empty if there is none. `url` is where the page came from.

    `rules` are the source's own.

    Text without markup is read as plain text. Raises ParseError for what is no text at all, as an image or a
    PDF, and for what cannot be parsed in the memory that there is.
    """
    text, is_plain = _read_text(html, url, content_type)
    if is_plain:
        return extract_plain(text, url)
    try:
        with _pause_collector():
            return _extract_markup(text, url, rules)
    except (SelectolaxError, MemoryError) as error:
        raise ParseError(url or "", "took more memory to read than there is") from error


def _read_text(html: bytes | str, url: str | None, content_type: str | None) -> tuple[str, bool]:
    """Return a page as text, and whether it has no markup."""
    kind = (content_type or "").split(";")[0].strip().lower()
    _refuse_binary(html, kind, url or "")
    text = (html if isinstance(html, str) else decode_page(html, content_type))[:MAX_CHARS]
    return text, kind == "text/plain" or not _MARKUP.search(text)


def _refuse_binary(html: bytes | str, kind: str, url: str) -> None:
    if kind.startswith(_BINARY_TYPES):
        raise ParseError(url, f"content type {kind!r} is no page of text")
    if isinstance(html, bytes) and (html.startswith(_MAGIC) or _is_binary(html[:1024])):
        raise ParseError(url, "the bytes are an image, a document or an archive, not a page of text")


def _is_binary(head: bytes) -> bool:
    """Tell bytes full of zeros that are no UTF-16."""
    return head.count(0) * 20 > len(head) and not head.startswith((b"\xff\xfe", b"\xfe\xff"))


def explain(
    html: bytes | str, url: str | None = None, *, content_type: str | None = None, rules: BlockRules = DEFAULT_RULES
) -> tuple[ExplainedBlock, ...]:
    """Return all blocks of a page in reading order and what became of them; empty for plain text.

    Raises ParseError as `extract` does.
    """
    text, is_plain = _read_text(html, url, content_type)
    if is_plain:
        return ()
    try:
        with _pause_collector():
            reading = _read_page(text, url, rules)
    except (SelectolaxError, MemoryError) as error:
        raise ParseError(url or "", "took more memory to read than there is") from error
    return tuple(
        ExplainedBlock(
            text=block.text, role=read_role(block, reading.hints), reason=reason, where=describe(block.frame)
        )
        for block, reason in reading.verdicts
    )


@contextmanager
def _pause_collector() -> Iterator[None]:
    """Keep the collector of cycles waiting: a page makes thousands of objects, but no cycles."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


class _Reading(NamedTuple):
    """A page, judged."""

    tree: LexborHTMLParser
    metadata: Metadata
    hints: Hints
    blocks: list[Block]
    verdicts: list[Verdict]


def _read_page(text: str, url: str | None, rules: BlockRules) -> _Reading:
    # As bytes, since a string may hold half a surrogate pair, which the parser refuses.
    tree = LexborHTMLParser(_thin_out(text).encode("utf-8", errors="replace"))
    metadata = read_metadata(tree, url)
    hints = read_hints(metadata)
    body = tree.body
    blocks, frames = read_blocks(body, folding=not rules.keep_selectors) if body is not None else ([], [])
    verdicts = judge_blocks(blocks, frames, hints)
    verdicts = apply_rules(verdicts, hints, rules, select_elements(tree, rules))
    return _Reading(tree, metadata, hints, blocks, verdicts)


def _thin_out(text: str) -> str:
    """Take out options if there are thousands: the engine takes 33 s for the 100,000 of a page of 0.9 MB."""
    if len(text) < _LONG_CHARS:
        return text
    thin, count = _OPTION.subn("", text)
    return thin if count > _MAX_OPTIONS else text


def _extract_markup(page: str, url: str | None, rules: BlockRules) -> Article:
    tree, metadata, _, blocks, verdicts = _read_page(page, url, rules)
    first = _find_beginning(verdicts, metadata.title)
    byline = read_byline(blocks, first, times=metadata.times, known=metadata.authors, site_name=metadata.site_name)
    published = settle_day(metadata.times, byline.days) or find_marked_day(tree, metadata.times, byline.changes)
    modified = metadata.times.modified
    text = compose_text(verdicts)
    return Article(
        url=metadata.url,
        title=metadata.title,
        text=text,
        authors=settle_authors(tree, metadata.authors, byline, metadata.site_name).names,
        published_at=published.at if published else None,
        is_published_day_only=published is not None and published.is_day,
        modified_at=modified.at if modified else None,
        site_name=metadata.site_name,
        section=metadata.section,
        tickers=find_tickers(text, metadata.tickers),
        language=metadata.language,
        stripped=list_stripped(verdicts),
    )


def _find_beginning(verdicts: list[Verdict], title: str) -> int:
    """Return the index of the headline's block, or else of the first one kept; a byline stands next to it."""
    folded, shortest, longest = fold(title), len(title) // 2, 2 * len(title) + 20
    first = next((index for index, verdict in enumerate(verdicts) if verdict.reason is None), 0)
    # The nearest above the text; below, if something of the page's head was taken for text. A path to the page may
    # end with its headline too.
    above, below = range(min(first, len(verdicts) - 1), -1, -1), range(first + 1, min(first + _REACH, len(verdicts)))
    found = -1
    for index in chain(above, below):
        block = verdicts[index].block
        if shortest <= len(block.text) < longest and folded and folded in fold(block.text):
            if block.frame.tag in _HEADING_TAGS:
                return index
            found = found if found >= 0 else index
    return found if found >= 0 else first
