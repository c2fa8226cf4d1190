"""`bench flow`: reports per second through the whole chain in one worker, beside a chain of plain Faust agents.

Both run on the same broker, one after the other, in adjacent pairs, and the medians of the pairs are told: machines are
shared, so only a ratio within one run means something. A round's rate is its reports divided by the time from the first
message to the last alert on the topic (for the plain chain: the last message of the last topic), by the broker's clock.

Beside the rates stand processor microseconds per report of the worker and of the broker, which depend less on what else the
machine does, and what a report sends and writes (`bench/flow/cost.py`), which does not depend on it at all.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import psutil
from kafka import KafkaAdminClient, KafkaProducer, TopicPartition
from kafka.admin import NewTopic

from bench.flow import load as flow_load
from bench.flow.cost import cost_of
from bench.scale.running import Used, log_bytes
from bench.yardsticks import chain as plain_chain
from schemas.codec import encode
from schemas.evidence import Verdict
from streams import topics
from streams.clock import utc_now
from streams.kafka.consumer import Consumer
from streams.local.supervisor import ProcessSpec, Supervisor
from streams.topics import BY_NAME

ANSWERED: Final = (Verdict.CORROBORATED, Verdict.CONSISTENT)
"""What a camera that showed enough persons says: nothing is learnt of its view here, so mostly the second."""

ROUND_WITHIN_S = 240.0
PLAIN_BYTES = 700
"""Size of a plain message: about that of an incident."""
COSTED_REPORTS: Final = 500
"""Reports of which is counted what they send and write."""


@dataclass(frozen=True)
class FlowRound:
    """One round: events per second, and processor time (µs) per event of the worker and of the broker, where it is ours."""

    events_per_s: float
    worker_us: float
    broker_us: float | None
    log_bytes: Mapping[str, float] = field(default_factory=dict)
    """By topic what stands on the brokers' disks for it, per event: as it is packed, with what a batch takes by itself."""


@dataclass
class _Spent:
    """Processor seconds of the worker and of the broker since this was made."""

    worker: int

    def __post_init__(self) -> None:
        found = [child for child in psutil.Process().children(recursive=True) if child.name().startswith("java")]
        self._broker = found[0].pid if found else None  # none where the settings name a cluster
        self._before = self._now_s()

    def each_us(self, events: int) -> tuple[float, float | None]:
        """Return the processor time (µs) per event of both."""
        (worker_s, broker_s), (before_s, broker_before_s) = self._now_s(), self._before
        broker_us = None if self._broker is None else round(1e6 * (broker_s - broker_before_s) / events, 1)
        return round(1e6 * (worker_s - before_s) / events, 1), broker_us

    def _now_s(self) -> tuple[float, float]:
        broker_s = 0.0 if self._broker is None else Used.of([self._broker]).cpu_s
        return Used.of([self.worker]).cpu_s, broker_s


@contextmanager
def running(command: list[str], folder: Path) -> Iterator[int]:
    """Run one worker until the end of the block, and tell its process id."""
    supervisor = Supervisor([ProcessSpec("worker", [sys.executable, "-m", *command], restart=False)], folder)
    supervisor.start()
    popen = supervisor.children[0].popen
    assert popen is not None
    try:
        yield popen.pid
    finally:
        supervisor.stop()


def real_round(bootstrap_servers: str, reports: int, folder: Path, run: str, share: int) -> FlowRound:
    """Return the rate of the real chain; its topics exist already."""
    folder.mkdir(parents=True)
    (folder / "reports.jsonl").write_bytes(b"\n".join(flow_load.report_lines(reports, run, share)))
    consumer = _consumer(bootstrap_servers, topics.ALERTS, topics.ROOM_PARTITIONS)
    with running(["bench.flow.worker", str(folder), bootstrap_servers], folder) as worker:
        _send_observations(bootstrap_servers, share)
        time.sleep(2)  # the stage takes the observations before the reports ask for them
        spent, stood = _Spent(worker), log_bytes(bootstrap_servers)
        began_s = time.time()
        (folder / "go").touch()
        waiting = {f"{run}-{number}" for number in range(reports)}
        last_s = began_s

        def take(record: Any) -> bool:
            nonlocal last_s
            alert = json.loads(record.value)  # unchecked: this reader shares the cores with what it measures
            if alert["verdict"] in ANSWERED:
                answered = waiting & {report["source_id"] for report in alert["reports"]}
                if answered:
                    last_s = record.timestamp / 1000
                    waiting.difference_update(answered)
            return not waiting

        _read_until(consumer, take, lambda: f"{len(waiting)} of {reports} reports have no alert that a camera answered")
        used = spent.each_us(reports)
        written = {name: size - stood.get(name, 0) for name, size in log_bytes(bootstrap_servers).items()}
        each = {name: round(size / reports, 1) for name, size in sorted(written.items()) if size and name in BY_NAME}
        return FlowRound(reports / (last_s - began_s), *used, each)


def plain_round(bootstrap_servers: str, messages: int, folder: Path, run: str) -> FlowRound:
    """Return the rate of the plain chain, on topics of its own."""
    names = plain_chain.topic_names(run)
    admin = KafkaAdminClient(bootstrap_servers=bootstrap_servers)
    new = [*names, plain_chain.changelog_name(run)]
    admin.create_topics([NewTopic(name, plain_chain.PARTITIONS, 1) for name in new])
    admin.close()
    consumer = _consumer(bootstrap_servers, names[-1], plain_chain.PARTITIONS)
    with running(["bench.yardsticks.chain", run, bootstrap_servers, str(folder / "state")], folder) as worker:
        producer = KafkaProducer(bootstrap_servers=bootstrap_servers, linger_ms=5)
        value = b'{"filling": "' + b"x" * PLAIN_BYTES + b'"}'
        spent = _Spent(worker)
        began_s = last_s = time.time()
        for number in range(messages):
            producer.send(names[0], key=f"key-{number}".encode(), value=value)
        producer.flush()
        seen = 0

        def take(record: Any) -> bool:
            nonlocal seen, last_s
            seen += 1
            last_s = record.timestamp / 1000
            return seen >= messages

        _read_until(consumer, take, lambda: f"only {seen} of {messages} messages came through the plain chain")
        producer.close()
        return FlowRound(messages / (last_s - began_s), *spent.each_us(messages))


def measure(
    bootstrap_servers: str, reports: int, pairs: int, folder: Path, progress: Callable[[str], None]
) -> dict[str, Any]:
    """Return the medians over adjacent pairs: events_per_s, plain_events_per_s, ratio, processor time, and the rounds themselves.

    `per_report` is what a report sends and writes, and what each step takes of a processor, without Kafka.
    """
    rounds: list[tuple[FlowRound, FlowRound]] = []
    for number in range(pairs):
        run = uuid.uuid4().hex[:8]
        real = real_round(bootstrap_servers, reports, folder / f"real-{run}", run, number)
        plain = plain_round(bootstrap_servers, reports, folder / f"plain-{run}", run)
        rounds.append((real, plain))
        progress(
            f"pair {number + 1} of {pairs}: {real.events_per_s:.0f} reports/s, plain {plain.events_per_s:.0f} messages/s"
        )
    progress(f"what {COSTED_REPORTS} reports send and write")
    reals, plains = [real for real, _ in rounds], [plain for _, plain in rounds]
    return {
        "events_per_s": round(statistics.median(real.events_per_s for real, _ in rounds), 1),
        "plain_events_per_s": round(statistics.median(plain.events_per_s for _, plain in rounds), 1),
        "ratio": round(statistics.median(real.events_per_s / plain.events_per_s for real, plain in rounds), 3),
        "pairs": [[round(real.events_per_s, 1), round(plain.events_per_s, 1)] for real, plain in rounds],
        "reports": reports,
        "agents": plain_chain.AGENTS,
        "worker_us": _median(each.worker_us for each in reals),
        "plain_worker_us": _median(each.worker_us for each in plains),
        "worker_ratio": round(statistics.median(plain.worker_us / real.worker_us for real, plain in rounds), 3),
        "broker_us": _median(each.broker_us for each in reals),
        "log_bytes": reals[-1].log_bytes,
        "plain_broker_us": _median(each.broker_us for each in plains),
        "per_report": cost_of(COSTED_REPORTS),
    }


def _median(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return round(statistics.median(known), 1) if known else None


def _send_observations(bootstrap_servers: str, share: int) -> None:
    producer = KafkaProducer(bootstrap_servers=bootstrap_servers, linger_ms=5)
    now = utc_now()
    for observation in flow_load.observations(now, share):
        record = encode(observation, stage="bench", handled_at=now, entered_at=now)
        producer.send(topics.OBSERVATIONS, key=record.key, value=record.value, headers=record.headers)
    producer.flush()
    producer.close()


def _consumer(bootstrap_servers: str, topic: str, partitions: int) -> Any:
    consumer = Consumer(bootstrap_servers=bootstrap_servers, enable_auto_commit=False)
    assigned = [TopicPartition(topic, number) for number in range(partitions)]
    consumer.assign(assigned)
    consumer.seek_to_end(*assigned)
    for partition in assigned:
        consumer.position(partition)
    return consumer


def _read_until(consumer: Any, take: Callable[[Any], bool], missing: Callable[[], str]) -> None:
    deadline = time.monotonic() + ROUND_WITHIN_S
    while time.monotonic() < deadline:
        for records in consumer.poll(timeout_ms=500).values():
            for record in records:
                if take(record):
                    consumer.close()
                    return
    raise TimeoutError(f"after {ROUND_WITHIN_S:.0f} s {missing()}")
