"""The message of deliveries: in the user's words where a template says so, else the built-in one."""

import html
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

from jinja2 import Template as Compiled

from monitor.errors import TemplateError
from monitor.models import (
    Alert,
    Delivery,
    Event,
    EventType,
    Evidence,
    Field,
    Modality,
    Novelty,
    Participant,
    RelationState,
    Route,
    Severity,
    Target,
    Template,
)
from monitor.notify.content import MAX_TITLE_CHARS
from monitor.notify.digest import render_deliveries
from monitor.notify.escaping import clean_line, cut_text, escape_mrkdwn, fit_lines
from monitor.notify.facts import MAX_VALUE_CHARS, Facts, Journey, collect_facts
from monitor.notify.message import Message, render_message
from monitor.notify.sanitizing import sanitize_html, sanitize_mrkdwn
from monitor.notify.template import compile_template, find_faults, render

log = logging.getLogger(__name__)

MAX_CHARS = {"title": 2_000, "text": 3_000, "slack": 3_000, "html": 16_000}
"""Of what a template makes; a title is cut, the others are made again of shorter values."""
_VALUE_CHARS = (MAX_VALUE_CHARS, 300, 80)
_ESCAPES: Mapping[str, Callable[[str], str]] = {
    "title": str,
    "text": str,
    "slack": escape_mrkdwn,
    "html": html.escape,
}
_SANITIZERS = {"slack": sanitize_mrkdwn, "html": sanitize_html}
_ANCHOR = '<a href="{0}" rel="noopener noreferrer">{0}</a>'
_EXAMPLE_EVENT = Event(
    type=EventType.EXCLUSIVITY_LOST,
    participants=(Participant(name="Alder Systems"), Participant(name="Birch Logistics")),
    modality=Modality.CONFIRMED,
    evidence=Evidence(field=Field.TEXT, start=0, end=1, sentence="Alder may now rent servers elsewhere, it said."),
    rule="loses-exclusivity",
    subject="cloud",
    effective_on=date(2026, 7, 1),
    tags=("infrastructure",),
)
EXAMPLE = Alert(
    id=12,
    story_id=7,
    novelty=Novelty.STATE_CHANGED,
    severity=Severity.HIGH,
    events=(_EXAMPLE_EVENT, replace(_EXAMPLE_EVENT, type=EventType.RIGHT_OF_FIRST_REFUSAL, subject=None, tags=())),
    moves=((RelationState.EXCLUSIVE, RelationState.FIRST_REFUSAL), None),
    title="Alder and Birch loosen their ties",
    url="https://news.example/alder-birch",
    source="example-wire",
    site_name="Example Wire",
    language="en",
    published_at=datetime(2026, 5, 4, 14, 5, tzinfo=UTC),
    created_at=datetime(2026, 5, 4, 14, 9, tzinfo=UTC),
)
"""An alert with all that an alert can have."""
_BARE = replace(
    EXAMPLE,
    events=(replace(_EXAMPLE_EVENT, participants=(), subject=None, effective_on=None, tags=()),),
    moves=(),
    site_name=None,
    language=None,
    published_at=None,
    url="",
)
"""One that lacks all that one may lack."""


class Words:
    """A template, compiled: TemplateError where it is none."""

    def __init__(self, template: Template) -> None:
        self.name = template.name
        self._sources = _forms_of(template)
        self._compiled: dict[str, Compiled] = {
            form: compile_template(source, _SHAPES, _ESCAPES[form]) for form, source in self._sources.items()
        }

    def write(self, alert: Alert, built_in: Message, journey: Journey) -> Message:
        """Return `built_in` with what the template says in place of its own words; TemplateError if it cannot."""
        made = {form: self._make(form, alert, journey) for form in self._sources}
        text, links = made.get("text", ""), _links_of(collect_facts(alert, journey))
        in_mrkdwn = fit_lines(_mark_up(text, links, escape_mrkdwn, "<{0}>"), MAX_CHARS["slack"])
        in_html = _mark_up(text, links, html.escape, _ANCHOR).replace("\n", "<br>\n")  # its own lines are escaped
        return replace(
            built_in,
            title=cut_text(clean_line(made.get("title", "")), MAX_TITLE_CHARS) or built_in.title,
            text=text or built_in.text,
            markdown=made.get("slack") or in_mrkdwn or built_in.markdown,
            html=made.get("html") or in_html or built_in.html,
        )

    def _make(self, form: str, alert: Alert, journey: Journey) -> str:
        """Return what one form says; of ever shorter values until it fits."""
        source = self._sources[form]
        for max_chars in _VALUE_CHARS:
            facts = collect_facts(alert, journey, max_chars=max_chars)
            made = render(self._compiled[form], facts)
            if form in _SANITIZERS:
                made = _SANITIZERS[form](made, source, _links_of(facts))
            if len(made) <= MAX_CHARS[form]:
                return made
        raise TemplateError(f"{form}: it makes more than {MAX_CHARS[form]:,} characters of this alert")


class Writer:
    """Writes messages as the routes and targets of the settings want them worded."""

    def __init__(
        self, templates: Iterable[Template] = (), targets: Iterable[Target] = (), *, page_url: str = ""
    ) -> None:
        self._words = {template.name: Words(template) for template in templates}
        self._page_url = page_url
        self._of_target = {target.name: target.template for target in targets if target.template}

    def write(self, deliveries: Sequence[Delivery], route: Route, target: str, *, is_lowered: bool = False) -> Message:
        """Return the one message that tells these deliveries; the built-in one where a template fails, which says so.

        Templates word messages of one alert; digests and notices are the built-in ones.
        """
        built_in = render_deliveries(deliveries, is_lowered=is_lowered, page_url=self._page_url)
        alert = deliveries[0].alert
        if not alert or len(deliveries) > 1:
            return built_in
        return self._reword(built_in, alert, route, target, deliveries[0].reminder)

    def write_alert(self, alert: Alert, route: Route, target: str) -> Message:
        """Return the message that tells one alert."""
        return self._reword(render_message(alert, self._page_url), alert, route, target)

    def _reword(self, built_in: Message, alert: Alert, route: Route, target: str, reminder: int = 0) -> Message:
        """Return a message in the words of the route's template, or the target's, if there is one that can be used."""
        name = route.template or self._of_target.get(target)
        if not name:
            return built_in
        journey = Journey(
            severity=built_in.severity, route=route.name, target=target, reminder=reminder, page_url=self._page_url
        )
        try:
            return self._words[name].write(alert, built_in, journey)
        except TemplateError as error:
            facts = {"template": name, "alert": alert.id, "route": route.name, "target": target, "error": str(error)}
            log.error("template failed, the built-in message goes in its place", extra=facts)  # noqa: TRY400 - see `error`
            return _add_line(built_in, f"the template {clean_line(name)!r} failed: see the log")


def template_faults(template: Template) -> Iterator[str]:
    """Yield what is wrong with a template: which form, which line, and the remedy."""
    forms = _forms_of(template)
    if not forms:
        yield "it words nothing: it needs a `title`, `text`, `slack` or `html`"
    faults = [f"{form}, {fault}" for form, source in forms.items() for fault in find_faults(source, _SHAPES)]
    yield from faults
    if faults:
        return
    words, journey = Words(template), Journey(severity=Severity.HIGH, route="route", target="target")
    for what, alert in (("an alert that has everything", EXAMPLE), ("an alert without names, dates and link", _BARE)):
        try:
            words.write(alert, render_message(alert), journey)
        except TemplateError as error:
            yield f"tried on {what}: {error}"
            return


def _forms_of(template: Template) -> dict[str, str]:
    """Return the forms that a template words."""
    return {form: source for form in MAX_CHARS if (source := getattr(template, form))}


def _links_of(facts: Facts) -> list[str]:
    """Return the links that an alert has by itself."""
    told = facts["alert"]
    return [told[name] for name in ("link", "page") if told[name]] if isinstance(told, dict) else []


def _mark_up(text: str, links: Sequence[str], escape: Callable[[str], str], anchor: str) -> str:
    """Return plain text escaped for a channel; lines that are one of the alert's links are links."""
    lines = (anchor.format(escape(line)) if line in links else escape(line) for line in text.split("\n"))
    return "\n".join(lines)


def _add_line(message: Message, line: str) -> Message:
    """Return a message that ends with a line of ours."""
    return replace(
        message,
        text=f"{message.text}\n{line}",
        markdown=f"{message.markdown}\n{escape_mrkdwn(line)}",
        html=f"{message.html}\n<p>{html.escape(line)}</p>",
    )


_SHAPES = collect_facts(EXAMPLE, Journey(severity=Severity.HIGH, route="route", target="target"))
