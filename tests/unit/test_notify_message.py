"""What people read about an alert."""

import html
from dataclasses import replace
from datetime import UTC, date, datetime
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.faults import page_faults
from monitor.models import (
    Alert,
    Event,
    EventType,
    Evidence,
    Field,
    Modality,
    Novelty,
    Participant,
    RelationState,
    Severity,
)
from monitor.notify import Message, render_message


def make_event(
    type_: EventType = EventType.EXCLUSIVITY_LOST,
    names: tuple[str, ...] = ("Acme", "Globex"),
    modality: Modality = Modality.CONFIRMED,
    sentence: str = "Globex may now rent servers elsewhere.",
) -> Event:
    return Event(
        type=type_,
        participants=tuple(Participant(name=name) for name in names),
        modality=modality,
        evidence=Evidence(field=Field.TEXT, start=0, end=len(sentence), sentence=sentence),
        rule="exclusive-no-more",
    )


def make_alert(*events: Event, **changes: object) -> Alert:
    alert = Alert(
        id=17,
        story_id=3,
        novelty=Novelty.STATE_CHANGED,
        severity=Severity.HIGH,
        events=events or (make_event(),),
        title="Acme loosens its hold",
        url="https://news.example/a?x=1&y=2",
        source="wire-feed",
        site_name="Example Wire",
        published_at=datetime(2025, 1, 21, 14, 5, tzinfo=UTC),
        created_at=datetime(2025, 1, 22, 9, 0, tzinfo=UTC),
    )
    return replace(alert, **changes)  # type: ignore[arg-type]  # the tests name real fields


def test_the_title_says_who_what_and_how_sure() -> None:
    assert render_message(make_alert()).title == "Acme – Globex: exclusivity lost (confirmed)"


@pytest.mark.parametrize(
    ("names", "who"),
    [
        (("Acme",), "Acme"),
        (("Acme", "Globex", "Hooli"), "Acme, Globex, Hooli"),
        (("A", "B", "C", "D", "E", "F"), "A, B, C, D, 2 more"),
        (("Acme", "Acme"), "Acme"),
        (("Ac\r\nme\x1b", "\u200b"), "Ac me"),
    ],
)
def test_the_title_lists_the_parties(names: tuple[str, ...], who: str) -> None:
    assert render_message(make_alert(make_event(names=names))).title == f"{who}: exclusivity lost (confirmed)"


def test_the_title_without_parties_has_the_headline() -> None:
    title = render_message(make_alert(make_event(names=()))).title
    assert title == "Exclusivity lost (confirmed): Acme loosens its hold"


def test_the_title_names_the_subject() -> None:
    event = replace(make_event(), subject="cloud")
    assert render_message(make_alert(event)).title.endswith("exclusivity lost (cloud, confirmed)")


@pytest.mark.parametrize("type_", EventType)
def test_every_event_type_has_words(type_: EventType) -> None:
    title = render_message(make_alert(make_event(type_))).title
    assert "_" not in title


def test_the_other_events_follow_in_short() -> None:
    message = render_message(
        make_alert(
            make_event(),
            make_event(EventType.RIGHT_OF_FIRST_REFUSAL),
            make_event(EventType.PARTNER_JOINED, ("Globex", "Initech", "Hooli")),
            make_event(EventType.TERMINATION, modality=Modality.SPECULATED),
            make_event(EventType.TERMINATION, modality=Modality.SPECULATED),
            make_event(EventType.SUPPLY_AGREEMENT, ("Globex", "Hooli")),
            make_event(EventType.PARTNER_LEFT, ("Vandelay",)),
        )
    )
    assert message.text.splitlines()[0] == (
        "also: right of first refusal (confirmed); Initech, Hooli join (confirmed); termination (speculated); "
        "Globex – Hooli: supply agreement (confirmed); Vandelay leaves (confirmed)"
    )


def test_an_event_that_says_the_same_is_said_once() -> None:
    assert "also" not in render_message(make_alert(make_event(), make_event(sentence="In other words."))).text


def test_many_other_events_are_counted() -> None:
    events = [make_event(type_) for type_ in EventType]
    assert "; 9 more" in render_message(make_alert(*events)).text


def test_the_text_has_evidence_outlet_time_link_and_reason() -> None:
    assert render_message(make_alert()).text.splitlines() == [
        "“Globex may now rent servers elsewhere.”",
        "Acme loosens its hold (Example Wire, 21 January 2025, 14:05 UTC)",
        "https://news.example/a?x=1&y=2",
        "why: the story changed state · rule exclusive-no-more · severity high · source wire-feed · story 3 · alert 17",
    ]


def test_an_alert_without_date_and_outlet_says_when_and_where_it_was_found() -> None:
    text = render_message(make_alert(published_at=None, site_name=None)).text
    assert "(wire-feed, found 22 January 2025, 09:00 UTC)" in text


def test_a_headline_that_is_the_evidence_is_said_once() -> None:
    text = render_message(make_alert(make_event(sentence="Acme loosens its hold"))).text
    assert text.count("Acme loosens its hold") == 1


def test_a_link_without_headline_is_its_own_label() -> None:
    markdown = render_message(make_alert(title="")).markdown
    assert "<https://news.example/a?x=1&amp;y=2> (Example Wire" in markdown


def test_the_day_of_effect_is_told() -> None:
    event = replace(make_event(), effective_on=date(2030, 2, 1))
    assert "also: takes effect on 1 February 2030" in render_message(make_alert(event)).text


def test_the_mrkdwn_links_the_headline() -> None:
    markdown = render_message(make_alert()).markdown
    assert "<https://news.example/a?x=1&amp;y=2|Acme loosens its hold>" in markdown


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//news.example", "https://", "", "\x00"])
def test_only_web_addresses_become_links(url: str) -> None:
    message = render_message(make_alert(url=url))
    assert "href" not in message.html
    assert "|" not in message.markdown
    assert "Acme loosens its hold" in message.text


def test_a_link_cannot_leave_its_place() -> None:
    message = render_message(make_alert(url='https://news.example/"onclick="x|y>z<!channel>'))
    assert message.html.count('"') == 4
    assert "<!channel>" not in message.markdown
    assert message.markdown.count("|") == 1


def test_a_link_too_long_is_left_out_whole() -> None:
    message = render_message(make_alert(url="https://news.example/" + "a" * 1500))
    assert "https" not in message.text


def test_hostile_words_are_dead_in_every_form() -> None:
    evil = "\x1b[2J<!channel> *x* <script>alert(1)</script>\r\nBcc: a@b.example \u202e</blockquote>"
    message = render_message(make_alert(make_event(names=(evil,), sentence=evil), title=evil, site_name=evil))
    assert "\x1b" not in str(message)
    assert "\u202e" not in str(message)
    assert "\n" not in message.title
    assert "<!channel>" not in message.markdown
    assert "*x*" not in message.markdown
    assert "<script" not in message.html
    assert message.html.count("</blockquote>") == 1


class Tags(HTMLParser):
    """Notes the tags of a document."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen |= {tag, *(name for name, _ in attrs)}


WORDS = st.text(st.one_of(st.characters(), st.sampled_from("&<>\"'*_ \n\x1b\u202e")), max_size=4000)


@given(WORDS, WORDS, st.lists(WORDS, max_size=5))
def test_no_words_break_a_form_or_its_limits(title: str, sentence: str, names: list[str]) -> None:
    event = make_event(names=tuple(names), sentence=sentence)
    message = render_message(make_alert(event, event, title=title, source=title, site_name=title))
    assert 0 < len(message.title) <= 200
    assert all(0 < len(form) <= 3000 for form in (message.text, message.markdown))
    assert 0 < len(message.html) <= 4500
    assert all(form.encode() for form in (message.title, message.text, message.markdown, message.html))
    tags = Tags()
    tags.feed(message.html)
    assert tags.seen <= {"p", "b", "br", "a", "href", "rel", "blockquote", "small"}


@pytest.mark.parametrize(("word", "path"), [("word ", "a" * 770), ('&"<word> ', "&" * 150)])
def test_the_longest_alert_fits_all_forms(word: str, path: str) -> None:
    long = word * 1000
    events = [make_event(type_, (long, "b" * 99, word, long + "c"), sentence=long) for type_ in EventType]
    url, place = f"https://news.example/{path}", f"https://monitor.example/{'p' * 176}"
    assert list(page_faults(place)) == []
    alert = make_alert(*events, title="t " + long, site_name=long, source=long, url=url)
    message = render_message(alert, place)
    assert len(message.text) <= 3000
    assert 2300 < len(message.markdown) <= 3000
    assert 3000 < len(message.html) <= 4500
    assert message.text.endswith(f"{place}/alerts/17")
    assert url in message.text
    assert message.html.count("<b>") > 7


def test_a_message_of_ones_own_needs_no_severity() -> None:
    message = Message(title="test", text="t", markdown="t", html=html.escape("t"))
    assert message.severity is Severity.NORMAL


def test_a_moved_relation_is_said_once_and_a_new_one_by_the_title_alone() -> None:
    kinds = (EventType.EXCLUSIVITY_LOST, EventType.RIGHT_OF_FIRST_REFUSAL)
    loss, refusal = (replace(make_event(kind), subject="cloud") for kind in kinds)
    move = (RelationState.EXCLUSIVE, RelationState.FIRST_REFUSAL)
    message = render_message(make_alert(loss, refusal, moves=(move, move)))
    assert message.text.startswith("exclusive → right of first refusal (cloud)\nalso:")
    assert message.markdown.startswith("*exclusive → right of first refusal (cloud)*\n")
    assert message.html.startswith("<p><b>exclusive → right of first refusal (cloud)</b></p>")
    new = make_alert(moves=((RelationState.NONE, RelationState.ACTIVE),))
    assert "→" not in render_message(new).text


def test_a_message_leads_to_its_alert_on_the_page_if_readers_reach_that() -> None:
    message = render_message(make_alert(), "https://monitor.example/desk/")
    place = "https://monitor.example/desk/alerts/17"
    assert message.text.endswith(f"\nright or wrong?\n{place}")
    assert message.markdown.endswith(f"\n<{place}|right or wrong?>")
    assert message.html.endswith(f'<p><a href="{place}" rel="noopener noreferrer">right or wrong?</a></p>')
    assert "right or wrong" not in repr(render_message(make_alert()))
    assert "right or wrong" not in repr(render_message(make_alert(id=0), "https://monitor.example"))


def test_the_companies_are_marked_in_the_evidence() -> None:
    names, sentence = (
        ("Acme & Sons", "Globex", "amp", "x27"),
        "Acme & Sons's Globex unit is no Globexian amp; Globex, say 'x27'.",
    )
    message = render_message(make_alert(make_event(names=names, sentence=sentence)))
    assert f"“{sentence}”" in message.text
    assert ">“*Acme &amp; Sons*'s *Globex* unit is no Globexian *amp*; *Globex*, say '*x27*'.”" in message.markdown
    assert (
        "<blockquote>“<b>Acme &amp; Sons</b>&#x27;s <b>Globex</b> unit is no Globexian <b>amp</b>; <b>Globex</b>, "
        "say &#x27;<b>x27</b>&#x27;.”</blockquote>"
    ) in message.html


def test_the_telling_words_are_marked_like_the_companies() -> None:
    sentence = "Globex will <no longer> be bound to Acme."
    evidence = Evidence(field=Field.TEXT, start=0, end=41, sentence=sentence, words_start=12, words_end=32)
    message = render_message(make_alert(replace(make_event(), evidence=evidence)))
    assert ">“*Globex* will *&lt;no longer&gt; be bound* to *Acme*.”" in message.markdown
    assert "<b>Globex</b> will <b>&lt;no longer&gt; be" in message.html
    assert f"“{sentence}”" in message.text
