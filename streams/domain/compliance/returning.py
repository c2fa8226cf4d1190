"""Returning: whether a record of a backup may come back to a cluster: not what is too old, was deleted since, or is held no more.

A backup must not be a way around the law: what derives from images is four weeks old at the most wherever it is (Gemeentewet
art. 151c), and what was deleted lawfully stays deleted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from schemas.alerts import Alert
from schemas.deletion import Deletion, DeletionGround, Hold, HoldState
from streams.domain.compliance.case import holds_now
from streams.domain.partners.view import ENDED


class Returning(StrEnum):
    """Returning: what becomes of a record of a backup, and why."""

    RETURNS = "returns"
    TOO_OLD = "too_old"
    """Its topic would have deleted it meanwhile."""
    DELETED = "deleted"
    """It was deleted after the backup was made, as a case or by its age."""
    NOT_HELD = "not_held"
    """It is a copy for a criminal case, and its hold was released since, or is past its end."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Forgotten: what was deleted lawfully since a backup was made.

    Attributes:
        alert_ids: Alerts that were deleted as cases.
        before: All that was over before this was deleted by its age (UTC); None where nothing was.
        released: Holds that were released, by their ids.
    """

    alert_ids: frozenset[str] = frozenset()
    before: datetime | None = None
    released: Mapping[str, Hold] = field(default_factory=dict)

    @classmethod
    def of(cls, deletions: Iterable[Deletion], releases: Iterable[Hold]) -> Self:
        """Return what deletions and releases say together."""
        found = list(deletions)
        cutoffs = [each.before for each in found if each.ground is DeletionGround.OLDER and each.before is not None]
        return cls(
            alert_ids=frozenset(name for each in found for name in each.alert_ids),
            before=max(cutoffs, default=None),
            released={hold.hold_id: hold for hold in releases if hold.state is HoldState.RELEASED},
        )


def kept_until(appended_at: datetime, limit: timedelta) -> datetime:
    """Return until when a record may be anywhere (UTC)."""
    return appended_at + limit


def alert_returns(alert_id: str, alert: Alert | None, forgotten: Forgotten) -> Returning:
    """Return whether an alert's newest state comes back.

    Args:
        alert_id: The alert.
        alert: Its newest state; None where it cannot be read.
        forgotten: What was deleted since.
    """
    if alert_id in forgotten.alert_ids:
        return Returning.DELETED
    over = alert is not None and alert.state in ENDED
    if forgotten.before is not None and alert is not None and over and alert.changed_at < forgotten.before:
        return Returning.DELETED
    return Returning.RETURNS


def held_returns(key: str, holds: Mapping[str, Hold], forgotten: Forgotten, now: datetime) -> Returning:
    """Return whether what stands under a key of the topic of holds comes back: a copy as long as its hold holds.

    The word of a hold that was released comes back as well: it says that there was one, and has nothing of the case.

    Args:
        key: `<hold>` of a hold itself, `<hold>/<topic>/<partition>/<offset>` of a copy.
        holds: The newest state of each hold in the backup.
        forgotten: What was released since.
        now: The moment of the restore (UTC).
    """
    hold_id, _, copied = key.partition("/")
    hold = forgotten.released.get(hold_id, holds.get(hold_id))
    if hold is None or hold.state is HoldState.RELEASED:
        return Returning.NOT_HELD if copied or hold is None else Returning.RETURNS
    return Returning.RETURNS if holds_now(hold, now) else Returning.NOT_HELD
