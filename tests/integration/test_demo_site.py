"""The demo site over real HTTP on loopback."""

import socket
import struct
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from monitor.demo import DemoSite, start_demo_site
from monitor.models import SourceKind

START = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


class FakeClock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.time = START

    def __call__(self) -> datetime:
        return self.time

    def pass_seconds(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


def connect(site: DemoSite) -> socket.socket:
    host, _, port = site.address.partition(":")
    return socket.create_connection((host, int(port)))


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def site(clock: FakeClock) -> Iterator[DemoSite]:
    with start_demo_site(now=clock, port=0) as site:
        yield site


@pytest.fixture
def client(site: DemoSite) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"http://{site.address}", trust_env=False) as client:
        yield client


def test_sources_are_served_and_cover_every_kind(site: DemoSite, client: httpx.Client) -> None:
    sources = site.sources()
    assert {source.kind for source in sources} == set(SourceKind)
    assert {source.every_seconds for source in sources} == {5}
    for source in sources:
        assert source.url.startswith(f"http://{site.address}/")
        assert client.get(source.url).status_code == 200


def test_a_page_comes_into_being_when_its_time_has_come(site: DemoSite, client: httpx.Client, clock: FakeClock) -> None:
    story = next(s for s in site.edition.stories if s.after_seconds)
    assert client.get(story.path).status_code == 404
    clock.pass_seconds(story.after_seconds)
    reply = client.get(story.path)
    assert reply.status_code == 200
    assert story.headline in reply.text


def test_content_types_fit(client: httpx.Client) -> None:
    paths = ("/", "/robots.txt", "/meridian/rss.xml", "/ledger/atom.xml", "/northgate/news-sitemap.xml", "/ledger/")
    assert [client.get(path).headers["content-type"].partition(";")[0] for path in paths] == [
        "text/html",
        "text/plain",
        "application/rss+xml",
        "application/atom+xml",
        "application/xml",
        "text/html",
    ]


@pytest.mark.parametrize(
    ("sent", "received"), [("If-None-Match", "ETag"), ("If-Modified-Since", "Last-Modified")], ids=str
)
def test_a_list_is_not_sent_again_until_it_changes(
    client: httpx.Client, clock: FakeClock, sent: str, received: str
) -> None:
    first = client.get("/meridian/rss.xml")
    known = {sent: first.headers[received]}
    unchanged = client.get("/meridian/rss.xml", headers=known)
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    clock.pass_seconds(10)
    assert client.get("/meridian/rss.xml", headers=known).status_code == 200


@pytest.mark.parametrize(
    ("tags", "status"), [('W/{}, "other"', 304), ("*", 304), ('"other"', 200), ("", 200)], ids=repr
)
def test_an_etag_decides_whatever_the_date_says(client: httpx.Client, tags: str, status: int) -> None:
    headers = client.get("/ledger/").headers
    known = {"If-None-Match": tags.format(headers["ETag"]), "If-Modified-Since": headers["Last-Modified"]}
    assert client.get("/ledger/", headers=known).status_code == status


def test_nonsense_in_a_date_is_ignored(client: httpx.Client) -> None:
    assert client.get("/ledger/", headers={"If-Modified-Since": "yesterday"}).status_code == 200


def test_head_tells_what_get_would(client: httpx.Client) -> None:
    get, head = client.get("/northgate/"), client.head("/northgate/")
    assert head.content == b""
    for name in ("content-type", "content-length", "etag", "last-modified"):
        assert head.headers[name] == get.headers[name]


def test_head_sends_no_body(site: DemoSite) -> None:
    with connect(site) as reader:
        reader.sendall(b"HEAD / HTTP/1.1\r\nConnection: close\r\n\r\n")
        assert reader.makefile("rb").read().endswith(b"\r\n\r\n")


def test_a_query_does_not_change_the_page(client: httpx.Client) -> None:
    assert client.get("/meridian/?utm_source=rss").content == client.get("/meridian/").content


def test_a_missing_page_is_404_with_a_way_back_and_no_etag(client: httpx.Client) -> None:
    reply = client.get("/meridian/no-such-story")
    assert reply.status_code == 404
    assert 'href="/"' in reply.text
    assert "etag" not in reply.headers
    assert client.get("/meridian/no-such-story", headers={"If-None-Match": "*"}).status_code == 404


def test_other_methods_are_refused(client: httpx.Client) -> None:
    assert client.post("/meridian/").status_code == 501


@pytest.mark.parametrize("sent", [b"\r\n\r\n", b"nonsense\r\n\r\n", b"GET // HTTP/1.1\r\n\r\n", b"\xff\x00"])
def test_a_broken_request_disturbs_nobody(
    site: DemoSite, client: httpx.Client, sent: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    with connect(site) as rude:
        rude.sendall(sent)
    assert client.get("/").status_code == 200
    site.close()
    assert capfd.readouterr() == ("", "")


def test_a_reader_that_hangs_up_is_not_spoken_of(
    site: DemoSite, client: httpx.Client, capfd: pytest.CaptureFixture[str]
) -> None:
    with connect(site) as rude:
        rude.sendall(b"GET / HT")
        rude.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # close resets the connection
    assert client.get("/").status_code == 200
    site.close()
    assert capfd.readouterr() == ("", "")


def test_many_readers_at_once_get_the_same(client: httpx.Client) -> None:
    with ThreadPoolExecutor(8) as readers:
        bodies = set(readers.map(lambda _: client.get("/meridian/rss.xml").content, range(64)))
    assert len(bodies) == 1


def test_close_ends_kept_connections_and_frees_the_port(site: DemoSite, client: httpx.Client) -> None:
    assert client.get("/").status_code == 200  # the connection is kept
    site.close()
    site.close()
    names = " ".join(thread.name for thread in threading.enumerate())
    assert "demo-site" not in names
    assert "process_request" not in names
    with pytest.raises(httpx.TransportError):
        client.get("/")
    port = int(site.address.partition(":")[2])
    with start_demo_site(now=FakeClock(), port=port) as again:
        assert again.address == site.address


def test_a_busy_port_gives_way_to_a_free_one(site: DemoSite) -> None:
    busy = int(site.address.partition(":")[2])
    with start_demo_site(now=FakeClock(), port=busy) as other:
        assert other.address != site.address
        assert httpx.get(other.sources()[0].url, trust_env=False).status_code == 200


@pytest.mark.parametrize(
    ("host", "complaint"),
    [("0.0.0.0", "loopback"), ("192.0.2.7", "loopback"), ("localhost", "octets"), ("::1", "octets"), ("", "empty")],
)
def test_only_a_loopback_address_is_served(host: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        start_demo_site(now=FakeClock(), host=host, port=0)


@pytest.mark.parametrize("port", [-1, 65536])
def test_a_port_out_of_range_is_refused(port: int) -> None:
    with pytest.raises(ValueError, match="port"):
        start_demo_site(now=FakeClock(), port=port)


@pytest.mark.parametrize("speed", [0.0, -1.0, float("nan")])
def test_a_speed_that_shows_nothing_is_refused(speed: float) -> None:
    with pytest.raises(ValueError, match="speed"):
        start_demo_site(now=FakeClock(), port=0, speed=speed)
