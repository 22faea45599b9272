"""Searches that SQL alone cannot answer: the full-text index finds what is worth a look, the rule language decides."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Generic, TypeVar
from unicodedata import normalize

from sqlalchemy import ColumnElement, inspect, literal_column
from sqlalchemy import select as select_columns
from sqlmodel import Session, col

from monitor.detect import AllOf, AnyOf, Need, Search, Words, cut_snippet, find_places
from monitor.models import Article, ArticleFilter, FoundArticle
from monitor.store.browse import list_filters
from monitor.store.history import quote_words
from monitor.store.tables import FULL_TEXT, ArticleRow

MAX_ARTICLES = 2000
"""That are looked at for one answer."""
_BATCH = 50
_TOKENS_A_WORD = 10
"""At most, of the index, in a word of the rule language: "www.halden.example's" has four."""
_COLUMNS = ("id", "title", "url", "source", "site_name", "published_at", "first_seen_at", "text", "language")
_NUMBER: ColumnElement[Any] = inspect(ArticleRow).columns["id"]
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought(Generic[T]):
    """What was found, newest first, and how far it was looked for."""

    items: Sequence[T]
    looked_at: int
    """Articles that hold the words, or all if the query needs none."""
    last: int | None
    """The id of the article looked at last; None if there are no older ones."""
    reached: datetime | None
    """When that one was stored first, if time or number ran out there."""


def search_articles(  # noqa: PLR0913 - a search has so many facts
    session: Session,
    search: Search,
    wanted: ArticleFilter,
    *,
    before: int | None = None,
    limit: int = 50,
    marks: tuple[str, str] = ("[", "]"),
    is_over: Callable[[], bool],
) -> Sought[FoundArticle]:
    """Return the newest articles in which a query holds, each with a snippet in which its words stand between marks."""

    def look(heading: FoundArticle, article: Article) -> FoundArticle | None:
        places = find_places(article, search)
        if places is None:
            return None
        return replace(heading, snippet=cut_snippet(article, places, marks))

    return seek(session, search.need, wanted, look, before=before, limit=limit, is_over=is_over)


def seek(  # noqa: PLR0913 - as above
    session: Session,
    need: Need | None,
    wanted: ArticleFilter,
    look: Callable[[FoundArticle, Article], T | None],
    *,
    before: int | None = None,
    limit: int = 50,
    most: int = MAX_ARTICLES,
    is_over: Callable[[], bool],
) -> Sought[T]:
    """Return what `look` makes of the newest articles, until there is enough, or `is_over` says that time is."""
    items: list[T] = []
    looked_at, last = 0, None
    for heading, article in _walk(session, need, wanted, before):
        if len(items) == limit:
            return Sought(items=items, looked_at=looked_at, last=last, reached=None)
        found = look(heading, article)
        looked_at, last = looked_at + 1, heading.id
        if found is not None:
            items.append(found)
        if looked_at == most or is_over():
            return Sought(items=items, looked_at=looked_at, last=last, reached=heading.first_seen_at)
    return Sought(items=items, looked_at=looked_at, last=None, reached=None)


def _walk(
    session: Session, need: Need | None, wanted: ArticleFilter, before: int | None
) -> Iterator[tuple[FoundArticle, Article]]:
    """Yield the articles that may be meant, newest first, composed (NFC) as queries are; read as they are asked for."""
    if need is None:
        number: ColumnElement[Any] = _NUMBER
        chosen = select_columns(number).where(*(number.in_(ids) for ids in list_filters(wanted)))
    else:
        number = FULL_TEXT.c.rowid
        # The unary plus keeps SQLite from asking the full-text index once for each article that a filter allows.
        bare: ColumnElement[int] = literal_column("+articles_fts.rowid")
        chosen = select_columns(number).where(
            FULL_TEXT.c.articles_fts.op("MATCH")(write_need(need)), *(bare.in_(ids) for ids in list_filters(wanted))
        )
    if before is not None:
        chosen = chosen.where(number < before)
    connection = session.connection()
    columns = [getattr(ArticleRow, name) for name in _COLUMNS]
    for part in connection.execute(chosen.order_by(number.desc())).partitions(_BATCH):
        rows = connection.execute(select_columns(*columns).where(col(ArticleRow.id).in_([one[0] for one in part])))
        for row in sorted(rows, key=lambda row: -row.id):
            heading = FoundArticle(**{name: getattr(row, name) for name in _COLUMNS[:-2]})
            yield (
                heading,
                Article(
                    url=row.url,
                    title=normalize("NFC", row.title),
                    text=normalize("NFC", row.text),
                    site_name=row.site_name,
                    language=row.language,
                    published_at=row.published_at,
                ),
            )


def write_need(need: Need) -> str:
    """Return what a text must hold as a query for FTS5."""
    match need:
        case Words():
            words = [quote_words(word.rstrip("*"), is_open=word.endswith("*")) for word in need.words]
            if len(words) == 1 or any(word.startswith("(") for word in words):  # within NEAR there is no OR
                return "(" + " AND ".join(words) + ")"
            return f"NEAR({' '.join(words)}, {_TOKENS_A_WORD * need.reach})"
        case AllOf():
            return "(" + " AND ".join(map(write_need, need.parts)) + ")"
        case AnyOf():
            return "(" + " OR ".join(map(write_need, need.parts)) + ")"
