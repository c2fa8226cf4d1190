"""Case: one alert with all that it was made of, by ids: what is deleted, or held, together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from schemas.alerts import Alert
from schemas.base import iso_utc
from schemas.deletion import Hold, HoldState
from schemas.evidence import EpisodeFact, Evidence, ReportFact, SightingFact
from schemas.phrases.codes import compliance as says
from streams.domain.compliance.finding import ComplianceFinding, LimitStanding, ReportPart
from streams.domain.partners.view import ENDED

BEFORE: Final = timedelta(days=1)
"""How long before an alert opened a record of it can stand on a topic: a report may have waited for its place, or its cameras."""


@dataclass(frozen=True, slots=True)
class Case:
    """Case: one alert, those that were merged into it, and what they were made of.

    Attributes:
        control_room_id: Whose it is.
        alert_ids: The alert first, then those that were merged into it.
        fact_ids: Its reports and episodes.
        evidence_ids: The facts about it, by which its episodes are found.
        camera_ids: The cameras that were asked.
        ended: Whether all of it is over.
        since: Before this nothing of it stands on any topic (UTC).
        changed_at: When it changed last (UTC).
    """

    control_room_id: str
    alert_ids: tuple[str, ...]
    fact_ids: tuple[str, ...]
    evidence_ids: frozenset[str]
    camera_ids: tuple[str, ...]
    ended: bool
    since: datetime
    changed_at: datetime

    @property
    def names(self) -> tuple[str, ...]:
        """Return the ids by which a record is known to be of the case."""
        return (*self.alert_ids, *self.fact_ids)

    def has(self, *parts: bytes | None) -> bool:
        """Return whether a record names the case: in its key, its value or a header."""
        wanted = [name.encode() for name in self.names]
        return any(name in part for part in parts if part for name in wanted)

    def with_fact(self, evidence: Evidence) -> Case:
        """Return the case with the report or episode that a fact of it is about; the same where it is no fact of it."""
        if evidence.evidence_id not in self.evidence_ids:
            return self
        match evidence.fact:
            case ReportFact() as fact:
                fact_id = fact.incident.incident_id
            case SightingFact() as fact:
                fact_id = fact.incident_id
            case EpisodeFact() as fact:
                fact_id = fact.episode_id
        return self if fact_id in self.fact_ids else replace(self, fact_ids=(*self.fact_ids, fact_id))


def newest_alerts(alerts: Iterable[Alert]) -> dict[str, Alert]:
    """Return the newest revision of each alert."""
    found: dict[str, Alert] = {}
    for alert in alerts:
        known = found.get(alert.alert_id)
        if known is None or known.revision <= alert.revision:
            found[alert.alert_id] = alert
    return found


def case_of(alert_id: str, alerts: Mapping[str, Alert]) -> Case | None:
    """Return the case of an alert; None where it is not known.

    Args:
        alert_id: The alert; of one that was merged into another the other's case is meant.
        alerts: The newest revision of each alert.
    """
    main = alerts.get(alert_id)
    seen: set[str] = set()
    while main is not None and main.merged_into in alerts and main.alert_id not in seen:
        seen.add(main.alert_id)
        main = alerts[str(main.merged_into)]
    if main is None:
        return None
    parts, waiting = [main], [main.alert_id]
    while waiting:
        into = waiting.pop()
        for each in alerts.values():
            if each.merged_into == into and each not in parts:
                parts.append(each)
                waiting.append(each.alert_id)
    return Case(
        control_room_id=main.control_room_id,
        alert_ids=tuple(each.alert_id for each in parts),
        fact_ids=tuple(dict.fromkeys(report.incident_id for each in parts for report in each.reports)),
        evidence_ids=frozenset(name for each in parts for name in each.evidence_ids),
        camera_ids=tuple(sorted({camera.camera_id for each in parts for camera in each.cameras})),
        ended=all(each.state in ENDED for each in parts),
        since=min(min(each.opened_at, each.occurred_at) for each in parts) - BEFORE,
        changed_at=max(each.changed_at for each in parts),
    )


def holding(alert_ids: Iterable[str], holds: Iterable[Hold], now: datetime) -> Hold | None:
    """Return a hold that keeps one of these alerts now, or None."""
    wanted = set(alert_ids)
    return next((hold for hold in holds if hold.alert_id in wanted and holds_now(hold, now)), None)


def hold_findings(holds: Iterable[Hold], now: datetime) -> Iterator[ComplianceFinding]:
    """Yield what is held, for whom and until when; one that is past its end is a breach, one that was released is not told."""
    found = [hold for hold in holds if hold.state is HoldState.HELD]
    for hold in found:
        late = not holds_now(hold, now)
        say = says.hold_past_end if late else says.hold_kept
        what = say(hold.requester, hold.ground, hold.until, hold.records)
        facts = {
            "hold_id": hold.hold_id,
            "requester": hold.requester,
            "ground": hold.ground,
            "until": iso_utc(hold.until),
            "records": hold.records,
        }
        standing = LimitStanding.BREACH if late else LimitStanding.KEPT
        yield ComplianceFinding(ReportPart.HOLDS, f"alert {hold.alert_id}", standing, what, facts)
    if not found:
        yield ComplianceFinding(ReportPart.HOLDS, "holds", LimitStanding.TOLD, says.no_holds())


def holds_now(hold: Hold, now: datetime) -> bool:
    """Return whether a hold still holds: it was not released, and its end has not come."""
    return hold.state is HoldState.HELD and now < hold.until
