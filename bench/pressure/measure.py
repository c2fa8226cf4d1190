"""`bench pressure`: what happens when far more reports come in than `decide` can take, and then no more.

First the rate that `decide` reaches by itself, with a backlog before it. Then, for a while, a multiple of that rate. One report
in fifty is P1 by itself and takes the topic that overtakes. Told are what got lost, the memory of the worker, the longest
backlog and what the metrics said of it, how long draining took, and how long reports waited, by kind.
"""

from __future__ import annotations

import json
import re
import statistics
import threading
import time
import urllib.request
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from bench.faults.load import incident_of
from bench.faults.map import registry_document
from bench.faults.world import FaultWorld
from bench.pressure.send import Records, send
from bench.topics.follow import Following
from schemas.categories import Category
from schemas.codec import Encoded, encode
from streams import topics
from streams.clock import utc_now
from streams.config.files import load_rules
from streams.config.yaml import parse_yaml
from streams.domain.cameras.registry import Registry
from streams.runtime.state import NoRows
from streams.stages.base import Input, Output
from streams.stages.locate import Locate

URGENT_EVERY: Final = 50
URGENT: Final = (Category.STRAATROOF, "P 1")
OTHER: Final = (Category.FIETSDIEFSTAL, "P 3")
CAPACITY_REPORTS: Final = 1_500
DRAIN_WITHIN_S: Final = 1_500.0
"""Only there to end a run in which something never comes."""
SAMPLE_S: Final = 0.5
_LAG: Final = re.compile(r'^toezicht_consumer_lag_messages\{.*topic="evidence".*\} ([0-9.e+]+)$', re.MULTILINE)


def made(run: str, first: int, count: int) -> Records:
    """Return numbered reports as the stage `locate` hands them over; every fiftieth is P1 by itself."""
    registry = parse_yaml(registry_document(), "bench", Registry)
    stage = Locate(registry, load_rules(), "Europe/Amsterdam")
    records = []
    for number in range(first, first + count):
        now = utc_now()
        category, priority = URGENT if number % URGENT_EVERY == 0 else OTHER
        incident = incident_of(run, number, now, category, priority)
        item = Input(incident, b"", topics.INCIDENTS, 0, number, incident.message_id(), now)
        (output,) = [each for each in stage.handle(item, NoRows(), now) if each.topic != topics.CAMERA_WATCHES]
        records.append((number, output.topic, _encoded(output)))
    return records


def _encoded(output: Output) -> Encoded:
    now = utc_now()
    return encode(output.message, stage="bench", handled_at=now, entered_at=now)


@dataclass
class AlertTimes:
    """Alert times: when the broker took each report, and when it took its alert (s since the epoch)."""

    run: str
    sent_s: dict[int, float] = field(default_factory=dict)
    shown_s: dict[int, float] = field(default_factory=dict)

    def take(self, _: str, at_s: float, value: bytes | None) -> None:
        """Take a record of the operator topic."""
        for report in json.loads(value or b"{}").get("reports", ()):
            if report["source_id"].startswith(f"{self.run}-"):
                self.shown_s.setdefault(int(report["source_id"].removeprefix(f"{self.run}-")), at_s)

    def accepted(self, numbers: Sequence[int], at_s: float) -> None:
        """Note that the broker took reports."""
        for number in numbers:
            self.sent_s[number] = at_s

    def missing(self) -> int:
        """Return how many reports have no alert yet."""
        return sum(number not in self.shown_s for number in list(self.sent_s))

    def waits_s(self, urgent: bool) -> list[float]:
        """Return how long the reports of a kind waited for their alert."""
        return [
            self.shown_s[number] - sent
            for number, sent in self.sent_s.items()
            if number in self.shown_s and (number % URGENT_EVERY == 0) == urgent
        ]


@dataclass
class WorkerWatch:
    """The worker's memory (MiB) and its own figure of the backlog, looked at twice a second."""

    world: FaultWorld
    memory_mb: list[float] = field(default_factory=list)
    lags: list[float] = field(default_factory=list)

    def look(self) -> None:
        """Look once."""
        child = self.world.child("decide")
        memory, port = child.resident_mb(), child.metrics_port()
        if memory is not None:
            self.memory_mb.append(memory)
        if port:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
                self.lags.append(sum(float(found) for found in _LAG.findall(answer.read().decode())))


def _drain(followed: AlertTimes, watched: WorkerWatch, count: int) -> float:
    """Wait until every report has an alert; return how long that took (s)."""
    began_s = time.monotonic()
    while time.monotonic() - began_s < DRAIN_WITHIN_S:
        watched.look()
        if len(followed.sent_s) >= count and not followed.missing():
            break
        time.sleep(SAMPLE_S)
    return time.monotonic() - began_s


def capacity(world: FaultWorld, run: str) -> float:
    """Return how many reports per second `decide` takes with a backlog before it."""
    followed, records = AlertTimes(run), made(run, 0, CAPACITY_REPORTS)
    follower = Following(world.kafka, (topics.ALERTS,), followed.take)
    send(world.broker.bootstrap_servers, records, None, followed.accepted)
    _drain(followed, WorkerWatch(world), len(records))
    follower.close()
    shown = sorted(followed.shown_s.values())
    return len(shown) / (shown[-1] - min(followed.sent_s.values()))


def measure(times: float, seconds: float, folder: Path, progress: Callable[[str], None]) -> dict[str, Any]:
    """Return what `times` the capacity of `decide` for some seconds did."""
    world = FaultWorld(folder, progress, stages=("decide",))
    try:
        world.start()
        run = uuid.uuid4().hex[:8]
        per_second = capacity(world, run)
        count = int(per_second * times * seconds)
        progress(f"decide takes {per_second:.0f} reports/s; making {count} reports")
        records = made(run, CAPACITY_REPORTS, count)
        followed, watched = AlertTimes(run), WorkerWatch(world)
        watched.look()
        follower = Following(world.kafka, (topics.ALERTS,), followed.take)
        looking = threading.Event()
        watcher = threading.Thread(target=_look_until, args=(watched, looking), daemon=True)
        watcher.start()
        sending_s = send(world.broker.bootstrap_servers, records, per_second * times, followed.accepted)
        looking.set()
        watcher.join()
        progress(f"sent at {count / sending_s:.0f}/s, {followed.missing()} wait")
        backlog = followed.missing()
        drain_s = _drain(followed, watched, count)
        watched.look()
        follower.close()
        return {
            "capacity_per_s": round(per_second, 1),
            "offered_per_s": round(count / sending_s, 1),
            "offered_s": round(sending_s, 1),
            "reports": count,
            "lost": followed.missing() + count - len(followed.sent_s),
            "backlog": backlog,
            "drain_s": round(drain_s, 1),
            "lag_metric_max": max(watched.lags),
            "lag_metric_end": watched.lags[-1],
            "memory_mb": {"before": round(watched.memory_mb[0]), "max": round(max(watched.memory_mb))},
            "restarts": world.restarts(),
            "wait_s": {"p1": _waits(followed.waits_s(urgent=True)), "others": _waits(followed.waits_s(urgent=False))},
        }
    finally:
        world.stop()


def _look_until(watched: WorkerWatch, ended: threading.Event) -> None:
    while not ended.wait(SAMPLE_S):
        watched.look()


def _waits(found: Sequence[float]) -> dict[str, float]:
    ordered = sorted(found)
    return {
        "p50": round(statistics.median(ordered), 2),
        "p95": round(ordered[int(len(ordered) * 0.95)], 2),
        "max": round(ordered[-1], 2),
    }
