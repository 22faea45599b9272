"""The page over real HTTP: every view, every refusal, and hostile text that stays text."""

import asyncio
import gc
import json
import signal
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from selectolax.lexbor import LexborHTMLParser
from starlette.applications import Starlette
from starlette.routing import Route

from monitor.config import MainSettings, PageSettings, Settings
from monitor.errors import PageError
from monitor.models import (
    Article,
    Event,
    EventType,
    Evidence,
    Field,
    Judgement,
    Modality,
    Novelty,
    Participant,
    RelationState,
    Source,
    SourceKind,
    Stripped,
    StripReason,
)
from monitor.store import Session, Store, articles, deliveries, feedback, news, searches, sources
from monitor.web import PageServer, make_page
from monitor.web.listings import Surroundings

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
Outline = list[tuple[str, tuple[str, ...]]]
VIEWS = (
    "/",
    "/?before=99",
    "/?standing=unread",
    "/alerts/1",
    "/articles/1",
    "/stories",
    "/stories/1",
    "/articles",
    "/articles?q=before",
    "/searches",
    "/searches/1",
    "/articles/1/versions/2",
    "/relations",
    "/relations?company=Alderon",
    "/pair?left=Alderon&right={text}",
    "/rules",
    "/sources",
    "/deliveries",
    "/deliveries?state=dead",
)
HOSTILE = (
    "<script>alert(1)</script>",
    "\"><img src=x onerror='alert(1)'>",
    "' autofocus onfocus=alert(1) x='",
    "</title></style></textarea></script><svg onload=alert(1)>",
    "</mark></bdi></p></main><h1>Owned</h1><!--",
    "{{ 7 * 7 }}{% include 'base.html' %}{# x #}",
    "javascript:alert(1)",
    "&lt;b&gt;&#60;i&#62;&quot;",
    "\x02<b>\x03</b>]]>",
    "\x00\x1b[2J\x7f\x9b\u202e\ufeff\u0000<i>",
    "%3Cscript%3E+%22%00",
    "../../etc/passwd\\x",
    "א<ב>ג" * 50,
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "monitor.db")
    yield opened
    opened.close()


def make_source(text: str) -> Source:
    return Source(name=text, kind=SourceKind.FEED, url="https://a.example/feed")


def fill(store: Store, text: str, *, alerts: int = 1) -> None:
    """Put `text` into every place of the history that strangers can write to."""
    with store.write() as session:
        for number in range(alerts):
            add_news(session, text, number)
        source = make_source(text).name
        sources.record_failure(session, source, NOW, error=text, not_before=NOW)
        searches.save_search(session, text, {"q": "before", "source": text}, NOW)


def add_news(session: Session, text: str, number: int) -> None:
    body = f"before {text} after"
    article = Article(
        url=f"{text}{'' if number == 0 else number}",
        title=text,
        text=body,
        authors=(text,),
        published_at=NOW,
        site_name=text,
        language=text,
        stripped=(Stripped(text=text, reason=StripReason.NAMED, where=text),),
    )
    old = articles.add_article(session, article, source=text, digest=f"old {number}", now=NOW)
    stored = articles.revise_article(session, old, article, digest=f"new {number}", now=NOW)
    story = news.open_story(session, NOW)
    evidence = (
        Evidence(field=Field.TEXT, start=7, end=7 + len(text), sentence=f"{text}."),
        Evidence(field=Field.TITLE, start=0, end=len(text), sentence=text),
        Evidence(field=Field.TEXT, start=900, end=990, sentence=text),
    )
    ids = [
        news.add_event(
            session,
            Event(
                type=EventType.NEW_PARTNERSHIP,
                participants=(Participant(name="Alderon"), Participant(name=text)),
                modality=Modality.CONFIRMED,
                evidence=one,
                rule=text,
                subject=text,
                tags=(text,),
            ),
            stored=stored,
            story_id=story,
            novelty=Novelty.NEW_STORY,
            now=NOW,
        )
        for one in evidence
    ]
    told = dict.fromkeys(ids) | {ids[0]: (RelationState.EXCLUSIVE, RelationState.FIRST_REFUSAL)}
    alert = news.add_alert(session, told, stored=stored, story_id=story, novelty=Novelty.NEW_STORY, now=NOW)
    deliveries.add_delivery(session, alert, route=text, target=text, group=text, due_at=NOW)
    due = deliveries.next_due(session, NOW, target=text)
    deliveries.mark_failed(session, [one.id for one in due], text, due_at=None)


def serve(store: Store, text: str = "x", *, secrets: tuple[str, ...] = (), **page: Any) -> PageServer:
    settings = Settings(
        main=MainSettings(page=PageSettings(port=0, **page)), sources=(make_source(text),), secrets=frozenset(secrets)
    )
    return PageServer(store=store, settings=settings, now=lambda: NOW)


def outline(page: str) -> Outline:
    """Return every element with the names of its attributes, in order."""
    tree = LexborHTMLParser(page)
    return [(node.tag or "", tuple(sorted(node.attributes))) for node in tree.root.traverse()] if tree.root else []


async def read_all(server: PageServer, paths: tuple[str, ...], text: str = "Birchway") -> dict[str, str]:
    async with server as page, httpx.AsyncClient(base_url=page.url) as client:
        answers = {path: await client.get(path.format(text=quote(text))) for path in paths}
    assert {path: answer.status_code for path, answer in answers.items()} == dict.fromkeys(paths, 200)
    return {path: answer.text for path, answer in answers.items()}


def assert_guarded(answer: httpx.Response) -> None:
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert answer.headers["cache-control"]
    assert "server" not in answer.headers


# --- what is shown ----------------------------------------------------------------------------------------------


async def test_every_view_of_an_empty_history_says_so(store: Store) -> None:
    paths = tuple(path for path in VIEWS if "/1" not in path)
    pages = await read_all(serve(store), paths)
    assert "No alerts yet" in pages["/"]
    assert "No relations yet" in pages["/relations"]
    assert "not checked yet" in pages["/sources"]
    assert "Nothing was to be sent yet" in pages["/deliveries"]


async def test_every_view_is_one_landmarked_page(store: Store) -> None:
    fill(store, "Birchway")
    for path, text in (await read_all(serve(store), (*VIEWS, "/rules/try?match=before"))).items():
        tree = LexborHTMLParser(text)
        assert len(tree.css("h1")) == len(tree.css("main")) == len(tree.css("head title")) == 1, path
        assert tree.css("html[lang]"), path
        assert tree.css("a.skip[href='#main']"), path
        assert not tree.css("script:not([src^='/static/']), style, [style], [onclick]"), path
        ids = [node.attributes["id"] for node in tree.css("[id]")]
        assert len(ids) == len(set(ids)), path
        labels = {node.attributes["for"] for node in tree.css("label")}
        assert {node.attributes["id"] for node in tree.css("input:not([type=hidden]), select, textarea")} <= labels, (
            path
        )
        assert all(node.css("th[scope=col]") for node in tree.css("table")), path


async def test_an_alert_shows_who_what_how_sure_and_leads_to_its_article(store: Store) -> None:
    fill(store, "Birchway")
    page = (await read_all(serve(store), ("/",)))["/"]
    card = LexborHTMLParser(page).css_first("article.card")
    assert card is not None
    told = " ".join(card.text(separator=" ").split())
    for fact in (
        "new partnership",
        "confirmed",
        "Alderon",
        "Birchway.",
        "new story",
        "exclusive → right of first refusal",
    ):
        assert fact in told
    assert card.css_matches("a[href='/articles/1']")
    assert card.css_matches("a[href='/alerts/1']")


async def test_an_alert_has_an_address_of_its_own_with_each_event_and_who_tells_it(store: Store) -> None:
    fill(store, "Birchway")
    tree = LexborHTMLParser((await read_all(serve(store), ("/alerts/1",)))["/alerts/1"])
    assert [node.text() for node in tree.css("main section.card blockquote")] == ["Birchway.", "Birchway", "Birchway"]
    assert [node.text() for node in tree.css(".moves .badge")] == ["exclusive", "right of first refusal"]
    assert [node.attributes["href"] for node in tree.css(".told a")] == ["/articles/1"]


async def test_an_article_shows_its_evidence_marked_and_linked(store: Store) -> None:
    fill(store, "Birchway")
    tree = LexborHTMLParser((await read_all(serve(store), ("/articles/1",)))["/articles/1"])
    assert [mark.text() for mark in tree.css(".text mark")] == ["Birchway"]
    targets = {link.attributes["href"] for link in tree.css(".events a[href^='#']")}
    assert targets == {"#text-7", "#title-0"}
    assert all(tree.css(str(target)) for target in targets)
    assert "named as furniture" in (tree.css_first("details") or tree.root).text()  # type: ignore[union-attr]


async def test_a_pair_has_a_chart_whose_points_lead_to_their_evidence(store: Store) -> None:
    fill(store, "Birchway")
    path = "/pair?left=Alderon&right={text}"
    tree = LexborHTMLParser((await read_all(serve(store), (path,)))[path])
    assert [node.text() for node in tree.css("svg .span title")] == ["active"]
    targets = [str(link.attributes["href"]) for link in tree.css("svg a.point")]
    assert targets == ["#event-1", "#event-2", "#event-3"]
    assert all(tree.css(f".evidence {target} blockquote") for target in targets)


async def test_a_company_has_its_partners_drawn_each_leading_to_its_timeline(store: Store) -> None:
    fill(store, "Birchway")
    path = "/relations?company=Alderon"
    tree = LexborHTMLParser((await read_all(serve(store), (path,)))[path])
    (link,) = tree.css("svg a.partner")
    assert link.attributes["href"] == "/pair?left=Alderon&right=Birchway"
    assert link.attributes["aria-label"] == "Birchway: active"
    assert (tree.css_first("svg.partners") or link).attributes["aria-label"] == "Partners of Alderon: 1"


async def test_what_changed_this_week_names_both_states(store: Store) -> None:
    fill(store, "Birchway")
    tree = LexborHTMLParser((await read_all(serve(store), ("/relations",)))["/relations"])
    (change,) = tree.css(".changes li")
    assert [badge.text() for badge in change.css(".badge")] == ["none", "active"]
    assert change.css_matches("a[href='/articles/1']")
    assert change.css_matches("a[href='/pair?left=Alderon&right=Birchway']")


async def test_what_changed_this_week_says_when_it_is_only_a_part(store: Store) -> None:
    fill(store, "Birchway")
    whole = (await read_all(serve(store), ("/relations",)))["/relations"]
    with store.write() as session:
        for number in range(200):
            add_news(session, f"Partner{number}", number)
    part = await read_all(serve(store), ("/relations", "/api/changes"))
    assert not LexborHTMLParser(whole).css(".note")
    (note,) = LexborHTMLParser(part["/relations"]).css(".note")
    assert note.text().startswith("Only news found since 4 May 2026")
    assert "Only news found since" in part["/api/changes"]


async def test_what_changed_this_week_says_when_a_pair_has_too_much_news(store: Store) -> None:
    with store.write() as session:
        for number in range(3):
            add_news(session, "Birchway", number)
    whole = (await read_all(serve(store), ("/relations",)))["/relations"]
    with store.write() as session:
        for number in range(3, 6):
            add_news(session, "Birchway", number)
    part = (await read_all(serve(store), ("/relations",)))["/relations"]
    assert not LexborHTMLParser(whole).css(".note")
    (note,) = LexborHTMLParser(part).css(".note")
    assert note.text() == "Of pairs with much news only the last 12 events were looked at."


async def test_a_rule_shows_how_many_of_its_alerts_were_right(store: Store) -> None:
    fill(store, "Birchway", alerts=4)
    with store.write() as session:
        for alert, judgement in ((1, Judgement.RIGHT), (2, Judgement.LATE), (3, Judgement.WRONG)):
            feedback.record_judgement(session, alert, judgement, NOW)
    tree = LexborHTMLParser((await read_all(serve(store), ("/rules",)))["/rules"])
    (share,) = tree.css("td.share")
    assert " ".join(share.text().split()) == "67 % (21 to 94 %) of 3, 1 late"
    assert [node.text() for node in tree.css(".shares dt")] == ["Birchway", "confirmed"]


async def test_a_version_shows_what_came_and_what_went(store: Store) -> None:
    old = Article(url="https://a.example/1", title="They may part", text="They may part.\n\nThe end.")
    new = replace(old, text="They will part.\n\nThe end.")
    with store.write() as session:
        known = articles.add_article(session, old, source="wire", digest="old", now=NOW)
        articles.revise_article(session, known, new, digest="new", now=NOW)
    path = "/articles/1/versions/2"
    pages = await read_all(serve(store), (path, "/articles/1"))
    tree = LexborHTMLParser(pages[path])
    assert [node.text() for node in tree.css(".text ins, .text del")] == [" may", " will"]
    assert LexborHTMLParser(pages["/articles/1"]).css_matches(f"a[href='{path}']")


async def test_a_rule_shows_its_weeks_as_bars(store: Store) -> None:
    fill(store, "Birchway")
    tree = LexborHTMLParser((await read_all(serve(store), ("/rules",)))["/rules"])
    (bars,) = tree.css("svg.bars")
    assert bars.attributes["aria-label"] == "Hits a week, oldest first: " + "0, " * 11 + "3"
    assert len(bars.css("rect")) == 1


async def test_the_filters_keep_what_was_asked_and_page_on_with_it(store: Store) -> None:
    fill(store, "Birchway", alerts=30)
    path = "/articles?q=before&company=Alderon&type=new_partnership&modality=confirmed&since=2026-05-01"
    tree = LexborHTMLParser((await read_all(serve(store), (path,)))[path])
    assert len(tree.css("article.card")) == 25
    assert [node.attributes.get("value") or node.text() for node in tree.css("option[selected]")] == [
        "new_partnership",
        "confirmed",
    ]
    (following,) = tree.css("a[rel=next]")
    assert following.attributes["href"] == (
        "/articles?q=before&company=Alderon&type=new_partnership&modality=confirmed&since=2026-05-01&before=6"
    )


async def test_stories_are_filtered_alike_on_the_page_and_in_the_api(store: Store) -> None:
    fill(store, "Birchway", alerts=2)
    paths = ("/stories?company=Alderon&type=new_partnership", "/stories?type=dispute", "/api/stories?type=dispute")
    found, nothing, api = (await read_all(serve(store), paths)).values()
    tree = LexborHTMLParser(found)
    assert len(tree.css("article.card")) == 2
    assert [node.attributes["value"] for node in tree.css("option[selected], #company")] == [
        "Alderon",
        "new_partnership",
    ]
    assert "No story is all of this." in nothing
    assert json.loads(api)["items"] == []


async def test_stories_are_searched_by_words_and_the_rule_language_is_for_articles(store: Store) -> None:
    fill(store, "Birchway", alerts=2)
    paths = ("/stories?q=before", "/stories?q=zebra", "/stories?q=before+AND+zebra", "/api/stories?q=before")
    found, nothing, ruled, api = (await read_all(serve(store), paths)).values()
    tree = LexborHTMLParser(found)
    assert len(tree.css("article.card")) == 2
    assert [node.attributes["value"] for node in tree.css("#words")] == ["before"]
    assert "No story is all of this." in nothing
    (link,) = LexborHTMLParser(ruled).css(".note a")
    assert link.attributes["href"] == "/articles?q=before+AND+zebra"
    assert [one["id"] for one in json.loads(api)["items"]] == [2, 1]


async def test_older_alerts_are_paged_without_gap_or_repeat(store: Store) -> None:
    fill(store, "Birchway", alerts=60)
    seen: list[str | None] = []
    async with serve(store) as page, httpx.AsyncClient(base_url=page.url) as client:
        path = "/"
        while path:
            tree = LexborHTMLParser((await client.get(path)).text)
            seen += [node.attributes["aria-labelledby"] for node in tree.css("article.card")]
            following = tree.css_first("a[rel=next]")
            path = str(following.attributes["href"]) if following else ""
    assert seen == [f"alert-{number}" for number in range(60, 0, -1)]


async def test_a_search_marks_the_words_and_takes_brackets_as_text(store: Store) -> None:
    fill(store, "[Birchway]")
    tree = LexborHTMLParser((await read_all(serve(store), ("/articles?q=birch*",)))["/articles?q=birch*"])
    snippet = tree.css_first(".snippet")
    assert snippet is not None
    assert snippet.text() == "before [Birchway] after"
    assert [mark.text() for mark in snippet.css("mark")] == ["Birchway"]


async def test_secrets_are_shown_nowhere(store: Store) -> None:
    fill(store, "key-of-the-feed")
    pages = await read_all(serve(store, "key-of-the-feed", secrets=("key-of-the-feed",)), VIEWS)
    assert all("key-of-the-feed" not in page for page in pages.values())


# --- hostile text -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outline]:
    """The elements of each view whose every text is the letter x."""
    with closing(Store(tmp_path_factory.mktemp("calm") / "monitor.db")) as opened:
        fill(opened, "x")
        pages = asyncio.run(read_all(serve(opened, "x"), VIEWS, "x"))
    return {path: outline(page) for path, page in pages.items()}


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_text_makes_the_same_elements_as_the_letter_x(
    text: str, store: Store, calm: dict[str, Outline]
) -> None:
    fill(store, text)
    pages = await read_all(serve(store, text), VIEWS, text)
    assert {path: outline(page) for path, page in pages.items()} == calm


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_queries_make_the_same_elements_as_the_letter_x(text: str, store: Store) -> None:
    asked = [
        (path, {name: text})
        for path, name in (
            ("/articles", "q"),
            ("/articles", "company"),
            ("/articles", "source"),
            ("/rules/try", "match"),
            ("/rules/try", "toml"),
            ("/relations", "company"),
            ("/deliveries", "route"),
        )
    ]
    async with serve(store, "wire") as page, httpx.AsyncClient(base_url=page.url) as client:
        for path, query in asked:
            hostile = await client.get(path, params=query)
            is_told = b'class="problem"' in hostile.content  # it looks like the language of the rules
            calm = await client.get(path, params=dict.fromkeys(query, "x AND" if is_told else "x"))
            assert hostile.status_code == 200
            assert outline(hostile.text) == outline(calm.text)


async def test_links_lead_to_the_web_and_tell_nothing(store: Store) -> None:
    fill(store, "https://b.example/\"onclick='alert(1)'><b>")
    for path, text in (await read_all(serve(store), VIEWS)).items():
        for link in LexborHTMLParser(text).css("a"):
            target = str(link.attributes["href"])
            assert target.startswith(("/", "#", "https://b.example/")), path
            if target.startswith("http"):
                assert set(link.attributes) == {"href", "rel"}, path
                assert link.attributes["rel"] == "noopener noreferrer nofollow", path


# --- refusals ---------------------------------------------------------------------------------------------------


def list_routes(store: Store) -> list[Route]:
    around = Surroundings(sources=(), rules=(), now=lambda: NOW)
    app = make_page(store=store, around=around, hosts=["x"]).app
    assert isinstance(app, Starlette)
    routes = [route for route in app.routes if isinstance(route, Route)]
    assert len(routes) == len(app.routes)
    return [route for route in routes if "path:" not in route.path]


def fill_in(route: Route) -> str:
    return route.path.format(id=1, version=2, name="style.css")


async def test_every_route_is_guarded(store: Store) -> None:
    fill(store, "Birchway")
    paths = [fill_in(route) for route in list_routes(store) if "POST" not in (route.methods or ())]
    paths.remove("/live")  # it has no end; see test_web_live.py
    async with serve(store) as page, httpx.AsyncClient(base_url=page.url) as client:
        for path in [*paths, "/nowhere", "/articles/1/"]:
            answer = await client.get(path, params={"left": "Alderon", "right": "Birchway"})
            assert answer.status_code == (200 if path in paths else 404)
            assert_guarded(answer)
            head = await client.head(path, params={"left": "Alderon", "right": "Birchway"})
            assert (head.status_code, head.content) == (answer.status_code, b"")
            foreign = await client.get(path, headers={"Host": "rebound.example"})
            assert (foreign.status_code, "Birchway" in foreign.text) == (421, False)
            assert_guarded(foreign)
            for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "QUERY"):
                refused = await client.request(method, path)
                assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD")
                assert_guarded(refused)


async def test_a_strangers_page_cannot_embed_ours_but_link_to_it(store: Store) -> None:
    async with serve(store) as page, httpx.AsyncClient(base_url=page.url) as client:
        for mode, status in (("no-cors", 403), ("cors", 403), ("navigate", 200)):
            asked = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": mode}
            answer = await client.get("/rules/try?match=pact", headers=asked)
            assert answer.status_code == status, mode
            assert_guarded(answer)
        own = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "no-cors"}
        assert (await client.get("/static/style.css", headers=own)).status_code == 200


TOKEN = "a token of some length"


async def test_no_route_answers_without_the_token(store: Store) -> None:
    fill(store, "Birchway")
    paths = [*(fill_in(route) for route in list_routes(store)), "/nowhere"]
    wrong: tuple[dict[str, str], ...] = (
        {},
        {"Authorization": f"Bearer {TOKEN}x"},
        {"Authorization": "Basic !!"},
        {"Authorization": TOKEN},
    )
    async with serve(store, token=TOKEN) as page, httpx.AsyncClient(base_url=page.url) as client:
        for path in paths:
            for headers in wrong:
                for method in ("GET", "POST"):
                    refused = await client.request(method, path, headers=headers)
                    assert (refused.status_code, "Birchway" in refused.text) == (401, False), path
                    assert refused.headers["www-authenticate"].startswith("Basic ")
                    assert_guarded(refused)


async def test_the_token_opens_as_bearer_and_as_password_and_is_shown_nowhere(store: Store) -> None:
    fill(store, TOKEN)
    async with serve(store, token=TOKEN) as page, httpx.AsyncClient(base_url=page.url) as client:
        bearer = await client.get("/", headers={"Authorization": f"Bearer {TOKEN}"})
        password = await client.get("/", auth=("anybody", TOKEN))
    assert (bearer.status_code, password.status_code) == (200, 200)
    assert TOKEN not in bearer.text


async def test_it_is_not_public_without_a_token(store: Store) -> None:
    with pytest.raises(PageError, match=r"not shown at 0\.0\.0\.0"):
        await serve(store, address="0.0.0.0").__aenter__()
    with pytest.raises(PageError, match="no IP address"):
        await serve(store, address="monitor.example").__aenter__()


async def test_a_public_page_answers_under_its_hosts(store: Store) -> None:
    async with serve(store, address="0.0.0.0", token=TOKEN, hosts=("monitor.example",)) as page:
        port = page.url.rstrip("/").rpartition(":")[2]
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", auth=("", TOKEN)) as client:
            assert (await client.get("/")).status_code == 421
            assert (await client.get("/", headers={"Host": "monitor.example"})).status_code == 200


async def test_it_answers_where_its_messages_link_to(store: Store) -> None:
    async with serve(store, url="https://Monitor.example/desk") as page, httpx.AsyncClient(base_url=page.url) as client:
        assert (await client.get("/", headers={"Host": "monitor.example"})).status_code == 200
        assert (await client.get("/", headers={"Host": "desk.example"})).status_code == 421


async def test_it_answers_under_its_own_names_only(store: Store) -> None:
    async with serve(store) as page, httpx.AsyncClient(base_url=page.url) as client:
        port = page.url.rstrip("/").rpartition(":")[2]
        for host in (
            f"127.0.0.1:{port}",
            f"localhost:{port}",
            f"[::1]:{port}",
            "LocalHost",
            f"localhost.:{port}",
            "127.0.0.1:1",
        ):
            assert (await client.get("/", headers={"Host": host})).status_code == 200, host
        strangers = (
            "a.example",
            "localhost.a.example",
            "a@localhost",
            "localhost:1:2",
            "localhost/",
            "localhost#",
            "::1",
            ":1",
            "",
        )
        for host in strangers:
            assert (await client.get("/", headers={"Host": host})).status_code == 421, host


NOWHERE = (
    "/searches/9",
    "/lists/searches/9.rss",
    "/lists/searches/x.csv",
    "/alerts/2",
    "/alerts/x",
    "/articles/2",
    "/articles/0",
    "/articles/-1",
    "/articles/x",
    "/articles/" + "9" * 5000,
    "/articles/1%2F",
    "/articles/%D9%A1",
    "/search",
    "/articles/1/versions/1",
    "/articles/1/versions/9",
    "/articles/x/versions/2",
    "/stories/9",
    "/stories/x",
    "/static/",
    "/static/x",
    "/static/..%2Fpage.py",
    "//a.example",
    "/%00",
)
SENSELESS = (
    "/?before=x",
    "/?before=-1",
    "/?before=1.0",
    "/?before=" + "9" * 30,
    "/?standing=x",
    "/deliveries?state=<b>",
    "/deliveries?limit=0",
    "/deliveries?limit=201",
    "/articles?type=<b>",
    "/articles?modality=sure",
    "/articles?since=yesterday",
    "/articles?since=0001-01-01",
    "/articles?until=9999-12-31",
    "/articles?until=2026-02-30",
    "/articles?q=" + "a" * 301,
    "/rules/try?match=" + "a" * 2001,
    "/pair?left=Alderon",
    "/relations?company=" + "a" * 301,
)


@pytest.mark.parametrize("path", NOWHERE)
async def test_what_is_not_there_is_404(path: str, store: Store) -> None:
    fill(store, "Birchway")
    async with serve(store) as page, httpx.AsyncClient(base_url=page.url) as client:
        answer = await client.get(page.url.rstrip("/") + path)
    assert answer.status_code == 404
    assert LexborHTMLParser(answer.text).css("main h1")
    assert_guarded(answer)


@pytest.mark.parametrize("path", SENSELESS)
async def test_a_query_that_makes_no_sense_is_400(path: str, store: Store) -> None:
    async with serve(store) as page, httpx.AsyncClient(base_url=page.url) as client:
        answer = await client.get(path)
    assert answer.status_code == 400
    assert LexborHTMLParser(answer.text).css("main h1")
    assert_guarded(answer)


async def test_a_broken_database_is_a_500_page_with_the_headers(store: Store) -> None:
    with closing(sqlite3.connect(store.path)) as connection:
        connection.execute("ALTER TABLE alerts RENAME TO lost")
    async with serve(store) as page, httpx.AsyncClient(base_url=page.url) as client:
        answer = await client.get("/")
        assert (await client.get("/sources")).status_code == 200
    assert answer.status_code == 500
    assert LexborHTMLParser(answer.text).css("main h1")
    assert "sqlite" not in answer.text.lower()
    assert "lost" not in answer.text
    assert_guarded(answer)


# --- the server -------------------------------------------------------------------------------------------------


async def test_it_listens_on_loopback_only(store: Store) -> None:
    async with serve(store) as page:
        port = int(page.url.rstrip("/").rpartition(":")[2])
        with pytest.raises(OSError, match="refused"), closing(socket.create_connection(("127.0.0.2", port), 1)):
            pass


async def test_answers_do_not_wait_for_the_collector_to_go_through_all_libraries(store: Store) -> None:
    async with serve(store):
        assert gc.get_freeze_count() > 10_000
    assert gc.get_freeze_count() == 0


async def test_answers_do_not_wait_for_acknowledgements(store: Store) -> None:
    async with serve(store) as page, httpx.AsyncClient(base_url=page.url) as client:
        await client.get("/")
        (connection,) = page._server.server_state.connections
        inner = connection.transport.get_extra_info("socket")
        assert inner.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


async def test_a_taken_port_is_told(store: Store) -> None:
    async with serve(store) as page:
        port = int(page.url.rstrip("/").rpartition(":")[2])
        with pytest.raises(PageError, match=f"port {port} cannot be used for the page: Address already in use"):
            await PageServer(
                store=store, settings=Settings(main=MainSettings(page=PageSettings(port=port)))
            ).__aenter__()


async def test_it_leaves_signals_alone(store: Store) -> None:
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    async with serve(store) as page, httpx.AsyncClient(base_url=page.url) as client:
        assert (await client.get("/")).status_code == 200
        assert (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)) == before


@pytest.mark.parametrize("begun", [b"", b"GET / HTTP/1.1\r\nHost: ", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"])
async def test_it_closes_at_once_whatever_its_readers_do(begun: bytes, store: Store) -> None:
    async with serve(store) as page:
        port = int(page.url.rstrip("/").rpartition(":")[2])
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(begun)
        async with httpx.AsyncClient(base_url=page.url) as client:
            await client.get("/")
        closing_began = asyncio.get_running_loop().time()
    took = timedelta(seconds=asyncio.get_running_loop().time() - closing_began)
    writer.close()
    assert took < timedelta(seconds=1)


async def test_it_can_be_entered_and_left_at_once(store: Store) -> None:
    async with asyncio.timeout(5):
        for _ in range(3):
            async with serve(store):
                pass
