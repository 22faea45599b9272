"""The log: one line a fact, as text or JSON, without secrets.

Messages are constant, their facts stand beside them: `log.info("source checked", extra={"source": name})`.
"""

import json
import logging
import sys
from collections.abc import Callable
from datetime import UTC, datetime

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_NOISY = {
    "alembic": logging.WARNING,
    "apscheduler": logging.WARNING,
    "httpx": logging.WARNING,
    "httpcore": logging.WARNING,
    "apprise": logging.ERROR,
}


def set_up(*, level: str, as_json: bool, redact: Callable[[str], str] = str) -> None:
    """Send the log to standard error, in one format; `redact` takes the secrets out of every text."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Formatter(as_json=as_json, redact=redact))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name, least in _NOISY.items():
        logging.getLogger(name).setLevel(max(least, logging.getLevelName(level)))


class _Formatter(logging.Formatter):
    """Writes a record and its facts: secrets blacked out first, then control characters made visible."""

    def __init__(self, *, as_json: bool, redact: Callable[[str], str]) -> None:
        super().__init__()
        self._as_json = as_json
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        facts = {key: self._clean(value) for key, value in vars(record).items() if key not in _STANDARD}
        message = self._redact(record.getMessage())
        trace = self._redact(self.formatException(record.exc_info)) if record.exc_info else ""
        at = datetime.fromtimestamp(record.created, UTC)
        if self._as_json:
            line = {"at": at.isoformat(), "level": record.levelname, "message": message, **facts}
            return json.dumps(line | ({"trace": trace} if trace else {}))
        shown = " ".join(f"{key}={_show(value)}" for key, value in facts.items())
        text = f"{at:%H:%M:%S} {record.levelname.lower():<7} {_show_text(message)} {shown}".rstrip()
        return "\n".join([text, *map(_show_text, trace.splitlines())])

    def _clean(self, value: object) -> float | str | None:
        """Return a fact as JSON knows it, without secrets."""
        return value if isinstance(value, int | float | None) else self._redact(str(value))


def _show(value: object) -> str:
    text = _show_text(str(value))
    return f'"{text}"' if " " in text or not text else text


def _show_text(text: str) -> str:
    """Return the text with control characters as escapes, so that no page can write to the terminal."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)
