"""Liveness probe of the local broker: the request that every client begins with, and whether its answer comes.

A process that lives may stand still, stopped or stuck, while the kernel goes on taking connections for it: only an answer
shows that it works.
"""

from __future__ import annotations

import socket
import struct
from typing import Final

API_VERSIONS: Final = 18
CORRELATION_ID: Final = 0x746F657A
"""Any number that the request itself does not hold: a client that tries a local port for long can come to be connected to itself,
and then reads what it wrote."""
_BODY: Final = struct.pack(">hhih", API_VERSIONS, 0, CORRELATION_ID, -1)
REQUEST: Final = struct.pack(">i", len(_BODY)) + _BODY
"""ApiVersions, version 0, without a client id; brokers answer it to anybody, before any authentication."""


def answers(host: str, port: int, within_s: float) -> bool:
    """Return whether a broker answers there, waiting at most `within_s` (s) for each step."""
    try:
        with socket.create_connection((host, port), timeout=within_s) as connection:
            connection.sendall(REQUEST)
            head = b""
            while len(head) < 8 and (chunk := connection.recv(8 - len(head))):
                head += chunk
    except OSError:
        return False
    return head[4:] == struct.pack(">i", CORRELATION_ID)
