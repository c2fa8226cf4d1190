"""Decisions: the actions that were sent in a room, and what `decide` answered."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from console.projection.alerts.row import ListRow
from console.wire.events import Decision
from schemas.actions import Action
from schemas.base import iso_utc
from schemas.decisions import DecisionLog
from schemas.phrases.catalogue import sentence, told
from schemas.phrases.language import Language
from schemas.phrases.phrase import Phrase

_MOVES: Final = frozenset({Action.DETACH.value, Action.ATTACH.value})
REMEMBERED: Final = 20_000
"""How many actions of a room are remembered: more than a day has."""


@dataclass(frozen=True, slots=True)
class ActionKnown:
    """Action known: an action as it was sent, and its answer once there is one; the answer's offset is that on `decision-log`."""

    action_id: str
    room: str
    alert_id: str
    user: str
    action: str
    offset: int | None = None
    refused: str = ""
    phrase: Phrase | None = None
    decided_at: datetime | None = None

    def answered(self, log: DecisionLog, offset: int) -> ActionKnown:
        """Return it with its answer."""
        alert_id = self.alert_id or next(iter(log.alert_ids), "")
        return replace(
            self, alert_id=alert_id, offset=offset, refused=log.refused, phrase=log.refused_phrase, decided_at=log.now
        )


class Decisions:
    """Decisions: the newest actions of a room by their ids.

    Args:
        room: The control room.
    """

    def __init__(self, room: str) -> None:
        self._room = room
        self._known: OrderedDict[str, ActionKnown] = OrderedDict()
        self._newest = -1

    @property
    def newest(self) -> int:
        """Return the newest offset that was read of the room's partition of `decision-log`; -1 where none."""
        return self._newest

    def read(self, offset: int) -> None:
        """Note that the partition was read up to an offset."""
        self._newest = max(self._newest, offset)

    def sent(self, action: ActionKnown) -> bool:
        """Note an action; return whether it was not known. What was answered already stays so."""
        known = self._known.get(action.action_id)
        if known is not None and known.alert_id:
            return False
        before = known or action
        answer = {name: getattr(before, name) for name in ("offset", "refused", "phrase", "decided_at")}
        self._put(replace(action, **answer))
        return known is None

    def take(self, log: DecisionLog, offset: int) -> ActionKnown | None:
        """Take a decision; return the action that it answers first, None where it answers none."""
        self.read(offset)
        if not log.action_id:
            return None
        known = self._known.get(log.action_id) or ActionKnown(log.action_id, self._room, "", "", "")
        if known.offset is not None:
            return None
        self._put(known.answered(log, offset))
        return self._known[log.action_id]

    def withdraw(self, action_id: str) -> None:
        """Forget an action that could not be sent."""
        known = self._known.get(action_id)
        if known is not None and known.offset is None:
            del self._known[action_id]

    def get(self, action_id: str) -> ActionKnown | None:
        """Return an action."""
        return self._known.get(action_id)

    def since(self, offset: int) -> list[ActionKnown]:
        """Return the actions that were answered after an offset, in the order of the answers."""
        found = [each for each in self._known.values() if each.offset is not None and each.offset > offset]
        found.sort(key=lambda each: each.offset or 0)
        return found

    def of_alert(self, alert_id: str) -> list[ActionKnown]:
        """Return the actions on an alert that were answered, the oldest first."""
        return [each for each in self.since(-1) if each.alert_id == alert_id]

    def is_detached(self, alert_id: str) -> bool:
        """Return whether a person took an alert from its cause, as far as is remembered."""
        moved = [each.action for each in self.of_alert(alert_id) if not each.refused and each.action in _MOVES]
        return moved[-1:] == [Action.DETACH.value]

    def _put(self, action: ActionKnown) -> None:
        self._known[action.action_id] = action
        self._known.move_to_end(action.action_id)
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)


def decision_of(action: ActionKnown, row: ListRow | None, language: Language) -> Decision:
    """Return what became of an action, in words; a refusal has who has the alert now, and since when.

    Args:
        action: The action.
        row: Its alert, where it is known.
        language: In which the words are.
    """
    if action.offset is None:
        state = "pending"
    else:
        state = "refused" if action.refused else "done"
    values = _values(action.phrase, language) if state == "refused" else {}
    if state == "refused" and row is not None and row.handled_by is not None:
        values["handled_by"] = row.handled_by
        if row.acknowledged_at is not None:
            values["handled_since"] = f"{iso_utc(row.acknowledged_at)[:23]}Z"
    return Decision.model_validate(
        {
            "action_id": action.action_id,
            "alert_id": action.alert_id,
            "state": state,
            "offset": action.offset,
            "refused": told(action.phrase, action.refused, language) if state == "refused" else "",
            "code": action.phrase.code if state == "refused" and action.phrase is not None else "",
            "values": values,
        }
    )


def _values(phrase: Phrase | None, language: Language) -> dict[str, Any]:
    """Return a phrase's values as the API tells them: phrases within it in words."""
    found: dict[str, Any] = {}
    for name, value in ({} if phrase is None else phrase.values).items():
        if isinstance(value, Phrase):
            found[name] = sentence(value, language)
        elif isinstance(value, tuple):
            found[name] = "; ".join(sentence(each, language) for each in value)
        else:
            found[name] = value
    return found
