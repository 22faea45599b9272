"""Where rules hold in an article, how much speaks for each place, who takes part and how sure the text is."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property

from monitor.detect.companies import find_german_nouns, find_organisations, is_title_case
from monitor.detect.features import describe_match, describe_sentence, describe_tense, list_words
from monitor.detect.match import Scan, find_literals, spell, spell_words
from monitor.detect.mention import Mention, Span
from monitor.detect.modality import NEWS_SENTENCES, is_news, judge_modality
from monitor.detect.parties import Parties, add_pair, count_companies, count_shared, drop_repeats, find_parties
from monitor.detect.ruleset import Alias, PlannedRule, Ruleset, map_signs, pick_rules
from monitor.detect.tokens import Document, Sentence
from monitor.detect.weights import add_up, score
from monitor.models import EventType, Field, Modality, Rule

_MAX_SENTENCES = 200
"""Of one article in which a trigger is looked at."""
_MEMORY = 60
"""Candidates back that "this deal" may speak of; keeps the work linear."""
_SUPPORT = 0.8
_SUPPORTING = 1.5
"""How far below certainty one telling may be to support another."""
_MIN_BARE_TICKER = 3
"""Letters; a shorter ticker counts only after a bracket, a colon or a dollar sign."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What is known of an article when a sentence is weighed."""

    scan: Scan
    ruleset: Ruleset
    watched: Mapping[int, Mention]
    signs: Mapping[int, Sequence[str]]
    """The signals in each sentence, by its number in the document's list."""
    told: Sequence[Mention]
    """The companies of events that were told of before."""
    find_names: Callable[[int], list[Mention]]
    """Return the companies of a sentence, by its number in the document's list."""
    find_near: Callable[[int], tuple[list[str], float]]
    """Return the plain words of the headline and the first sentences around a sentence, as signs, and their sum."""
    find_pair: Callable[[], tuple[Mention, ...]]
    """Return the companies of the first sentence if they are two: the next ones may call them "the companies"."""


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A rule that holds in a sentence."""

    rule: Rule
    sentence: Sentence
    trigger: Span
    shared: tuple[str, ...]
    """What speaks for or against all candidates of its sentence."""
    own: tuple[str, ...]
    """What speaks for or against this one."""
    around: tuple[str, ...]
    """What is said of its sentence."""
    score: float
    parties: Parties
    known: _Known = field(repr=False, compare=False)

    # Most candidates tell nothing, so these wait until somebody asks.

    @property
    def features(self) -> tuple[str, ...]:
        """Return all that speaks for or against it."""
        return (*self.shared, *self.own)

    @cached_property
    def type(self) -> EventType:
        """Return what kind of change it tells: its rule says, or for a broad rule the words in it and around it."""
        types = self.known.ruleset.weights.types
        if not is_broad(self.rule) or not types:
            return self.rule.type
        features = self.features
        return max(types, key=lambda kind: score(features, types[kind]))

    @cached_property
    def background(self) -> tuple[str, ...]:
        """Return what may speak for background."""
        return (*self.around, *describe_tense(self.known.scan.document, self.sentence, self.trigger))

    @cached_property
    def modality(self) -> Modality:
        """Return how sure the text is of it."""
        known = self.known
        return judge_modality(known.ruleset, known.scan, self.sentence, self.trigger, self.rule, self.background)


def find_candidates(document: Document, ruleset: Ruleset) -> list[Candidate]:
    """Return each rule that holds, in each sentence where it does, with its score."""
    scan, watched = scan_document(document, ruleset)
    by_sentence: dict[int, list[tuple[PlannedRule, Span]]] = defaultdict(list)
    for planned, spans in pick_rules(ruleset, scan):
        for span, place in _place(planned.rule, spans, document):
            if not is_broad(planned.rule) or is_news(document.sentences[place]):
                by_sentence[place].append((planned, span))
    signs = map_signs(ruleset, scan) if by_sentence else {}

    @cache
    def find_names(place: int) -> list[Mention]:
        return _find_names(document.sentences[place], by_sentence.get(place, ()), document, watched)

    news = document.sentences[: NEWS_SENTENCES + 1]

    @cache
    def find_words(place: int) -> list[str]:
        return list_words(document, news[place])

    @cache  # the same for all sentences below
    def find_news(place: int) -> tuple[list[str], float]:
        words = dict.fromkeys(word for other in range(len(news)) if other != place for word in find_words(other))
        signs = [f"near {word}" for word in words]
        return signs, add_up(signs, ruleset.weights.change)

    @cache
    def find_pair() -> tuple[Mention, ...]:
        names = drop_repeats(find_names(0))
        return names if len(names) == 2 else ()

    candidates: list[Candidate] = []
    for place in sorted(by_sentence)[:_MAX_SENTENCES]:
        told = [mention for one in candidates[-_MEMORY:] if one.score > 0 for mention in one.parties.all]
        known = _Known(
            scan=scan,
            ruleset=ruleset,
            watched=watched,
            signs=signs,
            told=told,
            find_names=find_names,
            find_near=lambda place: find_news(min(place, len(news))),
            find_pair=find_pair,
        )
        candidates.extend(_weigh_sentence(place, by_sentence[place], known))
    return support(candidates, document)


def is_broad(rule: Rule) -> bool:
    """Tell whether a rule is about verbs of many meanings, which tell a change only between companies, and as news."""
    return rule.is_weighed and rule.min_parties > 0


def scan_document(document: Document, ruleset: Ruleset) -> tuple[Scan, dict[int, Mention]]:
    """Return an article as queries see it, and the watched companies by their first word."""
    hits = find_literals(document, ruleset.automaton)
    watched = find_watched(document, hits, ruleset)
    scan = Scan(
        document=document,
        hits=hits,
        watched=[watched[word] for word in sorted(watched)],
        list_mentions=lambda: list_mentions(document, watched),
    )
    return scan, watched


def support(candidates: Sequence[Candidate], document: Document) -> list[Candidate]:
    """Raise the scores of headline and lede where both tell of the same companies: together they are less doubtful."""
    top = [one for one in candidates if one.rule.is_weighed and is_news(one.sentence)]
    titles = [one for one in top if is_headline(one.sentence, document)]
    ledes = [one for one in top if not is_headline(one.sentence, document)]
    if not titles or not ledes:
        return list(candidates)
    supports = {id(one): others for mine, others in ((titles, ledes), (ledes, titles)) for one in mine}
    return [
        replace(one, score=one.score + _support_of(one, supports[id(one)])) if id(one) in supports else one
        for one in candidates
    ]


def _support_of(one: Candidate, others: Sequence[Candidate]) -> float:
    best = max(
        (other.score for other in others if count_shared(one.parties.all, other.parties.all) > 1), default=-_SUPPORTING
    )
    return _SUPPORT * max(0.0, min(best, 1.0) + _SUPPORTING)


def is_headline(sentence: Sentence, document: Document) -> bool:
    """Tell whether a sentence is the title, or the title as the text repeats it."""
    return sentence.field is Field.TITLE or sentence.start < document.title_end


def _place(rule: Rule, spans: Sequence[Span], document: Document) -> list[tuple[Span, int]]:
    """Return for each sentence the first span of a rule that stands in it as a whole."""
    places: dict[int, Span] = {}
    for span in spans or [(0, 1)]:
        place = document.find_place(span[0])
        if span[1] > document.sentences[place].last:
            if rule.is_weighed:
                continue
            span = (span[0], document.sentences[place].last)  # noqa: PLW2901 - the part inside the sentence
        places.setdefault(place, span)
    if not rule.is_weighed and not rule.min_parties:
        places = dict(sorted(places.items())[:1])
    return [(span, place) for place, span in places.items()]


def find_watched(document: Document, hits: Mapping[int, list[Span]], ruleset: Ruleset) -> dict[int, Mention]:
    """Return the watched companies of an article by first word, the longest name at each place."""
    watched: dict[int, Mention] = {}
    for literal in sorted(ruleset.aliases.keys() & hits.keys()):
        for alias in ruleset.aliases[literal]:
            for span in hits[literal]:
                if _is_meant(alias, span, document) and (span[0] not in watched or span[1] > watched[span[0]].last):
                    name = ruleset.companies[alias.company].name
                    watched[span[0]] = Mention(first=span[0], last=span[1], name=name, company=alias.company)
    return watched


def _is_meant(alias: Alias, span: Span, document: Document) -> bool:
    if alias.exact is None:
        return True
    if not alias.is_ticker:
        return spell_words(document, span) == alias.exact
    spelled = spell(document, span)
    if spelled.partition(".")[0] != alias.exact:
        return False
    text = document.read_field(document.find_sentence(span[0]).field)
    return len(alias.exact) >= _MIN_BARE_TICKER or text[: document.starts[span[0]]].rstrip()[-1:] in {"(", ":", "$"}


def list_mentions(document: Document, watched: Mapping[int, Mention]) -> list[Mention]:
    """Return all companies of an article, watched or told by their spelling."""
    return [mention for sentence in document.sentences for mention in find_organisations(document, sentence, watched)]


def _find_names(
    sentence: Sentence,
    matches: Sequence[tuple[PlannedRule, Span]],
    document: Document,
    watched: Mapping[int, Mention],
) -> list[Mention]:
    """Return the companies of a sentence; in a headline with capitals all over, a trigger's ends are no names."""
    taken = {word for planned, span in matches if planned.rule.is_weighed for word in (span[0], span[1] - 1)}
    return find_organisations(document, sentence, watched, taken if is_title_case(document, sentence) else frozenset())


def _weigh_sentence(place: int, matches: Sequence[tuple[PlannedRule, Span]], known: _Known) -> list[Candidate]:
    document, ruleset = known.scan.document, known.ruleset
    sentence = document.sentences[place]
    mentions = known.find_names(place)
    in_german = mentions
    if any(planned.rule.language == "de" for planned, _ in matches):
        in_german = find_organisations(document, sentence, known.watched, find_german_nouns(document, sentence))

    @cache  # many rules may hold at one place
    def find_around(span: Span, *, is_german: bool) -> Parties:
        parties = find_parties(document, sentence, span, in_german if is_german else mentions)
        return add_pair(parties, known.find_pair(), document, span) if place and is_news(sentence) else parties

    placed = [(planned, span, find_around(span, is_german=planned.rule.language == "de")) for planned, span in matches]
    placed = [
        (planned, span, parties)
        for planned, span, parties in placed
        if not is_broad(planned.rule) or count_companies(document, sentence, span, parties) >= planned.rule.min_parties
    ]
    around = (*_describe_signs(place, known.signs), *describe_sentence(document, sentence))
    rules = [f"rule {planned.rule.name}" for planned, _, _ in placed if planned.rule.is_weighed]
    near, sum_near = known.find_near(place) if rules else ([], 0.0)
    shared = (*rules, *around, *near)
    shared_score = score((*rules, *around), ruleset.weights.change) + sum_near
    candidates = []
    for planned, span, parties in placed:
        own: tuple[str, ...] = ()
        if planned.rule.is_weighed:
            own = tuple(describe_match(document, sentence, planned.rule, span, parties, known.told))
        candidates.append(
            Candidate(
                rule=planned.rule,
                sentence=sentence,
                trigger=span,
                shared=shared,
                own=own,
                around=around,
                score=shared_score + add_up(own, ruleset.weights.change) if planned.rule.is_weighed else 1.0,
                parties=parties,
                known=known,
            )
        )
    return candidates


def _describe_signs(place: int, signs: Mapping[int, Sequence[str]]) -> list[str]:
    """Return the signs in a sentence, and those in the headline and the first sentences around it."""
    around = [f"head {name}" for other in range(NEWS_SENTENCES) if other != place for name in signs.get(other, ())]
    return [*(f"sign {name}" for name in signs.get(place, ())), *dict.fromkeys(around)]
