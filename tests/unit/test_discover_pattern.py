"""Articles of a listing page without a selector, on pages as sites build them."""

import pytest

from monitor.discover.listing import parse_listing
from monitor.errors import ParseError
from monitor.models import Page

URL = "https://news.example/"
NAV = "<nav>" + "".join(f"<li><a href='/{word}'>{word}</a></li>" for word in ["markets", "business", "tech"]) + "</nav>"


def find(body: str) -> list[tuple[str, str | None]]:
    page = Page(url=URL, requested_url=URL, status=200, content_type="text/html; charset=utf-8", body=body.encode())
    return [(link.url.removeprefix(URL), link.title) for link in parse_listing(page, None).links]


def repeat(markup: str, count: int = 6) -> str:
    return NAV + "".join(markup.replace("{n}", str(number)) for number in range(count))


@pytest.mark.parametrize(
    ("markup", "first"),
    [
        ("<h3><a href='/a/orrin-and-vale-{n}'>Orrin and Vale sign deal {n}</a></h3>", ("a/orrin-and-vale-0", 26)),
        ("<p><a href='/2026/05/0{n}/x'>Deal {n} done</a></p>", ("2026/05/00/x", 11)),
        ("<h3><a href='/news/{n}0012345'>东方集团与西方公司签署合作协议{n}</a></h3>", ("news/00012345", 16)),
        (
            "<article><h3>Orrin and Vale sign deal {n}</h3><a href='/deal-{n}-more'>Read more</a></article>",
            ("deal-0-more", 26),
        ),
        (
            (
                "<article><a href='/markets'>Markets</a><h3>Orrin and Vale sign deal {n}</h3>"
                "<a href='/deal-{n}-more'>Read more</a></article>"
            ),
            ("deal-0-more", 26),
        ),
        ("<li><a href='/article.php?id={n}'>Orrin and Vale sign deal {n}</a></li>", ("article.php?id=0", 26)),
        (
            (
                "<div><a href='/n/{n}a7'><img alt=''></a><h2>Orrin and Vale sign deal {n}</h2>"
                "<time datetime='2026-05-01'></time></div>"
            ),
            ("n/0a7", 26),
        ),
    ],
)
def test_articles_are_found_by_what_repeats(markup: str, first: tuple[str, int]) -> None:
    found = find(repeat(markup))
    assert len(found) == 6
    assert (found[0][0], len(found[0][1] or "")) == first


def test_articles_of_all_sections_and_places_are_found_together() -> None:
    hero = "<section><h1><a href='/world/orrin-buys-vale'>Orrin buys Vale in the largest deal yet</a></h1></section>"
    cards = "<div><h3><a href='/tech/2026/vale-and-tarn-{n}'>Vale and Tarn open plant {n}</a></h3></div>"
    rows = "<ul><li><a href='/business/tarn-drops-orrin-{n}'>Tarn drops Orrin as a supplier of part {n}</a></li></ul>"
    assert len(find(hero + repeat(cards) + repeat(rows))) == 13


def test_long_links_of_the_footer_are_no_articles() -> None:
    footer = "".join(
        f"<a href='/{word}-policy-of-ours'>Our long {word} policy that everyone should read and accept</a>"
        for word in ["cookie", "privacy", "terms", "ads", "children"]
    )
    stories = repeat("<h3><a href='/a/{n}-orrin-deal'>Orrin, Vale deal {n} closes</a></h3>", 3)
    assert [url for url, _ in find(f"{stories}<footer>{footer}</footer>")] == [f"a/{n}-orrin-deal" for n in range(3)]


@pytest.mark.parametrize(
    "body",
    [
        NAV * 5,
        repeat("<p><a href='/tags/orrin-and-vale-{n}'>All about Orrin and Vale, part {n}</a></p>"),
        repeat("<div class='main-menu'><a href='/some-long-page-{n}'>A page with a long title {n}</a></div>"),
        repeat("<h2><a href='https://other.example/orrin-and-vale-{n}'>Orrin and Vale sign deal {n}</a></h2>"),
    ],
)
def test_menus_tags_and_other_sites_are_no_list_of_articles(body: str) -> None:
    with pytest.raises(ParseError, match="no group of article links"):
        find(body)
