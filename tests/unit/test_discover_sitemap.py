"""Sitemaps and their indexes to links; what is no sitemap to a ParseError."""

import gzip
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.discover.sitemap import MAX_CHILDREN, parse_sitemap
from monitor.discover.unpack import MAX_UNPACKED_BYTES
from monitor.errors import ParseError
from monitor.models import Discovery, Link, Page

URL = "https://news.example/sitemap.xml"


def read(body: str | bytes, content_type: str | None = "application/xml") -> Discovery:
    data = body.encode() if isinstance(body, str) else body
    return parse_sitemap(Page(url=URL, requested_url=URL, status=200, content_type=content_type, body=data))


def read_urls(body: str | bytes) -> list[str]:
    return [link.url for link in read(body).links]


def make_urlset(*entries: str) -> str:
    items = "".join(f"<url>{entry}</url>" for entry in entries)
    return f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{items}</urlset>'


@pytest.mark.parametrize("prefix", ["news", "n", "NEWS"])
def test_news_entry_becomes_a_link(prefix: str) -> None:
    news = (
        f"<{prefix}:news><{prefix}:publication><{prefix}:name>The Example</{prefix}:name></{prefix}:publication>"
        f"<{prefix}:publication_date>2024-03-05T10:00:00+02:00</{prefix}:publication_date>"
        f"<{prefix}:title><![CDATA[Orrin & Vale part ways]]></{prefix}:title></{prefix}:news>"
    )
    image = (
        "<image:image><image:loc>https://cdn.example/1.jpg</image:loc><image:title>A photo</image:title></image:image>"
    )
    lastmod = "<lastmod>2024-03-05T12:00:00Z</lastmod>"
    assert read(make_urlset(f"{image}<loc>\n/deals/1?utm_source=x </loc>{news}{lastmod}")).links == (
        Link(
            url="https://news.example/deals/1",
            title="Orrin & Vale part ways",
            published_at=datetime(2024, 3, 5, 8, tzinfo=UTC),
            modified_at=datetime(2024, 3, 5, 12, tzinfo=UTC),
        ),
    )


def test_day_without_time_orders_but_is_no_time_of_change() -> None:
    links = read(make_urlset(*(f"<loc>/{day}</loc><lastmod>2024-03-0{day}</lastmod>" for day in (1, 3, 2)))).links
    assert [link.url[-1] for link in links] == ["3", "2", "1"]
    assert {link.modified_at for link in links} == {None}


def test_order_is_kept_when_a_date_is_missing() -> None:
    entries = (
        "<loc>/1</loc><lastmod>2024-03-01</lastmod>",
        "<loc>/2</loc>",
        "<loc>/3</loc><lastmod>2024-03-03</lastmod>",
    )
    assert [url[-1] for url in read_urls(make_urlset(*entries))] == ["1", "2", "3"]


def test_index_names_its_newest_sitemaps() -> None:
    children = "".join(
        f"<sitemap><loc>/s{number}.xml</loc><lastmod>2024-03-{number:02}</lastmod></sitemap>" for number in range(1, 10)
    )
    found = read(f"<sitemapindex>{children}</sitemapindex>")
    assert found.links == ()
    assert found.more == tuple(f"https://news.example/s{number}.xml" for number in range(9, 9 - MAX_CHILDREN, -1))


def test_entries_without_usable_url_are_left_out() -> None:
    entries = (
        "<lastmod>2024-03-01</lastmod>",
        "<loc>javascript:x</loc>",
        "<loc></loc>",
        "<loc>/ok</loc><loc>/two</loc>",
    )
    assert read_urls(make_urlset(*entries)) == ["https://news.example/", "https://news.example/ok"][1:]


def test_gzipped_sitemap_is_unpacked() -> None:
    assert read_urls(gzip.compress(make_urlset("<loc>/a</loc>").encode())) == ["https://news.example/a"]


def test_plain_list_of_urls_is_a_sitemap() -> None:
    assert read_urls("https://news.example/a\r\nnoise\nhttp://[bad\nhttps://news.example/b\n") == [
        "https://news.example/a",
        "https://news.example/b",
    ]


@pytest.mark.parametrize("encoding", ["ISO-8859-1", "windows-1252", "UTF-16", "Shift_JIS", "x-unknown"])
def test_the_text_is_read_whatever_encoding_it_declares(encoding: str) -> None:
    codec = "utf-8" if encoding.startswith("x-") else encoding
    title = "日本" if encoding == "Shift_JIS" else "Café"
    news = f"<loc>/a</loc><news><title>{title}</title></news>"
    body = make_urlset(news).replace('"1.0"', f'"1.0" encoding="{encoding}"', 1)
    assert [link.title for link in read(body.encode(codec)).links] == [title]


def test_control_characters_and_what_follows_the_end_cost_nothing() -> None:
    body = make_urlset("<loc>/a</loc><news><title>One\x0b\x00</title></news>") + "<script>1</script>"
    assert [link.title for link in read(body).links] == ["One"]


def test_references_of_html_and_bare_ampersands_are_mended() -> None:
    (link,) = read(
        make_urlset("<loc>/a?b=1&c=2</loc><news:news><news:title>Caf&eacute; & Co</news:title></news:news>")
    ).links
    assert (link.url, link.title) == ("https://news.example/a?b=1&c=2", "Café & Co")


@pytest.mark.parametrize(
    "body",
    [
        "words",
        "<!doctype html><html><body><p>Not found</body></html>",
        '<rss version="2.0"><channel/></rss>',
        make_urlset("<loc>/a</loc>")[:-4],
        '<!DOCTYPE urlset [<!ENTITY a "b">]><urlset><url><loc>/&a;</loc></url></urlset>',
        '<!DOCTYPE urlset [<!ENTITY a SYSTEM "file:///etc/hostname">]><urlset><url><loc>/&a;</loc></url></urlset>',
        "<urlset>" + "<a>" * 1_000 + "</a>" * 1_000 + "</urlset>",
        "<urlset>" + "<url/>" * 60_000 + "</urlset>",
        gzip.compress(b"x" * (MAX_UNPACKED_BYTES + 1)),
        gzip.compress(make_urlset("<loc>/a</loc>").encode())[:-9],
        b"\x1f\x8b nonsense",
    ],
    ids=str.split("words html rss cut entity external deep long bomb cut-gzip bad-gzip"),
)
def test_what_is_no_sitemap_is_refused(body: str | bytes) -> None:
    with pytest.raises(ParseError) as caught:
        read(body)
    assert caught.value.url == URL


PIECES = [
    "<url>",
    "</url>",
    "<loc>",
    "</loc>",
    "/a",
    "&",
    "<news:title>",
    "<sitemap>",
    "\0",
    "é",
    "<lastmod>",
    "<!--",
    "]]>",
]


@given(
    st.binary(max_size=100)
    | st.lists(st.sampled_from(PIECES), max_size=9).map(lambda pieces: "".join(["<urlset>", *pieces]).encode())
)
def test_any_bytes_give_links_or_a_parse_error(body: bytes) -> None:
    try:
        found = read(body, None)
    except ParseError:
        return
    assert all(link.url.startswith("http") for link in found.links)
