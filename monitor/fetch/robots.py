"""What a robots.txt allows us (RFC 9309), in time and memory linear in its size.

A parser of our own: the library for it keeps every group of rules for every agent named, so that 500 KiB of
many agents over many rules take gigabytes. Here only the rules that concern us are kept.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import quote

MAX_ROBOTS_BYTES = 512_000
MAX_SITEMAPS = 20
MAX_LINE_BYTES = 16_663
"""Read of one line, as much as Google's parser reads: eight times the longest URL that browsers took."""
SHORTEST_LIFE_SECONDS = 3_600.0
LONGEST_LIFE_SECONDS = 86_400.0
"""RFC 9309, 2.4: no longer than a day."""

_SPELLINGS = {
    b"user-agent": (b"user-agent", b"useragent", b"user agent"),
    b"allow": (b"allow",),
    b"disallow": (b"disallow", b"dissallow", b"dissalow", b"disalow", b"diasllow", b"disallaw"),
    b"crawl-delay": (b"crawl-delay", b"crawldelay", b"crawl delay"),
    b"sitemap": (b"sitemap", b"site-map"),
}
"""How keys are written, as Google's parser takes them: by their beginning, with the usual mistakes."""
_BYTE_ORDER_MARK = re.compile(rb"\A\xef(?:\xbb\xbf?)?(?![\x80-\xff]|[\x00-\x1f])")
"""Or what a careless editor left of it."""
_MAX_AGE = re.compile(r"max-age\s*=\s*\"?(\d{1,9})", re.IGNORECASE)
_TOKEN = re.compile(rb"[A-Za-z0-9_-]+|\*(?=\s|$)")
_INDEX_PAGE = re.compile(r"(.*/)index\.html?$")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_RESERVED = "/%:?#[]@!$&'()*+,;="
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


@dataclass(frozen=True, slots=True, kw_only=True)
class Robots:
    """One robots.txt as far as it concerns us; without rules it allows everything."""

    allowed: tuple[str, ...] = ()
    disallowed: tuple[str, ...] = ()
    delay_seconds: float = 0.0
    """The pause that it asks for between requests."""
    life_seconds: float = LONGEST_LIFE_SECONDS
    sitemaps: tuple[str, ...] = ()
    """The sitemaps that it names, as it writes them."""

    def allows(self, target: str) -> bool:
        """Say whether we may fetch a path with its query: the longest pattern that matches decides, a tie allows."""
        path = _normalise(target.encode())
        if path.partition("?")[0] == "/robots.txt":
            return True
        return _longest_match(self.allowed, path) >= _longest_match(self.disallowed, path)


@dataclass(slots=True)
class _Group:
    """The rules of one agent, from all its places in the file."""

    allowed: list[str] = field(default_factory=list)
    disallowed: list[str] = field(default_factory=list)
    delay_seconds: float = 0.0

    def add(self, key: bytes, value: bytes) -> None:
        """Take in one line."""
        if key == b"crawl-delay":
            self.delay_seconds = _parse_delay(value) or self.delay_seconds
        elif value and key == b"allow":
            pattern = _normalise(value)
            self.allowed.append(pattern)
            if index_page := _INDEX_PAGE.fullmatch(pattern):  # who allows a folder's page allows the folder
                self.allowed.append(index_page[1] + "$")
        elif value:
            self.disallowed.append(_normalise(value))


def product_token(user_agent: str) -> str:
    """Return the name by which a robots.txt may call us: what stands before the version."""
    token = _TOKEN.match(user_agent.strip().encode())
    return token[0].decode() if token else ""


def parse_robots(body: bytes, *, token: str, cache_control: str = "") -> Robots:
    """Return the rules for the agent `token`, or else those for all. Any bytes will do."""
    own, everyone = _Group(), _Group()
    named = {token.lower().encode(): own, b"*": everyone}
    current: list[_Group] = []
    sitemaps: list[str] = []
    is_named = is_in_rules = False
    for key, value in _read_lines(body):
        if key == b"sitemap":  # of no group, and ends none
            sitemaps.append(value.decode("utf-8", "replace"))
            continue
        if key != b"user-agent":
            is_in_rules = True
            for group in current:
                group.add(key, value)
            continue
        if is_in_rules:
            current, is_in_rules = [], False
        agent = _TOKEN.match(value)
        group_of_agent = named.get(agent[0].lower()) if agent else None
        if group_of_agent is not None and group_of_agent not in current:
            current.append(group_of_agent)
            is_named = is_named or group_of_agent is own
    chosen = own if is_named else everyone
    return Robots(
        allowed=tuple(chosen.allowed),
        disallowed=tuple(chosen.disallowed),
        delay_seconds=chosen.delay_seconds,
        life_seconds=_parse_life(cache_control),
        sitemaps=tuple(sitemaps[:MAX_SITEMAPS]),
    )


def _read_lines(body: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield key, in its proper spelling, and value of each line that may concern us."""
    if len(body) >= MAX_ROBOTS_BYTES:  # its last line is cut off, and would say another thing
        body = body[: max(body.rfind(b"\n"), body.rfind(b"\r")) + 1]
    for line in _BYTE_ORDER_MARK.sub(b"", body, count=1).splitlines():
        text = line[:MAX_LINE_BYTES].partition(b"#")[0].strip()
        written, colon, value = text.partition(b":")
        if not colon:  # seen in the wild: a blank instead of the colon
            written, value = words if len(words := text.split()) == 2 else (b"", b"")
        written = written.strip().lower()
        for key, spellings in _SPELLINGS.items():
            if written.startswith(spellings):
                yield key, value.strip()
                break


def _parse_delay(value: bytes) -> float | None:
    try:
        seconds = float(value)
    except ValueError:
        return None
    return seconds if math.isfinite(seconds) and seconds > 0 else None


def _parse_life(cache_control: str) -> float:
    max_age = _MAX_AGE.search(cache_control)
    seconds = float(max_age[1]) if max_age else LONGEST_LIFE_SECONDS
    return min(max(seconds, SHORTEST_LIFE_SECONDS), LONGEST_LIFE_SECONDS)


def _normalise(text: bytes) -> str:
    """Escape what must be and unescape what need not be, so that two spellings of one path are equal (2.2.2)."""
    return _ESCAPE.sub(_normalise_escape, quote(text, safe=_RESERVED))


def _normalise_escape(match: re.Match[str]) -> str:
    char = chr(int(match[1], 16))
    return char if char in _UNRESERVED else match[0].upper()


def _longest_match(patterns: tuple[str, ...], path: str) -> int:
    """Return the length of the longest pattern that matches, -1 for none."""
    return max((len(pattern) for pattern in patterns if _is_match(pattern, path)), default=-1)


def _is_match(pattern: str, path: str) -> bool:
    """Match from the start of the path: `*` is any text, `$` the end. The leftmost place of each part is enough."""
    first, *parts = pattern.removesuffix("$").split("*")
    has_end = pattern.endswith("$")
    if not path.startswith(first):
        return False
    if not parts:
        return not has_end or len(path) == len(first)
    position = len(first)
    for part in parts[:-1]:
        found = path.find(part, position)
        if found < 0:
            return False
        position = found + len(part)
    if has_end:
        return path.endswith(parts[-1]) and len(path) - len(parts[-1]) >= position
    return path.find(parts[-1], position) >= 0
