"""`toezicht cameras normal` reads what is usual from the changelog of `corroborate`, as a worker wrote it."""

from __future__ import annotations

import pytest

from streams.cameras.normal import read_profiles
from streams.kafka.partitioner import partition_of
from streams.kafka.producer import ConfirmedProducer
from streams.kafka.reader import Reader
from streams.settings import KafkaSettings
from streams.topics import OBSERVATIONS, changelog
from tests.support.normal import learn
from tests.support.rows import FakeRows
from tests.support.situations import NOON, camera

pytestmark = pytest.mark.integration


def test_a_cameras_profile_is_found_on_its_partition(kafka: KafkaSettings) -> None:
    """Among the rows of others."""
    known, other = camera("profile-1", 0), camera("profile-2", 50)
    rows = FakeRows()
    for each in (known, other):
        learn(rows, each)
    sender = ConfirmedProducer(kafka, "test")
    for name, row in rows.documents.items():
        partition = partition_of(OBSERVATIONS, name.split("/")[1].encode())
        sender.send(changelog("corroborate"), partition, name.encode(), row, [])
    sender.confirm()
    sender.close()
    with Reader(kafka) as reader:
        found = read_profiles(reader, known, NOON)
    assert [(each.zone_id, each.blocks) for each in found] == [(None, 20), ("plein", 0), ("rand", 0)]
