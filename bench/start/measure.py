"""`bench start`: how long a worker of `decide` takes from an empty disk until it decides.

The changelog holds what so many open alerts leave, behind weeks of others that came, were handled and went, with every
version of every row: compaction is not waited for. Beside it, as its limit, the same changelog is read by a plain consumer
into a plain RocksDB, record by record and batch by batch, in the same run.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import rocksdict
from aiokafka import AIOKafkaConsumer, TopicPartition
from kafka import KafkaProducer
from kafka import TopicPartition as Place

from bench.flow.load import registry
from bench.start.fill import REPEATED_DAYS, Filled
from bench.start.load import report_evidence, rooms
from schemas.base import derive_id
from schemas.codec import encode
from streams import topics
from streams.clock import utc_now
from streams.kafka.consumer import Consumer
from streams.kafka.options import COMMITTED
from streams.local.supervisor import ProcessSpec, Supervisor

READY_WITHIN_S: Final = 1_800.0
DECIDED_WITHIN_S: Final = 120.0
FILLERS: Final = 2
"""Processes that fill at once."""
FETCH_BYTES: Final = 4 * 2**20
MEGABYTE: Final = 1e6


@dataclass(frozen=True)
class Started:
    """One start: seconds from the process's start until it was ready, and until its first decision was on the topic."""

    ready_s: float
    decided_s: float


def fill(bootstrap_servers: str, alerts: int, days: int, folder: Path) -> Filled:
    """Write the changelog and return how much it is."""
    end = utc_now()
    waiting = list(range(topics.ROOM_PARTITIONS))
    running: list[subprocess.Popen[str]] = []
    filled = Filled(0, 0)
    while waiting or running:
        while waiting and len(running) < FILLERS:
            partition = waiting.pop(0)
            share = alerts // topics.ROOM_PARTITIONS + (partition < alerts % topics.ROOM_PARTITIONS)
            running.append(_filler(bootstrap_servers, partition, share, days, end, folder))
        process = running.pop(0)
        told, _ = process.communicate()
        if process.returncode:
            raise RuntimeError("the changelog could not be filled")
        records, row_bytes = told.split()
        filled += Filled(int(records), int(row_bytes))
    return filled


def _filler(
    bootstrap_servers: str, partition: int, alerts: int, days: int, end: datetime, folder: Path
) -> subprocess.Popen[str]:
    scratch = folder / f"filling-{partition}"
    arguments = [bootstrap_servers, str(partition), str(alerts), str(days), end.isoformat(), str(scratch)]
    command = [sys.executable, "-m", "bench.start.fill", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def start(bootstrap_servers: str, folder: Path, *, framework_alone: bool = False) -> Started:
    """Start a worker from an empty disk and stop it again; its state and its log stay in the folder."""
    folder.mkdir(parents=True)
    small = registry().model_copy(update={"cameras": ()})  # the stage reads its version alone
    (folder / "registry.yaml").write_text(small.model_dump_json(by_alias=True))
    program = "bench.start.worker" if framework_alone else "streams.cli"
    spec = ProcessSpec(
        "decide",
        [sys.executable, "-m", program, "worker", "decide"],
        {
            "KAFKA_BOOTSTRAP_SERVERS": bootstrap_servers,
            "TOEZICHT_REGISTRY": str(folder / "registry.yaml"),
            "TOEZICHT_DATA": str(folder),
            "TOEZICHT_LOG_LEVEL": "INFO",
        },
        ready_within_s=READY_WITHIN_S,
        restart=False,
    )
    supervisor = Supervisor([spec], folder / "run")
    began_s = time.monotonic()
    supervisor.start()
    try:
        ready_s = time.monotonic() - began_s
        _first_decision(bootstrap_servers)
        return Started(ready_s, time.monotonic() - began_s)
    finally:
        supervisor.stop()


def _first_decision(bootstrap_servers: str) -> None:
    """Send a report that nobody knows and wait for its alert."""
    room, now = rooms()[0][0], utc_now()
    report = report_evidence(room, 2_000, now)
    alert_id = derive_id("alert", room, report.evidence_id)
    consumer = Consumer(bootstrap_servers=bootstrap_servers, auto_offset_reset="earliest")
    consumer.assign([Place(topics.ALERTS, number) for number in range(topics.ROOM_PARTITIONS)])
    producer = KafkaProducer(bootstrap_servers=bootstrap_servers)
    record = encode(report, stage="bench", handled_at=now, entered_at=now)
    producer.send(topics.EVIDENCE, key=record.key, value=record.value, headers=record.headers)
    producer.flush()
    producer.close()
    deadline = time.monotonic() + DECIDED_WITHIN_S
    while time.monotonic() < deadline:
        for records in consumer.poll(timeout_ms=100).values():
            if any(alert_id.encode() in each.value for each in records):
                consumer.close()
                return
    raise TimeoutError(f"after {DECIDED_WITHIN_S:.0f} s the fresh report has no alert")


async def plain_read(bootstrap_servers: str, topic: str, folder: Path) -> float:
    """Read a changelog into a RocksDB per partition, every record as it comes, and return the seconds it took."""
    began_s = time.monotonic()
    reader = AIOKafkaConsumer(
        **COMMITTED,
        bootstrap_servers=bootstrap_servers,
        enable_auto_commit=False,
        max_partition_fetch_bytes=FETCH_BYTES,
    )
    await reader.start()
    places = [TopicPartition(topic, number) for number in range(topics.BY_NAME[topic].partitions)]
    reader.assign(places)
    await reader.seek_to_beginning()
    ends = {place: end for place, end in (await reader.end_offsets(places)).items() if end}
    options = rocksdict.Options(raw_mode=True)
    options.create_if_missing(True)
    databases = {place: rocksdict.Rdict(str(folder / f"plain-{place.partition}"), options=options) for place in ends}
    while ends:
        for place, records in (await reader.getmany(timeout_ms=1_000)).items():
            batch = rocksdict.WriteBatch(raw_mode=True)
            for record in records:
                if record.value is None:
                    batch.delete(record.key)
                else:
                    batch.put(record.key, record.value)
            databases[place].write(batch)
        ends = {place: end for place, end in ends.items() if await reader.position(place) < end}
    await reader.stop()
    for database in databases.values():
        database.close()
    return time.monotonic() - began_s


def measure(
    bootstrap_servers: str,
    alerts: int,
    days: int,
    folder: Path,
    progress: Callable[[str], None],
    *,
    framework_alone: bool,
) -> dict[str, Any]:
    """Return the figures; see `toezicht bench start --help`."""
    run = folder / uuid.uuid4().hex[:8]
    progress(f"filling the changelog with {alerts} open alerts and {days} days before them")
    filled = fill(bootstrap_servers, alerts, days, folder)
    progress(f"{filled.records} records, {filled.row_bytes / MEGABYTE:.0f} MB; reading them plainly")
    plain_s = asyncio.run(plain_read(bootstrap_servers, topics.changelog("decide"), folder))
    progress(f"plain: {plain_s:.1f} s; starting a worker with an empty disk")
    started = start(bootstrap_servers, run, framework_alone=framework_alone)
    return {
        "alerts": alerts,
        "days": days - days % REPEATED_DAYS,
        "records": filled.records,
        "megabytes": round(filled.row_bytes / MEGABYTE, 1),
        "seconds_to_ready": round(started.ready_s, 2),
        "seconds_to_first_decision": round(started.decided_s, 2),
        "records_per_s": round(filled.records / started.ready_s),
        "plain_seconds": round(plain_s, 2),
        "plain_records_per_s": round(filled.records / plain_s),
        "ratio": round(plain_s / started.ready_s, 3),
        "restored_by": "the framework" if framework_alone else "bulk",
    }
