"""Where rules hold in an article, how much speaks for each place, who takes part and how sure the text is."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from monitor.detect.companies import find_organisations, is_common_word, is_same_company, is_title_case
from monitor.detect.match import Mention, Scan, Span, find_literals, spell
from monitor.detect.modality import NEWS_SENTENCES, judge_modality
from monitor.detect.parties import Parties, find_parties
from monitor.detect.ruleset import Alias, PlannedRule, Ruleset, find_signs, pick_rules
from monitor.detect.tokens import Document, Sentence
from monitor.detect.weights import score
from monitor.detect.words import load_words
from monitor.models import Field, Modality, Rule

_NEAR = 5
"""Words on either side of a trigger that are beside it."""
_MAX_SENTENCES = 200
"""Of one article in which a trigger is looked at."""
_MEMORY = 60
"""Candidates back that "this deal" may speak of; keeps the work linear."""
_MIN_BARE_TICKER = 3
"""Letters; a shorter ticker counts only after a bracket, a colon or a dollar sign."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A rule that holds in a sentence."""

    rule: Rule
    sentence: Sentence
    trigger: Span
    features: tuple[str, ...]
    score: float
    parties: Parties
    modality: Modality


def find_candidates(document: Document, ruleset: Ruleset) -> list[Candidate]:
    """Return each rule that holds, in each sentence where it does, with its score."""
    hits = find_literals(document, ruleset.automaton)
    watched = find_watched(document, hits, ruleset)
    scan = Scan(
        document=document,
        hits=hits,
        watched=[watched[word] for word in sorted(watched)],
        list_mentions=lambda: list_mentions(document, watched),
    )
    by_sentence: dict[int, list[tuple[PlannedRule, Span]]] = defaultdict(list)
    for planned, spans in pick_rules(ruleset, scan):
        for span, place in _place(planned.rule, spans, document):
            by_sentence[place].append((planned, span))
    candidates: list[Candidate] = []
    for place in sorted(by_sentence)[:_MAX_SENTENCES]:
        told = [mention for one in candidates[-_MEMORY:] if one.score > 0 for mention in one.parties.all]
        candidates.extend(_weigh_sentence(document.sentences[place], by_sentence[place], told, scan, watched, ruleset))
    return candidates


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
    if not rule.is_weighed:
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
    spelled = spell(document, span)
    if not alias.is_ticker:
        return spelled == alias.exact
    if spelled.partition(".")[0] != alias.exact:
        return False
    text = document.read_field(document.find_sentence(span[0]).field)
    return len(alias.exact) >= _MIN_BARE_TICKER or text[: document.starts[span[0]]].rstrip()[-1:] in {"(", ":", "$"}


def list_mentions(document: Document, watched: Mapping[int, Mention]) -> list[Mention]:
    """Return all companies of an article, watched or told by their spelling."""
    return [mention for sentence in document.sentences for mention in find_organisations(document, sentence, watched)]


def _weigh_sentence(
    sentence: Sentence,
    matches: Sequence[tuple[PlannedRule, Span]],
    told: Sequence[Mention],
    scan: Scan,
    watched: Mapping[int, Mention],
    ruleset: Ruleset,
) -> list[Candidate]:
    document = scan.document
    taken = {word for planned, span in matches if planned.rule.is_weighed for word in (span[0], span[1] - 1)}
    mentions = find_organisations(
        document, sentence, watched, taken if is_title_case(document, sentence) else frozenset()
    )
    features = [f"rule {planned.rule.name}" for planned, _ in matches if planned.rule.is_weighed]
    features += [f"sign {name}" for name in find_signs(ruleset, scan, (sentence.first, sentence.last))]
    features += describe_place(document, sentence)
    candidates = []
    for planned, span in matches:
        parties = find_parties(document, sentence, span, mentions)
        own = (*features, *describe_match(document, sentence, planned.rule, span, parties, told))
        candidates.append(
            Candidate(
                rule=planned.rule,
                sentence=sentence,
                trigger=span,
                features=own,
                score=score(own, ruleset.weights) if planned.rule.is_weighed else 1.0,
                parties=parties,
                modality=judge_modality(ruleset, scan, sentence, span),
            )
        )
    return candidates


def describe_match(
    document: Document, sentence: Sentence, rule: Rule, trigger: Span, parties: Parties, told: Sequence[Mention]
) -> Iterator[str]:
    """Yield what can be said of the place where a rule holds."""
    yield from describe_trigger(rule, sentence, trigger, document)
    yield from describe_reference(document, trigger, parties, told)
    yield describe_parties(parties)
    yield from describe_states(document, sentence, trigger)


def describe_place(document: Document, sentence: Sentence) -> list[str]:
    """Return what can be said of a sentence besides its words."""
    place = "title" if sentence.field is Field.TITLE else "lead" if sentence.number < NEWS_SENTENCES else "deep"
    style = ["title case"] if is_title_case(document, sentence) else []
    return [f"place {place}", *style]


def describe_trigger(rule: Rule, sentence: Sentence, trigger: Span, document: Document) -> Iterator[str]:
    """Yield what can be said of a trigger: its rule, its words, those beside it."""
    first, last = max(sentence.first, trigger[0] - _NEAR), min(sentence.last, trigger[1] + _NEAR)
    yield f"own {rule.name}"
    yield from (f"trigger {word}" for word in set(document.words[slice(*trigger)]) if is_common_word(word))
    yield from (f"word {word}" for word in set(document.words[first:last]) if is_common_word(word))
    text = document.read_field(sentence.field)
    if not is_title_case(document, sentence):
        ends = {trigger[0], trigger[1] - 1} - {sentence.first}
        if any(text[document.starts[word]].isupper() for word in ends):
            yield "trigger capital"


def describe_reference(document: Document, trigger: Span, parties: Parties, told: Sequence[Mention]) -> Iterator[str]:
    """Yield a mark when a trigger speaks of "this deal" of a company that an event was told of before."""
    refers = any(word in load_words().referring for word in document.words[max(0, trigger[0] - 1) : trigger[1]])
    if refers and any(is_same_company(one.name, other.name) for one in parties.all for other in told):
        yield "told before"


def describe_parties(parties: Parties) -> str:
    """Return on which sides of the trigger companies stand."""
    count = min(len(parties.all), 2)
    sides = (
        "both"
        if parties.before and parties.after
        else "before"
        if parties.before
        else "after"
        if parties.after
        else "none"
    )
    return f"parties {sides} {count}"


def describe_states(document: Document, sentence: Sentence, trigger: Span) -> Iterator[str]:
    """Yield a mark when a country or a people stands right beside the trigger, where a company would."""
    words = load_words()
    beside = {
        "before": range(trigger[0] - 1, max(sentence.first, trigger[0] - 4) - 1, -1),
        "after": range(trigger[1], min(sentence.last, trigger[1] + 4)),
    }
    text = document.read_field(sentence.field)
    for side, places in beside.items():
        for word in places:
            if document.words[word] in words.places and text[document.ends[word] : document.ends[word] + 1] not in {
                "'",
                "\u2019",
            }:
                yield f"state {side}"
            if document.words[word] not in words.passed_over:
                break
