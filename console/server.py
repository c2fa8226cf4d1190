"""Server: the application behind a socket: TLS where it is configured, and an end within seconds that tells open pages."""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Final

import uvicorn
from starlette.types import ASGIApp

from console.settings import ConsoleSettings
from streams.errors import ConfigurationError
from streams.process import stop_signals

ENDS_WITHIN_S: Final = 4
"""How long open answers are waited for at the end (s); streams say goodbye and are over sooner."""
CIPHERS: Final = "ECDHE+AESGCM:ECDHE+CHACHA20"
"""What the NCSC's guidelines for TLS call good, for TLS 1.2; those of TLS 1.3 all are."""
BACKLOG: Final = 2_048
LOOK_AGAIN_S: Final = 0.02


def listen(settings: ConsoleSettings) -> socket.socket:
    """Return a socket at the configured address.

    Raises:
        ConfigurationError: The address is not of this machine, or another process has the port.
    """
    listening: socket.socket | None = None
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listening = socket.socket(family, kind, protocol)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(BACKLOG)
    except OSError as error:
        if listening is not None:
            listening.close()
        raise ConfigurationError(
            "environment", "TOEZICHT_CONSOLE_HOST:TOEZICHT_CONSOLE_PORT", f"{settings.host}:{settings.port}",
            f"a free port of this machine ({error.strerror})",
        ) from None  # fmt: skip
    return listening


def shown_address(settings: ConsoleSettings, listening: socket.socket) -> str:
    """Return the address that a person opens."""
    scheme = "http" if settings.tls_cert is None else "https"
    host, port = listening.getsockname()[:2]
    return settings.address or f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"


def configured(app: ASGIApp, settings: ConsoleSettings) -> uvicorn.Config:
    """Return how the application is served; nothing of a request is logged: addresses and names are in them.

    Raises:
        ConfigurationError: The certificate or its key cannot be read.
    """
    certificate, key = (
        None if path is None else settings.base / path for path in (settings.tls_cert, settings.tls_key)
    )
    config = uvicorn.Config(
        app, http="h11", ws="none", lifespan="off", log_config=None, access_log=False, server_header=False,
        proxy_headers=settings.behind_proxy, forwarded_allow_ips=settings.proxies,
        timeout_graceful_shutdown=ENDS_WITHIN_S, ssl_certfile=certificate, ssl_keyfile=key, ssl_ciphers=CIPHERS,
    )  # fmt: skip
    try:
        config.load()
    except (OSError, ssl.SSLError) as error:
        raise ConfigurationError(
            "environment", "TOEZICHT_CONSOLE_TLS_CERT, _TLS_KEY", f"{certificate}, {key}",
            f"a certificate and its key without a password (PEM): {error.strerror or type(error).__name__}",
        ) from None  # fmt: skip
    if config.ssl is not None:
        config.ssl.minimum_version = ssl.TLSVersion.TLSv1_2
    return config


def serve(
    config: uvicorn.Config,
    listening: socket.socket,
    ready: Callable[[], None],
    stopping: Callable[[], None],
    beside: Sequence[Callable[[], Coroutine[Any, Any, None]]] = (),
) -> None:
    """Serve until SIGTERM or Ctrl-C.

    Args:
        config: See `configured`.
        listening: See `listen`.
        ready: Called once requests are answered.
        stopping: Called when the end begins, in the same loop.
        beside: What runs in the same loop meanwhile, and is cancelled at the end.
    """
    logging.getLogger("uvicorn").setLevel("WARNING")
    server = uvicorn.Server(config)

    async def watch() -> None:
        while not server.started:
            await asyncio.sleep(LOOK_AGAIN_S)
        ready()
        while not server.should_exit:
            await asyncio.sleep(LOOK_AGAIN_S)
        stopping()

    async def main() -> None:
        tasks = [asyncio.ensure_future(each()) for each in (watch, *beside)]
        for task in tasks:
            task.add_done_callback(lambda done: _end_with(server, done))
        try:
            await server.serve(sockets=[listening])
        finally:
            for task in tasks:
                task.cancel()
            ended = await asyncio.gather(*tasks, return_exceptions=True)
        for error in ended:
            if isinstance(error, Exception):
                raise error

    with stop_signals():  # uvicorn raises the signal that ended it once more
        asyncio.run(main())


def _end_with(server: uvicorn.Server, task: asyncio.Task[None]) -> None:
    """End the server with a task that failed: half a console is worse than one that is started again."""
    if not task.cancelled() and task.exception() is not None:
        server.should_exit = True
