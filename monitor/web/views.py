"""What each view shows: one transaction of the store and what is asked for -> the values of its template."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from secrets import token_hex
from typing import Any

from starlette.exceptions import HTTPException

from monitor.errors import RuleError
from monitor.models import (
    HOURS_OF_WEEK,
    Alert,
    Event,
    EventType,
    Field,
    Modality,
    Rhythm,
    Standing,
    StoredArticle,
)
from monitor.store import Session, browse, feedback, history, news, rhythms, searches
from monitor.track import fold_name
from monitor.web import ledger, listings
from monitor.web.asking import MAX_LIMIT, Query, read_id, read_query
from monitor.web.chart import draw_bars, draw_timeline
from monitor.web.diff import compare_lines, compare_texts
from monitor.web.faults import describe_problem
from monitor.web.finding import find_alert, find_article, find_search
from monitor.web.graph import draw_partners
from monitor.web.listings import Rows, Surroundings
from monitor.web.marking import Span, mark_line, mark_paragraphs, merge_spans, split_marked
from monitor.web.trial import show_trial
from monitor.web.wording import localize

Values = Mapping[str, Any]
Place = Mapping[str, str]
"""The parts of a path that have names."""

_MARKS = (token_hex(8), token_hex(8))
"""Around found words: what no page can have in its text, as brackets are."""
_FIELD_NAMES = {
    "q": "words",
    "company": "company",
    "type": "change",
    "modality": "how sure",
    "source": "source",
    "since": "from",
    "until": "to",
}
_COMPANY_DAYS = 90
_COMPANY_ALERTS = 10
_MAX_LATEST = 40
_HOURS_OF_DAY = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One page of the page."""

    path: str
    template: str
    read: Callable[[Session, Query, Place, Surroundings], Values]
    listing: str = ""
    """The list that it shows, which can be had in other forms too."""


def show_alerts(session: Session, query: Query, _place: Place, around: Surroundings) -> Values:
    """Return the newest alerts, or those before one of them, by day; all, unread or acknowledged ones."""
    rows = listings.read_alerts(session, query, around)
    return {
        "days": _group_by_day(rows.items),
        "is_live": query.before is None and not query.company and query.standing is not Standing.ACKNOWLEDGED,
        "outlets": _list_outlets(session, rows.items),
        "unread": browse.count_unread(session),
        "after": browse.newest_alert(session),
        **_list_values(query, rows, "/"),
    }


def show_alert(session: Session, _query: Query, place: Place, _around: Surroundings) -> Values:
    """Return an alert and the articles that tell its story."""
    alert = find_alert(session, place)
    told = browse.events_of_story(session, alert.story_id)
    return {"alert": alert, "articles": list({one.article_id: one for one in told}.values())}


def show_articles(session: Session, query: Query, _place: Place, around: Surroundings) -> Values:
    """Return the newest articles that are what was asked for, their words marked, or what is wrong with the query."""
    problem = None
    try:
        rows = listings.read_articles(session, query, around, marks=_MARKS)
    except RuleError as error:
        rows, problem = Rows(items=()), describe_problem(query.q, error)
    return {
        "problem": problem,
        "searches": searches.list_searches(session),
        "note": rows.note,
        "found": [(article, split_marked(article.snippet, *_MARKS)) for article in rows.items],
        **_list_choices(around),
        **_list_values(query, rows, "/articles"),
    }


def show_searches(session: Session, query: Query, _place: Place, _around: Surroundings) -> Values:
    """Return the saved searches."""
    return {"searches": searches.list_searches(session), "names": _FIELD_NAMES, "query": query}


def show_search(session: Session, _query: Query, place: Place, around: Surroundings) -> Values:
    """Return the articles that a saved search finds."""
    return show_articles(session, read_query(find_search(session, place).asked), place, around)


def show_article(session: Session, _query: Query, place: Place, _around: Surroundings) -> Values:
    """Return an article with its evidence marked, its events, alerts, stories and versions."""
    stored = find_article(session, place)
    events = history.events_of(session, stored)
    return {
        "stored": stored,
        **_mark_evidence(stored, events),
        "alerts": history.list_alerts_of(session, stored.id),
        "versions": history.list_versions(session, stored.id),
        "stories": browse.stories_of(session, stored.id),
    }


def show_version(session: Session, _query: Query, place: Place, _around: Surroundings) -> Values:
    """Return what a version of an article changed against the one before it."""
    number, version = read_id(place["id"]), read_id(place["version"])
    new = browse.read_version(session, number, version) if number and version else None
    old = browse.read_version(session, number, version - 1) if number and version else None
    if new is None or old is None:
        raise HTTPException(404, "There is no such version of an article, or none before it.")
    return {
        "number": number,
        "version": version,
        "stored_at": new[2],
        "title": new[0],
        "title_pieces": compare_lines(old[0], new[0]),
        "paragraphs": compare_texts(old[1], new[1]),
    }


def show_stories(session: Session, query: Query, _place: Place, around: Surroundings) -> Values:
    """Return the newest stories that are what was asked for."""
    rows = listings.read_stories(session, query, around)
    return {"stories": rows.items, "note": rows.note, **_list_choices(around), **_list_values(query, rows, "/stories")}


def show_story(session: Session, _query: Query, place: Place, _around: Surroundings) -> Values:
    """Return a story and all articles that told it, with their events."""
    number = read_id(place["id"])
    found = browse.list_stories(session, story_id=number) if number is not None else []
    if not found:
        raise HTTPException(404, "There is no story with this number.")
    told = browse.events_of_story(session, found[0].id)
    articles = groupby(told, key=lambda one: one.article_id)
    return {
        "story": found[0],
        "articles": [list(events) for _, events in articles],
        "alerts": browse.alerts_of_story(session, found[0].id),
    }


def show_relations(session: Session, query: Query, _place: Place, around: Surroundings) -> Values:
    """Return what changed this week, who is in the news and the latest relations; of one company, all of its own."""
    company = query.company.strip()
    folded = fold_name(company)
    if folded:
        relations = ledger.read_relations_of(session, folded)
        return {
            "company": company,
            "relations": relations[:MAX_LIMIT],
            "graph": draw_partners(folded, relations) if relations else None,
            "changes": [],
            "note": None,
            "companies": [],
            **_alert_values(session, history.list_alerts(session, company=folded, limit=_COMPANY_ALERTS)),
            "query": query,
        }
    latest = ledger.read_latest_steps(session, pairs=_MAX_LATEST)
    changes = listings.changes_of_week(latest, around.now(), limit=_MAX_LATEST)
    since = around.now() - timedelta(days=_COMPANY_DAYS)
    return {
        "company": "",
        "graph": None,
        "relations": ledger.fold_steps(latest.steps)[:_MAX_LATEST],
        "changes": changes.items,
        "note": changes.note,
        "companies": browse.count_companies(session, since=since),
        **_alert_values(session, []),
        "query": query,
    }


def show_pair(session: Session, query: Query, _place: Place, around: Surroundings) -> Values:
    """Return the timeline of two companies."""
    pair = fold_name(query.left.strip()), fold_name(query.right.strip())
    if not all(pair):
        raise HTTPException(400, "A pair needs two companies: “left” and “right”.")
    steps, events = ledger.read_pair(session, pair)
    moved = {step.told.id: step.transition for step in steps}
    return {
        "left": query.left.strip(),
        "right": query.right.strip(),
        "chart": draw_timeline(steps, events, around.now()) if events else None,
        "events": [(one, moved.get(one.id)) for one in reversed(events)],
    }


def show_rules(session: Session, query: Query, _place: Place, around: Surroundings) -> Values:
    """Return the rules with their hits a week, and how right they, sources and certainties are by feedback."""
    rows = listings.read_rules(session, query, around)
    return {
        "rules": [(hits, draw_bars(hits.weeks)) for hits in rows.items],
        "judged": {by: feedback.measure_precision(session, by) for by in ("source", "modality")},
        **_list_values(query, rows, "/rules"),
    }


def show_sources(session: Session, query: Query, _place: Place, around: Surroundings) -> Values:
    """Return the sources, how they fare and their rhythm by hour of day."""
    rows = listings.read_sources(session, query, around)
    shift = localize(around.now()).utcoffset() or timedelta()
    fares = []
    for source, state in zip(around.sources, rows.items, strict=False):
        hours = _daily_rhythm(rhythms.read_pulse(session, source).rhythm, round(shift.total_seconds() / 3600))
        fares.append((source, state, hours if any(hours) else None, draw_bars(hours)))
    return {"fares": fares, **_list_values(query, rows, "/sources")}


def show_deliveries(session: Session, query: Query, _place: Place, around: Surroundings) -> Values:
    """Return the newest deliveries, all or those of a route or in a state, and the counts of each route."""
    rows = listings.read_deliveries(session, query, around)
    return {
        "routes": browse.count_routes(session),
        "deliveries": rows.items,
        **_list_values(query, rows, "/deliveries"),
    }


VIEWS = (
    View(path="/", template="alerts.html", read=show_alerts, listing="alerts"),
    View(path="/alerts/{id}", template="alert.html", read=show_alert),
    View(path="/stories", template="stories.html", read=show_stories, listing="stories"),
    View(path="/stories/{id}", template="story.html", read=show_story),
    View(path="/articles", template="articles.html", read=show_articles, listing="articles"),
    View(path="/articles/{id}", template="article.html", read=show_article),
    View(path="/articles/{id}/versions/{version}", template="version.html", read=show_version),
    View(path="/searches", template="searches.html", read=show_searches, listing="searches"),
    View(path="/searches/{id}", template="articles.html", read=show_search, listing="articles"),
    View(path="/relations", template="relations.html", read=show_relations, listing="relations"),
    View(path="/pair", template="pair.html", read=show_pair),
    View(path="/rules", template="rules.html", read=show_rules, listing="rules"),
    View(path="/rules/try", template="try.html", read=show_trial),
    View(path="/sources", template="sources.html", read=show_sources, listing="sources"),
    View(path="/deliveries", template="deliveries.html", read=show_deliveries, listing="deliveries"),
)


def _list_choices(around: Surroundings) -> Values:
    """Return what a reader can choose from in the filters of articles and stories."""
    return {
        "types": list(EventType),
        "modalities": list(Modality),
        "sources": [source.name for source in around.sources],
    }


def _list_values(query: Query, rows: Rows, path: str) -> Values:
    """Return what every list shows: what was asked for, and where it goes on."""
    older = query.address(path, before=rows.next) if rows.next is not None else None
    newest = query.address(path, before=None) if query.before is not None else None
    return {"query": query, "older": older, "newest": newest}


def _alert_values(session: Session, alerts: Sequence[Alert]) -> Values:
    return {"alerts": alerts, "outlets": _list_outlets(session, alerts)}


def _list_outlets(session: Session, alerts: Sequence[Alert]) -> Mapping[int, list[str]]:
    """Return the sources that told the story of each alert, by story."""
    tellers = news.list_tellers(session, [alert.story_id for alert in alerts])
    return {story_id: sorted(sources) for story_id, sources in tellers.items()}


def _group_by_day(alerts: Sequence[Alert]) -> list[list[Alert]]:
    return [list(day) for _, day in groupby(alerts, key=lambda alert: localize(alert.created_at).date())]


def _daily_rhythm(rhythm: Rhythm, shift: int) -> list[float]:
    """Return articles an hour by hour of day, `shift` hours ahead of UTC."""
    rates = [0.0] * _HOURS_OF_DAY
    for hour in range(_HOURS_OF_DAY):
        watched = sum(rhythm.hours[hour:HOURS_OF_WEEK:_HOURS_OF_DAY])
        found = sum(rhythm.arrivals[hour:HOURS_OF_WEEK:_HOURS_OF_DAY])
        rates[(hour + shift) % _HOURS_OF_DAY] = found / watched if watched else 0.0
    return rates


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
