from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from monitor.extract import extract, jsonld, metadata
from monitor.extract.authors import Authors, choose_authors
from monitor.extract.dates import find_day, find_day_in_url, parse_moment
from monitor.extract.metadata import Metadata, read_metadata
from monitor.extract.names import split_names
from monitor.extract.published import settle_day
from monitor.extract.titles import strip_site_name
from monitor.models import Article
from monitor.urls import canonical_url

URL = "https://news.example/2026/11/03/pact"
PLAIN_URL = "https://news.example/pact"
SENTENCE = (
    "Both companies said that their long pact, on which so many jobs in two towns depend, is to end on 5 December 2026 "
    "and not one day later."
)
LEDGER = '<meta property="og:site_name" content="The Ledger">'
HEADING = "<h1>Pact ends after three years</h1>"
TEXT = (
    "Kestrel and Harbour end their pact after three years, both companies said, and neither gave a reason for it. " * 2
)


def read_head(head: str, body: str = "", url: str | None = URL) -> Metadata:
    return read_metadata(LexborHTMLParser(f"<html><head>{head}</head><body>{body}</body></html>"), url)


def read_page(head: str, body: str, url: str = PLAIN_URL) -> Article:
    text = "".join(f"<p>{TEXT}</p>" for _ in range(4))
    return extract(f"<html><head>{head}</head><body>{body}{text}</body></html>", url)


def describe(json: str) -> str:
    return f'<script type="application/ld+json">{json}</script>'


def state(published: str, url: str = PLAIN_URL, body: str = "") -> datetime | None:
    found = read_head(f'<meta property="article:published_time" content="{published}">', body, url).times.published
    return found.at if found else None


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-03T08:30:00+01:00", datetime(2026, 11, 3, 7, 30, tzinfo=UTC)),
        ("2026-11-03T08:30:00.123Z", datetime(2026, 11, 3, 8, 30, tzinfo=UTC)),
        ("2026-11-03 08:30", datetime(2026, 11, 3, 8, 30, tzinfo=UTC)),
        ("2026-11-03T08:30:00-0500", datetime(2026, 11, 3, 13, 30, tzinfo=UTC)),
        ("Tue, 03 Nov 2026 08:30:00 GMT", datetime(2026, 11, 3, 8, 30, tzinfo=UTC)),
        ("20261103", datetime(2026, 11, 3, tzinfo=UTC)),
        ("Tue Nov 03 2026 08:30:00 GMT+0100 (Central European Time)", datetime(2026, 11, 3, 7, 30, tzinfo=UTC)),
        ("20261103T083000+0100", datetime(2026, 11, 3, 7, 30, tzinfo=UTC)),
    ],
)
def test_moment_is_aware(text: str, moment: datetime) -> None:
    found = parse_moment(text)
    assert found is not None
    assert found.at == moment


def test_moment_keeps_the_offset_that_is_stated() -> None:
    found = parse_moment("2026-11-03T22:30:00-05:00")
    assert found is not None
    assert (found.at.day, found.at.utcoffset()) == (3, timedelta(hours=-5))


@pytest.mark.parametrize(
    ("text", "is_day"),
    [("2026-11-03", True), ("2026-11-03T00:00:00Z", True), ("2026-11-03T08:30:00Z", False), ("3 November 2026", True)],
)
def test_day_without_a_time_is_told(text: str, is_day: bool) -> None:  # noqa: FBT001 - a column of the table
    found = parse_moment(text)
    assert found is not None
    assert found.is_day is is_day


def test_order_of_day_and_month_follows_the_language() -> None:
    assert find_day("03/11/2026", is_day_first=True) == datetime(2026, 11, 3, tzinfo=UTC)
    assert find_day("03/11/2026") == datetime(2026, 3, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["Nov 3, 2026", "November 3rd 2026", "3 November 2026", "3. November 2026", "3 novembre 2026",
     "3 de noviembre de 2026", "03.11.2026", "03.11.26",
     "3 ноября 2026", "2026年11月3日", "2026년 11월 3일", "Posted on 11/03/2026 by Ann", "2026/11/3"],
)  # fmt: skip
def test_day_is_read_in_many_spellings(text: str) -> None:
    assert find_day(text) == datetime(2026, 11, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["", "yesterday", "32 November 2026", "2026-13-01", "version 1.2.3", "3 Marchers 1000"]
)
def test_no_day_is_made_up(text: str) -> None:
    assert find_day(text) is None


@pytest.mark.parametrize("path", ["/2026/11/03/pact", "/news/2026-11-03/pact", "/20261103/pact", "/2026/nov/3/pact"])
def test_day_stands_in_the_path(path: str) -> None:
    assert find_day_in_url("https://news.example" + path) == datetime(2026, 11, 3, tzinfo=UTC)


@given(st.text(max_size=80))
def test_any_text_is_a_moment_or_none(text: str) -> None:
    moment = parse_moment(text)
    assert moment is None or moment.at.utcoffset() is not None


def test_headline_as_shown_wins_over_the_title_with_the_sites_name() -> None:
    found = read_head("<title>Pact ends after three years - The Ledger</title>", "<h1>Pact ends after three years</h1>")
    assert found.title == "Pact ends after three years"


def test_sites_name_as_heading_is_no_headline() -> None:
    head = '<title>Pact ends - The Ledger</title><meta property="og:site_name" content="The Ledger">'
    assert read_head(head, "<h1>The Ledger</h1><h2>Pact ends</h2>").title == "Pact ends"


@pytest.mark.parametrize(
    ("heading", "stated", "title"),
    [
        ("Talks Kestrel and Harbour end pact", "Kestrel and Harbour end pact", "Kestrel and Harbour end pact"),
        ("Kestrel and Harbour end pact", "Talks: Kestrel and Harbour end pact", "Kestrel and Harbour end pact"),
        ("Kestrel and Harbour end pact | Opinion", "Something else", "Kestrel and Harbour end pact"),
    ],
)  # fmt: skip
def test_kickers_and_sections_are_no_part_of_the_headline(heading: str, stated: str, title: str) -> None:
    assert read_head(f'<meta property="og:title" content="{stated}">', f"<h1>{heading}</h1>").title == title


def test_sites_name_is_known_from_its_host() -> None:
    head = "<title>Pact ends - the talks go on – News Example</title>"
    assert read_head(head, url="https://www.newsexample.org/pact").title == "Pact ends - the talks go on"


@pytest.mark.parametrize(
    ("title", "site", "bare"),
    [
        ("Pact ends | The Ledger", "The Ledger", "Pact ends"),
        ("The Ledger – Pact ends", "The Ledger", "Pact ends"),
        ("Kestrel - a company in trouble", "The Ledger", "Kestrel - a company in trouble"),
        ("Kestrel and Harbour end their long pact | Ledger", None, "Kestrel and Harbour end their long pact"),
    ],
)
def test_sites_name_leaves_the_title(title: str, site: str | None, bare: str) -> None:
    assert strip_site_name(title, frozenset((site.casefold().replace(" ", ""),) if site else ())) == bare


def test_canonical_url_of_another_site_is_not_believed() -> None:
    assert read_head('<link rel="canonical" href="https://evil.example/x">').url == URL


def test_canonical_url_may_be_relative() -> None:
    assert read_head('<link rel="canonical" href="/2026/pact">').url == "https://news.example/2026/pact"


def test_home_page_is_nobodys_canonical_url() -> None:
    assert read_head('<link rel="canonical" href="https://news.example/">').url == URL


def test_without_any_url_it_is_empty() -> None:
    assert read_head("", url=None).url == ""


def test_publication_falls_back_to_the_path() -> None:
    found = read_head("").times.published
    assert found == (datetime(2026, 11, 3, tzinfo=UTC), True)


def test_day_in_the_path_is_the_local_day_of_a_moment_in_utc() -> None:
    found = state("2026-11-04T03:30:00Z", URL)
    assert found == datetime(2026, 11, 4, 3, 30, tzinfo=UTC)
    assert found is not None
    assert found.date() == date(2026, 11, 3)


def test_same_moment_with_an_offset_gives_the_local_day() -> None:
    element = '<time datetime="2026-11-03T21:30:00-06:00">Tuesday</time>'
    found = state("2026-11-04T03:30:00Z", body=element)
    assert found is not None
    assert found.isoformat() == "2026-11-03T21:30:00-06:00"


def test_day_too_far_from_the_moment_does_not_move_it() -> None:
    found = state("2026-11-04T15:30:00Z", URL)
    assert found is not None
    assert found.isoformat() == "2026-11-04T15:30:00+00:00"


def test_teasers_do_not_date_the_article() -> None:
    body = '<aside><time datetime="2026-10-01">1 October</time></aside><time datetime="2026-11-02">2 November</time>'
    found = read_head("", body, PLAIN_URL).times.published
    assert found == (datetime(2026, 11, 2, tzinfo=UTC), True)


@pytest.mark.parametrize(
    ("head", "days", "day"),
    [
        ('<meta name="article:published_time" content="2026-11-04T03:30:00Z">', [date(2026, 11, 3)], 3),
        ('<meta name="article:published_time" content="2026-11-09T12:00:00Z">', [date(2026, 11, 3)], 9),
        ('<meta name="date" content="2026-11-09">', [date(2026, 11, 3)], 3),
        ('<meta name="date" content="2026-11-09">', [], 9),
        ("", [date(2026, 11, 3)], 3),
    ],
)
def test_day_shown_at_the_headline_settles_what_is_not_sure(head: str, days: list[date], day: int) -> None:
    found = settle_day(read_head(head, url=PLAIN_URL).times, days)
    assert found is not None
    assert found.at.day == day


def test_only_the_nearest_day_moves_an_instant() -> None:
    times = read_head('<meta name="article:published_time" content="2026-11-03T20:30:00Z">', url=PLAIN_URL).times
    found = settle_day(times, [date(2026, 10, 1), date(2026, 11, 4)])
    assert found is not None
    assert found.at.isoformat() == "2026-11-03T20:30:00+00:00"


@given(
    st.datetimes(min_value=datetime(1995, 1, 1), max_value=datetime(2050, 1, 1)),  # noqa: DTZ001 - made aware below
    st.integers(-3, 3),
)
def test_settling_a_day_never_changes_the_instant(at: datetime, days_off: int) -> None:
    stated = at.replace(tzinfo=UTC, microsecond=0)
    times = read_head(f'<meta property="article:published_time" content="{stated.isoformat()}">', url=None).times
    found = settle_day(times, [(stated + timedelta(days=days_off)).date()])
    assert found is not None
    assert found.at == stated


def test_language_is_a_primary_subtag() -> None:
    assert read_metadata(LexborHTMLParser('<html lang="pt-BR">'), None).language == "pt"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("By Ann Lee and Bo Li", ["Ann Lee", "Bo Li"]),
        ("Von Jona Feld", ["Jona Feld"]),
        ("Ann Lee, Senior Editor", ["Ann Lee"]),
        ("https://social.example/ann", []),
        ("Admin", []),
        ("By Ann Lee on Tuesday November 3, 2026", ["Ann Lee"]),
        ("Ann Lee Senior Markets Reporter", ["Ann Lee"]),
        ("Ann Lee, London, and Bo Li, ann@news.example", ["Ann Lee", "Bo Li"]),
        ("Ann van der Lee | News desk", ["Ann van der Lee"]),
        ("Reuters Staff", ["Reuters Staff"]),
    ],
)
def test_names_come_out_of_bylines(text: str, names: list[str]) -> None:
    assert list(split_names(text)) == names


def test_person_wins_over_the_site_that_is_stated_as_author() -> None:
    head = describe('{"@type": "NewsArticle", "author": {"name": "The Ledger"}}')
    head += '<meta property="og:site_name" content="The Ledger"><meta name="author" content="Ann Lee">'
    assert read_head(head).authors == Authors(("Ann Lee",), are_persons=True)


def test_agency_is_the_author_if_nobody_else_is() -> None:
    agency = read_head(describe('{"@type": "NewsArticle", "author": {"name": "Reuters Staff"}}')).authors
    assert agency == Authors(("Reuters Staff",), are_persons=False)
    person = Authors(("Ann Lee",), are_persons=True)
    assert choose_authors(agency, person) == person


def test_author_may_be_described_elsewhere() -> None:
    graph = (
        '{"@graph": [{"@type": "NewsArticle", "headline": "Own", "author": {"@id": "#ann"}},'
        ' {"@id": "#ann", "@type": "Person", "name": "Ann Lee"}]}'
    )
    assert read_head(describe(graph)).authors.names == ("Ann Lee",)


def test_marked_byline_names_authors_without_metadata() -> None:
    body = '<h1>Pact ends</h1><p class="byline">By Ann Lee and Bo Li, 3 November 2026</p>'
    assert read_page("", body).authors == ("Ann Lee", "Bo Li")


def test_names_of_scholars_are_turned_around() -> None:
    head = '<meta name="citation_author" content="Lee, Ann"><meta name="citation_author" content="Li, Bo">'
    assert read_head(head).authors.names == ("Ann Lee", "Bo Li")


@given(st.from_regex(metadata._PLAIN, fullmatch=True))
def test_plain_url_is_canonical_as_it_is(url: str) -> None:
    assert canonical_url(url) == url


@given(st.text(max_size=120))
def test_any_byline_gives_clean_names_or_none(text: str) -> None:
    assert all(name == name.strip() and name for name in split_names(text))


@pytest.mark.parametrize(
    "script", ["", "{", "[" * 100_000, '{"a":' * 50_000, "null", '"x"', '[{"@type": 3}]', "9" * 5000]
)
def test_broken_description_is_no_article(script: str) -> None:
    assert jsonld.read_description([script]).article == {}


def test_fullest_of_several_articles_is_the_pages_own() -> None:
    teaser = '{"@type": "NewsArticle", "headline": "Other"}'
    own = '{"@graph": [{"@type": ["NewsArticle"], "headline": "Own", "datePublished": "2026-11-03"}]}'
    assert jsonld.read_description([teaser, own]).article.get("headline") == "Own"


def test_thousands_of_scripts_are_read_in_bounds() -> None:
    page = describe('{"@type": "Thing", "a": [NaN, "\\ud800", Infinity]}') * 10_000
    assert read_head(page).title == ""


def test_section_is_as_the_site_names_it() -> None:
    assert read_head('<meta property="article:section" content="Companies">').section == "Companies"


def test_headline_in_a_page_named_after_its_sidebar_keeps_its_byline() -> None:
    body = '<div class="with-sidebar"><h1>Pact ends</h1><p class="byline">By Ann Lee</p></div>'
    assert read_page("", body).authors == ("Ann Lee",)


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        # A heading that the page states, before one that only its title holds.
        ('<title>News - The Ledger</title><meta property="og:title" content="Pact ends after three years">',
         "<h1>News</h1><h1>Pact ends after three years</h1>", "Pact ends after three years"),
        # A motto is no headline, though the page's title ends with it.
        ("<title>Pact ends after three long years | Papers for all</title>",
         "<h1>Papers for all</h1>", "Pact ends after three long years"),
        ("<title>Pact ends after three long years | The paper for us all since 1901</title>",
         "<h1>The paper for us all since 1901</h1>", "Pact ends after three long years"),
        # A second line in the same heading.
        ('<meta property="og:title" content="Pact ends after three long years">',
         "<h1>Pact ends after three long years <small>Talks went nowhere</small></h1>",
         "Pact ends after three long years"),
        # The sentence goes on.
        ('<meta property="og:title" content="Pact ends after three long years">',
         "<h1>Pact ends after three long years: what it means</h1>",
         "Pact ends after three long years: what it means"),
        # A leading article is no kicker.
        ('<meta property="og:title" content="Longest pact of them all ends">',
         "<h1>The Longest pact of them all ends</h1>", "The Longest pact of them all ends"),
        # A slogan shares no word with what the page says of itself.
        ('<meta property="og:title" content="Kestrel leaves the pact with Harbour">',
         "<h1>First daily paper of this country</h1>", "Kestrel leaves the pact with Harbour"),
        # Typographic marks are as readers see them.
        ('<meta property="og:title" content="Kestrel\'s pact with Harbour ends">',
         "<h1>Kestrel’s pact with Harbour ends</h1>", "Kestrel’s pact with Harbour ends"),
        # The headline may be of a lower level.
        ('<meta property="og:title" content="Pact ends after three years | A long goodbye">',
         "<h2>Pact ends after three years | A long goodbye</h2>", "Pact ends after three years | A long goodbye"),
        # The site's very name behind a dash, and a remark in brackets, are none of it.
        (LEDGER + '<meta property="og:title" content="Pact ends - The Ledger">',
         "<h1>Pact ends after three years – The Ledger</h1>", "Pact ends after three years"),
        ('<meta property="og:title" content="Pact ends after three years">',
         "<h1>Pact ends after three years (ledger.example) 12</h1>", "Pact ends after three years"),
        # The site's name stands before or behind a colon.
        (LEDGER + '<meta property="og:title" content="The Ledger: Pact ends">',
         "", "Pact ends"),
        (LEDGER + '<meta property="og:title" content="Pact ends: The Ledger">',
         "", "Pact ends"),
        # Capitals are a matter of style.
        ('<meta property="og:title" content="Pact ends after three years">', "<h1>PACT ENDS AFTER THREE YEARS</h1>",
         "Pact ends after three years"),
        # A section before or behind a bar is none of it, a sentence is.
        ('<meta property="og:title" content="Opinion | Pact ends after three years">',
         "<h1><i>Opinion</i> Pact ends after three years</h1>", "Pact ends after three years"),
        ('<meta property="og:title" content="Pact ends after three years | Opinion">',
         "<h1>Pact ends after three years | Opinion</h1>", "Pact ends after three years"),
        ('<meta property="og:title" content="Pact ends after three years | What we know">',
         "<h1>Pact ends after three years | What we know</h1>", "Pact ends after three years | What we know"),
        ('<meta property="og:title" content="Pact ends | The worldwide association of all shipyards">', "",
         "Pact ends | The worldwide association of all shipyards"),
        # The site's name in place of the headline.
        (LEDGER + '<title>Pact ends after three years</title><meta property="og:title" content="The Ledger">', "",
         "Pact ends after three years"),
        # Tags in what is stated.
        ('<meta property="og:title" content="Kestrel &lt;i&gt;and&lt;/i&gt; Harbour end pact">', "",
         "Kestrel and Harbour end pact"),
        # Escaped twice.
        ('<meta property="og:title" content="Kestrel &amp;amp; Harbour end their pact">', "",
         "Kestrel & Harbour end their pact"),
        # The kicker in the heading stands in all titles too.
        ('<meta property="og:title" content="Ships: Pact ends after three years">',
         '<h1><span class="kicker">Ships</span><span class="sr-only">: </span>Pact ends after three years</h1>',
         "Pact ends after three years"),
        # A short heading, of which each word is told, but no site's name.
        ("<title>Pact ends (12) for the ships of two towns</title>", "<h1>Pact ends</h1>", "Pact ends"),
        ("<title>Harbour Talk: Pact ends after three long years</title>", "<h1>Harbour Talk</h1>",
         "Harbour Talk: Pact ends after three long years"),
        # Templates leave odd marks behind.
        ('<meta property="og:title" content="Pact ends after three long years ?>">', "",
         "Pact ends after three long years"),
    ],
)  # fmt: skip
def test_headline_is_what_readers_see_and_the_page_confirms(head: str, body: str, title: str) -> None:
    assert read_head(head, body).title == title


def test_headline_that_a_program_cut_off_is_completed() -> None:
    whole = "Kestrel and Harbour end their pact after three years of talks that neither of the two ever wanted to lead"
    head = f'<title>{whole} - Ledger</title><meta property="og:title" content="{whole[:98]}">'
    assert read_head(head).title == whole


def test_headline_is_confirmed_by_the_pages_address() -> None:
    head = '<meta property="og:title" content="What is a shipyard?">'
    body = "<h1>Three questions to Kestrel about ships</h1><h2>What is a shipyard?</h2>"
    found = read_head(head, body, "https://news.example/2026/11/three-questions-to-kestrel")
    assert found.title == "Three questions to Kestrel about ships"


def test_headline_that_is_stated_as_the_sites_name_stays() -> None:
    title = "Pact ends after three years"
    head = describe(f'{{"@type": "NewsArticle", "headline": "{title}"}}')
    head += f'<meta property="og:site_name" content="{title}">'
    assert read_head(head, HEADING).title == title


@pytest.mark.parametrize("rest", ["", " | The Ledger"])
def test_headline_that_json_ld_or_the_pages_title_confirms_keeps_its_last_part(rest: str) -> None:
    title = "Pact ends after three long years - sources"
    head = describe(f'{{"@type": "NewsArticle", "headline": "{title}"}}') if not rest else ""
    head += f'<title>{title}{rest}</title><meta property="og:title" content="{title}">'
    assert read_head(head).title == title


def test_headline_that_ends_with_an_ellipsis_is_completed() -> None:
    head = "<title>Pact ends after three years of talks - Ledger</title>"
    head += '<meta property="og:title" content="Pact ends after three…">'
    assert read_head(head).title == "Pact ends after three years of talks"


def test_own_article_is_told_from_others_by_its_headline() -> None:
    other = '{"@type": "NewsArticle", "headline": "Another story", "datePublished": "2026-10-01", "author": "Bo Li"}'
    own = '{"@type": "NewsArticle", "headline": "Pact ends after three years", "datePublished": "2026-11-02"}'
    found = read_head(describe(f"[{other}, {own}]"), "<h1>Pact ends after three years</h1>", PLAIN_URL)
    assert found.times.published == (datetime(2026, 11, 2, tzinfo=UTC), True)


def test_comments_inside_a_description_are_not_the_article() -> None:
    reply = '{"@type": "SocialMediaPosting", "headline": "Pact", "datePublished": "2026-12-01", "author": "Bo Li"}'
    thread = f'{{"@type": "DiscussionForumPosting", "author": {{"name": "Ann Lee"}}, "comment": [{reply}]}}'
    assert read_head(describe(thread)).authors.names == ("Ann Lee",)


@pytest.mark.parametrize(
    "script",
    [
        '{"@type": "NewsArticle", "headline": "Own", "author": [{"name": "Ann Lee"}, {"name": "Bo Li"},],}',
        '{"@type": "WebSite"}, {"@type": "NewsArticle", "headline": "Own", "author": ["Ann Lee", "Bo Li"]}',
        '//<![CDATA[\n{"@type": "NewsArticle", "headline": "Own", "author": ["Ann Lee", "Bo Li"]}\n//]]>',
        '{\n// "x": 1,\n"@type": "NewsArticle", "headline": "Own", "author": ["Ann Lee", "Bo Li"]}',
        '{"@type": "NewsArticle", "headline": "Own", "author": [{"name": "Ann Lee"}, {"name": "Bo Li"}], "x": y}',
    ],
)
def test_description_is_read_though_it_is_not_quite_json(script: str) -> None:
    found = read_head(f'<script type="application/ld+json; charset=utf-8">{script}</script>')
    assert (found.title, found.authors.names) == ("Own", ("Ann Lee", "Bo Li"))


def test_literal_of_a_description_may_have_a_type() -> None:
    literal = '{"@type": "xsd:dateTime", "@value": "2026-11-02T08:00:00Z"}'
    found = read_head(describe(f'{{"@type": "NewsArticle", "datePublished": {literal}}}'), url=PLAIN_URL)
    assert found.times.published == (datetime(2026, 11, 2, 8, tzinfo=UTC), False)


def test_broken_description_gives_what_can_be_read() -> None:
    author = '"author": {"@type": "Person", "name": "Ann Lee"}'
    broken = f'{{"@type": "NewsArticle", "headline": "He said "no"", "datePublished": "2026-11-02", {author}}}'
    found = read_head(describe(broken), url=PLAIN_URL)
    assert found.authors.names == ("Ann Lee",)
    assert found.times.published == (datetime(2026, 11, 2, tzinfo=UTC), True)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("5 lipnja 2026", date(2026, 6, 5)),
        ("5 lipca 2026", date(2026, 7, 5)),
        ("2026. május 5.", date(2026, 5, 5)),
        ("5. července 2026", date(2026, 7, 5)),
        ("5. huhtikuuta 2026", date(2026, 4, 5)),
        ("5 Μαρτίου 2026", date(2026, 3, 5)),
        ("Mar 5, 20263 min read", date(2026, 3, 5)),
    ],
)
def test_months_of_more_languages(text: str, day: date) -> None:
    found = find_day(text)
    assert found is not None
    assert found.date() == day


@pytest.mark.parametrize("path", ["/2026/11/3-questions", "/2026/11/", "/1126/11/03/", "/2026/1103/x"])
def test_numbers_in_a_slug_are_no_day(path: str) -> None:
    assert find_day_in_url("https://news.example" + path) is None


@pytest.mark.parametrize("path", ["/2026/november/03/pact", "/2026/11/03-pact", "/2026/11/3/pact"])
def test_day_in_the_path_may_have_its_month_in_words(path: str) -> None:
    assert find_day_in_url("https://news.example" + path) == datetime(2026, 11, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("head", "body", "day"),
    [
        # What was published and what was changed may stand in one line.
        ("", "<h1>Pact ends</h1><p>Published November 3, 2026. Updated: November 7, 2026</p>", 3),
        ("", "<h1>Pact ends</h1><p>Updated November 7, 2026</p>", 7),
        # The day of the issue stands above the headline.
        ("", "<p class=date>9 Nov 2026</p>" + "<p>Menu</p>" * 4 + "<h1>Pact ends</h1><p>3 Nov 2026</p>", 3),
        # What is nearest to it counts.
        ("", "<p>9 November 2026</p><p>Menu</p><p>Print</p><h1>Pact ends</h1><p>3 November 2026</p>", 3),
        # A path to the page ends with the headline too.
        ('<meta property="og:title" content="Pact ends after three years">',
         "<li>2 Oct 2026<li>Pact ends after three years</li><p>A</p><p>B</p>" + HEADING + "<p>3 Nov 2026</p>", 3),
        ("", "<h1>Pact ends</h1><p class=modified>9 November 2026</p><p>3 November 2026</p>", 3),
        # Sentences speak of other days.
        ('<meta name="date" content="2026-11-03">', f"<h1>Pact ends</h1><p>{SENTENCE}</p>", 3),
        # Elements stick together.
        ("", "<h1>Pact ends</h1><p><b>03.11.26</b><b>12:44</b></p>", 3),
        ("", "<h1>Pact ends</h1><p>Published Tue, Nov 3 20264:29 AM EST</p>", 3),
        # Two statements: the one that readers see.
        ('<meta name="article:published_time" content="2026-11-06T14:25:00Z">'
         + describe('{"@type": "NewsArticle", "datePublished": "2026-11-03T10:25:56Z"}'),
         "<h1>Pact ends</h1><p>6 November 2026</p>", 6),
        # A day in words is when a template was built.
        (describe('{"@type": "NewsArticle", "datePublished": "Nov 9, 2026"}'),
         "<h1>Pact ends</h1><p>November 3, 2026</p>", 3),
        # Teasers above and far below have their own days.
        ("", "<time datetime=2026-10-01>1 October</time><h1>Pact ends</h1><time datetime=2026-11-03>today</time>", 3),
        # Names of other systems.
        ('<meta name="x-published-date" content="2026-11-03T06:03:43Z">', "", 3),
        ("", '<script>page = {"publishedAt":"2026-11-03T09:00:00Z"}</script>', 3),
        ("", HEADING + '<amp-timeago datetime="2026-11-03T10:30:00Z">3 days ago</amp-timeago>', 3),
        ("", "<p>London</p>" * 20 + "<p>Last edited on 3 November 2026</p>", 3),
        ('<meta property="og:image" content="https://news.example/2026/11/03/harbour.jpg">', "", 3),
        ('<meta name="date" content="2026-11-03">',
         "<h1>Pact ends</h1><p>3 November 2026</p><time class=published datetime=2026-11-01>Sunday</time>", 3),
    ],
)  # fmt: skip
def test_day_of_publication(head: str, body: str, day: int) -> None:
    found = read_page(head, body).published_at
    assert found is not None
    assert found.date() == date(2026, 11, day)


def test_a_last_change_alone_is_no_publication() -> None:
    article = read_page('<meta property="article:modified_time" content="2026-11-03T12:00:00Z">', HEADING)
    assert article.published_at is None
    assert article.modified_at == datetime(2026, 11, 3, 12, tzinfo=UTC)


def test_day_in_the_text_does_not_move_what_the_page_states() -> None:
    head = '<meta property="article:published_time" content="2026-11-03T21:08:14Z">'
    found = read_page(head, f"{HEADING}<p>LONDON (November 4, 2026) - {TEXT}</p>").published_at
    assert found is not None
    assert found.isoformat() == "2026-11-03T21:08:14+00:00"


def test_evening_in_america_is_the_day_in_its_path_though_an_update_shows_the_next() -> None:
    body = "<h1>Pact ends</h1><p>Published: November 3, 2026 at 11:30 p.m. | Updated: November 4, 2026</p>"
    found = read_page('<meta property="article:published_time" content="2026-11-04T05:30:00Z">', body).published_at
    assert found == datetime(2026, 11, 4, 5, 30, tzinfo=UTC)
    assert found is not None
    assert found.date() == date(2026, 11, 3)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Ann Lee, Sr. Director of Operations, Harbour Van Lines", ["Ann Lee"]),
        ("Ann Lee, physician, Harbour Hospital and Bo Li", ["Ann Lee", "Bo Li"]),
        ("By Ann Lee Reviewed by Bo Li", ["Ann Lee"]),
        ("lee1984", ["lee1984"]),
        ("98 Harbour Social", ["98 Harbour Social"]),
        ("262588213843476", []),
        ("ByAnn Lee", ["Ann Lee"]),
        ("Byron Lee", ["Byron Lee"]),
        ("E. M. Lee", ["E. M. Lee"]),
        ("Ann Lee in London and Bo Li in Paris", ["Ann Lee", "Bo Li"]),
        ("Ann Lee for The Ledger", ["Ann Lee"]),
        ("Autorin: Ann Lee Quelle: Ledger", ["Ann Lee"]),
        ("Ann Lee am Dienstag, 03.11.2026", ["Ann Lee"]),
        ("Written By", []),
        ("vom Hafenblogger", ["Hafenblogger"]),
    ],
)
def test_roles_and_employers_are_no_authors(text: str, names: list[str]) -> None:
    assert list(split_names(text)) == names


@pytest.mark.parametrize(
    ("head", "body", "authors"),
    [
        # The byline names more than the description.
        ('<meta name="author" content="Ann Lee">', "<p>By Ann Lee and Bo Li</p>", ("Ann Lee", "Bo Li")),
        # It does not replace whom the page states.
        ('<meta name="author" content="Ann Lee">', "<p>By Bo Li and Cy Moe</p>", ("Ann Lee",)),
        # An agency stands behind a person who is named as the author.
        ('<meta name="author" content="Harbour Wire">', "<p>By Ann Lee</p>", ("Ann Lee",)),
        # A stated pen name stands before persons elsewhere on the page.
        ('<meta name="author" content="lee1984">', "<p>Text</p>" * 16 + '<i class="author">Bo Li</i>', ("lee1984",)),
        # The site's own name does not.
        ('<meta property="og:site_name" content="Ledger"><meta name="author" content="Ledger">',
         '<p>Text</p><i class="author"><a>Bo Li</a></i>', ("Bo Li",)),
        ("", "<p>by lee1984</p>", ("lee1984",)),
        # A name alone is an author's if a note on its bearer follows, and no section's.
        ("", "<p>Ann Lee</p><p>London</p><p>Ann Lee is a reporter of this paper.</p>", ("Ann Lee",)),
        ("", "<p>Middle East</p><p>London</p>", ()),
        ("", "<p>London</p>" * 20 + "<p>This article was written by Ann Lee</p>", ("Ann Lee",)),
    ],
)  # fmt: skip
def test_authors_are_those_whom_readers_see(head: str, body: str, authors: tuple[str, ...]) -> None:
    assert read_page(head, f"<h1>Pact ends</h1>{body}").authors == authors


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("By Hal Brook 10 March 2026", ["Hal Brook"]),
        ("Par Claire Dumas (avec AFP)Publié le 10 mars 2026 à 18h05", ["Claire Dumas"]),
        ("Di Luca Neri Pubblicato il 3 maggio 2026", ["Luca Neri"]),
        ("Por Ana Gil Actualizado 3 mayo", ["Ana Gil"]),
        ("By ANN LEE For the Quay Ledger", ["ANN LEE"]),
    ],
)
def test_a_day_or_a_paper_right_behind_a_name_is_no_part_of_it(text: str, names: list[str]) -> None:
    assert list(split_names(text)) == names


@pytest.mark.parametrize(
    "shown",
    [
        "Updated: 11 Nov 2026, 09:12 AM | Published: 10 Nov 2026, 11:50 PM",
        "Published: 10 Nov 2026, 11:50 PM | Updated: 11 Nov 2026, 09:12 AM",
        "Aktualisiert: 11. November 2026, Erstpublikation: 10. November 2026",
    ],
)
def test_day_of_publication_counts_wherever_the_last_change_stands(shown: str) -> None:
    article = read_page("", f"{HEADING}<div>{shown}</div>")
    assert article.published_at is not None
    assert article.published_at.date() == date(2026, 11, 10)


def test_author_is_known_by_the_link_to_what_else_they_wrote() -> None:
    body = f'{HEADING}<div class="x1"><a href="/author/ann-lee">Ann Lee</a></div>'
    assert read_page("", body).authors == ("Ann Lee",)


def test_names_in_an_element_that_is_called_a_signature_are_authors() -> None:
    body = f'{HEADING}<div class="firma">Ana Gil / Luis Mora<br>Madrid</div>'
    assert read_page("", body).authors == ("Ana Gil", "Luis Mora")


def test_headline_byline_and_day_in_one_element_are_no_text() -> None:
    title = "Pact ends after three years"
    top = f"<font size=5><b>{title}</b></font><br><font>By Hal Brook, Staff Writer<br>Posted: 10 November 2026</font>"
    lines = [f"{number}: {TEXT}".strip() for number in range(6)]
    menu = " ".join(f"<a href=/{word}>{word}</a>" for word in ("Home", "Firms", "Markets", "People"))
    cells = f"<td>{menu}</td><td>{'<br><br>'.join((top, *lines))}</td>"
    page = f"<html><head><title>{title}</title></head><body><table><tr>{cells}</tr></table></body></html>"
    article = extract(page, PLAIN_URL)
    assert article.text.split("\n\n") == lines
    assert article.authors == ("Hal Brook",)


def test_long_byline_is_no_text_and_a_sentence_about_a_day_is() -> None:
    byline = "Par Claire Dumas (avec AFP) Publié le 10 mars 2026 à 18h05, modifié le 11 mars 2026 à 09h12 Lecture 3 min"
    sentence = "By 4 May 2026 both must have agreed on a price for the ships."
    article = read_page("", f"{HEADING}<p>{byline}</p><p>{sentence}</p>")
    assert article.text.split("\n\n")[0] == sentence
