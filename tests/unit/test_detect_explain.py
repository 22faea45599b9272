"""Why a rule fires, and why not."""

import pytest

from monitor.detect import Condition, Explanation, compile_rules, explain_rule, load_pack
from monitor.detect.weights import Weights
from monitor.errors import RuleError
from monitor.models import Article, Company, EventType, Modality, Rule

COMPANIES = (Company(name="Halden"), Company(name="Veltro"))
TEXT = "Halden said on Monday it may end its supply contract with Veltro."


def explain(
    query: str, text: str = TEXT, *, unless: str | None = None, modalities: tuple[Modality, ...] = tuple(Modality)
) -> Explanation:
    rule = Rule(name="mine", type=EventType.TERMINATION, match=query, unless=unless, modalities=modalities)
    return explain_rule("mine", Article(url="", title="", text=text), compile_rules((rule,), COMPANIES))


def flatten(condition: Condition) -> list[tuple[str, bool]]:
    return [(condition.label, condition.holds), *(pair for part in condition.parts for pair in flatten(part))]


def test_each_node_of_the_query_is_shown_with_whether_it_holds() -> None:
    explanation = explain("$Halden AND (end* PRE/5 contract) AND merger AND title: contract")
    assert explanation.verdict == "does not match: 2 of 4 conditions held"
    assert flatten(explanation.match) == [
        ("AND", False),
        ("$Halden", True),
        ("PRE/5", True),
        ("end*", True),
        ("contract", True),
        ("merger", False),
        ("title:", False),
        ("contract", False),
    ]


def test_a_word_outside_the_field_is_told() -> None:
    explanation = explain("title: contract")
    assert explanation.match.parts[0].note == "only outside the field: 'contract' at word 10"


def test_a_set_is_shown_with_what_stands_in_it_where_it_is_used() -> None:
    sets = (("tie", "contract OR pact"), ("ends", "(end* OR scrap*) PRE/2 $tie"))
    rule = Rule(name="mine", type=EventType.TERMINATION, match="$ends AND title: $tie", sets=sets)
    explanation = explain_rule("mine", Article(url="", title="", text=TEXT), compile_rules((rule,), COMPANIES))
    assert flatten(explanation.match) == [
        ("AND", False),
        ("$ends", False),
        ("PRE/2", False),
        ("OR", True),
        ("end*", True),
        ("scrap*", False),
        ("$tie", True),
        ("OR", True),
        ("contract", True),
        ("pact", False),
        ("title:", False),
        ("$tie", False),
        ("OR", False),
        ("contract", False),
        ("pact", False),
    ]
    assert explanation.match.parts[0].parts[0].note == "'end' at word 7, 'contract' at word 10: 3 > 2"


def test_a_word_is_shown_where_it_stands() -> None:
    explanation = explain("contract OR contracts", "The contract ends. Contracts end.")
    assert [(place.words, place.number) for place in explanation.match.places] == [("contract", 2), ("Contracts", 4)]


def test_words_too_far_apart_are_told_with_their_distance() -> None:
    explanation = explain("Halden NEAR/3 Veltro")
    assert explanation.match.note == "'Halden' at word 1, 'Veltro' at word 12: 11 > 3"


def test_words_in_the_wrong_order_are_told() -> None:
    explanation = explain("contract PRE/9 Halden")
    assert explanation.match.note == "'contract' at word 10, 'Halden' at word 1: in the other order"


@pytest.mark.parametrize(
    ("query", "note"),
    [
        ("ATLEAST/3 contract", "found 1 of 3 times"),
        ("DISTINCT/3 $any", "names Halden, Veltro"),
        ("contract AND NOT supply", "stopped by 'supply' at word 9"),
    ],
)
def test_what_a_condition_lacks_is_told(query: str, note: str) -> None:
    explanation = explain(query)
    assert (explanation.match.holds, explanation.match.note) == (False, note)


def test_unless_is_shown_as_what_stopped_a_rule() -> None:
    explanation = explain("contract", unless="supply NEAR/2 contract")
    assert explanation.verdict == "matches, but `unless` holds too"
    assert explanation.unless is not None
    assert explanation.unless.holds


def test_a_modality_that_the_rule_does_not_take_is_shown_as_what_stopped_it() -> None:
    explanation = explain("end* PRE/4 contract", modalities=(Modality.CONFIRMED,))
    assert explanation.verdict == "matches, but it is speculated, and the rule takes confirmed"


def test_a_rule_that_fires_names_its_event_and_its_parties() -> None:
    explanation = explain("end* PRE/4 contract")
    assert explanation.verdict == "fires: termination (speculated)"
    (telling,) = explanation.tellings
    assert (telling.trigger, telling.parties, telling.verdict) == (
        "end its supply contract",
        ("Halden", "Veltro"),
        "an event",
    )


def test_a_built_in_rule_shows_what_spoke_for_and_against() -> None:
    article = Article(url="", title="", text="A guide to ending your partnership with a bank.")
    explanation = explain_rule("ends-tie", article, compile_rules(load_pack()))
    (telling,) = explanation.tellings
    assert telling.sum is not None
    assert telling.sum < 0
    assert telling.verdict.startswith("more speaks against a change than for it")
    weights = [weight for _, weight in telling.factors]
    assert max(weights) > 0 > min(weights)


def test_a_change_that_another_rule_names_is_told_so() -> None:
    article = Article(url="", title="", text="Halden ends joint venture with Veltro")
    explanation = explain_rule("venture", article, compile_rules(load_pack(), COMPANIES))
    assert explanation.verdict == "matches, but the change is told as termination by rule 'ends-tie'"


def test_an_unknown_rule_is_an_error_with_the_name_that_was_meant() -> None:
    with pytest.raises(RuleError, match="no rule is named 'end-tie'; did you mean 'ends-tie'"):
        explain_rule("end-tie", Article(url="", title="", text=""), compile_rules(load_pack()))


@pytest.mark.parametrize("text", ["", "\n", "\U0001f600 \ud83d", "word " * 3000])
def test_any_text_is_explained(text: str) -> None:
    query = '$any AND (=Halden OR "supply contract*") AND DISTINCT/2 $any AND /h.*n/ AND url: example'
    assert not explain(query, text).events


def test_explaining_a_broad_rule_tells_what_made_its_type() -> None:
    ruleset = compile_rules(
        load_pack(),
        weights=Weights({"bias": 1.0}, {}, {EventType.PARTNER_LEFT: {"near consortium": 0.3, "near goes": -0.1}}),
    )
    article = Article(url="", title="Halden drops Veltro", text="The consortium goes on.")
    (telling,) = explain_rule("drops-company", article, ruleset).tellings
    assert (telling.type, telling.type_factors) == ("partner_left", (("near consortium", 0.3),))
