"""Find partnership changes in an article by rules: Article, Ruleset -> Events."""

from monitor.detect.check import check_rules
from monitor.detect.events import detect
from monitor.detect.rules import load_pack, parse_rules
from monitor.detect.ruleset import Ruleset, compile_rules
from monitor.detect.stripped import mark_stripped, match_stripped

__all__ = [
    "Ruleset",
    "check_rules",
    "compile_rules",
    "detect",
    "load_pack",
    "mark_stripped",
    "match_stripped",
    "parse_rules",
]
