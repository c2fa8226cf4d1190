"""Asking a camera in our own words: what it says before it is opened, and on the way to a stream that it does not give."""

from __future__ import annotations

import hashlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from detectors.errors import SourceError
from detectors.sources.rtsp_answer import parse_answer
from detectors.sources.rtsp_probe import ask, authorization, explain
from detectors.sources.url import parse_rtsp, redact
from tests.support.rtsp_camera import SDP

OK = "RTSP/1.0 200 OK\r\nCSeq: 2\r\n\r\n"
DESCRIBED = f"RTSP/1.0 200 OK\r\nContent-Length: {len(SDP)}\r\n\r\n{SDP}"
ASKS = "RTSP/1.0 401 Unauthorized\r\nCSeq: 1\r\nWWW-Authenticate: {}\r\n\r\n"


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
                connection.sendall(answer.encode("latin-1"))

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1], requests
        thread.join(10)
    finally:
        listener.close()


def fault_of(url: str, timeout_s: float = 5) -> str:
    """Return why a camera says, before it is opened, that it does not open."""
    with pytest.raises(SourceError) as caught:
        ask(parse_rtsp(url), redact(url), timeout_s)
    assert "bob" not in str(caught.value)
    assert "Zq7" not in str(caught.value)
    return caught.value.fault.value


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        ("RTSP/1.0 404 Not Found\r\n\r\n", "not_found"),
        ("HTTP/1.1 200 OK\r\n\r\n", "no_connection"),
        ("", "no_connection"),
        ("RTSP/1.0 401 No\r\n\r\n", "login_unsupported"),
        ("RTSP/1.0 100 Continue\r\n\r\nRTSP/1.0 404 Not Found\r\n\r\n", "not_found"),
        (f"{'x' * 20_000}", "no_connection"),
    ],
)
def test_what_is_told_before_opening(answer: str, fault: str) -> None:
    """One request without credentials; what only asks to wait is waited for."""
    with answering(answer) as (port, requests):
        assert fault_of(f"rtsp://bob:Zq7@127.0.0.1:{port}/cam") == fault
    assert len(requests) == 1
    assert "Authorization" not in requests[0]


@pytest.mark.parametrize(("answer", "login"), [(DESCRIBED, False), (ASKS.format('Digest realm="r", nonce="n"'), True)])
def test_a_camera_that_can_be_opened(answer: str, login: bool) -> None:
    """It describes the stream, or asks for a login that is spoken here."""
    with answering(answer) as (port, _):
        url = f"rtsp://bob:Zq7@127.0.0.1:{port}/cam"
        assert ask(parse_rtsp(url), redact(url), 5) is login


def test_the_way_to_a_stream_is_walked_as_ffmpeg_walks_it() -> None:
    """Login, the video's own address, UDP where TCP is refused, pictures before the answer to PLAY; the session is given back."""
    refuses, session = "RTSP/1.0 461 No\r\n\r\n", "RTSP/1.0 200 OK\r\nSession: 47;timeout=60\r\n\r\n"
    picture = "$\x00\x00\x04abcd"
    with answering(
        ASKS.format('Basic realm="r"'), DESCRIBED, refuses, session, f"{picture}RTSP/1.0 453 Full\r\n\r\n", OK
    ) as (port, requests):
        url = f"rtsp://bob:Zq7@127.0.0.1:{port}/cam"
        error = explain(parse_rtsp(url), redact(url), "tcp", 5)
    assert (error.fault, "(453)" in error.detail) == ("busy", True)
    assert [request.split(" RTSP")[0] for request in requests] == [
        f"DESCRIBE rtsp://127.0.0.1:{port}/cam", f"DESCRIBE rtsp://127.0.0.1:{port}/cam",
        f"SETUP rtsp://127.0.0.1:{port}/cam/trackID=0", f"SETUP rtsp://127.0.0.1:{port}/cam/trackID=0",
        f"PLAY rtsp://127.0.0.1:{port}/cam", f"TEARDOWN rtsp://127.0.0.1:{port}/cam",
    ]  # fmt: skip
    assert "RTP/AVP/TCP" in requests[2]
    assert "client_port" in requests[3]
    assert "Session: 47\r\n" in requests[4]
    assert "bob" not in str(error)


def test_a_camera_that_gives_everything_but_video_in_time() -> None:
    """Nothing is wrong with its answers."""
    with answering(DESCRIBED, OK, OK, OK) as (port, _):
        url = f"rtsp://127.0.0.1:{port}/cam"
        assert explain(parse_rtsp(url), url, "udp", 5).fault == "unreadable_video"


@pytest.mark.parametrize(
    "challenge",
    [
        'Digest realm="r", nonce="n"',
        'Digest realm="r", nonce="n", qop="auth", algorithm=MD5, opaque="o"',
        'Digest realm="r", nonce="n", qop="auth,auth-int", algorithm=MD5-sess',
    ],
)
def test_digest_is_right(challenge: str) -> None:
    """The answer to a challenge is the one that RFC 7616 defines; the password itself is never sent."""
    asked = parse_answer(ASKS.format(challenge).encode()).challenges[0]
    uri = "rtsp://camera/cam?x=1"
    said = authorization(asked, parse_rtsp(f"rtsp://b%40b:Zq7@{uri.removeprefix('rtsp://')}"), "DESCRIBE", uri)
    fields = dict(part.strip().split("=", 1) for part in said.removeprefix("Digest ").split(", "))
    fields = {name: value.strip('"') for name, value in fields.items()}

    def digest(text: str) -> str:
        return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()

    first = digest("b@b:r:Zq7")
    if "sess" in challenge:
        first = digest(f"{first}:n:{fields['cnonce']}")
    middle = f"n:00000001:{fields['cnonce']}:auth" if "qop" in challenge else "n"
    assert fields["response"] == digest(f"{first}:{middle}:{digest(f'DESCRIBE:{uri}')}")
    assert "Zq7" not in said


def test_nobody_answers() -> None:
    """A closed port and a host that cannot exist are no connection."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    for url in (f"rtsp://bob:Zq7@127.0.0.1:{port}/x", "rtsp://bob:Zq7@no-such-host.invalid/x", f"rtsp://{'a' * 70}/x"):
        assert fault_of(url) == "no_connection"
        assert explain(parse_rtsp(url), redact(url), "tcp", 5).fault == "no_connection"


def test_a_host_that_never_answers_is_given_up() -> None:
    """A server that accepts and stays silent costs the timeout and no more."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        assert fault_of(f"rtsp://127.0.0.1:{listener.getsockname()[1]}/x", 0.2) == "no_connection"
