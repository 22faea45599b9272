"""The only door to the network: one URL to one page, politely and safely, or one typed error."""

import asyncio
import re
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

import httpx

from monitor.errors import FetchError, FetchFault
from monitor.fetch.decode import ACCEPTED_CODINGS, BodyMemory, open_decoder, read_beginning, read_body
from monitor.fetch.failure import Failure
from monitor.fetch.guard import parse_allowed
from monitor.fetch.memory import RobotsMemory
from monitor.fetch.politeness import LONGEST_WAIT_SECONDS, Politeness, parse_freshness, parse_retry_after
from monitor.fetch.resolver import Resolve, Resolver
from monitor.fetch.robots import MAX_ROBOTS_BYTES, Robots, parse_robots, product_token
from monitor.fetch.target import next_target, origin_of, pace_name, parse_target
from monitor.fetch.transport import GuardedTransport
from monitor.models import FetchSettings, Page, Reply
from monitor.urls import is_same_site

MAX_REPLY_BYTES = 8_192
"""Kept of what a service answers to a message."""
ROBOTS_REST_SECONDS = 300.0
"""Rest of a host whose robots.txt fails, unless it asks for another."""
BUSY_REST_SECONDS = 60.0
"""Rest of a host that answers 429 and does not say for how long."""
MAX_VALIDATOR_CHARS = 1_000

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOVES = frozenset({301, 308})
_TEMPORARY = frozenset({408, 421, 423, 425, 429})
_CREDENTIALS = re.compile(r"//[^/?#]*@")
_VALIDATOR = re.compile(r"[\x20-\x7e\xa0-\xff]+")


class Budget:
    """The seconds that a fetch may still spend on the network."""

    def __init__(self, seconds: float) -> None:
        self._total = self._left = seconds

    @asynccontextmanager
    async def spend(self) -> AsyncIterator[None]:
        """End what stands in the block when the seconds are used up. Raises Failure."""
        loop = asyncio.get_running_loop()
        started = loop.time()
        try:
            async with asyncio.timeout(self._left):
                yield
        except TimeoutError as error:
            raise Failure(FetchFault.DEADLINE, f"{self._total:g} s") from error
        finally:
            self._left -= loop.time() - started


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """One reply, its body read where that was asked for."""

    url: httpx.URL
    status: int
    headers: dict[str, str]
    """Names in lower case, of several values the first."""
    body: bytes = b""
    is_moved: bool = False
    """All redirects that led here are for good."""


class Fetcher:
    """Fetches pages and posts messages. Its methods raise FetchError, and nothing else.

    `now` is the clock for Retry-After and the life of robots.txt. `resolve` replaces the system's resolver, `tls` the
    authorities that are trusted. Raises ConfigError for settings that make no sense.
    """

    def __init__(
        self,
        settings: FetchSettings,
        *,
        now: Callable[[], datetime],
        resolve: Resolve | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._settings = settings
        self._now = now
        self._politeness = Politeness(now=now, longest_wait_seconds=max(LONGEST_WAIT_SECONDS, settings.delay_seconds))
        self._robots = RobotsMemory(now=now)
        self._memory = BodyMemory()
        self._user_agent = _printable(settings.user_agent)
        self._transport = GuardedTransport(
            allowed=parse_allowed(settings.allow),
            resolve=resolve or Resolver(),
            max_body_bytes=settings.max_raw_bytes,
            tls=tls,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close all connections."""
        await self._transport.aclose()
        await asyncio.sleep(0)  # the loop closes the sockets in its next round

    async def fetch(self, url: str, *, etag: str | None = None, last_modified: str | None = None) -> Page:
        """Return the page at `url`, or one with 304 and no body if it is still the one of `etag` or `last_modified`.

        Follows redirects. Raises FetchError.
        """
        conditions = _validators(etag, last_modified)
        budget = Budget(self._settings.deadline_seconds)

        async def get(hop: httpx.URL) -> _Answer:
            is_ours = hop.host == target.host or is_same_site(str(target), str(hop))
            return await self._get_politely(hop, conditions if is_ours else {}, budget)

        try:
            target = parse_target(url)
            answer = await self._follow(target, get)
            _check_status(answer, is_conditional=bool(conditions), now=self._now())
        except Failure as failure:
            raise _fetch_error(url, failure) from failure
        return _page_of(answer, requested_url=url, now=self._now())

    async def find_sitemaps(self, url: str) -> tuple[str, ...]:
        """Return the sitemaps that the robots.txt of a URL's site names, as it writes them. Raises FetchError."""
        budget = Budget(self._settings.deadline_seconds)
        try:
            target = parse_target(url)
            robots = await self._robots.recall(origin_of(target), lambda: self._load_robots(target, budget))
        except Failure as failure:
            raise _fetch_error(url, failure) from failure
        return robots.sitemaps

    async def post(self, url: str, *, body: bytes, content_type: str) -> Reply:
        """Send a message to a service that the user has named, return its answer whatever the status.

        No redirect is followed. Raises FetchError, which names the host alone: the rest of the URL may be a secret.
        """
        budget = Budget(self._settings.deadline_seconds)
        host = "webhook"
        try:
            target = parse_target(url)
            host = f"{target.scheme}://{target.host}"
            request = self._request("POST", target, {"Content-Type": _printable(content_type)}, content=body)
            async with budget.spend():
                response = await self._transport.handle_async_request(request)
        except Failure as failure:
            raise _fetch_error(host, failure) from None
        body = b""
        try:
            with suppress(Failure):  # the status is known: a body that then fails must not make us send again
                async with budget.spend():
                    body = await self._read(response, MAX_REPLY_BYTES)
        finally:
            await response.aclose()
        wait = parse_retry_after(response.headers.get("retry-after"), now=self._now())
        return Reply(status=response.status_code, body=body, retry_after_seconds=wait)

    async def _follow(self, url: httpx.URL, hop: Callable[[httpx.URL], Awaitable[_Answer]]) -> _Answer:
        """Return the first answer that is no redirect."""
        seen = {url}
        statuses: set[int] = set()
        for _ in range(self._settings.max_redirects + 1):
            answer = await hop(url)
            if answer.status not in _REDIRECTS or "location" not in answer.headers:
                return replace(answer, is_moved=bool(statuses) and statuses <= _MOVES)
            statuses.add(answer.status)
            url = next_target(url, answer.headers["location"])
            if url in seen:
                raise Failure(FetchFault.TOO_MANY_REDIRECTS, "they go in a circle", is_temporary=False)
            seen.add(url)
        raise Failure(FetchFault.TOO_MANY_REDIRECTS, f"more than {self._settings.max_redirects}", is_temporary=False)

    async def _get_politely(self, url: httpx.URL, headers: dict[str, str], budget: Budget) -> _Answer:
        """Get one URL if its host's robots.txt allows it."""
        robots = await self._robots.recall(origin_of(url), lambda: self._load_robots(url, budget))
        if not robots.allows(url.raw_path.decode("ascii")):
            raise Failure(FetchFault.ROBOTS, is_temporary=False)
        return await self._get(url, headers, budget, delay_seconds=robots.delay_seconds)

    async def _load_robots(self, url: httpx.URL, budget: Budget) -> Robots:
        """Return the robots.txt of the host: by RFC 9309, 4xx and bad redirects are none, and 5xx forbids all."""
        try:
            answer = await self._follow(
                url.copy_with(raw_path=b"/robots.txt"),
                lambda hop: self._get(hop, {}, budget, max_bytes=MAX_ROBOTS_BYTES),
            )
        except Failure as failure:
            if failure.fault in {FetchFault.TOO_MANY_REDIRECTS, FetchFault.BAD_REDIRECT}:
                return Robots()
            raise
        if answer.status == 200:
            token = product_token(self._user_agent)
            return parse_robots(answer.body, token=token, cache_control=answer.headers.get("cache-control", ""))
        if answer.status < 500 and answer.status != 429:
            return Robots()
        wait = parse_retry_after(answer.headers.get("retry-after"), now=self._now()) or ROBOTS_REST_SECONDS
        self._politeness.let_rest(pace_name(url), wait, status=answer.status)
        raise Failure(
            FetchFault.WAIT, f"robots.txt answers {answer.status}", status=answer.status, retry_after_seconds=wait
        )

    async def _get(
        self,
        url: httpx.URL,
        headers: dict[str, str],
        budget: Budget,
        *,
        delay_seconds: float = 0.0,
        max_bytes: int | None = None,
    ) -> _Answer:
        """Get one URL when it is its host's turn; note if the host wants to be left in peace."""
        name = pace_name(url)
        pause_seconds = max(delay_seconds, self._settings.delay_seconds)
        async with self._politeness.turn(name, delay_seconds=pause_seconds):
            async with budget.spend():
                answer = await self._exchange(self._request("GET", url, headers), max_bytes=max_bytes)
            rest_seconds = parse_retry_after(answer.headers.get("retry-after"), now=self._now())
            if rest_seconds is None and answer.status == 429:
                rest_seconds = BUSY_REST_SECONDS
            if rest_seconds and answer.status >= 400:
                self._politeness.let_rest(name, rest_seconds, status=answer.status)
            return answer

    def _request(
        self, method: str, url: httpx.URL, headers: dict[str, str], content: bytes | None = None
    ) -> httpx.Request:
        """Return a request that says who we are."""
        own = {
            "User-Agent": self._user_agent,
            "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            "Accept-Encoding": ACCEPTED_CODINGS,
        }
        return httpx.Request(method, url, headers=httpx.Headers(own | headers, encoding="latin-1"), content=content)

    async def _exchange(self, request: httpx.Request, *, max_bytes: int | None) -> _Answer:
        """Send one request; read the body as far as it is of use: whole, or its first `max_bytes`."""
        response = await self._transport.handle_async_request(request)
        try:
            body = await self._read(response, max_bytes)
        finally:
            await response.aclose()
        headers = {
            name.lower().decode("latin-1"): value.decode("latin-1") for name, value in reversed(response.headers.raw)
        }
        return _Answer(url=request.url, status=response.status_code, headers=headers, body=body)

    async def _read(self, response: httpx.Response, max_bytes: int | None) -> bytes:
        length = response.headers.get("content-length", "")
        is_empty = response.status_code == 304 or length == "0"
        if response.status_code != 200 and max_bytes is None and not is_empty:
            return b""
        decoder = open_decoder("" if is_empty else response.headers.get("content-encoding", ""))
        if max_bytes is not None:
            return await read_beginning(response.aiter_raw(), decoder, max_bytes=max_bytes)
        max_raw_bytes = self._settings.max_raw_bytes
        if length.isdigit() and int(length[:20]) > max_raw_bytes:
            raise Failure(FetchFault.TOO_LARGE, f"{length[:20]} bytes announced", is_temporary=False)
        return await read_body(
            response.aiter_raw(),
            decoder,
            max_raw_bytes=max_raw_bytes,
            max_decoded_bytes=self._settings.max_decoded_bytes,
            memory=self._memory,
        )


def _check_status(answer: _Answer, *, is_conditional: bool, now: datetime) -> None:
    """Raise Failure unless there is a page, or word that the page we know is still good."""
    if answer.status == 200 or (answer.status == 304 and is_conditional):
        return
    raise Failure(
        FetchFault.STATUS,
        str(answer.status),
        is_temporary=answer.status >= 500 or answer.status in _TEMPORARY,
        status=answer.status,
        retry_after_seconds=parse_retry_after(answer.headers.get("retry-after"), now=now),
    )


def _validators(etag: str | None, last_modified: str | None) -> dict[str, str]:
    """Return the headers of a conditional request, without what no header can hold."""
    named = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    return {name: value for name, value in named.items() if value and _VALIDATOR.fullmatch(value)}


def _printable(text: str) -> str:
    """Return what a header can hold of `text`."""
    return re.sub(r"[^\x20-\x7e]", "", text).strip()


def _page_of(answer: _Answer, *, requested_url: str, now: datetime) -> Page:
    return Page(
        url=str(answer.url),
        requested_url=requested_url,
        status=answer.status,
        content_type=answer.headers.get("content-type"),
        body=answer.body if answer.status == 200 else b"",
        etag=_short(answer.headers.get("etag")),
        last_modified=_short(answer.headers.get("last-modified")),
        fresh_seconds=parse_freshness(answer.headers, now=now),
        moved_to=str(answer.url) if answer.is_moved else None,
    )


def _short(value: str | None) -> str | None:
    return value if value and len(value) <= MAX_VALIDATOR_CHARS else None


def _fetch_error(url: str, failure: Failure) -> FetchError:
    """Return the failure as the error that callers know, without user and password of the URL."""
    return FetchError(
        _CREDENTIALS.sub("//", url),
        failure.fault,
        failure.detail,
        is_temporary=failure.is_temporary,
        status=failure.status,
        retry_after_seconds=failure.retry_after_seconds,
    )
