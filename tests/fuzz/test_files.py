"""Files that a person writes, mutated: each is read, or refused in one line; no file makes a process hang or fill its memory."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from detectors.evaluation.ground_truth import GroundTruthError, parse_ground_truth
from streams.cameras.walkers import WalkersError, parse_walkers
from streams.config.calibrations import CalibrationFile
from streams.config.files import load_rules
from streams.config.yaml import FileError, parse_yaml, variables
from streams.domain.alerts.suppression import Plan
from streams.domain.cameras.registry import Registry
from streams.domain.geometry.tsai import TsaiFileError, parse_tsai
from streams.domain.partners.need_to_know import Partners
from streams.domain.rules.rules import Rules
from streams.domain.trends.areas import Areas
from streams.domain.trends.safety_plan import SafetyPlan
from streams.evaluation.common import EvaluationError
from streams.evaluation.scenes import parse_scene
from streams.intake.sources.areas import ReportAreas as CbsAreas
from streams.intake.sources.categories import Categories
from streams.intake.sources.gazetteer import Gazetteer
from streams.local.pipeline import Pipeline
from tests.support.mutation import Mutator, fuzz, tries

ROOT = Path(__file__).parents[2]
PLACES = """version: "1"
places:
  - {name: Amstelveen, lat: 52.3031, lon: 4.8586, accuracy_m: 4000}
  - {name: Stadsplein, town: Amstelveen, lat: 52.3063, lon: 4.8573, accuracy_m: 120}
"""
PLAN = """version: "1"
entries:
  - id: kermis
    from: 2026-11-24T10:00:00+01:00
    until: 2026-11-24T23:00:00+01:00
    reason: the fair
    control_room: amstelveen
    categories: [crowd_density]
    cameras: [cam-1]
"""
TSAI = """<?xml version="1.0" encoding="UTF-8"?>
<Camera name="made-up">
  <Geometry width="768" height="576" ncx="795" nfx="752" dx="4.85e-03" dy="4.65e-03" dpx="5.13e-03" dpy="4.65e-03"/>
  <Intrinsic focal="5.55" kappa1="5.11e-03" cx="324.2" cy="282.5" sx="1.09"/>
  <Extrinsic tx="828.7" ty="-3175.4" tz="35469.2" rx="2.04" ry="-0.89" rz="-0.43"/>
</Camera>
"""
ANNOTATED = """<?xml version="1.0"?>
<dataset name="PETS">
  <frame number="0"><objectlist>
    <object id="1"><box h="80.2" w="30.1" xc="501.3" yc="240.6"/></object>
    <object id="2"><box h="70.2" w="25.1" xc="101.3" yc="140.6"/></object>
  </objectlist></frame>
  <frame number="1"><objectlist/></frame>
</dataset>
"""
AREAS = (ROOT / "streams/demo/areas.geojson").read_text()
MODELS: dict[str, tuple[type[BaseModel], str, int]] = {
    "registry": (Registry, (ROOT / "deploy/cameras.yaml").read_text(), 1_500),
    "rules": (Rules, files("streams.domain.rules").joinpath("default.yaml").read_text(encoding="utf-8"), 150),
    "plan": (Plan, PLAN, 5_000),
    "places": (Gazetteer, PLACES, 5_000),
    "categories": (Categories, (ROOT / "streams/intake/sources/categories.yaml").read_text(), 1_000),
    "areas": (Areas, AREAS, 1_000),
    "cbs-areas": (CbsAreas, (ROOT / "streams/intake/sources/areas.yaml").read_text(), 1_000),
    "safety-plan": (SafetyPlan, (ROOT / "streams/domain/trends/safety_plan.yaml").read_text(), 5_000),
    "pipeline": (Pipeline, (ROOT / "deploy/pipeline.yaml").read_text(), 3_000),
    "calibration": (
        CalibrationFile,
        json.dumps(
            {
                "method": "homography",
                "version": "1",
                "date": "2026-11-24",
                "points": [{"pixel": [x, y], "x_m": 10.5 * x, "y_m": 20.5 * y} for x in (1, 700) for y in (1, 500)],
            },
            indent=1,
        ),
        5_000,
    ),
}
"""Each with a good file and its full count: some milliseconds each, so `TOEZICHT_FUZZ=100` makes the hundred thousand."""

ENVIRONMENT = dict.fromkeys(variables(MODELS["registry"][1]), "x")


def text_of(mutator: Mutator, good: str) -> str:
    """Return a file with some of its bytes changed, as text."""
    return mutator.line([good.encode()]).decode("utf-8", "replace")


TABLES: dict[str, tuple[Callable[[str], Any], str, type[Exception]]] = {
    "walkers": (
        lambda text: parse_walkers(text, "boxes.csv"),
        "t_s,track,x_centre_px,y_centre_px,width_px,height_px\n0.2,1,10.5,20.5,5,15\n0.4,1,11.5,20.5,5,15\n",
        WalkersError,
    ),
    "tracks": (
        lambda text: parse_scene(text, "tracks"),
        "t_s,track,x_m,y_m\n0.2,1,10.5,20.5\n0.4,1,11.5,20.5\n0.4,2,1.5,2.5\n",
        EvaluationError,
    ),
}
"""Tables of tracks: how each is read, a good one, and how it is refused."""


@pytest.mark.parametrize("name", TABLES)
def test_tables(name: str) -> None:
    """Whatever a program or a person made of it."""
    parse, good, refusal = TABLES[name]
    assert parse(good)
    mutator = Mutator(9)
    tally = fuzz(parse, lambda: text_of(mutator, good), 5_000, (refusal,))
    assert tally[refusal.__name__] > tries(5_000) / 10, tally


@pytest.mark.parametrize("name", MODELS)
def test_yaml_files(name: str) -> None:
    """Whatever is mistyped."""
    model, good, count = MODELS[name]
    assert parse_yaml(good, "file.yaml", model, ENVIRONMENT)
    mutator = Mutator(7)
    tally = fuzz(
        lambda text: parse_yaml(text, "file.yaml", model, ENVIRONMENT),
        lambda: text_of(mutator, good),
        count,
        (FileError,),
    )
    assert tally["FileError"] > tries(count) / 10, tally


def test_a_file_of_partners() -> None:
    """Held against rules, with all that is wrong told at once, each on a line."""
    good = files("streams.domain.partners").joinpath("default.yaml").read_text(encoding="utf-8")
    context, mutator = {"rules": load_rules()}, Mutator(10)

    def parse(text: str) -> Partners:
        try:
            return parse_yaml(text, "file.yaml", Partners, ENVIRONMENT, context)
        except FileError as error:
            lines = str(error).splitlines()
            if not all(line.startswith("file.yaml:") and len(line) < 600 for line in lines):
                raise ValueError("a fault without its place, or a long one") from error
            raise FileError(lines[0]) from None

    assert parse(good)
    tally = fuzz(parse, lambda: text_of(mutator, good), 400, (FileError,))
    assert tally["FileError"] > tries(400) / 10, tally


@pytest.mark.parametrize(
    ("parse", "good", "refusal"),
    [
        (parse_tsai, TSAI, TsaiFileError),
        (lambda text: parse_ground_truth(text, "file.xml"), ANNOTATED, GroundTruthError),
    ],
    ids=["tsai", "annotations"],
)
def test_xml_files(parse: Callable[[str], Any], good: str, refusal: type[Exception]) -> None:
    """Camera models and annotations."""
    assert parse(good)
    mutator = Mutator(8)
    tally = fuzz(parse, lambda: text_of(mutator, good), 100_000, (refusal,))
    assert tally[refusal.__name__] > 2_000, tally


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [*a]",
        "a: &a {b: *a}",
        "? [1, 2]\n: 3\n",
        "? {a: 1}\n: 3\n",
        "version: 2026-02-30",
        "version: !!int abc",
        "version: !!timestamp x",
        "version: !!binary ???",
        "version: !!python/object:os.system x",
        "<<: 1",
        "\x00",
        "version: '\ud800'",
        "[" * 50_000,
        "{a: " * 5_000,
        "- " * 20_000,
    ],
    ids=lambda text: text[:20].encode("unicode_escape").decode(),
)
def test_yaml_that_is_meant_badly(text: str) -> None:
    """One line, as for any other mistake."""
    with pytest.raises(FileError) as error:
        parse_yaml(text, "file.yaml", Gazetteer, {})
    assert "\n" not in str(error.value)


def test_yaml_that_unfolds_without_end() -> None:
    """Aliases of aliases would take more than all memory and time; no file of ours needs one."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    with pytest.raises(FileError, match="alias"):
        parse_yaml("\n".join(lines), "file.yaml", Gazetteer, {})
