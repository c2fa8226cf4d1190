"""Polled systems for tests: stand-ins that answer as Signalen's private API and Meldingen do, over real HTTP."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "a-token-of-the-api"


class PolledSystem:
    """A system with reports that change, of which each has an id and a moment of its last change."""

    def __init__(self, page_size: int = 100) -> None:
        self.reports: dict[int, dict[str, Any]] = {}
        self.page_size = page_size
        self.asked: list[tuple[str, dict[str, list[str]]]] = []
        self.tokens: list[str | None] = []
        self.answers: list[tuple[int, bytes, dict[str, str]]] = []
        """What to answer in place of reports, one after the other."""
        self.before_each: Callable[[], None] = lambda: None

    def change(self, number: int, at: datetime, **fields: Any) -> None:
        """Change or make a report."""
        self.reports[number] = {
            "id": number,
            "updated_at": at.isoformat(),
            "reporter": {"email": "zwartjanssen@x.nl"},
        } | fields

    def answer(self, path: str, query: dict[str, list[str]], token: str | None) -> tuple[int, bytes, dict[str, str]]:
        """Return status, body and headers."""
        self.before_each()
        self.asked.append((path, query))
        self.tokens.append(token)
        if self.answers:
            return self.answers.pop(0)
        if token != f"Bearer {TOKEN}":
            return 401, b"{}", {}
        found = self._signalen(query) if path.startswith("/signals/") else self._meldingen(query)
        return 200, json.dumps(found).encode(), {}

    def _signalen(self, query: dict[str, list[str]]) -> dict[str, Any]:
        assert query.keys() == {"updated_after", "ordering", "page_size", "page"}
        assert query["ordering"] == ["updated_at"]
        since = datetime.fromisoformat(query["updated_after"][0])
        changed = [each for each in self.reports.values() if datetime.fromisoformat(each["updated_at"]) >= since]
        changed.sort(key=lambda each: (each["updated_at"], each["id"]))
        size, page = min(self.page_size, int(query["page_size"][0])), int(query["page"][0])
        found = changed[(page - 1) * size : page * size]
        following = {"href": f"http://elsewhere/?page={page + 1}"} if len(changed) > page * size else {"href": None}
        return {"_links": {"self": {"href": "x"}, "next": following}, "count": len(changed), "results": found}

    def _meldingen(self, query: dict[str, list[str]]) -> list[dict[str, Any]]:
        assert json.loads(query["sort"][0]) == ["updated_at", "DESC"]
        newest = sorted(self.reports.values(), key=lambda each: each["updated_at"], reverse=True)
        offset = int(query["offset"][0])
        return newest[offset : offset + int(query["limit"][0])]


@contextmanager
def serving(system: PolledSystem) -> Iterator[str]:
    """Yield the address of a system."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            status, body, headers = system.answer(parts.path, parse_qs(parts.query), self.headers.get("Authorization"))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
