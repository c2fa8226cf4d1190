"""One partition of `decide` as it runs live, on the real runner and without a broker: what it is given and says, as records."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from types import SimpleNamespace
from typing import Any, cast

from schemas.base import Message
from schemas.codec import encode
from schemas.ticks import Tick
from streams import topics
from streams.kafka.record import Record, sent_again
from streams.runtime.runner import Runner
from streams.runtime.state import PartitionState
from streams.stages.base import Stage
from streams.stages.decide.stage import Decide
from tests.support.kafka import FakeDatabase

PARTITION = 2


class LivePartition:
    """Runs a stage on records that are appended one by one, and taken in whatever order the caller says.

    Attributes:
        records: Every record on a topic, in the order of appending: inputs, alerts, the decision log.
        changelog: Every record of the state's changelog.
    """

    def __init__(self, stage: Stage) -> None:
        self.records: list[Record] = []
        self.changelog: list[Record] = []
        self._offsets: dict[str, int] = defaultdict(int)
        self._database = FakeDatabase()
        self._stage = stage
        self._runner = self._started()
        self._now = datetime.min

    def _started(self) -> Runner:
        state = PartitionState(lambda: self._database)
        table = SimpleNamespace(partition_state=lambda _: state)
        assignment = SimpleNamespace(send_queue=SimpleNamespace(put=self._put))
        return Runner(self._stage, cast(Any, assignment), cast(Any, table))

    def crash(self) -> None:
        """Begin anew with the rows that were written, and nothing else."""
        self._runner = self._started()

    def append(self, topic: str, message: Message, now: datetime) -> Record:
        """Put a message on a topic, and return its record."""
        record = encode(message, stage="test", handled_at=now, entered_at=now)
        return self._append(topic, record.key, record.value, record.headers, now)

    def append_again(self, record: Record, now: datetime) -> Record:
        """Put a record on its topic once more, as the completeness check does."""
        copy = self._append(record.topic, record.key, record.value, sent_again(record.headers, record.appended_at), now)
        return Record(
            copy.topic, copy.partition, copy.offset, copy.key, copy.value, copy.headers, record.appended_at, again=True
        )

    def take(self, record: Record) -> None:
        """Let the stage handle a record."""
        self._now = max(self._now, record.appended_at) if self._now != datetime.min else record.appended_at
        self._runner.handle(record, lambda: None)

    def give(self, topic: str, message: Message, now: datetime) -> Record:
        """Append and take."""
        record = self.append(topic, message, now)
        self.take(record)
        return record

    def tick(self, now: datetime) -> Record:
        """Append the recorded time."""
        return self.append(topics.ROOM_TICKS, Tick(group="room", partition=PARTITION, at=now), now)

    def _append(self, topic: str, key: bytes | None, value: bytes | None, headers: Any, now: datetime) -> Record:
        record = Record(topic, PARTITION, self._offsets[topic], key, value, headers, now)
        self._offsets[topic] += 1
        self.records.append(record)
        return record

    def _put(self, entry: Any, placed: list[Any]) -> None:
        for name, value in (entry.writes or {}).items():
            self._database.content.pop(name, None)
            if value is not None:
                self._database.content[name] = value
            topic = topics.changelog("decide")
            self.changelog.append(Record(topic, PARTITION, len(self.changelog), name, value, [], self._now))
        if entry.settled:
            entry.settled()
        for (topic, _), (key, value, headers) in placed:
            self._append(topic, key, value, headers, self._now)


def live_decide(rules: Any) -> LivePartition:
    """Return a partition of `decide` with these rules."""
    return LivePartition(Decide(rules, "r1"))
