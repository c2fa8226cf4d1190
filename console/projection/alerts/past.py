"""Past: the versions of alerts as far as they are told in the detail, kept as they come: no topic is read for them again.

Reading them of the topic `alerts` takes as long as all that happened in the room since: with 20,000 alerts half a second of
the console's processor for each detail that somebody opened.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from console.projection.alerts.row import ListRow
from schemas.alerts import Alert, AlertState, Change
from schemas.categories import Priority
from schemas.errors import UndecodableError
from schemas.phrases.phrase import Phrase

_OF_PARTNERS: Final = frozenset({Change.DISPATCH, Change.OVERDUE})


@dataclass(frozen=True, slots=True)
class Version:
    """Version: one revision of an alert; `news` is what it says of partners that was not so before."""

    revision: int
    changed_at: datetime
    change: Change
    state: AlertState
    priority: Priority
    handled_by: str | None
    news: tuple[Phrase, ...] = ()


def version_of(alert: Alert) -> Version:
    """Return what is told of a revision."""
    return Version(
        alert.revision, alert.changed_at, alert.change, alert.state, alert.priority, alert.handled_by, _news(alert)
    )


class Past:
    """Past: per alert its versions from the first on, none left out; of one whose first was not read it knows nothing."""

    def __init__(self) -> None:
        self._versions: dict[str, list[Version]] = {}

    def note(self, row: ListRow) -> None:
        """Note the version that a row is, where it is the next of its alert."""
        known = self._versions.get(row.alert_id)
        if row.revision != (0 if known is None else len(known)):
            return
        try:
            change = Change(row.change)
            if change in _OF_PARTNERS:
                version = version_of(row.alert())
            else:
                version = Version(row.revision, row.changed_at, change, row.state, row.priority, row.handled_by)
        except (ValueError, UndecodableError):  # of a newer sender: who asks is told what the topic tells
            return
        self._versions.setdefault(row.alert_id, []).append(version)

    def fill(self, alert_id: str, versions: Iterable[Version]) -> None:
        """Take what was read of the topic; what is known already stays."""
        known = self._versions.setdefault(alert_id, [])
        for version in sorted(versions, key=lambda each: each.revision):
            if version.revision == len(known):
                known.append(version)
        if not known:
            del self._versions[alert_id]

    def of(self, alert_id: str, revision: int) -> tuple[Version, ...] | None:
        """Return an alert's versions up to a revision and those after it, the oldest first; None where not all are known."""
        known = self._versions.get(alert_id, ())
        return tuple(known) if len(known) > revision else None

    def forget(self, alert_id: str) -> None:
        """Drop an alert."""
        self._versions.pop(alert_id, None)


def _news(alert: Alert) -> tuple[Phrase, ...]:
    """Return what a version of an alert says that is new of who was asked to come."""
    if alert.change not in _OF_PARTNERS:
        return ()
    late = alert.change is Change.OVERDUE
    return tuple(each.reason for each in alert.dispatches if (each.overdue if late else each.since == alert.changed_at))
