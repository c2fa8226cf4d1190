"""Drawing's page: served to this machine alone, for as long as one camera is drawn.

Whoever else is on the machine does not know the token in the address, another site's page cannot reach it (Host and Origin are
held), and the page itself may load and ask nothing but what comes from here.
"""

from __future__ import annotations

import hmac
import json
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from typing import Any, Final

from pydantic import ValidationError

from streams.cameras.drawing.shapes import DrawnShapes
from streams.errors import ToezichtError

HOST: Final = "127.0.0.1"
MOST_BYTES: Final = 1_000_000
"""Largest request: two hundred shapes of two hundred corners are half of it."""
SILENT_S: Final = 30.0
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
PAGES: Final = {
    "": ("page.html", "text/html; charset=utf-8"),
    "page.js": ("page.js", "text/javascript; charset=utf-8"),
    "page.css": ("page.css", "text/css; charset=utf-8"),
}

Save = Callable[[DrawnShapes], str]
"""Writes what was drawn; returns what is told, and raises ToezichtError where it cannot be."""


@dataclass(frozen=True, slots=True)
class DrawingBoard:
    """Drawing board: what the page shows.

    Attributes:
        camera: What it has: id, name, size, and shapes (`shapes_of`); `sharp` says whether all of the still is a mosaic.
        still: The picture (JPEG), in which nobody can be known.
        save: Writes what was drawn.
    """

    camera: Mapping[str, Any]
    still: bytes = field(repr=False)
    save: Save


class DrawingServer:
    """Drawing server: bound when it is made; `serve` answers until something was saved, or `close` is called."""

    def __init__(self, board: DrawingBoard, port: int = 0) -> None:
        """Take a port of this machine; 0 picks a free one."""
        self.board = board
        self.token = secrets.token_urlsafe(32)
        self.saved = threading.Event()
        handler = type("Handler", (_Handler,), {"drawing": self})
        self._server = ThreadingHTTPServer((HOST, port), handler)
        self._server.daemon_threads = True

    @property
    def origin(self) -> str:
        """Return the address without its token."""
        return f"http://{HOST}:{self._server.server_address[1]}"

    @property
    def address(self) -> str:
        """Return where the page is; the token in it is the key."""
        return f"{self.origin}/{self.token}/"

    def serve(self) -> None:
        """Answer until something was saved."""
        threading.Thread(target=self._end_when_saved, name="drawing-end", daemon=True).start()
        self._server.serve_forever(poll_interval=0.1)

    def close(self) -> None:
        """Give the port back; may be called twice."""
        self.saved.set()
        self._server.server_close()

    def _end_when_saved(self) -> None:
        self.saved.wait()
        self._server.shutdown()


class _Handler(BaseHTTPRequestHandler):
    drawing: DrawingServer
    timeout = SILENT_S
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        name = self._name()
        if name in PAGES:
            file, kind = PAGES[name]
            self._answer(HTTPStatus.OK, kind, (files("streams.cameras.drawing") / file).read_bytes())
        elif name == "camera.json":
            self._answer(HTTPStatus.OK, "application/json", json.dumps(self.drawing.board.camera).encode())
        elif name == "still.jpg":
            self._answer(HTTPStatus.OK, "image/jpeg", self.drawing.board.still)
        else:
            self._refuse(HTTPStatus.NOT_FOUND)

    def do_POST(self) -> None:
        if self._name() != "save":
            self._refuse(HTTPStatus.NOT_FOUND)
            return
        length = self.headers.get("Content-Length", "")
        if self.headers.get("Origin") != self.drawing.origin or self.headers.get_content_type() != "application/json":
            self._refuse(HTTPStatus.FORBIDDEN)
        elif not length.isdecimal() or int(length) > MOST_BYTES:
            self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        else:
            self._save(self.rfile.read(int(length)))

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing: the token stands in each request's first line."""

    def version_string(self) -> str:
        return "toezicht"

    def _save(self, body: bytes) -> None:
        try:
            told = self.drawing.board.save(DrawnShapes.model_validate_json(body))
        except ValidationError as error:
            faults = error.errors(include_url=False, include_input=False)
            lines = [f"{'.'.join(map(str, each['loc'])) or 'drawn'}: {each['msg']}" for each in faults]
            self._answer_json(HTTPStatus.UNPROCESSABLE_ENTITY, {"errors": lines[:20]})
        except ToezichtError as error:
            self._answer_json(HTTPStatus.UNPROCESSABLE_ENTITY, {"errors": str(error).splitlines()[:20]})
        else:
            self._answer_json(HTTPStatus.OK, {"saved": told})
            self.wfile.flush()
            self.drawing.saved.set()

    def _name(self) -> str | None:
        """Return what is asked for behind the token; None for who does not know it, or comes by another name."""
        if self.headers.get("Host") != self.drawing.origin.removeprefix("http://"):
            return None
        _, token, *rest = [*self.path.split("/", 2), ""]
        known = hmac.compare_digest(token.encode("utf-8", "replace"), self.drawing.token.encode())
        return rest[0] if known and self.path.count("/") == 2 else None

    def _answer_json(self, status: HTTPStatus, content: Mapping[str, Any]) -> None:
        self._answer(status, "application/json", json.dumps(content).encode())

    def _refuse(self, status: HTTPStatus) -> None:
        self.close_connection = True
        self._answer(status, "text/plain; charset=utf-8", status.phrase.encode())

    def _answer(self, status: HTTPStatus, kind: str, body: bytes) -> None:
        self.send_response(status)
        for name, value in HEADERS.items():
            self.send_header(name, value)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)
