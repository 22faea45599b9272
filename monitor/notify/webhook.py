"""JSON posted to a service: what its answer means, and the services that want nothing but that.

apprise knows them too, but not when they ask for time (Retry-After), and costs a second and 30 MB.
"""

import json
from base64 import b64encode, urlsafe_b64encode
from typing import Protocol
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from monitor.errors import FetchError, SendError
from monitor.models import Reply, Route, Severity
from monitor.notify.escaping import clean_line, cut_text, defuse_chat, fit_lines
from monitor.notify.message import Message

JSON_PREFIXES = ("json+https://", "json+http://")
NTFY_PREFIXES = ("ntfy+https://", "ntfy+http://")
DISCORD_PREFIXES = ("https://discord.com/api/webhooks/", "discord+https://", "discord+http://")
_WORTH_RETRYING = frozenset({408, 425, 429})
_MAX_ANSWER_CHARS = 120
_FINAL_ERRORS = frozenset(
    {"action_prohibited", "channel_is_archived", "channel_not_found", "invalid_blocks", "invalid_payload"}
    | {"invalid_token", "no_active_hooks", "no_service", "no_service_id", "no_team", "no_text", "team_disabled"}
    | {"posting_to_general_channel_denied", "too_many_attachments", "user_not_found"}
)
_PASSING_ERRORS = frozenset(
    {"fatal_error", "internal_error", "rate_limited", "ratelimited", "request_timeout", "rollup_error"}
    | {"service_unavailable"}
)
"""How Slack, and what speaks its format, names errors, sometimes under a status that says that all is well:
https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks#handling_errors"""
_MAX_DISCORD_CHARS = 2_000
"""https://docs.discord.com/developers/resources/webhook#execute-webhook"""
_DISCORD_IS_SILENT = 1 << 12
"""The flag SUPPRESS_NOTIFICATIONS: https://docs.discord.com/developers/resources/message#message-object-message-flags"""
_MAX_NTFY_BYTES = 4_000
"""More becomes a file: https://docs.ntfy.sh/publish/#limitations has 4,096."""
_NTFY_PRIORITIES = {Severity.HIGH: 4, Severity.NORMAL: 3, Severity.LOW: 2}
"""https://docs.ntfy.sh/publish/#message-priority"""


class Post(Protocol):
    """The one thing that this folder asks of the network."""

    async def __call__(self, url: str, *, body: bytes, content_type: str) -> Reply:
        """Send `body` to `url` and return the answer of any status; raise FetchError when there is none."""


def check_webhook(url: str) -> str | None:
    """Return what is wrong with `url`, as `slack+https://HOST/PATH`, or None."""
    try:
        parts = urlsplit(find_webhook(url))
        is_whole = bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_whole = False
    if is_whole:
        return None
    kind = url.partition("+")[0].lower() if "+https://" in url.lower() or "+http://" in url.lower() else "slack"
    return f"not a webhook: allowed is {kind}+https://HOST/PATH"


def check_ntfy_url(url: str) -> str | None:
    """Return what is wrong with `url`, or None."""
    if problem := check_webhook(url):
        return problem
    is_topic = len(_read_topic(url)) == 1
    return None if is_topic else "one topic is needed: as in ntfy+https://TOKEN@HOST/TOPIC"


def find_webhook(url: str) -> str:
    """Return the address to post to, without the name of its format."""
    kind, plus, rest = url.partition("+")
    return rest if plus and rest.lower().startswith(("https://", "http://")) and kind.isalpha() else url


async def post_json(url: str, payload: object, *, route: Route, post: Post) -> None:
    """Post `payload`; raise SendError, which tells nothing of the URL, unless it is accepted."""
    failure: SendError | None
    try:
        body = json.dumps(payload, ensure_ascii=False).encode(errors="replace")
        reply = await post(url, body=body, content_type="application/json")
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


async def post_message(message: Message, *, route: Route, post: Post) -> None:
    """Post a message for a program; `key` is the same whenever it is sent."""
    payload = {
        "title": message.title,
        "text": message.text,
        "html": message.html,
        "severity": message.severity,
        "key": message.key,
        "story": message.story,
        "is_repeat": message.is_repeat,
    }
    await post_json(find_webhook(route.url), payload, route=route, post=post)


async def post_to_discord(message: Message, *, route: Route, post: Post) -> None:
    """Post a message to a channel of Discord; what is of severity low makes no noise there."""
    title = f"**{defuse_chat(message.title)}**"
    text = fit_lines(defuse_chat(message.text), _MAX_DISCORD_CHARS - len(title) - 1)
    payload: dict[str, object] = {"content": f"{title}\n{text}", "allowed_mentions": {"parse": []}}
    if message.severity is Severity.LOW:
        payload["flags"] = _DISCORD_IS_SILENT
    await post_json(find_webhook(route.url), payload, route=route, post=post)


async def post_to_ntfy(message: Message, *, route: Route, post: Post) -> None:
    """Publish a message to a topic of ntfy, with the priority of its severity."""
    payload = {
        "topic": _read_topic(route.url)[0],
        "title": message.title,
        "message": _fit_bytes(message.text, _MAX_NTFY_BYTES - len(message.title.encode(errors="replace"))),
        "priority": _NTFY_PRIORITIES[message.severity],
    }
    await post_json(_find_ntfy(route.url), payload, route=route, post=post)


def is_final(status: int) -> bool:
    """Return whether an HTTP status says that the same request will never be accepted."""
    return 400 <= status < 500 and status not in _WORTH_RETRYING


def _judge(reply: Reply, route: Route) -> SendError | None:
    """Return why `reply` means that the message was not accepted, or None.

    Slack answers "ok"; others in words of their own, but not with a web page, nor with an error's name.
    """
    answer = clean_line(reply.body.decode(errors="replace"))
    is_well = 200 <= reply.status < 300
    error = _find_error(answer) if is_well else None
    if is_well and error is None:
        return None
    return SendError(
        f"route {route.name!r}: the service answers {reply.status} {cut_text(answer, _MAX_ANSWER_CHARS)}".rstrip(),
        is_temporary=not is_final(reply.status) and error not in _FINAL_ERRORS,
        retry_after_seconds=reply.retry_after_seconds,
    )


def _find_error(answer: str) -> str | None:
    """Return the error that an answer tells of, None if it tells of none."""
    if answer.startswith("<") or answer in _FINAL_ERRORS | _PASSING_ERRORS:
        return answer
    try:
        said = json.loads(answer)
    except (ValueError, RecursionError):
        return None
    is_refused = isinstance(said, dict) and (said.get("ok") is False or said.get("success") is False)
    return str(said.get("error")) if is_refused else None


def _read_topic(url: str) -> list[str]:
    return [unquote(part) for part in urlsplit(find_webhook(url)).path.split("/") if part]


def _find_ntfy(url: str) -> str:
    """Return the server's root, where JSON goes, with user and password or a token as it takes them in a URL.

    https://docs.ntfy.sh/publish/#query-param
    """
    parts = urlsplit(find_webhook(url))
    login, _, host = parts.netloc.rpartition("@")
    query = ""
    if login:
        user, colon, password = login.partition(":")
        secret = f"{unquote(user)}:{unquote(password)}" if colon else unquote(user)
        header = f"Basic {b64encode(secret.encode()).decode()}" if colon else f"Bearer {secret}"
        query = f"auth={quote(urlsafe_b64encode(header.encode()).decode().rstrip('='))}"
    return urlunsplit((parts.scheme, host, "/", query, ""))


def _fit_bytes(text: str, max_bytes: int) -> str:
    """Return `text` in at most so many bytes of UTF-8."""
    room = len(text)
    while len(encoded := text.encode(errors="replace")) > max_bytes:
        room = room * max_bytes // len(encoded) - 1
        text = fit_lines(text, max(room, 0))
    return text
