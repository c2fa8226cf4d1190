"""`bench cameras`: how many cameras of a scene one machine carries, by each way of choosing pictures, beside the model alone.

A worker `detect` and a worker of the deciding stages run as in `deploy/pipeline.yaml`; what cameras send comes live. Cameras are
added until an alert that a picture causes comes too late after it, or pictures are dropped. What the model alone can do in the
same run is the limit; sending takes its share of the same cores.
"""

from __future__ import annotations

import json
import os
import re
import statistics
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

import psutil
from kafka import KafkaProducer

from bench.cameras.quality import ToldQuality
from bench.cameras.scene import FPS, SceneCameras, SceneFilm, read_film, write_registry, write_rules
from bench.detect.host import of_this_host
from bench.detect.load import Results
from bench.detect.measure import percentile
from bench.detect.subject import Subject
from bench.topics.written import Written
from detectors.evaluation.ground_truth import Annotated
from schemas.cameras import Detections
from schemas.codec import decode, envelope
from streams import topics
from streams.capture.producer import PRODUCER_OPTIONS
from streams.clock import utc_now
from streams.errors import ToezichtError
from streams.local.broker import free_port
from streams.local.supervisor import ProcessSpec, Supervisor

EVERY_PICTURE: Final = "every_picture"
WHEN_NEEDED: Final = "when_needed"
STAGES: Final = ("observe", "locate", "corroborate", "decide")
WITHIN_S: Final = 1.0
"""A picture's alert is there so soon (p95), from when the picture was taken."""
DROPPED_AT_MOST: Final = 0.01
"""Share of pictures that may be dropped: what is dropped keeps the others young, so lateness alone would not show it."""
ANSWERED_LEAST: Final = 0.5
"""Share of reports that their cameras must have answered, so that lateness is not of a few."""
SETTLE_S: Final = 4.0
"""Seconds of a round before those that count: cameras that are new begin."""
REPORT_EVERY_S: Final = 4.0
REPORTS_PER_S: Final = 4.0
"""A camera has a report so often, and all together have no more than this: it is pictures that are measured."""
READY_WITHIN_S: Final = 240.0
ANSWERS_WITHIN_S: Final = 30.0
SAW: Final = frozenset({"consistent", "corroborated"})
_DROPPED: Final = re.compile(r"^toezicht_frames_dropped_total\{[^}]*\} (\S+)$", re.MULTILINE)

Progress = Callable[[str], None]


class CamerasRound(NamedTuple):
    """Cameras round: what so many cameras gave.

    Attributes:
        cameras: How many there were.
        late_s: Of each alert that a picture caused: seconds from the newest picture behind it to the alert on its topic.
        answered: Share of reports that a camera answered.
        dropped: Share of pictures that were dropped.
        looked: Share of pictures that the model looked at.
        detect_cores: Cores that the worker `detect` used.
        deciding_cores: Cores that the worker of the deciding stages used.
    """

    cameras: int
    late_s: Sequence[float]
    answered: float
    dropped: float
    looked: float
    detect_cores: float
    deciding_cores: float

    @property
    def carried(self) -> bool:
        """Return whether the machine carries so many."""
        in_time = bool(self.late_s) and percentile(self.late_s, 0.95) < WITHIN_S
        return in_time and self.dropped <= DROPPED_AT_MOST and self.answered >= ANSWERED_LEAST

    def as_dict(self) -> dict[str, Any]:
        """Return it as it is printed."""
        return {
            "cameras": self.cameras,
            "carried": self.carried,
            "p50_ms": round(1_000 * percentile(self.late_s, 0.5)),
            "p95_ms": round(1_000 * percentile(self.late_s, 0.95)),
            "alerts": len(self.late_s),
            "answered": round(self.answered, 2),
            "dropped": round(self.dropped, 3),
            "looked": round(self.looked, 3),
            "detect_cores": round(self.detect_cores, 2),
            "deciding_cores": round(self.deciding_cores, 2),
        }


def most_carried(carries: Callable[[int], bool], first: int, most: int) -> int:
    """Return the largest number that is carried, to a tenth: doubled or halved from the first on, then between the two.

    Args:
        carries: Whether so many are carried; asked once for each number.
        first: Where to begin.
        most: The largest that is tried.
    """
    low, high, number = 0, most + 1, min(max(1, first), most)
    while high - low > max(1, low // 10):
        if carries(number):
            low = number
        else:
            high = number
        if low == 0:
            number = high // 2
        elif high > most:
            number = min(most, 2 * low)
        else:
            number = (low + high) // 2
    return low


class CarryingWorkers:
    """The two workers of a way of choosing pictures.

    Args:
        supervisor: What runs them.
        port: Where `detect` tells its metrics.
    """

    def __init__(self, supervisor: Supervisor, port: int) -> None:
        self._supervisor, self._port = supervisor, port

    def cpu_s(self, name: str) -> float:
        """Return the processor seconds, user and system, that one of them has used."""
        child = self._supervisor.child(name)
        if child.popen is None or not child.running():
            raise ToezichtError(f"bench cameras: {name} ended, see {child.log_file}")
        times = psutil.Process(child.popen.pid).cpu_times()
        return float(times.user + times.system)

    def dropped(self) -> float:
        """Return how many pictures `detect` has dropped so far."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self._port}/metrics", timeout=ANSWERS_WITHIN_S) as answer:
            told = answer.read().decode()
        return sum(map(float, _DROPPED.findall(told)))


@contextmanager
def workers(servers: str, registry: Path, rules: Path, folder: Path, device: str) -> Iterator[CarryingWorkers]:
    """Run both workers until the end of the block."""
    environment = {
        "KAFKA_BOOTSTRAP_SERVERS": servers,
        "TOEZICHT_REGISTRY": str(registry),
        "TOEZICHT_RULES": str(rules),
        "TOEZICHT_DATA": str(folder),
        "TOEZICHT_DEVICE": device,
        "TOEZICHT_LOG_LEVEL": "WARNING",
    }
    port = free_port()
    specs = [
        ProcessSpec(
            name,
            [sys.executable, "-m", "streams.cli", "worker", *stages],
            environment | {"TOEZICHT_METRICS_PORT": str(port if name == "seeing" else 0)},
            ready_within_s=READY_WITHIN_S,
            restart=False,
        )
        for name, stages in (("deciding", STAGES), ("seeing", ("detect",)))
    ]
    supervisor = Supervisor(specs, folder / "run")
    supervisor.start()
    try:
        yield CarryingWorkers(supervisor, port)
    finally:
        supervisor.stop()


class CamerasBench:
    """One run.

    Args:
        servers: The broker, whose topics exist.
        folder: For logs and state.
        film: What the cameras show.
        truth: Who is in each picture of the video, where that is known.
        seconds: How long each round counts.
    """

    def __init__(
        self,
        servers: str,
        folder: Path,
        film: SceneFilm,
        truth: Mapping[int, Sequence[Annotated]],
        seconds: float,
        progress: Progress,
    ) -> None:
        self._servers, self._folder, self._seconds, self._progress = servers, folder, seconds, progress
        self._film, self._truth = film, truth
        self._producer = KafkaProducer(bootstrap_servers=servers, **PRODUCER_OPTIONS)
        self._results = Results(servers)

    def close(self) -> None:
        """Let go of the broker."""
        self._producer.close()
        self._results.close()

    def way(self, sampling: str, calibration: Path | None, first: int, most: int, device: str) -> dict[str, Any]:
        """Return how many cameras are carried by a way of choosing pictures, and what each round gave.

        Args:
            sampling: The way, as a camera of the registry is set to.
            calibration: The cameras' calibration.
            first: How many cameras there are at first.
            most: How many are tried at the most.
            device: Where the model is computed, as TOEZICHT_DEVICE has it.
        """
        folder = self._folder / sampling
        folder.mkdir()
        write_registry(folder / "registry.json", self._film, most, sampling, calibration)
        write_rules(folder / "rules.yaml")
        rounds: dict[int, CamerasRound] = {}
        with workers(self._servers, folder / "registry.json", folder / "rules.yaml", folder, device) as running:
            cameras = SceneCameras(self._film, uuid.uuid4().hex[:8])
            self._warm_up(cameras)
            quality = ToldQuality(self._truth)

            def carries(number: int) -> bool:
                rounds[number] = found = self._round(running, cameras, number, quality)
                self._progress(f"{sampling}: {found.as_dict()}")
                return found.carried

            carried = most_carried(carries, first, most)
        return {
            "cameras": carried,
            "looked": round(statistics.median(each.looked for each in rounds.values()), 3),
            "rounds": [rounds[number].as_dict() for number in sorted(rounds)],
            **quality.told(),
        }

    def _warm_up(self, cameras: SceneCameras) -> None:
        """Show pictures until one is detected: before that the workers may not have their partitions."""
        deadline_s = time.monotonic() + READY_WITHIN_S
        while not self._results.count():
            if time.monotonic() > deadline_s:
                raise TimeoutError(f"no detection within {READY_WITHIN_S:.0f} s")
            self._show(cameras, 1, 1.0, reports=False)
        self._rest()

    def _rest(self) -> None:
        """Wait until no detection comes any more, and begin behind them."""
        seen = -1
        while (count := self._results.count()) != seen:
            seen = count
            time.sleep(1.5)
        self._results.skip()

    def _round(
        self, running: CarryingWorkers, cameras: SceneCameras, number: int, quality: ToldQuality
    ) -> CamerasRound:
        self._show(cameras, number, SETTLE_S, reports=False)
        alerts, detected = Written(self._servers, topics.ALERTS), Written(self._servers, topics.DETECTIONS)
        dropped, before_s, began = running.dropped(), self._used(running), utc_now()
        sent, reports = self._show(cameras, number, self._seconds, reports=True)
        lasted_s = (utc_now() - began).total_seconds()
        seeing_s, deciding_s = (after - before for after, before in zip(self._used(running), before_s, strict=True))
        self._rest()
        late_s, answered = list[float](), set[str]()
        for record in alerts.all_records():
            alert, entered_at = json.loads(record.value), envelope(record.headers).entered_at
            if alert["verdict"] in SAW and entered_at is not None:
                late_s.append(record.timestamp / 1_000 - entered_at.timestamp())
                answered.update(report["source_id"] for report in alert["reports"])
        told = (decode(record.value, record.headers) for record in detected.all_records())
        looks = [each for each in told if isinstance(each, Detections) and began <= each.captured_at]
        quality.add(cameras.sent, looks)
        return CamerasRound(
            number,
            late_s,
            len(answered) / max(1, reports),
            (running.dropped() - dropped) / max(1, sent),
            len(looks) / max(1, sent),
            seeing_s / lasted_s,
            deciding_s / lasted_s,
        )

    def _used(self, running: CarryingWorkers) -> tuple[float, float]:
        return running.cpu_s("seeing"), running.cpu_s("deciding")

    def _show(self, cameras: SceneCameras, number: int, seconds: float, *, reports: bool) -> tuple[int, int]:
        """Send what so many cameras show for some seconds, as it is taken; return how many pictures and reports."""
        began_s, picture_every_s = time.monotonic(), 1 / (FPS * number)
        report_every_s = max(REPORT_EVERY_S / number, 1 / REPORTS_PER_S)
        sent = reported = 0
        while (passed_s := time.monotonic() - began_s) < seconds:
            if sent * picture_every_s <= passed_s:
                self._send(topics.CAMERA_FRAMES, cameras.picture(sent % number, utc_now()))
                sent += 1
            elif reports and reported * report_every_s <= passed_s:
                self._send(topics.INCIDENTS, cameras.report(reported % number, utc_now()))
                reported += 1
            else:
                time.sleep(min(0.02, max(0.0, sent * picture_every_s - passed_s)))
        self._producer.flush(60)
        return sent, reported

    def _send(self, topic: str, record: Any) -> None:
        self._producer.send(topic, record.value, record.key, list(record.headers))


def measure(
    servers: str,
    folder: Path,
    subject: Subject,
    film: tuple[Path, float, Path | None],
    truth: Mapping[int, Sequence[Annotated]],
    plan: tuple[float, int],
    progress: Progress,
) -> dict[str, Any]:
    """Return the figures; see `toezicht bench cameras --help`.

    Args:
        servers: The broker, whose topics exist.
        folder: For logs and state.
        subject: The model, and where it is computed.
        film: The video, its frames per second, and its camera's calibration.
        truth: Who is in each picture of the video, where that is known.
        plan: How many seconds of each round count, and how many cameras are tried at the most.
        progress: Is told of each round.
    """
    (video, recorded_fps, calibration), (seconds, most) = film, plan
    shown = read_film(video, recorded_fps)
    model_fps, model_cpu_ms = _alone(subject, video, seconds)
    progress(f"the model alone: {model_fps:.1f} pictures/s, {model_cpu_ms:.1f} ms of processor time each")
    ways: dict[str, Any] = {}
    bench = CamerasBench(servers, folder, shown, truth, seconds, progress)
    first = max(1, round(model_fps / FPS / 2))
    try:
        for sampling in (EVERY_PICTURE, WHEN_NEEDED):
            if sampling == WHEN_NEEDED and calibration is None:
                ways[sampling] = {"not_measured": "sampling when_needed needs a calibration"}
                continue
            ways[sampling] = found = bench.way(sampling, calibration, first, most, subject.device)
            found["limit"] = round(model_fps / FPS / max(found["looked"], 1e-3), 1)
            found["ratio"] = round(found["cameras"] / found["limit"], 3)
            first = max(1, found["cameras"])
    finally:
        bench.close()
    return {
        "ways": ways,
        "model_fps": round(model_fps, 1),
        "model_cpu_ms": round(model_cpu_ms, 1),
        "video": video.name,
        "size_px": [shown.width_px, shown.height_px],
        "pictures_per_s": FPS,
        "within_s": WITHIN_S,
        "seconds": seconds,
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        "instructions": of_this_host(),
        **subject.facts(),
    }


def _alone(subject: Subject, video: Path, seconds: float) -> tuple[float, float]:
    done = subprocess.run(subject.alone(video, seconds), check=True, capture_output=True, text=True)
    fps, cpu_ms = done.stdout.split()[-2:]
    return float(fps), float(cpu_ms)
