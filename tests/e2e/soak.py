"""Kill the monitor at random points while services fail, and count what arrives: `make soak`; test_soak.py for a taste.

Every alert goes to a webhook and to a mailbox. Three messages of ten they refuse for now, ignore, or accept without an
answer. In the end each alert must be there, and each repeat must have a cause: an answer that was lost, or a kill while
that very message was on its way.
"""

import argparse
import asyncio
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random
from typing import Any, cast

from aiosmtpd.controller import Controller

from tests.e2e.soak_daemon import STORY_ALERTS

DEADLINE_SECONDS = 2
HANG_SECONDS = 2.5
"""Longer than the deadline of a message."""
FAULTY_SHARE = 0.3
MAX_RUN_SECONDS = 2.5
"""After its start; then it is killed."""
HURRY_EVERY = 10
"""After so many kills, whatever waits to be tried again is due: hours pass."""
_NUMBER = re.compile(r"/article/(\d+)")


class Fault(StrEnum):
    """What a service does with a message."""

    NONE = "answered"
    BUSY = "refused for now"
    BROKEN = "failed"
    SILENT = "no answer, not accepted"
    MUTE = "accepted, no answer"
    DROPPED = "accepted, connection dropped"


_FAULTS = {Fault.BUSY: 2, Fault.BROKEN: 2, Fault.DROPPED: 2, Fault.SILENT: 1, Fault.MUTE: 1}
"""How often each is chosen."""
_LOST = {Fault.MUTE, Fault.DROPPED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A message that a service accepted."""

    route: str
    article: int
    run: int
    is_answered: bool
    identity: str
    """A mail's Message-ID."""
    is_marked: bool
    """Whether a mail says that it may be a repeat."""


@dataclass(slots=True, kw_only=True)
class FarSide:
    """What the services did, and what they got."""

    chance: Random
    run: int = 0
    arrivals: list[Arrival] = field(default_factory=list)
    faults: Counter[Fault] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def draw(self, route: str, text: str, *, identity: str = "", is_marked: bool = False) -> Fault:
        """Decide about a message, and keep it if it is accepted."""
        with self.lock:
            is_bad = self.chance.random() < FAULTY_SHARE
            fault = self.chance.choices([*_FAULTS], [*_FAULTS.values()])[0] if is_bad else Fault.NONE
            self.faults[fault] += 1
            if fault is Fault.NONE or fault in _LOST:
                number = int(_NUMBER.findall(text)[0])
                arrival = Arrival(
                    route=route,
                    article=number,
                    run=self.run,
                    is_answered=fault is Fault.NONE,
                    identity=identity,
                    is_marked=is_marked,
                )
                self.arrivals.append(arrival)
            return fault


class Webhook(ThreadingHTTPServer):
    """A service in Slack's format."""

    daemon_threads = True
    request_queue_size = 50

    def __init__(self, far_side: FarSide) -> None:
        self.far_side = far_side
        super().__init__(("127.0.0.1", 0), _Hook)


class _Hook(BaseHTTPRequestHandler):
    server: Webhook

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with suppress(OSError):  # the other side was killed
            self._answer(self.server.far_side.draw("hook", json.loads(body)["blocks"][1]["text"]["text"]))

    def _answer(self, fault: Fault) -> None:
        if fault in {Fault.SILENT, Fault.MUTE}:
            time.sleep(HANG_SECONDS)
        if fault in {Fault.SILENT, Fault.MUTE, Fault.DROPPED}:
            self.close_connection = True
            return
        self.send_response({Fault.BUSY: 429, Fault.BROKEN: 500}.get(fault, 200))
        if fault is Fault.BUSY:
            self.send_header("Retry-After", "2")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_: object) -> None:
        pass


class Mailbox:
    """A mail server's inside."""

    def __init__(self, far_side: FarSide) -> None:
        self.far_side = far_side

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        mail = cast("Any", message_from_bytes(envelope.content, policy=policy.default))
        fault = self.far_side.draw(
            "mail",
            mail.get_body(("plain",)).get_content(),
            identity=mail["Message-ID"],
            is_marked="X-Monitor-Repeat" in mail,
        )
        if fault in {Fault.SILENT, Fault.MUTE}:
            await asyncio.sleep(HANG_SECONDS)
        if fault in {Fault.SILENT, Fault.MUTE, Fault.DROPPED}:
            server.transport.abort()
        return {Fault.BUSY: "451 later", Fault.BROKEN: "421 going down"}.get(fault, "250 OK")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a soak came to."""

    kills: int
    alerts: int
    messages: int
    lost: int
    unrecorded: int
    """Messages that the database does not hold as sent in the end."""
    ghosts: int
    repeats: int
    lost_answers: int
    unexplained: list[str]
    """Repeats that neither a lost answer nor a kill explains."""
    unmarked: int
    """Repeated mails that do not say so, or have another Message-ID than the first."""
    disordered: int
    """Alerts that came before an earlier one of their story."""
    faults: dict[str, int]


@contextmanager
def start_services(far_side: FarSide) -> Iterator[tuple[int, int]]:
    """Give the ports of a webhook and of a mail server."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        mail_port = probe.getsockname()[1]
    controller = Controller(Mailbox(far_side), hostname="127.0.0.1", port=mail_port)
    controller.start()
    with Webhook(far_side) as hook:
        threading.Thread(target=hook.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield hook.server_port, mail_port
        finally:
            hook.shutdown()
            controller.stop()


class Runner:
    """Starts and kills the monitor: see soak_daemon.py."""

    def __init__(self, folder: Path) -> None:
        self.database = folder / "monitor.db"
        self._log = folder / "log"
        with self._log.open("w") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own command
                [sys.executable, "-m", "tests.e2e.soak_daemon", folder, self.database],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    def start(self, count: int) -> int:
        """Start a run that writes alerts up to `count`; return its process id."""
        print(count, file=self._process.stdin, flush=True)
        return int(self._read())

    def kill(self, process: int) -> None:
        try:
            os.killpg(process, signal.SIGKILL)
        except ProcessLookupError:
            raise AssertionError(f"the monitor ended by itself: {self._log.read_text()[-2_000:]}") from None
        self._read()

    def close(self) -> None:
        self._process.communicate()

    def _read(self) -> str:
        assert self._process.stdout
        line = self._process.stdout.readline()
        assert line, self._log.read_text()[-2_000:]
        return line


def soak(folder: Path, *, kills: int, alerts: int, seed: int = 20261126) -> Outcome:
    """Write `alerts` while killing the monitor `kills` times, then let it finish; return what came of it."""
    chance = Random(seed)  # noqa: S311 - nothing secret
    far_side = FarSide(chance=Random(seed))  # noqa: S311 - as above
    with start_services(far_side) as (hook_port, mail_port):
        configure(folder, hook_port=hook_port, mail_port=mail_port)
        runner = Runner(folder)
        for run in range(1, kills + 1):
            far_side.run = run
            process = runner.start(alerts * run // kills)
            time.sleep(chance.uniform(0, MAX_RUN_SECONDS))
            runner.kill(process)
            if run % HURRY_EVERY == 0:
                make_all_due(runner.database)
        far_side.run = kills + 1
        finish(runner, alerts)
        runner.close()
    return judge(far_side, kills, sent=read_sent(runner.database), alerts=alerts)


def configure(folder: Path, *, hook_port: int, mail_port: int) -> None:
    (folder / "monitor.toml").write_text(
        f'[fetch]\nallow = ["127.0.0.1:{hook_port}"]\n'
        f"[notify]\ndeadline_seconds = {DEADLINE_SECONDS}\nmax_attempts = 50\n"
    )
    (folder / "routes.toml").write_text(
        f'[[routes]]\nname = "hook"\nurl = "slack+http://127.0.0.1:{hook_port}/hook"\n'
        f'[[routes]]\nname = "mail"\nurl = "mailto://127.0.0.1:{mail_port}?from=m@a.example&to=desk@a.example"\n'
    )


def make_all_due(database: Path) -> None:
    """Let the time pass for which deliveries wait."""
    with closing(sqlite3.connect(database)) as connection, connection, suppress(sqlite3.OperationalError):
        connection.execute(  # it fails while there are no tables yet
            "UPDATE deliveries SET due_at = (SELECT created_at FROM alerts WHERE alerts.id = alert_id)"
            " WHERE state = 'waiting'"
        )


def finish(runner: Runner, alerts: int) -> None:
    """Let the monitor come to its end undisturbed; the services fail as before."""
    process = runner.start(alerts)
    end = time.monotonic() + 60 + alerts / 2
    while sum(read_sent(runner.database).values()) < 2 * alerts and time.monotonic() < end:
        time.sleep(1)
        make_all_due(runner.database)
    runner.kill(process)


def read_sent(database: Path) -> Counter[int]:
    """Return how many deliveries of each article are recorded as sent."""
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("PRAGMA quick_check").fetchone() == ("ok",)
        rows = connection.execute(
            "SELECT articles.url FROM deliveries JOIN alerts ON alerts.id = alert_id"
            " JOIN articles ON articles.id = article_id WHERE state = 'sent'"
        ).fetchall()
    return Counter(int(_NUMBER.findall(url)[0]) for (url,) in rows)


def judge(far_side: FarSide, kills: int, *, sent: Counter[int], alerts: int) -> Outcome:
    """Compare what arrived with what should have."""
    by_message: dict[tuple[str, int], list[Arrival]] = defaultdict(list)
    last: dict[tuple[str, int], Arrival] = {}
    for arrival in far_side.arrivals:
        by_message[arrival.route, arrival.article].append(arrival)
        last[arrival.route, arrival.run] = arrival
    unexplained = [
        f"{earlier} came again"
        for arrivals in by_message.values()
        for earlier in arrivals[:-1]
        if earlier.is_answered and not (earlier.run <= kills and last[earlier.route, earlier.run] is earlier)
    ]
    wanted = {(route, number) for route in ("hook", "mail") for number in range(1, alerts + 1)}
    return Outcome(
        kills=kills,
        alerts=alerts,
        messages=len(wanted),
        lost=len(wanted - set(by_message)),
        unrecorded=2 * alerts - sent.total(),
        ghosts=len(set(by_message) - wanted),
        repeats=len(far_side.arrivals) - len(by_message),
        lost_answers=sum(not arrival.is_answered for arrival in far_side.arrivals),
        unexplained=unexplained,
        unmarked=sum(
            not again.is_marked or again.identity != arrivals[0].identity
            for (route, _), arrivals in by_message.items()
            for again in arrivals[1:]
            if route == "mail"
        ),
        disordered=count_disordered(list(by_message)),
        faults={fault.value: count for fault, count in far_side.faults.items()},
    )


def count_disordered(first_arrivals: list[tuple[str, int]]) -> int:
    """Return how many alerts came, for the first time, before an earlier one of their story."""
    newest: dict[tuple[str, int], int] = {}
    count = 0
    for route, number in first_arrivals:
        story = (route, (number - 1) // STORY_ALERTS)
        count += number < newest.get(story, 0)
        newest[story] = max(number, newest.get(story, 0))
    return count


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=1_000)
    parser.add_argument("--alerts", type=int, default=5_000)
    arguments = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        outcome = soak(Path(folder), kills=arguments.kills, alerts=arguments.alerts)
    for name in Outcome.__dataclass_fields__:
        print(f"{name.replace('_', ' '):<14}{getattr(outcome, name)}")  # noqa: T201 - its figures are the point
    print(f"{'seconds':<14}{time.monotonic() - began:.0f}")  # noqa: T201 - as above
    if (
        outcome.lost
        or outcome.unrecorded
        or outcome.ghosts
        or outcome.unexplained
        or outcome.unmarked
        or outcome.disordered
    ):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
