"""Connections: a feed over TCP is read again after each end, whoever began, and no line is lost or mixed with another's."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from streams.errors import ConfigurationError
from streams.intake import connections
from streams.intake.connections import (
    LONGEST_PAUSE_S,
    MOST_CONNECTIONS,
    Address,
    listen,
    pause_s,
    read_address,
    read_connected,
    read_listening,
)
from streams.intake.lines import MAX_LINE_BYTES, Line, LineSplitter

LOCAL = "127.0.0.1"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("decoder:9000", Address("decoder", 9000)),
        ("[::1]:9000", Address("::1", 9000)),
        ("10.0.0.1:1", Address("10.0.0.1", 1)),
    ],
)
def test_an_address(text: str, expected: Address) -> None:
    """It is told as it was written."""
    assert read_address("intake p2000", "--connect", text) == expected
    assert str(expected) == text


@pytest.mark.parametrize(
    "text",
    ["decoder", ":9000", "decoder:", "decoder:0", "decoder:65536", "decoder:x", "::1:9000", "a b:1", "decoder:٣"],
)
def test_what_is_no_address(text: str) -> None:
    """One line that names the option."""
    with pytest.raises(ConfigurationError, match="--connect"):
        read_address("intake p2000", "--connect", text)


def test_pauses_grow_and_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each at least as long as the half of it, and never longer than the longest."""
    monkeypatch.setattr(connections, "FIRST_PAUSE_S", 0.5)
    whole = [pause_s(failed, lambda: 1.0) for failed in range(40)]
    assert whole[:3] == [0.5, 1.0, 2.0]
    assert whole == sorted(whole)
    assert whole[-1] == LONGEST_PAUSE_S
    assert [pause_s(failed, lambda: 0.0) for failed in range(40)] == [each / 2 for each in whole]


class Server:
    """A feed that sends one script per connection, and then ends it as the script says."""

    def __init__(self, *scripts: tuple[bytes, bool]) -> None:
        """Prepare.

        Args:
            scripts: What each connection gets, and whether it is torn down at its end.
        """
        self._listener = socket.create_server((LOCAL, 0))
        self._scripts = scripts
        self.address = Address(*self._listener.getsockname())
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        for content, torn in self._scripts:
            connection, _ = self._listener.accept()
            with connection:
                for at in range(0, len(content), 1_000):
                    connection.sendall(content[at : at + 1_000])
                if torn:  # a reset in place of an end
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        self._listener.close()

    def join(self) -> None:
        """Wait for its end."""
        self._thread.join(10)
        assert not self._thread.is_alive()


@pytest.fixture(autouse=True)
def _without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Connect again at once."""
    monkeypatch.setattr(connections, "FIRST_PAUSE_S", 0.0)


def until(lines: Iterator[Line], count: int) -> list[Line]:
    """Return so many lines."""
    return [line for _, line in zip(range(count), lines, strict=False)]


def test_it_connects_again_and_numbers_go_on() -> None:
    """Half a line at the end of a connection is told, and never joined with the next connection's first."""
    server = Server((b"one\ntwo\nhal", False), (b"three\r\n", False), (b"four\n", False))
    lines = until(read_connected(server.address, LineSplitter, lambda: False), 5)
    server.join()
    assert [line.content for line in lines] == [b"one", b"two", b"hal", b"three", b"four"]
    assert [line.number for line in lines] == [1, 2, 3, 4, 5]


def test_a_connection_that_is_torn_down_is_one_that_ended() -> None:
    """What arrived before is told where the system still has it; the next connection is whole."""
    server = Server((b"x\n" * 10, True), (b"last\n", False))
    found: list[bytes] = []
    for line in read_connected(server.address, LineSplitter, lambda: False):
        found.append(line.content)
        if line.content == b"last":
            break
    server.join()
    assert set(found[:-1]) <= {b"x"}


def test_a_line_without_an_end_is_bounded() -> None:
    """Five megabytes of one line keep sixty-four kilobytes."""
    server = Server((b"x" * 5_000_000 + b"\nnext\n", False))
    long, after = until(read_connected(server.address, LineSplitter, lambda: False), 2)
    server.join()
    assert (len(long.content), long.size_bytes, long.too_large) == (MAX_LINE_BYTES, 5_000_000, True)
    assert after.content == b"next"


def test_a_server_that_is_not_there_is_tried_until_it_is_time_to_stop() -> None:
    """What is not confirmed goes on meanwhile."""
    with socket.create_server((LOCAL, 0)) as taken:
        nobody = Address(*taken.getsockname())
    idle: list[int] = []
    looks = iter([False] * 40)

    def rested() -> None:
        idle.append(1)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connections, "FIRST_PAUSE_S", 0.01)
        patch.setattr(connections, "LONGEST_PAUSE_S", 0.02)
        assert list(read_connected(nobody, LineSplitter, lambda: next(looks, True), rested)) == []
    assert idle


def listening(act: Callable[[Address], None], enough: int) -> list[Line]:
    """Return the lines that senders send who act in a thread of their own."""
    listener = listen("intake p2000", Address(LOCAL, free_port()))
    address = Address(*listener.getsockname())
    sending = threading.Thread(target=act, args=(address,))
    sending.start()
    found: list[Line] = []
    try:
        for line in read_listening(listener, LineSplitter, lambda: False):
            found.append(line)
            if len(found) == enough:
                break
    finally:
        listener.close()
        sending.join(10)
    return found


def free_port() -> int:
    """Return a port that was free a moment ago."""
    with socket.create_server((LOCAL, 0)) as taken:
        return int(taken.getsockname()[1])


def test_senders_are_cut_each_on_its_own() -> None:
    """Two that send in turns, a byte at a time: no line has bytes of both, and numbers are those of all."""

    def act(address: Address) -> None:
        with socket.create_connection(address) as one, socket.create_connection(address) as other:
            for a, b in zip(b"aaaa\naaaa\n", b"bbbb\nbbbb\n", strict=True):
                one.sendall(bytes([a]))
                other.sendall(bytes([b]))

    found = listening(act, 4)
    assert sorted(line.content for line in found) == [b"aaaa", b"aaaa", b"bbbb", b"bbbb"]
    assert [line.number for line in found] == [1, 2, 3, 4]


def test_a_sender_that_leaves_takes_nothing_with_it() -> None:
    """Its half line is told, and another is heard after it."""

    def act(address: Address) -> None:
        with socket.create_connection(address) as one:
            one.sendall(b"one\nhal")
        with socket.create_connection(address) as other:
            other.sendall(b"two\n")

    assert sorted(line.content for line in listening(act, 3)) == [b"hal", b"one", b"two"]


def test_silent_connections_keep_nobody_out() -> None:
    """Of more than are heard at a time the silent ones are let go."""

    def act(address: Address) -> None:
        silent = [socket.create_connection(address) for _ in range(MOST_CONNECTIONS + 3)]
        with socket.create_connection(address) as speaking:
            speaking.sendall(b"heard\n")
        for each in silent:
            each.close()

    assert [line.content for line in listening(act, 1)] == [b"heard"]


def test_an_address_that_is_taken_is_one_line() -> None:
    """With the option and the reason."""
    with socket.create_server((LOCAL, 0)) as taken, pytest.raises(ConfigurationError, match="--listen"):
        listen("intake p2000", Address(*taken.getsockname()))
