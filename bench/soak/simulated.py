"""Simulated hours: what the demo's cameras and reports told, again and again through the stages as fast as they take it.

The stages are joined in memory (`streams/runtime/in_memory.py`) and are told the time: a recorded stretch is played with its
times moved on and ids of its own, a tick comes every second, and an operator ends what is on the list after each round. What is
sampled is of simulated time: rows of each stage, and the memory of this process, which is theirs. The runtime (Kafka's clients,
RocksDB, the framework) is no part of it; the real hour has it.

`python -m bench.soak.simulated FILE HOURS` plays a recording with the settings of its environment, and prints a sample a minute.
"""

from __future__ import annotations

import gc
import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple, cast

from pydantic import BaseModel

from bench.soak.samples import Values, process_values
from schemas.actions import Action, OperatorAction
from schemas.alerts import Alert
from schemas.base import Message, derive_id
from schemas.cameras import CameraStatus, Detections
from schemas.codec import decode
from schemas.incidents import Incident, incident_identity
from streams import topics
from streams.domain.alerts.lifecycle import ENDED
from streams.domain.canary import SOURCE, is_canary
from streams.kafka.record import Record
from streams.replay.file import read_recording
from streams.runtime.in_memory import InMemory
from streams.settings import read_settings
from streams.stages.base import Output, Stage
from streams.worker.stages import make_stages

STAGES: Final = ("observe", "locate", "corroborate", "decide", "trends", "share", "audit")
RECORDED: Final = (topics.CAMERA_STATUS, topics.DETECTIONS, topics.INCIDENTS)
"""What is played: all that comes in from outside the stages, but for canaries."""
SECOND: Final = timedelta(seconds=1)
SAMPLED_S: Final = 60
USER: Final = "operator-1"
PROCESS: Final = "stages"


class Given(NamedTuple):
    """Given: one message of a recording, and when the broker took it."""

    at: datetime
    topic: str
    message: Message


def given(records: Iterable[Record]) -> list[Given]:
    """Return what a recording gives to the stages, in the order of time, without canaries."""
    found = [
        Given(record.appended_at, record.topic, message)
        for record in records
        if record.topic in RECORDED and record.value is not None
        if not _of_a_canary(message := decode(record.value, record.headers))
    ]
    return sorted(found, key=lambda each: each.at)


def moved(message: Message, by: timedelta, round_number: int) -> Message:
    """Return a message as it would be told so much later, with ids of that round."""
    mark = f"-{round_number}"
    if isinstance(message, Detections):
        return message.model_copy(
            update={
                "captured_at": message.captured_at + by,
                "frame_id": message.frame_id + mark,
                "track_epoch": message.track_epoch + mark,
            }
        )
    if isinstance(message, Incident):
        source_id = message.source_id + mark
        times = {name: getattr(message, name) + by for name in ("occurred_at", "reported_at", "received_at")}
        ids = {"source_id": source_id, "incident_id": incident_identity(message.source, source_id)}
        return message.model_copy(update=times | ids)
    assert isinstance(message, CameraStatus), message
    return message.model_copy(update={"changed_at": message.changed_at + by})


class SimulatedRoom:
    """Simulated room: the stages, the list as they tell it, and the operator who ends what is on it."""

    def __init__(self, stages: Sequence[Stage]) -> None:
        self._flow = InMemory(stages)
        self._open: dict[str, Alert] = {}
        self.given = self.closed = 0

    def play(self, recording: Sequence[Given], hours: float) -> Iterator[tuple[float, dict[str, Values]]]:
        """Play a recording again and again for so many hours of its own time; yield a sample a minute, and when (s)."""
        first = recording[0].at
        length = recording[-1].at - first + SECOND
        begins, now, round_number, place = first, first, 0, 0
        for second in range(int(hours * 3_600) + 1):
            now = first + second * SECOND
            while begins + (recording[place].at - first) <= now:
                each = recording[place]
                at = begins + (each.at - first)
                self._take(self._flow.give(each.topic, moved(each.message, begins - first, round_number), at))
                self.given += 1
                place += 1
                if place == len(recording):
                    self._end_all(at)
                    begins, round_number, place = begins + length, round_number + 1, 0
            self._take(self._flow.tick(now))
            if second % SAMPLED_S == 0:
                yield float(second), self._sample()

    def _sample(self) -> dict[str, Values]:
        gc.collect()
        found = {
            f"stage {name}": {"rows": float(sum(1 for _ in rows.scan("", BaseModel)))}
            for name, rows in self._flow.rows.items()
        }
        held = process_values(os.getpid())
        assert held is not None
        return found | {PROCESS: held}

    def _take(self, sent: Iterable[Output]) -> None:
        for output in sent:
            alert = output.message
            if output.topic != topics.ALERTS or not isinstance(alert, Alert):
                continue
            if alert.state in ENDED:
                self._open.pop(alert.alert_id, None)
            elif alert.summary is None:
                self._open[alert.alert_id] = alert

    def _end_all(self, now: datetime) -> None:
        for alert in list(self._open.values()):
            action = OperatorAction(
                action_id=derive_id("action", alert.alert_id, str(alert.revision), "soak"),
                control_room_id=alert.control_room_id, alert_id=alert.alert_id, seen_revision=alert.revision,
                action=Action.CLOSE, verdict="true", user=USER, acted_at=now,
            )  # fmt: skip
            self._take(self._flow.give(topics.OPERATOR_ACTIONS, action, now))
            self.closed += 1


def _of_a_canary(message: Message) -> bool:
    if isinstance(message, Incident):
        return message.source == SOURCE
    return is_canary(message.key())


def main() -> None:
    """Play, and print a line for each sample; the last one tells what was done."""
    file, hours = Path(sys.argv[1]), float(sys.argv[2])
    settings, _ = read_settings()
    room = SimulatedRoom(cast("list[Stage]", make_stages(list(STAGES), settings)))
    for at_s, sample in room.play(given(read_recording(file)), hours):
        print(json.dumps({"at_s": at_s, **sample}), flush=True)
    print(json.dumps({"given": room.given, "alerts_closed": room.closed}), flush=True)


if __name__ == "__main__":
    main()
