"""Calibration report of a camera: its calibration's error, its horizon, its zones' ground, and a picture of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from math import isfinite
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from detectors.drawing import draw_grid
from detectors.errors import SourceError
from detectors.privacy.masks import MaskedImage, MaskedSource, PrivacyMask
from detectors.sources.base import ReadingOptions, SourceConfig
from detectors.sources.open import open_source
from detectors.sources.pacing import Clock
from detectors.sources.recorded import IMAGE_SUFFIXES, read_picture
from streams.capture.camera_config import camera_config
from streams.config.calibrations import ground_map
from streams.domain.cameras.legal_basis import permission
from streams.domain.cameras.registry import Calibration, Camera, HomographyCalibration, WalkersCalibration
from streams.domain.geometry.area import coarsest_m_per_px, horizon_px, mirrored, zone_area_m2
from streams.domain.geometry.grid import ground_grid
from streams.domain.geometry.projection import FitError, GroundMap, fit_error
from streams.errors import ConfigurationError, ToezichtError
from streams.presentation.numbers import rounded


class PictureMissingError(ToezichtError):
    """There is no picture to draw on."""


@dataclass(frozen=True, slots=True)
class ZoneGround:
    """A zone's visible ground in m², and how much ground a pixel spans where the zone is furthest away."""

    zone_id: str
    area_m2: float
    coarsest_m_per_px: float


@dataclass(frozen=True, slots=True)
class CalibrationReport:
    """Calibration report: what a camera's calibration is worth; `method` is `none` for a camera without one.

    Attributes:
        points: Surveyed points; 0 for a camera model, whose error is not known here.
        not_surveyed: What it was fitted to in place of surveyed points, in words; empty where somebody surveyed it.
        error: The reprojection error; None for a camera model.
        horizon_px: Uppermost row with ground at the left edge, the middle and the right edge; 0: above the picture.
        problems: Why it cannot be used, or what is surely wrong with it.
    """

    camera_id: str
    method: str
    version: str
    points: int
    error: FitError | None
    horizon_px: tuple[int | None, ...]
    zones: tuple[ZoneGround, ...]
    problems: tuple[str, ...]
    not_surveyed: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the report for JSON, in metres and square metres to three digits."""
        return {key: rounded(value) for key, value in asdict(self).items()}


def report(camera: Camera, folder: Path) -> tuple[CalibrationReport, GroundMap | None]:
    """Return what a camera's calibration is worth, and its map where it can be used.

    Args:
        camera: The camera with the calibration to judge.
        folder: The registry's folder.
    """
    calibration = camera.calibration
    if calibration is None:
        return CalibrationReport(camera.id, "none", "", 0, None, (), (), ()), None
    surveyed = calibration.points if isinstance(calibration, HomographyCalibration) else ()
    try:
        ground = ground_map(camera, folder)
        assert ground is not None
    except ConfigurationError as refused:
        problems = (str(refused),)
        told = CalibrationReport(
            camera.id, calibration.method, calibration.version, len(surveyed), None, (), (), problems
        )
        return told, None
    error = fit_error(surveyed) if surveyed else None
    zones = tuple(
        ZoneGround(zone.id, zone_area_m2(camera, zone, ground), coarsest_m_per_px(zone.polygon, ground))
        for zone in camera.zones
    )
    told = CalibrationReport(
        camera_id=camera.id,
        method=calibration.method,
        version=calibration.version,
        points=len(surveyed),
        error=error,
        horizon_px=horizon_px(ground, camera.width_px, camera.height_px),
        zones=zones,
        problems=tuple(_problems(camera, ground, error)),
        not_surveyed=_not_surveyed(calibration),
    )
    return told, ground


def _not_surveyed(calibration: Calibration) -> str:
    if not isinstance(calibration, WalkersCalibration):
        return ""
    camera = (
        f"{calibration.height_m:g} m high, looking {calibration.tilt_deg:g}° down, rolled {calibration.roll_deg:g}°"
    )
    return (
        f"fitted to {calibration.boxes} boxes of walkers: {camera}, focal length {calibration.focal_px:g} px; heights of boxes "
        f"are off by {calibration.height_error:.0%}, people walk at {calibration.walking_m_per_s:.2f} m/s"
    )


def _problems(camera: Camera, ground: GroundMap, error: FitError | None) -> list[str]:
    found = []
    if mirrored(camera.zones[0].polygon, ground):
        found.append("the ground is seen from below: x_m and y_m may be exchanged")
    if error is not None and error.left_out_max_m is not None and not isfinite(error.left_out_max_m):
        found.append("a surveyed point lies beyond the horizon that the others give")
    return found


def picture_with_grid(camera: Camera, ground: GroundMap, image: MaskedImage) -> MaskedImage:
    """Return a copy of a masked picture with the grid of metres over the camera's zones, and their outlines."""
    grid = ground_grid([zone.polygon for zone in camera.zones], ground)
    outlines = [(zone.id, np.array(zone.polygon, np.float64)) for zone in camera.zones]
    return draw_grid(image, grid.lines, outlines)


def take_picture(camera: Camera, registry: Path, file: Path | None, zone: ZoneInfo, clock: Clock) -> MaskedImage:
    """Return one masked picture of a camera: from a still image or video file, else from its own source.

    Raises:
        FileError: Its own source is to be read, and the environment lacks a variable of its address.
        PictureMissingError: The file holds no picture, the source gives none, its size is not the registry's, or the camera may
            not be looked at now.
    """
    mask = PrivacyMask(camera.width_px, camera.height_px, camera.masks.polygons)
    try:
        if file is not None and file.suffix.lower() in IMAGE_SUFFIXES:
            image = read_picture(file)
            if image is None:
                raise PictureMissingError(f"{file}: no picture that can be read")
            return mask.apply(image)
        if file is None:
            permit = permission(camera, clock.now(), zone)
            if not permit.allowed:
                raise PictureMissingError(
                    f"camera {camera.id} may not be looked at now: {permit.reason}: {permit.detail}; expected --picture FILE"
                )
            config = camera_config(camera, registry).source
        else:
            config = SourceConfig(str(file))
        source = MaskedSource(open_source(config, ReadingOptions(speed=0), clock, lambda _reason: None), mask)
        try:
            frame = source.read()
        finally:
            source.close()
    except SourceError as error:
        raise PictureMissingError(f"camera {camera.id}: {error}") from None
    if frame is None:
        raise PictureMissingError(f"camera {camera.id}: its source has no picture")
    return frame.image
