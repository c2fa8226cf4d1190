"""Builds capture from the registry and the settings, and runs it until its cameras end or it is told to stop."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from kafka import KafkaProducer
from kafka.errors import KafkaError

from detectors.capture.camera import CameraConfig, CaptureEvents, CaptureOptions, Ending, Permit
from detectors.capture.capture import Capture
from detectors.capture.snapshot import SnapshotPainter
from detectors.models.base import Detector
from detectors.models.one_at_a_time import OneAtATime
from detectors.sources.base import ReadingOptions
from detectors.sources.pacing import Clock
from detectors.sources.url import redact
from detectors.tracking.bytetrack import Trackers
from schemas.base import iso_utc
from streams.capture.attention import AttentionService
from streams.capture.attention_consumer import AttentionReader
from streams.capture.edge import EdgeDetection
from streams.capture.frame_buffer import PictureRing
from streams.capture.producer import PRODUCER_OPTIONS
from streams.capture.sender import FrameSender, cameras_from_zero
from streams.capture.snapshot_consumer import SnapshotReader
from streams.capture.snapshots import SnapshotService
from streams.clock import boottime_s, utc_now
from streams.config.calibrations import tracking_grounds
from streams.config.files import load_rules
from streams.domain.cameras.legal_basis import permission
from streams.domain.cameras.registry import Camera, Registry
from streams.domain.rules.cameras import AttentionRule
from streams.errors import ConfigurationError, DeliveryError
from streams.health import HEALTH
from streams.kafka.access.admission import require_access
from streams.kafka.options import kafka_client_options
from streams.kafka.reader import TopicFollower
from streams.process import tell_ready
from streams.settings import KafkaSettings, Settings
from streams.stages.detect.crowd_counts import CrowdCounts
from streams.stages.detect.detections import TrackedDetections, check_detector, make_detector
from streams.topics import MAX_FRAME_BYTES

log = logging.getLogger(__name__)

SYSTEM_CLOCK: Final = Clock(now=utc_now, monotonic_s=boottime_s)
_FLUSH_S: Final = 2.0
"""How long the last pictures and states may take to be confirmed after the order to stop."""
_DRAIN_S: Final = 20.0
"""The same, when all cameras have ended by themselves and nobody waits for the process."""
_IN_HAND_S: Final = 4.0
"""How long a detector may take for the picture that it looks at when the order to stop comes."""
_PATIENCE_S: Final = 10.0
"""How long a file that is played as fast as possible waits for the broker."""
_CONNECT_MS: Final = 15_000


def capture_options(speed: float, max_fps: float | None) -> CaptureOptions:
    """Return how to capture; without a rate, live cameras give five pictures per second and files all they have."""
    reading = ReadingOptions(speed=speed)
    if max_fps is not None:
        reading = ReadingOptions(speed=speed, live_max_fps=max_fps, file_max_fps=max_fps)
    return CaptureOptions(max_frame_bytes=MAX_FRAME_BYTES, reading=reading)


def chosen_cameras(registry: Registry, wanted: Sequence[str], where: str) -> list[Camera]:
    """Return the cameras with these ids in the order of the registry; all of them for no id.

    Raises:
        ConfigurationError: An id is not in the registry, or there is no camera at all.
    """
    known = [camera.id for camera in registry.cameras]
    for camera_id in wanted:
        if camera_id not in known:
            raise ConfigurationError(where, "--camera", camera_id, "one of " + ", ".join(known))
    if not known:
        raise ConfigurationError(where, "cameras", [], "at least one camera")
    return [camera for camera in registry.cameras if not wanted or camera.id in wanted]


def make_sender(kafka: KafkaSettings, speed: float) -> FrameSender:
    """Return a sender that is connected to Kafka.

    Raises:
        DeliveryError: The cluster cannot be reached.
        AccessError: It does not let this process in.
    """
    options = {**kafka_client_options(kafka), **PRODUCER_OPTIONS, "bootstrap_timeout_ms": _CONNECT_MS}
    try:
        return FrameSender(KafkaProducer(**options), utc_now, 0.0 if speed else _PATIENCE_S)
    except KafkaError as error:
        require_access(kafka)
        raise DeliveryError(
            f"KAFKA_BOOTSTRAP_SERVERS is {kafka.bootstrap_servers!r}, expected a cluster that answers within "
            f"{_CONNECT_MS // 1000} s: {type(error).__name__}"
        ) from None


def snapshot_reader(
    cameras: Sequence[Camera],
    zone: ZoneInfo,
    ring: PictureRing,
    sender: FrameSender,
    settings: Settings,
    kafka: KafkaSettings,
    detector: Callable[[], Detector],
) -> SnapshotReader:
    """Return what answers requests for pictures of these cameras."""
    users = frozenset(user.strip() for user in settings.snapshot_unblurred_users.split(","))
    painter = SnapshotPainter(detector, MAX_FRAME_BYTES)
    by_id = {camera.id: camera for camera in cameras}
    return SnapshotReader(kafka, SnapshotService(by_id, zone, ring, painter, users, sender, utc_now), sender, utc_now)


@dataclass(frozen=True)
class Attention:
    """Attention: who tells which cameras are attended, and who reads what reports ask."""

    desk: AttentionService
    reader: AttentionReader

    @classmethod
    def of(cls, cameras: Sequence[Camera], rule: AttentionRule, kafka: KafkaSettings) -> Attention:
        """Return them for these cameras."""
        ids = [camera.id for camera in cameras]
        desk = AttentionService(ids, rule, utc_now)
        return cls(desk, AttentionReader(kafka, ids, desk, rule, utc_now))


@dataclass(frozen=True)
class CaptureParts:
    """Capture parts: what takes what cameras tell, and runs beside them.

    Attributes:
        sender: Sends to Kafka.
        edge: Looks at pictures here, where they are not to be sent.
        ring: Keeps the last pictures; None keeps none.
        snapshots: Answers requests for pictures.
        attention: Tells which cameras reports ask to attend; None attends none.
    """

    sender: FrameSender
    edge: EdgeDetection | None = None
    ring: PictureRing | None = None
    snapshots: SnapshotReader | None = None
    attention: Attention | None = None

    def attended_fps(self, camera_id: str) -> float:
        """Return how many pictures per second a camera should give because of a report; 0 for as many as usual."""
        return self.attention.desk.fps(camera_id) if self.attention is not None else 0.0

    def start(self, on_failure: Callable[[], None]) -> CaptureEvents:
        """Start them, and return who takes pictures first."""
        self.sender.start(on_failure)
        if self.edge is not None:
            self.edge.start(on_failure)
        for reader in self._readers():
            reader.start()
        return self.ring or self.edge or self.sender

    def close(self, finish: bool) -> bool:
        """Finish what waits, or only what is under way; return whether the broker has confirmed all of it."""
        deadline_s = time.monotonic() + (_DRAIN_S if finish else _IN_HAND_S)
        for reader in self._readers():
            reader.stop()
        if self.edge is not None:
            self.edge.stop(finish)
            self.edge.join(deadline_s - time.monotonic())
        for reader in self._readers():
            reader.join(max(0.0, deadline_s - time.monotonic()))
        return self.sender.close(_DRAIN_S if finish else _FLUSH_S)

    def _readers(self) -> list[TopicFollower]:
        attention = None if self.attention is None else self.attention.reader
        return [reader for reader in (self.snapshots, attention) if reader is not None]


def make_parts(
    cameras: Sequence[Camera],
    folder: Path,
    zone: ZoneInfo,
    settings: Settings,
    kafka: KafkaSettings,
    speed: float,
    detect: bool,
) -> CaptureParts:
    """Return the parts, connected to Kafka.

    Args:
        cameras: The cameras to capture.
        folder: The registry's, for calibration files.
        zone: The zone of their legal basis.
        settings: For the detector, the snapshots, and the rules that say what reports may ask of cameras.
        kafka: The cluster.
        speed: How fast files are played; 0 without waiting.
        detect: Whether pictures are looked at here and stay here.

    Raises:
        ConfigurationError: The detector cannot be used.
        FileError: The rules are wrong.
        DeliveryError: The cluster cannot be reached.
    """
    rule = load_rules(settings.rules).attention
    check_detector(settings)
    find: Callable[[], Detector] = partial(make_detector, settings)  # for the first snapshot that is asked for
    detector = OneAtATime(find()) if detect else None
    sender = make_sender(kafka, speed)
    edge = None
    if detector is not None:
        find = lambda: detector  # noqa: E731
        trackers = Trackers(iso_utc(utc_now()), grounds=tracking_grounds(cameras, folder))
        edge = EdgeDetection(
            detector, TrackedDetections(detector.info, trackers), sender, not speed, CrowdCounts.from_settings(settings)
        )
    ring = PictureRing(settings.snapshot_seconds, settings.snapshot_megabytes * 1_000_000, edge or sender)
    snapshots = snapshot_reader(cameras, zone, ring, sender, settings, kafka, find)
    attention = None if rule is None else Attention.of(cameras, rule, kafka)
    return CaptureParts(sender, edge, ring if settings.snapshot_seconds else None, snapshots, attention)


def run_capture(
    cameras: Sequence[Camera],
    configs: Sequence[CameraConfig],
    options: CaptureOptions,
    zone: ZoneInfo,
    parts: CaptureParts,
    stop: threading.Event,
) -> dict[str, Ending]:
    """Capture until every camera has ended or `stop` is set, then deliver what is left; return how each ended.

    Raises:
        DeliveryError: The broker has not confirmed everything in time.
    """
    by_id = {camera.id: camera for camera in cameras}

    def permit(camera_id: str) -> Permit:
        return permission(by_id[camera_id], utc_now(), zone)

    cameras_from_zero(by_id)
    for camera in cameras:
        log.info("camera %s reads %s", camera.id, redact(camera.source.url))
    capture = Capture(configs, options, SYSTEM_CLOCK, permit, parts.start(stop.set), attended_fps=parts.attended_fps)
    endings = capture.run(stop, HEALTH.turns("capture"))
    if not parts.close(finish=not stop.is_set()):
        raise DeliveryError("the broker did not confirm the last pictures or states in time")
    return endings


def summary(sender: FrameSender, endings: dict[str, Ending]) -> str:
    """Return what a run did, as one line of JSON: pictures read, sent and dropped by reason, and how cameras ended."""
    ended = {camera_id: ending.value for camera_id, ending in endings.items()}
    return json.dumps({**asdict(sender.counts), "cameras": ended})


def announce(cameras: Sequence[Camera], metrics_port: int) -> None:
    """Tell the supervisor that capture does its work."""
    tell_ready(f"capture of {len(cameras)} cameras", metrics_port)
