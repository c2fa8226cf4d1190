"""Differences between two lists of alerts about the same facts: they appear, vanish, are joined, split, or have another priority.

Alerts are matched by the facts that they hold, never by identity: an alert's identity is that of its first fact, and rules
that join otherwise make another fact the first one. Of all pairs those that share most are matched first.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from schemas.alerts import Alert
from schemas.base import iso_utc
from schemas.categories import Category, Priority


@dataclass(frozen=True, slots=True)
class Case:
    """One alert over its whole life, as it counts for a comparison.

    Attributes:
        alert_id: Its identity.
        control_room_id: Whose it is.
        category: Its newest.
        priority: The most urgent that it ever had: what called for attention.
        opened_at: When it was opened (UTC).
        closing: What its operator closed it as, or empty.
        operator_list: Whether it was on the operator's list.
        facts: What it holds, see `facts_of`.
    """

    alert_id: str
    control_room_id: str
    category: Category
    priority: Priority
    opened_at: datetime
    closing: str
    operator_list: bool
    facts: frozenset[str]


@dataclass(frozen=True, slots=True)
class AlertDifference:
    """One difference; `kind` is appears, vanishes, joined, split or priority.

    `before` and `after` are priorities, None where there is no alert; `others` names the alert that it was joined to or
    split from.
    """

    kind: str
    case: Case
    before: Priority | None
    after: Priority | None
    other: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            "kind": self.kind,
            "alert_id": self.case.alert_id,
            "control_room_id": self.case.control_room_id,
            "category": self.case.category.value,
            "opened_at": iso_utc(self.case.opened_at),
            "before": self.before,
            "after": self.after,
            "closing": self.case.closing,
            "other": self.other,
        }


@dataclass(frozen=True, slots=True)
class Compared:
    """Two lists compared: how many alerts there are in each, how many are the same, and each difference."""

    before: int
    after: int
    same: int
    differences: tuple[AlertDifference, ...]


def facts_of(alert: Alert) -> frozenset[str]:
    """Return what one version of an alert holds: reports by identity, evidence; its own identity where it holds none."""
    found = {report.incident_id for report in alert.reports} | set(alert.evidence_ids)
    return frozenset(found or {alert.alert_id})


def cases(alerts: Iterable[Alert], since: datetime, until: datetime) -> list[Case]:
    """Return the alerts that were opened within a span, each with all that its versions say.

    Args:
        alerts: All versions, in any order.
        since: The earliest opening (UTC).
        until: Before which it was opened (UTC).
    """
    versions: dict[str, list[Alert]] = defaultdict(list)
    for alert in alerts:
        versions[alert.alert_id].append(alert)
    found = [_case(sorted(each, key=lambda alert: alert.revision)) for each in versions.values()]
    return [case for case in found if since <= case.opened_at < until]


def _case(versions: Sequence[Alert]) -> Case:
    newest = versions[-1]
    return Case(
        alert_id=newest.alert_id,
        control_room_id=newest.control_room_id,
        category=newest.category,
        priority=min(alert.priority for alert in versions),  # as text, P1 is the least
        opened_at=newest.opened_at,
        closing=newest.closing,
        operator_list=newest.operator_list,
        facts=frozenset().union(*(facts_of(alert) for alert in versions)),
    )


def compare(before: Sequence[Case], after: Sequence[Case]) -> Compared:
    """Return what two lists of alerts differ in, in the order of opening."""
    ours, theirs = {case.alert_id: case for case in before}, {case.alert_id: case for case in after}
    shared = _shared(before, after)
    matched: dict[str, str] = {}
    back: dict[str, str] = {}
    for one, other in sorted(shared, key=lambda pair: (-shared[pair], pair[0] != pair[1], pair)):
        if one not in matched and other not in back:
            matched[one], back[other] = other, one
    found: list[AlertDifference] = []
    partners: dict[tuple[bool, str], list[tuple[int, str]]] = defaultdict(list)
    for (one, other), count in shared.items():
        partners[True, one].append((count, other))
        partners[False, other].append((count, one))
    for case in before:
        if case.alert_id in matched:
            new = theirs[matched[case.alert_id]]
            if new.priority != case.priority:
                found.append(AlertDifference("priority", case, case.priority, new.priority, new.alert_id))
        else:
            into = _most(partners[True, case.alert_id])
            found.append(AlertDifference("joined" if into else "vanishes", case, case.priority, None, into))
    for case in after:
        if case.alert_id not in back:
            out_of = _most(partners[False, case.alert_id])
            found.append(AlertDifference("split" if out_of else "appears", case, None, case.priority, out_of))
    found.sort(key=lambda each: (each.case.opened_at, each.case.alert_id, each.kind))
    changed = sum(each.kind == "priority" for each in found)
    return Compared(len(ours), len(theirs), len(matched) - changed, tuple(found))


def _shared(before: Sequence[Case], after: Sequence[Case]) -> Mapping[tuple[str, str], int]:
    """Return how many facts each pair of alerts of one control room shares, where it is any."""
    holders: dict[tuple[str, str], list[str]] = defaultdict(list)
    for case in after:
        for fact in case.facts:
            holders[case.control_room_id, fact].append(case.alert_id)
    return Counter(
        (case.alert_id, other)
        for case in before
        for fact in case.facts
        for other in holders.get((case.control_room_id, fact), ())
    )


def _most(pairs: Sequence[tuple[int, str]]) -> str:
    return min(pairs, key=lambda each: (-each[0], each[1]))[1] if pairs else ""


def summary(before: Sequence[Case], after: Sequence[Case]) -> dict[str, dict[str, list[int]]]:
    """Return the number of alerts before and after, by category and priority: `{category: {P1: [2, 3]}}`."""
    counts: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    for place, listed in enumerate((before, after)):
        for case in listed:
            counts[case.category.value][case.priority.value][place] += 1
    return {category: dict(sorted(found.items())) for category, found in sorted(counts.items())}
