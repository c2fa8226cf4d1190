"""Recording: what was recorded of one stage, `decide`: its inputs, the order in which it took them, and what it said.

A recording is a number of Kafka records, read from the cluster (`streams/kafka/reader.py`) or from a file
(`streams/replay/file.py`). A message is decoded when it is needed, since a day holds hundreds of thousands of ticks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from schemas.alerts import Alert
from schemas.base import Message
from schemas.codec import decode, envelope
from schemas.decisions import DecisionLog
from schemas.ticks import Tick
from streams import topics
from streams.kafka.decoding import Decoder
from streams.kafka.record import Record, first_appended_at
from streams.stages.base import Input

FACTS: Final = (
    topics.EVIDENCE,
    topics.EVIDENCE_URGENT,
    topics.OPERATOR_ACTIONS,
    topics.DISPATCH_RECEIPTS,
    topics.ROOM_DELETIONS,
)
"""What `decide` takes beside ticks."""
SIGHTS: Final = (topics.INCIDENTS, topics.OBSERVATIONS, topics.CAMERA_STATUS)
"""What the stages before it take, for rules that ask cameras something else."""


@dataclass
class Log:
    """Log: what was recorded of one partition.

    Attributes:
        decisions: By control room and sequence, each once.
        facts: The inputs that are no ticks, by topic and offset.
        ticks: In the order of their offsets.
    """

    decisions: dict[tuple[str, int], DecisionLog] = field(default_factory=dict)
    facts: dict[tuple[str, int], Record] = field(default_factory=dict)
    ticks: list[Record] = field(default_factory=list)


@dataclass
class Recording:
    """Recording: everything, by partition of the control rooms' group, and the alerts by their topic, identity and revision.

    Alerts and decisions that cannot be decoded are not in it: `undecodable` counts them by topic, and whoever compares tells.
    """

    logs: dict[int, Log] = field(default_factory=dict)
    alerts: dict[tuple[str, int], Alert] = field(default_factory=dict)
    shadow_alerts: dict[tuple[str, int], Alert] = field(default_factory=dict)
    sights: list[Record] = field(default_factory=list)
    _decoder: Decoder = field(default_factory=Decoder)

    @property
    def undecodable(self) -> Counter[str]:
        """Return how many alerts and decisions could not be decoded, by topic."""
        return self._decoder.undecodable

    def log(self, partition: int) -> Log:
        """Return the log of a partition."""
        return self.logs.setdefault(partition, Log())

    def add(self, record: Record) -> None:
        """Take one record; a deletion and what is on no topic of ours here is passed over."""
        if record.value is None:
            return
        if record.topic == topics.ROOM_TICKS:
            self.log(record.partition).ticks.append(_slim_tick(record))
        elif record.topic in FACTS:
            self.log(record.partition).facts[record.topic, record.offset] = record
        elif record.topic in SIGHTS:
            self.sights.append(record)
        elif record.topic in {topics.ALERTS, topics.SHADOW_ALERTS, topics.DECISION_LOG}:
            self._add_said(record)

    def _add_said(self, record: Record) -> None:
        message = self._decoder.message(record)
        if isinstance(message, DecisionLog):  # one that was sent twice is the same one
            self.log(record.partition).decisions.setdefault((message.control_room_id, message.sequence), message)
        elif isinstance(message, Alert):
            said = self.alerts if record.topic == topics.ALERTS else self.shadow_alerts
            said.setdefault((message.alert_id, message.revision), message)


def _slim_tick(record: Record) -> Record:
    """Return a tick with nothing but its place, time and identity: a day has hundreds of thousands."""
    identity = [(name, value) for name, value in record.headers if name == "ce_id"]
    return Record(record.topic, record.partition, record.offset, None, None, identity, taken_at(record))


def recording_of(records: Iterable[Record]) -> Recording:
    """Return what these records hold."""
    found = Recording()
    for record in records:
        found.add(record)
    for log in found.logs.values():
        log.ticks.sort(key=lambda record: record.offset)
    return found


def taken_at(record: Record) -> datetime:
    """Return when the broker took a record first: what `decide` was told to be now."""
    return first_appended_at(record.headers, record.appended_at)


def message_of(record: Record) -> Message:
    """Return a record's message; a tick says nothing but the time.

    Raises:
        UndecodableError: It is none of our messages.
    """
    if record.topic == topics.ROOM_TICKS:
        return Tick.model_construct(group="room", partition=record.partition, at=record.appended_at)
    return decode(record.value or b"", record.headers)


def input_of(record: Record) -> Input:
    """Return a record as the stage is given it.

    Raises:
        UndecodableError: It is none of our messages.
    """
    tick = record.topic == topics.ROOM_TICKS
    about = None if tick else envelope(record.headers)
    return Input(
        message=message_of(record),
        payload=record.value or b"",
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        event_id=tick_id(record) if about is None else about.event_id,
        entered_at=record.appended_at,
    )


def tick_id(record: Record) -> str:
    """Return a tick's identity as its header gives it."""
    return next((value.decode() for name, value in record.headers if name == "ce_id"), "")
