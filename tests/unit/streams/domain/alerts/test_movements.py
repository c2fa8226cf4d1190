"""What people did that cameras saw, through the stage `decide`: told with its reason, and never an alert itself."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.actions import Action
from schemas.alerts import Alert
from schemas.categories import Category
from schemas.evidence import CameraCoverage, Coverage, Evidence, Movement, MovementKind, Verdict
from schemas.incidents import Operation
from schemas.phrases.catalogue import sentence
from schemas.phrases.language import Language
from streams.domain.alerts.movements import MOVEMENTS_AT_MOST
from streams.presentation.alerts import row as shown_row
from tests.support.deciding import Deciding, changed
from tests.support.situations import NOON, action, position, report, seconds, sighting

FIGHT = Category.GEWELD_VECHTPARTIJ
RUNNING, LEAVING, GATHERING = MovementKind


def near(*cameras: tuple[str, float]) -> tuple[CameraCoverage, ...]:
    return tuple(CameraCoverage(camera_id=name, distance_m=far, coverage=Coverage.IN_VIEW) for name, far in cameras)


def fight(name: str = "fight", cameras: tuple[CameraCoverage, ...] = near(("cam-1", 40)), **changes: Any) -> Evidence:
    return report(name, category=FIGHT, cameras=cameras, **changes)


def ran(persons: int = 5, at_s: float = 20, kind: MovementKind = RUNNING) -> Movement:
    return Movement(kind=kind, persons=persons, at=NOON + seconds(at_s))


def saw(*movements: Movement, camera_id: str = "cam-1", name: str = "fight", **changes: Any) -> Evidence:
    return sighting(name, camera_id, movements=movements, **changes)


def told(alert: Alert) -> list[tuple[str, MovementKind, int]]:
    return [(each.camera_id, each.kind, each.persons) for each in alert.movements]


@pytest.fixture
def deciding() -> Deciding:
    return Deciding()


def test_people_who_ran_stand_with_the_fight_and_the_line_says_why(deciding: Deciding) -> None:
    """In each language; no alert is opened, and nothing of the fight's own priority changes."""
    deciding.one(fight())
    alert = deciding.one(saw(ran()))
    [line] = alert.movements
    assert sentence(line.reason) == "5 people ran 40 m away, 20 s after it began (camera cam-1)"
    assert sentence(line.reason, Language.NL) == "5 mensen renden op 40 m, 20 s na het begin (camera cam-1)"
    assert (line.distance_m, line.at) == (40, NOON + seconds(20))
    assert len(deciding.alerts) == 1
    plain = Deciding()
    plain.one(fight())
    without = plain.one(saw())
    assert (alert.priority, alert.score, alert.factors) == (without.priority, without.score, without.factors)
    assert "↳ 5 people ran 40 m away" in shown_row(alert, NOON, Language.EN).why


@pytest.mark.parametrize(
    ("movement", "words"),
    [
        (ran(1, -12), "somebody ran here, 12 s before it began (camera cam-1)"),
        (ran(6, 90, LEAVING), "6 people left at once here, 90 s after it began (camera cam-1)"),
        (ran(9, 60, GATHERING), "9 people stood together here, 60 s after it began (camera cam-1)"),
    ],
)
def test_each_kind_has_its_words(deciding: Deciding, movement: Movement, words: str) -> None:
    deciding.one(fight(cameras=near(("cam-1", 0))))
    [line] = deciding.one(saw(movement)).movements
    assert sentence(line.reason) == words


@pytest.mark.parametrize(
    ("evidence", "movement"),
    [
        (fight(cameras=near(("cam-1", 151))), ran()),
        (fight(position=position(accuracy_m=200)), ran()),
        (fight(), ran(at_s=181)),
        (fight(), ran(at_s=-31)),
        (report("fight", category=Category.BRAND, cameras=near(("cam-1", 40))), ran()),
        (fight(operation=Operation.CREATE, position=None), ran()),
    ],
    ids=["too far", "place known badly", "too late", "too early", "a fire explains none", "no place"],
)
def test_what_is_not_near_enough_is_not_told(deciding: Deciding, evidence: Evidence, movement: Movement) -> None:
    """Whatever another release of the cameras' stage says."""
    deciding.one(evidence)
    deciding.take(saw(movement))
    [alert] = deciding.alerts.values()
    assert alert.movements == ()


def test_running_without_a_report_opens_nothing(deciding: Deciding) -> None:
    """It waits for its report, as any answer of a camera; then it stands with it."""
    assert deciding.take(saw(ran())) == []
    assert told(deciding.one(fight())) == [("cam-1", RUNNING, 5)]


def test_a_person_takes_out_what_a_camera_saw_and_puts_it_back(deciding: Deciding) -> None:
    """One action each; the other cameras' stay, and it does not come back with the next answer."""
    cameras = near(("cam-1", 40), ("cam-2", 10))
    deciding.one(fight(cameras=cameras))
    deciding.take(saw(ran()))
    alert = deciding.one(saw(ran(2), camera_id="cam-2"))
    assert told(alert) == [("cam-2", RUNNING, 2), ("cam-1", RUNNING, 5)]
    out: dict[str, Any] = {"camera_id": "cam-1", "seen_revision": alert.revision}
    taken = deciding.one(action(alert.alert_id, Action.DETACH, "", **out))
    assert told(taken) == [("cam-2", RUNNING, 2)]
    assert taken.caused_by is None
    deciding.take(saw(ran(7, 30)))
    assert told(deciding.newest(alert)) == [("cam-2", RUNNING, 2)]
    seen = deciding.newest(alert).revision
    back = deciding.one(action(alert.alert_id, Action.ATTACH, "", number=2, camera_id="cam-1", seen_revision=seen))
    assert told(back) == [("cam-2", RUNNING, 2), ("cam-1", RUNNING, 7)]


@pytest.mark.parametrize(
    ("what", "camera_id", "words"),
    [
        (Action.DETACH, "cam-9", "camera cam-9 saw nobody run, leave at once or gather for it"),
        (Action.ATTACH, "cam-1", "nobody took it from its cause"),
    ],
)
def test_what_cannot_be_taken_out_or_put_back_is_refused(
    deciding: Deciding, what: Action, camera_id: str, words: str
) -> None:
    deciding.one(fight())
    alert = deciding.one(saw(ran()))
    asked = action(alert.alert_id, what, "", camera_id=camera_id, seen_revision=alert.revision)
    assert deciding.refused(asked) == words


def test_merging_and_splitting_keep_what_was_taken_out(deciding: Deciding) -> None:
    """A camera that was taken from one of them stays out of what goes on."""
    first = deciding.one(fight())
    other = deciding.one(fight("far", position=position(500), cameras=near(("cam-1", 40))))
    deciding.take(saw(ran()))
    deciding.take(saw(ran(3), name="far"))
    deciding.take(action(other.alert_id, Action.DETACH, "", camera_id="cam-1", seen_revision=1, number=8))
    deciding.take(action(first.alert_id, Action.MERGE, "", other_alert_id=other.alert_id, seen_revision=1, number=9))
    assert told(deciding.newest(first)) == []


def test_an_alert_tells_a_bounded_number_the_nearest(deciding: Deciding) -> None:
    cameras = near(*((f"cam-{number}", 5.0 * number) for number in range(1, 21)))
    deciding.one(fight(cameras=cameras))
    for number in range(20, 0, -1):
        deciding.take(saw(ran(), camera_id=f"cam-{number}"))
    [alert] = deciding.alerts.values()
    assert [each.camera_id for each in alert.movements] == [f"cam-{each}" for each in range(1, MOVEMENTS_AT_MOST + 1)]


def test_rules_without_movements_decide_as_before() -> None:
    """What cameras tell of people is then nothing to an alert."""
    rows = changed().model_dump(mode="json", by_alias=True)["causes"]
    deciding = Deciding(rules=changed(causes=[each for each in rows if not each["movements"]]))
    deciding.one(fight())
    deciding.take(saw(ran()))
    [alert] = deciding.alerts.values()
    assert alert.movements == ()


FACTS = (
    fight(cameras=near(("cam-1", 40), ("cam-2", 0))),
    fight("again", cameras=near(("cam-1", 30)), occurred_at=NOON + seconds(10)),
    saw(ran(2, 20)),
    saw(ran(2, 20), ran(4, 60, LEAVING), verdict=Verdict.CONSISTENT),
    saw(ran(5, 40)),
    saw(ran(3, 90), name="again"),
    saw(ran(8, 70, GATHERING), camera_id="cam-2"),
)


@given(st.permutations(range(len(FACTS))), st.lists(st.integers(0, len(FACTS) - 1), max_size=4))
def test_what_is_told_does_not_depend_on_order_or_repeats(order: list[int], again: list[int]) -> None:
    """So a replay tells the same; reports come in any order too."""
    deciding = Deciding()
    for each in [*order, *again]:
        deciding.take(FACTS[each])
    [alert] = [alert for alert in deciding.alerts.values() if alert.state == "new"]
    assert told(alert) == [("cam-2", GATHERING, 8), ("cam-1", RUNNING, 5), ("cam-1", LEAVING, 4)]
    assert {sentence(each.reason) for each in alert.movements} == {
        "8 people stood together here, 70 s after it began (camera cam-2)",
        "5 people ran 40 m away, 40 s after it began (camera cam-1)",
        "4 people left at once 40 m away, 60 s after it began (camera cam-1)",
    }
