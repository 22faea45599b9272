"""The JSON API under /api and the feeds of every list under /lists: the same readings as the page's."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

from pydantic import TypeAdapter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from monitor.models import Alert, Change, Event, SourcedEvent, StoredArticle, StoryDigest
from monitor.store import Session, Store, browse, history
from monitor.track import fold_name
from monitor.web import ledger
from monitor.web.asking import MAX_LIMIT, Query, read_id, read_query
from monitor.web.feeds import Channel, Say, entry_of, row_of, write_csv, write_json_feed, write_rss
from monitor.web.finding import find_alert, find_article, find_search
from monitor.web.listings import LISTINGS, Listing, Surroundings, read_articles
from monitor.web.openapi import describe_api

_FORMS = {
    "rss": "application/rss+xml; charset=utf-8",
    "json": "application/feed+json",
    "csv": "text/csv; charset=utf-8",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleDetail:
    """An article of the history and what it told."""

    article: StoredArticle
    events: list[Event]
    alerts: list[Alert]
    stories: list[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryDetail:
    """A story and its events."""

    story: StoryDigest
    events: list[SourcedEvent]


@dataclass(frozen=True, slots=True, kw_only=True)
class PairDetail:
    """The steps of a pair of companies and all events that name both."""

    changes: list[Change]
    events: list[SourcedEvent]


Place = Mapping[str, str]


def list_api_routes(store: Store, around: Surroundings, say: Say) -> list[Route]:
    """Return the routes of the API and of the feeds; every text passes `say`."""
    answer = partial(_make_endpoint, store, say)
    routes = [Route(f"/api/{listing.name}", answer(partial(_read_listing, listing, around))) for listing in LISTINGS]
    routes += [
        Route(path, answer(partial(_read_detail, _adapter_of(kind), read)))
        for path, (_, kind, _, read) in _DETAILS.items()
    ]
    routes += [
        Route(f"/lists/{listing.name}.{form}", _make_feed(listing, form, store, around, say))
        for listing in LISTINGS
        for form in _FORMS
    ]
    routes += [Route(f"/lists/searches/{{id}}.{form}", _make_search_feed(form, store, around, say)) for form in _FORMS]
    return [*routes, Route("/api/openapi.json", _send_description)]


def fail_as_json(error: HTTPException) -> Response:
    """Return what the API answers when it cannot."""
    return _send_json({"error": error.detail}, status=error.status_code)


def _make_endpoint(
    store: Store, say: Say, read: Callable[[Session, Query, Place], dict[str, Any]]
) -> Callable[[Request], Response]:
    """Return an endpoint of the API; not async, so that Starlette runs it in a thread."""

    def answer(request: Request) -> Response:
        query = read_query(request.query_params)
        with store.read() as session:
            found = read(session, query, request.path_params)
        return _send_json(_say_all(found, say))

    return answer


def _make_feed(
    listing: Listing, form: str, store: Store, around: Surroundings, say: Say
) -> Callable[[Request], Response]:
    """Return an endpoint that gives a list in another form."""

    def answer(request: Request) -> Response:
        query = read_query(request.query_params)
        with store.read() as session:
            items = listing.read(session, query, around).items
        page = query.address("/" if listing.name == "alerts" else f"/{listing.name}")
        return _send_feed(form, items, say, base=str(request.base_url), page=page, title=listing.title.lower())

    return answer


def _make_search_feed(form: str, store: Store, around: Surroundings, say: Say) -> Callable[[Request], Response]:
    """Return an endpoint that gives what a saved search finds; its address stays when the search changes."""

    def answer(request: Request) -> Response:
        with store.read() as session:
            saved = find_search(session, request.path_params)
            query = read_query(saved.asked)
            items = read_articles(session, query, around).items
        page = query.address("/articles")
        return _send_feed(form, items, say, base=str(request.base_url), page=page, title=saved.name)

    return answer


def _send_feed(form: str, items: Sequence[Any], say: Say, *, base: str, page: str, title: str) -> Response:
    if form == "csv":
        body = write_csv([row_of(item) for item in items], say)
    else:
        base = base.rstrip("/")
        entries = [entry_of(item) for item in items]
        channel = Channel(title=f"Partnership monitor: {title}", page=base + page, base=base, entries=entries)
        body = (write_rss if form == "rss" else write_json_feed)(channel, say)
    return Response(body, headers={"Content-Type": _FORMS[form]})


def _read_listing(
    listing: Listing, around: Surroundings, session: Session, query: Query, _place: Place
) -> dict[str, Any]:
    rows = listing.read(session, query, around)
    items = _adapter_of(listing.item)
    return {"items": [items.dump_python(one, mode="json") for one in rows.items], "next": rows.next, "note": rows.note}


def _read_detail(
    adapter: TypeAdapter[Any],
    read: Callable[[Session, Query, Place], Any],
    session: Session,
    query: Query,
    place: Place,
) -> dict[str, Any]:
    plain: dict[str, Any] = adapter.dump_python(read(session, query, place), mode="json")
    return plain


def _read_alert(session: Session, _query: Query, place: Place) -> Alert:
    return find_alert(session, place)


def _read_article(session: Session, _query: Query, place: Place) -> ArticleDetail:
    stored = find_article(session, place)
    return ArticleDetail(
        article=stored,
        events=history.events_of(session, stored),
        alerts=history.list_alerts_of(session, stored.id),
        stories=browse.stories_of(session, stored.id),
    )


def _read_story(session: Session, _query: Query, place: Place) -> StoryDetail:
    number = read_id(place["id"])
    found = browse.list_stories(session, story_id=number) if number is not None else []
    if not found:
        raise HTTPException(404, "There is no story with this number.")
    return StoryDetail(story=found[0], events=browse.events_of_story(session, found[0].id))


def _read_pair(session: Session, query: Query, _place: Place) -> PairDetail:
    pair = fold_name(query.left.strip()), fold_name(query.right.strip())
    if not all(pair):
        raise HTTPException(400, "A pair needs two companies: “left” and “right”.")
    steps, events = ledger.read_pair(session, pair)
    return PairDetail(changes=steps[-MAX_LIMIT:], events=events[-MAX_LIMIT:])


_DETAILS: Mapping[str, tuple[str, type, tuple[str, ...], Callable[[Session, Query, Place], Any]]] = {
    "/api/alerts/{id}": ("An alert", Alert, (), _read_alert),
    "/api/articles/{id}": ("An article", ArticleDetail, (), _read_article),
    "/api/stories/{id}": ("A story", StoryDetail, (), _read_story),
    "/api/pair": ("Two companies", PairDetail, ("left", "right"), _read_pair),
}


def _send_description(_request: Request) -> Response:
    return _send_json(_describe())


@lru_cache(maxsize=1)
def _describe() -> dict[str, Any]:
    return describe_api({path: (title, kind, asks) for path, (title, kind, asks, _) in _DETAILS.items()})


@lru_cache(maxsize=32)
def _adapter_of(kind: type) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _say_all(value: Any, say: Say) -> Any:  # noqa: ANN401 - any JSON
    """Return JSON in which every text was said."""
    if isinstance(value, str):
        return say(value)
    if isinstance(value, list):
        return [_say_all(one, say) for one in value]
    if isinstance(value, dict):
        return {name: _say_all(one, say) for name, one in value.items()}
    return value


def _send_json(value: object, *, status: int = 200) -> Response:
    return Response(json.dumps(value), status_code=status, media_type="application/json")
