"""Addresses: which a channel may connect to, and which never."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from ipaddress import ip_address

import pytest
from pydantic import ValidationError

from streams.notify.addresses import AddressError, AllowedAddresses, http_address, pinned
from streams.notify.delivery.outcome import OutcomeReason

PARTNER = AllowedAddresses(hosts=("partner.example",))


def found(*addresses: str) -> object:
    async def lookup(host: str, port: int) -> Sequence[str]:
        return addresses

    return lookup


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "172.16.3.4", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:10.0.0.1", "::ffff:127.0.0.1",
        "2002:7f00:1::", "64:ff9b::7f00:1", "64:ff9b::a00:1", "198.18.0.1", "240.0.0.1",
    ],
)  # fmt: skip
def test_an_address_that_is_not_of_the_internet_is_forbidden(address: str) -> None:
    """Nor one of IPv6 that stands for such a one of IPv4."""
    assert not PARTNER.permits(ip_address(address))
    with pytest.raises(AddressError) as caught:
        asyncio.run(pinned("partner.example", 443, PARTNER, found(address)))  # type: ignore[arg-type]
    assert caught.value.reason is OutcomeReason.ADDRESS_FORBIDDEN


def test_a_private_network_can_be_allowed_and_no_other() -> None:
    """A partner within the municipality's own network."""
    allowed = AllowedAddresses(hosts=("partner.example",), networks=("10.20.0.0/16", "fd00:1::/48"))
    assert allowed.permits(ip_address("10.20.3.4"))
    assert allowed.permits(ip_address("::ffff:10.20.3.4"))
    assert allowed.permits(ip_address("fd00:1::7"))
    assert not allowed.permits(ip_address("10.21.3.4"))
    assert not allowed.permits(ip_address("127.0.0.1"))


@pytest.mark.parametrize("network", ["0.0.0.0/0", "::/0", "10.0.0.0/7", "10.0.0.1/8", "everything"])
def test_a_network_that_allows_everything_is_refused(network: str) -> None:
    """Nor is one written by an address within it."""
    with pytest.raises(ValidationError):
        AllowedAddresses(hosts=("partner.example",), networks=(network,))


def test_a_name_with_one_forbidden_address_is_forbidden_whole() -> None:
    """Else the client would choose among them."""
    with pytest.raises(AddressError):
        asyncio.run(pinned("partner.example", 443, PARTNER, found("93.184.216.34", "10.0.0.1")))  # type: ignore[arg-type]
    at = asyncio.run(pinned("partner.example", 443, PARTNER, found("93.184.216.34", "2606:2800::1")))  # type: ignore[arg-type]
    assert at == "93.184.216.34"


@pytest.mark.parametrize("addresses", [(), ("no address",)])
def test_a_name_without_an_address_is_unknown(addresses: tuple[str, ...]) -> None:
    """It may be there later."""
    with pytest.raises(AddressError) as caught:
        asyncio.run(pinned("partner.example", 443, PARTNER, found(*addresses)))  # type: ignore[arg-type]
    assert caught.value.reason is OutcomeReason.NAME_UNKNOWN


@pytest.mark.parametrize(
    "url",
    [
        "http://partner.example/hook", "ftp://partner.example/", "https://other.example/", "https://partner.example.evil/",
        "https://user:pass@partner.example/", "https://partner.example@evil.example/", "https://evil.example#partner.example",
        "https://partner.example\\@evil.example/", "https://partner.example/\r\nX-Evil: 1", "https://partner.example/a b",
        "https://", "partner.example", "https://partner.example:99999/", "https://[::1/", "file:///etc/passwd", "",
        "https://pаrtner.example/",
    ],
)  # fmt: skip
def test_an_address_that_leads_elsewhere_is_refused(url: str) -> None:
    """Each trick of writing one, and what is not https."""
    with pytest.raises(ValueError, match="expected"):
        http_address(url, PARTNER)


def test_an_address_is_taken_in_its_parts() -> None:
    """The port and the path as they are; http for this machine alone."""
    assert http_address("https://Partner.example/hook?x=1", PARTNER) == (True, "partner.example", 443, "/hook?x=1")
    local = AllowedAddresses(hosts=("127.0.0.1",), networks=("127.0.0.0/8",))
    assert http_address("http://127.0.0.1:8080", local) == (False, "127.0.0.1", 8080, "/")
