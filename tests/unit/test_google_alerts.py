"""Google alerts become rules that load and pass their own tests."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.detect import check_rules, compile_rules, import_alert, parse_rules
from monitor.errors import RuleError
from monitor.models import EventType


@pytest.mark.parametrize(
    ("alert", "match", "unless"),
    [
        ("Halden Veltro", "Halden AND Veltro", None),
        ('Halden "right of first refusal"', 'Halden AND "right of first refusal"', None),
        ("alliance OR venture Halden", "(alliance OR venture) AND Halden", None),
        ("alliance | venture | pact", "(alliance OR venture OR pact)", None),
        ('Halden -jobs -"press release"', "Halden", 'jobs OR "press release"'),
        ("(Halden partner) OR Veltro", "((Halden AND partner) OR Veltro)", None),
        ("Halden -(jobs OR careers)", "Halden", "(jobs OR careers)"),
        ("Halden site:example.com intitle:venture", 'Halden AND url: "example.com" AND title: venture', None),
        ('Halden "deal * Veltro" pact*', 'Halden AND "deal Veltro" AND pact', None),
        ("Halden AROUND(5) deal", "(Halden NEAR/5 deal)", None),
        ("pact OR Halden AROUND (3) (deal | tie)", "(pact OR (Halden NEAR/3 (deal OR tie)))", None),
        ("Halden AROUND(3) deal AROUND(9) cloud -jobs", "((Halden NEAR/3 deal) NEAR/9 cloud)", "jobs"),
        ("venture intitle:Halden AROUND(3) deal", "venture AND (title: Halden NEAR/3 deal)", None),
        ("-jobs OR venture", "venture", "jobs"),
        ("Halden near NOT", 'Halden AND near AND "NOT"', None),
    ],
)
def test_each_operator_is_translated(alert: str, match: str, unless: str | None) -> None:
    (rule,) = tomllib.loads(import_alert(alert, EventType.EXPANSION))["rules"]
    assert (rule["type"], rule["match"], rule.get("unless")) == ("expansion", match, unless)


@pytest.mark.parametrize(
    "alert", ["Halden venture -jobs", '"joint venture" OR pact Halden', "Halden's deal", "Halden AROUND(2) deal"]
)
def test_an_imported_rule_passes_the_tests_that_it_brings(alert: str) -> None:
    (rule,) = parse_rules(import_alert(alert, EventType.EXPANSION), "imported")
    assert rule.hits
    assert check_rules(compile_rules((rule,))) == []


@pytest.mark.parametrize(
    ("alert", "problem"),
    [
        ("", "nothing to look for"),
        ("-jobs", "nothing to look for"),
        ("Halden -Halden", "finds nothing even in its own words"),
        ("AROUND(5) deal", "needs a word on both sides"),
        ("deal AROUND(5)", "needs a word on both sides"),
        ("deal AROUND(5) -cloud", "needs a word on both sides"),
        ("deal AROUND(0) cloud", "from 1 to 500"),
        ("(Halden deal) AROUND(4) cloud", "AND inside NEAR/4; put it outside"),
        ("(Halden", "not closed"),
        ("Halden)", "without its partner at character 7"),
    ],
)
def test_what_cannot_be_read_is_an_error_that_says_where(alert: str, problem: str) -> None:
    with pytest.raises(RuleError, match=problem):
        import_alert(alert, EventType.EXPANSION)


@given(st.text(alphabet='ab "()-|OR:*sitenl$=/', max_size=40))
def test_any_string_is_a_rule_that_loads_or_an_error(alert: str) -> None:
    try:
        text = import_alert(alert, EventType.EXPANSION)
    except RuleError:
        return
    assert check_rules(compile_rules(parse_rules(text, "imported"))) == []
