"""Asking: pictures of cameras for who may see them, asked for in the session's name; the audit is told before one is sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from threading import Lock
from typing import Final

from console.api.parts import AuditTelling, MessageSending
from console.pictures.held import ANSWER_WITHIN, HeldPicture, HeldPictures, answered
from console.wire.people import Me, Right
from console.wire.pictures import PictureAnswer, PictureAsked, PictureReason
from console.wire.problems import ProblemError
from schemas.phrases.catalogue import sentence
from schemas.phrases.codes import cameras as says
from schemas.phrases.language import Language
from schemas.snapshots import SnapshotRequest
from streams.clients.snapshots import Answer
from streams.clock import Clock
from streams.errors import ToezichtError

_REASONS: Final = "one of " + ", ".join(PictureReason)


class SnapshotPictures:
    """Snapshot pictures: `console.api.parts.Pictures` on requests and answers. Answers come in a thread of their own.

    Args:
        sender: Sends the requests.
        audits: Is told before a picture is sent.
        room_of: Returns the room of a camera; None of one that the registry does not have.
        knows: Returns whether a room has an alert.
        clock: The server's clock.
        by_itself: Whether the page may ask by itself.
    """

    def __init__(
        self,
        sender: MessageSending,
        audits: AuditTelling,
        room_of: Callable[[str], str | None],
        knows: Callable[[str, str], bool],
        clock: Clock,
        by_itself: bool = True,
    ) -> None:
        self._sender, self._audits, self._clock = sender, audits, clock
        self._room_of, self._knows, self._by_itself = room_of, knows, by_itself
        self._held = HeldPictures()
        self._lock = Lock()

    def take(self, answer: Answer) -> None:
        """Take an answer; one that nobody here asked for is another console's, and is not kept."""
        reference, now = answer.reference, self._clock()
        with self._lock:
            asked = self._held.get(reference.request_id, now)
            if asked is not None and asked.reference is None and asked.camera_id == reference.camera_id:
                self._held.put(answered(asked, reference, answer.jpeg), now)

    async def ask(self, room: str, asked: PictureAsked, me: Me, language: Language) -> PictureAnswer:
        """Ask a camera for a picture, once for each `request_id`.

        Raises:
            ProblemError: 403, this person may not; 404, the room has no such camera or alert; 409, the id is another's; 422, a
                reason is missing; 503, the audit cannot be told the reason.
        """
        now = self._clock()
        with self._lock:
            known = self._held.get(asked.request_id, now)
        if known is not None:
            if known.user != me.user or known.camera_id != asked.camera_id:
                raise ProblemError(409, "request_id_taken", "expected a request_id that was not used before")
            return self.picture(asked.request_id, me, language)
        self._check(room, asked, me)
        if asked.unblurred or not asked.alert_id:  # capture is not told the reason
            about = (
                "ask_snapshot",
                "camera",
                asked.camera_id,
                asked.reason,
                "unblurred" if asked.unblurred else "asked",
            )
            await self._audits.tell(me, *about, asked.request_id, room)
        held = HeldPicture(
            asked.request_id, asked.camera_id, room, asked.alert_id, me.user, now, asked.unblurred, asked.reason
        )
        with self._lock:  # before it is sent: its answer may be faster than the broker's word
            self._held.put(held, now)
        try:
            await self._sender.send(_request(asked, me, now))
        except (ToezichtError, ProblemError):
            with self._lock:
                current = self._held.get(asked.request_id, now)
                if current is not None and current.reference is None:
                    self._held.put(replace(held, code="not_sent"), now)
        return self.picture(asked.request_id, me, language)

    def picture(self, request_id: str, me: Me, language: Language) -> PictureAnswer:
        """Return whether it came.

        Raises:
            ProblemError: 404, this person did not ask for it, or not in the last minutes.
        """
        held, now = self._of(request_id, me), self._clock()
        code = held.code
        if held.reference is None and not code and now >= held.asked_at + ANSWER_WITHIN:
            code = "no_answer"  # it may still come: who asks again sees it
        there = held.reference is not None and not code
        reference = held.reference if there else None
        return PictureAnswer(
            request_id=request_id,
            camera_id=held.camera_id,
            state="there" if there else ("refused" if code else "pending"),
            asked_at=held.asked_at,
            captured_at=None if reference is None else reference.captured_at,
            width_px=None if reference is None else reference.width_px,
            height_px=None if reference is None else reference.height_px,
            pixelated=held.reference.pixelated if held.reference is not None else not held.unblurred,
            refused=sentence(says.no_snapshot(code), language) if code else "",
            code=code,
        )

    async def image(self, request_id: str, me: Me) -> bytes:
        """Return the JPEG, after the audit was told of this look at it.

        Raises:
            ProblemError: 403, this person may not any more; 404, it is not there; 503, the audit cannot be told: then it is not
                sent.
        """
        held, now = self._of(request_id, me), self._clock()
        if Right.SNAPSHOT not in me.rights or held.room not in me.rooms:  # it may have been taken away since they asked
            raise ProblemError(403, "not_allowed", f"this needs the right {Right.SNAPSHOT.value} in the camera's room")
        if held.reference is None or held.code or not held.image:
            raise ProblemError(404, "no_such_picture", "expected a picture that is there")
        if not held.reference.pixelated and Right.OVERRULE not in me.rights:
            raise ProblemError(403, "not_allowed", "this needs the right overrule")
        await self._audits.tell(
            me,
            "view_snapshot",
            "camera",
            held.camera_id,
            held.reason or (f"alert:{held.alert_id}" if held.alert_id else ""),
            "pixelated" if held.reference.pixelated else "unblurred",
            f"{request_id[:40]}.{int(now.timestamp() * 1000)}",
            held.room,
        )
        return held.image

    def _of(self, request_id: str, me: Me) -> HeldPicture:
        with self._lock:
            held = self._held.get(request_id, self._clock())
        if held is None or held.user != me.user:
            raise ProblemError(404, "no_such_picture", "expected a picture that you asked for in the last minutes")
        return held

    def _check(self, room: str, asked: PictureAsked, me: Me) -> None:
        """Check that a person may ask for this picture."""
        if self._room_of(asked.camera_id) != room:
            raise ProblemError(
                404, "no_such_camera", "expected a camera of this room", {"camera_id": "one of the room"}
            )
        if asked.unblurred and Right.OVERRULE not in me.rights:
            raise ProblemError(403, "not_allowed", "a picture without pixelation needs the right overrule")
        if not asked.alert_id and Right.SNAPSHOT_ANY not in me.rights:
            raise ProblemError(403, "not_allowed", "a picture without an alert needs the right snapshot_any")
        if asked.alert_id and not self._knows(room, asked.alert_id):
            raise ProblemError(404, "no_such_alert", "expected an alert of this room", {"alert_id": "one of the room"})
        if (asked.unblurred or not asked.alert_id) and not asked.reason:
            raise ProblemError(422, "invalid", "a reason is needed", {"reason": _REASONS})
        if asked.reason and asked.reason not in set(PictureReason):
            raise ProblemError(422, "invalid", "a reason is one of a list", {"reason": _REASONS})
        if asked.by_itself and (not self._by_itself or asked.unblurred or not asked.alert_id):
            raise ProblemError(403, "not_by_itself", "expected a person to ask for this picture")


def _request(asked: PictureAsked, me: Me, now: datetime) -> SnapshotRequest:
    return SnapshotRequest(
        request_id=asked.request_id,
        camera_id=asked.camera_id,
        alert_id=asked.alert_id,
        user=me.user,
        requested_at=now,
        moment=asked.moment or now,
        unblurred=asked.unblurred,
    )
