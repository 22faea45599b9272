"""Articles and their versions."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from typing import Any, NamedTuple

from sqlalchemy import bindparam, false
from sqlmodel import Session, col, func, insert, or_, select

from monitor.models import Article, StoredArticle, Stripped, StripReason
from monitor.store.tables import ArticleRow, ArticleVersionRow, LinkRow


class Kin(NamedTuple):
    """An article of the history that another one may be."""

    id: int
    url: str
    digest: str
    is_linked: bool
    """The link was found to lead to it."""


# What every new article asks for is built once and run on the connection, without objects.
_LED_TO = select(LinkRow.article_id).where(LinkRow.url == bindparam("link_url")).scalar_subquery()
_KIN = (
    select(ArticleRow.id, ArticleRow.url, ArticleRow.text_digest, func.coalesce(col(ArticleRow.id) == _LED_TO, false()))
    .where(
        or_(
            # One value, however many URLs: the statement stays the same.
            col(ArticleRow.url).in_(select(func.json_each(bindparam("urls")).table_valued("value").c.value)),
            ArticleRow.text_digest == bindparam("digest"),
            ArticleRow.id == _LED_TO,
        )
    )
    .order_by(col(ArticleRow.id))
)
_ADD = insert(ArticleRow.metadata.tables["articles"])


def find_kin(session: Session, urls: Sequence[str], *, link_url: str, digest: str) -> list[Kin]:
    """Return the articles with one of these URLs or these words, and that to which a link led; the oldest first.

    `digest` is that of `track.text_digest`.
    """
    values = {"urls": json.dumps(urls), "link_url": link_url, "digest": digest}
    return [Kin(*row) for row in session.connection().execute(_KIN, values)]


def read_article(session: Session, article_id: int) -> StoredArticle:
    """Return an article by id."""
    return stored_article(session.get_one(ArticleRow, article_id))


def add_article(session: Session, article: Article, *, source: str, digest: str, now: datetime) -> StoredArticle:
    """Store an article that is not in the history yet."""
    columns = _columns(article, digest, now)
    values = {"url": article.url, "source": source, "first_seen_at": now, "version": 1, **columns}
    article_id = session.connection().execute(_ADD, values).lastrowid
    return StoredArticle(id=article_id, article=article, source=source, version=1, first_seen_at=now, stored_at=now)


def revise_article(
    session: Session, known: StoredArticle, article: Article, *, digest: str, now: datetime
) -> StoredArticle:
    """Replace an article by its new version and keep the old one; the same words change nothing."""
    row = session.get_one(ArticleRow, known.id)
    if row.text_digest == digest:
        return known
    old = row.model_dump(include={"version", "title", "text", "stored_at"})
    session.add(ArticleVersionRow(article_id=known.id, **old))
    row.sqlmodel_update({**_columns(article, digest, now), "version": row.version + 1})
    session.flush()
    return stored_article(row)


def stored_article(row: ArticleRow) -> StoredArticle:
    """Return a row as the types of models.py."""
    if row.id is None:
        raise ValueError("an article that is not flushed has no id")
    return StoredArticle(
        id=row.id,
        article=Article(
            url=row.url,
            title=row.title,
            text=row.text,
            authors=tuple(row.authors),
            published_at=_localise(row.published_at, row.published_offset_minutes),
            is_published_day_only=row.is_published_day_only,
            section=row.section,
            tickers=tuple(row.tickers),
            modified_at=row.modified_at,
            site_name=row.site_name,
            language=row.language,
            stripped=tuple(
                Stripped(
                    text=block["text"],
                    reason=StripReason(block["reason"]),
                    where=block["where"],
                    rules=tuple(block.get("rules", ())),
                )
                for block in row.stripped
            ),
        ),
        source=row.source,
        version=row.version,
        first_seen_at=row.first_seen_at,
        stored_at=row.stored_at,
        text_removed_at=row.text_removed_at,
    )


def _columns(article: Article, digest: str, now: datetime) -> dict[str, Any]:
    return {
        "title": article.title,
        "text": article.text,
        "text_digest": digest,
        "authors": list(article.authors),
        "site_name": article.site_name,
        "language": article.language,
        "published_at": article.published_at,
        "published_offset_minutes": _offset_minutes(article.published_at),
        "is_published_day_only": article.is_published_day_only,
        "section": article.section,
        "tickers": list(article.tickers),
        "modified_at": article.modified_at,
        "stored_at": now,
        "stripped": [
            {"text": block.text, "reason": block.reason.value, "where": block.where, "rules": block.rules}
            for block in article.stripped
        ],
    }


def _offset_minutes(at: datetime | None) -> int | None:
    offset = at.utcoffset() if at else None
    return round(offset.total_seconds() / 60) if offset is not None else None


def _localise(at: datetime | None, offset_minutes: int | None) -> datetime | None:
    """Return a moment in the time zone that the page stated, so that its day is the readers' day."""
    if at is None or not offset_minutes:
        return at
    return at.astimezone(timezone(timedelta(minutes=offset_minutes)))
