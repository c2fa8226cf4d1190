"""Routes of snapshots: ask a camera for a picture, whether it came, and the image itself."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.concurrency import run_in_threadpool

from console.api.requests import Lang, caller_of, logged_in, may, parts_of
from console.wire.people import Me, Right
from console.wire.pictures import PictureAnswer, PictureAsked
from schemas.phrases.language import Language

router = APIRouter(tags=["snapshots"])


@router.post("/rooms/{room}/snapshots", status_code=202)
async def ask(
    request: Request,
    room: str,
    asked: PictureAsked,
    me: Annotated[Me, Depends(may(Right.SNAPSHOT, keeps_acting=False))],
    lang: Lang = Language.NL,
) -> PictureAnswer:
    """Ask a camera for a picture; persons and vehicles are made unrecognisable, and the request is written down."""
    sessions = parts_of(request).sessions
    await run_in_threadpool(sessions.keep_acting, caller_of(request), at_the_keys=not asked.by_itself)
    return await parts_of(request).pictures.ask(room, asked, me, lang)


@router.get("/snapshots/{request_id}")
def picture(
    request: Request, request_id: str, me: Annotated[Me, Depends(logged_in)], lang: Lang = Language.NL
) -> PictureAnswer:
    """Return whether a picture came, or why there is none."""
    return parts_of(request).pictures.picture(request_id, me, lang)


@router.get("/snapshots/{request_id}/image", response_class=Response, responses={200: {"content": {"image/jpeg": {}}}})
async def image(request: Request, request_id: str, me: Annotated[Me, Depends(logged_in)]) -> Response:
    """Return the image; that it was seen, by whom and for what is in the audit before it is sent."""
    jpeg = await parts_of(request).pictures.image(request_id, me)
    return Response(jpeg, media_type="image/jpeg", headers={"Cache-Control": "no-store"})
