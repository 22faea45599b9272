"""The lists of the history: what each holds and how it is read. The page, the feeds and the API show the same ones."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from monitor.detect import collect_sets, compile_query, is_query
from monitor.models import (
    Alert,
    Change,
    Company,
    Delivery,
    FoundArticle,
    Relation,
    Rule,
    RuleHits,
    SavedSearch,
    Source,
    SourceState,
    StoryDigest,
)
from monitor.store import Session, browse, deliveries, feedback, history, searches, seek
from monitor.store import sources as source_states
from monitor.track import fold_name
from monitor.web import ledger
from monitor.web.asking import Query
from monitor.web.wording import say_clock, say_date

DEFAULT_LIMIT = 25
MAX_CHANGES = 100
SEARCH_SECONDS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a reading needs beside the database."""

    sources: tuple[Source, ...]
    """Those that are on."""
    rules: tuple[Rule, ...]
    """The user's own."""
    now: Callable[[], datetime]
    companies: tuple[Company, ...] = ()
    """Those that are watched."""

    @property
    def sets(self) -> tuple[tuple[str, str], ...]:
        """The sets of rules.toml by name."""
        return collect_sets(self.rules)

    def make_timer(self, seconds: float) -> Callable[[], bool]:
        """Return what says when so much time has passed from now on."""
        end = self.now() + timedelta(seconds=seconds)
        return lambda: self.now() >= end


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """A stretch of a list."""

    items: Sequence[Any]
    next: int | None = None
    """What `before` is for the stretch that follows; None at the end."""
    note: str | None = None
    """What was not looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A list of the history."""

    name: str
    """Of its address."""
    title: str
    item: type
    asks: tuple[str, ...]
    """The parameters that it understands."""
    read: Callable[[Session, Query, Surroundings], Rows]


def read_alerts(session: Session, query: Query, _around: Surroundings) -> Rows:
    """Return the newest alerts, all or those of a company, that are unread or acknowledged."""
    company = fold_name(query.company.strip()) or None
    return _page(
        query,
        lambda asked, limit: history.list_alerts(
            session, company=company, standing=query.standing, before=asked, limit=limit
        ),
    )


def read_articles(session: Session, query: Query, around: Surroundings, *, marks: tuple[str, str] = ("[", "]")) -> Rows:
    """Return the newest articles that are what was asked for; the words asked for stand between `marks`.

    RuleError if they are a query of the rule language that makes no sense.
    """
    wanted = query.articles
    if is_query(wanted.words):
        return _search(session, query, around, marks)
    return _page(
        query,
        lambda asked, limit: browse.find_articles(session, wanted, before=asked, limit=limit, marks=marks),
    )


def _search(session: Session, query: Query, around: Surroundings, marks: tuple[str, str]) -> Rows:
    """Return the articles in which a query of the rule language holds, as far as they are found in time."""
    search = compile_query(query.q, around.companies, around.sets)
    sought = seek.search_articles(
        session,
        search,
        query.articles,
        before=query.before,
        limit=query.limit or DEFAULT_LIMIT,
        marks=marks,
        is_over=around.make_timer(SEARCH_SECONDS),
    )
    return Rows(items=sought.items, next=sought.last, note=tell_reach(sought))


def tell_reach(sought: seek.Sought[Any]) -> str | None:
    """Return how far was looked, if that is not the end."""
    if sought.reached is None:
        return None
    count = "1 article" if sought.looked_at == 1 else f"{sought.looked_at} articles"
    return f"Looked at {count}, back to {say_date(sought.reached)}; older ones were not looked at yet."


def read_stories(session: Session, query: Query, _around: Surroundings) -> Rows:
    """Return the newest stories, all or those of which an article tells what was asked for."""
    wanted = query.articles
    if is_query(wanted.words):
        return Rows(items=(), note="Stories are searched by plain words; articles in the language of the rules too.")
    return _page(query, lambda asked, limit: browse.list_stories(session, wanted, before=asked, limit=limit))


def read_relations(session: Session, query: Query, _around: Surroundings) -> Rows:
    """Return the relations that changed last, or all of a company; at once, without a next stretch."""
    company = fold_name(query.company.strip())
    if company:
        return Rows(items=ledger.read_relations_of(session, company)[: query.limit])
    latest = ledger.read_latest_steps(session)
    return Rows(items=ledger.fold_steps(latest.steps)[: query.limit])


def read_changes(session: Session, query: Query, around: Surroundings) -> Rows:
    """Return what changed this week as far as the newest news tells, at once; the note says if that is not all."""
    return changes_of_week(ledger.read_latest_steps(session), around.now(), limit=query.limit or MAX_CHANGES)


def changes_of_week(latest: ledger.LatestSteps, now: datetime, *, limit: int) -> Rows:
    """Return the steps of the last seven days, the latest first; the note says if these are not all."""
    steps = ledger.steps_of_week(latest.steps, now)
    return Rows(items=steps[:limit], note=_tell_missing(latest, now, more=len(steps[limit:])))


def _tell_missing(latest: ledger.LatestSteps, now: datetime, *, more: int) -> str | None:
    """Return what of this week is not shown."""
    told = []
    if latest.oldest and latest.oldest > now - ledger.WEEK:
        told.append(f"Only news found since {say_date(latest.oldest)}, {say_clock(latest.oldest)} was looked at.")
    if latest.cut_at and latest.cut_at > now - ledger.WEEK:
        told.append(f"Of pairs with much news only the last {ledger.EVENTS_OF_LATEST} events were looked at.")
    if more:
        told.append(f"{more} older changes are not shown.")
    return " ".join(told) or None


def read_rules(session: Session, query: Query, around: Surroundings) -> Rows:
    """Return the rules that told events in the last weeks, and all that are the user's own or were judged."""
    own = {rule.name for rule in around.rules}
    precision = {one.name: one for one in feedback.measure_precision(session, "rule")}
    hits = browse.count_hits(session, now=around.now())
    silent = own.union(precision).difference(one.rule for one in hits)
    hits += [RuleHits(rule=name, weeks=(0,) * 12) for name in sorted(silent)]
    told = [replace(one, is_own=one.rule in own, precision=precision.get(one.rule)) for one in hits]
    return Rows(items=told[: query.limit])


def read_sources(session: Session, query: Query, around: Surroundings) -> Rows:
    """Return how the sources fare, in the order of sources.toml."""
    states = [source_states.read_state(session, source.name) for source in around.sources]
    return Rows(items=states[: query.limit])


def read_deliveries(session: Session, query: Query, _around: Surroundings) -> Rows:
    """Return the newest deliveries, all or those of a route or in a state."""
    route = query.route or None
    return _page(
        query,
        lambda asked, limit: deliveries.list_deliveries(
            session, state=query.state, route=route, before=asked, limit=limit
        ),
    )


def read_searches(session: Session, query: Query, _around: Surroundings) -> Rows:
    """Return the saved searches by name, at once."""
    return Rows(items=searches.list_searches(session)[: query.limit])


LISTINGS = (
    Listing(
        name="alerts", title="Alerts", item=Alert, asks=("company", "standing", "before", "limit"), read=read_alerts
    ),
    Listing(
        name="articles",
        title="Articles",
        item=FoundArticle,
        asks=("q", "company", "type", "modality", "source", "since", "until", "before", "limit"),
        read=read_articles,
    ),
    Listing(
        name="stories",
        title="Stories",
        item=StoryDigest,
        asks=("q", "company", "type", "modality", "source", "since", "until", "before", "limit"),
        read=read_stories,
    ),
    Listing(name="searches", title="Saved searches", item=SavedSearch, asks=("limit",), read=read_searches),
    Listing(name="relations", title="Relations", item=Relation, asks=("company", "limit"), read=read_relations),
    Listing(name="changes", title="What changed this week", item=Change, asks=("limit",), read=read_changes),
    Listing(name="rules", title="Rules", item=RuleHits, asks=("limit",), read=read_rules),
    Listing(name="sources", title="Sources", item=SourceState, asks=("limit",), read=read_sources),
    Listing(
        name="deliveries",
        title="Deliveries",
        item=Delivery,
        asks=("state", "route", "before", "limit"),
        read=read_deliveries,
    ),
)


def _page(query: Query, read: Callable[[int | None, int], Sequence[Any]]) -> Rows:
    """Return a stretch of a list that is read by the numbers of its items, newest first."""
    limit = query.limit or DEFAULT_LIMIT
    found = read(query.before, limit + 1)
    shown = found[:limit]
    return Rows(items=shown, next=shown[-1].id if len(found) > limit else None)
