"""Incoming reports, as partners' lines have them."""

from __future__ import annotations

from typing import Any, Final

ROBBERY: Final[dict[str, Any]] = {
    "source": "politie-gms",
    "source_id": "2026-4711",
    "operation": "report",
    "category": "bzdsbr",
    "priority": "P 1",
    "position": {"lat": 52.3063, "lon": 4.8573, "accuracy_m": 30},
    "place": {"street": "Stadsplein 12", "town": "Amstelveen"},
    "occurred_at": "2026-11-29T12:58:00+01:00",
    "reported_at": "2026-11-29T11:59:30Z",
}
