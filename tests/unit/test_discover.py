"""What one look at a source finds: its kind, what it keeps, the order, the number."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.discover import discover
from monitor.discover.dates import has_time_of_day, parse_date, parse_moment
from monitor.discover.plain import strip_markup, tidy_line, tidy_paragraphs
from monitor.errors import ParseError
from monitor.models import DateCertainty, Discovery, Page, Source, SourceKind

URL = "https://news.example/list"


def make_source(kind: SourceKind = SourceKind.FEED, keep: tuple[str, ...] = (), max_links: int = 200) -> Source:
    return Source(name="example", kind=kind, url=URL, keep=keep, max_links=max_links)


def make_page(body: str, status: int = 200) -> Page:
    return Page(url=URL, requested_url=URL, status=status, content_type=None, body=body.encode())


def make_feed(*items: str) -> Page:
    return make_page(
        "<rss version='2.0'><channel>" + "".join(f"<item>{item}</item>" for item in items) + "</channel></rss>"
    )


def titles(found: Discovery) -> list[str | None]:
    return [link.title for link in found.links]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (SourceKind.FEED, "<rss version='2.0'><item><link>/a-b-c</link></item></rss>"),
        (SourceKind.SITEMAP, "<urlset><url><loc>/a-b-c</loc></url></urlset>"),
        (
            SourceKind.LISTING,
            "".join(f"<a href='/{name}'>A headline of some length</a>" for name in ("a-b-c", "d-e-f", "g-h-i")),
        ),
    ],
)
def test_every_kind_of_source_is_read_and_no_other(kind: SourceKind, body: str) -> None:
    assert discover(make_source(kind), make_page(body)).links[0].url == "https://news.example/a-b-c"
    for other in set(SourceKind) - {kind}:
        with pytest.raises(ParseError):
            discover(make_source(other), make_page(body))


@pytest.mark.parametrize("kind", list(SourceKind))
def test_empty_page_is_refused_and_unchanged_page_has_nothing(kind: SourceKind) -> None:
    with pytest.raises(ParseError, match="empty"):
        discover(make_source(kind), make_page(" \n"))
    assert discover(make_source(kind), make_page("", status=304)) == Discovery()


def test_links_are_newest_first_if_all_are_dated() -> None:
    items = [f"<title>{day}</title><link>/{day}</link><pubDate>2024-03-0{day}</pubDate>" for day in (1, 3, 2)]
    assert titles(discover(make_source(), make_feed(*items))) == ["3", "2", "1"]
    items.append("<title>0</title><link>/0</link>")
    assert titles(discover(make_source(), make_feed(*items))) == ["1", "3", "2", "0"]


def test_links_are_unique_and_capped() -> None:
    items = [
        f"<title>{n}</title><link>/{path}</link>" for n, path in enumerate(["a", "b", "a?utm_source=x", "a#y", "c"])
    ]
    assert titles(discover(make_source(), make_feed(*items))) == ["0", "1", "4"]
    assert titles(discover(make_source(max_links=2), make_feed(*items))) == ["0", "1"]


def test_only_links_with_a_kept_phrase_are_taken() -> None:
    page = make_feed(
        "<title>8-K Vale</title><description>ITEM  1.01: Entry into an agreement</description><link>/1</link>",
        "<title>8-K Orrin</title><description>Item 1.011</description><link>/2</link>",
        "<title>Partnership of equals</title><link>/3</link>",
        "<title>Partnerships everywhere</title><link>/4</link>",
        "<link>/5</link>",
    )
    kept = discover(make_source(keep=("item 1.01", "partnership")), page)
    assert [link.url[-1] for link in kept.links] == ["1", "3"]
    assert [link.url[-1] for link in discover(make_source(keep=("item 1.01",), max_links=1), page).links] == ["1"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-03-05T10:00:00Z", datetime(2024, 3, 5, 10, tzinfo=UTC)),
        ("2024-03-05T10:00:00.123-05:00", datetime(2024, 3, 5, 15, 0, 0, 123_000, tzinfo=UTC)),
        ("2024-03-05 10:00", datetime(2024, 3, 5, 10, tzinfo=UTC)),
        ("2024-03-05", datetime(2024, 3, 5, tzinfo=UTC)),
        ("2024-03", datetime(2024, 3, 1, tzinfo=UTC)),
        ("Tue, 05 Mar 2024 10:00:00 GMT", datetime(2024, 3, 5, 10, tzinfo=UTC)),
        ("Tue, 05 Mar 2024 10:00:00 EST", datetime(2024, 3, 5, 15, tzinfo=UTC)),
        ("5 Mar 24 10:00 +0100", datetime(2024, 3, 5, 9, tzinfo=UTC)),
        ("March 5, 2024 10:00 AM", datetime(2024, 3, 5, 10, tzinfo=UTC)),
        ("March 5, 2024 10:00 CET", datetime(2024, 3, 5, 9, tzinfo=UTC)),
        ("March 5, 2024 10:00 QQT", datetime(2024, 3, 5, 10, tzinfo=UTC)),
        ("Tue, 05 Mar 2024 10:00:00 GMT-05:00", datetime(2024, 3, 5, 15, tzinfo=UTC)),
        ("Tue, 05 Mar 2024 10:00:00 GMT+2", datetime(2024, 3, 5, 8, tzinfo=UTC)),
        ("Tue, 05 Mar 2024 10:00:00 -05:00", datetime(2024, 3, 5, 15, tzinfo=UTC)),
        ("Tue, 05 Mar 2024 10:00:00 +1", datetime(2024, 3, 5, 9, tzinfo=UTC)),
        ("05.03.2024 10:00", datetime(2024, 3, 5, 10, tzinfo=UTC)),
        ("24-03-05", datetime(2024, 3, 5, tzinfo=UTC)),
        ("12-31-24", datetime(2024, 12, 31, tzinfo=UTC)),
        ("05-03-24", datetime(2024, 5, 3, tzinfo=UTC)),
        ("5. März 2024 14:30 Uhr am Montag", datetime(2024, 3, 5, 14, 30, tzinfo=UTC)),
        ("Tue, 05 March 2024 10:00:00 AT", datetime(2024, 3, 5, 14, tzinfo=UTC)),
        ("1709632800", datetime(2024, 3, 5, 10, tzinfo=UTC)),
        ("1709632800000", datetime(2024, 3, 5, 10, tzinfo=UTC)),
        *(
            (nonsense, None)
            for nonsense in ("", "soon", "10:30", "Monday", "5 March", "2024-13-45", "0", "9" * 50, "1" * 99)
        ),
        *((nonsense, None) for nonsense in ("0001-01-01T00:00:00Z", "1970-01-01", "9999-12-31T23:59:59-10:00", "١٢٣")),
        *((nonsense, None) for nonsense in ("9999-12-31T23:59:59Z", "200312", "03335")),
    ],
)
def test_dates_are_utc_or_nothing(text: str, expected: datetime | None) -> None:
    assert parse_date(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5. März 2024, 14:30 Uhr", datetime(2024, 3, 5, 14, 30, tzinfo=UTC)),
        ("mardi 5 août 2025 à 08h05", datetime(2025, 8, 5, 8, 5, tzinfo=UTC)),
        ("5 de marzo de 2024", datetime(2024, 3, 5, tzinfo=UTC)),
        ("Вт, 05 марта 2024 10:00:00 +0300", datetime(2024, 3, 5, 7, tzinfo=UTC)),
        ("2024年3月5日 14:30", datetime(2024, 3, 5, 14, 30, tzinfo=UTC)),
        ("2024년 3월 5일", datetime(2024, 3, 5, tzinfo=UTC)),
        ("2024년 03월 05일 오후 2:30:00", datetime(2024, 3, 5, 14, 30, tzinfo=UTC)),
        ("2024. 3. 5. 오전 12:10", datetime(2024, 3, 5, 0, 10, tzinfo=UTC)),
        ("2024年3月5日 下午2:30", datetime(2024, 3, 5, 14, 30, tzinfo=UTC)),
        ("2024-március-05T9:15-05:00", datetime(2024, 3, 5, 14, 15, tzinfo=UTC)),
        ("2024. július 13. 10:15", datetime(2024, 7, 13, 10, 15, tzinfo=UTC)),
        ("Παρ, 9 Ιούλ 2021 08:20:00 EST", datetime(2021, 7, 9, 13, 20, tzinfo=UTC)),
        ("jeu., 05 déc. 2024 19:48:21 +0100", datetime(2024, 12, 5, 18, 48, 21, tzinfo=UTC)),
        ("Пн, 01 дек 2025 10:00:00 +0300", datetime(2025, 12, 1, 7, tzinfo=UTC)),
        ("5. April 2024, 14:30 Uhr", datetime(2024, 4, 5, 14, 30, tzinfo=UTC)),
        ("5 de marzo de 2024 a las 7:48 p. m.", datetime(2024, 3, 5, 19, 48, tzinfo=UTC)),
        ("5 jui 2024", None),
        ("5 Brumaire 2024", None),
    ],
)
def test_dates_of_other_languages_are_read(text: str, expected: datetime | None) -> None:
    assert parse_date(text) == expected


@pytest.mark.parametrize(
    ("text", "certainty"),
    [
        ("2024-03-05T10:00:00Z", DateCertainty.EXACT),
        ("Tue, 05 Mar 2024 10:00:00 EST", DateCertainty.EXACT),
        ("2024-03-05 10:00", DateCertainty.ZONE_ASSUMED),
        ("March 5, 2024 10:00 QQT", DateCertainty.ZONE_ASSUMED),
        ("5. März 2024, 14:30", DateCertainty.ZONE_ASSUMED),
        ("2024-03-05", DateCertainty.DAY),
        ("2024年3月5日", DateCertainty.DAY),
    ],
)
def test_a_date_tells_how_much_it_tells(text: str, certainty: DateCertainty) -> None:
    moment = parse_moment(text)
    assert moment is not None
    assert moment.certainty is certainty


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (SourceKind.FEED, "<rss version='2.0'><item><link>/a</link><pubDate>2024-03-05</pubDate></item></rss>"),
        (SourceKind.FEED, '{"items": [{"url": "/a", "date_published": "2024-03-05"}]}'),
        (
            SourceKind.SITEMAP,
            "<urlset><url><loc>/a</loc><news><publication_date>2024-03-05</publication_date></news></url></urlset>",
        ),
        (
            SourceKind.LISTING,
            "".join(
                f"<div><a href='/{name}'>A headline of some length</a><time datetime='2024-03-05'></time></div>"
                for name in ("a-b-c", "d-e-f", "g-h-i")
            ),
        ),
    ],
)
def test_a_link_says_that_its_source_told_the_day_only(kind: SourceKind, body: str) -> None:
    link = discover(make_source(kind), make_page(body)).links[0]
    assert (link.published_at, link.published_certainty) == (datetime(2024, 3, 5, tzinfo=UTC), DateCertainty.DAY)


@pytest.mark.parametrize(
    "body",
    [
        (
            "<feed xmlns='http://www.w3.org/2005/Atom'><link href='/list' rel='self'/>"
            "<link rel='next' href='/list?p=2'/>"
            "<link rel='hub' href='https://hub.example/'/><entry><link href='/a'/></entry></feed>"
        ),
        (
            "<rss version='2.0' xmlns:atom='http://www.w3.org/2005/Atom'><channel>"
            "<atom:link rel='next' href='/list?p=2'/>"
            "<atom:link rel='hub' href='https://hub.example/'/><item><link>/a</link></item></channel></rss>"
        ),
        (
            '{"items": [{"url": "/a"}], "next_url": "/list?p=2", "hubs": [{"type": "x", "url": "https://x.example"},'
            '{"type": "WebSub", "url": "https://hub.example/"}]}'
        ),
    ],
)
def test_a_feed_names_its_next_page_and_its_hub(body: str) -> None:
    found = discover(make_source(), make_page(body))
    assert (found.next_page, found.hub) == ("https://news.example/list?p=2", "https://hub.example/")


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<link rel='next' href='?p=2'>", "https://news.example/list?p=2"),
        ("<a rel='nofollow next' href='/list/2'>Older</a>", "https://news.example/list/2"),
        ("<a rel=next href='https://other.example/'>x</a>", None),
        ("<a rel=next href='/list'>x</a>", None),
    ],
)
def test_a_listing_names_its_next_page_on_its_site(markup: str, expected: str | None) -> None:
    links = "".join(f"<a href='/{name}'>A headline of some length</a>" for name in ("a-b-c", "d-e-f", "g-h-i"))
    assert discover(make_source(SourceKind.LISTING), make_page(links + markup)).next_page == expected


def test_news_of_a_ticker_can_be_kept() -> None:
    entries = "".join(
        f"<url><loc>/{n}</loc><news><stock_tickers>{tickers}</stock_tickers></news></url>"
        for n, tickers in enumerate(["NASDAQ:ALDR, nyse: BWY", "NYSE:OTHR", "no ticker"])
    )
    source = make_source(SourceKind.SITEMAP, keep=("NYSE:BWY",))
    (link,) = discover(source, make_page(f"<urlset>{entries}</urlset>")).links
    assert link.tickers == ("NASDAQ:ALDR", "NYSE:BWY")


@given(st.text(max_size=40) | st.text("0123456789 :-+TZ.,/amponJFES", max_size=30))
def test_any_text_is_a_date_in_utc_or_none(text: str) -> None:
    moment = parse_date(text)
    assert moment is None or moment.tzinfo is UTC


def test_day_alone_has_no_time_of_day() -> None:
    assert not has_time_of_day("2024-03-05")
    assert has_time_of_day("2024-03-05T10Z")
    assert has_time_of_day("5 Mar 2024 10:00")


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<p>One</p><p>Two<br>lines</p>", "One\n\nTwo\nlines"),
        ("Open<b>Loom</b>, <a href='x'>Inc</a>.", "OpenLoom, Inc."),
        ("a &lt;b&gt; &amp;amp; c", "a <b> &amp; c"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ("x<script>alert('<p>')</script><style>p{}</style><!-- <p> -->y", "x y"),
        ("cut <a href='off", "cut"),
        ("<ul><li>a<li>b</ul>", "a\n\nb"),
        ("a\n  b\xa0c\u202ed\0", "a b cd"),
        ("<p> </p>", None),
    ],
)
def test_markup_becomes_plain_text(markup: str, expected: str | None) -> None:
    assert tidy_paragraphs(strip_markup(markup)) == expected


@given(st.text("<>&;!-/abp \n\0\ud800é'\"", max_size=60))
def test_plain_text_is_short_and_visible(text: str) -> None:
    line = tidy_line(text, max_chars=20)
    assert line is None or (0 < len(line) <= 20 and line.isprintable())
    paragraphs = tidy_paragraphs(strip_markup(text))
    assert paragraphs is None or paragraphs.replace("\n", "").isprintable()
