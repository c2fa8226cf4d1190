"""Process: every target of the partners file, each in a thread of its own, until told to stop."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from streams import topics
from streams.clock import Clock
from streams.errors import ConfigurationError
from streams.kafka.errors import ClusterError, MissingTopicError
from streams.kafka.reader import Reader
from streams.notify.partners import PartnerChannel
from streams.notify.target import END_WITHIN_S, STAGE, DeliveryTarget
from streams.settings import KafkaSettings

NEW_SINCE: Final = timedelta(minutes=10)
"""How far back a channel begins that is new: what came while it was being made, and not a week of alerts that are over."""


def run_targets(
    kafka: KafkaSettings,
    channels: Sequence[PartnerChannel],
    zone: ZoneInfo,
    clock: Clock,
    stopping: threading.Event,
    new_since: timedelta = NEW_SINCE,
) -> list[DeliveryTarget]:
    """Start every target and return them; each ends by itself when `stopping` is set.

    Args:
        kafka: The cluster.
        channels: The partners' channels.
        zone: Of the file's hours, and of times that people read.
        clock: Returns now (UTC).
        stopping: Set when it is time to end.
        new_since: How far back a channel begins that never stood anywhere.
    """
    since = clock() - new_since
    targets = [DeliveryTarget(kafka, each, zone, since, clock, stopping.is_set) for each in channels]
    for target in targets:
        target.start()
    return targets


def require_health_topics(kafka: KafkaSettings, channels: Sequence[PartnerChannel], file: str) -> None:
    """Hold that each channel for what concerns health has a topic to read: a partner that is granted none of it has none.

    A cluster that is away is not judged: then targets wait for it.

    Args:
        kafka: The cluster.
        channels: The partners' channels.
        file: Where they stand, for what is told.

    Raises:
        ConfigurationError: One has not; names the file, the field and what was expected.
    """
    for each in channels:
        if not each.channel.health:
            continue
        topic = topics.health_topic(each.partner)
        try:
            with Reader(kafka, STAGE) as reader:
                reader.require((topic,))
        except MissingTopicError:
            raise ConfigurationError(
                file, f"partners.{each.partner}.delivery.channels.{each.id}.health", True,
                f"false, or the topic {topic}: grant {each.partner} what concerns health, and run `toezicht topics apply`",
            ) from None  # fmt: skip
        except ClusterError:
            return


def await_end(targets: Sequence[DeliveryTarget]) -> None:
    """Wait until all targets have ended what was under way."""
    for target in targets:
        target.join(END_WITHIN_S + 5.0)
