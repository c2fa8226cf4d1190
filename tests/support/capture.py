"""Fakes for tests of capture: a clock that is told the time, a recorder of events, sources that follow a script."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from kafka.errors import KafkaTimeoutError

from detectors.capture.camera import CameraConfig, Picture
from detectors.sources.base import Frame, ReadingOptions, SourceConfig
from detectors.sources.pacing import Clock
from schemas.cameras import CameraStatus

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
REAL_CLOCK = Clock(now=lambda: datetime.now(UTC), monotonic_s=time.monotonic)


class FakeTime:
    """A time that only the test moves."""

    def __init__(self, now: datetime = NOW) -> None:
        self.moment = now
        self.clock = Clock(now=lambda: self.moment, monotonic_s=lambda: (self.moment - NOW).total_seconds())

    def pass_s(self, seconds: float) -> None:
        """Let time pass."""
        self.moment += timedelta(seconds=seconds)


@dataclass(frozen=True)
class Answer:
    """A permission, or a refusal."""

    allowed: bool = True
    reason: str = "permitted"
    what: str = ""


@dataclass
class Recorder:
    """Keeps everything that capture tells, and lets a test wait for it."""

    pictures: list[Picture] = field(default_factory=list)
    statuses: list[CameraStatus] = field(default_factory=list)
    read: int = 0
    quiet: int = 0
    dropped: list[str] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def picture(self, picture: Picture) -> None:
        with self.changed:
            self.pictures.append(picture)
            self.changed.notify_all()

    def status(self, status: CameraStatus) -> None:
        with self.changed:
            self.statuses.append(status)
            self.changed.notify_all()

    def frame_read(self, camera_id: str) -> None:
        with self.changed:
            self.read += 1

    def frame_quiet(self, camera_id: str) -> None:
        with self.changed:
            self.quiet += 1

    def frame_dropped(self, camera_id: str, reason: str) -> None:
        with self.changed:
            self.dropped.append(reason)
            self.changed.notify_all()

    def reasons(self) -> list[str]:
        """Return what was told of the camera's stream, in order: `online:streaming`."""
        return self._told("stream")

    def views(self) -> list[str]:
        """Return what was told of its view, in order: `degraded:frozen`."""
        return self._told("view")

    def _told(self, aspect: str) -> list[str]:
        return [f"{status.state}:{status.reason}" for status in self.statuses if status.aspect == aspect]

    def wait_for(self, true: Callable[[], bool], within_s: float = 40) -> bool:
        """Return whether it became true in time."""
        with self.changed:
            return self.changed.wait_for(true, within_s)


class ScriptedSource:
    """Gives what a list says: a frame, None for the end, an error to raise, or a function to call first."""

    def __init__(self, script: list[object]) -> None:
        self.script = script
        self.closed = False

    def read(self) -> Frame | None:
        while True:
            step = self.script.pop(0)
            if callable(step):
                step()
                continue
            if isinstance(step, Exception):
                raise step
            assert step is None or isinstance(step, Frame)
            return step

    def close(self) -> None:
        self.closed = True


def frame(take: int = 0, size: tuple[int, int] = (64, 48), at: datetime = NOW, value: int = 200) -> Frame:
    """Return a grey frame; size is width and height."""
    return Frame(np.full((size[1], size[0], 3), value, np.uint8), at, None, take)


def camera(url: str = "rtsp://camera/stream", **changes: object) -> CameraConfig:
    """Return a camera of 64x48 pixels with one mask at the top left."""
    source = SourceConfig(url, **changes)  # type: ignore[arg-type]
    return CameraConfig("cam-1", source, 64, 48, "m1", [[(0, 0), (16, 0), (16, 16), (0, 16)]])


def nothing(_reason: str) -> None:
    """Ignore that a picture was dropped."""


QUICK = ReadingOptions(speed=0, open_timeout_s=4, read_timeout_s=2)


@dataclass
class Sent:
    """A record, and the promise that the broker keeps or breaks."""

    topic: str
    value: bytes
    key: bytes
    headers: list[tuple[str, bytes]]
    callbacks: list[Callable[[], object]] = field(default_factory=list)
    errbacks: list[Callable[[], object]] = field(default_factory=list)
    confirmed: bool | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)
    partition: int | None = None

    def add_callback(self, function: Callable[..., object], *arguments: object) -> None:
        self._add(True, self.callbacks, lambda: function(*arguments, "metadata"))

    def add_errback(self, function: Callable[..., object], *arguments: object) -> None:
        self._add(False, self.errbacks, lambda: function(*arguments, KafkaTimeoutError()))

    def _add(self, when: bool, waiting: list[Callable[[], object]], told: Callable[[], object]) -> None:
        with self.lock:
            if self.confirmed is None:
                waiting.append(told)
        if self.confirmed is when and told not in waiting:
            told()

    def settle(self, confirmed: bool) -> None:
        """Keep the promise or break it."""
        with self.lock:
            self.confirmed = confirmed
        for told in self.callbacks if confirmed else self.errbacks:
            told()


@dataclass
class FakeProducer:
    """Takes records; a broker that is there confirms at once, one that is not confirms nothing."""

    there: bool = True
    raises: Exception | None = None
    sent: list[Sent] = field(default_factory=list)
    confirmed: list[Sent] = field(default_factory=list)
    attempts: int = 0

    def send(
        self,
        topic: str,
        value: bytes | None = None,
        key: bytes | None = None,
        headers: Any = None,
        partition: int | None = None,
    ) -> Any:
        self.attempts += 1
        if self.raises is not None:
            raise self.raises
        record = Sent(topic, value or b"", key or b"", headers, partition=partition)
        self.sent.append(record)
        if self.there:
            threading.Timer(0.001, self.settle, [record, True]).start()
        return record

    def settle(self, record: Sent, confirmed: bool) -> None:
        """Confirm a record or let it fail."""
        if confirmed:
            self.confirmed.append(record)
        record.settle(confirmed)

    def close(self, timeout: float | None = None) -> None:
        pass


def _eventually(true: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 20
    while not true() and time.monotonic() < deadline:
        time.sleep(0.005)
    return true()
