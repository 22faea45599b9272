"""Is this news? Compare an article's events with the stories that are already told.

Deciding code only: it reads no clock and no database.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import inf

from monitor.models import Article, Event, EventType, Fact, Modality, Novelty, Story
from monitor.track.fingerprint import fold_name
from monitor.track.passage import TELLING, passage_of, weigh_topics, weight_of
from monitor.track.signs import Account, count_shared, weigh_signs

_START = "start"
_END = "end"
_FAMILY = {
    EventType.NEW_PARTNERSHIP: _START,
    EventType.JOINT_VENTURE: _START,
    EventType.SUPPLY_AGREEMENT: _START,
    EventType.LICENCE_AGREEMENT: _START,
    EventType.TERMINATION: _END,
    EventType.PARTNER_LEFT: _END,
}
"""Types that two outlets may choose for the same news; a type that is not named is its own family."""

_SAYS_MORE = {EventType.EXPANSION, EventType.EXTENSION_RENEWAL, EventType.EXCLUSIVITY_GRANTED}
"""What another outlet may call a partnership, and no more."""

_SURENESS = {
    Modality.DENIED: 0,
    Modality.SPECULATED: 1,
    Modality.REPORTED: 2,
    Modality.CONDITIONAL: 2,
    Modality.CONFIRMED: 3,
}
"""Later news of the same fact is told when it is surer than what was told last; a denial, when it is the first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What to do with the events of an article that belong to one story."""

    novelty: Novelty
    events: tuple[Event, ...]
    """All of the story's events in this article."""
    told: tuple[Event, ...]
    """Those that are new, the most telling first; empty when nobody need be told."""
    story: Story | None
    """The known story that they belong to; None opens one."""


def judge(
    events: Iterable[Event],
    stories: Sequence[Story],
    *,
    now: datetime,
    before: Iterable[Fact] = (),
    article: Article | None = None,
    is_primary: bool = False,
) -> tuple[Verdict, ...]:
    """Return a verdict for each story that the events of `article` tell; `stories` are those still open, oldest first.

    `before` are the facts of the article's last version: what stood there already is not told because it stands there
    still. Without the article, its words do not count: companies and kinds decide. `is_primary` says that it stands in
    a regulator's or a company's own source.
    """
    known = tuple(before)
    tellings = (_Telling.of(group, article, now, is_primary=is_primary) for group in _group_events(events))
    return tuple(_judge_group(telling, stories, known) for telling in tellings)


def fact_of(event: Event, told_at: datetime) -> Fact:
    """Return what an event states, in the form in which two articles can be compared."""
    companies = frozenset(fold_name(participant.name) for participant in event.participants)
    return Fact(type=event.type, companies=companies, modality=event.modality, subject=event.subject, told_at=told_at)


def covers(known: Fact, fact: Fact) -> bool:
    """Return whether a fact is a piece of news that is known, however sure either is.

    Two companies must be shared. A party that joins is one more piece of news. A fact with one company says too little
    to be taken for another with more, unless it is about the same subject.
    """
    if _family_of(known.type) != _family_of(fact.type) and not (
        fact.type is EventType.NEW_PARTNERSHIP and known.type in _SAYS_MORE
    ):
        return False
    shared = count_shared(fact.companies, known.companies)
    if len(fact.companies) == 1:
        return shared == 1 and (
            len(known.companies) == 1 or (fact.subject is not None and fact.subject == known.subject)
        )
    return shared == len(fact.companies) or (shared > 1 and fact.type is not EventType.PARTNER_JOINED)


def _family_of(kind: EventType) -> str:
    return _FAMILY.get(kind, kind.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Telling:
    """What one article says of one story."""

    events: tuple[Event, ...]
    fresh: Mapping[Event, Fact]
    """Those that are no background."""
    facts: tuple[Fact, ...]
    """Of the fresh ones; of all, if none is."""
    passage: str
    is_primary: bool

    @classmethod
    def of(cls, events: tuple[Event, ...], article: Article | None, now: datetime, *, is_primary: bool) -> "_Telling":
        fresh = {event: fact_of(event, now) for event in events if event.modality is not Modality.HISTORICAL}
        return cls(
            events=events,
            fresh=fresh,
            facts=tuple(fresh.values()) or tuple(fact_of(event, now) for event in events),
            passage=passage_of(article.title, article.text, [event.evidence for event in events]) if article else "",
            is_primary=is_primary,
        )


def _judge_group(telling: _Telling, stories: Sequence[Story], before: tuple[Fact, ...]) -> Verdict:
    story = _find_story(telling, stories)
    known = (*before, *(story.facts if story else ()))
    told = _by_precedence(event for event, fact in telling.fresh.items() if _is_new(fact, known))
    novelty = _name_novelty(told, telling.fresh, story)
    if novelty is Novelty.REPEAT and story and story.facts and telling.is_primary and not story.is_confirmed_at_source:
        confirmed = _by_precedence(event for event in telling.fresh if event.modality is Modality.CONFIRMED)
        if confirmed and not before:
            novelty, told = Novelty.PRIMARY_SOURCE, confirmed
    return Verdict(novelty=novelty, events=telling.events, told=told, story=story)


def _name_novelty(told: tuple[Event, ...], fresh: Mapping[Event, Fact], story: Story | None) -> Novelty:
    if not fresh:
        return Novelty.BACKGROUND
    if not told:
        return Novelty.REPEAT
    if story is None:
        return Novelty.NEW_STORY
    is_known = any(covers(fact, fresh[event]) for event in told for fact in story.facts)
    return Novelty.STATE_CHANGED if is_known else Novelty.FOLLOW_UP


def _is_new(fact: Fact, known: Iterable[Fact]) -> bool:
    """Return whether nothing of this was told, or it is surer than what was told last, or denied since."""
    alike = [other for other in known if other.modality is not Modality.HISTORICAL and covers(other, fact)]
    if not alike:
        return True
    last = max(other.told_at for other in alike)
    sureness = max(_SURENESS[other.modality] for other in alike if other.told_at == last)
    if fact.modality is Modality.DENIED:
        return sureness > 0
    return _SURENESS[fact.modality] > sureness


def _find_story(telling: _Telling, stories: Sequence[Story]) -> Story | None:
    """Return the story that an article tells: the one with the closest words, among those the latest."""
    closeness = {index: _closeness(telling, story) for index, story in enumerate(stories)}
    best = max(closeness, key=lambda index: (closeness[index], index), default=None)
    return stories[best] if best is not None and closeness[best] > 0 else None


def _closeness(telling: _Telling, story: Story) -> float:
    """Return how surely an article tells a story: 0 if it tells another.

    The same companies make deal after deal, so that they alone do not tell which: its words do. A copy of one of a
    story's articles tells it, whatever else; where there are no words to compare, companies and kinds decide.
    """
    if story.is_copied:
        return inf
    pairs = [(fact, known) for fact in telling.facts for known in story.facts]
    shared = max((count_shared(fact.companies, known.companies) for fact, known in pairs), default=0)
    if not shared:
        return 0.0
    if not telling.passage or not story.passages:
        return float(shared > 1 or any(covers(known, fact) for fact, known in pairs))
    account = Account.of(telling.facts, telling.passage)
    known = [Account.of(tuple(story.facts), passage) for passage in story.passages]
    if weight_of(weigh_topics(telling.passage, known[0].companies | account.companies)) < TELLING:
        return float(shared > 1 and any(_is_alike(fact, known) for fact, known in pairs))
    return max(0.0, *(weigh_signs(account, one) for one in known))


def _is_alike(fact: Fact, known: Fact) -> bool:
    return fact.type is known.type and (fact.subject == known.subject or not (fact.subject and known.subject))


def _group_events(events: Iterable[Event]) -> list[tuple[Event, ...]]:
    """Return the events in groups that share companies, each in its first event's place."""
    groups: list[tuple[set[str], list[Event]]] = []
    for event in events:
        names = {fold_name(participant.name) for participant in event.participants}
        touching = [group for group in groups if count_shared(names, group[0])]
        joined = [member for group in touching for member in group[1]]
        merged = (names.union(*(group[0] for group in touching)), [*joined, event])
        place = groups.index(touching[0]) if touching else len(groups)
        groups = [group for group in groups if group not in touching]
        groups.insert(place, merged)
    return [tuple(group[1]) for group in groups]


def _by_precedence(events: Iterable[Event]) -> tuple[Event, ...]:
    """Return the events as an alert tells them: what happened before what is only said, then by type."""
    order = list(EventType)
    return tuple(sorted(events, key=lambda event: (_SURENESS.get(event.modality, 0) < 2, order.index(event.type))))
