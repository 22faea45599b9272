from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from monitor.extract import jsonld
from monitor.extract.dates import find_day, find_day_in_url, parse_moment
from monitor.extract.metadata import Metadata, read_metadata, strip_site_name
from monitor.extract.names import split_names

URL = "https://news.example/2026/11/03/pact"


def read_head(head: str, body: str = "", url: str | None = URL) -> Metadata:
    return read_metadata(LexborHTMLParser(f"<html><head>{head}</head><body>{body}</body></html>"), url)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-03T08:30:00+01:00", datetime(2026, 11, 3, 7, 30, tzinfo=UTC)),
        ("2026-11-03T08:30:00.123Z", datetime(2026, 11, 3, 8, 30, tzinfo=UTC)),
        ("2026-11-03 08:30", datetime(2026, 11, 3, 8, 30, tzinfo=UTC)),
        ("2026-11-03T08:30:00-0500", datetime(2026, 11, 3, 13, 30, tzinfo=UTC)),
        ("Tue, 03 Nov 2026 08:30:00 GMT", datetime(2026, 11, 3, 8, 30, tzinfo=UTC)),
        ("20261103", datetime(2026, 11, 3, tzinfo=UTC)),
    ],
)
def test_moment_is_aware_utc(text: str, moment: datetime) -> None:
    assert parse_moment(text) == moment


@pytest.mark.parametrize(
    "text",
    ["Nov 3, 2026", "November 3rd 2026", "3 November 2026", "3. November 2026", "3 novembre 2026",
     "3 de noviembre de 2026", "03.11.2026", "2026年11月3日", "Posted on 11/03/2026 by Ann", "2026/11/3"],
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
    assert moment is None or moment.utcoffset() is not None


def test_headline_as_shown_wins_over_the_title_with_the_sites_name() -> None:
    found = read_head("<title>Pact ends after three years - The Ledger</title>", "<h1>Pact ends after three years</h1>")
    assert found.title == "Pact ends after three years"


def test_sites_name_as_heading_is_no_headline() -> None:
    head = '<title>Pact ends - The Ledger</title><meta property="og:site_name" content="The Ledger">'
    assert read_head(head, "<h1>The Ledger</h1><h2>Pact ends</h2>").title == "Pact ends"


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
    assert strip_site_name(title, site) == bare


def test_canonical_url_of_another_site_is_not_believed() -> None:
    assert read_head('<link rel="canonical" href="https://evil.example/x">').url == URL


def test_canonical_url_may_be_relative() -> None:
    assert read_head('<link rel="canonical" href="/2026/pact">').url == "https://news.example/2026/pact"


def test_home_page_is_nobodys_canonical_url() -> None:
    assert read_head('<link rel="canonical" href="https://news.example/">').url == URL


def test_without_any_url_it_is_empty() -> None:
    assert read_head("", url=None).url == ""


def test_publication_falls_back_to_the_path() -> None:
    assert read_head("").published_at == datetime(2026, 11, 3, tzinfo=UTC)


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
    ],
)
def test_names_come_out_of_bylines(text: str, names: list[str]) -> None:
    assert split_names(text) == names


def test_site_is_not_its_own_author() -> None:
    script = '<script type="application/ld+json">{"@type": "NewsArticle", "author": {"name": "The Ledger"}}</script>'
    assert read_head(script + '<meta property="og:site_name" content="The Ledger">').authors == ()


@pytest.mark.parametrize(
    "script", ["", "{", "[" * 100_000, '{"a":' * 50_000, "null", '"x"', '[{"@type": 3}]', "9" * 5000]
)
def test_broken_description_is_no_article(script: str) -> None:
    assert jsonld.find_article([script]) == {}


def test_fullest_of_several_articles_is_the_pages_own() -> None:
    teaser = '{"@type": "NewsArticle", "headline": "Other"}'
    own = '{"@graph": [{"@type": ["NewsArticle"], "headline": "Own", "datePublished": "2026-11-03"}]}'
    assert jsonld.find_article([teaser, own]).get("headline") == "Own"
