"""Unseen reports: those of the last day that a camera near them could not see, because it may not look or shows nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from schemas.evidence import Coverage, Verdict

KEPT: Final = timedelta(hours=24)


class UnseenReports:
    """Unseen reports: the reports near each camera that it could not see, as the newest state of their alerts tells."""

    def __init__(self) -> None:
        self._of_alert: dict[str, tuple[datetime, frozenset[str], int]] = {}

    def take(self, alert: object) -> None:
        """Take an alert's newest state; what is no alert is passed over: whoever reads the list tells of it."""
        if not isinstance(alert, Mapping):
            return
        try:
            alert_id, at = str(alert["alert_id"]), datetime.fromisoformat(alert["occurred_at"])
            reports = sum(1 for each in alert["reports"] if not each["cancelled"])
            blind = frozenset(
                str(each["camera_id"])
                for each in alert["cameras"]
                if each["coverage"] == Coverage.NOT_PERMITTED_NOW or each["verdict"] == Verdict.CAMERA_UNAVAILABLE
            )
            dated = at.tzinfo is not None
        except (KeyError, TypeError, ValueError, OverflowError):
            return
        if reports and blind and dated:
            self._of_alert[alert_id] = (at, blind, reports)
        else:
            self._of_alert.pop(alert_id, None)

    def counts(self, now: datetime) -> dict[str, int]:
        """Return how many reports of the last 24 h each camera could not see; older ones are forgotten."""
        found: dict[str, int] = {}
        for alert_id, (at, cameras, reports) in list(self._of_alert.items()):
            if at < now - KEPT:
                del self._of_alert[alert_id]
                continue
            for camera in cameras:
                found[camera] = found.get(camera, 0) + reports
        return found
