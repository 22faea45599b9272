"""Start the demo site, watch it, close it."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from ipaddress import IPv4Address
from threading import Thread
from types import TracebackType
from typing import Self

from monitor.demo.content import load_outlets, load_stories
from monitor.demo.edition import Edition
from monitor.demo.render import Document, render_document
from monitor.demo.server import DocumentServer
from monitor.models import Source

DEFAULT_PORT = 8765
"""Fixed, so that a second run serves the same URLs."""
_EVERY_SECONDS = 5


class DemoSite:
    """A running demo site: a server in a thread of its own until it is closed."""

    def __init__(self, server: DocumentServer, edition: Edition) -> None:
        self.edition = edition
        self._server = server
        # A short poll, because closing waits for one.
        self._thread = Thread(target=server.serve_forever, args=(0.05,), name="demo-site", daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        """Return `host:port`."""
        return self.edition.base_url.removeprefix("http://")

    def sources(self) -> tuple[Source, ...]:
        """Return what there is to watch: feeds, a sitemap and a listing."""
        return tuple(_list_sources(self.edition))

    def close(self) -> None:
        """Stop serving and wait for the threads; a second call does nothing."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def start_demo_site(
    *, now: Callable[[], datetime], host: str = "127.0.0.1", port: int = DEFAULT_PORT, speed: float = 1.0
) -> DemoSite:
    """Serve the demo site on `host:port`, or on a free port where that one is taken; its stories appear from now on.

    `now` is called from several threads; speed 2 shows the stories in half the time. Raise ValueError for a host
    that is no IPv4 loopback address, a port out of range or a speed that is not above 0, OSError without a free port.
    """
    if not IPv4Address(host).is_loopback:
        raise ValueError(f"the demo site is for this machine only: {host} is no loopback address")
    if not 0 <= port <= 65535:
        raise ValueError(f"port must be 0 (any) to 65535, not {port}")
    if not speed > 0:
        raise ValueError(f"speed must be above 0, not {speed}")
    started_at = now().astimezone(UTC)

    def find_document(path: str) -> Document:
        # The edition knows its port, so it comes after the binding; nothing is served before both are there.
        return render_document(edition, path, now())

    server = _bind(host, port, find_document)
    edition = Edition(
        stories=load_stories(),
        outlets=load_outlets(),
        base_url=f"http://{host}:{server.server_port}",
        started_at=started_at,
        speed=speed,
    )
    return DemoSite(server, edition)


def _bind(host: str, port: int, find_document: Callable[[str], Document]) -> DocumentServer:
    try:
        return DocumentServer((host, port), find_document)
    except OSError:
        return DocumentServer((host, 0), find_document)


def _list_sources(edition: Edition) -> Iterator[Source]:
    for outlet in edition.outlets:
        for source in outlet.sources:
            yield Source(
                name=source.name,
                kind=source.kind,
                url=f"{edition.base_url}/{outlet.slug}/{source.path}",
                every_seconds=_EVERY_SECONDS,
                selector=source.selector,
                baseline=False,  # on a slow machine the first look may come after the first stories
            )
