"""Each kind of row has one owner: the module that writes it and deletes it. Others ask that one."""

from __future__ import annotations

import sys
from collections import defaultdict
from datetime import datetime, timedelta

import pytest
from pydantic import BaseModel

from schemas.base import Message
from schemas.codec import encode
from schemas.ticks import Tick
from streams import topics
from streams.kafka.record import Record
from streams.runtime.guard import read_record
from streams.stages.base import Input, Stage
from streams.stages.row_versions import kind_of
from tests.support.rows import FakeRows
from tests.support.state_rows import runs, topic_of

STAGES = ("observe", "corroborate", "decide", "trends")


class OwnedRows(FakeRows):
    """Rows that note which modules write and delete each kind."""

    def __init__(self) -> None:
        super().__init__()
        self.writers: dict[str, set[str]] = defaultdict(set)

    def put(self, key: str, row: BaseModel) -> None:
        """Write a row."""
        self._note(key)
        super().put(key, row)

    def delete(self, key: str) -> None:
        """Delete a row."""
        self._note(key)
        super().delete(key)

    def _note(self, key: str) -> None:
        self.writers[kind_of(key)].add(sys._getframe(2).f_globals["__name__"])


def until_all_is_forgotten(stage: Stage, inputs: list[tuple[datetime, Message]]) -> list[tuple[datetime, Message]]:
    """Return inputs followed by ticks of two months, so that what was written is also deleted."""
    last = inputs[-1][0]
    group = "camera" if topics.CAMERA_TICKS in stage.inputs else "room"
    times = [last + timedelta(days=day) for day in range(1, 60)]
    return [*inputs, *((at, Tick(group=group, partition=0, at=at)) for at in times)]


@pytest.mark.parametrize("name", STAGES)
def test_each_kind_of_row_is_written_and_deleted_by_one_module(name: str) -> None:
    """Whoever changes how it is named, or when it goes, finds all of it in one file."""
    stage, inputs = next(run for run in runs() if run[0].name == name)
    rows = OwnedRows()
    for offset, (now, message) in enumerate(until_all_is_forgotten(stage, inputs)):
        encoded = encode(message, stage="test", handled_at=now, entered_at=now)
        record = Record(topic_of(stage, message), 0, offset, encoded.key, encoded.value, encoded.headers, now)
        item = read_record(record, stage.max_late)
        assert isinstance(item, Input)
        stage.handle(item, rows, now)
    assert len(rows.writers) > 1
    assert {kind: modules for kind, modules in rows.writers.items() if len(modules) > 1} == {}
