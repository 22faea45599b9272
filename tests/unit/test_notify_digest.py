"""Several alerts in one message, reminders, notices."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.models import Alert, Delivery, DeliveryState, Severity
from monitor.notify import render_deliveries, render_message
from tests.unit.test_notify_routing import ALERT, NOTICE

NAUGHTY = "<script>alert(1)</script> <!channel> *b* \u202e\x1b[31m @everyone & \r\nBcc: x@y.example"


def deliver(told: Alert | None, number: int = 1, *, reminder: int = 0) -> Delivery:
    return Delivery(
        id=number,
        alert=told,
        notice=None if told else NOTICE,
        route="r",
        target="desk",
        state=DeliveryState.WAITING,
        attempts=0,
        due_at=ALERT.created_at,
        reminder=reminder,
    )


def test_one_alert_is_told_as_ever() -> None:
    assert render_deliveries([deliver(ALERT)]) == render_message(ALERT)


def test_a_reminder_says_so() -> None:
    assert render_deliveries([deliver(ALERT, reminder=1)]).title == f"reminder: {render_message(ALERT).title}"


def test_quiet_hours_lower_the_severity() -> None:
    severe = replace(ALERT, severity=Severity.HIGH)
    assert render_deliveries([deliver(severe)]).severity is Severity.HIGH
    assert render_deliveries([deliver(severe)], is_lowered=True).severity is Severity.LOW


def test_a_digest_tells_the_most_severe_first_in_each_form() -> None:
    severe = replace(ALERT, id=2, severity=Severity.HIGH, events=ALERT.events[1:], url="https://news.example/2")
    message = render_deliveries([deliver(ALERT), deliver(severe, 2), deliver(None, 3)])
    assert message.title.startswith("3 alerts: Globex – Straße Motors: partner joined (confirmed); ")
    assert message.severity is Severity.HIGH
    for text in (message.text, message.markdown, message.html):
        links = "https://news.example/2", "https://news.example/1"
        order = [text.index(words) for words in (*links, "source wire is down")]
        assert order == sorted(order)


def test_a_notice_tells_what_and_why() -> None:
    message = render_deliveries([replace(deliver(None), notice=replace(NOTICE, detail="status 503"))])
    assert (message.title, message.text) == ("source wire is down", "status 503\nwhy: notice 4 · severity normal")


@pytest.mark.parametrize("count", [1, 2, 40])
def test_nothing_scraped_is_alive_in_a_digest(count: int) -> None:
    alert = replace(ALERT, title=NAUGHTY, source=NAUGHTY, site_name=NAUGHTY, url="https://a.example/'\"><script>")
    notice = replace(deliver(None), notice=replace(NOTICE, name=NAUGHTY, detail=NAUGHTY))
    message = render_deliveries([*(deliver(alert, number) for number in range(count)), notice])
    assert "<!channel>" not in message.markdown
    assert re.findall(r"<(?!/?(?:ul|li|br|p|a)\b)", message.html) == []
    for text in (message.title, message.text, message.markdown, message.html):
        assert all(line.isprintable() for line in text.splitlines())
    assert "\n" not in message.title


@given(st.integers(1, 300), st.text(max_size=400))
def test_no_digest_is_longer_than_services_take(count: int, words: str) -> None:
    alert = replace(ALERT, site_name=words, url=f"https://a.example/{'x' * len(words)}?a=1&b=2")
    message = render_deliveries([deliver(alert, number) for number in range(count)])
    assert len(message.title) <= 200
    assert max(len(message.text), len(message.markdown)) <= 3_000
    assert len(message.html) <= 4_500
    assert "more: see" in message.text or message.text.count("• ") == (count if count > 1 else 0)
