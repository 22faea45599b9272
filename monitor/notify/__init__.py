"""Tell people: which routes an alert takes, what it says there, and the sending itself.

routing            which routes an alert takes          Alert, [Route] -> [Route]
content            what an alert says                   Alert -> title, Content
escaping           scraped text made harmless
message            the same words for each channel      Alert -> Message
notifier           one table of channels, one deadline  route name, Message -> sent, or SendError
console            the terminal, the default
slack              Slack's incoming webhooks
mail               a mailto URL read, an alert as a mail
smtp               e-mail
apprise_notifier   everything else
"""

from monitor.notify.message import Message, render_message
from monitor.notify.notifier import Notifier, check_route
from monitor.notify.routing import routes_for
from monitor.notify.slack import Post

__all__ = ["Message", "Notifier", "Post", "check_route", "render_message", "routes_for"]
