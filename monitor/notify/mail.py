"""A mail: what a mailto URL says of servers and people, and an alert as they read it."""

import email.utils
import hashlib
import re
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from enum import StrEnum
from typing import TYPE_CHECKING, cast
from urllib.parse import parse_qs, urlsplit

from monitor.models import Severity
from monitor.notify.apprise_notifier import open_service
from monitor.notify.escaping import clean_line
from monitor.notify.message import Message

if TYPE_CHECKING:  # for the name of a type: apprise is loaded only where a route needs it
    from apprise.plugins.email import NotifyEmail

_OURS = re.compile(
    r"(from|to|b?cc|reply-to|subject|date|message-id|in-reply-to|references|list-id|auto-submitted"
    r"|x-monitor-.*|importance|x-priority|mime-version|content-.*)",
    re.IGNORECASE,
)
"""Headers that a URL cannot set."""
_POLICY = SMTP.clone(cte_type="7bit")
"""Not every server takes 8 bits, and we do not ask."""
_PRIORITIES = {
    Severity.HIGH: (("Importance", "high"), ("X-Priority", "1")),
    Severity.LOW: (("Importance", "low"), ("X-Priority", "5")),
}
"""Importance is RFC 4021's; some readers know the other only."""
MAIL_STYLE = (
    "<style>:root{color-scheme:light dark}"
    "body{font:15px/1.5 system-ui,sans-serif;max-width:40em;margin:1em auto;padding:0 1em}"
    "blockquote{margin:1em 0;padding:.1em 0 .1em 1em;border-left:3px solid #8a8a8a;font-size:17px}"
    "small{color:#767676}li{margin:.6em 0}</style>"
)
"""The same for all mails; readers that drop it show plain paragraphs."""
_HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_LABEL = re.compile(r"[^a-z0-9]+")


class MailSecurity(StrEnum):
    """How the connection is protected: `mode=` of the URL."""

    INSECURE = "insecure"
    STARTTLS = "starttls"
    SSL = "ssl"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailRoute:
    """What a mailto URL says: the server, and who writes to whom."""

    host: str
    port: int
    security: MailSecurity
    is_verified: bool
    """Whether the server's certificate must be good."""
    user: str | None
    password: str | None = field(repr=False)
    sender: Address
    to: tuple[Address, ...]
    cc: tuple[Address, ...] = ()
    bcc: tuple[Address, ...] = ()
    reply_to: tuple[Address, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    """Of the user's own, as `?+X-Desk=news`."""

    @property
    def recipients(self) -> tuple[str, ...]:
        """All addresses, each once."""
        return tuple(dict.fromkeys(one.addr_spec for one in (*self.to, *self.cc, *self.bcc)))


def check_mail_url(url: str) -> str | None:
    """Return what is wrong with `url`, without its secrets, or None. Loads apprise."""
    try:
        read_mail_url(url)
    except ValueError as error:
        return str(error)
    return None


def read_mail_url(url: str) -> MailRoute:
    """Return what `url` says, in apprise's terms (https://appriseit.com/services/email/), its table of providers too.

    Raises ValueError, whose text holds no secrets, for what cannot be sent to.
    """
    services, complaints = open_service(url)
    if services is None:
        raise ValueError("no mail address that can be used: as in mailto://USER:PASSWORD@HOST?to=ADDRESS")
    if "Dropped" in complaints or not all("@" in one for one in _list_named(url)):
        raise ValueError("one of its mail addresses is none")
    mailto = cast("NotifyEmail", services.services[0])
    if mailto.pgp_mode != "no":
        raise ValueError("mails cannot be signed or encrypted here: leave out `pgp` and `wkd`")
    for name, value in mailto.headers.items():
        if not _HEADER_NAME.fullmatch(name) or _OURS.fullmatch(name) or not value.isprintable():
            raise ValueError("one of its own headers cannot be sent")
    return _read_service(mailto)


def compose_mail(message: Message, mail: MailRoute, *, route_name: str) -> EmailMessage:
    """Return `message` as text and HTML; its Message-ID is the same whenever it is sent to this route."""
    composed = EmailMessage(policy=_POLICY)
    for name, value in mail.headers:
        composed[name] = value
    composed["From"], composed["To"] = mail.sender, mail.to
    for name, addresses in (("Cc", mail.cc), ("Reply-To", mail.reply_to)):
        if addresses:
            composed[name] = addresses
    composed["Subject"] = clean_line(message.title)
    composed["Date"] = email.utils.localtime()  # of this try: a mail that waited overnight belongs on top
    domain = mail.sender.domain
    composed["Message-ID"] = f"<{_digest(route_name, message.key or f'{message.title} {message.text}')}@{domain}>"
    if message.story:
        composed["References"] = composed["In-Reply-To"] = f"<story-{_digest(route_name, message.story)}@{domain}>"
    label = _LABEL.sub("-", route_name.lower()).strip("-") or _digest(route_name)
    composed["List-Id"] = f"<{label[:60]}.partnership-monitor.{domain}>"
    composed["Auto-Submitted"] = "auto-generated"  # so that no absence note answers (RFC 3834)
    for name, value in _PRIORITIES.get(message.severity, ()):
        composed[name] = value
    if message.is_repeat:
        composed["X-Monitor-Repeat"] = "possible"
    composed.set_content(message.text)
    composed.add_alternative(_wrap_html(message.html), subtype="html")
    return composed


def mark_of(address: str) -> str:
    """Return what stands for a recipient in the database, where addresses have no business."""
    return _digest("recipient", address)[:16]


def mask_address(address: str) -> str:
    """Return `address` so that its owner knows it and a stranger does not, as "a…@desk.example"."""
    user, _, domain = address.rpartition("@")
    return f"{user[:1]}…@{domain}"


def _list_named(url: str) -> list[str]:
    """Return whom the URL's query names: apprise takes no notice of what has no "@"."""
    query = parse_qs(urlsplit(url).query)
    values = (value for key in ("to", "cc", "bcc", "reply") for value in query.get(key, ()))
    return [one for value in values for one in value.split(",") if one.strip()]


def _read_service(mailto: "NotifyEmail") -> MailRoute:
    name, sender = mailto.from_addr
    return MailRoute(
        host=mailto.smtp_host,
        port=int(mailto.port or 25),
        security=MailSecurity(mailto.secure_mode or "insecure"),
        is_verified=mailto.verify_certificate,
        user=mailto.user or None,
        password=mailto.password or "",
        sender=_make_address(name, sender),
        to=tuple(_make_address(name, address) for name, address in mailto.targets),
        cc=_name_addresses(mailto, mailto.cc),
        bcc=_name_addresses(mailto, mailto.bcc),
        reply_to=_name_addresses(mailto, mailto.reply_to),
        headers=tuple(sorted(mailto.headers.items())),
    )


def _name_addresses(mailto: "NotifyEmail", addresses: set[str]) -> tuple[Address, ...]:
    return tuple(_make_address(mailto.names.get(address), address) for address in sorted(addresses))


def _make_address(name: object, address: object) -> Address:
    """Return an address of apprise's, which says False for no name."""
    return Address(display_name=clean_line(str(name or "")), addr_spec=str(address))


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode(errors="backslashreplace")).hexdigest()[:32]


def _wrap_html(paragraphs: str) -> str:
    head = f'<head><meta charset="utf-8">{MAIL_STYLE}</head>'
    return f'<!doctype html>\n<html lang="en">{head}<body>\n{paragraphs}\n</body></html>\n'
