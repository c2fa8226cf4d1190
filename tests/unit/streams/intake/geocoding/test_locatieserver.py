"""A place is asked for once, in the background; nobody waits for a server that is slow or ill."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from streams.errors import ConfigurationError
from streams.intake.geocoding.locatieserver import (
    FAILURES,
    KEPT_S,
    LARGEST_ANSWER,
    MOST_KEPT,
    PAUSE_S,
    UNKNOWN_KEPT_S,
    Locatieserver,
    LocatieserverSettings,
    NamedPlace,
    connect,
)
from streams.settings import read_environment
from tests.support.locatieserver import STREET, answer

PLEIN = NamedPlace("Stadsplein", "Amstelveen")


class Server:
    """A Locatieserver in memory."""

    def __init__(self, within_s: float = 60.0) -> None:
        self.asked: list[list[tuple[str, str]]] = []
        self.content: bytes | Exception = answer(STREET)
        self.slow = threading.Event()
        self.slow.set()
        self.now_s = 0.0
        self.client = Locatieserver(self._fetch, within_s, lambda: self.now_s)

    def _fetch(self, parameters: list[tuple[str, str]]) -> bytes:
        self.slow.wait(60)
        self.asked.append(parameters)
        if isinstance(self.content, Exception):
            raise self.content
        return self.content


def test_a_place_is_asked_for_once() -> None:
    """The second time it is known, whatever its case; only the street and the town go out."""
    server = Server()
    for place in (PLEIN, NamedPlace("STADSPLEIN", "amstelveen")):
        position, answered = server.client.position(place)
        assert answered
        assert position is not None
        assert (position.lat, position.lon) == (52.30633, 4.8573)
    assert server.asked == [
        [("q", "Stadsplein Amstelveen"), ("fq", "type:(weg OR woonplaats)"),
         ("fl", "type,straatnaam,woonplaatsnaam,centroide_ll"), ("rows", "10")]
    ]  # fmt: skip


def test_it_is_remembered_for_a_month_and_what_is_unknown_for_an_hour() -> None:
    """By the clock that is given."""
    server = Server()
    for content, kept_s in ((answer(STREET), KEPT_S), (answer(), UNKNOWN_KEPT_S)):
        server.content, place = content, NamedPlace("Stadsplein", "Amstelveen" if kept_s == KEPT_S else "Uithoorn")
        server.client.position(place)
        asked = len(server.asked)
        server.now_s += kept_s
        server.client.position(place)
        assert len(server.asked) == asked
        server.now_s += 1
        server.client.position(place)
        assert len(server.asked) == asked + 1


def test_nobody_waits_for_a_slow_server() -> None:
    """The report goes on; the answer is known when it comes."""
    server = Server(within_s=0.01)
    server.slow.clear()
    assert server.client.position(PLEIN) == (None, False)
    assert server.client.position(PLEIN) == (None, False)
    server.slow.set()
    while server.client.now_known(PLEIN) is None:
        time.sleep(0.001)
    assert server.client.position(PLEIN)[0] is not None
    assert len(server.asked) == 1


def test_a_server_that_fails_is_left_alone_for_a_while() -> None:
    """After some failures in a row nobody waits any more, and then it is tried again."""
    server = Server()
    server.content = OSError("no route")
    for number in range(FAILURES):
        assert server.client.position(NamedPlace(f"Straat {number}", "Amstelveen")) == (None, True)
    server.content = answer(STREET)
    assert server.client.position(PLEIN) == (None, True)
    assert len(server.asked) == FAILURES
    server.now_s += PAUSE_S
    assert server.client.position(PLEIN)[0] is not None


def test_what_is_remembered_is_bounded() -> None:
    """The oldest places go first."""
    server = Server()
    server.content = answer()
    for number in range(MOST_KEPT + 5):
        server.client.answer(NamedPlace("Stadsplein", f"town {number}"))
    assert server.client.now_known(NamedPlace("Stadsplein", "town 4")) is None
    assert server.client.now_known(NamedPlace("Stadsplein", "town 5")) is not None


@contextmanager
def _real(reply: bytes, status: int = 200, headers: dict[str, str] | None = None) -> Iterator[tuple[str, list[str]]]:
    """Yield the address of a real server that answers so, and the paths that were asked of it."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)

        def log_message(self, format: str, *arguments: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/bzk/locatieserver/search/v3_1", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_real_server_is_asked_as_its_documentation_says() -> None:
    """`/free` with q, fq, fl and rows alone: others are refused since version 3.1."""
    with _real(answer(STREET)) as (url, asked):
        client = connect(LocatieserverSettings(url=url, within_s=2))
        assert client is not None
        position, answered = client.position(PLEIN)
        assert answered
        assert position is not None
    parts = urlsplit(asked[0])
    assert parts.path == "/bzk/locatieserver/search/v3_1/free"
    assert parse_qs(parts.query) == {
        "q": ["Stadsplein Amstelveen"], "fq": ["type:(weg OR woonplaats)"], "rows": ["10"],
        "fl": ["type,straatnaam,woonplaatsnaam,centroide_ll"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("reply", "status", "headers"),
    [
        (b"x" * (LARGEST_ANSWER + 1), 200, {}),
        (answer(STREET), 500, {}),
        (b"", 302, {"Location": "http://127.0.0.1:1/"}),
    ],
    ids=["too large", "error", "redirect"],
)
def test_an_answer_that_is_none_is_no_place(reply: bytes, status: int, headers: dict[str, str]) -> None:
    """Neither followed nor kept."""
    with _real(reply, status, headers) as (url, asked):
        client = connect(LocatieserverSettings(url=url, within_s=2))
        assert client is not None
        assert client.position(PLEIN) == (None, True)
        assert client.now_known(PLEIN) is None
        assert len(asked) == 1


def test_it_is_off_unless_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing goes out; and never without TLS but to this machine."""
    assert connect(LocatieserverSettings()) is None
    monkeypatch.setenv("TOEZICHT_LOCATIESERVER_URL", "http://api.pdok.nl/x")
    with pytest.raises(ConfigurationError, match="expected https"):
        read_environment(LocatieserverSettings)
