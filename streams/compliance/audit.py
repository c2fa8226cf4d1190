"""Audit, read for a report: whether its chain holds, who did what, and what the cameras told of themselves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from schemas.cameras import CameraStatus
from schemas.dead_letters import DeadLetterReason
from schemas.phrases.codes import compliance as says
from streams.clients.audit import ChainCheck, chain_values, writers_head
from streams.dead_letters.letters import read_letters
from streams.domain.compliance.access import AccessCounts, chain_finding
from streams.domain.compliance.camera_time import CameraTimes
from streams.domain.compliance.finding import ComplianceFinding, LimitStanding, ReportPart
from streams.kafka.decoding import Decoder
from streams.kafka.reader import read_messages
from streams.settings import KafkaSettings
from streams.topics import CAMERA_STATUS


def audit_findings(kafka: KafkaSettings) -> Iterator[ComplianceFinding]:
    """Yield whether the chain holds, and what it tells; it is read once, and held against its writer's head from before that.

    Raises:
        ClusterError: It cannot be read.
        RowError: The writer's head cannot be read.
    """
    head = writers_head(kafka)
    check = ChainCheck(() if head is None else (head,))
    counts = AccessCounts()
    for offset, value in chain_values(kafka):
        entry = check.take(value, offset)
        if entry is not None:
            counts.take(entry)
    check.finish()
    yield chain_finding(check)
    yield from counts.findings()


def camera_times(kafka: KafkaSettings, begin: datetime, end: datetime) -> CameraTimes:
    """Return what the cameras told of themselves, from one moment to another (UTC); what was before tells how they stood.

    Raises:
        ClusterError: It cannot be read.
    """
    times = CameraTimes(begin, end)
    for status in read_messages(kafka, CAMERA_STATUS, CameraStatus, decoder=Decoder()):
        if status.changed_at < end:
            times.take(status)
    return times


def letter_findings(kafka: KafkaSettings) -> Iterator[ComplianceFinding]:
    """Yield how many messages each stage set aside, by reason, as far as dead letters are kept.

    Raises:
        ClusterError: They cannot be read.
    """
    counts: dict[tuple[str, DeadLetterReason], int] = {}
    for letter in read_letters(kafka):
        if letter.reference is not None:
            place = letter.reference.stage, letter.reference.reason
            counts[place] = counts.get(place, 0) + 1
    for (stage, reason), count in sorted(counts.items()):
        what = says.refused_by_stages(count, stage, reason.value)
        facts = {"stage": stage, "reason": reason.value, "count": count, "from": "dead-letters"}
        yield ComplianceFinding(ReportPart.REFUSED, f"stage {stage}", LimitStanding.TOLD, what, facts)
