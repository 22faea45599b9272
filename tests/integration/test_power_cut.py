"""What was acknowledged is there after a power cut: recorded writes, replayed up to any moment."""

import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from tests.integration.power_cut import Call, cut_power, record

ALERTS = 70
CUTS = 200


@pytest.fixture(scope="module", autouse=True)
def strace() -> None:
    if not shutil.which("strace") or subprocess.run(["strace", "-o", "/dev/null", "true"], check=False).returncode:  # noqa: S607
        pytest.skip("strace is not here, or may not trace")


def write(folder: Path, synchronous: str) -> list[Call]:
    command = ["-m", "tests.integration.power_cut_writer", str(folder / "monitor.db"), synchronous, str(ALERTS)]
    return record(command, folder / "trace")


def find_losses(calls: list[Call], folder: Path) -> tuple[int, int]:
    """Cut the power at random moments; return after how many cuts something told was lost, or the file was damaged."""
    chance = Random(20261126)  # noqa: S311 - the same moments in each run
    lossy = damaged = 0
    for told, files in cut_power(calls, set(chance.sample(range(len(calls)), CUTS)), chance):
        lost, is_whole = look(told, files, folder)
        lossy += lost
        damaged += not is_whole
    return lossy, damaged


def look(told: list[bytes], files: dict[str, bytes], folder: Path) -> tuple[bool, bool]:
    """Open what is left; return whether anything told is missing, and whether the file is whole."""
    for name in ("monitor.db", "monitor.db-wal"):
        (folder / name).write_bytes(files.get(name, b""))
    (folder / "monitor.db-shm").unlink(missing_ok=True)
    with closing(sqlite3.connect(folder / "monitor.db")) as database:
        is_whole = database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        has_tables = database.execute("SELECT count(*) FROM sqlite_master WHERE name = 'deliveries'").fetchone()[0]
        rows = database.execute("SELECT alert_id, state FROM deliveries").fetchall() if has_tables else []
    there = {f"stored {alert}\n".encode() for alert, _ in rows}
    there |= {f"sent {alert}\n".encode() for alert, state in rows if state == "sent"}
    return not set(told) <= there, is_whole


def test_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    calls = write(tmp_path, "as it is")
    assert sum(call.name == "write" for call in calls) == 2 * ALERTS
    assert any(call.file == "monitor.db-wal" for call in calls)
    assert find_losses(calls, tmp_path) == (0, 0)


def test_with_less_synchronous_writes_it_would_be_lost(tmp_path: Path) -> None:
    lossy, damaged = find_losses(write(tmp_path, "NORMAL"), tmp_path)
    assert lossy > CUTS / 4
    assert damaged == 0
