"""Builds capture from the registry and the settings, and runs it until its cameras end or it is told to stop."""

from __future__ import annotations

import json
import logging
import signal
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Final
from zoneinfo import ZoneInfo

from kafka import KafkaProducer
from kafka.errors import KafkaError

from detectors.camera_thread import CameraConfig, CaptureOptions, Ending, Permit
from detectors.capture import Capture
from detectors.frames import ReadingOptions, SourceConfig
from detectors.pacing import Clock
from detectors.source_url import redact
from streams.clock import utc_now
from streams.domain.legal import permission
from streams.domain.registry import Camera, Registry
from streams.errors import ConfigurationError, DeliveryError
from streams.frame_sender import PRODUCER_OPTIONS, FrameSender
from streams.process import tell_ready
from streams.settings import KafkaSettings, kafka_client_options
from streams.topics import MAX_FRAME_BYTES

log = logging.getLogger(__name__)

SYSTEM_CLOCK: Final = Clock(now=utc_now, monotonic_s=time.monotonic)
_FLUSH_S: Final = 2.0
"""How long the last pictures and states may take to be confirmed after the order to stop."""
_DRAIN_S: Final = 20.0
"""The same, when all cameras have ended by themselves and nobody waits for the process."""
_PATIENCE_S: Final = 10.0
"""How long a file that is played as fast as possible waits for the broker."""
_CONNECT_MS: Final = 15_000


def camera_config(camera: Camera, folder: Path) -> CameraConfig:
    """Return what capture needs to know of a camera; a relative path is relative to the registry's folder."""
    source = camera.source
    url = source.url if "://" in source.url else str(folder / source.url)
    start = None if source.start == "now" else datetime.fromisoformat(source.start).astimezone(UTC)
    return CameraConfig(
        camera_id=camera.id,
        source=SourceConfig(url, start, source.fps, source.loop, source.offset_s, source.transport),
        width_px=camera.width_px,
        height_px=camera.height_px,
        mask_version=camera.masks.version,
        mask_polygons=camera.masks.polygons,
    )


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
    """
    options = {**kafka_client_options(kafka), **PRODUCER_OPTIONS, "bootstrap_timeout_ms": _CONNECT_MS}
    try:
        return FrameSender(KafkaProducer(**options), utc_now, 0.0 if speed else _PATIENCE_S)
    except KafkaError as error:
        raise DeliveryError(
            f"KAFKA_BOOTSTRAP_SERVERS is {kafka.bootstrap_servers!r}, expected a cluster that answers within "
            f"{_CONNECT_MS // 1000} s: {type(error).__name__}"
        ) from None


def run_capture(
    cameras: Sequence[Camera],
    folder: Path,
    options: CaptureOptions,
    zone: ZoneInfo,
    sender: FrameSender,
    stop: threading.Event,
) -> dict[str, Ending]:
    """Capture until every camera has ended or `stop` is set, then deliver what is left; return how each ended.

    Raises:
        DeliveryError: The broker has not confirmed everything in time.
    """
    by_id = {camera.id: camera for camera in cameras}

    def permit(camera_id: str) -> Permit:
        return permission(by_id[camera_id], utc_now(), zone)

    for camera in cameras:
        log.info("camera %s reads %s", camera.id, redact(camera.source.url))
    capture = Capture([camera_config(camera, folder) for camera in cameras], options, SYSTEM_CLOCK, permit, sender)
    sender.start(stop.set)
    endings = capture.run(stop)
    if not sender.close(_FLUSH_S if stop.is_set() else _DRAIN_S):
        raise DeliveryError("the broker did not confirm the last pictures or states in time")
    return endings


def stop_on_signals(stop: threading.Event) -> None:
    """Let SIGTERM and SIGINT ask for an orderly end."""

    def ask(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, ask)
    signal.signal(signal.SIGINT, ask)


def summary(sender: FrameSender, endings: dict[str, Ending]) -> str:
    """Return what a run did, as one line of JSON: pictures read, sent and dropped by reason, and how cameras ended."""
    ended = {camera_id: ending.value for camera_id, ending in endings.items()}
    return json.dumps({**asdict(sender.counts), "cameras": ended})


def announce(cameras: Sequence[Camera], metrics_port: int) -> None:
    """Tell the supervisor that capture does its work."""
    tell_ready(f"capture of {len(cameras)} cameras", metrics_port)
