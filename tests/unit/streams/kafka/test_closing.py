"""A producer that has something left is closed without a word, now and when Python takes it away."""

from __future__ import annotations

import gc
import sys

import pytest
from kafka import KafkaProducer
from kafka.errors import KafkaTimeoutError
from kafka.structs import TopicPartition

from streams.kafka.closing import close_producer


def _with_something_left() -> KafkaProducer:
    """Return a real producer that holds a record for a broker that is not there."""
    producer = KafkaProducer(bootstrap_servers="127.0.0.1:1", api_version=(4, 1))
    producer._accumulator.append(TopicPartition("incidents", 0), None, b"key", b"value", [])
    return producer


def test_it_is_the_library_that_raises() -> None:
    """Else the helper could go: a plain close raises while a record is left, and leaves the thread running."""
    producer = _with_something_left()
    with pytest.raises(KafkaTimeoutError):
        producer.close(timeout=0)
    assert producer._sender.is_alive()
    close_producer(producer, 0.0)


def test_nothing_is_raised_now_or_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its destructor is quiet too, and its thread ends."""
    unraisable: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", unraisable.append)
    producer = _with_something_left()
    sender = producer._sender
    close_producer(producer, 0.0)
    del producer
    gc.collect()
    sender.join(30)
    assert not sender.is_alive()
    assert unraisable == []


def test_one_that_has_nothing_left_is_closed_in_the_usual_way() -> None:
    """Within the time that it is given."""
    producer = KafkaProducer(bootstrap_servers="127.0.0.1:1", api_version=(4, 1))
    close_producer(producer, 5.0)
    with pytest.raises(Exception, match="already closed"):
        producer.send("incidents", b"value")
