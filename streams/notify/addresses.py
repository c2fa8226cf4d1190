"""Addresses: where a channel may connect to: hosts that its file allows, at addresses of the internet, by TLS.

A name is asked for once per attempt, every address that it has is judged, and the connection goes to one of those and to no
other: a name
that changes between the judgement and the connection (DNS rebinding) leads nowhere. After OWASP,
"Server-Side Request Forgery Prevention".
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Annotated, Final, NamedTuple
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from schemas.base import Part
from streams.errors import ToezichtError
from streams.notify.delivery.outcome import OutcomeReason

Ip = IPv4Address | IPv6Address
Lookup = Callable[[str, int], Awaitable[Sequence[str]]]
"""Returns the addresses of a host."""
HOST: Final = r"^[A-Za-z0-9]([A-Za-z0-9.:-]{0,251}[A-Za-z0-9])?$"
_NAT64: Final = ip_network("64:ff9b::/96")


class AddressError(ToezichtError):
    """A name or address may not be connected to, or is not known; the reason, and never the address's secrets."""

    def __init__(self, reason: OutcomeReason, text: str) -> None:
        super().__init__(text)
        self.reason = reason


class AllowedAddresses(Part):
    """Allowed addresses: the hosts that a channel may connect to, and the private networks in which they may be.

    Attributes:
        hosts: Names, or addresses, exactly.
        networks: Networks that are not of the internet in which these hosts may be, such as `10.20.0.0/16`; none by itself.
    """

    hosts: Annotated[tuple[Annotated[str, Field(pattern=HOST)], ...], Field(min_length=1, max_length=20)]
    networks: tuple[str, ...] = ()

    @field_validator("networks")
    @classmethod
    def _are_networks(cls, networks: tuple[str, ...]) -> tuple[str, ...]:
        for each in networks:
            try:
                network = ip_network(each)
            except ValueError:
                raise ValueError("expected networks such as 10.20.0.0/16 or fd00::/48") from None
            if network.prefixlen < 8:
                raise ValueError("expected networks of 8 bits or more: a wider one allows everything")
        return networks

    def names(self, host: str) -> bool:
        """Return whether a host is one of them."""
        return host.lower().rstrip(".") in {each.lower() for each in self.hosts}

    def permits(self, address: Ip) -> bool:
        """Return whether an address may be connected to."""
        inner = _inner(address)
        if any(
            each in network
            for network in self._parsed()
            for each in (address, inner)
            if each.version == network.version
        ):
            return True
        return all(each.is_global and not each.is_multicast for each in (address, inner))

    def _parsed(self) -> list[IPv4Network | IPv6Network]:
        return [ip_network(each) for each in self.networks]


class HttpAddress(NamedTuple):
    """HTTP address: a channel's, in its parts."""

    secure: bool
    host: str
    port: int
    path: str


def http_address(url: str, allowed: AllowedAddresses) -> HttpAddress:
    """Return the parts of a webhook's address.

    Raises:
        ValueError: It is none, has a user or a fragment, names a host that is not allowed, or is not https; http is for
            loopback alone.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError("expected an address such as https://partner.example/hook") from None
    if not url.isprintable() or " " in url or "\\" in url or not url.isascii():
        raise ValueError("expected an address without blanks and control characters")
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise ValueError("expected an address that begins with https://")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise ValueError("expected an address without a user, a password and a fragment: a signature tells who sends")
    if not allowed.names(parts.hostname):
        raise ValueError("expected a host of the channel's allow.hosts")
    if parts.scheme == "http" and not loopback(parts.hostname):
        raise ValueError("expected https: http is taken for 127.0.0.1 and ::1 alone, where a test listens")
    secure = parts.scheme == "https"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return HttpAddress(secure, parts.hostname, port or (443 if secure else 80), path)


async def pinned(host: str, port: int, allowed: AllowedAddresses, lookup: Lookup | None = None) -> str:
    """Return the address to connect to; every address of the name is judged, and one that is forbidden forbids all.

    Raises:
        AddressError: The name is unknown, or not allowed, or has a forbidden address.
    """
    if not allowed.names(host):
        raise AddressError(OutcomeReason.ADDRESS_FORBIDDEN, f"{host}: no host of allow.hosts")
    try:
        found = await (lookup or looked_up)(host, port)
        addresses = [ip_address(each.partition("%")[0]) for each in found]
    except (OSError, UnicodeError, ValueError):
        raise AddressError(OutcomeReason.NAME_UNKNOWN, f"{host}: the name has no address") from None
    if not addresses:
        raise AddressError(OutcomeReason.NAME_UNKNOWN, f"{host}: the name has no address")
    if not all(allowed.permits(each) for each in addresses):
        raise AddressError(
            OutcomeReason.ADDRESS_FORBIDDEN, f"{host}: has an address that is not of the internet; see allow.networks"
        )
    return str(addresses[0])


async def looked_up(host: str, port: int) -> Sequence[str]:
    """Return the addresses of a host, as this machine's resolver gives them."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(each[4][0]) for each in found]


def _inner(address: Ip) -> Ip:
    """Return the IPv4 address that an IPv6 one stands for, where it does: a way around a rule on either."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address.sixtofour is not None:
            return address.sixtofour
        if address in _NAT64:
            return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def loopback(host: str) -> bool:
    """Return whether a host is this machine, by its address."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
