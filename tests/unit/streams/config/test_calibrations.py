"""A calibration that cannot be used is refused with one line that names the camera or file, the field and the value."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from streams.config.calibrations import ground_map, ground_maps, read_map, tracking_grounds
from streams.config.yaml import FileError, read_yaml
from streams.domain.cameras.registry import Registry
from streams.errors import ConfigurationError
from tests.support.calibrations import FLAT, TILTED, calibrated_camera, section
from tests.support.registry import registry_camera, write_registry

TSAI = {"method": "tsai", "version": "t1", "date": "2026-11-24", "file": "camera.xml"}
WALKERS = {
    "method": "walkers",
    "version": "w1",
    "date": "2026-11-24",
    "width_px": 100,
    "height_px": 100,
    "height_m": 5,
    "tilt_deg": 45,
    "focal_px": 100,
    "boxes": 400,
    "height_error": 0.05,
    "walking_m_per_s": 1.3,
}
MODEL = (
    '<Camera><Geometry width="{width}" height="100" dpx="0.005" dpy="0.005"/>'
    '<Intrinsic focal="5" kappa1="0" cx="50" cy="50" sx="1"/>'
    '<Extrinsic tx="0" ty="0" tz="{tz}" rx="3.141592653589793" ry="0" rz="0"/></Camera>'
)


def test_a_camera_without_a_calibration_has_no_map(tmp_path: Path) -> None:
    """It counts, without metres."""
    assert ground_map(calibrated_camera(None), tmp_path) is None


def test_surveyed_points_become_a_map(tmp_path: Path) -> None:
    """With the calibration's version."""
    ground = ground_map(calibrated_camera(), tmp_path)
    assert ground is not None
    assert ground.version == "c1"
    assert ground.to_ground(np.array([[50.0, 30.0]]))[0] == pytest.approx((5, -3))


def test_a_camera_model_is_found_beside_the_registry(tmp_path: Path) -> None:
    """100 pixels are a metre, and the version is the registry's."""
    (tmp_path / "camera.xml").write_text(MODEL.format(width=100, tz=10_000))
    ground = ground_map(calibrated_camera(None, calibration=TSAI | {"origin_x_m": 7}), tmp_path)
    assert ground is not None
    assert ground.version == "t1"
    assert ground.to_ground(np.array([[100.0, 50.0]]))[0] == pytest.approx((7.5, 0))


def test_a_calibration_from_walkers_becomes_a_map(tmp_path: Path) -> None:
    """In the middle of its picture it looks 45 degrees down from 5 m: 5 m ahead of the camera."""
    ground = ground_map(calibrated_camera(None, calibration=WALKERS | {"origin_y_m": 7}), tmp_path)
    assert ground is not None
    assert ground.version == "w1"
    assert ground.to_ground(np.array([[50.0, 50.0]]))[0] == pytest.approx((0, 12))


LINE = section((*FLAT[:2], ((50, 0), (5, 0)), ((20, 0), (2, 0))))
ZONE = {"id": "plein", "name": "Plein"}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        (
            {"calibration": LINE},
            r"camera cam-1: calibration.points is 'all points .* one line .*', expected four points",
        ),
        (
            {"calibration": section(TILTED), "zones": [ZONE | {"polygon": [[50, 0], [99, 50], [1, 50]]}]},
            r"camera cam-1: zone plein: polygon is \(50.0, 0.0\), expected points on the ground",
        ),
        (
            {"masks": {"version": "1", "polygons": [[[0, 0], [100, 0], [100, 100], [0, 100]]]}},
            r"camera cam-1: zone plein: visible ground is '0.00 m²', expected some that no mask",
        ),
        (
            {"occluders": [[[50, 50], [100, 50], [100, 100], [50, 100]]]},
            r"camera cam-1: zone plein: visible ground is '0.00 m²'",
        ),
        ({"calibration": TSAI}, r"camera.xml: file is 'FileNotFoundError', expected a readable camera model"),
        ({"calibration": TSAI | {"file": "broken.xml"}}, r"broken.xml: root is '<x>', expected <Camera>"),
        (
            {"calibration": TSAI | {"file": "wide.xml"}},
            r"wide.xml: <Geometry> width, height is '200x100', expected 100x100 as camera cam-1 has",
        ),
        (
            {"calibration": WALKERS | {"width_px": 200}},
            r"camera cam-1: calibration.width_px, height_px is '200x100', expected 100x100, the picture's",
        ),
        ({"calibration": TSAI | {"file": "low.xml"}}, r"low.xml: <Extrinsic> is 'the camera lies in the ground plane"),
        ({"calibration": TSAI | {"file": "binary.xml"}}, r"binary.xml: file is 'UnicodeDecodeError'"),
    ],
)
def test_a_calibration_that_cannot_be_used(changes: dict[str, Any], says: str, tmp_path: Path) -> None:
    """Points on a line, a horizon in a zone, no ground to be seen, and everything that can be wrong with a model's file."""
    (tmp_path / "broken.xml").write_text("<x/>")
    (tmp_path / "wide.xml").write_text(MODEL.format(width=200, tz=10_000))
    (tmp_path / "low.xml").write_text(MODEL.format(width=100, tz=0))
    (tmp_path / "binary.xml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigurationError, match=says) as caught:
        ground_map(calibrated_camera(**changes), tmp_path)
    assert "\n" not in str(caught.value)


def test_the_maps_of_a_registry(tmp_path: Path) -> None:
    """Only of the cameras that are calibrated."""
    bare = registry_camera("bare", {"url": "a.avi"})
    bare["masks"]["polygons"] = []
    path = write_registry(tmp_path / "r.yaml", bare, bare | {"id": "known", "calibration": section(FLAT)})
    assert list(ground_maps(read_yaml(path, Registry), tmp_path)) == ["known"]


def test_what_following_on_the_ground_needs(tmp_path: Path) -> None:
    """The calibrated cameras, each in its own size."""
    camera = calibrated_camera()
    grounds = tracking_grounds([calibrated_camera(None), camera], tmp_path)
    assert list(grounds) == [camera.id]
    ground = grounds[camera.id]
    assert (ground.width_px, ground.height_px) == (camera.width_px, camera.height_px)
    assert ground.to_ground(np.array([[50.0, 30.0]]))[0] == pytest.approx((5, -3))


def test_a_calibration_in_a_file_of_its_own(tmp_path: Path) -> None:
    """YAML as in the registry, or a camera model; errors name the file."""
    points, model, wrong = tmp_path / "points.yaml", tmp_path / "camera.XML", tmp_path / "wrong.yaml"
    points.write_text(yaml.safe_dump(section(FLAT)))
    model.write_text(MODEL.format(width=100, tz=10_000))
    wrong.write_text(yaml.safe_dump(LINE))
    assert read_map(points).version == "c1"
    assert read_map(model).version == "camera"
    with pytest.raises(ConfigurationError, match=r"wrong\.yaml: calibration\.points is"):
        read_map(wrong)
    wrong.write_text("method: guess")
    with pytest.raises(FileError, match=r"wrong\.yaml:1"):
        read_map(wrong)
    with pytest.raises(FileError, match=r"none\.yaml: cannot be read"):
        read_map(tmp_path / "none.yaml")
