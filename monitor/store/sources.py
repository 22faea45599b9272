"""What to look at next: the state of sources, and every link they ever showed."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Boolean, bindparam, case, func, insert, update
from sqlmodel import Session, col, or_, select

from monitor.models import (
    DateCertainty,
    Diagnosis,
    Link,
    Page,
    Reading,
    Source,
    SourceCondition,
    SourceState,
    StoredArticle,
    Visit,
)
from monitor.store.database import in_chunks
from monitor.store.tables import ArticleRow, LinkRow, SourceRow, ValidatorRow

WAITING, STORED, GIVEN_UP = "waiting", "stored", "given up"

# --- sources ----------------------------------------------------------------------------------------------------


def read_state(session: Session, name: str) -> SourceState:
    """Return how a source fares; a blank state if it was never checked."""
    row = session.get(SourceRow, name) or SourceRow(name=name)
    articles = session.exec(select(func.count()).where(col(ArticleRow.source) == name)).one()
    facts = row.model_dump() | {"condition": SourceCondition(row.condition)}
    return SourceState(**facts, articles=articles)


def set_due(session: Session, name: str, due_at: datetime) -> None:
    """Note when a source is looked at next."""
    row = session.get(SourceRow, name) or SourceRow(name=name)
    row.due_at = due_at
    session.add(row)


def settle_condition(session: Session, name: str, diagnosis: Diagnosis, now: datetime) -> SourceState | None:
    """Note how a source is; return the state before if that is news, None if it is as it was told."""
    row = session.get(SourceRow, name) or SourceRow(name=name)
    row.condition_detail = diagnosis.detail or None
    session.add(row)
    if row.condition == diagnosis.condition.value:
        return None
    before = SourceState(**row.model_dump() | {"condition": SourceCondition(row.condition)})
    row.sqlmodel_update({"condition": diagnosis.condition.value, "condition_since": now})
    return before


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
    known_at = case(
        (col(ArticleRow.published_at) > col(ArticleRow.first_seen_at), col(ArticleRow.first_seen_at)),
        else_=col(ArticleRow.published_at),
    )
    newest = session.exec(select(func.max(known_at)).where(col(ArticleRow.source) == name)).one()
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


def note_hub(session: Session, name: str, hub: str) -> None:
    """Keep the WebSub hub that a source names."""
    row = session.get(SourceRow, name) or SourceRow(name=name)
    row.hub = hub
    session.add(row)


def count_known(session: Session, urls: Sequence[str]) -> int:
    """Return how many of the URLs any source has shown before."""
    return len(_rows_of(session, list(dict.fromkeys(urls))))


def read_validators(session: Session, source: Source, url: str) -> tuple[str | None, str | None]:
    """Return ETag and Last-Modified with which a page of a source may be asked for again."""
    row = session.get(ValidatorRow, (source.name, url))
    return (row.etag, row.last_modified) if row and row.reading == reading_of(source) else (None, None)


def save_validators(session: Session, source: Source, pages: Iterable[Page]) -> None:
    """Keep the validators of a source's pages: call it when every link on them is settled, not before."""
    for page in pages:
        if not page.is_unchanged:
            session.merge(
                ValidatorRow(
                    source=source.name,
                    url=page.requested_url,
                    reading=reading_of(source),
                    etag=page.etag,
                    last_modified=page.last_modified,
                )
            )


def reading_of(source: Source) -> str:
    """Return the settings that decide which links a page of this source gives."""
    return repr((source.kind.value, source.selector, source.keep, source.read.value, source.max_links))


_LINKS = LinkRow.metadata.tables["links"]
_ADD = insert(_LINKS)
_SETTLE = (
    update(_LINKS)
    .where(col(LinkRow.url) == bindparam("link_url"))
    .values(
        state=STORED,
        attempts=0,
        last_error=None,
        **{name: bindparam(name) for name in ("article_id", "stored_at", "due_at", "etag", "last_modified")},
    )
)

_PUT_OFF = (
    update(_LINKS)
    .where(
        _LINKS.c.url == bindparam("link_url"),
        or_(_LINKS.c.due_at.is_(None), _LINKS.c.due_at <= bindparam("looked_at")),
    )
    .values(attempts=0, last_error=None, due_at=bindparam("due_at"))
)
_POSTPONE = (
    update(_LINKS)
    .where(_LINKS.c.url == bindparam("link_url"))
    .values(
        state=func.coalesce(bindparam("given_up"), _LINKS.c.state),
        attempts=case((bindparam("is_failure", type_=Boolean), _LINKS.c.attempts + 1), else_=0),
        due_at=bindparam("due_at"),
        last_error=bindparam("last_error"),
    )
)

# --- links ------------------------------------------------------------------------------------------------------


def register_links(session: Session, source: Source, links: Sequence[Link], now: datetime, *, is_baseline: bool) -> int:
    """Note the links that a source shows; return how many are new.

    A new link waits for its first fetch. A known one may be due again: see `_renew`.
    """
    shown = {link.url: link for link in reversed(links)}
    known = _rows_of(session, list(shown))
    for url, row in known.items():
        _renew(row, shown[url], source, now, is_baseline=is_baseline)
    new = [
        {
            "url": link.url,
            "source": source.name,
            "state": WAITING,
            "title": link.title,
            "summary": link.summary,
            "published_at": link.published_at,
            "published_certainty": link.published_certainty.value,
            "modified_at": link.modified_at,
            "seen_at": now,
            "is_baseline": is_baseline,
            "due_at": now,
            "attempts": 0,
        }
        for link in shown.values()
        if link.url not in known
    ]
    if new:
        session.connection().execute(_ADD, new)
    return len(new)


def _renew(row: LinkRow, link: Link, source: Source, now: datetime, *, is_baseline: bool) -> None:
    """Bring a known link up to date with what a source shows of it now.

    It is due again when the source says that it changed since, when it was given up and is still shown a day later, and
    when another source brought it with its first look while this one would have told it.
    """
    has_changed = bool(link.modified_at and (not row.modified_at or link.modified_at > row.modified_at))
    if source.read is Reading.LINK or not link.has_page:
        has_changed = has_changed or (link.title, link.summary) != (row.title, row.summary)
    if row.state == STORED and has_changed:
        row.due_at = now
    if row.source != source.name and row.is_baseline and not is_baseline:
        row.sqlmodel_update(
            {"is_baseline": False, "state": WAITING, "etag": None, "last_modified": None, "due_at": now}
        )
    if row.state == GIVEN_UP and row.due_at and row.due_at <= now:
        row.state = WAITING
    if row.state == WAITING:
        row.source = source.name  # whoever showed it first may be gone
    row.sqlmodel_update(
        {
            "title": link.title or row.title,
            "summary": link.summary or row.summary,
            "modified_at": link.modified_at or row.modified_at,
        }
    )


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
            link=Link(
                url=row.url,
                title=row.title,
                summary=row.summary,
                published_at=row.published_at,
                published_certainty=DateCertainty(row.published_certainty),
                modified_at=row.modified_at,
            ),
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


def is_visited_since(session: Session, source: str, since: datetime) -> bool:
    """Return whether an article of the source was stored after `since`."""
    query = select(LinkRow.url).where(LinkRow.source == source, col(LinkRow.stored_at) > since)
    return session.exec(query).first() is not None


def settle_link(
    session: Session, url: str, *, stored: StoredArticle, page: Page | None, due_at: datetime | None
) -> None:
    """Note that a link's article is stored, from which page, and when to look again."""
    values = {
        "link_url": url,
        "article_id": stored.id,
        "stored_at": stored.stored_at,
        "due_at": due_at,
        "etag": page.etag if page else None,
        "last_modified": page.last_modified if page else None,
    }
    session.connection().execute(_SETTLE, values)


def put_off(session: Session, looks: Sequence[tuple[str, datetime, datetime | None]]) -> None:
    """Set the next visits of links (URL, time of the look that found nothing new, next visit; None: there is no next).

    What somebody made due after that look stays due.
    """
    values = [{"link_url": url, "looked_at": looked_at, "due_at": due_at} for url, looked_at, due_at in looks]
    session.connection().execute(_PUT_OFF, values)


def postpone_link(
    session: Session, url: str, *, due_at: datetime | None, error: str | None = None, is_given_up: bool = False
) -> None:
    """Set the next visit after one that failed (`error`), or has to wait its turn; None: there is no next."""
    values = {
        "link_url": url,
        "due_at": due_at,
        "last_error": error,
        "is_failure": error is not None,
        "given_up": GIVEN_UP if is_given_up else None,
    }
    session.connection().execute(_POSTPONE, values)


def _rows_of(session: Session, urls: list[str]) -> dict[str, LinkRow]:
    rows = (session.exec(select(LinkRow).where(col(LinkRow.url).in_(chunk))) for chunk in in_chunks(urls))
    return {row.url: row for chunk in rows for row in chunk}
