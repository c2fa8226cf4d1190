"""Requests for pictures are read from Kafka a little back, answered ones are known, unreadable ones are set aside."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import pytest
from kafka import TopicPartition

from schemas.codec import decode
from schemas.dead_letters import DeadLetterReason, DeadLetterReference
from schemas.snapshots import SnapshotReference
from schemas.ticks import Tick
from streams.capture.snapshot_consumer import BACK, SnapshotReader
from streams.kafka import reader
from streams.kafka.batches import PackedValue
from streams.settings import KafkaSettings
from streams.topics import BY_NAME, DEAD_LETTERS, SNAPSHOT_REQUESTS, SNAPSHOTS
from tests.support.capture import NOW
from tests.support.kafka import FakeConsumer, FakeTopics
from tests.support.messages import example
from tests.support.snapshots import Office, answers, office, request


@dataclass
class Reading:
    """A reader over a log, and the office whose desk it feeds."""

    log: FakeTopics
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
    log, room = FakeTopics(), office()
    monkeypatch.setattr(reader, "Consumer", partial(FakeConsumer, log))
    monkeypatch.setattr(reader, "RETRY_S", 0.01)
    yield Reading(
        log, room, SnapshotReader(KafkaSettings(bootstrap_servers="a:1"), room.desk, room.sender, lambda: NOW)
    )
    room.sender.close(1)


def test_requests_are_answered(reading: Reading) -> None:
    """Those for another's camera are not, and nothing is set aside for them."""
    reading.log.add(SNAPSHOT_REQUESTS, request(NOW, "mine"), NOW)
    reading.log.add(SNAPSHOT_REQUESTS, request(NOW, "other", camera_id="cam-2"), NOW)
    reading.until(lambda: bool(reading.answered()))
    assert set(reading.answered()) == {"mine"}
    assert reading.letters() == []


def test_it_begins_a_little_back_and_knows_what_was_answered(
    reading: Reading, caplog: pytest.LogCaptureFixture
) -> None:
    """A restart answers who asked meanwhile, nobody twice, and nobody who has long gone; an unreadable answer is told."""
    caplog.set_level("WARNING")
    reading.log.add(SNAPSHOT_REQUESTS, request(NOW, "old"), NOW - BACK - timedelta(seconds=1))
    reading.log.add(SNAPSHOT_REQUESTS, request(NOW, "answered"), NOW - timedelta(seconds=20))
    reading.log.add(SNAPSHOT_REQUESTS, request(NOW, "meanwhile"), NOW - timedelta(seconds=2))
    told = example(SnapshotReference, request_id="answered", camera_id="cam-1")
    reading.log.add(SNAPSHOTS, told, NOW - timedelta(seconds=19), payload=b"jpeg")
    reading.log.add(SNAPSHOTS, None, NOW, value=b"no message")
    reading.log.add(SNAPSHOT_REQUESTS, request(NOW, "meanwhile"), NOW)
    reading.until(lambda: bool(reading.answered()))
    assert set(reading.answered()) == {"meanwhile"}
    assert "snapshots 0/1 is passed over: unknown_type" in caplog.text
    assert len(answers(reading.room.producer)) == 1


def test_what_cannot_be_read_is_set_aside(reading: Reading) -> None:
    """With its reason; a deletion is none, and the next request is answered."""
    reading.log.add(SNAPSHOT_REQUESTS, None, NOW, value=b"{")
    reading.log.add(SNAPSHOT_REQUESTS, None, NOW)
    reading.log.add(SNAPSHOT_REQUESTS, example(Tick), NOW)
    packed = PackedValue.because("it cannot be unpacked", b"raw")
    reading.log.add(SNAPSHOT_REQUESTS, None, NOW, value=packed)
    reading.log.add(SNAPSHOT_REQUESTS, request(NOW, "good"), NOW)
    reading.until(lambda: bool(reading.answered()))
    assert [(letter.reason, letter.offset) for letter in reading.letters()] == [
        (DeadLetterReason.UNKNOWN_TYPE, 0), (DeadLetterReason.UNKNOWN_TYPE, 2),
        (DeadLetterReason.UNREADABLE_RECORD, 3),
    ]  # fmt: skip
    assert {letter.topic for letter in reading.letters()} == {SNAPSHOT_REQUESTS}


def test_a_requesters_wrong_clock_costs_no_answer(reading: Reading) -> None:
    """When it says that it asked does not matter, only the moment that it asks for."""
    reading.log.add(SNAPSHOT_REQUESTS, request(NOW, "late", requested_at=NOW - timedelta(days=30)), NOW)
    reading.log.add(SNAPSHOT_REQUESTS, request(NOW, "early", requested_at=NOW + timedelta(days=30)), NOW)
    reading.until(lambda: len(reading.answered()) == 2)
    assert {told.refused for told in reading.answered().values()} == {None}


def test_a_cluster_that_is_away_is_tried_again(reading: Reading) -> None:
    """What was asked meanwhile is answered, once."""
    reading.log.refusals = 2
    reading.log.add(SNAPSHOT_REQUESTS, request(NOW, "r"), NOW)
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
    reading.log.add(SNAPSHOT_REQUESTS, request(NOW, "r"), NOW)
    reading.until(lambda: bool(reading.answered()))
    assert len(answers(reading.room.producer)) == 1


def test_all_partitions_are_read(reading: Reading) -> None:
    """There is no group: every capture process sees every request."""
    last = TopicPartition(SNAPSHOT_REQUESTS, BY_NAME[SNAPSHOT_REQUESTS].partitions - 1)
    reading.log.add(SNAPSHOT_REQUESTS, request(NOW, "r"), NOW)
    reading.log.records[last] = reading.log.records.pop(TopicPartition(SNAPSHOT_REQUESTS, 0))
    reading.until(lambda: bool(reading.answered()))
