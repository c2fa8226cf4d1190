"""Stages: how far each stage's consumer group is in its inputs, as anybody may ask the cluster."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from kafka import KafkaAdminClient, TopicPartition
from kafka.errors import KafkaError

from streams import topics
from streams.kafka.errors import ClusterError
from streams.kafka.options import kafka_client_options
from streams.kafka.reader import Reader
from streams.kafka.record import Where
from streams.settings import KafkaSettings
from streams.stages.audit import Audit
from streams.stages.corroborate.stage import Corroborate
from streams.stages.decide.stage import Decide
from streams.stages.locate import Locate
from streams.stages.observe import Observe
from streams.topics import BY_NAME

INPUTS: Final[Mapping[str, tuple[str, ...]]] = {
    "detect": (topics.CAMERA_FRAMES,),
    "observe": Observe.inputs,
    "locate": Locate.inputs,
    "corroborate": Corroborate.inputs,
    "decide": Decide.inputs,
    "audit": Audit.inputs,
}
"""What each stage reads that an alert goes through, and the one that chains what people do; its group has its name.

Importing `detect` needs the vision extra.
"""
ANSWER_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class StageProgress:
    """Stage progress: where a stage is in its inputs, and where these end.

    Attributes:
        stage: Its name.
        committed: The next offset of each partition that its group committed.
        ends: The offset after the last record of each of its partitions.
    """

    stage: str
    committed: Mapping[Where, int]
    ends: Mapping[Where, int]

    @property
    def lag(self) -> int:
        """Return how many records wait for it; all of a partition of which it never took one."""
        return sum(max(0, end - self.committed.get(place, 0)) for place, end in self.ends.items())


class StageOffsets:
    """Stage offsets: asks a cluster how far the stages are. It connects when it is first used.

    Args:
        kafka: The cluster.
        name: What the broker's log calls it.
    """

    def __init__(self, kafka: KafkaSettings, name: str) -> None:
        self._kafka, self._name = kafka, name
        self._reader = Reader(kafka, name, answer_s=ANSWER_S)
        self._admin: Any = None

    def read(self) -> list[StageProgress]:
        """Return where each stage is.

        Raises:
            ClusterError: No broker answers.
        """
        groups = {stage: [each for name in names for each in _partitions(name)] for stage, names in INPUTS.items()}
        try:
            if self._admin is None:
                answer_ms = int(1_000 * ANSWER_S)
                self._admin = KafkaAdminClient(
                    **kafka_client_options(self._kafka), client_id=f"toezicht-{self._name}", bootstrap_timeout_ms=answer_ms,
                    request_timeout_ms=answer_ms,
                )  # fmt: skip
            found = self._admin.list_group_offsets(groups)
        except (KafkaError, OSError, ValueError) as error:
            self.close()
            what = f"the groups {', '.join(groups)} cannot be asked for"
            raise ClusterError.about(self._kafka.bootstrap_servers, what, error) from None
        ends = self._reader.ends(
            {name for names in INPUTS.values() for name in names}
        )  # after: a lag is never below zero
        return [
            StageProgress(
                stage,
                {
                    (place.topic, place.partition): at.offset
                    for place, at in found.get(stage, {}).items()
                    if at.offset >= 0
                },
                {(place.topic, place.partition): ends[place] for place in places},
            )
            for stage, places in groups.items()
        ]

    def close(self) -> None:
        """Disconnect."""
        admin, self._admin = self._admin, None
        self._reader.close()
        if admin is not None:
            with contextlib.suppress(KafkaError, OSError, ValueError):
                admin.close()


def _partitions(topic: str) -> list[Any]:
    return [TopicPartition(topic, number) for number in range(BY_NAME[topic].partitions)]
