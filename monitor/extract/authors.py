"""Who wrote an article: persons before organisations, what is stated before what is marked."""

import re
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from monitor.extract.jsonld import Description, clean, get_text, has_kind, is_object, list_values
from monitor.extract.marks import Marks, collapse, find_author_elements, is_aside
from monitor.extract.names import has_lead, is_person, split_names

_META_NAMES = (
    "citationauthor", "author", "articleauthor", "parselyauthor", "sailthruauthor", "byl", "dccreator",
    "dctermscreator", "authors", "creator", "articleauthorname", "rnewsby", "dccontributor", "ogarticleauthor",
    "cxenseparseauthor", "shareaholicarticleauthorname", "ogauthor",
)  # fmt: skip
_TURNED_NAMES = frozenset(("citationauthor", "dccreator", "dctermscreator"))
"""Names that scholars write as `Lee, Ann`."""
_CARD_LABELS = frozenset(
    (
        "writtenby", "geschriebenvon", "verfasstvon", "escritopor", "écritpar", "scrittoda", "author", "autor", "by",
        "von", "por", "par", "interviewby", "geschrevendoor", "skrivenav", "napisaneprzez", "автор",
        "написаноавтором", "yazan",
    )
)  # fmt: skip
_MAX_AUTHORS = 20
_MAX_MARK_CHARS = 200
_MAX_NAME_CHARS = 500
_MIN_SITE_CHARS, _MAX_ENDING_CHARS = 5, 3
_MAX_BODY_WORDS = 3
_BODY_KINDS = ("Organization", "Corporation")
_NO_LETTER = re.compile(r"[\W_]+")


class Authors(NamedTuple):
    """The names found, and whether they are names of persons."""

    names: tuple[str, ...]
    are_persons: bool


NOBODY = Authors((), are_persons=False)


def read_authors(marks: Marks, description: Description, site_name: str | None) -> Authors:
    """Return the persons that JSON-LD or meta elements state; if there are none, what else they state."""
    described = [_read_description(description, key, site_name) for key in ("author", "creator")]
    groups = [group for group in described if group.names]
    groups += [_judge(group, site_name) for group in _read_meta(marks) if group]
    return take_fullest(choose_authors(*groups), groups)


def find_authors(tree: LexborHTMLParser, site_name: str | None) -> Authors:
    """Return who is named in an element that is marked as an author or a byline: persons, else what else is named."""
    other, beside = NOBODY, NOBODY
    nodes = list(find_author_elements(tree))
    for index, node in enumerate(nodes):
        text = collapse(node.text(separator=" ")[: 4 * _MAX_MARK_CHARS]) or _read_hidden_name(node)
        if not text or len(text) > _MAX_MARK_CHARS:
            continue
        found = _judge_element(node, text, site_name)
        # What is no person's name counts only where nothing but a name can stand.
        if not found.names or (not found.are_persons and (other.names or not _is_exact(node, text))):
            continue
        if is_aside(node):
            beside = beside if beside.names or node.attributes.get("rel") is None else found
        elif found.are_persons:
            company = (
                _judge_element(near, collapse(near.text()), site_name) for near in _list_beside(node, nodes[index:])
            )
            names = dict.fromkeys(name for near in (found, *company) if near.are_persons for name in near.names)
            return Authors(tuple(names), are_persons=True)
        else:
            other = found
    return choose_authors(other, beside)


def _judge_element(node: LexborNode, text: str, site_name: str | None) -> Authors:
    """Return whom an element names: each name may stand in an element of its own, or each of its words."""
    found = _judge(list(split_names(node.text(separator=" | ").strip())), site_name)
    return found if found.are_persons else _judge(list(split_names(text)), site_name)


def _list_beside(node: LexborNode, nodes: list[LexborNode]) -> list[LexborNode]:
    """Return the links, of some to authors, that lie in the same list or line as this one."""
    holder = _find_holder(node)
    links = (other for other in nodes if other.tag == node.tag == "a" and _find_holder(other) == holder)
    return [link for link in links if len(link.text()) <= _MAX_MARK_CHARS]


def _find_holder(node: LexborNode) -> int:
    """Return the identity of the element that holds a link, or the items of a list of links."""
    holder = node.parent
    if holder is not None and holder.tag == "li":
        holder = holder.parent
    return holder.mem_id if holder is not None else 0


def _read_hidden_name(node: LexborNode) -> str:
    """Return the name that an element without text holds for programs (microdata)."""
    name = node.css_first('[itemprop="name"]')
    return (name.attributes.get("content") or "") if name else ""


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
    names = set(map(fold_person, chosen.names))
    for group in groups:
        if len(group.names) > len(names) and group.are_persons and names < set(map(fold_person, group.names)):
            return group
    return chosen


def fold_person(name: str) -> str:
    """Return a person's name without case and academic title, by which it is known."""
    first, _, rest = name.casefold().partition(" ")
    return rest if first.rstrip(".") in {"dr", "prof"} else name.casefold()


def _judge(names: list[str], site_name: str | None) -> Authors:
    """Return the persons of a group, or all of it if there are none; the site's name comes last."""
    site = fold_name(site_name or "")
    unique = list({name.casefold(): name for name in reversed(names)}.values())[::-1]
    persons = tuple(name for name in unique if is_person(name) and not _is_of_site(name, site))
    return Authors(persons or tuple(unique[:1]), are_persons=bool(persons))


def fold_name(name: str) -> str:
    """Return the letters and digits of a name, without case, and without the parts of a host's name that all have."""
    return _NO_LETTER.sub("", name.casefold().removeprefix("www."))


def _is_of_site(name: str, site: str) -> bool:
    """Tell the name of a site, as `The Ledger`, `Ledger Staff` or that of `ledger.com`; `site` is folded."""
    folded = fold_name(name)
    if len(folded) <= _MIN_SITE_CHARS or len(site) <= _MIN_SITE_CHARS:
        return folded == site
    return folded.startswith(site) or (site.startswith(folded) and len(site) - len(folded) <= _MAX_ENDING_CHARS)


def _read_description(description: Description, key: str, site_name: str | None) -> Authors:
    """Return whom JSON-LD names: an agency that it lists beside persons stays beside them."""
    persons: list[str] = []
    bodies: list[str] = []
    for value in list_values(description.article.get(key))[:_MAX_AUTHORS]:
        author = description.follow(value)
        for name in _list_names(author)[:_MAX_AUTHORS]:
            names = split_names(clean(name[:_MAX_NAME_CHARS]))
            is_body = is_object(author) and has_kind(author, _BODY_KINDS)
            if is_body or not any(is_person(name) for name in names):
                bodies += names
            else:
                persons += names
    site = fold_name(site_name or "")
    beside = [body for body in bodies if body.count(" ") < _MAX_BODY_WORDS and not _is_of_site(body, site)]
    if not persons:
        return Authors(tuple(dict.fromkeys(beside)) or tuple(bodies[:1]), are_persons=False)
    found = _judge(persons, site_name)
    return Authors(tuple(dict.fromkeys((*found.names, *beside))), are_persons=True) if found.are_persons else found


def _list_names(author: object) -> list[str]:
    if not is_object(author):
        return [author] if isinstance(author, str) else []
    names = [name for name in list_values(author.get("name")) if isinstance(name, str) and name.strip()]
    parts = (get_text(author, "givenName"), get_text(author, "familyName"))
    return names or [" ".join(part for part in parts if part)]


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
