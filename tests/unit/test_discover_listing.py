"""Listing pages to links, by selector and without one."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.discover.listing import parse_listing
from monitor.errors import ParseError
from monitor.models import DateCertainty, Link, Page

URL = "https://news.example/business/"

CARDS = """
<html><body><nav><a href="/business/">Business</a>
<a href="/about-this-newspaper">All that there is to know about us</a></nav>
<main>
  <article><a href="/business/orrin-and-vale-sign"><img src="1.jpg" alt="A handshake"></a>
    <h2><a href="/business/orrin-and-vale-sign?utm_source=home">Orrin and Vale sign a ten-year supply deal</a></h2>
    <a href="/authors/kim">By Kim</a> <time datetime="2024-03-05T10:00:00Z">today</time></article>
  <article><h2><a href="two-makers-end-their-venture">Two makers end their joint venture in Lund</a></h2>
    <p><time datetime="2024-03-04">yesterday</time></p></article>
  <article><a href="/business/tarn-wins-licence-for-lamps">
    <div><h3>Tarn wins a licence for lamps</h3><p>It pays.</p></div></a></article>
</main>
<footer><a href="https://elsewhere.example/a-long-and-winding-story">Another site's long headline stands here</a>
<a href="mailto:desk@news.example">Write to the desk of the newspaper</a></footer></body></html>
"""


def read(body: str | bytes, selector: str | None = None) -> tuple[Link, ...]:
    data = body.encode() if isinstance(body, str) else body
    page = Page(url=URL, requested_url=URL, status=200, content_type="text/html; charset=utf-8", body=data)
    return parse_listing(page, selector).links


@pytest.mark.parametrize("selector", ["article a[href*='-']", "article", None])
def test_articles_of_a_page_become_links(selector: str | None) -> None:
    assert read(CARDS, selector) == (
        Link(
            url="https://news.example/business/orrin-and-vale-sign",
            title="Orrin and Vale sign a ten-year supply deal",
            published_at=datetime(2024, 3, 5, 10, tzinfo=UTC),
        ),
        Link(
            url="https://news.example/business/two-makers-end-their-venture",
            title="Two makers end their joint venture in Lund",
            published_at=datetime(2024, 3, 4, tzinfo=UTC),
            published_certainty=DateCertainty.DAY,
        ),
        Link(url="https://news.example/business/tarn-wins-licence-for-lamps", title="Tarn wins a licence for lamps"),
    )


def test_links_are_relative_to_the_base_element() -> None:
    (link,) = read('<base href="https://cdn.example/x/"><a class="s" href="y">A story</a>', "a.s")
    assert link.url == "https://cdn.example/x/y"


def test_link_without_text_takes_what_is_spoken() -> None:
    assert [
        link.title for link in read('<a href="/1"><img alt="A deal"></a><a href="/2" aria-label="B"></a>', "a")
    ] == [
        "A deal",
        "B",
    ]


def test_wrong_selector_is_named() -> None:
    with pytest.raises(ParseError, match=r"a\[\["):
        read(CARDS, "a[[")


@pytest.mark.parametrize("selector", ["div.gone a", "p", None])
def test_page_without_matches_is_refused(selector: str | None) -> None:
    with pytest.raises(ParseError):
        read("<p>Nothing here</p><a href='/1'>One</a>", selector)


@given(
    st.binary(max_size=200) | st.text("<a href='/x-y-z>é&;\"/ntime=\0", max_size=80).map(str.encode),
    st.sampled_from([None, "a", "*"]),
)
def test_any_bytes_give_links_or_a_parse_error(body: bytes, selector: str | None) -> None:
    try:
        links = read(body, selector)
    except ParseError:
        return
    assert links
