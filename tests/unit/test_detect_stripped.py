"""Rules that match in what was taken out of an article."""

import pytest

from monitor.detect import Ruleset, compile_rules, load_pack, mark_stripped, match_stripped
from monitor.models import Article, Stripped, StripReason

PACT = "Alderon Inc. and Birchway Ltd. have formed a partnership to run their warehouses together, they said on Monday."
WEATHER = "The weather stays dry until Friday, and the harbour opens as it always does at this time of the year."


@pytest.fixture(scope="module")
def ruleset() -> Ruleset:
    return compile_rules(load_pack(), ())


def block(text: str, reason: StripReason = StripReason.WORDING) -> Stripped:
    return Stripped(text=text, reason=reason)


def test_the_block_in_which_a_rule_matches_names_it(ruleset: Ruleset) -> None:
    found = match_stripped([block(WEATHER), block(PACT), block(WEATHER)], ruleset)
    assert [bool(rules) for rules in found] == [False, True, False]


def test_a_headline_of_another_article_is_no_warning(ruleset: Ruleset) -> None:
    headline = "Alderon Inc. and Birchway Ltd. have formed a partnership"
    assert match_stripped([block(headline)], ruleset) == [()]
    assert match_stripped([block(f"{headline}.")], ruleset) != [()]


@pytest.mark.parametrize("reason", [StripReason.DENSITY, StripReason.REPEATED])
def test_links_and_repeats_are_no_warning(ruleset: Ruleset, reason: StripReason) -> None:
    assert match_stripped([block(PACT, reason)], ruleset) == [()]


def test_a_headline_over_a_sentence_does_not_hide_it(ruleset: Ruleset) -> None:
    blocks = [block("Alderon and Birchway form partnership"), block(PACT)]
    assert [bool(rules) for rules in match_stripped(blocks, ruleset)] == [False, True]


def test_a_block_that_the_audit_cut_short_is_read(ruleset: Ruleset) -> None:
    assert any(match_stripped([block(f"{PACT} {WEATHER} {WEATHER} The ferry"[:400])], ruleset))


def test_the_rules_are_kept_with_the_article(ruleset: Ruleset) -> None:
    article = Article(url="", title="", text=WEATHER, stripped=(block(WEATHER), block(PACT, StripReason.LEARNED)))
    marked = mark_stripped(article, ruleset)
    assert [bool(one.rules) for one in marked.stripped] == [False, True]
    assert [one.text for one in marked.stripped] == [WEATHER, PACT]


def test_an_article_without_such_blocks_stays_as_it_is(ruleset: Ruleset) -> None:
    article = Article(url="", title="", text=PACT, stripped=(block(WEATHER),))
    assert mark_stripped(article, ruleset) is article
