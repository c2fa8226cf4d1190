"""Observer of the faults bench: what `bench faults` sees on the topics, as any consumer would, and how it judges it."""

from __future__ import annotations

import hashlib
import json
import logging
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from bench.faults.load import Confirmed, ReportKind, kind_of
from streams import topics

log = logging.getLogger(__name__)

READ: Final = (topics.ALERTS, topics.ALERT_STATE, topics.OBSERVATIONS)
SEEN: Final = ("corroborated", "consistent")
"""What the camera of a watched report says."""
PROJECTED: Final = ("state", "priority", "score", "verdict", "category", "handled_by", "operator_list", "closing")
"""What must not depend on when things happened; times and revision numbers do."""

Final_ = tuple[tuple[str, Any], ...]


@dataclass
class AlertSeen:
    """One alert as the topics told it: the digest of each revision, and the newest revision itself."""

    revisions: dict[int, str] = field(default_factory=dict)
    conflicting: bool = False
    newest: dict[str, Any] = field(default_factory=dict)
    state_digest: str = ""


class SeenTopics:
    """Seen topics: what the topics told so far; one thread takes records while others ask.

    Args:
        run: Whose numbers are looked at.
        on_alert: Called with number, alert id, control room and revision of each alert that is shown.
    """

    def __init__(self, run: str, on_alert: Callable[[int, str, str, int], None]) -> None:
        self.alerts: dict[int, dict[str, AlertSeen]] = defaultdict(dict)
        self.first_s: dict[int, float] = {}
        self.corroborated_s: dict[int, float] = {}
        self.seconds: dict[tuple[str, datetime], int] = {}
        self.observed_s: dict[tuple[str, datetime], float] = {}
        self.alert_times_s: list[float] = []
        self.repeated = 0
        self._prefix = f"{run}-"
        self._on_alert = on_alert
        self._lock = threading.RLock()

    def results_s(self, number: int, since: datetime) -> tuple[list[float], list[float], list[float]]:
        """Return when alerts, corroborated alerts and observations came.

        Alerts are those of reports from a number on, observations those of the seconds since a time.
        """
        with self._lock:
            shown = [at for n, at in self.first_s.items() if n >= number]
            watched = [at for n, at in self.corroborated_s.items() if n >= number]
            observed = [at for (_, second), at in self.observed_s.items() if second >= since]
        return shown, watched, observed

    def again_s(self, over_s: float) -> tuple[list[float], list[float]]:
        """Return when alerts and observations came after a time (s since the epoch), whatever they are about."""
        with self._lock:
            shown = [at for at in self.first_s.values() if at > over_s]
            observed = [at for at in self.observed_s.values() if at > over_s]
        return shown, observed

    def missing(self, accepted: Confirmed, numbers: Iterable[int], *, closed: bool = False) -> dict[str, list[str]]:
        """Return which accepted inputs have no effect yet, by kind; with `closed` also which closings."""
        with self._lock:
            found = self._missing(accepted, numbers)
            if closed:
                open_ones = [str(number) for number, *_ in self._to_close(accepted, numbers)]
                found |= {"closings": open_ones} if open_ones else {}
            return found

    def to_close(self, accepted: Confirmed, numbers: Iterable[int]) -> list[tuple[int, str, str, int]]:
        """Return number, alert id, control room and revision of the alerts that are to be closed and are not."""
        with self._lock:
            return self._to_close(accepted, numbers)

    def _to_close(self, accepted: Confirmed, numbers: Iterable[int]) -> list[tuple[int, str, str, int]]:
        return [
            (number, alert_id, seen.newest["control_room_id"], seen.newest["revision"])
            for number in numbers
            if number in accepted.reports and kind_of(number).closed
            for alert_id, seen in self.alerts.get(number, {}).items()
            if seen.newest and seen.newest["state"] != "closed"
        ]

    def _missing(self, accepted: Confirmed, numbers: Iterable[int]) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for number in numbers:
            if number not in accepted.reports:
                continue
            newest = [seen.newest for seen in self.alerts.get(number, {}).values() if seen.newest]
            if not newest:
                found["reports"].append(str(number))
            elif kind_of(number).watched and not any(alert["verdict"] in SEEN for alert in newest):
                found["evidence"].append(str(number))
            elif kind_of(number).acted and not any(alert["state"] == "acknowledged" for alert in newest):
                found["actions"].append(str(number))  # whoever is shown such an alert answers it
        return found

    def unobserved(self, accepted: Confirmed, since: datetime, until: datetime) -> list[str]:
        """Return the camera seconds with accepted detections that no observation tells about."""
        with accepted.lock:
            seconds = [second for second in accepted.seconds if since <= second[1] < until]
        with self._lock:
            return [f"{camera} {second:%H:%M:%S}" for camera, second in seconds if (camera, second) not in self.seconds]

    def twice(self, numbers: Iterable[int]) -> list[str]:
        """Return the reports with two alerts, or with two contents of one revision."""
        with self._lock:
            return [
                str(number)
                for number in numbers
                if len(self.alerts.get(number, {})) > 1
                or any(seen.conflicting for seen in self.alerts.get(number, {}).values())
            ]

    def finals(self, numbers: Iterable[int]) -> dict[int, Final_]:
        """Return the final state of each report's alert, without what depends on time."""
        with self._lock:
            return {
                number: _projection(next(seen.newest for seen in self.alerts[number].values() if seen.newest))
                for number in numbers
                if any(seen.newest for seen in self.alerts.get(number, {}).values())
            }

    def unequal_state(self, numbers: Iterable[int]) -> list[str]:
        """Return the reports whose newest row of alert-state is not the newest version on alerts."""
        with self._lock:
            return [
                str(number)
                for number in numbers
                for seen in self.alerts.get(number, {}).values()
                if not seen.revisions or seen.revisions[max(seen.revisions)] != seen.state_digest
            ]

    def largest_gap_s(self, since_s: float, until_s: float) -> float:
        """Return the longest time without a record on the operator topic, by the broker's clock."""
        with self._lock:
            times = [since_s, *sorted(at for at in self.alert_times_s if since_s < at < until_s)]
        return max((b - a for a, b in zip(times, [*times[1:], until_s], strict=True)), default=0.0)

    def take(self, topic: str, at_s: float, value: bytes | None) -> None:
        """Take a record, which the broker took at a time (s since the epoch); poison of ours is passed over."""
        try:
            content = json.loads(value or b"null")
        except (ValueError, RecursionError):
            return
        if isinstance(content, dict) and content:
            with self._lock:
                self._take(topic, at_s, content, hashlib.sha256(value or b"").hexdigest())

    def _take(self, topic: str, at_s: float, content: dict[str, Any], digest: str) -> None:
        if topic == topics.OBSERVATIONS:
            key = (content["camera_id"], datetime.fromisoformat(content["second"]))
            self.seconds[key] = content["frames"]
            self.observed_s.setdefault(key, at_s)
            return
        alert = content
        numbers = {
            int(report["source_id"].removeprefix(self._prefix))
            for report in alert["reports"]
            if report["source_id"].startswith(self._prefix)
        }
        for number in numbers:
            seen = self.alerts[number].setdefault(alert["alert_id"], AlertSeen())
            if topic == topics.ALERT_STATE:
                seen.state_digest = digest
                continue
            self._note(seen, alert, digest)
            self.alert_times_s.append(at_s)
            self.first_s.setdefault(number, at_s)
            if alert["verdict"] in SEEN:
                self.corroborated_s.setdefault(number, at_s)
            if kind_of(number).acted:
                self._on_alert(number, alert["alert_id"], alert["control_room_id"], alert["revision"])

    def _note(self, seen: AlertSeen, alert: dict[str, Any], digest: str) -> None:
        revision = alert["revision"]
        before = seen.revisions.get(revision)
        if before is not None:
            self.repeated += 1
            seen.conflicting |= before != digest
            return
        if revision >= max(seen.revisions, default=0):
            seen.newest = alert
        seen.revisions[revision] = digest


def by_kind(finals: dict[int, Final_]) -> dict[ReportKind, set[Final_]]:
    """Return the final states that each kind of report ended in: one each, where nothing was disturbed."""
    found: dict[ReportKind, set[Final_]] = defaultdict(set)
    for number, final in finals.items():
        found[kind_of(number)].add(final)
    return found


def different(finals: dict[int, Final_], expected: dict[ReportKind, set[Final_]]) -> list[str]:
    """Return the reports whose alert ended otherwise than in the undisturbed run."""
    return [str(number) for number, final in finals.items() if final not in expected.get(kind_of(number), set())]


def _projection(alert: dict[str, Any]) -> Final_:
    asked = [camera for camera in alert["cameras"] if camera["coverage"] != "out_of_range"]
    cameras = tuple((camera["coverage"], camera["verdict"]) for camera in asked)
    return (*((name, alert[name]) for name in PROJECTED), ("reports", len(alert["reports"])), ("cameras", cameras))
