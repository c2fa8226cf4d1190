"""Measure: whether the brokers are whole, and whether each topic is kept no longer than it may be, as metrics.

It asks what any client may ask (Kafka's own protocol), so it works on a cluster that others keep, where no agent can be put
beside the brokers. How long a request takes inside of a broker, and its memory, it cannot tell.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from streams import metrics
from streams.compliance.topics import kept_topic
from streams.domain.compliance.finding import ComplianceFinding, LimitStanding
from streams.domain.compliance.retention import topic_finding
from streams.kafka.admin import ClusterState, cluster_state, cluster_topics
from streams.kafka.reader import Reader
from streams.settings import KafkaSettings
from streams.topics import TopicSpec

NAME: Final = "exporter"


@dataclass(frozen=True, slots=True)
class ClusterLook:
    """Cluster look: one look at a cluster.

    Attributes:
        state: Its brokers and partitions.
        findings: How each topic of ours stands to its limit.
    """

    state: ClusterState
    findings: tuple[ComplianceFinding, ...]

    @property
    def breaches(self) -> list[ComplianceFinding]:
        """Return the topics that are kept longer than they may be."""
        return [each for each in self.findings if each.standing is LimitStanding.BREACH]


def measure(kafka: KafkaSettings, wanted: Sequence[TopicSpec], now: datetime) -> ClusterLook:
    """Ask a cluster, and tell what it says as metrics.

    Args:
        kafka: The cluster.
        wanted: The topics that it should have; those that it has are looked at.
        now: The moment by which their oldest records are so old (UTC).

    Raises:
        ClusterError: It cannot be asked.
    """
    state = cluster_state(kafka)
    found, _ = cluster_topics(kafka, wanted)
    with Reader(kafka, NAME) as reader:
        kept = [kept_topic(reader, spec, found[spec.name]) for spec in wanted if spec.name in found]
    findings = tuple(topic_finding(each, now) for each in kept)
    for topic, finding in zip(kept, findings, strict=True):
        oldest_at = 0.0 if topic.oldest_at is None else topic.oldest_at.timestamp()
        metrics.TOPIC_OLDEST_AT.labels(topic.name).set(oldest_at)
        metrics.TOPIC_BEYOND_LIMIT.labels(topic.name).set(finding.standing is LimitStanding.BREACH)
    metrics.KAFKA_BROKERS.set(state.brokers)
    for name, count in state.partitions.items():
        metrics.KAFKA_PARTITIONS.labels(name).set(count)
    metrics.CLUSTER_MEASURED_AT.set(now.timestamp())
    return ClusterLook(state, findings)
