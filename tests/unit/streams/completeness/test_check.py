"""The completeness check over the real stages and a Kafka in memory, where inputs can be lost on purpose."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from prometheus_client import REGISTRY

from schemas.actions import Action
from schemas.base import Message
from schemas.codec import decode, encode
from schemas.dead_letters import DeadLetterReason
from schemas.decisions import DecisionLog
from schemas.evidence import Verdict
from schemas.incidents import Operation
from streams import topics
from streams.cli.completeness import said
from streams.completeness import check
from streams.completeness.check import ANSWERS, STAGE_OF, Check, CheckResult, input_id, take_input
from streams.completeness.ledger import COPIES_AT_MOST, Ledger, MissingReason, RecordPlace
from streams.config.files import load_rules
from streams.kafka.dead_letter import Fault, dead_letter
from streams.kafka.partitioner import partition_of
from streams.kafka.record import Record, Where, first_appended_at, sent_again
from streams.runtime.encode import encoded
from streams.runtime.guard import read_record
from streams.stages.base import Input, Stage
from streams.stages.decide.stage import Decide
from streams.stages.locate import Locate
from tests.support.rows import FakeRows
from tests.support.situations import NOON, action, camera, episode, incident, registry, report, seconds, sighting

GRACE_S = 30


@pytest.fixture(autouse=True)
def one_partition(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let all topics have one partition, as those of the world below."""
    monkeypatch.setattr(check, "partition_of", lambda topic, key: 0)


class World:
    """Topics of one partition, two stages, and the time."""

    def __init__(self) -> None:
        self.now = NOON + seconds(100)
        self.topics: dict[str, list[Record]] = defaultdict(list)
        self.position: dict[str, int] = defaultdict(int)
        self.at: dict[str, int] = {}
        cameras = registry(camera("cam-1", 0))
        rules = load_rules()
        self.stages: list[tuple[Stage, FakeRows]] = [
            (Locate(cameras, rules, "Europe/Amsterdam"), FakeRows()),
            (Decide(rules, cameras.version), FakeRows()),
        ]
        self.gone: set[RecordPlace] = set()
        self.check = Check(
            self, Ledger(timedelta(hours=1), seconds(GRACE_S)), lambda: self.now, lambda: False, dry_run=False
        )

    def append(self, topic: str, key: bytes | None, value: bytes | None, headers: list[tuple[str, bytes]]) -> int:
        """Append a record."""
        offset = len(self.topics[topic])
        self.topics[topic].append(Record(topic, 0, offset, key, value, headers, self.now))
        return offset

    def put(self, topic: str, message: Message) -> int:
        """Send a message."""
        sent = encode(message, stage="test", handled_at=self.now, entered_at=self.now)
        return self.append(topic, sent.key, sent.value, sent.headers)

    def work(self, lost: Collection[RecordPlace] = ()) -> None:
        """Let the stages take all that waits; what is lost is committed and not handled."""
        for stage, rows in self.stages:
            for topic in (topic for topic, name in STAGE_OF.items() if name == stage.name):
                waiting = self.topics[topic][self.at.get(topic, 0) :]
                for record in waiting:
                    if RecordPlace(topic, 0, record.offset) not in lost:
                        self._handle(stage, rows, record)
                self.at[topic] = len(self.topics[topic])

    def _handle(self, stage: Stage, rows: FakeRows, record: Record) -> None:
        at = first_appended_at(record.headers, record.appended_at)
        item = read_record(replace(record, appended_at=at), stage.max_late)
        if isinstance(item, Fault):
            letter = dead_letter(stage.name, record, item).record
            self.append(topics.DEAD_LETTERS, letter.key, letter.value, letter.headers)
        elif isinstance(item, Input):
            for sent in encoded(stage.name, stage.handle(item, rows, at), item.entered_at, self.now):
                self.append(sent.topic, sent.record.key, sent.record.value, sent.record.headers)

    def committed(self) -> Mapping[Where, int]:
        """Return how far the stages are."""
        return {(topic, 0): offset for topic, offset in self.at.items()}

    def answers(self) -> Iterator[Record]:
        """Yield the new answers."""
        for topic in ANSWERS:
            yield from self._read(f"answers/{topic}", topic, len(self.topics[topic]))

    def inputs(self, until: Mapping[Where, int]) -> Iterator[Record]:
        """Yield the new inputs."""
        for (topic, _), offset in until.items():
            yield from self._read(topic, topic, offset)

    def _read(self, name: str, topic: str, until: int) -> Iterator[Record]:
        yield from self.topics[topic][self.position[name] : until]
        self.position[name] = max(self.position[name], until)

    def send_again(self, place: RecordPlace) -> int | None:
        """Append a copy."""
        if place in self.gone:
            return None
        record = self.topics[place.topic][place.offset]
        return self.append(place.topic, record.key, record.value, sent_again(record.headers, record.appended_at))

    def checked(self, after_s: float = GRACE_S) -> CheckResult:
        """Look, wait, and look again."""
        before = self.check.look()
        self.now += seconds(after_s)
        result = self.check.run()
        assert result is not None
        result.checked += before
        return result

    def decisions(self) -> list[DecisionLog]:
        """Return the decision log."""
        found = [decode(record.value or b"", record.headers) for record in self.topics[topics.DECISION_LOG]]
        return [each for each in found if isinstance(each, DecisionLog)]


def test_an_answer_that_cannot_be_decoded_is_told_beside_what_it_leaves_missing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Once: the input that it answered is missing to this check, and a person must see why."""
    caplog.set_level("WARNING")
    world = World()
    world.put(topics.EVIDENCE, report("a"))
    world.work()
    broken = world.topics[topics.DECISION_LOG][0]
    world.topics[topics.DECISION_LOG][0] = replace(broken, value=b"{")
    result = world.checked()
    assert (len(result.missing), result.undecodable) == (1, {topics.DECISION_LOG: 1})
    assert result.as_dict()["undecodable"] == {topics.DECISION_LOG: 1}
    assert "could not be decoded: 1 of decision-log" in said(result)
    assert "could not be decoded: 1 of decision-log" in caplog.text
    assert world.checked().undecodable == {}


def places(result: CheckResult) -> list[RecordPlace]:
    """Return where what is missing stands."""
    return [each.place for each in result.missing]


def value(name: str, topic: str) -> float:
    """Return a metric."""
    return REGISTRY.get_sample_value(name, {"topic": topic}) or 0.0


EVERYTHING: list[tuple[str, Message]] = [
    (topics.INCIDENTS, incident()),
    (topics.INCIDENTS, incident()),  # a duplicate
    (topics.INCIDENTS, incident(operation=Operation.UPDATE, revision=1, urgency=1)),
    (topics.INCIDENTS, incident("b", operation=Operation.CANCEL, position=None)),
    (topics.INCIDENTS, incident("far", occurred_at=NOON - timedelta(days=3))),
    (topics.EVIDENCE, sighting("unknown")),
    (topics.EVIDENCE, sighting("unknown", verdict=Verdict.UNSEEN)),
    (topics.EVIDENCE, episode()),
    (topics.EVIDENCE, episode()),
    (topics.EVIDENCE, episode("end", at=NOON + seconds(9), name="never-began")),
    (topics.EVIDENCE, report("direct")),
    (topics.OPERATOR_ACTIONS, action("no-such-alert", Action.ACKNOWLEDGE)),
    (topics.OPERATOR_ACTIONS, action("no-such-alert", Action.ACKNOWLEDGE)),
]


def test_everything_that_the_stages_handle_has_an_answer() -> None:
    """Duplicates, cancellations, answers before their report, refused actions: what changes nothing is on record too."""
    world = World()
    for topic, message in EVERYTHING:
        world.put(topic, message)
    world.work()
    result = world.checked()
    assert result.missing == []
    assert result.checked == len(EVERYTHING) + 6  # each report is evidence too, the cancellation in both rooms
    assert result.waiting == 0


@pytest.mark.parametrize("number", range(len(EVERYTHING)))
def test_each_kind_of_input_is_missed_when_it_is_lost(number: int) -> None:
    """Alone on its topic, committed and not handled; sent again it is decided as it would have been, once."""
    topic, message = EVERYTHING[number]
    world = World()
    told = value("toezicht_inputs_missing_total", topic)
    again = value("toezicht_inputs_reinjected_total", topic)
    first_at = world.now
    world.put(topic, message)
    world.work(lost={RecordPlace(topic, 0, 0)})
    result = world.checked()
    assert [(each.place, each.reason) for each in result.missing] == [
        (RecordPlace(topic, 0, 0), MissingReason.UNDECIDED)
    ]
    assert (result.reinjected, result.waiting) == (1, 1)
    assert value("toezicht_inputs_missing_total", topic) == told + 1
    assert value("toezicht_inputs_reinjected_total", topic) == again + 1
    copy = world.topics[topic][1]
    assert (copy.key, copy.value) == (world.topics[topic][0].key, world.topics[topic][0].value)
    assert first_appended_at(copy.headers, copy.appended_at) == first_at
    world.work()
    assert {each.now for each in world.decisions()} <= {first_at, copy.appended_at}
    assert world.checked().missing == []
    assert world.checked().waiting == 0
    assert value("toezicht_inputs_missing_total", topic) == told + 1


def test_a_backlog_is_not_missing() -> None:
    """A stage that is down for half a day leaves its inputs waiting, and they are not even read."""
    world = World()
    world.work()
    for topic, message in EVERYTHING:
        world.put(topic, message)
    assert world.checked(43_200).missing == []
    assert world.check.look() == 0


def raw_records(world: World) -> list[tuple[str, bytes | None, bytes | None, list[tuple[str, bytes]]]]:
    """Return records that no stage decides: undecodable, of no type, with a wrong key, from the future, deletions."""
    good = encode(incident(), stage="test", handled_at=NOON, entered_at=NOON)
    future = encode(incident("f", occurred_at=NOON + timedelta(days=2)), stage="test", handled_at=NOON, entered_at=NOON)
    return [
        (topics.INCIDENTS, b"k", b"{", good.headers),
        (topics.INCIDENTS, b"k", b"{}", []),
        (topics.INCIDENTS, b"other", good.value, good.headers),
        (topics.INCIDENTS, future.key, future.value, future.headers),
        (topics.EVIDENCE, b"k", b"\xff", [("ce_type", b"toezicht.evidence.v9"), ("ce_id", b"9")]),
        (topics.OPERATOR_ACTIONS, None, b"", []),
        (topics.EVIDENCE, b"k", None, []),
    ]


def test_a_dead_letter_is_an_answer_and_a_null_value_no_input() -> None:
    """Whether a record can be decoded or not; the same holds for a copy that is set aside after its first was lost."""
    world = World()
    raw = raw_records(world)
    for record in raw:
        world.append(*record)
    world.work()
    result = world.checked()
    assert (result.missing, result.checked) == ([], 6)
    world = World()
    for record in raw:
        world.append(*record)
    world.work(lost={RecordPlace(topic, 0, n) for topic in STAGE_OF for n in range(9)})
    result = world.checked()
    assert len(result.missing) == result.reinjected == 6
    world.work()
    assert world.checked().missing == []
    assert len(world.topics[topics.DEAD_LETTERS]) == 6


def test_a_dead_letter_of_another_stage_is_no_answer() -> None:
    """What `locate` could not handle says nothing about `decide`."""
    world = World()
    world.put(topics.EVIDENCE, episode())
    world.work(lost={RecordPlace(topics.EVIDENCE, 0, 0)})
    letter = dead_letter("locate", world.topics[topics.EVIDENCE][0], Fault(DeadLetterReason.INVALID, "x")).record
    world.append(topics.DEAD_LETTERS, letter.key, letter.value, letter.headers)
    assert places(world.checked()) == [RecordPlace(topics.EVIDENCE, 0, 0)]


def test_what_is_sent_on_from_a_wrong_partition_is_no_input_but_its_copy_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """A client with another partitioner: what answers the copy, were it a dead letter, does not stand at the first place."""
    monkeypatch.setattr(check, "partition_of", partition_of)
    sent = encode(action("a", Action.ACKNOWLEDGE), stage="test", handled_at=NOON, entered_at=NOON)
    right = partition_of(topics.OPERATOR_ACTIONS, sent.key)
    ledger = Ledger(timedelta(hours=1), seconds(GRACE_S))
    for partition, offset in (((right + 1) % 4, 3), (right, 5)):
        record = Record(topics.OPERATOR_ACTIONS, partition, offset, sent.key, sent.value, sent.headers, NOON)
        assert take_input(record, ledger) is (partition == right)
        ledger.committed({(topics.OPERATOR_ACTIONS, partition): 9}, NOON)
    ledger.set_aside(RecordPlace(topics.OPERATOR_ACTIONS, right, 5), NOON)
    assert ledger.missing(NOON + seconds(GRACE_S)) == []


def test_what_nothing_helps_is_given_up_after_three_copies() -> None:
    """It is counted as missing once and as given up once, and no fourth copy is sent, not by a new process either."""
    world = World()
    missing, given_up = (value(f"toezicht_inputs_{name}_total", topics.EVIDENCE) for name in ("missing", "given_up"))
    world.put(topics.EVIDENCE, episode())
    everything = {RecordPlace(topics.EVIDENCE, 0, n) for n in range(99)}
    for _ in range(6):
        world.work(lost=everything)
        result = world.checked()
    assert len(world.topics[topics.EVIDENCE]) == 1 + COPIES_AT_MOST
    assert result.missing == []
    assert value("toezicht_inputs_missing_total", topics.EVIDENCE) == missing + 1
    assert value("toezicht_inputs_given_up_total", topics.EVIDENCE) == given_up + 1
    world.position.clear()
    world.check = Check(
        world, Ledger(timedelta(hours=1), seconds(GRACE_S)), lambda: world.now, lambda: False, dry_run=False
    )
    assert places(world.checked()) == [RecordPlace(topics.EVIDENCE, 0, 0)]
    assert [each.reason for each in world.checked().missing] == [MissingReason.GIVEN_UP]
    assert len(world.topics[topics.EVIDENCE]) == 1 + COPIES_AT_MOST


def test_a_record_that_retention_took_is_given_up() -> None:
    """There is nothing left to send; a person is told."""
    world = World()
    world.put(topics.EVIDENCE, episode())
    world.work(lost={RecordPlace(topics.EVIDENCE, 0, 0)})
    world.gone.add(RecordPlace(topics.EVIDENCE, 0, 0))
    result = world.checked()
    assert (result.reinjected, result.given_up) == (0, 1)
    assert world.checked().missing == []


def test_a_dry_run_sends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """It tells the same."""
    world = World()
    world.check = Check(
        world, Ledger(timedelta(hours=1), seconds(GRACE_S)), lambda: world.now, lambda: False, dry_run=True
    )
    world.put(topics.INCIDENTS, incident())
    world.work(lost={RecordPlace(topics.INCIDENTS, 0, 0)})
    result = world.checked()
    assert (places(result), result.reinjected) == ([RecordPlace(topics.INCIDENTS, 0, 0)], 0)
    assert len(world.topics[topics.INCIDENTS]) == 1


def test_sending_again_what_was_decided_changes_nothing() -> None:
    """The copies of all inputs give no alert, only records of decisions with the same ids and nothing in them.

    This is beyond the ring of repeats, as if 2,048 other inputs had come between.
    """
    world = World()
    for topic, message in EVERYTHING:
        world.put(topic, message)
    world.work()
    alerts, log = len(world.topics[topics.ALERTS]), world.decisions()
    assert alerts
    for topic in STAGE_OF:
        for offset in range(len(world.topics[topic])):
            world.send_again(RecordPlace(topic, 0, offset))
    world.now += seconds(60)
    world.work()
    after = world.decisions()[len(log) :]
    assert len(world.topics[topics.ALERTS]) == alerts
    assert {each.input_id for each in after} <= {each.input_id for each in log}
    assert all(each.alert_ids == () for each in after)
    assert world.checked().missing == []


def test_one_line_tells_the_place_and_nothing_of_the_content(caplog: pytest.LogCaptureFixture) -> None:
    """No key, no id, no place name."""
    world = World()
    world.put(topics.INCIDENTS, incident())
    world.work(lost={RecordPlace(topics.INCIDENTS, 0, 0)})
    with caplog.at_level(logging.INFO):
        result = world.checked()
    (line,) = [record.getMessage() for record in caplog.records]
    assert line == "incidents/0@0 has no answer of locate: undecided, sent again 0 times"
    assert result.as_dict() == {
        "checked": 1,
        "waiting": 1,
        "missing": [{"topic": "incidents", "partition": 0, "offset": 0, "reason": "undecided", "copies": 0}],
        "reinjected": 1,
        "given_up": 0,
        "undecodable": {},
    }


def test_every_series_is_there_from_the_start() -> None:
    """So that the first increase is one."""
    World()
    names = ("checked_total", "missing_total", "reinjected_total", "given_up_total", "waiting")
    for topic in STAGE_OF:
        assert all(REGISTRY.get_sample_value(f"toezicht_inputs_{name}", {"topic": topic}) is not None for name in names)


def test_a_failing_cluster_leaves_the_check_to_be_made_again() -> None:
    """Nothing is counted twice, and the time of the last check stands still."""
    world = World()
    world.put(topics.INCIDENTS, incident())
    world.work(lost={RecordPlace(topics.INCIDENTS, 0, 0)})
    world.check.look()
    checked_at = REGISTRY.get_sample_value("toezicht_completeness_checked_at")
    told = value("toezicht_inputs_missing_total", topics.INCIDENTS)
    real: Any = world.send_again
    world.send_again = _refuse  # type: ignore[method-assign]
    world.now += seconds(GRACE_S)
    with pytest.raises(OSError, match="away"):
        world.check.run()
    assert REGISTRY.get_sample_value("toezicht_completeness_checked_at") == checked_at
    world.send_again = real  # type: ignore[method-assign]
    result = world.check.run()
    assert result is not None
    assert [(each.reason, each.copies) for each in result.missing] == [(MissingReason.STILL_UNDECIDED, 0)]
    assert result.reinjected == 1
    assert value("toezicht_inputs_missing_total", topics.INCIDENTS) == told + 1


def _refuse(place: RecordPlace) -> int | None:
    raise OSError("the broker is away")


def test_an_id_is_the_one_that_the_answer_names() -> None:
    """A report's own, whatever its event is called; else the event's; else a digest that a copy shares."""
    sent = encode(incident(), stage="test", handled_at=NOON, entered_at=NOON)
    foreign = [(name, b"theirs" if name == "ce_id" else value) for name, value in sent.headers]

    def of(topic: str, headers: list[tuple[str, bytes]], value: bytes = sent.value, at: datetime = NOON) -> str:
        return input_id(Record(topic, 0, 1, sent.key, value, headers, at), value)

    assert of(topics.INCIDENTS, foreign) == of(topics.INCIDENTS, sent.headers) == incident().message_id()
    assert of(topics.EVIDENCE, foreign) == "theirs"
    assert of(topics.EVIDENCE, []) == of(topics.EVIDENCE, sent_again([], NOON)) != of(topics.EVIDENCE, [], b"{}")
