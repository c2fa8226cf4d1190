"""Compliance report, put together: each part is read by itself, and one that cannot be read says so in its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Final

from schemas.phrases.codes import compliance as says
from streams.compliance.audit import audit_findings, camera_times, letter_findings
from streams.compliance.files import detector_findings, folder_findings, in_force, licence_findings
from streams.compliance.holds import read_holds
from streams.compliance.topics import topic_findings
from streams.config.partners import load_partners, wanted_topics
from streams.config.registry import load_registry
from streams.domain.compliance.basis import camera_findings, refusal_findings
from streams.domain.compliance.camera_time import Spell
from streams.domain.compliance.case import hold_findings
from streams.domain.compliance.finding import ComplianceFinding, ComplianceReport, LimitStanding, ReportPart
from streams.errors import ConfigurationError, ToezichtError
from streams.settings import KafkaSettings, Settings, read_time_zone
from streams.topics import LEGAL_MS

LOOKS_BACK: Final = timedelta(milliseconds=LEGAL_MS)
"""What cameras told of themselves is kept for so long."""


def compliance_report(settings: Settings, kafka: KafkaSettings, now: datetime) -> ComplianceReport:
    """Return how a running system stands to the law and to its own limits.

    Args:
        settings: Which files decide, and where this machine keeps what.
        kafka: The cluster.
        now: The moment of the report (UTC).
    """
    spells = _spells(kafka, now)
    parts: list[tuple[ReportPart, str, Callable[[], Iterator[ComplianceFinding]]]] = [
        (ReportPart.CAMERAS, "registry", lambda: _cameras(settings, spells, now)),
        (ReportPart.REFUSED, "cameras", lambda: _refused(spells, now)),
        (ReportPart.REFUSED, "dead-letters", lambda: letter_findings(kafka)),
        (
            ReportPart.TOPICS,
            "cluster",
            lambda: topic_findings(kafka, wanted_topics(load_partners(settings.partners)), now),
        ),
        (ReportPart.FOLDERS, "data", lambda: folder_findings(settings, now)),
        (ReportPart.ACCESS, "audit-chain", lambda: audit_findings(kafka)),
        (ReportPart.HOLDS, "holds", lambda: hold_findings(read_holds(kafka).values(), now)),
        (ReportPart.IN_FORCE, "files", lambda: in_force(settings)),
        (ReportPart.IN_FORCE, "detector", lambda: detector_findings(kafka)),
        (ReportPart.IN_FORCE, "licences", licence_findings),
    ]
    found = [each for part, subject, read in parts for each in _read(part, subject, read)]
    return ComplianceReport(kafka.bootstrap_servers, now, tuple(found))


def _read(
    part: ReportPart, subject: str, read: Callable[[], Iterator[ComplianceFinding]]
) -> Iterator[ComplianceFinding]:
    """Yield what a part finds; where it fails, that the rest of it is not known."""
    try:
        yield from read()
    except (ToezichtError, OSError) as error:
        why = str(error).splitlines()[0]
        yield ComplianceFinding(part, subject, LimitStanding.NOT_KNOWN, says.not_read(why))


def _spells(kafka: KafkaSettings, now: datetime) -> list[Spell] | ToezichtError:
    try:
        return list(camera_times(kafka, now - LOOKS_BACK, now).spells())
    except ToezichtError as error:
        return error


def _cameras(settings: Settings, spells: list[Spell] | ToezichtError, now: datetime) -> Iterator[ComplianceFinding]:
    if settings.registry is None:
        raise ConfigurationError("environment", "TOEZICHT_REGISTRY", "", "the camera registry (YAML)")
    zone = read_time_zone(settings.time_zone)
    known = None if isinstance(spells, ToezichtError) else spells
    yield from camera_findings(load_registry(settings.registry), known, now, zone)
    if isinstance(spells, ToezichtError):
        raise spells


def _refused(spells: list[Spell] | ToezichtError, now: datetime) -> Iterator[ComplianceFinding]:
    if isinstance(spells, ToezichtError):
        raise spells
    found = list(refusal_findings(spells, now - LOOKS_BACK))
    yield from found
    if not found:
        known = LimitStanding.TOLD if spells else LimitStanding.NOT_KNOWN
        yield ComplianceFinding(ReportPart.REFUSED, "cameras", known, says.never_refused())
