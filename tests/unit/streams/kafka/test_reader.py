"""Reading topics: where it begins and ends, what is passed over, what a failure costs, and a broker that goes silent."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from kafka import TopicPartition

from schemas.alerts import Alert
from schemas.snapshots import SnapshotRequest
from schemas.trends import Trend, TrendWeek
from streams import topics
from streams.canary.lines import KafkaLines
from streams.cli.budget import read_reports
from streams.cli.trends import read_trends
from streams.clients import actions, alerts, snapshots
from streams.completeness.cluster import KafkaCluster
from streams.completeness.ledger import RecordPlace
from streams.config.files import load_rules
from streams.dead_letters.letters import read_letters
from streams.demo.tally import TopicReader
from streams.kafka import reader
from streams.kafka.decoding import Decoder
from streams.kafka.errors import ClusterError
from streams.kafka.reader import Reader, TopicFollower, read_messages, read_records
from streams.replay.cluster import decision_records, state_now
from streams.replay.explain import read_alert, read_room
from streams.settings import KafkaSettings
from streams.topics import ALERTS
from tests.support.kafka import FakeConsumer, FakeTopics, silent_broker
from tests.support.messages import NOON, example

KAFKA = KafkaSettings(bootstrap_servers="kafka:9092")
FIRST, SECOND = TopicPartition(ALERTS, 0), TopicPartition(ALERTS, 1)


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> FakeTopics:
    """Return topics in memory, which every reader reads."""
    held = FakeTopics()
    monkeypatch.setattr(reader, "Consumer", partial(FakeConsumer, held))
    monkeypatch.setattr(reader, "POLL_S", 0.002)
    return held


def alert(name: str, **changes: Any) -> Alert:
    return example(Alert, alert_id=name, changed_at=NOON, asks=True, **changes)


def fill(held: FakeTopics, count: int, partition: int = 0) -> None:
    """Append alerts that are named by their partition and offset, a second apart."""
    for _ in range(count):
        offset = held.end(TopicPartition(ALERTS, partition))
        held.add(ALERTS, alert(f"{partition}-{offset}"), NOON + timedelta(seconds=offset), partition=partition)


def offsets(records: Any, partition: int = 0) -> list[int]:
    return [each.offset for each in records if each.partition == partition]


@pytest.mark.parametrize(
    ("since_s", "expected"), [(None, ["a", "b", "c"]), (0, ["a", "b", "c"]), (30, ["b", "c"]), (61, [])]
)
def test_a_topic_is_read_from_a_time_up_to_now(
    held: FakeTopics, since_s: float | None, expected: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    """Deletions and other kinds are passed over, what cannot be decoded is told; what comes meanwhile is left for later."""
    caplog.set_level("WARNING")
    for after_s, message in (
        (0, alert("a")),
        (10, None),
        (30, alert("b")),
        (45, example(SnapshotRequest)),
        (60, alert("c")),
    ):
        held.add(ALERTS, message, NOON + timedelta(seconds=after_s), partition=1)
    held.add(ALERTS, None, NOON + timedelta(seconds=60), value=b"{", partition=1)
    found = []
    for each in read_messages(KAFKA, ALERTS, Alert, None if since_s is None else NOON + timedelta(seconds=since_s)):
        found.append(each.alert_id)
        held.add(ALERTS, alert("later"), NOON + timedelta(days=1), partition=1)
    assert found == expected
    assert ("could not be decoded: 1 of alerts" in caplog.text) is (since_s != 61)


def test_all_partitions_are_read_each_in_order(held: FakeTopics) -> None:
    """A partition that is at its end is not asked any more."""
    fill(held, 5)
    fill(held, 2, partition=1)
    found = list(read_records(KAFKA, (ALERTS,)))
    assert (offsets(found), offsets(found, 1)) == ([0, 1, 2, 3, 4], [0, 1])
    assert list(read_records(KAFKA, (topics.AUDIT, topics.INCIDENTS))) == []


def test_spans_are_read_as_far_as_they_are_retained(held: FakeTopics) -> None:
    """Exactly those records, be the last offsets without one; an empty span is not read."""
    fill(held, 6)
    held.begins[FIRST] = 2
    held.ends[FIRST] = 9  # a transaction's mark, or what compaction took
    with Reader(KAFKA) as spans:
        assert spans.spans((ALERTS,), NOON + timedelta(seconds=3), NOON + timedelta(seconds=5))[ALERTS, 0] == (3, 5)
        assert spans.spans((ALERTS,))[ALERTS, 0] == (2, 9)
        assert offsets(spans.read_spans({(ALERTS, 0): (3, 5), (ALERTS, 1): (0, 0)})) == [3, 4]
        assert offsets(spans.read_spans({(ALERTS, 0): (0, 4)})) == [2, 3]
        assert offsets(spans.read_spans({(ALERTS, 0): (0, 1)})) == []
        assert offsets(spans.read_spans({(ALERTS, 0): (4, 9)})) == [4, 5]
    assert held.consumers == 1


def test_reading_goes_on_where_it_was(held: FakeTopics) -> None:
    """Nothing beyond the limit is given, nothing is left out, and nothing comes twice."""
    fill(held, 7)
    following = Reader(KAFKA)
    following.begin({(ALERTS, 0): 1})
    assert following.behind({(ALERTS, 0): 4}) == [FIRST]
    assert offsets(following.read({(ALERTS, 0): 4})) == [1, 2, 3]
    assert following.behind({(ALERTS, 0): 4}) == []
    assert offsets(following.read({(ALERTS, 0): 4})) == []
    following.close()
    assert offsets(following.read(following.ends((ALERTS,)))) == [4, 5, 6]


def test_what_was_polled_and_not_taken_comes_again(held: FakeTopics) -> None:
    """Whoever stops in the midst of it goes on with the next record."""
    fill(held, 4)
    following = Reader(KAFKA)
    following.begin({(ALERTS, 0): 0})
    taking = following.read({(ALERTS, 0): 4})
    assert next(taking).offset == 0
    taking.close()  # type: ignore[attr-defined]
    assert offsets(following.read({(ALERTS, 0): 4})) == [1, 2, 3]


def test_a_failure_is_one_line_and_the_next_call_goes_on(held: FakeTopics) -> None:
    """It names the address, the topic, the reason and what to do."""
    fill(held, 3)
    following = Reader(KAFKA)
    following.begin({(ALERTS, 0): 1})
    for refusals, failures, reason in ((1, 0, "away"), (0, 1, "gone")):
        held.refusals, held.failures = refusals, failures
        with pytest.raises(ClusterError) as caught:
            list(following.read({(ALERTS, 0): 3}))
        assert str(caught.value) == (
            f"Kafka at kafka:9092: alerts cannot be read: KafkaConnectionError: {reason}; expected a running broker with our "
            "topics; see KAFKA_BOOTSTRAP_SERVERS and `toezicht topics check`"
        )
    assert offsets(following.read({(ALERTS, 0): 3})) == [1, 2]


def test_from_now_on(held: FakeTopics) -> None:
    """What was there before is not given; what comes is, once, through a failure too."""
    fill(held, 3)
    following = Reader(KAFKA)
    following.begin(following.ends((ALERTS,)))
    assert following.poll(0.002) == []
    fill(held, 3)
    found = following.poll(0.002)
    held.failures = 1
    with pytest.raises(ClusterError):
        following.poll(0.002)
    found += following.poll(0.002)
    assert offsets(found) == [3, 4, 5]
    assert dict(following.stands)[ALERTS, 0] == 6


def test_a_topic_that_is_made_anew_is_not_given_twice(held: FakeTopics) -> None:
    """The client goes back to its beginning; what was given before is passed over."""
    fill(held, 6)
    following = Reader(KAFKA)
    following.begin({(ALERTS, 0): 0})
    assert len(list(following.read({(ALERTS, 0): 4}))) == 4
    consumer: Any = following._consumer
    consumer.seek(FIRST, 0)
    assert offsets(following.read({(ALERTS, 0): 6})) == [4, 5]


def test_a_topic_that_is_made_anew_is_known_by_its_id(held: FakeTopics) -> None:
    """Also when it grew beyond where its reader stands, and when the reader was away meanwhile; it is said once."""
    held.ids = {ALERTS: "first", topics.TRENDS: "other"}
    fill(held, 3)
    reading = Reader(KAFKA)
    ends = reading.ends((ALERTS, topics.TRENDS))
    assert reading.made_anew(ends) == frozenset()
    reading.begin(ends)
    reading.close()
    held.make_anew(ALERTS)
    fill(held, 9)
    later = reading.ends((ALERTS, topics.TRENDS))
    assert reading.made_anew(later) == {ALERTS}
    assert reading.made_anew(later) == frozenset()


def test_a_broker_without_ids_tells_by_where_a_topic_ends(held: FakeTopics) -> None:
    """It ends before where its reader stands, which no topic does of which nothing was lost."""
    fill(held, 3)
    reading = Reader(KAFKA)
    reading.begin(reading.ends((ALERTS,)))
    assert reading.made_anew(reading.ends((ALERTS,))) == frozenset()
    held.make_anew(ALERTS)
    held.ids.clear()
    fill(held, 2)
    assert reading.made_anew(reading.ends((ALERTS,))) == {ALERTS}


def test_it_stops_in_the_midst(held: FakeTopics) -> None:
    """When it is told to; what is left is read when it goes on."""
    fill(held, 6)
    stop: list[bool] = []
    following = Reader(KAFKA, stopping=lambda: bool(stop))
    following.begin({(ALERTS, 0): 0})
    found = []
    for record in following.read({(ALERTS, 0): 6}):
        found.append(record.offset)
        stop.append(True)
    stop.clear()
    assert found + offsets(following.read({(ALERTS, 0): 6})) == [0, 1, 2, 3, 4, 5]


READ_TO_AN_END: dict[str, Callable[[], object]] = {
    "records": lambda: list(read_records(KAFKA, (ALERTS,))),
    "messages": lambda: list(read_messages(KAFKA, ALERTS, Alert, NOON)),
    "decisions": lambda: decision_records(Reader(KAFKA), None, None),
    "state": lambda: state_now(Reader(KAFKA)),
    "letters": lambda: list(read_letters(KAFKA)),
    "trends": lambda: list(read_trends(KAFKA, Decoder())),
    "budget": lambda: read_reports(KAFKA, NOON, NOON, load_rules().budget, Decoder()),  # type: ignore[arg-type]
    "explained alert": lambda: read_alert(KAFKA, "a", Decoder()),
    "explained inputs": lambda: read_room(KAFKA, alert("a")),
    "answers": lambda: list(KafkaCluster(KAFKA, NOON, lambda: False).answers()),
    "inputs": lambda: list(KafkaCluster(KAFKA, NOON, lambda: False).inputs({(topics.INCIDENTS, 0): 3})),
    "input again": lambda: KafkaCluster(KAFKA, NOON, lambda: False).send_again(RecordPlace(topics.INCIDENTS, 0, 1)),
}


@pytest.mark.parametrize("name", READ_TO_AN_END)
def test_a_broker_that_goes_silent_is_an_error_and_no_half_an_answer(
    held: FakeTopics, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Whatever is read up to an end: more is there, and nothing comes."""
    for topic in topics.TOPICS:
        for partition in [*range(topic.partitions)] * 3:
            held.add(topic.name, alert("a"), NOON, partition=partition)
    held.silent = True
    monkeypatch.setattr(reader, "STALLED_S", 0.01)
    with pytest.raises(ClusterError, match=r"kafka:9092: [a-z-]+ cannot be read: .*nothing came for 0 s; expected "):
        READ_TO_AN_END[name]()


def test_a_broker_that_is_slow_is_waited_for(held: FakeTopics, monkeypatch: pytest.MonkeyPatch) -> None:
    """The time that a record's work takes is not the broker's."""
    fill(held, 5)
    now_s = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now_s[0])
    found = []
    for record in read_records(KAFKA, (ALERTS,)):
        found.append(record.offset)
        now_s[0] += 3 * reader.STALLED_S
    assert found == [0, 1, 2, 3, 4]


READ_AT_ALL: dict[str, Callable[[KafkaSettings], object]] = {
    "records": lambda kafka: list(read_records(kafka, (ALERTS,))),
    "alerts": lambda kafka: alerts.AlertReader(kafka, from_start=True),
    "newest": lambda kafka: actions.newest(kafka, "a", 60),
    "request": lambda kafka: snapshots.ask(kafka, example(SnapshotRequest), 60),
    "canary": lambda kafka: KafkaLines(kafka, lambda: NOON),
    "tally": lambda kafka: TopicReader(kafka, lambda _: None),
}


@pytest.mark.parametrize("name", READ_AT_ALL)
def test_something_that_never_answers_is_one_line(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """It takes the connection, and that is all."""
    monkeypatch.setattr(reader, "ANSWER_S", 0.6)
    with (
        silent_broker() as address,
        pytest.raises(ClusterError, match=rf"Kafka at {address}: [a-z, -]+: .*; expected "),
    ):
        READ_AT_ALL[name](KafkaSettings(bootstrap_servers=address))


def test_trying_again_leaves_nothing_behind() -> None:
    """kafka-python leaves the thread of a consumer that could not connect; whoever tries for days would drown in them."""
    before = threading.active_count()
    with silent_broker() as address:
        for _ in range(3):
            with pytest.raises(ClusterError):
                Reader(KafkaSettings(bootstrap_servers=address), answer_s=0.6).ends((ALERTS,))
    deadline_s = time.monotonic() + 20
    while threading.active_count() > before and time.monotonic() < deadline_s:
        time.sleep(0.01)
    assert threading.active_count() <= before


class Follow(TopicFollower):
    """Takes what comes, and breaks once."""

    def __init__(self) -> None:
        super().__init__(KAFKA, "test")
        self.found: list[int] = []
        self.breaks = 1
        self._reader.begin({FIRST: 0})

    def _follow(self) -> None:
        while not self._stop.is_set():
            records = self._reader.poll()
            self.found += [each.offset for each in records]
            if self.found and self.breaks:
                self.breaks -= 1
                raise RuntimeError("broken")


def test_a_follower_goes_on_through_everything(held: FakeTopics, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cluster that is away, one that goes away, and a fault of ours; then it ends when it is told to."""
    monkeypatch.setattr(reader, "RETRY_S", 0.001)
    fill(held, 5)
    held.refusals, held.failures = 2, 2
    follow = Follow()
    follow.start()
    deadline_s = time.monotonic() + 20
    while len(follow.found) < 5 and time.monotonic() < deadline_s:
        time.sleep(0.002)
    follow.stop()
    follow.join(20)
    assert follow.found == [0, 1, 2, 3, 4]
    assert held.consumers == 6


def test_trends_are_read_in_order(held: FakeTopics) -> None:
    """Deletions are passed over; what cannot be decoded, as of a newer release, is counted."""
    first, second = example(TrendWeek), example(Trend)
    held.add(topics.TRENDS, first, NOON)
    held.add(topics.TRENDS, None, NOON)
    held.add(topics.TRENDS, second, NOON)
    held.add(topics.TRENDS, None, NOON, value=b"{")
    decoder = Decoder()
    assert list(read_trends(KAFKA, decoder)) == [first, second]
    assert decoder.undecodable == {topics.TRENDS: 1}


def test_the_budget_is_reported_from_both_topics(held: FakeTopics) -> None:
    """What asked lately is on one, what is open for longer on the other; what cannot be decoded of each is counted."""
    rule = load_rules().budget
    assert rule is not None
    held.add(ALERTS, alert("a"), NOON)
    held.add(ALERTS, alert("a"), NOON)
    held.add(topics.ALERT_STATE, alert("old", opened_at=NOON - timedelta(days=3), state="new"), NOON)
    for topic in (ALERTS, topics.ALERT_STATE, topics.ALERT_STATE):
        held.add(topic, None, NOON, value=b"{")
    decoder = Decoder()
    [report] = read_reports(KAFKA, NOON - timedelta(hours=1), NOON + timedelta(seconds=5), rule, decoder)
    assert decoder.undecodable == {ALERTS: 1, topics.ALERT_STATE: 2}
    assert (report.whole.shown, [each.alert_id for each in report.stale]) == (1, ["old"])
