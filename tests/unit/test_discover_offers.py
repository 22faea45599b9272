"""What a site's page offers: feeds and sitemaps that it declares or links to."""

import pytest

from monitor.discover.offers import MAX_OFFERS, Offer, find_offers
from monitor.models import Page, SourceKind

URL = "https://news.example/business/"


def find(markup: str) -> tuple[Offer, ...]:
    page = Page(url=URL, requested_url=URL, status=200, content_type="text/html", body=markup.encode())
    return find_offers(page)


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ('<link rel="alternate" type="application/rss+xml" href="/rss">', "https://news.example/rss"),
        ('<LINK REL="Alternate Feed" TYPE="application/atom+xml" HREF="a.xml">', "https://news.example/business/a.xml"),
        ('<link rel="alternate" type="application/feed+json" href="/feed.json">', "https://news.example/feed.json"),
        ('<base href="https://cdn.example/"><link rel=feed href="x">', "https://cdn.example/x"),
        ('<link rel=alternate type="application/rss+xml" href="feed:https://f.example/1">', "https://f.example/1"),
        ('<a href="/business/feed/">RSS</a>', "https://news.example/business/feed/"),
        ('<a href="https://feeds.news.example/latest.rss?x=1">all</a>', "https://feeds.news.example/latest.rss?x=1"),
    ],
)
def test_a_feed_is_found_where_it_is_declared_or_linked(markup: str, expected: str) -> None:
    assert [(offer.url, offer.kind) for offer in find(markup)] == [(expected, SourceKind.FEED)]


@pytest.mark.parametrize(
    "markup",
    [
        '<link rel="alternate" hreflang="de" href="/de/">',
        '<link rel="alternate" type="text/html" href="/m/">',
        '<link rel="alternate" type="application/rss+xml" href="/comments/feed/">',
        '<link rel="alternate" type="application/rss+xml" href="/x" title="Comments on this">',
        '<link rel="alternate" type="application/rss+xml" href="javascript:x()">',
        '<a href="/feeding-the-world">A headline</a>',
        '<a href="/rss-is-not-dead">A headline</a>',
    ],
)
def test_what_is_no_feed_of_news_is_passed_over(markup: str) -> None:
    assert find(markup) == ()


def test_what_is_declared_comes_first_and_each_once() -> None:
    markup = (
        '<a href="/feed">RSS</a><a href="/sitemap-news.xml">Map</a>'
        '<link rel="alternate" type="application/rss+xml" href="/feed" title="News">'
        '<link rel="sitemap" href="/map.xml">'
    )
    assert [(offer.url.rpartition("/")[2], offer.kind.value, offer.title) for offer in find(markup)] == [
        ("feed", "feed", "News"),
        ("map.xml", "sitemap", None),
        ("sitemap-news.xml", "sitemap", "Map"),
    ]


def test_a_flood_of_offers_is_cut() -> None:
    assert len(find("".join(f'<a href="/{number}.rss">x</a>' for number in range(99)))) == MAX_OFFERS
