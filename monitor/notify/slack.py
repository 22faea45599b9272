"""Slack's incoming webhooks, and what speaks their format (https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks)."""

from monitor.models import Route
from monitor.notify.escaping import escape_mrkdwn
from monitor.notify.message import Message
from monitor.notify.webhook import Post, find_webhook, post_json

SLACK_PREFIXES = ("https://hooks.slack.com/services/", "slack+https://", "slack+http://")


async def post_to_slack(message: Message, *, route: Route, post: Post) -> None:
    """Post `message` to the webhook of `route`; raise SendError unless it is accepted."""
    await post_json(find_webhook(route.url), _compose(message), route=route, post=post)


def _compose(message: Message) -> dict[str, object]:
    """Return the webhook's JSON: a fallback for notifications, and two blocks."""
    title = escape_mrkdwn(message.title)
    return {"text": title, "blocks": [_make_section(f"*{title}*"), _make_section(message.markdown)]}


def _make_section(mrkdwn: str) -> dict[str, object]:
    """Return a section block; verbatim, so that Slack makes no links or mentions of its own from plain words."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": mrkdwn, "verbatim": True}}
