"""`monitor export`: files that are whole or not there, and a terminal that nothing writes to."""

import csv
import io
import json
import os
import pty
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime

import pytest

from monitor.models import Article
from monitor.store import Store, articles
from tests.e2e.conftest import COMMAND, Monitor

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
HOSTILE = "Pact\x1b]0;owned\x07\x9b2J\u202e of \x1b[31mtwo"


@pytest.fixture
def filled(monitor: Monitor) -> Monitor:
    with closing(Store(monitor.database)) as store, store.write() as session:
        for number, title in enumerate((HOSTILE, "-2 %")):
            article = Article(url=f"https://a.example/{number}", title=title, text="Pact.")
            articles.add_article(session, article, source="wire", digest=str(number), now=NOW)
    return monitor


def test_the_name_of_the_file_says_the_format(filled: Monitor) -> None:
    for name in ("a.csv", "a.jsonl", "a.parquet", "a.sqlite"):
        filled.run("export", "articles", "-o", str(filled.folder / name))
    rows = list(csv.DictReader(io.StringIO((filled.folder / "a.csv").read_text(encoding="utf-8"))))
    assert [row["title"] for row in rows] == [HOSTILE, "'-2 %"]
    lines = (filled.folder / "a.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["title"] for line in lines] == [HOSTILE, "-2 %"]
    assert (filled.folder / "a.parquet").read_bytes()[:4] == b"PAR1"
    with closing(sqlite3.connect(filled.folder / "a.sqlite")) as connection:
        assert connection.execute("SELECT title FROM articles").fetchall() == [(HOSTILE,), ("-2 %",)]
    assert [path.name for path in filled.folder.iterdir() if path.name.endswith(".part")] == []


def test_without_a_file_it_goes_to_standard_output(filled: Monitor) -> None:
    printed = filled.run("export", "articles", "--source", "wire", "--until", "2026-05-05")
    assert len(list(csv.DictReader(io.StringIO(printed)))) == 2
    (heading,) = csv.reader(io.StringIO(filled.run("export", "alerts")))
    assert heading[:3] == ["id", "created_at", "novelty"]
    assert filled.run("export", "events", "--format", "jsonl") == ""


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("alerts", "-o", "a.txt"), "does not say which of csv, jsonl, parquet, sqlite"),
        (("alerts", "events", "--format", "csv"), "csv holds one of alerts, events, relations, articles"),
        (("--format", "jsonl"), "jsonl holds one of"),
        (("--format", "sqlite"), "cannot go to standard output"),
        (("nonsense",), "Invalid value"),
    ],
)
def test_what_does_not_go_together_is_told(filled: Monitor, arguments: tuple[str, ...], told: str) -> None:
    assert told in " ".join(filled.run("export", *arguments, expect=2).replace("│", " ").split())


def test_a_file_is_replaced_only_if_asked_and_only_by_a_whole_one(filled: Monitor) -> None:
    path = filled.folder / "a.csv"
    path.write_text("mine", encoding="utf-8")
    assert "--force replaces it" in " ".join(filled.run("export", "articles", "-o", str(path), expect=2).split())
    assert path.read_text(encoding="utf-8") == "mine"
    filled.run("export", "articles", "-o", str(path), "--force")
    assert path.read_text(encoding="utf-8").startswith("id,")
    for place in ("/nowhere/a.csv", "/dev/tty"):  # a test has no terminal
        told = filled.run("export", "articles", "--format", "csv", "-o", place, expect=1)
        assert f"{place}: cannot be written" in " ".join(told.split())


def test_a_pipe_is_written_to_and_a_link_followed_neither_is_replaced(filled: Monitor) -> None:
    pipe, link, target = filled.folder / "pipe", filled.folder / "link.csv", filled.folder / "target.csv"
    os.mkfifo(pipe)
    link.symlink_to(target)
    reader = subprocess.Popen(["cat", str(pipe)], stdout=subprocess.PIPE, text=True)  # noqa: S603, S607 - cat
    filled.run("export", "articles", "--format", "csv", "-o", str(pipe))
    assert reader.communicate(timeout=60)[0].startswith("id,")
    assert pipe.is_fifo()
    assert "no file" in " ".join(filled.run("export", "--format", "sqlite", "-o", str(pipe), expect=2).split())
    filled.run("export", "articles", "-o", str(link))
    assert link.is_symlink()
    assert target.read_text(encoding="utf-8").startswith("id,")


def test_parquet_without_its_library_says_what_to_do(filled: Monitor) -> None:
    blocked = filled.folder / "blocked" / "pyarrow"
    blocked.mkdir(parents=True)
    (blocked / "__init__.py").write_text("raise ImportError", encoding="utf-8")
    filled.environment["PYTHONPATH"] = str(blocked.parent)
    told = filled.run("export", "articles", "-o", str(filled.folder / "a.parquet"), expect=1)
    assert "pyarrow" in told
    assert "partnership-monitor[parquet]" in told
    assert not (filled.folder / "a.parquet").exists()


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_a_terminal_is_shown_controls_not_given_them(filled: Monitor, form: str) -> None:
    ours, theirs = pty.openpty()
    command = [*COMMAND, "--database", str(filled.database), "export", "articles", "--format", form]
    subprocess.run(command, stdout=theirs, stderr=subprocess.DEVNULL, check=True, env=filled.environment)  # noqa: S603 - ours
    os.close(theirs)
    printed = os.read(ours, 100_000).decode()
    os.close(ours)
    assert "owned" in printed
    assert [char for char in printed if not char.isprintable() and char not in "\r\n"] == []


def test_a_reader_that_goes_away_is_no_error_of_ours(filled: Monitor) -> None:
    command = [*COMMAND, "--database", str(filled.database), "export", "articles"]
    process = subprocess.Popen(  # noqa: S603 - ours
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=filled.environment
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    told = process.stderr.read().decode()
    process.stderr.close()
    process.wait()
    assert "Traceback" not in told
    assert sys.executable not in told
