"""The daemon: how it ends, and that there is only one."""

import signal
from pathlib import Path

import pytest

from tests.e2e.conftest import Monitor, wait_for


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_time_with_code_0(monitor: Monitor, sign: signal.Signals) -> None:
    process = monitor.start("run")
    wait_for(monitor.database.exists, 20)
    process.send_signal(sign)
    output, _ = process.communicate(timeout=10)
    assert process.returncode == 0, output


def test_a_second_instance_on_the_same_database_refuses(monitor: Monitor) -> None:
    monitor.start("run")
    wait_for(lambda: Path(f"{monitor.database}.lock").exists(), 20)
    told = monitor.run("run", expect=1)
    assert "another monitor is running on this database" in told
    assert "Traceback" not in told
