"""Programs that the documents give to partners, and the alerts that they are tried with."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from schemas.alerts import Alert, AlertState
from schemas.codec import encode
from streams.kafka.partitioner import partition_of
from streams.kafka.producer import ConfirmedProducer
from streams.settings import KafkaSettings
from streams.topics import ALERT_STATE
from tests.support.messages import NOON, example

ROOT: Final = Path(__file__).parents[2]


def block(document: str, language: str, having: str) -> str:
    """Return the one code block of a document that has some words in it."""
    found = re.findall(rf"```{language}\n(.*?)```", (ROOT / document).read_text(), re.DOTALL)
    [code] = [code for code in found if having in code]
    return str(code)


def tell(kafka: KafkaSettings, *alerts: Alert) -> None:
    """Write the newest states of alerts."""
    producer = ConfirmedProducer(kafka, "test")
    for alert in alerts:
        record = encode(alert, stage="decide", handled_at=NOON, entered_at=NOON)
        partition = partition_of(ALERT_STATE, alert.key().encode())
        producer.send(ALERT_STATE, partition, alert.alert_id.encode(), record.value, record.headers)
    producer.send(ALERT_STATE, 0, b"an-alert-of-long-ago", None, [])
    producer.confirm()
    producer.close()


def alert(name: str, revision: int = 0, state: AlertState = AlertState.NEW) -> Alert:
    """Return an alert whose title is its name and revision."""
    return example(Alert, alert_id=name, revision=revision, state=state, title=f"{name}-{revision}")
