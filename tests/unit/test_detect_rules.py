"""Rules from TOML: strict, all problems at once; the built-in pack passes its own tests."""

import pytest

from monitor.detect import check_rules, compile_rules, load_pack, parse_rules
from monitor.errors import ConfigError, RuleError
from monitor.models import Company, EventType, Modality, Rule, Severity

GOOD = """
[sets]
tie = 'partnership OR alliance'

[[rules]]
name = "cloud"
type = "exclusivity_lost"
match = '$tie SENTENCE $Halden'
unless = 'rumour*'
severity = "high"
tags = ["cloud"]
modalities = ["confirmed"]
tests = { hit = ["Halden ends its partnership."], miss = ["Rumours of an alliance with Halden."] }
"""


def test_a_rule_is_read_with_all_its_keys() -> None:
    (rule,) = parse_rules(GOOD, "rules.toml")
    assert rule.type is EventType.EXCLUSIVITY_LOST
    assert rule.severity is Severity.HIGH
    assert rule.modalities == (Modality.CONFIRMED,)
    assert rule.hits == ("Halden ends its partnership.",)
    assert rule.misses == ("Rumours of an alliance with Halden.",)
    assert check_rules(compile_rules([rule], [Company(name="Halden")])) == []


def test_a_file_without_rules_has_none() -> None:
    assert parse_rules("", "rules.toml") == ()


def test_all_problems_of_a_file_are_told_at_once() -> None:
    text = """
    [[rules]]
    name = "a"
    type = "divorce"
    match = "x"
    colour = "red"

    [[rules]]
    type = "termination"
    match = "x"

    [[rules]]
    name = "c"
    type = "termination"
    match = "x"
    tests.hits = ["y"]
    """
    with pytest.raises(ConfigError) as caught:
        parse_rules(text, "rules.toml")
    lines = caught.value.problems
    assert len(lines) == 4
    assert all(line.startswith("rules.toml: rule ") for line in lines)
    assert "new_partnership" in lines[0]
    assert any("colour" in line and "unknown key" in line and "severity" in line for line in lines)
    assert any("rule number 2, name" in line and "missing" in line for line in lines)
    assert any("tests.hits" in line and "hit, miss" in line for line in lines)


def test_bad_queries_and_duplicates_are_told_together() -> None:
    text = """
    [[rules]]
    name = "a"
    type = "termination"
    match = "x y"

    [[rules]]
    name = "a"
    type = "termination"
    match = "x"
    unless = "a OR b AND c"
    """
    with pytest.raises(ConfigError) as caught:
        parse_rules(text, "rules.toml")
    assert len(caught.value.problems) == 3


@pytest.mark.parametrize(
    "text", ["rules = 3", "rules = [1]", "[[rules]]", "[rules]\nname = 1", "=", "sets = 1", "x = 1"]
)
def test_any_wrong_shape_is_a_config_error_that_names_the_file(text: str) -> None:
    with pytest.raises(ConfigError, match=r"rules\.toml"):
        parse_rules(text, "rules.toml")


def test_an_unknown_company_is_told_for_every_rule() -> None:
    rules = [Rule(name=name, type=EventType.TERMINATION, match="$Nobody") for name in ("a", "b")]
    with pytest.raises(RuleError) as caught:
        compile_rules(rules)
    assert str(caught.value).count("$Nobody") == 2


def test_a_name_used_twice_is_refused() -> None:
    rule = Rule(name="a", type=EventType.TERMINATION, match="x")
    with pytest.raises(RuleError, match="used twice"):
        compile_rules([rule, rule])


def test_a_rule_that_fails_its_own_test_is_told() -> None:
    rule = Rule(name="a", type=EventType.TERMINATION, match="x", hits=("y",), misses=("x",))
    assert len(check_rules(compile_rules([rule]))) == 2


def test_the_pack_passes_its_own_tests() -> None:
    assert check_rules(compile_rules(load_pack())) == []


def test_the_pack_has_a_rule_for_every_type() -> None:
    assert {rule.type for rule in load_pack()} == set(EventType)


def test_every_rule_of_the_pack_has_a_hit() -> None:
    assert [rule.name for rule in load_pack() if not rule.hits] == []
