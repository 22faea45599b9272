"""The daemon: how it ends, and that there is only one."""

import signal
import socket
from pathlib import Path

import pytest

from tests.conftest import Site
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


def test_a_check_that_hangs_is_ended_and_its_neighbours_go_on(monitor: Monitor, site: Site) -> None:
    site.put("/calm", "<html><body><article><p>Rain will fall in the north on Tuesday.</p></article></body></html>")
    site.put_feed("/feed", ("/calm", "Rain"))
    with socket.create_server(("127.0.0.1", 0)) as silent:  # connects, and never says a word
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        monitor.configure(
            monitor=f'[fetch]\ndeadline_seconds = 300\nallow = ["{address}", "{site.address}"]\n'
            "[check]\ndeadline_seconds = 10\njitter_seconds = 0\n[page]\nport = 0\n",
            sources=f'[[sources]]\nname = "silent"\nkind = "feed"\nurl = "http://{address}/feed"\n'
            f'[[sources]]\nname = "wire"\nkind = "feed"\nurl = "{site.url("/feed")}"\nevery_seconds = 5\n',
        )
        process = monitor.start("run")
        wait_for(lambda: [path for path, _ in site.requests].count("/feed") >= 3, 40)
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=10)
    assert process.returncode == 0, output
    assert "check ran out of time source=silent" in output


def test_a_source_that_refuses_robots_is_told_once_and_again_when_it_is_well(monitor: Monitor, site: Site) -> None:
    site.put_feed("/feed")
    site.failing["/feed"] = 403
    monitor.allow(site.address)
    monitor.configure(
        sources=f'[[sources]]\nname = "wire"\nkind = "feed"\nurl = "{site.url("/feed")}"\nevery_seconds = 5\n'
    )
    process = monitor.start("run")
    wait_for(lambda: site.requests.count(("/feed", 403)) >= 3, 60)
    (listed,) = monitor.ask("sources")
    site.failing.clear()
    wait_for(lambda: bool(site.requests.count(("/feed", 200))), 60)
    wait_for(lambda: monitor.ask("sources")[0]["state"]["condition"] == "fine", 20)
    process.send_signal(signal.SIGTERM)
    output, _ = process.communicate(timeout=10)
    assert listed["state"]["condition"] == "blocked"
    assert output.count("source is not well") == 1
    assert output.count("source is well again") == 1
