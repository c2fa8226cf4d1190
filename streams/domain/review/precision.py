"""Precision by verdicts: how often alerts were right, by what operators closed them as: per rule, camera, category and priority.

Precision is true / (true + false). Alerts closed as test or duplicate say nothing about a rule and are counted apart.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any, Final

from schemas.alerts import Alert, AlertState
from schemas.evidence import Verdict

Z_95: Final = 1.959964
"""The normal distribution's quantile for a two-sided interval of 95 %."""
SMALL: Final = 20
"""Verdicts below which a share is shown as a small count: its interval is then wider than 40 points at a half. [own]"""


@dataclass(frozen=True, slots=True)
class Closed:
    """An alert that an operator closed.

    Attributes:
        versions: All that is known of it, by revision; the last carries the verdict.
        verdict: true, false, test or duplicate.
    """

    versions: tuple[Alert, ...]
    verdict: str

    @property
    def last(self) -> Alert:
        """Return the alert as it was closed."""
        return self.versions[-1]


@dataclass(frozen=True, slots=True)
class Precision:
    """Counts of verdicts, the share that was right, and its interval of 95 %; no share without a verdict."""

    true: int
    false: int
    test: int
    duplicate: int
    precision: float | None
    low: float | None
    high: float | None

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON; `small` marks a count that is too small to go by."""
        return {
            "true": self.true,
            "false": self.false,
            "test": self.test,
            "duplicate": self.duplicate,
            "precision": None if self.precision is None else round(self.precision, 3),
            "interval": None if self.low is None or self.high is None else [round(self.low, 3), round(self.high, 3)],
            "small": self.true + self.false < SMALL,
        }


def wilson(right: int, total: int, z: float = Z_95) -> tuple[float, float]:
    """Return the score interval of a share of `right` in `total`, within 0 and 1.

    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927), 209-212;
    recommended for small counts by Brown, Cai and DasGupta, Statistical Science 16 (2001), 101-133.

    Raises:
        ValueError: There is nothing, or more is right than there is.
    """
    if not 0 <= right <= total or total == 0:
        raise ValueError(f"expected a share of at least one, got {right} of {total}")
    share = right / total
    middle = share + z * z / (2 * total)
    half = z * sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    scale = 1 + z * z / total
    return max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale)


def closed_alerts(alerts: Iterable[Alert]) -> list[Closed]:
    """Return the alerts whose newest version is closed with a verdict, in the order of opening.

    A summary is none: closing it puts its alerts on the list, and says nothing about them. Nor is an exercise:
    whoever made it up knew what it is.
    """
    versions: dict[str, dict[int, Alert]] = defaultdict(dict)
    for alert in alerts:
        if alert.summary is None and not alert.exercise:
            versions[alert.alert_id][alert.revision] = alert
    ordered = [tuple(found[number] for number in sorted(found)) for found in versions.values()]
    closed = [Closed(found, found[-1].closing) for found in ordered if found[-1].state is AlertState.CLOSED]
    return sorted((each for each in closed if each.verdict), key=lambda each: (each.last.opened_at, each.last.alert_id))


def precision(verdicts: Sequence[str]) -> Precision:
    """Return the precision of a number of verdicts."""
    true, false = verdicts.count("true"), verdicts.count("false")
    low, high = wilson(true, true + false) if true + false else (None, None)
    share = true / (true + false) if true + false else None
    return Precision(true, false, verdicts.count("test"), verdicts.count("duplicate"), share, low, high)


def precisions(closed: Sequence[Closed]) -> dict[str, dict[str, Precision]]:
    """Return precision by `category`, `priority` (the most urgent it had), `rule` and `camera`, and of all.

    A rule counts where it gave points at closing, or held the priority down. A camera counts where it said that it saw
    what was reported, or told it by itself.
    """
    verdicts: dict[str, dict[str, list[str]]] = {
        "total": {"all": []},
        "category": defaultdict(list),
        "priority": defaultdict(list),
        "rule": defaultdict(list),
        "camera": defaultdict(list),
    }
    for each in closed:
        last = each.last
        verdicts["total"]["all"].append(each.verdict)
        verdicts["category"][last.category.value].append(each.verdict)
        verdicts["priority"][min(alert.priority for alert in each.versions).value].append(each.verdict)
        rules = {factor.rule_id for factor in last.factors if factor.points} | (
            {last.capped_by} if last.capped_by else set()
        )
        for rule in rules:
            verdicts["rule"][rule].append(each.verdict)
        for camera in {camera.camera_id for camera in last.cameras if camera.verdict is Verdict.CORROBORATED}:
            verdicts["camera"][camera].append(each.verdict)
    return {kind: _told(found) for kind, found in verdicts.items()}


def _told(found: Mapping[str, list[str]]) -> dict[str, Precision]:
    return {name: precision(found[name]) for name in sorted(found)}
