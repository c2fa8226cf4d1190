"""Alerts as operators see them."""

from __future__ import annotations

from typing import Any

from schemas.alerts import Alert, AlertSummary
from tests.support.messages import NOON, example

SUMMARY = AlertSummary.model_validate(
    {
        "open": 7,
        "grouped": 9,
        "counts": [
            {"priority": "P3", "category": "fietsdiefstal", "open": 4},
            {"priority": "P4", "category": "overig", "open": 3},
        ],
        "alert_ids": ["a"],
        "not_listed": 6,
        "oldest_at": NOON,
        "newest_at": NOON,
        "in_flood": True,
        "taking": True,
    }
)


def alert(**changes: Any) -> Alert:
    """Return an alert."""
    return example(Alert, **changes)
