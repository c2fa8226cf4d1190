"""An alert whose newest record cannot be read: the room's state says so, since when, and until it can be read again."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson
import pytest

from console.api.parts import RowQuery
from console.api.problems import ProblemError
from console.wire.events import UnreadableAlerts
from schemas.phrases.language import Language
from streams import topics
from streams.kafka.record import Record
from tests.support.console.control_room import ControlRoom, lived
from tests.support.console.parts import ConsoleInMemory
from tests.support.console.people import somebody
from tests.support.messages import NOON, ROOM

LATER = NOON + timedelta(minutes=2)
ANY = RowQuery(None, None, None, None, None, 500, None)


class Damaged:
    """A console that read a room, and newer records of the room's alerts that are not as they should be."""

    def __init__(self) -> None:
        self.room = lived(10, NOON)
        self.console = ConsoleInMemory(self.room, lambda: NOON + timedelta(minutes=9))
        states = [each for each in self.room.records if each.topic == topics.ALERT_STATE]
        self.states = list({each.key: each for each in states}.values())
        self.next = max(each.offset for each in states) + 1

    def hear(self, record: Record, value: bytes | None, key: bytes | None = None, after_s: float = 0.0) -> None:
        at = LATER + timedelta(seconds=after_s)
        newer = replace(record, offset=self.next, value=value, key=key or record.key, appended_at=at)
        self.console.hear([newer])
        self.next += 1

    def hear_changed(self, record: Record, **changes: Any) -> None:
        self.hear(record, orjson.dumps(orjson.loads(record.value or b"") | changes))

    def told(self) -> UnreadableAlerts | None:
        return self.console.rooms.status(ROOM).unreadable


@pytest.fixture
def damaged() -> Damaged:
    return Damaged()


def test_a_room_that_is_read_whole_tells_of_none(damaged: Damaged) -> None:
    assert damaged.told() is None


@pytest.mark.parametrize("value", [b"{", b"\xff\x00", b"[]", b"null", b'{"alert_id": "a"}', b"[" * 100_000])
def test_a_record_that_is_no_alert_is_told_with_its_time(damaged: Damaged, value: bytes) -> None:
    """Two alerts, the second twice: it is one, since its first record that could not be read."""
    first, second, *_ = damaged.states
    damaged.hear(first, value, after_s=30)
    damaged.hear(second, value)
    damaged.hear(second, value, after_s=60)
    assert damaged.told() == UnreadableAlerts(count=2, since=LATER)


def test_a_newer_record_that_can_be_read_settles_it(damaged: Damaged) -> None:
    first, second, *_ = damaged.states
    damaged.hear(first, b"{")
    damaged.hear(second, b"{", after_s=5)
    damaged.hear(first, first.value)
    assert damaged.told() == UnreadableAlerts(count=1, since=LATER + timedelta(seconds=5))
    damaged.hear(second, None)  # it is gone: 28 days are over, or somebody took it away
    assert damaged.told() is None


def test_one_that_names_another_room_is_not_this_rooms(damaged: Damaged) -> None:
    """Rooms share partitions; one that does not tell counts, and is settled by whichever room its next record names."""
    first, second, *_ = damaged.states
    damaged.hear(first, b'{"control_room_id": "elsewhere"}')
    assert damaged.told() is None
    damaged.hear(second, b"{")
    damaged.hear_changed(second, control_room_id="elsewhere")
    assert damaged.told() is None


def test_a_record_without_a_key_counts_by_its_place(damaged: Damaged) -> None:
    keyless = replace(damaged.states[0], key=None)
    damaged.hear(keyless, b"{")
    damaged.hear(keyless, b"{")
    assert damaged.told() == UnreadableAlerts(count=2, since=LATER)


def test_a_document_that_cannot_be_told_counts_once_somebody_read_the_list(damaged: Damaged) -> None:
    """The list is read without its words; whoever reads them finds out, and everybody is told."""
    row = damaged.states[0]
    changed_at = orjson.loads(row.value or b"")["changed_at"]
    damaged.hear_changed(row, cameras=[{}])

    async def read() -> None:
        _ = [piece async for piece in damaged.console.rooms.rows(ROOM, Language.NL).lines]

    for _ in range(2):
        asyncio.run(read())
        found = damaged.told()
        assert found is not None
        assert (found.count, orjson.loads(found.model_dump_json())["since"][:19]) == (1, changed_at[:19])
    damaged.hear(row, row.value)
    assert damaged.told() is None


def test_who_polls_is_told_of_a_row_that_the_api_cannot_have(damaged: Damaged) -> None:
    damaged.hear_changed(damaged.states[0], recipients=[7])
    damaged.console.rooms.page(ROOM, ANY, Language.NL)
    assert damaged.told() is not None


def test_a_detail_that_cannot_be_read_is_told(damaged: Damaged) -> None:
    """A line that is as it should be, of an alert that is not: nobody can open it."""
    listed = next(each for each in damaged.states if orjson.loads(each.value or b"")["operator_list"])
    document = orjson.loads(listed.value or b"")
    damaged.hear_changed(listed, factors=[{}])
    assert damaged.told() is None
    with pytest.raises(ProblemError, match="unreadable"):
        damaged.console.rooms.detail(ROOM, document["alert_id"], Language.NL, somebody())
    assert damaged.told() is not None


def test_it_is_told_no_longer_than_a_console_that_starts_anew_would(damaged: Damaged) -> None:
    damaged.hear(damaged.states[0], b"{")
    damaged.console.rooms._clock = lambda: LATER + timedelta(days=7)
    damaged.console.rooms.forget()
    assert damaged.told() is not None
    damaged.console.rooms._clock = lambda: LATER + timedelta(days=7, seconds=1)
    damaged.console.rooms.forget()
    assert damaged.told() is None


def test_the_stream_tells_it(damaged: Damaged) -> None:
    damaged.hear(damaged.states[0], b"{")

    async def pulse() -> dict[str, Any]:
        async for _, name, data in damaged.console.rooms.stream(ROOM, None, Language.NL, "operator-1"):
            if name == "status":
                return dict(orjson.loads(data)["unreadable"])
        raise AssertionError("no pulse")

    assert asyncio.run(pulse()) == {"count": 1, "since": "2026-11-24T12:02:00.000Z"}


def test_an_empty_room_tells_of_what_it_never_could_read() -> None:
    """The only record of an alert is damaged: nothing of it is on the list, and the list says so."""
    console = ConsoleInMemory(ControlRoom(), lambda: NOON)
    record = Record(topics.ALERT_STATE, console.rooms.known_room(ROOM).partition, 4, b"alert-9", b"{", [], NOON)
    console.hear([record])
    assert console.rooms.status(ROOM).unreadable == UnreadableAlerts(count=1, since=NOON)
