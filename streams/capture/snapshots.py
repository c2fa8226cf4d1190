"""Answers requests for pictures, each once, from what capture keeps in memory. The audit is told first."""

from __future__ import annotations

import logging
import re
from collections import OrderedDict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from detectors.capture.camera import Picture
from detectors.capture.snapshot import SnapshotPainter
from schemas.audit import AuditEvent
from schemas.phrases.catalogue import text_of
from schemas.phrases.codes import snapshots as says
from schemas.phrases.codes.common import together
from schemas.phrases.phrase import Phrase
from schemas.snapshots import SnapshotReference, SnapshotRefusal, SnapshotRequest
from streams.capture.frame_buffer import PictureRing
from streams.capture.sender import FrameSender
from streams.clock import Clock
from streams.domain.cameras.legal_basis import permission
from streams.domain.cameras.registry import Camera
from streams.domain.cameras.snapshots import NotYet, RefusedSnapshot, choose_picture, may_see_persons
from streams.metrics import SNAPSHOTS_ANSWERED
from streams.topics import AUDIT, SNAPSHOTS
from streams.tracing.context import TraceContext
from streams.tracing.spans import within

log = logging.getLogger(__name__)

REMEMBERED: Final = 10_000
"""Requests that are known to be answered; more than people make in the minute that is read back at a start."""
PIXELATED: Final = "pixelated"
UNBLURRED: Final = "unblurred"
_ALERT_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,79}")
"""What else a request names as its alert is somebody's words, and is not repeated."""


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
        self._waiting: list[tuple[SnapshotRequest, datetime, TraceContext | None]] = []
        for result in (PIXELATED, UNBLURRED, *SnapshotRefusal):
            SNAPSHOTS_ANSWERED.labels(result)  # there from the start, so that a rate can be told

    def know(self, request_id: str) -> None:
        """Note that a request has its answer, or gets it from here."""
        self._known[request_id] = None
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)

    def take(self, request: SnapshotRequest, trace: TraceContext | None = None) -> None:
        """Take a request; one for another's camera, or that came before, is passed over. What it causes is of its trace."""
        if request.camera_id in self._cameras and request.request_id not in self._known:
            self.know(request.request_id)
            self._waiting.append((request, self._clock(), trace))

    def work(self, ending: bool = False) -> None:
        """Answer what can be answered by now, or everything where capture ends; forget pictures that are too old."""
        self._ring.expire(self._clock())
        waiting, self._waiting = self._waiting, []
        for request, asked_at, trace in waiting:
            with within(trace):
                if not self._work(request, asked_at, ending):
                    self._waiting.append((request, asked_at, trace))

    def _work(self, request: SnapshotRequest, asked_at: datetime, ending: bool) -> bool:
        """Return whether a request is done with."""
        try:
            done = self._handle(request, asked_at)
            if ending and not done:
                self._refuse(request, RefusedSnapshot(SnapshotRefusal.NO_PICTURE, says.capture_ends()), asked_at)
            return done or ending
        except Exception as error:  # what cannot be handled must not leave its request without an answer
            log.warning("camera %s: no snapshot: %s", request.camera_id, type(error).__name__)
            self._refuse(request, _failed(says.picture_failed(type(error).__name__)), asked_at)
            return True

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
            return RefusedSnapshot(SnapshotRefusal.NOT_PERMITTED, permit.what)
        kept, online = self._ring.of(camera.id)
        chosen = choose_picture([picture.reference for picture in kept], online, request.moment, now, asked_at)
        if isinstance(chosen, NotYet | RefusedSnapshot):
            return chosen
        found = FoundPicture(kept, chosen.index)
        permit = permission(camera, found.captured_at, self._zone)
        return found if permit.allowed else RefusedSnapshot(SnapshotRefusal.NOT_PERMITTED_THEN, permit.what)

    def _show(self, request: SnapshotRequest, found: FoundPicture, asked_at: datetime) -> None:
        hide = not may_see_persons(request, self._users)
        shown = self._painter.show(found.kept, found.index, hide)
        if shown is None:
            self._refuse(request, _failed(says.picture_too_large()), asked_at)
            return
        told = (shown.what, says.only_pixelated() if request.unblurred and hide else None)
        what = together(*(each for each in told if each is not None))
        reference = SnapshotReference(
            request_id=request.request_id,
            camera_id=request.camera_id,
            moment=request.moment,
            captured_at=found.captured_at,
            width_px=shown.width_px,
            height_px=shown.height_px,
            pixelated=shown.pixelated,
            detail="" if what is None else text_of(what),
            phrase=what,
        )
        self._answer(request, reference, PIXELATED if hide else UNBLURRED, shown.jpeg, asked_at)

    def _refuse(self, request: SnapshotRequest, why: RefusedSnapshot, asked_at: datetime) -> None:
        reference = SnapshotReference(
            request_id=request.request_id,
            camera_id=request.camera_id,
            moment=request.moment,
            refused=why.reason,
            detail=text_of(why.what),
            phrase=why.what,
        )
        self._answer(request, reference, why.reason.value, b"", asked_at)

    def _answer(
        self, request: SnapshotRequest, reference: SnapshotReference, result: str, jpeg: bytes, asked_at: datetime
    ) -> None:
        """Send the audit's entry and then the answer: the sender sends the second when the first is confirmed."""
        asked = _asked(request, reference.captured_at or request.moment)
        why = asked if reference.phrase is None else says.picture_asked_told(asked, reference.phrase)
        event = AuditEvent(
            cause_id=request.request_id,
            actor=request.user,
            action="snapshot",
            object_type="camera",
            object_id=request.camera_id,
            reason=text_of(why),
            phrase=why,
            control_room_id=self._cameras[request.camera_id].control_room,
            result=result,
            at=self._clock(),
        )
        SNAPSHOTS_ANSWERED.labels(result).inc()
        log.info("camera %s: snapshot for %s: %s", request.camera_id, request.user, result)
        self._sender.keep(AUDIT, event, asked_at)
        self._sender.keep(SNAPSHOTS, reference, asked_at, jpeg)


def _failed(what: Phrase) -> RefusedSnapshot:
    return RefusedSnapshot(SnapshotRefusal.FAILED, what)


def _asked(request: SnapshotRequest, shown: datetime) -> Phrase:
    kind = UNBLURRED if request.unblurred else PIXELATED
    if not _ALERT_ID.fullmatch(request.alert_id):
        return says.picture_asked_for_nothing(kind, shown)
    return says.picture_asked(kind, shown, request.alert_id)
