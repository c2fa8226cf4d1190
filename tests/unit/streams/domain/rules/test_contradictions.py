"""Rules that contradict each other or a hard limit are refused in one line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas.categories import Category
from streams.config.files import load_rules
from streams.config.yaml import FileError
from streams.domain.rules.cameras import Signal
from streams.domain.rules.circumstances import PROHIBITED
from streams.domain.rules.contradictions import BY_CAMERA_ALONE, HOMES
from streams.domain.rules.rules import Rules
from tests.support.rules import changed

CAMERAS = {"distance_m": 50, "before_s": 10, "after_s": 20, "signals": [{"persons": 1}]}
NIGHT = {
    "name": "night",
    "categories": ["brand"],
    "points": 5,
    "reason": "at night",
    "starts": "23:00",
    "ends": "06:00",
}


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("categories.demonstratie.cap", None, "categories.demonstratie.cap None: a demonstration never rises by size"),
        ("categories.demonstratie.cap", "P3", "categories.demonstratie.cap P3: a demonstration never rises by size"),
        ("categories.ondermijning_pand.cameras", CAMERAS, "ondermijning_pand.cameras: homes may not be looked at"),
        ("categories.woonoverlast.cameras", CAMERAS, "woonoverlast.cameras: homes may not be looked at"),
        (
            "categories.woonoverlast.case_from_urgency",
            None,
            "woonoverlast.operator_list true: what is routine between homes",
        ),
        ("categories.brand.case_recipients", ["oov"], "brand.case_recipients: nothing makes it a case"),
        ("categories.woonfraude_overbewoning.cameras", CAMERAS, "overbewoning.cameras: homes may not be looked at"),
        (
            "categories.ondermijning_pand.operator_list",
            True,
            "ondermijning_pand.operator_list true: a case about a home",
        ),
        (
            "categories.straatroof.rises_on_camera_alone",
            True,
            "straatroof.rises_on_camera_alone true: what only a camera",
        ),
        ("categories.verward_persoon.cameras.signals.0", {"persons": 1, "dwell_s": 9}, "signals.0.dwell_s: behaviour"),
        ("categories.verward_persoon.cameras.signals.0", {"situation": "running"}, "signals.0.situation: behaviour"),
        ("categories.overig.points", 60, "categories.overig.points 60: they give P2, which the cap P4 never lets show"),
        ("categories.zakkenrollerij.just_now.within_s", 3600, "just_now.within_s 3600: age already takes points"),
        (
            "joining.compatible.0",
            ["demonstratie", "crowd_density"],
            "demonstratie has a cap, which joining it with crowd",
        ),
        (
            "joining.compatible.0",
            ["woonfraude_overbewoning", "brand"],
            "overbewoning has a case, which joining it with",
        ),
        (
            "episodes.crowd.levels.1.points",
            30,
            "levels.high: by persons alone, with growth and circumstances, it gives up to",
        ),
        ("episodes.crowd.levels.2.persons", 150, "levels.critical: by persons alone"),
        (
            "categories.crowd_density.rises_on_camera_alone",
            False,
            "levels.warn: it gives P3, but crowd_density does not",
        ),
        (
            "categories.crowd_density.cap",
            "P2",
            "levels.critical: it gives P1, which crowd_density's cap P2 never lets show",
        ),
        (
            "unknown_kind.points",
            53,
            "unknown_kind.points 53: an urgent report of an unknown kind may have only 49 points",
        ),
        ("unknown_kind.urgency_at_most", 3, "may have only 41 points, expected at least 50, P2"),
        ("unknown_kind.urgency_at_most", 0, "greater than or equal to 1"),
        (
            "categories.overig.operator_list",
            False,
            "categories.overig.operator_list false: an urgent report of an unknown",
        ),
        ("damping.fall_after_s", 14400, "damping.fall_after_s 14400: an alert expires before it may fall"),
        ("independent.points_per_source", 11, "independent.points_per_source 11: more than points_at_most 10"),
        ("near_repeat.categories", ["ondermijning_pand"], "near_repeat.categories: ondermijning_pand is a case"),
        ("circumstances", [NIGHT, NIGHT], "circumstances: the name night stands there twice"),
        (
            "circumstances",
            [{**NIGHT, "categories": ["demonstratie"]}],
            "circumstances.night: demonstratie is held at P4",
        ),
        ("circumstances", [{**NIGHT, "categories": ["crowd_density"], "points": 20}], "levels.high: by persons alone"),
        ("time_zone", "Europe/Amstelveen", "expected a zone such as Europe/Amsterdam"),
        ("position.poor_points", 5, "less than or equal to 0"),
        ("independent.points_at_most", -1, "greater than or equal to 0"),
        ("near_repeat.points", -1, "greater than or equal to 0"),
        ("episodes.crowd.growth.1.points", 3, "rise_per_min 30: expected above the step before, and more points"),
        ("episodes.crowd.growth.1.rise_per_min", 15, "rise_per_min 15: expected above the step before"),
    ],
)
def test_a_contradiction_is_one_line(tmp_path: Path, path: str, value: Any, words: str) -> None:
    """It names the field, and what was expected; the file as it comes does not contradict itself."""
    file = tmp_path / "rules.yaml"
    file.write_text(yaml.safe_dump(changed(path, value)), encoding="utf-8")
    with pytest.raises(FileError) as error:
        load_rules(file)
    assert words in str(error.value)
    assert str(error.value).startswith(f"{file}:")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("category", sorted(set(Category) - BY_CAMERA_ALONE))
def test_no_other_category_may_rise_on_a_camera_alone(category: Category) -> None:
    """Crowd thresholds, an object that was left and fire are all."""
    with pytest.raises(ValidationError, match=f"categories.{category.value}.rises_on_camera_alone"):
        Rules.model_validate(changed(f"categories.{category.value}.rises_on_camera_alone", True))


@pytest.mark.parametrize("category", sorted(HOMES))
def test_no_camera_may_be_given_to_a_home(category: Category) -> None:
    """However it is asked."""
    for signal in ({"persons": 1}, {"vehicles": 1}, {"situation": "running"}):
        with pytest.raises(ValidationError, match="homes may not be looked at"):
            Rules.model_validate(changed(f"categories.{category.value}.cameras", {**CAMERAS, "signals": [signal]}))


@pytest.mark.parametrize("ground", sorted(PROHIBITED - {"age"}))
def test_rules_cannot_name_a_prohibited_ground(ground: str) -> None:
    """No place in the file takes such a word: a signal, a situation, a factor, a category, a level of crowds."""
    content = load_rules().model_dump(mode="json")
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        Signal.model_validate({"persons": 1, ground: 1})
    with pytest.raises(ValidationError, match="Input should be 'dwelling'"):
        Signal.model_validate({"situation": ground})
    for path in (ground, f"categories.brand.{ground}", f"verdict_points.{ground}", f"near_repeat.{ground}"):
        with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
            Rules.model_validate(changed(path, 5))
    with pytest.raises(ValidationError, match="names no category"):
        Rules.model_validate(
            {**content, "categories": {**content["categories"], ground: content["categories"]["brand"]}}
        )


def test_age_is_that_of_a_report_and_takes_points_only() -> None:
    """The one word that the file knows: the delay between happening and reporting; a person's age has no place."""
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        Signal.model_validate({"persons": 1, "age": 20})
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        Rules.model_validate(changed("categories.jeugdoverlast.age", 5))
    with pytest.raises(ValidationError, match="less than or equal to 0"):
        Rules.model_validate(changed("age.0.points", 5))


def leaves(content: Any, way: str = "") -> Iterator[str]:
    """Yield the paths of all single values."""
    if not isinstance(content, dict | list):
        yield way
        return
    for name, value in content.items() if isinstance(content, dict) else enumerate(content):
        yield from leaves(value, f"{way}.{name}" if way else str(name))


LEAVES = sorted(leaves(load_rules().model_dump(mode="json")))
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-200, 100_000),
    st.floats(-200, 200),
    st.text(max_size=8),
    st.sampled_from(["P1", "P4", "brand", "demonstratie", "running", "../UTC", "Europe", "23:00"]),
)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(LEAVES), VALUES)
def test_any_value_anywhere_is_taken_or_refused(path: str, value: Any) -> None:
    """Never half: rules that are taken keep every limit, and nothing else than a refusal is raised."""
    try:
        rules = Rules.model_validate(changed(path, value))
    except ValidationError:
        return
    assert rules.of(Category.DEMONSTRATIE).cap == "P4"
    assert {each for each in Category if rules.of(each).rises_on_camera_alone} <= BY_CAMERA_ALONE
    assert all(rules.of(each).cameras is None and not rules.of(each).operator_list for each in HOMES)
