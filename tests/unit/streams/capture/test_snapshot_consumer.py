"""Requests for pictures are read from Kafka a little back, answered ones are known, unreadable ones are set aside."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from kafka import TopicPartition
from kafka.errors import KafkaConnectionError

from schemas.base import Message
from schemas.codec import decode, encode
from schemas.operations import DeadLetterReason, DeadLetterReference, Tick
from schemas.snapshots import SnapshotReference
from streams.capture.snapshot_consumer import BACK, SnapshotReader
from streams.kafka import follower as topic_follower
from streams.settings import KafkaSettings
from streams.topics import BY_NAME, DEAD_LETTERS, SNAPSHOT_REQUESTS, SNAPSHOTS
from tests.support.capture import NOW
from tests.support.messages import example
from tests.support.snapshots import request
from tests.unit.streams.capture.test_snapshots import Office, answers, office


@dataclass
class FakeRecord:
    """A record as kafka-python gives it."""

    topic: str
    partition: int
    offset: int
    value: bytes | None
    headers: list[tuple[str, bytes]]
    timestamp: int
    key: bytes = b"k"


@dataclass(frozen=True)
class Place:
    """A position that was looked up by time."""

    offset: int


@dataclass
class Log:
    """Topics in memory, with times of arrival."""

    records: dict[TopicPartition, list[FakeRecord]] = field(default_factory=lambda: defaultdict(list))
    refusals: int = 0
    consumers: int = 0

    def add(
        self,
        topic: str,
        message: Message | None,
        at: datetime = NOW,
        value: bytes | None = None,
        payload: bytes | None = None,
    ) -> None:
        """Append a message to its topic's first partition."""
        partition = TopicPartition(topic, 0)
        headers: list[tuple[str, bytes]] = []
        if message is not None:
            record = encode(message, stage="test", handled_at=at, entered_at=at, payload=payload)
            value, headers = record.value, record.headers
        offset = len(self.records[partition])
        stamp = int(at.timestamp() * 1000)
        self.records[partition].append(FakeRecord(topic, 0, offset, value, headers, stamp))


class FakeConsumer:
    """Reads a log as kafka-python's consumer does."""

    def __init__(self, log: Log, **_: Any) -> None:
        self._log = log
        self._positions: dict[TopicPartition, int] = {}
        log.consumers += 1
        if log.refusals:
            log.refusals -= 1
            raise KafkaConnectionError("away")

    def assign(self, partitions: list[TopicPartition]) -> None:
        self._positions = dict.fromkeys(partitions, 0)

    def end_offsets(self, partitions: list[TopicPartition]) -> dict[TopicPartition, int]:
        return {partition: len(self._log.records[partition]) for partition in partitions}

    def offsets_for_times(self, times: dict[TopicPartition, int]) -> dict[TopicPartition, Place | None]:
        found: dict[TopicPartition, Place | None] = {}
        for partition, stamp in times.items():
            later = [record.offset for record in self._log.records[partition] if record.timestamp >= stamp]
            found[partition] = Place(later[0]) if later else None
        return found

    def seek(self, partition: TopicPartition, offset: int) -> None:
        self._positions[partition] = offset

    def position(self, partition: TopicPartition) -> int:
        return self._positions[partition]

    def poll(self, timeout_ms: int) -> dict[TopicPartition, list[FakeRecord]]:
        found = {}
        for partition, position in self._positions.items():
            records = self._log.records[partition][position:]
            if records:
                found[partition] = records
                self._positions[partition] += len(records)
        if not found:
            time.sleep(0.005)
        return found

    def close(self) -> None:
        self._positions = {}


@dataclass
class Reading:
    """A reader over a log, and the office whose desk it feeds."""

    log: Log
    room: Office
    reader: SnapshotReader

    def until(self, true: Callable[[], bool]) -> None:
        """Read until something is so."""
        self.reader.start()
        deadline = time.monotonic() + 20
        while not true() and time.monotonic() < deadline:
            time.sleep(0.005)
        self.reader.stop()
        self.reader.join(20)
        assert self.room.sender.close(20)
        assert true()

    def answered(self) -> dict[str, SnapshotReference]:
        """Return the answers by request."""
        return {told.request_id: told for told, _ in answers(self.room.producer)}

    def letters(self) -> list[DeadLetterReference]:
        """Return what was set aside."""
        sent = [record for record in self.room.producer.sent if record.topic == DEAD_LETTERS]
        told = [decode(record.value, record.headers) for record in sent]
        return [message for message in told if isinstance(message, DeadLetterReference)]


@pytest.fixture
def reading(monkeypatch: pytest.MonkeyPatch) -> Iterator[Reading]:
    """Yield a reader that has not begun."""
    log, room = Log(), office()
    monkeypatch.setattr(topic_follower, "KafkaConsumer", lambda **options: FakeConsumer(log, **options))
    monkeypatch.setattr(topic_follower, "RETRY_S", 0.01)
    yield Reading(
        log, room, SnapshotReader(KafkaSettings(bootstrap_servers="a:1"), room.desk, room.sender, lambda: NOW)
    )
    room.sender.close(1)


def test_requests_are_answered(reading: Reading) -> None:
    """Those for another's camera are not, and nothing is set aside for them."""
    reading.log.add(SNAPSHOT_REQUESTS, request(NOW, "mine"))
    reading.log.add(SNAPSHOT_REQUESTS, request(NOW, "other", camera_id="cam-2"))
    reading.until(lambda: bool(reading.answered()))
    assert set(reading.answered()) == {"mine"}
    assert reading.letters() == []


def test_it_begins_a_little_back_and_knows_what_was_answered(
    reading: Reading, caplog: pytest.LogCaptureFixture
) -> None:
    """A restart answers who asked meanwhile, nobody twice, and nobody who has long gone; an unreadable answer is told."""
    reading.log.add(SNAPSHOT_REQUESTS, request(NOW, "old"), NOW - BACK - timedelta(seconds=1))
    reading.log.add(SNAPSHOT_REQUESTS, request(NOW, "answered"), NOW - timedelta(seconds=20))
    reading.log.add(SNAPSHOT_REQUESTS, request(NOW, "meanwhile"), NOW - timedelta(seconds=2))
    told = example(SnapshotReference, request_id="answered", camera_id="cam-1")
    reading.log.add(SNAPSHOTS, told, NOW - timedelta(seconds=19), payload=b"jpeg")
    reading.log.add(SNAPSHOTS, None, NOW, value=b"no message")
    reading.log.add(SNAPSHOT_REQUESTS, request(NOW, "meanwhile"))
    reading.until(lambda: bool(reading.answered()))
    assert set(reading.answered()) == {"meanwhile"}
    assert "snapshots 0/1 is passed over: unknown_type" in caplog.text
    assert len(answers(reading.room.producer)) == 1


def test_what_cannot_be_read_is_set_aside(reading: Reading) -> None:
    """With its reason; a deletion is none, and the next request is answered."""
    reading.log.add(SNAPSHOT_REQUESTS, None, value=b"{")
    reading.log.add(SNAPSHOT_REQUESTS, None)
    reading.log.add(SNAPSHOT_REQUESTS, example(Tick))
    reading.log.add(SNAPSHOT_REQUESTS, request(NOW, "good"))
    reading.until(lambda: bool(reading.answered()))
    assert [(letter.reason, letter.offset) for letter in reading.letters()] == [
        (DeadLetterReason.UNKNOWN_TYPE, 0), (DeadLetterReason.UNKNOWN_TYPE, 2),
    ]  # fmt: skip
    assert {letter.topic for letter in reading.letters()} == {SNAPSHOT_REQUESTS}


def test_a_requesters_wrong_clock_costs_no_answer(reading: Reading) -> None:
    """When it says that it asked does not matter, only the moment that it asks for."""
    reading.log.add(SNAPSHOT_REQUESTS, request(NOW, "late", requested_at=NOW - timedelta(days=30)))
    reading.log.add(SNAPSHOT_REQUESTS, request(NOW, "early", requested_at=NOW + timedelta(days=30)))
    reading.until(lambda: len(reading.answered()) == 2)
    assert {told.refused for told in reading.answered().values()} == {None}


def test_a_cluster_that_is_away_is_tried_again(reading: Reading) -> None:
    """What was asked meanwhile is answered, once."""
    reading.log.refusals = 2
    reading.log.add(SNAPSHOT_REQUESTS, request(NOW, "r"))
    reading.until(lambda: bool(reading.answered()))
    assert reading.log.consumers == 3
    assert len(answers(reading.room.producer)) == 1


def test_a_fault_of_ours_does_not_end_it(reading: Reading, monkeypatch: pytest.MonkeyPatch) -> None:
    """It begins anew, and what it had taken is not answered twice."""
    failed = threading.Event()
    work = reading.room.desk.work

    def fail_once(ending: bool = False) -> None:
        if not failed.is_set():
            failed.set()
            raise RuntimeError("broken")
        work(ending)

    monkeypatch.setattr(reading.room.desk, "work", fail_once)
    reading.log.add(SNAPSHOT_REQUESTS, request(NOW, "r"))
    reading.until(lambda: bool(reading.answered()))
    assert len(answers(reading.room.producer)) == 1


def test_all_partitions_are_read(reading: Reading) -> None:
    """There is no group: every capture process sees every request."""
    last = TopicPartition(SNAPSHOT_REQUESTS, BY_NAME[SNAPSHOT_REQUESTS].partitions - 1)
    reading.log.add(SNAPSHOT_REQUESTS, request(NOW, "r"))
    reading.log.records[last] = reading.log.records.pop(TopicPartition(SNAPSHOT_REQUESTS, 0))
    reading.until(lambda: bool(reading.answered()))
