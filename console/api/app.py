"""Application: the routes, and the page."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from fastapi import APIRouter, FastAPI, Response
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp

from console.api import problems
from console.api.guard import RequestGuard
from console.api.parts import Parts
from console.api.problems import RESPONSES, ProblemError
from console.api.routes import actions, alerts, audit, outside, people, rooms, snapshots, stream
from console.settings import ConsoleSettings
from streams.errors import ConfigurationError

STATIC: Final = Path(__file__).parents[1] / "static"
"""Where `make page` puts the built page; an installed wheel carries it."""
INDEX: Final = "index.html"
PREFIX: Final = "/api/v1"
DESCRIPTION: Final = """What the operators' page uses, and partners who poll may.

Every error is problem+json (RFC 9457) with a code. Changes need JSON and come from the console's own origin.
"""


def create_app(parts: Parts) -> FastAPI:
    """Return the application of a console."""
    app = _routed()
    app.state.parts = parts
    app.add_middleware(GZipMiddleware, minimum_size=1_000, compresslevel=6)  # 9 takes twice as long for 5 %
    _add_page(app, parts.settings)
    return app


def describe() -> dict[str, Any]:
    """Return the OpenAPI document of a console."""
    return _routed().openapi()


def _routed() -> FastAPI:
    app = ConsoleApp(
        title="Toezicht console", version="1", description=DESCRIPTION, openapi_url=f"{PREFIX}/openapi.json",
        docs_url=None, redoc_url=None, responses=RESPONSES,
    )  # fmt: skip
    problems.install(app)
    api = APIRouter(prefix=PREFIX)
    for each in (people, rooms, alerts, stream, actions, snapshots, audit):
        api.include_router(each.router)
    app.include_router(api)
    app.include_router(outside.router)
    return app


class ConsoleApp(FastAPI):
    """Console app: FastAPI inside of its guard, so that even an error that nobody expected has all headers."""

    def build_middleware_stack(self) -> ASGIApp:
        """Return all layers, the guard outermost."""
        parts: Parts = self.state.parts
        return RequestGuard(super().build_middleware_stack(), parts.settings)


class Assets(StaticFiles):
    """Assets: the built page's files, whose names change with their content."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        """Return a file that browsers may keep."""
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def _add_page(app: FastAPI, settings: ConsoleSettings) -> None:
    """Serve the page for every address of its own; it finds the place in it by itself."""
    if (STATIC / "assets").is_dir():
        app.mount("/assets", Assets(directory=STATIC / "assets"), name="assets")
    theme = _theme(settings)
    beside = {path.name: path for path in STATIC.glob("*") if path.is_file() and path.name != INDEX}

    @app.get("/theme.css", include_in_schema=False)
    def theme_css() -> Response:
        return Response(theme, media_type="text/css", headers={"Cache-Control": "no-cache"})

    @app.get("/{page:path}", include_in_schema=False)
    def page(page: str) -> FileResponse:
        if page == "api" or page.startswith("api/"):
            raise ProblemError(404, "not_found", "no such address in the API")
        if page in beside:
            return FileResponse(beside[page], headers={"Cache-Control": "no-cache"})
        if not (STATIC / INDEX).is_file():
            raise ProblemError(503, "page_not_built", "the page is not built: run `make page`")
        return FileResponse(STATIC / INDEX, headers={"Cache-Control": "no-cache"})


def _theme(settings: ConsoleSettings) -> str:
    """Return a municipality's own colours, empty where none are configured.

    Raises:
        ConfigurationError: The file cannot be read.
    """
    if settings.theme is None:
        return ""
    path = settings.base / settings.theme
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise ConfigurationError("environment", "TOEZICHT_CONSOLE_THEME", str(path), "a CSS file (UTF-8)") from None
