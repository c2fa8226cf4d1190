"""Processed actions: which actions of operators were decided on, so that one that is replayed is not done twice.

Rows `acted/<room>/<alert>`, of an alert or a summary, for as long as whoever holds that keeps it.
"""

from __future__ import annotations

from typing import Final

from schemas.actions import OperatorAction
from schemas.base import Part
from streams.stages.base import Rows

ACTIONS_KEPT: Final = 200
"""Newest actions on one alert that are recognised when they are replayed; people do a handful."""


class ActedRow(Part):
    """The actions that were decided on for one alert, oldest first, whether they were done or refused."""

    action_ids: tuple[str, ...] = ()


class ProcessedActions:
    """The processed actions of one control room within one partition's rows."""

    def __init__(self, rows: Rows, room: str) -> None:
        """Work on a partition's rows for one control room."""
        self._rows = rows
        self._room = room

    def first_time(self, action: OperatorAction) -> bool:
        """Note an action, and return whether it was not decided on before."""
        name = self._name(action.alert_id)
        known = (self._rows.get(name, ActedRow) or ActedRow()).action_ids
        if action.action_id in known:
            return False
        self._rows.put(name, ActedRow(action_ids=(*known, action.action_id)[-ACTIONS_KEPT:]))
        return True

    def forget(self, alert_id: str) -> None:
        """Delete what was done to an alert or a summary that is forgotten."""
        self._rows.delete(self._name(alert_id))

    def _name(self, alert_id: str) -> str:
        return f"acted/{self._room}/{alert_id}"
