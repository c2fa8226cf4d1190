"""Route of the audit: who did and saw what."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from console.api.requests import logged_in, parts_of
from console.wire.audit import AuditPage
from console.wire.people import Me, Right
from console.wire.problems import ProblemError

router = APIRouter(tags=["audit"])
READ = frozenset({Right.AUDIT_OWN, Right.AUDIT_ROOM, Right.AUDIT_ALL})


@router.get("/audit")
async def audit(
    request: Request,
    me: Annotated[Me, Depends(logged_in)],
    room: str | None = None,
    actor: str | None = None,
    before: Annotated[int | None, Query(ge=0, description="Only lines before this sequence number")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> AuditPage:
    """Return what was done and seen, the newest first, as far as who asks may know it."""
    if not READ & set(me.rights):
        raise ProblemError(403, "not_allowed", "this needs a right on the audit")
    return await parts_of(request).audits.page(me, room, actor, before, limit)
