"""Tell people: which routes an alert takes, when, what it says there, and the sending itself.

routing            which routes an alert takes          Alert, [Route] -> [Route]
timing             when it is due                       Route, GroupState -> a time
content            what an alert says                   Alert -> title, Content
escaping           scraped text made harmless
message            the same words for each channel      Alert -> Message
digest             several alerts in one message        [Delivery] -> Message
wording            a template's words in their place    [Delivery] -> Message
template           what a template may say, compiled
facts              what a template may name             Alert -> plain values
sanitizing         what a template made, made harmless
notifier           one table of channels, one deadline  route name, Message -> sent, or SendError
console            the terminal, the default
slack              Slack's incoming webhooks
webhook            Discord, ntfy, JSON for programs; what a service's answer means
mail               a mailto URL read, an alert as a mail
smtp               e-mail
apprise_notifier   everything else
"""

from monitor.notify.digest import render_deliveries
from monitor.notify.message import Message, render_message
from monitor.notify.notifier import Notifier, check_route, find_form
from monitor.notify.routing import (
    Check,
    RouteVerdict,
    explain_routes,
    find_silence,
    group_of,
    is_known_story,
    routes_for,
    targets_of,
)
from monitor.notify.timing import (
    FLOOD_SPAN,
    GroupState,
    first_due,
    flood_until,
    next_digest,
    quiet_until,
    reminder_due,
    route_faults,
)
from monitor.notify.webhook import Post
from monitor.notify.wording import Writer, template_faults

__all__ = [
    "FLOOD_SPAN",
    "Check",
    "GroupState",
    "Message",
    "Notifier",
    "Post",
    "RouteVerdict",
    "Writer",
    "check_route",
    "explain_routes",
    "find_form",
    "find_silence",
    "first_due",
    "flood_until",
    "group_of",
    "is_known_story",
    "next_digest",
    "quiet_until",
    "reminder_due",
    "render_deliveries",
    "render_message",
    "route_faults",
    "routes_for",
    "targets_of",
    "template_faults",
]
