"""`docs/crowds.md` tells the fields, kinds and levels that there are, and its example can be written into a registry."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from schemas.cameras import Visibility
from schemas.observations import GroundMeasure, Measures, Observation, SituationKind
from streams.config.files import load_rules
from streams.config.yaml import parse_yaml
from streams.domain.cameras.registry import Zone, ZoneEventSettings
from streams.domain.observations.zone_events.running import LEAST_M_PER_S

TEXT = (Path(__file__).parents[2] / "docs" / "crowds.md").read_text()
PLAIN = {"camera_id", "zone_id", "control_room_id", "second", "frames", "vehicles", "detector", "newest_frame_at"}
"""Fields that say what they are by their name."""
_FIELDS = {name for model in (Observation, GroundMeasure, Measures) for name in model.model_fields}


def test_the_example_is_a_zone_with_every_situation() -> None:
    """It is read by the registry's own model."""
    [example] = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
    zone = parse_yaml(example, "docs/crowds.md", Zone)
    off = ZoneEventSettings()
    for name in ZoneEventSettings.model_fields:
        assert getattr(zone.situations, name) != getattr(off, name), name


@pytest.mark.parametrize("field", sorted(_FIELDS - PLAIN))
def test_every_field_is_told(field: str) -> None:
    """With what it means."""
    assert f"`{field}`" in TEXT


@pytest.mark.parametrize("name", [*SituationKind, *Visibility])
def test_every_kind_and_every_bad_view_is_told(name: str) -> None:
    """By the name that stands in the messages."""
    assert f"`{name}`" in TEXT


def test_the_levels_are_those_of_the_rules() -> None:
    """Densities, persons and persistence."""
    rule = load_rules().episodes.crowd
    for level in rule.levels:
        persons = "never" if level.persons is None else f"{level.persons} persons"
        assert re.search(rf"\| `{level.name}` \| {level.density_per_m2} persons/m².*\| {persons}", TEXT)
    assert f"holds after {rule.persistence_s:g} s and is left after {rule.persistence_s:g} s" in TEXT
    assert f"below {rule.clear_share:.0%}".replace("%", " %") in TEXT


def test_what_running_is_is_told() -> None:
    """In metres alone."""
    assert f"than {LEAST_M_PER_S:g} m/s" in TEXT
