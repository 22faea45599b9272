"""Rules against the texts that their authors gave them."""

from monitor.detect.candidates import find_candidates
from monitor.detect.ruleset import Ruleset
from monitor.detect.tokens import read_document
from monitor.models import Article, Rule


def check_rules(ruleset: Ruleset) -> list[str]:
    """Return a line for each text in which a rule does not do what its author expects; empty when all is well."""
    failures = []
    for planned in ruleset.rules:
        rule = planned.rule
        failures += [_tell(rule, "finds nothing in", text) for text in rule.hits if not _finds(ruleset, rule, text)]
        failures += [_tell(rule, "finds an event in", text) for text in rule.misses if _finds(ruleset, rule, text)]
    return failures


def _finds(ruleset: Ruleset, rule: Rule, text: str) -> bool:
    document = read_document(Article(url="", title="", text=text))
    return any(
        candidate.rule is rule
        and candidate.score > 0
        and candidate.modality in rule.modalities
        and len(candidate.parties.all) >= rule.min_parties
        for candidate in find_candidates(document, ruleset)
    )


def _tell(rule: Rule, problem: str, text: str) -> str:
    return f"{rule.file + ': ' if rule.file else ''}rule {rule.name!r} {problem} its own test {text!r}"
