"""Stages are made from the settings; `detect` is given the ground of calibrated cameras."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from streams import workers
from streams.errors import ConfigurationError
from streams.settings import Settings
from streams.workers import Parts, make_stages
from tests.camera_registry import registry_camera, write_registry

HOMOGRAPHY = {
    "method": "homography",
    "version": "h1",
    "date": "2026-11-24",
    "points": [{"pixel": [x, y], "x_m": x, "y_m": y} for x, y in ((0, 0), (60, 0), (60, 40), (0, 40))],
}


def parts(registry: Path | None) -> Parts:
    """Return what stages are made from."""
    return Parts(Settings.model_validate({"registry": registry}))


def test_without_a_registry_no_camera_is_calibrated() -> None:
    """`detect` can do without one."""
    assert workers._grounds(parts(None)) == {}


def test_calibrated_cameras_have_a_ground_in_their_own_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The others are followed in the picture; a registry without calibrations asks for none."""
    asked: list[Any] = []

    def ground_maps(registry: Any, folder: Path) -> dict[str, Any]:
        asked.append((registry.version, folder))
        return {"b": SimpleNamespace(to_ground=lambda pixels: pixels * 2)}

    fake = ModuleType("streams.calibrations")
    fake.ground_maps = ground_maps  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "streams.calibrations", fake)
    plain = registry_camera("a", {"url": "a.avi"})
    assert workers._grounds(parts(write_registry(tmp_path / "plain.yaml", plain))) == {}
    assert asked == []
    calibrated = registry_camera("b", {"url": "b.avi"}) | {"calibration": HOMOGRAPHY}
    grounds = workers._grounds(parts(write_registry(tmp_path / "registry.yaml", plain, calibrated)))
    assert asked == [("t1", tmp_path)]
    assert list(grounds) == ["b"]
    assert (grounds["b"].width_px, grounds["b"].height_px) == (64, 48)
    assert grounds["b"].to_ground(np.array([[1.0, 2.0]])).tolist() == [[2.0, 4.0]]


@pytest.mark.parametrize(("names", "says"), [(["nobody"], "one of detect"), (["detect", "detect"], "each stage once")])
def test_a_wrong_name_is_one_line(names: list[str], says: str) -> None:
    """Unknown, or twice."""
    with pytest.raises(ConfigurationError, match=says):
        make_stages(names, Settings())
