"""The database file: connections, transactions, schema."""

import fcntl
import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from filelock import FileLock, Timeout
from sqlalchemy import URL, Connection, Engine, event, inspect, text
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlmodel import Session, create_engine

from monitor.errors import AlreadyRunning, NewerDatabase, StoreError
from monitor.store.views import VIEWS

__all__ = ["Session", "Store", "in_chunks"]

MIGRATIONS = Path(__file__).parent / "migrations"
_BUSY_SECONDS = 30
"""So long a write waits for another: `monitor db vacuum` may hold the database for seconds."""
T = TypeVar("T")


class Store:
    """A SQLite database, opened and brought up to date; close it when done.

    Raises StoreError if the file cannot be opened or is no database, NewerDatabase if a newer monitor wrote it.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._engine = _connect_engine(self.path)
        self._writer = self._engine.execution_options(immediate=True)
        self._reader = self._engine.execution_options(immediate=False)
        self._idle, self._writers, self._is_closed = threading.Condition(), 0, False
        try:
            self._lock = lock_of(self.path)
            self.path.parent.mkdir(parents=True, exist_ok=True)
            _migrate(self._engine, self.path)
        except (OSError, ValueError, RuntimeError, SQLAlchemyError) as error:  # a NUL in the path, a loop of links
            self._engine.dispose()
            raise _refuse(self.path, error) from error
        except StoreError:
            self._engine.dispose()
            raise

    def lock(self, *, patience: float = 0) -> None:
        """Have the database for this process alone until `close`; AlreadyRunning if another one has it so long.

        The kernel frees the lock with its process, however that ends.
        """
        acquire(self._lock, self.path, seconds=patience)

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Give a transaction that commits at the end and holds the only write lock from its start."""
        with self._idle:
            if self._is_closed:
                raise StoreError(f"{self.path}: closed")
            self._writers += 1
        try:
            with self._session(self._writer) as session:
                yield session
        finally:
            with self._idle:
                self._writers -= 1
                self._idle.notify_all()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Give a transaction that sees one unchanging state of the database."""
        with self._session(self._reader) as session:
            yield session

    def close(self) -> None:
        """Give up lock and connections; first wait for threads that still write."""
        with self._idle:
            self._is_closed = True
            self._idle.wait_for(lambda: not self._writers, timeout=_BUSY_SECONDS)
        self._engine.dispose()
        self._lock.release()

    @contextmanager
    def _session(self, engine: Engine) -> Iterator[Session]:
        try:
            with Session(engine, expire_on_commit=False) as session, session.begin():
                yield session
        except (SQLAlchemyError, UnicodeEncodeError) as error:  # half a pair of surrogates
            raise StoreError(f"{self.path}: {_cause(error)}") from error


def in_chunks(values: Sequence[T], size: int = 500) -> Iterator[Sequence[T]]:
    """Cut values for `IN (…)`: SQLite takes 32,766 in one statement."""
    return (values[start : start + size] for start in range(0, len(values), size))


def lock_of(path: Path) -> FileLock:
    """Return the lock of a database, free as yet."""
    return FileLock(f"{path.resolve()}.lock", timeout=0)


def claim_of(path: Path) -> FileLock:
    """Return the lock that whoever holds the database is asked by to let go of it, until it is free again."""
    return FileLock(f"{path.resolve()}.claim.lock", timeout=0)


def is_claimed(path: Path) -> bool:
    """Tell whether somebody restores a backup, or is about to; the claim may be another user's, so it is only read."""
    try:
        with Path(claim_of(path).lock_file).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)  # free again as the file is closed
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def acquire(lock: FileLock, path: Path, *, seconds: float = 0) -> None:
    """Take the lock of a database, wait for it so long; AlreadyRunning if another process holds it."""
    try:
        lock.acquire(timeout=seconds)
    except Timeout as error:
        problem = AlreadyRunning(f"{path}: another monitor is running on this database")
        problem.hint = "stop it first, or set another `database` in monitor.toml"
        raise problem from error
    except (OSError, NotImplementedError) as error:  # a file system that knows no locks
        raise _refuse(path, error) from error


def check_version(path: Path, version: str | None) -> bool:
    """Return whether a schema is the newest; NewerDatabase if this monitor does not know it."""
    known = sorted(file.stem.split("_")[0] for file in (MIGRATIONS / "versions").glob("[0-9]*.py"))
    if version is not None and version not in known:
        problem = NewerDatabase(f"{path}: written by a newer monitor (schema {version}; this one knows {known[-1]})")
        problem.hint = "install that version again, or restore a backup of before: `monitor db restore FILE`"
        raise problem
    return version == known[-1]


def _refuse(path: Path, error: Exception) -> StoreError:
    """Return what to tell of a path that is no database for us."""
    problem = StoreError(f"{path}: cannot be used as the database: {_cause(error)}")
    if isinstance(error, OSError | OperationalError):
        problem.hint = "even to read, the monitor must be able to write to its folder: SQLite keeps files there"
    return problem


def _cause(error: Exception) -> object:
    return error.orig if isinstance(error, DBAPIError) else error


def _connect_engine(path: Path) -> Engine:
    """Return an engine with durable, serialised writes, and a connection for every thread that asks.

    synchronous=FULL: NORMAL lost acknowledged commits in 371 of 400 simulated power cuts. BEGIN IMMEDIATE: the
    driver's own transactions lost 667 of 1,200 concurrent updates.
    """
    url = URL.create("sqlite", database=str(path.absolute()))
    engine = create_engine(url, max_overflow=-1, connect_args={"timeout": _BUSY_SECONDS})

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:  # noqa: ANN401 - sqlite3.Connection, untyped there
        connection.isolation_level = None  # we begin transactions ourselves
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={_BUSY_SECONDS}000"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        is_write = connection.get_execution_options().get("immediate", True)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if is_write else "BEGIN")

    return engine


def _migrate(engine: Engine, path: Path) -> None:
    """Bring the schema up to date; refuse a database that a newer monitor wrote."""
    with engine.connect() as connection:
        tables = inspect(connection).get_table_names()
        version = (
            connection.scalar(text("SELECT version_num FROM alembic_version")) if "alembic_version" in tables else None
        )
    if check_version(path, version):
        return
    from alembic import command  # noqa: PLC0415 - 90 ms, spent only when there is something to migrate
    from alembic.config import Config  # noqa: PLC0415 - as above

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    logging.getLogger("alembic").setLevel(logging.WARNING)
    with engine.begin() as connection:
        for name in VIEWS:  # one that names a table would keep a migration from changing it
            connection.exec_driver_sql(f"DROP VIEW IF EXISTS {name}")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        for name, query in VIEWS.items():
            connection.exec_driver_sql(f"CREATE VIEW {name} AS {query}")
