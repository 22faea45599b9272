"""Which routes an alert takes."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.models import (
    Alert,
    Event,
    EventType,
    Evidence,
    Field,
    GroupBy,
    Modality,
    Notice,
    Novelty,
    Participant,
    Route,
    Severity,
    Silence,
    Subject,
)
from monitor.notify import explain_routes, find_silence, group_of, is_known_story, routes_for, targets_of


def make_event(type_: EventType, modality: Modality, *names: str) -> Event:
    return Event(
        type=type_,
        participants=tuple(Participant(name=name) for name in names),
        modality=modality,
        evidence=Evidence(field=Field.TEXT, start=0, end=1, sentence="."),
        rule="rule",
        tags=(f"tag of {type_}",),
    )


ALERT = Alert(
    id=1,
    story_id=1,
    novelty=Novelty.NEW_STORY,
    severity=Severity.NORMAL,
    events=(
        make_event(EventType.TERMINATION, Modality.SPECULATED, "Acme", "Globex"),
        make_event(EventType.PARTNER_JOINED, Modality.CONFIRMED, "Globex", "Straße Motors"),
    ),
    title="title",
    url="https://news.example/1",
    source="wire",
    site_name=None,
    language="en",
    published_at=None,
    created_at=datetime(2025, 1, 1, tzinfo=UTC),
)


@pytest.mark.parametrize(
    ("route", "is_taken"),
    [
        (Route(name="all", url="console:"), True),
        (Route(name="as severe", url="console:", min_severity=Severity.NORMAL), True),
        (Route(name="only severe", url="console:", min_severity=Severity.HIGH), False),
        (Route(name="type of the second event", url="console:", types=(EventType.PARTNER_JOINED,)), True),
        (Route(name="type of none", url="console:", types=(EventType.DISPUTE,)), False),
        (Route(name="modality", url="console:", modalities=(Modality.CONFIRMED, Modality.DENIED)), True),
        (Route(name="modality of none", url="console:", modalities=(Modality.DENIED,)), False),
        (Route(name="company", url="console:", companies=("Initech", "Acme")), True),
        (Route(name="company in other case and spacing", url="console:", companies=("STRASSE  motors",)), True),
        (Route(name="company in none", url="console:", companies=("Initech",)), False),
        (Route(name="source", url="console:", sources=("press", "Wire")), True),
        (Route(name="other source", url="console:", sources=("press",)), False),
        (Route(name="language", url="console:", languages=("de", "en")), True),
        (Route(name="other language", url="console:", languages=("de",)), False),
        (Route(name="tag", url="console:", tags=("tag of termination",)), True),
        (Route(name="tag of none", url="console:", tags=("ai",)), False),
        (Route(name="about sources", url="console:", about=(Subject.SOURCES,)), False),
        (Route(name="about all", url="console:", about=tuple(Subject)), True),
        (
            Route(
                name="one event must have all",
                url="console:",
                types=(EventType.TERMINATION,),
                modalities=(Modality.CONFIRMED,),
            ),
            False,
        ),
        (
            Route(
                name="company of another event", url="console:", types=(EventType.PARTNER_JOINED,), companies=("Acme",)
            ),
            False,
        ),
    ],
    ids=lambda value: value.name if isinstance(value, Route) else str(value),
)
def test_a_route_takes_an_alert_when_one_event_is_what_its_lists_ask_for(route: Route, *, is_taken: bool) -> None:
    assert routes_for(ALERT, [route]) == ((route,) if is_taken else ())


def test_routes_keep_their_order() -> None:
    routes = [Route(name=name, url="console:") for name in ("b", "a", "c")]
    assert [route.name for route in routes_for(ALERT, routes)] == ["b", "a", "c"]


def test_a_route_shows_no_url() -> None:
    assert "secret" not in repr(Route(name="chat", url="slack+https://hooks.example/secret"))


NOTICE = Notice(
    id=4,
    about=Subject.SOURCES,
    name="wire",
    condition="is down",
    severity=Severity.NORMAL,
    created_at=datetime(2025, 1, 1, tzinfo=UTC),
)


@pytest.mark.parametrize(
    ("route", "is_taken"),
    [
        (Route(name="about news"), False),
        (Route(name="about sources", about=(Subject.SOURCES,)), True),
        (Route(name="about targets", about=(Subject.TARGETS,)), False),
        (Route(name="this source", about=(Subject.SOURCES,), sources=("wire",)), True),
        (Route(name="another source", about=(Subject.SOURCES,), sources=("press",)), False),
        (Route(name="too severe", about=(Subject.SOURCES,), min_severity=Severity.HIGH), False),
        (Route(name="asks for what only news has", about=tuple(Subject), companies=("Acme",)), False),
    ],
    ids=lambda value: value.name if isinstance(value, Route) else str(value),
)
def test_a_notice_goes_to_routes_that_are_about_it(route: Route, *, is_taken: bool) -> None:
    assert bool(routes_for(NOTICE, [route])) == is_taken


def test_a_route_that_stops_hides_what_it_takes_from_those_below() -> None:
    above, below = Route(name="above", stop=True, types=(EventType.TERMINATION,)), Route(name="below")
    assert routes_for(ALERT, [above, below]) == (above,)
    assert [verdict.stopped_by for verdict in explain_routes(ALERT, [above, below])] == ["", "above"]
    assert routes_for(replace(ALERT, events=ALERT.events[1:]), [above, below]) == (below,)


def test_a_verdict_shows_the_event_that_comes_closest() -> None:
    route = Route(name="r", types=(EventType.PARTNER_JOINED,), modalities=(Modality.CONFIRMED,), companies=("Acme",))
    (verdict,) = explain_routes(ALERT, [route])
    assert [(check.condition, check.holds) for check in verdict.checks] == [
        ("types", True),
        ("modalities", True),
        ("companies", False),
    ]
    assert verdict.checks[-1].found == "Globex, Straße Motors"


def test_a_route_sends_to_its_own_url_and_to_its_targets() -> None:
    assert targets_of(Route(name="r", url="console:", targets=("desk", "mail"))) == ("r", "desk", "mail")
    assert targets_of(Route(name="r", targets=("desk",))) == ("desk",)


@pytest.mark.parametrize(
    ("route", "group"),
    [
        (Route(name="r"), "alert 1"),
        (Route(name="r", digest="hourly"), "all"),
        (Route(name="r", group_by=()), "all"),
        (Route(name="r", group_by=(GroupBy.STORY,)), "story 1"),
        (Route(name="r", group_by=(GroupBy.COMPANIES, GroupBy.TYPE)), "acme, globex · termination"),
        (Route(name="r", group_by=(GroupBy.SEVERITY, GroupBy.SOURCE, GroupBy.LANGUAGE)), "normal · wire · en"),
        (Route(name="r", group_by=(GroupBy.MODALITY, GroupBy.ALERT)), "speculated · alert 1"),
    ],
)
def test_alerts_that_share_what_the_route_says_are_one_group(route: Route, group: str) -> None:
    assert group_of(ALERT, route) == group


def test_a_notice_is_grouped_only_where_everything_is() -> None:
    assert group_of(NOTICE, Route(name="r", group_by=(GroupBy.STORY,))) == "notice 4"
    assert group_of(NOTICE, Route(name="r", group_by=())) == "all"


def silence(**conditions: Any) -> Silence:
    moment = datetime(2025, 1, 1, tzinfo=UTC)
    return Silence(created_at=moment, ends_at=moment, **conditions)


@pytest.mark.parametrize(
    ("conditions", "alert", "notice"),
    [
        ({}, True, True),
        ({"companies": ("ACME",)}, True, False),
        ({"companies": ("Initech",)}, False, False),
        ({"stories": (1,)}, True, False),
        ({"stories": (2,)}, False, False),
        ({"sources": ("wire",)}, True, True),
        ({"routes": ("desk",)}, True, True),
        ({"routes": ("mail",)}, False, False),
        ({"stories": (1,), "types": (EventType.DISPUTE,)}, False, False),
    ],
    ids=str,
)
def test_a_silence_keeps_back_what_meets_all_its_conditions(
    conditions: dict[str, Any], *, alert: bool, notice: bool
) -> None:
    assert (find_silence(ALERT, "desk", [silence(**conditions)]) is not None) == alert
    assert (find_silence(NOTICE, "desk", [silence(**conditions)]) is not None) == notice


@pytest.mark.parametrize(
    ("novelty", "is_known"),
    [(Novelty.NEW_STORY, False), (Novelty.STATE_CHANGED, False), (Novelty.FOLLOW_UP, True)],
)
def test_who_knows_a_story_is_told_when_its_state_changes(novelty: Novelty, *, is_known: bool) -> None:
    alert = replace(ALERT, novelty=novelty)
    assert is_known_story(alert, is_reminder=False) == is_known
    assert is_known_story(alert, is_reminder=True)


names = st.lists(st.sampled_from(["a", "b", "c"]), max_size=2, unique=True).map(tuple)


@given(names, names, st.sampled_from(Severity))
def test_one_more_condition_never_takes_more(sources: tuple[str, ...], tags: tuple[str, ...], least: Severity) -> None:
    loose = Route(name="r", sources=sources)
    strict = replace(loose, tags=tags, min_severity=least)
    alert = replace(ALERT, source="a", events=(replace(ALERT.events[0], tags=("b",)),))
    assert len(routes_for(alert, [strict])) <= len(routes_for(alert, [loose]))
