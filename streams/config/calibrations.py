"""Builds each camera's map from pixels to the ground from the registry, and refuses a calibration that cannot be used."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

import numpy as np
from pydantic import RootModel

from detectors.tracking.ground_squares import Ground
from streams.config.yaml import read_yaml
from streams.domain.cameras.registry import (
    Calibration,
    Camera,
    HomographyCalibration,
    Registry,
    TsaiCalibration,
    WalkersCalibration,
)
from streams.domain.geometry.area import edge_px, zone_area_m2
from streams.domain.geometry.pinhole import PinholeMap
from streams.domain.geometry.projection import GroundMap, HomographyMap, TsaiMap
from streams.domain.geometry.tsai import TsaiFileError, TsaiModel, parse_tsai
from streams.errors import ConfigurationError

LEAST_AREA_M2: Final = 0.01
"""A zone of which less ground can be seen has no density."""


class CalibrationFile(RootModel[Calibration]):
    """A file that holds what stands under a camera's `calibration` in the registry."""


def ground_maps(registry: Registry, folder: Path) -> dict[str, GroundMap]:
    """Return the map of each calibrated camera, by camera id.

    Raises:
        ConfigurationError: See `ground_map`.
    """
    maps = {camera.id: ground_map(camera, folder) for camera in registry.cameras}
    return {camera_id: ground for camera_id, ground in maps.items() if ground is not None}


def tracking_grounds(cameras: Iterable[Camera], folder: Path) -> dict[str, Ground]:
    """Return what following objects on the ground needs to know of each calibrated camera, by camera id.

    Raises:
        ConfigurationError: See `ground_map`.
    """
    grounds = {}
    for camera in cameras:
        ground = ground_map(camera, folder)
        if ground is not None:
            grounds[camera.id] = Ground(ground.to_ground, camera.width_px, camera.height_px)
    return grounds


def ground_map(camera: Camera, folder: Path) -> GroundMap | None:
    """Return where on the ground a camera's pixels lie; None where it is not calibrated.

    Args:
        camera: The camera.
        folder: The registry's folder, which paths of camera models are relative to.

    Raises:
        ConfigurationError: The points fix no ground plane, the camera model cannot be read or is of another picture's size, a
            zone reaches the horizon, or no ground of a zone can be seen.
    """
    if camera.calibration is None:
        return None
    where = f"camera {camera.id}"
    size = (camera.width_px, camera.height_px)
    ground = build_map(camera.calibration, folder, where, size)
    for zone in camera.zones:
        edge = edge_px(zone.polygon)
        beyond = ~np.isfinite(ground.to_ground(edge)).all(axis=1)
        if beyond.any():
            x, y = (round(float(value), 1) for value in edge[beyond][0])
            raise ConfigurationError(
                where,
                f"zone {zone.id}: polygon",
                (x, y),
                f"points on the ground, below calibration {ground.version}'s horizon",
            )
        area_m2 = zone_area_m2(camera, zone, ground)
        if not area_m2 >= LEAST_AREA_M2:
            raise ConfigurationError(
                where, f"zone {zone.id}: visible ground", f"{area_m2:.2f} m²", "some that no mask or occluder hides"
            )
    return ground


def build_map(calibration: Calibration, folder: Path, where: str, size: tuple[int, int] | None = None) -> GroundMap:
    """Return the map of a calibration.

    Args:
        calibration: Surveyed points, a camera model, or what was fitted to walkers.
        folder: What the path of a camera model is relative to.
        where: The camera or the file that it stands in, for errors.
        size: Width and height of the picture that a camera model must be of; None does not check.

    Raises:
        ConfigurationError: It cannot be used.
    """
    if isinstance(calibration, HomographyCalibration):
        try:
            return HomographyMap.fitted(calibration.points, calibration.version)
        except ValueError as error:
            raise ConfigurationError(
                where, "calibration.points", str(error), "four points or more, spread over the ground"
            ) from None
    if isinstance(calibration, WalkersCalibration):
        if size is not None and (calibration.width_px, calibration.height_px) != size:
            found = f"{calibration.width_px}x{calibration.height_px}"
            raise ConfigurationError(
                where, "calibration.width_px, height_px", found, f"{size[0]}x{size[1]}, the picture's"
            )
        return PinholeMap.of(calibration)
    path = folder / calibration.file
    model = _read_tsai(path)
    if size is not None and (model.width_px, model.height_px) != size:
        found = f"{model.width_px:g}x{model.height_px:g}"
        raise ConfigurationError(str(path), "<Geometry> width, height", found, f"{size[0]}x{size[1]} as {where} has")
    try:
        return TsaiMap(model, calibration)
    except ValueError as error:
        raise ConfigurationError(str(path), "<Extrinsic>", str(error), "a camera above the ground") from None


def read_calibration(path: Path) -> Calibration:
    """Return the calibration of a file: a camera model (.xml), or the YAML that would stand in the registry.

    Raises:
        FileError: It is no such YAML.
    """
    if path.suffix.lower() == ".xml":  # a model tells no date, and its own axes are as good as any to measure errors in
        return TsaiCalibration.model_validate(
            {"method": "tsai", "version": path.stem[:40] or "file", "date": "1970-01-01", "file": path.name}
        )
    return read_yaml(path, CalibrationFile).root


def read_map(path: Path) -> GroundMap:
    """Return the map of a calibration file; see `read_calibration`. A path in it is relative to its folder.

    Raises:
        ConfigurationError: It cannot be used.
        FileError: It cannot be read.
    """
    return build_map(read_calibration(path), path.resolve().parent, str(path))


def _read_tsai(path: Path) -> TsaiModel:
    try:
        return parse_tsai(path.read_text(encoding="utf-8"))
    except TsaiFileError as error:
        raise ConfigurationError(str(path), error.field, error.value, error.expected) from None
    except (OSError, UnicodeDecodeError) as error:
        reason = type(error).__name__
        raise ConfigurationError(str(path), "file", reason, "a readable camera model (XML)") from None
