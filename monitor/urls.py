"""URLs in one canonical form, so that one article is one row, and the same-site test.

Of all that the URL standard (https://url.spec.whatwg.org) accepts, only what is plain passes; whatever two programs
could read in two ways is refused: backslashes, credentials, percent-encoded hosts, IPv4 in odd notations.
"""

import ipaddress
import re
import unicodedata
from encodings.idna import nameprep
from typing import NamedTuple
from urllib.parse import quote

from monitor.errors import UrlError

MAX_URL_CHARS = 2_000
"""Longest URL taken, before and after percent-encoding."""

TRACKING_PARAMETERS = frozenset(
    """
    .tsrc __hsfp __hssc __hstc __s __twitter_impression _branch_match_id _ga _gl _hsenc _hsmi _ke _kx _openstat
    at_campaign at_medium awt_a awt_l awt_m cmpid dclid epik fb_action_ids fb_action_types fb_ref fb_source fbclid
    gbraid gclid gclsrc guccounter guce_referrer guce_referrer_sig hsctatracking igsh igshid irclickid li_fat_id
    mc_cid mc_eid mibextid mkt_tok ml_subscriber ml_subscriber_hash msclkid nr_email_referer oly_anon_id oly_enc_id
    rb_clickid rdt_cid s_cid sc_cid sms_ss soc_src soc_trk spm srsltid ttclid twclid vero_conv vero_id wbraid
    wickedid wt_mc xtor yclid ysclid
    """.split()  # noqa: SIM905 - a table of words reads best as words
)
"""Query parameters that tell where a reader came from, in lower case; those of TRACKING_PREFIXES too."""

TRACKING_PREFIXES = ("utm_", "mtm_", "pk_", "hsa_")

_DEFAULT_PORTS = {"http": 80, "https": 443}
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_PATH_SAFE = "/:@!$&'()*+,;=[]%"
_QUERY_SAFE = "/:@!$&()*+,;=[]?%"  # the standard escapes the apostrophe here
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})?")
_LABEL = re.compile(r"[a-z0-9_-]{1,63}")
_PLAIN_LABEL = re.compile(r"[a-z](?:.*[a-z0-9])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_PORT = re.compile(r"[0-9]*")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_IGNORED = re.compile("[\u115f\u1160\u17b4\u17b5\u180f\U000e0100-\U000e01ef]")
"""Letters and marks that the standard drops and nameprep, which is of 2003, does not know."""
_DEVIATIONS = str.maketrans("ßς", "aa")
"""Folded by nameprep, kept by the standard of today."""


class _Parts(NamedTuple):
    """A reference taken apart; `None` is absent, which is not the same as empty."""

    scheme: str | None
    authority: str | None
    path: str
    query: str | None


def canonical_url(url: str, base: str | None = None) -> str:
    """Return the one absolute form of `url`, a reference relative to `base` if that is given.

    Fragment, default port, dot segments and tracking parameters are gone; host in lower-case ASCII; escapes as RFC 3986
    (6.2.2) has them. The result is a fixed point. Raises UrlError for all that is not plain http(s) with a host.
    """
    try:
        return _join(_resolve(_split(url), base))
    except UrlError as error:
        raise UrlError(f"{url.rpartition('@')[2][:200]!r}: {error}") from None


def host_of(url: str) -> str:
    """Return the host of `url` in lower-case ASCII, without port or brackets. Raises UrlError as `canonical_url`."""
    authority = canonical_url(url).split("/", 3)[2]
    host = authority[1:].partition("]")[0] if authority.startswith("[") else authority.partition(":")[0]
    return host.removesuffix(".")


def name_of_host(host: str) -> str:
    """Return the name in what browsers ask for as `Host`: what names are compared by, whatever their case and port.

    Raises UrlError if there is more or less than a host, and a port perhaps.
    """
    if {"/", "?", "#"} & set(host):
        raise UrlError(f"{host[:200]!r}: not a host alone")
    return host_of(f"http://{host}")


def is_same_site(left: str, right: str) -> bool:
    """Say whether both URLs have one host, or one's host is a subdomain of the other's; `www.` counts for nothing."""
    try:
        hosts = host_of(left).removeprefix("www."), host_of(right).removeprefix("www.")
    except UrlError:
        return False
    parent, child = sorted(hosts, key=len)
    return parent == child or ("." in parent and child.endswith("." + parent))


def _split(url: str) -> _Parts:
    """Take a reference apart, without its fragment."""
    text = url.strip(" \t\r\n\f")
    if len(text) > MAX_URL_CHARS:
        raise UrlError(f"longer than {MAX_URL_CHARS} characters")
    if _CONTROL.search(text):
        raise UrlError("holds a control character")
    text = text.partition("#")[0]
    before_query, mark, query = text.partition("?")
    if "\\" in before_query:
        raise UrlError("holds a backslash")
    scheme = _SCHEME.match(before_query)
    if scheme and scheme[1].lower() not in _DEFAULT_PORTS:
        raise UrlError("not http or https")
    rest = before_query[scheme.end() :] if scheme else before_query
    if rest.startswith("///") or (scheme and not rest.startswith("//")):
        raise UrlError("no host after the scheme")
    authority, slash, path = rest[2:].partition("/") if rest.startswith("//") else (None, "", rest)
    return _Parts(scheme[1].lower() if scheme else None, authority, slash + path, query if mark else None)


def _resolve(parts: _Parts, base_url: str | None) -> _Parts:
    """Resolve a relative reference (RFC 3986, 5.2.2)."""
    if parts.scheme is not None:
        return parts
    base = _split(base_url or "")
    if base.scheme is None:
        raise UrlError("not an absolute URL, nor is its base")
    if parts.authority is not None:
        return parts._replace(scheme=base.scheme)
    query = parts.query if parts.path or parts.query is not None else base.query
    if not parts.path:
        path = base.path
    elif parts.path.startswith("/"):
        path = parts.path
    else:
        path = base.path.rpartition("/")[0] + "/" + parts.path
    return _Parts(base.scheme, base.authority, path, query)


def _join(parts: _Parts) -> str:
    """Put the parts together, each in its canonical form."""
    scheme = parts.scheme or ""
    path = _remove_dot_segments(_normalise_escapes(parts.path, _PATH_SAFE))
    query = _remove_tracking(_normalise_escapes(parts.query or "", _QUERY_SAFE))
    url = f"{scheme}://{_normalise_authority(parts.authority or '', scheme)}{path}" + (query and f"?{query}")
    if len(url) > MAX_URL_CHARS:
        raise UrlError(f"longer than {MAX_URL_CHARS} characters")
    return url


def _normalise_authority(authority: str, scheme: str) -> str:
    """Return `host` or `host:port`."""
    if "@" in authority:
        raise UrlError("holds a user or password")
    bracketed = authority.startswith("[")
    host, _, port = authority.rpartition("]") if bracketed else authority.partition(":")
    if bracketed:
        if port and not port.startswith(":"):
            raise UrlError("text after the address")
        port = port[1:]
    if not _PORT.fullmatch(port) or int(port or 0) > 0xFFFF:
        raise UrlError("bad port")
    name = _normalise_ipv6(host[1:]) if bracketed else _normalise_host(host)
    return f"{name}:{int(port)}" if port and int(port) != _DEFAULT_PORTS[scheme] else name


def _normalise_ipv6(text: str) -> str:
    """Return the address in brackets, in hexadecimal and shortest form."""
    try:
        address = ipaddress.IPv6Address(text)
    except ValueError:
        raise UrlError("bad IPv6 address") from None
    if address.scope_id is not None:
        raise UrlError("an address with a zone")
    if address.ipv4_mapped:  # newer Pythons write these with dots, the standard does not
        number = int(address.ipv4_mapped)
        return f"[::ffff:{number >> 16:x}:{number & 0xFFFF:x}]"
    return f"[{address.compressed}]"


def _normalise_host(host: str) -> str:
    """Return a DNS name or a dotted-quad address in lower-case ASCII."""
    folded = "".join(char.lower() if char.lower().upper() == char else char for char in host)
    name, dot = (folded[:-1], ".") if folded.endswith(".") else (folded, "")
    labels = [_encode_label(label) for label in name.split(".")]
    if _NUMBER.fullmatch(labels[-1]):
        try:
            return str(ipaddress.IPv4Address(folded))
        except ValueError:
            raise UrlError("an IPv4 address in an odd notation") from None
    if any(label.startswith("xn--") for label in labels) and not all(map(_PLAIN_LABEL.fullmatch, labels)):
        raise UrlError("an international host with odd labels")  # they may turn the direction of writing (RFC 5893)
    result = ".".join(labels) + dot
    if len(result) > 253:
        raise UrlError("host too long")
    return result


def _encode_label(label: str) -> str:
    """Return one label of a name in ASCII; what ASCII it came with must decode to the same."""
    if label.isascii():
        if not _LABEL.fullmatch(label):
            raise UrlError("a host with characters that names do not have, or none")
        if not label.startswith("xn--"):
            return label
    try:
        name = label[4:].encode().decode("punycode") if label.isascii() else label
        encoded = "xn--" + name.encode("punycode").decode()
    except UnicodeError:
        raise UrlError("bad international host") from None
    if not _is_sound_name(name) or len(encoded) > 63 or (label.isascii() and encoded != label):
        raise UrlError("bad international host")
    return encoded


def _is_sound_name(name: str) -> bool:
    """Say whether an international label is of letters, marks and digits only, and says the same to everyone."""
    kinds = [unicodedata.category(char) for char in name if char != "-"]
    if name.isascii() or not kinds or kinds[0][0] != "L" or not {*kinds} <= {"Ll", "Lm", "Lo", "Mn", "Mc", "Nd"}:
        return False
    kept = name.translate(_DEVIATIONS)
    directions = {*map(unicodedata.bidirectional, kept)}
    if "L" in directions and directions & {"R", "AL", "AN"}:
        return False
    try:
        is_folded = unicodedata.normalize("NFKC", kept.casefold()) == kept == nameprep(kept)
    except UnicodeError:
        return False
    return is_folded and not _IGNORED.search(name)


def _normalise_escapes(text: str, safe: str) -> str:
    """Escape what must be, unescape what need not be."""
    return quote(_ESCAPE.sub(_normalise_escape, text), safe=safe)


def _normalise_escape(match: re.Match[str]) -> str:
    """Return the character that an escape stands for if it means the same plain, else the escape in upper case."""
    if match[1] is None:
        return "%25"
    char = chr(int(match[1], 16))
    return char if char in _UNRESERVED else f"%{match[1].upper()}"


def _remove_dot_segments(path: str) -> str:
    """Resolve `.` and `..` as the URL standard does: empty segments count."""
    kept: list[str] = []
    segments = path.split("/")[1:] or [""]
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in {".", ".."}:
        kept.append("")
    return "/" + "/".join(kept)


def _remove_tracking(query: str) -> str:
    """Drop the parameters that tell where a reader came from; the others keep their order."""
    return "&".join(pair for pair in query.split("&") if not _is_tracking(pair.partition("=")[0].lower()))


def _is_tracking(name: str) -> bool:
    """Say whether a query parameter only tells where a reader came from."""
    return name in TRACKING_PARAMETERS or name.startswith(TRACKING_PREFIXES)
