"""Routes of a room: what it is, its cameras, zones, state, and a period for the next shift."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import AwareDatetime

from console.api.requests import Lang, logged_in, may, parts_of
from console.wire.events import CameraNow, Status, ZoneNow
from console.wire.people import Me, Right
from console.wire.problems import ProblemError
from console.wire.rooms import Handover, RoomInfo, Series
from schemas.phrases.language import Language
from streams.clock import utc_now

router = APIRouter(tags=["rooms"])
Looking = Annotated[Me, Depends(may(Right.LOOK))]


@router.get("/rooms")
def rooms(request: Request, me: Annotated[Me, Depends(logged_in)]) -> tuple[RoomInfo, ...]:
    """Return the control rooms of who asks."""
    known = parts_of(request).rooms
    return tuple(known.room(room) for room in known.names() if room in me.rooms)


@router.get("/rooms/{room}")
def room_(request: Request, room: str, me: Looking) -> RoomInfo:
    """Return what a control room is."""
    return parts_of(request).rooms.room(room)


@router.get("/rooms/{room}/status")
def status(request: Request, room: str, me: Looking) -> Status:
    """Return what stands still, if anything; the stream tells the same every 2 s."""
    return parts_of(request).rooms.status(room)


@router.get("/rooms/{room}/cameras")
def cameras(request: Request, room: str, me: Looking, lang: Lang = Language.NL) -> tuple[CameraNow, ...]:
    """Return the room's cameras: where, what they view, whether they can look, and why not."""
    return parts_of(request).rooms.cameras(room, lang)


@router.get("/rooms/{room}/zones")
def zones(request: Request, room: str, me: Looking, lang: Lang = Language.NL) -> tuple[ZoneNow, ...]:
    """Return how crowded the room's zones are."""
    return parts_of(request).rooms.zones(room, lang)


@router.get("/rooms/{room}/zones/{zone_id}/series")
def series(
    request: Request,
    room: str,
    zone_id: str,
    me: Looking,
    from_at: Annotated[AwareDatetime | None, Query(alias="from")] = None,
    to_at: Annotated[AwareDatetime | None, Query(alias="to")] = None,
    step: Annotated[int, Query(ge=1, le=3_600, description="Seconds")] = 10,
    lang: Lang = Language.NL,
) -> Series:
    """Return one zone over time, two hours back where nothing else is asked."""
    until = to_at or utc_now()
    since = from_at or until - timedelta(hours=2)
    if not timedelta(0) < until - since <= timedelta(hours=24):
        raise ProblemError(422, "invalid", "expected from before to, at most 24 h apart", {"from": "before to"})
    return parts_of(request).rooms.series(room, zone_id, since, until, step, lang)


@router.get("/rooms/{room}/handover")
async def handover(
    request: Request,
    room: str,
    me: Looking,
    from_at: Annotated[AwareDatetime | None, Query(alias="from")] = None,
    to_at: Annotated[AwareDatetime | None, Query(alias="to")] = None,
    lang: Lang = Language.NL,
) -> Handover:
    """Return a period for the next shift, the last 8 h where nothing else is asked."""
    until = to_at or utc_now()
    since = from_at or until - timedelta(hours=8)
    if not timedelta(0) < until - since <= timedelta(days=7):
        raise ProblemError(422, "invalid", "expected from before to, at most 7 days apart", {"from": "before to"})
    return await parts_of(request).rooms.handover(room, since, until, lang)
