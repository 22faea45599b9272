"""Scraped text made harmless."""

import html
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.notify.escaping import clean_line, cut_escaped, cut_text, defuse_chat, escape_mrkdwn, fit_lines

HOSTILE = st.text(st.one_of(st.characters(), st.sampled_from("\x1b\u202e\u2066\r\n\u2028 <>&*_~`@|\u0301\u200d")))


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("plain", "plain"),
        ("two\r\nlines\tand  more ", "two lines and more"),
        ("Subject\r\nBcc: eve@example.org", "Subject Bcc: eve@example.org"),
        ("\x1b[31mred\x1b[0m", "[31mred[0m"),
        ("\x9b31mred", "31mred"),
        ("safe \u202etxt.exe\u202c \u2066x\u2069", "safe txt.exe x"),
        ("zero\u200bwidth soft\u00adhyphen \ufeffmark", "zerowidth softhyphen mark"),
        ("lone \ud800 surrogate, nul \x00", "lone surrogate, nul"),
        ("line\u2028separator no-break\u00a0space", "line separator no-break space"),
        ("family 👨\u200d👩\u200d👧", "family 👨\u200d👩\u200d👧"),
        ("\U000e0041\U000e0042 tags", "tags"),
        ("", ""),
    ],
)
def test_a_clean_line_has_only_visible_characters(text: str, cleaned: str) -> None:
    assert clean_line(text) == cleaned


@given(HOSTILE)
def test_a_clean_line_stays_one_line_that_any_output_can_encode(text: str) -> None:
    cleaned = clean_line(text)
    assert len(cleaned.splitlines()) <= 1
    assert not any(unicodedata.category(char) in {"Cc", "Cs"} for char in cleaned)
    assert cleaned.encode().decode() == cleaned
    assert clean_line(cleaned) == cleaned


def test_a_cut_falls_after_a_word() -> None:
    assert cut_text("partners for twenty years", 20) == "partners for twenty…"
    assert cut_text("partners for two years", 16) == "partners for…"


def test_a_text_that_fits_is_not_cut() -> None:
    assert cut_text("partners", 8) == "partners"


def test_a_word_longer_than_the_room_is_cut_inside() -> None:
    assert cut_text("a" * 50, 10) == "a" * 9 + "…"


@pytest.mark.parametrize("text", ["abcde\u0301\u0302fghijkl", "abcd👨\u200d👩\u200d👧xxxxxx", "abcd👍\U0001f3ffxxxx"])
def test_a_cut_parts_no_character_from_what_belongs_to_it(text: str) -> None:
    for room in range(5, 10):
        rest = text[len(cut_text(text, room)) - 1 :]
        assert not rest.startswith(("\u0301", "\u0302", "\u200d", "👩", "👧", "\U0001f3ff"))


@given(HOSTILE, st.integers(0, 60), st.sampled_from([str, html.escape, escape_mrkdwn]))
def test_an_escaped_cut_has_the_room_it_was_given(text: str, room: int, escape: type[str]) -> None:
    cut = cut_escaped(text, room, escape)
    assert len(cut) <= room
    if len(escape(text)) <= room:
        assert cut == escape(text)


def test_an_escaped_cut_leaves_no_half_entity() -> None:
    assert cut_escaped("&" * 30, 23, html.escape) == "&amp;" * 3 + "…"


@pytest.mark.parametrize("text", ["<!channel>", "<@U1>", "<https://evil.example|bank.example>", "a & b <b>"])
def test_mrkdwn_has_no_live_mention_or_link(text: str) -> None:
    escaped = escape_mrkdwn(text)
    assert "<" not in escaped
    assert ">" not in escaped
    assert html.unescape(escaped) == text


@pytest.mark.parametrize("text", ["*bold*", "_italic_", "__under__", "~gone~", "`code`", "```block```"])
def test_mrkdwn_has_no_style_that_is_not_ours(text: str) -> None:
    assert not set("*_~`") & set(escape_mrkdwn(text))


def test_mrkdwn_keeps_underscores_inside_words() -> None:
    assert escape_mrkdwn("exclusivity_lost") == "exclusivity_lost"


def test_links_that_hide_where_they_lead_are_defused() -> None:
    assert defuse_chat("[bank](https://evil.example)") == "[bank]\u200b(https://evil.example)"


def test_mentions_are_defused_and_addresses_kept() -> None:
    assert defuse_chat("@everyone <@1> <@&2> <#3> <!here>") == (
        "@\u200beveryone <\u200b@1> <\u200b@&2> <\u200b#3> <\u200b!here>"
    )
    assert defuse_chat("ir@acme.example, @acme") == "ir@acme.example, @acme"


@pytest.mark.parametrize(
    "text",
    [
        "# big",
        "> quoted",
        "-# small",
        "- item",
        "+ item",
        "1. item",
        "a **b** c",
        "a __b__ c",
        "~~gone~~",
        "||spoiler||",
        "`code`",
        "<t:1>",
        "<:smile:1>",
        "</run:1>",
        "[a][b]",
        "[b]: https://evil.example",
        "<https://evil.example|bank>",
    ],
)
def test_chats_find_no_style(text: str) -> None:
    defused = defuse_chat(text)
    assert defused != text
    assert defused.replace("\u200b", "").translate(str.maketrans("∗∼ˋ＿", "*~`_")) == text


def test_a_line_that_is_a_link_stays_one() -> None:
    link = "https://news.example/~a/b_c(d)?x=-&y=1"
    assert defuse_chat(f"“x”\n{link}") == f"“x”\n{link}"
    assert defuse_chat("https://news.example/@everyone/_x_/**") == "https://news.example/%40everyone/%5Fx%5F/%2A%2A"


def test_the_longest_lines_are_cut_first() -> None:
    link = "https://news.example/" + "a" * 40
    assert fit_lines(f"{'word ' * 30}end\nshort\n{link}", 100) == f"{'word ' * 5}word…\nshort\n{link}"
    assert fit_lines(f"“x”\n{link}", 30) == "“x”"
    assert fit_lines("fits", 4) == "fits"


@given(
    st.lists(st.sampled_from(["x" * 50, "https://a.example/" + "b" * 30, "short", "w o r d s " * 9])),
    st.integers(0, 200),
)
def test_lines_fit(lines: list[str], room: int) -> None:
    assert len(fit_lines("\n".join(lines), room)) <= room
