import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from monitor.extract.headings import clean_title, read_heading


def read(inside: str) -> str:
    node = LexborHTMLParser(f"<h1>{inside}</h1>").css_first("h1")
    assert node is not None
    return read_heading(node)


@pytest.mark.parametrize(
    ("inside", "title"),
    [
        # Inline elements part no words, others do, though not before a mark.
        ("Kestrel<i>’s</i> pact, <b>now</b>, ends", "Kestrel’s pact, now, ends"),
        ("Ship<wbr>yards and <b>K</b>estrel", "Shipyards and Kestrel"),
        ("<span>Kestrel</span><span>, </span><span>Harbour</span>", "Kestrel, Harbour"),
        ("<span>Kestrel</span><span>Harbour</span>", "Kestrel Harbour"),
        ("Kestrel (<span>ships</span>)<span>’s pact</span>", "Kestrel (ships)’s pact"),
        ("Talks are over:<br>pact ends", "Talks are over: pact ends"),
        # What nobody sees.
        ("<style>.k{color:red}</style>Pact ends<svg><title>Share</title></svg><!-- cut -->", "Pact ends"),
        ("Ship&shy;yard pact\u200b ends", "Shipyard pact ends"),
        ("Pact ends<button>Save</button>", "Pact ends"),
        # Kickers and badges.
        ('<span class="head__kicker">Ships</span><span>Pact ends now</span>', "Pact ends now"),
        ('<div><div class="Badge">Live</div><div>Pact ends now</div></div>', "Pact ends now"),
        ('<span class="k1">Ships</span><span class="sr-only">: </span><span>Pact ends now</span>', "Pact ends now"),
        ('<span class="visually-hidden">Video</span>Pact ends now', "Pact ends now"),
        # Not if nearly all of the heading is one.
        ('<span class="label">Pact ends now</span>', "Pact ends now"),
        ('<span class="kicker">Pact ends after three years</span> Live', "Pact ends after three years Live"),
        ("", ""),
    ],
)  # fmt: skip
def test_headline_is_what_readers_see_in_a_heading(inside: str, title: str) -> None:
    assert read(inside) == title


@given(st.lists(st.sampled_from(["<span>", "</span>", "<br>", "Pact", " ", ",", "<b>", "</b>", "&shy;", "\u2060"])))
def test_any_heading_gives_one_clean_line(parts: list[str]) -> None:
    title = read("".join(parts))
    assert title == clean_title(title)


@pytest.mark.parametrize("inside", ["<span>x" * 20_000, "<i></i>" * 20_000, "word " * 20_000])
def test_a_page_inside_a_heading_is_read_in_bounds(inside: str) -> None:
    assert len(read(inside)) <= 2_000
