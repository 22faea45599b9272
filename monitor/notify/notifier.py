"""One sender per route, chosen by the URL's beginning; one deadline for all."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from rich.console import Console

from monitor.errors import SendError
from monitor.models import Route
from monitor.notify.apprise_notifier import AppriseSender, check_apprise_url
from monitor.notify.console import check_console_url, print_message
from monitor.notify.mail import check_mail_url
from monitor.notify.message import Message
from monitor.notify.slack import SLACK_PREFIXES, post_to_slack
from monitor.notify.smtp import MAIL_PREFIXES, MailSender
from monitor.notify.webhook import (
    DISCORD_PREFIXES,
    JSON_PREFIXES,
    NTFY_PREFIXES,
    Post,
    check_ntfy_url,
    check_webhook,
    post_message,
    post_to_discord,
    post_to_ntfy,
)

_MAX_LATE = 4
"""Messages to one route that may still run after their deadline; then it refuses more until one ends."""

Send = Callable[[Message], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Means:
    """What senders work with."""

    post: Post
    console: Console


@dataclass(frozen=True, slots=True, kw_only=True)
class _Channel:
    """A way to send, for URLs that begin with one of `prefixes`."""

    prefixes: tuple[str, ...]
    check: Callable[[str], str | None]
    make: Callable[[Route, _Means], Send]
    can_be_cut: bool = False
    """Whether a message may be cancelled half-way: not in apprise's threads, nor in the HTTP client's pool."""
    form: str = "text"
    """Which form of a message it shows: `text` or `slack`; mails have two, of which one is `text`."""


_CHANNELS = (
    _Channel(
        prefixes=("console:",),
        check=check_console_url,
        make=lambda _, means: partial(print_message, console=means.console),
    ),
    _Channel(
        prefixes=SLACK_PREFIXES,
        check=check_webhook,
        make=lambda route, means: partial(post_to_slack, route=route, post=means.post),
        form="slack",
    ),
    _Channel(
        prefixes=DISCORD_PREFIXES,
        check=check_webhook,
        make=lambda route, means: partial(post_to_discord, route=route, post=means.post),
    ),
    _Channel(
        prefixes=NTFY_PREFIXES,
        check=check_ntfy_url,
        make=lambda route, means: partial(post_to_ntfy, route=route, post=means.post),
    ),
    _Channel(
        prefixes=JSON_PREFIXES,
        check=check_webhook,
        make=lambda route, means: partial(post_message, route=route, post=means.post),
    ),
    _Channel(
        prefixes=MAIL_PREFIXES,
        check=check_mail_url,
        make=lambda route, _: MailSender(route).send,
        can_be_cut=True,
    ),
    _Channel(
        prefixes=("",),
        check=check_apprise_url,
        make=lambda route, _: AppriseSender(route).send,
    ),
)


def check_route(route: Route) -> str | None:
    """Return what is wrong with the URL of `route`, without its secrets, or None."""
    problem = _find_channel(route.url).check(route.url)
    return problem and f"route {route.name!r}: {problem}"


def find_form(url: str) -> str:
    """Return which form of a message a target with this URL shows: `text` or `slack`."""
    return _find_channel(url).form


def _find_channel(url: str) -> _Channel:
    return next(channel for channel in _CHANNELS if url.lower().startswith(channel.prefixes))


class Notifier:
    """Sends messages to routes by name. At their deadline, senders that cannot be cut off are left behind."""

    def __init__(self, routes: Sequence[Route], *, post: Post, console: Console | None = None) -> None:
        means = _Means(post=post, console=console or Console())
        channels = {route.name: _find_channel(route.url) for route in routes}
        self._senders = {route.name: channels[route.name].make(route, means) for route in routes}
        self._can_be_cut = {name for name, channel in channels.items() if channel.can_be_cut}
        self._running: set[asyncio.Task[None]] = set()
        self._late: dict[str, set[asyncio.Task[None]]] = {route.name: set() for route in routes}

    async def send(self, route_name: str, message: Message, *, deadline_seconds: float = 20) -> None:
        """Send `message` to a route; raise SendError unless it was accepted before the deadline.

        After the deadline the attempt may still succeed, so that a repeat can make it arrive twice.
        """
        if route_name not in self._senders:
            raise SendError(f"no route is named {route_name!r}", is_temporary=False)
        late = self._late[route_name]
        if len(late) >= _MAX_LATE:
            raise SendError(f"route {route_name!r}: {len(late)} earlier messages still hang")
        task = asyncio.create_task(self._senders[route_name](message))
        self._running.add(task)
        task.add_done_callback(self._forget)
        # wait, not wait_for: a cancelled request would break the HTTP client's pool for good
        done, _ = await asyncio.wait({task}, timeout=deadline_seconds)
        if not done:
            self._leave(task, route_name)
            raise SendError(f"route {route_name!r}: no answer within {deadline_seconds:g} s")
        if task.cancelled():
            raise SendError(f"route {route_name!r}: given up, the monitor stops")
        task.result()

    def _leave(self, task: asyncio.Task[None], route_name: str) -> None:
        """End what is late; where that is not possible, count it."""
        if route_name in self._can_be_cut:
            task.cancel()
            return
        late = self._late[route_name]
        late.add(task)
        task.add_done_callback(late.discard)

    async def aclose(self) -> None:
        """Give up what still runs; whoever waits for it gets a SendError."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    def _forget(self, task: asyncio.Task[None]) -> None:
        """Let go of a task that ended, its failure seen: whoever left it behind has reported the deadline."""
        self._running.discard(task)
        if not task.cancelled():
            task.exception()
