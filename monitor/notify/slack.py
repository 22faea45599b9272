"""Slack's incoming webhooks, and what speaks their format (https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks)."""

import json
from typing import Protocol
from urllib.parse import urlsplit

from monitor.errors import FetchError, SendError
from monitor.models import Reply, Route
from monitor.notify.escaping import clean_line, cut_text, escape_mrkdwn
from monitor.notify.message import Message

SLACK_PREFIXES = ("https://hooks.slack.com/services/", "slack+https://", "slack+http://")
_WORTH_RETRYING = frozenset({408, 425, 429})
_MAX_ANSWER_CHARS = 120


class Post(Protocol):
    """The one thing that this folder asks of the network."""

    async def __call__(self, url: str, *, body: bytes, content_type: str) -> Reply:
        """Send `body` to `url` and return the answer of any status; raise FetchError when there is none."""


def check_slack_url(url: str) -> str | None:
    """Return what is wrong with `url`, or None."""
    try:
        parts = urlsplit(_find_webhook(url))
        is_whole = bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_whole = False
    return None if is_whole else "not a webhook: allowed is slack+https://HOST/PATH"


async def post_to_slack(message: Message, *, route: Route, post: Post) -> None:
    """Post `message` to the webhook of `route`; raise SendError unless it is accepted."""
    failure: SendError | None
    try:
        reply = await post(_find_webhook(route.url), body=_encode(message), content_type="application/json")
    except FetchError as error:
        failure = SendError(
            f"route {route.name!r}: {error.fault}",  # the whole text would name the secret URL
            is_temporary=error.is_temporary,
            retry_after_seconds=error.retry_after_seconds,
        )
    else:
        failure = _judge(reply, route)
    if failure:
        raise failure


def is_final(status: int) -> bool:
    """Return whether an HTTP status says that the same request will never be accepted."""
    return 400 <= status < 500 and status not in _WORTH_RETRYING


def _judge(reply: Reply, route: Route) -> SendError | None:
    """Return why `reply` means that the message was not accepted, or None.

    Slack answers "ok"; others of its format answer in words of their own, but not with a web page.
    """
    answer = clean_line(reply.body.decode(errors="replace"))
    if 200 <= reply.status < 300 and not answer.startswith("<"):
        return None
    return SendError(
        f"route {route.name!r}: the service answers {reply.status} {cut_text(answer, _MAX_ANSWER_CHARS)}".rstrip(),
        is_temporary=not is_final(reply.status),
        retry_after_seconds=reply.retry_after_seconds,
    )


def _find_webhook(url: str) -> str:
    return url[len("slack+") :] if url.lower().startswith("slack+") else url


def _encode(message: Message) -> bytes:
    """Return the webhook's JSON: a fallback for notifications, and two blocks."""
    title = escape_mrkdwn(message.title)
    blocks = [_make_section(f"*{title}*"), _make_section(message.markdown)]
    return json.dumps({"text": title, "blocks": blocks}, ensure_ascii=False).encode()


def _make_section(mrkdwn: str) -> dict[str, object]:
    """Return a section block; verbatim, so that Slack makes no links or mentions of its own from plain words."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": mrkdwn, "verbatim": True}}
