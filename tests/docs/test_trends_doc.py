"""`docs/trends.md` tells every field and every judgement, its figures are those of the code, and its example can be read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from schemas.trends import Judgement, KnoxTest, NearRepeats, Trend, TrendTarget, TrendWeek
from streams.config.files import load_safety_plan
from streams.config.yaml import parse_yaml
from streams.domain.trends import near_repeats as repeat_pairs
from streams.domain.trends import surges
from streams.domain.trends.areas import ALL, ELSEWHERE, POOREST_M, UNKNOWN, Areas
from streams.domain.trends.counts import KEPT_WEEKS

TEXT = (Path(__file__).parents[2] / "docs" / "trends.md").read_text()
FLOWING = " ".join(TEXT.split())
FIELDS = {name for model in (Trend, TrendTarget, NearRepeats, TrendWeek, KnoxTest) for name in model.model_fields}


def test_the_example_is_an_areas_file() -> None:
    """It is read by the file's own model."""
    [example] = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
    areas = parse_yaml(example, "docs/trends.md", Areas)
    assert areas.features[0].properties.code == "WK036204"


@pytest.mark.parametrize("name", sorted(FIELDS | set(Judgement) | {ALL, UNKNOWN, ELSEWHERE}))
def test_every_field_judgement_and_special_area_is_told(name: str) -> None:
    """By the name that stands in the messages."""
    assert f"`{name}`" in TEXT


@pytest.mark.parametrize(
    "sentence",
    [
        f"the whole weeks before it, {surges.WEEKS} at most",
        f"A count below {surges.SMALL} is told as it is",
        f"fewer than {surges.LEAST_WEEKS} whole weeks of history",
        f"the limit of {surges.ANY_FALSE_SURGE:.0%}".replace("%", " %"),
        f"within {repeat_pairs.WIDE_M:g} m and {repeat_pairs.DAYS} days",
        f"up to {repeat_pairs.CLOSE_M:g} m, and {repeat_pairs.CLOSE_M:g} to {repeat_pairs.WIDE_M:g} m",
        f"dealt out anew {repeat_pairs.DEALT} times. Below {repeat_pairs.LEAST_EVENTS} cases",
        f"more than {POOREST_M:g} m off",
        f"kept for {KEPT_WEEKS} weeks",
        f"back to {KEPT_WEEKS - 1} before the open one",
        f"fewer than {load_safety_plan().targets[0].below_per_year} burglaries of homes",
    ],
)
def test_the_figures_are_those_of_the_code(sentence: str) -> None:
    """Limits, distances, weeks and the target."""
    assert sentence in FLOWING


def test_what_it_takes_to_be_a_surge_is_told_as_it_is() -> None:
    """The table's second row follows from the first."""
    [usual], [least] = (
        re.findall(rf"^\| {name} \| (.*) \|$", TEXT, re.MULTILINE) for name in ("usual per week", "a surge from")
    )
    for mean, count in zip(usual.split(" | "), least.split(" | "), strict=True):
        base = surges.Base(surges.WEEKS, round(surges.WEEKS * float(mean)), 1.0)
        found = [surges.judge(each, base, 120).judgement is Judgement.SURGE for each in (int(count) - 1, int(count))]
        assert found == [False, True], mean
