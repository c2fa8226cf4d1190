"""`toezicht compliance report` on a real broker: what is planted is found, and what cannot be read is not known."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaAdminClient, KafkaProducer
from kafka.admin import ConfigResource, ConfigResourceType, NewTopic

from schemas.cameras import CameraState, CameraStatus
from schemas.codec import encode
from streams.clients.telling import MessageTeller
from streams.settings import KafkaSettings
from streams.topics import ALERTS, BY_NAME, CAMERA_STATUS, SNAPSHOTS, TOPICS
from tests.support.audit import audit_event
from tests.support.cluster import await_handled
from tests.support.killed_worker import killed_worker
from tests.support.registry import registry_camera, write_registry

pytestmark = pytest.mark.integration

WITHIN_S = 120
"""Only there to end a test that fails."""
NIGHT = [{"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "from": "03:00", "until": "03:01"}]


def report(kafka: KafkaSettings, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run `toezicht compliance report`."""
    return subprocess.run(
        [sys.executable, "-m", "streams.cli", "compliance", "report", *words],
        env={
            "KAFKA_BOOTSTRAP_SERVERS": kafka.bootstrap_servers,
            "TOEZICHT_REGISTRY": str(folder / "cameras.yaml"),
            "TOEZICHT_DATA": str(folder / "data"),
            "PATH": "",
        },
        capture_output=True,
        text=True,
        timeout=WITHIN_S,
        check=False,
    )


def standings(done: subprocess.CompletedProcess[str], part: str) -> dict[str, tuple[str, str]]:
    """Return standing and code of each subject of a part."""
    assert done.stdout, done.stderr
    return {each["subject"]: (each["standing"], each["code"]) for each in json.loads(done.stdout)[part]}


def configure(kafka: KafkaSettings, topic: str, **settings: str) -> None:
    """Change a topic's settings, as somebody may by hand."""
    client: Any = KafkaAdminClient(bootstrap_servers=kafka.bootstrap_servers)
    names = {name.replace("_", "."): value for name, value in settings.items()}
    resource = ConfigResource(ConfigResourceType.TOPIC, topic, names)
    client.alter_configs([resource])
    asked = ConfigResource(ConfigResourceType.TOPIC, topic)
    deadline = time.monotonic() + WITHIN_S
    while True:
        told = client.describe_configs([asked], config_filter="all")["topic"][topic]
        if all(str(told[name]["value"]) == value for name, value in names.items()):
            break
        assert time.monotonic() < deadline
        time.sleep(0.1)
    client.close()


def plant_old(kafka: KafkaSettings, topic: str, age: timedelta) -> None:
    """Put a record on a topic that the broker seems to have taken so long ago."""
    configure(kafka, topic, message_timestamp_type="CreateTime")
    producer: Any = KafkaProducer(bootstrap_servers=kafka.bootstrap_servers, acks="all", linger_ms=100)
    now = datetime.now(UTC)
    times = [int(at.timestamp() * 1_000) for at in (now - age, now)]
    for partition in range(BY_NAME[topic].partitions):
        # One batch: a segment is as young as its youngest record, and one of the old record alone may go at any moment.
        sent = [producer.send(topic, key=b"room", value=b"{}", partition=partition, timestamp_ms=at) for at in times]
        if [each.get(30).timestamp for each in sent] == times:
            break
        # The broker describes a topic as it is to be a moment before its log takes records so: it stamped its own time.
    else:
        raise AssertionError(f"{topic}: the broker went on stamping its own time")
    producer.close()
    configure(kafka, topic, message_timestamp_type="LogAppendTime")


def tell_status(kafka: KafkaSettings, camera: str, state: str, reason: str, at: datetime) -> None:
    """Tell what a camera said."""
    message = CameraStatus(camera_id=camera, state=CameraState(state), reason=reason, changed_at=at)
    record = encode(message, stage="capture", handled_at=at, entered_at=at)
    producer: Any = KafkaProducer(bootstrap_servers=kafka.bootstrap_servers, acks="all")
    producer.send(CAMERA_STATUS, key=record.key, value=record.value, headers=record.headers).get(30)
    producer.close()


def test_what_is_planted_is_found_and_what_is_not_read_is_not_known(empty_kafka: KafkaSettings, tmp_path: Path) -> None:
    """A system in order first; then a camera that looked at a closed hour, a record that is too old, a setting by hand."""
    kafka = empty_kafka
    write_registry(
        tmp_path / "cameras.yaml",
        registry_camera("c1", {"url": "x.avi"}),
        registry_camera("c2", {"url": "y.avi"}, viewing_windows=NIGHT),
        registry_camera("c3", {"url": "z.avi"}, valid_until="2024-04-01"),
    )
    with killed_worker("audit", kafka, tmp_path / "audit"):
        teller = MessageTeller(kafka, "console")
        for number in range(5):
            teller.tell(audit_event(number))
        teller.close()
        await_handled(kafka, "audit", ("audit",))
    noon = (datetime.now(UTC) - timedelta(days=1)).replace(hour=12, minute=0)
    tell_status(kafka, "c2", "refused", "outside_viewing_window", noon)

    done = report(kafka, tmp_path, "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    assert standings(done, "cameras") == {
        "c1": ("kept", "decision-in-force"),
        "c2": ("kept", "decision-in-force"),
        "c3": ("told", "decision-not-in-force"),
    }
    topics = standings(done, "topics")
    assert {name for name, (standing, _) in topics.items() if standing == "kept"} >= {ALERTS, SNAPSHOTS, CAMERA_STATUS}
    assert {topic.name for topic in TOPICS} <= set(topics)
    assert topics["partner-politie"] == ("not_known", "topic-absent")
    assert standings(done, "access")["audit-chain"] == ("kept", "chain-holds")
    assert standings(done, "access")["operator-0"][0] == "told"
    assert standings(done, "refused")["c2"] == ("told", "refused-for")
    assert standings(done, "in_force")["detector"] == ("not_known", "detector-not-known")
    assert standings(done, "folders")["*"] == ("not_known", "other-hosts")

    plant_old(kafka, ALERTS, timedelta(days=28, hours=1))
    configure(kafka, SNAPSHOTS, retention_ms=str(40 * 86_400_000))
    tell_status(kafka, "c2", "online", "streaming", noon + timedelta(hours=1))
    client: Any = KafkaAdminClient(bootstrap_servers=kafka.bootstrap_servers)
    client.create_topics([NewTopic("copy-of-alerts", 1, 1)])
    client.close()
    found = report(kafka, tmp_path, "--json")
    assert found.returncode == 1
    assert json.loads(found.stdout)["breaches"] == 3
    assert standings(found, "cameras")["c2"] == ("breach", "looked-without-basis")
    assert standings(found, "topics")[ALERTS] == ("breach", "older-than-allowed")
    assert standings(found, "topics")[SNAPSHOTS] == ("breach", "settings-keep-longer")
    assert standings(found, "topics")["*"] == ("not_known", "topics-of-others")
    told = report(kafka, tmp_path).stdout
    assert "3 overtredingen gevonden" in told
    assert "**OVERTREDING** alerts: het oudste is 28 dagen oud; toegestaan is 27,5 dagen" in told
    assert "**NIET BEKEND** *" in told
    assert BY_NAME[ALERTS].from_images


def test_a_part_that_cannot_be_read_is_told_in_its_place(empty_kafka: KafkaSettings, tmp_path: Path) -> None:
    """Without a registry, and with a topic that is gone: the rest of the report is as it is."""
    client: Any = KafkaAdminClient(bootstrap_servers=empty_kafka.bootstrap_servers)
    client.delete_topics(["audit-chain"])
    client.close()
    done = report(empty_kafka, tmp_path, "--json")
    assert standings(done, "cameras")["registry"] == ("not_known", "not-read")
    assert standings(done, "access")["audit-chain"] == ("not_known", "not-read")
    assert standings(done, "topics")["audit-chain"] == ("not_known", "topic-absent")
    assert standings(done, "topics")["alerts"] == ("kept", "topic-empty")
