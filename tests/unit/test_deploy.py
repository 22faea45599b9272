"""The files of deploy/ fit the program."""

from configparser import ConfigParser
from pathlib import Path

from monitor import daemon

DEPLOY = Path(__file__).parents[2] / "deploy"


def test_systemd_ends_the_monitor_alone_with_time_to_drain_and_not_for_its_worker() -> None:
    unit = ConfigParser(interpolation=None)
    unit.read(DEPLOY / "monitor.service", encoding="utf-8")
    assert (unit["Service"]["KillMode"], unit["Service"]["OOMPolicy"]) == ("mixed", "continue")
    assert unit.getint("Service", "TimeoutStopSec") >= daemon._DRAIN_SECONDS + 4
