"""What operators tell the monitor, and what it tells them: silences, notices, how targets fare."""

from collections.abc import Sequence
from dataclasses import asdict, fields, replace
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from monitor.models import (
    Conditions,
    EventType,
    Modality,
    Notice,
    Severity,
    Silence,
    Subject,
)
from monitor.store.database import in_chunks
from monitor.store.tables import NoticeRow, SilenceRow, TargetRow

_CONDITIONS = (*(item.name for item in fields(Conditions)), "routes", "stories")


def add_notice(session: Session, notice: Notice) -> Notice:
    """Add a notice; return it with its id."""
    row = NoticeRow(**asdict(notice) | {"id": None})
    session.add(row)
    session.flush()
    return replace(notice, id=row.id or 0)


def read_notices(session: Session, notice_ids: Sequence[int]) -> dict[int, Notice]:
    """Return notices by id."""
    notices = {}
    for chunk in in_chunks(notice_ids):
        for row in session.exec(select(NoticeRow).where(col(NoticeRow.id).in_(chunk))):
            notices[row.id or 0] = _notice_of(row)
    return notices


def list_notices(
    session: Session, *, about: Subject | None = None, since: datetime | None = None, limit: int = 50
) -> list[Notice]:
    """Return the newest notices, newest first."""
    wanted = select(NoticeRow).order_by(col(NoticeRow.id).desc()).limit(limit)
    if about is not None:
        wanted = wanted.where(NoticeRow.about == about)
    if since is not None:
        wanted = wanted.where(col(NoticeRow.created_at) >= since)
    return [_notice_of(row) for row in session.exec(wanted)]


def note_failure(session: Session, target: str) -> int:
    """Note that a target did not take a message; return how many in a row."""
    row = session.get(TargetRow, target) or TargetRow(name=target)
    row.failures += 1
    session.add(row)
    return row.failures


def tell_failing(session: Session, target: str) -> bool:
    """Note that it is told that a target fails; return whether that was not told yet."""
    row = session.get(TargetRow, target) or TargetRow(name=target)
    is_news, row.is_told = not row.is_told, True
    session.add(row)
    return is_news


def note_success(session: Session, target: str) -> bool:
    """Note that a target took a message; return whether it was told that it fails."""
    row = session.get(TargetRow, target)
    if row is None:
        return False
    was_told, row.is_told, row.failures = row.is_told, False, 0
    return was_told


def add_silence(session: Session, silence: Silence) -> int:
    """Add a silence; return its id."""
    conditions = {name: value for name in _CONDITIONS if (value := getattr(silence, name))}
    row = SilenceRow(
        conditions=conditions, comment=silence.comment, created_at=silence.created_at, ends_at=silence.ends_at
    )
    session.add(row)
    session.flush()
    return row.id or 0


def list_silences(session: Session, *, after: datetime | None = None) -> list[Silence]:
    """Return the silences that end after a time, or all, oldest first."""
    chosen = [col(SilenceRow.ends_at) > after] if after else []
    return [_silence_of(row) for row in session.exec(select(SilenceRow).where(*chosen).order_by(col(SilenceRow.id)))]


def end_silence(session: Session, silence_id: int, now: datetime) -> bool:
    """End a silence now; return whether there was one."""
    row = session.get(SilenceRow, silence_id)
    if row is None or row.ends_at <= now:
        return False
    row.ends_at = now
    return True


def _notice_of(row: NoticeRow) -> Notice:
    return Notice(**row.model_dump() | {"about": Subject(row.about), "severity": Severity(row.severity)})


def _silence_of(row: SilenceRow) -> Silence:
    stored = row.conditions
    conditions: dict[str, Any] = {name: tuple(value) for name, value in stored.items() if isinstance(value, list)}
    conditions["min_severity"] = Severity(stored.get("min_severity", Severity.LOW))
    conditions["types"] = tuple(map(EventType, stored.get("types", ())))
    conditions["modalities"] = tuple(map(Modality, stored.get("modalities", ())))
    return Silence(id=row.id or 0, comment=row.comment, created_at=row.created_at, ends_at=row.ends_at, **conditions)
