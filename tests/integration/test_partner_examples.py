"""The programs of docs/examples, run as they stand there against the real stages on a real broker, and killed in the middle."""

from __future__ import annotations

import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from schemas.actions import Action, OperatorAction
from schemas.alerts import Alert
from schemas.base import derive_id
from schemas.categories import Category
from schemas.codec import encode
from schemas.dispatch import DispatchReceipt, DispatchState
from schemas.geo import Position
from schemas.incidents import Incident
from streams import topics
from streams.clients.actions import ask
from streams.clients.alerts import AlertReader
from streams.clock import utc_now
from streams.kafka.partitioner import partition_of
from streams.settings import KafkaSettings
from tests.support.cluster import empty
from tests.support.example_programs import Program, java, kcat, node, python
from tests.support.messages import example
from tests.support.partner_room import WITHIN_S, make_partners, stages

pytestmark = [pytest.mark.integration, pytest.mark.slow]

ROOM: Final = "amstelveen"
OUTCOMES: Final = ("accepted", "en_route", "arrived", "done")
ALL: Final = (DispatchState.ASKED, *(DispatchState(outcome) for outcome in OUTCOMES))


@dataclass
class Room:
    """A control room: the stages as a process, and what an operator does there."""

    kafka: KafkaSettings
    reported: int = 0

    def alerted(self, category: Category) -> Alert:
        """Report something a kilometre from what was reported before, as an exercise; return its alert."""
        self.reported += 1
        name, now = f"report-{self.reported}", utc_now()
        incident = example(
            Incident, incident_id=derive_id("examples", name), source_id=name, category=category, urgency=1,
            position=Position(lat=52.245 + 0.01 * self.reported, lon=4.80, accuracy_m=10), occurred_at=now - timedelta(seconds=5),
            reported_at=now, received_at=now, exercise=True,
        )  # fmt: skip
        producer: Any = KafkaProducer(bootstrap_servers=self.kafka.bootstrap_servers, acks="all")
        record = encode(incident, stage="intake", handled_at=now, entered_at=now)
        producer.send(topics.INCIDENTS, key=record.key, value=record.value, headers=record.headers).get(30)
        producer.close()
        return self.alert(lambda alert: any(row.source_id == name for row in alert.reports))

    def alert(self, wanted: Callable[[Alert], bool]) -> Alert:
        """Return the newest state of an alert, once there is one like this."""
        reader, deadline = AlertReader(self.kafka, from_start=True), time.monotonic() + WITHIN_S
        try:
            while True:
                reader.changes(0.3)
                if reader.caught_up() and (found := [each for each in reader.alerts if wanted(each)]):
                    return found[0]
                assert time.monotonic() < deadline, [(each.alert_id, each.dispatches) for each in reader.alerts]
        finally:
            reader.close()

    def confirm(self, alert: Alert, partner: str) -> str:
        """Let an operator ask a partner to come; return the request's id."""
        action = OperatorAction(
            action_id=f"confirm-{alert.alert_id}-{partner}", control_room_id=ROOM, alert_id=alert.alert_id,
            seen_revision=alert.revision, action=Action.CONFIRM_DISPATCH, user="operator-1", recipients=(partner,),
            acted_at=utc_now(),
        )  # fmt: skip
        assert ask(self.kafka, action, WITHIN_S).refused == ""
        asked = self.alert(lambda each: each.alert_id == alert.alert_id and bool(each.dispatches))
        return asked.dispatches[-1].dispatch_id

    def records(self, *names: str) -> list[Any]:
        """Return all that stands on topics now."""
        consumer: Any = KafkaConsumer(bootstrap_servers=self.kafka.bootstrap_servers)
        places = [TopicPartition(name, number) for name in names for number in range(topics.ROOM_PARTITIONS)]
        consumer.assign(places)
        consumer.seek_to_beginning(*places)
        ends, found = consumer.end_offsets(places), list[Any]()
        while any(consumer.position(place) < ends[place] for place in places):
            found += [each for records in consumer.poll(timeout_ms=500).values() for each in records]
        consumer.close()
        return found

    def way(self, dispatch_id: str) -> list[DispatchState]:
        """Return each state that a request came into, in order of the alert's revisions: one that comes twice is in it twice."""
        alerts = sorted(
            (Alert.model_validate_json(each.value) for each in self.records(topics.ALERTS)),
            key=lambda each: each.revision,
        )
        mine = [each for alert in alerts for each in alert.dispatches if each.dispatch_id == dispatch_id]
        return [each.state for n, each in enumerate(mine) if n == 0 or each.since != mine[n - 1].since]


@pytest.fixture(scope="module")
def room(local_broker: KafkaSettings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    """Yield a control room whose partners have their topics."""
    empty(local_broker)
    make_partners(local_broker)
    with stages(local_broker, tmp_path_factory.mktemp("room")):
        yield Room(local_broker)


@pytest.mark.parametrize(
    ("example_of", "partner", "category"),
    [
        (python, "brandweer", Category.BRAND),
        (kcat, "politie", Category.BRAND),
        (java, "ambulance", Category.BRAND),
        (node, "hor", Category.JEUGDOVERLAST),
    ],
)
def test_it_answers_what_it_is_asked_once_whenever_it_is_killed(
    example_of: Callable[[str, KafkaSettings, Path], Program],
    partner: str,
    category: Category,
    room: Room,
    tmp_path: Path,
) -> None:
    """From a request to done, killed between its answers, with another request while it is away; then nothing again."""
    program = example_of(partner, room.kafka, tmp_path)
    first, second = room.alerted(category), room.alerted(category)
    program.start()
    kills = 0
    try:
        program.until("ready")
        one = room.confirm(first, partner)
        program.until(f"answered {one} accepted")
        program.kill()
        kills += 1
        two = room.confirm(second, partner)
        program.start()
        program.until(f"answered {one} ", times=3)
        program.kill()
        kills += 1
        program.start()
        program.until(f"answered {two} done")
        room.alert(lambda each: [d.state for d in each.dispatches if d.dispatch_id == two] == [DispatchState.DONE])
        program.kill()
        program.start()
        program.until("ready", times=4)
        three = room.confirm(room.alerted(category), partner)
        program.until(f"answered {three} done")
        room.alert(lambda each: [d.state for d in each.dispatches if d.dispatch_id == three] == [DispatchState.DONE])
    finally:
        program.kill()
    for dispatch_id in (one, two, three):
        assert room.way(dispatch_id) == list(ALL)
    answers = room.records(topics.answers_topic(partner))
    expected = {f"{dispatch_id}-{outcome}".encode() for dispatch_id in (one, two, three) for outcome in OUTCOMES}
    ids = Counter(dict(each.headers)["ce_id"] for each in answers)
    assert set(ids) == expected
    # what was sent and not yet noted when it was killed is sent again, under the same id
    assert sum(ids.values()) - len(ids) <= kills
    assert {each.partition for each in answers} == {partition_of(topics.DISPATCH_RECEIPTS, ROOM.encode())}
    receipts = [DispatchReceipt.model_validate_json(each.value) for each in room.records(topics.DISPATCH_RECEIPTS)]
    assert {(each.dispatch_id, each.recipient) for each in receipts if each.recipient == partner} == {
        (dispatch_id, partner) for dispatch_id in (one, two, three)
    }
    assert "EXERCISE" in (tmp_path / "said").read_text()


def test_another_partitioner_would_show() -> None:
    """The control room's key has another partition by librdkafka's own partitioner."""
    key = ROOM.encode()
    assert zlib.crc32(key) % topics.ROOM_PARTITIONS != partition_of(topics.DISPATCH_RECEIPTS, key)
