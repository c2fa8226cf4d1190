"""Reads from Kafka what `toezicht explain` needs: the alert, the decisions of its control room, and their inputs."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from schemas.alerts import Alert, DecisionLog
from schemas.base import Message
from streams import topics
from streams.kafka.reader import read_records
from streams.kafka.record import message_of
from streams.replay.explaining import Place
from streams.settings import KafkaSettings

INPUTS: Final = (topics.EVIDENCE, topics.EVIDENCE_URGENT, topics.OPERATOR_ACTIONS)
BEFORE: Final = timedelta(days=1)
"""How long before an alert its facts are looked for: what came early, or was decided late."""


class Retained:
    """The retained topics of a cluster.

    Args:
        kafka: The cluster.
    """

    def __init__(self, kafka: KafkaSettings) -> None:
        self._kafka = kafka

    def alert(self, alert_id: str) -> Alert | None:
        """Return the newest revision of an alert; None where none is retained.

        Raises:
            ClusterError: The cluster does not answer.
        """
        newest: Alert | None = None
        for record in read_records(self._kafka, (topics.ALERT_STATE, topics.ALERTS)):
            if record.value is None or alert_id.encode() not in record.value:
                continue
            message = message_of(record)
            if isinstance(message, Alert) and message.alert_id == alert_id:
                newest = message if newest is None or message.revision > newest.revision else newest
        return newest

    def inputs(self, alert: Alert) -> tuple[list[DecisionLog], dict[Place, Message]]:
        """Return the decisions of an alert's control room since before it and what it repeats, and their inputs.

        Raises:
            ClusterError: The cluster does not answer.
        """
        since = min([alert.opened_at, alert.occurred_at, *(each.occurred_at for each in alert.near_repeats)]) - BEFORE
        decisions: list[DecisionLog] = []
        messages: dict[Place, Message] = {}
        for record in read_records(self._kafka, (topics.DECISION_LOG, *INPUTS), since):
            if record.value is None or record.key != alert.control_room_id.encode():
                continue
            message = message_of(record)
            if isinstance(message, DecisionLog):
                decisions.append(message)
            elif message is not None:
                messages[record.topic, record.partition, record.offset] = message
        return decisions, messages
