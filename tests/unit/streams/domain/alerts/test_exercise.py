"""Exercises: an alert that is one is told as one everywhere, and never stands with what is real."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.actions import Action
from schemas.alerts import AlertState
from schemas.categories import Category
from schemas.incidents import Operation
from schemas.phrases.catalogue import sentence
from schemas.phrases.language import Language
from streams.domain.review.precision import closed_alerts
from streams.domain.trends.areas import AreaMap
from streams.domain.trends.counts import contribution_of
from streams.stages.decide.index import CellRow
from tests.support.deciding import HOME, RULES, Deciding, burglary, update
from tests.support.dispatches import confirmation
from tests.support.situations import NOON, action, episode, position, report, seconds, sighting


def test_an_exercise_says_so_in_its_title_and_in_its_requests(deciding: Deciding) -> None:
    """In both languages, whatever its source calls it, and also where it is opened by the words of a sender."""
    alert = deciding.one(report("a", exercise=True))
    assert alert.exercise
    assert alert.title == "EXERCISE: street robbery, Stadsplein"
    assert alert.title_phrase is not None
    assert sentence(alert.title_phrase, Language.NL) == "OEFENING: straatroof, Stadsplein"
    deciding.take(confirmation(alert))
    assert [each.exercise for each in deciding.requests] == [True]
    own = deciding.one(report("b", exercise=True, summary="Straat roof", position=position(800)))
    assert own.title == "EXERCISE: Straat roof"
    assert not deciding.one(report("c")).exercise


@pytest.mark.parametrize("first", [True, False])
def test_an_exercise_and_what_is_real_are_two_alerts(deciding: Deciding, first: bool) -> None:
    """Whichever comes first, at one place and time; exercises join each other, and so does what is real."""
    one = deciding.one(report("a", exercise=first))
    other = deciding.one(report("b", exercise=not first))
    assert one.alert_id != other.alert_id
    for name, exercise in (("c", True), ("d", False)):
        joined = deciding.one(report(name, exercise=exercise, source="meldpunt"))
        assert joined.alert_id == (one if exercise is first else other).alert_id
        assert joined.exercise is exercise


def test_a_report_without_a_place_and_one_known_roughly_stay_on_their_side(deciding: Deciding) -> None:
    """Those join the only one of their time: the only real one, or the only exercise."""
    real = deciding.one(report("a"))
    apart = deciding.one(report("b", exercise=True, position=None, source="meldpunt"))
    assert apart.alert_id != real.alert_id
    rough: dict[str, Any] = {"category": Category.MEDISCH_ONWEL}
    known = deciding.one(report("c", position=position(900, accuracy_m=20), **rough))
    page = deciding.one(report("d", exercise=True, source="p2000", position=position(900, accuracy_m=2_000), **rough))
    assert page.alert_id != known.alert_id


def test_an_exercise_explains_nothing_that_is_real_nor_the_other_way_round(deciding: Deciding) -> None:
    """An exercise of a fire has no real emergency under it; two exercises may go together."""
    deciding.take(report("a", category=Category.BRAND, exercise=True))
    emergency: dict[str, Any] = {"category": Category.MEDISCH_ONWEL, "urgency": 2, "occurred_at": NOON + seconds(60)}
    assert deciding.one(report("b", position=position(40), **emergency)).caused_by is None
    told = deciding.take(report("c", position=position(60), exercise=True, **emergency))
    assert sorted((each.exercise, each.caused_by is not None, len(each.symptoms)) for each in told) == [
        (True, False, 1),
        (True, True, 0),
    ]
    other = Deciding()
    other.take(report("a", category=Category.BRAND))
    assert other.one(report("b", position=position(40), exercise=True, **emergency)).caused_by is None


def test_an_exercise_is_no_near_repeat(deciding: Deciding) -> None:
    """Neither does it repeat a burglary, nor is it repeated by one."""
    later: dict[str, Any] = {
        "occurred_at": NOON + seconds(86_400),
        "reported_at": NOON + seconds(86_400),
        "position": position(150),
    }
    deciding.take(burglary("a"))
    assert deciding.one(burglary("b", exercise=True, **later)).near_repeats == ()
    other = Deciding()
    other.take(burglary("a", exercise=True))
    assert other.one(burglary("b", **later)).near_repeats == ()
    assert other.rows.names("repeat/") != []


def test_an_exercise_asks_and_takes_no_place_in_the_budget(deciding: Deciding) -> None:
    """Twenty of them leave the whole list to what is real."""
    for number in range(20):
        alert = deciding.one(
            report(f"x{number}", category=Category.JEUGDOVERLAST, position=position(90 * number - 900), exercise=True)
        )
        assert (alert.asks, alert.grouped_under) == (True, None)
    assert deciding.rows.names("budget/") == []
    real = deciding.one(report("real", category=Category.JEUGDOVERLAST, position=position(0, 900)))
    assert (real.asks, real.grouped_under) == (True, None)


def test_an_exercise_is_in_no_count_and_no_verdict(deciding: Deciding) -> None:
    """Whatever it is closed as: it says nothing about the neighbourhood, nor about the rules."""
    opened = deciding.one(burglary("a", exercise=True))
    real = deciding.one(burglary("b"))
    assert contribution_of(opened, AreaMap(None), RULES.zone) is None
    assert contribution_of(real, AreaMap(None), RULES.zone) is not None
    for number, alert in enumerate((opened, real)):
        deciding.take(action(alert.alert_id, Action.CLOSE, number=10 + number, seen_revision=alert.revision))
    closed = [deciding.newest(each) for each in (opened, real)]
    assert [each.state for each in closed] == [AlertState.CLOSED] * 2
    assert [each.last.alert_id for each in closed_alerts(closed)] == [real.alert_id]


def test_they_are_not_merged_and_a_part_stays_what_it_is(deciding: Deciding) -> None:
    """A person cannot mix them either."""
    exercise = deciding.one(report("a", exercise=True))
    real = deciding.one(report("b"))
    for alert, other, number in ((exercise, real, 5), (real, exercise, 6)):
        merge = action(alert.alert_id, Action.MERGE, number=number, other_alert_id=other.alert_id)
        assert deciding.refused(merge) == "an exercise and what is real are never merged"
    both = deciding.one(report("c", exercise=True, source="meldpunt"))
    split = action(both.alert_id, Action.SPLIT, number=7, fact_id=both.reports[1].incident_id, seen_revision=1)
    assert [each.exercise for each in deciding.take(split)] == [True, True]


def test_what_is_no_exercise_after_all_is_real_from_then_on(deciding: Deciding) -> None:
    """Its source says so with a newer revision: it is found by what is real, and leaves the exercises."""
    opened = deciding.one(burglary("a", exercise=True))
    real = deciding.one(update("a", exercise=False))
    assert (real.alert_id, real.exercise) == (opened.alert_id, False)
    assert not real.title.startswith("EXERCISE")
    assert deciding.one(burglary("b", source="meldpunt")).alert_id == opened.alert_id
    assert deciding.one(burglary("c", source="derde", exercise=True)).alert_id != opened.alert_id
    apart = [row for name, row in deciding.rows.scan("cell/amstelveen/exercise/", CellRow)]
    assert {each.alert_id for row in apart for each in row.entries}.isdisjoint({opened.alert_id})
    assert apart


def test_a_camera_tells_what_it_sees_of_an_exercise_and_makes_none(deciding: Deciding) -> None:
    """Its answer belongs to the report; what it sees by itself is real, and joins no exercise."""
    deciding.take(report("a", category=Category.CROWD_DENSITY, exercise=True))
    crowd = deciding.one(episode())
    assert not crowd.exercise
    answered = deciding.one(sighting("a"))
    assert (answered.exercise, answered.alert_id != crowd.alert_id) == (True, True)


def test_a_cancelled_exercise_stays_one(deciding: Deciding) -> None:
    """A cancellation says nothing of it."""
    deciding.take(report("a", category=HOME, exercise=True))
    cancelled = deciding.one(report("a", category=HOME, revision=1, operation=Operation.CANCEL))
    assert (cancelled.state, cancelled.exercise) == (AlertState.CANCELLED, True)
