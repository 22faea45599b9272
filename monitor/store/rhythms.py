"""What is remembered of each source's looks."""

from datetime import UTC, datetime

from sqlmodel import Session

from monitor.models import Pulse, Rhythm, Source
from monitor.store.sources import reading_of
from monitor.store.tables import RhythmRow

_DIGITS = 3
"""Kept of counts and hours: a thousandth of an article tells nothing."""


def read_pulse(session: Session, source: Source) -> Pulse:
    """Return what is remembered of a source; nothing if it was never seen, or was read in another way."""
    row = session.get(RhythmRow, source.name)
    if row is None or row.reading != _reading_of(source):
        return Pulse()
    rhythm = Rhythm(
        arrivals=tuple(row.arrivals),
        hours=tuple(row.hours),
        parts=tuple(row.parts),
        recent=tuple(datetime.fromtimestamp(at, UTC) for at in row.recent),
        watched_until=row.watched_until,
        followed=row.followed,
        credit=row.credit,
    )
    return Pulse(
        rhythm=rhythm,
        shown=frozenset(row.shown),
        usual_items=row.usual_items,
        usual_dated=row.usual_dated,
        odd_looks=row.odd_looks,
    )


def _reading_of(source: Source) -> str:
    """Return what decides which items are seen: at another address, others are usual."""
    return f"{source.url} {reading_of(source)}"


def save_pulse(session: Session, source: Source, pulse: Pulse) -> None:
    """Remember what was learned of a source."""
    rhythm = pulse.rhythm
    session.merge(
        RhythmRow(
            source=source.name,
            reading=_reading_of(source),
            arrivals=[round(count, _DIGITS) for count in rhythm.arrivals],
            hours=[round(count, _DIGITS) for count in rhythm.hours],
            parts=[round(count, _DIGITS) for count in rhythm.parts],
            recent=[at.timestamp() for at in rhythm.recent],
            watched_until=rhythm.watched_until,
            followed=rhythm.followed,
            credit=rhythm.credit,
            shown=sorted(pulse.shown),
            usual_items=pulse.usual_items,
            usual_dated=pulse.usual_dated,
            odd_looks=pulse.odd_looks,
        )
    )
