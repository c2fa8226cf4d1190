"""Unreadable alerts: those whose newest record the console cannot read, so that an older state of them is shown, or none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from console.wire.events import UnreadableAlerts

KEPT: Final = timedelta(days=7)
"""As far back as a console that starts now reads `alert-state`, so that all of them tell the same."""


@dataclass(frozen=True, slots=True)
class _Record:
    offset: int
    at: datetime


class UnreadableRecords:
    """Unreadable records: by alert the newest record that could not be read, until a newer one can be."""

    def __init__(self) -> None:
        self._records: dict[str, _Record] = {}

    def __len__(self) -> int:
        return len(self._records)

    def note(self, alert_id: str, offset: int, at: datetime) -> bool:
        """Note a record; return whether it was not known.

        Args:
            alert_id: The alert's id, or whatever names it.
            offset: The record's, on `alert-state`.
            at: Since when it is the newest.
        """
        known = self._records.get(alert_id)
        if known is not None and known.offset >= offset:
            return False
        # Records of one alert that cannot be read, one after the other: nobody knows its state since the first of them.
        self._records[alert_id] = _Record(offset, at if known is None else known.at)
        return True

    def settle(self, alert_id: str, offset: int) -> None:
        """Note that a record of an alert was read, or that it tells that the alert is gone."""
        known = self._records.get(alert_id)
        if known is not None and known.offset < offset:
            del self._records[alert_id]

    def forget(self, now: datetime) -> None:
        """Drop what is older than what a console that starts now would read."""
        for alert_id in [each for each, record in self._records.items() if record.at < now - KEPT]:
            del self._records[alert_id]

    def told(self) -> UnreadableAlerts | None:
        """Return how many alerts that are, and since when; None where there is none."""
        if not self._records:
            return None
        since = min(record.at for record in self._records.values())
        return UnreadableAlerts(count=len(self._records), since=since)
