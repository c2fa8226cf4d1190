"""`bench quiet`: what a camera costs before which nothing moves, beside decoding alone in the same run, and when it wakes up.

A file is played as if it came live: each packet at its own time, through what reads live streams. One camera is read as capture
reads it: decoded, five pictures per second at the most masked, copied small, looked at for motion and for what can be seen,
and a picture encoded every ten seconds. Sending to Kafka is not part of it. The share of a core is the process's CPU time by
wall-clock time, all threads together. When it wakes up is told in the stream's own time, in which nothing takes any.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np

from bench.quiet.stream import StreamKind, empty_scene, open_file, paced, write_stream
from detectors.capture.camera import CameraConfig, CameraReader, CaptureOptions, Picture
from detectors.sources.base import Dropped, QuietDecoding, ReadingOptions, SourceConfig
from detectors.sources.group_decoder import GroupDecoder
from detectors.sources.live import LiveSource
from detectors.sources.pacing import Clock
from detectors.view.check import ViewCheck
from detectors.view.motion_gate import MotionFinder
from detectors.view.thumbnail import Grey, small_grey, small_shown
from schemas.cameras import CameraStatus
from streams.clock import utc_now
from streams.topics import MAX_FRAME_BYTES

LOOKED_AT_PER_S: Final = 5.0
WARM_UP_S: Final = 16.0
"""The first pictures are sent, and the view is learned, before anything is measured."""
SETTLED_S: Final = 2.0
"""Opening decodes too, and the first group is decoded whole: decoding alone is measured after that."""
BETWEEN_S: Final = 12.37
"""From one person who enters to the next: 3 s of walking, 5 s awake, and never at the same place between two key frames."""
WOKEN_WITHIN_S: Final = 0.3
"""A camera that sends two pictures within this time is awake; a quiet one sends one in ten seconds."""
SEED: Final = 1
DECODINGS: Final[tuple[QuietDecoding, ...]] = ("all", "key_frames")

Say = Callable[[str], None]
SIMULATED_START: Final = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class CountingEvents:
    """Counting events: what the camera did. Implements `detectors` CaptureEvents and sends nothing.

    Attributes:
        now_s: Tells the time.
        read: Pictures that were looked at.
        sent_at_s: When pictures were sent.
        left_out: Pictures that were left out.
    """

    now_s: Callable[[], float]
    read: int = 0
    sent_at_s: list[float] = field(default_factory=list)
    left_out: int = 0

    def picture(self, picture: Picture) -> None:
        """Note a picture to send."""
        self.sent_at_s.append(self.now_s())

    def status(self, status: CameraStatus) -> None:
        """Ignore a change."""

    def frame_read(self, camera_id: str) -> None:
        """Count a picture that was read."""
        self.read += 1

    def frame_quiet(self, camera_id: str) -> None:
        """Count a picture that was left out."""
        self.left_out += 1

    def frame_dropped(self, camera_id: str, reason: str) -> None:
        """Ignore a drop: the first picture of each stream is one."""


@dataclass(frozen=True)
class Allowed:
    """The permission to look."""

    allowed: bool = True
    reason: str = "permitted"
    what: str = ""


def measure(
    seconds: float, video: Path | None, stream: Path | None, kind: StreamKind, entries: int, folder: Path, say: Say
) -> dict[str, Any]:
    """Return for each way of decoding the shares of a core, what was looked at and sent, and when the camera woke up.

    Args:
        seconds: How long decoding alone and the camera are measured, each.
        video: A video whose empty background is the still scene; None composes one.
        stream: A video file to play instead, in which nothing moves; nobody enters there.
        kind: How the stream is encoded that is made otherwise.
        entries: How often somebody enters after what is measured.
        folder: For the files that are made.
        say: Told how far it is.
    """
    path, quiet_s = stream, WARM_UP_S + seconds + 2
    enters = [quiet_s + number * BETWEEN_S for number in range(entries)]
    if path is None:
        path, length_s = folder / "quiet.mkv", quiet_s + entries * BETWEEN_S
        say(f"writing {length_s:.0f} s of a still scene")
        write_stream(path, empty_scene(folder, video, kind.size), kind, length_s, enters)
    return {
        "scene": "own stream" if stream else "real background" if video else "composed background",
        "stream": stream.name if stream else str(kind),
        "ms_per_picture": _parts_ms(path),
        **{decoding: _mode(path, decoding, seconds, [] if stream else enters, say) for decoding in DECODINGS},
    }


def _mode(path: Path, decoding: QuietDecoding, seconds: float, enters: Sequence[float], say: Say) -> dict[str, Any]:
    say(f"{decoding}: decoding alone for {seconds:g} s")
    alone = _decoding(path, decoding, seconds)
    say(f"{decoding}: the camera for {WARM_UP_S:g} s to warm up and {seconds:g} s")
    camera, did = _camera(path, decoding, seconds)
    woke = woken(_simulated(path, decoding, enters[-1] + BETWEEN_S - 2).sent_at_s, enters) if enters else []
    seen = [after_s for after_s in woke if after_s is not None]
    return {
        "decoding_percent_of_a_core": round(100 * alone, 2),
        "camera_percent_of_a_core": round(100 * camera, 2),
        "looked_at_per_s": round(did.read / seconds, 2),
        "sent": len(did.sent_at_s),
        "left_out": did.left_out,
        "entered": len(enters),
        "missed": len(enters) - len(seen),
        "woke_after_s": {"median": round(float(np.median(seen)), 2), "worst": round(max(seen), 2)} if seen else None,
    }


def woken(sent_at_s: Sequence[float], enters: Sequence[float]) -> list[float | None]:
    """Return after how many seconds the camera was awake that somebody entered before; None where it slept on.

    Args:
        sent_at_s: When pictures were sent, rising.
        enters: When somebody entered, rising.
    """
    found: list[float | None] = []
    for number, entered in enumerate(enters):
        until = enters[number + 1] if number + 1 < len(enters) else float("inf")
        moments = [moment for moment in sent_at_s if entered <= moment < until]
        found.append(
            next((second - entered for first, second in pairwise(moments) if second - first <= WOKEN_WITHIN_S), None)
        )
    return found


def _decoding(path: Path, decoding: QuietDecoding, seconds: float) -> float:
    """Return the share of a core that decoding at the stream's rate takes, without turning anything to pixels."""
    begun, share = _Share(), None
    stream = paced(open_file(path), lambda at_s: time.sleep(max(0.0, at_s - begun.wall_s())))
    decoder = GroupDecoder(stream.decoder, lambda _: None)
    for packet in stream.packets:
        if packet.is_keyframe and share is None and begun.wall_s() >= SETTLED_S:
            share = _Share()
        if packet.size == 0 or begun.wall_s() >= SETTLED_S + seconds:
            break
        decoder.take(packet, decoding == "key_frames")
    taken = (share or begun).taken()
    stream.close()
    return taken


def _camera(path: Path, decoding: QuietDecoding, seconds: float) -> tuple[float, CountingEvents]:
    """Return the share of a core that the whole camera takes once it is quiet, and what it did in that time."""
    stop, begun = threading.Event(), time.monotonic()
    counted = CountingEvents(time.monotonic)
    clock = Clock(now=utc_now, monotonic_s=time.monotonic)

    def wait_until(at_s: float) -> None:
        time.sleep(max(0.0, at_s - (time.monotonic() - begun)))

    reader = _reader(path, decoding, clock, counted, wait_until, stop)
    thread = threading.Thread(target=reader.run, args=(stop,))
    thread.start()
    time.sleep(WARM_UP_S)
    before, share = replace(counted, sent_at_s=[*counted.sent_at_s]), _Share()
    time.sleep(seconds)
    taken = share.taken()
    after = replace(counted, sent_at_s=[*counted.sent_at_s])
    stop.set()
    thread.join()
    sent = after.sent_at_s[len(before.sent_at_s) :]
    return taken, CountingEvents(time.monotonic, after.read - before.read, sent, after.left_out - before.left_out)


def _simulated(path: Path, decoding: QuietDecoding, until_s: float) -> CountingEvents:
    """Play the stream in its own time, as fast as it goes."""
    at_s = 0.0
    stop = threading.Event()
    counted = CountingEvents(lambda: at_s)
    clock = Clock(now=lambda: SIMULATED_START + timedelta(seconds=at_s), monotonic_s=lambda: at_s)

    def wait_until(then_s: float) -> None:
        nonlocal at_s
        at_s = max(at_s, then_s)
        if at_s >= until_s:
            stop.set()

    def sleep(wait_s: float) -> None:
        nonlocal at_s
        at_s += wait_s

    _reader(path, decoding, clock, counted, wait_until, stop, sleep).run(stop)
    return counted


def _reader(
    path: Path,
    decoding: QuietDecoding,
    clock: Clock,
    counted: CountingEvents,
    wait_until: Callable[[float], None],
    stop: threading.Event,
    sleep: Callable[[float], None] = time.sleep,
) -> CameraReader:
    """Return the camera; it stops at the end of its stream."""

    def opener(config: SourceConfig, options: ReadingOptions, clock: Clock, dropped: Dropped) -> LiveSource:
        stream = paced(open_file(path), wait_until)

        def close() -> None:
            stream.close()
            stop.set()

        return LiveSource(replace(stream, close=close), config, options, clock, dropped, sleep)

    file = open_file(path)
    source = SourceConfig("rtsp://bench", quiet_decoding=decoding)
    camera = CameraConfig("bench", source, file.decoder.width, file.decoder.height, "none", [], motion_gate=True)
    file.close()
    options = CaptureOptions(MAX_FRAME_BYTES, ReadingOptions(live_max_fps=LOOKED_AT_PER_S))
    chance = random.Random(SEED)  # noqa: S311 - waits that never come
    return CameraReader(camera, options, clock, Allowed, counted, opener, chance)


def _parts_ms(path: Path, pictures: int = 200) -> dict[str, float]:
    """Return the median milliseconds of processor time that each part takes for one picture."""
    stream = open_file(path)
    shown = small_shown(np.zeros((stream.decoder.height, stream.decoder.width), np.bool_))
    finder, check = MotionFinder(shown), ViewCheck(shown, live=True)
    taken: dict[str, list[float]] = {"small_copy": [], "motion": [], "view_once_per_s": []}
    moment = datetime.min.replace(tzinfo=UTC)
    decoded = (picture for packet in stream.packets for picture in stream.decoder.decode(packet))
    for picture in islice(decoded, pictures):
        image = np.asarray(picture.to_ndarray(format="bgr24"), np.uint8)
        moment += timedelta(seconds=1)
        begun = time.thread_time()
        grey: Grey = small_grey(image)
        copied = time.thread_time()
        finder.look(grey, moment)
        looked = time.thread_time()
        check.look(grey, moment)
        for name, spent in zip(taken, (copied - begun, looked - copied, time.thread_time() - looked), strict=True):
            taken[name].append(spent)
    stream.close()
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
