"""Access: who did and saw what, counted from the audit's chain, and the deletions and holds that it proves."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from schemas.audit import AuditEntry
from schemas.base import iso_utc
from schemas.phrases.codes import compliance as says
from streams.domain.audit.verify import ChainCheck
from streams.domain.compliance.finding import ComplianceFinding, LimitStanding, ReportPart

DELETION: Final = "delete"
"""The action of an audit entry by which a deletion is proved (`streams/domain/compliance/deletion.py`)."""
DELETIONS_AT_MOST: Final = 1_000
"""Deletions that are listed one by one, the newest; all are counted."""


@dataclass
class AccessCounts:
    """Access counts: what each actor did, of what kind of object, how often, and when first and last (UTC)."""

    counts: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    span: dict[str, tuple[datetime, datetime]] = field(default_factory=dict)
    deletions: list[AuditEntry] = field(default_factory=list)
    deleted: int = 0

    def take(self, entry: AuditEntry) -> None:
        """Count an entry of the chain."""
        self.counts[entry.actor, entry.action, entry.object_type] += 1
        first, last = self.span.get(entry.actor, (entry.at, entry.at))
        self.span[entry.actor] = min(first, entry.at), max(last, entry.at)
        if entry.action == DELETION:
            self.deleted += 1
            self.deletions.append(entry)
            del self.deletions[:-DELETIONS_AT_MOST]

    def findings(self) -> Iterator[ComplianceFinding]:
        """Yield one for each actor, and one for each deletion that is proved."""
        by_actor: dict[str, list[tuple[str, str, int]]] = defaultdict(list)
        for (actor, action, kind), count in sorted(self.counts.items()):
            by_actor[actor].append((action, kind, count))
        for actor, done in by_actor.items():
            first, last = self.span[actor]
            told = tuple(says.accessed(count, action, kind) for action, kind, count in done)
            facts = {
                "first_at": iso_utc(first),
                "last_at": iso_utc(last),
                "actions": [{"action": action, "object_type": kind, "count": count} for action, kind, count in done],
            }
            what = says.accessed_between(told[:20], first, last)
            yield ComplianceFinding(ReportPart.ACCESS, actor, LimitStanding.TOLD, what, facts)
        if not self.deletions:
            yield ComplianceFinding(ReportPart.DELETIONS, "audit-chain", LimitStanding.TOLD, says.nothing_deleted())
        for entry in self.deletions:
            yield _deleted(entry)


def _deleted(entry: AuditEntry) -> ComplianceFinding:
    what = says.deleted_proved(entry.object_type, entry.result, entry.actor, entry.told_at, entry.sequence)
    facts = {
        "object_type": entry.object_type,
        "result": entry.result,
        "actor": entry.actor,
        "at": iso_utc(entry.told_at),
        "entry": entry.sequence,
        "hash": entry.hash,
    }
    return ComplianceFinding(ReportPart.DELETIONS, entry.object_id, LimitStanding.TOLD, what, facts)


def chain_finding(check: ChainCheck) -> ComplianceFinding:
    """Return whether the chain that all this is counted from holds; one without entries proves nothing."""
    facts = {"entries": check.entries, "head": None if check.head is None else str(check.head), "wrong": check.count}
    if check.count:
        return ComplianceFinding(
            ReportPart.ACCESS, "audit-chain", LimitStanding.BREACH, says.chain_broken(check.count), facts
        )
    if not check.entries:
        return ComplianceFinding(ReportPart.ACCESS, "audit-chain", LimitStanding.NOT_KNOWN, says.chain_empty(), facts)
    return ComplianceFinding(
        ReportPart.ACCESS, "audit-chain", LimitStanding.KEPT, says.chain_holds(check.entries), facts
    )
