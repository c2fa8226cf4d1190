"""The files of the safety team: the plan's targets, and the areas that are counted."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Final

from streams.config.yaml import parse_yaml, read_yaml
from streams.domain.trends.areas import AreaMap, Areas
from streams.domain.trends.safety_plan import SafetyPlan

DEFAULT_PLAN: Final = "safety_plan_default.yaml"


def load_safety_plan(path: Path | None = None) -> SafetyPlan:
    """Return the plan of a file, or the one that comes with the product.

    Raises:
        FileError: One line with the file, the line, the field and what was expected.
    """
    if path is not None:
        return read_yaml(path, SafetyPlan)
    text = files("streams.domain").joinpath(DEFAULT_PLAN).read_text(encoding="utf-8")
    return parse_yaml(text, DEFAULT_PLAN, SafetyPlan)


def load_areas(path: Path | None) -> AreaMap:
    """Return the areas of a GeoJSON file (YAML of the same form will do), or the control room as the only one.

    Raises:
        FileError: One line with the file, the line, the field and what was expected.
    """
    return AreaMap(None if path is None else read_yaml(path, Areas))
