"""Full room: one control room with many open alerts, made by the stage `decide` itself, and changes told as it would tell them.

No two reports lie near each other and nothing is grouped: every alert has a line of its own, which is the most that a page has to
keep in order.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime
from importlib.resources import files
from math import cos, radians
from pathlib import Path
from typing import Any, Final

import orjson
import yaml
from kafka import KafkaProducer, TopicPartition

from bench.flow.load import LAT, LON, METRES_PER_DEGREE, STEP_M, registry
from bench.start.load import report_evidence
from schemas.base import derive_id, iso_utc
from schemas.categories import Category
from schemas.codec import encode
from schemas.evidence import Evidence, ReportFact
from schemas.geo import Position
from streams import topics
from streams.clock import utc_now
from streams.config.files import DEFAULT_RULES
from streams.kafka.consumer import Consumer
from streams.kafka.partitioner import partition_of

ROOM: Final = "bench"
SIDE: Final = 150
"""Squares along one side of the room."""
CATEGORIES: Final = (Category.FIETSDIEFSTAL, Category.JEUGDOVERLAST, Category.OVERIG)
"""Nothing that becomes a P1: those escalate while they wait, and fill the band."""
MADE_WITHIN_S: Final = 1_800.0
FOLLOWED_WITHIN_S: Final = 60.0
LINGER_MS: Final = 1
"""Small: the moment that counts is the broker's, and changes come one by one."""
Progress = Callable[[str], None]


def write_files(folder: Path) -> dict[str, str]:
    """Write a registry of one room without cameras, and rules that group nothing; return the settings that name them."""
    rules = yaml.safe_load(files("streams.domain.rules").joinpath(DEFAULT_RULES).read_text(encoding="utf-8"))
    (folder / "rules.yaml").write_text(yaml.safe_dump(rules | {"budget": "none"}), encoding="utf-8")
    small = registry().model_copy(update={"cameras": ()})
    (folder / "registry.yaml").write_text(small.model_dump_json(by_alias=True), encoding="utf-8")
    return {"TOEZICHT_REGISTRY": str(folder / "registry.yaml"), "TOEZICHT_RULES": str(folder / "rules.yaml")}


def report(number: int, at: datetime) -> Evidence:
    """Return a report at a square of its own that no camera covers."""
    made = report_evidence(ROOM, number, at)
    assert isinstance(made.fact, ReportFact)
    row, column = divmod(number, SIDE)
    lat = LAT + row * STEP_M / METRES_PER_DEGREE
    place = Position(lat=lat, lon=LON + column * STEP_M / (METRES_PER_DEGREE * cos(radians(lat))), accuracy_m=30)
    category = CATEGORIES[number % len(CATEGORIES)]
    told = {"position": place, "category": category, "source_priority": "P 3", "urgency": 3}
    fact = made.fact.model_copy(update={"incident": made.fact.incident.model_copy(update=told), "cameras": ()})
    return made.model_copy(update={"position": place, "category": category, "fact": fact})


class FullRoom:
    """Full room: the room on a cluster.

    Args:
        bootstrap_servers: The cluster; its topics exist, and `decide` runs.
    """

    def __init__(self, bootstrap_servers: str) -> None:
        self._servers = bootstrap_servers
        self.partition = partition_of(topics.ALERT_STATE, ROOM.encode())
        self._producer: Any = KafkaProducer(bootstrap_servers=bootstrap_servers, acks="all", linger_ms=LINGER_MS)
        self._template: dict[str, Any] = {}
        self._headers: list[tuple[str, bytes]] = []

    def close(self) -> None:
        """Close the producer."""
        self._producer.close()

    def fill(self, alerts: int, progress: Progress) -> None:
        """Report so many situations, and wait until each has its alert.

        Raises:
            TimeoutError: They do not come.
        """
        consumer = self._consumer()
        for record in self._reports(alerts):
            self._producer.send(
                topics.EVIDENCE, key=record.key, value=record.value, headers=record.headers, partition=self.partition
            )
        self._producer.flush()
        known: set[bytes] = set()
        deadline, told = time.monotonic() + MADE_WITHIN_S, 0
        while len(known) < alerts:
            if time.monotonic() > deadline:
                raise TimeoutError(f"after {MADE_WITHIN_S:.0f} s {len(known)} of {alerts} alerts are there")
            for records in consumer.poll(timeout_ms=500).values():
                known |= {each.key for each in records}
                self._template, self._headers = orjson.loads(records[-1].value), records[-1].headers
            if len(known) - told >= max(1, alerts // 4):
                told = len(known)
                progress(f"{told} of {alerts} alerts are open")
        consumer.close()

    def _reports(self, alerts: int) -> Iterator[Any]:
        now = utc_now()
        for number in range(alerts):
            yield encode(report(number, now), stage="bench", handled_at=now, entered_at=now)

    def follow(self) -> Callable[[str], float]:
        """Follow the topic from now on; return what waits for an alert's next record and returns when it came (ms since 1970).

        Records are asked for in the order in which they come.
        """
        consumer, place = self._consumer(), TopicPartition(topics.ALERT_STATE, self.partition)
        consumer.seek_to_end(place)
        consumer.position(place)

        def next_of(alert_id: str) -> float:
            deadline = time.monotonic() + FOLLOWED_WITHIN_S
            while time.monotonic() < deadline:
                for records in consumer.poll(timeout_ms=500).values():
                    for record in records:
                        if record.key == alert_id.encode():
                            return float(record.timestamp)
            raise TimeoutError(f"after {FOLLOWED_WITHIN_S:.0f} s the topic has no new record of an alert")

        return next_of

    def _consumer(self) -> Any:
        consumer = Consumer(bootstrap_servers=self._servers, auto_offset_reset="earliest", enable_auto_commit=False)
        consumer.assign([TopicPartition(topics.ALERT_STATE, self.partition)])
        return consumer

    def tell(self, name: str, revision: int = 0, **fields: Any) -> Any:
        """Write a version of an alert that `decide` does not know, and return the future of its record.

        Its fields are those of an alert that `decide` made, but for its id, which is made of the name, and what is given here.
        """
        alert_id, now = self.id_of(name), iso_utc(utc_now())
        found = self._template | {"alert_id": alert_id, "revision": revision, "opened_at": now, "changed_at": now}
        return self._producer.send(
            topics.ALERT_STATE, key=alert_id.encode(), value=orjson.dumps(found | fields), headers=self._headers,
            partition=self.partition,
        )  # fmt: skip

    @staticmethod
    def id_of(name: str) -> str:
        """Return the id of an alert that is told under a name."""
        return derive_id("bench", name)

    def flush(self) -> None:
        """Wait until the broker has all."""
        self._producer.flush()
