"""What operators note: codes of a list, and nobody's words."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.actions import Action, NoteCode
from schemas.alerts import Alert
from schemas.phrases.catalogue import sentence
from schemas.phrases.language import Language
from streams.domain.alerts.acting.notes import NOTES, NOTES_AT_MOST, NoteValue
from tests.support.deciding import Deciding, burglary
from tests.support.situations import action, in_view, position

LISTED = "a note is one of "


@pytest.fixture
def deciding() -> Deciding:
    return Deciding()


@pytest.fixture
def opened(deciding: Deciding) -> Alert:
    return deciding.one(burglary(cameras=in_view("cam-1")))


VALUES: dict[NoteValue, Any] = {
    NoteValue.NOTHING: None,
    NoteValue.NUMBER: 3,
    NoteValue.CAMERA: "cam-1",
    NoteValue.PARTNER: "politie-gms",
}


@pytest.mark.parametrize("code", NoteCode)
def test_each_note_of_the_list_stands_on_the_alert_in_both_languages(
    deciding: Deciding, opened: Alert, code: NoteCode
) -> None:
    """With who noted it; whoever notes does not take the alert in hand, and its state stays."""
    value = VALUES[NOTES[code].takes]
    alert = deciding.one(action(opened.alert_id, Action.NOTE, note=code.value, note_value=value))
    [note] = alert.notes
    assert (note.user, alert.handled_by, alert.state, alert.asks) == ("operator-3", None, opened.state, False)
    for language in Language:
        assert not sentence(note.phrase, language).startswith("note-")


@pytest.mark.parametrize(
    ("note", "value", "why"),
    [
        ("x" * 10_000, None, "a note is a code of the list, at most 40 characters, and this has 10000"),
        ("the man in the red coat", None, LISTED),
        ("", None, LISTED),
        ("of_a_newer_release", None, LISTED),
        ("called_back", "Jansen", "the note called_back takes no value"),
        ("camera_checked", None, "the note camera_checked takes a camera of this alert"),
        ("camera_checked", "jan-jansen", "the note camera_checked takes a camera of this alert"),
        ("waiting_for_partner", "jan-jansen", "the note waiting_for_partner takes a partner that reported"),
        ("persons_on_camera", "many", "the note persons_on_camera takes a whole number from 0 to 9999"),
        ("persons_on_camera", -1, "the note persons_on_camera takes a whole number from 0 to 9999"),
        ("persons_on_camera", 10_000, "the note persons_on_camera takes a whole number from 0 to 9999"),
    ],
)
def test_anything_else_is_refused_and_nothing_is_lost(
    deciding: Deciding, opened: Alert, note: str, value: Any, why: str
) -> None:
    """The reason repeats none of it; what was noted before stays."""
    deciding.take(action(opened.alert_id, Action.NOTE, note="called_back"))
    before = deciding.newest(opened)
    refused = deciding.refused(action(opened.alert_id, Action.NOTE, number=2, note=note, note_value=value))
    assert refused.startswith(why)
    assert deciding.newest(opened) == before
    assert not note or note in set(NoteCode) or note not in refused
    assert not isinstance(value, str) or value not in refused


def test_a_note_does_not_mind_what_another_did_meanwhile(deciding: Deciding, opened: Alert) -> None:
    """It overrides nothing; but a later action of another is told of it."""
    deciding.take(action(opened.alert_id, Action.ACKNOWLEDGE))
    late = action(opened.alert_id, Action.NOTE, number=2, user="operator-4", note="called_back")
    assert [note.user for note in deciding.one(late).notes] == ["operator-4"]
    assert deciding.refused(action(opened.alert_id, Action.CLOSE, number=3, seen_revision=1)) == (
        "operator-4 acted on it at revision 2, and revision 1 was seen"
    )


def test_an_alert_holds_a_bounded_number_of_notes(deciding: Deciding, opened: Alert) -> None:
    """The next one is refused, and none of the others goes."""
    for number in range(NOTES_AT_MOST):
        deciding.one(action(opened.alert_id, Action.NOTE, number=number, note="called_back"))
    more = action(opened.alert_id, Action.NOTE, number=99, note="called_back")
    assert deciding.refused(more) == f"an alert holds at most {NOTES_AT_MOST} notes"
    assert len(deciding.newest(opened).notes) == NOTES_AT_MOST


def test_a_merged_alerts_notes_go_with_its_facts(deciding: Deciding, opened: Alert) -> None:
    """And stay with it."""
    other = deciding.one(burglary("b", position=position(400)))
    deciding.take(action(opened.alert_id, Action.NOTE, note="called_back"))
    deciding.take(action(other.alert_id, Action.NOTE, note="no_answer"))
    merge = action(opened.alert_id, Action.MERGE, number=2, seen_revision=1, other_alert_id=other.alert_id)
    after, gone = deciding.take(merge)
    assert {note.phrase.code for note in after.notes} == {"note-called-back", "note-no-answer"}
    assert [note.phrase.code for note in gone.notes] == ["note-no-answer"]
