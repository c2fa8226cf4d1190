"""Sends what capture has to say to Kafka without making a live camera wait.

Pictures, and detections made beside the camera, are fresh before complete: while the broker is away, each camera's newest few
wait and older ones are dropped and counted. States, and answers to people, are complete: they wait for as long as it takes, in
order, until the broker has confirmed them.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from kafka.errors import KafkaError, MessageSizeTooLargeError

from detectors.capture.camera import TOO_LARGE, Picture
from detectors.errors import SourceFault
from schemas.base import Message
from schemas.cameras import CameraState, CameraStatus, Visibility
from schemas.codec import Encoded, encode
from streams.capture.producer import FrameProducer, SendConfirmation
from streams.clock import Clock
from streams.domain.cameras.legal_basis import PermissionCode
from streams.kafka.closing import close_producer
from streams.kafka.partitioner import partition_of
from streams.metrics import (
    CAMERA_CANNOT_SEE,
    CAMERA_CHANGES,
    CAMERA_NOT_PERMITTED,
    CAMERA_ONLINE,
    FRAMES_ATTENDED,
    FRAMES_DROPPED,
    FRAMES_QUIET,
    FRAMES_READ,
    FRAMES_SENT,
    MESSAGES_OUT,
    from_zero,
)
from streams.topics import CAMERA_FRAMES, CAMERA_STATE, CAMERA_STATUS
from streams.tracing.spans import Span, begun

log = logging.getLogger(__name__)


STAGE: Final = "capture"


BROKER_UNAVAILABLE: Final = "broker_unavailable"
STALE: Final = "stale"
DROPPED: Final = (BROKER_UNAVAILABLE, TOO_LARGE, STALE, SourceFault.UNREADABLE_PICTURE)
"""Why a picture is dropped where cameras are read; one that detects itself (`--edge`) has another, `detector_failed`."""


WAITING_PER_CAMERA: Final = 2
"""Newest records of a camera that wait for the producer."""


MAX_UNCONFIRMED_BYTES: Final = 16_000_000
"""Records that the producer holds until the broker confirms them: about 200 of 80 kB, seconds of many cameras."""


MAX_WAITING_STATES: Final = 10_000
"""States and answers that wait for the broker; a bound for the memory that a day without a broker could not reach."""


_RETRY_S: Final = 0.5


_TICK_S: Final = 0.1


@dataclass(frozen=True, slots=True)
class WaitingRecord:
    """A record that waits: where it goes, its camera where it may be dropped, its stage, when its cause entered (UTC).

    The partition is None where the record's key decides it.
    """

    topic: str
    camera_id: str
    stage: str
    entered_at: datetime
    record: Encoded = field(repr=False)
    partition: int | None = None
    span: Span | None = None


@dataclass
class Counts:
    """Counts: what one run of capture did, for its summary. `sent` are pictures, or detections where those are made here."""

    read: int = 0
    sent: int = 0
    quiet: int = 0
    dropped: dict[str, int] = field(default_factory=dict)


class FrameSender:
    """Takes what cameras tell, and sends it in a thread of its own. Implements `detectors` CaptureEvents.

    Args:
        producer: Kafka.
        clock: Time of day, for when this stage handled a message.
        patience_s: How long a camera waits for room before a picture of it is dropped. For files that are played as fast
            as possible, which would otherwise run ahead of the broker; live cameras never wait.
    """

    def __init__(self, producer: FrameProducer, clock: Clock, patience_s: float = 0.0) -> None:
        self.counts: Final = Counts()
        self._producer = producer
        self._clock = clock
        self._patience_s = patience_s
        self._changed = threading.Condition()
        self._fresh: dict[str, deque[WaitingRecord]] = {}
        self._complete: deque[WaitingRecord] = deque()
        self._failed = False
        self._in_flight: SendConfirmation | None = None
        self._unconfirmed_bytes = 0
        self._unconfirmed = 0
        self._closing = False
        self._broken = False
        self._on_failure: Callable[[], None] = lambda: None
        self._thread = threading.Thread(target=self._guard, name="frame-sender", daemon=True)

    def start(self, on_failure: Callable[[], None]) -> None:
        """Begin to send; `on_failure` is called if sending breaks for good, so that nothing is captured for nobody."""
        self._on_failure = on_failure
        self._thread.start()

    def picture(self, picture: Picture) -> None:
        """Take a picture to send; the oldest of its camera makes room."""
        if picture.reference.attention:
            FRAMES_ATTENDED.labels(picture.reference.camera_id).inc()
        self.offer(CAMERA_FRAMES, picture.reference, picture.entered_at, picture.jpeg)

    def offer(
        self, topic: str, message: Message, entered_at: datetime, payload: bytes | None = None, stage: str = STAGE
    ) -> None:
        """Take a camera's record that is of use while it is fresh; the oldest of its camera makes room."""
        camera_id = message.key()
        record, span = begun(topic, self._encoded(message, entered_at, payload, stage), message)
        waits = WaitingRecord(topic, camera_id, stage, entered_at, record, span=span)
        with self._changed:
            queue = self._fresh.setdefault(camera_id, deque())
            if not self._changed.wait_for(lambda: self._closing or len(queue) < WAITING_PER_CAMERA, self._patience_s):
                queue.popleft()
                self._count_dropped(camera_id, BROKER_UNAVAILABLE)
            queue.append(waits)
            self._changed.notify_all()

    def keep(
        self,
        topic: str,
        message: Message,
        entered_at: datetime,
        payload: bytes | None = None,
        stage: str = STAGE,
        key: str | None = None,
    ) -> None:
        """Take a message that must arrive: it is sent after those before it are confirmed, however long that takes.

        `key` is the record's, where it is not the message's own; that one still decides the partition.
        """
        record, partition = self._encoded(message, entered_at, payload, stage), None
        if key is not None:
            partition = partition_of(topic, record.key)
            record = Encoded(key.encode(), record.value, record.headers)
        self.keep_record(topic, record, entered_at, stage, partition)

    def keep_record(
        self, topic: str, record: Encoded, entered_at: datetime, stage: str = STAGE, partition: int | None = None
    ) -> None:
        """Take a record that must arrive; see `keep`."""
        record, span = begun(topic, record)
        waits = WaitingRecord(topic, "", stage, entered_at, record, partition, span)
        with self._changed:
            if len(self._complete) >= MAX_WAITING_STATES:
                log.error("%s: a record is dropped, %d wait already", topic, MAX_WAITING_STATES)
                del self._complete[1]  # The first may be under way.
            self._complete.append(waits)
            self._changed.notify_all()

    def _encoded(self, message: Message, entered_at: datetime, payload: bytes | None, stage: str) -> Encoded:
        return encode(message, stage=stage, handled_at=self._clock(), entered_at=entered_at, payload=payload)

    def status(self, status: CameraStatus) -> None:
        """Take a change of a camera's state, to be sent to both topics."""
        about = {"camera_id": status.camera_id}
        log.info("camera %s is %s: %s %s", status.camera_id, status.state, status.reason, status.detail, extra=about)
        count_status(status)
        self.keep(CAMERA_STATUS, status, status.changed_at)
        self.keep(CAMERA_STATE, status, status.changed_at, key=status.state_key())

    def frame_read(self, camera_id: str) -> None:
        """Count a picture that was read."""
        FRAMES_READ.labels(camera_id).inc()
        with self._changed:
            self.counts.read += 1

    def frame_quiet(self, camera_id: str) -> None:
        """Count a picture that was left out because nothing moved."""
        FRAMES_QUIET.labels(camera_id).inc()
        with self._changed:
            self.counts.quiet += 1

    def frame_dropped(self, camera_id: str, reason: str) -> None:
        """Count a picture that was dropped."""
        with self._changed:
            self._count_dropped(camera_id, reason)

    def close(self, timeout_s: float) -> bool:
        """Send what waits, for at most this long; return whether the broker has confirmed all of it."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
            clean = self._changed.wait_for(lambda: self._broken or self._is_idle(), timeout_s) and not self._broken
            for camera_id, waiting in self._fresh.items():
                for _ in range(len(waiting)):
                    self._count_dropped(camera_id, BROKER_UNAVAILABLE)
                waiting.clear()
        return close_producer(self._producer, 1.0 if clean else 0.0) and clean

    def _is_idle(self) -> bool:
        return not self._complete and not any(self._fresh.values()) and not self._unconfirmed

    def _guard(self) -> None:
        try:
            self._run()
        except Exception:
            log.exception("sending broke")
            with self._changed:
                self._broken = True
                self._changed.notify_all()
            self._on_failure()

    def _run(self) -> None:
        while True:
            with self._changed:
                if self._closing and self._is_idle():
                    self._changed.notify_all()
                    return
                if self._failed:
                    self._failed = False
                    self._changed.wait_for(lambda: self._closing, _RETRY_S)
                elif not self._has_work():
                    self._changed.wait(_TICK_S)
                complete = self._next_complete()
                fresh = self._next_fresh()
            self._try(self._send_complete, complete)
            self._try(self._send_fresh, fresh)

    def _try(self, send: Callable[[WaitingRecord], None], waits: WaitingRecord | None) -> None:
        try:
            if waits is not None:
                send(waits)
        except KafkaError as error:
            log.warning("the broker takes nothing: %s", type(error).__name__)
            self._failed = True

    def _has_work(self) -> bool:
        return (bool(self._complete) and self._in_flight is None) or (
            self._unconfirmed_bytes < MAX_UNCONFIRMED_BYTES and any(self._fresh.values())
        )

    def _next_complete(self) -> WaitingRecord | None:
        """Return the oldest if none is under way: one at a time keeps their order through every retry."""
        return self._complete[0] if self._complete and self._in_flight is None else None

    def _next_fresh(self) -> WaitingRecord | None:
        """Return what has waited longest, unless the producer holds enough."""
        waiting = [queue for queue in self._fresh.values() if queue]
        if not waiting or self._unconfirmed_bytes >= MAX_UNCONFIRMED_BYTES:
            return None
        fresh = min(waiting, key=lambda queue: queue[0].entered_at).popleft()
        self._unconfirmed_bytes += len(fresh.record.value)
        self._unconfirmed += 1
        self._changed.notify_all()
        return fresh

    def _send(self, waits: WaitingRecord) -> SendConfirmation:
        record = waits.record
        return self._producer.send(waits.topic, record.value, record.key, list(record.headers), waits.partition)

    def _send_complete(self, waits: WaitingRecord) -> None:
        confirmation = self._send(waits)
        with self._changed:
            self._in_flight = confirmation
            self._unconfirmed += 1
        confirmation.add_callback(self._complete_done, waits, True)
        confirmation.add_errback(self._complete_done, waits, False)

    def _complete_done(self, waits: WaitingRecord, confirmed: bool, *_: object) -> None:
        with self._changed:
            self._in_flight = None
            self._unconfirmed -= 1
            if confirmed:
                if waits.span is not None:
                    waits.span.end()
                self._complete.popleft()
                MESSAGES_OUT.labels(waits.stage, waits.topic).inc()
            self._failed = not confirmed
            self._changed.notify_all()

    def _send_fresh(self, waits: WaitingRecord) -> None:
        try:
            confirmation = self._send(waits)
        except KafkaError as error:
            too_large = isinstance(error, MessageSizeTooLargeError)
            self._fresh_done(waits, TOO_LARGE if too_large else BROKER_UNAVAILABLE)
            if too_large:
                return
            raise
        confirmation.add_callback(self._fresh_done, waits, None)
        confirmation.add_errback(self._fresh_done, waits, BROKER_UNAVAILABLE)

    def _fresh_done(self, waits: WaitingRecord, dropped: str | None, *_: object) -> None:
        with self._changed:
            self._unconfirmed_bytes -= len(waits.record.value)
            self._unconfirmed -= 1
            if waits.span is not None:
                waits.span.end(dropped or "")
            if dropped is None:
                self.counts.sent += 1
                if waits.topic == CAMERA_FRAMES:
                    FRAMES_SENT.labels(waits.camera_id).inc()
                MESSAGES_OUT.labels(waits.stage, waits.topic).inc()
            else:
                self._count_dropped(waits.camera_id, dropped)
            self._changed.notify_all()

    def _count_dropped(self, camera_id: str, reason: str) -> None:
        FRAMES_DROPPED.labels(camera_id, reason).inc()
        self.counts.dropped[reason] = self.counts.dropped.get(reason, 0) + 1


def cameras_from_zero(cameras: Iterable[str]) -> None:
    """Let what capture counts of these cameras be series from the start."""
    known = tuple(cameras)
    for counter in (FRAMES_READ, FRAMES_SENT, FRAMES_QUIET, FRAMES_ATTENDED):
        from_zero(counter, known)
    from_zero(FRAMES_DROPPED, known, DROPPED)
    from_zero(CAMERA_CHANGES, known, CameraState)


def count_status(status: CameraStatus) -> None:
    """Count a change, and set the gauges of the aspect that changed."""
    CAMERA_CHANGES.labels(status.camera_id, status.state).inc()
    if status.aspect == "stream":
        CAMERA_ONLINE.labels(status.camera_id).set(status.state is CameraState.ONLINE)
        refused_by_law = status.state is CameraState.REFUSED and status.reason in set(PermissionCode)
        CAMERA_NOT_PERMITTED.labels(status.camera_id).set(refused_by_law)
    elif status.aspect == "view":
        for visibility in Visibility:
            if visibility is not Visibility.CLEAR:
                holds = status.state is CameraState.DEGRADED and status.reason == visibility
                CAMERA_CANNOT_SEE.labels(status.camera_id, visibility).set(holds)
