"""Held pictures: what was asked and what came, in memory alone, for minutes, and for whoever asked."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from schemas.snapshots import SnapshotReference

HELD_FOR: Final = timedelta(minutes=5)
"""How long a picture can be looked at after it was asked for; then it is asked for again, and told to the audit again."""
HELD_BYTES: Final = 64 * 1024 * 1024
HELD_COUNT: Final = 2_000
ANSWER_WITHIN: Final = timedelta(seconds=10)
"""Capture answers within a second where it runs; the first snapshot of all waits for a detector to load."""


@dataclass(frozen=True, slots=True)
class HeldPicture:
    """Held picture: one request, who made it, and the answer, if it came; the image is never shown in a log."""

    request_id: str
    camera_id: str
    room: str
    alert_id: str
    user: str
    asked_at: datetime
    unblurred: bool
    reason: str
    reference: SnapshotReference | None = None
    image: bytes = field(default=b"", repr=False)
    code: str = ""
    """Why there is no picture."""


class HeldPictures:
    """Held pictures: bounded by number, bytes and time; the oldest go first. Used under its owner's lock."""

    def __init__(self, count: int = HELD_COUNT, size: int = HELD_BYTES) -> None:
        self._count, self._size = count, size
        self._held: OrderedDict[str, HeldPicture] = OrderedDict()

    def get(self, request_id: str, now: datetime) -> HeldPicture | None:
        """Return a request with what came of it; None where it is not held any more."""
        self._expire(now)
        return self._held.get(request_id)

    def put(self, picture: HeldPicture, now: datetime) -> None:
        """Hold a request, or what came of it."""
        self._held[picture.request_id] = picture
        self._expire(now)
        while len(self._held) > self._count or sum(len(each.image) for each in self._held.values()) > self._size:
            self._held.popitem(last=False)

    def _expire(self, now: datetime) -> None:
        while self._held and next(iter(self._held.values())).asked_at < now - HELD_FOR:
            self._held.popitem(last=False)


def answered(picture: HeldPicture, reference: SnapshotReference, image: bytes) -> HeldPicture:
    """Return a request with its answer; what is no JPEG of its size is refused, whatever its sender calls it."""
    if reference.refused is not None:
        return replace(picture, reference=reference, code=reference.refused.value)
    if not is_jpeg(image, reference.width_px, reference.height_px):
        return replace(picture, reference=reference, code="no_image")
    return replace(picture, reference=reference, image=image, code="")


def is_jpeg(image: bytes, width_px: int | None, height_px: int | None) -> bool:
    """Return whether bytes are a JPEG of a size, by its markers (ITU-T T.81, annex B): it begins, tells its size, and ends."""
    if not image.startswith(b"\xff\xd8\xff") or not image.endswith(b"\xff\xd9"):
        return False
    at = 2
    while at + 9 <= len(image):
        if image[at] != 0xFF:
            return False
        marker = image[at + 1]
        if marker == 0xFF:  # a filling byte
            at += 1
            continue
        length = int.from_bytes(image[at + 2 : at + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            size = int.from_bytes(image[at + 5 : at + 7], "big"), int.from_bytes(image[at + 7 : at + 9], "big")
            return size == (height_px, width_px)
        if marker in {0xD8, 0xD9, 0xDA} or length < 2:
            return False
        at += 2 + length
    return False
