"""`toezicht watch` on a real broker: live changes, the open list for who starts late, repeats dropped."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from kafka import KafkaProducer

from schemas.alerts import Alert
from schemas.codec import encode
from streams.clients.alerts import AlertReader
from streams.clock import utc_now
from streams.kafka.errors import ClusterError
from streams.settings import KafkaSettings
from streams.topics import ALERT_STATE, ALERTS
from tests.support.messages import NOON, example

pytestmark = pytest.mark.integration


def publish(kafka: KafkaSettings, *alerts: Alert) -> None:
    """Send alerts as `decide` does."""
    producer: Any = KafkaProducer(bootstrap_servers=kafka.bootstrap_servers)
    for alert in alerts:
        record = encode(alert, stage="decide", handled_at=NOON, entered_at=NOON)
        producer.send(ALERTS, key=record.key, value=record.value, headers=record.headers)
        producer.send(ALERT_STATE, key=alert.alert_id.encode(), value=record.value, headers=record.headers)
    producer.flush()
    producer.close()


def read_until(reader: AlertReader, count: int) -> list[Alert]:
    """Return the next changes."""
    changed: list[Alert] = []
    for _ in range(100):
        changed += reader.changes(0.3)
        if len(changed) >= count:
            break
    return changed


def test_changes_come_live_and_repeats_and_old_versions_do_not(kafka: KafkaSettings) -> None:
    """The same event twice is one change; an older revision changes nothing."""
    reader = AlertReader(kafka, from_start=False)
    first = example(Alert, alert_id="watch-live", revision=0)
    second = first.model_copy(update={"revision": 1})
    publish(kafka, first, first, second, first.model_copy(update={"revision": 0, "score": 1.0}))
    changed = [each for each in read_until(reader, 2) if each.alert_id == "watch-live"]
    assert [each.revision for each in changed] == [0, 1]
    reader.close()


def test_who_starts_late_sees_what_is_open(kafka: KafkaSettings) -> None:
    """`--from-start` reads the newest state of each alert; `--json` is one object per line."""
    publish(kafka, example(Alert, alert_id="watch-late", revision=4))
    process = subprocess.run(
        [sys.executable, "-m", "streams.cli", "watch", "--from-start", "--json", "--for", "6"],
        env={"KAFKA_BOOTSTRAP_SERVERS": kafka.bootstrap_servers, "PATH": ""},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert process.returncode == 0, process.stderr
    found = [json.loads(each) for each in process.stdout.splitlines()]
    assert 4 in [each["revision"] for each in found if each["alert_id"] == "watch-late"]


def test_the_budget_is_told_from_what_is_on_the_topics(kafka: KafkaSettings) -> None:
    """`toezicht budget --json` counts what asked; a program gets one object for each control room."""
    now = utc_now()
    publish(kafka, example(Alert, alert_id="asks", control_room_id="busy", asks=True, changed_at=now))
    process = subprocess.run(
        [sys.executable, "-m", "streams.cli", "budget", "--room", "busy", "--since", "10m", "--json"],
        env={"KAFKA_BOOTSTRAP_SERVERS": kafka.bootstrap_servers, "PATH": ""},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert process.returncode == 0, process.stderr
    [report] = json.loads(process.stdout)
    assert (report["control_room_id"], report["last_10_min"]["shown"]) == ("busy", 1)


def test_a_broker_that_is_not_there_is_one_line() -> None:
    """The error names the address."""
    with pytest.raises(ClusterError, match=r"Kafka at 127\.0\.0\.1:1: alerts cannot be read: "):
        AlertReader(KafkaSettings(bootstrap_servers="127.0.0.1:1"), from_start=False)
