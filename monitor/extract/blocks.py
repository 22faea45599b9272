"""A page as a list of blocks: runs of text that no block-level element interrupts, in reading order.

The walk visits every node once and never recurses; depth and nodes are capped. It is one loop over local state, since
it is the costliest step of an extraction. What by its element or its name is a menu, a footer, a comment section is
folded: its text is one block, and nobody looks inside.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

MAX_NODES = 60_000
MAX_DEPTH = 250
"""Real pages: at most 52 (measured over 181)."""

MEDIA, ICON, CONTROL = 1, 2, 4
"""What stood between a block and the one before it, or in it: bits of `Block.beside`."""

FIGURE, QUOTE, LIST, TABLE, FURNITURE, HIDDEN, FOLDED, NAMED = 1, 2, 4, 8, 16, 32, 64, 128
"""What an element lies in; of a folded one all text is one block, of a named one for its name."""
_PLACES = {
    "figure": FIGURE, "figcaption": FIGURE, "blockquote": QUOTE, "ul": LIST, "ol": LIST, "table": TABLE,
    "nav": FURNITURE, "footer": FURNITURE, "aside": FURNITURE, "header": FURNITURE, "form": FURNITURE,
}  # fmt: skip

_BLOCK_TAGS = (
    "p div section article main header footer aside nav h1 h2 h3 h4 h5 h6 hgroup ul ol menu li dl dt dd table thead "
    "tbody tfoot tr td th caption blockquote pre form fieldset legend figure figcaption address details summary hr "
    "center body label"
)
_TEXT_TAGS = frozenset("p h1 h2 h3 h4 h5 h6 li dt dd td th figcaption summary".split())  # noqa: SIM905 - a table of words reads best as words
_HEADING_TAGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_INLINE, _ITALIC, _BOLD, _LINK, _BLOCK, _TEXT = range(6)
_SKIPPED = 8
"""Added to the bits of `Block.beside`: an element of which nothing is read."""
_KIND_TAGS = {
    _INLINE: "span br u s small sup sub font code time abbr mark q",
    _ITALIC: "i em cite",
    _BOLD: "b strong",
    _LINK: "a",
    _BLOCK: _BLOCK_TAGS,
    _SKIPPED: "head link meta title base param area",
    _SKIPPED | MEDIA: "img picture video audio iframe embed object canvas map track source",
    _SKIPPED | ICON: "svg math progress meter",
    _SKIPPED | CONTROL: "button select option input textarea datalist dialog",
}
_STRIPPED = ["script", "style", "noscript", "template"]
_BREAK = "\x00"

Attributes = dict[str, str | None]


def _ask_engine() -> tuple[dict[int, int], dict[int, str], int]:
    """Return kinds and names of tags by the engine's numbers for them, and its number for `br`.

    To ask a node for its number costs a quarter of asking for its name.
    """
    tree = LexborHTMLParser("<p>text<!-- comment -->")
    kinds: dict[int, int] = {}
    tags: dict[int, str] = {}
    for kind, names in _KIND_TAGS.items():
        for tag in names.split():
            number = tree.create_node(tag).tag_id
            kinds[number], tags[number] = kind, tag
    text, comment = tree.css("p")[0].iter(include_text=True)
    kinds[text.tag_id], kinds[comment.tag_id] = _TEXT, _SKIPPED
    return kinds, tags, tree.create_node("br").tag_id


class Frame:
    """A block-level element: where blocks stand."""

    __slots__ = ("index", "key", "names", "parent", "places", "tag")
    tag: str
    parent: "Frame | None"
    index: int
    """Among the elements that hold blocks, parents first; -1 if it holds none."""
    names: tuple[str, ...]
    """Words of its class, id, role and itemprop, last its tag: `relatedPosts`, `p` gives related, posts, <p>."""
    places: int
    """What it lies in: bits of FIGURE … NAMED."""
    key: int
    """Its place in the parser's memory, by which it is found again."""


class Block(NamedTuple):
    """A run of text and what is known of its place."""

    text: str
    """White space collapsed; a single `<br>` is a line feed."""
    frame: Frame
    link_chars: int
    bold_chars: int
    italic_chars: int
    beside: int
    inner: tuple[str, ...]
    """Words of the class of the inline element with which the block begins, if any."""


class _Run:
    """The text since the last border of a block, and the blocks so far."""

    __slots__ = ("beside", "blocks", "bold", "inner", "italic", "link", "pieces")

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.beside = 0
        self.pieces: list[str] = []
        self.link = self.bold = self.italic = 0
        self.inner: tuple[str, ...] = ()

    def end(self, frame: Frame) -> None:
        """Make a block of the text, which stands in `frame`."""
        raw = "".join(self.pieces)
        if _BREAK in raw:
            text = "\n".join(line for line in (" ".join(part.split()) for part in raw.split(_BREAK)) if line)
        else:
            text = " ".join(raw.split())
        if text:
            self.blocks.append(Block(text, frame, self.link, self.bold, self.italic, self.beside, self.inner))
            self.beside = 0
        self.pieces = []
        self.link = self.bold = self.italic = 0
        self.inner = ()

    def break_line(self, frame: Frame) -> None:
        """Take a single `<br>` as the end of a line and a second one as the end of the block."""
        for piece in reversed(self.pieces):
            if piece == _BREAK:
                self.end(frame)
                return
            if not piece.isspace():
                self.pieces.append(_BREAK)
                return


def read_blocks(body: LexborNode, *, folding: bool = True) -> tuple[list[Block], list[Frame]]:  # noqa: C901, PLR0912, PLR0915 - one loop: see above
    """Return the blocks below `body` in reading order, and the elements that hold them, parents first, `body` first.

    Takes scripts and styles out of the tree. Without `folding` every element is looked into.
    """
    body.strip_tags(_STRIPPED)
    folder = _Folder(body) if folding else None
    root, _ = _open_frame(body, "body", None)
    frame = root
    run = _Run()
    inside = [0] * (_BLOCK + 1)  # how many open elements of each kind
    stack: list[tuple[LexborNode, int]] = []
    visited = 0
    node = body.first_child
    while node is not None or stack:
        if node is None:
            node, kind = stack.pop()
            inside[kind] -= 1
            if kind == _BLOCK:
                if run.pieces:
                    run.end(frame)
                frame = frame.parent or frame
            node = node.next
            continue
        number = node.tag_id
        kind = _KINDS[number] if number in _KINDS else _BLOCK if _is_custom(node, frame) else _INLINE
        if kind == _TEXT:
            if not node.is_empty_text_node:
                text = node.text_content or ""
                run.pieces.append(text)
                run.link += len(text) if inside[_LINK] else 0
                run.bold += len(text) if inside[_BOLD] else 0
                run.italic += len(text) if inside[_ITALIC] else 0
            elif run.pieces:
                run.pieces.append(" ")
            node = node.next
            continue
        if kind >= _SKIPPED:
            run.beside |= kind - _SKIPPED
            node = node.next
            continue
        child = node.first_child
        visited += 1
        if kind == _BLOCK and run.pieces:
            run.end(frame)
        if child is None or len(stack) >= MAX_DEPTH or visited > MAX_NODES:
            if number == _BR:
                run.break_line(frame)
            node = node.next
            continue
        if kind == _BLOCK:
            frame, may_fold = _open_frame(node, _TAGS.get(number) or node.tag or "", frame)
            if may_fold and folder is not None and (folded := folder.fold(node, frame)) is not None:
                frame.places |= FOLDED
                if folded:
                    run.blocks.append(Block(folded, frame, len(folded), 0, 0, 0, ()))
                frame = frame.parent or frame
                node = node.next
                continue
        elif not run.pieces and not run.inner and (attributes := node.attributes):
            run.inner, _ = _name_element(attributes, "")
        inside[kind] += 1
        stack.append((node, kind))
        node = child
    run.end(frame)
    return run.blocks, _number_frames(root, run.blocks)


def _number_frames(root: Frame, blocks: list[Block]) -> list[Frame]:
    """Return the elements that hold blocks, and number them."""
    root.index = 0
    frames = [root]
    for block in blocks:
        above: Frame | None = block.frame
        fresh = []
        while above is not None and above.index < 0:
            fresh.append(above)
            above = above.parent
        for frame in reversed(fresh):
            frame.index = len(frames)
            frames.append(frame)
    return frames


def _open_frame(node: LexborNode, tag: str, parent: Frame | None) -> tuple[Frame, bool]:
    """Return an element, and whether it is one that may be folded."""
    frame = Frame()
    frame.tag = tag
    frame.parent = parent
    frame.index = -1
    frame.key = node.mem_id
    places = _PLACES.get(tag, 0)
    if parent is not None:
        places |= parent.places
    attributes = node.attributes
    frame.names, may_fold = _name_element(attributes, tag)
    frame.places = places | HIDDEN if attributes and _is_hidden(attributes) else places
    return frame, may_fold


def _is_custom(node: LexborNode, frame: Frame) -> bool:
    """Tell elements that a page has named itself: most are blocks, but not those within a line of text."""
    return "-" in (node.tag or "") and frame.tag not in _TEXT_TAGS


class _Folder:
    """Decides which elements are folded: menus, by what they hold, and furniture, by its name.

    Of all words of articles 3 in 100,000 lie in `nav`, 16 in `footer` (measured over 1,964 pages), none in small
    elements with one of `_FOLDED_NAMES` (over 974 pages, of which they make up half of all blocks).
    """

    def __init__(self, body: LexborNode) -> None:
        self._body = body
        self._max_chars = 0
        self._patience = 20

    def fold(self, node: LexborNode, frame: Frame) -> str | None:
        """Return the text of an element that is to be one block; None for one that must be looked into."""
        if frame.tag in {"nav", "footer"}:
            return _read_text(node)
        if frame.tag in {"ul", "ol"} and not (frame.parent and frame.parent.places & (QUOTE | FIGURE | LIST)):
            # Looking into lists of lists again and again would be quadratic.
            return _read_menu(node)
        if not _is_furniture(frame.names):
            return None
        text = self._read_small(node)
        frame.places |= NAMED if text is not None else 0
        return text

    def _read_small(self, node: LexborNode) -> str | None:
        """Return the text of an element that holds a small part of the page; None for others, which may be anything."""
        if not self._patience:
            return None
        self._max_chars = self._max_chars or int(_MAX_SHARE * _count_chars(self._body.text()))
        text = node.text(separator=" ")
        chars = _count_chars(text)
        if chars <= self._max_chars and (chars < _FEW_CHARS or node.css_first("h1") is None):
            return " ".join(text.split())
        self._patience -= 1
        return None


def _count_chars(text: str) -> int:
    """Return how many characters of a text are no white space, roughly."""
    return len(text) - text.count(" ") - text.count("\n") - text.count("\t")


_FOLDED_TAGS = frozenset(("nav", "footer", "ul", "ol"))
_FOLDED_NAMES = frozenset(
    """
    menu menus megamenu navbar navigation dropdown breadcrumb breadcrumbs pagination footer masthead
    comment comments commentlist disqus respond reply replies share sharing newsletter newsletters signup subscribe
    cookie cookies consent gdpr modal popup dialog overlay login signin cart copyright <form>
    """.split()  # noqa: SIM905 - a table of words reads best as words
)
_TEXT_NAMES = frozenset(("article", "body", "content", "document", "entry", "main", "story", "text"))
"""Elements with such a name too are looked into, as `article-with-comments`."""
_MAX_SHARE = 0.3
"""Of the characters of a page; elements around all of it carry names like `no-comments`."""
_FEW_CHARS = 400
_FOLDED_LINKS = 4
_LINKED_SHARE = 0.9
_MENU_SPACES = 5
"""Of an average item; headlines have more."""


def _read_menu(node: LexborNode) -> str | None:
    """Return the text of a list that is hardly more than links; None for others."""
    links = node.css("a")
    if len(links) < _FOLDED_LINKS:
        return None
    text = _read_text(node)
    linked = sum([len(link.text()) + 1 for link in links])
    return text if linked > _LINKED_SHARE * len(text) and text.count(" ") <= _MENU_SPACES * len(links) else None


def _read_text(node: LexborNode) -> str:
    """Return all text below an element, white space collapsed."""
    return " ".join(node.text(separator=" ").split())


_NAME_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_MAX_NAME_CHARS = 300
_HIDING_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


def _name_element(attributes: Attributes, tag: str) -> tuple[tuple[str, ...], bool]:
    """Return the names of an element, see `Frame.names`, and whether it is one that may be folded."""
    get = attributes.get
    return _split_names(get("class"), get("id"), get("role"), get("itemprop"), tag)


@lru_cache(maxsize=16_384)
def _split_names(*parts: str | None) -> tuple[tuple[str, ...], bool]:
    """Return the lower-case words of names, and the last part, the tag, in brackets if there is one."""
    *names, tag = parts
    text = " ".join([name for name in names if name])[:_MAX_NAME_CHARS]
    words = dict.fromkeys([word for word in " ".join(_NAME_WORD.findall(text)).lower().split() if len(word) > 1])
    found = (*words, f"<{tag}>") if tag else tuple(words)
    return found, tag in _FOLDED_TAGS or (tag not in _HEADING_TAGS and _is_furniture(found))


def _is_furniture(names: tuple[str, ...]) -> bool:
    return not _FOLDED_NAMES.isdisjoint(names) and _TEXT_NAMES.isdisjoint(names)


def _is_hidden(attributes: Attributes) -> bool:
    if "hidden" in attributes or attributes.get("aria-hidden") == "true":
        return True
    style = attributes.get("style")
    return style is not None and _HIDING_STYLE.search(style) is not None


_KINDS, _TAGS, _BR = _ask_engine()
