"""The load of `bench faults`: numbered reports, pictures' detections and operator actions, sent at a steady rate.

Each report lies alone in a square of its own (`bench/faults/map.py`), so that whatever dies on the way, its alert's final
state depends on its number alone. Every `POSITIONED`th lies where a camera looks that sees three persons all the time, and
ends consistent, since nothing is learnt of that view. Of the others every fourth is acknowledged by an operator as soon as it
is shown, and every fourth is closed when all is through: whoever lost its rows meanwhile no longer knows it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from kafka import KafkaProducer

from bench.faults.map import CAMERAS, square_of
from schemas.actions import Action, OperatorAction
from schemas.base import Message, derive_id
from schemas.cameras import Box, DetectedObject, Detections, DetectorInfo, ObjectClass
from schemas.categories import Category
from schemas.codec import encode
from schemas.geo import Position
from schemas.incidents import Incident, Operation, incident_identity
from streams import topics
from streams.clock import utc_now
from streams.kafka.options import kafka_client_options
from streams.settings import KafkaSettings

CATEGORIES: Final = (Category.STRAATROOF, Category.GEWELD_VECHTPARTIJ, Category.VERWARD_PERSOON)
URGENCIES: Final = (("P 1", 1), ("P 2", 2), ("P 3", 3))
SEND_WITHIN_MS: Final = 240_000
"""How long the sender itself keeps trying: longer than the longest outage, since what it gives up was never accepted."""
PERSONS: Final = tuple(
    DetectedObject(
        object_class=ObjectClass.PERSON,
        score=0.9,
        box=Box(x_min_px=x, y_min_px=100, x_max_px=x + 20, y_max_px=150),
    )
    for x in (100, 200, 300)
)


@dataclass(frozen=True, slots=True)
class ReportKind:
    """Report kind: what decides a report's final state."""

    category: Category
    source_priority: str
    watched: bool
    acted: bool
    closed: bool = False


def kind_of(number: int) -> ReportKind:
    """Return what the report's final state depends on."""
    watched = square_of(number).camera is not None
    if watched:
        return ReportKind(Category.STRAATROOF, "P 1", watched=True, acted=False)
    priority, _ = URGENCIES[number // 3 % 3]
    return ReportKind(CATEGORIES[number % 3], priority, watched=False, acted=number % 4 == 1, closed=number % 4 == 3)


def incident_of(run: str, number: int, now: datetime, category: Category, priority: str) -> Incident:
    """Return a numbered report, which lies alone in a square of its own."""
    place, source_id = square_of(number), f"{run}-{number}"
    return Incident(
        incident_id=incident_identity("faults", source_id),
        operation=Operation.CREATE,
        revision=0,
        source="faults",
        source_id=source_id,
        category=category,
        category_source="bench",
        source_priority=priority,
        urgency=dict(URGENCIES)[priority],
        summary="bench",
        position=Position(lat=place.lat, lon=place.lon, accuracy_m=15),
        place="",
        occurred_at=now,
        reported_at=now,
        received_at=now,
    )


@dataclass
class Confirmed:
    """Confirmed: what the broker confirmed: times by the sender's clock (s since the epoch) of its confirmation."""

    reports: dict[int, float] = field(default_factory=dict)
    actions: dict[int, float] = field(default_factory=dict)
    seconds: dict[tuple[str, datetime], int] = field(default_factory=dict)
    """Detections per camera and second."""
    detections: int = 0
    refused: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def inputs(self) -> int:
        """Return how many were accepted in all."""
        return len(self.reports) + len(self.actions) + self.detections


class Load:
    """Sends numbered inputs from a thread of its own.

    Args:
        kafka: The cluster.
        run: Makes identities differ between runs on one broker.
        per_second: Inputs per second in all.
        reports_per_second: How many of them are reports; the rest are detections. Actions come on top, as answers.
    """

    def __init__(self, kafka: KafkaSettings, run: str, per_second: float, reports_per_second: float) -> None:
        self.accepted = Confirmed()
        self.run = run
        self._rates = (reports_per_second, max(0.0, per_second - reports_per_second))
        self._producer = KafkaProducer(
            **kafka_client_options(kafka),
            acks="all",
            linger_ms=5,
            retries=2**31 - 1,
            delivery_timeout_ms=SEND_WITHIN_MS,
            max_block_ms=SEND_WITHIN_MS,
        )
        self._answers = ThreadPoolExecutor(max_workers=1)
        self._next_report = 0
        self._next_detection = 0
        self._acted: set[int] = set()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.factor = 1.0

    def start(self) -> None:
        """Begin to send."""
        self._thread.start()

    @property
    def next_report(self) -> int:
        """Return the number of the next report."""
        return self._next_report

    def close(self) -> None:
        """Send no more, and wait until all that was sent is confirmed."""
        self._stop.set()
        self._thread.join()
        self._answers.shutdown()
        self._producer.flush(timeout=SEND_WITHIN_MS / 1000)
        self._producer.close()

    def flush(self) -> None:
        """Wait until all that was sent so far is confirmed."""
        self._producer.flush(timeout=SEND_WITHIN_MS / 1000)

    def act(self, number: int, alert_id: str, room: str, revision: int) -> None:
        """Answer an alert as its operator does: acknowledge it, once."""
        self._answer(Action.ACKNOWLEDGE, "", number, alert_id, room, revision)

    def close_alert(self, number: int, alert_id: str, room: str, revision: int) -> None:
        """Close an alert as its operator does, once."""
        self._answer(Action.CLOSE, "true", number, alert_id, room, revision)

    def _answer(self, action: Action, verdict: str, number: int, alert_id: str, room: str, revision: int) -> None:
        if number in self._acted:
            return
        self._acted.add(number)
        answer = OperatorAction(
            action_id=f"{self.run}-act-{number}",
            control_room_id=room,
            alert_id=alert_id,
            seen_revision=revision,
            action=action,
            user="operator-1",
            verdict=verdict,
            acted_at=utc_now(),
        )
        self._answers.submit(self._send, topics.OPERATOR_ACTIONS, answer, lambda: self._note_action(number))

    def _run(self) -> None:
        last_s = time.monotonic()
        due = [0.0, 0.0]
        while not self._stop.is_set():
            now_s = time.monotonic()
            for index, rate in enumerate(self._rates):
                due[index] += rate * self.factor * (now_s - last_s)
            last_s = now_s
            while due[0] >= 1 and not self._stop.is_set():
                due[0] -= 1
                self._report()
            while due[1] >= 1 and not self._stop.is_set():
                due[1] -= 1
                self._detection()
            time.sleep(0.005)

    def _report(self) -> None:
        number = self._next_report
        self._next_report += 1
        kind = kind_of(number)
        incident = incident_of(self.run, number, utc_now(), kind.category, kind.source_priority)
        self._send(topics.INCIDENTS, incident, lambda: self._note_report(number))

    def _detection(self) -> None:
        number = self._next_detection
        self._next_detection += 1
        now, camera = utc_now(), f"camera-{number % CAMERAS}"
        detections = Detections(
            camera_id=camera,
            frame_id=derive_id("faults", self.run, str(number)),
            captured_at=now,
            width_px=640,
            height_px=360,
            detector=DetectorInfo(name="bench", version="1"),
            track_epoch="bench",
            objects=PERSONS,
        )
        self._send(topics.DETECTIONS, detections, lambda: self._note_detection(camera, now))

    def _send(self, topic: str, message: Message, accepted: Callable[[], None]) -> None:
        now = utc_now()
        record = encode(message, stage="bench", handled_at=now, entered_at=now)
        future = self._producer.send(topic, key=record.key, value=record.value, headers=record.headers)
        future.add_callback(lambda _: accepted())
        future.add_errback(self._note_refusal)

    def _note_report(self, number: int) -> None:
        self.accepted.reports[number] = time.time()

    def _note_action(self, number: int) -> None:
        self.accepted.actions[number] = time.time()

    def _note_detection(self, camera: str, at: datetime) -> None:
        second = (camera, at.replace(microsecond=0))
        with self.accepted.lock:
            self.accepted.detections += 1
            self.accepted.seconds[second] = self.accepted.seconds.get(second, 0) + 1

    def _note_refusal(self, _: object) -> None:
        self.accepted.refused += 1
