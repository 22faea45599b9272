"""Searches that readers keep under a name."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session, col, func, select

from monitor.models import SavedSearch
from monitor.store.tables import SavedSearchRow

MAX_SEARCHES = 200


def save_search(session: Session, name: str, asked: Mapping[str, str], now: datetime) -> int | None:
    """Keep a search, in place of one of the same name; return its id, None if there are too many."""
    row = session.exec(select(SavedSearchRow).where(SavedSearchRow.name == name)).first()
    if row is None:
        if session.exec(select(func.count()).select_from(SavedSearchRow)).one() >= MAX_SEARCHES:
            return None
        row = SavedSearchRow(name=name, saved_at=now)
        session.add(row)
    row.sqlmodel_update({"asked": dict(asked), "saved_at": now})
    session.flush()
    return row.id


def list_searches(session: Session) -> list[SavedSearch]:
    """Return all saved searches by name."""
    return [_search_of(row) for row in session.exec(select(SavedSearchRow).order_by(col(SavedSearchRow.name)))]


def read_search(session: Session, search_id: int) -> SavedSearch | None:
    """Return a saved search by its id."""
    row = session.get(SavedSearchRow, search_id)
    return _search_of(row) if row else None


def forget_search(session: Session, search_id: int) -> bool:
    """Remove a saved search; return whether it was there."""
    row = session.get(SavedSearchRow, search_id)
    if row:
        session.delete(row)
    return row is not None


def _search_of(row: SavedSearchRow) -> SavedSearch:
    return SavedSearch(id=row.id or 0, name=row.name, asked=dict(row.asked), saved_at=row.saved_at)
