"""Pixels and metres belong together: against figures worked out by hand, an independent formula, and there and back."""

from __future__ import annotations

from dataclasses import replace
from math import cos, sin
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.domain.cameras.registry import SurveyedPoint
from streams.domain.geometry.projection import GroundMap, HomographyMap, TsaiMap, fit_error
from streams.domain.geometry.tsai import TsaiModel, parse_tsai
from tests.support.calibrations import FLAT, TILTED, Pairs, looking_down, placed, surveyed

RD = (118_859.0, 479_949.0)
NOWHERE = (float("nan"), float("nan"))
NINE = tuple(((50.0 * i, 50.0 * j), (5.0 * i, -5.0 * j)) for i in range(3) for j in range(3))


def at(*points: tuple[float, float]) -> np.ndarray:
    """Return points as an array of shape (N, 2)."""
    return np.array(points, np.float64).reshape(-1, 2)


@pytest.mark.parametrize(
    ("pairs", "pixel", "metres"),
    [
        (FLAT, (0, 0), (0, 0)),
        (FLAT, (50, 30), (5, -3)),
        (FLAT, (200, -10), (20, 1)),
        (TILTED, (0, 100), (0, 0)),
        (TILTED, (50, 80), (5, 2.5)),
        (TILTED, (60, 20), (10, 40)),
        (TILTED, (50, 0), NOWHERE),
        (TILTED, (50, -5), NOWHERE),
    ],
)
def test_a_homography_gives_what_was_worked_out_by_hand(
    pairs: Pairs, pixel: tuple[float, float], metres: tuple[float, float]
) -> None:
    """Also beside the surveyed points; at and above the horizon there is no ground. RD New's large numbers cost nothing."""
    for moved in ((0, 0), RD):
        ground = HomographyMap.fitted(surveyed(pairs, moved), "c1")
        expected = (metres[0] + moved[0], metres[1] + moved[1])
        assert ground.to_ground(at(pixel))[0] == pytest.approx(expected, abs=1e-8, nan_ok=True)


def test_what_stands_behind_the_camera_is_not_in_the_picture() -> None:
    """The camera of the tilted ground stands at y = -10 m; beside the picture there are still pixels."""
    ground = HomographyMap.fitted(surveyed(TILTED), "c1")
    assert ground.to_pixels(at((5, 2.5)))[0] == pytest.approx((50, 80))
    assert ground.to_pixels(at((50, 0)))[0] == pytest.approx((500, 100))
    assert np.isnan(ground.to_pixels(at((5, -11)))).all()
    assert ground.version == "c1"


@pytest.mark.parametrize("ground", [HomographyMap.fitted(surveyed(FLAT), "c"), TsaiMap(looking_down(), placed())])
def test_nothing_gives_nothing(ground: GroundMap) -> None:
    """An empty array keeps its shape."""
    assert ground.to_ground(at()).shape == (0, 2)
    assert ground.to_pixels(at()).shape == (0, 2)


def _line(n: int, off: float) -> Pairs:
    return (*(((10.0 * i, 10.0 * i), (1.0 * i, -1.0 * i)) for i in range(n)), ((0.0, off), (0.0, -off / 10)))


@pytest.mark.parametrize(
    ("points", "says"),
    [
        ([], "there are 0 points, expected at least 4"),
        (surveyed(FLAT[:3]), "there are 3 points, expected at least 4"),
        (surveyed((*FLAT[:3], FLAT[0])), "points 1 and 4 have the same place in the picture"),
        (surveyed((*FLAT[:3], ((9, 90), (0, 0)))), "points 1 and 4 have the same place on the ground"),
        (surveyed(_line(3, 50)), "all points but number 4 lie on one line in the picture"),
        (surveyed(_line(8, 50)), "all points but number 9 lie on one line in the picture"),
        (surveyed(_line(5, 90.1)[:5]), "lie on one line in the picture"),
        (surveyed((*FLAT[:2], ((50, 0.2), (5, -9)), FLAT[3])), "number 4 lie on one line in the picture"),
        (surveyed((*FLAT[:2], ((50, 90), (5, 0)), FLAT[3])), "number 4 lie on one line on the ground"),
        (surveyed((FLAT[0], (FLAT[1][0], FLAT[2][1]), (FLAT[2][0], FLAT[1][1]), FLAT[3])), "both sides of the horizon"),
        (
            [*surveyed(FLAT[:3]), SurveyedPoint.model_construct(pixel=(0.0, float("nan")), x_m=0.0, y_m=9.0)],
            "point 4 has no finite place in the picture",
        ),
        (
            [SurveyedPoint.model_construct(pixel=(0.0, 0.0), x_m=float("inf"), y_m=9.0), *surveyed(FLAT[1:])],
            "point 1 has no finite place on the ground",
        ),
    ],
)
def test_points_that_fix_no_ground_are_refused(points: list[SurveyedPoint], says: str) -> None:
    """Too few, twice the same, on a line (nearly so, too), exchanged, not finite: one line says which."""
    with pytest.raises(ValueError, match=says) as caught:
        HomographyMap.fitted(points, "c1")
    assert "\n" not in str(caught.value)


def test_four_points_say_nothing_about_their_error() -> None:
    """They are met exactly, whatever they are."""
    error = fit_error(surveyed(TILTED, RD))
    assert (error.rms_m, error.max_m) == pytest.approx((0, 0), abs=1e-6)
    assert error.left_out_rms_m is None
    assert error.left_out_max_m is None


def test_a_point_left_out_shows_how_far_it_was_measured_wrongly() -> None:
    """Of nine points one is a metre off: the eight others put it where it is, while the fit to all hides a part of it."""
    right = fit_error(surveyed(NINE, RD))
    assert (right.max_m, right.left_out_max_m) == pytest.approx((0, 0), abs=1e-6)
    wrong = fit_error(surveyed((*NINE[:8], (NINE[8][0], (NINE[8][1][0] + 1, NINE[8][1][1]))), RD))
    assert wrong.left_out_max_m == pytest.approx(1.0, abs=1e-6)
    assert 0 < wrong.rms_m < wrong.max_m < 1


def test_a_point_that_the_others_cannot_judge_is_passed_over() -> None:
    """Without number 4 or number 5 the others lie on one line."""
    error = fit_error(surveyed((*_line(3, 50), ((90.0, 20.0), (9.0, -2.0)))))
    assert error.left_out_max_m == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize(
    ("kappa1", "pixel", "metres"),
    [
        (0, (320, 240), (0, 0)),
        (0, (420, 240), (1, 0)),
        (0, (320, 340), (0, -1)),
        (0.01, (420, 240), (1.0025, 0)),
        (-0.01, (320, 140), (0, 0.9975)),
    ],
)
def test_a_camera_that_looks_straight_down(
    kappa1: float, pixel: tuple[float, float], metres: tuple[float, float]
) -> None:
    """100 pixels are half a millimetre on the sensor: 1 m below at 5 mm of 10 m, times 1 + kappa1 x 0.25."""
    ground = TsaiMap(looking_down(kappa1), placed())
    assert ground.to_ground(at(pixel))[0] == pytest.approx(metres, abs=1e-9)
    assert ground.to_pixels(at(metres))[0] == pytest.approx(pixel, abs=1e-6)


def test_a_camera_model_is_turned_and_moved_on_the_map() -> None:
    """A quarter turn counter-clockwise: what was east is north of the origin."""
    ground = TsaiMap(looking_down(), placed(origin_x_m=RD[0], origin_y_m=RD[1], bearing_deg=90))
    assert ground.to_ground(at((420, 240)))[0] == pytest.approx((RD[0], RD[1] + 1))
    assert ground.to_pixels(at((RD[0], RD[1] + 1)))[0] == pytest.approx((420, 240))


def test_where_a_lens_model_folds_back_there_is_no_ground() -> None:
    """With kappa1 = -1 the ideal radius rises up to 0.577 mm and falls behind it; no pixel shows what lies further out."""
    ground = TsaiMap(looking_down(-1), placed())
    assert np.isfinite(ground.to_ground(at((320 + 115, 240)))).all()
    assert np.isnan(ground.to_ground(at((320 + 116, 240)))).all()
    assert np.isnan(ground.to_pixels(at((2, 0)))).all()


@pytest.mark.parametrize("changes", [{"tz": 0.0}, {"ty": 10_000.0, "tz": 0.0}])
def test_a_camera_in_the_ground_sees_none(changes: dict[str, float]) -> None:
    """At the origin or beside it."""
    with pytest.raises(ValueError, match="lies in the ground plane"):
        TsaiMap(replace(looking_down(), **changes), placed())


def willson(model: TsaiModel, x_px: float, y_px: float) -> tuple[float, float]:
    """Return the ground point in the model's unit by the formulas of Willson's calibration software (1995), written out."""
    sa, ca = sin(model.rx_rad), cos(model.rx_rad)
    sb, cb = sin(model.ry_rad), cos(model.ry_rad)
    sg, cg = sin(model.rz_rad), cos(model.rz_rad)
    r1, r2 = cb * cg, cg * sa * sb - ca * sg
    r4, r5 = sg * cb, sa * sb * sg + ca * cg
    r7, r8 = -sb, cb * sa
    xd, yd = model.dpx * (x_px - model.cx_px) / model.sx, model.dpy * (y_px - model.cy_px)
    factor = 1 + model.kappa1 * (xd**2 + yd**2)
    xu, yu, f = xd * factor, yd * factor, model.focal
    tx, ty, tz = model.tx, model.ty, model.tz
    below = (r1 * r8 - r2 * r7) * yu + (r5 * r7 - r4 * r8) * xu - f * r1 * r5 + f * r2 * r4
    x = ((r2 * tz - r8 * tx) * yu + (r8 * ty - r5 * tz) * xu - f * r2 * ty + f * r5 * tx) / below
    y = -((r1 * tz - r7 * tx) * yu + (r7 * ty - r4 * tz) * xu - f * r1 * ty + f * r4 * tx) / below
    return x, y


@pytest.mark.parametrize("pixel", [(384, 288), (0, 575), (767, 575), (100, 200), (700, 120), (324.22, 282.57)])
def test_view_001_agrees_with_an_independent_formula(test_data: Path, pixel: tuple[float, float]) -> None:
    """PETS2009's camera, in metres."""
    model = parse_tsai((test_data / "pets2009" / "View_001.xml").read_text())
    x, y = willson(model, *pixel)
    assert TsaiMap(model, placed()).to_ground(at(pixel))[0] == pytest.approx((x / 1000, y / 1000), abs=1e-6)


def test_view_001_there_and_back(test_data: Path) -> None:
    """Every pixel of the picture that shows ground comes back to itself."""
    ground = TsaiMap(parse_tsai((test_data / "pets2009" / "View_001.xml").read_text()), placed())
    x, y = np.meshgrid(np.arange(0, 769, 16.0), np.arange(0, 577, 16.0))
    pixels = np.column_stack((x.ravel(), y.ravel()))
    metres = ground.to_ground(pixels)
    seen = np.isfinite(metres).all(axis=1)
    assert seen.mean() > 0.8
    assert np.abs(ground.to_pixels(metres[seen]) - pixels[seen]).max() < 1e-5


tilts = st.floats(1.7, 3.1)
"""Radians about x: straight down is π, and at π/2 the horizon runs through the middle of the picture."""


@given(tilts, st.floats(-0.4, 0.4), st.floats(-3, 3), st.floats(-0.01, 0.02), st.floats(0, 640), st.floats(0, 480))
def test_pixel_to_ground_to_pixel(rx: float, ry: float, rz: float, kappa1: float, x: float, y: float) -> None:
    """Any camera above the ground: a pixel with ground comes back to itself, and its ground to its ground."""
    model = replace(looking_down(kappa1), rx_rad=rx, ry_rad=ry, rz_rad=rz, tx=300.0, ty=-500.0, tz=12_000.0)
    ground = TsaiMap(model, placed(origin_x_m=RD[0], origin_y_m=RD[1], bearing_deg=30))
    metres = ground.to_ground(at((x, y)))
    if np.isfinite(metres).all() and np.abs(metres - RD).max() < 10_000:
        assert ground.to_pixels(metres)[0] == pytest.approx((x, y), abs=1e-3)


@given(st.floats(2.2, 3.1), st.floats(-3, 3), st.integers(0, 50), st.floats(0, 640), st.floats(240, 480))
def test_a_homography_fitted_to_a_cameras_points_is_that_camera(
    rx: float, rz: float, seed: int, x: float, y: float
) -> None:
    """Without distortion a camera is a homography: fitted to some of its points it gives all its others, there and back."""
    camera = TsaiMap(replace(looking_down(), rx_rad=rx, rz_rad=rz, tz=12_000.0), placed())
    pixels = np.random.default_rng(seed).uniform((0, 260), (640, 480), (8, 2))
    metres = camera.to_ground(pixels)
    if not np.isfinite(metres).all() or np.abs(metres).max() > 1_000:
        return
    points = [SurveyedPoint(pixel=(px, py), x_m=mx, y_m=my) for (px, py), (mx, my) in zip(pixels, metres, strict=True)]
    fitted = HomographyMap.fitted(points, "c")
    expected = camera.to_ground(at((x, y)))
    if np.isfinite(expected).all() and np.abs(expected).max() < 1_000:
        assert fitted.to_ground(at((x, y)))[0] == pytest.approx(expected[0], rel=1e-3, abs=1e-3)
        assert fitted.to_pixels(expected)[0] == pytest.approx((x, y), abs=0.01)
