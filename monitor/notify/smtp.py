"""E-mail over SMTP, for what apprise's cannot do.

It tells a refusal for good from one for now, sends nothing again to recipients who have it, can be cut off at a
deadline, and does not wait 5.5 s between two mails.
"""

import asyncio
import logging
from collections.abc import Mapping

import aiosmtplib

from monitor.errors import SendError
from monitor.models import Route
from monitor.notify.escaping import clean_line, cut_text, redact_url
from monitor.notify.mail import MailRoute, MailSecurity, compose_mail, mark_of, mask_address, read_mail_url
from monitor.notify.message import Message

log = logging.getLogger(__name__)

MAIL_PREFIXES = ("mailto:", "mailtos:")
_MAX_DETAIL_CHARS = 160

Answers = Mapping[str, aiosmtplib.SMTPResponse]
"""What a server said by recipient."""


class MailSender:
    """Sends to one route, over a connection of its own for each mail."""

    def __init__(self, route: Route) -> None:
        self._route = route
        self._mail: MailRoute | None = None

    async def send(self, message: Message) -> None:
        """Send `message`; raise SendError unless the server accepts it for all who can get it.

        Recipients refused for good are logged, those refused for now get the next try to themselves: the error says
        who needs it no more, the message whom an earlier one named.
        """
        self._mail = self._mail or await self._read_url()
        composed = compose_mail(message, self._mail, route_name=self._route.name)
        waiting = [one for one in self._mail.recipients if mark_of(one) not in message.accepted_by]
        if not waiting:
            return
        try:
            refused = await transmit(composed.as_bytes(), self._mail, recipients=waiting)
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            raise self._explain(error) from None  # the cause's text may name secrets
        delayed = {one: answer for one, answer in refused.items() if not is_final_reply(answer.code)}
        if final := {one: answer for one, answer in refused.items() if one not in delayed}:
            log.error("recipients refused", extra={"route": self._route.name, "refused": self._list_refused(final)})
        if delayed:
            accepted_by = message.accepted_by | {mark_of(one) for one in waiting if one not in delayed}
            raise SendError(f"{self._name}: accepted but for {self._list_refused(delayed)}", accepted_by=accepted_by)

    @property
    def _name(self) -> str:
        return f"route {self._route.name!r}"

    async def _read_url(self) -> MailRoute:
        try:
            return await asyncio.to_thread(read_mail_url, self._route.url)  # 1 s the first time: it loads apprise
        except ValueError as error:
            raise SendError(f"{self._name}: {error}", is_temporary=False) from None

    def _explain(self, error: Exception) -> SendError:
        return SendError(f"{self._name}: {self._describe(error)}", is_temporary=not is_final_failure(error))

    def _describe(self, error: Exception) -> str:
        """Return what went wrong, without the URL's secrets."""
        match error:
            case aiosmtplib.SMTPRecipientsRefused():
                answers = {one.recipient: aiosmtplib.SMTPResponse(one.code, one.message) for one in error.recipients}
                return f"the server refuses all recipients: {self._list_refused(answers)}"
            case aiosmtplib.SMTPAuthenticationError():
                return f"the server refuses user and password ({error.code})"  # its words may repeat them, encoded
            case aiosmtplib.SMTPResponseException():
                what = (
                    "the server refuses the sender"
                    if isinstance(error, aiosmtplib.SMTPSenderRefused)
                    else "the server refuses"
                )
                return f"{what}: {error.code} {self._clean(error.message)}"
            case aiosmtplib.SMTPServerDisconnected():
                return "the server broke off"
            case aiosmtplib.SMTPConnectError():
                return f"no connection: {self._clean(str(error.__cause__ or error))}"
        return self._clean(str(error))

    def _list_refused(self, answers: Answers) -> str:
        said = (f"{mask_address(one)} ({answer.code} {self._clean(answer.message)})" for one, answer in answers.items())
        return cut_text(", ".join(said), 2 * _MAX_DETAIL_CHARS)

    def _clean(self, text: str) -> str:
        return cut_text(clean_line(redact_url(text, self._route.url)), _MAX_DETAIL_CHARS)


async def transmit(mail: bytes, route: MailRoute, *, recipients: list[str]) -> dict[str, aiosmtplib.SMTPResponse]:
    """Hand `mail` to the server; return whom it refuses, which is not all of `recipients`.

    Raises SMTPException or OSError when nobody gets it, or nobody knows.
    """
    client = _make_client(route)
    try:
        await client.connect()
        await client.mail(route.sender.addr_spec)
        refused = await _announce(client, recipients)
        await client.data(mail)
        if client.transport:
            client.transport.write(b"QUIT\r\n")  # type: ignore[attr-defined]  # a plain Transport; see below
    finally:
        # No waiting for the answer to QUIT: the mail is accepted, and a server that hangs here would have it repeated.
        client.close()
    return refused


def is_final_failure(error: Exception) -> bool:
    """Return whether the same mail will never be accepted."""
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        return all(is_final_reply(one.code) for one in error.recipients)
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return is_final_reply(error.code)
    return isinstance(error, ValueError) and not isinstance(error, OSError)


def is_final_reply(code: int) -> bool:
    """Return whether an SMTP reply refuses for good (RFC 5321, 4.2.1)."""
    return 500 <= code < 600


async def _announce(client: aiosmtplib.SMTP, recipients: list[str]) -> dict[str, aiosmtplib.SMTPResponse]:
    """Name the recipients; return who is refused, SMTPRecipientsRefused if that is all."""
    refused = []
    for recipient in recipients:
        try:
            await client.rcpt(recipient)
        except aiosmtplib.SMTPRecipientRefused as error:
            refused.append(error)
    if len(refused) == len(recipients):
        raise aiosmtplib.SMTPRecipientsRefused(refused)
    return {one.recipient: aiosmtplib.SMTPResponse(one.code, one.message) for one in refused}


def _make_client(route: MailRoute) -> aiosmtplib.SMTP:
    """Return a client without time limits of its own: the notifier cuts the whole at its deadline."""
    return aiosmtplib.SMTP(
        hostname=route.host,
        port=route.port,
        username=route.user,
        password=route.password if route.user else None,
        use_tls=route.security is MailSecurity.SSL,
        start_tls=route.security is MailSecurity.STARTTLS,
        validate_certs=route.is_verified,
        timeout=None,
    )
