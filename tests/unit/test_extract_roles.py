"""What blocks are, and what a source's own rules make of them."""

import pytest

from monitor.errors import ParseError
from monitor.extract import check_selector, explain, extract
from monitor.models import BlockRole, BlockRules, StripReason

PAGE = """<!doctype html><html><head><title>Harbour and Kestrel end pact</title>
<meta name="description" content="Both firms part in March, three years early."></head><body>
<nav><a href="/">Home</a> <a href="/firms">Firms</a></nav><article>
<h1>Harbour and Kestrel end pact</h1>
<p class="standfirst">Both firms part in March, three years early.</p>
<p class="byline">By Ina Marsh</p>
<figure><img src="a.jpg"><figcaption>An arm at the plant of Kestrel in Dunmore.</figcaption></figure>
<div class="body"><p>Harbour said on Tuesday that it would end its contract with Kestrel, because the two could not
agree on prices for the next machines.</p>
<blockquote><p>Both sides part on good terms, and the door remains open for a new start one day.</p></blockquote>
<p class="offer">The machines that stand in the plants stay there, and Harbour goes on repairing them until 2027.</p>
<ul><li>The contract was signed in 2022 and was to run for seven years.</li>
<li>It covered eleven plants in four countries of the region.</li></ul>
<table><tr><td>Plants</td><td>11</td></tr></table></div>
<p class="more">Read more: The week in robots</p></article>
<aside class="related"><p>Nordwind and Lumen share a network, they said on Monday, and Lumen pays half.</p></aside>
</body></html>"""


def texts(rules: BlockRules) -> list[str]:
    return extract(PAGE, "https://quay.example/1", rules=rules).text.split("\n\n")


def test_each_block_has_its_role() -> None:
    roles = [(block.text.split()[1], block.role.value) for block in explain(PAGE) if " " in block.text]
    assert roles == [
        ("Firms", "paragraph"),
        ("and", "headline"),
        ("firms", "standfirst"),
        ("Ina", "byline"),
        ("arm", "caption"),
        ("said", "paragraph"),
        ("sides", "quote"),
        ("machines", "paragraph"),
        ("contract", "list"),
        ("covered", "list"),
        ("more:", "pointer"),
        ("and", "paragraph"),
    ]


def test_the_standfirst_is_part_of_the_text_unless_the_source_drops_it() -> None:
    assert texts(BlockRules())[0].startswith("Both firms part")
    assert texts(BlockRules(drop_roles=(BlockRole.STANDFIRST,)))[0].startswith("Harbour said")


def test_a_role_can_be_kept() -> None:
    assert not any("An arm at" in text for text in texts(BlockRules()))
    assert any("An arm at" in text for text in texts(BlockRules(keep_roles=(BlockRole.CAPTION,))))


def test_a_selector_drops_what_the_model_keeps_and_says_so() -> None:
    rules = BlockRules(drop_selectors=("p.offer",))
    article = extract(PAGE, rules=rules)
    assert "machines that stand" not in article.text
    assert [one.text[:20] for one in article.stripped if one.reason is StripReason.SOURCE] == ["The machines that st"]


def test_a_selector_keeps_what_the_model_drops() -> None:
    assert any("Nordwind" in text for text in texts(BlockRules(keep_selectors=("aside.related",))))


def test_dropping_wins_over_keeping() -> None:
    rules = BlockRules(keep_selectors=("article",), drop_selectors=("blockquote",))
    assert not any("good terms" in text for text in texts(rules))


@pytest.mark.parametrize("selector", ["", ">>> ::bad(", "a[", "p:nth-child("])
def test_what_is_no_selector_is_told(selector: str) -> None:
    with pytest.raises(ParseError, match="is not a CSS selector"):
        check_selector(selector)
