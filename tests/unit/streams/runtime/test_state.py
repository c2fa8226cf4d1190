"""What of a partition's rows is kept in memory."""

from __future__ import annotations

from typing import Any

from streams.runtime.state import CACHED_ROWS, PartitionState, Unconfirmed
from streams.stages.decide.store import LinkRow


class FakeDatabase:
    """Bytes by bytes, and how often it was asked."""

    def __init__(self) -> None:
        self.rows = {b"fact/room/1": b'{"alert_id":"a"}'}
        self.asked: list[bytes | list[bytes]] = []

    def get(self, key: Any) -> Any:
        self.asked.append(key)
        return [self.rows.get(each) for each in key] if isinstance(key, list) else self.rows.get(key)

    def write(self, batch: Any) -> None:
        raise NotImplementedError

    def iter(self) -> Any:
        raise NotImplementedError


def test_a_row_that_is_not_there_takes_no_place_in_memory() -> None:
    """A look back asks for seconds that nobody saw; they must not push out rows that are read again."""
    database = FakeDatabase()
    state = PartitionState(lambda: database)
    assert state.read_parsed("fact/room/1", LinkRow) == LinkRow(alert_id="a")
    assert state.read_parsed("fact/room/2", LinkRow) is None
    assert list(state.parsed) == ["fact/room/1"]
    assert state.read_parsed("fact/room/1", LinkRow) == LinkRow(alert_id="a")
    database.rows[b"fact/room/2"] = b'{"alert_id":"b"}'
    assert state.read_parsed("fact/room/2", LinkRow) == LinkRow(alert_id="b")
    assert database.asked == [b"fact/room/1", b"fact/room/2", b"fact/room/2"]


def test_the_database_is_asked_once_for_all_rows_that_are_not_in_memory() -> None:
    """A look back of ten minutes names sixty rows, of which most are not there."""
    database = FakeDatabase()
    state = PartitionState(lambda: database)
    database.rows |= {f"fact/room/{each}".encode(): f'{{"alert_id":"{each}"}}'.encode() for each in (2, 3, 4)}
    assert state.read_parsed("fact/room/2", LinkRow) == LinkRow(alert_id="2")
    state.unconfirmed = {
        b"fact/room/3": Unconfirmed(1, b'{"alert_id":"newer"}'),
        b"fact/room/4": Unconfirmed(1, None),
    }
    database.asked.clear()
    found = state.read_each([f"fact/room/{each}" for each in (1, 2, 3, 4, 5)], LinkRow)
    expected = {"1": "a", "2": "2", "3": "newer"}
    assert found == {f"fact/room/{name}": LinkRow(alert_id=alert_id) for name, alert_id in expected.items()}
    assert database.asked == [[b"fact/room/1", b"fact/room/5"]]


def test_more_rows_than_are_kept_in_memory_are_read_at_once() -> None:
    """Those that were there push each other out, and are returned all the same."""
    database = FakeDatabase()
    state = PartitionState(lambda: database)
    names = [f"fact/room/{each:05d}" for each in range(CACHED_ROWS + 10)]
    database.rows = {name.encode(): b'{"alert_id":"a"}' for name in names}
    for name in names[:10]:
        state.read_parsed(name, LinkRow)
    assert state.read_each([*names[10:], *names[:10]], LinkRow).keys() == set(names)
    assert len(state.parsed) == CACHED_ROWS
