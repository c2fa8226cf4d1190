"""The stage `observe`: detections to observations per zone and second.

Rows of a partition: `camera/<id>`, a camera's open second, rewritten with each frame; `memory/<id>`, what is
remembered beyond it, rewritten when a second closes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from schemas.cameras import Detections, SparedPictures
from schemas.deletion import Deletion
from schemas.ticks import Tick
from streams import metrics, topics
from streams.domain.cameras.registry import Registry
from streams.domain.geometry.projection import GroundMap
from streams.domain.observations.closed_second import tell
from streams.domain.observations.memory import CameraMemory
from streams.domain.observations.open_second import CameraSecond, Observed, observe_frame, observe_spared, observe_time
from streams.domain.observations.scene import CameraScene
from streams.domain.rules.rules import Rules
from streams.errors import UnknownCameraError
from streams.stages.base import Input, Output, Rows


class Observe:
    """Tells what each zone shows."""

    name: str = "observe"
    inputs: tuple[str, ...] = (topics.DETECTIONS, topics.CAMERA_TICKS, topics.CAMERA_DELETIONS)
    stateful: bool = True
    max_late: timedelta | None = timedelta(hours=24)
    ticks: str | None = None

    def __init__(self, registry: Registry, rules: Rules, time_zone: ZoneInfo, grounds: Mapping[str, GroundMap]) -> None:
        """Know the cameras and their zones; each zone's ground is computed once.

        Args:
            registry: The cameras.
            rules: Of which the levels of crowding and the score of attention are used.
            time_zone: The one that the hours of closed zones are written in.
            grounds: By camera, where its pixels lie on the ground; without the cameras that are not calibrated.
        """
        self._version = registry.version
        self._scenes = {
            camera.id: CameraScene.of(camera, rules.episodes.crowd, time_zone, grounds.get(camera.id), rules.attention)
            for camera in registry.cameras
        }
        metrics.from_zero(metrics.OBSERVATIONS_LATE, self._scenes)

    def handle(self, item: Input, rows: Rows, now: datetime) -> Sequence[Output]:
        """Return the observations of the seconds that this input closes.

        Raises:
            UnknownCameraError: The registry does not have the camera.
        """
        message = item.message
        if isinstance(message, Detections | SparedPictures):
            scene = self._scenes.get(message.camera_id)
            if scene is None:
                # A second that is over takes no more detections: there is nothing to replay later.
                raise UnknownCameraError(f"camera {message.camera_id}", self._version, passing=True)
            row = rows.get(f"camera/{message.camera_id}", CameraSecond) or CameraSecond(camera_id=message.camera_id)
            if isinstance(message, SparedPictures):
                return _keep(rows, row, observe_spared(row, message), scene)
            observed = observe_frame(row, scene, message, item.entered_at, now)
            if observed.late:
                metrics.OBSERVATIONS_LATE.labels(message.camera_id).inc()
            return _keep(rows, row, observed, scene)
        if isinstance(message, Tick):
            outputs: list[Output] = []
            for _, row in list(rows.scan("camera/", CameraSecond)):
                scene = self._scenes.get(row.camera_id)
                if scene is not None:
                    outputs += _keep(rows, row, observe_time(row, now), scene)
            return outputs
        if isinstance(message, Deletion):
            return []  # its rows are counts of the last seconds, of no case
        raise TypeError(f"expected detections, spared pictures, a tick or a deletion, got a {message.name}")


def _keep(rows: Rows, before: CameraSecond, observed: Observed, scene: CameraScene) -> list[Output]:
    if observed.row is not before:
        rows.put(f"camera/{observed.row.camera_id}", observed.row)
    if observed.closed is None:
        return []
    name = f"memory/{observed.row.camera_id}"
    told = tell(observed.closed, rows.get(name, CameraMemory), scene)
    rows.put(name, told.memory)
    entered_at = observed.closed.newest_entered_at
    return [Output(topics.OBSERVATIONS, observation, entered_at=entered_at) for observation in told.observations]
