"""Web: the history in the browser, on this machine only.

`make_page` builds the application: a table of views (`views`), each one reading transaction and one template, behind a
guard that checks every request and puts the security headers on every answer (`guard`). The few changes are forms
(`actions`). `PageServer` serves it on loopback inside the running loop (`server`). What people typed or pages said is
text wherever it stands: `wording`.
"""

from monitor.web.page import make_page
from monitor.web.server import PageServer

__all__ = ["PageServer", "make_page"]
