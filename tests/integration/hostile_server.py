"""A server on loopback that misbehaves as told: behaviours by name, and what a fetch must make of each."""

import asyncio
import gzip
import ssl
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, field

import brotli  # type: ignore[import-untyped]  # it ships no types

Behaviour = Callable[[asyncio.StreamWriter], Awaitable[None]]
MEBIBYTE = 1_048_576


@dataclass(slots=True)
class Server:
    """What tests need to know of a running server."""

    port: int
    requests: list[bytes] = field(default_factory=list)
    """Heads of all requests, robots.txt included."""
    times: list[float] = field(default_factory=list)
    connections: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def targets(self) -> list[str]:
        """Return the path of every request, in order."""
        return [head.split()[1].decode() for head in self.requests]


@asynccontextmanager
async def serve(
    routes: Mapping[str, bytes | Behaviour], *, address: str = "127.0.0.1", tls: ssl.SSLContext | None = None
) -> AsyncIterator[Server]:
    """Run a server that answers by path, 404 elsewhere. Raw bytes are a whole reply."""
    server = Server(port=0)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server.connections += 1
        with suppress(ConnectionError, asyncio.IncompleteReadError), closing(writer):
            while not writer.is_closing():
                head = await reader.readuntil(b"\r\n\r\n")
                server.requests.append(head)
                server.times.append(asyncio.get_running_loop().time())
                if b"content-length:" in head.lower():
                    length = int(head.lower().split(b"content-length:")[1].split()[0])
                    server.requests[-1] += await reader.readexactly(length)
                route = routes.get(server.targets()[-1], routes.get("*", NOT_FOUND))
                if isinstance(route, bytes):
                    writer.write(route)
                else:
                    await route(writer)
                await writer.drain()

    tasks: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.get_running_loop().create_task(answer(reader, writer)))

    listener = await asyncio.start_server(accept, address, 0, ssl=tls)
    server.port = listener.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listener.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0)  # the loop closes the sockets in its next round


def reply(body: bytes = b"", status: str = "200 OK", **headers: str) -> bytes:
    """Return a whole reply; `_` in a header's name stands for `-`."""
    lines = [f"HTTP/1.1 {status}", *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode() + body


def redirect(location: str) -> bytes:
    """Return a redirect."""
    return reply(status="302 Found", Location=location)


def compressed_zeros(mebibytes: int, coding: str) -> bytes:
    """Return that many zeros, compressed: a bomb."""
    block = bytes(MEBIBYTE)
    if coding == "br":
        packer = brotli.Compressor(quality=5)
        packed: bytes = b"".join(packer.process(block) for _ in range(mebibytes)) + packer.finish()
        return packed
    stream = zlib.compressobj(9, wbits=31 if coding == "gzip" else 15)
    return b"".join(stream.compress(block) for _ in range(mebibytes)) + stream.flush()


def repeat(head: bytes, piece: bytes, *, pause_seconds: float = 0.0) -> Behaviour:
    """Return a behaviour that sends `head` and then `piece` without end."""

    async def behave(writer: asyncio.StreamWriter) -> None:
        writer.write(head)
        while True:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause_seconds)

    return behave


def send_and_close(data: bytes) -> Behaviour:
    """Return a behaviour that sends `data` and hangs up."""

    async def behave(writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        writer.close()

    return behave


async def say_nothing(writer: asyncio.StreamWriter) -> None:
    """Keep the client waiting."""
    await writer.drain()
    await asyncio.Event().wait()


def late_redirect(location: str, *, pause_seconds: float) -> Behaviour:
    """Return a behaviour that redirects after a while."""

    async def behave(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(pause_seconds)
        writer.write(redirect(location))

    return behave


NOT_FOUND = reply(status="404 Not Found")
OK_HEAD = b"HTTP/1.1 200 OK\r\n"
CHUNKED_HEAD = OK_HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
CHUNK_OF_64_KIB = b"10000\r\n" + b"x" * 65_536 + b"\r\n"
_GZIPPED = gzip.compress(b"news " * 2_000)

BEHAVIOURS: dict[str, tuple[bytes | Behaviour, str]] = {
    "gzip bomb": (reply(compressed_zeros(64, "gzip"), Content_Encoding="gzip"), "too large"),
    "deflate bomb": (reply(compressed_zeros(64, "deflate"), Content_Encoding="deflate"), "too large"),
    "brotli bomb": (reply(compressed_zeros(256, "br"), Content_Encoding="br"), "too large"),
    "many gzip members": (
        repeat(OK_HEAD + b"Content-Encoding: gzip\r\n\r\n", gzip.compress(bytes(900)) * 500),
        "too large",
    ),
    "endless chunks": (repeat(CHUNKED_HEAD, CHUNK_OF_64_KIB), "too large"),
    "endless chunks of one byte": (repeat(CHUNKED_HEAD, b"1\r\nx\r\n" * 10_000), "too large"),
    "endless chunk extension": (repeat(CHUNKED_HEAD + b"1;", b"x" * 1_000), "bad reply"),
    "endless trailer": (repeat(CHUNKED_HEAD + b"0\r\n", b"a: b\r\n" * 1_000), "bad reply"),
    "endless body without length": (repeat(OK_HEAD + b"\r\n", b"x" * 65_536), "too large"),
    "announced too large": (OK_HEAD + b"Content-Length: 99999999999\r\n\r\n", "too large"),
    "dripping body": (repeat(OK_HEAD + b"Content-Length: 1000\r\n\r\n", b"x", pause_seconds=0.01), "deadline passed"),
    "dripping header": (repeat(OK_HEAD + b"X: ", b"x", pause_seconds=0.01), "deadline passed"),
    "dripping 103s": (repeat(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n", pause_seconds=0.01), "deadline passed"),
    "flood of 103s": (repeat(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n" * 1_000), "too large"),
    "silence": (say_nothing, "deadline passed"),
    "hanging up": (send_and_close(b""), "bad reply"),
    "hanging up in the head": (send_and_close(OK_HEAD), "bad reply"),
    "hanging up in the body": (send_and_close(OK_HEAD + b"Content-Length: 10\r\n\r\nx"), "bad reply"),
    "hanging up in a chunk": (send_and_close(CHUNKED_HEAD + b"ff\r\nx"), "bad reply"),
    "no HTTP": (send_and_close(b"SSH-2.0-OpenSSH_9.9\r\n"), "bad reply"),
    "no HTTP without end": (repeat(b"", b"\x00" * 10_000), "bad reply"),
    "huge header": (repeat(OK_HEAD + b"X: ", b"x" * 10_000), "too large"),
    "many headers": (repeat(OK_HEAD, b"X: y\r\n" * 2_000), "too large"),
    "two lengths": (OK_HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx", "bad reply"),
    "negative length": (OK_HEAD + b"Content-Length: -1\r\n\r\n", "bad reply"),
    "length of 5000 digits": (OK_HEAD + b"Content-Length: " + b"9" * 5_000 + b"\r\n\r\n", "bad reply"),
    "chunk of 2**70 bytes": (CHUNKED_HEAD + b"400000000000000000\r\nx", "deadline passed"),
    "cut-off gzip": (reply(_GZIPPED[:-9], Content_Encoding="gzip"), "bad reply"),
    "cut-off brotli": (reply(brotli.compress(b"news " * 2_000)[:-2], Content_Encoding="br"), "bad reply"),
    "damaged gzip": (reply(_GZIPPED[:12] + b"\xff" * 20, Content_Encoding="gzip"), "bad reply"),
    "unknown coding": (reply(b"x", Content_Encoding="zstd"), "bad reply"),
    "two codings": (reply(gzip.compress(_GZIPPED), Content_Encoding="gzip, gzip"), "bad reply"),
    "two coding headers": (
        OK_HEAD + b"Content-Encoding: gzip\r\nContent-Encoding: br\r\nContent-Length: 1\r\n\r\nx",
        "bad reply",
    ),
    "switching protocols": (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n", "bad reply"),
    "304 that nobody asked for": (b"HTTP/1.1 304 Not Modified\r\n\r\n", "status"),
    "a part": (reply(b"x", status="206 Partial Content"), "status"),
    "redirect to itself": (redirect("/"), "too many redirects"),
    "redirect to a private address": (redirect("http://127.0.0.1:9/"), "forbidden address"),
    "redirect to a cloud's metadata": (redirect("http://169.254.169.254/latest/"), "forbidden address"),
    "redirect to a file": (redirect("file:///etc/passwd"), "bad redirect"),
    "redirect to bytes": (
        b"HTTP/1.1 302 Found\r\nLocation: http://[\xff\xfe\r\nContent-Length: 0\r\n\r\n",
        "bad redirect",
    ),
    "redirect with endless body": (
        repeat(b"HTTP/1.1 302 Found\r\nLocation: file:///x\r\n\r\n", b"x" * 65_536),
        "bad redirect",
    ),
    "charset that decompresses": (reply(b"PK\x03\x04", Content_Type="text/html; charset=zip"), "page"),
    "cookie with odd bytes": (OK_HEAD + b"Set-Cookie: a=\xff\xfe\r\nContent-Length: 1\r\n\r\nx", "page"),
    "odd bytes in all headers": (OK_HEAD + b"ETag: \xff\r\nContent-Type: \xfe\r\nContent-Length: 1\r\n\r\nx", "page"),
    "more body than announced": (OK_HEAD + b"Content-Length: 1\r\n\r\nx" + b"HTTP/1.1 200 OK\r\n\r\n" * 99, "page"),
    "padded gzip": (reply(_GZIPPED + bytes(500), Content_Encoding="gzip"), "page"),
    "nothing, gzipped": (reply(b"", Content_Encoding="gzip"), "page"),
}
"""By name: what the server does to a page, and what a fetch makes of it: `page` or the fault."""
