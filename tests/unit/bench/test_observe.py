"""The bench of `observe` plays what it says."""

from __future__ import annotations

from bench.observe import FPS, measure


def test_a_frame_is_measured_with_its_rows() -> None:
    """Each frame that is not for warming up; the memory grows with the persons, and stays bounded."""
    few, many = measure(1, seconds=4), measure(40, seconds=4)
    assert len(few.took_ms) == 3 * FPS
    assert few.largest.keys() == {"camera", "memory"}
    assert few.largest["memory"] < many.largest["memory"] < 40 * 1_000
