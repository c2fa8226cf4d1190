"""The plan's file: strict, and each fault in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from streams.config.files import load_safety_plan
from streams.config.yaml import FileError

GOOD = 'version: "1"\ntargets: [{category: brand, below_per_year: 10, source: plan}]\nnear_repeats: [brand]\n'


def test_a_plan_of_ones_own_is_read(tmp_path: Path) -> None:
    """With other targets."""
    path = tmp_path / "plan.yaml"
    path.write_text(GOOD)
    assert load_safety_plan(path).targets[0].below_per_year == 10


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (GOOD.replace("below_per_year: 10", "below_per_year: 0"), ":2: targets.0.below_per_year: .*greater than"),
        (GOOD.replace("brand", "fire", 1), ":2: targets.0.category: Input should be"),
        (GOOD.replace(", source: plan", ""), ":2: targets.0.source: Field required"),
        (GOOD.replace("[brand]", "[brand, brand]"), "brand stands in near_repeats twice"),
        (GOOD + "surges: yes\n", ":4: surges: Extra inputs"),
    ],
)
def test_a_wrong_plan_is_one_line(tmp_path: Path, text: str, says: str) -> None:
    """It names the line and the field."""
    path = tmp_path / "plan.yaml"
    path.write_text(text)
    with pytest.raises(FileError, match=says):
        load_safety_plan(path)
