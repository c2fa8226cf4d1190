"""The rooms' follower on topics in memory: where it begins, and that it begins again where a topic was made anew."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial

import pytest

from console.projection.cluster import follower
from console.projection.cluster.follower import BACK, RoomsFollower, made_of
from schemas.alerts import Alert
from streams import topics
from streams.kafka import reader
from streams.kafka.record import Record
from streams.settings import KafkaSettings
from tests.support.kafka import FakeConsumer, FakeTopics
from tests.support.messages import NOON, example

PARTITION = 2
WITHIN_S = 20.0
"""Only there to end a test that fails."""


class Heard:
    """What a follower told."""

    def __init__(self) -> None:
        self.begins: list[tuple[dict[int, int], str]] = []
        self.alerts: list[str | None] = []
        self.wholes = 0

    def begin(self, first: dict[int, int], made: str) -> None:
        self.begins.append((first, made))
        self.alerts = []

    def take(self, records: Sequence[Record]) -> None:
        self.alerts += [(each.value or b"").decode() for each in records if each.topic == topics.ALERT_STATE]

    def whole(self) -> None:
        self.wholes += 1


def add(held: FakeTopics, name: str) -> None:
    alert = example(Alert, alert_id=name, changed_at=NOON)
    held.add(topics.ALERT_STATE, None, alert.changed_at, value=name.encode(), partition=PARTITION)


@pytest.mark.parametrize("ids", [True, False])
def test_it_begins_again_where_a_topic_is_made_anew(monkeypatch: pytest.MonkeyPatch, ids: bool) -> None:
    """By its id; without ids by an end that lies before where it stands."""
    held = FakeTopics(ids={name: f"id-of-{name}" for name in BACK} if ids else {})
    monkeypatch.setattr(reader, "Consumer", partial(FakeConsumer, held))
    monkeypatch.setattr(reader, "POLL_S", 0.002)
    monkeypatch.setattr(follower, "LOOK_S", 0.01)
    for name in ("a", "b", "c"):
        add(held, name)
    heard = Heard()
    following = RoomsFollower(
        KafkaSettings(bootstrap_servers="kafka:9092"), {PARTITION}, lambda: NOON, heard.begin, heard.take, heard.whole
    )

    async def until(alerts: list[str], wholes: int) -> None:
        async with asyncio.timeout(WITHIN_S):
            while heard.alerts != alerts or heard.wholes < wholes:
                await asyncio.sleep(0.002)

    async def work() -> None:
        following.follow(asyncio.get_running_loop())
        await until(["a", "b", "c"], 1)
        held.make_anew(topics.ALERT_STATE)
        if not ids:
            held.ids.clear()
        add(held, "d")
        wholes = heard.wholes
        await until(["d"], wholes + 1)

    try:
        asyncio.run(work())
    finally:
        following.stop()
        following.join(WITHIN_S)
    first = {PARTITION: 0}
    [(one, before), (other, after)] = heard.begins
    assert (one, other) == (first, first)
    assert bool(before) is bool(after) is ids
    assert (before != after) is ids


def test_what_tells_topics_apart_is_the_same_in_every_console_and_a_number() -> None:
    ids = {topics.ALERT_STATE: "one", topics.DECISION_LOG: "two", topics.CANARY: "three"}
    assert made_of(ids) == made_of(ids | {topics.CANARY: "other"})
    assert made_of(ids).isdecimal()
    assert made_of(ids) != made_of(ids | {topics.DECISION_LOG: "other"})
    assert made_of({}) == ""
