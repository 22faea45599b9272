"""The whole program, as a user runs it: a folder of settings, a database, a process."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

COMMAND = [str(Path(sys.executable).with_name("monitor"))]
"""What a user types; `python -m monitor` is not quite the same to the sandbox's workers."""
# A user's Python keeps byte code: where the machine forbids it, a thousand starts would compile all modules again.
CLEAN_ENVIRONMENT = {key: value for key, value in os.environ.items() if not key.startswith("MONITOR_")} | {
    "PYTHONDONTWRITEBYTECODE": ""
}


class Monitor:
    """A monitor with settings and a database of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = folder / "monitor.db"
        self.environment = dict(CLEAN_ENVIRONMENT)
        self._running: list[subprocess.Popen[str]] = []

    def configure(self, **files: str) -> None:
        """Write config files, as `sources="…"` for sources.toml."""
        for name, text in files.items():
            (self.folder / f"{name}.toml").write_text(text, encoding="utf-8")

    def allow(self, *addresses: str) -> None:
        """Write a monitor.toml that lets these loopback addresses through, without delay."""
        self.configure(
            monitor=f'database = "{self.database}"\n[fetch]\ndelay_seconds = 0\ndeadline_seconds = 10\n'
            f"allow = {json.dumps(addresses)}\n[check]\njitter_seconds = 0\n[page]\nport = 0\n"
        )

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a command in the background."""
        process = subprocess.Popen(  # noqa: S603 - our own command
            [*COMMAND, "--config", str(self.folder), "--database", str(self.database), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=self.environment,
            start_new_session=True,
        )
        self._running.append(process)
        return process

    def run(self, *arguments: str, stdin: str | None = None, expect: int = 0) -> str:
        """Run a command to its end; return what it printed to standard output."""
        done = subprocess.run(  # noqa: S603 - our own command
            [*COMMAND, "--config", str(self.folder), "--database", str(self.database), *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            env=self.environment,
            timeout=300,
            check=False,
        )
        assert done.returncode == expect, f"exit code {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout if expect == 0 else done.stdout + done.stderr

    def ask(self, *arguments: str) -> Any:
        """Run a command with --json; return its answer."""
        return json.loads(self.run(*arguments, "--json"))

    def kill_all(self) -> None:
        for process in self._running:
            if process.poll() is None:
                kill_group(process)
            process.communicate()


def kill_group(process: subprocess.Popen[str]) -> None:
    """Kill a process and its workers, as a power cut would."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@pytest.fixture
def monitor(tmp_path: Path) -> Iterator[Monitor]:
    folder = tmp_path / "config"
    folder.mkdir()
    instance = Monitor(folder)
    instance.configure(monitor="[page]\nport = 0\n")
    yield instance
    instance.kill_all()


def wait_for(is_done: Callable[[], bool], seconds: float) -> None:
    """Poll until something is done; fail after so many seconds."""
    end = time.monotonic() + seconds
    while not is_done():
        assert time.monotonic() < end, f"not done within {seconds} s"
        time.sleep(0.05)
