"""Articles and their versions."""

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

from sqlalchemy import bindparam
from sqlmodel import Session, col, insert, select

from monitor.models import Article, StoredArticle, Stripped, StripReason
from monitor.store.tables import ArticleRow, ArticleVersionRow, LinkRow

# What every new article asks for is built once and run on the connection, without objects.
_LED_TO = select(LinkRow.article_id).where(LinkRow.url == bindparam("url"))
_SAME_WORDS = select(ArticleRow.id).where(ArticleRow.text_digest == bindparam("digest")).order_by(col(ArticleRow.id))
_TAKEN_URLS = select(ArticleRow.url).where(col(ArticleRow.url).in_(bindparam("urls", expanding=True)))
_ADD = insert(ArticleRow.metadata.tables["articles"])


def find_by_link(session: Session, link_url: str) -> StoredArticle | None:
    """Return the article that a link was found to lead to."""
    article_id = session.connection().execute(_LED_TO, {"url": link_url}).scalar()
    return stored_article(session.get_one(ArticleRow, article_id)) if article_id else None


def find_by_url(session: Session, url: str) -> StoredArticle | None:
    """Return the article with this URL."""
    row = session.exec(select(ArticleRow).where(ArticleRow.url == url)).first()
    return stored_article(row) if row else None


def find_by_digest(session: Session, digest: str) -> StoredArticle | None:
    """Return the first article with these words (see `track.text_digest`)."""
    article_id = session.connection().execute(_SAME_WORDS, {"digest": digest}).scalar()
    return stored_article(session.get_one(ArticleRow, article_id)) if article_id else None


def find_free_url(session: Session, urls: Sequence[str]) -> str | None:
    """Return the first of these URLs that no article has."""
    taken = set(session.connection().execute(_TAKEN_URLS, {"urls": urls}).scalars())
    return next((url for url in urls if url not in taken), None)


def has_digest(session: Session, known: StoredArticle, digest: str) -> bool:
    """Say whether an article has these words."""
    return session.get_one(ArticleRow, known.id).text_digest == digest


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
