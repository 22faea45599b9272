"""How values look on the page."""

from datetime import UTC, datetime

import pytest
from markupsafe import Markup

from monitor.web.wording import find_link, make_finalizer, say_clock, say_date, say_day, say_span


def test_secrets_are_blacked_out_the_longest_first() -> None:
    finalize = make_finalizer({"secret-key", "secret-key-2"})
    assert finalize("?a=secret-key-2&b=secret-key") == "?a=***&b=***"


def test_short_secrets_are_left_as_they_would_take_words_along() -> None:
    assert make_finalizer({"port"})("report") == "report"


def test_control_characters_are_shown() -> None:
    assert make_finalizer(())("a\x00\x1b[31m\x7f\x9b\tb\n") == "a␀␛[31m␡\ufffd\tb\n"


def test_what_is_no_text_or_is_markup_already_passes() -> None:
    finalize = make_finalizer({"secret-key"})
    assert finalize(7) == 7
    assert finalize(Markup("<b>")) is not None
    assert isinstance(finalize(Markup("<b>")), Markup)


@pytest.mark.parametrize("time", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
def test_the_ends_of_the_calendar_are_said(time: datetime) -> None:
    assert all(say(time) for say in (say_day, say_date, say_clock))


@pytest.mark.parametrize(
    ("seconds", "said"), [(5, "5 s"), (90, "90 s"), (900, "15 min"), (7200, "2 h"), (86400, "1 d")]
)
def test_spans_are_said_in_whole_units(seconds: int, said: str) -> None:
    assert say_span(seconds) == said


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "//a.example", "x", "", "file:///etc/hosts"]
)
def test_only_the_web_is_linked(url: str) -> None:
    assert find_link(url) == ""


def test_a_web_address_is_linked() -> None:
    assert find_link("https://a.example/b") == "https://a.example/b"
