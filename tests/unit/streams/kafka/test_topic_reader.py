"""Reading a topic up to now: where it begins, where it ends, and what it passes over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from schemas.alerts import Alert
from schemas.codec import encode
from streams.cli.budget import read_reports
from streams.config.files import load_rules
from streams.kafka import topic_reader
from streams.kafka.errors import ClusterError
from streams.settings import KafkaSettings
from streams.topics import ALERT_STATE, ALERTS
from tests.support.messages import NOON, example


class FakeConsumer:
    """Topics in memory, of one partition with records and others without; gives two records at each poll.

    Each topic holds records as pairs of their time and their value; what is appended while it is read is past the end.
    """

    def __init__(self, topics: Mapping[str, list[tuple[datetime, Alert | bytes | None]]]) -> None:
        self._topics = topics
        self._at: dict[Any, int] = {}
        self.closed = False

    def assign(self, partitions: list[Any]) -> None:
        self._at = dict.fromkeys(partitions, -1)

    def end_offsets(self, partitions: list[Any]) -> dict[Any, int]:
        return {each: len(self._records(each)) for each in partitions}

    def seek_to_beginning(self, *partitions: Any) -> None:
        self._at |= dict.fromkeys(partitions, 0)

    def offsets_for_times(self, times: dict[Any, int]) -> dict[Any, Any]:
        found = {}
        for partition, at_ms in times.items():
            later = [n for n, (at, _) in enumerate(self._records(partition)) if at.timestamp() * 1000 >= at_ms]
            found[partition] = SimpleNamespace(offset=later[0]) if later else None
        return found

    def seek(self, partition: Any, offset: int) -> None:
        self._at[partition] = offset

    def position(self, partition: Any) -> int:
        return self._at[partition]

    def poll(self, timeout_ms: int) -> dict[Any, list[Any]]:
        assert timeout_ms > 0
        given = {}
        for partition, start in list(self._at.items()):
            chosen = list(enumerate(self._records(partition)))[start : start + 2]
            self._at[partition] += len(chosen)
            if chosen:
                given[partition] = [self._record(offset, value) for offset, (_, value) in chosen]
                self._records(partition).append((NOON + timedelta(days=1), None))
        return given

    def close(self) -> None:
        self.closed = True

    def _records(self, partition: Any) -> list[tuple[datetime, Alert | bytes | None]]:
        return self._topics[partition.topic] if partition.partition == 1 else []

    @staticmethod
    def _record(offset: int, value: Alert | bytes | None) -> Any:
        if isinstance(value, Alert):
            record = encode(value, stage="decide", handled_at=NOON, entered_at=NOON)
            return SimpleNamespace(offset=offset, value=record.value, headers=record.headers)
        return SimpleNamespace(offset=offset, value=value, headers=[])


def alert(name: str, **changes: Any) -> Alert:
    return example(Alert, alert_id=name, changed_at=NOON, asks=True, **changes)


def use(monkeypatch: pytest.MonkeyPatch, consumer: FakeConsumer) -> KafkaSettings:
    monkeypatch.setattr(topic_reader, "KafkaConsumer", lambda **_: consumer)
    return KafkaSettings(bootstrap_servers="kafka:9092")


@pytest.mark.parametrize(
    ("since_s", "expected"), [(None, ["a", "b", "c"]), (0, ["a", "b", "c"]), (30, ["b", "c"]), (61, [])]
)
def test_a_topic_is_read_from_a_time_up_to_now(
    monkeypatch: pytest.MonkeyPatch, since_s: float | None, expected: list[str]
) -> None:
    """Deletions and what cannot be read are passed over; what comes while it is read is left for the next time."""
    held: list[tuple[datetime, Alert | bytes | None]] = [
        (NOON, alert("a")),
        (NOON + timedelta(seconds=10), None),
        (NOON + timedelta(seconds=30), alert("b")),
        (NOON + timedelta(seconds=40), b"{"),
        (NOON + timedelta(seconds=60), alert("c")),
    ]
    consumer = FakeConsumer({ALERTS: held})
    since = None if since_s is None else NOON + timedelta(seconds=since_s)
    found = list(topic_reader.read_until_now(use(monkeypatch, consumer), ALERTS, since))
    assert [each.alert_id for each in found if isinstance(each, Alert)] == expected
    assert consumer.closed


def test_a_cluster_that_is_not_there_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the address and the topic."""
    monkeypatch.setattr(topic_reader, "CONNECT_TIMEOUT_MS", 300)
    nobody = KafkaSettings(bootstrap_servers="127.0.0.1:1")
    with pytest.raises(ClusterError, match=r"127\.0\.0\.1:1: alerts cannot be read: "):
        list(topic_reader.read_until_now(nobody, ALERTS))


def test_the_budget_is_reported_from_both_topics(monkeypatch: pytest.MonkeyPatch) -> None:
    """What asked lately is on one, what is open for longer on the other."""
    rule = load_rules().budget
    assert rule is not None
    old = alert("old", opened_at=NOON - timedelta(days=3), state="new")
    consumer = FakeConsumer({ALERTS: [(NOON, alert("a")), (NOON, alert("a"))], ALERT_STATE: [(NOON, old)]})
    since = NOON - timedelta(hours=1)
    [report] = read_reports(use(monkeypatch, consumer), since, NOON + timedelta(seconds=5), rule)
    assert (report.whole.shown, [each.alert_id for each in report.stale]) == (1, ["old"])
