"""Notes: what operators note on an alert, by codes of a list. Nobody's own words are kept, nor repeated in a refusal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple

from schemas.actions import NoteCode, OperatorAction
from schemas.alerts import AlertNote
from schemas.phrases.codes import notes as says
from schemas.phrases.codes.refusals import (
    refused_note_too_long,
    refused_note_unknown,
    refused_note_value,
    refused_notes_full,
)
from schemas.phrases.phrase import Phrase
from streams.domain.alerts.acting.actions import Acted, marked, refusal
from streams.domain.alerts.situation import Situation

NOTES_AT_MOST: Final = 50
"""Notes on one alert [own]: more than people make in a shift, and 10 kB of a message."""
CODE_AT_MOST: Final = 40
"""Characters of a code; what is longer is somebody's words."""
NUMBER_AT_MOST: Final = 9_999


class NoteValue(StrEnum):
    """Note value: what stands with a note. A name is one that the alert itself has, so that no other can be written."""

    NOTHING = "nothing"
    NUMBER = "number"
    CAMERA = "camera"
    PARTNER = "partner"


class NoteRule(NamedTuple):
    """Note rule: what stands with a note, and what says it."""

    takes: NoteValue
    says: Callable[..., Phrase]


NOTES: Final[Mapping[NoteCode, NoteRule]] = {
    NoteCode.CALLED_BACK: NoteRule(NoteValue.NOTHING, says.note_called_back),
    NoteCode.NO_ANSWER: NoteRule(NoteValue.NOTHING, says.note_no_answer),
    NoteCode.CAMERA_CHECKED: NoteRule(NoteValue.CAMERA, says.note_camera_checked),
    NoteCode.NOTHING_ON_CAMERA: NoteRule(NoteValue.CAMERA, says.note_nothing_on_camera),
    NoteCode.PERSONS_ON_CAMERA: NoteRule(NoteValue.NUMBER, says.note_persons_on_camera),
    NoteCode.POLICE_INFORMED: NoteRule(NoteValue.NOTHING, says.note_police_informed),
    NoteCode.FIRE_SERVICE_INFORMED: NoteRule(NoteValue.NOTHING, says.note_fire_service_informed),
    NoteCode.AMBULANCE_INFORMED: NoteRule(NoteValue.NOTHING, says.note_ambulance_informed),
    NoteCode.ENFORCEMENT_INFORMED: NoteRule(NoteValue.NOTHING, says.note_enforcement_informed),
    NoteCode.HELP_ON_SCENE: NoteRule(NoteValue.NOTHING, says.note_help_on_scene),
    NoteCode.WAITING_FOR_PARTNER: NoteRule(NoteValue.PARTNER, says.note_waiting_for_partner),
    NoteCode.OVER_IN_MINUTES: NoteRule(NoteValue.NUMBER, says.note_over_in_minutes),
    NoteCode.HANDED_OVER: NoteRule(NoteValue.NOTHING, says.note_handed_over),
}
"""Every note that there is."""


def annotate(situation: Situation, action: OperatorAction, now: datetime) -> Acted[Situation]:
    """Return an alert with what an operator noted, or why it was refused, which changes nothing. Who notes does not handle it."""
    refused = refusal(situation, action) or _unfit(situation, action)
    if refused:
        return Acted(situation, refused)
    value = () if action.note_value is None else (action.note_value,)
    told = AlertNote(phrase=NOTES[NoteCode(action.note)].says(*value), user=action.user, noted_at=now)
    after = situation.model_copy(update={"notes": (*situation.notes, told)})
    return Acted(marked(situation, after, action.user), None)


def joined_notes(one: Situation, other: Situation) -> tuple[AlertNote, ...]:
    """Return the notes of two alerts that become one, the newest of them; a merged alert keeps its own as well."""
    if not other.notes:
        return one.notes
    ordered = sorted([*one.notes, *other.notes], key=lambda each: (each.noted_at, each.user, each.phrase.code))
    return tuple(ordered[-NOTES_AT_MOST:])


def _unfit(situation: Situation, action: OperatorAction) -> Phrase | None:
    if len(action.note) > CODE_AT_MOST:
        return refused_note_too_long(len(action.note), CODE_AT_MOST)
    code = next((each for each in NoteCode if each.value == action.note), None)
    if code is None:
        return refused_note_unknown(", ".join(NoteCode))
    takes = NOTES[code].takes
    if not _TAKEN[takes](action.note_value, situation):
        return refused_note_value(code.value, takes.value)
    return refused_notes_full(NOTES_AT_MOST) if len(situation.notes) >= NOTES_AT_MOST else None


def _cameras(situation: Situation) -> set[str]:
    seen = {row.camera_id for row in situation.sightings} | {row.camera_id for row in situation.episodes}
    return seen | {near.camera_id for row in situation.reports for near in row.cameras}


_TAKEN: Final[Mapping[NoteValue, Callable[[int | str | None, Situation], bool]]] = {
    NoteValue.NOTHING: lambda value, _: value is None,
    NoteValue.NUMBER: lambda value, _: isinstance(value, int) and 0 <= value <= NUMBER_AT_MOST,
    NoteValue.CAMERA: lambda value, situation: value in _cameras(situation),
    NoteValue.PARTNER: lambda value, situation: value in {row.report.source for row in situation.reports},
}
