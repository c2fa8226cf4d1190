"""What tests do to a broker and ask of it: make it empty, which is cheaper by far than another one, and await the stages."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, Final

from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition
from kafka.admin import MemberToRemove

from streams.kafka.admin import apply
from streams.kafka.options import kafka_client_options
from streams.settings import KafkaSettings
from streams.topics import BY_NAME

WITHIN_S: Final = 240.0
"""Only there to end a test that fails."""


def empty(kafka: KafkaSettings) -> None:
    """Delete all topics and consumer groups, and make our topics anew."""
    clear(kafka)
    apply(kafka)


def clear(kafka: KafkaSettings) -> None:
    """Delete all topics and consumer groups.

    A worker that was killed is a member of its group until its session ends; it is taken out, so that no later worker
    waits for it.
    """
    client: Any = KafkaAdminClient(**kafka_client_options(kafka))
    try:
        groups = [group["group_id"] for group in client.list_groups()]
        for name, group in client.describe_groups(groups).items() if groups else ():
            if members := [_member(member) for member in group["members"]]:
                client.remove_group_members(name, members)
        if groups:
            client.delete_groups(groups)
        if topics := _topics(client):
            client.delete_topics(topics)
        deadline = time.monotonic() + WITHIN_S
        while left := [*_topics(client), *client.list_groups()]:
            assert time.monotonic() < deadline, left
            time.sleep(0.05)
    finally:
        client.close()


def await_handled(kafka: KafkaSettings, group: str, topics: Sequence[str]) -> None:
    """Wait until a stage's group has committed all that is on its topics now: what it makes of that has come by then."""
    places = [TopicPartition(topic, number) for topic in topics for number in range(BY_NAME[topic].partitions)]
    consumer: Any = KafkaConsumer(**kafka_client_options(kafka))
    ends = {place: end for place, end in consumer.end_offsets(places).items() if end}
    consumer.close()
    client: Any = KafkaAdminClient(**kafka_client_options(kafka))
    try:
        deadline = time.monotonic() + WITHIN_S
        while True:
            committed = client.list_group_offsets({group: list(ends)})[group]
            behind = {place: end for place, end in ends.items() if committed[place].offset < end}
            if not behind:
                return
            assert time.monotonic() < deadline, (group, behind)
            time.sleep(0.1)
    finally:
        client.close()


def _topics(client: Any) -> list[str]:
    """Return the topics that are not the broker's own."""
    return [name for name in client.list_topics() if not name.startswith("__")]


def _member(told: dict[str, Any]) -> MemberToRemove:
    """Return a member by the name that it keeps over restarts, where it has one."""
    if told["group_instance_id"]:
        return MemberToRemove(group_instance_id=told["group_instance_id"])
    return MemberToRemove(member_id=told["member_id"])
