"""What an input caused the first time, so that a repeated input returns exactly that.

A crash after the state was written and before the output was sent would otherwise swallow the output: the repeated
input would find its effect already in the state and cause nothing. The last `SLOTS` inputs of a partition are kept as
rows of its state, in a ring, so that no deletions are needed.

What is repeated to a compacted topic must not hide what came after it: there, only the newest record of each key that the
ring knows is sent again. A newer one was either confirmed, or its own input is repeated too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import Field

from schemas.base import Message, Part
from schemas.codec import Encoded
from streams.stage import Rows
from streams.topics import BY_NAME

SLOTS: Final = 2_048
"""Inputs remembered per partition: more than a worker takes between two commits (1 s) plus its window in flight."""
PREFIX: Final = "done/"


class SentRecord(Part):
    """One output as it was sent; `value` is an index into the values, since `alerts` and `alert-state` share theirs."""

    topic: str
    partition: int
    key: str
    headers: tuple[tuple[str, str], ...]
    value: Annotated[int, Field(ge=0)]


class Done(Part):
    """One input that was handled and all that it caused."""

    event_id: str
    sequence: int
    records: tuple[SentRecord, ...]
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One encoded output and where it goes; the message itself only where it was not sent before."""

    topic: str
    partition: int
    record: Encoded
    message: Message | None = None


@dataclass(frozen=True, slots=True)
class _Slot:
    """What is kept in memory of one place of the ring."""

    event_id: str
    sequence: int
    compacted: tuple[tuple[str, str], ...]


class Repeats:
    """The ring of one partition."""

    def __init__(self, rows: Rows) -> None:
        """Rebuild the index from the rows that recovery left."""
        self._slot_of: dict[str, int] = {}
        self._in_slot: dict[int, _Slot] = {}
        self._newest: dict[tuple[str, str], int] = {}
        self._next = 0
        for done in sorted((done for _, done in rows.scan(PREFIX, Done)), key=lambda done: done.sequence):
            self._note(done)

    def find(self, event_id: str, rows: Rows) -> list[Outgoing] | None:
        """Return what an input caused, or None where it was not handled before (or too long ago)."""
        slot = self._slot_of.get(event_id)
        done = None if slot is None else rows.get(_name(slot), Done)
        if done is None:
            return None
        return [
            Outgoing(
                topic=sent.topic,
                partition=sent.partition,
                record=Encoded(
                    sent.key.encode(),
                    done.values[sent.value].encode(),
                    [(name, value.encode()) for name, value in sent.headers],
                ),
            )
            for sent in done.records
            if self._newest.get((sent.topic, sent.key), done.sequence) <= done.sequence
        ]

    def remember(self, event_id: str, outputs: list[Outgoing], rows: Rows) -> Callable[[], None]:
        """Write what an input caused, in the place of the oldest. It is our own, so it is not validated again.

        Returns:
            What to call when the row is kept.
        """
        values: dict[bytes, int] = {}
        records = tuple(
            SentRecord.model_construct(
                topic=output.topic,
                partition=output.partition,
                key=output.record.key.decode(),
                headers=tuple((name, value.decode()) for name, value in output.record.headers),
                value=values.setdefault(output.record.value, len(values)),
            )
            for output in outputs
        )
        texts = tuple(value.decode() for value in values)
        done = Done.model_construct(event_id=event_id, sequence=self._next, records=records, values=texts)
        rows.put(_name(done.sequence % SLOTS), done)
        return lambda: self._note(done)

    def _note(self, done: Done) -> None:
        number = done.sequence % SLOTS
        before = self._in_slot.get(number)
        if before is not None:
            if self._slot_of.get(before.event_id) == number:
                del self._slot_of[before.event_id]
            for key in before.compacted:
                if self._newest.get(key) == before.sequence:
                    del self._newest[key]
        keys = tuple((sent.topic, sent.key) for sent in done.records if "compact" in BY_NAME[sent.topic].cleanup)
        self._in_slot[number] = _Slot(done.event_id, done.sequence, keys)
        self._slot_of[done.event_id] = number
        self._newest.update(dict.fromkeys(keys, done.sequence))
        self._next = done.sequence + 1


def _name(slot: int) -> str:
    return f"{PREFIX}{slot:05d}"
