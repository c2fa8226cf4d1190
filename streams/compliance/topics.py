"""Topics as they are on a cluster: how long its settings keep a record, and how old the oldest one is that is there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from schemas.phrases.codes import compliance as says
from streams.domain.compliance.finding import ComplianceFinding, LimitStanding, ReportPart
from streams.domain.compliance.retention import KeptTopic, topic_finding
from streams.errors import ToezichtError
from streams.kafka.admin import FoundTopic, cluster_topics, longest_ms
from streams.kafka.reader import Reader
from streams.settings import KafkaSettings
from streams.topics import FOUR_WEEKS_MS, TopicSpec

BY_BROKER: Final = "LogAppendTime"


def topic_findings(kafka: KafkaSettings, wanted: Sequence[TopicSpec], now: datetime) -> Iterator[ComplianceFinding]:
    """Yield how each topic stands to its limit, and how many there are that are not ours.

    Args:
        kafka: The cluster.
        wanted: The topics that it should have.
        now: The moment by which their oldest records are so old (UTC).

    Raises:
        ClusterError: The cluster cannot be asked for its topics.
    """
    found, others = cluster_topics(kafka, wanted)
    with Reader(kafka, "compliance") as reader:
        for spec in wanted:
            if spec.name in found:
                yield topic_finding(kept_topic(reader, spec, found[spec.name]), now)
            else:
                yield ComplianceFinding(ReportPart.TOPICS, spec.name, LimitStanding.NOT_KNOWN, says.topic_absent())
    if others:
        what = says.topics_of_others(len(others))
        yield ComplianceFinding(ReportPart.TOPICS, "*", LimitStanding.NOT_KNOWN, what, {"topics": sorted(others)})


def limit_of(spec: TopicSpec) -> timedelta | None:
    """Return how long a record may be on a topic: by the law where it derives from images, else by the topic's own settings."""
    if spec.retention_ms is None:
        return None
    return timedelta(milliseconds=FOUR_WEEKS_MS if spec.from_images else spec.retention_ms + spec.segment_ms)


def kept_topic(reader: Reader, spec: TopicSpec, found: FoundTopic) -> KeptTopic:
    """Return what a topic keeps, or why that cannot be read."""
    longest = longest_ms(found.config)
    settings_keep = None if longest is None else timedelta(milliseconds=longest)
    try:
        oldest, records = oldest_record(reader, spec.name)
        fault = ""
    except ToezichtError as error:
        oldest, records, fault = None, 0, str(error)
    return KeptTopic(
        name=spec.name,
        from_images=spec.from_images,
        limit=limit_of(spec),
        settings_keep=settings_keep,
        stamped_by_broker=found.config.get("message.timestamp.type") == BY_BROKER,
        oldest_at=oldest,
        records=records,
        fault=fault,
    )


def oldest_record(reader: Reader, topic: str) -> tuple[datetime | None, int]:
    """Return when the broker took the oldest record that is on a topic (UTC), None for none; and how many there are at most.

    Raises:
        ClusterError: It cannot be asked.
    """
    spans = reader.spans((topic,))
    times = [at for at in reader.oldest((topic,)).values() if at is not None]
    return min(times, default=None), sum(end - first for first, end in spans.values())
