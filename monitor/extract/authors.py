"""Who wrote an article: persons before organisations, what is stated before what is marked."""

from html import unescape
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from monitor.extract.jsonld import Description, is_object, list_values
from monitor.extract.marks import Marks, collapse, find_author_elements
from monitor.extract.names import has_lead, is_person, split_names

_META_NAMES = (
    "author", "articleauthor", "parselyauthor", "sailthruauthor", "byl", "dccreator", "dctermscreator", "authors",
    "citationauthor", "creator", "articleauthorname", "rnewsby", "dccontributor",
)  # fmt: skip
_TURNED_NAMES = frozenset(("citationauthor", "dccreator", "dctermscreator"))
"""Names that scholars write as `Lee, Ann`."""
_CARD_LABELS = frozenset(("writtenby", "geschriebenvon", "verfasstvon", "escritopor", "écritpar", "scrittoda"))
_MAX_AUTHORS = 20
_MAX_MARK_CHARS = 200


class Authors(NamedTuple):
    """The names found, and whether they are names of persons."""

    names: tuple[str, ...]
    are_persons: bool


NOBODY = Authors((), are_persons=False)


def read_authors(tree: LexborHTMLParser, marks: Marks, description: Description, site_name: str | None) -> Authors:
    """Return the persons that JSON-LD, meta or marked elements name; if there are none, what else they name."""
    groups = [_judge(group, site_name) for group in (*_read_description(description), *_read_meta(marks)) if group]
    stated = _take_fullest(choose_authors(*groups), groups)
    if stated.are_persons:
        return stated
    return choose_authors(stated, *(_judge(group, site_name) for group in _read_elements(tree) if group))


def choose_authors(*groups: Authors) -> Authors:
    """Return the first group of persons, else the first that names anybody."""
    persons = next((group for group in groups if group.are_persons), None)
    return persons or next((group for group in groups if group.names), NOBODY)


def _take_fullest(chosen: Authors, groups: list[Authors]) -> Authors:
    """Return the group that names all the persons chosen and more, as some descriptions name but the first."""
    names = set(chosen.names)
    return next((group for group in groups if group.are_persons and names < set(group.names)), chosen)


def _judge(names: list[str], site_name: str | None) -> Authors:
    """Return the persons of a group, or all of it if there are none; the site's name comes last."""
    site = (site_name or "").casefold()
    unique = list({name.casefold(): name for name in reversed(names)}.values())[::-1]
    persons = tuple(name for name in unique if is_person(name) and name.casefold() != site)
    return Authors(persons or tuple(unique[:1]), are_persons=bool(persons))


def _read_description(description: Description) -> list[list[str]]:
    groups = []
    for key in ("author", "creator"):
        names: list[str] = []
        for value in list_values(description.article.get(key))[:_MAX_AUTHORS]:
            author = description.follow(value)
            for name in list_values(author.get("name") if is_object(author) else author):
                names += split_names(unescape(name)) if isinstance(name, str) else []
        groups.append(names)
    return groups


def _read_meta(marks: Marks) -> list[list[str]]:
    groups = []
    for key in _META_NAMES:
        contents = [text for text in marks.meta.get(key, ()) if "://" not in text]
        if key in _TURNED_NAMES:
            contents = [" ".join(reversed(text.split(", "))) if text.count(", ") == 1 else text for text in contents]
        groups.append([name for text in contents for name in split_names(text)])
    for number in "12":
        label = marks.get_meta(f"twitterlabel{number}").casefold().replace(" ", "")
        if label in _CARD_LABELS:
            groups.append(split_names(marks.get_meta(f"twitterdata{number}")))
    return groups


def _read_elements(tree: LexborHTMLParser) -> list[list[str]]:
    """Return the names in each marked element; what is no person's name only from those that are marked exactly."""
    groups = []
    for node in find_author_elements(tree):
        text = collapse(node.text(separator=" ")[: 4 * _MAX_MARK_CHARS])
        if text and len(text) <= _MAX_MARK_CHARS:
            names = split_names(text)
            groups.append(names if _is_exact(node, text) else [name for name in names if is_person(name)])
    return groups


def _is_exact(node: LexborNode, text: str) -> bool:
    """Tell an element that holds nothing but a name."""
    attributes = node.attributes
    is_marked = "itemprop" in attributes or "rel" in attributes or (attributes.get("class") or "") in _EXACT_CLASSES
    is_marked = is_marked or has_lead(text)
    is_link = node.tag == "a" or node.css_first("a") is not None
    return len(text) <= _MAX_PEN_NAME_CHARS and (is_marked or is_link)


_EXACT_CLASSES = frozenset(("author", "fn", "author-name", "byline-author"))
_MAX_PEN_NAME_CHARS = 40
