"""Application: the routes, the page, and the headers that each answer has."""

from __future__ import annotations

from collections.abc import MutableMapping
from pathlib import Path
from typing import Any, Final

from fastapi import APIRouter, Depends, FastAPI
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles
from starlette.datastructures import MutableHeaders
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from console.api import problems
from console.api.parts import Parts
from console.api.problems import RESPONSES, ProblemError
from console.api.requests import same_origin
from console.api.routes import actions, alerts, audit, outside, people, rooms, snapshots, stream

STATIC: Final = Path(__file__).parents[1] / "static"
"""Where `make page` puts the built page; an installed wheel carries it."""
PREFIX: Final = "/api/v1"
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
DESCRIPTION: Final = """What the operators' page uses, and partners who poll may.

Every error is problem+json (RFC 9457) with a code. Changes need JSON and come from the console's own origin.
"""


def create_app(parts: Parts) -> FastAPI:
    """Return the application of a console."""
    app = _routed()
    app.state.parts = parts
    app.add_middleware(GZipMiddleware, minimum_size=1_000)
    app.add_middleware(SecurityHeaders)
    _add_page(app)
    return app


def describe() -> dict[str, Any]:
    """Return the OpenAPI document of a console."""
    return _routed().openapi()


def _routed() -> FastAPI:
    app = FastAPI(
        title="Toezicht console", version="1", description=DESCRIPTION, openapi_url=f"{PREFIX}/openapi.json",
        docs_url=None, redoc_url=None, responses=RESPONSES,
    )  # fmt: skip
    problems.install(app)
    api = APIRouter(prefix=PREFIX, dependencies=[Depends(same_origin)])
    for each in (people, rooms, alerts, stream, actions, snapshots, audit):
        api.include_router(each.router)
    app.include_router(api)
    app.include_router(outside.router)
    return app


class SecurityHeaders:
    """Security headers: what each answer has, unless it has its own. Plain ASGI, so that a stream is not held up."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and add the headers to its answer."""

        async def sent(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, sent)


def _add_page(app: FastAPI) -> None:
    """Serve the page for every address of its own; it finds the place in it by itself."""
    if (STATIC / "assets").is_dir():
        app.mount("/assets", StaticFiles(directory=STATIC / "assets"), name="assets")

    @app.get("/{page:path}", include_in_schema=False)
    def page(page: str) -> FileResponse:
        index = STATIC / "index.html"
        if page.startswith("api/"):
            raise ProblemError(404, "not_found", "no such address in the API")
        if not index.is_file():
            raise ProblemError(503, "page_not_built", "the page is not built: run `make page`")
        return FileResponse(index, headers={"Cache-Control": "no-cache"})
