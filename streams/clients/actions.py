"""Does what an operator asks without a console: finds the alert, sends the action, waits for the decision."""

from __future__ import annotations

import time
from typing import Final

from schemas.actions import OperatorAction
from schemas.alerts import Alert
from schemas.base import Message
from schemas.decisions import DecisionLog
from schemas.phrases.codes.commands import alerts_not_read, expected_decide, no_alert_known
from streams.clients.alerts import AlertReader
from streams.kafka import request_reply as asking
from streams.kafka.errors import NoAnswerError
from streams.settings import KafkaSettings
from streams.topics import DECISION_LOG

POLL_S: Final = 0.3


def newest(kafka: KafkaSettings, alert_id: str, timeout_s: float) -> Alert:
    """Return the newest state of an alert.

    Raises:
        NoAnswerError: There is no such alert on `alert-state`, or that was not read to its end within `timeout_s` (s).
        ClusterError: No broker answers.
    """
    reader = AlertReader(kafka, from_start=True)
    try:
        deadline_s = time.monotonic() + timeout_s
        while not reader.caught_up() and time.monotonic() < deadline_s:
            reader.changes(POLL_S)
        for alert in reader.alerts:
            if alert.alert_id == alert_id:
                return alert
        if not reader.caught_up():
            raise NoAnswerError(alerts_not_read(timeout_s))
    finally:
        reader.close()
    raise NoAnswerError(no_alert_known(alert_id))


def ask(kafka: KafkaSettings, action: OperatorAction, timeout_s: float) -> DecisionLog:
    """Send an action and return the decision on it, whether it was done or refused.

    Raises:
        ClusterError: The cluster cannot be reached.
        DeliveryError: It does not take the request.
        NoAnswerError: Nobody decided within `timeout_s`.
    """

    def answer_of(message: Message, _value: bytes) -> DecisionLog | None:
        return message if isinstance(message, DecisionLog) and message.action_id == action.action_id else None

    return asking.ask(kafka, action, DECISION_LOG, answer_of, timeout_s, expected_decide())
