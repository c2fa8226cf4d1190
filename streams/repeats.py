"""What an input caused the first time, so that a repeated input returns exactly that.

A crash after the state was written and before the output was sent would otherwise swallow the output: the repeated
input would find its effect already in the state and cause nothing. The last `SLOTS` inputs of a partition are kept as
rows of its state, in a ring, so that no deletions are needed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import Field

from schemas.base import Message, Part
from schemas.codec import Encoded
from streams.stage import Rows

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


class Repeats:
    """The ring of one partition."""

    def __init__(self, rows: Rows) -> None:
        """Rebuild the index from the rows that recovery left."""
        self._slot_of: dict[str, int] = {}
        self._event_in: dict[int, str] = {}
        self._next = 0
        for _, done in rows.scan(PREFIX, Done):
            slot = done.sequence % SLOTS
            self._slot_of[done.event_id] = slot
            self._event_in[slot] = done.event_id
            self._next = max(self._next, done.sequence + 1)

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
        ]

    def remember(self, event_id: str, outputs: list[Outgoing], rows: Rows) -> None:
        """Write what an input caused, in the place of the oldest. It is our own, so it is not validated again."""
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
        slot = self._next % SLOTS
        texts = tuple(value.decode() for value in values)
        done = Done.model_construct(event_id=event_id, sequence=self._next, records=records, values=texts)
        rows.put(_name(slot), done)
        self._slot_of.pop(self._event_in.get(slot, ""), None)
        self._slot_of[event_id], self._event_in[slot] = slot, event_id
        self._next += 1


def _name(slot: int) -> str:
    return f"{PREFIX}{slot:05d}"
