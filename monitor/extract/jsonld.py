"""The article that a page describes in JSON-LD (schema.org), if it describes one."""

import json
from collections import deque
from collections.abc import Iterator
from html import unescape
from typing import NamedTuple, TypeGuard

Json = dict[str, object]

MAX_CHARS = 600_000
"""Of one script; longer ones are catalogues, not articles."""
_MAX_TOTAL_CHARS = 1_500_000
_MAX_VISITS = 3_000
_PAGE_KINDS = ("WebPage", "ItemPage", "AboutPage")


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


def read_description(scripts: list[str]) -> Description:
    """Return the article that a page's scripts describe, the fullest if there are several."""
    by_id: dict[str, Json] = {}
    articles: list[Json] = []
    pages: list[Json] = []
    for item in _iterate_all(scripts):
        key = item.get("@id")
        if isinstance(key, str) and len(item) > 1 and len(item) > len(by_id.get(key, ())):
            by_id[key] = item
        if _has_kind(item, ("Article", "BlogPosting", "Report")):
            articles.append(item)
        elif _has_kind(item, _PAGE_KINDS) and "datePublished" in item:
            pages.append(item)
    return Description(max(articles or pages, key=_fullness, default={}), by_id)


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
            if isinstance(value, str) and (text := " ".join(unescape(value).split())):
                return text
    return None


def _iterate_all(scripts: list[str]) -> Iterator[Json]:
    total = 0
    for script in scripts:
        total += len(script)
        if len(script) <= MAX_CHARS and total <= _MAX_TOTAL_CHARS:
            yield from _iterate_objects(script)


def _iterate_objects(script: str) -> Iterator[Json]:
    """Yield all objects of a script, outer ones first, without recursion."""
    try:
        root: object = json.loads(script.strip().rstrip(";"), strict=False)
    except (ValueError, RecursionError):  # the decoder counts its own depth and stops in good order
        return
    waiting = deque([root])
    for _ in range(_MAX_VISITS):
        if not waiting:
            return
        value = waiting.popleft()
        if is_object(value):
            yield value
            waiting.extend(child for child in value.values() if isinstance(child, dict | list))
        elif isinstance(value, list):
            waiting.extend(value[:_MAX_VISITS])


def _has_kind(item: Json, endings: tuple[str, ...]) -> bool:
    return any(isinstance(kind, str) and kind.endswith(endings) for kind in list_values(item.get("@type")))


def _fullness(item: Json) -> tuple[int, int]:
    """Prefer the object that has what a page says of itself over the teasers of other articles."""
    keys = ("headline", "datePublished", "author", "publisher", "articleBody", "mainEntityOfPage", "dateModified")
    body = item.get("articleBody")
    return sum(key in item for key in keys), len(body) if isinstance(body, str) else 0
