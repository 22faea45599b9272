"""Which routes an alert takes."""

from datetime import UTC, datetime

import pytest

from monitor.models import (
    Alert,
    Event,
    EventType,
    Evidence,
    Field,
    Modality,
    Novelty,
    Participant,
    Route,
    Severity,
)
from monitor.notify import routes_for


def make_event(type_: EventType, modality: Modality, *names: str) -> Event:
    return Event(
        type=type_,
        participants=tuple(Participant(name=name) for name in names),
        modality=modality,
        evidence=Evidence(field=Field.TEXT, start=0, end=1, sentence="."),
        rule="rule",
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
