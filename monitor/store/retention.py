"""Texts that are not kept for good. What is left of an article is its tombstone.

The row keeps address, title and the digest of its words, so that neither its link nor the same words elsewhere are
taken for a new article; the events keep their sentences, so that every alert still has its evidence.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, update
from sqlmodel import Session, col, exists, func, select

from monitor.store.database import Store
from monitor.store.tables import ArticleBandRow, ArticleRow, ArticleVersionRow, EventRow, LinkRow, StoryRow

_ARTICLES_AT_ONCE = 100
"""In one transaction: a check that wants to write meanwhile waits for a few hundredths of a second."""


def prune(
    store: Store,
    now: datetime,
    *,
    keep: timedelta,
    open_for: timedelta,
    is_stopping: Callable[[], bool] = lambda: False,
) -> int:
    """Remove the texts of articles that have not changed for so long; return of how many.

    Those of stories that had news within `open_for`, or within `keep`, stay: new articles are compared with them.
    """
    removed = 0
    while not is_stopping():
        with store.write() as session:
            ids = _choose(session, now, keep=keep, open_for=open_for)
            remove_texts(session, ids, now)
        removed += len(ids)
        if len(ids) < _ARTICLES_AT_ONCE:
            break
    return removed


def count_old(session: Session, now: datetime, *, keep: timedelta, open_for: timedelta) -> int:
    """Return of how many articles `prune` would remove the text."""
    return session.exec(select(func.count()).select_from(ArticleRow).where(*_conditions(now, keep, open_for))).one()


def remove_texts(session: Session, ids: Sequence[int], now: datetime) -> int:
    """Remove the texts of articles and of their versions, for good; return how many had one."""
    count = count_texts(session, ids)
    session.exec(update(ArticleRow).where(*_with_text(ids)).values(text="", stripped=[], text_removed_at=now))
    session.exec(update(ArticleVersionRow).where(col(ArticleVersionRow.article_id).in_(ids)).values(text=""))
    session.exec(update(LinkRow).where(col(LinkRow.article_id).in_(ids)).values(summary=None, due_at=None))
    session.exec(delete(ArticleBandRow).where(col(ArticleBandRow.article_id).in_(ids)))
    return count


def count_texts(session: Session, ids: Sequence[int]) -> int:
    """Return how many of these articles have their text."""
    return session.exec(select(func.count()).select_from(ArticleRow).where(*_with_text(ids))).one()


def _with_text(ids: Sequence[int]) -> tuple[ColumnElement[bool], ...]:
    return col(ArticleRow.id).in_(ids), col(ArticleRow.text_removed_at).is_(None)


def _choose(session: Session, now: datetime, *, keep: timedelta, open_for: timedelta) -> list[int]:
    chosen = select(ArticleRow.id).where(*_conditions(now, keep, open_for))
    ids = session.exec(chosen.order_by(col(ArticleRow.stored_at)).limit(_ARTICLES_AT_ONCE))
    return [one for one in ids if one is not None]


def _conditions(now: datetime, keep: timedelta, open_for: timedelta) -> tuple[ColumnElement[bool], ...]:
    is_open = exists().where(
        col(EventRow.article_id) == col(ArticleRow.id),
        col(StoryRow.id) == col(EventRow.story_id),
        col(StoryRow.updated_at) >= now - max(keep, open_for),
    )
    return col(ArticleRow.text_removed_at).is_(None), col(ArticleRow.stored_at) < now - keep, ~is_open
