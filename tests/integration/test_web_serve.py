"""The command `monitor serve`, as a process of its own."""

import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest


def start(tmp_path: Path, *options: str) -> subprocess.Popen[str]:
    place = ["--config", str(tmp_path), "--database", str(tmp_path / "monitor.db")]
    return subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", "monitor", *place, "serve", *options], stderr=subprocess.PIPE, text=True
    )


def read_url(process: subprocess.Popen[str]) -> str:
    assert process.stderr
    told = re.search(r"http://127\.0\.0\.1:\d+/", process.stderr.readline())
    assert told
    return told[0]


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_until_a_signal_and_ends_with_code_0(sign: signal.Signals, tmp_path: Path) -> None:
    with start(tmp_path, "--port", "0") as process:
        assert httpx.get(read_url(process)).status_code == 200
        process.send_signal(sign)
        _, errors = process.communicate(timeout=10)
    assert (process.returncode, errors) == (0, "")


def test_a_taken_port_is_one_line_and_a_hint(tmp_path: Path) -> None:
    with start(tmp_path, "--port", "0") as first:
        port = read_url(first).rstrip("/").rpartition(":")[2]
        with start(tmp_path, "--port", port) as second:
            _, errors = second.communicate(timeout=10)
        first.terminate()
        first.communicate(timeout=10)
    assert second.returncode == 1
    lines = errors.splitlines()
    assert lines[0] == f"error: port {port} cannot be used for the page: Address already in use"
    assert lines[1].startswith("hint: ")
    assert len(lines) == 2
