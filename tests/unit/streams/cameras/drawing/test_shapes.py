"""What was drawn changes those parts of a camera that were drawn, and no others."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from streams.cameras.drawing.saving import save_shapes
from streams.cameras.drawing.shapes import DrawnShapes, changed_parts, shapes_of
from streams.config.registry import load_registry
from streams.config.yaml import FileError
from streams.domain.cameras.registry import HomographyCalibration
from tests.support.mutation import Mutator, tries

DEPLOYED = (Path(__file__).parents[5] / "deploy" / "cameras.yaml").read_text(encoding="utf-8")
TODAY = date(2026, 12, 1)
TRIANGLE = [[0, 0], [10, 0], [10, 10]]
CAMERA: dict[str, Any] = {
    "masks": {"version": "1", "polygons": [TRIANGLE]},
    "zones": [
        {
            "id": "z", "name": "Z", "polygon": TRIANGLE, "group_min_s": 7,
            "situations": {"running": True, "line": {"points": [[0, 0], [5, 5]], "forbidden": "left_to_right"}},
        }
    ],
    "calibration": {"method": "tsai", "version": "1", "date": "2026-01-01", "file": "t.xml"},
}  # fmt: skip


def _drawn(**changes: Any) -> DrawnShapes:
    return DrawnShapes.model_validate_json(json.dumps({**shapes_of(CAMERA), **changes}))


def test_what_was_not_changed_is_not_written() -> None:
    """Neither masks with the same corners, nor a calibration of which nothing was drawn."""
    assert changed_parts(CAMERA, _drawn(), "2", TODAY) == {}
    whole = deepcopy(CAMERA)
    whole["masks"]["polygons"] = [[[0.0, 0.0], [10.0, 0.0], [10.0, 10.0]]]
    assert changed_parts(whole, _drawn(), "2", TODAY) == {}


def test_masks_get_a_new_version() -> None:
    """And nothing else is written."""
    assert changed_parts(CAMERA, _drawn(masks=[]), "2", TODAY) == {"masks": {"version": "2", "polygons": []}}


def test_a_zone_keeps_what_is_not_drawn() -> None:
    """How long somebody must stay, and its situations; its line is what was drawn, or gone."""
    moved = {"id": "z", "name": "Zone", "polygon": [[1, 1], [9, 1], [9, 9]], "line": None}
    new = {
        "id": "n",
        "name": "New",
        "polygon": TRIANGLE,
        "line": {"points": [[0, 0], [9, 9]], "forbidden": "right_to_left"},
    }
    zones = changed_parts(CAMERA, _drawn(zones=[moved, new]), "2", TODAY)["zones"]
    assert zones[0] == {
        "id": "z", "name": "Zone", "polygon": [[1, 1], [9, 1], [9, 9]], "group_min_s": 7, "situations": {"running": True},
    }  # fmt: skip
    assert zones[1]["situations"] == {"line": {"points": [[0, 0], [9, 9]], "forbidden": "right_to_left"}}


def test_points_are_a_calibration() -> None:
    """By plane ground, of today; the metres as they were measured."""
    points = [{"pixel": [n, n * n], "x_m": 118_859.123 + n, "y_m": 479_949.5} for n in range(4)]
    calibration = changed_parts(CAMERA, _drawn(points=points), "2", TODAY)["calibration"]
    assert HomographyCalibration.model_validate(calibration).points[3].x_m == pytest.approx(118_862.123)
    assert calibration["date"] == "2026-12-01"


@pytest.mark.parametrize(
    "wrong",
    [
        {"masks": [[[0, 0], [1, 1]]]},
        {"masks": [[[0, -1], [1, 1], [2, 2]]]},
        {"zones": []},
        {"points": [{"pixel": [0, 0], "x_m": "", "y_m": 1}]},
        {"points": [{"pixel": [0, 0], "x_m": 1e99, "y_m": 1}]},
        {"other": 1},
    ],
)
def test_what_cannot_be_drawn_is_refused(wrong: dict[str, Any]) -> None:
    """Before anything is read or written."""
    with pytest.raises(ValidationError):
        _drawn(**wrong)


def test_it_is_saved_into_the_registry_as_it_is_now(tmp_path: Path) -> None:
    """With people's comments, and a version of its own; what does not go in leaves the file as it was."""
    path = tmp_path / "r.yaml"
    path.write_text(DEPLOYED)
    zones = [{"id": "square", "name": "The square", "polygon": [[0, 0], [640, 0], [640, 360]], "line": None}]
    drawn = DrawnShapes.model_validate({"masks": [[(0, 0), (9, 0), (9, 9)]], "zones": zones})
    assert save_shapes(path, "stadsplein-1", drawn, "v9", TODAY) == "masks, zones of stadsplein-1 saved, version v9."
    camera = load_registry(path).cameras[0]
    assert (camera.masks.version, camera.zones[0].group_min_s, len(camera.masks.polygons)) == ("v9", 20, 1)
    assert "# the mayor's decision" in path.read_text()
    assert save_shapes(path, "stadsplein-1", drawn, "v10", TODAY) == "Nothing was changed."
    before = path.read_text()
    outside = drawn.model_copy(update={"masks": (((0, 0), (9_999, 0), (9, 9)),)})
    with pytest.raises(FileError, match="lies outside the picture"):
        save_shapes(path, "stadsplein-1", outside, "v11", TODAY)
    crossed = [{"id": "square", "name": "", "polygon": [[0, 0], [9, 9], [9, 0], [0, 9]], "line": None}]
    with pytest.raises(FileError, match="crosses itself"):
        save_shapes(path, "stadsplein-1", DrawnShapes.model_validate({"masks": [], "zones": crossed}), "v11", TODAY)
    with pytest.raises(FileError, match="is gone"):
        save_shapes(path, "other", drawn, "v11", TODAY)
    assert path.read_text() == before


def test_any_mutated_drawing_is_taken_or_refused() -> None:
    """And what is taken gives parts that say what was drawn."""
    seed = json.dumps(shapes_of(CAMERA) | {"points": [{"pixel": [1, 2], "x_m": 1.5, "y_m": 2}]}).encode()
    taken = 0
    for number in range(tries(3_000)):
        try:
            drawn = DrawnShapes.model_validate_json(Mutator(number).line([seed]))
        except ValidationError:
            continue
        parts = changed_parts(CAMERA, drawn, "2", TODAY)
        assert shapes_of({**CAMERA, **parts})["masks"] is not None
        taken += 1
    assert taken
