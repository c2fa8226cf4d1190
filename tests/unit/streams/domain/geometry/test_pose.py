"""How a camera hangs, from cameras that were put somewhere."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.domain.geometry.pose import CameraPose
from streams.domain.geometry.projection import HomographyMap
from streams.evaluation.density import Mast, camera_ground
from tests.support.calibrations import FLAT, surveyed
from tests.support.zones import FlatGround

MIDDLE = np.array([118_000.0, 480_000.0])


def pose_of(height_m: float, distance_m: float, along: tuple[float, float] = (0.0, 1.0)) -> CameraPose:
    found = CameraPose.of(camera_ground(Mast(height_m, distance_m, along), MIDDLE), 1280, 720)
    assert found is not None
    return found


@given(st.floats(2.5, 30), st.floats(3, 40), st.sampled_from([(0.0, 1.0), (1.0, 0.0), (0.6, -0.8)]))
def test_a_camera_is_found_where_it_was_put(height_m: float, distance_m: float, along: tuple[float, float]) -> None:
    """Its height and its place, whichever way it looks."""
    found = pose_of(height_m, distance_m, along)
    assert found.height_m == pytest.approx(height_m, rel=1e-3)
    assert found.camera_m == pytest.approx(MIDDLE - distance_m * np.array(along), abs=0.05)


def test_persons_stand_up_from_where_their_feet_are() -> None:
    """The foot of the box is where the ground says; a tall person is taller; one behind the camera has no box."""
    mast = Mast(6.0, 12.0, (0.0, 1.0))
    ground, pose = camera_ground(mast, MIDDLE), pose_of(*mast[:2])
    feet = MIDDLE + np.array([(0.0, 0.0), (1.0, 3.0), (0.0, -30.0)])
    boxes = pose.standing_px(feet, 1.72, 0.5)
    assert boxes[:2, 3] == pytest.approx(ground.to_pixels(feet[:2])[:, 1])
    assert (boxes[:2, 1] < boxes[:2, 3]).all()
    assert np.isnan(boxes[2]).all()
    # 13.4 m away, seen at 26.6° from above: 1.72 m upright shows as about cos(26.6°) of it.
    assert boxes[0, 3] - boxes[0, 1] == pytest.approx(1000 * 1.72 * 0.894 / 13.4, rel=0.1)
    assert pose.standing_px(feet[:1], 2.0, 0.5)[0, 1] < boxes[0, 1]


def test_what_a_person_hides() -> None:
    """Behind somebody of 1.72 m, 12 m away from a mast of 6 m, 4.8 m of ground."""
    assert pose_of(6.0, 12.0).shadow_m(MIDDLE, 1.72) == pytest.approx(1.72 * 12 / 4.28, rel=1e-3)


@pytest.mark.parametrize(
    "ground", [FlatGround(), HomographyMap.fitted(surveyed(FLAT), "c1"), FlatGround(horizon_px=1e9)]
)
def test_a_ground_without_perspective_tells_no_pose(ground: FlatGround | HomographyMap) -> None:
    """From straight above, or where no ground is seen."""
    assert CameraPose.of(ground, 200, 100) is None
