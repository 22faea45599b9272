"""From candidates to events: one for each agreement, of the most telling type, with its evidence."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date

from monitor.detect.candidates import Candidate, find_candidates, is_broad, is_headline
from monitor.detect.companies import find_organisations, is_same_company, is_short_for
from monitor.detect.facts import find_effective_date, find_subject
from monitor.detect.mention import Mention, Span
from monitor.detect.modality import is_news
from monitor.detect.parties import count_shared, drop_repeats, make_participants
from monitor.detect.ruleset import Ruleset
from monitor.detect.tokens import Document, read_document
from monitor.models import Article, Event, EventType, Evidence, Field, Modality

_MAX_TELLINGS = 100
"""Of events in one article, before those that tell the same are merged."""
_INTRODUCING_SENTENCES = 20
"""Of a text, in which its companies are looked for under their full names."""
_MARGIN = 3.0
"""How much less than the surest candidate one may weigh that names a more special type."""
_BROAD_BAR = 0.3
"""Above which a broad rule alone tells an event."""
_UNSURE = frozenset({Modality.REPORTED, Modality.SPECULATED, Modality.DENIED, Modality.CONDITIONAL})
_BEGINNINGS = (
    EventType.JOINT_VENTURE,
    EventType.LICENCE_AGREEMENT,
    EventType.SUPPLY_AGREEMENT,
    EventType.NEW_PARTNERSHIP,
)
_PRECEDENCE = (
    EventType.PARTNER_LEFT,
    *(kind for kind in EventType if kind not in (*_BEGINNINGS, EventType.PARTNER_LEFT)),
    *_BEGINNINGS,
)
"""Of triggers that share words: the first names the event."""


def detect(article: Article, ruleset: Ruleset) -> tuple[Event, ...]:
    """Return the partnership changes that an article tells, in order of appearance; never raises on any text."""
    document = read_document(article)
    if not document.words:
        return ()
    return merge(find_candidates(document, ruleset), document, ruleset)


def merge(candidates: Sequence[Candidate], document: Document, ruleset: Ruleset) -> tuple[Event, ...]:
    """Return one event for each agreement: the best candidate of each type, other tellings merged into it."""
    by_sentence: dict[tuple[Field, int], list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        by_sentence[candidate.sentence.field, candidate.sentence.number].append(candidate)
    kept = [one for group in by_sentence.values() for one in _choose_types(group)][:_MAX_TELLINGS]
    groups: list[list[Candidate]] = []
    for candidate in kept:
        for group in groups:
            if _is_same_event(group, candidate):
                group.append(candidate)
                break
        else:
            groups.append([candidate])
    events = (_make_event(group, kept, document, ruleset) for group in _absorb_broad(groups))
    return _name_in_full([event for event in events if event is not None], document)


def _choose_types(group: Sequence[Candidate]) -> list[Candidate]:
    """Return the candidates of a sentence that tell an event: those that decide alone, of others one a trigger.

    A candidate whose own weight does not do may still name the type of one that it overlaps. Broad rules name a type
    only where no other does.
    """
    chosen = [one for one in group if not one.rule.is_weighed and len(one.parties.all) >= one.rule.min_parties]
    weighed = [one for one in group if one.rule.is_weighed]
    told = [one for one in weighed if _is_sure(one)]
    taken: list[Candidate] = []
    for one in sorted(weighed, key=lambda one: (is_broad(one.rule), _PRECEDENCE.index(one.rule.type))):
        if is_broad(one.rule) and any(not is_broad(other.rule) for other in taken):
            break
        is_told = _is_sure(one) or any(
            _overlap(one.trigger, other.trigger) and one.score > other.score - _MARGIN for other in told
        )
        if is_told and not any(_overlap(one.trigger, other.trigger) or other.type is one.type for other in taken):
            taken.append(one)
    if len(taken) > 1:
        taken = [one for one in taken if one.type is not EventType.NEW_PARTNERSHIP]
    if any(one.type is EventType.EXCLUSIVITY_LOST for one in taken):  # "as its supplier" is what was lost
        taken = [one for one in taken if one.type is not EventType.SUPPLY_AGREEMENT]
    return [*chosen, *taken]


def _is_sure(candidate: Candidate) -> bool:
    return candidate.score > (_BROAD_BAR if is_broad(candidate.rule) else 0)


def _overlap(left: Span, right: Span) -> bool:
    return left[0] < right[1] and right[0] < left[1]


def _is_same_event(group: Sequence[Candidate], candidate: Candidate) -> bool:
    first = group[0]
    if first.type is not candidate.type or (not first.rule.is_weighed and first.rule is not candidate.rule):
        return False
    known = [mention for one in group for mention in one.parties.all]
    again = candidate.parties.all
    return len(known) < 2 or len(again) < 2 or count_shared(again, known) >= 2


def _absorb_broad(groups: Sequence[list[Candidate]]) -> list[list[Candidate]]:
    """Let a rough type that broad rules tell of two companies go up in what a more special rule tells of them as news.

    Beginnings stay: they are words for one and the same when stories are compared, other types are told on.
    """
    rough = [group[0].type not in _BEGINNINGS and all(is_broad(one.rule) for one in group) for group in groups]
    hosts = [
        group
        for group in groups
        if not any(is_broad(one.rule) for one in group) and group[0].modality is not Modality.HISTORICAL
    ]
    kept: list[list[Candidate]] = []
    for group, is_rough in zip(groups, rough, strict=True):
        parties = group[0].parties.all
        host = next((one for one in hosts if is_rough and count_shared(parties, one[0].parties.all) > 1), None)
        if host is None:
            kept.append(group)
        else:
            host.extend(group)
    return kept


def _settle_modality(group: Sequence[Candidate], told: Sequence[Candidate], document: Document) -> Modality:
    """Return how sure the best telling is.

    A bare headline takes its certainty from the first sentences: where they tell the same, or else where all that they
    tell of the same companies is unsure; any telling takes its source from them.
    """
    best = group[0]
    if best.modality is not Modality.CONFIRMED:
        return best.modality
    leads = [one for one in told if _is_lead(one, document)]
    own = [one.modality for one in leads if one in group]
    if not is_headline(best.sentence, document):
        return Modality.REPORTED if Modality.REPORTED in own else best.modality
    others = [one.modality for one in leads if one not in group and count_shared(one.parties.all, best.parties.all)]
    unsure = [one for one in own or others if one in _UNSURE]
    return unsure[0] if unsure and (own or len(unsure) == len(others)) else best.modality


def _is_lead(candidate: Candidate, document: Document) -> bool:
    return candidate.sentence.number <= 1 and not is_headline(candidate.sentence, document)


def _resolve_parties(group: Sequence[Candidate], told: Sequence[Candidate]) -> tuple[Mention, ...]:
    """Return the parties of an event; "this deal" takes the missing one from the last deal told before it."""
    mentions = group[0].parties.all
    for other in group[1:]:
        if len(mentions) < 2:
            mentions = drop_repeats((*mentions, *other.parties.all))
    if len(mentions) > 1:
        return mentions
    for earlier in reversed([one for one in told if one.trigger[0] < group[0].trigger[0]]):
        known = earlier.parties.all
        if len(known) == 2 and all(any(is_same_company(one.name, other.name) for other in known) for one in mentions):
            return drop_repeats((*mentions, *known))
    return mentions


def count_needed(best: Candidate) -> int:
    """Return how many parties an event must name: in the news one will do, as in "signs deal with carmaker"."""
    sentence = best.sentence
    if not best.rule.is_weighed:
        return best.rule.min_parties
    return 1 if is_news(sentence) else 2


def _make_event(
    group: Sequence[Candidate], told: Sequence[Candidate], document: Document, ruleset: Ruleset
) -> Event | None:
    best = group[0]
    mentions = _resolve_parties(group, told)
    modality = _settle_modality(group, told, document)
    if modality not in best.rule.modalities or len(mentions) < count_needed(best):
        return None
    sentence = best.sentence
    text = document.read_field(sentence.field)
    first, last = best.trigger
    return Event(
        type=best.type,
        participants=make_participants(mentions, ruleset.companies),
        modality=modality,
        evidence=Evidence(
            field=sentence.field,
            start=sentence.start,
            end=sentence.end,
            sentence=text[sentence.start : sentence.end],
            words_start=document.starts[first] - sentence.start,
            words_end=document.ends[last - 1] - sentence.start,
        ),
        rule=best.rule.name,
        severity=best.rule.severity,
        subject=find_subject(document, sentence, best.trigger),
        effective_on=find_effective_date(text[sentence.start : sentence.end], _read_day(document.article)),
        tags=best.rule.tags,
    )


def _name_in_full(events: Sequence[Event], document: Document) -> tuple[Event, ...]:
    """Give the companies that nobody listed the names by which the text introduces them: headlines shorten names."""
    names = {one.name for event in events for one in event.participants if not one.is_watched}
    full = _find_introduced(names, document)
    return tuple(
        replace(
            event,
            participants=tuple(
                one if one.is_watched else replace(one, name=full.get(one.name, one.name)) for one in event.participants
            ),
        )
        for event in events
    )


def _find_introduced(names: Collection[str], document: Document) -> dict[str, str]:
    """Return the first name below the headline that is one of these, or one in full; look no further than needed."""
    full: dict[str, str] = {}
    sentences = [sentence for sentence in document.sentences if not is_headline(sentence, document)]
    for sentence in sentences[:_INTRODUCING_SENTENCES]:
        if len(full) == len(names):
            break
        for one in find_organisations(document, sentence, {}):
            for name in names:
                if one.name == name or is_short_for(name, one.name):
                    full.setdefault(name, one.name)
    return full


def _read_day(article: Article) -> date | None:
    return article.published_at.date() if article.published_at else None
