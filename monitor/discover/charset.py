"""Bytes to text, for feeds, sitemaps and listing pages."""

import codecs
import re
from collections.abc import Iterator

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # begins as the mark of UTF-16 does: ask first
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SIGNATURES = (
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
    (b"\x4c\x6f\xa7\x94", "cp037"),
)
"""How `<` or `<?xm` begins a document in encodings that are not supersets of ASCII (XML 1.0, appendix F)."""

_DECLARED = re.compile(rb"""(?:encoding|charset)\s*=\s*["']?\s*([A-Za-z0-9._:-]+)""", re.IGNORECASE)
_IN_HEADER = re.compile(r"""charset\s*=\s*["']?\s*([A-Za-z0-9._:-]+)""", re.IGNORECASE)
_SCANNED_BYTES = 1_024
"""How deep the HTML standard looks for a declaration."""

_ODD_CODECS = frozenset({"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape", "utf-7"})
"""Codecs of text that no page is written in; some take quadratic time."""

_WIDER = {"ascii": "cp1252", "iso8859-1": "cp1252", "gb2312": "gb18030", "gbk": "gb18030", "euc_kr": "cp949"}
"""What is meant by these names, as browsers take them: their supersets."""


def decode_text(body: bytes, content_type: str | None) -> str:
    """Return the text of a document in the first encoding that fits.

    The order: byte order mark, header, declaration, UTF-8, Windows-1252. One-byte encodings fit everything, so a
    document that happens to be valid UTF-8 is taken as that before.
    """
    for name in _candidate_codecs(body, content_type):
        try:
            return body.decode(name).removeprefix("\ufeff")
        except UnicodeError:
            continue
    return body.decode("cp1252", "replace")


def _candidate_codecs(body: bytes, content_type: str | None) -> Iterator[str]:
    """Yield names of codecs to try, the most trustworthy first."""
    yield from (name for mark, name in _BOMS if body.startswith(mark))
    yield from (name for mark, name in _SIGNATURES if body.startswith(mark))
    in_header = _IN_HEADER.search(content_type or "")
    in_body = _DECLARED.search(body[:_SCANNED_BYTES])
    labels = ([in_header[1]] if in_header else []) + ([in_body[1].decode("ascii")] if in_body else [])
    declared = [codec for codec in map(_find_codec, labels) if codec is not None and not _is_denied(codec, body)]
    if all(_is_one_byte(codec) for codec in declared):
        yield "utf-8"
    yield from declared
    yield "utf-8"


def _find_codec(label: str) -> str | None:
    """Return Python's name of an encoding; None for what is unknown or no encoding of pages."""
    try:
        codec = codecs.lookup(label)
        "".encode(codec.name)
    except (LookupError, UnicodeError):
        return None
    name = _WIDER.get(codec.name, codec.name)
    return None if name in _ODD_CODECS else name


def _is_denied(codec: str, body: bytes) -> bool:
    """Say whether a codec of two or four bytes a character is named, as happens, for a text that is plainly of one."""
    return codec.startswith(("utf-16", "utf-32")) and b"\0" not in body[:_SCANNED_BYTES]


def _is_one_byte(codec: str) -> bool:
    """Say whether the codec takes every byte for one character."""
    return codec.startswith(("cp125", "iso8859", "koi8", "mac-"))
