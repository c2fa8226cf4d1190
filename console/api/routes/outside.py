"""Routes outside the API: the map's tiles, and whether the process lives and is ready."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.responses import PlainTextResponse

from console.api.requests import logged_in, parts_of
from console.wire.people import Me

router = APIRouter(tags=["outside"])


@router.get("/tiles/{z}/{x}/{y}", response_class=Response)
async def tile(
    request: Request,
    z: Annotated[int, Path(ge=0, le=22)],
    x: Annotated[int, Path(ge=0, lt=2**22)],
    y: Annotated[int, Path(ge=0, lt=2**22)],
    me: Annotated[Me, Depends(logged_in)],
) -> Response:
    """Return a tile of the map's background."""
    data, media_type = await parts_of(request).tiles.tile(z, x, y)
    return Response(data, media_type=media_type, headers={"Cache-Control": "private, max-age=86400"})


@router.get("/healthz", response_class=PlainTextResponse)
def healthz() -> str:
    """Answer as long as the process lives."""
    return "ok\n"


@router.get("/readyz", response_class=PlainTextResponse)
def readyz(request: Request) -> PlainTextResponse:
    """Answer 200 once every room's list is whole."""
    ready = parts_of(request).rooms.ready()
    return PlainTextResponse("ready\n" if ready else "the list is being read\n", 200 if ready else 503)
