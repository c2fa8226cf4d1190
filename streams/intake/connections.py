"""Connections: a feed over TCP, connected to with a growing pause, or listened for.

TCP feeds of this kind (a decoder's, a gateway's) have no offsets: what a sender did not keep for us while we were away is gone.
So a connection that is lost is asked for again soon, nothing is read faster than the broker confirms it, and what is told
twice after a reconnect is nothing new to intake. Half a line at the end of a connection is told as it is: whether it is one
nobody can know, and a report that is cut off goes to dead letters, urgent where it may be.
"""

from __future__ import annotations

import logging
import random
import selectors
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from streams.errors import ConfigurationError
from streams.intake.lines import CHUNK_BYTES, LOOK_S, Line, Splitter

log = logging.getLogger(__name__)

CONNECT_S: Final = 3.0
"""How long an address may take to answer."""
FIRST_PAUSE_S: Final = 0.5
LONGEST_PAUSE_S: Final = 30.0
STEADY_S: Final = 10.0
"""A connection that held so long was a good one: after it the pauses begin anew."""
MOST_CONNECTIONS: Final = 16
"""Senders that are heard at a time; of more, the one that has been silent longest is let go."""
_KEEPALIVE: Final = (("TCP_KEEPIDLE", 30), ("TCP_KEEPINTVL", 10), ("TCP_KEEPCNT", 3))
"""A sender that vanished without a word is noticed within a minute (seconds, seconds, probes)."""


class Address(NamedTuple):
    """Address of a TCP endpoint."""

    host: str
    port: int

    def __str__(self) -> str:
        """Return it as it is written."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def read_address(command: str, option: str, text: str) -> Address:
    """Return an address written as host:port, the host of an IPv6 address in brackets.

    Raises:
        ConfigurationError: It is none.
    """
    host, separator, port = text.rpartition(":")
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    good = separator and bare and port.isascii() and port.isdigit() and 0 < int(port) < 65_536
    if not good or (":" in bare and bare == host) or any(letter.isspace() for letter in bare):
        raise ConfigurationError(command, option, text, "host:port, such as decoder:9000 or [::1]:9000")
    return Address(bare, int(port))


def pause_s(failed: int, chance: Callable[[], float] = random.random) -> float:
    """Return how long to wait before the next try: doubled each time, up to half of it left to chance.

    Args:
        failed: How often it failed in a row.
        chance: Returns a number from 0 to 1: of many that lost one server, not all come back at once.
    """
    whole = min(FIRST_PAUSE_S * 2.0 ** min(failed, 16), LONGEST_PAUSE_S)
    return float(whole * (0.5 + chance() / 2))


def read_connected(
    address: Address,
    make_splitter: Callable[[], Splitter],
    stopping: Callable[[], bool],
    idle: Callable[[], None] = lambda: None,
    chance: Callable[[], float] = random.random,
) -> Iterator[Line]:
    """Yield what a server sends, and connect again whenever it ends; ends itself when it is time to stop.

    Args:
        address: Where it is.
        make_splitter: Makes what cuts a connection's bytes.
        stopping: Whether it is time to stop.
        idle: Is called while nothing comes, and while it is away.
        chance: See `pause_s`.
    """
    failed = number = 0
    while not stopping():
        began_s = time.monotonic()
        try:
            with _connected(address) as connection:
                log.info("connected to %s", address)
                for line in _read(connection, make_splitter(), stopping, idle):
                    number += 1
                    yield replace(line, number=number)
            what = "it ended the connection"
        except OSError as error:
            what = error.strerror or str(error) or type(error).__name__
        if stopping():
            return
        failed = 0 if time.monotonic() - began_s >= STEADY_S else failed + 1
        wait_s = pause_s(failed, chance)
        log.warning("%s: %s; connecting again in %.1f s", address, what, wait_s)
        _rest(wait_s, stopping, idle)


def _connected(address: Address) -> socket.socket:
    connection = socket.create_connection(address, timeout=CONNECT_S)
    _keep_alive(connection)
    connection.setblocking(False)
    return connection


def _keep_alive(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _KEEPALIVE:
        if hasattr(socket, name):  # not on every system
            connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def _rest(wait_s: float, stopping: Callable[[], bool], idle: Callable[[], None]) -> None:
    until_s = time.monotonic() + wait_s
    while not stopping() and (left_s := until_s - time.monotonic()) > 0:
        time.sleep(min(LOOK_S, left_s))
        idle()


def _read(
    connection: socket.socket, splitter: Splitter, stopping: Callable[[], bool], idle: Callable[[], None]
) -> Iterator[Line]:
    """Yield the lines of one connection until it ends.

    Raises:
        OSError: It was lost; what came before was told.
    """
    with selectors.DefaultSelector() as selector:
        selector.register(connection, selectors.EVENT_READ)
        while not stopping():
            if not selector.select(LOOK_S):
                idle()
                continue
            try:
                chunk = connection.recv(CHUNK_BYTES)
            except (BlockingIOError, InterruptedError):
                continue
            except OSError:
                yield from splitter.end()
                raise
            if not chunk:
                yield from splitter.end()
                return
            yield from splitter.add(chunk)


@dataclass(slots=True)
class _Sender:
    """One connection that was accepted."""

    connection: socket.socket
    splitter: Splitter
    heard_s: float


def listen(command: str, address: Address) -> socket.socket:
    """Return a socket that listens at an address.

    Raises:
        ConfigurationError: It cannot.
    """
    try:
        family, kind, protocol, _, where = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(where)
            listener.listen(MOST_CONNECTIONS)
            listener.setblocking(False)
        except OSError:
            listener.close()
            raise
    except OSError as error:
        what = error.strerror or type(error).__name__
        raise ConfigurationError(
            command, "--listen", str(address), f"an address that is ours and free ({what})"
        ) from None
    return listener


def read_listening(
    listener: socket.socket,
    make_splitter: Callable[[], Splitter],
    stopping: Callable[[], bool],
    idle: Callable[[], None] = lambda: None,
) -> Iterator[Line]:
    """Yield what senders send that connect to us, each cut on its own; ends when it is time to stop.

    Args:
        listener: See `listen`.
        make_splitter: Makes what cuts a connection's bytes.
        stopping: Whether it is time to stop.
        idle: Is called while nothing comes.
    """
    number = 0
    senders: dict[int, _Sender] = {}
    with selectors.DefaultSelector() as selector:
        selector.register(listener, selectors.EVENT_READ)
        try:
            while not stopping():
                ready = selector.select(LOOK_S)
                if not ready:
                    idle()
                for key, _ in sorted(
                    ready, key=lambda each: each[0].fileobj is listener
                ):  # what was said before who comes
                    if key.fileobj is listener:
                        _accept(listener, selector, senders, make_splitter)
                        continue
                    sender = senders.get(key.fd)
                    for line in _heard(sender, selector, senders) if sender else ():
                        number += 1
                        yield replace(line, number=number)
        finally:
            for sender in senders.values():
                sender.connection.close()


def _accept(
    listener: socket.socket,
    selector: selectors.BaseSelector,
    senders: dict[int, _Sender],
    make_splitter: Callable[[], Splitter],
) -> None:
    try:
        connection, peer = listener.accept()
        connection.setblocking(False)
        _keep_alive(connection)
    except OSError as error:  # it went away meanwhile, or there are no descriptors left: those who are here go on
        log.warning("a sender could not be accepted: %s", error.strerror)
        return
    if len(senders) >= MOST_CONNECTIONS:
        silent = min(senders.values(), key=lambda each: each.heard_s)
        log.warning("more than %d senders: the one that has been silent longest is let go", MOST_CONNECTIONS)
        _close(silent, selector, senders)
    senders[connection.fileno()] = _Sender(connection, make_splitter(), time.monotonic())
    selector.register(connection, selectors.EVENT_READ)
    log.info("a sender connected from %s", peer[0])


def _heard(sender: _Sender, selector: selectors.BaseSelector, senders: dict[int, _Sender]) -> Iterator[Line]:
    try:
        chunk = sender.connection.recv(CHUNK_BYTES)
    except (BlockingIOError, InterruptedError):
        return
    except OSError as error:
        log.warning("a sender was lost: %s", error.strerror)
        chunk = b""
    if chunk:
        sender.heard_s = time.monotonic()
        yield from sender.splitter.add(chunk)
        return
    _close(sender, selector, senders)
    yield from sender.splitter.end()


def _close(sender: _Sender, selector: selectors.BaseSelector, senders: dict[int, _Sender]) -> None:
    senders.pop(sender.connection.fileno(), None)
    selector.unregister(sender.connection)
    sender.connection.close()
