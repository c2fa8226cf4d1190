"""A partner's view: Debian's kcat reads our topics without any of our code, and sees readable messages."""

from __future__ import annotations

import json
import shutil
import subprocess
import uuid
from typing import Any

import pytest
from kafka import KafkaProducer

from schemas.alerts import Alert
from schemas.base import Message, iso_utc
from schemas.codec import OCTETS, encode
from schemas.dead_letters import DeadLetterReference
from schemas.incidents import Incident
from streams.settings import KafkaSettings
from tests.support.messages import NOON, example

KCAT = shutil.which("kcat")
pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(KCAT is None, reason="kcat is not installed (Debian: apt-get install kcat)"),
]


def _send(broker: str, topic: str, message: Message, payload: bytes | None = None) -> None:
    record = encode(message, stage="contract", handled_at=NOON, entered_at=NOON, payload=payload, payload_type=OCTETS)
    producer = KafkaProducer(bootstrap_servers=broker)
    producer.send(topic, key=record.key, value=record.value, headers=record.headers).get(timeout=20)
    producer.close()


def _read(broker: str, topic: str, key: str) -> dict[str, Any]:
    """Return the record with this key as kcat's JSON shows it."""
    command = [str(KCAT), "-C", "-b", broker, "-t", topic, "-o", "beginning", "-e", "-q", "-J"]
    output = subprocess.run(command, capture_output=True, timeout=60, check=True).stdout
    records = [json.loads(line) for line in output.splitlines()]
    return next(record for record in reversed(records) if record["key"] == key)


def _headers(record: dict[str, Any]) -> dict[str, str]:
    pairs = record["headers"]
    return dict(zip(pairs[::2], pairs[1::2], strict=True))


@pytest.mark.parametrize("topic", ["alerts", "incidents"])
def test_kcat_shows_a_readable_message(broker: str, kafka: KafkaSettings, topic: str) -> None:
    """The value is plain JSON, the attributes are CloudEvents headers, and the key is the one documented."""
    unique = f"room-{uuid.uuid4().hex[:12]}"
    message: Message = (
        example(Alert, control_room_id=unique) if topic == "alerts" else example(Incident, incident_id=unique)
    )
    _send(broker, topic, message)
    record = _read(broker, topic, unique)
    assert json.loads(record["payload"]) == json.loads(message.model_dump_json())
    assert record["payload"].startswith('{"')
    assert _headers(record) == {
        "ce_specversion": "1.0",
        "ce_id": message.message_id(),
        "ce_type": message.ce_type(),
        "ce_source": "urn:nld:oin:00000000000000000000:systeem:contract",
        "ce_time": iso_utc(message.happened_at()),
        "ce_subject": "alert-1" if topic == "alerts" else unique,
        "ce_enteredat": "2026-11-24T12:00:00.000000Z",
        "ce_handledat": "2026-11-24T12:00:00.000000Z",
        "ce_stage": "contract",
        "content-type": "application/json",
    }


def test_kcat_shows_a_dead_letter_with_its_original(broker: str, kafka: KafkaSettings) -> None:
    """The value is the original, untouched; the header says in JSON why it was set aside."""
    letter = example(DeadLetterReference, original_key=f"key-{uuid.uuid4().hex[:12]}")
    _send(broker, "dead-letters", letter, b'{"broken": ')
    record = _read(broker, "dead-letters", letter.original_key)
    assert record["payload"] == '{"broken": '
    headers = _headers(record)
    assert headers["content-type"] == "application/octet-stream"
    assert json.loads(headers["dead-letter"]) == json.loads(letter.model_dump_json())


def test_kcat_filters_by_type_with_a_format(broker: str, kafka: KafkaSettings) -> None:
    """The line in the README works: key, headers and value in one line of text."""
    unique = f"room-{uuid.uuid4().hex[:12]}"
    _send(broker, "alerts", example(Alert, control_room_id=unique))
    command = [str(KCAT), "-C", "-b", broker, "-t", "alerts", "-o", "beginning", "-e", "-q", "-f", "%k %h %s\n"]
    output = subprocess.run(command, capture_output=True, timeout=60, check=True, text=True).stdout
    line = next(line for line in output.splitlines() if line.startswith(unique))
    assert "ce_type=nl.toezicht.alert.v1" in line
    assert '"priority":"P1"' in line
