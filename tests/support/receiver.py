"""A partner's server: takes webhooks, checks their signatures with the library that partners use, and answers as it is told."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from standardwebhooks import Webhook

from tests.support.certificates import Certificates

SECRET: Final = "whsec_" + "c2VjcmV0IG9mIGEgdGVzdCwgMzIgYnl0ZXMgbG9uZw=="


@dataclass(frozen=True)
class Reply:
    """What the server answers; `before` runs first, and `drip_s` sends the body byte by byte."""

    status: int = 204
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    before: Callable[[], object] = lambda: None
    drip_s: float = 0.0


@dataclass(frozen=True)
class Hook:
    """One request as it came: when (s since 1970), with its headers in lower case, and whether its signature holds."""

    at_s: float
    path: str
    headers: dict[str, str]
    body: bytes
    signed: bool

    @property
    def id(self) -> str:
        """Return its `webhook-id`."""
        return self.headers.get("webhook-id", "")


@dataclass
class Receiver:
    """The server's state: what it got, and what it answers to each."""

    port: int = 0
    secret: str = SECRET
    reply: Callable[[Hook], Reply] = lambda _: Reply()
    hooks: list[Hook] = field(default_factory=list)
    taken: list[Hook] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Return its address."""
        return f"http://127.0.0.1:{self.port}/hook"

    def await_taken(self, count: int, within_s: float = 240.0) -> list[Hook]:
        """Wait until it answered so many with 2xx."""
        deadline_s = time.monotonic() + within_s
        while len(self.taken) < count:
            assert time.monotonic() < deadline_s, (len(self.taken), len(self.hooks))
            time.sleep(0.02)
        return list(self.taken)


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            try:
                Webhook(receiver.secret).verify(body, headers, json_parse=False)
                signed = True
            except Exception:
                signed = False
            hook = Hook(time.time(), self.path, headers, body, signed)
            receiver.hooks.append(hook)
            reply = receiver.reply(hook)
            reply.before()
            if 200 <= reply.status < 300:
                receiver.taken.append(hook)
            self.send_response(reply.status)
            for name, value in reply.headers:
                self.send_header(name, value)
            self.send_header("content-length", str(len(reply.body)))
            self.end_headers()
            for byte in (bytes([each]) for each in reply.body) if reply.drip_s else (reply.body,):
                self.wfile.write(byte)
                self.wfile.flush()
                time.sleep(reply.drip_s)

        def log_message(self, *_: Any) -> None:
            pass

    return Handler


@contextmanager
def receiving(
    reply: Callable[[Hook], Reply] = lambda _: Reply(), port: int = 0, certificates: Certificates | None = None
) -> Iterator[Receiver]:
    """Yield a server on this machine, at a port of its own where none is given, by TLS where it has certificates."""
    receiver = Receiver(reply=reply)

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 64

        def handle_error(self, *_: Any) -> None:  # whoever is cut off says so in its own test
            pass

    server = Server(("127.0.0.1", port), _handler(receiver))
    if certificates is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificates.cert, certificates.key)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    receiver.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
