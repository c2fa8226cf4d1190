"""Routes of the list: rows, pages for partners who poll, one alert whole, its history."""

from __future__ import annotations

import hashlib
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime

from console.api.parts import RowQuery
from console.api.requests import Lang, may, parts_of
from console.wire.people import Me, Right
from console.wire.rows import AlertPage, AlertRow, Detail, HistoryLine
from schemas.alerts import AlertState
from schemas.categories import Category, Priority
from schemas.phrases.language import Language

router = APIRouter(prefix="/rooms/{room}", tags=["alerts"])
Looking = Annotated[Me, Depends(may(Right.LOOK))]
Reread = Annotated[
    bool,
    Query(description="Whether the page reads by itself what the person has open: within 10 minutes the same opening"),
]
NDJSON = "application/x-ndjson"


@router.get("/rows", response_class=StreamingResponse, responses={200: {"model": AlertRow, "content": {NDJSON: {}}}})
def rows(request: Request, room: str, me: Looking, lang: Lang = Language.NL) -> Response:
    """Return the whole list as lines of JSON, in its order; `X-Position` is where the stream goes on, `X-Total` their number."""
    found = parts_of(request).rooms.rows(room, lang)
    headers = {"X-Position": found.position, "X-Total": str(found.total), "Cache-Control": "no-store"}
    return StreamingResponse(found.lines, media_type=NDJSON, headers=headers)


@router.get("/alerts", response_model=AlertPage)
def alerts(
    request: Request,
    response: Response,
    room: str,
    me: Looking,
    state: Annotated[list[AlertState] | None, Query()] = None,
    priority: Annotated[list[Priority] | None, Query()] = None,
    category: Annotated[list[Category] | None, Query()] = None,
    mine: bool = False,
    changed_since: Annotated[AwareDatetime | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    lang: Lang = Language.NL,
) -> AlertPage | Response:
    """Return some alerts as rows, for who polls; with `If-None-Match` nothing where nothing changed."""
    query = RowQuery(
        state=_set(state), priority=_set(priority), category=_set(category), handled_by=me.user if mine else None,
        changed_since=changed_since, limit=limit, cursor=cursor,
    )  # fmt: skip
    page = parts_of(request).rooms.page(room, query, lang)
    tag = f'"{hashlib.sha256(page.model_dump_json().encode()).hexdigest()[:32]}"'
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers={"ETag": tag})
    response.headers["ETag"] = tag
    return page


def _set(values: list[AlertState] | list[Priority] | list[Category] | None) -> frozenset[str] | None:
    return None if values is None else frozenset(each.value for each in values)


@router.get("/alerts/{alert_id}")
def detail(
    request: Request, room: str, alert_id: str, me: Looking, lang: Lang = Language.NL, reread: Reread = False
) -> Detail:
    """Return one alert whole: why, reports, cameras, next step, and what may be done to it. The audit is told who opened it."""
    parts = parts_of(request)
    found = parts.rooms.detail(room, alert_id, lang, me)
    parts.sessions.tell_opened(me, room, alert_id, reread)
    return found


@router.get("/alerts/{alert_id}/history")
async def history(
    request: Request, room: str, alert_id: str, me: Looking, lang: Lang = Language.NL
) -> tuple[HistoryLine, ...]:
    """Return what became of one alert: its changes and the actions on it, the oldest first; a part of its detail."""
    parts = parts_of(request)
    found = await parts.rooms.history(room, alert_id, lang)
    await run_in_threadpool(parts.sessions.tell_opened, me, room, alert_id, reread=True)
    return found
