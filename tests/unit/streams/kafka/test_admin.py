"""How one topic is compared with what it should be."""

from __future__ import annotations

import pytest

from streams.kafka.admin import ClusterState, FoundTopic, TopicChange, TopicDifference, check, differences, state_of
from streams.kafka.errors import ClusterError
from streams.settings import KafkaSettings
from streams.topics import BY_NAME, DAY_MS, TopicSpec

ALERTS = BY_NAME["alerts"]
STATE = BY_NAME["alert-state"]
FRAMES = BY_NAME["camera-frames"]
TRENDS = BY_NAME["trends"]


def _found(topic: TopicSpec, partitions: int | None = None, replicas: int = 1, **config: str) -> FoundTopic:
    named = {name.replace("_", "."): value for name, value in config.items()}
    return FoundTopic(partitions or topic.partitions, replicas, topic.config() | named)


@pytest.mark.parametrize(
    ("topic", "found", "expected"),
    [
        (ALERTS, _found(ALERTS), []),
        (ALERTS, _found(ALERTS, partitions=1), ["partitions"]),
        (ALERTS, _found(ALERTS, partitions=9), ["partitions"]),
        (ALERTS, _found(ALERTS, replicas=3), []),
        (ALERTS, _found(ALERTS, cleanup_policy="compact"), ["cleanup.policy", "kept"]),
        (ALERTS, _found(ALERTS, retention_ms="-1"), ["retention.ms", "kept"]),
        (ALERTS, _found(ALERTS, retention_ms=str(27 * DAY_MS), segment_ms=str(2 * DAY_MS)), ["segment.ms", "kept"]),
        (ALERTS, _found(ALERTS, retention_ms=str(DAY_MS)), ["retention.ms"]),
        (ALERTS, _found(ALERTS, message_timestamp_type="CreateTime"), ["message.timestamp.type"]),
        (STATE, _found(STATE, cleanup_policy="delete,compact", min_cleanable_dirty_ratio="0.10"), []),
        (FRAMES, _found(FRAMES, max_message_bytes="1048588"), ["max.message.bytes"]),
        (TRENDS, _found(TRENDS, retention_ms="-1"), ["retention.ms"]),
        (ALERTS, FoundTopic(ALERTS.partitions, 1, {}), [*ALERTS.config(), "kept"]),
    ],
)
def test_differences(topic: TopicSpec, found: FoundTopic, expected: list[str]) -> None:
    """Each difference is named once; what is kept too long is named as such only where images are behind it."""
    assert [difference.what for difference in differences(topic, found, 1)] == expected


def test_fewer_copies_than_asked_for() -> None:
    """A topic with one copy where three are asked for is a difference."""
    assert [d.what for d in differences(ALERTS, _found(ALERTS), 3)] == ["replicas"]


def test_lines_for_a_person() -> None:
    """A change and a difference are one line each, with topic, setting, and both values."""
    assert (
        str(TopicDifference("alerts", "retention.ms", "-1", "7", "why"))
        == "alerts: retention.ms is -1, expected 7 (why)"
    )
    assert str(TopicChange("alerts", "retention.ms", "-1", "7")) == "alerts: retention.ms was -1, is now 7"
    assert str(TopicChange("alerts", "created", "", "4 partitions")) == "alerts: created with 4 partitions"


def test_an_address_that_is_none_is_one_line() -> None:
    """A wrong address is one line naming it."""
    with pytest.raises(ClusterError, match="nope:abc") as caught:
        check(KafkaSettings(bootstrap_servers="nope:abc"))
    assert "\n" not in str(caught.value)


def _topic(name: str, *in_step: int) -> dict[str, object]:
    """Return a topic as Kafka describes it, each partition with three replicas, so many of them in step."""
    return {
        "name": name,
        "partitions": [
            {"leader_id": 1 if each else -1, "isr_nodes": list(range(each)), "replica_nodes": [1, 2, 3]}
            for each in in_step
        ],
    }


def test_each_partition_counts_once_under_the_worst_of_it() -> None:
    """Without a leader, refusing writes, lacking a copy; a topic of others needs one copy in step."""
    topics = [_topic("ours", 3, 2, 1, 0), _topic("theirs", 1)]
    found = state_of(3, topics, lambda name: 2 if name == "ours" else 1)
    assert found == ClusterState(3, {"offline": 1, "refusing": 1, "under_replicated": 2})
    assert not found.whole
    assert state_of(1, [_topic("ours", 3)]).whole
    assert state_of(0, []).whole
