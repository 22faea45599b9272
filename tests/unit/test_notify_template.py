"""Users' templates: what they may say, that they end, and that nothing scraped comes to life in them."""

from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.models import Delivery, DeliveryState, EventType, Participant, Route, Target, Template
from monitor.notify import Message, Writer, render_message, template_faults
from monitor.notify.template import MAX_SOURCE_CHARS
from monitor.notify.wording import EXAMPLE, MAX_CHARS

ROUTE = Route(name="desk", template="mine")


def write(alert: Any = EXAMPLE, **forms: str) -> Message:
    template = Template(name="mine", **forms)
    assert list(template_faults(template)) == []
    return Writer([template]).write_alert(alert, ROUTE, "chat")


def faults_of(**forms: str) -> list[str]:
    return list(template_faults(Template(name="mine", **forms)))


def hostile(words: str) -> Any:
    """Return an alert in which every text that is scraped is `words`."""
    first = EXAMPLE.events[0]
    event = replace(
        first,
        participants=(Participant(name=words),),
        evidence=replace(first.evidence, sentence=words),
        subject=words,
        rule="r",
    )
    return replace(EXAMPLE, events=(event,), title=words, site_name=words)


# --- what templates say -----------------------------------------------------------------------------------------


def test_a_template_words_the_forms_that_it_has() -> None:
    message = write(title="{{ alert.who }} | {{ alert.what }}", slack="*{{ alert.names | join(' + ') }}*")
    built_in = render_message(EXAMPLE)
    assert message.title == "Alder Systems – Birch Logistics | exclusivity lost"
    assert message.markdown == "*Alder Systems + Birch Logistics*"
    assert (message.text, message.html) == (built_in.text, built_in.html)
    assert (message.key, message.story) == (built_in.key, built_in.story)


def test_a_plain_text_serves_all_channels() -> None:
    message = write(hostile("<b> & *x*"), text="{{ alert.headline }}\n{{ alert.link }}")
    assert message.text == "<b> & *x*\nhttps://news.example/alder-birch"
    assert message.markdown == "&lt;b&gt; &amp; ∗x∗\n<https://news.example/alder-birch>"
    assert message.html == (
        '&lt;b&gt; &amp; *x*<br>\n<a href="https://news.example/alder-birch" rel="noopener noreferrer">'
        "https://news.example/alder-birch</a>"
    )


def test_values_conditions_loops_and_filters() -> None:
    text = (
        "{% for event in alert.events %}\n"
        "{{ loop.index }}. {{ event.what | upper }}{% if event.subject %} ({{ event.subject }}){% endif %}\n"
        "{% endfor %}\n"
        "{{ alert.published | date('%d.%m.%Y %H:%M', 'Europe/Berlin') }}, {{ alert.found }}, {{ alert.effective_on }}\n"
        "{{ alert.events[0].subject or 'all' }} {{ 'high!' if alert.severity == 'high' else '' }} {{ alert.tags }}\n"
        "{{ alert.evidence | truncate(12) }} {{ alert.outlet | replace(' ', '_') }} {{ alert.who | urlencode }}\n"
        "{{ route ~ '/' ~ target }} {{ alert.names | length }} {{ (alert.names | join('-') or alert.title) | title }}"
    )
    assert write(text=text).text.splitlines() == [
        "1. EXCLUSIVITY LOST (cloud)",
        "2. RIGHT OF FIRST REFUSAL",
        "04.05.2026 16:05, 4 May 2026, 14:09 UTC, 1 July 2026",
        "cloud high! infrastructure",
        "Alder may… Example_Wire Alder%20Systems%20%E2%80%93%20Birch%20Logistics",
        "desk/chat 2 Alder Systems-Birch Logistics",
    ]


def test_a_reminder_and_quiet_hours_are_known_to_a_template() -> None:
    template = Template(name="mine", slack="{% if alert.severity == 'high' %}<!here> {% endif %}no {{ reminder }}")
    one = Delivery(
        id=1,
        alert=EXAMPLE,
        route="desk",
        target="chat",
        state=DeliveryState.WAITING,
        attempts=0,
        due_at=EXAMPLE.created_at,
        reminder=2,
    )
    writer = Writer([template])
    assert writer.write([one], ROUTE, "chat").markdown == "<!here> no 2"
    assert writer.write([one], ROUTE, "chat", is_lowered=True).markdown == "no 2"
    assert writer.write([one, one], ROUTE, "chat").title.startswith("reminder: 2 alerts")


def test_a_targets_template_is_used_where_the_route_has_none() -> None:
    templates = [Template(name=name, title=name) for name in ("mine", "theirs")]
    writer = Writer(templates, [Target(name="chat", url="console:", template="theirs")])
    assert writer.write_alert(EXAMPLE, Route(name="bare"), "chat").title == "theirs"
    assert writer.write_alert(EXAMPLE, ROUTE, "chat").title == "mine"
    assert writer.write_alert(EXAMPLE, Route(name="bare"), "other") == render_message(EXAMPLE)


# --- what they may not ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("{{ alert.tilte }}", "line 1: unknown name 'tilte'; did you mean 'title'?"),
        ("\n\n{{ alrt.title }}", "line 3: unknown name 'alrt'; did you mean 'alert'?"),
        ("{% for e in alert.events %}{{ e.waht }}{% endfor %}", "line 1: unknown name 'waht'; did you mean 'what'?"),
        ("{% if alert.title %}", "line 1: Unexpected end of template"),
        ("{{ alert.title | uper }}", "line 1: unknown filter 'uper'; did you mean 'upper'?"),
        ("{{ alert.title | join('') }}", "line 1: the filter 'join' is for lists; allowed are alert."),
        ("{{ alert.names | join(alert.title) }}", "line 1: what the filter 'join' is given must be written out"),
        ("{{ alert.title.x }}", "line 1: only an object has parts"),
        ("{{ alert }}", "tried on an alert that has everything: an object cannot be written; name one of its parts"),
        ("{{ alert.found | date('%100000Y') }}", "line 1: date: its format is of letters"),
        ("{{ alert.found | date('%Y', 'Berlin') }}", "line 1: date: no time zone is named 'Berlin'"),
        (
            "{{ alert.id < 'x' }}",
            "tried on an alert that has everything: it does not fit this alert: '<' not supported",
        ),
        ("{{ alert.names[0] }}", "tried on an alert without names, dates and link: it does not fit this alert"),
        ("{{ 'x' if alert.link }}", "line 1: `if` within {{ }} needs an `else`"),
        ("{{ alert.title is odd }}", "line 1: "),
        (
            "{% if alert.link %}\n{% endif %}\n{{ x }}",
            "line 3: unknown name 'x'; allowed: alert, route, target, reminder",
        ),
        ("a\x1b[2J", "line 1: it holds the control character"),
        ("x" * (MAX_SOURCE_CHARS + 1), "8,001 characters; allowed are 8,000"),
    ],
)
def test_an_error_names_place_and_remedy(source: str, fault: str) -> None:
    (found,) = faults_of(text=source)
    assert fault in found
    assert found.startswith(("text, ", "tried "))


def test_a_template_without_words_is_an_error() -> None:
    assert faults_of() == ["it words nothing: it needs a `title`, `text`, `slack` or `html`"]


@pytest.mark.parametrize(
    "source",
    [
        "{% for i in range(10**9) %}x{% endfor %}",
        "{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}",
        "{{ 10**10**10 }}",
        "{{ 'x' * 10**10 }}",
        "{{ '%1000000000d' % 1 }}",
        "{{ '{:>1000000000}'.format(1) }}",
        "{{ 'x' | center(10000000000) }}",
        "{{ lipsum(100000) }}",
        "{% set a = 'x' %}{% set a = a ~ a %}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% for a in [1, 2] recursive %}{{ loop([1, 2]) }}{% endfor %}",
        "{% for a in alert.events recursive %}{{ loop(alert.events) }}{% endfor %}",
        "{% for a in alert.events %}" * 3 + "{% endfor %}" * 3,
        "{% include 'x' %}",
        "{% import 'x' as y %}",
        "{% extends 'x' %}",
        "{% filter upper %}x{% endfilter %}",
        "{% with a = 1 %}{% endwith %}",
        "{{ alert.__class__ }}",
        "{{ alert['__class__'] }}",
        "{{ alert.title.__class__.__mro__ }}",
        "{{ alert.names.append('x') }}",
        "{{ self }}",
        "{{ cycler }}",
        "{{ " + "(" * 3_000 + "1" + ")" * 3_000 + " }}",
        "{% if alert.title %}" * 150 + "{% endif %}" * 150,
        "{{ " + "not " * 1_500 + "alert.title }}",
        "{{ " + "9" * 5_000 + " }}",
        "{{ alert.title" + " | upper" * 40 + " }}",
    ],
)
def test_what_may_not_end_or_reaches_further_is_refused(source: str) -> None:
    assert faults_of(text=source)


WORST = [
    "{% for a in alert.events %}{% for b in alert.events %}" + "{{ a.evidence }}" * 90 + "{% endfor %}{% endfor %}",
    "{% for a in alert.events %}{% for b in alert.events %}{% if "
    + "~".join(["a.evidence"] * 90)
    + " == '' %}{% endif %}{% endfor %}{% endfor %}",
    "{% for a in alert.events %}{% for b in alert.events %}{% if alert.evidence"
    + " | replace('a', 'aaaaaaaaaa')" * 20
    + " == '' %}{% endif %}{% endfor %}{% endfor %}x",
    "{% if alert.evidence" + " | urlencode" * 20 + " == '' %}{% endif %}" + "x" * 2_900,
    "{% if alert.evidence" + f" | replace('a', '{'a' * 3_500}') | replace('a', '{'a' * 3_500}')" + " %}{% endif %}x",
]


@pytest.mark.parametrize("source", WORST)
def test_the_worst_that_is_allowed_comes_to_an_end(source: str) -> None:
    assert faults_of(text=source) in ([], [fault for fault in faults_of(text=source) if "tried on" in fault])
    alert = hostile("a%é" * 2_000)
    crowd = replace(alert, events=alert.events * 50)
    message = Writer([Template(name="mine", text=source)]).write_alert(crowd, ROUTE, "chat")
    assert len(message.text) <= MAX_CHARS["text"]


@pytest.mark.parametrize("times", [2, 20])
def test_too_much_work_is_refused(times: int) -> None:
    source = "{% for a in alert.events %}{% for b in a.names %}" + "{{ b | upper }}" * 20 * times + "{% endfor %}" * 2
    assert faults_of(text=source)[0].endswith("use fewer filters within loops")


# --- what goes wrong later --------------------------------------------------------------------------------------


def test_a_template_that_does_not_fit_an_alert_gives_way_to_the_built_in_message_and_is_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    source = "{% if alert.headline == 'odd' %}{{ alert.events[7].what }}{% endif %}fine"
    assert write(text=source).text == "fine"
    odd = replace(EXAMPLE, title="odd")
    message = write(odd, text=source)
    assert message.text == f"{render_message(odd).text}\nthe template 'mine' failed: see the log"
    assert message.title == render_message(odd).title
    (record,) = caplog.records
    assert record.levelname == "ERROR"
    assert "has no element 7" in str(record.__dict__["error"])


def test_what_is_too_long_is_made_again_of_shorter_values() -> None:
    long = replace(EXAMPLE, events=(replace(EXAMPLE.events[0], evidence=replace(
        EXAMPLE.events[0].evidence, sentence="word & " * 500)),))  # fmt: skip
    message = write(long, slack="{{ alert.evidence }}\n{{ alert.link }}" * 2)
    assert len(message.markdown) <= MAX_CHARS["slack"]
    assert message.markdown.count("word &amp;") > 10
    assert message.markdown.endswith("https://news.example/alder-birch")
    assert not message.markdown.replace("&amp;", "").count("&")


def test_a_form_that_comes_out_empty_is_the_built_in_one() -> None:
    message = write(title="{{ '' }}", slack="{% if alert.severity == 'low' %}x{% endif %}")
    assert (message.title, message.markdown) == (render_message(EXAMPLE).title, render_message(EXAMPLE).markdown)


# --- scraped text -----------------------------------------------------------------------------------------------

SLACK = "<{{ alert.headline }}> <@{{ alert.outlet }}> *{{ alert.who }}* <{{ alert.link }}|{{ alert.headline }}> <!here>"
HTML = (
    "<a href={{ alert.headline }}>x</a><a href='{{ alert.headline }}'>x</a><p title={{ alert.outlet }}>"
    "{{ alert.evidence }}</p><script>{{ alert.headline }}</script><a href='{{ alert.link }}' style='{{ alert.who }}'>"
    '<{{ alert.headline }}><img src="{{ alert.headline }}">'
)


class Elements(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


NAUGHTY = [
    "!channel", "@U123", "#C1", "https://evil.example", "javascript:alert(1)", "x onmouseover=alert(1)",
    "'><script>x</script>", '" onclick="x"', "color:red;background:url(https://evil.example)", "img src=x onerror=y",
    "https://news.example.evil.example/", "https://news.example@evil.example/", "\u202egnp.exe", "a\r\nBcc: x@y.z",
    "!here|x> <!channel", "data:text/html,x", "mailto:eve@evil.example", "{{ alert.link }}", "//evil.example/x",
]  # fmt: skip


def check_harmless(words: str) -> None:
    message = write(hostile(words), title="{{ alert.headline }}!", slack=SLACK, html=HTML)
    assert message.title.isprintable()
    spans = [span.split("|")[0] for span in message.markdown.split("<")[1:]]
    assert [span.split(">")[0] for span in spans if span] == ["https://news.example/alder-birch", "!here"]
    for tag, attributes in Elements(message.html).found:
        assert tag in {"a", "p"}
        assert set(attributes) <= {"href", "rel"}
        assert attributes.get("href") in {None, EXAMPLE.url}


@pytest.mark.parametrize("words", NAUGHTY)
def test_nothing_scraped_is_alive_even_in_a_careless_template(words: str) -> None:
    check_harmless(words)


@given(st.text(alphabet=st.sampled_from("<>|!@#&\"'=/: ahttps.xml\u202e\n"), max_size=30))
def test_no_text_is_alive_in_a_careless_template(words: str) -> None:
    check_harmless(words)


def test_what_the_template_itself_says_stays() -> None:
    page = (
        '<p style="color: #b00020; position: fixed">{{ alert.who }}</p>'
        '<a href="https://desk.example/s?q={{ alert.who | urlencode }}&amp;id={{ alert.id }}">look</a>'
        '<a href="mailto:desk@desk.example">write</a>'
    )
    message = write(html=page, slack="<!subteam^S1> <https://desk.example/{{ alert.id }}|desk>\n>quoted & done")
    assert '<p style="color:#b00020">Alder Systems' in message.html.replace(": ", ":").replace(";", "")
    links = [attributes["href"] for tag, attributes in Elements(message.html).found if tag == "a"]
    assert links == [
        "https://desk.example/s?q=Alder%20Systems%20%E2%80%93%20Birch%20Logistics&id=12",
        "mailto:desk@desk.example",
    ]
    assert message.markdown == "<!subteam^S1> <https://desk.example/12|desk>\n>quoted & done"


def test_every_type_of_event_can_be_named() -> None:
    for kind in EventType:
        alert = replace(EXAMPLE, events=(replace(EXAMPLE.events[0], type=kind),))
        assert write(alert, text="{{ alert.type }}").text == kind


def test_a_template_may_lead_to_the_page() -> None:
    template = Template(name="mine", text="{{ alert.page }}", slack="<{{ alert.page }}|say so>")
    message = Writer([template], page_url="http://10.0.0.7:8087").write_alert(EXAMPLE, ROUTE, "chat")
    assert message.text == "http://10.0.0.7:8087/alerts/12"
    assert message.markdown == "<http://10.0.0.7:8087/alerts/12|say so>"
    assert message.html.startswith('<a href="http://10.0.0.7:8087/alerts/12"')


def test_a_link_too_long_is_left_out_whole() -> None:
    long = replace(EXAMPLE, url=f"https://news.example/{'a' * 900}")
    assert write(long, text="see {{ alert.link or 'the history' }}").text == "see the history"
