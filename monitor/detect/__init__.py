"""Find partnership changes in an article by rules: Article, Ruleset -> Events."""

from monitor.detect.check import check_rules
from monitor.detect.events import detect
from monitor.detect.explain import Condition, Explanation, explain_rule
from monitor.detect.google_alerts import import_alert
from monitor.detect.misses import find_miss
from monitor.detect.rules import load_pack, parse_rules
from monitor.detect.ruleset import Ruleset, compile_rules, find_faults
from monitor.detect.search import (
    AllOf,
    AnyOf,
    Hit,
    Need,
    Search,
    Words,
    collect_sets,
    compile_query,
    compile_search,
    cut_snippet,
    find_places,
    is_query,
    try_rule,
)
from monitor.detect.stripped import mark_stripped, match_stripped

__all__ = [
    "AllOf",
    "AnyOf",
    "Condition",
    "Explanation",
    "Hit",
    "Need",
    "Ruleset",
    "Search",
    "Words",
    "check_rules",
    "collect_sets",
    "compile_query",
    "compile_rules",
    "compile_search",
    "cut_snippet",
    "detect",
    "explain_rule",
    "find_faults",
    "find_miss",
    "find_places",
    "import_alert",
    "is_query",
    "load_pack",
    "mark_stripped",
    "match_stripped",
    "parse_rules",
    "try_rule",
]
