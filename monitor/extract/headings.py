"""The headline in a heading: without its kicker, hidden words and styles, and with its spaces as readers see them."""

import re
from itertools import islice

from selectolax.lexbor import LexborNode

_UNSEEN_TAGS = frozenset(("style", "script", "template", "noscript", "svg", "button"))
_INLINE_TAGS = frozenset("abbr b bdi cite code em font i ins mark q s strong sub sup u wbr".split())  # noqa: SIM905 - a table of words reads best as words
"""Elements that do not part words."""
_KICKER = re.compile(
    r"kicker|overline|eyebrow|dachzeile|roofline|topline|spitzmarke|surtitre|surtitle|antet[ií]t|volanta|occhiello"
    r"|(?:pre|over|super)-?title|\b(?:topic-)?label\b|\bbadge\b",
    re.IGNORECASE,
)
"""Names of elements that stand in a heading and are no part of the headline."""
_HIDDEN = re.compile(r"visually-?hidden|sr-only|screen-?reader", re.IGNORECASE)
_EDGE = "\x1f"
"""Where an element begins or ends that may part words."""
_NO_SPACE = re.compile(rf"(?<=[(\[{{„¿¡]){_EDGE}+|{_EDGE}+(?=[,.;:!?)\]}}%…]|[’']s\b)")
_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff]")
"""Marks of where a word may be parted: nobody sees them, and a search for the word stumbles over them."""
_WORD = re.compile(r"\w")
_MIN_SHARE = 0.4
"""Of a heading that is left without what is taken for no part of the headline."""
_MAX_DEPTH, _MAX_NODES = 8, 120
_MAX_CHARS = 2_000


def read_heading(node: LexborNode) -> str:
    """Return the headline in a heading; all of the heading if little else is left. At most 2,000 characters."""
    first = node.child
    if first is None or (first.next is None and first.is_text_node):
        return clean_title(node.text()[:_MAX_CHARS])
    shown = _join(_collect(node, is_whole=False))
    if len(shown) >= _MIN_SHARE * len(node.text()):
        return shown
    whole = _join(_collect(node, is_whole=True))
    return shown if len(shown) >= _MIN_SHARE * len(whole) else whole


def clean_title(text: str) -> str:
    """Return `text` with every run of white space as one space, and without marks that nobody sees."""
    return " ".join((text if text.isascii() else _INVISIBLE.sub("", text)).split())


def _join(text: str) -> str:
    return clean_title(_NO_SPACE.sub("", text[:_MAX_CHARS]).replace(_EDGE, " ")).lstrip(":–—-|· ")


def _collect(heading: LexborNode, *, is_whole: bool) -> str:
    """Return the text of a heading, with marks at the edges of what may part words."""
    text, before = "", frozenset[int]()
    for node in islice(heading.traverse(include_text=True), _MAX_NODES):
        if node.tag == "br":
            text += _EDGE
        if not node.is_text_node:
            continue
        above = _list_above(node, heading)
        names = "" if is_whole else " ".join(element.attributes.get("class") or "" for element in above)
        content = node.text(deep=False)
        if _HIDDEN.search(names):
            # A mark that only listeners hear parts the kicker from the headline.
            text = text if _WORD.search(content) else ""
        elif not (_KICKER.search(names) or any(element.tag in _UNSEEN_TAGS for element in above)):
            parting = frozenset(element.mem_id for element in above if element.tag not in _INLINE_TAGS)
            text += content if parting == before else _EDGE + content
            before = parting
    return text


def _list_above(node: LexborNode, heading: LexborNode) -> list[LexborNode]:
    """Return the elements of a heading that a text lies in, the innermost first."""
    above: list[LexborNode] = []
    element = node.parent
    while element is not None and element.mem_id != heading.mem_id and len(above) < _MAX_DEPTH:
        above.append(element)
        element = element.parent
    return above
