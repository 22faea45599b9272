"""Searches in the rule language: the index loses none of what the evaluator finds, and the work is bounded."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.detect import compile_query, cut_snippet, find_places, is_query
from monitor.errors import RuleError
from monitor.models import Article, ArticleFilter, Company, FoundArticle
from monitor.store import Session, Store, articles, seek

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
COMPANIES = (Company(name="Alder Motors", aliases=("Alder",)), Company(name="AT&T"))
TEXTS = (
    "Alder ends the exclusive cloud contract with Birch. Both stay partners.",
    "The company's exclusive rights in the cloud end. Nothing else.",
    "A cloud over the town.\n\nExclusive: the mayor speaks.",
    "AT&T and Birch's cloud pact: exclusively for the U.S. market.",
    "Überraschung: die Vertriebspartnerschaft endet.",
    "Nothing at all.",
)


def never() -> bool:
    return False


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "monitor.db")
    with opened.write() as session:
        for number, text in enumerate(TEXTS):
            add(session, number, text)
    yield opened
    opened.close()


def add(session: Session, number: int, text: str) -> None:
    article = Article(url=f"https://a.example/{number}", title=f"Title {number}", text=text, site_name="Wire")
    articles.add_article(session, article, source="wire", digest=str(number), now=NOW)


def find(store: Store, text: str, **options: object) -> seek.Sought[FoundArticle]:
    search = compile_query(text, COMPANIES)
    with store.read() as session:
        return seek.search_articles(session, search, ArticleFilter(), is_over=never, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("cloud AND exclusiv*", [4, 3, 2, 1]),
        ("exclusive NEAR/5 cloud", [3, 2, 1]),
        ("exclusive PRE/5 cloud", [2, 1]),
        ("cloud SENTENCE exclusive", [2, 1]),
        ("exclusive PRE/2 cloud", [1]),
        ("cloud AND NOT Birch", [3, 2]),
        ('"company exclusive" OR mayor', [3, 2]),
        ("$Alder OR $AT&T", [4, 1]),
        ('$"Alder Motors" SENTENCE $any', [1]),
        ("title:5 OR title:Birch", [6]),
        ("title: Birch OR title: 5", [6]),
        ("/ver.{1,30}schaft/", [5]),
        ("=Exclusive AND cloud", [3]),
        ("source:wire AND u.s", [4]),
        ("lang:de OR mayor", [3]),
        ("überraschung AND vertriebs*", [5]),
    ],
)
def test_a_query_finds_what_its_operators_say(text: str, ids: list[int], store: Store) -> None:
    assert is_query(text)
    assert [one.id for one in find(store, text).items] == ids


@pytest.mark.parametrize(
    "text",
    [
        "cloud exclusiv*",
        '"cloud AND rain"',
        "AT&T (NYSE)",
        "https://a.example/x",
        "and/or",
        "10:30",
        "subtitle: cloud",
        "Title: cloud",
        "-jobs",
        "R&D",
        "a=b",
        "ORacle",
    ],
)
def test_plain_words_are_no_query(text: str) -> None:
    assert not is_query(text)


def test_a_query_that_makes_no_sense_is_told_with_column_and_remedy() -> None:
    assert is_query("title: (")
    with pytest.raises(RuleError, match=r"^column 8: "):
        compile_query("title: (", ())
    with pytest.raises(RuleError, match=r"^column 8: NEAR needs a distance, as in NEAR/5$"):
        compile_query("cloud  NEAR exclusive", ())
    with pytest.raises(RuleError, match=r"^column 1: no company or set \$Aldr; did you mean \$alder\?"):
        compile_query("$Aldr", COMPANIES)


def test_the_words_of_a_hit_are_marked_where_it_holds() -> None:
    text = "A cloud. " + "Filler words stand here. " * 20 + "The exclusive Alder cloud deal ends."
    article = Article(url="", title="None", text=text)
    places = find_places(article, compile_query("exclusive NEAR/3 cloud", COMPANIES))
    assert places is not None
    assert [text[one.start : one.end] for one in places] == ["exclusive", "cloud"]
    assert cut_snippet(article, places, ("[", "]")).endswith("The [exclusive] Alder [cloud] deal ends.")
    assert find_places(article, compile_query("exclusive NEAR/1 cloud", COMPANIES)) is None
    assert find_places(article, compile_query("$any AND NOT rain", COMPANIES)) != []


def test_a_search_goes_on_where_it_stopped_without_gap_or_repeat(store: Store) -> None:
    with store.write() as session:
        for number in range(100, 190):
            add(session, number, "A cloud of exclusive rights." if number % 3 else "A cloud.")
    whole = [one.id for one in find(store, "cloud AND exclusiv*", limit=200).items]
    seen: list[int] = []
    before: int | None = None
    while True:
        sought = find(store, "cloud AND exclusiv*", limit=7, before=before)
        seen += [one.id for one in sought.items]
        if sought.last is None:
            break
        before = sought.last
    assert seen == whole
    assert len(whole) == 64


def test_words_that_stand_far_apart_are_not_looked_at(store: Store) -> None:
    with store.write() as session:
        for number in range(20, 40):
            add(session, number, f"The cloud. {'It rained. ' * 60}The exclusive rights of the company's first refusal.")
    for text, ids in (("exclusive NEAR/5 cloud", [3, 2, 1]), ('"cloud first" PRE/3 (refus* OR pact)', [])):
        sought = find(store, text)
        assert ([one.id for one in sought.items], sought.looked_at) == (ids, len(ids))


def test_a_search_stops_when_its_time_is_over_and_says_how_far_it_came(store: Store) -> None:
    looks = iter([False, False, True])
    search = compile_query("cloud OR nothing", ())
    with store.read() as session:
        sought = seek.search_articles(session, search, ArticleFilter(), is_over=lambda: next(looks))
    assert (sought.looked_at, [one.id for one in sought.items], sought.last) == (3, [6, 4, 3], 3)
    assert sought.reached == NOW


def test_a_search_looks_at_so_many_articles_at_most(store: Store) -> None:
    search = compile_query("/mayor/", ())
    with store.read() as session:
        sought = seek.seek(session, search.need, ArticleFilter(), lambda heading, _: heading.id, most=2, is_over=never)
    assert (sought.items, sought.looked_at, sought.last) == ([6, 5], 2, 5)


_LEAVES = ("cloud", "company", "exclusive", "exclus*", '"company exclusive"', "birch", "at&t", "u.s", "über*", "end")
_WORDS = st.sampled_from([*_LEAVES, "$Alder", "$any", "/clou./"])
_OPERATORS = st.sampled_from(["AND", "OR", "AND NOT", "SENTENCE", "PARAGRAPH", "NEAR/4", "PRE/4"])
_QUERIES = st.recursive(
    _WORDS,
    lambda inner: st.one_of(
        st.tuples(inner, _OPERATORS, inner).map(lambda parts: f"({' '.join(parts)})"),
        inner.map(lambda part: f"title:{part}"),
        inner.map(lambda part: f"ATLEAST/2 ({part})"),
    ),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=_QUERIES)
def test_the_index_loses_nothing_that_the_evaluator_finds(text: str, store: Store) -> None:
    try:
        search = compile_query(text, COMPANIES)
    except RuleError:
        return
    with store.read() as session:
        sought = seek.search_articles(session, search, ArticleFilter(), is_over=never)
    stored = [
        (number, Article(url="", title=f"Title {number - 1}", text=body, site_name="Wire"))
        for number, body in enumerate(TEXTS, 1)
    ]
    assert [one.id for one in sought.items] == [
        number for number, article in reversed(stored) if find_places(article, search) is not None
    ]
