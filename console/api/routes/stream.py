"""Route of the stream: a room's events as they come (server-sent events)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

import anyio
from fastapi import APIRouter, Depends, Header, Query, Request
from sse_starlette import EventSourceResponse, ServerSentEvent

from console.api.parts import Parts
from console.api.requests import Lang, caller_of, may, parts_of
from console.wire.events import Bye, StreamEvents
from console.wire.people import Caller, Me, Right
from console.wire.problems import ProblemError
from schemas.phrases.language import Language

router = APIRouter(prefix="/rooms/{room}", tags=["stream"])
EVENTS = "text/event-stream"
SEND_S = 30.0
"""How long a reader may take for one event (s): who takes none, such as a machine that sleeps, gives its place back."""
GRACE_S = 2.0
"""How long a stream may take to say goodbye when the process stops (s), before it is cut."""


@router.get(
    "/stream",
    response_class=EventSourceResponse,
    responses={200: {"model": StreamEvents, "description": "By the name of each event", "content": {EVENTS: {}}}},
)
async def stream(
    request: Request,
    room: str,
    me: Annotated[Me, Depends(may(Right.LOOK))],
    since: Annotated[str | None, Query(max_length=60)] = None,
    last_event_id: Annotated[str | None, Header(max_length=60)] = None,
    lang: Lang = Language.NL,
) -> EventSourceResponse:
    """Send the room's events: every row that is newer than `since` or `Last-Event-ID`, then what changes.

    Events: alert, decision, camera, zone, status (every 2 s), reset, bye. An id is `<alert-state offset>.<decision-log offset>`,
    and a number behind it where the topics have one, so that those of the same names that were made anew are told apart.
    """
    parts, caller = parts_of(request), caller_of(request)
    found = parts.rooms.stream(room, last_event_id or since, lang, me.user)

    async def events() -> AsyncIterator[ServerSentEvent]:
        async for event_id, name, data in found:
            if name == "status" and not _still_may(parts, caller, room):  # looked at every 2 s
                yield ServerSentEvent(data=Bye(reason="session_ended").model_dump_json(), event="bye")
                return
            yield ServerSentEvent(data=data.decode(), event=name, id=event_id)

    return EventSourceResponse(
        events(), headers={"Cache-Control": "no-store"}, ping=3_600, send_timeout=SEND_S, shutdown_event=anyio.Event(),
        shutdown_grace_period=GRACE_S,
    )  # fmt: skip


def _still_may(parts: Parts, caller: Caller, room: str) -> bool:
    """Return whether who calls is logged in, and may look at a room: a login in the meantime may have brought other roles."""
    try:
        me = parts.sessions.me(caller)
    except ProblemError:
        return False
    return Right.LOOK in me.rights and room in me.rooms and not me.must_change
