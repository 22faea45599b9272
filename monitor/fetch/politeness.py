"""One request at a time to a host, with a pause between, and none while it asks for rest."""

import asyncio
import math
import re
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from monitor.errors import FetchFault
from monitor.fetch.failure import Failure

_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,9})")
_SECONDS = re.compile(r"[0-9]+(?:\.[0-9]+)?")
"""Whole ones, says RFC 9110; some services count finer."""
_NO_CACHE = re.compile(r"\b(?:no-cache|no-store)\b")
LONGEST_WAIT_SECONDS = 120.0
"""A fetch gives up where robots.txt asks for a longer pause than this: the next check is its next try."""
LONGEST_REST_SECONDS = 86_400.0
"""No Retry-After is believed for longer."""
MAX_HOSTS = 20_000


@dataclass(slots=True)
class _Host:
    """What we owe to one host."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    last_end: float = -math.inf
    """Loop time."""
    rest_until: datetime | None = None
    rest_status: int | None = None


class Politeness:
    """Gives out turns, host by host."""

    def __init__(self, *, now: Callable[[], datetime], longest_wait_seconds: float = LONGEST_WAIT_SECONDS) -> None:
        self._now = now
        self._longest_wait_seconds = longest_wait_seconds
        self._hosts: OrderedDict[str, _Host] = OrderedDict()

    @asynccontextmanager
    async def turn(self, name: str, *, delay_seconds: float) -> AsyncIterator[None]:
        """Hold the host's one turn, `delay_seconds` after the end of the last. Raises Failure at once if it rests."""
        host = self._host(name)
        async with host.turn:
            self._check_rest(host)
            await self._wait(host.last_end + delay_seconds - _loop_time())
            try:
                yield
            finally:
                host.last_end = _loop_time()

    def let_rest(self, name: str, seconds: float, *, status: int) -> None:
        """Make no request to the host for some seconds."""
        host = self._host(name)
        host.rest_until = self._now() + timedelta(seconds=min(seconds, LONGEST_REST_SECONDS))
        host.rest_status = status

    def _check_rest(self, host: _Host) -> None:
        if host.rest_until is None:
            return
        left_seconds = (host.rest_until - self._now()).total_seconds()
        if left_seconds > 0:
            raise Failure(
                FetchFault.WAIT,
                f"for {left_seconds:.0f} s more",
                status=host.rest_status,
                retry_after_seconds=left_seconds,
            )
        host.rest_until = None

    async def _wait(self, seconds: float) -> None:
        if seconds > self._longest_wait_seconds:
            raise Failure(FetchFault.WAIT, f"its pace asks for {seconds:.0f} s", retry_after_seconds=seconds)
        if seconds > 0:
            await asyncio.sleep(seconds)

    def _host(self, name: str) -> _Host:
        host = self._hosts.pop(name, None) or _Host()
        self._hosts[name] = host
        if len(self._hosts) > MAX_HOSTS:
            self._forget_one()
        return host

    def _forget_one(self) -> None:
        """Drop the host that was asked longest ago and that nobody is busy with."""
        for name, host in self._hosts.items():
            if not host.turn.locked() and host.rest_until is None:
                del self._hosts[name]
                return


def _loop_time() -> float:
    return asyncio.get_running_loop().time()


def parse_retry_after(value: str | None, *, now: datetime) -> float | None:
    """Return the seconds that a Retry-After header asks for, 0 to LONGEST_REST_SECONDS; None without one of sense."""
    text = (value or "").strip()
    if _SECONDS.fullmatch(text):
        return min(float(text[:20]), LONGEST_REST_SECONDS)
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return min(max(0.0, (until - now).total_seconds()), LONGEST_REST_SECONDS) if until.tzinfo else None


def parse_freshness(headers: Mapping[str, str], *, now: datetime) -> float:
    """Return for how many seconds a page may be taken as unchanged (RFC 9111, 4.2); 0 where it does not say."""
    control = headers.get("cache-control", "").lower()
    if _NO_CACHE.search(control):
        return 0.0
    if max_age := _MAX_AGE.search(control):
        age = headers.get("age", "")
        return max(0.0, float(max_age[1]) - (float(age[:10]) if age.isascii() and age.isdigit() else 0.0))
    try:
        expires = parsedate_to_datetime(headers.get("expires", ""))
    except (ValueError, OverflowError):
        return 0.0
    return max(0.0, (expires - now).total_seconds()) if expires.tzinfo else 0.0
