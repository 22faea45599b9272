"""Who wrote an article: persons before organisations, what is stated before what is marked."""

from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from monitor.extract.jsonld import Description, clean, is_object, list_values
from monitor.extract.marks import Marks, collapse, find_author_elements, is_aside
from monitor.extract.names import has_lead, is_person, split_names

_META_NAMES = (
    "author", "articleauthor", "parselyauthor", "sailthruauthor", "byl", "dccreator", "dctermscreator", "authors",
    "citationauthor", "creator", "articleauthorname", "rnewsby", "dccontributor", "ogarticleauthor",
    "cxenseparseauthor", "shareaholicarticleauthorname", "ogauthor",
)  # fmt: skip
_TURNED_NAMES = frozenset(("citationauthor", "dccreator", "dctermscreator"))
"""Names that scholars write as `Lee, Ann`."""
_CARD_LABELS = frozenset(
    (
        "writtenby", "geschriebenvon", "verfasstvon", "escritopor", "écritpar", "scrittoda", "author", "autor", "by",
        "von", "por", "par", "geschrevendoor", "skrivenav", "napisaneprzez", "автор", "написаноавтором", "yazan",
    )
)  # fmt: skip
_MAX_AUTHORS = 20
_MAX_MARK_CHARS = 200
_MAX_NAME_CHARS = 500
_MIN_SITE_CHARS = 5


class Authors(NamedTuple):
    """The names found, and whether they are names of persons."""

    names: tuple[str, ...]
    are_persons: bool


NOBODY = Authors((), are_persons=False)


def read_authors(marks: Marks, description: Description, site_name: str | None) -> Authors:
    """Return the persons that JSON-LD or meta elements state; if there are none, what else they state."""
    groups = [_judge(group, site_name) for group in (*_read_description(description), *_read_meta(marks)) if group]
    return take_fullest(choose_authors(*groups), groups)


def find_authors(tree: LexborHTMLParser, site_name: str | None) -> Authors:
    """Return who is named in an element that is marked as an author or a byline: persons, else what else is named."""
    other, beside = NOBODY, NOBODY
    for node in find_author_elements(tree):
        text = collapse(node.text(separator=" ")[: 4 * _MAX_MARK_CHARS])
        if not text or len(text) > _MAX_MARK_CHARS:
            continue
        found = _judge(list(split_names(text)), site_name)
        # What is no person's name counts only where nothing but a name can stand.
        if not found.names or (not found.are_persons and (other.names or not _is_exact(node, text))):
            continue
        if is_aside(node):
            beside = beside if beside.names or node.attributes.get("rel") is None else found
        elif found.are_persons:
            return found
        else:
            other = found
    return choose_authors(other, beside)


def choose_authors(*groups: Authors) -> Authors:
    """Return the first group of persons, else the first that names anybody."""
    first = NOBODY
    for group in groups:
        if group.are_persons:
            return group
        first = first if first.names else group
    return first


def take_fullest(chosen: Authors, groups: list[Authors]) -> Authors:
    """Return the group that names all the persons chosen and more, as some descriptions name but the first."""
    if not chosen.are_persons:
        return chosen
    names = {name.casefold() for name in chosen.names}
    for group in groups:
        if len(group.names) > len(names) and group.are_persons and names < {name.casefold() for name in group.names}:
            return group
    return chosen


def _judge(names: list[str], site_name: str | None) -> Authors:
    """Return the persons of a group, or all of it if there are none; the site's name comes last."""
    site = (site_name or "").casefold()
    unique = list({name.casefold(): name for name in reversed(names)}.values())[::-1]
    persons = tuple(name for name in unique if is_person(name) and not _is_of_site(name.casefold(), site))
    return Authors(persons or tuple(unique[:1]), are_persons=bool(persons))


def _is_of_site(name: str, site: str) -> bool:
    return name == site or (len(site) > _MIN_SITE_CHARS and name.startswith(site))


def _read_description(description: Description) -> list[list[str]]:
    groups = []
    for key in ("author", "creator"):
        names: list[str] = []
        for value in list_values(description.article.get(key))[:_MAX_AUTHORS]:
            author = description.follow(value)
            for name in list_values(author.get("name") if is_object(author) else author)[:_MAX_AUTHORS]:
                names += split_names(clean(name[:_MAX_NAME_CHARS])) if isinstance(name, str) else ()
        groups.append(names)
    return groups


def _read_meta(marks: Marks) -> list[list[str]]:
    groups = []
    for key in _META_NAMES:
        if key in marks.meta:
            contents = [text for text in marks.meta[key] if "://" not in text]
            if key in _TURNED_NAMES:
                contents = [
                    " ".join(reversed(text.split(", "))) if text.count(", ") == 1 else text for text in contents
                ]
            groups.append([name for text in contents for name in split_names(text[:_MAX_NAME_CHARS])])
    for number in "12":
        label = marks.get_meta(f"twitterlabel{number}")
        if label and label.casefold().replace(" ", "").rstrip(":") in _CARD_LABELS:
            groups.append(list(split_names(marks.get_meta(f"twitterdata{number}")[:_MAX_NAME_CHARS])))
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
