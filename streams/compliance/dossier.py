"""Necessity dossier: what each camera brought, out of what was recorded: each alert decided again without each of its cameras.

An alert is decided again from its own recorded facts by the stage `decide` itself, on empty rows: once with all of them, and once
without those of each camera. What other alerts do to it (summaries, causes, repeats) and what people did is in neither, so
that the two differ by the camera alone.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from schemas.alerts import Alert
from schemas.audit import AuditEntry
from schemas.evidence import Coverage, Evidence
from streams import topics
from streams.domain.audit.verify import read_entry
from streams.domain.canary import is_canary
from streams.domain.compliance.camera_time import LookingTime
from streams.domain.compliance.case import newest_alerts
from streams.domain.compliance.necessity import AlertOutcome, CameraTally, effect_of, in_order, judged
from streams.domain.rules.rules import Rules
from streams.kafka.decoding import Decoder
from streams.replay.recording import Recording, taken_at
from streams.runtime.in_memory import MemoryRows
from streams.stages.base import Input
from streams.stages.decide.stage import Decide

LOOKED_AT: Final = frozenset({"view_snapshot", "snapshot", "ask_snapshot"})
"""Actions of audit entries about a camera by which somebody saw, or asked for, a picture of it (docs/audit.md)."""


@dataclass
class RecordedFacts:
    """Recorded facts: alerts, and the evidence that they were made of, each with the time at which it was taken (UTC)."""

    alerts: dict[str, Alert] = field(default_factory=dict)
    evidence: dict[str, tuple[datetime, Evidence]] = field(default_factory=dict)


def facts_of(recording: Recording, since: datetime, until: datetime) -> RecordedFacts:
    """Return what a recording holds of the alerts that opened in a period (UTC); canaries and exercises are left out."""
    alerts = newest_alerts(recording.alerts.values())
    decoder = Decoder()
    found = RecordedFacts(
        {
            name: alert
            for name, alert in alerts.items()
            if since <= alert.opened_at < until
            and alert.summary is None
            and not alert.exercise
            and not is_canary(alert.control_room_id)
        }
    )
    for log in recording.logs.values():
        for record in log.facts.values():
            message = decoder.message(record)
            if isinstance(message, Evidence):
                at = taken_at(record)
                if message.evidence_id not in found.evidence or at < found.evidence[message.evidence_id][0]:
                    found.evidence[message.evidence_id] = at, message
    return found


def outcome(rules: Rules, facts: Sequence[tuple[datetime, Evidence]]) -> AlertOutcome:
    """Return what facts make of an alert, decided by the stage itself on empty rows.

    Args:
        rules: By which.
        facts: In the order in which they were taken, each with its time (UTC).
    """
    stage, rows = Decide(rules, "dossier"), MemoryRows()
    alerts: list[Alert] = []
    for number, (at, evidence) in enumerate(facts):
        item = Input(evidence, b"", topics.EVIDENCE, 0, number, evidence.evidence_id, at)
        alerts += [each.message for each in stage.handle(item, rows, at) if isinstance(each.message, Alert)]
    if not alerts:
        return AlertOutcome(None, None, None)
    newest = newest_alerts(alerts).values()
    return AlertOutcome(
        highest=min(each.priority for each in alerts),
        settled=min(each.falls_to or each.priority for each in newest),
        verdict=max(newest, key=lambda each: len(each.evidence_ids)).verdict,
    )


def tallies_of(facts: RecordedFacts, rules: Rules, cameras: Iterable[str]) -> dict[str, CameraTally]:
    """Return what each camera brought; one that was never asked too.

    Args:
        facts: What was recorded.
        rules: By which it is decided again.
        cameras: The cameras of the registry.
    """
    found = {camera: CameraTally(camera) for camera in cameras}
    for alert in facts.alerts.values():
        for camera in alert.cameras:
            if camera.coverage is Coverage.IN_VIEW:
                found.setdefault(camera.camera_id, CameraTally(camera.camera_id)).asked += 1
        taken = sorted(
            (facts.evidence[name] for name in alert.evidence_ids if name in facts.evidence), key=lambda each: each[0]
        )
        seen = {each.camera_id for _, each in taken if each.camera_id is not None}
        if not seen:
            continue
        whole = outcome(rules, taken)
        for camera_id in sorted(seen):
            without = outcome(rules, [each for each in taken if each[1].camera_id != camera_id])
            effect = effect_of(whole, without)
            how = judged(effect, whole.verdict, alert.closing)
            tally = found.setdefault(camera_id, CameraTally(camera_id))
            tally.note(effect, how, passed_on=bool(alert.dispatches))
    return found


def views_of(values: Iterable[bytes | None], since: datetime, until: datetime) -> Counter[str]:
    """Return how often persons saw, or asked for, a picture of each camera in a period, by the audit's chain."""
    found: Counter[str] = Counter()
    seen: set[int] = set()
    for value in values:
        read = read_entry(value)
        if read is None:
            continue
        entry: AuditEntry = read[0]
        if entry.sequence in seen or entry.object_type != "camera" or entry.action not in LOOKED_AT:
            continue
        if since <= entry.at < until:
            seen.add(entry.sequence)
            found[entry.object_id] += 1
    return found


def dossier(
    tallies: Mapping[str, CameraTally], times: Mapping[str, LookingTime] | None, views: Mapping[str, int] | None
) -> list[CameraTally]:
    """Return the tallies with what cameras and the audit told, those for which nothing speaks first.

    Args:
        tallies: What each camera brought.
        times: How long each looked; None where no statuses could be read.
        views: How often each was looked at by persons; None where no audit could be read, or it is empty.
    """
    zero = defaultdict(int, views or {})
    for tally in tallies.values():
        tally.time = None if times is None else times.get(tally.camera_id)
        tally.viewed = None if views is None else zero[tally.camera_id]
    return in_order(tallies.values())
