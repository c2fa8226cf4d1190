"""The plan file: what it may say, and what an entry covers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from schemas.categories import Category
from schemas.geo import Position
from streams.config.files import ConfigFiles
from streams.config.yaml import FileError, parse_yaml, read_yaml
from streams.domain.alerts.suppression import Plan, PlanEntry
from streams.errors import ConfigurationError
from streams.settings import Settings
from tests.support.deciding import EVENT, WORKS
from tests.support.registry import registry_camera, write_registry
from tests.support.situations import camera, place, position, registry

DOC = Path(__file__).parents[5] / "docs" / "lifecycle.md"


def write(path: Path, *entries: dict[str, Any]) -> Path:
    path.write_text(yaml.safe_dump({"version": "1", "entries": list(entries)}))
    return path


def test_a_plan_is_read_with_its_times_and_places(tmp_path: Path) -> None:
    """An event by its area and maintenance by its cameras."""
    plan = read_yaml(write(tmp_path / "plan.yaml", EVENT, WORKS), Plan)
    assert [entry.id for entry in plan.entries] == ["feest", "werk"]
    assert plan.entries[0].from_time.isoformat() == "2026-11-24T09:00:00+00:00"
    assert plan.unknown(registry(camera("cam-1", 0))) is None


def test_the_plan_in_the_documentation_can_be_read() -> None:
    """As it stands there, with an event and a piece of maintenance."""
    text = DOC.read_text(encoding="utf-8").split("```yaml\n")[1].split("```")[0]
    plan = parse_yaml(text, "plan", Plan)
    assert [bool(entry.cameras) for entry in plan.entries] == [False, True]


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"until": "2026-11-24T09:00:00Z"}, "expected an until after its from"),
        ({"until": "2026-11-24T09:00:00"}, "entries.0.until: "),
        ({"from": "morning"}, "entries.0.from: "),
        ({"reason": ""}, "entries.0.reason: "),
        ({"categories": []}, "entries.0.categories: "),
        ({"categories": ["brnad"]}, "entries.0.categories.0: "),
        ({"area": EVENT["area"][:2]}, "entries.0.area: "),
        ({"area": [EVENT["area"][index] for index in (0, 2, 1, 3)]}, "expected an area that does not cross itself"),
        ({"area": None}, "expected either an area or cameras"),
        ({"cameras": ["cam-1"]}, "expected either an area or cameras"),
        ({"priority": "P1"}, "entries.0.priority: "),
    ],
)
def test_a_fault_is_one_line_that_names_it(tmp_path: Path, changes: dict[str, Any], named: str) -> None:
    """With the file, the field, the value and what was expected."""
    path = write(tmp_path / "plan.yaml", EVENT | changes)
    with pytest.raises(FileError, match=r"plan\.yaml:\d+: ") as caught:
        read_yaml(path, Plan)
    assert named in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_id_stands_once(tmp_path: Path) -> None:
    """An alert names its entry by it."""
    with pytest.raises(FileError, match="the id feest stands twice, expected each once"):
        read_yaml(write(tmp_path / "plan.yaml", EVENT, EVENT), Plan)


@pytest.mark.parametrize(
    ("category", "at", "covered"),
    [
        (Category.CROWD_DENSITY, position(), True),
        (Category.CROWD_DENSITY, position(accuracy_m=5_000), True),
        (Category.CROWD_DENSITY, position(60), False),
        (Category.CROWD_DENSITY, None, False),
        (Category.STRAATROOF, position(), False),
    ],
)
@pytest.mark.parametrize("seen_only_by", [(), ("cam-9",)])
def test_an_area_covers_its_categories_within_it(
    category: Category, at: Position | None, covered: bool, seen_only_by: tuple[str, ...]
) -> None:
    """By the best position as a point, whoever told it."""
    assert PlanEntry.model_validate(EVENT).covers(category, at, seen_only_by) is covered


def test_an_area_covers_its_border() -> None:
    """As a corner of it lies."""
    corner = place(-50, -50)
    at = Position(lat=corner.lat, lon=corner.lon, accuracy_m=10)
    assert PlanEntry.model_validate(EVENT).covers(Category.CROWD_DENSITY, at, ())


@pytest.mark.parametrize(
    ("seen_only_by", "covered"), [(("cam-1",), True), (("cam-1", "cam-2"), False), ((), False), (("cam-2",), False)]
)
def test_cameras_cover_only_what_they_alone_saw(seen_only_by: tuple[str, ...], covered: bool) -> None:
    """Never what somebody reported, nor what another camera saw too; wherever it is."""
    entry = PlanEntry.model_validate(WORKS)
    assert entry.covers(Category.CROWD_DENSITY, position(900), seen_only_by) is covered


@pytest.mark.parametrize(
    ("entry", "field", "value"),
    [
        (EVENT | {"control_room": "nergens"}, "entries.0.control_room", "nergens"),
        (WORKS | {"cameras": ["cam-1"], "control_room": "room"}, "entries.0.cameras", "cam-1"),
    ],
)
def test_a_name_that_the_registry_does_not_have_stops_the_worker(
    tmp_path: Path, entry: dict[str, Any], field: str, value: str
) -> None:
    """A misspelt one would suppress nothing, and nobody would know."""
    cameras = write_registry(tmp_path / "cameras.yaml", registry_camera("stadshart-01", {"url": "video.avi"}))
    path = write(tmp_path / "plan.yaml", entry)
    parts = ConfigFiles(Settings(registry=cameras, plan=path))
    with pytest.raises(ConfigurationError) as caught:
        _ = parts.plan
    assert (caught.value.where, caught.value.field, caught.value.value) == (str(path), field, value)
