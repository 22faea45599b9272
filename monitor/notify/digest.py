"""What a message says that is more, or other, than one alert: a digest of several, a reminder, a notice."""

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from monitor.models import Alert, Delivery, Notice, Severity, Subject
from monitor.notify.content import MAX_TITLE_CHARS, compose_content, compose_title
from monitor.notify.escaping import clean_line, cut_escaped, cut_text, escape_mrkdwn
from monitor.notify.message import Message, render_message

_RANKS = {severity: rank for rank, severity in enumerate(Severity)}
_MAX_CHARS = 2_600
"""Of all entries, in each form: with the last line, below the limits of message.py."""
_MAX_ENTRY_CHARS = 240
_MAX_LINK_CHARS = 400
_MAX_DETAIL_CHARS = 500
_NOUNS = {Subject.SOURCES: "source", Subject.TARGETS: "target"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """One alert or notice of a digest, in one line."""

    words: str
    place: str
    link: str


def render_deliveries(deliveries: Sequence[Delivery], *, is_lowered: bool = False, page_url: str = "") -> Message:
    """Return the one message that tells these deliveries; never empty."""
    message = _render_one(deliveries[0], page_url) if len(deliveries) == 1 else _render_digest(deliveries)
    if all(delivery.reminder for delivery in deliveries):
        title = cut_text(f"reminder: {message.title}", MAX_TITLE_CHARS)
        # another message than the first: a mail reader shows only one of a Message-ID
        named = message.key or f"{message.title} {message.text}"
        message = replace(message, title=title, key=f"{named} reminder {deliveries[0].reminder}")
    return replace(message, severity=Severity.LOW) if is_lowered else message


def _render_one(delivery: Delivery, page_url: str) -> Message:
    if delivery.alert:
        return render_message(delivery.alert, page_url)
    if delivery.notice:
        return _render_notice(delivery.notice)
    raise ValueError(f"delivery {delivery.id} tells nothing")


def _render_notice(notice: Notice) -> Message:
    detail = cut_text(clean_line(notice.detail), _MAX_DETAIL_CHARS)
    place = f"why: notice {notice.id} · severity {notice.severity}"
    return Message(
        title=_title_of(notice),
        text="\n".join(filter(None, (detail, place))),
        markdown="\n".join(filter(None, (cut_escaped(detail, 900, escape_mrkdwn), place))),
        html="".join(f"<p>{line}</p>" for line in (cut_escaped(detail, 900, html.escape), place) if line),
        severity=notice.severity,
    )


def _render_digest(deliveries: Sequence[Delivery]) -> Message:
    told = [one for delivery in deliveries if (one := delivery.alert or delivery.notice)]
    ordered = sorted(told, key=lambda one: (-_RANKS[one.severity], one.created_at))
    entries = [_entry_of(one) for one in ordered]
    shown = _count_fitting(entries)
    rest = f"and {len(entries) - shown} more: see `monitor history`" if shown < len(entries) else ""
    return Message(
        title=cut_text(f"{len(entries)} alerts: {'; '.join(entry.words for entry in entries)}", MAX_TITLE_CHARS),
        text="\n".join([*map(_as_text, entries[:shown]), *filter(None, [rest])]),
        markdown="\n".join([*map(_as_mrkdwn, entries[:shown]), *filter(None, [rest])]),
        html=f"<ul>{''.join(map(_as_html, entries[:shown]))}</ul>" + (rest and f"<p>{rest}</p>"),
        severity=ordered[0].severity,
    )


def _count_fitting(entries: Sequence[_Entry]) -> int:
    """Return how many entries fit in every form, so that all forms say the same; at least one does."""
    forms: tuple[Callable[[_Entry], str], ...] = (_as_text, _as_mrkdwn, _as_html)
    lengths = [max(len(form(entry)) for form in forms) + 1 for entry in entries]
    return sum(length <= _MAX_CHARS for length in accumulate(lengths))


def _entry_of(told: Alert | Notice) -> _Entry:
    if isinstance(told, Notice):
        return _Entry(words=_title_of(told), place=cut_text(clean_line(told.detail), _MAX_ENTRY_CHARS), link="")
    content = compose_content(told)
    link = content.link if len(content.link) <= _MAX_LINK_CHARS else ""
    return _Entry(words=compose_title(told), place=content.place, link=link)


def _title_of(notice: Notice) -> str:
    return cut_text(f"{_NOUNS[notice.about]} {clean_line(notice.name)} {notice.condition}", MAX_TITLE_CHARS)


def _as_text(entry: _Entry) -> str:
    first = cut_text(entry.words, _MAX_ENTRY_CHARS) + (f" ({cut_text(entry.place, 100)})" if entry.place else "")
    return "\n".join(filter(None, (f"• {first}", entry.link)))


def _as_mrkdwn(entry: _Entry) -> str:
    place = f" ({cut_escaped(entry.place, 100, escape_mrkdwn)})" if entry.place else ""
    link = entry.link and f"<{escape_mrkdwn(entry.link)}>"
    return "\n".join(filter(None, (f"• {cut_escaped(entry.words, _MAX_ENTRY_CHARS, escape_mrkdwn)}{place}", link)))


def _as_html(entry: _Entry) -> str:
    link = html.escape(entry.link)
    anchor = link and f'<br><a href="{link}" rel="noopener noreferrer">{link}</a>'
    words = cut_escaped(entry.words, _MAX_ENTRY_CHARS, html.escape)
    place = cut_escaped(entry.place, 100, html.escape)
    return f"<li>{words}{place and f' ({place})'}{anchor}</li>"
