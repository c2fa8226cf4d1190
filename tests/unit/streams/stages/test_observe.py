"""The stage `observe` keeps one row per camera and tells each second once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from schemas.cameras import Detections, SparedPictures
from schemas.observations import Observation
from schemas.ticks import Tick
from streams import topics
from streams.domain.cameras.registry import ControlRoom, MapPoint, Registry
from streams.domain.geometry.projection import GroundMap
from streams.domain.observations.memory import CameraMemory
from streams.domain.observations.open_second import CameraSecond
from streams.errors import UnknownCameraError
from streams.stages.base import Input, Output, Stage
from streams.stages.observe import Observe
from tests.support.rows import FakeRows
from tests.support.zones import AMSTERDAM, CAMERA, NOON, RULES, FlatGround, frame, person

CORNERS = (MapPoint(lat=51, lon=3), MapPoint(lat=53, lon=3), MapPoint(lat=53, lon=6))
REGISTRY = Registry(version="1", control_rooms=(ControlRoom(id="room", name="room", area=CORNERS),), cameras=(CAMERA,))


def stage(grounds: dict[str, GroundMap] | None = None) -> Observe:
    """Return the stage."""
    return Observe(REGISTRY, RULES, AMSTERDAM, grounds or {})


def handled(
    rows: FakeRows, message: Detections | SparedPictures | Tick, entered_after_s: float = 0, of: Observe | None = None
) -> list[Output]:
    """Return what one input causes."""
    entered_at = message.happened_at() + timedelta(seconds=entered_after_s)
    item = Input(message, b"", topics.DETECTIONS, 0, 0, message.message_id(), entered_at)
    return list((of or stage()).handle(item, rows, message.happened_at()))


def test_a_picture_that_was_spared_tells_the_second_before_it() -> None:
    """From the picture that was looked at, not from the one that was not; how many were not is told with it."""
    rows = FakeRows()
    assert handled(rows, frame(0.1, person(10)), 0.2) == []
    over = SparedPictures(camera_id=CAMERA.id, frame_id="later", captured_at=NOON + timedelta(seconds=1.1), spared=4)
    outputs = handled(rows, over, 5)
    assert {output.entered_at for output in outputs} == {NOON + timedelta(seconds=0.3)}
    told = [output.message for output in outputs if isinstance(output.message, Observation)]
    assert [(each.frames, each.spared, each.count) for each in told if each.count] == [(1, 4, 1)]
    assert handled(rows, over, 6) == []


def tick(at_s: float) -> Tick:
    """Return a tick, some seconds after noon."""
    return Tick(group="camera", partition=0, at=NOON + timedelta(seconds=at_s))


def test_it_is_a_stage() -> None:
    """The runner can take it."""
    assert isinstance(stage(), Stage)


def test_an_observation_entered_when_its_newest_frame_did() -> None:
    """So that latency is measured from the picture and not from the frame that closed the second."""
    rows = FakeRows()
    assert handled(rows, frame(0.1, person(10)), 0.2) == []
    assert handled(rows, frame(0.9, person(10)), 0.3) == []
    outputs = handled(rows, frame(1.1, person(10)), 5)
    assert [output.topic for output in outputs] == [topics.OBSERVATIONS] * 2
    assert {output.entered_at for output in outputs} == {NOON + timedelta(seconds=1.2)}


def test_a_tick_closes_what_a_silent_camera_left_open() -> None:
    """Only once, and never for a camera that showed nothing."""
    rows = FakeRows()
    assert handled(rows, tick(10)) == []
    handled(rows, frame(0.5, person(10)))
    told = [output.message for output in handled(rows, tick(2))]
    assert [message.count for message in told if isinstance(message, Observation)] == [1, 0]
    assert handled(rows, tick(3)) == []


def test_an_unknown_camera_is_an_error() -> None:
    """The runner tells it once a minute; detections are worth nothing once their second is over."""
    with pytest.raises(UnknownCameraError, match="camera c9 is not in the registry") as caught:
        handled(FakeRows(), frame(0).model_copy(update={"camera_id": "c9"}))
    assert (caught.value.subject, caught.value.passing) == ("camera c9", True)


def test_a_camera_that_left_the_registry_is_passed_over_by_ticks() -> None:
    """Its row stays from before; it is not told about any more."""
    rows = FakeRows()
    handled(rows, frame(0.5))
    row = rows.get("camera/c1", CameraSecond)
    assert row is not None
    rows.put("camera/gone", row.model_copy(update={"camera_id": "gone"}))
    assert {output.message.key() for output in handled(rows, tick(5))} == {"c1"}


def test_the_memory_is_written_only_when_a_second_closes() -> None:
    """The open second's row is rewritten with each frame, and stays small."""
    rows = FakeRows()
    handled(rows, frame(0.1, person(10, 1)))
    handled(rows, frame(0.5, person(11, 1)))
    assert rows.names("") == ["camera/c1"]
    handled(rows, frame(1.1, person(12, 1)))
    assert rows.names("") == ["camera/c1", "memory/c1"]
    written = rows.documents["memory/c1"]
    handled(rows, frame(1.5, person(13, 1)))
    assert rows.documents["memory/c1"] == written
    memory = rows.get("memory/c1", CameraMemory)
    assert memory is not None
    assert [track.track_id for track in memory.tracks] == [1]


def test_a_late_frame_writes_nothing() -> None:
    """Its second has been told."""
    rows = FakeRows()
    for at_s in (0.5, 1.5, 2.5):
        handled(rows, frame(at_s, person(10, 1)))
    before = dict(rows.documents)
    assert handled(rows, frame(0.9, person(10, 1))) == []
    assert rows.documents == before


def test_a_calibrated_camera_tells_densities() -> None:
    """A camera without a ground of its own does not."""
    grounds: dict[str, GroundMap] = {"c1": FlatGround()}
    for of, density in ((stage(grounds), 0.01), (stage(), None)):
        rows = FakeRows()
        handled(rows, frame(0.5, person(10)), of=of)
        told = [output.message for output in handled(rows, tick(2), of=of)]
        assert next(each.density_per_m2 for each in told if isinstance(each, Observation)) == density
