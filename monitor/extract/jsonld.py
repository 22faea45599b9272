"""The article that a page describes in JSON-LD (schema.org), if it describes one."""

import json
import re
from collections import deque
from collections.abc import Callable, Iterator
from html import unescape
from typing import NamedTuple, TypeGuard

Json = dict[str, object]

MAX_CHARS = 600_000
"""Of one script; longer ones are catalogues, not articles."""
_MAX_TOTAL_CHARS = 1_500_000
_MAX_VISITS = 3_000
_PAGE_KINDS = ("WebPage", "ItemPage", "AboutPage")
_ARTICLE_KINDS = ("Article", "Posting", "Report")
_TELLING = ("rticle", "Posting", "Report", "datePublished", "Person")
"""Words one of which stands in any script worth reading."""


class Description(NamedTuple):
    """The page's own article, and all objects that others refer to by `@id`."""

    article: Json
    """Empty if the page describes none."""
    by_id: dict[str, Json]

    def follow(self, value: object) -> object:
        """Return what a reference stands for, and any other value as it is."""
        if not is_object(value) or "name" in value:
            return value
        key = value.get("@id")
        return self.by_id.get(key, value) if isinstance(key, str) else value


def read_description(scripts: list[str], is_own: Callable[[str], bool] = bool) -> Description:
    """Return the article that a page's scripts describe, the fullest if there are several.

    `is_own` tells by its headline whether one is the page's own, in case that others are described beside it.
    """
    by_id: dict[str, Json] = {}
    articles: list[Json] = []
    pages: list[Json] = []
    for item in _iterate_all(scripts):
        key = item.get("@id")
        if isinstance(key, str) and len(item) > 1 and len(item) > len(by_id.get(key, ())):
            by_id[key] = item
        if _is_article(item):
            articles.append(item)
        elif has_kind(item, _PAGE_KINDS) and "datePublished" in item:
            pages.append(item)
    found = articles or pages
    if len(found) > 1:
        found = [item for item in found if is_own(get_text(item, "headline", "name") or "")] or found
    return Description(max(found, key=_fullness, default={}), by_id)


def is_object(value: object) -> TypeGuard[Json]:
    """Tell a JSON object from other values."""
    return isinstance(value, dict)


def list_values(value: object) -> list[object]:
    """Return the values of a property that may be absent, single or a list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def get_text(item: Json, *names: str) -> str | None:
    """Return the first of the named properties that is a non-empty string, white space collapsed, entities resolved."""
    for name in names:
        for value in list_values(item.get(name)):
            literal = value.get("@value") if is_object(value) else value
            if isinstance(literal, str) and (text := clean(literal)):
                return text
    return None


def clean(text: str) -> str:
    """Return `text` with entities resolved, white space collapsed and without halves of surrogate pairs."""
    text = " ".join((unescape(text) if "&" in text else text).split())
    return text if text.isascii() else text.encode("utf-8", errors="ignore").decode()


def _iterate_all(scripts: list[str]) -> Iterator[Json]:
    total = 0
    for script in scripts:
        if len(script) > MAX_CHARS or not any(word in script for word in _TELLING):
            continue
        total += len(script)
        if total > _MAX_TOTAL_CHARS:
            return
        yield from _iterate_objects(script)


def _iterate_objects(script: str) -> Iterator[Json]:
    """Yield the objects of a script, outer ones first, without recursion, but not those inside an article."""
    try:
        root: object = json.loads(script.strip().rstrip(";"), strict=False)
    except (ValueError, RecursionError):  # the decoder counts its own depth and stops in good order
        root = _load_several(script[:_MAX_SALVAGED])
    waiting = deque([root])
    for _ in range(_MAX_VISITS):
        if not waiting:
            return
        value = waiting.popleft()
        if is_object(value):
            yield value
            if not _is_article(value):
                waiting.extend([child for child in value.values() if isinstance(child, dict | list)])
        elif isinstance(value, list):
            waiting.extend(value[:_MAX_VISITS])


def _load_several(script: str) -> list[object]:
    """Return the values of a script with comments, commas too many, or several values; of a broken one what is read."""
    text = _COMMA.sub(r"\1", _COMMENT.sub("", script))
    found: list[object] = []
    try:
        while len(found) < _MAX_VALUES and (begin := _VALUE.search(text)):
            value, end = _DECODER.raw_decode(text, begin.start())
            found.append(value)
            text = text[end:]
    except (ValueError, RecursionError):
        found.append(_salvage(text))
    return found


_DECODER = json.JSONDecoder(strict=False)
_VALUE = re.compile(r"[{\[]")
_COMMENT = re.compile(r"^[ \t]*(?://|<!).*$", re.MULTILINE)
"""Lines of another language around JSON, and what was commented out."""
_COMMA = re.compile(r",(\s*[}\]])")
_MAX_VALUES = 20

_KIND = re.compile(r'"@type"\s*:\s*\[?\s*"(\w*Article|BlogPosting)"')
_PLAIN = re.compile(
    r'"(headline|datePublished|dateModified|articleSection|inLanguage|description)"\s*:\s*"((?:[^"\\\n]|\\.){1,1000})"'
)
_AUTHOR = re.compile(r'"author"\s*:\s*(\[[^\]]{0,1000}|\{[^}]{0,400})')
_NAME = re.compile(r'"name"\s*:\s*"((?:[^"\\\n]|\\.){1,200})"')
_MAX_SALVAGED = 50_000
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))")
_SPACES = dict.fromkeys("nrtbf", " ")


def _salvage(script: str) -> Json:
    """Return what can be read of an article in broken JSON, as left by templates that do not escape quotes."""
    kind = _KIND.search(script)
    if not kind:
        return {}
    item: Json = {"@type": kind[1]}
    for match in _PLAIN.finditer(script):
        item.setdefault(match[1], _resolve(match[2]))
    if author := _AUTHOR.search(script):
        item["author"] = [{"name": _resolve(name)} for name in _NAME.findall(author[1])]
    return item


def _resolve(literal: str) -> str:
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)) if match[1] else _SPACES.get(match[2], match[2]), literal)


def _is_article(item: Json) -> bool:
    return has_kind(item, _ARTICLE_KINDS)


def has_kind(item: Json, endings: tuple[str, ...]) -> bool:
    """Tell an object whose type, or one of whose types, ends so."""
    kinds = item.get("@type")
    if isinstance(kinds, str):
        return kinds.endswith(endings) and kinds != "JobPosting"
    return isinstance(kinds, list) and any(isinstance(kind, str) and kind.endswith(endings) for kind in kinds)


def _fullness(item: Json) -> tuple[int, int]:
    """Prefer the object that has what a page says of itself over the teasers of other articles."""
    keys = ("headline", "datePublished", "author", "publisher", "articleBody", "mainEntityOfPage", "dateModified")
    body = item.get("articleBody")
    return sum(key in item for key in keys), len(body) if isinstance(body, str) else 0
