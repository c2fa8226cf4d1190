"""`bench detect`: pictures per second of the worker `detect`, beside what its model alone can do, and its latency under load.

Each pair of rounds is adjacent, and medians of the pairs are told: machines are shared, so only a ratio within one run means
something. The rounds: the model alone; the worker from a backlog, with nobody sending; the worker while somebody sends more
than it can take, on the same cores. The worker of these rounds drops nothing. Then, with a worker as it is operated, the time
from capture to the confirmed detection while pictures come at a share of what the backlog's rounds reached.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any, Final

from bench.detect.host import of_this_host
from bench.detect.load import CAMERAS, Cameras, PictureDetected, PictureSender, Results, read_pictures, video
from bench.detect.parts import parts_ms
from bench.detect.subject import Subject
from streams.local.supervisor import ProcessSpec, Supervisor

LOADS: Final = (0.5, 0.8, 1.2)
"""Shares of the worker's speed at which latency is measured."""
LIVE_LOAD: Final = 1.2
"""How much more than the model alone can do is sent in a live round."""
BACKLOG: Final = 1.25
"""How many seconds of pictures lie in a backlog, for each second that is measured."""
READY_WITHIN_S: Final = 180.0
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class RatePair:
    """Pictures per second: the model alone, the worker from a backlog, the worker with a live producer, and what that sent.

    And the processor time of one picture (ms): in the model alone, and in all of the worker from a backlog.
    """

    model_fps: float
    backlog_fps: float
    live_fps: float
    sent_fps: float
    model_cpu_ms: float
    worker_cpu_ms: float


class Worker:
    """A process with the stage, and what it uses."""

    def __init__(self, supervisor: Supervisor) -> None:
        self._child = supervisor.child("detect")

    def cpu_s(self) -> float:
        """Return the processor time that it has used (user and system, /proc/PID/stat)."""
        assert self._child.popen is not None
        fields = Path(f"/proc/{self._child.popen.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident_mb(self) -> float:
        """Return its resident memory (MiB)."""
        return round(self._child.resident_mb() or 0.0, 1)


@contextmanager
def worker(bootstrap_servers: str, folder: Path, device: str, *, keeps_all: bool) -> Iterator[Worker]:
    """Run a worker until the end of the block; both kinds have one place in the group, so that none waits for the other."""
    state = folder / "state" / "detect"
    arguments = ["bench.detect.worker", str(state)] if keeps_all else ["streams.cli", "worker", "detect"]
    environment = {
        "KAFKA_BOOTSTRAP_SERVERS": bootstrap_servers,
        "TOEZICHT_DATA": str(folder),
        "TOEZICHT_DEVICE": device,
        "TOEZICHT_LOG_LEVEL": "WARNING",
    }
    command = [sys.executable, "-m", *arguments]
    spec = ProcessSpec("detect", command, environment, ready_within_s=READY_WITHIN_S, restart=False)
    supervisor = Supervisor([spec], folder / "run")
    supervisor.start()
    try:
        yield Worker(supervisor)
    finally:
        supervisor.stop()


def rate(detected: Sequence[PictureDetected], from_s: float, until_s: float) -> float:
    """Return detections per second between two moments, from the first to the last of them."""
    known_s = [item.known_s for item in detected if from_s <= item.known_s <= until_s]
    return (len(known_s) - 1) / (known_s[-1] - known_s[0]) if len(known_s) > 1 and known_s[-1] > known_s[0] else 0.0


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least this share of all do not exceed (nearest rank); zero of none."""
    ordered = sorted(values)
    return ordered[max(0, ceil(share * len(ordered)) - 1)] if ordered else 0.0


class DetectBench:
    """One run.

    Args:
        bootstrap_servers: The broker, whose topics exist.
        folder: For logs and state.
        seconds: How long each round lasts.
        subject: The model, and where it is computed.
        film: What the cameras show.
    """

    def __init__(self, bootstrap_servers: str, folder: Path, seconds: float, subject: Subject, film: Path) -> None:
        self.run = uuid.uuid4().hex[:8]
        self._folder, self._servers, self._seconds = folder, bootstrap_servers, seconds
        self._subject, self._film = subject, film
        self._sender = PictureSender(bootstrap_servers, Cameras(read_pictures(film), self.run))
        self._results = Results(bootstrap_servers)

    def close(self) -> None:
        """Let go of the broker."""
        self._sender.close()
        self._results.close()

    def warm_up(self) -> None:
        """Send pictures until one is detected: before that the worker may not have its partitions."""
        deadline_s = time.monotonic() + READY_WITHIN_S
        sent = 0
        while not self._results.count():
            if time.monotonic() > deadline_s:
                raise TimeoutError(f"no detection within {READY_WITHIN_S:.0f} s")
            sent += self._sender.live(1, 1.0)
        self._results.wait(sent)
        self._results.skip()

    def pair(self, worker: Worker) -> RatePair:
        """Return one pair of rounds."""
        model_fps, model_cpu_ms = self._alone()
        backlog_fps, worker_cpu_ms = self._backlog(model_fps, worker)
        return RatePair(model_fps, backlog_fps, *self._live(model_fps), model_cpu_ms, worker_cpu_ms)

    def latency(self, fps: float, load: float) -> dict[str, Any]:
        """Return how long pictures take that come at a share of a rate."""
        self._results.skip()
        sent = self._sender.live(fps * load, self._seconds)
        self._results.wait(sent)
        latencies_s = [item.known_s - item.captured_s for item in self._results.read()]
        return {
            "load": load,
            "sent_per_s": round(fps * load, 1),
            "sent": sent,
            "dropped": sent - len(latencies_s),
            "p50_ms": round(1_000 * percentile(latencies_s, 0.5)),
            "p95_ms": round(1_000 * percentile(latencies_s, 0.95)),
        }

    def _alone(self) -> tuple[float, float]:
        command = self._subject.alone(self._film, self._seconds)
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        fps, cpu_ms = done.stdout.split()[-2:]
        return float(fps), float(cpu_ms)

    def _backlog(self, fps: float, worker: Worker) -> tuple[float, float]:
        self._results.skip()
        frames = int(fps * self._seconds * BACKLOG)
        before_s = worker.cpu_s()
        sent_s = self._sender.backlog(frames, fps)
        self._results.wait(frames)
        cpu_ms = 1_000 * (worker.cpu_s() - before_s) / frames
        return rate(self._results.read(), sent_s, time.time()), cpu_ms

    def _live(self, fps: float) -> tuple[float, float]:
        self._results.skip()
        began_s = time.time()
        sent = self._sender.live(LIVE_LOAD * fps, self._seconds)
        ended_s = time.time()
        self._results.wait(sent)
        return rate(self._results.read(), began_s + 1.0, ended_s), sent / (ended_s - began_s)


def measure(
    bootstrap_servers: str, pairs: int, seconds: float, folder: Path, subject: Subject, progress: Progress
) -> dict[str, Any]:
    """Return the figures; see `toezicht bench detect --help`."""
    film = video(os.environ.get("TOEZICHT_DEMO_VIDEO", ""), folder)
    bench = DetectBench(bootstrap_servers, folder, seconds, subject, film)
    rounds: list[RatePair] = []
    try:
        with worker(bootstrap_servers, folder, subject.device, keeps_all=True) as busy:
            bench.warm_up()
            for number in range(pairs):
                rounds.append(bench.pair(busy))
                last = rounds[-1]
                progress(
                    f"pair {number + 1} of {pairs}: model {last.model_fps:.1f}, backlog {last.backlog_fps:.1f}, "
                    f"live {last.live_fps:.1f} pictures/s"
                )
            memory_mb = busy.resident_mb()
        worker_fps = statistics.median(each.backlog_fps for each in rounds)
        with worker(bootstrap_servers, folder, subject.device, keeps_all=False) as fresh:
            bench.warm_up()
            loads = []
            for load in LOADS:
                before_s, began_s = fresh.cpu_s(), time.monotonic()
                loads.append(bench.latency(worker_fps, load))
                loads[-1]["cores"] = round((fresh.cpu_s() - before_s) / (time.monotonic() - began_s), 2)
                progress(f"at {load:.0%}: {loads[-1]}")
            fresh_mb = fresh.resident_mb()
    finally:
        bench.close()
    progress("the parts of a picture, one after the other")
    parts = parts_ms(subject, read_pictures(film))
    return {
        "worker_fps": round(worker_fps, 1),
        "live_fps": round(statistics.median(each.live_fps for each in rounds), 1),
        "live_sent_fps": round(statistics.median(each.sent_fps for each in rounds), 1),
        "model_fps": round(statistics.median(each.model_fps for each in rounds), 1),
        "ratio": round(statistics.median(each.backlog_fps / each.model_fps for each in rounds), 3),
        "live_ratio": round(statistics.median(each.live_fps / each.model_fps for each in rounds), 3),
        "cpu_ms": {
            "model": round(statistics.median(each.model_cpu_ms for each in rounds), 1),
            "worker": round(statistics.median(each.worker_cpu_ms for each in rounds), 1),
            "own": round(statistics.median(each.worker_cpu_ms - each.model_cpu_ms for each in rounds), 1),
        },
        "parts_ms": parts,
        "pairs": [[round(each.model_fps, 1), round(each.backlog_fps, 1), round(each.live_fps, 1)] for each in rounds],
        "latency": loads,
        "memory_mb": {"keeps_all": memory_mb, "operated": fresh_mb},
        "cameras": CAMERAS,
        **subject.facts(),
        "instructions": of_this_host(),
    }
