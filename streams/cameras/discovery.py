"""Camera discovery: which cameras of a network say that they are there (ONVIF Core Specification §7: WS-Discovery, April 2005).

One question goes out by multicast, on the network that was named and no further than that; cameras that are set to answer do.
What they say is not proven by anything: it is shown, and nothing is opened by it.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Final
from urllib.parse import unquote, urlsplit
from uuid import uuid4
from xml.etree import ElementTree as ET

from detectors.sources.url import redact
from streams.errors import ConfigurationError

GROUP: Final = "239.255.255.250"
PORT: Final = 3702
"""Where WS-Discovery is spoken (IPv4)."""
AGAIN_S: Final = 0.5
"""The question is sent twice, so far apart: a datagram may be lost."""
MOST_BYTES: Final = 16_384
MOST_ANSWERS: Final = 2_000
LONGEST: Final = 120
"""Characters of a name that are shown."""
_A: Final = "{http://schemas.xmlsoap.org/ws/2004/08/addressing}"
_D: Final = "{http://schemas.xmlsoap.org/ws/2005/04/discovery}"
_SCOPE: Final = "onvif://www.onvif.org/"
PROBE: Final = """\
<?xml version="1.0" encoding="UTF-8"?>
<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" \
xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery" xmlns:dn="http://www.onvif.org/ver10/network/wsdl">
<s:Header><a:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</a:Action><a:MessageID>uuid:{id}</a:MessageID>\
<a:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To></s:Header>
<s:Body><d:Probe><d:Types>dn:NetworkVideoTransmitter</d:Types></d:Probe></s:Body>
</s:Envelope>"""
"""The question: who sends video (ONVIF's type `NetworkVideoTransmitter`)."""


@dataclass(frozen=True, slots=True, order=True)
class FoundCamera:
    """Found camera: one that answered.

    Attributes:
        host: Address that its answer came from.
        name: What it calls itself; empty where it does not say.
        hardware: Its model; empty where it does not say.
        service: Where it is asked about itself (its device service); empty where it names none.
        endpoint: Its own lasting id.
    """

    host: str
    name: str
    hardware: str
    service: str
    endpoint: str


def discover(interface: str, seconds: float, new_id: Callable[[], str] = lambda: str(uuid4())) -> list[FoundCamera]:
    """Return the cameras that answer, by their addresses. Blocks for as long as it listens.

    Args:
        interface: This machine's own address in the cameras' network; the question leaves by it alone.
        seconds: How long it listens (s).
        new_id: Makes the id of the question, by which answers are known as ours.

    Raises:
        ConfigurationError: This machine has no such address, or may not send by it.
    """
    try:
        own = IPv4Address(interface)
    except ValueError:
        raise _no_interface(interface, "no IPv4 address") from None
    if own.is_unspecified or own.is_multicast:
        raise _no_interface(interface, "it is no machine's own")
    asked = new_id()
    found: dict[str, FoundCamera] = {}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as speaking:
        try:
            speaking.bind((interface, 0))
            speaking.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(interface))
            speaking.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 1)  # no router hands it on
            for host, answer in _answers(speaking, PROBE.replace("{id}", asked).encode(), seconds):
                for camera in parse_matches(answer, host, asked):
                    found.setdefault(camera.endpoint, camera)
        except OSError as error:
            raise _no_interface(interface, error.strerror or str(error)) from None
    return sorted(found.values())


def _no_interface(interface: str, why: str) -> ConfigurationError:
    expected = f"an address of this machine in the cameras' network ({why})"
    return ConfigurationError("cameras discover", "--interface", interface, expected)


def _answers(speaking: socket.socket, question: bytes, seconds: float) -> Iterator[tuple[str, bytes]]:
    began_s = time.monotonic()
    sent = 0
    for _ in range(MOST_ANSWERS):
        while (now_s := time.monotonic()) < began_s + seconds:
            if sent < 2 and now_s >= began_s + sent * AGAIN_S:
                speaking.sendto(question, (GROUP, PORT))
                sent += 1
            speaking.settimeout(max(0.01, min(AGAIN_S, began_s + seconds - now_s)))
            try:
                answer, (host, _) = speaking.recvfrom(MOST_BYTES)
            except TimeoutError:
                continue
            yield host, answer
            break
        else:
            return


def parse_matches(answer: bytes, host: str, asked: str) -> list[FoundCamera]:
    """Return the cameras that an answer tells of; none where it is no answer to our question.

    Args:
        answer: What came: anybody of the network may have sent it.
        host: Where it came from.
        asked: Id of our question.
    """
    if b"<!DOCTYPE" in answer or b"<!ENTITY" in answer:
        return []
    try:
        root = ET.fromstring(answer)  # noqa: S314 - entities cannot be declared, see above
    except (ET.ParseError, ValueError, LookupError):
        return []
    related = root.find(f".//{_A}RelatesTo")
    if related is None or asked not in (related.text or ""):
        return []
    return [camera for match in root.iter(f"{_D}ProbeMatch") if (camera := _camera(match, host)) is not None]


def _camera(match: ET.Element, host: str) -> FoundCamera | None:
    endpoint = _short(match.findtext(f"{_A}EndpointReference/{_A}Address", ""))
    if not endpoint:
        return None
    scopes = (match.findtext(f"{_D}Scopes", "") or "").split()
    services = [each for each in (match.findtext(f"{_D}XAddrs", "") or "").split() if _is_of(each, host)]
    return FoundCamera(
        host,
        _scope(scopes, "name"),
        _scope(scopes, "hardware"),
        _short(redact(services[0])) if services else "",
        endpoint,
    )


def _is_of(address: str, host: str) -> bool:
    """Return whether an address leads to who answered, and nowhere else."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and parts.hostname == host


def _scope(scopes: list[str], kind: str) -> str:
    begins = f"{_SCOPE}{kind}/"
    return next((_short(unquote(each.removeprefix(begins))) for each in scopes if each.startswith(begins)), "")


def _short(text: str | None) -> str:
    """Return a text as it may be shown: on one line, and printable."""
    line = "".join(character if character.isprintable() else " " for character in text or "")
    return " ".join(line.split())[:LONGEST]
