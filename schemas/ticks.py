"""Ticks: recorded time."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from schemas.base import Message, Utc


class Tick(Message):
    """Recorded time for one partition: what lets a stage act on time passing, and a replay repeat it."""

    name: ClassVar[str] = "tick"
    topics: ClassVar[tuple[str, ...]] = ("camera-ticks", "room-ticks")
    id_from: ClassVar[tuple[str, ...]] = ("group", "partition", "at")
    time_field: ClassVar[str] = "at"

    group: Annotated[str, Field(pattern="^(camera|room)$")]
    partition: Annotated[int, Field(ge=0)]
    at: Utc

    def key(self) -> str:
        """Return the partition's number: ticks are sent to their partition explicitly."""
        return str(self.partition)
