"""Scene: what is known of a camera before it shows anything: its zones, its ground, and the rules that judge it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from zoneinfo import ZoneInfo

from streams.domain.cameras.registry import Camera, WalkersCalibration, Zone
from streams.domain.geometry.area import visible_shape_m, zone_area_m2
from streams.domain.geometry.ground import to_polygon
from streams.domain.geometry.pose import CameraPose
from streams.domain.geometry.projection import GroundMap
from streams.domain.geometry.visible_ground import VisibleGround
from streams.domain.geometry.zones import inside
from streams.domain.observations.crowd_curve import CrowdCurve, draw_curve
from streams.domain.rules.cameras import AttentionRule, CrowdRule

_LEAST_AREA_M2: Final = 1.0
"""Of less ground no density is told: a zone that masks and occluders hide."""
_STANDS_IN_VIEW: Final = 0.5
"""A view area that covers less of a zone's ground lies elsewhere: the calibration is in metres of its own."""


@dataclass(frozen=True)
class CrowdGround:
    """Crowd ground: the ground of a zone that can be seen, and what the camera shows of crowds on it.

    Attributes:
        visible: Its ground, without masks and occluders.
        curve: From boxes to density; None where the calibration does not tell how the camera hangs.
    """

    visible: VisibleGround
    curve: CrowdCurve | None


@dataclass(frozen=True)
class CameraScene:
    """A camera as it is watched.

    Attributes:
        camera: The camera with its zones.
        crowd: When a zone is crowded.
        time_zone: The zone of the hours in which a zone is closed.
        ground: Where its pixels lie on the ground; None where it is not calibrated.
        areas_m2: By zone, its ground that can be seen; without the zones that show none.
        attention: From which score on persons are likely while a report asks for attention; None where none may.
    """

    camera: Camera
    crowd: CrowdRule
    time_zone: ZoneInfo
    ground: GroundMap | None = None
    areas_m2: Mapping[str, float] = field(default_factory=dict)
    attention: AttentionRule | None = None
    _grounds: dict[str, CrowdGround] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(
        cls,
        camera: Camera,
        crowd: CrowdRule,
        time_zone: ZoneInfo,
        ground: GroundMap | None,
        attention: AttentionRule | None = None,
    ) -> CameraScene:
        """Return the scene of a camera; each zone's area is computed once."""
        areas_m2 = {zone.id: zone_area_m2(camera, zone, ground) for zone in camera.zones} if ground else {}
        shown = {zone_id: area_m2 for zone_id, area_m2 in areas_m2.items() if area_m2 >= _LEAST_AREA_M2}
        return cls(camera, crowd, time_zone, ground, shown, attention)

    def zone_ground(self, zone: Zone) -> CrowdGround | None:
        """Return the ground of a zone of this camera; None where it is not calibrated or shows too little.

        Its crowds are drawn when it first shows somebody, within seconds, and kept: the same camera always has the same curve.
        """
        if self.ground is None or zone.id not in self.areas_m2:
            return None
        if zone.id not in self._grounds:
            self._grounds[zone.id] = self._drawn(zone, self.ground)
        return self._grounds[zone.id]

    def _drawn(self, zone: Zone, ground: GroundMap) -> CrowdGround:
        camera = self.camera
        shape = visible_shape_m(zone.polygon, (*camera.masks.polygons, *camera.occluders), ground)
        visible = VisibleGround.of(shape)
        pose = CameraPose.of(ground, camera.width_px, camera.height_px)
        if pose is None:
            return CrowdGround(visible, None)
        view = to_polygon(camera.view_area)
        bounded = view.intersection(shape).area >= _STANDS_IN_VIEW * shape.area
        return CrowdGround(visible, draw_curve(pose, visible, view.union(shape) if bounded else None))

    def masks(self, point_px: tuple[float, float]) -> bool:
        """Return whether a privacy mask hides a point of the registry's picture: whoever stands there is not in view."""
        polygons = self.camera.masks.polygons
        return bool(polygons) and any(inside(point_px, polygon) for polygon in polygons)

    @property
    def surveyed(self) -> bool:
        """Return whether somebody measured points of its ground, so that it was not fitted to people who walk."""
        return not isinstance(self.camera.calibration, WalkersCalibration)

    @property
    def remembers_bags(self) -> bool:
        """Return whether any zone asks for objects that were left: otherwise no bag is remembered."""
        return any(zone.situations.object_left_s is not None for zone in self.camera.zones)
