"""Tally: what came out: counts and latencies read from the topics themselves, as any consumer would see them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from schemas.alerts import Alert, AlertState
from schemas.base import Message
from schemas.codec import decode, envelope
from schemas.dead_letters import DeadLetterReference
from schemas.errors import UndecodableError
from schemas.evidence import Evidence, SightingFact
from schemas.incidents import Incident
from streams import topics
from streams.domain.canary import SOURCE, is_canary
from streams.kafka.reader import Reader, TopicFollower
from streams.settings import KafkaSettings

READ: Final = (
    topics.ALERTS, topics.EVIDENCE, topics.EVIDENCE_URGENT, topics.INCIDENTS, topics.DEAD_LETTERS, topics.CANARY_STATE
)  # fmt: skip
COUNTED: Final = {"detections": topics.DETECTIONS, "observations": topics.OBSERVATIONS}
"""Read for their keys alone: those of canaries do not count."""
MEASURED: Final = {"frames": topics.CAMERA_FRAMES}
"""Too large to be read, and of real cameras alone."""


@dataclass
class Tally:
    """Tally: what was seen on the topics so far."""

    alerts: dict[str, Alert] = field(default_factory=dict)
    changes: int = 0
    incidents: set[str] = field(default_factory=set)
    dead_letters: Counter[str] = field(default_factory=Counter)
    undecodable: Counter[str] = field(default_factory=Counter)
    canaries: set[str] = field(default_factory=set)
    counted: Counter[str] = field(default_factory=Counter)
    _latencies: list[tuple[datetime, float]] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set)
    _cause_of: dict[datetime, str] = field(default_factory=dict)

    def count(self, topic: str, key: bytes) -> None:
        """Count one record of a camera, unless it is a canary's."""
        if not is_canary(key.decode(errors="replace")):
            self.counted[topic] += 1

    def add(self, topic: str, value: bytes, headers: Sequence[tuple[str, bytes]], arrived_at_s: float) -> Alert | None:
        """Take one record; return the alert where it is one that was not seen before."""
        try:
            about, message = envelope(headers), decode(value, headers)
        except UndecodableError:
            self.undecodable[topic] += 1
            return None
        if (key := f"{topic}/{about.event_id}") in self._seen:
            return None
        self._seen.add(key)
        if _of_a_canary(message):
            if isinstance(message, Alert) and message.state is AlertState.CLOSED:
                self.canaries.add(message.alert_id)
        elif topic == topics.INCIDENTS:
            self.incidents.add(about.event_id)
            if about.entered_at is not None:
                self._cause_of[about.entered_at] = "report"
        elif isinstance(message, DeadLetterReference):
            self.dead_letters[message.reason] += 1
        elif isinstance(message, Evidence):
            if about.entered_at is not None:
                self._cause_of.setdefault(about.entered_at, _cause(message))
        elif isinstance(message, Alert):
            self.changes += 1
            self.alerts[message.alert_id] = message
            if about.entered_at is not None:
                self._latencies.append((about.entered_at, 1000 * (arrived_at_s - about.entered_at.timestamp())))
            return message
        return None

    def latencies_ms(self) -> dict[str, list[float]]:
        """Return the latencies by what the newest contributing event was: a picture, a report, or time that passed."""
        found: dict[str, list[float]] = {"frame": [], "report": [], "time": []}
        for entered_at, latency_ms in self._latencies:
            found[self._cause_of.get(entered_at, "time")].append(latency_ms)
        return found

    def summary(self, counts: dict[str, int]) -> dict[str, Any]:
        """Return the demo's last line: counts, alerts by their newest priority, latencies."""
        by_priority = Counter(str(alert.priority) for alert in self.alerts.values())
        latencies = self.latencies_ms()
        events = latencies["frame"] + latencies["report"]
        return {
            **counts,
            **{name: self.counted[topic] for name, topic in COUNTED.items()},
            "incidents": len(self.incidents),
            "alerts": {priority: by_priority.get(priority, 0) for priority in ("P1", "P2", "P3", "P4")},
            "alert_changes": self.changes,
            "canaries_back": len(self.canaries),
            "dead_letters": dict(self.dead_letters),
            "undecodable": dict(self.undecodable),
            "latency_ms": percentiles(events),
            "latency_ms_by_cause": {cause: percentiles(values) for cause, values in latencies.items() if values},
        }


def percentiles(values: Sequence[float]) -> dict[str, float | None]:
    """Return the median and the 95th percentile (nearest rank), null where there is nothing."""
    if not values:
        return {"p50": None, "p95": None}
    ordered = sorted(values)
    return {
        name: round(ordered[min(len(ordered) - 1, int(len(ordered) * share))], 1)
        for name, share in (("p50", 0.5), ("p95", 0.95))
    }


def _of_a_canary(message: Message) -> bool:
    if isinstance(message, Incident):
        return message.source == SOURCE
    return isinstance(message, Alert | Evidence) and is_canary(message.control_room_id)


def _cause(evidence: Evidence) -> str:
    """Return what caused this evidence where it was not a report's own arrival: a picture, or time that passed."""
    if evidence.fact.kind == "report":
        return "report"
    if isinstance(evidence.fact, SightingFact) and evidence.fact.zone_id is None:
        return "time"
    return "frame"


class TopicReader(TopicFollower):
    """Reads the topics in a thread from now on, and counts records on those too large to read."""

    def __init__(self, kafka: KafkaSettings, on_alert: Callable[[Alert], None]) -> None:
        """Note where the topics end now."""
        super().__init__(kafka, "tally")
        self.tally = Tally()
        self._on_alert = on_alert
        self._reader.begin(self._reader.ends((*READ, *COUNTED.values())))
        self._counter = Reader(kafka, "tally")
        self._began = self._ends()

    def counts(self) -> dict[str, int]:
        """Return how many records each measured topic took since the beginning."""
        ends = self._ends()
        return {name: ends[name] - self._began[name] for name in MEASURED}

    def stop(self) -> None:
        """Stop reading."""
        super().stop()
        self.join(5)
        self._counter.close()

    def _ends(self) -> dict[str, int]:
        return {name: sum(self._counter.ends((topic,)).values()) for name, topic in MEASURED.items()}

    def _follow(self) -> None:
        while not self._stop.is_set():
            for record in self._reader.poll():
                if record.topic in COUNTED.values():
                    self.tally.count(record.topic, record.key or b"")
                elif record.value is not None:
                    at_s = record.appended_at.timestamp()
                    alert = self.tally.add(record.topic, record.value, record.headers, at_s)
                    if alert is not None:
                        self._on_alert(alert)
