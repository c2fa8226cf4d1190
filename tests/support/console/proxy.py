"""A TCP proxy that a test can cut: a browser's own offline mode leaves an open stream open."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

CHUNK_BYTES: Final = 65_536


class Proxy:
    """Proxy on loopback to a port of this machine.

    Attributes:
        port: Where it listens.
    """

    def __init__(self, port: int) -> None:
        self._to = port
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._whole = True
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def address(self) -> str:
        """Return where browsers find it."""
        return f"http://127.0.0.1:{self.port}"

    def cut(self) -> None:
        """End every connection, and take none that lasts."""
        with self._lock:
            self._whole = False
            cut, self._open = self._open, set()
        for each in cut:
            _end(each)

    def mend(self) -> None:
        """Let connections through again."""
        with self._lock:
            self._whole = True

    def close(self) -> None:
        """End."""
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self.cut()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                self._join(self._listening.accept()[0])

    def _join(self, here: socket.socket) -> None:
        try:
            there = socket.create_connection(("127.0.0.1", self._to))
        except OSError:
            here.close()
            return
        with self._lock:
            whole = self._whole
            if whole:
                self._open |= {here, there}
        if not whole:
            _end(here)
            _end(there)
            return
        for one, other in ((here, there), (there, here)):
            threading.Thread(target=self._pass_on, args=(one, other), daemon=True).start()

    def _pass_on(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while chunk := one.recv(CHUNK_BYTES):
                other.sendall(chunk)
        for each in (one, other):
            _end(each)
        with self._lock:
            self._open -= {one, other}


def _end(each: socket.socket) -> None:
    with suppress(OSError):
        each.shutdown(socket.SHUT_RDWR)
    each.close()


@contextmanager
def running_proxy(port: int) -> Iterator[Proxy]:
    """Yield a proxy to a port."""
    proxy = Proxy(port)
    try:
        yield proxy
    finally:
        proxy.close()
