"""The pictures of the README: the page after a run of the demo, whose stories are our own, and some more made-up news.

Taken in Debian's `chromium`; `make pictures` keeps them in docs/pictures.
"""

import os
import re
import shutil
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from monitor.models import Article, Event, EventType, Evidence, Field, Judgement, Modality, Novelty, Participant
from monitor.store import Session, Store, articles, feedback, history, news, searches
from tests.e2e.conftest import Monitor
from tests.e2e.test_browser import CHROMIUM
from tests.e2e.test_demo import run_demo

ROOT = Path(__file__).parents[2]
MAX_BYTES = 200_000
WIDE: dict[str, Any] = {"viewport": {"width": 1280, "height": 720}}
DARK: dict[str, Any] = WIDE | {"color_scheme": "dark"}
NARROW: dict[str, Any] = {"viewport": {"width": 390, "height": 844}}
PICTURES: dict[str, tuple[str, dict[str, Any]]] = {
    "now": ("/", WIDE),
    "now-narrow": ("/", NARROW),
    "article": ("/articles/{article}", WIDE),
    "timeline": ("/pair?left=Halden+Cloud&right=Veltro", WIDE),
    "partners-dark": ("/relations?company=Halden+Cloud", DARK),
    "search": ("/articles?q=cloud+SENTENCE+(exclusiv*+OR+%22first+refusal%22)", WIDE),
    "trial": ("/rules/try?match=cloud+AND+exclusiv*&unless=rumo*", WIDE),
    "trial-narrow": ("/rules/try?match=cloud+AND+exclusiv*&unless=rumo*", NARROW),
}

SURE, REPORTED, DOUBTFUL = Modality.CONFIRMED, Modality.REPORTED, Modality.SPECULATED
PAST: tuple[tuple[int, EventType, Modality, str, str | None, str], ...] = (
    (730, EventType.IN_TALKS, DOUBTFUL, "Veltro", None, "Halden Cloud is said to court Veltro."),
    (690, EventType.NEW_PARTNERSHIP, SURE, "Veltro", None, "Halden Cloud and Veltro sign a five-year partnership."),
    (520, EventType.EXCLUSIVITY_GRANTED, SURE, "Veltro", "cloud", "Veltro makes Halden its exclusive cloud supplier."),
    (
        400,
        EventType.EXPANSION,
        REPORTED,
        "Veltro",
        None,
        "Halden and Veltro widen their work, people close to both say.",
    ),
    (
        190,
        EventType.DISPUTE,
        REPORTED,
        "Veltro",
        "cloud",
        "Veltro quarrels with Halden over capacity, the Ledger says.",
    ),
    (
        90,
        EventType.EXCLUSIVITY_LOST,
        SURE,
        "Veltro",
        "cloud",
        "Halden loses its exclusive role as Veltro's cloud supplier.",
    ),
    (20, EventType.RIGHT_OF_FIRST_REFUSAL, SURE, "Veltro", "cloud", "Halden keeps a right of first refusal at Veltro."),
    (300, EventType.NEW_PARTNERSHIP, SURE, "Norvasker Marine", None, "Norvasker Marine moves to Halden Cloud."),
    (250, EventType.TERMINATION, SURE, "Oriphane Therapeutics", None, "Oriphane ends its contract with Halden Cloud."),
    (
        210,
        EventType.IN_TALKS,
        REPORTED,
        "Brannoch Pharma",
        None,
        "Brannoch Pharma talks with Halden Cloud, sources say.",
    ),
    (
        170,
        EventType.NEW_PARTNERSHIP,
        REPORTED,
        "Skelmere Airways",
        None,
        "Skelmere Airways picks Halden Cloud, it is told.",
    ),
    (120, EventType.DISPUTE, SURE, "Aurovane Air", None, "Aurovane Air takes Halden Cloud to court."),
    (
        60,
        EventType.EXPANSION,
        SURE,
        "Lumenforth Energy",
        None,
        "Lumenforth Energy and Halden Cloud build a second site.",
    ),
)
"""Days ago, what, how sure, with whom, on what, and the sentence."""

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium: apt-get install chromium")


def test_the_pictures_of_the_readme_show_the_demo_and_are_small(monitor: Monitor, tmp_path: Path) -> None:
    shutil.copy(ROOT / "config" / "companies.toml", monitor.folder)
    run_demo(monitor)
    article = answer_some_alerts(monitor)
    folder = Path(os.environ.get("PICTURES", tmp_path))
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        base = start_page(monitor)
        for name, (path, look) in PICTURES.items():
            take_picture(browser, base + path.format(article=article), look, folder / f"{name}.png")
        browser.close()
    sizes = {name: (folder / f"{name}.png").stat().st_size for name in PICTURES}
    assert {name: size for name, size in sizes.items() if not 10_000 < size < MAX_BYTES} == {}


def test_the_readme_shows_pictures_that_are_there() -> None:
    shown = re.findall(r"\]\((docs/pictures/[\w-]+\.png)\)", (ROOT / "README.md").read_text("utf-8"))
    assert {Path(one).stem for one in shown} & set(PICTURES)
    assert [one for one in shown if not (ROOT / one).is_file()] == []


def start_page(monitor: Monitor) -> str:
    process = monitor.start("serve")
    assert process.stdout
    told = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())
    assert told
    return told[0]


def answer_some_alerts(monitor: Monitor) -> int:
    """Answer as a reader would; return the article of the last alert on Microsoft and OpenAI."""
    now = datetime.now(UTC)
    with closing(Store(monitor.database)) as store, store.write() as session:
        alerts = history.list_alerts(session, limit=100)
        for alert in alerts[1:]:
            is_doubtful = alert.events[0].modality is Modality.SPECULATED
            feedback.record_judgement(session, alert.id, Judgement.WRONG if is_doubtful else Judgement.RIGHT, now)
        news.acknowledge_story(session, alerts[1].story_id, now)
        searches.save_search(session, "Cloud exclusives", {"q": "cloud SENTENCE exclusiv*"}, now)
        stored = history.list_articles(session, limit=100)
        tell_of_past(session, now)
        assert all(one.article.url.startswith("http://127.0.0.1:") for one in stored)
        return history.list_alerts(session, company="openai", limit=1)[0].article_id


def tell_of_past(session: Session, now: datetime) -> None:
    """Store what one company and its partners did over two years: the demo knows one day only."""
    for number, (days, kind, modality, partner, subject, sentence) in enumerate(PAST):
        at = now - timedelta(days=days)
        title = sentence.rstrip(".")
        url = f"https://wire.example/{number}"
        article = Article(url=url, title=title, text=sentence, published_at=at, site_name="Meridian Wire")
        stored = articles.add_article(session, article, source="wire", digest=url, now=at)
        event = Event(
            type=kind,
            participants=(Participant(name="Halden Cloud"), Participant(name=partner)),
            modality=modality,
            evidence=Evidence(field=Field.TEXT, start=0, end=len(sentence), sentence=sentence),
            rule=kind.value.replace("_", "-"),
            subject=subject,
        )
        story = news.open_story(session, at)
        news.add_event(session, event, stored=stored, story_id=story, novelty=Novelty.NEW_STORY, now=at)


def take_picture(browser: Browser, address: str, look: dict[str, Any], path: Path) -> None:
    context = browser.new_context(**look)
    page: Page = context.new_page()
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == 200, address
    page.screenshot(path=path)
    context.close()
