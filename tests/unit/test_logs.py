"""Log lines: one format, no secrets, nothing that a page could write to the terminal."""

import json
import logging
from collections.abc import Iterator
from functools import partial

import pytest

from monitor import config, logs


@pytest.fixture
def log() -> Iterator[logging.Logger]:
    root = logging.getLogger()
    level, handlers = root.level, root.handlers[:]
    yield logging.getLogger("monitor.test")
    root.setLevel(level)
    root.handlers[:] = handlers


def test_facts_stand_beside_the_message(log: logging.Logger, capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up(level="INFO", as_json=False)
    log.info("source checked", extra={"source": "wire", "error": "not found"})
    assert capsys.readouterr().err.endswith('info    source checked source=wire error="not found"\n')


def test_json_lines_hold_the_same(log: logging.Logger, capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up(level="INFO", as_json=True)
    log.warning("source failed", extra={"source": "wire"})
    line = json.loads(capsys.readouterr().err)
    assert (line["level"], line["message"], line["source"]) == ("WARNING", "source failed", "wire")


@pytest.mark.parametrize("as_json", [True, False])
def test_secrets_are_blacked_out_everywhere(
    log: logging.Logger, capsys: pytest.CaptureFixture[str], *, as_json: bool
) -> None:
    logs.set_up(level="INFO", as_json=as_json, redact=partial(config.redact, secrets=["t0k3n-of-the-hook", "abc"]))
    error = ValueError("bad t0k3n-of-the-hook")
    facts = {"url": "https://h.example/t0k3n-of-the-hook", "abc": "abc"}
    log.error("failed t0k3n-of-the-hook", extra=facts, exc_info=error)
    printed = capsys.readouterr().err
    assert "t0k3n" not in printed
    assert printed.count("***") >= 3
    assert "abc" in printed


def test_scraped_text_cannot_write_to_the_terminal(log: logging.Logger, capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up(level="INFO", as_json=False)
    log.info("source failed", extra={"error": "\x1b[2J\nfake line\u202e"})
    printed = capsys.readouterr().err
    assert printed.count("\n") == 1
    assert "\x1b" not in printed
    assert "\u202e" not in printed


@pytest.mark.parametrize("as_json", [True, False])
def test_a_secret_of_odd_characters_is_blacked_out_before_it_is_escaped(
    log: logging.Logger, capsys: pytest.CaptureFixture[str], *, as_json: bool
) -> None:
    secret = 'line "one"\n\\line two é'
    logs.set_up(level="INFO", as_json=as_json, redact=partial(config.redact, secrets=[secret]))
    log.error("failed %s", secret, extra={"fact": secret, "facts": [secret]}, exc_info=ValueError(secret))
    printed = capsys.readouterr().err
    assert "one" not in printed
    assert "two" not in printed
    assert printed.count("***") == 4


def test_numbers_stay_numbers_in_json(log: logging.Logger, capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up(level="INFO", as_json=True, redact=partial(config.redact, secrets=["123456"]))
    log.info("counted", extra={"count": 1_234_567})
    assert json.loads(capsys.readouterr().err)["count"] == 1_234_567


def test_a_trace_cannot_write_to_the_terminal(log: logging.Logger, capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up(level="INFO", as_json=False)
    log.error("failed", exc_info=ValueError("\x1b[2J"))
    assert capsys.readouterr().err.endswith("\nValueError: \\x1b[2J\n")
