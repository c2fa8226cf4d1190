"""The areas file: what it may say, and where a position lies."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.geo import Position
from streams.config.files import load_areas
from streams.config.yaml import FileError, parse_yaml
from streams.domain.trends.areas import POOREST_M, AreaMap, Areas

EXAMPLE = Path(__file__).parents[5] / "streams" / "demo" / "areas.geojson"
DOCUMENT: dict[str, Any] = json.loads(EXAMPLE.read_text())


def changed(change: Any) -> str:
    """Return the example after a change to it."""
    document = json.loads(json.dumps(DOCUMENT))
    change(document)
    return json.dumps(document, indent=1)


def ring(document: dict[str, Any], number: int = 0) -> Any:
    return document["features"][number]["geometry"]["coordinates"][0]


def swapped(document: dict[str, Any]) -> None:
    document["features"][0]["geometry"]["coordinates"] = [[[lat, lon] for lon, lat in ring(document)]]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda d: d.pop("area_year"), "area_year: Field required"),
        (lambda d: d.update(type="Feature"), "type: Input should be 'FeatureCollection'"),
        (lambda d: d.update(features=[]), "features: Tuple should have at least 1 item"),
        (lambda d: d.update(crs="x"), "crs: Extra inputs are not permitted"),
        (lambda d: d["features"][0]["properties"].update(code="GM0362"), "features.0.properties.code: String should"),
        (lambda d: d["features"][0]["properties"].update(inhabitants=1), "inhabitants: Extra inputs"),
        (lambda d: d["features"][0]["geometry"].update(type="Point"), "features.0.geometry: Input tag 'Point'"),
        (lambda d: ring(d).pop(), "each ring to be closed"),
        (lambda d: ring(d).__delitem__(slice(2, None)), "at least 4 items"),
        (swapped, "features.0.geometry.Polygon.coordinates.0.0.0: Input should be less than or equal to 7.5"),
        (lambda d: ring(d).__setitem__(slice(1, 3), [ring(d)[2], ring(d)[1]]), "does not cross itself"),
        (lambda d: d["features"].append(d["features"][0]), "two areas have the code WK036203"),
        (lambda d: d["features"][1]["properties"].update(code="BU03620401"), "of one level"),
        (lambda d: d["features"][1].update(geometry=d["features"][0]["geometry"]), "WK036203 and WK036204 overlap"),
    ],
)
def test_a_wrong_file_is_one_line_that_names_the_field(change: Any, says: str) -> None:
    """File, line, field and what was expected."""
    with pytest.raises(FileError, match=r"^areas\.geojson:\d+: ") as error:
        parse_yaml(changed(change), "areas.geojson", Areas)
    assert says in str(error.value)
    assert "\n" not in str(error.value)


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda raw: raw.decode("latin-1")))
def test_any_text_is_areas_or_one_line(text: str) -> None:
    """Never a traceback."""
    with pytest.raises(FileError):
        parse_yaml(text, "areas.geojson", Areas)


@pytest.mark.parametrize(
    ("lat", "lon", "accuracy_m", "expected"),
    [
        (52.306326, 4.857297, 10, ("WK036204", 2018)),
        (52.3095, 4.860, 10, ("WK036203", 2018)),
        (52.3095, 4.885, 10, ("WK036205", 2018)),
        (52.306326, 4.857297, POOREST_M, ("WK036204", 2018)),
        (52.306326, 4.857297, POOREST_M + 1, ("unknown", None)),
        (52.25, 4.85, 10, ("elsewhere", None)),
    ],
    ids=["inside", "on a border: the first", "another", "just good enough", "too poor", "outside"],
)
def test_a_position_lies_in_one_area(lat: float, lon: float, accuracy_m: float, expected: tuple[str, int]) -> None:
    """A border belongs to the area that stands first in the file."""
    areas = load_areas(EXAMPLE)
    assert areas.find(Position(lat=lat, lon=lon, accuracy_m=accuracy_m), "amstelveen") == expected


def test_without_a_position_or_a_file() -> None:
    """No position is unknown; without a file the control room is the only area, and has no year."""
    somewhere = Position(lat=52.3, lon=4.86, accuracy_m=5)
    assert load_areas(EXAMPLE).find(None, "amstelveen") == ("unknown", None)
    assert AreaMap(None).find(somewhere, "amstelveen") == ("amstelveen", None)
    assert AreaMap(None).find(None, "amstelveen") == ("unknown", None)


def test_holes_and_several_parts_belong_to_no_area_and_to_one() -> None:
    """As GeoJSON has them."""

    def holed(document: dict[str, Any]) -> None:
        box = [[4.85, 52.302], [4.86, 52.302], [4.86, 52.305], [4.85, 52.305], [4.85, 52.302]]
        document["features"][1]["geometry"]["coordinates"].append(box)
        part = [[4.90, 52.30], [4.91, 52.30], [4.91, 52.31], [4.90, 52.30]]
        old = document["features"][0]["geometry"]["coordinates"]
        document["features"][0]["geometry"] = {"type": "MultiPolygon", "coordinates": [old, [part]]}

    areas = AreaMap(parse_yaml(changed(holed), "areas.geojson", Areas))
    assert areas.find(Position(lat=52.303, lon=4.855, accuracy_m=5), "r") == ("elsewhere", None)
    assert areas.find(Position(lat=52.302, lon=4.908, accuracy_m=5), "r") == ("WK036203", 2018)


def test_a_code_that_the_file_does_not_have_is_its_own_name() -> None:
    """As after a new division."""
    areas = load_areas(EXAMPLE)
    assert (areas.name("WK036204"), areas.name("WK036299")) == ("Stadshart", "WK036299")
