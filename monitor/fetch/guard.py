"""Which addresses may be connected to: public ones, and hosts of one's own that the settings name.

The networks are those of IANA's special-purpose registries, spelled out because the standard library's `is_global`
differs between versions and says yes to 6to4, NAT64 and multicast.
"""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass

from monitor.errors import ConfigError, FetchFault
from monitor.fetch.failure import Failure

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_SPECIAL_V4 = tuple(
    ipaddress.IPv4Network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT; some clouds serve metadata there
        "127.0.0.0/8",
        "168.63.129.16/32",  # public by number, but a cloud's host agent to every machine in it
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",  # multicast, reserved, broadcast
    )
)
_GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")
_SPECIAL_V6 = tuple(
    ipaddress.IPv6Network(network)
    for network in (
        "2001::/23",  # protocol assignments, Teredo and ORCHID among them
        "2001:db8::/32",
        "2002::/16",  # 6to4
        "3fff::/20",
    )
)
_EMBEDDING_V4 = (ipaddress.IPv6Network("::ffff:0:0/96"), ipaddress.IPv6Network("64:ff9b::/96"))
"""IPv4-mapped addresses and NAT64: the last 32 bits are the IPv4 address that is really reached."""
_ISATAP = 0x00005EFE
_UNIVERSAL_BIT = 0x02000000


def is_public(address: Address) -> bool:
    """Say whether `address` is a unicast address of the public internet."""
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in _SPECIAL_V4)
    number = int(address)
    if any(address in network for network in _EMBEDDING_V4):
        return is_public(ipaddress.IPv4Address(number & 0xFFFFFFFF))
    is_tunnel = number >> 32 & 0xFFFFFFFF & ~_UNIVERSAL_BIT == _ISATAP
    return address in _GLOBAL_V6 and not is_tunnel and not any(address in network for network in _SPECIAL_V6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """Own hosts that may have private addresses."""

    names: frozenset[str] = frozenset()
    """`host` or `host:port`, in lower case; IPv6 addresses in brackets."""
    networks: tuple[Network, ...] = ()

    def has_name(self, host: str, port: int) -> bool:
        """Say whether a host is named, for all its ports or for this one."""
        name = f"[{host}]" if ":" in host else host
        return name in self.names or f"{name}:{port}" in self.names

    def has_address(self, address: Address) -> bool:
        """Say whether an address lies in a network that is named."""
        return any(address in network for network in self.networks)


def parse_allowed(entries: Sequence[str]) -> Allowed:
    """Return what `FetchSettings.allow` names. Raises ConfigError."""
    names: set[str] = set()
    networks: list[Network] = []
    for entry in entries:
        text = entry.strip().lower()
        try:
            if "/" in text:
                networks.append(ipaddress.ip_network(text, strict=False))
            else:
                names.add(_name_of(text))
        except ValueError:
            problem = f"fetch.allow: {entry!r} is neither `host`, `host:port` nor a network as `10.0.0.0/8`"
            raise ConfigError([problem]) from None
    return Allowed(names=frozenset(names), networks=tuple(networks))


def _name_of(entry: str) -> str:
    """Return an entry in the form in which URLs name the host. Raises ValueError."""
    return f"[{ipaddress.IPv6Address(entry)}]" if entry.count(":") > 1 and not entry.startswith("[") else entry


def vet_addresses(host: str, port: int, addresses: Sequence[str], allowed: Allowed) -> Sequence[str]:
    """Return `addresses` if every one may be connected to; a name with one private address is refused whole.

    Raises Failure.
    """
    if not addresses:
        raise Failure(FetchFault.DNS, f"{host} has no address")
    if allowed.has_name(host, port):
        return addresses
    for text in addresses:
        address = ipaddress.ip_address(text)
        if not is_public(address) and not allowed.has_address(address):
            raise Failure(FetchFault.FORBIDDEN_ADDRESS, f"{text} is not public", is_temporary=False)
    return addresses
