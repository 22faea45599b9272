"""The rule language: what it accepts, what it refuses and how it says so, and where it holds."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.detect.candidates import find_candidates, find_watched
from monitor.detect.companies import find_organisations
from monitor.detect.match import Found, Scan, evaluate, find_literals
from monitor.detect.mention import Mention
from monitor.detect.query import parse_query
from monitor.detect.rules import load_pack
from monitor.detect.ruleset import compile_rules
from monitor.detect.tokens import read_document
from monitor.errors import RuleError
from monitor.models import Article, Company, EventType, Rule

COMPANIES = (
    Company(name="Microsoft", ticker="MSFT"),
    Company(name="OpenAI", aliases=("Open AI",)),
    Company(name="Oracle", exact_aliases=("Oracle",)),
)
SETS = (
    ("tie", "partnership OR alliance"),
    ("without", "a AND NOT b"),
    ("both", "a AND b"),
    ("wires", "reuters OR wire"),
)


def find(query: str, text: str, title: str = "", **facts: str) -> Found:
    rule = Rule(name="r", type=EventType.NEW_PARTNERSHIP, match=query, sets=SETS)
    ruleset = compile_rules([rule], COMPANIES)
    article = Article(url=facts.get("url", ""), title=title, text=text, site_name=facts.get("site"), language="en")
    document = read_document(article)
    hits = find_literals(document, ruleset.automaton)
    watched = find_watched(document, hits, ruleset)

    def list_mentions() -> list[Mention]:
        return [
            mention for sentence in document.sentences for mention in find_organisations(document, sentence, watched)
        ]

    scan = Scan(
        document=document,
        hits=hits,
        watched=[watched[word] for word in sorted(watched)],
        list_mentions=list_mentions,
    )
    return evaluate(ruleset.rules[0].match, scan)


TEXT = "Microsoft's partnership with OpenAI grows. Oracle joins. They sell U.S. tie-ups, or more."


@pytest.mark.parametrize(
    "query",
    [
        "partnership",
        "PARTNERSHIP",
        "partner*",
        "partnership AND oracle",
        "partnership OR nothing",
        "partnership AND NOT nothing",
        '"partnership with"',
        '"partner* with"',
        '"tie-ups"',
        "tie-ups",
        '"tie ups"',
        "u.s",
        "or",
        "=Oracle",
        "$Microsoft",
        "$microsoft AND $OpenAI",
        "$any",
        "$tie",
        "$tie PRE/2 $OpenAI",
        "microsoft PRE/1 partnership",
        "openai NEAR/3 microsoft",
        "grows NEAR/1 oracle",
        "(microsoft OR oracle) SENTENCE partnership",
        "microsoft PARAGRAPH oracle",
        "lead:oracle",
        "body:they",
        "url:example.org",
        "source:wire",
        "lang:en",
        "lang:en AND oracle",
        "source:(the AND wire)",
        "source:(wire AND NOT reuters)",
        "source:/w.re$/",
        "source:$wires",
        "source:wir*",
        "=Oracle AND source:=Wire",
        'source:"the  wire"',
        "url:/a$/",
        "url:(example.org AND a)",
        "ATLEAST/2 (microsoft OR oracle)",
        "ATLEAST/2 lead:(microsoft OR oracle)",
        "DISTINCT/3 $any",
        "DISTINCT/2 lead:$any",
        "DISTINCT/2 $any SENTENCE partnership",
        "/partner(ship)?/",
        "/PARTNER/",
        "(/grow[s]/ NEAR/3 openai) AND oracle",
    ],
)
def test_query_holds(query: str) -> None:
    assert find(query, TEXT, url="https://example.org/a", site="The Wire") is not None


@pytest.mark.parametrize(
    "query",
    [
        "partner",
        "partnership AND nothing",
        "partnership AND NOT oracle",
        '"with partnership"',
        "=oracle",
        "=PARTNERSHIP",
        "partnership PRE/1 microsoft",
        "microsoft NEAR/1 openai",
        "oracle SENTENCE partnership",
        "title:oracle",
        "lead:they",
        "body:oracle",
        "url:example.com",
        "url:ample.org",
        "source:wir",
        "source:=wire",
        "source:(wire AND nothing)",
        "lang:e",
        "lead:(partnership AND they)",
        "ATLEAST/2 lead:oracle",
        "lang:de",
        "ATLEAST/3 (microsoft OR oracle)",
        "DISTINCT/4 $any",
        "DISTINCT/3 $any SENTENCE partnership",
        "/partners$/",
    ],
)
def test_query_does_not_hold(query: str) -> None:
    assert find(query, TEXT, url="https://example.org/a", site="The Wire") is None


def test_title_is_a_field_of_its_own_even_where_the_text_repeats_it() -> None:
    assert find("title:oracle", "Text.", title="Oracle grows") is not None
    assert find("title:oracle", "Oracle grows\n\nText.", title="Oracle grows") is not None
    assert find("title:text", "Oracle grows\n\nText.", title="Oracle grows") is None


def test_all_of_a_query_in_a_field_is_sought_there() -> None:
    assert find("title:(alpha AND beta)", "Beta.", title="Alpha") is None
    assert find("title:(alpha AND beta)", "Text.", title="Alpha beta") is not None
    assert find("title:(alpha AND NOT beta)", "Beta.", title="Alpha") is not None
    assert find("title:(alpha AND NOT beta)", "Text.", title="Alpha beta") is None
    assert find("body:(ATLEAST/2 alpha)", "One. Two. Alpha.", title="Alpha") is None
    assert find("title:(DISTINCT/2 $any)", "OpenAI.", title="Microsoft") is None


def test_the_lead_is_the_title_and_the_first_two_sentences_below_it() -> None:
    for text in ("One. Two. Three.", "Zero\n\nOne. Two. Three."):
        assert [find(f"lead:{word}", text, title="Zero") is not None for word in ("zero", "one", "two", "three")] == [
            True,
            True,
            True,
            False,
        ]
        assert [find(f"body:{word}", text, title="Zero") is not None for word in ("zero", "two", "three")] == [
            False,
            False,
            True,
        ]


@pytest.mark.parametrize("text", ["Beta.", "Alpha\n\nBeta."])
def test_a_title_is_not_near_the_text_below_it(text: str) -> None:
    assert find("alpha NEAR/3 beta", text, title="Alpha") is None
    assert find("alpha PRE/3 beta", text, title="Alpha") is None
    assert find("alpha PARAGRAPH beta", text, title="Alpha") is None


def test_a_chain_of_distances_tries_every_word_between() -> None:
    assert find("alpha PRE/9 beta PRE/1 gamma", "Alpha beta beta beta beta beta beta gamma.")
    assert find("gamma NEAR/1 (beta NEAR/9 alpha)", "Alpha beta beta beta beta beta beta gamma.")


def test_near_in_a_sentence_keeps_to_the_sentence() -> None:
    assert find("(alpha NEAR/3 beta) SENTENCE gamma", "Gamma alpha. Beta.") is None
    assert find("(alpha AND beta) SENTENCE gamma", "Gamma alpha. Beta.") is None
    assert find("$both SENTENCE c", "C a. B.") is None
    assert find("$both SENTENCE c", "C a b.") is not None


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("=U.S.", "The U.S. deal"),
        ('="U.S. Steel"', "The U.S.  Steel deal"),
        ('="Right Now"', "Not Right  Now."),
        ("=O'Neil", "Mr O\u2019Neil\u2019s firm"),
        ('="Halden\'s Deal"', "Halden\u2019s Deal"),
    ],
)
def test_exact_words_are_compared_word_by_word(query: str, text: str) -> None:
    assert find(query, text) is not None
    assert find(query, text.lower()) is None


def test_two_names_of_one_company_are_one() -> None:
    assert find("DISTINCT/2 $any", "Ford and Ford Motor Co. said so.") is None
    assert find("DISTINCT/2 $any", "Ford Motor Co. and Veltro said so.") is not None
    assert find("DISTINCT/2 $any", "MSFT and Microsoft Corp. said so.") is None


def test_places_that_overlap_count_once() -> None:
    assert find('ATLEAST/2 (partner* OR "partner with")', "They partner with it.") is None
    assert find('ATLEAST/2 (partner* OR "partner with")', "They partner with it, as partners.") is not None


def test_a_set_may_not_hide_a_company() -> None:
    rule = Rule(name="r", type=EventType.NEW_PARTNERSHIP, match="$oracle", sets=(("Oracle", "delphi"),), file="x.toml")
    with pytest.raises(RuleError, match=r"x.toml: set 'Oracle', column 1: a company has this name too.*rename the set"):
        compile_rules([rule], COMPANIES)
    compile_rules(load_pack(), [Company(name="Venture", ticker="TIE")])


def test_distance_counts_words_from_one_to_the_other() -> None:
    text = "alpha one two three beta"
    assert find("alpha NEAR/4 beta", text)
    assert find("alpha NEAR/3 beta", text) is None


def test_a_lower_case_word_is_no_exact_company_name() -> None:
    assert find("$Oracle", "The oracle spoke.") is None
    assert find("$Oracle", "The Oracle deal.") is not None


def test_an_exact_company_name_is_compared_word_by_word() -> None:
    text = "Partners of Sage  Inc. and of U.S. Steel met."
    companies = [Company(name="S", exact_aliases=("Sage Inc.",)), Company(name="U", exact_aliases=("U.S. Steel",))]
    rules = [Rule(name=name, type=EventType.EXPANSION, match=f"${name}") for name in "SU"]
    found = find_candidates(read_document(Article(url="", title="", text=text)), compile_rules(rules, companies))
    assert {candidate.rule.name for candidate in found} == {"S", "U"}


def test_a_ticker_counts_in_brackets_and_with_an_exchange_suffix() -> None:
    assert find("$Microsoft", "The software maker (MSFT) fell.") is not None
    assert find("$Microsoft", "The software maker ( MSFT.O ) fell.") is not None
    assert find("$Microsoft", "msft fell.") is None


@pytest.mark.parametrize(
    ("query", "column", "remedy"),
    [
        ("", 1, "write at least one word"),
        ("a OR b AND c", 8, "parentheses"),
        ("a AND b OR c", 9, "parentheses"),
        ("a OR b AND NOT c", 8, "parentheses"),
        ("a b", 3, "quotes"),
        ("$Microsoft deal", 12, "quotes"),
        ("NOT a", 1, "a AND NOT b"),
        ("a NOT b", 3, "a AND NOT b"),
        ("a AND", 5, "must follow"),
        ("AND a", 1, "both sides"),
        ("a AND OR b", 7, "both sides"),
        ("a NEAR b", 3, "NEAR/5"),
        ("a NEAR/0 b", 3, "from 1 to 500"),
        ("a NEAR/999 b", 3, "from 1 to 500"),
        ("(a AND NOT b) NEAR/3 c", 15, "outside"),
        ("(a AND b) PRE/3 c", 11, "outside"),
        ("(a", 1, "close it"),
        ("a) OR b", 2, "remove it"),
        ('"a b', 1, "close the phrase"),
        ("pa*", 1, "three letters"),
        ("par*ner", 1, "end of a word"),
        ("colour:red", 1, "title:"),
        ("$Nobody", 1, "companies.toml"),
        ("$Microsfot", 1, "$microsoft"),
        ("/a(/", 1, "RE2"),
        ("/(?=a)/", 1, "RE2"),
        ("ATLEAST a", 1, "ATLEAST/3"),
        ("()", 2, "both sides"),
        ("%", 1, "no word"),
        ("(" * 50 + "a" + ")" * 50, 21, "deeper"),
        ("title:" * 2000 + "a", 1, "nested deeper"),
        ("ATLEAST/1 title:" * 500 + "a", 1, "nested deeper"),
        ("a" + " NEAR/2 a" * 9, 57, "in a row"),
        ("ATLEAST/2 DISTINCT/2 a", 1, "parentheses"),
        ("title:lead:a", 1, "keep one"),
        ("title:(a OR lead:b)", 1, "keep one"),
        ("$without NEAR/3 c", 10, "outside"),
        ("(ATLEAST/2 (a AND NOT b)) PRE/3 c", 27, "outside"),
        ("(a OR (b OR (c AND NOT d))) NEAR/3 e", 29, "outside"),
        ("$without SENTENCE c", 10, "outside"),
        ("a SENTENCE b SENTENCE (c OR $without)", 3, "outside"),
        ("a PARAGRAPH (c OR (a AND NOT b))", 3, "outside"),
        ("$both NEAR/3 c", 7, "outside"),
        ("url:a NEAR/3 b", 7, "outside"),
        ("url:a SENTENCE b", 7, "outside"),
        ("url:(a NEAR/3 b)", 1, "it takes words"),
        ("source:$Microsoft", 1, "it takes words"),
        ("ATLEAST/2 lang:en", 1, "stated once"),
        ("DISTINCT/2 (cloud OR deal)", 1, "$any"),
        ("DISTINCT/2 $tie", 1, "$any"),
        ("DISTINCT/2 ($any NEAR/3 deal)", 1, "$any"),
        ("DISTINCT/3 ($Microsoft OR $OpenAI)", 1, "name more"),
        ("aaa AND -bbb", 9, "AND NOT bbb"),
        ("+aaa", 1, "write aaa"),
        ("aaa|bbb", 1, "| has no meaning"),
        ("wom?n", 1, "? has no meaning"),
        ("deal~3", 1, "~ has no meaning"),
        ("/x*/", 1, "nothing at all"),
        (r"/(a|\b)/", 1, "nothing at all"),
    ],
)
def test_an_error_names_the_rule_the_column_and_the_remedy(query: str, column: int, remedy: str) -> None:
    with pytest.raises(RuleError) as caught:
        find(query, TEXT)
    message = str(caught.value)
    assert "rule 'r', match" in message
    assert f"column {column}:" in message
    assert remedy in message


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet='ab*()"/$=: \n\\ANDORT', max_size=30))
def test_any_text_parses_or_is_a_rule_error(text: str) -> None:
    with suppress(RuleError):
        parse_query(text, "here")


def test_sets_that_blow_up_are_refused() -> None:
    sets = [
        ("s0", "alpha AND beta"),
        *((f"s{number}", f"$s{number - 1} AND $s{number - 1}") for number in range(1, 40)),
    ]
    rule = Rule(name="r", type=EventType.NEW_PARTNERSHIP, match="$s39", sets=tuple(sets))
    with pytest.raises(RuleError, match="too large"):
        compile_rules([rule])
