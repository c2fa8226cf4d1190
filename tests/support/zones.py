"""A small camera with two zones, its frames, and a watcher that plays them, for tests of what zones show.

The picture has 200 x 100 pixels. The left zone is its left half, the right zone its right half. With `FlatGround` a pixel is
.1 m, and each zone has 100 m².
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np

from schemas.cameras import Box, DetectedObject, Detections, DetectorInfo, ObjectClass
from schemas.observations import Observation
from streams.config.files import load_rules
from streams.domain.cameras.registry import Camera
from streams.domain.geometry.projection import GroundMap, Points
from streams.domain.observations.closed_second import tell
from streams.domain.observations.memory import CameraMemory
from streams.domain.observations.open_second import CameraSecond, Observed, observe_frame, observe_time
from streams.domain.observations.scene import CameraScene

NOON: Final = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
AMSTERDAM: Final = ZoneInfo("Europe/Amsterdam")
RULES: Final = load_rules()
PLACE: Final = [{"lat": 52.0, "lon": 4.0}, {"lat": 52.1, "lon": 4.0}, {"lat": 52.1, "lon": 4.1}]
M_PER_PX: Final = 0.1


def camera(left: dict[str, Any] | None = None, **changes: Any) -> Camera:
    """Return the camera; `left` are the situations of its left zone."""
    known: dict[str, Any] = {
        "id": "c1",
        "name": "c1",
        "control_room": "room",
        "position": PLACE[0],
        "view_area": PLACE,
        "width_px": 200,
        "height_px": 100,
        "source": {"url": "x"},
        "legal": {
            "decision_ref": "d",
            "valid_from": "2020-01-01",
            "valid_until": "2030-01-01",
            "public_area": PLACE,
            "viewing_windows": [{"days": ["mon"], "from": "00:00", "until": "00:00"}],
        },
        "masks": {"version": "1", "polygons": []},
        "zones": [
            {
                "id": "left",
                "name": "left",
                "polygon": [[0, 0], [100, 0], [100, 100], [0, 100]],
                "group_min_s": 2,
                "situations": left or {},
            },
            {"id": "right", "name": "right", "polygon": [[100, 0], [200, 0], [200, 100], [100, 100]]},
        ],
    }
    return Camera.model_validate(known | changes)


CAMERA: Final = camera()


class FlatGround:
    """A ground straight below: .1 m a pixel from a corner in RD New, y upwards; above `horizon_px` there is sky."""

    def __init__(self, version: str = "ground-1", horizon_px: float = -1.0) -> None:
        self.version = version
        self._horizon_px = horizon_px

    def to_ground(self, pixels: Points) -> Points:
        """Return metres."""
        metres = np.column_stack((118_000 + M_PER_PX * pixels[:, 0], 480_000 - M_PER_PX * pixels[:, 1]))
        metres[pixels[:, 1] < self._horizon_px] = np.nan
        return metres

    def to_pixels(self, metres: Points) -> Points:
        """Return pixels."""
        return np.column_stack(((metres[:, 0] - 118_000) / M_PER_PX, (480_000 - metres[:, 1]) / M_PER_PX))


def scene(of: Camera = CAMERA, ground: GroundMap | None = None) -> CameraScene:
    """Return a camera's scene under the product's rules."""
    return CameraScene.of(of, RULES.episodes.crowd, AMSTERDAM, ground, RULES.attention)


CALIBRATED: Final = scene(ground=FlatGround())


def person(
    x: float,
    track: int | None = None,
    score: float = 0.9,
    kind: ObjectClass = ObjectClass.PERSON,
    y: float = 50,
    height: float = 30,
) -> DetectedObject:
    """Return an object of 10 pixels' width whose foot point is (x, y)."""
    box = Box(x_min_px=x - 5, y_min_px=y - height, x_max_px=x + 5, y_max_px=y)
    return DetectedObject(object_class=kind, score=score, box=box, track_id=track)


def bag(x: float, track: int, y: float = 50) -> DetectedObject:
    """Return a bag that stands at (x, y)."""
    return person(x, track, kind=ObjectClass.BAG, y=y, height=8)


def frame(at_s: float, *objects: DetectedObject, epoch: str = "e1", number: str = "", **changes: Any) -> Detections:
    """Return a frame's detections, some seconds after noon."""
    known: dict[str, Any] = {
        "camera_id": "c1",
        "frame_id": number or f"frame-{at_s}",
        "captured_at": NOON + timedelta(seconds=at_s),
        "width_px": 200,
        "height_px": 100,
        "detector": DetectorInfo(name="fake", version="1"),
        "track_epoch": epoch,
        "objects": objects,
    }
    return Detections.model_validate(known | changes)


class Watcher:
    """Plays frames of one camera. State goes through its own document between frames, as it does in a stage."""

    def __init__(self, of: CameraScene | None = None) -> None:
        self.scene = of or scene()
        self.row = CameraSecond(camera_id="c1")
        self.memory: CameraMemory | None = None
        self.last: Observed | None = None

    def take(self, detections: Detections, now: datetime | None = None) -> list[Observation]:
        """Return the observations of the second that a frame closes."""
        at = detections.captured_at
        return self._keep(observe_frame(self.row, self.scene, detections, at, now or at))

    def play(self, frames: Iterable[Detections]) -> list[Observation]:
        """Return the observations of all seconds, the last one closed by time."""
        found = [each for detections in frames for each in self.take(detections)]
        return found + self.end()

    def end(self) -> list[Observation]:
        """Return what time closes."""
        return self._keep(observe_time(self.row, NOON + timedelta(days=1)))

    def _keep(self, observed: Observed) -> list[Observation]:
        self.last = observed
        self.row = CameraSecond.model_validate_json(observed.row.model_dump_json())
        if observed.closed is None:
            return []
        told = tell(observed.closed, self.memory, self.scene)
        self.memory = CameraMemory.model_validate_json(told.memory.model_dump_json())
        return list(told.observations)


def of_zone(observations: Iterable[Observation], zone_id: str = "left") -> list[Observation]:
    """Return one zone's observations."""
    return [each for each in observations if each.zone_id == zone_id]


def newest(observations: Iterable[Observation], zone_id: str = "left") -> Observation:
    """Return one zone's newest observation."""
    return of_zone(observations, zone_id)[-1]
