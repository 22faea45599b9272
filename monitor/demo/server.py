"""Documents over HTTP, on loopback: quiet, with ETags, and gone without a trace when closed."""

import socket
import sys
from collections.abc import Callable
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from threading import Lock, Thread
from typing import Any

from monitor.demo.render import Document


class DocumentServer(ThreadingHTTPServer):
    """Serve what `find_document` returns for a path."""

    # A taken port must be an error, not shared, whatever http.server's default is.
    allow_reuse_port = False

    def __init__(self, address: tuple[str, int], find_document: Callable[[str], Document]) -> None:
        self.find_document = find_document
        self._open: dict[socket.socket, Thread] = {}
        self._lock = Lock()
        super().__init__(address, DocumentRequest)

    def server_bind(self) -> None:
        """Bind without asking a name server for our own name, as HTTPServer does: there may be no network."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[0], self.server_address[1]  # type: ignore[assignment]

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - the base class's types
        """Serve the connection in its own thread.

        ThreadingMixIn joins its threads only if they are no daemons, and then a crash of ours would wait for readers.
        """
        thread = Thread(target=self.process_request_thread, args=(request, client_address), daemon=True)
        with self._lock:
            self._open[request] = thread
        thread.start()

    def shutdown_request(self, request: Any) -> None:  # noqa: ANN401 - the base class's type
        """Forget the connection and close it."""
        with self._lock:
            self._open.pop(request, None)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - the base class's types
        """Say nothing of a reader that went away."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)

    def server_close(self) -> None:
        """Close the door, let running answers end, wait for their threads."""
        super().server_close()
        with self._lock:
            still_open = dict(self._open)
            for connection in still_open:
                _stop_reading(connection)
        for thread in still_open.values():
            thread.join()


class DocumentRequest(BaseHTTPRequestHandler):
    """Answer GET and HEAD from the server's documents."""

    server: DocumentServer
    protocol_version = "HTTP/1.1"
    server_version = "DemoSite"
    sys_version = ""
    timeout = 10.0
    wbufsize = -1  # head and body leave together, else the second waits 40 ms for the first one's ACK

    def do_GET(self) -> None:
        """Send the document, or 304 to a client that has it."""
        document = self.server.find_document(self.path.partition("?")[0].partition("#")[0])
        is_known = document.status == 200 and is_known_to(self.headers, document)
        self.send_response(304 if is_known else document.status)
        if document.status == 200:
            self.send_header("ETag", document.etag)
            self.send_header("Last-Modified", document.last_modified)
        if not is_known:
            self.send_header("Content-Type", document.content_type)
            self.send_header("Content-Length", str(len(document.body)))
        self.end_headers()
        if not is_known and self.command == "GET":
            self.wfile.write(document.body)

    do_HEAD = do_GET  # noqa: N815 - the name is http.server's

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Keep the terminal for the monitor."""


def is_known_to(headers: Message, document: Document) -> bool:
    """Tell whether a client has `document` already: its ETag decides, else its date (RFC 9110, 13.2.2).

    A date counts only when it is the very one that we sent, as in nginx by default.
    """
    tags = headers.get("If-None-Match")
    if tags is None:
        return headers.get("If-Modified-Since") == document.last_modified
    known = {tag.strip().removeprefix("W/") for tag in tags.split(",")}
    return "*" in known or document.etag in known


def _stop_reading(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RD)
    except OSError:
        return  # closed by the reader meanwhile
