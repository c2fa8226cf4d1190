"""`bench quiet`: what a camera costs before which nothing moves, beside decoding alone in the same run.

One camera is read as capture reads it: decoded at the stream's rate, five pictures per second masked, copied small, looked at
for motion and for what can be seen, and a picture encoded every ten seconds. Sending to Kafka is not part of it. The share of
a core is the process's CPU time by wall-clock time, all threads together.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from detectors.camera_thread import CameraConfig, CameraReader, CaptureOptions, Picture
from detectors.frames import ReadingOptions, SourceConfig
from detectors.motion_gate import MotionFinder
from detectors.opencv import cv2
from detectors.pacing import Clock
from detectors.scene import write_empty_scene, write_moving_scene
from detectors.small_picture import small_grey, small_shown
from detectors.sources import open_source
from detectors.view_check import ViewCheck
from schemas.cameras import CameraStatus
from streams.clock import utc_now
from streams.topics import MAX_FRAME_BYTES

SIZE_PX: Final = (640, 360)
LOOKED_AT_PER_S: Final = 5.0
NOISE: Final = 3.0
"""Standard deviation of the sensor's noise in grey levels: a street camera by day."""
WARM_UP_S: Final = 12.0
"""The first pictures are sent, and the view is learned, before anything is measured."""
SEED: Final = 1

Say = Callable[[str], None]


@dataclass
class Counted:
    """What the camera did while it was measured. Implements `detectors` CaptureEvents and sends nothing."""

    read: int = 0
    sent: int = 0
    left_out: int = 0

    def picture(self, picture: Picture) -> None:
        """Count a picture to send."""
        self.sent += 1

    def status(self, status: CameraStatus) -> None:
        """Ignore a change."""

    def frame_read(self, camera_id: str) -> None:
        """Count a picture that was read."""
        self.read += 1

    def frame_quiet(self, camera_id: str) -> None:
        """Count a picture that was left out."""
        self.left_out += 1

    def frame_dropped(self, camera_id: str, reason: str) -> None:
        """Ignore a drop: a file has none."""


@dataclass(frozen=True)
class Allowed:
    """The permission to look."""

    allowed: bool = True
    reason: str = "permitted"
    detail: str = ""


def measure(
    seconds: float, video: Path | None, stream: Path | None, stream_fps: float, folder: Path, say: Say
) -> dict[str, Any]:
    """Return the shares of a core, what was looked at and sent, and the milliseconds per picture of each part.

    Args:
        seconds: How long decoding alone and the camera are measured, each.
        video: A video whose empty background is the still scene; None composes one.
        stream: A video file to play instead, in which nothing moves.
        stream_fps: Pictures per second of the stream.
        folder: For the files that are made.
        say: Told how far it is.
    """
    path = stream or _write_stream(folder, video, seconds + WARM_UP_S + 2, stream_fps, say)
    say(f"decoding alone for {seconds:g} s")
    decoding, kind, size = _decoding(path, stream_fps, seconds)
    say(f"the camera for {WARM_UP_S:g} s to warm up and {seconds:g} s")
    camera, counted = _camera(path, size, stream_fps, seconds)
    return {
        "scene": "own stream" if stream else "real background" if video else "composed background",
        "stream": f"{size[0]}x{size[1]} {kind} at {stream_fps:g}/s",
        "camera_percent_of_a_core": round(100 * camera, 2),
        "decoding_percent_of_a_core": round(100 * decoding, 2),
        "looked_at_per_s": round(counted.read / seconds, 2),
        "sent": counted.sent,
        "left_out": counted.left_out,
        "ms_per_picture": _parts_ms(path),
    }


def _write_stream(folder: Path, video: Path | None, seconds: float, fps: float, say: Say) -> Path:
    """Write a still scene with a sensor's noise as an MPEG-4 video, which OpenCV can encode everywhere."""
    if video is None:
        video = folder / "scene.avi"
        write_moving_scene(video, 20, 5, SIZE_PX, SEED)
    say(f"writing {seconds:.0f} s of a still scene")
    empty = cv2.resize(np.asarray(cv2.imread(str(write_empty_scene(folder / "empty", video)))), SIZE_PX)
    chance = np.random.default_rng(SEED)
    noises = [NOISE * chance.standard_normal(empty.shape, np.float32) for _ in range(16)]
    path = folder / "quiet.mp4"
    writer = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, cv2.VideoWriter.fourcc(*"mp4v"), fps, SIZE_PX)
    for _ in range(round(seconds * fps)):
        noise = np.roll(noises[int(chance.integers(len(noises)))], int(chance.integers(SIZE_PX[0])), axis=1)
        writer.write(np.clip(empty + noise, 0, 255).astype(np.uint8))
    writer.release()
    return path


def _decoding(path: Path, fps: float, seconds: float) -> tuple[float, str, tuple[int, int]]:
    """Return the share of a core that decoding at the stream's rate takes, the codec, and width and height."""
    capture = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, 1])
    code = int(capture.get(cv2.CAP_PROP_FOURCC))
    size = int(capture.get(cv2.CAP_PROP_FRAME_WIDTH)), int(capture.get(cv2.CAP_PROP_FRAME_HEIGHT))
    share = _Share()
    for number in range(round(seconds * fps)):
        capture.grab()
        time.sleep(max(0.0, (number + 1) / fps - share.wall_s()))
    capture.release()
    return share.taken(), code.to_bytes(4, "little").decode("ascii", "replace"), size


def _camera(path: Path, size: tuple[int, int], fps: float, seconds: float) -> tuple[float, Counted]:
    """Return the share of a core that the whole camera takes once it is quiet, and what it did in that time."""
    counted, stop = Counted(), threading.Event()
    config = CameraConfig("bench", SourceConfig(str(path), fps=fps), *size, "none", [], motion_gate=True)
    options = CaptureOptions(MAX_FRAME_BYTES, ReadingOptions(file_max_fps=LOOKED_AT_PER_S))
    clock = Clock(now=utc_now, monotonic_s=time.monotonic)
    chance = random.Random(SEED)  # noqa: S311 - waits that never come
    reader = CameraReader(config, options, clock, Allowed, counted, open_source, chance)
    thread = threading.Thread(target=reader.run, args=(stop,))
    thread.start()
    time.sleep(WARM_UP_S)
    before, share = Counted(counted.read, counted.sent, counted.left_out), _Share()
    time.sleep(seconds)
    taken = share.taken()
    did = Counted(counted.read - before.read, counted.sent - before.sent, counted.left_out - before.left_out)
    stop.set()
    thread.join()
    return taken, did


def _parts_ms(path: Path, pictures: int = 200) -> dict[str, float]:
    """Return the median milliseconds of processor time that each part takes for one picture."""
    capture = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, 1])
    image = np.asarray(capture.read()[1], np.uint8)
    shown = small_shown(np.zeros(image.shape[:2], np.bool_))
    finder, check = MotionFinder(shown), ViewCheck(shown, live=True)
    taken: dict[str, list[float]] = {"small_copy": [], "motion": [], "view_once_per_s": []}
    greys: list[NDArray[np.uint8]] = []
    moment = datetime.min.replace(tzinfo=UTC)
    while len(greys) < pictures:
        decoded, picture = capture.read()
        if not decoded:
            break
        moment += timedelta(seconds=1)
        begun = time.thread_time()
        greys.append(small_grey(np.asarray(picture, np.uint8)))
        copied = time.thread_time()
        finder.look(greys[-1], moment)
        looked = time.thread_time()
        check.look(greys[-1], moment)
        for name, spent in zip(taken, (copied - begun, looked - copied, time.thread_time() - looked), strict=True):
            taken[name].append(spent)
    capture.release()
    return {name: round(1000 * float(np.median(values)), 3) for name, values in taken.items()}


class _Share:
    """Measures the share of a core that this process takes."""

    def __init__(self) -> None:
        self._wall_s, self._cpu_s = time.perf_counter(), time.process_time()

    def wall_s(self) -> float:
        """Return the seconds since it began."""
        return time.perf_counter() - self._wall_s

    def taken(self) -> float:
        """Return processor seconds per second."""
        return (time.process_time() - self._cpu_s) / self.wall_s()
