"""Pictures that wait to be looked at: each camera in its turn, and fresh before complete (design §3.5)."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Generic, TypeVar

T = TypeVar("T")

STALE: Final = "stale"
OVERTAKEN: Final = "overtaken"
"""Why a picture is dropped: too old in any case, or older than it needs to be since a newer one of its camera waits."""


@dataclass(frozen=True, slots=True)
class Turn(Generic[T]):
    """Whose turn it is, None where nothing waits, and what is dropped now, each with its reason."""

    next: T | None
    dropped: Sequence[tuple[T, str]]


class FairQueue(Generic[T]):
    """Pictures by camera, each camera's in their order.

    A camera that sends more than its share waits for itself alone: cameras take turns. What the worker cannot take is dropped
    from the front, the oldest of a camera first, so that what is looked at is as fresh as the load allows.

    Args:
        max_age_s: A picture that entered the pipeline longer ago than this is dropped. Zero drops nothing.
        overtaken_s: One that entered longer ago than this is dropped where a newer one of its camera waits.
    """

    def __init__(self, max_age_s: float, overtaken_s: float) -> None:
        self._max_age = timedelta(seconds=max_age_s)
        self._overtaken = timedelta(seconds=overtaken_s)
        self._cameras: OrderedDict[str, deque[tuple[datetime, T]]] = OrderedDict()

    def __len__(self) -> int:
        return sum(len(waiting) for waiting in self._cameras.values())

    def add(self, camera: str, entered_at: datetime, picture: T) -> None:
        """Take a picture, the newest of its camera."""
        self._cameras.setdefault(camera, deque()).append((entered_at, picture))

    def turn(self, now: datetime) -> Turn[T]:
        """Return the picture to look at now: the oldest that is fresh, of the camera that has waited longest for its turn."""
        dropped = [drop for camera in list(self._cameras) for drop in self._drop(camera, now)]
        if not self._cameras:
            return Turn(None, dropped)
        camera, waiting = next(iter(self._cameras.items()))
        _, picture = waiting.popleft()
        self._cameras.move_to_end(camera)
        if not waiting:
            del self._cameras[camera]
        return Turn(picture, dropped)

    def clear(self) -> None:
        """Forget all of them."""
        self._cameras.clear()

    def _drop(self, camera: str, now: datetime) -> list[tuple[T, str]]:
        dropped: list[tuple[T, str]] = []
        waiting = self._cameras[camera]
        while waiting and (reason := self._reason(waiting, now)):
            dropped.append((waiting.popleft()[1], reason))
        if not waiting:
            del self._cameras[camera]
        return dropped

    def _reason(self, waiting: deque[tuple[datetime, T]], now: datetime) -> str:
        age = now - waiting[0][0]
        if not self._max_age:
            return ""
        if age > self._max_age:
            return STALE
        return OVERTAKEN if len(waiting) > 1 and age > self._overtaken else ""
