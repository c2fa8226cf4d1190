"""Sends canaries into the pipeline and waits for them at its end; see `streams/domain/canary.py`.

A round is one report for each partition, which intake's rules made an incident of, with what its camera shows. It comes back in
four steps: its alert is there (`report`), a camera corroborated it (`camera`), the alert is closed after an operator's action
(`action`), and who begins to read then finds it closed (`state`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Protocol

from schemas.alerts import Alert, AlertState
from schemas.base import Message
from schemas.evidence import Verdict
from streams import metrics, topics
from streams.clock import Clock
from streams.domain.canary import SOURCE, Asked, closing, detections, report
from streams.domain.incidents.revisions import AcceptedReport, normalise

log = logging.getLogger(__name__)

REPORT, CAMERA, ACTION, STATE = "report", "camera", "action", "state"
GIVEN_UP_AFTER: Final = timedelta(minutes=10)
_SEEN: Final = frozenset({Verdict.CORROBORATED, Verdict.CONSISTENT})
"""What its camera says: nothing is learnt of a canary's view, so it cannot say that persons are unusual there."""


class Lines(Protocol):
    """Lines: what canaries need of Kafka."""

    def send(self, topic: str, message: Message) -> None:
        """Send a message; it may fail without a word, a canary that does not come back tells it."""

    def came(self, wait_s: float) -> Iterable[tuple[str, Alert]]:
        """Return the canaries' alerts that came, each with its topic, waiting at most this long for the first."""


@dataclass
class Flight:
    """One canary on its way: when it was sent, and which steps have come back."""

    canary: int
    sent_at: datetime
    steps: set[str] = field(default_factory=set)


class Canaries:
    """All rounds.

    Args:
        lines: Where canaries are sent and come back.
        names: Control room and camera of each.
        asked: What they report.
        clock: Tells the time.
        told: Is given each step that comes back: which canary, which step, and after how long (s).
    """

    def __init__(
        self,
        lines: Lines,
        names: Sequence[tuple[str, str]],
        asked: Asked,
        clock: Clock,
        told: Callable[[int, str, float], None] = lambda *_: None,
    ) -> None:
        self._lines = lines
        self._names = names
        self._asked = asked
        self._clock = clock
        self._told = told
        self._flying: dict[str, Flight] = {}
        self._number = int(clock().timestamp())
        self._steps = {REPORT, ACTION, STATE} if asked.persons is None else {REPORT, CAMERA, ACTION, STATE}
        metrics.from_zero(metrics.CANARY_SENT, map(str, range(len(names))))
        for number in range(len(names)):  # the age counts from now where none has come back yet
            metrics.CANARY_RETURNED_AT.labels(str(number)).set(clock().timestamp())

    @property
    def flying(self) -> int:
        """Return how many are on their way."""
        return len(self._flying)

    def send(self) -> None:
        """Send a round. Those of long ago are given up: what does not come back shows in the age."""
        now = self._clock()
        for name, flight in list(self._flying.items()):
            if now - flight.sent_at > GIVEN_UP_AFTER:
                log.warning(
                    "canary %d of %s has not come back: %s", flight.canary, flight.sent_at, sorted(flight.steps)
                )
                del self._flying[name]
        self._number += 1
        for number, (_, camera) in enumerate(self._names):
            made = report(self._number, number, self._asked, now)
            for shown in detections(camera, self._asked.persons or 0, now):
                self._lines.send(topics.DETECTIONS, shown)
            self._flying[made.source_id] = Flight(number, now)
            normalised = normalise(made, None, now)
            if isinstance(normalised, AcceptedReport):
                self._lines.send(topics.INCIDENTS, normalised.incident)
            else:
                log.warning("canary %d: intake does not take its report: %s", number, normalised)
            metrics.CANARY_SENT.labels(str(number)).inc()

    def receive(self, wait_s: float) -> None:
        """Take what comes back, waiting at most this long for the first."""
        for topic, alert in self._lines.came(wait_s):
            for row in alert.reports:
                flight = self._flying.get(row.source_id) if row.source == SOURCE else None
                if flight is not None:
                    self._take(flight, topic, alert)
                    self._land(row.source_id, flight)

    def _take(self, flight: Flight, topic: str, alert: Alert) -> None:
        now = self._clock()
        if topic == topics.CANARY_STATE:
            if alert.state is AlertState.CLOSED:
                self._step(flight, STATE, now)
            return
        self._step(flight, REPORT, now)
        if alert.state is AlertState.CLOSED:
            self._step(flight, ACTION, now)
        elif self._asked.persons is None or alert.verdict in _SEEN:
            if self._asked.persons is not None:
                self._step(flight, CAMERA, now)
            self._lines.send(topics.OPERATOR_ACTIONS, closing(alert, now))

    def _land(self, name: str, flight: Flight) -> None:
        if flight.steps == self._steps:
            now = self._clock()
            metrics.CANARY_RETURNED_AT.labels(str(flight.canary)).set(now.timestamp())
            del self._flying[name]

    def _step(self, flight: Flight, step: str, now: datetime) -> None:
        if step not in flight.steps:
            flight.steps.add(step)
            seconds = (now - flight.sent_at).total_seconds()
            metrics.CANARY_SECONDS.labels(step).observe(seconds)
            self._told(flight.canary, step, seconds)
