"""Programs get of the registry and the rules what a map and a chart need, and nothing that a camera's password could stand in."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from streams.clients.registry import RegistryFacts
from streams.errors import ConfigurationError
from streams.settings import Settings
from tests.support.registry import registry_camera, write_registry
from tests.support.trend_year import AREAS

ROOT = Path(__file__).parents[4]
NIGHT = [{"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "from": "22:00", "until": "06:00"}]


def at(text: str) -> datetime:
    """Return a moment in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def facts(tmp_path: Path, **changes: object) -> RegistryFacts:
    """Return the facts of one camera."""
    camera = registry_camera("cam-1", {"url": "rtsp://user:secret@10.0.0.5/1"}) | changes
    return RegistryFacts.read(Settings(registry=write_registry(tmp_path / "r.yaml", camera), areas=AREAS))


def test_the_products_own_registry_is_read() -> None:
    """Rooms with town and hour, cameras with views and zones, levels, areas."""
    found = RegistryFacts.read(Settings(registry=ROOT / "deploy" / "cameras.yaml"))
    room = found.rooms["amstelveen"]
    assert (room.town, room.alerts_per_hour, len(room.outline)) == ("Amstelveen", 24, 4)
    (camera,) = found.of_room("amstelveen")
    assert (camera.name, camera.place, len(camera.view)) == ("Stadsplein, north side", (52.30615, 4.85689), 4)
    (zone,) = camera.zones
    assert (zone.key, zone.name, zone.calibrated, zone.outline) == ("stadsplein-1:square", "The square", False, ())
    assert [(level.name, level.per_m2) for level in found.levels] == [("warn", 2.0), ("high", 3.5), ("critical", 4.5)]
    assert found.areas is None
    assert found.of_room("elsewhere") == ()


def test_areas_are_geojson(tmp_path: Path) -> None:
    """As the file has them."""
    areas = facts(tmp_path).areas
    assert areas is not None
    assert areas["type"] == "FeatureCollection"
    assert areas["features"][0]["geometry"]["coordinates"]


def test_no_password_is_in_what_is_shown(tmp_path: Path) -> None:
    """However it is printed."""
    assert "secret" not in repr(facts(tmp_path))


def test_a_zone_of_a_surveyed_camera_lies_on_the_map(tmp_path: Path) -> None:
    """Its corners are those of the survey; one that is surveyed somewhere else in the country is not drawn."""
    pixels = [[0, 0], [60, 0], [60, 40], [0, 40]]
    for x_m, drawn in ((119_300.0, True), (200_000.0, False)):
        metres = [[x_m, 479_900.0], [x_m + 30, 479_900.0], [x_m + 30, 479_880.0], [x_m, 479_880.0]]
        points = [
            {"pixel": pixel, "x_m": metre[0], "y_m": metre[1]} for pixel, metre in zip(pixels, metres, strict=True)
        ]
        calibration = {"method": "homography", "version": "c1", "date": "2026-01-01", "points": points}
        (zone,) = (
            facts(tmp_path, calibration=calibration, masks={"version": "m1", "polygons": []}).cameras["cam-1"].zones
        )
        assert zone.calibrated
        assert len(zone.outline) == (4 if drawn else 0)
        for lat, lon in zone.outline:
            assert abs(lat - 52.305) < 0.01
            assert abs(lon - 4.853) < 0.015


def test_a_calibration_that_cannot_be_used_is_none(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """And told: the page goes on."""
    line = [{"pixel": [n, n], "x_m": 119_300.0 + n, "y_m": 479_900.0} for n in range(4)]
    calibration = {"method": "homography", "version": "c1", "date": "2026-01-01", "points": line}
    (zone,) = facts(tmp_path, calibration=calibration, masks={"version": "m1", "polygons": []}).cameras["cam-1"].zones
    assert (zone.calibrated, zone.outline) == (False, ())
    assert "it is shown as not calibrated" in caplog.text


def test_when_a_camera_may_be_looked_at(tmp_path: Path) -> None:
    """By its windows, also past midnight and on the day that has an hour more; without a break until the decision ends."""
    legal = registry_camera("cam-1", {"url": "a"})["legal"]
    night = facts(tmp_path, legal=legal | {"viewing_windows": NIGHT}).cameras["cam-1"]
    assert night.looking(at("2026-11-29T12:00")).until is None
    assert not night.looking(at("2026-11-29T12:00")).allowed
    assert night.looking(at("2026-11-29T22:30")).until == at("2026-11-30T05:00")
    assert night.looking(at("2026-11-30T04:59")).until == at("2026-11-30T05:00")
    assert night.looking(at("2026-10-24T21:00")).until == at(
        "2026-10-25T05:00"
    )  # nine hours in summer time, ten on the clock
    always = facts(tmp_path).cameras["cam-1"].looking(at("2026-11-29T12:00"))
    assert always.until == at("2099-01-01T23:00")
    two = [{"days": NIGHT[0]["days"], "from": "06:00", "until": "14:00"}, *NIGHT]
    both = facts(tmp_path, legal=legal | {"viewing_windows": two}).cameras["cam-1"]
    assert both.looking(at("2026-11-29T23:00")).until == at("2026-11-30T13:00")
    ends = facts(tmp_path, legal=legal | {"valid_until": "2026-11-30", "viewing_windows": NIGHT}).cameras["cam-1"]
    assert ends.looking(at("2026-11-30T22:30")).until == at("2026-11-30T23:00")


def test_what_is_wrong_is_one_line(tmp_path: Path) -> None:
    """A registry that is not there, and one that is none."""
    with pytest.raises(ConfigurationError, match="TOEZICHT_REGISTRY"):
        RegistryFacts.read(Settings())
    broken = tmp_path / "r.yaml"
    broken.write_text(yaml.safe_dump({"version": "1"}))
    with pytest.raises(Exception, match="control_rooms"):
        RegistryFacts.read(Settings(registry=broken))
