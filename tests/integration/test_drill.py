"""`toezicht drill` through the real stages on a real broker: each leg comes, and each message of it is marked as an exercise."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaConsumer, TopicPartition

from streams import topics
from streams.drill.run import INFORMED, LEGS
from streams.settings import KafkaSettings
from tests.support.example_programs import python
from tests.support.partner_room import make_partners, stages
from tests.support.worker_process import REGISTRY

pytestmark = [pytest.mark.integration, pytest.mark.slow]


def drill(kafka: KafkaSettings, folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run the command."""
    environment = {
        "KAFKA_BOOTSTRAP_SERVERS": kafka.bootstrap_servers, "TOEZICHT_REGISTRY": str(REGISTRY), "TOEZICHT_DATA": str(folder),
    }  # fmt: skip
    return subprocess.run(
        [sys.executable, "-m", "streams.cli", "drill", *options],
        env=os.environ | environment, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip


def written(kafka: KafkaSettings, names: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """Return all that stands on topics, as JSON."""
    consumer: Any = KafkaConsumer(bootstrap_servers=kafka.bootstrap_servers)
    places = [TopicPartition(name, n) for name in names for n in range(topics.BY_NAME[name].partitions)]
    consumer.assign(places)
    consumer.seek_to_beginning(*places)
    ends = consumer.end_offsets(places)
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    while any(consumer.position(place) < ends[place] for place in places):
        for place, records in consumer.poll(timeout_ms=500).items():
            found[place.topic] += [json.loads(record.value) for record in records if record.value]
    consumer.close()
    return found


def test_each_leg_comes_and_all_is_an_exercise(empty_kafka: KafkaSettings, tmp_path: Path) -> None:
    """With the stand-in, with a partner's own program, and without `share`: which leg is missing, and what to look at."""
    kafka = empty_kafka
    make_partners(kafka)
    marked = (
        topics.INCIDENTS, topics.ALERTS, topics.DISPATCH_REQUESTS, "partner-brandweer", "partner-politie", "partner-ambulance",
    )  # fmt: skip
    with stages(kafka, tmp_path):
        done = drill(kafka, tmp_path, "--json", "--within", "120", "--operator", "0.5")
        assert done.returncode == 0, done.stderr
        told = json.loads(done.stdout)
        assert list(told["legs_ms"]) == list(LEGS)
        assert (told["partner"], told["stand_in"], told["outcome"], told["missing"]) == (
            "brandweer",
            True,
            "accepted",
            None,
        )
        assert (told["priority"], told["exercise"]) == ("P1", True)
        assert told["informed_ms"] == pytest.approx(sum(told["legs_ms"][leg] for leg in INFORMED))
        assert told["operator_ms"] >= 500

        partner = python("politie", kafka, tmp_path)
        partner.start()
        try:
            partner.until("ready")
            done = drill(kafka, tmp_path, "--partner", "politie", "--within", "120")
            assert done.returncode == 0, done.stderr
            assert "politie was told" in done.stdout
            assert "its answer: accepted" in done.stdout
        finally:
            partner.kill()

        found = written(kafka, marked)
        assert all(found.values())
        assert [each for name in marked for each in found[name] if not each["exercise"]] == []
        [states] = {tuple(each["state"] for each in found[topics.ALERTS] if each["alert_id"] == told["alert_id"])}
        assert states[-1] == "closed"

    with stages(kafka, tmp_path, "locate", "decide"):
        done = drill(kafka, tmp_path, "--within", "10", "--json")
        assert done.returncode == 1
        told = json.loads(done.stdout)
        assert list(told["legs_ms"]) == ["reported", "alert", "operator", "request"]
        assert "is `worker share` running" in told["missing"]
        assert told["missing"] in done.stderr


def test_it_says_what_it_cannot_ask(kafka: KafkaSettings, tmp_path: Path) -> None:
    """Who is no recipient, and another room: one line, before anything is sent."""
    for options, expected in (
        (("--partner", "ggd"), "--partner is 'ggd', expected one that the rules name for brand: brandweer, politie, ambulance"),
        (("--room", "elsewhere"), "--room is 'elsewhere', expected one of amstelveen"),
    ):  # fmt: skip
        done = drill(kafka, tmp_path, *options)
        assert done.returncode == 2
        assert expected in done.stderr
        assert len(done.stderr.splitlines()) == 1
