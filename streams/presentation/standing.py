"""Standing: which alerts stand on the operator's list, in which order, and what stands under what.

One rule for every list: `toezicht watch` gives alerts, a console gives what it keeps of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final, Protocol, TypeVar

from schemas.alerts import AlertState
from schemas.categories import Priority
from streams.domain.budget.budget import OFF_LIST, hidden

__all__ = [
    "OFF_LIST", "OFF_THE_LIST", "Rank", "Standing", "StandingSummary", "behind_causes", "in_sight", "on_the_list", "ordered",
    "rank", "under_causes",
]  # fmt: skip

OFF_THE_LIST: Final = frozenset(AlertState) - {AlertState.NEW, AlertState.ACKNOWLEDGED, AlertState.RETURNED_TO_NORMAL}
"""What has ended, and what was put aside or is expected and comes back by itself (`docs/lifecycle.md`)."""

Rank = tuple[Priority, float, datetime, str]


class StandingSummary(Protocol):
    """Standing summary: how many alerts are open under a summary."""

    @property
    def open(self) -> int:
        """Return them."""


class Standing(Protocol):
    """Standing: what of an alert tells where it stands; the fields are those of `schemas.alerts.Alert`."""

    @property
    def alert_id(self) -> str: ...  # noqa: D102 - as in `Alert`, and so are the others
    @property
    def control_room_id(self) -> str: ...  # noqa: D102
    @property
    def operator_list(self) -> bool: ...  # noqa: D102
    @property
    def state(self) -> AlertState: ...  # noqa: D102
    @property
    def priority(self) -> Priority: ...  # noqa: D102
    @property
    def score(self) -> float: ...  # noqa: D102
    @property
    def opened_at(self) -> datetime: ...  # noqa: D102
    @property
    def acknowledged_at(self) -> datetime | None: ...  # noqa: D102
    @property
    def caused_by(self) -> str | None: ...  # noqa: D102
    @property
    def under_cause(self) -> bool: ...  # noqa: D102
    @property
    def grouped_under(self) -> str | None: ...  # noqa: D102
    @property
    def summary(self) -> StandingSummary | None: ...  # noqa: D102


S = TypeVar("S", bound=Standing)


def on_the_list(alert: Standing) -> bool:
    """Return whether an alert asks for an operator's eyes: what is over leaves when it was acknowledged, as in ISA-18.2."""
    seen = alert.state is AlertState.RETURNED_TO_NORMAL and alert.acknowledged_at is not None
    return alert.operator_list and alert.state not in OFF_THE_LIST and not seen


def rank(alert: Standing) -> Rank:
    """Return an alert's place in the list's order: by priority, then score, then the oldest first."""
    return (alert.priority, -alert.score, alert.opened_at, alert.alert_id)


def ordered(alerts: Iterable[S], room: str | None = None) -> list[S]:
    """Return the open alerts of a room (of all where None) in the list's order.

    A symptom stands behind its cause where that is among them, and by itself where it is not. A case, such as housing fraud, goes
    to its recipients and is not on the operator's list (fact sheet §7, rule 5).
    """
    mine = [alert for alert in alerts if on_the_list(alert) and room in (None, alert.control_room_id)]
    return behind_causes(sorted(mine, key=rank))


def behind_causes(ranked: Sequence[S]) -> list[S]:
    """Return alerts that stand in the list's order with each symptom behind its cause, where that is among them."""
    under = under_causes(ranked)
    below = {each.alert_id for symptoms in under.values() for each in symptoms}
    by_itself = [alert for alert in ranked if alert.alert_id not in below]
    return [each for alert in by_itself for each in (alert, *under.get(alert.alert_id, ()))]


def under_causes(alerts: Iterable[S]) -> dict[str, list[S]]:
    """Return which alerts stand under which cause, of those whose cause is among them, on the list and no less urgent.

    For some seconds a symptom says that it stands under a cause that fell, went out of sight, or became a symptom itself.
    """
    known = {alert.alert_id: alert for alert in alerts if on_the_list(alert)}
    under: dict[str, list[S]] = {}
    for alert in known.values():
        cause = known.get(alert.caused_by or "") if alert.under_cause else None
        if cause is not None and not cause.under_cause and cause.priority <= alert.priority:  # as text, P1 < P2
            under.setdefault(cause.alert_id, []).append(alert)
    return under


def in_sight(alerts: Sequence[S], known: Sequence[S], symptoms: int | None = None) -> list[S]:
    """Return the alerts that are shown: a grouped one is not, as long as its summary is on the list.

    A summary of one says less than that one, which stands in its place until a second comes under it.

    Args:
        alerts: Which of them.
        known: The newest version of every alert that is known, summaries among them.
        symptoms: How many are shown of what stands under one cause that is shown itself, the most urgent; None for all. The cause
            says how many there are.
    """
    under = Counter(alert.grouped_under for alert in known if alert.grouped_under and alert.state not in OFF_LIST)
    open_ = [alert for alert in known if alert.summary is not None and alert.state not in OFF_LIST]
    of_one = {each.alert_id for each in open_ if each.summary and each.summary.open == under[each.alert_id] == 1}
    hiding = frozenset(each.alert_id for each in open_) - of_one
    shown = [alert for alert in known if not hidden(alert, hiding)]
    ranked = [sorted(under, key=rank) for under in under_causes(shown).values()]
    more = {each.alert_id for under in ranked for each in ([] if symptoms is None else under[symptoms:])}
    return [
        alert
        for alert in alerts
        if not hidden(alert, hiding) and alert.alert_id not in of_one and alert.alert_id not in more
    ]
