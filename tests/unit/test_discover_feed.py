"""Feeds of every dialect to links; what is no feed to a ParseError."""

import gzip
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.discover.feed import MAX_ELEMENTS, parse_feed
from monitor.errors import ParseError
from monitor.models import Link, Page

URL = "https://news.example/feeds/all.xml"


def make_page(body: str | bytes, content_type: str | None = "application/xml") -> Page:
    data = body.encode() if isinstance(body, str) else body
    return Page(url=URL, requested_url=URL, status=200, content_type=content_type, body=data)


def read(body: str | bytes, content_type: str | None = "application/xml") -> tuple[Link, ...]:
    return parse_feed(make_page(body, content_type)).links


def make_rss(items: str, attributes: str = "") -> str:
    return f'<?xml version="1.0"?><rss version="2.0" {attributes}><channel><title>All</title>{items}</channel></rss>'


def make_atom(entries: str) -> str:
    return f'<feed xmlns="http://www.w3.org/2005/Atom"><title>All</title>{entries}</feed>'


def test_rss_item_becomes_a_link() -> None:
    (link,) = read(
        make_rss(
            """<item><title>Orrin &amp;amp; Vale sign a supply deal</title>
            <link>https://news.example/deals/orrin-vale?utm_source=rss&amp;id=7</link>
            <description>&lt;p&gt;Orrin and &lt;b&gt;Vale&lt;/b&gt; signed.&lt;/p&gt;
            &lt;p&gt;It runs to 2031.&lt;/p&gt;</description>
            <pubDate>Tue, 05 Mar 2024 14:30:00 +0100</pubDate></item>"""
        )
    )
    assert link == Link(
        url="https://news.example/deals/orrin-vale?id=7",
        title="Orrin & Vale sign a supply deal",
        summary="Orrin and Vale signed.\n\nIt runs to 2031.",
        published_at=datetime(2024, 3, 5, 13, 30, tzinfo=UTC),
    )


def test_atom_entry_becomes_a_link() -> None:
    (link,) = read(
        make_atom(
            """<entry><title type="html">Vale &amp;lt;i&amp;gt;ends&amp;lt;/i&amp;gt; pact</title>
            <link rel="self" href="https://news.example/api/1"/><link href="/deals/1"/>
            <summary type="text">Fewer than &lt;10&gt; days' notice.</summary>
            <published>2024-03-05T10:00:00Z</published><updated>2024-03-06T08:00:00+02:00</updated></entry>"""
        )
    )
    assert link.url == "https://news.example/deals/1"
    assert link.title == "Vale <i>ends</i> pact"
    assert link.summary == "Fewer than <10> days' notice."
    assert link.published_at == datetime(2024, 3, 5, 10, tzinfo=UTC)
    assert link.modified_at == datetime(2024, 3, 6, 6, tzinfo=UTC)


def test_filing_feed_keeps_the_items_of_its_summary() -> None:
    (link,) = read(
        make_atom(
            """<entry><title>8-K - VALE CORP (0000000001) (Filer)</title>
            <link rel="alternate" type="text/html" href="https://filings.example/1-index.htm"/>
            <summary type="html">&lt;b&gt;Filed:&lt;/b&gt; 2024-03-05
            &lt;br&gt;Item 1.01: Entry into a Material Agreement</summary>
            <updated>2024-03-05T16:05:00-05:00</updated></entry>"""
        )
    )
    assert link.summary == "Filed: 2024-03-05\nItem 1.01: Entry into a Material Agreement"
    assert link.published_at == datetime(2024, 3, 5, 21, 5, tzinfo=UTC)


def test_rdf_item_becomes_a_link() -> None:
    (link,) = read(
        """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
        xmlns:dc="http://purl.org/dc/elements/1.1/"><item rdf:about="x"><title>Old dialect</title>
        <link>https://news.example/rdf</link><dc:date>2024-03-05</dc:date></item></rdf:RDF>"""
    )
    assert (link.url, link.title) == ("https://news.example/rdf", "Old dialect")
    assert link.published_at == datetime(2024, 3, 5, tzinfo=UTC)


def test_rss_without_version_becomes_links() -> None:
    links = read("<rss><channel><item><title>A</title><link>/a</link></item></channel></rss>")
    assert [link.url for link in links] == ["https://news.example/a"]


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ("<guid>https://news.example/g</guid>", "https://news.example/g"),
        ('<guid isPermaLink="false">n1</guid><link>/l</link>', "https://news.example/l"),
        ("<guid>https://news.example/g</guid><link>/l</link>", "https://news.example/l"),
        (
            "<link>https://r.example/~r/1</link><fb:origLink>https://news.example/o</fb:origLink>",
            "https://news.example/o",
        ),
        ("<link>javascript:alert(1)</link><guid>https://news.example/g</guid>", "https://news.example/g"),
        ('<link xml:base="https://base.example/x/">y</link>', "https://base.example/x/y"),
        ("<link>  https://news.example/blank\n</link>", "https://news.example/blank"),
        ("<link>https://news.example/?a=1&amp;copy=2</link>", "https://news.example/?a=1&copy=2"),
    ],
)
def test_link_of_an_item_is_its_article(item: str, expected: str) -> None:
    feed = make_rss(f"<item><title>t</title>{item}</item>", 'xmlns:fb="http://rssnamespace.org/feedburner/ext/1.0"')
    assert [link.url for link in read(feed)] == [expected]


def test_item_without_usable_url_is_a_place_on_its_site() -> None:
    items = "<item><title>a</title></item><item><title>b</title><link>file:///etc/passwd</link></item>"
    first, second = read(make_rss(f"<link>https://news.example/desk</link>{items}"))
    again, _ = read(make_rss(f"<link>https://news.example/desk</link>{items}"))
    assert (first.has_page, second.has_page) == (False, False)
    assert first.url.startswith("https://news.example/desk#item-")
    assert first.url != second.url
    assert first.url == again.url


def test_item_without_url_keeps_its_place_when_its_words_change_but_not_its_id() -> None:
    (before,) = read(make_rss("<item><title>a</title><guid>7</guid></item>"))
    (after,) = read(make_rss("<item><title>b</title><guid>7</guid></item>"))
    assert (before.id, before.url) == ("7", after.url)


def test_item_without_url_and_id_keeps_its_place_when_its_feed_breaks() -> None:
    title = '<title type="application/xhtml+xml"><div xmlns="http://www.w3.org/1999/xhtml">a <b>c</b></div></title>'
    feed = f'<feed version="0.3" xmlns="http://purl.org/atom/ns#"><entry>{title}</entry></feed>'
    (before,) = read(feed)
    (after,) = read(feed.removesuffix("</feed>"))
    assert before.url == after.url


def test_year_alone_is_not_filled_up_with_the_month_of_today() -> None:
    (link,) = read(make_rss("<item><link>/a</link><pubDate>2004-foo-13</pubDate></item>"))
    assert link.published_at is None


def test_feed_that_is_a_gzip_file_is_unpacked() -> None:
    assert len(read(gzip.compress(make_rss("<item><link>/a</link></item>").encode()))) == 1
    with pytest.raises(ParseError, match="cut off"):
        read(gzip.compress(make_rss("<item><link>/a</link></item>").encode())[:-9])


def test_id_that_is_no_address_is_not_taken_for_one() -> None:
    (link,) = read(make_rss("<item><title>a</title><guid isPermaLink='false'>abc/7</guid></item>"))
    assert (link.id, link.has_page) == ("abc/7", False)


def test_item_of_a_picture_alone_is_kept() -> None:
    assert len(read(make_rss("<item><description>&lt;img src='a.png'&gt;</description></item>"))) == 1


def test_item_that_says_nothing_is_left_out() -> None:
    assert read(make_rss("<item/><item><link>file:///etc/passwd</link></item>")) == ()


def test_id_of_an_item_is_kept_letter_by_letter() -> None:
    (link,) = read(make_atom("<entry><id>HTTP://news.EXAMPLE/%7ea</id><link href='/a'/></entry>"))
    assert link.id == "HTTP://news.EXAMPLE/%7ea"


def test_feed_without_items_is_a_feed() -> None:
    assert read(make_rss("")) == ()


@pytest.mark.parametrize(
    "body",
    [
        make_rss("<item><title>Café & Söhne &nbsp; x</title><link>/a?b=1&c=2</link></item>"),
        make_rss("<item><title>Café &amp; Söhne &#160; x</title><link>/a?b=1&amp;c=2</link></item>").replace(
            "</rss>", ""
        ),
        make_rss("<item><title><![CDATA[Café &amp; Söhne x]]></title><link>/a?b=1&c=2</link></item><br>"),
    ],
)
def test_broken_feed_is_read_anyway(body: str) -> None:
    (link,) = read(body)
    assert (link.title, link.url) == ("Café & Söhne x", "https://news.example/a?b=1&c=2")


def test_stray_ampersands_of_a_broken_feed_are_kept_as_they_are() -> None:
    items = (
        "<item><title>AT&T R&D&nbsp;&amp; co</title><link>/1?a=1&b=2&copy=3</link></item>"
        "<item><title>T</title><link><![CDATA[/2?a=1&b=2]]></link></item>"
    )
    first, second = read(make_rss(items))
    assert (first.title, first.url) == ("AT&T R&D & co", "https://news.example/1?a=1&b=2&copy=3")
    assert second.url == "https://news.example/2?a=1&b=2"


@pytest.mark.parametrize("name", ["title", "description", "link", "guid", "dc:creator"])
def test_element_that_is_never_closed_costs_no_other_item(name: str) -> None:
    items = f"<item><description>One</description><{name}>x</item><item><title>Two</title><link>/2</link></item>"
    _, sound = read(make_rss(items))
    assert (sound.title, sound.url) == ("Two", "https://news.example/2")


@pytest.mark.parametrize(
    ("encoding", "declared", "content_type"),
    [
        ("utf-8", "", "text/xml"),
        ("utf-8-sig", "", None),
        ("utf-16", "", "application/xml"),
        ("utf-16-be", 'encoding="utf-16"', None),
        ("iso-8859-1", 'encoding="ISO-8859-1"', "application/xml"),
        ("windows-1252", "", "text/xml; charset=windows-1252"),
        ("utf-8", 'encoding="ISO-8859-1"', "text/xml; charset=iso-8859-1"),
        *(("utf-8", f'encoding="utf-16"{blanks}', "text/xml; charset=utf-16") for blanks in ("", " ")),
        ("utf-8", 'encoding="punycode"', None),
        ("utf-8", 'encoding="zip"', "text/xml; charset=no-such"),
    ],
)
def test_encoding_is_found(encoding: str, declared: str, content_type: str | None) -> None:
    body = (
        f'<?xml version="1.0" {declared}?><rss version="2.0"><item><title>Göta – é</title><link>/a</link></item></rss>'
    )
    (link,) = read(body.replace("–", "–" if "utf" in encoding else "-").encode(encoding), content_type)
    assert link.title is not None
    assert link.title.startswith("Göta ")
    assert link.title.endswith(" é")


def test_json_feed_items_become_links() -> None:
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "items": [
            {
                "id": "1",
                "url": "/deals/1",
                "title": "Vale\x07 joins\u202e Orrin",
                "content_html": "<p>One.</p><script>x()</script><p>Two &amp; three.</p>",
                "date_published": "2024-03-05T10:00:00-05:00",
                "date_modified": "2024-03-06T10:00:00Z",
            },
            {"id": "https://news.example/deals/2", "content_text": "a < b"},
            {"id": ["3"], "url": 4, "title": ["x"]},
            {"id": 4, "title": "Without a page"},
            "noise",
        ],
    }
    first, second, third = read(json.dumps(feed))
    assert (third.has_page, third.id) == (False, "4")
    assert first == Link(
        url="https://news.example/deals/1",
        id="1",
        title="Vale joins Orrin",
        summary="One.\n\nTwo & three.",
        published_at=datetime(2024, 3, 5, 15, tzinfo=UTC),
        modified_at=datetime(2024, 3, 6, 10, tzinfo=UTC),
    )
    assert second == Link(url="https://news.example/deals/2", id="https://news.example/deals/2", summary="a < b")


@pytest.mark.parametrize(
    "body",
    [
        "just words",
        "<!DOCTYPE html><html><body><h1>502 Bad Gateway</h1></body></html>",
        "<html><item><title>x</title></item></html>",
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>/a</loc></url></urlset>',
        "{",
        '{"error": "no such feed"}',
        '{"items": {"a": 1}}',
        "{" * 100_000,
        '{"items": ' + "[" * 100_000,
        b"\x89PNG\r\n\x1a\n\0\0",
    ],
)
def test_what_is_no_feed_is_refused(body: str | bytes) -> None:
    with pytest.raises(ParseError) as caught:
        read(body)
    assert caught.value.url == URL


def test_entities_of_a_document_are_not_fetched_nor_blown_up() -> None:
    declarations = '<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/hostname">'
    rss = make_rss("<item><title>x &b; &f; y</title><link>/a</link></item>")
    (link,) = read(rss.replace("<rss", f"<!DOCTYPE rss [{declarations}]><rss"))
    assert link.title is not None
    assert "lollol" not in link.title
    assert len(link.title) < 20


def test_missing_field_of_the_channel_does_not_cost_the_items() -> None:
    items = "<image><width/><height>&#99999999999;</height></image><item><title>t</title><link>/a</link></item>"
    assert len(read(make_rss(items))) == 1


def test_texts_are_capped() -> None:
    (link,) = read(
        make_rss(f"<item><title>{'t' * 9_000}</title><link>/a</link><description>{'d ' * 9_000}</description></item>")
    )
    assert len(link.title or "") == 500
    assert 4_990 < len(link.summary or "") <= 5_000


def test_flood_of_attributes_is_not_looked_up() -> None:
    attributes = " ".join(f'a{number}="1"' for number in range(20_000))
    assert [
        link.title for link in read(make_rss(f"<item {attributes}/><item><title>t</title><link>/a</link></item>"))
    ] == ["t"]


def test_reading_ends_after_many_elements() -> None:
    links = read(
        make_rss("<item><link>/first</link></item>" + "<b/>" * MAX_ELEMENTS + "<item><link>/late</link></item>")
    )
    assert [link.url for link in links] == ["https://news.example/first"]


NOISE = """<item>
</item>|<entry>|</entry>|<title>|</title>|<link/>|<link href="http://[::1"/>|<image>|</image>|<![CDATA[|]]>|<!--|&amp;
|&|&#x110000;|&#99999999999;|<width/>|<category/>|\0|\ud800|"|<pubDate>1 Foo 99999</pubDate>|<guid>|</guid>|<source>
</rss>|<content type="xhtml">|<svg>|<div>|x""".split("|")  # noqa: SIM905 - a table of words reads best as words


@given(st.lists(st.sampled_from(NOISE), max_size=12).map("".join))
def test_mutilated_feed_gives_links_or_a_parse_error(noise: str) -> None:
    try:
        links = read(make_rss(noise).encode("utf-8", "surrogatepass"))
    except ParseError:
        return
    assert all(link.url.startswith("http") for link in links)


@given(
    st.binary(max_size=200) | st.binary(max_size=100).map(b"<rss>".__add__) | st.binary(max_size=60).map(b"{".__add__)
)
def test_any_bytes_give_links_or_a_parse_error(body: bytes) -> None:
    try:
        read(body, None)
    except ParseError as error:
        assert error.url == URL  # noqa: PT017 - no error is as good
