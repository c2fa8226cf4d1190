"""Served at: what settings say of a server's place; light, since every command reads settings."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True)
class ServedAt:
    """Served at: where a server listens and how it proves itself.

    Attributes:
        prefix: What its environment variables begin with, for errors: `TOEZICHT_CONSOLE`.
        host: Address to listen on.
        port: Port to listen on; 0 picks a free one.
        certificate: The server's certificate (PEM), or None without TLS.
        key: Its key (PEM).
        behind_proxy: Whether a proxy ends TLS before it.
        proxies: Whose X-Forwarded-For counts, comma separated.
    """

    prefix: str
    host: str
    port: int
    certificate: Path | None = None
    key: Path | None = None
    behind_proxy: bool = False
    proxies: str = "127.0.0.1"
