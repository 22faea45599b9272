"""Each site's robots.txt, remembered for as long as it says."""

import asyncio
import math
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.fetch.failure import Failure
from monitor.fetch.robots import Robots

MAX_SITES = 5_000
MAX_RULES = 200_000
"""Of all sites together: what the hostile may make us keep."""


@dataclass(slots=True)
class _Site:
    look: asyncio.Lock = field(default_factory=asyncio.Lock)
    robots: Robots = field(default_factory=Robots)
    expires_at: datetime | None = None
    failure: Failure | None = None
    failed_at: float = -math.inf
    """Loop time."""


class RobotsMemory:
    """Remembers what was loaded, and loads what is unknown or too old."""

    def __init__(self, *, now: Callable[[], datetime]) -> None:
        self._now = now
        self._sites: OrderedDict[str, _Site] = OrderedDict()
        self._rules = 0

    async def recall(self, origin: str, load: Callable[[], Awaitable[Robots]]) -> Robots:
        """Return the rules of `origin`, by `load` if they are not known. Raises what `load` raises.

        Callers that ask while one loads share its outcome: a robots.txt that hangs is waited for once.
        """
        site = self._site(origin)
        asked_at = asyncio.get_running_loop().time()
        async with site.look:
            if site.expires_at is not None and self._now() < site.expires_at:
                return site.robots
            if site.failure is not None and site.failed_at >= asked_at:
                raise site.failure.copy()
            try:
                robots = await load()
            except Failure as failure:
                site.failure, site.failed_at = failure.copy(), asyncio.get_running_loop().time()
                raise
            self._remember(origin, site, robots)
            return robots

    def _site(self, origin: str) -> _Site:
        site = self._sites.setdefault(origin, _Site())
        self._sites.move_to_end(origin)
        self._forget_oldest()
        return site

    def _remember(self, origin: str, site: _Site, robots: Robots) -> None:
        """Keep the rules."""
        if self._sites.get(origin) is not site:
            return  # forgotten while it was loaded
        self._rules += _size(robots) - _size(site.robots)
        site.robots = robots
        site.expires_at = self._now() + timedelta(seconds=robots.life_seconds)
        self._forget_oldest()

    def _forget_oldest(self) -> None:
        """Forget the sites that were asked for longest ago while there are too many."""
        while len(self._sites) > 1 and (len(self._sites) > MAX_SITES or self._rules > MAX_RULES):
            _, oldest = self._sites.popitem(last=False)
            self._rules -= _size(oldest.robots)


def _size(robots: Robots) -> int:
    return len(robots.allowed) + len(robots.disallowed)
