"""A worker that starts from an empty disk has the state that its changelog says, however it is read from there."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest
import rocksdict
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from faust.types import TP
from kafka import KafkaAdminClient
from kafka import TopicPartition as Place

from bench.start.measure import fill, plain_read, start
from streams import topics
from streams.config.files import load_rules
from streams.runtime.faust import restore as restoring
from streams.runtime.faust.app import faust_app, state_table
from streams.runtime.faust.table import StateTable
from streams.runtime.state import KEPT_AT_KEY
from streams.settings import KafkaSettings
from streams.stages.decide.stage import Decide

pytestmark = [pytest.mark.integration, pytest.mark.slow]
CHANGELOG: Final = topics.changelog("decide")
OFFSET: Final = b"__faust\0offset__"
ROWS: Final = 3_000
TRANSACTIONS: Final = 20
"""Of one record each, so that a mark follows on every record."""
REWRITTEN, EMPTY, MARKED, CUT = range(4)
"""Partitions: many versions and deletions; nothing; transactions, whose marks are no records; its beginning is gone."""

Content = dict[bytes, bytes]


@pytest.fixture
def servers(empty_kafka: KafkaSettings) -> str:
    """Return a broker that has our topics, and nothing on them."""
    return empty_kafka.bootstrap_servers


async def write(servers: str, *, marked_at_the_end: bool) -> None:
    """Write changelogs of every kind; the same rows each time."""
    chance = random.Random(1)
    plain, marking = (
        AIOKafkaProducer(bootstrap_servers=servers, **more) for more in ({}, {"transactional_id": "start-test"})
    )
    await plain.start()
    await marking.start()
    for number in range(ROWS):
        for partition in (REWRITTEN, CUT):
            key = f"row/{chance.randrange(ROWS // 4):05d}".encode()
            value = None if chance.random() < 0.2 else f'{{"number":{number}}}'.encode() + b" " * 100
            await plain.send(CHANGELOG, key=key, value=value, partition=partition)
    for number in range(TRANSACTIONS):
        async with marking.transaction():
            await marking.send(CHANGELOG, key=f"row/{number % 7}".encode(), value=b"{}", partition=MARKED)
    await written(servers, MARKED, 2 * TRANSACTIONS)
    if not marked_at_the_end:
        await plain.send_and_wait(CHANGELOG, key=b"row/last", value=b"{}", partition=MARKED)
    await plain.stop()
    await marking.stop()
    admin = KafkaAdminClient(bootstrap_servers=servers)
    admin.delete_records({Place(CHANGELOG, CUT): ROWS // 3})
    admin.close()


async def written(servers: str, partition: int, end: int) -> None:
    """Wait until a changelog has so many offsets: the broker writes a transaction's mark after it has confirmed its end."""
    reader = AIOKafkaConsumer(bootstrap_servers=servers, enable_auto_commit=False)
    await reader.start()
    place = TopicPartition(CHANGELOG, partition)
    while (await reader.end_offsets([place]))[place] < end:
        await asyncio.sleep(0.02)
    await reader.stop()


async def replayed(servers: str) -> tuple[dict[int, Content], dict[int, int]]:
    """Return the rows of each partition by reading its changelog into a dictionary, and its end."""
    reader = AIOKafkaConsumer(bootstrap_servers=servers, enable_auto_commit=False)
    await reader.start()
    places = [TopicPartition(CHANGELOG, number) for number in range(topics.ROOM_PARTITIONS)]
    reader.assign(places)
    await reader.seek_to_beginning()
    ends = await reader.end_offsets(places)
    content: dict[int, Content] = {place.partition: {} for place in places}
    while any([await reader.position(place) < ends[place] for place in places]):
        for place, records in (await reader.getmany(timeout_ms=500)).items():
            for record in records:
                content[place.partition].pop(record.key, None)
                if record.value is not None:
                    content[place.partition][record.key] = record.value
    await reader.stop()
    return content, {place.partition: end for place, end in ends.items()}


class Local:
    """Local state in a folder, as a worker opens it."""

    def __init__(self, servers: str, folder: Path) -> None:
        self.kafka = KafkaSettings(bootstrap_servers=servers)
        stage = Decide(load_rules(), "test")
        app = faust_app(stage, self.kafka, folder)
        self.table: StateTable = state_table(app, stage)
        self.failures: list[Exception] = []
        self.table.fail = self.failures.append
        self.tps = {number: TP(CHANGELOG, number) for number in range(topics.ROOM_PARTITIONS)}
        self.offsets = {tp: self.persisted(number) for number, tp in self.tps.items()}

    def persisted(self, partition: int) -> int:
        """Return the offset up to which local state reaches, or -1."""
        found = self.table.persisted_offset(self.tps[partition])
        return -1 if found is None else int(found)

    async def restore(self, ends: Mapping[int, int]) -> None:
        """Restore up to these ends."""
        highwaters = {self.tps[number]: end - 1 for number, end in ends.items()}
        tables = dict.fromkeys(self.tps.values(), self.table)
        await restoring.ChangelogRestore("decide", self.kafka)(tables, self.offsets, highwaters)

    def content(self) -> dict[int, Content]:
        """Return all rows."""
        return {number: rows_of(self.table.data._db_for_partition(number)) for number in self.tps}

    def close(self) -> None:
        """Close it, as the end of a process would."""
        for database in self.table.data._dbs.values():
            database.close()
        self.table.data._dbs.clear()


def rows_of(database: Any) -> Content:
    """Return a database's rows without the offset."""
    return {bytes(key): bytes(value) for key, value in database.items() if key not in (OFFSET, KEPT_AT_KEY)}


def test_what_is_restored_in_bulk_is_what_the_changelog_says(
    servers: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Deleted rows, marks of transactions at the end, a beginning that is gone, nothing at all; interrupted and in parts."""
    monkeypatch.setattr(restoring, "BATCH_BYTES", 10_000)
    monkeypatch.setattr(restoring, "RECORDS_AT_ONCE", 50)

    async def scenario() -> None:
        await write(servers, marked_at_the_end=True)
        expected, ends = await replayed(servers)
        assert expected[EMPTY] == {}
        assert ends[MARKED] > 20
        local = Local(servers, tmp_path / "state")
        await local.restore({**ends, REWRITTEN: ROWS // 2})
        assert local.persisted(REWRITTEN) == ROWS // 2 - 1
        local.close()

        local = Local(servers, tmp_path / "state")
        interrupted = asyncio.create_task(local.restore(ends))
        while local.persisted(REWRITTEN) == ROWS // 2 - 1:
            await asyncio.sleep(0.001)
        interrupted.cancel()
        await asyncio.wait([interrupted])
        assert interrupted.cancelled()
        assert local.persisted(REWRITTEN) < ends[REWRITTEN] - 1
        local.close()

        local = Local(servers, tmp_path / "state")
        await local.restore(ends)
        assert local.content() == expected
        reached = {number: local.persisted(number) for number in ends if number != EMPTY}
        assert reached == {number: ends[number] - 1 for number in reached}
        assert local.failures == []
        local.close()

    asyncio.run(scenario())


@pytest.mark.parametrize("framework_alone", [False, True], ids=["bulk", "framework"])
def test_a_worker_that_became_ready_has_the_state_of_its_changelog(
    servers: str, tmp_path: Path, framework_alone: bool
) -> None:
    """Restored in bulk or by the framework itself: the same, with what it decided since."""
    asyncio.run(write(servers, marked_at_the_end=False))
    started = start(servers, tmp_path / "run", framework_alone=framework_alone)
    assert 0 < started.ready_s < started.decided_s
    expected, _ = asyncio.run(replayed(servers))
    assert any(key.startswith(b"alert/") for rows in expected.values() for key in rows)
    assert on_disk(tmp_path / "run") == {number: rows for number, rows in expected.items() if rows}


@pytest.mark.timeout(600)  # it simulates a day for each of four partitions
def test_the_bench_fills_what_the_stage_would_and_a_worker_starts_from_it(servers: str, tmp_path: Path) -> None:
    """A small form of `toezicht bench start`: as many open alerts as asked for, and all is restored."""
    filled = fill(servers, 9, 1, tmp_path)
    expected, _ = asyncio.run(replayed(servers))
    rows = [key for content in expected.values() for key in content]
    states = [value for content in expected.values() for key, value in content.items() if key.startswith(b"alert/")]
    assert sum(b'"ended_at":null' in value for value in states) == 9
    assert filled.records > 2 * len(rows)
    assert asyncio.run(plain_read(servers, CHANGELOG, tmp_path)) > 0
    start(servers, tmp_path / "run")
    expected, _ = asyncio.run(replayed(servers))
    assert on_disk(tmp_path / "run") == expected


def on_disk(folder: Path) -> dict[int, Content]:
    """Return what a worker that has ended left in its databases."""
    found: dict[int, Content] = {}
    for path in (folder / "state" / "decide").rglob("*-[0-9].db"):
        database = rocksdict.Rdict(str(path), options=rocksdict.Options(raw_mode=True))
        rows = rows_of(database)
        database.close()
        if rows:
            found[int(path.stem.rsplit("-", 1)[1])] = rows
    return found
