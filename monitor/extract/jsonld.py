"""The article that a page describes in JSON-LD (schema.org), if it describes one."""

import json
from collections.abc import Iterator
from typing import TypeGuard

Json = dict[str, object]

MAX_CHARS = 600_000
"""Of one script; longer ones are catalogues, not articles."""
_MAX_VISITS = 3_000
_MAX_SCRIPTS = 20


def find_article(scripts: list[str]) -> Json:
    """Return the object of the page's own article, the fullest if there are several; empty if there is none."""
    candidates = [item for script in scripts[:_MAX_SCRIPTS] for item in _iterate_objects(script) if _is_article(item)]
    return max(candidates, key=_fullness, default={})


def is_object(value: object) -> TypeGuard[Json]:
    """Tell a JSON object from other values."""
    return isinstance(value, dict)


def list_values(value: object) -> list[object]:
    """Return the values of a property that may be absent, single or a list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def get_text(item: Json, *names: str) -> str | None:
    """Return the first of the named properties that is a non-empty string, white space collapsed."""
    for name in names:
        for value in list_values(item.get(name)):
            if isinstance(value, str) and value.strip():
                return " ".join(value.split())
    return None


def _iterate_objects(script: str) -> Iterator[Json]:
    """Yield all objects of a script, outer ones first, without recursion."""
    if len(script) > MAX_CHARS:
        return
    try:
        waiting: list[object] = [json.loads(script.strip().rstrip(";"), strict=False)]
    except (ValueError, RecursionError):  # the decoder counts its own depth and stops in good order
        return
    for _ in range(_MAX_VISITS):
        if not waiting:
            return
        value = waiting.pop(0)
        if is_object(value):
            yield value
            waiting += [child for child in value.values() if isinstance(child, dict | list)]
        elif isinstance(value, list):
            waiting += value


def _is_article(item: Json) -> bool:
    kinds = [kind for kind in list_values(item.get("@type")) if isinstance(kind, str)]
    return any(kind.endswith(("Article", "BlogPosting", "Report")) for kind in kinds)


def _fullness(item: Json) -> tuple[int, int]:
    """Prefer the object that has what a page says of itself over the teasers of other articles."""
    keys = ("headline", "datePublished", "author", "publisher", "articleBody", "mainEntityOfPage", "dateModified")
    body = get_text(item, "articleBody")
    return sum(key in item for key in keys), len(body) if body else 0
