"""Basis: each camera's decision: its dates, hours and masks, whether it is in force, and whether the camera kept to it.

All is held against the registry as it is now: of what it was before, this tells nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from schemas.base import iso_utc
from schemas.cameras import CameraState
from schemas.phrases.codes import compliance as says
from schemas.phrases.codes.cameras import status_reason
from schemas.phrases.phrase import Phrase
from streams.domain.cameras.legal_basis import (
    Permission,
    PermissionCode,
    permission,
    permitted_until,
    window_phrase,
)
from streams.domain.cameras.registry import Camera, Registry
from streams.domain.compliance.camera_time import Spell
from streams.domain.compliance.finding import ComplianceFinding, LimitStanding, ReportPart
from streams.domain.compliance.retention import time_span

LATE: Final = timedelta(minutes=1)
"""How much after the end of a window a camera may tell that it looks no more: it is asked each second, and its last picture is on
its way for some seconds; a minute allows for a host that is loaded."""
IN_FORCE: Final = frozenset({PermissionCode.PERMITTED, PermissionCode.OUTSIDE_VIEWING_WINDOW})
"""What a decision that is in force says: look now, or at another hour."""


def camera_findings(
    registry: Registry, spells: Iterable[Spell] | None, now: datetime, time_zone: ZoneInfo
) -> Iterator[ComplianceFinding]:
    """Yield each camera's decision, and what of its own changes goes against it.

    Args:
        registry: The cameras.
        spells: What each told of itself; None where that could not be read.
        now: The moment (UTC).
        time_zone: The zone of the decision's dates and hours.
    """
    of_camera: dict[str, list[Spell]] = defaultdict(list)
    for spell in spells or ():
        if spell.aspect == "stream":
            of_camera[spell.camera_id].append(spell)
    for camera in registry.cameras:
        allowed = permission(camera, now, time_zone)
        standing, what = _standing(camera, allowed)
        facts = _facts(camera, allowed)
        if spells is not None:
            trespass = _trespass(camera, of_camera.pop(camera.id, []), time_zone)
            if trespass is not None:
                standing, what = trespass
        yield ComplianceFinding(ReportPart.CAMERAS, camera.id, standing, what, facts)
    for camera_id in sorted(of_camera):
        if any(spell.state is not CameraState.REFUSED for spell in of_camera[camera_id]):
            yield ComplianceFinding(
                ReportPart.CAMERAS, camera_id, LimitStanding.NOT_KNOWN, says.camera_not_registered()
            )


def _standing(camera: Camera, allowed: Permission) -> tuple[LimitStanding, Phrase]:
    legal, masks = camera.legal, len(camera.masks.polygons)
    if allowed.reason in IN_FORCE:
        first, *others = (window_phrase(window) for window in legal.viewing_windows)
        hours = says.hours_of_viewing((first, *others))
        return LimitStanding.KEPT, says.decision_in_force(
            legal.decision_ref, legal.valid_from, legal.valid_until, hours, masks, camera.masks.version
        )
    if allowed.reason is PermissionCode.OUTSIDE_PUBLIC_AREA:
        return LimitStanding.BREACH, allowed.what
    return LimitStanding.TOLD, says.decision_not_in_force(allowed.what)


def _facts(camera: Camera, allowed: Permission) -> dict[str, object]:
    legal = camera.legal
    return {
        "control_room": camera.control_room,
        "decision_ref": legal.decision_ref,
        "valid_from": legal.valid_from.isoformat(),
        "valid_until": legal.valid_until.isoformat(),
        "viewing_windows": [
            {
                "days": [day.value for day in window.days],
                "from": f"{window.from_time:%H:%M}",
                "until": f"{window.until_time:%H:%M}",
            }
            for window in legal.viewing_windows
        ],
        "masks": len(camera.masks.polygons),
        "mask_version": camera.masks.version,
        "in_force": allowed.reason in IN_FORCE,
        "may_look_now": allowed.allowed,
        "permission": allowed.reason.value,
    }


def _trespass(camera: Camera, spells: list[Spell], time_zone: ZoneInfo) -> tuple[LimitStanding, Phrase] | None:
    """Return what of a camera's own changes goes against its decision: that it looked when it might not, else that it may have.

    A camera that tells in a closed hour that it looks does look. One that told nothing at the end of a window may have gone
    on, or its process may have ended without a word.
    """
    looking = [spell for spell in spells if spell.state in {CameraState.ONLINE, CameraState.DEGRADED}]
    for spell in looking:
        told = permission(camera, spell.since, time_zone)
        if not told.allowed:
            return LimitStanding.BREACH, says.looked_without_basis(spell.since, told.what)
    for spell in looking:
        until = permitted_until(camera, spell.since, time_zone)
        if until is not None and spell.until - until > LATE:
            return LimitStanding.NOT_KNOWN, says.may_have_looked(until, spell.until)
    return None


def refusal_findings(spells: Iterable[Spell], since: datetime) -> Iterator[ComplianceFinding]:
    """Yield for how long each camera was refused, by reason; how many pictures that were nobody knows, since none was taken.

    Args:
        spells: What the cameras told.
        since: From when on that is known (UTC).
    """
    lasted_s: dict[tuple[str, str], list[float]] = defaultdict(list)
    for spell in spells:
        if spell.state is CameraState.REFUSED:
            lasted_s[spell.camera_id, spell.reason].append(spell.seconds)
    for (camera_id, reason), each_s in sorted(lasted_s.items()):
        what = says.refused_for(status_reason(reason), time_span(timedelta(seconds=sum(each_s))), len(each_s))
        facts = {
            "reason": reason,
            "seconds": int(sum(each_s)),
            "times": len(each_s),
            "from": "camera-status",
            "since": iso_utc(since),
        }
        yield ComplianceFinding(ReportPart.REFUSED, camera_id, LimitStanding.TOLD, what, facts)
