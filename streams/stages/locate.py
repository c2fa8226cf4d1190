"""The stage `locate`: each report to its control room, and to the cameras that could see its place."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from schemas.categories import Priority
from schemas.incidents import Incident
from streams import metrics, topics
from streams.domain import canary
from streams.domain.alerts.priority.score import alone, case_alone
from streams.domain.cameras.legal_basis import may_be_looked_at
from streams.domain.cameras.registry import Registry
from streams.domain.corroboration.attention import AttentionOutcome, asks_attention, with_attention
from streams.domain.corroboration.coverage import CoverageMap, Located, locate_report, report_evidence, watches
from streams.domain.rules.rules import Rules
from streams.errors import ConfigurationError
from streams.stages.base import Input, Output, Rows

ASKING: Final = (
    AttentionOutcome.ASKED, AttentionOutcome.LOW_PRIORITY, AttentionOutcome.NO_CAMERA, AttentionOutcome.WITHDRAWN,
    AttentionOutcome.OVER, AttentionOutcome.NOT_YET,
)  # fmt: skip
"""What can come of a report here (`asks_attention`); capture tells the others."""


class Locate:
    """Hands each report over. Keeps no state: a report's place alone decides."""

    name: str = "locate"
    inputs: tuple[str, ...] = (topics.INCIDENTS,)
    stateful: bool = False
    max_late: timedelta | None = None
    ticks: str | None = None

    def __init__(self, registry: Registry, rules: Rules, time_zone: str, canaries: Registry | None = None) -> None:
        """Compute the registry on the ground once; `time_zone` is the one that viewing windows are written in.

        Reports of the canary are looked up in the canaries' own registry, and only they are.

        Raises:
            ConfigurationError: There is no such time zone.
        """
        self._ground = CoverageMap(registry)
        self._canary_ground = self._ground if canaries is None else CoverageMap(canaries)
        self._rules = rules
        metrics.from_zero(metrics.ATTENTION_REQUESTS, [self.name], ASKING)
        try:
            self._time_zone = ZoneInfo(time_zone)
        except (ZoneInfoNotFoundError, ValueError):
            expected = "an IANA time zone such as Europe/Amsterdam"
            raise ConfigurationError("settings", "time_zone", time_zone, expected) from None

    def handle(self, item: Input, rows: Rows, now: datetime) -> Sequence[Output]:
        """Return a watch per camera, and the report as evidence."""
        incident = item.message
        if not isinstance(incident, Incident):
            raise TypeError(f"expected an incident, got a {item.message.name}")
        located = locate_report(
            self._canary_ground if incident.source == canary.SOURCE else self._ground,
            self._rules,
            incident,
            lambda camera: may_be_looked_at(camera, now, self._time_zone),
            now,
            case_alone(incident, self._rules),
        )
        by_itself = alone(incident, self._rules)
        located = self._with_attention(incident, located, by_itself, now)
        asked = [Output(topics.CAMERA_WATCHES, watch) for watch in watches(incident, located, self._rules)]
        # one that is P1 by itself need not stand behind all others; of a report and its update that take different lanes the
        # newest revision counts, whichever comes first
        lane = topics.EVIDENCE_URGENT if by_itself is Priority.P1 else topics.EVIDENCE
        return asked + [Output(lane, evidence) for evidence in report_evidence(incident, located)]

    def _with_attention(self, incident: Incident, located: Located, by_itself: Priority, now: datetime) -> Located:
        rule = self._rules.attention
        if rule is None or incident.source == canary.SOURCE:
            return located
        until, outcome = asks_attention(incident, located, by_itself, self._rules, now)
        metrics.ATTENTION_REQUESTS.labels(self.name, outcome).inc()
        return located if until is None else with_attention(located, until, rule)
