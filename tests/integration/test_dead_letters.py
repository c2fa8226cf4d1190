"""Dead letters on a real broker: after a fix a replay brings the alert that would have been, and a second one nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from schemas.base import Message
from schemas.codec import encode
from schemas.geo import Position
from schemas.incidents import Incident
from schemas.observations import Measures
from streams.clock import utc_now
from streams.settings import KafkaSettings
from streams.stages.corroborate.stage import Corroborate
from streams.stages.decide.stage import Decide
from streams.stages.locate import Locate
from streams.topics import ALERT_STATE, ALERTS, BY_NAME, DEAD_LETTERS, INCIDENTS, OBSERVATIONS
from tests.support.cluster import await_handled, empty
from tests.support.messages import example
from tests.support.situations import observation

pytestmark = [pytest.mark.integration, pytest.mark.slow]
REGISTRY = Path(__file__).parents[2] / "deploy" / "cameras.yaml"
TRANSPORT = {"opened_at", "changed_at", "expires_at"}
"""What tells when a message travelled, and not what happened."""
WITHIN_S = 240.0
DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class Room:
    """An empty broker, and workers with a registry that has the camera or lacks it."""

    def __init__(self, folder: Path, kafka: KafkaSettings) -> None:
        self.folder, self.kafka = folder, kafka
        empty(kafka)
        self.workers: dict[str, subprocess.Popen[bytes]] = {}
        whole = yaml.safe_load(REGISTRY.read_text())
        self.camera: dict[str, Any] = whole["cameras"][0]
        self.camera["legal"]["viewing_windows"] = [{"days": DAYS, "from": "00:00", "until": "23:59"}]
        (folder / "whole.yaml").write_text(yaml.safe_dump(whole))
        lacking = {**whole, "cameras": [{**self.camera, "id": "another"}]}
        (folder / "lacking.yaml").write_text(yaml.safe_dump(lacking))

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "streams.cli", *arguments],
            env=self.environment("whole"), capture_output=True, text=True, timeout=90, check=False,
        )  # fmt: skip

    def environment(self, registry: str) -> dict[str, str]:
        return {
            **os.environ,
            "KAFKA_BOOTSTRAP_SERVERS": self.kafka.bootstrap_servers,
            "TOEZICHT_REGISTRY": str(self.folder / f"{registry}.yaml"),
            "TOEZICHT_DATA": str(self.folder / "data"),
        }

    def start(self, registry: str, *stages: str) -> None:
        ready = self.folder / f"ready-{time.monotonic_ns()}"
        name = "-".join(stages)
        with (self.folder / f"{name}.log").open("a") as log:
            self.workers[name] = subprocess.Popen(
                [sys.executable, "-m", "streams.cli", "worker", *stages],
                env=self.environment(registry) | {"TOEZICHT_READY_FILE": str(ready)},
                stderr=log,
            )
        eventually(ready.exists)

    def stop(self, name: str) -> None:
        worker = self.workers.pop(name)
        worker.send_signal(signal.SIGTERM)
        try:
            worker.wait(30)
        except subprocess.TimeoutExpired:
            worker.kill()
            worker.wait()

    def send(self, topic: str, message: Message) -> None:
        producer = KafkaProducer(bootstrap_servers=self.kafka.bootstrap_servers, acks="all")
        now = utc_now()
        record = encode(message, stage="test", handled_at=now, entered_at=now)
        producer.send(topic, key=record.key, value=record.value, headers=record.headers)
        producer.flush()
        producer.close()

    def records(self, topic: str) -> list[Any]:
        consumer = KafkaConsumer(bootstrap_servers=self.kafka.bootstrap_servers)
        places = [TopicPartition(topic, number) for number in range(BY_NAME[topic].partitions)]
        consumer.assign(places)
        ends = consumer.end_offsets(places)
        consumer.seek_to_beginning(*places)
        found = []
        while any(consumer.position(place) < ends[place] for place in places):
            for records in consumer.poll(timeout_ms=300).values():
                found += records
        consumer.close()
        return found

    def changes(self) -> dict[str, dict[str, Any]]:
        """Return every change of an alert by its event id: what a consumer sees that drops repeats."""
        return {dict(each.headers)["ce_id"].decode(): json.loads(each.value) for each in self.records(ALERTS)}

    def state(self) -> dict[str, dict[str, Any]]:
        """Return the newest state of each alert."""
        return {each.key.decode(): json.loads(each.value) for each in self.records(ALERT_STATE)}

    def verdict(self, report: Incident) -> str:
        """Return what the cameras say of the alert with a report, as it is now; empty without one."""
        for alert in self.state().values():
            if any(row["incident_id"] == report.incident_id for row in alert["reports"]):
                return str(alert["verdict"])
        return ""

    def close(self) -> None:
        for name in list(self.workers):
            self.stop(name)


def eventually(condition: Callable[[], bool]) -> None:
    """Wait for a condition; the limit is only there to end a test that fails."""
    deadline = time.monotonic() + WITHIN_S
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come true"
        time.sleep(0.2)


def reported(room: Room, name: str, at: datetime) -> Incident:
    view = room.camera["view_area"]
    middle = {axis: sum(corner[axis] for corner in view) / len(view) for axis in ("lat", "lon")}
    return example(
        Incident, incident_id=name, source_id=name, position=Position(**middle, accuracy_m=10), occurred_at=at,
        reported_at=at, received_at=at,
    )  # fmt: skip


def crowd(room: Room, at: datetime) -> Message:
    zone = room.camera["zones"][0]["id"]
    seen = observation(at, 9, zone, room.camera["id"], view=Measures(persons=9))
    return seen.model_copy(update={"control_room_id": room.camera["control_room"], "group_size": 9, "dwell_s": 60.0})


def run(
    folder: Path, kafka: KafkaSettings, at: datetime, fails: bool, check: Callable[[Room, Incident], None]
) -> dict[str, Any]:
    """Return the final alerts of one run, without transport times."""
    folder.mkdir()
    room = Room(folder, kafka)
    try:
        room.start("whole", "locate", "decide")
        room.start("lacking" if fails else "whole", "corroborate")
        report = reported(room, "first", at)
        room.send(INCIDENTS, report)
        eventually(lambda: room.verdict(report) == "pending")
        room.send(OBSERVATIONS, crowd(room, at + timedelta(seconds=5)))
        check(room, report)
        return {name: plain(alert) for name, alert in room.state().items() if report.incident_id in json.dumps(alert)}
    finally:
        room.close()


def plain(alert: dict[str, Any]) -> dict[str, Any]:
    """Return an alert without transport times; attention counts from when the broker took the report."""
    cameras = [{**camera, "attention_until": None} for camera in alert["cameras"]]
    return {name: value for name, value in alert.items() if name not in TRANSPORT} | {"cameras": cameras}


def never_fails(room: Room, report: Incident) -> None:
    """Wait for the camera's answer."""
    eventually(lambda: room.verdict(report) == "consistent")


def fails_and_is_replayed(room: Room, report: Incident) -> None:
    """Let the registry lack the camera, mend it, replay, and replay again."""
    eventually(lambda: len(room.records(DEAD_LETTERS)) >= 2)
    listed = room.command("dead-letters", "list", "--reason", "unknown_camera", "--json")
    letters = [json.loads(line) for line in listed.stdout.splitlines()]
    assert {letter["topic"] for letter in letters} >= {"camera-watches", "observations"}, listed.stderr
    room.stop("corroborate")
    room.start("whole", "corroborate")
    trial = json.loads(room.command("dead-letters", "replay", "--all", "--dry-run", "--json").stdout)
    assert len(trial["replayed"]) == len(letters)
    assert room.verdict(report) == "pending"
    first = room.command("dead-letters", "replay", "--reason", "unknown_camera", "--json")
    assert first.returncode == 0, first.stderr
    assert json.loads(first.stdout)["skipped"] == []
    eventually(lambda: room.verdict(report) == "consistent")
    changes, state = room.changes(), room.state()
    again = room.command("dead-letters", "replay", "--since", "1h", "--json")
    assert again.returncode == 0, again.stderr
    assert json.loads(again.stdout)["replayed"] == json.loads(first.stdout)["replayed"]
    later = reported(room, "later", report.occurred_at + timedelta(seconds=1))
    room.send(INCIDENTS, later.model_copy(update={"category": "brand"}))
    eventually(lambda: room.verdict(later) != "")
    for stage in (Locate, Corroborate, Decide):  # what must not come would have come by then
        await_handled(room.kafka, stage.name, stage.inputs)
    known = {name: value for name, value in room.changes().items() if "later" not in json.dumps(value)}
    assert known == changes
    assert {name: value for name, value in room.state().items() if name in state} == state


def test_a_replay_brings_the_alert_that_would_have_been_and_a_second_one_nothing(
    local_broker: KafkaSettings, tmp_path: Path
) -> None:
    """A camera that the registry lacked: its watch and what it showed are replayed once it is there."""
    at = utc_now().replace(microsecond=0) - timedelta(seconds=20)
    wanted = run(tmp_path / "never", local_broker, at, False, never_fails)
    assert len(wanted) == 1
    assert run(tmp_path / "failed", local_broker, at, True, fails_and_is_replayed) == wanted
