"""Partners' topics on a real broker, what is put on them, and a file that delivers it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from schemas.base import Message
from streams.kafka.admin import apply
from streams.kafka.producer import ConfirmedProducer
from streams.settings import KafkaSettings
from streams.topics import DAY_MS, TopicSpec
from tests.support.notices import encoded
from tests.support.receiver import SECRET, Receiver

KEY_VARIABLE: Final = "TEST_WEBHOOK_KEY"
ENVIRONMENT: Final = {KEY_VARIABLE: SECRET}


def make_topics(kafka: KafkaSettings, *partners: str) -> None:
    """Make the topics of partners."""
    names = [f"partner-{each}{end}" for each in partners for end in ("", "-health", "-answers")]
    apply(kafka, [TopicSpec(name, "room", DAY_MS) for name in names])


def put(kafka: KafkaSettings, messages: Iterable[Message], topic: str) -> None:
    """Put messages on a topic, as the stage that shares does."""
    producer = ConfirmedProducer(kafka, "test")
    for message in messages:
        producer.send_encoded(topic, encoded(message))
    producer.confirm()
    producer.close()


def hook(receiver: Receiver, **options: Any) -> dict[str, Any]:
    """Return a webhook channel to a server on this machine."""
    return {
        "kind": "webhook",
        "options": {
            "url": receiver.url,
            "allow": {"hosts": ["127.0.0.1"], "networks": ["127.0.0.0/8"]},
            "secrets": [{"variable": KEY_VARIABLE}],
            **options,
        },
    }


def partners_file(folder: Path, partners: Mapping[str, Mapping[str, Any]], **changes: Any) -> Path:
    """Return a file in which each partner has these channels, all of which get everything."""
    delivering = {
        partner: {"name": partner, "delivery": {"channels": dict(channels), "otherwise": list(channels), **changes}}
        for partner, channels in partners.items()
    }
    path = folder / "partners.yaml"
    path.write_text(yaml.safe_dump({"version": "test", "partners": delivering}))
    return path
