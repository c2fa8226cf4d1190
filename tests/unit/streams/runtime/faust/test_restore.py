"""Reading state in bulk, against a reader in memory; `tests/integration/test_start.py` does it on a real broker."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import KafkaConnectionError
from faust.types import TP

from streams.kafka.batches import PackedValue
from streams.runtime.faust import restore as restoring
from streams.runtime.faust.restore import ChangelogRestore
from streams.runtime.faust.table import StateTable
from streams.runtime.state import KEPT_AT_KEY, StateError
from streams.settings import KafkaSettings
from tests.support.tables import table_in

TOPIC = "decide-state-changelog"


class Row(NamedTuple):
    """A record of a changelog."""

    offset: int
    key: bytes | None
    value: bytes | None


@dataclass
class FakeReader:
    """A consumer over lists: it gives a few records at once, and passes over offsets that are not there."""

    logs: Mapping[int, list[Row]]
    ends: Mapping[int, int]
    refusals: int = 0
    after_read: Callable[[], None] = lambda: None
    positions: dict[int, int] = field(default_factory=dict)
    reads: int = 0
    stopped: int = 0

    async def start(self) -> None:
        """Connect, or not."""
        if self.refusals:
            self.refusals -= 1
            raise KafkaConnectionError("no broker")

    async def stop(self) -> None:
        """Disconnect."""
        self.stopped += 1

    def assign(self, places: list[TopicPartition]) -> None:
        """Take partitions."""
        self.positions = dict.fromkeys((place.partition for place in places), 0)

    def seek(self, place: TopicPartition, offset: int) -> None:
        """Go to an offset."""
        self.positions[place.partition] = offset

    async def position(self, place: TopicPartition) -> int:
        """Tell where the reader stands."""
        return self.positions[place.partition]

    async def getmany(self, *, timeout_ms: int, max_records: int) -> dict[TopicPartition, list[Row]]:
        """Give some records of each partition."""
        self.reads += 1
        found = {}
        for number, position in self.positions.items():
            rows = [row for row in self.logs[number] if row.offset >= position][:max_records]
            self.positions[number] = rows[-1].offset + 1 if rows else self.ends[number]
            if rows:
                found[TopicPartition(TOPIC, number)] = rows
        self.after_read()
        return found


@dataclass
class Scene:
    """A table on disk, a changelog in memory."""

    table: StateTable
    failures: list[Exception]
    reader: FakeReader
    made: int = 0

    def restore(self, offsets: Mapping[int, int]) -> dict[int, int]:
        """Restore from these offsets up to the ends, and return the offsets afterwards."""
        moved = {TP(TOPIC, number): offset for number, offset in offsets.items()}
        highwaters = {tp: self.reader.ends[tp.partition] - 1 for tp in moved}
        restore = ChangelogRestore("decide", KafkaSettings(bootstrap_servers="127.0.0.1:1"))
        asyncio.run(restore(dict.fromkeys(moved, self.table), moved, highwaters))
        return {tp.partition: offset for tp, offset in moved.items()}

    def rows(self, partition: int = 0) -> dict[bytes, bytes]:
        """Return what is on disk."""
        database = self.table.data._db_for_partition(partition)
        return {key: value for key, value in database.items() if key not in (self.table.data.offset_key, KEPT_AT_KEY)}


@pytest.fixture
def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """Return a scene with an empty disk and three empty partitions."""
    _, table, failures = table_in(tmp_path)
    made = Scene(table, failures, FakeReader({0: [], 1: [], 2: []}, {0: 0, 1: 0, 2: 0}))

    def reader(**_: Any) -> FakeReader:
        made.made += 1
        return made.reader

    monkeypatch.setattr(restoring, "AIOKafkaConsumer", reader)
    monkeypatch.setattr(restoring, "TRY_AGAIN_S", 0)
    return made


def changelog(scene: Scene, rows: list[Row], end: int, partition: int = 0) -> None:
    """Put records into a partition's changelog."""
    scene.reader.logs = {**scene.reader.logs, partition: rows}
    scene.reader.ends = {**scene.reader.ends, partition: end}


def test_partitions_that_are_up_to_date_cost_nothing(scene: Scene) -> None:
    """Not even a connection: each rebalance comes by here. An empty changelog is up to date."""
    changelog(scene, [Row(0, b"a", b"1")], 1)
    assert scene.restore({0: 0, 1: -1}) == {0: 0, 1: -1}
    assert scene.made == 0


def test_the_newest_version_of_each_row_is_kept_and_the_offset_of_the_last_record(scene: Scene) -> None:
    """Deleted rows are gone, also those that local state already had; the highest offset is known afterwards."""
    scene.table.keep(0, {b"a": b"0", b"c": b"0"}, 1)
    changelog(scene, [Row(2, b"a", b"1"), Row(3, b"b", b"1"), Row(4, b"c", None), Row(5, b"a", b"2")], 6)
    assert scene.restore({0: 1}) == {0: 5}
    assert scene.rows() == {b"a": b"2", b"b": b"1"}
    assert scene.table.persisted_offset(TP(TOPIC, 0)) == 5


@pytest.mark.parametrize(
    "rows",
    [[], [Row(7, b"a", b"1")], [Row(2, b"a", b"1")], [Row(9, b"a", b"1")]],
    ids=["nothing", "between", "before", "last"],
)
def test_offsets_without_a_record_are_passed_over(scene: Scene, rows: list[Row]) -> None:
    """Compaction leaves holes, transactions leave marks; the framework would wait at one at the end for ever."""
    changelog(scene, rows, 10)
    assert scene.restore({0: -1}) == {0: 9}
    assert scene.table.persisted_offset(TP(TOPIC, 0)) == 9
    assert scene.rows() == {row.key: row.value for row in rows}


def test_what_a_client_put_into_the_changelog_that_is_no_row_is_left_out(scene: Scene) -> None:
    """One without a key, or that cannot be unpacked, ended each worker; it is told, and the rows around it are restored."""
    broken = PackedValue.because("its checksum is wrong", b"raw")
    changelog(
        scene,
        [Row(0, b"a", b"1"), Row(1, None, b"x"), Row(2, None, broken), Row(3, b"b", broken), Row(4, b"b", b"2")],
        5,
    )
    assert scene.restore({0: -1}) == {0: 4}
    assert scene.rows() == {b"a": b"1", b"b": b"2"}
    scene.table.apply_changelog_batch(
        [SimpleNamespace(message=SimpleNamespace(partition=0, offset=6, key=None, value=broken))]
    )
    assert scene.rows() == {b"a": b"1", b"b": b"2"}
    assert scene.failures == []


def test_nothing_is_taken_from_beyond_the_end_that_was_asked_for(scene: Scene) -> None:
    """What comes after it is another worker's, or the next recovery's."""
    changelog(scene, [Row(0, b"a", b"1"), Row(1, b"a", b"2"), Row(2, b"b", b"1")], 3)
    scene.reader.ends = {**scene.reader.ends, 0: 1}
    assert scene.restore({0: -1}) == {0: 0}
    assert scene.rows() == {b"a": b"1"}


def test_large_partitions_are_written_in_parts_and_each_says_how_far_it_reaches(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a kill in the middle the next worker goes on from there."""
    monkeypatch.setattr(restoring, "BATCH_BYTES", 1)
    monkeypatch.setattr(restoring, "RECORDS_AT_ONCE", 2)
    changelog(scene, [Row(number, b"%d" % number, b"1") for number in range(5)], 5)
    changelog(scene, [Row(0, b"other", b"1")], 1, partition=1)
    seen: list[int | None] = []
    scene.reader.after_read = lambda: seen.append(scene.table.persisted_offset(TP(TOPIC, 0)))
    assert scene.restore({0: -1, 1: -1}) == {0: 4, 1: 0}
    assert seen == [None, 1, 3]
    assert len(scene.rows(0)) == 5
    assert scene.rows(1) == {b"other": b"1"}


def test_rows_that_cannot_be_stored_end_the_worker(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk: the worker must not go on without them."""

    def full(*_: Any) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(scene.table, "keep", full)
    changelog(scene, [Row(0, b"a", b"1")], 1)
    with pytest.raises(OSError, match="No space"):
        scene.restore({0: -1})
    assert isinstance(scene.failures[0], StateError)
    assert scene.reader.stopped == 1


def test_a_broker_that_does_not_answer_is_tried_again(scene: Scene) -> None:
    """Restoring waits for it, as everything else does."""
    scene.reader.refusals = 2
    changelog(scene, [Row(0, b"a", b"1")], 1)
    assert scene.restore({0: -1}) == {0: 0}


def test_long_work_tells_how_far_it_is(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Every few seconds, and at its end."""
    monkeypatch.setattr(restoring, "TELL_EVERY_S", 0)
    monkeypatch.setattr(restoring, "RECORDS_AT_ONCE", 2)
    changelog(scene, [Row(number, b"a", b"1") for number in range(4)], 4)
    with caplog.at_level("INFO"):
        scene.restore({0: -1})
    assert "decide: state is restored: 2 of 4 records" in caplog.text
    assert "decide: state was restored: 4 records" in caplog.text


def test_a_step_of_the_recovery_that_takes_long_is_waited_for(tmp_path: Path) -> None:
    """The framework would take it for the end of the worker, and never recover anything again."""
    app, _, _ = table_in(tmp_path)
    done: list[bool] = []

    async def step() -> None:
        await asyncio.sleep(0.05)
        done.append(True)

    async def scenario() -> None:
        await app.tables.recovery._wait(step(), timeout=0.001)

    asyncio.run(scenario())
    assert done == [True]
