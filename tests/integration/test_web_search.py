"""Searches in the language of the rules, and rules that are tried: what is found, what is told, how it is bounded."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Literal
from unicodedata import normalize
from urllib.parse import urlencode

import httpx
import pytest
from selectolax.lexbor import LexborHTMLParser

from monitor.config import MainSettings, PageSettings, Settings
from monitor.models import Article
from monitor.store import Store, articles
from monitor.web import PageServer
from tests.integration.test_web import (
    HOSTILE,
    NOW,
    add_news,
    assert_guarded,
    fill,
    outline,
    read_all,
    serve,
)

Form = Literal["NFC", "NFD"]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "monitor.db")
    yield opened
    opened.close()


async def test_a_search_takes_the_language_of_the_rules(store: Store) -> None:
    fill(store, "Birchway", alerts=3)
    paths = ("/articles?q=before+PRE/1+birch*", "/articles?q=after+PRE/1+birch*", "/articles?q=before+AND+NOT+after")
    trees = [LexborHTMLParser(text) for text in (await read_all(serve(store), paths)).values()]
    assert [len(tree.css("article.card")) for tree in trees] == [3, 0, 0]
    assert [mark.text() for mark in trees[0].css("article.card:first-of-type mark")] == ["before", "Birchway"]


@pytest.mark.parametrize(("stored", "asked"), [("NFC", "NFD"), ("NFD", "NFC"), ("NFD", "NFD")])
@pytest.mark.parametrize(
    "words", ["Société Générale", "Sociét*", "Société PRE/1 Générale", "제휴 종료", "제휴 AND 종료", "ガイド*"]
)
async def test_accents_are_found_however_they_are_written(words: str, stored: Form, asked: Form, store: Store) -> None:
    with store.write() as session:
        text = normalize(stored, "Société Générale. 제휴 종료. ガイドライン.")
        articles.add_article(
            session, Article(url="https://a.example/", title="x", text=text), source="x", digest="x", now=NOW
        )
    path = "/articles?" + urlencode({"q": normalize(asked, words)})
    tree = LexborHTMLParser((await read_all(serve(store), (path,)))[path])
    assert len(tree.css("article.card mark")) > 0


async def test_a_query_that_makes_no_sense_is_told_with_its_place(store: Store) -> None:
    fill(store, "Birchway")
    path = "/articles?q=before+NEAR+after"
    tree = LexborHTMLParser((await read_all(serve(store), (path,)))[path])
    (problem,) = tree.css(".problem")
    assert "column 8: NEAR needs a distance, as in NEAR/5" in problem.text()
    assert [mark.text() for mark in problem.css("mark")] == ["N"]
    assert (tree.css_first("#words") or tree.root).attributes["value"] == "before NEAR after"  # type: ignore[union-attr]
    async with serve(store) as page, httpx.AsyncClient(base_url=page.url) as client:
        for form in ("/api/articles", "/lists/articles.rss"):
            refused = await client.get(form, params={"q": "before NEAR after"})
            assert (refused.status_code, "NEAR needs a distance" in refused.text) == (400, True)
            assert_guarded(refused)


async def test_a_long_search_says_how_far_it_came_and_goes_on_from_there(store: Store) -> None:
    fill(store, "Birchway", alerts=3)
    looks = iter(range(9999))
    settings = Settings(main=MainSettings(page=PageSettings(port=0)))
    server = PageServer(store=store, settings=settings, now=lambda: NOW + timedelta(seconds=next(looks)))
    path = "/articles?q=/birchway/"
    tree = LexborHTMLParser((await read_all(server, (path,)))[path])
    assert len(tree.css("article.card")) == 1
    (note,) = tree.css(".note")
    assert note.text().startswith("Looked at 1 article, back to 4 May 2026")
    assert [str(link.attributes["href"]) for link in note.css("a")] == ["/articles?q=%2Fbirchway%2F&before=3"]


async def try_rule(store: Store, **written: str) -> LexborHTMLParser:
    path = f"/rules/try?{urlencode(written)}"
    return LexborHTMLParser((await read_all(serve(store), (path,)))[path])


async def test_a_rule_is_tried_against_the_history_and_saved_nowhere(store: Store) -> None:
    add_plain(store, "The sky is blue.", "Alder and Birch sign a cloud deal.", "Alder and Birch may sign a cloud deal.")
    before = dump(store)
    tree = await try_rule(store, match="cloud PRE/1 deal*")
    assert [node.text() for node in tree.css("article.card h2")] == ["Title 2", "Title 1"]
    assert [node.text() for node in tree.css("blockquote mark")] == ["cloud", "deal"] * 2
    assert [node.text() for node in tree.css("article.card .line .badge")] == ["speculated", "confirmed"]
    assert "2 of 2 articles" in (tree.css_first("[role=status]") or tree.root).text()  # type: ignore[union-attr]
    tree = await try_rule(store, match="cloud PRE/1 deal*", unless="may")
    assert [node.text() for node in tree.css("article.card h2")] == ["Title 1"]
    assert dump(store) == before


async def test_a_whole_rule_is_tried_with_its_sets_certainties_and_tests(store: Store) -> None:
    add_plain(store, "Alder and Birch sign a cloud deal.", "Alder and Birch may sign a cloud deal.")
    rule = """
        [sets]
        deal = "deal* OR pact"
        [[rules]]
        name = "mine"
        type = "supply_agreement"
        match = "cloud PRE/1 $deal"
        modalities = ["speculated"]
        tests = { hit = ["A rainy day."] }
    """
    tree = await try_rule(store, toml=rule)
    assert [node.text() for node in tree.css("article.card .line .badge")] == ["supply agreement", "speculated"]
    (failure,) = tree.css("p.problem")
    assert "rule 'mine' finds nothing in its own test 'A rainy day.'" in failure.text()


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ({"match": "a AND"}, "match, column 5: ends in the middle; something must follow the last operator"),
        ({"match": "a", "unless": "b NEAR c"}, "unless, column 3: NEAR needs a distance, as in NEAR/5"),
        ({"match": "$nobody"}, "match, column 1: no company or set $nobody"),
        ({"toml": "x"}, "your rule: not TOML"),
        (
            {"toml": '[[rules]]\nname = "x"\ntype = "dispute"\nmatch = "' + "title:" * 600 + 'a"'},
            "nested deeper than 200",
        ),
        ({"toml": "[sets]"}, "these are 0"),
        ({"toml": '[[rules]]\nname = "x"\ntype = "y"\nmatch = "z"'}, "your rule: rule 'x', type"),
    ],
)
async def test_a_rule_that_makes_no_sense_is_told(written: dict[str, str], told: str, store: Store) -> None:
    tree = await try_rule(store, **written)
    (problem,) = tree.css(".problem")
    assert told in problem.text()
    assert not tree.css("article")


def add_plain(store: Store, *texts: str) -> None:
    with store.write() as session:
        for number, text in enumerate(texts):
            article = Article(url=f"https://a.example/{number}", title=f"Title {number}", text=text, published_at=NOW)
            articles.add_article(session, article, source="wire", digest=str(number), now=NOW)


def dump(store: Store) -> list[str]:
    with closing(sqlite3.connect(store.path)) as connection:
        return list(connection.iterdump())


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_text_stays_text_where_a_rule_is_tried(text: str, store: Store) -> None:
    """What a rule finds in a text depends on the text, so that only the kinds of elements are the same."""
    fill(store, "x Alder x")
    path = "/rules/try?match=before"
    calm = outline((await read_all(serve(store), (path,)))[path])
    with store.write() as session:
        add_news(session, text, 1)
    hostile = outline((await read_all(serve(store), (path,)))[path])
    assert len([tag for tag, _ in hostile if tag == "article"]) == 2
    assert set(hostile) <= set(calm)
