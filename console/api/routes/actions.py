"""Routes of acting: an action, what became of it, a report by hand, the lists of dialogs."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from console.api.requests import Lang, logged_in, may, parts_of
from console.wire.actions import ActionAsked, Choices, ReportAsked
from console.wire.events import Decision
from console.wire.people import Me, Right
from schemas.phrases.language import Language

router = APIRouter(tags=["actions"])


@router.post("/rooms/{room}/actions", status_code=202)
async def act(request: Request, room: str, asked: ActionAsked, me: Annotated[Me, Depends(may(Right.ACT))]) -> Decision:
    """Take an action: it is done once, however often it is sent; its answer comes as a `decision` on the stream."""
    return await parts_of(request).acting.act(room, asked, me)


@router.get("/actions/{action_id}")
def decision(request: Request, action_id: str, me: Annotated[Me, Depends(logged_in)]) -> Decision:
    """Return what became of an action: pending, done, or refused with the reason."""
    return parts_of(request).acting.decision(action_id, me)


@router.post("/rooms/{room}/reports", status_code=202)
async def report(request: Request, room: str, asked: ReportAsked, me: Annotated[Me, Depends(may(Right.ACT))]) -> None:
    """Take a report that an operator enters by hand; the alert that it makes or joins comes on the stream."""
    await parts_of(request).acting.report(room, asked, me)


@router.get("/rooms/{room}/choices")
def choices(
    request: Request, room: str, me: Annotated[Me, Depends(may(Right.LOOK))], lang: Lang = Language.NL
) -> Choices:
    """Return the lists that dialogs offer."""
    return parts_of(request).acting.choices(room, lang)
