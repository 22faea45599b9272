"""What users' templates make, without what scraped text could bring to life in it.

Values are escaped where they are written; what is left are places where escaped text still does something: an attribute
without quotes, the address of a link, a mention. There a value is good only if the template itself says it, or if it is
one of the alert's own links.
"""

import html
import re
from collections.abc import Iterable
from urllib.parse import urlsplit

import nh3

_TAGS = {
    "a", "b", "blockquote", "br", "code", "div", "em", "h1", "h2", "h3", "h4", "hr", "i", "li", "mark", "ol", "p",
    "pre", "small", "span", "strong", "table", "tbody", "td", "th", "thead", "tr", "u", "ul",
}  # fmt: skip
_ATTRIBUTES = {"a": {"href"}, "*": {"align", "bgcolor", "border", "cellpadding", "colspan", "style", "width"}}
_STYLES = {
    "background-color", "border", "border-bottom", "border-collapse", "border-left", "border-right", "border-top",
    "color", "display", "font-family", "font-size", "font-style", "font-weight", "line-height", "margin", "max-width",
    "padding", "text-align", "text-decoration", "width",
}  # fmt: skip
_SCHEMES = {"http", "https", "mailto"}
_ORIGIN = re.compile(r"https?://[^\s\"'<>/?#|\0]++(?!\0)", re.IGNORECASE)
_CODE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_ANGLES = re.compile(r"<([^<>]*)>")


def sanitize_html(page: str, source: str, links: Iterable[str]) -> str:
    """Return what a template made, with harmless elements alone; links lead where it or the alert says."""
    said, origins = html.unescape(_read_words(source)), _find_origins(source, links)

    def keep(_tag: str, attribute: str, value: str) -> str | None:
        if attribute == "href":
            is_address = value.startswith("mailto:") and value in said
            return value if is_address or _origin_of(value) in origins else None
        is_said = f'"{value}"' in said or f"'{value}'" in said
        return value if attribute == "rel" or is_said else None

    return nh3.clean(
        page,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=keep,
        filter_style_properties=_STYLES,
        url_schemes=_SCHEMES,
    )


def sanitize_mrkdwn(text: str, source: str, links: Iterable[str]) -> str:
    """Return what a template made, in which `<…>` is a link or a mention only where it or the alert says so."""
    said, origins = _read_words(source), _find_origins(source, links)
    pieces = []
    end = 0
    for found in _ANGLES.finditer(text):
        pieces.append(text[end : found.start()].replace("<", "&lt;"))
        is_ours = found[0] in said or _origin_of(found[1].partition("|")[0]) in origins
        pieces.append(found[0] if is_ours else f"&lt;{found[1]}&gt;")
        end = found.end()
    return "".join([*pieces, text[end:].replace("<", "&lt;")])


def _read_words(source: str) -> str:
    """Return what a template itself says, with a mark where a value goes."""
    return _CODE.sub("\0", source)


def _find_origins(source: str, links: Iterable[str]) -> set[str]:
    """Return scheme and host of all that a template or its alert links to."""
    return {origin.lower() for origin in _ORIGIN.findall(_read_words(source))} | {
        _origin_of(link) for link in links if link
    }


def _origin_of(link: str) -> str:
    try:
        parts = urlsplit(link)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}".lower() if parts.netloc else ""
