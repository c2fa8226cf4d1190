"""Reasons: why an operator puts an alert aside or calls it false, by codes of a list. Nobody's own words are kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from schemas.actions import REASON_CODES, Action, FalseAlarmReason, OperatorAction, ShelveReason
from schemas.phrases.codes import reasons as says
from schemas.phrases.codes.refusals import refused_reason_unknown
from schemas.phrases.phrase import Phrase

SHELVED: Final[Mapping[ShelveReason, Phrase]] = {
    ShelveReason.WAITING_FOR_UNIT: says.shelved_waiting_for_unit(),
    ShelveReason.WAITING_FOR_PARTNER: says.shelved_waiting_for_partner(),
    ShelveReason.BEING_WATCHED: says.shelved_being_watched(),
    ShelveReason.PLANNED_EVENT: says.shelved_planned_event(),
    ShelveReason.KNOWN_WORKS: says.shelved_known_works(),
    ShelveReason.CAMERA_FAULT: says.shelved_camera_fault(),
    ShelveReason.OTHER_REASON: says.shelved_other_reason(),
}
FALSE: Final[Mapping[FalseAlarmReason, Phrase]] = {
    FalseAlarmReason.NOTHING_THERE: says.false_nothing_there(),
    FalseAlarmReason.CAMERA_MISTAKEN: says.false_camera_mistaken(),
    FalseAlarmReason.REPORTER_MISTAKEN: says.false_reporter_mistaken(),
    FalseAlarmReason.TEST: says.false_test(),
    FalseAlarmReason.KNOWN_EXERCISE: says.false_known_exercise(),
    FalseAlarmReason.KNOWN_WORKS: says.false_known_works(),
    FalseAlarmReason.OTHER_REASON: says.false_other_reason(),
}
_SAYS: Final[Mapping[str, Mapping[str, Phrase]]] = {
    Action.SHELVE: {code.value: said for code, said in SHELVED.items()},
    Action.FALSE_ALARM: {code.value: said for code, said in FALSE.items()},
}
TESTS: Final = frozenset({FalseAlarmReason.TEST.value, FalseAlarmReason.KNOWN_EXERCISE.value})
"""Reasons of false alarms whose verdict is a test: they say nothing about the rules."""


def reason_of(action: OperatorAction) -> Phrase | None:
    """Return the reason of the list that an action gives; None where it gives none."""
    return _SAYS.get(action.action, {}).get(action.reason_code or "")


def unknown_reason(action: OperatorAction) -> Phrase | None:
    """Return why an action's reason cannot stand: it is none of the list; None where it is, or none is given or asked for."""
    codes = REASON_CODES.get(Action(action.action))
    if codes is None or action.reason_code is None or action.reason_code in codes:
        return None
    return refused_reason_unknown(", ".join(codes))
