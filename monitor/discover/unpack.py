"""Feeds and sitemaps that are gzip files themselves, as `sitemap.xml.gz`, whatever the transfer did."""

import zlib

from monitor.errors import ParseError
from monitor.models import Page

MAX_UNPACKED_BYTES = 20_000_000

_GZIP_MAGIC = b"\x1f\x8b"


def unpack(page: Page) -> bytes:
    """Return the body of a page, unpacked if it is a gzip file. Raises ParseError if it is damaged or too large."""
    if not page.body.startswith(_GZIP_MAGIC):
        return page.body
    unpacker = zlib.decompressobj(wbits=31)
    try:
        body = unpacker.decompress(page.body, MAX_UNPACKED_BYTES)
    except zlib.error as error:
        raise ParseError(page.url, "a damaged gzip file") from error
    if not unpacker.eof:
        raise ParseError(page.url, f"a gzip file that is cut off or over {MAX_UNPACKED_BYTES} bytes unpacked")
    return body
