"""Consumers: that each of ours reads what is committed alone, and unpacks as `batches.py` does."""

from __future__ import annotations

import re
from pathlib import Path

from aiokafka.consumer import fetcher
from aiokafka.record.memory_records import MemoryRecords

from streams.kafka.batches import Batches
from streams.runtime.faust import consumer as stage_consumer
from tests.support.raw_batches import batch

ROOT = Path(__file__).parents[4]
SOURCES = [path for package in ("streams", "bench") for path in sorted((ROOT / package).rglob("*.py"))]


def test_no_other_consumer_of_kafka_python_is_made() -> None:
    """A consumer of the client's own would stop at what it cannot unpack, and read what was aborted."""
    made = [path.name for path in SOURCES if re.search(r"(?<!AIO)KafkaConsumer\(", path.read_text())]
    assert made == [], "take streams.kafka.consumer.Consumer"


def test_each_consumer_of_aiokafka_reads_what_is_committed() -> None:
    """Those beside the framework's; its own is made in `streams/runtime/faust/consumer.py`."""
    calls = [call for path in SOURCES for call in re.findall(r"AIOKafkaConsumer\(([^)]*\)?[^)]*)\)", path.read_text())]
    assert len(calls) == 5
    assert all("**COMMITTED" in call for call in calls)


def test_aiokafka_takes_our_batches() -> None:
    """It looks this name up for each answer to a fetch."""
    assert "MemoryRecords" in vars(stage_consumer)
    found = fetcher.MemoryRecords(batch([(b"k", b"v", [])]))
    assert isinstance(found, Batches)
    assert found._memory_records is MemoryRecords
