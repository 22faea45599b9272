from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from monitor.extract import extract, extract_plain

PAGE = """Kestrel and Harbour: A New Chapter

Dunmore Research Desk Feb 3, 2026

Highlights NEW

  • Kestrel keeps its exclusive rights, but others may supply spare parts.
  • Harbour widens its circle of partners.
Harbour is widening its circle of partners by joining a project in the north. Two more makers take part.

Spare parts

Kestrel will deliver the parts for all machines until then. Whether the contract is renewed is open.

Quay Terminal

Market Tools
New ReleasePro Grade

Company
Fundamentals

Access deep company data with unmatched coverage. Trusted by the world's leading banks.

  • 5M+ securities
  • 30-year history
Quay Data Platform
Save up to 40%
vs. other vendors"""


def test_saved_page_keeps_its_body_and_loses_the_marketing_block() -> None:
    article = extract_plain(PAGE)
    assert article.text.startswith("Kestrel keeps its exclusive rights")
    assert article.text.endswith("Whether the contract is renewed is open.")
    assert "Spare parts" in article.text


def test_saved_page_names_title_author_and_day() -> None:
    article = extract_plain(PAGE)
    assert article.title == "Kestrel and Harbour: A New Chapter"
    assert article.authors == ("Dunmore Research Desk",)
    assert article.published_at == datetime(2026, 2, 3, tzinfo=UTC)


def test_every_removed_line_is_in_the_audit() -> None:
    removed = {block.text for block in extract_plain(PAGE).stripped}
    assert {"Quay Terminal", "Save up to 40%", "vs. other vendors", "5M+ securities", "Highlights NEW"} <= removed


def test_list_items_are_lines_and_paragraphs_are_apart() -> None:
    paragraphs = extract_plain(PAGE).text.split("\n\n")
    assert paragraphs[0].count("\n") == 1
    assert len(paragraphs) == 4


def test_bytes_without_markup_are_plain_text() -> None:
    assert extract(PAGE.encode(), "https://a.example/x").text == extract_plain(PAGE).text


def test_content_type_text_keeps_angle_brackets() -> None:
    assert "<b>" in extract("A tag such as <b> is text here.", content_type="text/plain; charset=utf-8").text


def test_single_sentence_is_kept_whole() -> None:
    assert extract_plain("Kestrel ends its pact with Harbour.").text == "Kestrel ends its pact with Harbour."


def test_lone_headline_is_text() -> None:
    assert (
        extract_plain("Kestrel, Harbour sign pact for February 3, 2026").text
        == "Kestrel, Harbour sign pact for February 3, 2026"
    )


def test_headline_and_lede_lose_nothing() -> None:
    article = extract_plain("Kestrel ends pact\nKestrel said on Monday that it would end its pact with Harbour.")
    assert (article.title, article.text) == (
        "Kestrel ends pact",
        "Kestrel said on Monday that it would end its pact with Harbour.",
    )
    assert article.stripped == ()


def test_given_title_is_not_repeated_in_the_body() -> None:
    article = extract_plain("Kestrel ends pact\nIt said so on Monday.", title="Kestrel ends pact")
    assert article.text == "It said so on Monday."


def test_empty_text_gives_an_empty_article() -> None:
    assert extract_plain(" \n\t\n").text == ""


@given(st.text(max_size=400))
def test_kept_lines_stand_in_the_input(text: str) -> None:
    article = extract_plain(text)
    assert all(line in text for line in article.text.split("\n"))
