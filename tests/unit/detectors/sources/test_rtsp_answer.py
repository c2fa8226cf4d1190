"""What a camera's answer says: every status has words for who must act, and no bytes break the reading."""

from __future__ import annotations

import random

import pytest

from detectors.errors import SourceFault
from detectors.sources.rtsp_answer import MAX_HEAD_BYTES, RtspAnswer, login_fault, parse_answer, status_fault
from detectors.sources.rtsp_probe import authorization
from detectors.sources.url import parse_rtsp
from tests.support.mutation import tries

SHOWN = "rtsp://***@camera/x"
SECRET = "Zq7-secret"
ADDRESS = parse_rtsp(f"rtsp://bob:{SECRET}@camera/x")
HEADS = (
    b"RTSP/1.0 200 OK\r\nCSeq: 2\r\nContent-Base: rtsp://camera/x/\r\nContent-Length: 420\r\nSession: 47;timeout=60\r\n\r\n",
    b'RTSP/1.0 401 Unauthorized\r\nCSeq: 2\r\nWWW-Authenticate: Digest realm="IP Camera(C1234)", nonce="a1b2", stale="FALSE"\r\n'
    b'WWW-Authenticate: Basic realm="IP Camera"\r\n\r\n',
    b"RTSP/1.0 401 Unauthorized\r\nCSeq: 2\r\n"
    b'WWW-Authenticate: Digest realm="r", nonce="n", algorithm=SHA-256, qop="auth"\r\n\r\n',
    b"RTSP/1.0 302 Moved Temporarily\r\nCSeq: 2\r\nLocation: rtsp://other:8554/x\r\n\r\n",
    b"RTSP/1.0 453 Not Enough Bandwidth\r\nCSeq: 3\r\n\r\n",
    b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<html>",
)


def test_the_parts_of_an_answer() -> None:
    """Names of headers have no case, and the first of two counts."""
    head = (
        b"RTSP/1.0 200 OK\r\ncontent-LENGTH: 12\r\nContent-Length: 99\r\nSession: 47;timeout=60\r\nLocation: a\r\n\r\n"
    )
    assert parse_answer(head) == RtspAnswer(200, location="a", session="47", length=12)


@pytest.mark.parametrize(
    "head",
    [b"", b"HTTP/1.1 200 OK", b"RTSP/1.0 20 OK", b"RTSP/1.0 2000 OK", b"RTSP/1.0", b"RTSP/1.0 099 ?", b"\xff" * 40_000],
)
def test_what_is_no_rtsp(head: bytes) -> None:
    """It has status 0, and the port is what to look at."""
    answer = parse_answer(head)
    assert answer == RtspAnswer(0)
    assert "port" in status_fault(answer, SHOWN).detail


def test_every_status_has_a_reason_in_words() -> None:
    """A reason, what to do, and the number itself; none of them passes for a wrong password."""
    for status in (*range(100, 200), *range(300, 401), *range(402, 1000)):
        fault = status_fault(RtspAnswer(status), SHOWN)
        assert fault.fault not in (SourceFault.WRONG_PASSWORD, SourceFault.NO_CONNECTION), status
        assert f"({status})" in fault.detail
        assert ": " in fault.detail.removeprefix(SHOWN)
        assert len(fault.detail) <= 300


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        ("rtsp://other:8554/x?pw=1", "other:8554"),
        ("rtsp://bob:secret@other/x", "other"),
        ("", "another address"),
        ("/relative", "another address"),
        ("rtsp://[::1/x", "another address"),
        ("rtsp://a\u00e9\u0000/x", "another address"),
        (f"rtsp://{'a' * 300}/x", "another address"),
    ],
)
def test_a_redirect_names_the_host_alone(location: str, shown: str) -> None:
    """What else stands in an address may be a secret, or mischief."""
    detail = status_fault(RtspAnswer(302, location=location), SHOWN).detail
    assert f"sends on to {shown} (302)" in detail


def test_mutated_answers_are_read_or_refused() -> None:
    """Never an error, nothing without bounds, and every refusal one printable line without the password."""
    chance = random.Random(14)
    for number in range(tries(100_000)):
        head = mutated(HEADS[number % len(HEADS)], chance)
        answer = parse_answer(head)
        assert answer.status == 0 or 100 <= answer.status <= 999
        assert 0 <= answer.length < 10_000_000
        told = [] if answer.status == 401 or 200 <= answer.status < 300 else [status_fault(answer, SHOWN)]
        unable = login_fault(answer.challenges, SHOWN)
        for fault in [*told, *([unable] if unable else [])]:
            assert fault.detail.isprintable(), fault.detail
            assert len(fault.detail) <= 300
        for challenge in answer.challenges[:1]:
            said = authorization(challenge, ADDRESS, "DESCRIBE", "rtsp://camera/x")
            assert "\n" not in said
            assert SECRET not in said


def mutated(head: bytes, chance: random.Random) -> bytes:
    """Return a head with a few bytes changed, doubled, left out, swapped with another head's, or very many."""
    data = bytearray(head)
    for _ in range(chance.randint(1, 4)):
        at, kind = chance.randrange(len(data) + 1), chance.randrange(6)
        if kind == 0:
            data[at : at + 1] = bytes([chance.randrange(256)])
        elif kind == 1:
            del data[at : at + chance.randint(1, 30)]
        elif kind == 2:
            data[at:at] = data[at : at + chance.randint(1, 40)]
        elif kind == 3:
            data[at:at] = chance.choice(
                (b"\r\n", b'"', b",", b"=", b"\x00", b"\xff\xfe", b"9" * 30, b" " * 50, b"\r\n\r\n")
            )
        elif kind == 4:
            other = chance.choice(HEADS)
            data[at:] = other[chance.randrange(len(other)) :]
        elif chance.randrange(500) == 0:
            data[at:at] = b"A" * (2 * MAX_HEAD_BYTES)
    return bytes(data)
