"""A partner's server, in a process of its own: prints the id of each request and when it was whole (s since 1970)."""

from __future__ import annotations

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

_LINE: Final = threading.Lock()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        """Take a request."""
        self.rfile.read(int(self.headers.get("content-length", 0)))
        at_s = time.time()
        self.send_response(204)
        self.end_headers()
        with _LINE:  # threads would write into each other's lines
            print(f"{self.headers.get('webhook-id', '')} {at_s:.6f}", flush=True)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def main() -> None:
    """Serve at a free port, which is the first line."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    print(server.server_port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
