"""The code that partners are told to run, run as it stands there, on a real broker."""

from __future__ import annotations

import json
import shlex
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition
from kafka.admin import MemberToRemove

from schemas.actions import Action, OperatorAction
from schemas.alerts import AlertState
from streams.kafka.partitioner import partition_of
from streams.kafka.record import consumed
from streams.runtime.guard import read_record
from streams.settings import KafkaSettings
from streams.stages.base import Input
from streams.topics import OPERATOR_ACTIONS, ROOM_PARTITIONS
from tests.support.partner_programs import alert, block, tell
from tests.support.worker_process import eventually

pytestmark = pytest.mark.integration

ROOT: Final = Path(__file__).parents[2]
WITHIN_S: Final = 90.0
"""Only there to end a test that fails."""
KCAT: Final = shutil.which("kcat")


class Partner:
    """The README's program, as a partner runs it in a folder of its own."""

    def __init__(self, folder: Path, kafka: KafkaSettings) -> None:
        self._code = block("README.md", "python", "KafkaConsumer").replace("localhost:9092", kafka.bootstrap_servers)
        self._folder = folder
        self._runs = 0

    def start(self) -> None:
        """Start it."""
        self._runs += 1
        with (self._folder / f"out-{self._runs}").open("w") as out:
            self._process = subprocess.Popen([sys.executable, "-c", self._code], cwd=self._folder, stdout=out)

    def kill(self) -> None:
        """Kill it as a power cut would."""
        self._process.kill()
        self._process.wait()

    @property
    def running(self) -> bool:
        """Return whether it runs."""
        return self._process.poll() is None

    def remembers(self, alert_id: str) -> bool:
        """Return whether it noted that it did something about an alert."""
        with closing(sqlite3.connect(self._folder / "my-dispatch.db")) as notes:
            return notes.execute("SELECT 1 FROM done WHERE alert_id = ?", [alert_id]).fetchone() is not None

    def said(self) -> list[str]:
        """Return the alerts' titles that the newest run did something about."""
        text = (self._folder / f"out-{self._runs}").read_text()
        return [line.split()[1] for line in text.splitlines()]


def expel(kafka: KafkaSettings, group: str) -> None:
    """Take a killed member out of its group, so that the next one need not wait for its session to end."""
    client: Any = KafkaAdminClient(bootstrap_servers=kafka.bootstrap_servers)
    members = client.describe_groups([group])[group]["members"]
    client.remove_group_members(group, [MemberToRemove(member_id=member["member_id"]) for member in members])
    client.close()


def test_consumer_starts_late(empty_kafka: KafkaSettings, tmp_path: Path) -> None:
    """It begins with what is open, goes on without a gap, takes no older revision, and does nothing again after a kill."""
    kafka = empty_kafka
    tell(kafka, alert("a"), alert("b"), alert("b", 1), alert("over", 3, AlertState.CLOSED), alert("c", 2))
    partner = Partner(tmp_path, kafka)
    partner.start()
    try:
        eventually(lambda: {"a-0", "b-1", "c-2"} <= set(partner.said()), WITHIN_S)
        tell(kafka, alert("a", 1), alert("c", 1), alert("d"))
        eventually(lambda: {"a-1", "d-0"} <= set(partner.said()), WITHIN_S)
        assert sorted(partner.said()) == ["a-0", "a-1", "b-0", "b-1", "c-2", "d-0"]
        eventually(lambda: partner.remembers("d"), WITHIN_S)  # a kill between the deed and its note has it done again
        partner.kill()
        expel(kafka, "my-dispatch")
        tell(kafka, alert("a", 1), alert("a", 2, AlertState.CLOSED), alert("e"))
        partner.start()
        eventually(lambda: {"a-2", "e-0"} <= set(partner.said()), WITHIN_S)
        assert sorted(partner.said()) == ["a-2", "e-0"]
        assert partner.running
    finally:
        partner.kill()


@pytest.mark.skipif(KCAT is None, reason="kcat is not installed (Debian: apt-get install kcat)")
def test_other_partitioner(kafka: KafkaSettings, tmp_path: Path) -> None:
    """The command of the page puts an action on its key's partition, for any control room, as a message that is read."""
    command = block("docs/partners.md", "sh", "-t operator-actions").replace("localhost:9092", kafka.bootstrap_servers)
    places = [TopicPartition(OPERATOR_ACTIONS, number) for number in range(ROOM_PARTITIONS)]
    consumer = KafkaConsumer(bootstrap_servers=kafka.bootstrap_servers)
    consumer.assign(places)
    consumer.seek_to_end(*places)
    begin = {place: consumer.position(place) for place in places}
    rooms = [f"room-{number}" for number in range(8)]
    for room in rooms:
        action = json.loads(block("docs/partners.md", "json", "action_id")) | {
            "control_room_id": room,
            "alert_id": "a-1",
        }
        words = [room if word == "amstelveen" else word for word in shlex.split(command.partition("<")[0])]
        subprocess.run(words, input=json.dumps(action).encode() + b"\n", check=True, timeout=60, cwd=tmp_path)
    found: list[Any] = []
    while len(found) < len(rooms):
        found += [each for records in consumer.poll(timeout_ms=500).values() for each in records]
    consumer.close()
    assert {record.partition for record in found} <= {place.partition for place in begin}
    for record in found:
        item = read_record(consumed(record), None)
        assert isinstance(item, Input)
        assert isinstance(item.message, OperatorAction)
        assert item.message.action is Action.ACKNOWLEDGE
        assert record.partition == partition_of(OPERATOR_ACTIONS, record.key)
    assert len({record.partition for record in found}) > 1


@pytest.mark.skipif(KCAT is None, reason="kcat is not installed (Debian: apt-get install kcat)")
def test_the_commands_that_read_are_right(kafka: KafkaSettings) -> None:
    """They end by themselves here, since nothing is waited for at the end."""
    tell(kafka, alert("read-by-kcat"))
    for line in block("docs/partners.md", "sh", "alert-state").splitlines():
        words = shlex.split(line.replace("localhost:9092", kafka.bootstrap_servers).replace("\\n", "\\\\n"))
        done = subprocess.run([*words, "-e"], capture_output=True, timeout=60, check=True)
        assert (b"read-by-kcat" in done.stdout) == ("alert-state" in line)
