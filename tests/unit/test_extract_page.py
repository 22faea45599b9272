import gc
import json
import pickle
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import ParseError
from monitor.extract import extract
from monitor.models import Article, StripReason

GOLDEN = Path(__file__).parents[1] / "golden"
PARAGRAPH = (
    "Kestrel said on Monday that it would end its supply agreement with Harbour, because the two could not agree "
    "on prices. "
)


def read_golden(page: Path) -> tuple[Article, dict[str, object]]:
    expected: dict[str, object] = json.loads(page.with_suffix(".json").read_text(encoding="utf-8"))
    return extract(page.read_bytes(), str(expected["url"])), expected


def build_page(*paragraphs: str, head: str = "", before: str = "", after: str = "") -> str:
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return f"<html><head>{head}</head><body>{before}<article>{body}</article>{after}</body></html>"


@pytest.mark.parametrize("page", sorted(GOLDEN.glob("*.html")), ids=lambda page: page.stem)
def test_golden_page_gives_exactly_its_paragraphs(page: Path) -> None:
    article, expected = read_golden(page)
    assert article.text.split("\n\n") == expected["paragraphs"]


@pytest.mark.parametrize("page", sorted(GOLDEN.glob("*.html")), ids=lambda page: page.stem)
def test_golden_page_gives_its_metadata(page: Path) -> None:
    article, expected = read_golden(page)
    for name in ("url", "title", "site_name", "language"):
        assert getattr(article, name) == expected[name]
    assert list(article.authors) == expected["authors"]
    for name in ("published_at", "modified_at"):
        text = expected[name]
        assert getattr(article, name) == (datetime.fromisoformat(str(text)) if text else None)


@pytest.mark.parametrize("page", sorted(GOLDEN.glob("*.html")), ids=lambda page: page.stem)
def test_golden_page_shows_what_was_removed(page: Path) -> None:
    article, expected = read_golden(page)
    removed = "\n".join(block.text for block in article.stripped)
    wanted = expected["stripped"]
    assert isinstance(wanted, list)
    assert [text for text in wanted if text not in removed] == []


def test_named_furniture_inside_the_article_goes_with_its_reason() -> None:
    promo = "<div class='newsletter-box'>" + PARAGRAPH + "</div>"
    article = extract(
        build_page(PARAGRAPH * 2, PARAGRAPH + "It did. " + promo, PARAGRAPH + "That is all.", PARAGRAPH * 3)
    )
    assert [
        block
        for block in article.stripped
        if block.where.startswith("div.newsletter.box") and block.reason is StripReason.NAMED
    ]


def test_repeated_article_counts_once() -> None:
    text = [
        f"{number}: {PARAGRAPH}" + f"This is the {number}. of the paragraphs, and it says so plainly to the reader."
        for number in range(5)
    ]
    twice = build_page(*text, after="<div>" + " ".join(text) + "</div>")
    assert extract(twice).text.count("the 3. of the paragraphs") == 1


def test_audit_is_bounded() -> None:
    menu = "".join(f"<div><h{n % 6 + 1}><a href='/'>{'word ' * 400}</a></h{n % 6 + 1}></div>" for n in range(500))
    article = extract(build_page(PARAGRAPH, before=menu))
    assert len(article.stripped) <= 200
    assert max(len(block.text) for block in article.stripped) <= 500


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"%PDF-1.7 abc", None),
        (b"PK\x03\x04zip", None),
        (b"\x89PNG\r\n", "text/html"),
        (b"<p>x", "image/png"),
        (b"MZ" + b"\0" * 500, None),
    ],
)
def test_what_is_no_page_of_text_is_refused(body: bytes, content_type: str | None) -> None:
    with pytest.raises(ParseError, match=r"^https://a\.example/x: "):
        extract(body, "https://a.example/x", content_type=content_type)


@pytest.mark.parametrize(
    "page", ["", " ", "<html>", "<p></p>", "<!doctype html><title></title><body></body>", "<frameset><frame>"]
)
def test_page_without_text_gives_an_empty_article(page: str) -> None:
    assert extract(page).text == ""


def test_page_with_one_sentence_gives_that_sentence() -> None:
    assert extract("<html><body><div>Kestrel will end its supply pact with Harbour.</div></body></html>").text != ""


def test_article_crosses_a_process_border() -> None:
    article = extract(build_page(PARAGRAPH, PARAGRAPH))
    assert pickle.loads(pickle.dumps(article)) == article  # noqa: S301 - our own bytes


def test_the_collector_of_cycles_is_left_as_it_was() -> None:
    extract(build_page(PARAGRAPH))
    assert gc.isenabled()
    gc.disable()
    try:
        extract(build_page(PARAGRAPH))
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_deep_nesting_ends_in_good_order() -> None:
    assert isinstance(extract("<div>" * 3000 + PARAGRAPH), Article)
    assert isinstance(extract("<ul><li>" * 1000 + PARAGRAPH), Article)


def test_half_a_surrogate_pair_does_no_harm() -> None:
    assert extract(build_page(PARAGRAPH + "\ud800", PARAGRAPH)).text != ""


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="<>/abpdivulhr1 ='\"&;!-\x00é\n", max_size=300))
def test_any_markup_gives_an_article(text: str) -> None:
    assert isinstance(extract("<p>" + text, "https://a.example/"), Article)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_give_an_article_or_a_parse_error(body: bytes) -> None:
    with suppress(ParseError):
        assert isinstance(extract(body), Article)


def test_promo_byline_and_pointers_go_whatever_their_elements_are_called() -> None:
    paragraphs = [
        f"Traders in the {place} said that volumes were thin, and that nobody expected the market to move before the "
        f"figures on {day}, when the central bank is to publish its survey."
        for place, day in (("north", "Tuesday"), ("south", "Wednesday"), ("east", "Thursday"))
    ]
    cells = "".join(f"<div class=c{number}>{text}</div>" for number, text in enumerate(paragraphs))
    page = (
        "<html><head><title>Volumes are thin</title></head><body><table><tr><td><h1>Volumes are thin</h1>"
        f"<div class=z1>By Ada Marlow | 4 May 2026</div>{cells}<div class=z2>Read more: Gilts drift again</div>"
        "<div class=z3><b>Plumb Ledger Pro</b><br>Compare balance sheets. Trusted by analysts in thirty countries.<br>"
        "&bull; Charts<br>&bull; Exports<br><b>Save up to 58 % in your first year</b> Find out more</div>"
        "</td></tr></table></body></html>"
    )
    article = extract(page, "https://a.example/volumes")
    assert article.text.split("\n\n") == paragraphs
    stripped = " ".join(block.text for block in article.stripped)
    assert all(words in stripped for words in ("By Ada Marlow", "Gilts drift", "Plumb Ledger", "Save up to"))


def write_stories(count: int) -> list[str]:
    places = ("Lyon", "Graz", "Porto", "Turku", "Leeds", "Utrecht", "Brno", "Aarhus")
    return [
        f"The council of {place} voted on Monday to sell its stake in the local bus company, after a debate of "
        f"{hours} hours in which nobody could say what the new owner wants to do with the depot."
        for hours, place in enumerate(places[:count], start=2)
    ]


@pytest.mark.parametrize(
    "teaser",
    [
        "<div class=item><h3><a href='/{0}'>Council {0} sells</a></h3><p>{1}</p></div>",
        "<article><h2><a href='/{0}'>Council {0} sells</a></h2><div>{1}</div></article>",
    ],
)
def test_a_run_of_long_teasers_below_the_article_stays_out(teaser: str) -> None:
    own = [f"{number}: {PARAGRAPH}It was the {number}. time that the two fell out." for number in range(12)]
    others = write_stories(5)
    below = "".join(teaser.format(number, text) for number, text in enumerate(others))
    page = (
        "<html><head><title>Kestrel leaves Harbour</title></head><body><main><section class=story>"
        f"<h1>Kestrel leaves Harbour</h1>{''.join(f'<p>{text}</p>' for text in own)}</section>"
        f"<section><h2>More stories</h2>{below}</section></main></body></html>"
    )
    assert extract(page).text.split("\n\n") == [" ".join(text.split()) for text in own]


def test_thousands_of_options_cost_no_more_than_their_text() -> None:
    select = "<select>" + "<OPTION value=1>berth</option>" * 40_000 + "</select>"
    assert PARAGRAPH.strip() in extract(build_page(PARAGRAPH, PARAGRAPH * 2, before=select)).text
