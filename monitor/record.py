"""Record what an article tells: the article, its events, its alerts and their deliveries, in one transaction."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.config import CheckSettings
from monitor.detect import Ruleset, detect, mark_stripped
from monitor.dispatch import queue
from monitor.extract.learned import Knowledge, learn, list_fingerprints, strip_learned
from monitor.fetch import Fetcher
from monitor.models import (
    Article,
    Event,
    Fact,
    Modality,
    Novelty,
    Page,
    Route,
    Source,
    StoredArticle,
    Story,
    Stripped,
    Visit,
)
from monitor.sandbox import Sandbox
from monitor.store import Session, Store, articles, history, learned, news, sources
from monitor.track import Verdict, fact_of, fold_name, judge, text_digest, trace_relations
from monitor.urls import host_of

REVISIT_AGES_SECONDS = (3_600, 6 * 3_600, 24 * 3_600)
"""A stored article is looked at again so long after it was stored or changed: news is corrected in its first day."""
COPIES_WITHIN_DAYS = 30
"""Copies of an article are known as such for so long: they are printed again long after the news."""
MIN_WORDS_OF_A_REPEAT = 20
"""Shorter texts are placeholders ("Please enable JavaScript") as often as they are articles."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What a check works with."""

    store: Store
    fetcher: Fetcher
    sandbox: Sandbox
    ruleset: Ruleset
    routes: tuple[Route, ...]
    settings: CheckSettings
    now: Callable[[], datetime]
    primary_sources: frozenset[str] = frozenset()
    """Names of the sources in which regulators and companies themselves speak."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What became of an article."""

    is_news: bool
    """It is new, or its text changed."""
    alerts: int = 0
    doubts: tuple[Stripped, ...] = ()
    """What was taken out of it although rules match there."""


def record_article(tools: Tools, source: Source, visit: Visit, article: Article, page: Page | None) -> Recorded:
    """Store an article and settle its link; store and tell its news if it has any."""
    # Of what the page says, so that an article does not change when more is known of its site.
    digest = text_digest(article.title, article.text)
    now = tools.now()
    site = host_of(article.url or visit.link.url).removeprefix("www.")
    whole, site_knowledge = article, _read_learned(tools, site, article)
    stripped = strip_learned(whole, site_knowledge, whole.published_at or now)
    article = mark_stripped(stripped, tools.ruleset)
    events = detect(article, tools.ruleset)
    with tools.store.write() as session:
        known, free_url = _find_known(session, visit.link.url, article, page, digest)
        if known and known.text_removed_at:  # what was removed does not come back
            sources.settle_link(session, visit.link.url, stored=known, page=page, due_at=None)
            return Recorded(is_news=False)
        if known:
            stored = articles.revise_article(session, known, article, digest=digest, now=now)
        else:
            own = replace(article, url=free_url or visit.link.url)
            stored = articles.add_article(session, own, source=source.name, digest=digest, now=now)
        if not known:
            _learn(session, site, whole, site_knowledge, now)
        look_at = next_look(stored.stored_at, now) if page else None
        sources.settle_link(session, visit.link.url, stored=stored, page=page, due_at=look_at)
        before: tuple[Fact, ...] = ()
        if known and stored.version > known.version:
            before = tuple(fact_of(event, known.stored_at) for event in history.events_of(session, known))
        elif known:
            if visit.is_baseline or not news.is_muted(session, stored):
                return Recorded(is_news=False)
            news.forget_events(session, stored)  # another source's first look had muted what this one tells
        stories = _find_stories(tools, session, article, events, now)
        is_primary = source.name in tools.primary_sources
        verdicts = judge(events, stories, now=now, before=before, article=article, is_primary=is_primary)
        if events:
            news.save_bands(session, stored)
        muted = _mute(tools, visit, article, now)
        alerts = sum(_tell(tools, session, stored, verdict, muted) for verdict in verdicts)
        return Recorded(is_news=True, alerts=alerts, doubts=tuple(block for block in article.stripped if block.rules))


def next_look(stored_at: datetime, now: datetime) -> datetime | None:
    """Return when to look again at an article that was stored or changed then."""
    looks = (stored_at + timedelta(seconds=age) for age in REVISIT_AGES_SECONDS)
    return next((look for look in looks if look > now), None)


# --- what its site shows everywhere -----------------------------------------------------------------------------


def _read_learned(tools: Tools, site: str, article: Article) -> Knowledge:
    """Return what a site showed on earlier articles, as far as it stands on this one."""
    with tools.store.read() as session:
        return learned.read_knowledge(session, site, list_fingerprints(article))


def _learn(session: Session, site: str, article: Article, known: Knowledge, now: datetime) -> None:
    """Learn from an article; what was known is read again if another check has learned from the same site meanwhile."""
    if learned.count_article(session, site) != known.articles + 1:
        known = learned.read_knowledge(session, site, list_fingerprints(article))
        known = known._replace(articles=known.articles - 1)  # those before this one
    learned.save_knowledge(session, site, learn(article, known, article.published_at or now), now)


# --- which article it is ----------------------------------------------------------------------------------------


def _find_known(
    session: Session, link_url: str, article: Article, page: Page | None, digest: str
) -> tuple[StoredArticle | None, str | None]:
    """Return the article of the history that this one is, or is a new version of; and its best URL that none has yet.

    A link may lead to an article that was stored under another URL because the words were the same; it stays there only
    while they are. A page that calls itself by the URL of another with other words is not believed: some sites give all
    their pages one canonical URL.
    """
    # Its URLs: what it says itself, where it was found, what pointed there.
    addresses = [url for url in (article.url, page.url if page else "", link_url) if url]
    kin = articles.find_kin(session, addresses, link_url=link_url, digest=digest)
    taken = {one.url for one in kin}
    free_url = next((url for url in addresses if url not in taken), None)
    linked = [one for one in kin if one.is_linked and (one.url in addresses or one.digest == digest)]
    same = [one for one in kin if one.digest == digest and len(article.text.split()) >= MIN_WORDS_OF_A_REPEAT]
    is_of_link = free_url is None or article.url == link_url != free_url
    there = [one for one in kin if one.url == link_url and is_of_link]
    chosen = next(iter((*linked, *same, *there)), None)
    return articles.read_article(session, chosen.id) if chosen else None, free_url


# --- what of it is told -----------------------------------------------------------------------------------------


def _find_stories(
    tools: Tools, session: Session, article: Article, events: tuple[Event, ...], now: datetime
) -> list[Story]:
    """Return the stories that an article may tell: the open ones of its companies, and those it copies."""
    if not events:
        return []
    companies = {fold_name(one.name) for event in events for one in event.participants}
    since = now - timedelta(hours=tools.settings.story_window_hours)
    is_open = {story.id: story for story in news.open_stories(session, companies=companies, since=since)}
    copied = news.find_copied_stories(session, article, since=now - timedelta(days=COPIES_WITHIN_DAYS))
    older = news.read_stories(session, [story_id for story_id in copied if story_id not in is_open])
    tellers = news.list_tellers(session, [*is_open, *copied])
    return [
        replace(
            story,
            is_copied=story.id in copied,
            is_confirmed_at_source=not tools.primary_sources.isdisjoint(tellers[story.id]),
        )
        for story in (*older, *is_open.values())
    ]


def _mute(tools: Tools, visit: Visit, article: Article, now: datetime) -> Novelty | None:
    """Return why nothing of this article is told, however new; None if there is no such reason.

    What a source showed at its first look is muted, its later versions are not.
    """
    if visit.is_baseline and visit.stored_at is None:
        return Novelty.BASELINE
    oldest = now - timedelta(days=tools.settings.alert_within_days)
    return Novelty.STALE if article.published_at and article.published_at < oldest else None


def _tell(tools: Tools, session: Session, stored: StoredArticle, verdict: Verdict, muted: Novelty | None) -> int:
    """Store a verdict's events with their story and, if they are news, the alert and its deliveries."""
    now = tools.now()
    is_told = bool(verdict.told) and not muted
    story_id = verdict.story.id if verdict.story else news.open_story(session, now)
    ids = {
        event: news.add_event(
            session,
            event,
            stored=stored,
            story_id=story_id,
            novelty=muted or _novelty_of(event, verdict),
            now=now,
        )
        for event in verdict.events
    }
    if not is_told:
        return 0
    news.touch_story(session, story_id, now)
    moves = _find_moves(session, verdict.told)
    told = {ids[event]: moves.get(event) for event in verdict.told}
    alert = news.add_alert(session, told, stored=stored, story_id=story_id, novelty=verdict.novelty, now=now)
    queue(session, alert, tools.routes, now)
    return 1


def _find_moves(session: Session, told: tuple[Event, ...]) -> dict[Event, news.Move]:
    """Return how the relations of their companies are moved by the events that move one."""
    by_pair: dict[tuple[str, ...], set[Event]] = defaultdict(set)
    for event in told:
        by_pair[tuple(fold_name(one.name) for one in event.participants[:2])].add(event)
    moves: dict[Event, news.Move] = {}
    for pair, events in by_pair.items():
        if len(pair) > 1:
            steps = trace_relations(history.dated_events(session, companies=pair))
            moves.update((step.event, (step.before, step.after)) for step in reversed(steps) if step.event in events)
    return moves


def _novelty_of(event: Event, verdict: Verdict) -> Novelty:
    if event in verdict.told:
        return verdict.novelty
    return Novelty.BACKGROUND if event.modality is Modality.HISTORICAL else Novelty.REPEAT
