"""Topics as `streams/topics.py` wants them: created and corrected on a cluster, or compared with it.

Nothing is ever deleted, and partition counts are left alone: more partitions would send a key's next records past its
state. What cannot be corrected here stays a difference for a person to decide on.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any, Final

from kafka import KafkaAdminClient, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import KafkaError

from schemas.phrases.codes.commands import no_cluster
from streams.kafka.access.admission import require_access
from streams.kafka.errors import ClusterError
from streams.kafka.options import kafka_client_options
from streams.kafka.record import Where
from streams.settings import KafkaSettings
from streams.topics import BY_NAME, FOUR_WEEKS_MS, TOPICS, TopicSpec

log = logging.getLogger(__name__)

CONNECT_TIMEOUT_MS: Final = 10_000
"""How long to look for a broker: a cluster that is there answers within a second."""
READY_TIMEOUT_MS: Final = 30_000
"""How long a new topic may take to have a leader for each partition; KRaft takes well under a second."""


@dataclass(frozen=True, slots=True)
class TopicChange:
    """Something that `apply` did: `what` is `created` or the name of a setting."""

    topic: str
    what: str
    before: str
    after: str

    def __str__(self) -> str:
        """Return one line for a person."""
        if self.what == "created":
            return f"{self.topic}: created with {self.after}"
        return f"{self.topic}: {self.what} was {self.before}, is now {self.after}"

    def as_dict(self) -> dict[str, str]:
        """Return the fields for a program."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class TopicDifference:
    """Something on the cluster that is not as it should be; `note` says what it means where that is not plain."""

    topic: str
    what: str
    found: str
    expected: str
    note: str = ""

    def __str__(self) -> str:
        """Return one line for a person."""
        line = f"{self.topic}: {self.what} is {self.found}, expected {self.expected}"
        return f"{line} ({self.note})" if self.note else line

    def as_dict(self) -> dict[str, str]:
        """Return the fields for a program."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class FoundTopic:
    """A topic as it is on the cluster: `replicas` is the smallest number of copies of any partition."""

    partitions: int
    replicas: int
    config: Mapping[str, str]


OFFLINE: Final = "offline"
REFUSING: Final = "refusing"
UNDER_REPLICATED: Final = "under_replicated"
PARTITION_STATES: Final = (OFFLINE, REFUSING, UNDER_REPLICATED)
"""Partitions without a leader; with fewer copies in step than a write needs (`min.insync.replicas`); with fewer than all."""


@dataclass(frozen=True, slots=True)
class ClusterState:
    """Cluster state: how many brokers answer, and how many partitions are not whole, by what is wrong; each under the worst."""

    brokers: int
    partitions: Mapping[str, int]

    @property
    def whole(self) -> bool:
        """Return whether nothing is wrong."""
        return not any(self.partitions.values())


def state_of(
    brokers: int, topics: Iterable[Mapping[str, Any]], least: Callable[[str], int] = lambda _: 1
) -> ClusterState:
    """Return a cluster's state.

    Args:
        brokers: How many answer.
        topics: The topics as Kafka describes them, those of others and its own too.
        least: By a topic's name, how many copies must be in step for a write.
    """
    found = dict.fromkeys(PARTITION_STATES, 0)
    for topic in topics:
        for partition in topic["partitions"]:
            in_step = len(partition["isr_nodes"])
            if partition["leader_id"] < 0:
                found[OFFLINE] += 1
            elif in_step < least(topic["name"]):
                found[REFUSING] += 1
            elif in_step < len(partition["replica_nodes"]):
                found[UNDER_REPLICATED] += 1
    return ClusterState(brokers, found)


def cluster_state(kafka: KafkaSettings) -> ClusterState:
    """Return the state of all partitions that this client may see.

    Raises:
        ClusterError: The cluster cannot be reached.
    """
    with administering(kafka) as client:
        topics = client.describe_topics()
        ours = [topic["name"] for topic in topics if topic["name"] in BY_NAME]
        resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in ours]
        configs = client.describe_configs(resources, config_filter="all")["topic"] if ours else {}
        least = {name: int(configs[name]["min.insync.replicas"]["value"]) for name in ours}
        return state_of(len(client.describe_cluster()["brokers"]), topics, lambda name: least.get(name, 1))


def apply(kafka: KafkaSettings, topics: Sequence[TopicSpec] = TOPICS) -> list[TopicChange]:
    """Create the topics that are missing, correct the settings that differ, and return what was done.

    Raises:
        ClusterError: The cluster cannot be reached or refuses a change.
    """
    with administering(kafka) as client:
        found = _describe(client, topics)
        changes = _create(client, [topic for topic in topics if topic.name not in found], kafka.replication_factor)
        wrong = {
            topic.name: [d for d in differences(topic, found[topic.name], 1) if d.what in topic.config()]
            for topic in topics
            if topic.name in found
        }
        changes += _correct(client, {name: items for name, items in wrong.items() if items})
    for change in changes:
        log.info("%s", change)
    return changes


def check(kafka: KafkaSettings, topics: Sequence[TopicSpec] = TOPICS) -> list[TopicDifference]:
    """Return every difference between the cluster and what the topics should be, in the order of the topics.

    Raises:
        ClusterError: The cluster cannot be reached.
    """
    with administering(kafka) as client:
        found = _describe(client, topics)
    result: list[TopicDifference] = []
    for topic in topics:
        if topic.name not in found:
            result.append(TopicDifference(topic.name, "topic", "missing", "present"))
        else:
            result += differences(topic, found[topic.name], kafka.replication_factor)
    return result


def cluster_topics(kafka: KafkaSettings, topics: Sequence[TopicSpec]) -> tuple[dict[str, FoundTopic], list[str]]:
    """Return those of these topics that the cluster has, and the names of the others on it that are not the broker's own.

    Raises:
        ClusterError: The cluster cannot be reached.
    """
    with administering(kafka) as client:
        found = _describe(client, topics)
        names = [item["name"] for item in client.describe_topics()]
    wanted = {topic.name for topic in topics}
    return found, [name for name in names if name not in wanted and not name.startswith("__")]


def delete_before(kafka: KafkaSettings, offsets: Mapping[Where, int]) -> None:
    """Delete the records of partitions that stand before these offsets; nobody can read them from then on.

    Their bytes go from the brokers' disks with the segments that they stand in.

    Raises:
        ClusterError: The cluster cannot be reached, or refuses.
    """
    if not offsets:
        return
    with administering(kafka) as client:
        client.delete_records({TopicPartition(*place): offset for place, offset in offsets.items()})


def stamp(kafka: KafkaSettings, names: Sequence[str], *, by_broker: bool) -> None:
    """Let topics take the broker's time for each record, as they should, or its sender's, while a backup is brought back.

    Raises:
        ClusterError: The cluster cannot be reached, or refuses.
    """
    kind = "LogAppendTime" if by_broker else "CreateTime"
    with administering(kafka) as client:
        _correct(client, {name: [TopicDifference(name, "message.timestamp.type", "", kind)] for name in names})


def differences(topic: TopicSpec, found: FoundTopic, replication_factor: int) -> list[TopicDifference]:
    """Return how one topic differs from what it should be; more copies than asked for are no difference."""
    result = []
    if found.partitions != topic.partitions:
        note = "never changed here: a key's records would move past its state"
        result.append(TopicDifference(topic.name, "partitions", str(found.partitions), str(topic.partitions), note))
    if found.replicas < replication_factor:
        result.append(TopicDifference(topic.name, "replicas", str(found.replicas), str(replication_factor)))
    for name, value in topic.config().items():
        actual = found.config.get(name, "unset")
        if _normal(name, actual) != _normal(name, value):
            result.append(TopicDifference(topic.name, name, actual, value))
    longest = longest_ms(found.config)
    if topic.from_images and (longest is None or longest > FOUR_WEEKS_MS):
        kept = "without end" if longest is None else f"up to {longest} ms"
        note = "derived from images: Gemeentewet art. 151c allows four weeks"
        result.append(TopicDifference(topic.name, "kept", kept, f"at most {FOUR_WEEKS_MS} ms", note))
    return result


def _normal(name: str, value: str) -> str:
    """Return a setting's value in one form: `compact,delete` and `delete,compact` are the same, and 0.1 is 0.10."""
    if name == "cleanup.policy":
        return ",".join(sorted(part.strip() for part in value.split(",")))
    try:
        return f"{float(value):g}" if "." in value else str(int(value))
    except ValueError:
        return value


def longest_ms(config: Mapping[str, str]) -> int | None:
    """Return how long a record may stay: its segment must close before the retention counts; None is without end."""
    retention_ms = int(config.get("retention.ms", "-1"))
    if "delete" not in config.get("cleanup.policy", "") or retention_ms < 0:
        return None
    return retention_ms + int(config.get("segment.ms", "0"))


@contextmanager
def administering(kafka: KafkaSettings) -> Iterator[Any]:
    """Give a client, and turn what it raises into one line that names the cluster."""
    client = None
    try:
        client = KafkaAdminClient(
            **kafka_client_options(kafka), client_id="toezicht-topics", bootstrap_timeout_ms=CONNECT_TIMEOUT_MS
        )
        yield client
    except (KafkaError, OSError, ValueError) as error:
        require_access(kafka)
        reason = (str(error) or type(error).__name__).splitlines()[0]
        told = f"Kafka at {kafka.bootstrap_servers} cannot be used: {reason}"
        raise ClusterError(told, no_cluster(kafka.bootstrap_servers)) from None
    finally:
        if client is not None:
            client.close()


def _describe(client: Any, topics: Sequence[TopicSpec]) -> dict[str, FoundTopic]:
    wanted = {topic.name for topic in topics}
    described = {item["name"]: item["partitions"] for item in client.describe_topics() if item["name"] in wanted}
    if not described:
        return {}
    resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in described]
    configs = client.describe_configs(resources, config_filter="all")["topic"]
    return {
        name: FoundTopic(
            partitions=len(partitions),
            replicas=min((len(partition["replica_nodes"]) for partition in partitions), default=0),
            config={key: str(item["value"]) for key, item in configs[name].items() if item["value"] is not None},
        )
        for name, partitions in described.items()
    }


def _create(client: Any, topics: Sequence[TopicSpec], replication_factor: int) -> list[TopicChange]:
    if not topics:
        return []
    client.create_topics(
        {
            topic.name: {
                "num_partitions": topic.partitions,
                "replication_factor": replication_factor,
                "configs": topic.config(),
            }
            for topic in topics
        }
    )
    client.wait_for_topics([topic.name for topic in topics], timeout_ms=READY_TIMEOUT_MS)
    return [TopicChange(topic.name, "created", "", f"{topic.partitions} partitions") for topic in topics]


def _correct(client: Any, wrong: Mapping[str, Sequence[TopicDifference]]) -> list[TopicChange]:
    if not wrong:
        return []
    results = client.alter_configs(
        [
            ConfigResource(ConfigResourceType.TOPIC, name, {item.what: item.expected for item in items})
            for name, items in wrong.items()
        ]
    )["topic"]
    for name, result in results.items():
        if result != "OK":
            raise ClusterError(f"{name}: the cluster refuses the settings: {result}")
    _await_settings(client, wrong)
    return [TopicChange(item.topic, item.what, item.found, item.expected) for items in wrong.values() for item in items]


def _await_settings(client: Any, wrong: Mapping[str, Sequence[TopicDifference]]) -> None:
    """Wait until the brokers tell the new values: in KRaft they learn of them just after the controller."""
    deadline = time.monotonic() + READY_TIMEOUT_MS / 1000
    resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in wrong]
    while True:
        configs = client.describe_configs(resources, config_filter="all")["topic"]
        late = [
            item
            for items in wrong.values()
            for item in items
            if _normal(item.what, str(configs[item.topic][item.what]["value"])) != _normal(item.what, item.expected)
        ]
        if not late:
            return
        if time.monotonic() > deadline:
            raise ClusterError(f"{late[0].topic}: {late[0].what} was set, but the cluster still tells the old value")
        time.sleep(0.1)
