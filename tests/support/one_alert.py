"""One alert on a real broker: the newest of a place, and an operator who closes it."""

from __future__ import annotations

from schemas.actions import Action, OperatorAction
from schemas.alerts import Alert
from streams import topics
from streams.clock import utc_now
from streams.kafka.reader import read_messages
from streams.settings import KafkaSettings
from tests.support.messages import example
from tests.support.placed import send


def alert_at(kafka: KafkaSettings, place: str) -> Alert | None:
    """Return the newest alert of a place."""
    found = [each for each in read_messages(kafka, topics.ALERT_STATE, Alert) if each.place == place]
    return max(found, key=lambda each: each.revision, default=None)


def close(kafka: KafkaSettings, alert: Alert) -> None:
    """Close an alert, as an operator does."""
    now = utc_now()
    action = example(
        OperatorAction, action_id=f"close-{alert.alert_id}", action=Action.CLOSE, alert_id=alert.alert_id,
        seen_revision=alert.revision, control_room_id=alert.control_room_id, verdict="true", acted_at=now,
    )  # fmt: skip
    send(kafka, [(topics.OPERATOR_ACTIONS, action)], now)
