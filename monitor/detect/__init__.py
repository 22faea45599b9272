"""Find partnership changes in an article by rules: Article, Ruleset -> Events."""

from monitor.detect.check import check_rules
from monitor.detect.events import detect
from monitor.detect.explain import Condition, Explanation, explain_rule
from monitor.detect.google_alerts import import_alert
from monitor.detect.misses import find_miss
from monitor.detect.rules import load_pack, parse_rules
from monitor.detect.ruleset import Ruleset, compile_rules
from monitor.detect.stripped import mark_stripped, match_stripped

__all__ = [
    "Condition",
    "Explanation",
    "Ruleset",
    "check_rules",
    "compile_rules",
    "detect",
    "explain_rule",
    "find_miss",
    "import_alert",
    "load_pack",
    "mark_stripped",
    "match_stripped",
    "parse_rules",
]
