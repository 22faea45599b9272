"""Fetching from good servers: conditional requests, redirects, robots.txt, pace, rest, messages, TLS."""

import asyncio
import shutil
import ssl
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.errors import FetchError, FetchFault
from monitor.fetch import Fetcher
from monitor.fetch.resolver import Resolve
from monitor.fetch.transport import MAX_IDLE, tls_context
from monitor.models import FetchSettings
from tests.integration.hostile_server import NOT_FOUND, Server, late_redirect, redirect, reply, send_and_close, serve


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.time = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def advance(self, **span: float) -> None:
        self.time += timedelta(**span)


def new_fetcher(
    *allow: str,
    clock: Clock | None = None,
    delay_seconds: float = 0.0,
    resolve: Resolve | None = None,
    tls: ssl.SSLContext | None = None,
) -> Fetcher:
    settings = FetchSettings(
        user_agent="test-monitor/1.0 (+https://example.org/)",
        delay_seconds=delay_seconds,
        deadline_seconds=2,
        allow=allow or ("127.0.0.0/8",),
    )
    return Fetcher(settings, now=clock or Clock(), resolve=resolve, tls=tls)


def resolver_of(*answers: Sequence[str]) -> Resolve:
    """Return a resolver that gives these answers in turn, the last for ever."""
    left = list(answers)

    async def resolve(host: str) -> Sequence[str]:
        del host
        return left.pop(0) if len(left) > 1 else left[0]

    return resolve


async def error_of(fetcher: Fetcher, url: str) -> FetchError:
    with pytest.raises(FetchError) as caught:
        await fetcher.fetch(url)
    return caught.value


# --- pages


async def test_a_page_comes_with_its_headers_as_sent() -> None:
    page_reply = reply(b"\xff\xfe", Content_Type="Text/HTML; Charset=x", ETag='W/"1"', Last_Modified="Sun")
    async with serve({"/a?b=%20": page_reply}) as server, new_fetcher() as fetcher:
        page = await fetcher.fetch(f"{server.url}/a?b=%20#part")
    assert (page.status, page.body, page.content_type) == (200, b"\xff\xfe", "Text/HTML; Charset=x")
    assert (page.etag, page.last_modified) == ('W/"1"', "Sun")
    assert page.url == f"{server.url}/a?b=%20"
    assert page.requested_url == f"{server.url}/a?b=%20#part"


async def test_requests_say_who_asks_and_carry_no_credentials() -> None:
    async with serve({"/": reply(b"x", Set_Cookie="a=b")}) as server, new_fetcher() as fetcher:
        await fetcher.fetch(server.url)
        await fetcher.fetch(server.url)
    for head in server.requests:
        assert b"user-agent: test-monitor/1.0 (+https://example.org/)\r\n" in head.lower()
        assert b"cookie" not in head.lower()


async def test_a_known_page_is_asked_for_by_its_validators_and_304_has_no_body() -> None:
    async with serve({"/": b'HTTP/1.1 304 Not Modified\r\nETag: "2"\r\n\r\n'}) as server, new_fetcher() as fetcher:
        page = await fetcher.fetch(server.url, etag='"1"', last_modified="Sun, 01 Mar 2026 10:00:00 GMT")
    assert page.is_unchanged
    assert (page.body, page.etag) == (b"", '"2"')
    assert b'if-none-match: "1"\r\n' in server.requests[-1].lower()
    assert b"if-modified-since: sun, 01 mar 2026 10:00:00 gmt\r\n" in server.requests[-1].lower()


async def test_validators_go_along_redirects_of_a_site_but_not_to_others() -> None:
    known = b"HTTP/1.1 304 Not Modified\r\n\r\n"
    resolve = resolver_of(["127.0.0.1"])
    async with serve({"/": known, "/other": reply(b"x")}) as server, new_fetcher(resolve=resolve) as fetcher:
        for start, end, status in (("news.test", "www.news.test", 304), ("news.test", "other.test", 200)):
            target = f"http://{end}:{server.port}/" + ("" if status == 304 else "other")
            async with serve({"/": redirect(target)}) as first:
                assert (await fetcher.fetch(f"http://{start}:{first.port}/", etag='"1"')).status == status
            assert (b"if-none-match" in server.requests[-1].lower()) is (status == 304)


async def test_validators_that_no_header_can_hold_are_left_out() -> None:
    async with serve({"/": reply(b"x")}) as server, new_fetcher() as fetcher:
        page = await fetcher.fetch(server.url, etag='"1"\r\nX-Evil: 1', last_modified="\u2603")
    assert page.status == 200
    assert b"evil" not in server.requests[-1].lower()
    assert b"if-" not in server.requests[-1].lower()


async def test_a_connection_serves_many_fetches_and_a_closed_one_is_replaced() -> None:
    async def answer_once(writer: asyncio.StreamWriter) -> None:
        writer.write(reply(b"last"))
        await writer.drain()
        writer.close()

    async with serve({"/": reply(b"x"), "/last": answer_once}) as server, new_fetcher() as fetcher:
        for path in ("/", "/", "/last", "/", "/"):
            await fetcher.fetch(server.url + path)
        assert server.connections == 2


async def test_idle_connections_do_not_pile_up() -> None:
    async with serve({"*": reply(b"x")}, address="0.0.0.0") as server, new_fetcher() as fetcher:
        for number in range(1, MAX_IDLE + 20):
            await fetcher.fetch(f"http://127.0.0.{number}:{server.port}/")
        assert len(fetcher._transport._idle) == MAX_IDLE
        await fetcher.fetch(f"http://127.0.0.1:{server.port}/")
        await fetcher.fetch(f"http://127.0.0.{MAX_IDLE}:{server.port}/")
    assert server.connections == MAX_IDLE + 19 + 1


async def test_statuses_without_a_page_are_errors_that_say_whether_to_try_again() -> None:
    statuses = {404: False, 403: False, 410: False, 408: True, 429: True, 500: True, 503: True, 204: False}
    for status, is_temporary in statuses.items():
        async with serve({"/": reply(status=f"{status} X")}) as server, new_fetcher() as fetcher:
            error = await error_of(fetcher, server.url)
        assert (error.fault, error.status, error.is_temporary) == (FetchFault.STATUS, status, is_temporary)


# --- redirects


async def test_redirects_are_followed_with_bytes_and_blanks_in_the_location() -> None:
    routes = {
        "/a": b"HTTP/1.1 301 Moved\r\nLocation: b c/\xc3\xa9?q=\xc3\xa9\r\nContent-Length: 0\r\n\r\n",
        "/b%20c/%C3%A9?q=%C3%A9": reply(b"x"),
    }
    async with serve(routes) as server, new_fetcher() as fetcher:
        page = await fetcher.fetch(f"{server.url}/a")
    assert page.url == f"{server.url}/b%20c/%C3%A9?q=%C3%A9"
    assert page.requested_url == f"{server.url}/a"


@pytest.mark.parametrize(
    ("status", "is_moved"), [("301 Moved Permanently", True), ("308 Permanent Redirect", True), ("302 Found", False)]
)
async def test_a_page_says_where_it_has_moved_for_good(status: str, is_moved: bool) -> None:  # noqa: FBT001 - a column of the table
    routes = {"/": reply(status=status, Location="/new"), "/new": reply(b"news", Cache_Control="max-age=60")}
    async with serve(routes) as server, new_fetcher() as fetcher:
        page = await fetcher.fetch(server.url + "/")
        assert page.moved_to == (server.url + "/new" if is_moved else None)
        assert page.fresh_seconds == 60
        assert (await fetcher.fetch(server.url + "/new")).moved_to is None


async def test_a_circle_of_redirects_is_left_after_one_round() -> None:
    async with serve({"/a": redirect("/b"), "/b": redirect("/a")}) as server, new_fetcher() as fetcher:
        error = await error_of(fetcher, f"{server.url}/a")
    assert (error.fault, error.is_temporary) == (FetchFault.TOO_MANY_REDIRECTS, False)
    assert server.targets() == ["/robots.txt", "/a", "/b"]


async def test_an_error_does_not_repeat_the_password_of_its_url() -> None:
    async with new_fetcher() as fetcher:
        error = await error_of(fetcher, "https://user:SECRET@example.org/")
    assert "SECRET" not in f"{error!r}{error.url}{error.__cause__!r}"


async def test_each_hop_obeys_the_robots_txt_of_its_own_host() -> None:
    async with serve({"/robots.txt": reply(b"User-agent: *\nDisallow: /secret")}) as second:
        routes: dict[str, bytes] = {"/": redirect(f"{second.url}/secret")}
        async with serve(routes) as first, new_fetcher() as fetcher:
            error = await error_of(fetcher, first.url)
    assert error.fault is FetchFault.ROBOTS
    assert second.targets() == ["/robots.txt"]


# --- addresses


TRICKY_HOSTS = """
127.0.0.1 127.1 2130706433 0x7f000001 0x7f.1 0177.0.0.1 017700000001 127.0.0.1. localhost 0 0.0.0.0 127.0.0.2
[::1] [::] [::ffff:127.0.0.1] [::ffff:7f00:1] [::127.0.0.1] [64:ff9b::7f00:1] [2002:7f00:1::] [0:0:0:0:0:0:0:1]
①②⑦.⓪.⓪.① １２７.0.0.1 127。0。0。1 %31%32%37.0.0.1 user@127.0.0.1 example.org@127.0.0.1 127.0.0.1\\@example.org
example.org\\@127.0.0.1 169.254.169.254 [fe80::1%25lo] [fe80::1] 10.0.0.1 192.168.0.1 100.64.0.1 224.0.0.1
"""


@pytest.mark.parametrize("host", TRICKY_HOSTS.split())
async def test_no_private_address_is_connected_to_in_any_notation(host: str) -> None:
    async with serve({"*": reply(b"x")}) as server, new_fetcher("192.0.2.1") as fetcher:
        error = await error_of(fetcher, f"http://{host}:{server.port}/")
        with pytest.raises(FetchError):
            await fetcher.post(f"http://{host}:{server.port}/", body=b"x", content_type="text/plain")
    assert error.fault in {FetchFault.FORBIDDEN_ADDRESS, FetchFault.BAD_URL}
    assert not error.is_temporary
    assert server.connections == 0


async def test_a_name_that_resolves_to_a_private_address_is_refused_though_it_was_public_before() -> None:
    resolve = resolver_of(["192.0.2.1", "127.0.0.1"], ["127.0.0.1"], ["8.8.8.8", "127.0.0.1"], ["::ffff:127.0.0.1"])
    async with serve({"*": reply(b"x")}) as server, new_fetcher("10.0.0.0/8", resolve=resolve) as fetcher:
        for _ in range(4):
            assert (await error_of(fetcher, f"http://news.test:{server.port}/")).fault is FetchFault.FORBIDDEN_ADDRESS
    assert server.connections == 0


async def test_own_hosts_are_allowed_by_name_by_port_and_by_network() -> None:
    resolve = resolver_of(["127.0.0.1"])
    async with serve({"/": reply(b"x")}) as server:
        for entry in ("news.test", f"news.test:{server.port}", f"NEWS.test:{server.port}", "127.0.0.0/8"):
            async with new_fetcher(entry, resolve=resolve) as fetcher:
                assert (await fetcher.fetch(f"http://news.test:{server.port}/")).body == b"x"
        for entry in ("other.test", "news.test:1", "127.0.0.1", "10.0.0.0/8"):
            async with new_fetcher(entry, resolve=resolve) as fetcher:
                error = await error_of(fetcher, f"http://news.test:{server.port}/")
                assert error.fault is FetchFault.FORBIDDEN_ADDRESS


async def test_names_without_address_and_ports_without_server_are_temporary_errors() -> None:
    async def find_nothing(host: str) -> Sequence[str]:
        raise OSError(host)

    async with new_fetcher(resolve=find_nothing) as fetcher:
        error = await error_of(fetcher, "http://news.test/")
        assert (error.fault, error.is_temporary) == (FetchFault.DNS, True)
    async with serve({}) as server:
        pass
    async with new_fetcher() as fetcher:
        error = await error_of(fetcher, server.url)
        assert (error.fault, error.is_temporary) == (FetchFault.CONNECT, True)


async def test_the_next_address_is_tried_when_the_first_does_not_answer() -> None:
    resolve = resolver_of(["127.0.0.2", "127.0.0.1"])
    async with serve({"/": reply(b"x")}) as server, new_fetcher(resolve=resolve) as fetcher:
        assert (await fetcher.fetch(f"http://news.test:{server.port}/")).body == b"x"


# --- politeness


async def test_robots_txt_is_asked_once_and_obeyed() -> None:
    robots = reply(b"User-agent: *\nDisallow: /\n\nUser-agent: Test-Monitor\nDisallow: /no\n")
    async with serve({"/robots.txt": robots, "/yes": reply(b"x")}) as server, new_fetcher() as fetcher:
        await fetcher.fetch(f"{server.url}/yes")
        error = await error_of(fetcher, f"{server.url}/no/1")
    assert (error.fault, error.is_temporary) == (FetchFault.ROBOTS, False)
    assert server.targets() == ["/robots.txt", "/yes"]


async def test_robots_txt_lives_for_a_day_or_as_long_as_it_says() -> None:
    clock = Clock()
    routes = {"/robots.txt": reply(b""), "/": reply(b"x")}
    async with serve(routes) as server, new_fetcher(clock=clock) as fetcher:
        for hours in (0, 23, 2):
            clock.advance(hours=hours)
            await fetcher.fetch(server.url)
    assert server.targets().count("/robots.txt") == 2
    routes["/robots.txt"] = reply(b"", Cache_Control="public, max-age=7200")
    async with serve(routes) as server, new_fetcher(clock=clock) as fetcher:
        for hours in (0, 1, 2):
            clock.advance(hours=hours)
            await fetcher.fetch(server.url)
    assert server.targets().count("/robots.txt") == 2


@pytest.mark.parametrize("status", ["401 X", "403 X", "404 X", "410 X"])
async def test_a_robots_txt_that_cannot_be_had_allows_all(status: str) -> None:
    async with serve({"/robots.txt": reply(status=status), "/": reply(b"x")}) as server, new_fetcher() as fetcher:
        assert (await fetcher.fetch(server.url)).body == b"x"


async def test_a_robots_txt_behind_a_redirect_counts() -> None:
    routes = {"/robots.txt": redirect("/other.txt"), "/other.txt": reply(b"User-agent: *\nDisallow: /")}
    async with serve(routes) as server, new_fetcher() as fetcher:
        assert (await error_of(fetcher, server.url)).fault is FetchFault.ROBOTS


@pytest.mark.parametrize("status", ["500 X", "503 X", "429 X"])
async def test_a_host_whose_robots_txt_fails_is_left_alone_for_a_while(status: str) -> None:
    clock = Clock()
    async with serve({"/robots.txt": reply(status=status)}) as server, new_fetcher(clock=clock) as fetcher:
        for _ in range(3):
            error = await error_of(fetcher, server.url)
            assert (error.fault, error.is_temporary) == (FetchFault.WAIT, True)
        assert server.targets() == ["/robots.txt"]
        clock.advance(minutes=6)
        await error_of(fetcher, server.url)
        assert server.targets() == ["/robots.txt", "/robots.txt"]


@pytest.mark.parametrize("retry_after", ["120", "Sun, 01 Mar 2026 12:02:00 GMT"])
async def test_a_host_that_asks_for_rest_gets_it(retry_after: str) -> None:
    clock = Clock()
    routes = {"/": reply(status="503 Busy", Retry_After=retry_after), "/other": reply(b"x")}
    async with serve(routes) as server, new_fetcher(clock=clock) as fetcher:
        error = await error_of(fetcher, server.url)
        assert (error.fault, error.status, error.retry_after_seconds) == (FetchFault.STATUS, 503, 120.0)
        clock.advance(seconds=119)
        error = await error_of(fetcher, f"{server.url}/other")
        assert (error.fault, error.status, error.retry_after_seconds) == (FetchFault.WAIT, 503, 1.0)
        assert error.is_temporary
        assert server.targets() == ["/robots.txt", "/"]
        clock.advance(seconds=1)
        assert (await fetcher.fetch(f"{server.url}/other")).body == b"x"


async def test_a_host_that_answers_429_gets_rest_though_it_does_not_say_for_how_long() -> None:
    async with serve({"/": reply(status="429 X"), "/other": reply(b"x")}) as server, new_fetcher() as fetcher:
        await error_of(fetcher, server.url)
        assert (await error_of(fetcher, f"{server.url}/other")).fault is FetchFault.WAIT


async def test_one_request_at_a_time_with_a_pause_between_even_for_robots_and_redirects() -> None:
    routes = {"/": late_redirect("/other", pause_seconds=0.02), "/other": late_redirect("/third", pause_seconds=0.02)}
    async with serve({**routes, "/third": reply(b"x")}) as server, new_fetcher(delay_seconds=0.05) as fetcher:
        await asyncio.gather(fetcher.fetch(server.url), fetcher.fetch(f"{server.url}/third"))
    gaps = [later - earlier for earlier, later in zip(server.times, server.times[1:], strict=False)]
    assert len(gaps) == 4
    assert min(gaps) > 0.045


async def test_a_pause_that_robots_txt_asks_for_is_kept_or_the_fetch_gives_up() -> None:
    robots = reply(b"User-agent: *\nCrawl-delay: 900")
    async with serve({"/robots.txt": robots, "/": reply(b"x")}) as server, new_fetcher() as fetcher:
        error = await error_of(fetcher, server.url)
    assert (error.fault, error.is_temporary) == (FetchFault.WAIT, True)
    assert error.retry_after_seconds is not None
    assert 890 < error.retry_after_seconds <= 900
    assert server.targets() == ["/robots.txt"]


async def test_waiting_for_the_turn_is_no_part_of_the_deadline() -> None:
    pages = {f"/{number}": late_redirect("/end", pause_seconds=0.8) for number in range(4)}
    settings = FetchSettings(delay_seconds=0.0, deadline_seconds=2.5, allow=("127.0.0.1",))
    async with serve({**pages, "/end": reply(b"x")}) as server, Fetcher(settings, now=Clock()) as fetcher:
        answers = await asyncio.gather(*(fetcher.fetch(server.url + path) for path in pages))
    assert [page.body for page in answers] == [b"x"] * 4


# --- messages


async def test_a_message_is_posted_and_any_answer_is_a_reply() -> None:
    routes = {
        "/hook": reply(b"ok"),
        "/busy": reply(b"x" * 100_000, status="429 X", Retry_After="7"),
        "/moved": redirect("/hook"),
    }
    async with serve(routes) as server, new_fetcher(delay_seconds=30) as fetcher:
        answer = await fetcher.post(f"{server.url}/hook", body=b'{"a": 1}', content_type="application/json")
        assert (answer.status, answer.body, answer.retry_after_seconds) == (200, b"ok", None)
        answer = await fetcher.post(f"{server.url}/busy", body=b"", content_type="text/plain")
        assert (answer.status, len(answer.body), answer.retry_after_seconds) == (429, 8_192, 7.0)
        answer = await fetcher.post(f"{server.url}/moved", body=b"x", content_type="text/plain")
        assert answer.status == 302
    assert server.targets() == ["/hook", "/busy", "/moved"]
    assert server.requests[0].startswith(b"POST ")
    assert server.requests[0].endswith(b'{"a": 1}')
    assert b"content-type: application/json\r\n" in server.requests[0].lower()


@pytest.mark.parametrize("end", [b"x", b"", b"Content-Encoding: zstd\r\n\r\nx", b"Content-Length: 9\r\n\r\nx"])
async def test_a_message_that_was_answered_is_delivered_whatever_becomes_of_the_answer(end: bytes) -> None:
    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n" + (end if b"\r\n" in end else b"Content-Length: 9\r\n\r\n" + end))
        await asyncio.sleep(0.05)
        writer.close()

    async with serve({"/": answer}) as server, new_fetcher() as fetcher:
        assert (await fetcher.post(server.url, body=b"x", content_type="text/plain")).status == 200


async def test_a_message_is_never_sent_twice() -> None:
    async with serve({"/": reply(b"x"), "/hook": send_and_close(b"")}) as server, new_fetcher() as fetcher:
        await fetcher.fetch(server.url)
        with pytest.raises(FetchError):
            await fetcher.post(f"{server.url}/hook", body=b"x", content_type="text/plain")
    assert server.targets().count("/hook") == 1


async def test_an_error_of_a_message_names_the_host_alone() -> None:
    async with new_fetcher("192.0.2.1") as fetcher:
        for url in (
            "http://127.0.0.1:9/services/SECRET?token=SECRET",
            "ftp://example.org/SECRET",
            "http://u:SECRET@x/",
        ):
            with pytest.raises(FetchError) as caught:
                await fetcher.post(url, body=b"x", content_type="text/plain")
            assert "SECRET" not in repr(caught.value) + caught.value.url + caught.value.detail
            assert caught.value.__cause__ is None


# --- TLS


NEW_CERTIFICATE = (
    "req",
    "-x509",
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:prime256v1",
    "-nodes",
    "-subj",
    "/CN=news.test",
)


def _tls_pair(folder: Path, extension: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Return a server's and a client's context around a fresh certificate for the name news.test."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("needs the openssl program to make a certificate")
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    files = ["-keyout", str(key), "-out", str(certificate), "-addext", extension]
    subprocess.run([openssl, *NEW_CERTIFICATE, *files], check=True, capture_output=True)  # noqa: S603 - our own words
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate, key)
    client = ssl.create_default_context(cafile=str(certificate))
    client.hostname_checks_common_name = False
    return server, client


async def _fetch_over_tls(folder: Path, extension: str, routes: dict[str, bytes]) -> tuple[Server, str]:
    server_tls, client_tls = _tls_pair(folder, extension)
    fetcher = new_fetcher(resolve=resolver_of(["127.0.0.1"]), tls=client_tls)
    async with serve(routes, tls=server_tls) as server, fetcher:
        try:
            return server, (await fetcher.fetch(f"https://news.test:{server.port}/")).body.decode()
        except FetchError as error:
            return server, error.fault


def test_the_authorities_are_those_of_the_system_and_names_are_checked_properly() -> None:
    context = tls_context()
    assert context is tls_context()
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert not context.hostname_checks_common_name
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
    assert context.cert_store_stats()["x509_ca"] > 50


async def test_a_page_comes_over_tls_with_the_name_checked(tmp_path: Path) -> None:
    _, outcome = await _fetch_over_tls(tmp_path, "subjectAltName=DNS:news.test", {"/": reply(b"x")})
    assert outcome == "x"


@pytest.mark.parametrize("extension", ["subjectAltName=DNS:other.test", "keyUsage=digitalSignature,keyCertSign"])
async def test_a_certificate_for_another_name_or_a_common_name_alone_is_refused(tmp_path: Path, extension: str) -> None:
    server, outcome = await _fetch_over_tls(tmp_path, extension, {"*": reply(b"x")})
    assert outcome == FetchFault.TLS
    assert server.requests == []


async def test_a_redirect_from_https_to_http_is_not_followed(tmp_path: Path) -> None:
    async with serve({"*": reply(b"x")}) as plain:
        routes = {"/": redirect(plain.url), "/robots.txt": NOT_FOUND}
        _, outcome = await _fetch_over_tls(tmp_path, "subjectAltName=DNS:news.test", routes)
    assert outcome == FetchFault.BAD_REDIRECT
    assert plain.connections == 0


async def test_no_tls_on_the_other_side_is_an_error_of_tls() -> None:
    async def speak_plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        del reader
        writer.write(NOT_FOUND)
        writer.close()

    async with await asyncio.start_server(speak_plain, "127.0.0.1", 0) as listener, new_fetcher() as fetcher:
        error = await error_of(fetcher, f"https://127.0.0.1:{listener.sockets[0].getsockname()[1]}/")
    assert error.fault is FetchFault.TLS
