"""Which control room a report reaches and which cameras are asked."""

from __future__ import annotations

import math
from datetime import datetime, time
from typing import Any

import pytest
from prometheus_client import REGISTRY

from schemas.categories import Category
from schemas.evidence import Coverage, Evidence, ReportFact
from schemas.incidents import CameraWatch, Operation
from streams import topics
from streams.config.files import load_rules
from streams.domain.rules.contradictions import HOMES
from streams.errors import ConfigurationError
from streams.stages.locate import Locate
from tests.support.rows import FakeRows
from tests.support.situations import EAST_ROOM, NOON, ROOM, camera, incident, item, position, registry, seconds

RULES = load_rules()
CAMERAS = (
    camera("near", 0),
    camera("closed", 40, until=time(1, 0)),
    camera("far", 400),
    camera("farther", 480),
    camera("beyond", 700),
    camera("other-room", 1_000, room=EAST_ROOM),
)


def locate(now: datetime = NOON, **changes: Any) -> tuple[list[CameraWatch], list[Evidence], list[ReportFact]]:
    stage = Locate(registry(*CAMERAS), RULES, "Europe/Amsterdam")
    outputs = stage.handle(item(incident(**changes)), FakeRows(), now)
    watches = [output.message for output in outputs if isinstance(output.message, CameraWatch)]
    evidence = [output.message for output in outputs if isinstance(output.message, Evidence)]
    return watches, evidence, [each.fact for each in evidence if isinstance(each.fact, ReportFact)]


def said(fact: ReportFact) -> dict[str, Coverage]:
    return {each.camera_id: each.coverage for each in fact.cameras}


def test_cameras_within_the_categorys_distance_are_asked() -> None:
    """A robbery asks within 250 m; who may not look, and who is near but too far, is listed with the reason."""
    watches, evidence, [fact] = locate()
    assert [watch.camera_id for watch in watches] == ["near"]
    assert watches[0].zones == ("plein", "rand")
    assert watches[0].window_from == NOON - seconds(200)
    assert watches[0].window_until == NOON + seconds(400)
    assert said(fact) == {
        "near": Coverage.IN_VIEW,
        "closed": Coverage.NOT_PERMITTED_NOW,
        "far": Coverage.OUT_OF_RANGE,
        "farther": Coverage.OUT_OF_RANGE,
    }
    assert [each.distance_m for each in fact.cameras] == sorted(each.distance_m for each in fact.cameras)
    assert evidence[0].control_room_id == ROOM
    assert fact.note == ""


@pytest.mark.parametrize("accuracy_m", [1, 10, 14, 25, 60, 400])
def test_a_watch_tells_the_chance_that_the_place_lies_in_view(accuracy_m: float) -> None:
    """In the middle of a view of 20 x 20 m, as the normal distribution has it; the radius holds 95 % of places."""
    [watch, *_], _, _ = locate(position=position(10, 10, accuracy_m))
    sigma_m = accuracy_m / math.sqrt(-2 * math.log(0.05))
    assert watch.camera_id == "near"
    assert watch.in_view == pytest.approx(math.erf(10 / sigma_m / math.sqrt(2)) ** 2, abs=0.02)


def test_a_place_beside_a_view_hardly_lies_in_it_and_the_chances_of_all_are_added() -> None:
    at = position(25, 10, 10)
    outputs = Locate(registry(camera("a", 0), camera("b", 15), camera("c", 90)), RULES, "Europe/Amsterdam").handle(
        item(incident(position=at)), FakeRows(), NOON
    )
    chances = {
        each.message.camera_id: (each.message.in_view, each.message.in_views)
        for each in outputs
        if isinstance(each.message, CameraWatch)
    }
    assert chances["a"][0] < 0.2
    assert chances["b"][0] > 0.9
    assert chances["c"][0] == 0
    whole = sum(view for view, _ in chances.values())
    assert all(views == pytest.approx(whole, abs=0.002) for _, views in chances.values())


def test_a_poor_position_asks_wider_within_a_limit_and_says_so() -> None:
    """A position within 5 km adds no more than 250 m to the category's 250 m."""
    watches, _, [fact] = locate(position=position(accuracy_m=5_000))
    assert [watch.camera_id for watch in watches] == ["near", "far", "farther"]
    assert fact.note == "position within 5000 m: cameras up to 500 m away were considered"


WITHOUT_CAMERAS = [category for category in Category if RULES.of(category).cameras is None]


def test_homes_are_among_what_has_no_cameras() -> None:
    """Whatever other rules say: `contradictions.py` refuses a camera for them."""
    assert set(WITHOUT_CAMERAS) >= HOMES


@pytest.mark.parametrize("category", WITHOUT_CAMERAS)
@pytest.mark.parametrize("accuracy_m", [10, 5_000])
def test_reports_about_homes_ask_no_camera(category: Category, accuracy_m: float) -> None:
    """No watch leaves, however poor the position; near cameras are listed as not asked for this category."""
    watches, _, [fact] = locate(category=category, position=position(accuracy_m=accuracy_m))
    assert watches == []
    assert set(said(fact).values()) == {Coverage.NO_CAMERAS_FOR_CATEGORY}


def test_a_report_that_turns_out_to_be_about_a_home_releases_the_cameras() -> None:
    """An update to such a category ends every watch that an earlier revision may have begun."""
    watches, _, _ = locate(category=Category.ONDERMIJNING_PAND, operation=Operation.UPDATE, revision=1)
    assert {watch.camera_id for watch in watches} >= {"near", "closed", "far"}
    assert {watch.operation for watch in watches} == {Operation.CANCEL}


@pytest.mark.parametrize(("east_m", "room"), [(999.9, ROOM), (1_000.0, ROOM), (1_000.1, EAST_ROOM)])
def test_a_border_belongs_to_the_first_room_of_the_file(east_m: float, room: str) -> None:
    """A report exactly on the border of two rooms reaches one of them, always the same."""
    _, evidence, _ = locate(position=position(east_m))
    assert [each.control_room_id for each in evidence] == [room]


def test_a_place_outside_all_areas_goes_to_the_nearest_room() -> None:
    """Nothing is lost, and the evidence says that it lies outside."""
    watches, evidence, [fact] = locate(position=position(3_500))
    assert (watches, evidence[0].control_room_id) == ([], EAST_ROOM)
    assert fact.note == "outside every control room's area: given to the nearest"


def test_a_report_without_a_position_goes_to_the_first_room() -> None:
    """No camera can be asked, and the evidence says why."""
    watches, evidence, [fact] = locate(position=None)
    assert (watches, [each.control_room_id for each in evidence], fact.cameras) == ([], [ROOM], ())
    assert fact.note.startswith("no position")


def test_a_cancellation_without_a_position_goes_to_every_room() -> None:
    """Only the room that knows the report can act on it; each message has its own identity."""
    _, evidence, _ = locate(position=None, operation=Operation.CANCEL, revision=1)
    assert [each.control_room_id for each in evidence] == [ROOM, EAST_ROOM]
    assert len({each.evidence_id for each in evidence}) == 2


def test_a_cancellation_ends_the_watches() -> None:
    """Also those of cameras that may not be looked at now: they may have been allowed when they were asked."""
    watches, evidence, _ = locate(operation=Operation.CANCEL, revision=1)
    assert {watch.camera_id for watch in watches} == {"near", "closed"}
    assert {watch.operation for watch in watches} == {Operation.CANCEL}
    assert len(evidence) == 1


@pytest.mark.parametrize(("late_s", "asked"), [(86_400, 1), (86_401, 0)])
def test_a_report_of_more_than_a_day_ago_asks_no_camera(late_s: float, asked: int) -> None:
    """The report still becomes evidence, which says so."""
    watches, evidence, [fact] = locate(occurred_at=NOON - seconds(late_s))
    assert (len(watches), len(evidence)) == (asked, 1)
    assert ("no camera was asked" in fact.note) is not bool(asked)


def test_in_a_forest_of_cameras_the_nearest_are_asked() -> None:
    """What one report can cause is bounded, and the evidence says so."""
    forest = registry(*(camera(f"cam-{number:02d}", 4 * number) for number in range(30)))
    outputs = Locate(forest, RULES, "Europe/Amsterdam").handle(item(incident()), FakeRows(), NOON)
    watches = [output.message for output in outputs if isinstance(output.message, CameraWatch)]
    assert {watch.camera_id for watch in watches} == {f"cam-{number:02d}" for number in range(25)}
    fact = outputs[-1].message
    assert isinstance(fact, Evidence)
    assert isinstance(fact.fact, ReportFact)
    assert fact.fact.note == "30 cameras are near enough: the nearest 25 were considered"


def test_the_same_report_gives_the_same_messages() -> None:
    """Identities are derived; another revision has others."""
    first, again, later = locate(), locate(), locate(revision=1, operation=Operation.UPDATE)
    assert first == again
    assert first[0][0].message_id() != later[0][0].message_id()
    assert first[1][0].message_id() != later[1][0].message_id()


def test_an_unknown_time_zone_is_named() -> None:
    """Viewing windows are local time."""
    with pytest.raises(ConfigurationError, match="Europe/Amstelveen"):
        Locate(registry(), RULES, "Europe/Amstelveen")


ROUTINE: dict[str, Any] = {"category": Category.VERWARD_PERSOON, "urgency": 3, "source_priority": "P 3"}
URGENT = ROUTINE | {"urgency": 2, "source_priority": "P 2"}


def test_routine_distress_asks_no_camera_for_anything() -> None:
    """It is the care partner's case and nobody's to look at: no watch, no attention, and no camera is named beside it."""
    watches, [evidence], [fact] = locate(**ROUTINE)
    assert watches == []
    assert fact.cameras == ()
    assert evidence.control_room_id == ROOM
    asked, _, [seen] = locate(**URGENT)
    assert [each.camera_id for each in asked] == ["near"]
    assert seen.cameras != ()


def test_distress_that_turns_out_to_be_routine_releases_the_cameras() -> None:
    """Those that an urgent first revision asked must stop; one that becomes urgent asks them."""
    watches, _, [fact] = locate(**ROUTINE, revision=1, operation=Operation.UPDATE)
    assert {each.operation for each in watches} == {Operation.CANCEL}
    assert {"near", "far"} <= {each.camera_id for each in watches}
    assert fact.cameras == ()
    asked, _, _ = locate(**URGENT, revision=1, operation=Operation.UPDATE)
    assert [(each.camera_id, each.operation) for each in asked] == [("near", Operation.UPDATE)]


def test_distress_of_which_nobody_says_how_urgent_it_is_is_looked_at() -> None:
    """Nobody judged it, so it is no case."""
    watches, _, _ = locate(category=Category.VERWARD_PERSOON, urgency=3, source_priority="")
    assert [each.camera_id for each in watches] == ["near"]


@pytest.mark.parametrize(
    ("category", "urgency", "topic"),
    [
        (Category.STRAATROOF, 1, topics.EVIDENCE_URGENT),
        (Category.FIETSDIEFSTAL, 1, topics.EVIDENCE),
        (Category.ONDERMIJNING_PAND, 0, topics.EVIDENCE),
    ],
)
def test_a_report_that_is_p1_by_itself_overtakes(category: Category, urgency: int, topic: str) -> None:
    """It need not stand behind all others where decide is behind; a case for the safety team never does."""
    stage = Locate(registry(*CAMERAS), RULES, "Europe/Amsterdam")
    outputs = stage.handle(item(incident(category=category, urgency=urgency)), FakeRows(), NOON)
    assert [output.topic for output in outputs if isinstance(output.message, Evidence)] == [topic]


def test_a_pressing_report_asks_for_attention_and_says_so_everywhere() -> None:
    """The watch that capture reads and the evidence that the alert is made of have the same end; it is counted."""
    name, labels = "toezicht_attention_requests_total", {"stage": "locate", "outcome": "asked"}
    before = REGISTRY.get_sample_value(name, labels) or 0.0
    watches, _, [fact] = locate()
    assert [watch.attention_until for watch in watches] == [NOON + seconds(300)]
    said = {near.camera_id: near.attention_until for near in fact.cameras if near.attention_until}
    assert said == {"near": NOON + seconds(300)}
    assert REGISTRY.get_sample_value(name, labels) == before + 1


@pytest.mark.parametrize(
    "changes", [{"category": Category.FIETSDIEFSTAL}, {"operation": Operation.CANCEL, "revision": 1}]
)
def test_a_routine_or_cancelled_report_asks_for_none(changes: dict[str, Any]) -> None:
    """Its cameras look, or stop to look, as always."""
    watches, _, [fact] = locate(**changes)
    assert watches
    assert {watch.attention_until for watch in watches} | {near.attention_until for near in fact.cameras} == {None}


def test_rules_that_switch_attention_off_ask_for_none() -> None:
    """Everything else stays as it is."""
    off = RULES.model_copy(update={"attention": None})
    stage = Locate(registry(*CAMERAS), off, "Europe/Amsterdam")
    told = [output.message for output in stage.handle(item(incident()), FakeRows(), NOON)]
    watches = [message for message in told if isinstance(message, CameraWatch)]
    assert [(watch.camera_id, watch.attention_until) for watch in watches] == [("near", None)]
