"""Pictures of eight cameras for `bench detect`, as capture sends them, and what the worker made of them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import cv2
from kafka import KafkaProducer, TopicPartition

from detectors.capture.camera import CaptureOptions
from detectors.capture.encoder import JpegEncoder
from detectors.synthetic import write_moving_scene
from schemas.cameras import Detections, FrameReference
from schemas.codec import Encoded, encode
from streams import topics
from streams.capture.producer import PRODUCER_OPTIONS
from streams.clock import utc_now
from streams.kafka.consumer import Consumer

CAMERAS: Final = 8
PICTURES: Final = 160
"""Different pictures; the cameras show them one after the other, each beginning elsewhere."""
SCENE_SIZE_PX: Final = (768, 576)
FLUSH_S: Final = 60.0
STANDSTILL_S: Final = 8.0
"""After so long without a detection no more are waited for."""


def video(named: str, folder: Path) -> Path:
    """Return the video that is named, or one that is made where none is."""
    if named and Path(named).is_file():
        return Path(named)
    made = folder / "scene.avi"
    write_moving_scene(made, 20.0, 7.0, SCENE_SIZE_PX)
    return made


def read_pictures(path: Path, count: int = PICTURES) -> list[Any]:
    """Return the first pictures of a video, (height, width, 3)."""
    capture = cv2.VideoCapture(str(path))
    pictures: list[Any] = []
    while len(pictures) < count:
        read, picture = capture.read()
        if not read:
            break
        pictures.append(picture)
    capture.release()
    return pictures


class Cameras:
    """Eight cameras that take turns.

    Args:
        pictures: What they show.
        run: Tells this run's frames apart from others'.
    """

    def __init__(self, pictures: Sequence[Any], run: str) -> None:
        self.height_px, self.width_px = pictures[0].shape[:2]
        encoder = JpegEncoder(
            CaptureOptions(max_frame_bytes=topics.MAX_FRAME_BYTES).jpeg_quality, topics.MAX_FRAME_BYTES
        )
        encoded = (encoder.encode(picture) for picture in pictures)
        self._jpegs = [jpeg for jpeg in encoded if jpeg is not None]
        self._run = run
        self._sent = 0

    def next(self, captured_at: datetime) -> Encoded:
        """Return the next picture's record."""
        camera, sequence = self._sent % CAMERAS, self._sent // CAMERAS
        self._sent += 1
        frame = FrameReference(
            camera_id=f"bench-{camera}",
            epoch=self._run,
            sequence=sequence,
            captured_at=captured_at,
            width_px=self.width_px,
            height_px=self.height_px,
            mask_version="1",
        )
        jpeg = self._jpegs[(sequence + camera * len(self._jpegs) // CAMERAS) % len(self._jpegs)]
        return encode(frame, stage="bench", handled_at=captured_at, entered_at=captured_at, payload=jpeg)


class PictureSender:
    """Sends the cameras' pictures with capture's own settings."""

    def __init__(self, bootstrap_servers: str, cameras: Cameras) -> None:
        self._producer = KafkaProducer(bootstrap_servers=bootstrap_servers, **PRODUCER_OPTIONS)
        self._cameras = cameras

    def backlog(self, frames: int, fps: float) -> float:
        """Send pictures that were taken at a rate until now; return when the broker had them all (s since the epoch)."""
        begin = utc_now() - timedelta(seconds=frames / fps)
        for number in range(frames):
            self._send(begin + timedelta(seconds=number / fps))
        self._producer.flush(FLUSH_S)
        return time.time()

    def live(self, fps: float, seconds: float) -> int:
        """Send pictures as they are taken, for some seconds; return how many."""
        began_s = time.monotonic()
        sent = 0
        while (passed_s := time.monotonic() - began_s) < seconds:
            if sent <= passed_s * fps:
                self._send(utc_now())
                sent += 1
            else:
                time.sleep(sent / fps - passed_s)
        self._producer.flush(FLUSH_S)
        return sent

    def close(self) -> None:
        """Let go of the broker."""
        self._producer.close()

    def _send(self, captured_at: datetime) -> None:
        record = self._cameras.next(captured_at)
        self._producer.send(topics.CAMERA_FRAMES, record.value, record.key, list(record.headers))


@dataclass(frozen=True, slots=True)
class PictureDetected:
    """One picture's detections: when it was captured, and when the broker had them (s since the epoch)."""

    captured_s: float
    known_s: float


class Results:
    """Reads the topic of detections, from its end on; it asks for its length alone while the worker works."""

    def __init__(self, bootstrap_servers: str) -> None:
        self._consumer: Any = Consumer(bootstrap_servers=bootstrap_servers, enable_auto_commit=False)
        self._places = [TopicPartition(topics.DETECTIONS, number) for number in range(topics.CAMERA_PARTITIONS)]
        self._consumer.assign(self._places)
        self.skip()

    def skip(self) -> None:
        """Begin at the end: what is there by now is not asked for."""
        self._consumer.seek_to_end(*self._places)
        self._begin = sum(int(self._consumer.position(place)) for place in self._places)

    def count(self) -> int:
        """Return how many there are since the beginning."""
        return int(sum(self._consumer.end_offsets(self._places).values())) - self._begin

    def wait(self, expected: int) -> None:
        """Wait until so many are there, or none comes any more."""
        seen, seen_s = -1, time.monotonic()
        while (count := self.count()) < expected and time.monotonic() - seen_s < STANDSTILL_S:
            if count != seen:
                seen, seen_s = count, time.monotonic()
            time.sleep(0.5)

    def read(self) -> list[PictureDetected]:
        """Return what is there, in the order in which the broker had it; the next reading begins behind it."""
        left = self.count()
        found = list[PictureDetected]()
        while len(found) < left:
            for records in self._consumer.poll(timeout_ms=1_000).values():
                for record in records:
                    message = Detections.model_validate_json(record.value)
                    found.append(PictureDetected(message.captured_at.timestamp(), record.timestamp / 1_000))
        self._begin += len(found)
        return sorted(found, key=lambda item: item.known_s)

    def close(self) -> None:
        """Let go of the broker."""
        self._consumer.close()
