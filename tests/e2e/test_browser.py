"""The page in a real browser, wide and narrow, light and dark: nothing broken, nothing run, all of it by keyboard.

Needs Debian's `chromium`. With PICTURES=DIR each view is kept there as a PNG.
"""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from monitor.models import Article, Judgement, Novelty, Participant
from monitor.store import Session, Store, articles, feedback, news, searches
from tests.bench.made_history import SOURCES, fill_history, make_event
from tests.e2e.conftest import Monitor

CHROMIUM = shutil.which("chromium")
VIEWS = {
    "now": "/",
    "acknowledged": "/?standing=acknowledged",
    "alert": "/alerts/3",
    "stories": "/stories",
    "story": "/stories/3",
    "articles": "/articles?q=contract&type=termination",
    "article": "/articles/1",
    "version": "/articles/1/versions/2",
    "relations": "/relations",
    "company": "/relations?company=Alder+Motors",
    "pair": "/pair?left=Alder+Motors&right=Birchway+Motors",
    "rules": "/rules",
    "trial": "/rules/try?match=contract+AND+exclusiv*&unless=spring+PRE/2+cloud",
    "trial-wrong": "/rules/try?match=contract+AND",
    "searches": "/searches",
    "query": "/articles?q=contract+PRE/1+with+AND+NOT+steel",
    "query-wrong": "/articles?q=contract+NEAR+with",
    "sources": "/sources",
    "deliveries": "/deliveries",
    "error": "/nowhere",
}
LOOKS: dict[str, dict[str, Any]] = {
    "wide": {"viewport": {"width": 1280, "height": 900}},
    "narrow": {"viewport": {"width": 390, "height": 844}, "has_touch": True},
    "dark": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
}
RULES_OF_LOOKS = {
    "wide": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "narrow": ["scrollable-region-focusable", "target-size"],
    "dark": ["color-contrast"],
}
"""What axe looks at: all once, and again what another look can break."""
HOSTILE = "</title></script><script>window.owned=1</script><img src=//evil.example/x onerror='window.owned=1'>"

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium: apt-get install chromium")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def monitor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Monitor]:
    """One monitor for all tests, with a made history of 150 articles."""
    instance = Monitor(tmp_path_factory.mktemp("browser"))
    with closing(Store(instance.database)) as store:
        fill_history(store, count=150, now=datetime.now(UTC), days=30, event_share=0.5)
        with store.write() as session:
            asked = {"q": "exclusiv* NEAR/9 cloud", "type": "exclusivity_lost"}
            searches.save_search(session, "Cloud exclusives", asked, datetime.now(UTC))
            answers = (Judgement.RIGHT, Judgement.RIGHT, Judgement.WRONG, Judgement.RIGHT, Judgement.LATE)
            for number, judgement in enumerate(answers, 10):
                feedback.record_judgement(session, number, judgement, datetime.now(UTC))
            news.acknowledge_story(session, 12, datetime.now(UTC))
    tables = (f'[[sources]]\nname = "{one.name}"\nkind = "feed"\nurl = "{one.url}"\n' for one in SOURCES)
    instance.configure(monitor="[page]\nport = 0\n", sources="".join(tables))
    yield instance
    instance.kill_all()


@pytest.fixture(scope="module")
def base(monitor: Monitor) -> str:
    process = monitor.start("serve")
    assert process.stdout
    told = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())
    assert told
    return told[0]


@pytest.fixture
def page(browser: Browser, base: str) -> Iterator[Page]:
    context = browser.new_context(base_url=base, viewport={"width": 1280, "height": 900})
    opened, complaints = open_page(context, base)
    yield opened
    context.close()
    assert complaints == []


def open_page(context: BrowserContext, base: str) -> tuple[Page, list[str]]:
    """Return a page, and the list of all that goes wrong on it: errors, and requests to anywhere else."""
    complaints: list[str] = []
    opened = context.new_page()
    opened.set_default_timeout(5000)
    opened.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("dialog", lambda dialog: complaints.append(dialog.message))
    opened.on("request", lambda request: None if request.url.startswith(base) else complaints.append(request.url))
    return opened, complaints


def keep_picture(page: Page, name: str) -> None:
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


@pytest.mark.parametrize("look", LOOKS)
def test_every_view_is_sound(look: str, browser: Browser, base: str) -> None:
    context = browser.new_context(base_url=base, **LOOKS[look])
    page, complaints = open_page(context, base)
    for name, path in VIEWS.items():
        page.goto(path)
        expect(page.locator("h1")).to_be_visible()
        keep_picture(page, f"{name}-{look}")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name
        assert find_barriers(page, RULES_OF_LOOKS[look]) == [], name
    context.close()
    assert [one for one in complaints if "404" not in one] == []


def find_barriers(page: Page, rules: list[str]) -> list[str]:
    """Return what keeps people out, as far as axe sees it by these rules."""
    violations = Axe().run(page, options={"runOnly": rules}).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html']}" for one in violations if one["impact"] in {"serious", "critical"}]


def test_an_alert_leads_to_its_evidence(page: Page) -> None:
    page.goto("/")
    page.locator("article.card .source a, article.card blockquote a").first.click()
    page.locator(".events a[href^='#']").first.click()
    expect(page.locator("mark:target")).to_be_visible()


def test_stripped_blocks_unfold_by_keyboard(page: Page) -> None:
    page.goto("/articles/1")
    block = page.get_by_text("Sign up for our newsletter")
    expect(block).to_be_hidden()
    page.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(block).to_be_visible()
    expect(page.locator("details .badge").first).to_have_text("wording")


def test_a_search_is_narrowed_by_what_the_articles_tell(page: Page) -> None:
    page.goto("/articles")
    page.get_by_label("Words", exact=True).fill("contract")
    page.get_by_label("Change", exact=True).select_option("termination")
    page.get_by_label("How sure", exact=True).select_option("confirmed")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("article.card").first).to_contain_text("ends its contract with")
    assert "type=termination" in page.url
    expect(page.get_by_label("Change", exact=True)).to_have_value("termination")


def test_a_point_of_a_timeline_leads_to_its_evidence(page: Page) -> None:
    page.goto("/relations")
    page.get_by_role("link", name="Timeline").first.click()
    page.locator("svg a.point").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".evidence li:target blockquote")).to_be_in_viewport()


def test_an_alert_is_judged_and_acknowledged_by_keyboard(page: Page) -> None:
    page.goto("/")
    card = page.locator("article.card.unread").first
    alert = f"[aria-labelledby='{card.get_attribute('aria-labelledby')}']"
    page.locator(alert).get_by_role("button", name="Wrong").focus()
    page.keyboard.press("Enter")
    expect(page.locator(alert).get_by_role("button", name="Wrong")).to_have_attribute("aria-pressed", "true")
    page.locator(alert).get_by_role("button", name="Acknowledge").focus()
    page.keyboard.press("Enter")
    expect(page.locator(alert)).to_have_class(re.compile("known"))
    page.get_by_role("link", name=re.compile("^Unread")).click()
    expect(page.locator("article.card").first).to_be_visible()
    expect(page.locator(alert)).to_have_count(0)


def test_a_query_of_the_rule_language_is_put_right(page: Page) -> None:
    page.goto("/articles")
    words = page.get_by_label("Words", exact=True)
    words.fill("ends NEAR contract")
    words.press("Enter")
    expect(page.locator(".problem")).to_contain_text("column 6: NEAR needs a distance, as in NEAR/5")
    expect(words).to_have_value("ends NEAR contract")
    words.fill("ends NEAR/3 contract")
    words.press("Enter")
    expect(page.locator("article.card mark").first).to_have_text("ends")


def test_a_rule_is_tried_before_it_is_saved(page: Page) -> None:
    page.goto("/rules")
    page.get_by_label("Match").fill("ends SENTENCE contract")
    page.get_by_label("Unless").fill("nobody")
    page.get_by_role("button", name="Try").click()
    expect(page.get_by_role("status")).to_contain_text("would be told")
    expect(page.locator("blockquote mark").first).to_have_text("ends")
    expect(page.get_by_label("Match")).to_have_value("ends SENTENCE contract")


def test_a_partner_of_a_company_leads_to_the_timeline_by_keyboard(page: Page) -> None:
    page.goto("/relations?company=Alder+Motors")
    page.locator("svg a.partner").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("svg.timeline")).to_be_visible()


def test_a_search_is_saved_and_removed_by_keyboard(page: Page) -> None:
    page.goto("/articles?q=contract&type=termination")
    page.get_by_label("Save this search as").fill("Ended contracts")
    page.keyboard.press("Enter")
    row = page.get_by_role("row").filter(has_text="Ended contracts")
    expect(row.get_by_role("link", name="RSS")).to_be_visible()
    row.get_by_role("link", name="Ended contracts").click()
    expect(page.get_by_label("Change", exact=True)).to_have_value("termination")
    page.goto("/searches")
    row.get_by_role("button", name="Remove").focus()
    page.keyboard.press("Enter")
    expect(row).to_have_count(0)


def test_the_first_tab_skips_to_the_content(page: Page) -> None:
    page.goto("/stories")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    expect(page.locator(".skip")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_a_dead_delivery_is_sent_again(page: Page) -> None:
    page.goto("/deliveries?state=dead")
    dead = page.locator("th .requeue")
    count = dead.count()
    assert count > 0
    dead.first.get_by_role("button").click()
    page.goto("/deliveries?state=dead")
    expect(dead).to_have_count(count - 1)


def test_an_alert_arrives_on_the_open_page(page: Page, monitor: Monitor) -> None:
    page.goto("/")
    expect(page.locator("#live-status")).to_have_text("live")
    with closing(Store(monitor.database)) as store, store.write() as session:
        tell(session, HOSTILE, datetime.now(UTC))
    card = page.locator("#arrived article").first
    expect(card.locator("blockquote")).to_have_text(HOSTILE)
    expect(page.locator("#live-status")).to_have_text("1 alert came in")
    assert re.search(r"/alerts/\d+$", str(card.locator(".when a").get_attribute("href")))
    arrived = card.evaluate("card => card.outerHTML")
    card.get_by_role("button", name="Right").click()
    assert re.search(r"/#alert-\d+$", page.url)
    card = page.locator("article.card").first
    expect(card.get_by_role("button", name="Right")).to_have_attribute("aria-pressed", "true")
    card.get_by_role("button", name="Right").click()
    expect(card.get_by_role("button", name="Right")).to_have_attribute("aria-pressed", "false")
    assert card.evaluate("card => card.outerHTML") == arrived
    card.locator("blockquote a").click()
    expect(page.locator("h1")).to_have_text(HOSTILE)
    assert page.evaluate("window.owned") is None


def test_it_works_without_scripts(browser: Browser, base: str) -> None:
    context = browser.new_context(base_url=base, java_script_enabled=False, **LOOKS["narrow"])
    page, complaints = open_page(context, base)
    page.goto("/")
    page.get_by_label("Search all articles").fill("contract")
    page.get_by_role("button", name="Search").click()
    expect(page.locator("article.card").first).to_be_visible()
    page.goto("/alerts/5")
    page.get_by_role("button", name="Late").click()
    expect(page.get_by_role("button", name="Late")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Acknowledge").click()
    expect(page.get_by_text("Story acknowledged")).to_be_visible()
    page.goto("/rules/try")
    page.get_by_text("Or a whole rule").click()
    page.get_by_label("Rule", exact=True).fill('[[rules]]\nname = "x"\ntype = "dispute"\nmatch = "takes PRE/9 court"')
    page.get_by_role("button", name="Try").click()
    expect(page.locator("blockquote mark").first).to_have_text("takes")
    page.goto("/articles?q=court")
    page.get_by_label("Save this search as").fill("Courts")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("row").filter(has_text="Courts").get_by_role("button", name="Remove").click()
    expect(page.get_by_text("Courts")).to_have_count(0)
    context.close()
    assert complaints == []


def tell(session: Session, text: str, now: datetime) -> None:
    article = Article(url="https://a.example/hostile", title=text, text=text, published_at=now, site_name=text)
    stored = articles.add_article(session, article, source=SOURCES[0].name, digest="hostile", now=now)
    story = news.open_story(session, now)
    event = make_event(text, (Participant(name=text), Participant(name="Alder")))
    told = news.add_event(session, event, stored=stored, story_id=story, novelty=Novelty.NEW_STORY, now=now)
    news.add_alert(session, [told], stored=stored, story_id=story, novelty=Novelty.NEW_STORY, now=now)
