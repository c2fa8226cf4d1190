"""What partners' clients may do to a topic, on a real broker, against each consumer: nothing stops, nothing untrue is said.

The rows: compressed-message, other-partitioner, aborted-transaction, and their kind. What the broker itself refuses (a codec that
is none of Kafka's, bytes that do not unpack, a wrong checksum) is made by hand in `tests/unit/streams/kafka/test_batches.py`.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

import pytest
from kafka import KafkaProducer, TopicPartition

from schemas.actions import Action, OperatorAction
from schemas.alerts import Alert, AlertState
from schemas.base import derive_id
from schemas.codec import Headers, encode
from schemas.dead_letters import DeadLetterReason
from schemas.incidents import Incident
from streams.clients.actions import newest
from streams.clients.alerts import AlertReader
from streams.clock import utc_now
from streams.completeness.check import Check
from streams.completeness.cluster import KafkaCluster
from streams.completeness.ledger import Ledger
from streams.dead_letters.letters import read_letters
from streams.kafka.consumer import Consumer
from streams.kafka.partitioner import partition_of
from streams.kafka.reader import Reader, read_messages
from streams.runtime.faust.producer import FirstOffset
from streams.settings import KafkaSettings
from streams.topics import ALERT_STATE, INCIDENTS, OPERATOR_ACTIONS, ROOM_PARTITIONS
from tests.support.cluster import await_handled, empty
from tests.support.messages import example
from tests.support.raw_batches import CODECS, Written, batch, produce, with_bad_header_name
from tests.support.worker_process import DecidingWorker, eventually

pytestmark = [pytest.mark.integration, pytest.mark.slow]

WITHIN_S: Final = 25.0
"""Only there to end a test that fails."""
BAD: Final = "good"
READ: Final = (
    *CODECS, "header without a value", "unknown header", "header twice", "header that is not UTF-8", "next minor version",
    "committed transaction", "last",
)  # fmt: skip
ASIDE: Final = {
    "tombstone": DeadLetterReason.NOT_JSON,
    "empty value": DeadLetterReason.NOT_JSON,
    "no key": DeadLetterReason.WRONG_KEY,
    "huge key": DeadLetterReason.WRONG_KEY,
    "headers without values": DeadLetterReason.UNKNOWN_TYPE,
    "unpacked without end": DeadLetterReason.UNREADABLE_RECORD,
    "unpacked too large": DeadLetterReason.TOO_LARGE,
}
ABORTED: Final = "aborted transaction"
NAMES: Final = (*READ, *ASIDE, ABORTED, "held open", "last but one")


def report(name: str) -> Incident:
    """Return a report that is named by what is done to it, each in another place and time, so that none joins another."""
    now = utc_now()
    return example(
        Incident,
        incident_id=derive_id("foreign", name),
        source_id=name.replace(" ", "-"),
        position=None,
        occurred_at=now - timedelta(days=1, hours=3 * NAMES.index(name)),
        reported_at=now,
        received_at=now,
    )


def grown(value: bytes) -> bytes:
    """Return a message with a field that a later version may have."""
    return json.dumps(json.loads(value) | {"added_later": "x"}).encode()


def damaged(name: str, key: bytes, value: bytes, headers: Headers) -> bytes | None:
    """Return the batch that a client sends in this case, or None for one that is sent within a transaction."""
    made: dict[str, tuple[Written, str]] = {
        "header without a value": ((key, value, [*headers, ("note", None)]), "none"),
        "unknown header": ((key, value, [*headers, ("traceparent", b"00-1"), ("ce_later", b"1")]), "none"),
        "header twice": (
            (key, value, [("ce_id", b"other"), ("traceparent", b"1"), *headers, ("traceparent", b"2")]),
            "none",
        ),
        "header that is not UTF-8": ((key, value, [*headers, (BAD, b"1")]), "none"),
        "next minor version": ((key, grown(value), headers), "none"),
        "tombstone": ((key, None, headers), "none"),
        "empty value": ((key, b"", headers), "none"),
        "no key": ((None, value, headers), "none"),
        "huge key": ((key * 27_000, value, headers), "none"),
        "headers without values": ((key, value, [(each, None) for each, _ in headers]), "none"),
        "unpacked without end": ((key, bytes(40_000_000), headers), "zstd"),
        "unpacked too large": ((key, value + b" " * 2_000_000, headers), "zstd"),
        "last": ((key, value, headers), "none"),
        "last but one": ((key, value, headers), "none"),
        **{codec: ((key, value, headers), codec) for codec in CODECS},
    }
    if name not in made:
        return None
    record, codec = made[name]
    raw = batch([record], codec)
    return with_bad_header_name(raw, BAD.encode()) if name == "header that is not UTF-8" else raw


@dataclass
class ForeignField:
    """A broker, a worker on it, and what foreign clients did to its topics."""

    kafka: KafkaSettings
    worker: DecidingWorker
    ids: dict[str, str] = field(default_factory=dict)
    offsets: dict[str, int] = field(default_factory=dict)

    def write(self, name: str, topic: str, partition: int, key: bytes, value: bytes, headers: Headers) -> None:
        """Do to a record what its name says."""
        raw = damaged(name, key, value, headers)
        if raw is not None:
            error, self.offsets[name] = produce(self.kafka.bootstrap_servers, topic, partition, raw)
            assert error == 0, name
            return
        producer = KafkaProducer(bootstrap_servers=self.kafka.bootstrap_servers, acks="all", transactional_id="foreign")
        producer.init_transactions()
        producer.begin_transaction()
        producer.send(topic, partition=partition, key=key, value=value, headers=headers)
        producer.flush()
        (producer.abort_transaction if name == ABORTED else producer.commit_transaction)()
        producer.close()

    def tell(self, name: str) -> None:
        """Send a report as its name says."""
        made = report(name)
        self.ids[made.incident_id] = name
        now = utc_now()
        record = encode(made, stage="foreign", handled_at=now, entered_at=now)
        self.write(name, INCIDENTS, 0, record.key, record.value, record.headers)

    def alerts(self) -> dict[str, Alert]:
        """Return the open alerts by the name of what was done to their report."""
        reader = AlertReader(self.kafka, from_start=True)
        while not reader.caught_up():
            reader.changes(0.3)
        reader.close()
        return {row.source_id: alert for alert in reader.alerts for row in alert.reports}


@pytest.fixture(scope="module")
def foreign(local_broker: KafkaSettings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForeignField]:
    """Yield a worker that was given everything that a client may do to reports, the ordinary one last."""
    empty(local_broker)
    worker = DecidingWorker(tmp_path_factory.mktemp("foreign"), local_broker)
    try:
        made = ForeignField(local_broker, worker)
        for name in (*READ[:-1], *ASIDE, ABORTED, READ[-1]):
            made.tell(name)
        try:
            eventually(lambda: "last" in made.alerts(), WITHIN_S)
        except AssertionError:
            print("NOT LAST", worker.process.poll(), worker.last_words())
        yield made
    finally:
        worker.close()


@pytest.mark.parametrize("name", READ)
def test_compressed_message(foreign: ForeignField, name: str) -> None:
    """A report becomes an alert, whatever codec, headers, version or transaction it came with."""
    assert name.replace(" ", "-") in foreign.alerts(), foreign.worker.last_words()


def test_aborted_transaction(foreign: ForeignField) -> None:
    """What was aborted was never said: it is no alert, and no dead letter."""
    assert foreign.worker.process.poll() is None, foreign.worker.last_words()
    found = set(foreign.alerts())
    assert {name.replace(" ", "-") for name in READ} <= found
    assert ABORTED.replace(" ", "-") not in found


@pytest.mark.parametrize("name", ASIDE)
def test_what_cannot_be_handled_is_set_aside_by_its_offset(foreign: ForeignField, name: str) -> None:
    """With its reason, its topic, partition and offset, and nothing behind it waits."""
    told = [letter.reference for letter in read_letters(foreign.kafka, utc_now() - timedelta(hours=1))]
    found = {(each.topic, each.partition, each.offset): each.reason for each in told if each is not None}
    assert found[INCIDENTS, 0, foreign.offsets[name]] is ASIDE[name]
    assert len(found) == len(told) == len(ASIDE)


def _first_offsets(kafka: KafkaSettings) -> set[str]:
    """Return nothing; it must find the first record of the topic, and the one behind an aborted one."""

    async def look() -> tuple[int | None, int | None]:
        find = FirstOffset(kafka)
        return await find((INCIDENTS, 0), 0), await find((INCIDENTS, 0), 10_000)

    assert asyncio.run(look()) == (0, None)
    return set()


def _polled(kafka: KafkaSettings) -> set[str]:
    consumer = Consumer(bootstrap_servers=kafka.bootstrap_servers, enable_auto_commit=False)
    place = TopicPartition(INCIDENTS, 0)
    consumer.assign([place])
    consumer.seek_to_beginning(place)
    end, found = consumer.end_offsets([place])[place], []
    while consumer.position(place) < end:
        found += [record for records in consumer.poll(timeout_ms=300).values() for record in records]
    consumer.close()
    return {(record.key or b"").decode()[:100] for record in found}


def _followed(kafka: KafkaSettings) -> set[str]:
    with Reader(kafka) as reader:
        ends = reader.ends((INCIDENTS,))
        reader.begin(dict.fromkeys(ends, 0))
        found = []
        while reader.behind(ends):
            found += reader.poll(0.3)
    return {(record.key or b"").decode()[:100] for record in found}


def _checked(kafka: KafkaSettings) -> set[str]:
    """Return nothing: every input that was accepted has its answer, and what was aborted was none."""
    cluster = KafkaCluster(kafka, utc_now() - timedelta(hours=1), lambda: False)
    check = Check(cluster, Ledger(timedelta(hours=1), timedelta(0)), utc_now, lambda: False, dry_run=True)
    await_handled(kafka, "decide", ("evidence", "evidence-urgent"))
    check.run()
    result = check.run()
    cluster.disconnect()
    assert result is not None
    assert result.missing == []
    return set()


CONSUMERS: Final[dict[str, Callable[[KafkaSettings], set[str]]]] = {
    "to the end": lambda kafka: {
        (record.key or b"").decode()[:100] for record in Reader(kafka).read_spans({(INCIDENTS, 0): _span(kafka)})
    },
    "following": _followed,
    "the client alone": _polled,
    "intake's memory": lambda kafka: {each.incident_id for each in read_messages(kafka, INCIDENTS, Incident)},
    "a gap's reason": _first_offsets,
    "completeness": _checked,
}


def _span(kafka: KafkaSettings) -> tuple[int, int]:
    with Reader(kafka) as reader:
        return reader.spans((INCIDENTS,))[INCIDENTS, 0]


@pytest.mark.parametrize("consumer", CONSUMERS)
def test_each_consumer_reads_past_it(foreign: ForeignField, consumer: str) -> None:
    """It comes to the end, sees what was said, and not what was aborted."""
    found = CONSUMERS[consumer](foreign.kafka)
    names = {foreign.ids[each] for each in found if each in foreign.ids}
    if found:
        assert set(READ) <= names
        assert ABORTED not in names


def act(foreign: ForeignField, name: str, alert: Alert, what: Action, partition: int, how: str) -> None:
    """Send an action as a partner's tool does, on a partition."""
    now = utc_now()
    made = example(
        OperatorAction, action_id=name, control_room_id=alert.control_room_id, alert_id=alert.alert_id, action=what,
        seen_revision=alert.revision, user="hor-7", verdict="false", until=None, acted_at=now,
    )  # fmt: skip
    record = encode(made, stage="dispatch", handled_at=now, entered_at=now)
    foreign.write(how, OPERATOR_ACTIONS, partition, record.key, record.value, record.headers)


def test_other_partitioner(foreign: ForeignField) -> None:
    """An action is done wherever a client put it, by CRC-32 or at random, with any codec; an aborted one is not."""
    alerts, right = foreign.alerts(), partition_of(OPERATOR_ACTIONS, example(OperatorAction).key().encode())
    wrong = [number for number in range(ROOM_PARTITIONS) if number != right]
    asked = {
        "a-1": ("lz4", right, "lz4"), "a-2": ("snappy", wrong[0], "snappy"), "a-3": ("zstd", wrong[1], "zstd"),
        "a-4": ("gzip", wrong[2], "header without a value"),
    }  # fmt: skip
    act(foreign, "a-0", alerts["none"], Action.CLOSE, right, ABORTED)
    for name, (of, partition, how) in asked.items():
        act(foreign, name, alerts[of], Action.ASSIGN, partition, how)

    def done() -> bool:
        now = foreign.alerts()
        return all(now[of].handled_by == "hor-7" for of, _, _ in asked.values())

    eventually(done, WITHIN_S)
    sent_on = foreign.worker.measured("toezicht_messages_sent_on_total", topic=OPERATOR_ACTIONS)
    assert sent_on == 3, "one for each action on a wrong partition"
    assert newest(foreign.kafka, alerts["none"].alert_id, 30).state is AlertState.NEW
    assert {alert.state for alert in read_messages(foreign.kafka, ALERT_STATE, Alert)} <= set(AlertState)


def test_an_open_transaction_holds_up_no_reader(foreign: ForeignField) -> None:
    """Reading to the end comes to an end before it; once it is committed, what it wrote is there."""
    producer: Any = KafkaProducer(
        bootstrap_servers=foreign.kafka.bootstrap_servers, acks="all", transactional_id="hanging"
    )
    producer.init_transactions()
    producer.begin_transaction()
    made = report("held open")
    now = utc_now()
    record = encode(made, stage="foreign", handled_at=now, entered_at=now)
    producer.send(INCIDENTS, key=record.key, value=record.value, headers=record.headers)
    producer.flush()
    foreign.tell("last but one")  # behind it
    assert made.incident_id not in CONSUMERS["intake's memory"](foreign.kafka)
    producer.commit_transaction()
    producer.close()
    eventually(lambda: {"held-open", "last-but-one"} <= set(foreign.alerts()), WITHIN_S)


def test_a_mark_at_the_end_is_no_backlog(foreign: ForeignField) -> None:
    """What was aborted, and the mark of it, stand behind the last record and wait for nobody."""
    foreign.tell(ABORTED)
    lag = "toezicht_consumer_lag_messages"
    eventually(lambda: foreign.worker.measured(lag, stage="locate", topic=INCIDENTS) == 0, WITHIN_S)
