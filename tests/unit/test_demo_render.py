"""The demo site's documents: appear on time, render whole, never change once there."""

import io
import re
from calendar import timegm
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import feedparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from monitor.demo.content import DemoStory, Outlet, load_outlets, load_stories
from monitor.demo.edition import Edition
from monitor.demo.render import Document, list_paths, render_document

START = datetime(2026, 11, 23, 8, 0, 0, 250_000, tzinfo=UTC)
LATER = START + timedelta(minutes=2)
EDITION = Edition(
    stories=load_stories(), outlets=load_outlets(), base_url="http://127.0.0.1:8765", started_at=START, speed=1.0
)
OUTLETS = {outlet.slug: outlet for outlet in EDITION.outlets}


def describe(story: DemoStory) -> str:
    return story.path


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def decode(document: Document, outlet: Outlet) -> str:
    return document.body.decode(outlet.charset)


def read_text(page: str) -> str:
    """Return the visible text, white space folded."""
    tree = LexborHTMLParser(page)
    for node in tree.css("script, style"):
        node.decompose()
    return " ".join(tree.css("body")[0].text(separator=" ").split())


def fold(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("story", EDITION.stories, ids=describe)
def test_a_page_shows_its_story_whole(story: DemoStory) -> None:
    text = read_text(decode(render_document(EDITION, story.path, LATER), OUTLETS[story.outlet]))
    for part in (story.headline, story.standfirst, story.author, *story.paragraphs):
        assert fold(part) in text


@pytest.mark.parametrize("story", EDITION.stories, ids=describe)
def test_a_page_wears_all_furniture(story: DemoStory) -> None:
    outlet = OUTLETS[story.outlet]
    page = decode(render_document(EDITION, story.path, LATER), outlet)
    text = read_text(page)
    for section in outlet.sections:
        assert f'href="/{outlet.slug}/#{section.lower()}"' in page
    for part in (outlet.newsletter.title, outlet.newsletter.text, outlet.promo.title, outlet.promo.text):
        assert fold(part) in text
    assert re.search(r"Save up to \d+ ?%", text)
    related = EDITION.list_related(story)
    assert related
    assert story not in related
    assert all(fold(other.headline) in text for other in related)


@pytest.mark.parametrize("story", EDITION.stories, ids=describe)
def test_a_page_never_changes_once_it_is_there(story: DemoStory) -> None:
    first = render_document(EDITION, story.path, EDITION.published_at(story))
    assert render_document(EDITION, story.path, LATER) == first


@pytest.mark.parametrize("story", [story for story in EDITION.stories if story.after_seconds], ids=describe)
def test_a_story_is_nowhere_before_its_time_and_in_every_list_of_its_outlet_from_then_on(story: DemoStory) -> None:
    early, due = at(story.after_seconds - 0.01), at(story.after_seconds)
    lists = [f"/{story.outlet}/{source.path}" for source in OUTLETS[story.outlet].sources]
    assert render_document(EDITION, story.path, early).status == 404
    assert render_document(EDITION, story.path, due).status == 200
    for path in lists:
        before, after = render_document(EDITION, path, early), render_document(EDITION, path, due)
        assert story.slug.encode() not in before.body
        assert story.slug.encode() in after.body
        assert before.etag != after.etag
        assert before.last_modified != after.last_modified
    pages = (render_document(EDITION, path, early) for path in list_paths(EDITION, early))
    assert not any(story.slug.encode() in page.body for page in pages)


def test_the_stories_of_the_start_are_there_even_if_the_clock_is_set_back() -> None:
    paths = list_paths(EDITION, at(-3600))
    assert {s.path for s in EDITION.stories if s.after_seconds == 0} <= set(paths)


def test_speed_shortens_the_wait() -> None:
    fast = replace(EDITION, speed=10.0)
    assert len(fast.list_published(at(5))) == len(EDITION.stories)
    assert len(EDITION.list_published(at(5))) == 3


def test_only_dates_differ_between_two_runs() -> None:
    second = replace(EDITION, started_at=START + timedelta(days=3, hours=5))
    for story in EDITION.stories:
        outlet = OUTLETS[story.outlet]
        first_page = decode(render_document(EDITION, story.path, LATER), outlet)
        second_page = decode(render_document(second, story.path, LATER + timedelta(days=4)), outlet)
        differing = set(first_page.splitlines()) ^ set(second_page.splitlines())
        assert all("Nov" in line or "2026-11-2" in line for line in differing)
        assert not any(paragraph in line for line in differing for paragraph in story.paragraphs)


def test_every_link_resolves() -> None:
    paths = set(list_paths(EDITION, LATER))
    for path in paths:
        document = render_document(EDITION, path, LATER)
        if document.content_type.startswith("text/html"):
            hrefs = [node.attributes["href"] or "" for node in LexborHTMLParser(document.body).css("[href]")]
            assert hrefs
            assert {href.removeprefix(EDITION.base_url).partition("#")[0] for href in hrefs} <= paths


def test_no_page_is_below_the_folder_that_robots_must_not_read() -> None:
    assert b"Disallow: /private/" in render_document(EDITION, "/robots.txt", LATER).body
    assert not any(path.startswith("/private/") for path in list_paths(EDITION, LATER))


@pytest.mark.parametrize(("path", "outlet"), [("/meridian/rss.xml", "meridian"), ("/ledger/atom.xml", "ledger")])
def test_a_feed_parses_and_lists_newest_first(path: str, outlet: str) -> None:
    feed = feedparser.parse(io.BytesIO(render_document(EDITION, path, LATER).body))
    own = [story for story in reversed(EDITION.stories) if story.outlet == outlet]
    assert not feed.bozo
    assert [entry.title for entry in feed.entries] == [story.headline for story in own]
    assert [entry.author for entry in feed.entries] == [story.author for story in own]
    assert [timegm(entry.published_parsed) for entry in feed.entries] == [
        int(EDITION.published_at(story).timestamp()) for story in own
    ]
    links = [entry.link.removeprefix(EDITION.base_url).partition("?")[0] for entry in feed.entries]
    assert links == [story.path for story in own]


def test_the_sitemap_lists_the_pages_of_its_outlet() -> None:
    body = render_document(EDITION, "/northgate/news-sitemap.xml", LATER).body.decode()
    own = [story for story in reversed(EDITION.stories) if story.outlet == "northgate"]
    assert re.findall(r"<loc>(.*?)</loc>", body) == [EDITION.base_url + story.path for story in own]
    assert re.findall(r"<news:publication_date>(.*?)</", body) == [
        EDITION.published_at(story).isoformat(timespec="seconds") for story in own
    ]


def test_the_selector_of_the_listing_finds_its_stories_and_nothing_else() -> None:
    source = next(s for s in OUTLETS["northgate"].sources if s.selector)
    page = LexborHTMLParser(render_document(EDITION, "/northgate/", LATER).body)
    own = [story for story in reversed(EDITION.stories) if story.outlet == "northgate"]
    assert [node.attributes["href"] for node in page.css(source.selector or "")] == [story.path for story in own]


def test_each_outlet_declares_its_charset_in_its_own_way() -> None:
    fronts = {slug: render_document(EDITION, f"/{slug}/", LATER) for slug in OUTLETS}
    assert "charset" in fronts["meridian"].content_type
    assert b"<meta charset" not in fronts["meridian"].body
    assert b"charset=windows-1252" in fronts["ledger"].body
    assert b'<meta charset="utf-8">' in fronts["northgate"].body
    assert b"\x97" in fronts["ledger"].body or b"\x92" in fronts["ledger"].body  # typographic, one byte each


def test_a_character_that_the_charset_lacks_is_kept_by_its_number() -> None:
    stories = tuple(replace(story, headline="From Łódź → Århus") for story in EDITION.stories)
    edition = replace(EDITION, stories=stories)
    page = LexborHTMLParser(decode(render_document(edition, stories[0].path, LATER), OUTLETS[stories[0].outlet]))
    assert stories[0].outlet == "ledger"
    assert page.css("h1")[0].text() == "From Łódź → Århus"


def test_each_outlet_states_its_metadata_in_its_own_way() -> None:
    pages = {s.outlet: render_document(EDITION, s.path, LATER).body for s in EDITION.stories}
    has = {slug: (b"ld+json" in page, b"og:title" in page, b"<time" in page) for slug, page in pages.items()}
    assert has == {
        "meridian": (True, False, False),
        "ledger": (False, True, False),
        "northgate": (False, False, True),
    }


@settings(max_examples=30)
@given(path=st.text(), seconds=st.floats(-1e6, 1e6))
def test_any_path_at_any_time_gives_a_document(path: str, seconds: float) -> None:
    assert render_document(EDITION, path, at(seconds)).status in {200, 404}
