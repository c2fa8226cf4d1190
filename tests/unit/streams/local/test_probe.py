"""Only an answer of a broker counts as one: not a connection, not an echo, not half of it."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from streams.local.broker import HOST, free_port
from streams.local.probe import CORRELATION_ID, REQUEST, answers

ANSWER = struct.pack(">iih", 6, CORRELATION_ID, 0)


@contextmanager
def serving(reply: Callable[[bytes], bytes] | None) -> Iterator[int]:
    """Yield a port on which something answers; with None the kernel takes connections and nobody serves them."""
    with socket.create_server((HOST, 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.sendall(reply(connection.recv(100)) if reply is not None else b"")

        thread = threading.Thread(target=serve, daemon=True)
        if reply is not None:
            thread.start()
        yield int(listener.getsockname()[1])
        if reply is not None:
            thread.join(30)


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (lambda _: ANSWER, True),
        (lambda request: request, False),
        (lambda _: ANSWER[:7], False),
        (lambda _: b"", False),
        (lambda _: b"HTTP/1.1 400 Bad Request\r\n\r\n", False),
        (None, False),
    ],
    ids=[
        "a broker",
        "a connection to itself",
        "half an answer",
        "hung up",
        "something else",
        "a process that stands still",
    ],
)
def test_only_an_answer_counts(reply: Callable[[bytes], bytes] | None, expected: bool) -> None:
    """The length and the number of the request, as Kafka's protocol begins every answer."""
    with serving(reply) as port:
        assert answers(HOST, port, 0.2 if reply is None else 30.0) is expected


def test_nobody_there() -> None:
    """A port that nobody listens on."""
    assert not answers(HOST, free_port(), 30.0)


def test_the_request_is_whole() -> None:
    """Its length is what it says."""
    assert struct.unpack(">i", REQUEST[:4])[0] == len(REQUEST) - 4
