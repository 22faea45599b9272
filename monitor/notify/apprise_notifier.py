"""Every other service, through apprise: chats, push."""

import asyncio
import logging
import re
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from monitor.errors import SendError
from monitor.models import Route
from monitor.notify.escaping import clean_line, cut_text, defuse_chat, fit_lines, redact_url
from monitor.notify.message import Message
from monitor.notify.webhook import is_final

if TYPE_CHECKING:  # for the name of a type: see `_open` for the import
    import apprise
    from apprise.plugins import NotifyBase

_LOGGER = logging.getLogger("apprise")
_LOGGER.propagate = False  # what it has to say, SendError says without the URL's secrets
_LOGGER.addHandler(logging.NullHandler())

_STATUS = re.compile(r"error=(\d{3})\b")
"""How apprise's plugins log an HTTP status."""
_MAX_DETAIL_CHARS = 160
_TITLE_MARGIN_CHARS = 10
"""For what apprise puts between title and body where a service has no titles."""
_APP_NAME = "Partnership monitor"


def check_apprise_url(url: str) -> str | None:
    """Return what is wrong with `url`, or None. Loads apprise: see `open_service`."""
    services, _ = open_service(url)
    return None if services else "no URL that apprise can use: see its list of services for how theirs are written"


class AppriseSender:
    """Sends to one route; apprise and the route's one object are loaded with the first message."""

    def __init__(self, route: Route) -> None:
        self._route = route
        self._services: apprise.Apprise | None = None

    async def send(self, message: Message) -> None:
        """Send `message`; raise SendError unless the service accepts it.

        The thread is a daemon of its own: apprise cannot be stopped, and a hanging service must keep neither the
        pool's threads nor the program's end waiting.
        """
        failure = await _run_in_daemon(lambda: self._deliver(message), SendError(f"{self._name}: apprise broke off"))
        if failure:
            raise failure

    @property
    def _name(self) -> str:
        return f"route {self._route.name!r}"

    def _deliver(self, message: Message) -> SendError | None:
        """Return why `message` was not accepted, or None."""
        if self._services is None:
            self._services, _ = open_service(self._route.url)
        if self._services is None:
            return SendError(f"{self._name}: apprise cannot use its URL", is_temporary=False)
        title, body, form = _choose_form(message, self._services.services[0])
        result = self._services.notify(title=title, body=body, body_format=form)
        return None if result else self._explain([entry.message for entry in result.logs()])

    def _explain(self, logged: list[str]) -> SendError:
        """Return the failure of which apprise logged these lines, without the URL's secrets."""
        detail = " ".join(logged) or "not accepted"
        statuses = [int(status) for status in _STATUS.findall(detail)]
        return SendError(
            f"{self._name}: {cut_text(clean_line(redact_url(detail, self._route.url)), _MAX_DETAIL_CHARS)}",
            is_temporary=not (statuses and all(map(is_final, statuses))),
        )


def _choose_form(message: Message, service: "NotifyBase") -> tuple[str, str, str]:
    """Return title, body and their format, within the service's limits: it would refuse more, or cut it in two."""
    title = cut_text(defuse_chat(message.title), service.body_maxlen // 2)
    room = service.body_maxlen - len(title) - _TITLE_MARGIN_CHARS
    if service.resolve_format() == "html" and len(message.html) <= room:
        return message.title, message.html, "html"
    return title, fit_lines(defuse_chat(message.text), room), "text"


def open_service(url: str) -> "tuple[apprise.Apprise | None, str]":
    """Return apprise's object with one service, None if it does not know `url`; and what it complains of."""
    import apprise  # noqa: PLC0415 - 1 s and 30 MB with its plugins, so only where a route needs it

    _LOGGER.setLevel(logging.WARNING)  # below, it logs webhooks' tokens; above, not why a service refused
    # No time limit here: with one, apprise sends in a pool of its own, whose threads keep the program from ending.
    asset = apprise.AppriseAsset(
        app_id=_APP_NAME, app_desc=_APP_NAME, image_url_mask=None, http_redirects=False, service_timeout=0
    )
    services = apprise.Apprise(asset=asset)
    with apprise.LogCapture(level=logging.WARNING) as complaints:  # type: ignore[no-untyped-call]  # apprise has no types here
        try:
            is_known = url.isprintable() and services.add([url])
        except (AttributeError, LookupError, TypeError, ValueError):  # of its plugins, at URLs they did not expect
            is_known = False
        return (services if is_known else None), complaints.getvalue()


def _run_in_daemon(work: Callable[[], SendError | None], broken: SendError) -> "asyncio.Future[SendError | None]":
    """Return what `work` will return from a thread of its own; `broken` if it raises."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[SendError | None] = loop.create_future()

    def settle(failure: SendError | None) -> None:
        if not answer.done():
            answer.set_result(failure)

    def run() -> None:
        failure: SendError | None = broken
        try:
            failure = work()
        finally:
            with suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(settle, failure)

    threading.Thread(target=run, daemon=True, name="apprise").start()
    return answer
