"""The reader and the confirmed producer on a real broker: offsets, retention, and going on."""

from __future__ import annotations

import pytest
from kafka import KafkaAdminClient, TopicPartition

from streams.kafka.producer import ConfirmedProducer
from streams.kafka.reader import Reader
from streams.settings import KafkaSettings
from streams.topics import CAMERA_TICKS

pytestmark = pytest.mark.integration

PLACE = (CAMERA_TICKS, 3)


def test_what_is_confirmed_is_read_as_far_as_it_is_retained(kafka: KafkaSettings) -> None:
    """Spans are exact, what retention took is passed over, and a reader goes on where it was."""
    following = Reader(kafka)
    begin = following.ends((CAMERA_TICKS,))[PLACE]
    following.begin({PLACE: begin})
    sender = ConfirmedProducer(kafka, "test")
    words = [sender.send(*PLACE, b"k", b"%d" % number, []) for number in range(6)]
    sender.confirm()
    assert [word.get(timeout=0).offset for word in words] == [begin + number for number in range(6)]
    assert [each.value for each in following.read({PLACE: begin + 4})] == [b"0", b"1", b"2", b"3"]
    following.close()
    assert [each.value for each in following.read(following.ends((CAMERA_TICKS,)))] == [b"4", b"5"]

    admin = KafkaAdminClient(bootstrap_servers=kafka.bootstrap_servers)
    admin.delete_records({TopicPartition(*PLACE): begin + 2})
    admin.close()
    with Reader(kafka) as spans:
        assert spans.spans((CAMERA_TICKS,))[PLACE] == (begin + 2, begin + 6)
        assert [each.value for each in spans.read_spans({PLACE: (begin, begin + 4)})] == [b"2", b"3"]
        assert list(spans.read_spans({PLACE: (begin, begin + 1)})) == []

    following.begin(following.ends((CAMERA_TICKS,)))
    sender.send(*PLACE, b"k", b"new", [])
    sender.confirm()
    found: list[bytes | None] = []
    for _ in range(200):
        if found:
            break
        found += [each.value for each in following.poll()]
    assert found == [b"new"]
    following.close()
    sender.close()
