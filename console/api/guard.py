"""Guard: what holds for every request and every answer before a route sees it: whose a change is, how large, which headers.

Plain ASGI, outside of everything else: a body is refused before it is read, a stream is not held up, and no answer is without
its headers, whatever made it.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any, Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Receive, Scope, Send

from console.api.problems import ProblemError, answer
from console.settings import ConsoleSettings
from streams.metrics import CONSOLE_REQUESTS, from_zero
from streams.tracing.spans import is_on, served, within

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
LARGEST_BODY: Final = 64 * 1024
API: Final = "/api/"
STREAM: Final = "/stream"
"""What is traced, and what is not: a stream lasts for hours, and what goes through it is traced by itself."""
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types svelte-trusted-html default"
)
"""Content security policy: nothing but the console's own files; markup from text needs a policy by name (docs/console.md)."""
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}
STRICT_TRANSPORT: Final = "max-age=31536000"
"""A year: browsers then ask this host over TLS alone (NCSC's guidelines for TLS)."""


def why_not(method: str, headers: Headers, own_address: str) -> ProblemError | None:
    """Return why a request is not taken, None where it is: a change comes from this console's own page, as JSON, and is small.

    Args:
        method: HTTP's.
        headers: Its headers.
        own_address: The address that browsers see; by the request's `Host` where empty.
    """
    has_body = "transfer-encoding" in headers or headers.get("content-length", "0") != "0"
    if method not in SAFE:
        if not _is_own(headers, own_address):
            return ProblemError(403, "other_origin", "expected a request of this console's own page")
        is_json = headers.get("content-type", "").split(";")[0].strip().lower() == "application/json"
        if not is_json and (has_body or method != "DELETE"):
            return ProblemError(415, "not_json", "expected the content type application/json")
    if "transfer-encoding" in headers:
        return ProblemError(411, "no_length", f"expected a body of at most {LARGEST_BODY} bytes, with its length")
    length = headers.get("content-length", "0")
    if not (length.isascii() and length.isdecimal()) or len(length) > 18 or int(length) > LARGEST_BODY:
        return ProblemError(413, "too_large", f"expected a body of at most {LARGEST_BODY} bytes")
    return None


def _is_own(headers: Headers, own_address: str) -> bool:
    """Return whether a browser says that a page of this console sent a request; a browser always says one of the two."""
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None and site != "same-origin":
        return False
    if origin is None:
        return site == "same-origin"
    if own_address:
        return origin == "{0.scheme}://{0.netloc}".format(urlsplit(own_address))
    try:
        return urlsplit(origin).netloc == headers.get("host")
    except ValueError:
        return False


class RequestGuard:
    """Request guard: refuses what no route shall see, and puts the headers on every answer that has none of its own.

    Args:
        app: What it guards.
        settings: Its address, and whether browsers reach it by TLS.
    """

    def __init__(self, app: ASGIApp, settings: ConsoleSettings) -> None:
        self._app, self._own_address = app, settings.address
        from_zero(CONSOLE_REQUESTS, ("2xx", "3xx", "4xx", "5xx"))
        self._headers = HEADERS | ({"Strict-Transport-Security": STRICT_TRANSPORT} if settings.secure else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def sent(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                CONSOLE_REQUESTS.labels(f"{message['status'] // 100}xx").inc()
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        problem = why_not(scope["method"], Headers(scope=scope), self._own_address)
        app = self._app if problem is None else answer(problem)
        if problem is not None or not is_on() or not scope["path"].startswith(API) or scope["path"].endswith(STREAM):
            await app(scope, receive, sent)
            return
        span = served("console", scope["method"])
        with within(span.context):
            try:
                await app(scope, receive, sent)
            finally:  # the address as the API has it, without anybody's id
                span.name += f" {getattr(scope.get('route'), 'path', '')}".rstrip()
                span.end()
