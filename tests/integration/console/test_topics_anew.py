"""Topics that are made anew under a running console, on a real broker: it says so, and reads them from the start."""

from __future__ import annotations

import asyncio
import time

import pytest
from kafka import KafkaAdminClient

from schemas.alerts import Alert
from schemas.codec import encode
from schemas.phrases.language import Language
from streams import topics
from streams.clock import utc_now
from streams.kafka.admin import apply
from streams.kafka.partitioner import partition_of
from streams.kafka.producer import ConfirmedProducer
from streams.settings import KafkaSettings
from tests.support.console.cluster import ROOM, WITHIN_S, listed, running, until
from tests.support.messages import example

pytestmark = [pytest.mark.integration, pytest.mark.slow]


def put(kafka: KafkaSettings, *names: str) -> None:
    """Put alerts of the room on `alert-state`, as `decide` does."""
    sender = ConfirmedProducer(kafka, "test")
    for name in names:
        now = utc_now()
        alert = example(Alert, alert_id=name, control_room_id=ROOM, changed_at=now, operator_list=True)
        made = encode(alert, stage="test", handled_at=now, entered_at=now)
        place = partition_of(topics.ALERT_STATE, ROOM.encode())
        sender.send(topics.ALERT_STATE, place, name.encode(), made.value, made.headers)
    sender.confirm()
    sender.close()


@pytest.mark.parametrize("more", [0, 4], ids=["shorter", "longer"])
def test_a_topic_that_is_made_anew_is_read_from_its_start(empty_kafka: KafkaSettings, more: int) -> None:
    """Also one that has grown beyond where the console stood; every stream is told to load the list again."""

    async def work() -> None:
        async with running(empty_kafka) as console:
            await until(console.rooms.ready)
            put(empty_kafka, "old-1", "old-2", "old-3")
            await until(lambda: len(listed(console)) == 3)
            before = console.rooms.known_room(ROOM).position()
            stream = console.rooms.stream(ROOM, before, Language.NL, "operator-3")
            assert (await anext(stream))[1] == "status"
            await asyncio.to_thread(make_anew, empty_kafka)
            names = ["new-1", *(f"more-{number}" for number in range(more))]
            await asyncio.to_thread(put, empty_kafka, *names)
            await until(lambda: sorted(listed(console)) == sorted(names))
            told = [event async for event in stream if event[1] != "status"]
            assert [event[1] for event in told][-1:] == ["reset"]
            assert console.rooms.known_room(ROOM).position().split(".")[2] != before.split(".")[2]

    asyncio.run(work())


def make_anew(kafka: KafkaSettings) -> None:
    """Delete the topic, and make it again."""
    client = KafkaAdminClient(bootstrap_servers=kafka.bootstrap_servers)
    client.delete_topics([topics.ALERT_STATE])
    deadline_s = time.monotonic() + WITHIN_S
    while topics.ALERT_STATE in client.list_topics():
        assert time.monotonic() < deadline_s
        time.sleep(0.05)
    client.close()
    apply(kafka)
