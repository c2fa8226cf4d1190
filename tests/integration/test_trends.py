"""`worker trends` and `toezicht trends` on a real broker: alerts in, counts out, a report at the end."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaProducer

from schemas.alerts import Alert
from schemas.codec import encode
from schemas.trends import Trend
from streams.clock import utc_now
from streams.domain.trends.counts import local_day, week_name, week_of
from streams.kafka.reader import read_messages
from streams.settings import KafkaSettings, read_time_zone
from streams.topics import ALERTS, TRENDS
from tests.support.killed_worker import killed_worker
from tests.support.trend_year import AREAS
from tests.support.trends import burglary

pytestmark = pytest.mark.integration

ROOM = "trends-room"
WITHIN_S = 120
"""Only there to end a test that fails."""


def publish(kafka: KafkaSettings, alerts: list[Alert]) -> None:
    """Send alerts as `decide` does."""
    producer: Any = KafkaProducer(bootstrap_servers=kafka.bootstrap_servers, acks="all")
    for alert in alerts:
        record = encode(alert, stage="decide", handled_at=alert.changed_at, entered_at=alert.changed_at)
        producer.send(ALERTS, key=record.key, value=record.value, headers=record.headers)
    producer.flush()
    producer.close()


def wait_for(kafka: KafkaSettings, count: int) -> None:
    """Wait until so many alerts of the room are counted."""
    deadline = time.monotonic() + WITHIN_S
    found: list[int] = []
    while not found or found[-1] != count:
        assert time.monotonic() < deadline, f"counted {found}, expected {count}"
        mine = [each for each in read_messages(kafka, TRENDS, Trend) if each.control_room_id == ROOM]
        found = [each.count for each in mine if each.area_code == "all"]
        time.sleep(0.2)


def report(kafka: KafkaSettings, *options: str) -> str:
    """Return what `toezicht trends` writes to standard output."""
    process = subprocess.run(
        [sys.executable, "-m", "streams.cli", "trends", "--room", ROOM, *options],
        env={"KAFKA_BOOTSTRAP_SERVERS": kafka.bootstrap_servers, "PATH": ""},
        capture_output=True,
        text=True,
        timeout=WITHIN_S,
        check=False,
    )
    assert process.returncode == 0, process.stderr
    return process.stdout


def test_alerts_are_counted_once_through_a_crash_and_a_replay_and_the_report_says_so(
    kafka: KafkaSettings, tmp_path: Path
) -> None:
    """Three burglaries, of which one is false; the worker is killed, everything comes again, and one more comes."""
    now = utc_now()
    named: dict[str, Any] = {"control_room_id": ROOM, "opened_at": now, "changed_at": now}
    alerts = [burglary(name, at=now - timedelta(hours=1), east_m=50 * number, **named)
              for number, name in enumerate(("a", "b", "c"))]  # fmt: skip
    alerts.append(burglary("c", at=now - timedelta(hours=1), revision=1, closing="false", **named))
    with killed_worker("trends", kafka, tmp_path, TOEZICHT_AREAS=str(AREAS)):
        publish(kafka, alerts)
        wait_for(kafka, 2)
    publish(kafka, [*alerts, burglary("d", at=now - timedelta(hours=1), **named)])
    with killed_worker("trends", kafka, tmp_path, TOEZICHT_AREAS=str(AREAS)):
        wait_for(kafka, 3)
        week = week_name(week_of(local_day(now - timedelta(hours=1), read_time_zone("Europe/Amsterdam"))))
        [room] = json.loads(report(kafka, "--week", week, "--json"))["rooms"]
        [line] = room["total"]["lines"]
        assert (line["category"], line["count"], line["judged"]) == ("woninginbraak", 3, "small_count")
        assert [area["count"] for area in room["areas"] if area["name"] == "Stadshart"] == [3]
        assert sum(pairs["to_100_m"] for pairs in room["repeats"]) == 3
        out = tmp_path / "report.html"
        report(kafka, "--week", week, "--out", str(out), "--language", "en")
        assert "Near-repeats" in out.read_text()


def test_a_week_that_is_none_is_one_line(kafka: KafkaSettings) -> None:
    """And exit code 2."""
    process = subprocess.run(
        [sys.executable, "-m", "streams.cli", "trends", "--week", "2026-W99"],
        env={"KAFKA_BOOTSTRAP_SERVERS": kafka.bootstrap_servers, "PATH": ""},
        capture_output=True,
        text=True,
        timeout=WITHIN_S,
        check=False,
    )
    assert process.returncode == 2
    assert process.stderr.startswith("toezicht: trends: --week")
    assert "such as 2026-W47" in process.stderr
