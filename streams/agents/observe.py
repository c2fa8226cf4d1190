"""The stage `observe`: detections to observations per zone and second. One row per camera, `camera/<id>`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from schemas.cameras import Detections
from schemas.operations import Tick
from streams import metrics, topics
from streams.domain.observing import CameraSecond, Observed, observe_frame, observe_time
from streams.domain.registry import Camera, Registry
from streams.errors import UnknownCameraError
from streams.stage import Input, Output, Rows


class Observe:
    """Counts what stands in each zone."""

    name: str = "observe"
    inputs: tuple[str, ...] = (topics.DETECTIONS, topics.CAMERA_TICKS)
    stateful: bool = True
    max_late: timedelta | None = timedelta(hours=24)

    def __init__(self, registry: Registry) -> None:
        """Know the cameras and their zones."""
        self._cameras = {camera.id: camera for camera in registry.cameras}

    def handle(self, item: Input, rows: Rows, now: datetime) -> Sequence[Output]:
        """Return the observations of the seconds that this input closes.

        Raises:
            UnknownCameraError: The registry does not have the camera.
        """
        message = item.message
        if isinstance(message, Detections):
            row = rows.get(f"camera/{message.camera_id}", CameraSecond) or CameraSecond(camera_id=message.camera_id)
            observed = observe_frame(row, self._camera(message.camera_id), message, item.entered_at, now)
            if observed.late:
                metrics.OBSERVATIONS_LATE.labels(message.camera_id).inc()
            return self._keep(rows, row, observed)
        if isinstance(message, Tick):
            outputs: list[Output] = []
            for _, row in list(rows.scan("camera/", CameraSecond)):
                if row.camera_id in self._cameras:
                    outputs += self._keep(rows, row, observe_time(row, self._camera(row.camera_id), now))
            return outputs
        raise TypeError(f"expected detections or a tick, got a {message.name}")

    def _camera(self, camera_id: str) -> Camera:
        if camera_id not in self._cameras:
            raise UnknownCameraError(f"camera {camera_id} is not in the registry")
        return self._cameras[camera_id]

    @staticmethod
    def _keep(rows: Rows, before: CameraSecond, observed: Observed) -> list[Output]:
        if observed.row is not before:
            rows.put(f"camera/{observed.row.camera_id}", observed.row)
        return [
            Output(topics.OBSERVATIONS, observation, entered_at=before.newest_entered_at)
            for observation in observed.observations
        ]
