"""Alerts for tests of trends: what matters is where, when and how they end."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from schemas.alerts import Alert, AlertState
from schemas.categories import Category
from tests.support.messages import example
from tests.support.situations import NOON, ROOM, position


def alert(name: str = "a", at: datetime = NOON, **changes: Any) -> Alert:
    """Return an alert that was opened a minute after it happened."""
    opened_at = changes.pop("opened_at", at + timedelta(minutes=1))
    known: dict[str, Any] = {
        "alert_id": f"alert-{name}",
        "control_room_id": ROOM,
        "revision": 0,
        "state": AlertState.NEW,
        "category": Category.STRAATROOF,
        "position": position(),
        "occurred_at": at,
        "opened_at": opened_at,
        "changed_at": opened_at,
        "closing": "",
    }
    return example(Alert, **(known | changes))


def burglary(name: str = "a", at: datetime = NOON, east_m: float = 0, north_m: float = 0, **changes: Any) -> Alert:
    """Return a burglary so many metres from the square."""
    known: dict[str, Any] = {"category": Category.WONINGINBRAAK, "position": position(east_m, north_m)}
    if changes.get("closing"):
        known["state"] = AlertState.CLOSED
    return alert(name, at, **(known | changes))
