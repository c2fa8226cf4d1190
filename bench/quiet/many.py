"""Many quiet cameras of `bench quiet --cameras`: processor time of each beside the least that reading it takes.

Cameras are read over RTSP in TCP by one process: as capture reads them, and as PyAV alone does, which takes each packet and
decodes the key frames (the limit). Each round is a process of its own; two that are adjacent make a pair. What the server takes
is not counted, nor is sending to Kafka.
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench.quiet.measure import LOOKED_AT_PER_S, WARM_UP_S, Allowed, CountingEvents, Say
from bench.quiet.rtsp import HOST
from bench.quiet.stream import StreamKind, empty_scene, write_stream
from detectors.capture.camera import CameraConfig, CaptureOptions
from detectors.capture.capture import Capture
from detectors.sources.base import ReadingOptions, SourceConfig
from detectors.sources.ffmpeg import av
from detectors.sources.pacing import Clock
from streams.clock import utc_now
from streams.topics import MAX_FRAME_BYTES

STARTS_APART_S: Final = 0.02
"""Cameras are opened one after the other, by whom alone they are decoded; capture opens all at once."""
OPEN_WITHIN_S: Final = 60.0
STOPS_WITHIN_S: Final = 10.0
FILM_S: Final = 40.0
"""Cameras begin it again at its end; noise changes the picture there as everywhere, and nothing else does."""
PLAIN: Final = "plain"
CAPTURE: Final = "capture"


@dataclass
class Spent:
    """Spent: what reading has taken until now: processor time (s), and how often a thread gave the processor back."""

    user_s: float
    system_s: float
    waits: int

    @classmethod
    def now(cls) -> Spent:
        """Return what this process has spent."""
        used = resource.getrusage(resource.RUSAGE_SELF)
        return cls(used.ru_utime, used.ru_stime, used.ru_nvcsw)


@contextmanager
def served(path: Path, fps: float) -> Iterator[int]:
    """Let cameras show a film until the block ends; the port where they do."""
    command = [sys.executable, "-m", "bench.quiet.rtsp", str(path), str(fps)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        try:
            yield int(server.stdout.readline())
        finally:
            server.stdin.close()
            server.wait(STOPS_WITHIN_S)


def measure_many(
    cameras: int, pairs: int, seconds: float, video: Path | None, kind: StreamKind, folder: Path, say: Say
) -> dict[str, Any]:
    """Return milliseconds of processor time for each second of each camera.

    Args:
        cameras: How many there are.
        pairs: Adjacent pairs of rounds; medians are told.
        seconds: How long each round is measured.
        video: A video whose empty background is what they show; None composes one.
        kind: How their streams are encoded.
        folder: For the film that is made.
        say: Told how far it is.
    """
    path = folder / "quiet.mkv"
    write_stream(path, empty_scene(folder, video, kind.size), kind, FILM_S, [])
    rounds: dict[str, list[dict[str, float]]] = {PLAIN: [], CAPTURE: []}
    with served(path, kind.fps) as port:
        for number in range(pairs):
            for reader in (PLAIN, CAPTURE):
                command = [sys.executable, "-m", "bench.quiet.many", reader, str(port), str(cameras), str(seconds)]
                command += map(str, kind.size)
                done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
                rounds[reader].append(json.loads(done.stdout))
                say(f"pair {number + 1} of {pairs}: {reader} {rounds[reader][-1]}")
    told: dict[str, Any] = {
        reader: {name: round(statistics.median(each[name] for each in all_of), 2) for name in all_of[0]}
        for reader, all_of in rounds.items()
    }
    ratios = [mine["cpu_ms"] / least["cpu_ms"] for mine, least in zip(rounds[CAPTURE], rounds[PLAIN], strict=True)]
    ms = [[least["cpu_ms"], mine["cpu_ms"]] for mine, least in zip(rounds[CAPTURE], rounds[PLAIN], strict=True)]
    return {
        "cameras": cameras,
        "stream": str(kind),
        **told,
        "of_plain": round(statistics.median(ratios), 3),
        "pairs_cpu_ms": ms,
    }


def _addresses(port: int, cameras: int) -> Sequence[str]:
    return [f"rtsp://{HOST}:{port}/camera-{number}" for number in range(cameras)]


def read_plainly(addresses: Sequence[str], seconds: float) -> dict[str, float]:
    """Return what PyAV takes that is told to decode key frames alone, in a thread for each camera."""
    stop, shown = threading.Event(), [0] * len(addresses)

    def read(number: int, address: str) -> None:
        with av.open(address, format="rtsp", container_options={"rtsp_flags": "prefer_tcp"}, timeout=(8, 5)) as opened:
            stream = opened.streams.video[0]
            stream.codec_context.thread_count = 1
            stream.codec_context.skip_frame = "NONKEY"
            for packet in opened.demux(stream):
                shown[number] += len(packet.decode())
                if stop.is_set():
                    return

    threads = [threading.Thread(target=read, args=each, daemon=True) for each in enumerate(addresses)]
    for thread in threads:
        thread.start()
        time.sleep(STARTS_APART_S)
    _wait(lambda: all(shown))
    found = _measured(len(addresses), seconds, lambda: sum(shown))
    stop.set()
    for thread in threads:
        thread.join(STOPS_WITHIN_S)
    return found


def read_as_capture(addresses: Sequence[str], seconds: float, size: tuple[int, int]) -> dict[str, float]:
    """Return what capture takes once nothing has moved before its cameras for a while."""
    stop, counted = threading.Event(), CountingEvents(time.monotonic)
    cameras = [
        CameraConfig(
            f"bench-{number}", SourceConfig(each, quiet_decoding="key_frames"), *size, "none", [], motion_gate=True
        )
        for number, each in enumerate(addresses)
    ]
    options = CaptureOptions(MAX_FRAME_BYTES, ReadingOptions(live_max_fps=LOOKED_AT_PER_S))
    clock = Clock(now=utc_now, monotonic_s=time.monotonic)
    capture = Capture(cameras, options, clock, lambda _: Allowed(), counted)
    thread = threading.Thread(target=capture.run, args=(stop,))
    thread.start()
    _wait(lambda: counted.read >= len(cameras))
    time.sleep(WARM_UP_S)
    before = len(counted.sent_at_s)
    found = _measured(len(cameras), seconds, lambda: counted.read)
    found["sent_per_s"] = (len(counted.sent_at_s) - before) / seconds / len(cameras)
    stop.set()
    thread.join(STOPS_WITHIN_S)
    return found


def _wait(shown: Callable[[], bool]) -> None:
    """Wait until cameras show something."""
    until_s = time.monotonic() + OPEN_WITHIN_S
    while not shown():
        if time.monotonic() > until_s:
            raise TimeoutError(f"not every camera showed a picture within {OPEN_WITHIN_S:g} s")
        time.sleep(STARTS_APART_S)


def _measured(cameras: int, seconds: float, pictures: Callable[[], int]) -> dict[str, float]:
    begun_s, before, had = time.monotonic(), Spent.now(), pictures()
    time.sleep(seconds)
    after, has = Spent.now(), pictures()
    of = cameras * (time.monotonic() - begun_s)
    user_ms, system_ms = 1_000 * (after.user_s - before.user_s) / of, 1_000 * (after.system_s - before.system_s) / of
    return {
        "cpu_ms": round(user_ms + system_ms, 3),
        "system_ms": round(system_ms, 3),
        "waits_per_s": round((after.waits - before.waits) / of, 2),
        "pictures_per_s": round((has - had) / of, 3),
    }


def main(arguments: Sequence[str]) -> None:
    """Run as a process: plain|capture PORT CAMERAS SECONDS WIDTH HEIGHT."""
    reader, port, cameras, seconds, width, height = arguments
    addresses, for_s = _addresses(int(port), int(cameras)), float(seconds)
    found = (
        read_plainly(addresses, for_s)
        if reader == PLAIN
        else read_as_capture(addresses, for_s, (int(width), int(height)))
    )
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1:])
