"""What a camera's changes of state are to operations: counts and gauges."""

from __future__ import annotations

from schemas.cameras import CameraState, CameraStatus, Visibility
from streams.domain.cameras.legal_basis import PermissionCode
from streams.metrics import CAMERA_CANNOT_SEE, CAMERA_CHANGES, CAMERA_NOT_PERMITTED, CAMERA_ONLINE


def count_status(status: CameraStatus) -> None:
    """Count a change, and set the gauges of the aspect that changed."""
    CAMERA_CHANGES.labels(status.camera_id, status.state).inc()
    if status.aspect == "stream":
        CAMERA_ONLINE.labels(status.camera_id).set(status.state is CameraState.ONLINE)
        refused_by_law = status.state is CameraState.REFUSED and status.reason in set(PermissionCode)
        CAMERA_NOT_PERMITTED.labels(status.camera_id).set(refused_by_law)
    elif status.aspect == "view":
        for visibility in Visibility:
            if visibility is not Visibility.CLEAR:
                holds = status.state is CameraState.DEGRADED and status.reason == visibility
                CAMERA_CANNOT_SEE.labels(status.camera_id, visibility).set(holds)
