"""Rooms, cameras and zones as they are now; what changes is told, a zone at most every five seconds."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from console.projection.places.crowds import ZoneHistory
from console.projection.places.room_places import RoomPlaces
from console.projection.ports import Places
from console.settings import ConsoleSettings
from console.wire.problems import ProblemError
from console.wire.rooms import Handover
from schemas.base import Message
from schemas.cameras import CameraState, CameraStatus
from schemas.codec import encode
from schemas.evidence import Coverage, Verdict
from schemas.phrases.language import Language
from streams.kafka.record import Record
from streams.topics import CAMERA_STATE, OBSERVATIONS
from tests.support.console.facts import camera_facts, registry_facts
from tests.support.situations import NOON, ROOM, observation


class FakePast:
    """Fake past: notes what is asked of it."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []

    def series(self, history: ZoneHistory, from_at: datetime, to_at: datetime, step_s: int) -> int:
        self.asked.append((history.facts.key, from_at, to_at, step_s))
        return 300

    def handover(
        self, room: str, cameras: frozenset[str], from_at: datetime, to_at: datetime, language: Language
    ) -> Handover:
        self.asked.append((room, cameras))
        return Handover(
            from_at=from_at, to_at=to_at, came={}, open_ids=(), aside_ids=(), grouped=0, closed={},
            longest_unanswered_s=None, longest_unanswered_id=None, cameras_blind=(),
        )  # fmt: skip


class Town:
    """Town: places with a clock that is set."""

    def __init__(self, *cameras: Any, **settings: Any) -> None:
        self.now, self.past, self.told = NOON, FakePast(), list[tuple[str, str, dict[str, Any]]]()
        given = ConsoleSettings(**settings)
        self.places = RoomPlaces(registry_facts(*cameras), given, self.past, lambda: self.now)
        self.places.tell_by(
            lambda room, event: self.told.append((room, event.name, json.loads(event.json(Language.NL))))
        )
        self.offset = 0

    def take(self, topic: str, message: Message, at: datetime = NOON) -> None:
        """Take a message as the reader hands it over."""
        made = encode(message, stage="test", handled_at=at, entered_at=at)
        self.places.take(Record(topic, 0, self.offset, made.key, made.value, made.headers, at))
        self.offset += 1

    def status(self, camera: str, state: str, reason: str, aspect: str = "stream", minute: int = 0) -> None:
        """Tell a camera's state."""
        at = NOON + timedelta(minutes=minute)
        told = CameraStatus(camera_id=camera, aspect=aspect, state=CameraState(state), reason=reason, changed_at=at)
        self.take(CAMERA_STATE, told)

    def second(self, second: float, camera: str = "cam-1", **changes: Any) -> None:
        """Tell what the camera's zone showed."""
        at = NOON + timedelta(seconds=second)
        self.take(OBSERVATIONS, observation(at, camera_id=camera, **changes), at)


def test_it_is_what_the_list_asks_for() -> None:
    """The port of the list."""
    known: Places = Town().places
    assert known.names() == (ROOM,)


def test_cameras_have_the_newest_state_of_each_aspect() -> None:
    """In whatever order they come; those of other rooms and unknown ones are not shown."""
    town = Town(camera_facts("cam-1"), camera_facts("cam-2"), camera_facts("far", "other"), rooms=ROOM)
    town.status("cam-1", "offline", "lost", minute=5)
    town.status("cam-1", "online", "streaming", minute=3)
    town.status("cam-2", "online", "streaming")
    town.status("far", "offline", "lost")
    town.status("nobody", "offline", "lost")
    one, two = town.places.cameras(ROOM, Language.NL)
    assert (one.camera_id, one.name, one.state, one.reason) == ("cam-1", "Camera cam-1", "offline", "verbinding weg")
    assert (two.state, two.reason, two.since) == ("online", "", NOON)
    assert town.places.able(ROOM) == (1, 2)
    assert (town.places.camera_name("cam-2"), town.places.camera_name("x")) == ("Camera cam-2", "x")
    for ask in (town.places.room, town.places.able):
        with pytest.raises(ProblemError, match="no_such_room"):
            ask("other")


def test_changes_are_told_once_the_past_was_read() -> None:
    """A camera when its condition changes, by a record or by the clock; a zone at most every five seconds."""
    town = Town(camera_facts("cam-1", until=NOON + timedelta(hours=1)))
    town.status("cam-1", "online", "streaming")
    town.second(0, count=1)
    assert town.told == []
    assert not town.places.ready()
    town.places.whole()
    assert town.places.ready()
    town.status("cam-1", "online", "streaming")
    town.status("cam-1", "degraded", "black", "view", 1)
    assert [(room, name, data["state"]) for room, name, data in town.told] == [(ROOM, "camera", "degraded")]
    for second in range(1, 13):
        town.second(second, count=second)
    town.second(3, count=99)
    assert [data["count"] for _, name, data in town.told if name == "zone"] == [5, 10]
    town.told.clear()
    town.places.look_at_clock()
    assert town.told == []
    town.now += timedelta(hours=2)
    town.places.look_at_clock()
    (told,) = town.told
    assert (told[2]["state"], told[2]["reason"], told[2]["may_look_until"]) == (
        "not_permitted",
        "buiten de kijktijden",
        None,
    )


def test_a_series_comes_from_memory_or_from_the_topic() -> None:
    """Two hours are in memory; what begins earlier is read, in the step that it can be read in."""
    town = Town(camera_facts("cam-1"))
    town.second(0, count=4)
    ends = NOON + timedelta(seconds=60)
    town.now = ends
    near = town.places.series(ROOM, "cam-1:plein", NOON, ends, 10, Language.NL)
    assert (near.points[0].count, len(near.points), near.calibrated, town.past.asked) == (4.0, 6, True, [])
    far = town.places.series(ROOM, "cam-1:plein", NOON - timedelta(hours=20), ends, 10, Language.NL)
    assert (far.step_s, len(town.past.asked)) == (300, 1)
    assert {point.count for point in far.points} == {None}
    with pytest.raises(ProblemError, match="no_such_zone"):
        town.places.series(ROOM, "plein", NOON, ends, 10, Language.NL)


def test_a_handover_asks_for_the_rooms_own_cameras() -> None:
    """And for no others."""
    town = Town(camera_facts("cam-1"), camera_facts("far", "other"))
    asyncio.run(town.places.handover(ROOM, NOON, NOON + timedelta(hours=8), Language.NL))
    assert town.past.asked == [(ROOM, frozenset({"cam-1"}))]


def alert(
    name: str, hours_ago: float = 0, coverage: str = "not_permitted_now", verdict: str = "no_coverage", reports: int = 1
) -> dict[str, Any]:
    """Return an alert's newest state as far as it tells which cameras could not see."""
    return {
        "alert_id": name,
        "occurred_at": (NOON - timedelta(hours=hours_ago)).isoformat(),
        "reports": [{"cancelled": False}] * reports,
        "cameras": [{"camera_id": "cam-1", "coverage": coverage, "verdict": verdict}],
    }  # fmt: skip


def test_reports_that_a_camera_could_not_see_are_counted_for_a_day() -> None:
    """Of the newest state of each alert: one that turned out to be seen counts no more."""
    town = Town(camera_facts("cam-1"))

    def unseen() -> int:
        (camera,) = town.places.cameras(ROOM, Language.NL)
        return camera.unseen_reports

    town.places.take_alert(alert("a", reports=2))
    town.places.take_alert(alert("b", 23, Coverage.IN_VIEW, Verdict.CAMERA_UNAVAILABLE))
    town.places.take_alert(alert("c", 0, Coverage.IN_VIEW, Verdict.UNSEEN))
    town.places.take_alert({"alert_id": "d"})
    assert unseen() == 3
    town.places.take_alert(alert("a", coverage=Coverage.IN_VIEW, verdict=Verdict.CORROBORATED))
    assert unseen() == 1
    town.now += timedelta(hours=2)
    assert unseen() == 0


def test_what_cannot_be_read_is_passed_over() -> None:
    """And what lies ahead of the clock, which would hide all that comes after it."""
    town = Town(camera_facts("cam-1"))
    for topic in (CAMERA_STATE, OBSERVATIONS):
        town.places.take(Record(topic, 0, 0, b"cam-1", b"{", [], NOON))
        town.places.take(Record(topic, 0, 0, b"cam-1", None, [], NOON))
    town.take(OBSERVATIONS, observation(NOON + timedelta(days=1), count=7))
    (zone,) = town.places.zones(ROOM, Language.NL)
    assert zone.at is None


def test_three_hundred_cameras_stay_small() -> None:
    """Two hours of every zone: some megabytes, however much is told."""
    town = Town(*(camera_facts(f"cam-{number}") for number in range(300)))
    held = sum(history._values.nbytes + history._numbers.nbytes for history in town.places._zones.values())
    assert held < 12_000_000
