"""What of a partition's rows is kept in memory."""

from __future__ import annotations

from typing import Any

from streams.runtime.state import PartitionState
from streams.stages.decide.store import LinkRow


class FakeDatabase:
    """Bytes by bytes, and how often it was asked."""

    def __init__(self) -> None:
        self.rows = {b"fact/room/1": b'{"alert_id":"a"}'}
        self.asked: list[bytes] = []

    def get(self, key: bytes) -> bytes | None:
        self.asked.append(key)
        return self.rows.get(key)

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
