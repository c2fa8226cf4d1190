"""A cluster that is one: three brokers with copies, TLS, passwords and the least rights; one dies under load and returns.

The short form of `toezicht bench cluster`. No figure of time is asserted: the machine may be busy.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from kafka import KafkaAdminClient

from bench.cluster.measure import span
from bench.cluster.world import ClusterWorld
from bench.faults.measure import Rates, scene
from streams.kafka.access.acl_admin import found_acls
from streams.kafka.options import kafka_client_options
from streams.local.memory import available_memory_mb
from streams.topics import TOPICS

pytestmark = [pytest.mark.integration, pytest.mark.long, pytest.mark.timeout(1200)]
NEEDED_MB = 3_500
"""Three brokers and four workers."""


def test_a_broker_dies_under_load_and_nothing_is_lost_nor_told_twice(tmp_path: Path) -> None:
    """Reports, detections and actions flow on without it, and it returns; each stage comes by its own user."""
    free_mb = available_memory_mb()
    if free_mb is not None and free_mb < NEEDED_MB:
        pytest.skip(f"{free_mb} MiB of memory are free, three brokers and the pipeline need {NEEDED_MB}")
    world = ClusterWorld(tmp_path, print)
    with scene(tmp_path, Rates(12, 4, undisturbed_s=4.0, pauses=True), print, world=world) as made:
        client = KafkaAdminClient(**kafka_client_options(world.kafka))
        told = {topic["name"]: topic for topic in client.describe_topics()}
        client.close()
        for spec in TOPICS:
            copies = {len(partition["replica_nodes"]) for partition in told[spec.name]["partitions"]}
            assert copies == {3}, spec.name
        assert {acl.principal for acl in found_acls(world.kafka)} == {
            "User:observe", "User:locate", "User:corroborate", "User:decide",
        }  # fmt: skip
        calm = made.undisturbed()
        assert calm["inputs"] > 0
        assert (calm["lost"], calm["twice"], calm["different"]) == (0, 0, 0), calm
        row = span(made, "one of three killed (1)", 1)
        assert row["inputs"] > 0
        assert (row["lost"], row["twice"], row["different"]) == (0, 0, 0), row
        assert row["recovery_s"] is not None, row
        assert row["restarts"] == 0, "a worker outlives a broker"
