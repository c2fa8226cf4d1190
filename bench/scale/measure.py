"""`bench scale --simulate`: processor time, memory and bytes of cameras, rooms and reports, counted and not timed.

Nobody's two cores carry 10,000 cameras, and the machine is shared. So the load comes as fast as it is taken, and what is told is
processor seconds of each process (user and system) per event: how many of them a core takes in a second is the inverse. Memory
is a slope between two sizes, so that what a process needs anyway cancels out. Bytes are those of the broker's own logs.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import psutil
from kafka import KafkaAdminClient, KafkaProducer, TopicPartition
from kafka.admin import NewTopic

from bench.scale.load import SEEN_BEFORE_S, detections, observation, registry, reports, states
from bench.scale.running import Used, Workers, await_done, log_bytes, records_on, workers
from schemas.base import Message
from schemas.cameras import CameraStatus
from schemas.codec import encode
from streams import topics
from streams.clock import utc_now
from streams.errors import ToezichtError
from streams.kafka.consumer import Consumer
from streams.kafka.partitioner import partition_of
from streams.topics import BY_NAME, changelog

SMALL: Final = 4
"""The smaller of the two sizes between which slopes are taken is a quarter of the larger."""
FPS: Final = 5
"""Pictures a second of which detections come, as capture sends them by default while something moves."""
DETECTION_SECONDS: Final = 4
IDLE_S: Final = 10.0
TAKES: Final = {
    "observe": [topics.DETECTIONS],
    "locate": [topics.INCIDENTS],
    "corroborate": [topics.CAMERA_STATE, topics.OBSERVATIONS, topics.CAMERA_WATCHES],
    "decide": [topics.EVIDENCE, topics.EVIDENCE_URGENT],
}
"""What each stage gets here; its ticks it writes itself."""
WRITTEN: Final = (
    topics.DETECTIONS, topics.OBSERVATIONS, topics.INCIDENTS, topics.CAMERA_WATCHES, topics.EVIDENCE, topics.EVIDENCE_URGENT,
    topics.ALERTS, topics.ALERT_STATE, topics.DECISION_LOG, topics.CAMERA_TICKS, topics.ROOM_TICKS,
    *(changelog(stage) for stage in ("observe", "corroborate", "decide")),
)  # fmt: skip
"""Topics whose bytes and records are counted."""
TICKS: Final = (topics.CAMERA_TICKS, topics.ROOM_TICKS)


@dataclass(frozen=True)
class Stand:
    """Stand: what was used and written until a moment."""

    at_s: float
    used: dict[str, Used]
    broker_s: float | None
    log: dict[str, int]
    records: dict[str, int]


@dataclass(frozen=True)
class Between:
    """Between two stands, while so many events were taken."""

    before: Stand
    after: Stand
    events: int

    def cpu_us(self, stage: str) -> float:
        """Return the processor time of a stage per event, in microseconds."""
        return round(1e6 * (self.after.used[stage].cpu_s - self.before.used[stage].cpu_s) / self.events, 1)

    def and_then(self, later: Between) -> Between:
        """Return both as one, without what was between them."""
        ended, paused, last = self.after, later.before, later.after
        broker_s = None
        if ended.broker_s is not None and paused.broker_s is not None and last.broker_s is not None:
            broker_s = ended.broker_s + last.broker_s - paused.broker_s
        used = {
            stage: Used(ended.used[stage].cpu_s + each.cpu_s - paused.used[stage].cpu_s, each.rss_mb)
            for stage, each in last.used.items()
        }
        log = {name: ended.log.get(name, 0) + size - paused.log.get(name, 0) for name, size in last.log.items()}
        records = {name: ended.records[name] + count - paused.records[name] for name, count in last.records.items()}
        at_s = ended.at_s + last.at_s - paused.at_s
        return Between(self.before, Stand(at_s, used, broker_s, log, records), self.events + later.events)

    def broker_us(self) -> float | None:
        """Return that of the broker, where it is one of our own."""
        if self.before.broker_s is None or self.after.broker_s is None:
            return None
        return round(1e6 * (self.after.broker_s - self.before.broker_s) / self.events, 1)

    def bytes_each(self) -> dict[str, float]:
        """Return by topic the bytes of the log per event; ticks, which come by time and not by events, left out."""
        return self._each({name: self.after.log.get(name, 0) - self.before.log.get(name, 0) for name in WRITTEN})

    def records_each(self) -> dict[str, float]:
        """Return by topic the records per event, ticks left out."""
        return self._each({name: self.after.records[name] - self.before.records[name] for name in WRITTEN})

    def _each(self, found: dict[str, int]) -> dict[str, float]:
        return {name: round(value / self.events, 2) for name, value in found.items() if value and name not in TICKS}


class ScaleBench:
    """One run.

    Args:
        servers: The cluster; its topics exist and nothing else uses them.
        cameras: How many there are.
        rooms: How many control rooms.
        workers: Processes of each stage that can have more than one.
        folder: For registries, state and logs.
        say: Takes a line for a person.
    """

    def __init__(
        self, servers: str, cameras: int, rooms: int, workers: int, folder: Path, say: Callable[[str], None]
    ) -> None:
        self._servers, self._cameras, self._folder, self._say = servers, cameras, folder, say
        self._counts = {stage: 1 if stage == "locate" else workers for stage in TAKES}
        self._registry = registry(cameras, rooms)
        self._small = max(1, cameras // SMALL)
        self._broker = _own_broker()

    def measure(self, seconds: int, reports_: int) -> dict[str, Any]:
        """Return the figures; see `toezicht bench scale --help`."""
        self._say(f"{self._small} cameras: starting workers, and one second of each camera")
        with self._workers(self._small) as small_workers:
            self._states(small_workers, self._small)
            self._observations(small_workers, self._small, 1)
            small = small_workers.used()
        self._say(f"{self._cameras} cameras: starting workers")
        with self._workers(self._cameras) as running:
            started = running.used()
            self._states(running, self._cameras)
            self._observations(running, self._cameras, 1)
            full = running.used()
            idle = self._idle(running)
            self._say(f"{self._cameras} cameras x {seconds} s of observations, as fast as they are taken")
            before_observations = self._offsets(topics.OBSERVATIONS)
            observed = self._observations(running, self._cameras, seconds)
            detecting = max(1, self._cameras // SMALL)
            self._say(f"{detecting} cameras x {DETECTION_SECONDS} s of detections, {FPS} a second")
            detected = self._detections(running, detecting)
            before_evidence = self._offsets(topics.EVIDENCE)
            first = self._reports(running, reports_ // SMALL)
            second = self._reports(running, reports_ - reports_ // SMALL)
            whole = first.and_then(second)
        self._say("a process that only reads the same observations and sends them on, and the same with evidence")
        plain = self._plain(topics.OBSERVATIONS, before_observations)
        plain_evidence = self._plain(topics.EVIDENCE, before_evidence)
        return {
            "host": host(),
            "cameras": self._cameras,
            "rooms": len(self._registry.control_rooms),
            "processes": self._counts,
            **_flows(observed, detected, whole, plain, plain_evidence),
            "memory": self._memory(small, full, first, second),
            "start_cpu_s": {
                stage: round(started[stage].cpu_s / self._counts[stage], 1) for stage in TAKES
            },
            "idle_share": idle,
            "tick_bytes": self._tick_bytes(),
            "registry_bytes_per_camera": round(len(self._registry.model_dump_json(by_alias=True)) / self._cameras),
        }  # fmt: skip

    def _memory(self, small: dict[str, Used], full: dict[str, Used], first: Between, second: Between) -> dict[str, Any]:
        """Return what a camera, an open alert and a process take."""
        return {
            "kb_per_camera": {
                stage: round(
                    1e3
                    * (full[stage].rss_mb - small[stage].rss_mb)
                    / self._counts[stage]
                    / (self._cameras - self._small),
                    2,
                )
                for stage in TAKES
            },
            "kb_per_open_alert": round(
                1e3 * (second.after.used["decide"].rss_mb - first.after.used["decide"].rss_mb) / second.events, 2
            ),
            "mb_per_process": {stage: round(full[stage].rss_mb / self._counts[stage]) for stage in TAKES},
        }

    def _workers(self, cameras: int) -> Any:
        part = self._registry.model_copy(update={"cameras": self._registry.cameras[:cameras]})
        path = self._folder / f"cameras-{cameras}.json"
        path.write_text(part.model_dump_json(by_alias=True))
        return workers(self._servers, path, self._counts, self._folder)

    def _stand(self, running: Workers) -> Stand:
        broker_s = None if self._broker is None else Used.of([self._broker]).cpu_s
        return Stand(
            time.monotonic(), running.used(), broker_s, log_bytes(self._servers), records_on(self._servers, WRITTEN)
        )

    def _taken(self, running: Workers, made: Iterable[tuple[str, Message]], stages: Sequence[str]) -> Between:
        """Send messages, wait until they are taken and return what that cost."""
        before, events = self._stand(running), 0
        producer = KafkaProducer(bootstrap_servers=self._servers, acks="all", linger_ms=20, batch_size=262_144)
        for topic, message in made:
            now = utc_now()
            record = encode(message, stage="bench", handled_at=now, entered_at=now)
            key = message.state_key().encode() if isinstance(message, CameraStatus) else record.key
            partition = partition_of(topic, record.key)
            producer.send(topic, key=key, value=record.value, headers=record.headers, partition=partition)
            events += 1
        producer.flush()
        producer.close()
        for stage in stages:  # one after the other: what one writes the next one takes
            await_done(self._servers, {stage: TAKES[stage]}, running.used)
        return Between(before, self._stand(running), events)

    def _states(self, running: Workers, cameras: int) -> None:
        self._taken(running, ((topics.CAMERA_STATE, each) for each in states(cameras, utc_now())), ["corroborate"])

    def _observations(self, running: Workers, cameras: int, seconds: int) -> Between:
        """Feed the last seconds of each camera, in order of time."""
        end = _newest()
        made = (
            (topics.OBSERVATIONS, observation(number, self._room(number), end - timedelta(seconds=ago)))
            for ago in range(seconds - 1, -1, -1)
            for number in range(cameras)
        )
        return self._taken(running, made, ["corroborate"])

    def _detections(self, running: Workers, cameras: int) -> Between:
        begin = _newest() - timedelta(seconds=DETECTION_SECONDS)
        made = (
            (topics.DETECTIONS, detections(camera, begin + timedelta(seconds=number / FPS), number))
            for number in range(DETECTION_SECONDS * FPS)
            for camera in range(cameras)
        )
        return self._taken(running, made, ["observe", "corroborate"])

    def _reports(self, running: Workers, count: int) -> Between:
        """Let cameras show something now, then feed reports at their places."""
        run, at = uuid.uuid4().hex[:8], utc_now()
        self._say(f"{count} reports")
        made = list(reports(count, self._cameras, run, at, seed=count))
        seen, at_place = set[int](), self._at
        for incident in made:
            assert incident.position is not None
            seen.add(at_place[(incident.position.lat, incident.position.lon)])
        fresh = ((topics.OBSERVATIONS, observation(number, self._room(number), _newest())) for number in sorted(seen))
        self._taken(running, fresh, ["corroborate"])
        return self._taken(running, ((topics.INCIDENTS, each) for each in made), ["locate", "corroborate", "decide"])

    @property
    def _at(self) -> dict[tuple[float, float], int]:
        return {
            (camera.position.lat, camera.position.lon): number for number, camera in enumerate(self._registry.cameras)
        }

    def _room(self, number: int) -> str:
        return self._registry.cameras[number].control_room

    def _idle(self, running: Workers) -> dict[str, float]:
        """Return by stage the share of a core that one process takes while only ticks come."""
        before = running.used()
        time.sleep(IDLE_S)
        after = running.used()
        return {
            stage: round((after[stage].cpu_s - before[stage].cpu_s) / IDLE_S / self._counts[stage], 4)
            for stage in TAKES
        }

    def _offsets(self, topic: str) -> list[int]:
        consumer = Consumer(bootstrap_servers=self._servers, enable_auto_commit=False)
        places = [TopicPartition(topic, number) for number in range(BY_NAME[topic].partitions)]
        ends = consumer.end_offsets(places)
        consumer.close()
        return [ends[place] for place in places]

    def _plain(self, source: str, begin: Sequence[int]) -> float:
        """Return the processor time (µs) that each record costs a process that only sends it on."""
        target = f"bench-plain-{uuid.uuid4().hex[:8]}"
        admin = KafkaAdminClient(bootstrap_servers=self._servers)
        admin.create_topics([NewTopic(target, BY_NAME[source].partitions, 1)])
        admin.close()
        command = [sys.executable, "-m", "bench.scale.plain", self._servers, source, target, *map(str, begin)]
        told = subprocess.run(command, check=False, capture_output=True, text=True)
        if told.returncode:
            raise ToezichtError(f"bench scale: the plain process ended with {told.returncode}: {told.stderr[-500:]}")
        count, used_s = json.loads(told.stdout)
        return float(round(1e6 * used_s / count, 1))

    def _tick_bytes(self) -> float:
        """Return the bytes of one tick in the log."""
        log, records = log_bytes(self._servers), records_on(self._servers, TICKS)
        return round(sum(log[name] for name in TICKS) / max(1, sum(records.values())), 1)


def _flows(observed: Between, detected: Between, whole: Between, plain: float, plain_evidence: float) -> dict[str, Any]:
    """Return what each kind of event costs, beside a process that only sends the same records on."""
    evidence = whole.records_each()[topics.EVIDENCE] + whole.records_each().get(topics.EVIDENCE_URGENT, 0.0)
    corroborate_us, decide_us = observed.cpu_us("corroborate"), whole.cpu_us("decide") / evidence
    return {
        "observations": {
            "events": observed.events,
            "seconds": round(observed.after.at_s - observed.before.at_s, 1),
            "corroborate_us": corroborate_us,
            "per_core_s": round(1e6 / corroborate_us),
            "broker_us": observed.broker_us(),
            "plain_us": plain,
            "ratio": round(plain / corroborate_us, 3),
            "bytes": observed.bytes_each(),
            "records": observed.records_each(),
        },
        "detections": {
            "events": detected.events,
            "observe_us": detected.cpu_us("observe"),
            "per_core_s": round(1e6 / detected.cpu_us("observe")),
            "broker_us": detected.broker_us(),
            "bytes": detected.bytes_each(),
            "records": detected.records_each(),
        },
        "reports": {
            "events": whole.events,
            "seconds": round(whole.after.at_s - whole.before.at_s, 1),
            **{f"{stage}_us": whole.cpu_us(stage) for stage in ("locate", "corroborate", "decide")},
            "decide_us_per_evidence": round(decide_us, 1),
            "evidence_per_core_s": round(1e6 / decide_us),
            "broker_us": whole.broker_us(),
            "plain_us": plain_evidence,
            "ratio": round(plain_evidence / decide_us, 3),
            "bytes": whole.bytes_each(),
            "records": whole.records_each(),
        },
    }


def _newest() -> datetime:
    """Return the newest second that is over and told."""
    return utc_now().replace(microsecond=0) - timedelta(seconds=SEEN_BEFORE_S)


def _own_broker() -> int | None:
    """Return the process id of the broker that this process started, if it did."""
    found = [child for child in psutil.Process().children(recursive=True) if child.name().startswith("java")]
    return found[0].pid if found else None


def host() -> dict[str, Any]:
    """Return what the figures were taken on."""
    model, flags = platform.processor(), set[str]()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                model = value.strip()
            elif name.strip() == "flags":
                flags = set(value.split())
    known = [name for name in ("avx2", "avx512f", "avx512_vnni", "avx_vnni", "amx_int8") if name in flags]
    return {"processor": model, "instructions": known, "cores": os.cpu_count(), "python": platform.python_version()}
