"""One row by the number of an address; what is not there is HTTPException 404."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from starlette.exceptions import HTTPException

from monitor.models import Alert, SavedSearch, StoredArticle
from monitor.store import Session, history, searches
from monitor.web.asking import read_id

T = TypeVar("T")
Place = Mapping[str, str]


def find_alert(session: Session, place: Place) -> Alert:
    """Return the alert of an address."""
    return _find(session, place["id"], history.read_alert, "alert")


def find_article(session: Session, place: Place) -> StoredArticle:
    """Return the article of an address."""
    return _find(session, place["id"], history.read_article, "article")


def find_search(session: Session, place: Place) -> SavedSearch:
    """Return the saved search of an address."""
    return _find(session, place["id"], searches.read_search, "saved search")


def _find(session: Session, text: str, read: Callable[[Session, int], T | None], what: str) -> T:
    number = read_id(text)
    found = read(session, number) if number is not None else None
    if found is None:
        raise HTTPException(404, f"There is no {what} with this number.")
    return found
