"""Dispatches on the page: whom somebody asked, in words, in the detail and in the past of an alert."""

from __future__ import annotations

from console.projection.alerts.detail import detail_of
from console.projection.alerts.history import history_of
from console.projection.alerts.past import version_of
from console.projection.alerts.row import row_of
from console.wire.people import Me, Right
from console.wire.rows import Detail
from schemas.alerts import Alert
from schemas.phrases.language import Language
from tests.support.deciding import Deciding
from tests.support.dispatches import answer, confirmed, fire
from tests.support.situations import NOON, report

ME = Me(
    user="anna",
    roles=(),
    rights=(Right.ACT,),
    rooms=("amstelveen",),
    language="nl",
    session_until=NOON,
    acting_until=NOON,
    login="local",
)


def detail(alert: Alert) -> Detail:
    row = row_of(alert.model_dump_json().encode(), 1)
    return detail_of(row, alert, lambda camera_id: camera_id, Language.NL, ME)


def test_partners_are_named_and_who_is_asked_is_said() -> None:
    """One that refuses can be asked again; one that is asked, or comes, cannot."""
    deciding = Deciding()
    opened = detail(fire(deciding))
    assert [(each.id, each.name, each.asked) for each in opened.askable] == [
        ("brandweer", "de brandweer", ""),
        ("politie", "de politie", ""),
        ("ambulance", "de ambulance", ""),
    ]
    assert "confirm_dispatch" in opened.allowed
    other = Deciding()
    alert = confirmed(other, "brandweer", "politie", then=("ambulance",))
    found = detail(alert)
    assert [each.asked for each in found.askable] == ["gevraagd", "gevraagd", ""]
    assert [each.escalate_to for each in found.dispatches] == [("de ambulance",), ("de ambulance",)]
    assert found.dispatches[0].deadline_at is not None
    told = detail(answer(other, alert.dispatches[0], "accepted"))
    assert [each.asked for each in told.askable] == ["komt", "gevraagd", ""]
    assert (told.dispatches[0].text, told.dispatches[0].deadline_at) == ("De brandweer: komt", None)
    refused = detail(answer(other, alert.dispatches[1], "rejected", 160, reason_code="no_unit"))
    assert [each.asked for each in refused.askable] == ["komt", "", "gevraagd"]


def test_it_is_not_offered_where_nobody_is_left_to_ask() -> None:
    """The page has no button for what would be refused."""
    alert = confirmed(Deciding(), "brandweer", "politie", "ambulance")
    assert "confirm_dispatch" not in detail(alert).allowed


def test_the_past_says_what_partners_answered() -> None:
    """In place of only that something changed."""
    deciding = Deciding()
    alert = confirmed(deciding)
    versions = [alert, answer(deciding, alert.dispatches[0], "en_route")]
    lines = history_of(map(version_of, versions), (), Language.NL)
    assert lines[-1].text == "de brandweer: onderweg"


def test_an_exercise_says_so_in_its_line() -> None:
    """What the list shows first, and the title."""
    found = detail(Deciding().one(report("a", exercise=True)))
    assert found.exercise
    assert (found.row.what, found.row.title) == ("OEFENING: straatroof", "OEFENING: straatroof, Stadsplein")
