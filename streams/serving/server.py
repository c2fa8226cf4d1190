"""Server: an application behind a socket: TLS where it is configured, and an end within seconds that lets answers finish."""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Final

import uvicorn
from starlette.types import ASGIApp

from streams.errors import ConfigurationError
from streams.process import stop_signals
from streams.serving.served_at import ServedAt

ENDS_WITHIN_S: Final = 4
"""How long open answers are waited for at the end (s); streams say goodbye and are over sooner."""
CIPHERS: Final = "ECDHE+AESGCM:ECDHE+CHACHA20"
"""What the NCSC's guidelines for TLS call good, for TLS 1.2; those of TLS 1.3 all are."""
BACKLOG: Final = 2_048
LOOK_AGAIN_S: Final = 0.02


def listen(at: ServedAt) -> socket.socket:
    """Return a socket at an address.

    Raises:
        ConfigurationError: The address is not of this machine, or another process has the port.
    """
    listening: socket.socket | None = None
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            at.host, at.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listening = socket.socket(family, kind, protocol)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(BACKLOG)
    except OSError as error:
        if listening is not None:
            listening.close()
        raise ConfigurationError(
            "environment", f"{at.prefix}_HOST:{at.prefix}_PORT", f"{at.host}:{at.port}",
            f"a free port of this machine ({error.strerror})",
        ) from None  # fmt: skip
    return listening


def shown_address(at: ServedAt, listening: socket.socket) -> str:
    """Return the address that a client on this machine opens."""
    host, port = listening.getsockname()[:2]
    scheme = "http" if at.certificate is None else "https"
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"


def configured(app: ASGIApp, at: ServedAt, **changes: Any) -> uvicorn.Config:
    """Return how an application is served; nothing of a request is logged: addresses and names are in them.

    Args:
        app: The application.
        at: Where.
        changes: Other options of uvicorn.

    Raises:
        ConfigurationError: The certificate or its key cannot be read.
    """
    options: dict[str, Any] = {
        "http": "h11", "ws": "none", "lifespan": "off", "log_config": None, "access_log": False, "server_header": False,
        "proxy_headers": at.behind_proxy, "forwarded_allow_ips": at.proxies, "timeout_graceful_shutdown": ENDS_WITHIN_S,
        "ssl_certfile": at.certificate, "ssl_keyfile": at.key, "ssl_ciphers": CIPHERS,
    }  # fmt: skip
    config = uvicorn.Config(app, **options | changes)
    try:
        config.load()
    except (OSError, ssl.SSLError) as error:
        raise ConfigurationError(
            "environment", f"{at.prefix}_TLS_CERT, _TLS_KEY", f"{at.certificate}, {at.key}",
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
    """End the server with a task that failed: half a server is worse than one that is started again."""
    if not task.cancelled() and task.exception() is not None:
        server.should_exit = True
