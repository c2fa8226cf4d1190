"""Who answers ONVIF's discovery is listed by what it says, and nothing else is believed."""

from __future__ import annotations

import json
import re
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from typer.testing import CliRunner

from streams.cameras.discovery import GROUP, LONGEST, PORT, FoundCamera, discover, parse_matches
from streams.cli.main import build_app
from streams.errors import ConfigurationError
from tests.support.mutation import Mutator, tries

ANSWER = """\
<?xml version="1.0" encoding="UTF-8"?>
<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://www.w3.org/2003/05/soap-envelope" \
xmlns:wsa="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery">
<SOAP-ENV:Header><wsa:RelatesTo>uuid:{id}</wsa:RelatesTo></SOAP-ENV:Header>
<SOAP-ENV:Body><d:ProbeMatches><d:ProbeMatch>
<wsa:EndpointReference><wsa:Address>urn:uuid:{endpoint}</wsa:Address></wsa:EndpointReference>
<d:Types>dn:NetworkVideoTransmitter</d:Types>
<d:Scopes>onvif://www.onvif.org/type/video_encoder onvif://www.onvif.org/name/Plein%20Noord onvif://www.onvif.org/hardware/M-1</d:Scopes>
<d:XAddrs>http://{host}/onvif/device_service http://[fe80::1]/onvif/device_service</d:XAddrs>
<d:MetadataVersion>1</d:MetadataVersion></d:ProbeMatch></d:ProbeMatches></SOAP-ENV:Body></SOAP-ENV:Envelope>"""


def _answer(asked: str = "q1", endpoint: str = "c1", host: str = "10.0.3.7") -> bytes:
    return ANSWER.format(id=asked, endpoint=endpoint, host=host).encode()


def test_an_answer_is_read() -> None:
    """Its name without its encoding, its model, and where it is asked."""
    assert parse_matches(_answer(), "10.0.3.7", "q1") == [
        FoundCamera("10.0.3.7", "Plein Noord", "M-1", "http://10.0.3.7/onvif/device_service", "urn:uuid:c1")
    ]


def test_what_is_no_answer_to_us_is_left_out() -> None:
    """Answers to another's question, other messages, entities, and what is no XML."""
    assert parse_matches(_answer(asked="other"), "10.0.3.7", "q1") == []
    assert parse_matches(b"\x00\xff", "10.0.3.7", "q1") == []
    assert parse_matches(b"<a/>", "10.0.3.7", "q1") == []
    bomb = _answer().replace(b"<SOAP-ENV:Envelope", b'<!DOCTYPE x [<!ENTITY e "y">]><SOAP-ENV:Envelope', 1)
    assert parse_matches(bomb, "10.0.3.7", "q1") == []


def test_an_address_elsewhere_is_not_shown() -> None:
    """A camera that names another host would send an installer, with a password, to it."""
    (camera,) = parse_matches(_answer(host="evil.example"), "10.0.3.7", "q1")
    assert camera.service == ""


def test_any_mutated_answer_is_read_or_left_out() -> None:
    """And what is shown is short and printable."""
    read = 0
    for seed in range(tries(5_000)):
        for camera in parse_matches(Mutator(seed).line([_answer()]), "10.0.3.7", "q1"):
            for text in (camera.name, camera.hardware, camera.service, camera.endpoint):
                assert len(text) <= LONGEST
                assert text.isprintable()
            read += 1
    assert read


@contextmanager
def _cameras(number: int) -> Iterator[list[bytes]]:
    """Run cameras on this machine that answer each question twice; yields what they were asked."""
    asked: list[bytes] = []
    listening = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((GROUP, PORT))
        member = struct.pack("4s4s", socket.inet_aton(GROUP), socket.inet_aton("127.0.0.1"))
        listening.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)
    except OSError as error:
        listening.close()
        pytest.skip(f"this machine has no multicast on its own address: {error}")
    listening.settimeout(0.1)
    ending = threading.Event()

    def run() -> None:
        while not ending.is_set():
            try:
                question, who = listening.recvfrom(65_536)
            except TimeoutError:
                continue
            asked.append(question)
            found = re.search(rb"MessageID>uuid:([^<]+)<", question)
            assert found is not None
            for camera in [*range(number)] * 2:
                listening.sendto(_answer(found[1].decode(), f"c{camera}", "127.0.0.1"), who)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield asked
    finally:
        ending.set()
        thread.join()
        listening.close()


def test_cameras_of_a_network_are_found_once() -> None:
    """By real multicast; the question is ONVIF's, and asks for video alone. The command lists them, a line each.

    One test: another that listens at the same time would hear its questions.
    """
    with _cameras(3) as asked:
        found = discover("127.0.0.1", 2.0)
    assert [camera.endpoint for camera in found] == ["urn:uuid:c0", "urn:uuid:c1", "urn:uuid:c2"]
    assert len(asked) == 2
    assert b"dn:NetworkVideoTransmitter" in asked[0]
    with _cameras(1):
        call = ["cameras", "discover", "--interface", "127.0.0.1", "--seconds", "1"]
        told = CliRunner().invoke(build_app("cameras"), call)
        assert told.exit_code == 0, told.output
        assert told.stdout.split() == ["127.0.0.1", "Plein", "Noord", "M-1", "http://127.0.0.1/onvif/device_service"]
        assert json.loads(CliRunner().invoke(build_app("cameras"), [*call, "--json"]).stdout)["hardware"] == "M-1"
    nobody = CliRunner().invoke(build_app("cameras"), call)
    assert nobody.exit_code == 1
    assert "no camera answered" in nobody.output


@pytest.mark.parametrize("interface", ["198.51.100.7", "eth0", "0.0.0.0", GROUP, ""])
def test_a_network_that_this_machine_is_not_in(interface: str) -> None:
    """It is named, and nothing is sent elsewhere."""
    with pytest.raises(ConfigurationError, match="an address of this machine"):
        discover(interface, 1.0)
