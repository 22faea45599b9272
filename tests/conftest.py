"""A web site for tests: real HTTP on loopback, whose pages a test sets and whose requests it can read."""

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from hypothesis import settings

from monitor.models import StoredArticle
from monitor.store import Session, articles

# Few examples a run, so that the unit tests stay quick; no deadline, because machines are noisy.
settings.register_profile("quick", max_examples=30, deadline=None)
settings.load_profile("quick")

SHARED = Path(__file__).resolve().parents[2] / "shared"


class Site:
    """Pages by path, served with ETags; `requests` holds (path, status) of all that was asked for."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[str, bytes]] = {}
        self.failing: dict[str, int] = {}
        """Status by path, instead of its page."""
        self.moved: dict[str, str] = {}
        """Where a path leads, for good."""
        self.requests: list[tuple[str, int]] = []
        self.posts: list[bytes] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                status, kind, body = site.answer(self.path, self.headers.get("If-None-Match"))
                self.send_response(status)
                if status in {200, 304}:
                    self.send_header("ETag", site.etag(self.path))
                if status == 301:
                    self.send_header("Location", site.moved[self.path])
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self) -> None:
                site.posts.append(self.rfile.read(int(self.headers["Content-Length"])))
                status = site.failing.get(self.path, 200)
                site.requests.append((self.path, status))
                self.send_response(status)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"ok")

            def log_message(self, *_: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._server.server_address[1]}"

    def url(self, path: str) -> str:
        return f"http://{self.address}{path}"

    def put(self, path: str, body: str | bytes, kind: str = "text/html; charset=utf-8") -> str:
        """Publish a page; return its URL."""
        self.pages[path] = (kind, body.encode() if isinstance(body, str) else body)
        return self.url(path)

    def put_feed(self, path: str, *items: tuple[str, str]) -> str:
        """Publish an RSS feed of (path, title) pairs; return its URL."""
        entries = "".join(
            f"<item><title>{title}</title><link>{self.url(target)}</link></item>" for target, title in items
        )
        return self.put(path, f"<rss version='2.0'><channel><title>T</title>{entries}</channel></rss>", "text/xml")

    def etag(self, path: str) -> str:
        return f'"{hashlib.sha256(self.pages[path][1]).hexdigest()[:16]}"'

    def answer(self, path: str, known: str | None) -> tuple[int, str, bytes]:
        kind, body = self.pages.get(path, ("text/plain", b""))
        status = self.failing.get(path) or (301 if path in self.moved else 200 if path in self.pages else 404)
        if status == 200 and known == self.etag(path):
            status = 304
        self.requests.append((path, status))
        return status, kind, body if status == 200 else b""

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def site() -> Iterator[Site]:
    running = Site()
    yield running
    running.close()


@pytest.fixture
def shared() -> Path:
    """The material beside the repository; tests that need it are skipped where it is not."""
    if not SHARED.is_dir():
        pytest.skip("the shared material is not here")
    return SHARED


def find_stored(session: Session, url: str) -> StoredArticle | None:
    """Return the article that is stored under a URL."""
    kin = articles.find_kin(session, [url], link_url="", digest="")
    return articles.read_article(session, kin[0].id) if kin else None
