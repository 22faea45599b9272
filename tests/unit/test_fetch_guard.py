"""Which addresses may be connected to."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import ConfigError, FetchFault
from monitor.fetch.failure import Failure
from monitor.fetch.guard import Allowed, is_public, parse_allowed, vet_addresses

PUBLIC = "1.1.1.1 8.8.8.8 100.63.255.255 100.128.0.0 172.15.0.1 172.32.0.1 192.0.1.1 223.255.255.255 2606:4700::1111"
PUBLIC_EMBEDDED = "::ffff:8.8.8.8 64:ff9b::808:808 2a00:1450::5efd:a00:1"
PRIVATE = """
0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.100.100.200 127.0.0.1 127.255.255.254 168.63.129.16
169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.192 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1
198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255
:: ::1 ::127.0.0.1 ::8.8.8.8 ::ffff:10.0.0.1 ::ffff:127.0.0.1 ::ffff:0:127.0.0.1 64:ff9b::10.0.0.1 64:ff9b::127.0.0.1
64:ff9b:1::1 100::1 2001::1 2001:0:7f00:1::1 2001:20::1 2001:db8::1 2002:7f00:1:: 2002:808:808:: 3fff::1 5f00::1
fc00::1 fd00:ec2::254 fe80::1 fec0::1 ff02::1 2a00:1450::5efe:a00:1 2a00:1450::200:5efe:808:808 4000::1
"""


@pytest.mark.parametrize("address", (PUBLIC + " " + PUBLIC_EMBEDDED).split())
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", PRIVATE.split())
def test_all_others_are_not(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@given(st.ip_addresses(v=4))
def test_what_the_standard_library_calls_private_is_never_public(address: ipaddress.IPv4Address) -> None:
    special = address.is_private or address.is_multicast or address.is_reserved or address.is_loopback
    assert not (special and is_public(address))


@given(st.ip_addresses(v=4))
def test_an_embedded_address_is_as_public_as_the_plain_one(address: ipaddress.IPv4Address) -> None:
    for prefix in ("::ffff:0:0", "64:ff9b::"):
        embedded = ipaddress.IPv6Address(int(ipaddress.IPv6Address(prefix)) | int(address))
        assert is_public(embedded) == is_public(address)


def test_one_private_address_refuses_the_name() -> None:
    with pytest.raises(Failure) as caught:
        vet_addresses("news.test", 443, ["8.8.8.8", "10.0.0.1"], Allowed())
    assert caught.value.fault is FetchFault.FORBIDDEN_ADDRESS
    assert vet_addresses("news.test", 443, ["8.8.8.8", "1.1.1.1"], Allowed()) == ["8.8.8.8", "1.1.1.1"]


def test_a_name_without_addresses_is_not_found() -> None:
    with pytest.raises(Failure) as caught:
        vet_addresses("news.test", 443, [], Allowed())
    assert caught.value.fault is FetchFault.DNS


@pytest.mark.parametrize(
    ("entry", "host", "is_allowed"),
    [
        ("news.test", "news.test", True),
        ("News.Test:8080", "news.test", True),
        ("news.test:80", "news.test", False),
        ("test", "news.test", False),
        ("10.0.0.0/8", "news.test", True),
        ("10.0.0.5/8", "news.test", True),
        ("10.0.0.1", "news.test", False),
        ("10.0.0.1", "10.0.0.1", True),
        ("::1", "::1", True),
        ("[::1]", "::1", True),
        ("[::1]:8080", "::1", True),
        ("[::1]:80", "::1", False),
    ],
)
def test_own_hosts_are_named_by_host_by_port_or_by_network(entry: str, host: str, is_allowed: bool) -> None:  # noqa: FBT001 - a column of the table
    allowed = parse_allowed([entry])
    addresses = ["10.0.0.1"] if "::" not in host else ["::1"]
    if is_allowed:
        assert vet_addresses(host, 8080, addresses, allowed) == addresses
    else:
        with pytest.raises(Failure):
            vet_addresses(host, 8080, addresses, allowed)


@pytest.mark.parametrize("entry", ["10.0.0.0/99", "news.test/8", "a:b:c"])
def test_an_entry_that_makes_no_sense_is_an_error_of_configuration(entry: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_allowed(["news.test", entry])
    assert entry in str(caught.value)
