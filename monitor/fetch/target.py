"""Where a request goes."""

import httpx

from monitor.errors import FetchFault, UrlError
from monitor.fetch.failure import Failure
from monitor.urls import canonical_url


def parse_target(url: str, base: str | None = None) -> httpx.URL:
    """Return the URL to request: its host in the one form that everybody reads alike, path and query as given.

    Raises Failure.
    """
    try:
        origin = "/".join(canonical_url(url, base).split("/", 3)[:3])
        text = url.strip(" \t\r\n\f")
        given = httpx.URL(base).join(text) if base else httpx.URL(text)
        return httpx.URL(origin + given.raw_path.decode("ascii"))
    except UrlError as error:
        reason = str(error).rpartition(": ")[2]  # without the URL: it may be a secret
        raise Failure(FetchFault.BAD_URL, reason, is_temporary=False) from error
    except (httpx.InvalidURL, ValueError) as error:
        raise Failure(FetchFault.BAD_URL, is_temporary=False) from error


def next_target(url: httpx.URL, location: str) -> httpx.URL:
    """Return where a redirect leads. Raises Failure where we do not follow."""
    raw = location.encode("latin-1")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = location
    try:
        target = parse_target(text, base=str(url))
    except Failure as failure:
        raise Failure(FetchFault.BAD_REDIRECT, failure.detail, is_temporary=False) from failure
    if url.scheme == "https" and target.scheme == "http":
        raise Failure(FetchFault.BAD_REDIRECT, "from https to http", is_temporary=False)
    return target


def origin_of(url: httpx.URL) -> str:
    """Return scheme, host and port, as `https://example.org`."""
    return f"{url.scheme}://{url.netloc.decode('ascii')}"


def pace_name(url: httpx.URL) -> str:
    """Return the host as politeness knows it: http and https at their own ports are one."""
    return url.netloc.decode("ascii")
