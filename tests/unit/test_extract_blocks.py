"""A page as blocks: what is folded, and what is looked into."""

from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from monitor.extract import explain, extract, model
from monitor.extract.blocks import FOLDED, HIDDEN, Block, read_blocks
from monitor.extract.content import read_hints
from monitor.extract.metadata import read_metadata
from monitor.models import BlockRules
from tests.bench.train_extraction import list_tokens

GOLDEN = Path(__file__).parents[1] / "golden"
SENTENCE = "Kestrel said on Monday that it would buy no more machines from Harbour, because the two could not agree. "
ARTICLE = "".join(f"<p>{SENTENCE * 2}It is point {number} of the plan.</p>" for number in range(8))
COMMENTS = "".join(
    f"<div><p>Reader {number} thinks that it had to come so, sooner or later.</p></div>" for number in "123"
)


def read(body: str) -> list[Block]:
    root = LexborHTMLParser(f"<html><body>{body}</body></html>").body
    assert root is not None
    return read_blocks(root)[0]


def texts(body: str) -> list[str]:
    return [block.text for block in read(body)]


def test_text_is_split_where_block_elements_begin_and_end() -> None:
    assert texts("one <b>two</b><div>three <i>four</i><p>five</p>six</div>seven") == [
        "one two",
        "three four",
        "five",
        "six",
        "seven",
    ]


def test_two_breaks_end_a_block_and_one_ends_a_line() -> None:
    assert texts("<div>one<br>two <br> <br>three</div>") == ["one\ntwo", "three"]


def test_white_space_between_inline_elements_keeps_words_apart() -> None:
    assert texts("<p><b>Harbour</b> <i>and</i>\n<a href='/'>Kestrel</a></p>") == ["Harbour and Kestrel"]


def test_scripts_styles_and_templates_are_no_text() -> None:
    assert texts(
        "<script>a()</script><style>p{}</style><template><p>t</p></template><noscript>n</noscript><p>one</p>"
    ) == ["one"]


def test_an_element_of_a_page_s_own_is_a_block_unless_it_stands_in_a_line() -> None:
    assert texts("<x-card>one</x-card><x-card>two</x-card><p>three <x-mark>four</x-mark></p>") == [
        "one",
        "two",
        "three four",
    ]


@pytest.mark.parametrize(
    "furniture", ["<div class='user-comments'>{}</div>", "<section id=comments>{}</section>", "<nav>{}</nav>"]
)
def test_furniture_is_one_block(furniture: str) -> None:
    blocks = read(ARTICLE + furniture.format(COMMENTS))
    assert [block.text.count("Reader") for block in blocks if block.frame.places & FOLDED] == [3]


def test_furniture_whose_name_speaks_of_the_article_too_is_looked_into() -> None:
    blocks = read(f"{ARTICLE}<div class='content comments'>{COMMENTS}</div>")
    assert not any(block.frame.places & FOLDED for block in blocks)


def test_a_heading_is_looked_into_whatever_the_name_that_its_words_gave_it() -> None:
    assert not any(block.frame.places & FOLDED for block in read(f"{ARTICLE}<h2 id='copyright-and-share'>Rights</h2>"))


def test_what_holds_most_of_a_page_is_looked_into_whatever_its_name() -> None:
    assert len(texts(f"<div class='has-comments'>{ARTICLE}</div><div>{COMMENTS}</div>")) == 11


def test_what_holds_the_headline_is_looked_into_whatever_its_name() -> None:
    short = f"<div class=dialog><h1>Harbour loses Kestrel</h1><p>{SENTENCE * 5}</p></div>"
    assert f"{SENTENCE * 5}".strip() in texts(short + ARTICLE * 9)


def test_a_list_of_links_is_one_block_and_a_list_of_sentences_is_not() -> None:
    links = "".join(f"<li><a href='/{word}'>{word}</a></li>" for word in ("Home", "Firms", "Markets", "People"))
    assert texts(f"<ul>{links}</ul>") == ["Home Firms Markets People"]
    assert len(texts(f"<ul><li>{SENTENCE}</li><li>{SENTENCE}</li></ul>")) == 2


def test_hidden_elements_are_marked() -> None:
    (block,) = read("<div style='color:red; display : none'><p>one</p></div>")
    assert block.frame.places & HIDDEN


def test_a_source_can_keep_what_stands_in_a_folded_element() -> None:
    page = f"<html><body><article>{ARTICLE}</article><div class=comments>{COMMENTS}</div></body></html>"
    assert "Reader 2" not in extract(page).text
    assert "Reader 2" in extract(page, rules=BlockRules(keep_selectors=("div.comments",))).text
    assert [block.text.count("Reader") for block in explain(page) if "Reader" in block.text] == [3]


@pytest.mark.parametrize("page", sorted(GOLDEN.glob("*.html")), ids=lambda page: page.stem)
def test_learning_sees_what_judging_sees(page: Path) -> None:
    tree = LexborHTMLParser(page.read_text(encoding="utf-8"))
    hints = read_hints(read_metadata(tree, None))
    assert tree.body is not None
    looks = model.look_at(*read_blocks(tree.body), hints)
    words = model.load_weights().words
    tables = {kind: {word: f"{kind}:{word}" for word in table} for kind, table in words.items()}
    for tokens, judged in zip(list_tokens(looks, tables), model.sum_channels(looks), strict=True):
        learned = tokens and [sum(words[kind][word] for kind, word in map(_split, channel)) for channel in tokens]
        assert learned == (None if judged is None else pytest.approx(judged[1:]))


def _split(token: str) -> tuple[str, str]:
    kind, _, word = token.partition(":")
    return kind, word
