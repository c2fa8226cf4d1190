"""A camera model is read with errors that name the field, its value and what was expected."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.domain.geometry.tsai import TsaiFileError, parse_tsai

GOOD = (
    '<?xml version="1.0" encoding="UTF-8"?><Camera name="c"><Geometry width="768" height="576" dpx="0.005" dpy="0.004"/>'
    '<Intrinsic focal="5.5" kappa1="-1e-3" cx="320" cy="280" sx="1.1"/>'
    '<Extrinsic tx="1" ty="-2" tz="3e4" rx="2" ry="-0.9" rz="0"/></Camera>'
)


def test_every_number_is_read_into_its_place() -> None:
    """Geometry, intrinsic, extrinsic; negative and with exponents."""
    model = parse_tsai(GOOD)
    assert (model.width_px, model.height_px, model.dpx, model.dpy) == (768, 576, 0.005, 0.004)
    assert (model.focal, model.kappa1, model.cx_px, model.cy_px, model.sx) == (5.5, -0.001, 320, 280, 1.1)
    assert (model.tx, model.ty, model.tz, model.rx_rad, model.ry_rad, model.rz_rad) == (1, -2, 30_000, 2, -0.9, 0)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "document is .* expected XML"),
        (GOOD[:-5], "document is .* expected XML"),
        ("<other/>", "root is '<other>', expected <Camera>"),
        ("<Camera/>", "<Geometry> is 'there 0 times', expected it once"),
        (GOOD.replace("</Camera>", '<Intrinsic focal="1"/></Camera>'), "<Intrinsic> is 'there 2 times'"),
        (GOOD.replace(' sx="1.1"', ""), "<Intrinsic> sx is '', expected a number"),
        (GOOD.replace("5.5", "wide"), "<Intrinsic> focal is 'wide', expected a number"),
        (GOOD.replace("5.5", "0"), "<Intrinsic> focal is '0', expected a number above 0"),
        (GOOD.replace("3e4", "nan"), "<Extrinsic> tz is 'nan', expected a number"),
        (GOOD.replace("3e4", "1e300"), "<Extrinsic> tz is '1e300', expected a number"),
        ('<!DOCTYPE d [<!ENTITY a "b">]>' + GOOD[38:], "no document type"),
    ],
)
def test_a_wrong_camera_model_names_its_fault(text: str, says: str) -> None:
    """Cut off, another format, a number missing or impossible, an entity bomb."""
    with pytest.raises(TsaiFileError, match=says) as caught:
        parse_tsai(text)
    assert "\n" not in str(caught.value)


@given(st.text(max_size=200), st.integers(0, len(GOOD)))
def test_any_text_gives_a_model_or_one_kind_of_error(noise: str, at: int) -> None:
    """Fuzz: noise inside a good file."""
    with contextlib.suppress(TsaiFileError):
        parse_tsai(GOOD[:at] + noise + GOOD[at:])


def test_the_real_file(test_data: Path) -> None:
    """PETS2009's view 001: width, focal length and distortion as they stand there."""
    model = parse_tsai((test_data / "pets2009" / "View_001.xml").read_text())
    assert (model.width_px, model.height_px, model.focal, model.kappa1) == (768, 576, 5.5549183034, 0.0051113043639)
