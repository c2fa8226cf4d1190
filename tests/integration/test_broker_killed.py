"""`toezicht up` with its own broker, and the broker killed under it: it comes back, `up` says so, and no report is lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaConsumer, TopicPartition

from schemas.alerts import Alert
from schemas.codec import decode, envelope
from schemas.incidents import Incident
from streams.local.broker import free_port
from streams.topics import ALERTS, INCIDENTS, ROOM_PARTITIONS

pytestmark = [pytest.mark.integration, pytest.mark.slow, pytest.mark.timeout(600)]
CAMERAS = Path(__file__).parents[2] / "deploy" / "cameras.yaml"
COMMAND = (sys.executable, "-m", "streams.cli")
STEP_DEGREES = 0.01
"""Too far apart for two reports to be one situation."""
BEFORE, DURING, AFTER = range(1, 4), range(4, 8), range(8, 11)


@dataclass
class Running:
    """A command that runs, and what it has said so far."""

    process: subprocess.Popen[str]
    lines: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Begin to listen."""
        assert self.process.stderr is not None
        threading.Thread(target=self.lines.extend, args=(self.process.stderr,), daemon=True).start()

    def said(self, text: str) -> bool:
        """Return whether a line holds this."""
        return any(text in line for line in self.lines)

    def told(self, text: str, within_s: float = 240.0) -> None:
        """Wait until it said this."""
        eventually(lambda: self.said(text), lambda: "".join(self.lines[-20:]), within_s)

    def kill(self) -> None:
        """End it where it still runs."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


def eventually(condition: Callable[[], bool], told: Callable[[], object], within_s: float) -> None:
    """Wait for a condition; the limit is only there to end a test that fails."""
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, f"it did not come true: {told()}"
        time.sleep(0.02)


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Running]:
    """Yield `toezicht up` with one worker and a broker of its own."""
    (tmp_path / "pipeline.yaml").write_text(
        f"registry: {CAMERAS}\n"
        f"broker: {{port: {free_port()}, heap_mb: 512}}\n"
        "processes:\n  - {name: deciding, command: [worker, locate, corroborate, decide]}\n"
    )
    environment = os.environ | {"TOEZICHT_DATA": str(tmp_path / "data"), "CAMERA_USER": "u", "CAMERA_PASSWORD": "p"}
    environment.pop("KAFKA_BOOTSTRAP_SERVERS", None)
    running = Running(
        subprocess.Popen(
            [*COMMAND, "up", str(tmp_path / "pipeline.yaml")], env=environment, stderr=subprocess.PIPE, text=True
        )
    )
    try:
        running.told("running 1 processes", 240)
        yield running
    finally:
        running.kill()


@pytest.fixture
def address(tmp_path: Path, up: Running) -> str:
    """Return where the broker of `up` is."""
    return str(json.loads((tmp_path / "data" / "run" / "kafka.json").read_text())["bootstrap_servers"])


@pytest.fixture
def intake(address: str) -> Iterator[Running]:
    """Yield `toezicht intake recorded -`, whose pipe stays open."""
    running = Running(
        subprocess.Popen(
            [*COMMAND, "intake", "recorded", "-", "--json"],
            env=os.environ | {"KAFKA_BOOTSTRAP_SERVERS": address, "TOEZICHT_METRICS_PORT": "0"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
    )
    try:
        running.told("is ready")
        yield running
    finally:
        running.kill()


def broker_of(up: Running, data: Path) -> int | None:
    """Return the process id of the broker: the child of `up` that works in its folder; None while there is none."""
    children = Path(f"/proc/{up.process.pid}/task/{up.process.pid}/children").read_text().split()
    for child in children:
        with suppress(OSError):
            if Path(f"/proc/{child}/cwd").readlink() == data.resolve():
                return int(child)
    return None


def nothing_left(data: Path) -> bool:
    """Return whether no process works in the broker's folder any more."""
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if (process / "cwd").readlink() == data.resolve():
                return False
    return True


def report(intake: Running, numbers: range) -> None:
    """Write reports into the pipe, each in another place."""
    assert intake.process.stdin is not None
    for number in numbers:
        place = {"lat": 52.25 + number * STEP_DEGREES, "lon": 4.85}
        line = {"source": "politie-gms", "source_id": str(number), "category": "bzdsbr", "position": place}
        intake.process.stdin.write(json.dumps(line) + "\n")
    intake.process.stdin.flush()


def messages(address: str, topic: str, partitions: int) -> list[tuple[str, Any]]:
    """Return all that is on a topic now, with its event ids, in the order of each partition."""
    consumer = KafkaConsumer(bootstrap_servers=address, enable_auto_commit=False)
    places = [TopicPartition(topic, number) for number in range(partitions)]
    consumer.assign(places)
    consumer.seek_to_beginning(*places)
    ends = consumer.end_offsets(places)
    found = []
    while any(consumer.position(place) < ends[place] for place in places):
        for records in consumer.poll(timeout_ms=500).values():
            found += [(envelope(record.headers).event_id, decode(record.value, record.headers)) for record in records]
    consumer.close()
    return found


def alerts_of(address: str) -> dict[str, set[str]]:
    """Return the alerts that each report is in."""
    found: dict[str, set[str]] = {}
    for _, alert in messages(address, ALERTS, ROOM_PARTITIONS):
        assert isinstance(alert, Alert)
        for each in alert.reports:
            found.setdefault(each.source_id, set()).add(alert.alert_id)
    return found


def shown(address: str, numbers: range) -> None:
    """Wait until reports are in alerts."""
    wanted = {str(number) for number in numbers}
    eventually(lambda: wanted <= alerts_of(address).keys(), lambda: alerts_of(address), 240)


def test_a_broker_that_is_killed_comes_back_and_no_report_is_lost_or_shown_twice(
    up: Running, intake: Running, address: str, tmp_path: Path
) -> None:
    """Killed while it serves and again while it starts, with reports that come before, meanwhile and afterwards."""
    data = tmp_path / "data" / "broker"
    report(intake, BEFORE)
    shown(address, BEFORE)
    first = broker_of(up, data)
    assert first is not None
    os.kill(first, signal.SIGKILL)
    up.told("the broker died (killed by SIGKILL), starting it again")
    report(intake, DURING[:2])
    eventually(lambda: broker_of(up, data) not in (None, first), lambda: up.lines, 240)
    second = broker_of(up, data)
    assert second is not None
    os.kill(second, signal.SIGKILL)
    up.told("the broker died while starting (killed by SIGKILL), starting it again")
    report(intake, DURING[2:])
    up.told("the broker answers again")
    report(intake, AFTER)
    everything = range(BEFORE.start, AFTER.stop)
    shown(address, everything)

    assert intake.process.stdin is not None
    intake.process.stdin.close()
    assert intake.process.wait(60) == 0, intake.lines
    assert intake.process.stdout is not None
    summary = json.loads(intake.process.stdout.read())
    assert (summary["results"], summary["unconfirmed"]) == ({"created": len(everything)}, 0)

    incidents = {event_id: each for event_id, each in messages(address, INCIDENTS, 1) if isinstance(each, Incident)}
    assert [each.source_id for each in incidents.values()] == [str(number) for number in everything]
    assert Counter(map(len, alerts_of(address).values())) == {1: len(everything)}, "each report is in one alert"

    up.process.send_signal(signal.SIGTERM)
    assert up.process.wait(60) == 0
    assert nothing_left(data)
    assert not any("Traceback" in line for line in up.lines + intake.lines)
    assert sum("waiting for Kafka" in line for line in intake.lines) <= 1


def test_an_intake_without_a_broker_tells_what_is_not_confirmed_and_ends_when_told_to(
    up: Running, intake: Running, address: str
) -> None:
    """Two reports that nobody took: the line names them, the exit code is 1, and no traceback follows."""
    report(intake, BEFORE)
    shown(address, BEFORE)
    up.process.send_signal(signal.SIGTERM)
    assert up.process.wait(60) == 0
    report(intake, range(4, 6))
    intake.told(f"waiting for Kafka at {address}: 2 records are not confirmed and kept")
    intake.process.send_signal(signal.SIGTERM)
    assert intake.process.wait(60) == 1
    eventually(lambda: intake.said("not confirmed: 2 of what lines 4 to 5 told"), lambda: intake.lines, 240)
    assert intake.process.stdout is not None
    assert json.loads(intake.process.stdout.read())["unconfirmed"] == 2
    assert not intake.said("Traceback")
