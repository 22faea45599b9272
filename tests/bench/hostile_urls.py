"""Addresses: the URL standard's own cases, and lists of addresses that attack whoever follows them.

Pure functions only: nothing is resolved or connected to.
"""

import ipaddress
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from monitor.errors import UrlError
from monitor.fetch.failure import Failure
from monitor.fetch.guard import is_public, parse_allowed, vet_addresses
from monitor.fetch.target import next_target, parse_target
from monitor.urls import canonical_url, host_of
from tests.bench.hostile_material import Row, read_archive

_BASE = "https://news.example/desk/"
_WEB = ("http:", "https:")
_NOBODY = parse_allowed(())
_ADDRESS = re.compile(r"https?://[^\s`\"'<>|]+")


def measure_urls(_: int) -> Iterator[Row]:
    """Compare our host with the standard's; see that what attacks is refused or public."""
    (text,) = read_archive("urls-whatwg").values()
    cases = [case for case in json.loads(text) if isinstance(case, dict)]
    same = refused = 0
    faults = []
    for case in cases:
        found = _host(case["input"], case["base"])
        if found is None:
            refused += 1
        elif not case.get("failure") and case["protocol"] in _WEB and found == _standard_host(case):
            same += 1
        else:
            faults.append(f"{case['input']!r} on {case['base']!r}: {found}, not {case.get('hostname', 'a failure')}")
    yield Row(
        material="WHATWG addresses",
        figure=f"{same} with the same host, {refused} refused, {len(faults)} with another",
        want="0 with another",
        holds=not faults,
        failures=faults,
    )
    yield _count_good(cases)
    yield _try_payloads()


def _count_good(cases: list[dict[str, Any]]) -> Row:
    """Return how many addresses that are plain are refused: a monitor that refuses all is safe and of no use."""
    plain = [
        case
        for case in cases
        if case.get("protocol") in _WEB and not case["username"] and re.fullmatch(r"[ -\[\]-~]+", case["input"])
    ]
    lost = [f"{case['input']!r} on {case['base']!r}" for case in plain if _host(case["input"], case["base"]) is None]
    return Row(
        material="  plain ones that are taken",
        figure=f"{len(plain) - len(lost)} of {len(plain)}",
        want="for information",
        holds=True,
        failures=lost,
    )


def _host(url: str, base: str | None) -> str | None:
    """Return the host that we would ask for `url`, None if we refuse it; both readers must say the same."""
    try:
        host = host_of(canonical_url(url, base))
    except UrlError:
        host = None
    try:
        asked = parse_target(url, base).raw_host.decode("ascii").removesuffix(".")
    except Failure:
        return host
    return asked if asked == host else f"{host} and {asked}"


def _standard_host(case: dict[str, Any]) -> str:
    return str(case["hostname"]).strip("[]").removesuffix(".")


def _try_payloads() -> Row:
    """Follow every line of the lists as link and as redirect, as far as a public address or a name."""
    lines = [line for name, body in read_archive("payloads").items() for line in _read_addresses(name, body)]
    faults = [f"{line!r}: {fault}" for line in lines if (fault := _find_fault(line))]
    return Row(
        material="SSRF, redirect and CRLF lists",
        figure=f"{len(lines)} lines, {len(faults)} reach what they must not",
        want="0",
        holds=not faults,
        failures=faults,
    )


def _read_addresses(name: str, body: bytes) -> Iterator[str]:
    text = body.decode("utf-8", "replace")
    if name.endswith(".txt") and name.startswith(("CRLF", "Open")):
        yield from text.splitlines()
    yield from _ADDRESS.findall(text)


def _find_fault(line: str) -> str | None:
    """Return what is wrong with how a line is taken: another error, a control character, a private address."""
    for follow in (parse_target, lambda text: next_target(parse_target(_BASE), text)):
        try:
            target = follow(line)
        except Failure:
            continue
        except UnicodeEncodeError:
            continue  # a header holds bytes only
        if re.search(r"[\x00-\x20\x7f]", str(target)):
            return f"a control character in {target}"
        host = target.raw_host.decode("ascii")
        with suppress(ValueError):
            address = ipaddress.ip_address(host)
            if not is_public(address) and not _is_refused(host):
                return f"{host} is private"
    return None


def _is_refused(host: str) -> bool:
    try:
        vet_addresses(host, 80, [host], _NOBODY)
    except Failure:
        return True
    return False
