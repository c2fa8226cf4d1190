"""Running: workers of `decide` on one core and the broker on another, and what of each report the broker's clock tells."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import psutil
from kafka import KafkaProducer, TopicPartition

from bench.flow.load import SIDE, registry
from bench.start.load import report_evidence, rooms
from schemas.codec import Encoded, encode
from schemas.evidence import Evidence
from streams import topics
from streams.kafka.consumer import Consumer
from streams.local.supervisor import ProcessSpec, Supervisor
from streams.topics import BY_NAME

READY_WITHIN_S: Final = 600.0
SLOTS: Final = 2
"""Workers run by turns in so many slots, so that each has as much of a core whether it is alone or not."""
SLOT_S: Final = 0.05
LOOK_EVERY_S: Final = 1.0
MILLISECOND: Final = 1e-3

Place = tuple[str, int, int]
"""Topic, partition and offset of a record."""


class ReportLoad:
    """Report load: reports of one partition after the other, each in a square of its own, so that each opens an alert.

    They stand in squares that `bench.start.fill` leaves free: it takes those of low numbers.
    """

    def __init__(self) -> None:
        self._made = [0] * topics.ROOM_PARTITIONS

    def report(self, partition: int, at: datetime, room: int | None = None) -> Evidence:
        """Return the next report of a partition.

        Args:
            partition: Its number.
            at: When it is said to have happened.
            room: Which of the partition's control rooms; they take turns if left out.
        """
        number = self._made[partition]
        self._made[partition] += 1
        names = rooms()[partition]
        turn, square = (number % len(names), number // len(names)) if room is None else (room, number)
        return report_evidence(names[turn], SIDE**2 - 1 - square % SIDE**2, at)


@contextmanager
def deciding(servers: str, folder: Path, name: str) -> Iterator[int]:
    """Run a worker of `decide` with a state folder of its own until the end of the block; yield its process id."""
    (folder / "registry.json").write_text(
        registry().model_copy(update={"cameras": ()}).model_dump_json(by_alias=True)
    )  # the stage reads its version alone
    environment = {
        "KAFKA_BOOTSTRAP_SERVERS": servers,
        "TOEZICHT_REGISTRY": str(folder / "registry.json"),
        "TOEZICHT_DATA": str(folder),
        "TOEZICHT_LOG_LEVEL": "WARNING",
    }
    command = [sys.executable, "-m", "streams.cli", "worker", "decide", "--state", name]
    supervisor = Supervisor(
        [ProcessSpec(name, command, environment, ready_within_s=READY_WITHIN_S, restart=False)], folder / f"run-{name}"
    )
    supervisor.start()
    popen = supervisor.children[0].popen
    assert popen is not None
    try:
        yield popen.pid
    finally:
        supervisor.stop()


def pin(pid: int, cores: set[int]) -> None:
    """Keep all threads of a process on some cores; without effect where there is one core alone."""
    if (os.cpu_count() or 1) < SLOTS:
        return
    for task in Path(f"/proc/{pid}/task").iterdir():
        os.sched_setaffinity(int(task.name), cores)


def pin_apart(workers: Sequence[int]) -> None:
    """Give the workers the first core, and the others to the broker, if this process started it, and to this process."""
    others = set(range(1, os.cpu_count() or 1))
    for pid in workers:
        pin(pid, {0})
    for pid in {own_broker() or os.getpid(), os.getpid()}:
        pin(pid, others)


def own_broker() -> int | None:
    """Return the process id of the broker that this process started, if it did."""
    found = [child for child in psutil.Process().children(recursive=True) if child.name().startswith("java")]
    return found[0].pid if found else None


def cpu_s(pid: int) -> float:
    """Return the processor seconds, user and system, that a process has used."""
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


@contextmanager
def by_turns(pids: Sequence[int]) -> Iterator[None]:
    """Let each process run in its own slot alone, stopped in between, until the end of the block; then all go on.

    All must be stopped before (`stop`).
    """
    ended = threading.Event()

    def turn() -> None:
        slot = 0
        while not ended.is_set():
            pid = pids[slot] if slot < len(pids) else None
            if pid is not None:
                os.kill(pid, signal.SIGCONT)
            time.sleep(SLOT_S)
            if pid is not None:
                os.kill(pid, signal.SIGSTOP)
            slot = (slot + 1) % SLOTS

    thread = threading.Thread(target=turn)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def stop(pids: Sequence[int]) -> None:
    """Stop processes where they are, for seconds: the group misses them after ten."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)


def encoded(made: Iterable[Evidence], at: datetime) -> list[Encoded]:
    """Return messages as records, so that sending them takes little of a processor that others share."""
    return [encode(each, stage="bench", handled_at=at, entered_at=at) for each in made]


def send(servers: str, made: Iterable[Encoded], topic: str = topics.EVIDENCE) -> None:
    """Send records at once, and wait until the broker has them."""
    producer = KafkaProducer(bootstrap_servers=servers, acks="all", linger_ms=20, batch_size=262_144)
    for record in made:
        producer.send(topic, key=record.key, value=record.value, headers=record.headers)
    producer.flush()
    producer.close()


class Waited:
    """Waited: how long reports waited for their decision, by the broker's clock alone.

    Args:
        servers: The cluster.
    """

    TAKEN: Final = (topics.EVIDENCE, topics.EVIDENCE_URGENT)

    def __init__(self, servers: str) -> None:
        self._servers = servers
        self._begin = self._ends()

    def sent(self) -> int:
        """Return how many reports came since."""
        ends = self._ends()
        return sum(ends[place] - begin for place, begin in self._begin.items() if place.topic in self.TAKEN)

    def decided(self, within_s: float) -> list[tuple[float, float, Place, str]]:
        """Return when each report since came and was decided (s since the epoch), where it stood, and of which room it is.

        Raises:
            TimeoutError: Not all of them are decided.
        """
        deadline = time.monotonic() + within_s
        found: list[tuple[float, float, Place, str]] = []
        while time.monotonic() < deadline:
            if self._logged() >= self.sent():  # asking that is cheap, reading is not
                found = self._read()
                if len(found) >= self.sent():
                    return sorted(found)
            time.sleep(LOOK_EVERY_S)
        raise TimeoutError(f"after {within_s:.0f} s {len(found)} of {self.sent()} reports are decided")

    def _logged(self) -> int:
        ends = self._ends()
        return sum(ends[place] - begin for place, begin in self._begin.items() if place.topic == topics.DECISION_LOG)

    def _ends(self) -> dict[TopicPartition, int]:
        consumer = Consumer(bootstrap_servers=self._servers, enable_auto_commit=False)
        names = (*self.TAKEN, topics.DECISION_LOG)
        places = [TopicPartition(name, number) for name in names for number in range(BY_NAME[name].partitions)]
        ends: dict[TopicPartition, int] = consumer.end_offsets(places)
        consumer.close()
        return ends

    def _read(self) -> list[tuple[float, float, Place, str]]:
        came: dict[Place, float] = {}
        told: dict[Place, tuple[float, str]] = {}
        for record in self._records():
            at_s = record.timestamp * MILLISECOND
            if record.topic in self.TAKEN:
                came[(record.topic, record.partition, record.offset)] = at_s
            else:
                decision: dict[str, Any] = json.loads(record.value)
                if decision["topic"] in self.TAKEN:
                    place = (decision["topic"], decision["partition"], decision["offset"])
                    told[place] = (at_s, decision["control_room_id"])
        return [(at_s, told[place][0], place, told[place][1]) for place, at_s in came.items() if place in told]

    def _records(self) -> Iterator[Any]:
        consumer = Consumer(bootstrap_servers=self._servers, enable_auto_commit=False)
        ends = self._ends()
        consumer.assign(list(ends))
        for place, begin in self._begin.items():
            consumer.seek(place, begin)
        while any(consumer.position(place) < end for place, end in ends.items()):
            for records in consumer.poll(timeout_ms=500).values():
                yield from records
        consumer.close()
