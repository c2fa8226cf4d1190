"""Tests of finding out why a stream does not open, against a server that speaks just enough RTSP."""

from __future__ import annotations

import hashlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from detectors.sources.rtsp_probe import probe
from detectors.sources.url import parse_rtsp, redact

ASKS = "RTSP/1.0 401 Unauthorized\r\nCSeq: 1\r\nWWW-Authenticate: {}\r\n\r\n"
OK = "RTSP/1.0 200 OK\r\nCSeq: 2\r\n\r\n"


@contextmanager
def answering(*answers: str) -> Iterator[tuple[int, list[str]]]:
    """Serve one connection that gives these answers; yields its port and the requests that came."""
    requests: list[str] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            for answer in answers:
                requests.append(connection.recv(4096).decode())
                connection.sendall(answer.encode())

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1], requests
        thread.join(10)
    finally:
        listener.close()


@pytest.mark.parametrize(
    ("answers", "fault"),
    [
        ([OK], "unreadable_video"),
        (["RTSP/1.0 404 Not Found\r\n\r\n"], "not_found"),
        (["RTSP/1.0 403 Forbidden\r\n\r\n"], "wrong_password"),
        (["RTSP/1.0 500 Oh\r\n\r\n"], "no_connection"),
        (["HTTP/1.1 200 OK\r\n\r\n"], "no_connection"),
        ([""], "no_connection"),
        ([ASKS.format('Basic realm="r"'), ASKS.format('Basic realm="r"')], "wrong_password"),
        ([ASKS.format('Basic realm="r"'), OK], "unreadable_video"),
        ([ASKS.format("Unknown x=1")], "wrong_password"),
        ([ASKS.format('Digest realm="r", nonce="n", algorithm=WHIRL')], "wrong_password"),
        ([ASKS.format('Digest realm="r", nonce="n"'), "RTSP/1.0 404 Not Found\r\n\r\n"], "not_found"),
    ],
)
def test_faults(answers: list[str], fault: str) -> None:
    """Each answer of a camera has a defined fault, and none shows the credentials."""
    with answering(*answers) as (port, _):
        url = f"rtsp://bob:Zq7@127.0.0.1:{port}/cam"
        error = probe(parse_rtsp(url), redact(url), 5)
    assert error.fault == fault
    assert "bob" not in str(error)
    assert "Zq7" not in str(error)


@pytest.mark.parametrize(
    ("challenge", "algorithm"),
    [
        ('Digest realm="r", nonce="n"', "md5"),
        ('Digest realm="r", nonce="n", qop="auth", algorithm=SHA-256, opaque="o"', "sha256"),
    ],
)
def test_digest_is_right(challenge: str, algorithm: str) -> None:
    """The answer to a challenge is the one that RFC 7616 defines; the password itself is never sent."""
    with answering(ASKS.format(challenge), OK) as (port, requests):
        url = f"rtsp://b%40b:Zq7@127.0.0.1:{port}/cam?x=1"
        probe(parse_rtsp(url), redact(url), 5)
    uri = f"rtsp://127.0.0.1:{port}/cam?x=1"
    assert requests[0].startswith(f"DESCRIBE {uri} RTSP/1.0\r\n")
    fields = dict(
        part.strip().split("=", 1)
        for part in requests[1].split("Authorization: Digest ")[1].split("\r\n")[0].split(", ")
    )

    def digest(text: str) -> str:
        return hashlib.new(algorithm, text.encode()).hexdigest()

    middle = "n" if algorithm == "md5" else f"n:00000001:{fields['cnonce'].strip(chr(34))}:auth"
    assert fields["response"].strip('"') == digest(f"{digest('b@b:r:Zq7')}:{middle}:{digest(f'DESCRIBE:{uri}')}")
    assert "Zq7" not in "".join(requests)


def test_nobody_answers() -> None:
    """A closed port and a host that cannot exist are no connection."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    for url in (f"rtsp://bob:Zq7@127.0.0.1:{port}/x", "rtsp://bob:Zq7@no-such-host.invalid/x", f"rtsp://{'a' * 70}/x"):
        assert probe(parse_rtsp(url), redact(url), 5).fault == "no_connection"


def test_a_host_that_never_answers_is_given_up() -> None:
    """A server that accepts and stays silent costs the timeout and no more."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"rtsp://127.0.0.1:{listener.getsockname()[1]}/x"
        assert probe(parse_rtsp(url), url, 0.2).fault == "no_connection"
