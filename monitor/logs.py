"""The log: one line a fact, as text or JSON, without secrets.

Messages are constant, their facts stand beside them: `log.info("source checked", extra={"source": name})`.
"""

import json
import logging
import sys
from collections.abc import Iterable
from datetime import UTC, datetime

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_NOISY = {
    "alembic": logging.WARNING,
    "apscheduler": logging.WARNING,
    "httpx": logging.WARNING,
    "httpcore": logging.WARNING,
    "apprise": logging.ERROR,
}
_MIN_SECRET = 6
"""Shorter values are not blacked out: they would take ordinary words with them."""


def set_up(*, level: str, as_json: bool, secrets: Iterable[str] = ()) -> None:
    """Send the log to standard error, in one format, without any of `secrets`."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Formatter(as_json=as_json, secrets=secrets))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name, least in _NOISY.items():
        logging.getLogger(name).setLevel(max(least, logging.getLevelName(level)))


class _Formatter(logging.Formatter):
    """Writes a record and its facts, secrets blacked out and control characters made visible."""

    def __init__(self, *, as_json: bool, secrets: Iterable[str]) -> None:
        super().__init__()
        self._as_json = as_json
        self._secrets = sorted((secret for secret in secrets if len(secret) >= _MIN_SECRET), key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        facts = {key: value for key, value in vars(record).items() if key not in _STANDARD}
        trace = self.formatException(record.exc_info) if record.exc_info else ""
        at = datetime.fromtimestamp(record.created, UTC)
        if self._as_json:
            line = {"at": at.isoformat(), "level": record.levelname, "message": record.getMessage(), **facts}
            text = json.dumps(line | ({"trace": trace} if trace else {}), ensure_ascii=False, default=str)
        else:
            shown = " ".join(f"{key}={_show(value)}" for key, value in facts.items())
            text = f"{at:%H:%M:%S} {record.levelname.lower():<7} {_show_text(record.getMessage())} {shown}".rstrip()
            text += f"\n{trace}" if trace else ""
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text


def _show(value: object) -> str:
    text = _show_text(str(value))
    return f'"{text}"' if " " in text or not text else text


def _show_text(text: str) -> str:
    """Return the text with control characters as escapes, so that no page can write to the terminal."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)
