"""Server: the console behind a socket, by its own settings (`streams/serving/server.py`)."""

from __future__ import annotations

import socket

import uvicorn
from starlette.types import ASGIApp

from console.settings import ConsoleSettings
from streams.serving import server
from streams.serving.served_at import ServedAt
from streams.serving.server import serve

__all__ = ["configured", "listen", "serve", "shown_address"]


def listen(settings: ConsoleSettings) -> socket.socket:
    """Return a socket at the configured address.

    Raises:
        ConfigurationError: The address is not of this machine, or another process has the port.
    """
    return server.listen(_at(settings))


def shown_address(settings: ConsoleSettings, listening: socket.socket) -> str:
    """Return the address that a person opens."""
    return settings.address or server.shown_address(_at(settings), listening)


def configured(app: ASGIApp, settings: ConsoleSettings) -> uvicorn.Config:
    """Return how the application is served.

    Raises:
        ConfigurationError: The certificate or its key cannot be read.
    """
    return server.configured(app, _at(settings))


def _at(settings: ConsoleSettings) -> ServedAt:
    certificate, key = (
        None if path is None else settings.base / path for path in (settings.tls_cert, settings.tls_key)
    )
    return ServedAt(
        "TOEZICHT_CONSOLE", settings.host, settings.port, certificate, key, settings.behind_proxy, settings.proxies
    )
