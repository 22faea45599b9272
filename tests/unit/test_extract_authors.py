"""Who wrote an article, on pages as news sites build them today."""

import json

import pytest
from selectolax.lexbor import LexborHTMLParser

from monitor.extract import extract
from monitor.extract.authors import find_authors
from monitor.extract.names import is_person, is_role, split_names

URL = "https://www.ledger.example/markets/pact-ends"
TITLE = "Pact of two shipyards ends after three years"
TEXT = (
    "Kestrel and Harbour end their pact after three years, both companies said, and neither gave a reason for it. " * 2
)


def read_authors(head: str, byline: str) -> list[str]:
    menu = '<nav><a href="/">Home</a> <a href="/m">Harbour Towns</a></nav>'
    text = "".join(f"<p>{TEXT}</p>" for _ in range(4))
    page = f"<html><head><title>{TITLE}</title>{head}</head><body>{menu}<h1>{TITLE}</h1>{byline}{text}</body></html>"
    return list(extract(page, URL).authors)


def describe(**facts: object) -> str:
    article = {"@type": "NewsArticle", "headline": TITLE, "publisher": {"name": "The Ledger"}, **facts}
    return f'<script type="application/ld+json">{json.dumps(article)}</script>'


def name(name: str, kind: str = "Person") -> dict[str, str]:
    return {"@type": kind, "name": name}


@pytest.mark.parametrize(
    ("author", "byline", "authors"),
    [
        ([name("Ann Lee"), name("Bo Li")], "", ["Ann Lee", "Bo Li"]),
        (name("Ann Lee and Bo Li"), "", ["Ann Lee", "Bo Li"]),
        (name("By Ann Lee, Chief Reporter"), "", ["Ann Lee"]),
        ({"@type": "Person", "givenName": "Ann", "familyName": "Lee"}, "", ["Ann Lee"]),
        # An agency that is listed beside a person wrote too, the paper itself did not.
        ([name("Ann Lee"), name("Quay Wire", "Organization")], "", ["Ann Lee", "Quay Wire"]),
        ([name("Ann Lee"), name("The Ledger", "Organization")], "", ["Ann Lee"]),
        # An organisation is no person, though its name looks like one.
        (name("Blue Anchor", "NewsMediaOrganization"), "<p>By Ann Lee</p>", ["Ann Lee"]),
        (name("Blue Anchor", "Organization"), "", ["Blue Anchor"]),
        # A template that knows no better calls the paper a person.
        (name("Ledger.com"), '<p class="x">By Ann Lee</p>', ["Ann Lee"]),
        (name("ledger.com"), '<p class="x">By Ann Lee</p>', ["Ann Lee"]),
        # Agencies may share an article.
        ([name("Quay Wire", "Organization"), name("Town Wire", "Organization")], "", ["Quay Wire", "Town Wire"]),
        # The line below the headline names more.
        (name("Ann Lee"), "<p>Ann Lee, Bo Li &amp; Cy Moe</p>", ["Ann Lee", "Bo Li", "Cy Moe"]),
        (name("Ann Lee"), "<p>By Dr Ann Lee and Bo Li</p>", ["Dr Ann Lee", "Bo Li"]),
        (name("Ann Lee"), "<p>Ann Lee | Harbour Towns</p>", ["Ann Lee"]),
    ],
)
def test_authors_are_those_whom_json_ld_describes(author: object, byline: str, authors: list[str]) -> None:
    assert read_authors(describe(author=author), byline) == authors


@pytest.mark.parametrize(
    ("byline", "authors"),
    [
        ("<div><span>By </span><a>Ann Lee</a><span> and </span><a>Bo Li</a></div>", ["Ann Lee", "Bo Li"]),
        ("<div>By <a>Ann Lee</a><a>Bo Li</a></div>", ["Ann Lee", "Bo Li"]),
        ("<div>By <b>Ann Lee</b><b>Updated November 3, 2026</b></div>", ["Ann Lee"]),
        ("<div>Eine Analyse von Ann Lee</div>", ["Ann Lee"]),
        ("<div>By Ann Lee</div><div>By Bo Li</div>", ["Ann Lee", "Bo Li"]),
        ("<div>Analysis by Ann Lee, BBC Wales</div>", ["Ann Lee"]),
        ("<div>Par Claire DUMAS avec AFP</div>", ["Claire DUMAS"]),
        ("<div>Tekst: Ann Lee</div>", ["Ann Lee"]),
        ("<div>Verfasst von: hafenblogger | 3. November 2026</div>", ["hafenblogger"]),
        # A name alone, with what its bearer is, or above the day.
        ("<div>Ann Lee</div><div>Markets Correspondent</div>", ["Ann Lee"]),
        ("<div>Ann Lee, political editor</div>", ["Ann Lee"]),
        ("<div>Ann Lee</div><div>3 November 2026</div>", ["Ann Lee"]),
        # A topic stands there too, and in the menu.
        ("<div>Harbour Towns</div><div>3 November 2026</div>", []),
        # Elements for programs, and links to what else they wrote.
        ('<i itemprop="author"><meta itemprop="name" content="Ann Lee"></i>', ["Ann Lee"]),
        ('<p class="authors"><a href="/author/al">Ann Lee</a><a href="/author/bl">Bo Li</a></p>', ["Ann Lee", "Bo Li"]),
        ('<ul><li><a href="/authors/al">Ann Lee</a></li><li><a href="/authors/bl">Bo Li</a></li></ul>',
         ["Ann Lee", "Bo Li"]),
        ("<p>By The Quay Team</p><p>Text</p>" + "<p>Note</p>" * 12 + '<i class="author">Cy Moe</i>', ["The Quay Team"]),
    ],
)  # fmt: skip
def test_authors_are_those_whom_the_page_shows(byline: str, authors: list[str]) -> None:
    assert read_authors("", byline) == authors


def test_a_byline_above_the_headline_is_another_articles() -> None:
    teaser = "<div><p>By Cy Moe</p></div>"
    page = f"<body>{teaser}<h1>{TITLE}</h1><p>By Ann Lee</p>" + f"<p>{TEXT}</p>" * 4
    assert extract(page, URL).authors == ("Ann Lee",)


def test_host_of_the_site_is_no_author_if_a_person_is_named() -> None:
    byline = "<p>Note</p>" * 16 + '<i class="author">Bo Li</i>'
    assert read_authors('<meta name="author" content="quay.de">', byline) == ["Bo Li"]


def test_a_stated_paper_stands_before_what_is_no_name_on_the_page() -> None:
    head = '<meta name="author" content="The Harbour Street Journal">'
    assert read_authors(head, '<a class="author" href="/a">Read the original</a>') == ["The Harbour Street Journal"]


def test_first_name_of_an_author_is_not_the_site_named_after_her() -> None:
    head = '<meta property="og:site_name" content="Annasships"><meta name="author" content="Anna">'
    assert read_authors(head, "<p>Note</p>" * 16 + '<i class="author">Bo Li</i>') == ["Anna"]


def test_scholars_of_the_article_stand_before_those_whom_it_cites() -> None:
    head = '<meta itemprop="author" content="Bo Li"><meta name="citation_author" content="Lee, Ann">'
    assert read_authors(head, "") == ["Ann Lee"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Ann Lee, New York", ["Ann Lee"]),
        ("Ann Lee/Getty Images", ["Ann Lee"]),
        ("Ann Lee, CNN Business", ["Ann Lee"]),
        ("Ann Lee, USA TODAY", ["Ann Lee"]),
        ("By ANN LEE, AP Auto Writer", ["ANN LEE"]),
        ("Propos recueillis par Claire DUMAS", ["Claire DUMAS"]),
        ("Ann Lee og Bo Li", ["Ann Lee", "Bo Li"]),
        ("항구일보=김하늘 기자", ["김하늘"]),
        ("Анна Ли и Бо Ли", ["Анна Ли", "Бо Ли"]),
        ("Gespeichert von hafenblogger am 3. November 2026 - 18:55", ["hafenblogger"]),
        ("Ann Lee | Alles von Ann Lee", ["Ann Lee", "Ann Lee"]),
        ("By the Harbour Team 2–3 minutes", ["the Harbour Team"]),
        ("Jeff A. Brook CPP", ["Jeff A. Brook"]),
        ("Claire DUMAS", ["Claire DUMAS"]),
    ],
)
def test_names_stand_without_places_papers_and_degrees(text: str, names: list[str]) -> None:
    assert list(split_names(text)) == names


@pytest.mark.parametrize(
    "text",
    [
        "Last Modified",
        "BBC Sport",
        "Leo XIV",
        "Fact Checked",
        "기사입력",
        "Middle East",
        "Link, More",
        "Open Future\nOpen Future",
    ],
)
def test_two_words_with_capitals_may_be_no_person(text: str) -> None:
    assert not is_person(text)


def test_role_is_told_from_a_name() -> None:
    assert is_role("Senior Markets Reporter")
    assert not is_role("Ann Lee")


def test_links_elsewhere_on_the_page_name_no_further_authors() -> None:
    tree = LexborHTMLParser('<p><a href="/author/al">Ann Lee</a></p><div><a href="/author/bl">Bo Li</a></div>')
    assert find_authors(tree, None).names == ("Ann Lee",)
