"""Where something stands in an article, and a company that is named there."""

from dataclasses import dataclass

Span = tuple[int, int]
"""`[first, last)` in words of the document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A company named in the article: `[first, last)` in words."""

    first: int
    last: int
    name: str
    company: int | None = None
    """Its number on the watch list."""
