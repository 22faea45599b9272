"""Articles that rules may have missed."""

import pytest

from monitor.detect import compile_rules, find_miss, load_pack
from monitor.models import Article, Company

RULESET = compile_rules(load_pack(), (Company(name="Halden"), Company(name="Veltro")))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "Shares rose. Halden and Veltro, whose venture is old, fell.",
            "Halden and Veltro, whose venture is old, fell.",
        ),
        ("Halden and Veltro announced a strategic partnership on Monday.", None),
        ("Halden fell. Veltro rose. Its partner did not.", None),
        ("Halden and Veltro fell.", None),
        ("", None),
    ],
)
def test_two_watched_companies_beside_a_word_of_partnership_without_an_event(text: str, sentence: str | None) -> None:
    assert find_miss(Article(url="", title="", text=text), RULESET) == sentence
