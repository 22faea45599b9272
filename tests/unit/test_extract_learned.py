"""What a site repeats is learned and taken out; what is news stays."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.extract.learned import MAX_SIGHTINGS, NOTHING, Knowledge, fingerprint, learn, strip_learned
from monitor.models import Article, StripReason
from tests.bench.bench_boilerplate import count_errors, read_site
from tests.bench.sites import TEMPLATES, Template, generate_site

DAY = datetime(2026, 5, 4, 9, tzinfo=UTC)
NEWS = (
    "Alderon and Birchway said on Monday that they had formed a partnership to run forty warehouses for ten years.",
    "Cedrus bought a mill in the north from a family that had owned it since the war and wants to make more there.",
    "Dogwood lost its main supplier of glass after a fire and now looks for another one in the countries around.",
    "Elmside opens its third plant this week with six hundred workers who were trained for a year in the others.",
)
PROMO = "Quay Terminal brings every filing to your desk, now {} per cent off."


def article(number: int, *lines: str, title: str = "") -> Article:
    text = "\n\n".join((NEWS[number % len(NEWS)].replace("a", f"a{number}"), *lines))
    return Article(url=f"https://quay.example/{number}", title=title or f"Story {number}", text=text)


def teach(*articles: Article, at: datetime = DAY) -> Knowledge:
    known = NOTHING
    for number, one in enumerate(articles):
        known = learn(one, known, at + timedelta(hours=number))
    return known


def test_a_promo_seen_before_goes_and_says_why() -> None:
    known = teach(article(0, PROMO.format(68)), article(1, PROMO.format(70)))
    stripped = strip_learned(article(2, PROMO.format(12)), known, DAY + timedelta(days=1))
    assert "Terminal" not in stripped.text
    assert "Dogwood" in stripped.text
    assert [(one.reason, one.where) for one in stripped.stripped] == [
        (StripReason.LEARNED, "learned on 2 of 2 articles")
    ]


def test_the_first_page_of_a_site_stays_as_it_is() -> None:
    page = article(0, PROMO.format(68))
    assert strip_learned(page, NOTHING, DAY) is page


def test_what_others_show_only_later_stays() -> None:
    known = teach(
        article(1, "Glass runs short in the whole region."), article(2, "Glass runs short in the whole region.")
    )
    page = article(3, "Glass runs short in the whole region.")
    assert strip_learned(page, known, DAY - timedelta(days=1)) is page


def test_background_that_follow_ups_repeat_stays() -> None:
    background = (
        "Alderon and Birchway, which both come from Leeds, had worked together before, first in 2019 and then again."
    )
    known = teach(*(article(n, background, title="Alderon waits") for n in range(3)))
    page = article(3, background, title="Alderon and Birchway end pact")
    assert strip_learned(page, known, DAY + timedelta(days=1)) is page


def test_one_of_a_series_in_the_same_words_stays() -> None:
    known = teach(
        *(article(n, "Sales came to 4 million.", "Profit was 2 million.", "Debt fell by 3 million.") for n in range(4))
    )
    lines = ("Sales came to 9 million.", "Profit was 5 million.", "Debt fell by 2 million.")
    page = Article(url="https://quay.example/9", title="Figures", text="\n\n".join(lines))
    assert strip_learned(page, known, DAY + timedelta(days=1)) is page


def test_a_second_look_at_an_article_teaches_nothing_about_its_lines() -> None:
    page = article(0, PROMO.format(1))
    known = teach(page, page, page)
    assert {len(sightings) for sightings in known.sightings.values()} == {1}
    assert strip_learned(page, known, DAY + timedelta(days=1)) is page


def test_what_is_remembered_of_a_line_is_bounded() -> None:
    known = teach(*(article(n, PROMO.format(n)) for n in range(3 * MAX_SIGHTINGS)))
    assert max(map(len, known.sightings.values())) == MAX_SIGHTINGS


@given(st.lists(st.text(max_size=60), max_size=8), st.lists(st.text(max_size=60), max_size=8))
def test_what_is_told_as_taken_out_is_out_and_all_else_stays(lines: list[str], others: list[str]) -> None:
    page = Article(url="https://quay.example/a", title="Some news", text="\n\n".join((*lines, NEWS[0], *others)))
    other = Article(url="https://quay.example/b", title="Other news", text="\n".join((NEWS[1], *others)))
    stripped = strip_learned(page, learn(other, NOTHING, DAY), DAY)
    left = [line for line in stripped.text.split("\n") if line]
    gone = [one.text for one in stripped.stripped]
    assert NEWS[0] in left
    assert not set(left) & set(gone)
    assert sorted(left + gone) == sorted(line for line in page.text.split("\n") if line)


@given(st.text(), st.integers(0, 10**9), st.integers(0, 10**9))
def test_figures_case_and_spaces_make_no_other_line(text: str, left: int, right: int) -> None:
    assert fingerprint(f"{text} save {left} %") == fingerprint(f"{text}  SAVE {right}%")
    assert -(2**63) <= fingerprint(text) < 2**63


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.name)
def test_rotating_marketing_leaks_no_more_from_the_sixth_page_on(template: Template) -> None:
    pages = generate_site(template, seed=77)
    counts = count_errors(pages, read_site(pages))
    assert counts["first leaked"] > 0, "nothing to learn: the test says nothing"
    assert counts["later leaked"] <= 0.01 * counts["later promos"]
    assert counts["lost"] == 0
