"""Finding: one thing that was held against a limit: it is kept, broken, or not known; and the report of all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from schemas.base import iso_utc
from schemas.phrases.catalogue import text_of
from schemas.phrases.phrase import Phrase


class LimitStanding(StrEnum):
    """Limit standing: how something stands to its limit."""

    KEPT = "kept"
    """It was read, and the limit is kept."""
    BREACH = "breach"
    """It was read, and the limit is broken."""
    NOT_KNOWN = "not_known"
    """It could not be read, or what was read does not tell: nobody may take it for kept."""
    TOLD = "told"
    """A figure for whoever judges; no limit is set here."""


class ReportPart(StrEnum):
    """Report part: what a finding is about; in the order of the report."""

    CAMERAS = "cameras"
    REFUSED = "refused"
    TOPICS = "topics"
    FOLDERS = "folders"
    ACCESS = "access"
    DELETIONS = "deletions"
    HOLDS = "holds"
    IN_FORCE = "in_force"


@dataclass(frozen=True, slots=True)
class ComplianceFinding:
    """Compliance finding: what was looked at, how it stands, and why.

    Attributes:
        part: Which part of the report it belongs to.
        subject: What was looked at: a camera's id, a topic, a folder, a person's user.
        standing: How it stands.
        what: Why, as it is told to people.
        facts: The same for programs: strings, whole numbers, truth values, and lists of them.
    """

    part: ReportPart
    subject: str
    standing: LimitStanding
    what: Phrase
    facts: Mapping[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return it for a program."""
        return {
            "subject": self.subject,
            "standing": self.standing.value,
            "code": self.what.code,
            "text": text_of(self.what),
            **self.facts,
        }


@dataclass(frozen=True, slots=True)
class ComplianceReport:
    """Compliance report: all findings about one system at one moment (UTC)."""

    cluster: str
    at: datetime
    findings: tuple[ComplianceFinding, ...]

    def of(self, part: ReportPart) -> tuple[ComplianceFinding, ...]:
        """Return the findings of a part."""
        return tuple(each for each in self.findings if each.part is part)

    def standing(self, standing: LimitStanding) -> tuple[ComplianceFinding, ...]:
        """Return the findings of one standing."""
        return tuple(each for each in self.findings if each.standing is standing)

    def as_dict(self) -> dict[str, Any]:
        """Return it for a program."""
        return {
            "cluster": self.cluster,
            "at": iso_utc(self.at),
            "breaches": len(self.standing(LimitStanding.BREACH)),
            "not_known": len(self.standing(LimitStanding.NOT_KNOWN)),
            **{part.value: [each.as_dict() for each in self.of(part)] for part in ReportPart},
        }
