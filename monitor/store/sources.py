"""What to look at next: the state of sources, and every link they ever showed."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, or_, select

from monitor.models import Link, Page, SourceState, StoredArticle, Visit
from monitor.store.database import in_chunks
from monitor.store.tables import ArticleRow, LinkRow, SourceRow, ValidatorRow

WAITING, STORED, GIVEN_UP = "waiting", "stored", "given up"

# --- sources ----------------------------------------------------------------------------------------------------


def read_state(session: Session, name: str) -> SourceState:
    """Return how a source fares; a blank state if it was never checked."""
    row = session.get(SourceRow, name) or SourceRow(name=name)
    articles = session.exec(select(func.count()).where(col(ArticleRow.source) == name)).one()
    return SourceState(**row.model_dump(), articles=articles)


def take_baseline(session: Session, name: str) -> bool:
    """Return whether this is the first look at a source, and note that it is over."""
    row = session.get(SourceRow, name) or SourceRow(name=name)
    is_first, row.is_baselined = not row.is_baselined, True
    session.add(row)
    return is_first


def record_success(session: Session, name: str, now: datetime) -> int:
    """Note a check without fault; return how many in a row had failed before."""
    row = session.get(SourceRow, name) or SourceRow(name=name)
    failures = row.failures
    newest = session.exec(select(func.max(ArticleRow.published_at)).where(col(ArticleRow.source) == name)).one()
    row.sqlmodel_update(
        {
            "checked_at": now,
            "succeeded_at": now,
            "not_before": None,
            "failures": 0,
            "last_error": None,
            "newest_at": newest,
        }
    )
    session.add(row)
    return failures


def record_failure(session: Session, name: str, now: datetime, *, error: str, not_before: datetime | None) -> int:
    """Note a failed check; return how many failed in a row."""
    row = session.get(SourceRow, name) or SourceRow(name=name)
    row.sqlmodel_update(
        {"checked_at": now, "failures": row.failures + 1, "last_error": error, "not_before": not_before}
    )
    session.add(row)
    return row.failures


def read_validators(session: Session, url: str) -> tuple[str | None, str | None]:
    """Return ETag and Last-Modified with which a source's page may be asked for again."""
    row = session.get(ValidatorRow, url)
    return (row.etag, row.last_modified) if row else (None, None)


def save_validators(session: Session, pages: Iterable[Page]) -> None:
    """Keep the validators of a source's pages: call it when every link on them is settled, not before."""
    for page in pages:
        if not page.is_unchanged:
            session.merge(ValidatorRow(url=page.requested_url, etag=page.etag, last_modified=page.last_modified))


# --- links ------------------------------------------------------------------------------------------------------


def register_links(session: Session, source: str, links: Sequence[Link], now: datetime, *, is_baseline: bool) -> int:
    """Note the links that a source shows; return how many are new.

    A new link waits for its first fetch, a stored one whose source says that it changed since for another. Whose link
    it is does not change: an article belongs to the source that showed it first.
    """
    shown = {link.url: link for link in reversed(links)}
    known = _rows_of(session, list(shown))
    fresh = [link for link in shown.values() if link.url not in known]
    for link in fresh:
        session.add(
            LinkRow(
                url=link.url,
                source=source,
                state=WAITING,
                title=link.title,
                summary=link.summary,
                published_at=link.published_at,
                modified_at=link.modified_at,
                seen_at=now,
                is_baseline=is_baseline,
                due_at=now,
            )
        )
    for link in shown.values():
        row = known.get(link.url)
        if (
            row
            and row.state == STORED
            and link.modified_at
            and (not row.modified_at or link.modified_at > row.modified_at)
        ):
            row.sqlmodel_update({"modified_at": link.modified_at, "due_at": now})
    return len(fresh)


def due_visits(session: Session, source: str, now: datetime, *, revisit_since: datetime | None = None) -> list[Visit]:
    """Return what is to be fetched for a source now: first what was never stored, oldest news first.

    Articles stored since `revisit_since` are due whatever their next look.
    """
    is_due = col(LinkRow.due_at) <= now
    if revisit_since:
        is_due = or_(is_due, col(LinkRow.stored_at) >= revisit_since)
    rows = session.exec(
        select(LinkRow)
        .where(LinkRow.source == source, col(LinkRow.state) != GIVEN_UP, is_due)
        .order_by(col(LinkRow.state) == STORED, func.coalesce(LinkRow.published_at, LinkRow.seen_at), col(LinkRow.url))
    )
    return [
        Visit(
            link=Link(**row.model_dump(include={"url", "title", "summary", "published_at", "modified_at"})),
            is_baseline=row.is_baseline,
            stored_at=row.stored_at,
            attempts=row.attempts,
            etag=row.etag,
            last_modified=row.last_modified,
        )
        for row in rows
    ]


def has_waiting(session: Session, source: str) -> bool:
    """Return whether a link of the source is neither stored nor given up."""
    return (
        session.exec(select(LinkRow.url).where(LinkRow.source == source, LinkRow.state == WAITING)).first() is not None
    )


def settle_link(
    session: Session, url: str, *, stored: StoredArticle, page: Page | None, due_at: datetime | None
) -> None:
    """Note that a link's article is stored, from which page, and when to look again."""
    row = session.get_one(LinkRow, url)
    row.sqlmodel_update(
        {
            "state": STORED,
            "article_id": stored.id,
            "attempts": 0,
            "stored_at": stored.stored_at,
            "last_error": None,
            "due_at": due_at,
            "etag": page.etag if page else None,
            "last_modified": page.last_modified if page else None,
        }
    )


def postpone_link(session: Session, url: str, *, due_at: datetime | None, error: str | None = None) -> None:
    """Set the next visit after one that failed (`error`) or found nothing new; None: there is no next."""
    row = session.get_one(LinkRow, url)
    state = row.state if due_at or row.state == STORED else GIVEN_UP
    attempts = row.attempts + 1 if error else 0
    row.sqlmodel_update({"state": state, "attempts": attempts, "due_at": due_at, "last_error": error})


def _rows_of(session: Session, urls: list[str]) -> dict[str, LinkRow]:
    rows = (session.exec(select(LinkRow).where(col(LinkRow.url).in_(chunk))) for chunk in in_chunks(urls))
    return {row.url: row for chunk in rows for row in chunk}
