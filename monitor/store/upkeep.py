"""The database file as a whole: copies of it, whether it is sound, how large it is.

Here SQLite is asked directly, because a file that is broken, old or a stranger's cannot be opened as a Store.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from monitor.errors import AlreadyRunning, StoreError
from monitor.store.database import acquire, check_version, claim_of, lock_of

Progress = Callable[[int, int], None]
"""Told how many of how many pages are copied."""

_PAGES_AT_ONCE = 2_000
_BUSY_SECONDS = 30.0
_CLAIM_SECONDS = 1.0
"""Because whoever looks whether it is taken has it for an instant."""
_PATIENCE_SECONDS = 30.0
"""For a running monitor to end its checks and let messages on their way arrive."""
_MAX_FAULTS = 20
_INVARIANTS = {
    "alerts that tell no event": "SELECT count(*) FROM alerts WHERE id NOT IN (SELECT alert_id FROM alert_events)",
    "alerts that tell events of another story": (
        "SELECT count(*) FROM alerts JOIN alert_events ON alert_events.alert_id = alerts.id"
        " JOIN events ON events.id = alert_events.event_id WHERE events.story_id <> alerts.story_id"
    ),
    "events of a version that their article does not have": (
        "SELECT count(*) FROM events JOIN articles ON articles.id = events.article_id"
        " WHERE events.article_version NOT BETWEEN 1 AND articles.version"
    ),
    "articles of which older versions are missing": (
        "SELECT count(*) FROM articles WHERE version - 1 <>"
        " (SELECT count(*) FROM article_versions WHERE article_id = articles.id)"
    ),
    "articles that the search does not know": (
        "SELECT count(*) FROM articles WHERE id NOT IN (SELECT id FROM articles_fts_docsize)"
    ),
    "articles of the search that are not there": (
        "SELECT count(*) FROM articles_fts_docsize WHERE id NOT IN (SELECT id FROM articles)"
    ),
    "links that are stored and lead to no article": (
        "SELECT count(*) FROM links WHERE state = 'stored' AND article_id IS NULL"
    ),
    "deliveries of nothing": "SELECT count(*) FROM deliveries WHERE alert_id IS NULL AND notice_id IS NULL",
    "texts that were removed and are there": (
        "SELECT count(*) FROM articles WHERE text_removed_at IS NOT NULL AND text <> ''"
    ),
}
"""What never holds of any row; each counts those of which it does."""
_FIRST_SCHEMA = {"deliveries of nothing": "0006", "texts that were removed and are there": "0010"}
"""Since when there is what an invariant is about, if it was not always there."""


def back_up(path: Path, target: Path, progress: Progress = lambda _done, _all: None) -> None:
    """Copy the database as it is now to a file, also while it is written to; the file is there whole or not at all."""
    part = target.with_name(f"{target.name}.part")
    part.unlink(missing_ok=True)
    try:
        with _open(path) as source, _open(part, writes=True) as copy:
            source.execute("BEGIN")
            source.execute("SELECT count(*) FROM sqlite_master").fetchone()  # from here on it sees one state
            source.backup(copy, pages=_PAGES_AT_ONCE, progress=_turn(progress))
            source.execute("COMMIT")
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, that can be read where nobody can write
            if faults := _ask_sqlite(copy, "PRAGMA quick_check"):
                raise StoreError(f"{path}: the copy is not sound: {faults[0]}")
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.replace(target)
    except OSError as error:
        raise StoreError(f"{target}: cannot be written: {error.strerror or error}") from error
    finally:
        part.unlink(missing_ok=True)


def restore(
    backup: Path,
    path: Path,
    now: datetime,
    progress: Progress = lambda _done, _all: None,
    *,
    patience: float = _PATIENCE_SECONDS,
) -> Path | None:
    """Put a backup in the place of the database; return where the former one is now, if there was one.

    A daemon that holds the database lets go of it meanwhile; AlreadyRunning if whoever holds it does not within
    `patience` seconds, NewerDatabase if a newer monitor wrote the backup. It is one transaction, so that a reader sees
    the former database or the restored one.
    """
    check_backup(backup)
    path.parent.mkdir(parents=True, exist_ok=True)
    claim, lock = claim_of(path), lock_of(path)
    try:
        acquire(claim, path, seconds=_CLAIM_SECONDS)
    except AlreadyRunning as error:
        raise AlreadyRunning(f"{path}: a backup is being restored to it already") from error
    try:
        acquire(lock, path, seconds=patience)
        former = _set_aside(path, now) if path.exists() else None
        with _open(backup) as source, _open(path, writes=True) as target:
            source.backup(target, pages=-1, progress=_turn(progress))
        return former
    finally:
        lock.release()  # first: who waits for the claim takes it at once
        claim.release()


def check_backup(backup: Path) -> None:
    """Raise StoreError if a file is no sound database of a monitor that this one can read."""
    with _open(backup) as source:
        if faults := _ask_sqlite(source, "PRAGMA integrity_check"):
            raise StoreError(f"{backup}: not sound: {faults[0]}")
        _read_schema(source, backup)


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """What is wrong with a database, in words, and what of its older schema was not looked for."""

    faults: list[str]
    unchecked: list[str]


def examine(path: Path) -> Examination:
    """Look for what is wrong with a database, which may be in use; NewerDatabase if a newer monitor wrote it."""
    with _open(path) as source:
        source.execute("BEGIN")
        faults = _ask_sqlite(source, f"PRAGMA integrity_check({_MAX_FAULTS})")
        if faults:  # what its tables hold says nothing then
            return Examination(faults=faults, unchecked=[])
        unchecked = _list_later(_read_schema(source, path))
        strays = source.execute("PRAGMA foreign_key_check").fetchmany(_MAX_FAULTS)
        faults = [f"row {row} of {table} refers to nothing in {parent}" for table, row, parent, _ in strays]
        for what, query in _INVARIANTS.items():
            count = 0 if what in unchecked else source.execute(query).fetchone()[0]
            faults += [f"{what}: {count:,}"] if count else []
    return Examination(faults=faults, unchecked=unchecked)


def _list_later(schema: str) -> list[str]:
    return [what for what, first in _FIRST_SCHEMA.items() if schema < first]


def _read_schema(connection: sqlite3.Connection, path: Path) -> str:
    """Return the version of a database's schema; StoreError if it is not one of the monitor, or of a newer one."""
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    versions = connection.execute("SELECT version_num FROM alembic_version") if "alembic_version" in tables else ()
    schema: str | None = next((row[0] for row in versions), None)
    if schema is None or "articles" not in tables:
        raise StoreError(f"{path}: no database of the monitor")
    check_version(path, schema)
    return schema


def vacuum(path: Path) -> tuple[int, int]:
    """Write the database and its full-text index anew, without gaps; return its size in bytes before and after.

    Others read meanwhile; whoever wants to write waits.
    """
    with _open(path, writes=True) as connection:
        before = _measure(path)
        connection.execute("INSERT INTO articles_fts(articles_fts) VALUES ('optimize')")
        connection.execute("VACUUM")
        connection.execute("PRAGMA optimize")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return before, _measure(path)


def _measure(path: Path) -> int:
    files = (path, path.with_name(f"{path.name}-wal"))
    return sum(file.stat().st_size for file in files if file.exists())


def _set_aside(path: Path, now: datetime) -> Path:
    """Keep the former database: a copy of it, or where it is too broken for that, its very files."""
    former = path.with_name(f"{path.name}.before-{now:%Y%m%d-%H%M%S}")
    try:
        back_up(path, former)
    except StoreError:
        for ending in ("", "-wal", "-shm"):
            file = path.with_name(path.name + ending)
            if file.exists():
                file.rename(former.with_name(former.name + ending))
    return former


def _ask_sqlite(connection: sqlite3.Connection, pragma: str) -> list[str]:
    """Return the complaints of one of SQLite's own checks."""
    try:
        return [str(row[0]) for row in connection.execute(pragma) if row[0] != "ok"]
    except sqlite3.OperationalError:  # it cannot be asked now
        raise
    except sqlite3.DatabaseError as error:  # too broken to be gone through
        return [str(error)]


def _turn(progress: Progress) -> Callable[[int, int, int], None]:
    return lambda _status, remaining, total: progress(total - remaining, total)


@contextmanager
def _open(path: Path, *, writes: bool = False) -> Iterator[sqlite3.Connection]:
    """Open a file as SQLite has it; StoreError tells what it says, whenever it does."""
    address = f"file:{quote(str(path.absolute()))}?mode={'rwc' if writes else 'ro'}"
    try:
        connection = sqlite3.connect(address, uri=True, timeout=_BUSY_SECONDS, isolation_level=None)
        with closing(connection):
            yield connection
    except sqlite3.Error as error:
        raise StoreError(f"{path}: {error}") from error
