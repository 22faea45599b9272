"""What one look at a source finds: its kind, what it keeps, the order, the number."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.discover import discover
from monitor.discover.dates import has_time_of_day, parse_date
from monitor.discover.plain import strip_markup, tidy_line, tidy_paragraphs
from monitor.errors import ParseError
from monitor.models import Discovery, Page, Source, SourceKind

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
        *(
            (nonsense, None)
            for nonsense in ("", "soon", "10:30", "Monday", "5 March", "2024-13-45", "0", "9" * 50, "1" * 99)
        ),
        *((nonsense, None) for nonsense in ("0001-01-01T00:00:00Z", "1970-01-01", "9999-12-31T23:59:59-10:00", "١٢٣")),
    ],
)
def test_dates_are_utc_or_nothing(text: str, expected: datetime | None) -> None:
    assert parse_date(text) == expected


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
