"""Requests: who sends one, whether they may, and whether a change is really theirs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Final
from urllib.parse import urlsplit

from fastapi import Query, Request

from console.api.parts import Parts
from console.api.problems import ProblemError
from console.wire.people import Caller, Me, Right
from schemas.phrases.language import Language

COOKIE: Final = "__Host-toezicht"
PLAIN_COOKIE: Final = "toezicht"
"""Without TLS, on this machine alone: browsers refuse the prefix `__Host-` there."""
LARGEST_BODY: Final = 64 * 1024
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


def parts_of(request: Request) -> Parts:
    """Return the application's parts."""
    parts: Parts = request.app.state.parts
    return parts


def caller_of(request: Request) -> Caller:
    """Return whence a request comes."""
    address = request.client.host if request.client is not None else ""
    return Caller(address, request.cookies.get(COOKIE) or request.cookies.get(PLAIN_COOKIE))


def logged_in(request: Request) -> Me:
    """Return who sends a request.

    Raises:
        ProblemError: 401, nobody is logged in.
    """
    return parts_of(request).sessions.me(caller_of(request))


def may(right: Right) -> Callable[[Request], Me]:
    """Return what a route depends on that needs a right.

    A room in the address must be one of the person's own. A change keeps their session acting, and needs it to be.
    """

    def checked(request: Request) -> Me:
        parts, caller = parts_of(request), caller_of(request)
        me = parts.sessions.me(caller)
        if right not in me.rights:
            raise ProblemError(403, "not_allowed", f"this needs the right {right.value}")
        room = request.path_params.get("room")
        if room is not None and (room not in me.rooms or room not in parts.rooms.names()):
            raise ProblemError(404, "no_such_room", "expected one of your control rooms")
        return me if request.method in SAFE else parts.sessions.keep_acting(caller)

    return checked


def same_origin(request: Request) -> None:
    """Check that a change was sent by a page of this console and as JSON.

    Raises:
        ProblemError: 403, it comes from elsewhere; 415, it is no JSON; 413, it is too large.
    """
    if request.method in SAFE:
        return
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None and site != "same-origin":
        raise ProblemError(403, "other_origin", "expected a request of this console's own page")
    if site is None and (origin is None or urlsplit(origin).netloc != request.headers.get("host")):
        raise ProblemError(403, "other_origin", "expected Sec-Fetch-Site or Origin of this console")
    if request.headers.get("content-type", "").split(";")[0].strip() != "application/json":
        raise ProblemError(415, "not_json", "expected the content type application/json")
    length = request.headers.get("content-length", "")
    if not length.isdecimal() or int(length) > LARGEST_BODY:
        raise ProblemError(413, "too_large", f"expected a body of at most {LARGEST_BODY} bytes, with its length")


Lang = Annotated[Language, Query(description="In which language words are")]
