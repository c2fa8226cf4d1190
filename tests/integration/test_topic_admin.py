"""Topic administration against a real broker."""

from __future__ import annotations

import json
import time
import uuid
from dataclasses import replace
from typing import Any

import pytest
from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType
from typer import Typer
from typer.testing import CliRunner

from streams import metrics
from streams.cli import topics as command
from streams.cli.main import build_app
from streams.kafka.admin import apply, check
from streams.settings import KafkaSettings
from streams.topics import BY_NAME, TopicSpec

pytestmark = pytest.mark.integration


@pytest.fixture
def specs() -> list[TopicSpec]:
    """Three topics under names that no other test uses."""
    return [
        replace(BY_NAME[name], name=f"{name}-{uuid.uuid4().hex[:8]}")
        for name in ("alerts", "alert-state", "camera-state")
    ]


def test_apply_creates_then_corrects_and_check_sees_both(broker: str, specs: list[TopicSpec]) -> None:
    """A missing topic is created, a changed setting is put back, and nothing is left to do afterwards."""
    kafka = KafkaSettings(bootstrap_servers=broker)
    assert [(d.topic, d.what) for d in check(kafka, specs)] == [(spec.name, "topic") for spec in specs]
    assert [change.what for change in apply(kafka, specs)] == ["created"] * 3
    assert check(kafka, specs) == []
    assert apply(kafka, specs) == []

    client = KafkaAdminClient(bootstrap_servers=broker)
    resource = ConfigResource(ConfigResourceType.TOPIC, specs[0].name, {"retention.ms": str(40 * 86_400_000)})
    client.alter_configs([resource])
    found: list[str] = []
    deadline = time.monotonic() + 20
    while not found and time.monotonic() < deadline:  # brokers learn of a change just after the controller
        found = [difference.what for difference in check(kafka, specs)]
    assert found == ["retention.ms", "kept"]
    changes = apply(kafka, specs)
    assert [(c.topic, c.what, c.after) for c in changes] == [
        (specs[0].name, "retention.ms", specs[0].config()["retention.ms"])
    ]
    assert check(kafka, specs) == []
    client.delete_topics([spec.name for spec in specs])
    client.close()


def test_apply_never_changes_partitions(broker: str, specs: list[TopicSpec]) -> None:
    """A topic with another partition count stays as it is and stays a difference."""
    kafka = KafkaSettings(bootstrap_servers=broker)
    name = specs[0].name
    client = KafkaAdminClient(bootstrap_servers=broker)
    client.create_topics({name: {"num_partitions": 7, "replication_factor": 1}}, wait_for_metadata=True)
    apply(kafka, specs[:1])
    assert [(d.what, d.found) for d in check(kafka, specs[:1])] == [("partitions", "7")]
    client.delete_topics([name])
    client.close()


def test_commands(broker: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """`topics apply` and `topics check` work on the cluster that the environment names, for a person and a program."""
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", broker)
    monkeypatch.setattr(
        "streams.cli.options.start_logging", lambda _: None
    )  # its handler would outlive the runner's streams
    app = Typer()
    command.register(app)
    assert CliRunner().invoke(app, ["topics", "apply"]).exit_code == 0
    result = CliRunner().invoke(app, ["topics", "check", "--json"])
    assert result.exit_code == 0
    assert json.loads(result.stdout) == {"differences": []}
    assert "nothing to change" in CliRunner().invoke(app, ["topics", "apply"]).stdout


def test_the_exporter_sees_a_topic_that_is_kept_too_long(empty_kafka: KafkaSettings) -> None:
    """And nothing else: the broker is whole; when the setting is right again it is content."""

    def looked() -> tuple[int, dict[str, Any]]:
        environment = {"KAFKA_BOOTSTRAP_SERVERS": empty_kafka.bootstrap_servers}
        result = CliRunner().invoke(build_app("exporter"), ["exporter", "--once", "--json"], env=environment)
        return result.exit_code, json.loads(result.stdout)

    whole = {"offline": 0, "refusing": 0, "under_replicated": 0}
    assert looked() == (0, {"brokers": 1, "partitions": whole, "beyond_limit": {}})
    client = KafkaAdminClient(bootstrap_servers=empty_kafka.bootstrap_servers)
    changed = {"retention.ms": str(40 * 86_400_000)}
    client.alter_configs([ConfigResource(ConfigResourceType.TOPIC, "snapshots", changed)])
    client.close()
    deadline = time.monotonic() + 20
    while (found := looked())[0] == 0:  # brokers learn of a change just after the controller
        assert time.monotonic() < deadline
    assert found == (1, {"brokers": 1, "partitions": whole, "beyond_limit": {"snapshots": "settings-keep-longer"}})
    assert metrics.TOPIC_BEYOND_LIMIT.labels("snapshots")._value.get() == 1
    apply(empty_kafka)
    assert looked()[0] == 0
    assert metrics.TOPIC_BEYOND_LIMIT.labels("snapshots")._value.get() == 0
