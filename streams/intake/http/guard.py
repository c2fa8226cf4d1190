"""Guard: what holds for every request before its body is read: its size and its form; nothing that is packed is unpacked.

Plain ASGI, outside of everything else. A body has a length, is JSON as it is, and is small: so there is nothing to unpack, and no
bomb to go off.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any, Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from streams.intake.lines import MAX_LINE_BYTES
from streams.serving.problems import ProblemError, answer

LARGEST_BODY: Final = MAX_LINE_BYTES
"""As long as a line of a feed may be: a report has some hundreds of bytes."""
LONGEST_NUMBER: Final = 18
HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}
STRICT_TRANSPORT: Final = "max-age=31536000"


def why_not(method: str, headers: Headers) -> ProblemError | None:
    """Return why a request is not taken, None where it is."""
    if "transfer-encoding" in headers:
        return ProblemError(411, "no_length", f"expected a body of at most {LARGEST_BODY} bytes, with its length")
    length = headers.get("content-length", "0")
    if not (length.isascii() and length.isdecimal()) or len(length) > LONGEST_NUMBER or int(length) > LARGEST_BODY:
        return ProblemError(413, "too_large", f"expected a body of at most {LARGEST_BODY} bytes")
    if method != "POST":
        return None
    if headers.get("content-encoding", "identity").strip().lower() != "identity":
        return ProblemError(415, "packed", "expected a body that is not packed (no Content-Encoding)", title="packed")
    if headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
        return ProblemError(415, "not_json", "expected the content type application/json")
    return None


class IntakeGuard:
    """Intake guard: refuses what no route shall see, ends the connection with it, and puts the headers on every answer.

    Args:
        app: What it guards.
        secure: Whether clients reach it by TLS.
    """

    def __init__(self, app: ASGIApp, secure: bool) -> None:
        self._app = app
        headers = HEADERS | ({"Strict-Transport-Security": STRICT_TRANSPORT} if secure else {})
        self._headers = [(name.lower().encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def sent(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                said = message.setdefault("headers", [])
                names = {name for name, _ in said}
                said.extend(header for header in self._headers if header[0] not in names)
                if message["status"] in {408, 411, 413, 415}:  # what is left of the body is not waited for
                    said.append((b"connection", b"close"))
            await send(message)

        problem = why_not(scope["method"], Headers(scope=scope))
        app = self._app if problem is None else answer(problem)
        await app(scope, receive, sent)
