"""Tick order: where a decision stands between the ticks: enough to repeat the order in which a partition's inputs were taken.

Most ticks change nothing and leave no record, yet a decision may depend on what an earlier tick moved: what expired, and how
far the due clock is. So a tick that writes rows notes its offset, and each decision tells the last one before it. A tick
that wrote nothing may be left out, or be given again later: what it asks for (`streams/stages/timers.py`) stands at a bucket
that was swept already, and nothing is ever noted for such a bucket. See docs/adr/0010-replay.md.
"""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

from schemas.base import Part
from streams.stages.base import Rows

TICKED: Final = "ticked"
NO_TICK: Final = -1
"""Before the first tick that wrote something."""


class TickedRow(Part):
    """The offset of the newest tick that wrote rows."""

    offset: Annotated[int, Field(ge=0)]


def last_tick(rows: Rows) -> int:
    """Return the offset of the newest tick of the partition that wrote rows, or `NO_TICK`."""
    row = rows.get(TICKED, TickedRow)
    return NO_TICK if row is None else row.offset


def note_tick(rows: Rows, offset: int) -> None:
    """Note that the tick of this offset writes rows."""
    rows.put(TICKED, TickedRow(offset=offset))
