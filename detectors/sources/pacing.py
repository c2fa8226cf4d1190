"""Pacing: when a picture was taken, when it may be handed out, and which pictures of a live stream are worth looking at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final


@dataclass(frozen=True, slots=True)
class Clock:
    """Time, as given to everything here: the time of day in UTC, and seconds that rise, also while the machine sleeps."""

    now: Callable[[], datetime]
    monotonic_s: Callable[[], float]


@dataclass(frozen=True, slots=True)
class Playback:
    """The times of a file's pictures.

    Attributes:
        start: Time of the first picture that is played (UTC).
        opened_at: When playing began, by the clock (UTC).
        fps: Pictures per second of the file.
        speed: How many times faster than it was recorded it is played; 0 plays as fast as possible.
    """

    start: datetime
    opened_at: datetime
    fps: float
    speed: float

    @classmethod
    def begin(cls, start: datetime | None, opened_at: datetime, pictures: int, fps: float, speed: float) -> Playback:
        """Return the times for a file of which `pictures` pictures are left to play.

        A start of None means now. Played faster than recorded, that would give times in the future, so the start is
        moved back by duration x (1 - 1 / speed): the last picture then has the time at which it is played.
        """
        if start is None:
            gain = 1.0 if speed == 0 else max(0.0, 1 - 1 / speed)
            start = opened_at - timedelta(seconds=pictures / fps * gain)
        return cls(start=start, opened_at=opened_at, fps=fps, speed=speed)

    def captured_at(self, index: int) -> datetime:
        """Return the time of a picture, counted from 0 at the first that is played, through all rounds of a loop."""
        return self.start + timedelta(seconds=index / self.fps)

    def due_at(self, index: int) -> datetime:
        """Return when a picture may be handed out: in its turn, and never before the time that it carries."""
        turn = 0.0 if self.speed == 0 else index / (self.fps * self.speed)
        return max(self.opened_at + timedelta(seconds=turn), self.captured_at(index))


_SLACK: Final = 0.25
"""Part of the sampling interval by which a picture may come early, so that jitter does not halve the rate."""


def no_attention() -> float:
    """Return that no report asks for more of a camera."""
    return 0.0


def not_quiet() -> bool:
    """Return that every picture of a camera may matter."""
    return False


class Sampler:
    """Chooses at most `max_fps` pictures per second of picture time, evenly; 0 chooses all.

    Args:
        max_fps: The usual limit.
        attended_fps: Asked with each picture: a higher limit while a report asks for more, else 0.
    """

    def __init__(self, max_fps: float, attended_fps: Callable[[], float] = no_attention) -> None:
        self._max_fps = max_fps
        self._attended_fps = attended_fps
        self._turn: datetime | None = None
        """When the last picture that was taken was due; the next is due an interval later."""

    def wants(self, captured_at: datetime) -> bool:
        """Return whether to take the picture of this time; times that run backwards start a new count."""
        fps = self._max_fps and max(self._max_fps, self._attended_fps())
        interval = timedelta(seconds=1 / fps if fps else 0)
        if self._turn is None or captured_at < self._turn - interval:
            self._turn = captured_at - interval
        if captured_at < self._turn + interval * (1 - _SLACK):
            return False
        self._turn = max(self._turn + interval, captured_at - interval * 2 * _SLACK)
        return True


class Backlog:
    """Tells pictures that waited in a live stream's buffer from those that have just arrived.

    A stream's own positions and the times of arrival run alike; their least difference belongs to the pictures that
    did not wait. A picture that lowers this difference shows that the ones before it had waited, so the newest is yet
    to come; one that lies far above it has waited. The least difference is taken over a sliding window, because the
    camera's clock and ours drift apart.
    """

    WINDOW_S: Final = 60.0
    JUMP_S: Final = 5.0
    """A step of the positions beyond this, or backwards, is a new stream and not a delay."""

    def __init__(self, max_lag_s: float) -> None:
        self._max_lag_s = max_lag_s
        self._position_s: float | None = None
        self._least_s = self._older_s = float("inf")
        self._window_from_s = float("-inf")

    def is_stale(self, arrived_s: float, position_s: float) -> bool:
        """Return whether a picture is older than the newest that is there.

        The first picture of a stream counts as stale: nothing is known of it, and opening a stream takes seconds.

        Args:
            arrived_s: When it arrived, in monotonic seconds.
            position_s: Its position in the stream, in seconds. Positions that do not rise tell nothing: not stale.
        """
        before_s, self._position_s = self._position_s, position_s
        step_s = 0.0 if before_s is None else position_s - before_s
        known = before_s is not None and 0 < step_s <= self.JUMP_S
        if not known:
            self._older_s = self._least_s = float("inf")
        late = self._judge(arrived_s, arrived_s - position_s, step_s)
        return late if known else before_s is None

    def _judge(self, arrived_s: float, difference_s: float, step_s: float) -> bool:
        least_s = min(self._older_s, self._least_s)
        if arrived_s - self._window_from_s > self.WINDOW_S:
            self._older_s, self._least_s = self._least_s, difference_s
            self._window_from_s = arrived_s
        self._least_s = min(self._least_s, difference_s)
        return difference_s < least_s - step_s / 2 or difference_s > least_s + self._max_lag_s


class BatchedReading:
    """Batched reading: how long a live stream may be left unread of which key frames alone are decoded.

    A thread that is woken for every packet spends as much on that as on decoding the key frame. What is not read meanwhile waits
    in the connection's buffer; before the next key frame is due all of it is read, so that one is looked at as it comes.
    A key frame that comes earlier than the one before did is looked at `LONGEST_S` late at the most.
    """

    LONGEST_S: Final = 0.25
    """How late a report's attention, or a key frame that comes early, may be met: half of what a live picture may wait."""
    SHORTEST_S: Final = 0.03
    """Less is not worth a wait: the next picture of 25 per second comes in no longer."""
    BEFORE_S: Final = 0.06
    """So long before the next key frame is due, reading goes on: a picture's time, and half of one for jitter."""
    MOST_BYTES: Final = 32_000
    """What may wait: half of what Linux lets a TCP connection send ahead at first, a quarter of what its buffer for UDP holds."""
    CREEP_S: Final = 0.01
    """By how much the least delay may grow per key frame: the camera's clock drifts by less in a group of two seconds."""

    def __init__(self) -> None:
        self._forget()

    def _forget(self) -> None:
        self._least_s = float("inf")
        self._key_s: float | None = None
        self._newest_s = self._group_s = self._step_s = 0.0
        self._bytes = self._group_bytes = 0

    def take(self, arrived_s: float, position_s: float | None, size: int, is_keyframe: bool) -> None:
        """Note a packet.

        Args:
            arrived_s: When it was read, in monotonic seconds.
            position_s: Its position in the stream, in seconds; None, or one that does not rise, begins anew.
            size: Its bytes.
            is_keyframe: Whether it begins a group.
        """
        step_s = -1.0 if position_s is None else position_s - self._newest_s
        if position_s is None or not 0 < step_s <= Backlog.JUMP_S:
            self._forget()
        self._newest_s, self._step_s = position_s or 0.0, step_s
        self._bytes += size
        self._least_s = min(self._least_s + (self.CREEP_S if is_keyframe else 0.0), arrived_s - self._newest_s)
        if is_keyframe:
            self._group_s = 0.0 if self._key_s is None else self._newest_s - self._key_s
            self._group_bytes, self._bytes = self._bytes, 0
            self._key_s = self._newest_s

    def wait_s(self, now_s: float) -> float:
        """Return for how many seconds nothing need be read; 0 where something waits, is soon due, or too little is known."""
        waiting_s = now_s - self._least_s - self._newest_s
        if self._key_s is None or self._group_s <= 0 or waiting_s >= self._step_s:
            return 0.0
        until_due_s = self._group_s - (self._newest_s - self._key_s) - waiting_s - self.BEFORE_S
        until_full_s = self.MOST_BYTES * self._group_s / max(1, self._group_bytes)
        wait_s = min(self.LONGEST_S, until_due_s, until_full_s)
        return wait_s if wait_s >= self.SHORTEST_S else 0.0
