"""Answers requests for pictures, each once, from what capture keeps in memory. The audit is told first."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from detectors.capture.camera import Picture
from detectors.capture.snapshot import SnapshotPainter
from schemas.audit import AuditEvent
from schemas.base import iso_utc
from schemas.snapshots import SnapshotReference, SnapshotRefusal, SnapshotRequest
from streams.capture.frame_buffer import PictureRing
from streams.capture.sender import FrameSender
from streams.clock import Clock
from streams.domain.cameras.legal_basis import permission
from streams.domain.cameras.registry import Camera
from streams.domain.cameras.snapshots import NotYet, RefusedSnapshot, choose_picture, may_see_persons
from streams.metrics import SNAPSHOTS_ANSWERED
from streams.topics import AUDIT, SNAPSHOTS

log = logging.getLogger(__name__)

REMEMBERED: Final = 10_000
"""Requests that are known to be answered; more than people make in the minute that is read back at a start."""
PIXELATED: Final = "pixelated"
UNBLURRED: Final = "unblurred"
ONLY_PIXELATED: Final = "unblurred is refused: the user is not in TOEZICHT_SNAPSHOT_UNBLURRED_USERS"


@dataclass(frozen=True, slots=True)
class FoundPicture:
    """The picture that answers a request, among those of its camera."""

    kept: list[Picture]
    index: int

    @property
    def captured_at(self) -> datetime:
        """Return when it was taken (UTC)."""
        return self.kept[self.index].reference.captured_at


class SnapshotService:
    """Takes requests and answers them; used by one thread.

    Args:
        cameras: The cameras whose pictures are kept here, by id; requests for others are somebody else's.
        zone: The zone of the legal basis' dates and windows.
        ring: Their pictures.
        painter: Makes pictures that may be shown.
        unblurred_users: Who may see persons.
        sender: Takes answers, and what the audit is told.
        clock: Time of day.
    """

    def __init__(
        self,
        cameras: Mapping[str, Camera],
        zone: ZoneInfo,
        ring: PictureRing,
        painter: SnapshotPainter,
        unblurred_users: Collection[str],
        sender: FrameSender,
        clock: Clock,
    ) -> None:
        self._cameras = cameras
        self._zone = zone
        self._ring = ring
        self._painter = painter
        self._users = unblurred_users
        self._sender = sender
        self._clock = clock
        self._known: OrderedDict[str, None] = OrderedDict()
        self._waiting: list[tuple[SnapshotRequest, datetime]] = []
        for result in (PIXELATED, UNBLURRED, *SnapshotRefusal):
            SNAPSHOTS_ANSWERED.labels(result)  # there from the start, so that a rate can be told

    def know(self, request_id: str) -> None:
        """Note that a request has its answer, or gets it from here."""
        self._known[request_id] = None
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)

    def take(self, request: SnapshotRequest) -> None:
        """Take a request; one for another's camera, or that came before, is passed over."""
        if request.camera_id in self._cameras and request.request_id not in self._known:
            self.know(request.request_id)
            self._waiting.append((request, self._clock()))

    def work(self, ending: bool = False) -> None:
        """Answer what can be answered by now, or everything where capture ends; forget pictures that are too old."""
        self._ring.expire(self._clock())
        waiting, self._waiting = self._waiting, []
        for request, asked_at in waiting:
            try:
                if self._handle(request, asked_at):
                    continue
                if ending:
                    self._refuse(request, RefusedSnapshot(SnapshotRefusal.NO_PICTURE, "capture ends"), asked_at)
                else:
                    self._waiting.append((request, asked_at))
            except Exception as error:  # what cannot be handled must not leave its request without an answer
                log.warning("camera %s: no snapshot: %s", request.camera_id, type(error).__name__)
                self._refuse(request, _failed(f"{type(error).__name__} while the picture was made"), asked_at)

    def _handle(self, request: SnapshotRequest, asked_at: datetime) -> bool:
        """Return whether the request is answered now; False where its picture can still come."""
        found = self._find(request, asked_at)
        if isinstance(found, NotYet):
            return False
        if isinstance(found, RefusedSnapshot):
            self._refuse(request, found, asked_at)
        else:
            self._show(request, found, asked_at)
        return True

    def _find(self, request: SnapshotRequest, asked_at: datetime) -> FoundPicture | NotYet | RefusedSnapshot:
        camera, now = self._cameras[request.camera_id], self._clock()
        permit = permission(camera, now, self._zone)
        if not permit.allowed:
            return RefusedSnapshot(SnapshotRefusal.NOT_PERMITTED, permit.detail)
        kept, online = self._ring.of(camera.id)
        chosen = choose_picture([picture.reference for picture in kept], online, request.moment, now, asked_at)
        if isinstance(chosen, NotYet | RefusedSnapshot):
            return chosen
        found = FoundPicture(kept, chosen.index)
        permit = permission(camera, found.captured_at, self._zone)
        return found if permit.allowed else RefusedSnapshot(SnapshotRefusal.NOT_PERMITTED_THEN, permit.detail)

    def _show(self, request: SnapshotRequest, found: FoundPicture, asked_at: datetime) -> None:
        hide = not may_see_persons(request, self._users)
        shown = self._painter.show(found.kept, found.index, hide)
        if shown is None:
            self._refuse(request, _failed("the picture cannot be made small enough"), asked_at)
            return
        details = (shown.detail, ONLY_PIXELATED if request.unblurred and hide else "")
        detail = "; ".join(part for part in details if part)
        reference = SnapshotReference(
            request_id=request.request_id,
            camera_id=request.camera_id,
            moment=request.moment,
            captured_at=found.captured_at,
            width_px=shown.width_px,
            height_px=shown.height_px,
            pixelated=shown.pixelated,
            detail=detail,
        )
        self._answer(request, reference, PIXELATED if hide else UNBLURRED, shown.jpeg, asked_at)

    def _refuse(self, request: SnapshotRequest, why: RefusedSnapshot, asked_at: datetime) -> None:
        reference = SnapshotReference(
            request_id=request.request_id,
            camera_id=request.camera_id,
            moment=request.moment,
            refused=why.reason,
            detail=why.detail[:300],
        )
        self._answer(request, reference, why.reason.value, b"", asked_at)

    def _answer(
        self, request: SnapshotRequest, reference: SnapshotReference, result: str, jpeg: bytes, asked_at: datetime
    ) -> None:
        """Send the audit's entry and then the answer: the sender sends the second when the first is confirmed."""
        asked = "an unblurred picture" if request.unblurred else "a picture"
        shown = reference.captured_at or request.moment
        reason = f"{asked} of {iso_utc(shown)} for alert {request.alert_id[:80] or '(none)'}"
        event = AuditEvent(
            cause_id=request.request_id,
            actor=request.user,
            action="snapshot",
            object_type="camera",
            object_id=request.camera_id,
            control_room_id=self._cameras[request.camera_id].control_room,
            reason=f"{reason}: {reference.detail}"[:300] if reference.detail else reason,
            result=result,
            at=self._clock(),
        )
        SNAPSHOTS_ANSWERED.labels(result).inc()
        log.info("camera %s: snapshot for %s: %s", request.camera_id, request.user, result)
        self._sender.keep(AUDIT, event, asked_at)
        self._sender.keep(SNAPSHOTS, reference, asked_at, jpeg)


def _failed(detail: str) -> RefusedSnapshot:
    return RefusedSnapshot(SnapshotRefusal.FAILED, detail)
