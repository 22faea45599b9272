"""What each view shows: one transaction of the store and a request -> the values of its template."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from secrets import token_hex
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request

from monitor.models import Alert, DeliveryState, Event, Field, Relation, Source, StoredArticle
from monitor.store import Session, deliveries, history
from monitor.store import sources as source_states
from monitor.track import fold_name, fold_relations, is_same_company
from monitor.web.marking import Span, mark_line, mark_paragraphs, merge_spans, split_marked
from monitor.web.wording import localize

Values = Mapping[str, Any]

_ALERTS_A_PAGE = 25
_MAX_ROWS = 100
_MAX_RESULTS = 50
_MAX_WORDS_CHARS = 300
_NUMBER = re.compile(r"[0-9]{1,18}")
"""What fits the database's signed 64 bits."""
_OPENING, _CLOSING = token_hex(8), token_hex(8)
"""Around found words: what no page can have in its text, as brackets are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One page of the page."""

    path: str
    template: str
    read: Callable[[Session, Request], Values]


def list_views(sources: Sequence[Source]) -> tuple[View, ...]:
    """Return every view; `sources` are those that are configured."""
    return (
        View(path="/", template="alerts.html", read=show_alerts),
        View(path="/articles/{id}", template="article.html", read=show_article),
        View(path="/search", template="search.html", read=show_search),
        View(path="/relations", template="relations.html", read=show_relations),
        View(path="/sources", template="sources.html", read=partial(show_sources, sources=sources)),
        View(path="/deliveries", template="deliveries.html", read=show_deliveries),
    )


def show_alerts(session: Session, request: Request) -> Values:
    """Return the newest alerts, or those before one of them, by day."""
    before = _ask_number(request, "before")
    found = history.list_alerts(session, before=before, limit=_ALERTS_A_PAGE + 1)
    shown = found[:_ALERTS_A_PAGE]
    return {
        "days": _group_by_day(shown),
        "older": shown[-1].id if len(found) > len(shown) else None,
        "is_newest": before is None,
    }


def show_article(session: Session, request: Request) -> Values:
    """Return an article with its evidence marked, its events, alerts and versions."""
    number = request.path_params["id"]
    stored = history.read_article(session, int(number)) if _NUMBER.fullmatch(number) else None
    if stored is None:
        raise HTTPException(404, "There is no article with this number.")
    events = history.events_of(session, stored)
    return {
        "stored": stored,
        **_mark_evidence(stored, events),
        "alerts": history.list_alerts_of(session, stored.id),
        "versions": history.list_versions(session, stored.id),
    }


def show_search(session: Session, request: Request) -> Values:
    """Return the newest articles that hold the words asked for, with the words marked."""
    words = _ask_words(request, "q")
    found = history.search_articles(session, words, limit=_MAX_RESULTS, marks=(_OPENING, _CLOSING))
    results = [(stored, split_marked(snippet, _OPENING, _CLOSING)) for stored, snippet in found]
    return {"words": words, "results": results, "limit": _MAX_RESULTS}


def show_relations(session: Session, request: Request) -> Values:
    """Return where the relations of all companies, or of one, stand; of one, its alerts too."""
    company = _ask_words(request, "company").strip()
    folded = fold_name(company)
    ledger = fold_relations(history.dated_events(session, companies=[folded] if folded else []))
    wanted = [relation for relation in ledger if not folded or _names(relation, folded)]
    return {
        "company": company,
        "relations": wanted[:_MAX_ROWS],
        "count": len(wanted),
        "alerts": history.list_alerts(session, company=folded, limit=_ALERTS_A_PAGE) if folded else [],
    }


def show_sources(session: Session, _request: Request, *, sources: Sequence[Source]) -> Values:
    """Return the sources and how they fare."""
    return {"fares": [(source, source_states.read_state(session, source.name)) for source in sources]}


def show_deliveries(session: Session, request: Request) -> Values:
    """Return the newest deliveries, all or those in one state."""
    asked = request.query_params.get("state", "")
    if asked and asked not in list(DeliveryState):
        raise HTTPException(400, f"A state is one of {', '.join(DeliveryState)}.")
    state = DeliveryState(asked) if asked else None
    return {
        "state": state,
        "counts": deliveries.count_deliveries(session),
        "deliveries": deliveries.list_deliveries(session, state=state, limit=_MAX_ROWS),
    }


def _ask_number(request: Request, name: str) -> int | None:
    text = request.query_params.get(name, "")
    if text and not _NUMBER.fullmatch(text):
        raise HTTPException(400, f"The value of “{name}” must be a whole number.")
    return int(text) if text else None


def _ask_words(request: Request, name: str) -> str:
    text = request.query_params.get(name, "")
    if len(text) > _MAX_WORDS_CHARS:
        raise HTTPException(400, f"The value of “{name}” may have {_MAX_WORDS_CHARS} characters at most.")
    return text


def _group_by_day(alerts: Sequence[Alert]) -> list[list[Alert]]:
    return [list(day) for _, day in groupby(alerts, key=lambda alert: localize(alert.created_at).date())]


def _mark_evidence(stored: StoredArticle, events: Sequence[Event]) -> Values:
    """Return title and paragraphs in pieces, and each event with the anchor of its evidence."""
    spans = {
        Field.TITLE: _spans_of(events, Field.TITLE, len(stored.article.title)),
        Field.TEXT: _spans_of(events, Field.TEXT, len(stored.article.text)),
    }
    return {
        "title": mark_line(stored.article.title, spans[Field.TITLE]),
        "paragraphs": mark_paragraphs(stored.article.text, spans[Field.TEXT]),
        "events": [(event, _find_anchor(event, spans[event.evidence.field])) for event in events],
    }


def _spans_of(events: Sequence[Event], field: Field, length: int) -> list[Span]:
    found = (event.evidence for event in events)
    return merge_spans(((one.start, one.end) for one in found if one.field is field), length)


def _find_anchor(event: Event, spans: Sequence[Span]) -> str | None:
    """Return the id of the mark that holds an event's evidence."""
    starts = (start for start, end in spans if start <= event.evidence.start < end)
    return next((f"{event.evidence.field}-{start}" for start in starts), None)


def _names(relation: Relation, folded: str) -> bool:
    return any(is_same_company(fold_name(name), folded) for name in relation.companies)
