"""Requests: who sends one, and whether they may."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Final

from fastapi import Query, Request

from console.api.guard import SAFE
from console.api.parts import Parts
from console.wire.people import Caller, Me, Right
from console.wire.problems import ProblemError
from schemas.phrases.language import Language

COOKIE: Final = "__Host-toezicht"
PLAIN_COOKIE: Final = "toezicht"
"""Without TLS, on this machine alone: browsers refuse the prefix `__Host-` there."""


def parts_of(request: Request) -> Parts:
    """Return the application's parts."""
    parts: Parts = request.app.state.parts
    return parts


def caller_of(request: Request) -> Caller:
    """Return whence a request comes."""
    address = request.client.host if request.client is not None else ""
    name = COOKIE if parts_of(request).settings.secure else PLAIN_COOKIE
    return Caller(address, request.cookies.get(name))


def known(request: Request) -> Me:
    """Return who sends a request, also with a first password: for who they are, changing it, and logging out.

    Raises:
        ProblemError: 401, nobody is logged in.
    """
    return parts_of(request).sessions.me(caller_of(request))


def logged_in(request: Request) -> Me:
    """Return who sends a request.

    Raises:
        ProblemError: 401, nobody is logged in; 403 `must_change`, their password is a first one.
    """
    me = known(request)
    if me.must_change:
        raise ProblemError(403, "must_change", "expected a password of one's own: PUT /api/v1/me/password")
    return me


def may(right: Right, keeps_acting: bool = True) -> Callable[[Request], Me]:
    """Return what a route depends on that needs a right.

    A room in the address must be one of the person's own. A change keeps their session acting, and needs it to be; one that
    they may not make is told to the audit.

    Args:
        right: It.
        keeps_acting: False where the route sees to it, since the page may have asked by itself.
    """

    def checked(request: Request) -> Me:
        parts, caller, me = parts_of(request), caller_of(request), logged_in(request)
        room = request.path_params.get("room")
        if right not in me.rights:
            if request.method not in SAFE:
                served = room if room in parts.rooms.names() else ""
                parts.sessions.tell_refused(me, right, f"{request.method} {request.scope['route'].path}", served)
            raise ProblemError(403, "not_allowed", f"this needs the right {right.value}")
        if room is not None and (room not in me.rooms or room not in parts.rooms.names()):
            raise ProblemError(404, "no_such_room", "expected one of your control rooms")
        return me if request.method in SAFE or not keeps_acting else parts.sessions.keep_acting(caller)

    return checked


Lang = Annotated[Language, Query(description="In which language words are")]
