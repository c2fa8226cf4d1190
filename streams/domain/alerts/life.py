"""Where an alert stands in its life: its state and what belongs to it, apart from the facts that it is about."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

from pydantic import Field

from schemas.alerts import AlertState, Change, Shelf, Suppression
from schemas.base import Identifier, Part, Utc
from schemas.categories import Priority

L = TypeVar("L", bound="Life")


class Life(Part):
    """An alert's state, who did what to it, and how it hangs together with other alerts.

    Attributes:
        revision: Counts what was sent.
        opened_at: When it came on the list first.
        back_at: When it last came on the list again.
        changed_at: When the newest revision was made.
        ended_at: When it stopped to take facts.
        priority: As it was last told; None in rows that do not know it yet.
        raised_revision: The last revision that raised the priority.
        acted_by: Who acted last on it, and `acted_revision` which revision that made.
        critical_since: Since when it is a P1 that waits for somebody.
        apart: Reports and episodes that a person split off: they never join it by themselves again.
    """

    revision: Annotated[int, Field(ge=0)] = 0
    state: AlertState = AlertState.NEW
    change: Change = Change.OPENED
    opened_at: Utc
    back_at: Utc | None = None
    changed_at: Utc
    ended_at: Utc | None = None
    priority: Priority | None = None
    raised_revision: Annotated[int, Field(ge=0)] = 0
    acted_by: Identifier | None = None
    acted_revision: Annotated[int, Field(ge=0)] = 0
    handled_by: Identifier | None = None
    acknowledged_at: Utc | None = None
    critical_since: Utc | None = None
    escalated_at: Utc | None = None
    closing: str = ""
    shelf: Shelf | None = None
    suppression: Suppression | None = None
    merged_into: str | None = None
    split_from: str | None = None
    recurrence_of: str | None = None
    apart: tuple[str, ...] = ()


def in_state(life: L, state: AlertState) -> L:
    """Return a life in a state, without what belonged to the state before. A new alert waits for somebody, anew."""
    if state is life.state:
        return life
    changes: dict[str, Any] = {"state": state}
    if state is not AlertState.SHELVED:
        changes["shelf"] = None
    if state is not AlertState.SUPPRESSED:
        changes["suppression"] = None
    if state is AlertState.NEW:
        anew = ("handled_by", "acknowledged_at", "critical_since", "escalated_at", "ended_at")
        changes |= dict.fromkeys(anew) | {"closing": ""}
    return life.model_copy(update=changes)
