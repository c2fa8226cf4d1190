"""Watches are read from Kafka as far back as attention can last, from the partitions of one's own cameras alone."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest

from schemas.ticks import Tick
from streams.capture.attention import AttentionService
from streams.capture.attention_consumer import AttentionReader
from streams.domain.corroboration.attention import TOLERANCE
from streams.kafka import reader
from streams.kafka.partitioner import partition_of
from streams.settings import KafkaSettings
from streams.topics import CAMERA_WATCHES
from tests.support.capture import NOW
from tests.support.kafka import FakeConsumer, FakeTopics
from tests.support.messages import example
from tests.support.situations import attention_rule, watch

RULE = attention_rule()
LENGTH = timedelta(seconds=RULE.length_s)
CAMERAS = ("cam-1", "cam-2")


class Reading:
    """A reader over a log; its desk's clock stands at noon."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.log = FakeTopics()
        monkeypatch.setattr(reader, "Consumer", partial(FakeConsumer, self.log))
        monkeypatch.setattr(reader, "RETRY_S", 0.01)
        self.desk = AttentionService(CAMERAS, RULE, lambda: NOW)
        self.reader = AttentionReader(KafkaSettings(bootstrap_servers="a:1"), CAMERAS, self.desk, RULE, lambda: NOW)

    def add(self, camera_id: str, at: datetime = NOW, partition: int | None = None, **changes: Any) -> None:
        """Append a watch to its camera's partition."""
        known: dict[str, Any] = {"camera_id": camera_id, "attention_until": at + LENGTH}
        own = partition_of(CAMERA_WATCHES, camera_id.encode()) if partition is None else partition
        self.log.add(CAMERA_WATCHES, watch(**(known | changes)), at, partition=own)

    def add_unreadable(self, camera_id: str) -> None:
        """Append what is no watch to a camera's partition."""
        for message, value in ((None, b"{"), (None, None), (example(Tick), None)):
            own = partition_of(CAMERA_WATCHES, camera_id.encode())
            self.log.add(CAMERA_WATCHES, message, NOW, value, partition=own)

    def until(self, true: Callable[[], bool]) -> None:
        """Read until something is so."""
        self.reader.start()
        deadline = time.monotonic() + 20
        while not true() and time.monotonic() < deadline:
            time.sleep(0.005)
        self.reader.stop()
        self.reader.join(20)
        assert true()

    def attended(self) -> list[str]:
        return [camera_id for camera_id in CAMERAS if self.desk.fps(camera_id)]


@pytest.fixture
def reading(monkeypatch: pytest.MonkeyPatch) -> Reading:
    return Reading(monkeypatch)


def test_a_watch_raises_the_rate_of_its_camera(reading: Reading) -> None:
    """What cannot be read, deletions and other messages are passed over."""
    reading.add_unreadable("cam-1")
    reading.add("cam-1")
    reading.until(lambda: reading.attended() == ["cam-1"])


def test_a_restart_knows_what_was_asked_before(reading: Reading) -> None:
    """As far back as it can still matter, and no further."""
    reading.add("cam-2", NOW - LENGTH - TOLERANCE - timedelta(seconds=1), attention_until=NOW + LENGTH)
    reading.add("cam-1", NOW - LENGTH / 2)
    reading.until(lambda: reading.attended() == ["cam-1"])


def test_only_the_partitions_of_its_cameras_are_read(reading: Reading) -> None:
    """What stands in another one was not sent by locate."""
    others = set(range(4)) - {partition_of(CAMERA_WATCHES, name.encode()) for name in CAMERAS}
    reading.add("cam-2", partition=others.pop())
    reading.add("cam-1")
    reading.until(lambda: reading.attended() == ["cam-1"])


def test_a_cluster_that_is_away_is_tried_again(reading: Reading) -> None:
    """Attention that was granted goes on meanwhile, and a watch that is read again changes nothing."""
    reading.log.refusals = 2
    reading.add("cam-1")
    reading.until(lambda: reading.attended() == ["cam-1"])
    assert reading.log.consumers == 3
