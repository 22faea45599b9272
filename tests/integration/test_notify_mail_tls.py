"""An alert by e-mail over TLS, with user and password."""

import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator
from typing import Any

import pytest

from monitor.errors import SendError
from tests.integration.mailbox import Mailbox, send, serve

# apprise 2.2 imports the module imghdr for one of its own libraries
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


@pytest.fixture
async def mailbox() -> AsyncIterator[tuple[Mailbox, str]]:
    mailbox = Mailbox()
    async with serve(mailbox) as address:
        yield mailbox, f"mailto://{address}?from=monitor@desk.example&to=analyst@desk.example"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """Make the context of a server whose certificate nobody vouches for."""
    if not (openssl := shutil.which("openssl")):
        pytest.skip("openssl is not here")
    folder = tmp_path_factory.mktemp("tls")
    key, cert = folder / "key.pem", folder / "cert.pem"
    subject = ["-subj", "/CN=127.0.0.1", "-days", "2"]
    subprocess.run(  # noqa: S603 - our own command
        [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert, *subject],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
async def test_a_user_logs_in_over_starttls(certificate: ssl.SSLContext) -> None:
    box = Mailbox()
    options: dict[str, Any] = {"tls_context": certificate, "require_starttls": True, "auth_required": True}
    async with serve(box, authenticator=box.authenticate, **options) as address:
        ends = "?from=m@desk.example&to=a@desk.example&verify=no"
        await send(f"mailtos://joe:right-pass%2Fword@{address}{ends}")
        assert box.was_encrypted
        with pytest.raises(SendError, match=r"refuses user and password \(535\)") as caught:
            await send(f"mailtos://joe:very-secret@{address}{ends}")
    assert not caught.value.is_temporary
    assert set(box.logins) == {"joe:right-pass/word", "joe:very-secret"}


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
async def test_a_mail_may_go_over_a_connection_that_is_tls_from_its_first_byte(certificate: ssl.SSLContext) -> None:
    box = Mailbox()
    login = box.authenticate
    # without auth_require_tls: aiosmtpd does not see that it is TLS already
    async with serve(box, certificate, authenticator=login, auth_required=True, auth_require_tls=False) as address:
        ends = "?from=m@desk.example&to=a@desk.example&mode=ssl"
        with pytest.raises(SendError, match="certificate verify failed"):
            await send(f"mailto://joe:right-pass%2Fword@{address}{ends}")
        await send(f"mailto://joe:right-pass%2Fword@{address}{ends}&verify=no")
    ((recipients, mail),) = box.received
    assert (recipients, mail["To"]) == (["a@desk.example"], "a@desk.example")
    assert box.was_encrypted
    assert box.logins == ["joe:right-pass/word"]


async def test_a_server_that_speaks_no_tls_gets_no_mail_in_clear(mailbox: tuple[Mailbox, str]) -> None:
    box, url = mailbox
    with pytest.raises(SendError, match="no connection") as caught:
        await send(f"{url}&mode=ssl", deadline_seconds=5)
    assert caught.value.is_temporary
    assert not box.received


async def test_a_certificate_that_nobody_vouches_for_is_not_trusted(certificate: ssl.SSLContext) -> None:
    box = Mailbox()
    async with serve(box, tls_context=certificate) as address:
        with pytest.raises(SendError, match="certificate verify failed") as caught:
            await send(f"mailtos://{address}?from=m@desk.example&to=a@desk.example")
    assert caught.value.is_temporary
    assert not box.received


async def test_no_mail_goes_in_clear_where_encryption_is_asked_for(mailbox: tuple[Mailbox, str]) -> None:
    box, url = mailbox
    with pytest.raises(SendError, match="STARTTLS"):
        await send(url.replace("mailto:", "mailtos:"))
    assert not box.received
