"""Near-repeat store: earlier situations that a new one may repeat, rows `repeat/<room>/<cell>`, gone after their time.

A situation that comes late, is cancelled, or turns out to be false changes what later ones repeat. Those are named, so that the
order in which reports arrive does not matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from schemas.alerts import NearRepeat
from schemas.base import Part
from streams.domain.alerts.near_repeats import (
    RepeatEntry,
    cell_of,
    cells_around,
    entry_of,
    later_ones,
    repeats_of,
    spotted,
)
from streams.domain.alerts.situation import Situation
from streams.domain.rules.rules import Rules
from streams.stages.base import Rows
from streams.stages.timers import Timers

ENTRIES_AT_MOST: Final = 100
"""Newest situations kept in one cell: bounds the row, whatever is reported."""


class RepeatRow(Part):
    """The situations in one cell that a later one may repeat."""

    entries: tuple[RepeatEntry, ...]


class NearRepeatStore:
    """The near-repeats of one control room."""

    def __init__(self, rows: Rows, room: str, rules: Rules, due: Timers) -> None:
        """Work on a partition's rows; `due` is the stage's."""
        self._rows = rows
        self._room = room
        self._rule = rules.near_repeat
        self._poor_from_m = rules.position.poor_from_m
        self._kept = timedelta(seconds=rules.near_repeat.within_s + rules.lifetime.forget_s)
        self._due = due
        self._touched: set[str] = set()

    def take_touched(self) -> list[str]:
        """Return once the alerts that may repeat otherwise than before what was noted."""
        touched, self._touched = sorted(self._touched), set()
        return touched

    def of(self, situation: Situation) -> tuple[NearRepeat, ...]:
        """Return what a situation repeats."""
        spot = spotted(situation, self._rule, self._poor_from_m)
        if spot is None:
            return ()
        near = [entry for cell in cells_around(spot, self._rule) for entry in self._entries(cell)]
        return repeats_of(situation.alert_id, spot, near, self._rule)

    def note(self, before: Situation | None, after: Situation) -> None:
        """Keep where a situation is now, and remember the alerts that may repeat it otherwise than before."""
        if before is not None and not _may_move(before, after):
            return
        old = self._entry(before) if before else None
        new = self._entry(after)
        if old == new:
            return
        for entry in (old, new):
            if entry is not None:
                self._put(cell_of(entry), entry.alert_id, entry if entry is new else None)
        if new is not None:
            self._due.add(new.occurred_at + self._kept, self._name(cell_of(new)))
        self._touched |= {
            alert_id
            for entry in (old, new)
            if entry is not None
            for cell in cells_around(entry, self._rule)
            for alert_id in later_ones(after.alert_id, entry, self._entries(cell), self._rule)
        }

    def drop_old(self, cell: str, now: datetime) -> None:
        """Delete what is too long ago for anything to repeat it."""
        kept = [entry for entry in self._entries(cell) if entry.occurred_at + self._kept > now]
        self._write(cell, kept)
        if kept:  # other rules may keep it for longer than it was noted for
            self._due.add(kept[0].occurred_at + self._kept, self._name(cell))

    def drop(self, situation: Situation) -> None:
        """Delete where a situation was: nothing repeats it from now on."""
        entry = self._entry(situation)
        if entry is not None:
            self._put(cell_of(entry), entry.alert_id, None)

    def _entry(self, situation: Situation) -> RepeatEntry | None:
        spot = spotted(situation, self._rule, self._poor_from_m)
        return None if spot is None else entry_of(situation.alert_id, spot)

    def _entries(self, cell: str) -> Sequence[RepeatEntry]:
        row = self._rows.get(self._name(cell), RepeatRow)
        return row.entries if row else ()

    def _put(self, cell: str, alert_id: str, entry: RepeatEntry | None) -> None:
        kept = [each for each in self._entries(cell) if each.alert_id != alert_id]
        self._write(cell, [*kept, entry] if entry else kept)

    def _write(self, cell: str, entries: Sequence[RepeatEntry]) -> None:
        if entries:
            ordered = sorted(entries, key=lambda each: (each.occurred_at, each.alert_id))
            self._rows.put(self._name(cell), RepeatRow(entries=tuple(ordered[-ENTRIES_AT_MOST:])))
        else:
            self._rows.delete(self._name(cell))

    def _name(self, cell: str) -> str:
        return f"repeat/{self._room}/{cell}"


def _may_move(before: Situation, after: Situation) -> bool:
    """Return whether a change may concern the index: an answer of a camera or an acknowledgement does not."""
    return before.reports is not after.reports or (before.closing, before.state) != (after.closing, after.state)
